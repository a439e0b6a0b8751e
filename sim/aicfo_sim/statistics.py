"""Paired differences with confidence intervals, and the noise below which they say nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from .fen import Floats, Ints
from .rng import MARKET, stream

CONFIDENCE = 0.95
RESAMPLES = 2000
BAGS = 2000
"""Most units that a bootstrap draws from."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean paired difference in fen with 95 % intervals.

    `low`, `high` are Student's t; `boot_low`, `boot_high` the percentile bootstrap, which does not
    assume a shape. `noise` is the half-width of the t interval: a smaller difference cannot be
    told from none. `unpaired_noise` is what the half-width would be without common draws. These
    hold for the markets (rates, peaks) that were drawn, which all firms of a replication share;
    `wide_low`, `wide_high` is Student's t over the means of replications and holds for others too.
    """

    pairs: int
    replications: int
    mean: float
    low: float
    high: float
    boot_low: float
    boot_high: float
    noise: float
    unpaired_noise: float
    wide_low: float
    wide_high: float


def paired(ours: Ints, theirs: Ints, *, seed: int, groups: Ints | None = None) -> Difference:
    """Return the mean of ours − theirs over merchants with its intervals.

    `groups` is each merchant's replication; without it all are of one. The bootstrap's stream
    depends on `seed` alone, so a report is the same whenever it is made.
    """
    gap: Floats = (ours - theirs).astype(np.float64)
    count = gap.size
    mean = float(gap.mean()) if count else 0.0
    means = group_means(gap, groups)
    reach = half_width(means, 1 - CONFIDENCE)
    centre = float(means.mean()) if means.size else 0.0
    wide = centre - reach, centre + reach
    half = half_width(gap, 1 - CONFIDENCE)
    if count < 2:
        least, most = -math.inf, math.inf
        return Difference(
            count, means.size, mean, least, most, least, most, most, most, least, most
        )
    apart = float(ours.astype(np.float64).var(ddof=1) + theirs.astype(np.float64).var(ddof=1))
    resampled = _resampled(gap, stream(seed, 0, MARKET, "bootstrap"))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail]).tolist()
    unpaired = student_t(1 - tail, count - 1) * math.sqrt(apart / count)
    return Difference(
        count, means.size, mean, mean - half, mean + half, low, high, half, unpaired, *wide
    )


def _resampled(gap: Floats, source: np.random.Generator) -> Floats:
    """Return the means of resamples with replacement.

    Of many merchants not single ones are drawn but bags of them, every `BAGS`-th merchant: the
    same spread of the mean, at a cost that does not grow with their number.
    """
    bag: Ints = np.arange(gap.size, dtype=np.int64) % BAGS
    sums, sizes = np.bincount(bag, weights=gap), np.bincount(bag)
    drawn = source.integers(sums.size, size=(RESAMPLES, sums.size))
    return sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)


def group_means(values: Floats, groups: Ints | None) -> Floats:
    """Return the mean of each group, by group; of all values where there are no groups."""
    if groups is None:
        return values.mean(keepdims=True) if values.size else values
    _, place = np.unique(groups, return_inverse=True)
    return np.bincount(place, weights=values) / np.maximum(np.bincount(place), 1)


def half_width(values: Floats, risk: float) -> float:
    """Return half of Student's t interval of the mean that misses with probability `risk`."""
    if values.size < 2:
        return math.inf
    spread = float(values.std(ddof=1)) / math.sqrt(values.size)
    return student_t(1 - risk / 2, values.size - 1) * spread


def student_t(probability: float, freedom: int) -> float:
    """Return the quantile of Student's t."""
    special: Any = import_module("scipy.special")  # comes without types
    return float(special.stdtrit(freedom, probability))
