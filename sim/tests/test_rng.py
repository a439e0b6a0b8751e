from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aicfo_sim import rng
from aicfo_sim.fen import Floats, Ints
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

Table = Callable[[int, int, str, Ints, int, int], Floats]

MEMBERS = np.arange(200, dtype=np.int64)
BOTH = pytest.mark.parametrize("draw", [rng.grid, rng.normals])


@BOTH
@settings(max_examples=40, deadline=None)
@given(
    merchants=st.lists(st.integers(0, 10**7), min_size=1, max_size=5, unique=True),
    first=st.integers(-300, 900),
    count=st.integers(1, 40),
    before=st.integers(0, 9),
    after=st.integers(0, 9),
)
def test_a_value_depends_on_its_merchant_and_index_alone(
    draw: Table, merchants: list[int], first: int, count: int, before: int, after: int
) -> None:
    whole = draw(
        3, 1, "sales", np.array([5, *merchants, 9]), first - before, before + count + after
    )
    part = draw(3, 1, "sales", np.array(merchants), first, count)
    assert part.shape == (count, len(merchants))
    assert np.array_equal(part, whole[before : before + count, 1:-1])


@BOTH
def test_a_large_table_is_its_rows_drawn_one_by_one(draw: Table) -> None:
    """Tables are hashed by chunks: their borders show nowhere."""
    members = np.arange(5_000, dtype=np.int64)
    whole = draw(1, 0, "level", members, -7, 9)
    for index in range(-7, 2):
        assert np.array_equal(whole[index + 7], draw(1, 0, "level", members, index, 1)[0])


@BOTH
def test_every_part_of_the_key_gives_other_draws(draw: Table) -> None:
    base = draw(1, 2, "sales", MEMBERS, 0, 8)
    for key in ((2, 2, "sales"), (1, 3, "sales"), (1, 2, "level")):
        assert (draw(*key, MEMBERS, 0, 8) != base).mean() > 0.99
    assert np.unique(rng.grid(1, 2, "sales", MEMBERS, 0, 500)).size == MEMBERS.size * 500


def test_uniforms_are_uniform_and_normals_normal() -> None:
    """Fixed keys: 100,000 draws each, p above one in ten thousand."""
    flat = rng.grid(7, 0, "sales", MEMBERS, -20, 500).ravel()
    assert flat.min() > 0.0
    assert flat.max() < 1.0
    bell = rng.normals(7, 0, "sales", MEMBERS, -20, 500).ravel()
    assert stats.kstest(flat, "uniform").pvalue > 1e-4
    assert stats.kstest(special.ndtr(bell), "uniform").pvalue > 1e-4
    cells = np.bincount((flat * 1000).astype(np.int64), minlength=1000)
    assert stats.chisquare(cells).pvalue > 1e-4
    # Pairs of neighbouring days fill the square evenly too.
    pairs = np.floor(flat[::2] * 30) * 30 + np.floor(flat[1::2] * 30)
    assert stats.chisquare(np.bincount(pairs.astype(np.int64), minlength=900)).pvalue > 1e-4


def test_the_quantiles_of_normals_have_mean_0_and_variance_1() -> None:
    bell = rng.normals(1, 0, "x", np.arange(1000, dtype=np.int64), 0, 1000)
    assert abs(bell.mean()) < 4 / 1000
    assert abs(bell.var() - 1) < 4 * 2**0.5 / 1000
    assert abs(stats.kurtosis(bell.ravel())) < 4 * 24**0.5 / 1000


@BOTH
def test_neighbours_in_time_merchants_streams_and_seeds_are_uncorrelated(draw: Table) -> None:
    base = draw(7, 0, "sales", MEMBERS, -20, 500)

    def linked(one: Floats, other: Floats) -> float:
        """Largest of the correlations of values and of squares, in standard errors."""
        pairs = [(one, other), ((one - one.mean()) ** 2, (other - other.mean()) ** 2)]
        return max(abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) * a.size**0.5 for a, b in pairs)

    others = [(base[lag:], base[:-lag]) for lag in (1, 2, 3, 4, 7, 8, 365)]
    others += [(base[:, gap:], base[:, :-gap]) for gap in (1, 2, 3, 4, 16)]
    for key in ((8, 0, "sales"), (7, 1, "sales"), (7, 0, "level")):
        others.append((base, draw(*key, MEMBERS, -20, 500)))
    for one, other in others:
        assert linked(one, other) < 4.5
