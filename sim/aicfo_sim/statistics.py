"""Paired differences with confidence intervals, and the noise below which they say nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .fen import Floats, Ints
from .rng import MARKET, stream

CONFIDENCE = 0.95
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean paired difference in fen with two 95 % intervals.

    `low`, `high` are Student's t; `boot_low`, `boot_high` the percentile bootstrap, which does not
    assume a shape. `noise` is the half-width of the t interval: a smaller difference cannot be
    told from none. `unpaired_noise` is what the half-width would be without common draws.
    """

    pairs: int
    mean: float
    low: float
    high: float
    boot_low: float
    boot_high: float
    noise: float
    unpaired_noise: float


def paired(ours: Ints, theirs: Ints, *, seed: int) -> Difference:
    """Return the mean of ours − theirs over merchants with its intervals.

    The bootstrap's stream depends on `seed` alone, so a report is the same whenever it is made.
    """
    gap: Floats = (ours - theirs).astype(np.float64)
    count = gap.size
    mean = float(gap.mean()) if count else 0.0
    if count < 2:
        return Difference(count, mean, -math.inf, math.inf, -math.inf, math.inf, math.inf, math.inf)
    quantile = student_t(0.5 + CONFIDENCE / 2, count - 1)
    half = quantile * float(gap.std(ddof=1)) / math.sqrt(count)
    apart = float(ours.astype(np.float64).var(ddof=1) + theirs.astype(np.float64).var(ddof=1))
    source = stream(seed, 0, MARKET, "bootstrap")
    # A few resamples at a time: a million merchants need not fit two thousand times in memory.
    some = max(1, 1_000_000 // count)
    means = np.concatenate(
        [
            gap[source.integers(count, size=(min(some, RESAMPLES - done), count))].mean(axis=1)
            for done in range(0, RESAMPLES, some)
        ]
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    wide = quantile * math.sqrt(apart / count)
    return Difference(count, mean, mean - half, mean + half, low, high, half, wide)


def student_t(probability: float, freedom: int) -> float:
    """Return the quantile of Student's t; from 3 degrees of freedom within 1 % at 97.5 %.

    One and two degrees are exact; above, the Cornish-Fisher expansion about the normal quantile
    (Abramowitz and Stegun 26.7.5).
    """
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom == 2:
        side = 2 * probability - 1
        return side * math.sqrt(2 / (1 - side * side))
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))
