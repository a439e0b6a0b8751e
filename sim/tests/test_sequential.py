from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aicfo_sim.experiment import Experiment, plan
from aicfo_sim.scenario import load
from aicfo_sim.sequential import comparisons, schedule, until
from aicfo_sim.statistics import CONFIDENCE, half_width

from aicfo_sdk import InputError
from aicfo_sdk.errors import BooksError


def _plan(out: Path, *, cap: int = 8, **changes: Any) -> Experiment:
    scenario = replace(load("default"), warmup_days=20, mix={"contractor": 1})
    given: dict[str, Any] = {
        "merchants": 2,
        "days": 30,
        "seed": 3,
        "policies": ["owner", "always_discount"],
        "paths": 0,
    }
    return plan(scenario, out=out, replications=cap, **(given | changes))


def test_looks_are_fixed_in_advance() -> None:
    assert schedule(8, 64) == (8, 16, 32, 64)
    assert schedule(4, 10) == (4, 8, 10)
    assert schedule(5, 5) == (5,)
    for first, cap in ((1, 8), (9, 8), (2, 20_000)):
        with pytest.raises(InputError, match="looks"):
            schedule(first, cap)


def test_a_cfo_is_compared_with_every_rule_and_a_rule_with_the_owner() -> None:
    assert set(comparisons(("owner", "hold_all", "always_discount", "cfo"))) == {
        ("hold_all", "owner"),
        ("always_discount", "owner"),
        ("cfo", "owner"),
        ("cfo", "hold_all"),
        ("cfo", "always_discount"),
    }
    with pytest.raises(InputError, match="nothing to compare"):
        comparisons(("owner",))


def test_a_wide_wish_stops_at_the_first_look_and_a_narrow_one_at_the_cap(tmp_path: Path) -> None:
    wide = until(_plan(tmp_path / "wide"), precision=10**12, first=2)
    assert (wide.reached, wide.replications, wide.looks) == (True, 2, 3)
    assert wide.result.rows == 2 * 2 * 2
    narrow = until(_plan(tmp_path / "narrow"), precision=1, first=2)
    assert (narrow.reached, narrow.replications) == (False, 8)
    assert [look.replications for look in narrow.rows] == [2, 4, 8]
    assert narrow.rows[-1].half_width < narrow.rows[0].half_width
    assert wide.rows[0] == narrow.rows[0]


def test_the_same_command_goes_on_and_another_precision_is_another_experiment(
    tmp_path: Path,
) -> None:
    first = until(_plan(tmp_path), precision=1, first=2)
    again = until(_plan(tmp_path), precision=1, first=2)
    assert again.result.sha256 == first.result.sha256
    assert again.rows == first.rows
    with pytest.raises(BooksError, match="precision"):
        until(_plan(tmp_path), precision=2, first=2)


def test_intervals_hold_however_the_run_stops() -> None:
    """Of runs that stop when the interval leaves out zero, at most 5 % may have looked in vain.

    Looking without sharing the risk would be wrong in about 1 of 8 of these runs.
    """
    source = np.random.Generator(np.random.Philox(key=7))
    sizes = schedule(8, 64)
    shared = alone = 0
    runs = 2000
    for _ in range(runs):
        values = source.normal(0, 1, sizes[-1])
        looks = [values[:size] for size in sizes]
        risk = 1 - CONFIDENCE
        shared += any(abs(v.mean()) > half_width(v, risk / len(sizes)) for v in looks)
        alone += any(abs(v.mean()) > half_width(v, risk) for v in looks)
    assert shared <= 0.05 * runs + 30
    assert alone > 0.08 * runs
