from __future__ import annotations

import numpy as np
import pytest
from aicfo_sim.statistics import paired, student_t


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (29, 2.045), (1000, 1.962)],
)
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student_t(0.975, freedom) == pytest.approx(quantile, rel=0.01)


def test_paired_differences_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, standard error 1/√3, t(2) = 4.303: 2 ± 2.484."""
    gap = paired(np.array([11, 22, 33]), np.array([10, 20, 30]), seed=1)
    assert (gap.pairs, gap.mean) == (3, 2.0)
    assert gap.noise == pytest.approx(2.484, abs=0.001)
    assert (gap.low, gap.high) == pytest.approx((-0.484, 4.484), abs=0.001)
    assert 1.0 <= gap.boot_low <= 2.0 <= gap.boot_high <= 3.0
    assert gap.unpaired_noise > 10 * gap.noise


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    source = np.random.Generator(np.random.Philox(key=3))
    hits = boot = 0
    for step in range(150):
        ours = source.normal(1000, 100, 40).astype(np.int64)
        gap = paired(ours, np.zeros(40, dtype=np.int64), seed=step)
        hits += gap.low <= 999.5 <= gap.high
        boot += gap.boot_low <= 999.5 <= gap.boot_high
    # 95 % of 150 is 142; three standard deviations of a binomial are 8.
    assert hits >= 134
    assert boot >= 130


def test_the_bootstrap_of_many_merchants_draws_bags_with_the_spread_of_the_mean() -> None:
    source = np.random.Generator(np.random.Philox(key=5))
    ours = (source.exponential(1000, 50_001)).astype(np.int64)
    gap = paired(ours, np.zeros_like(ours), seed=1)
    assert (gap.boot_high - gap.boot_low) / 2 == pytest.approx(gap.noise, rel=0.08)
    assert gap.boot_low < gap.mean < gap.boot_high


def test_the_wide_interval_is_that_of_the_means_of_replications() -> None:
    """Means 1, 2, 3 over replications of two merchants: 2 ± 2.484 (t of two degrees)."""
    ours = np.array([0, 2, 1, 3, 2, 4])
    gap = paired(ours, np.zeros_like(ours), seed=1, groups=np.array([0, 0, 1, 1, 2, 2]))
    assert gap.replications == 3
    assert (gap.wide_low, gap.wide_high) == pytest.approx((-0.484, 4.484), abs=0.001)
    assert (gap.low, gap.high) == pytest.approx((0.516, 3.484), abs=0.001)


def test_one_replication_says_nothing_about_other_markets() -> None:
    gap = paired(np.array([1, 2, 3]), np.array([0, 0, 0]), seed=1)
    assert (gap.replications, gap.wide_low, gap.wide_high) == (1, float("-inf"), float("inf"))


def test_equal_outcomes_have_no_difference_and_no_noise() -> None:
    same = np.array([5, 6, 7])
    gap = paired(same, same, seed=1)
    assert (gap.mean, gap.noise, gap.boot_low, gap.boot_high) == (0.0, 0.0, 0.0, 0.0)


def test_one_pair_says_nothing_about_its_spread() -> None:
    gap = paired(np.array([5]), np.array([3]), seed=1)
    assert gap.mean == 2.0
    assert gap.noise == float("inf")
