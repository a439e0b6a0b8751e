"""What advertising adds to sales: adstock, a Hill curve, and how sure that is.

Weekly log sales are a wandering level plus what the channels add. Shapes lie on a grid, heights
are drawn from the prior, and each draw is weighted by how well it explains the weeks after the
level's wandering is whitened away. So channels that were never moved keep the prior's interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from ..forecast.daykinds import Floats, Ints

WEEK = 7
_DRAWS = 5_000
_KEEP = (0.4, 0.65, 0.85)
_HALF = (0.006, 0.010, 0.016, 0.024, 0.034)
"""Steady spend that brings half of the most, shares of sales."""

_POWER = (1.0, 2.0)
_HEIGHT = 4.0
"""Shape of the gamma prior of a channel's height: half its mean either way."""

SHAPES: Floats = np.array(list(product(_KEEP, _HALF, _POWER)))
"""Keep, half, power of each shape."""

_WANDER = (0.05, 0.15, 0.4)
"""Variance of the level's weekly step, in variances of a week's noise."""

_ODD = 0.2
"""Log distance from the nine weeks around at which a week (a festival) is left out."""


@dataclass(frozen=True, slots=True)
class Responses:
    """Weighted draws: `top` and `shape` are draws × channels."""

    top: Floats
    shape: Ints
    weight: Floats
    weeks: int

    def effect(self, channel: int, spend: float) -> Floats:
        """Return what a steady spend (share of sales) adds to sales, by draw, share."""
        return self.top[:, channel] * hill(spend)[self.shape[:, channel]]

    def expected(self, channel: int, spends: Floats) -> Floats:
        """Return the expected effect at each steady spend, shares."""
        height = np.bincount(
            self.shape[:, channel],
            weights=self.weight * self.top[:, channel],
            minlength=len(SHAPES),
        )
        return height @ np.array([hill(spend) for spend in spends.tolist()]).T

    def shape_of(self, channel: int) -> tuple[float, float]:
        """Return the expected share that stays from day to day, and half-saturating spend."""
        middle = self.weight @ SHAPES[self.shape[:, channel], :2]
        return float(middle[0]), float(middle[1])

    def quantiles(self, values: Floats, *shares: float) -> list[float]:
        """Return weighted quantiles of a figure by draw."""
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(self.weight[order])
        places = np.searchsorted(reached, np.array(shares))
        return [float(values[order[min(place, values.size - 1)]]) for place in places.tolist()]


def hill(spend: float) -> Floats:
    """Return the share of the most that a steady spend (share of sales) brings, by shape."""
    _, half, power = SHAPES.T
    raised = max(spend, 0.0) ** power
    return raised / (half**power + raised)


def respond(
    sales: Floats, spend: Floats, source: np.random.Generator, *, top: float, none: float
) -> Responses:
    """Return what daily sales and daily spend (channels × days, both ending today) say.

    Sales and spend are in one unit. `top` is the prior mean of what a channel adds at most, share;
    `none` the prior chance that advertising adds nothing at all: what a merchant's channels bring
    has one cause in common, so one that is seen to do nothing speaks against the others too.
    """
    channels, weeks = spend.shape[0], sales.size // WEEK
    shape = source.integers(0, len(SHAPES), (_DRAWS, channels))
    height = source.gamma(_HEIGHT, top / _HEIGHT, (_DRAWS, channels))
    height[source.random(_DRAWS) < none] = 0.0
    usual = max(float(np.median(sales[-182:])), 1.0)
    week = sales[sales.size - weeks * WEEK :].reshape(weeks, WEEK).sum(axis=1)
    kept = _usual_weeks(week)
    level = np.log(np.maximum(week[kept], 1.0))
    curves = _curves(spend / usual, weeks)[:, :, kept]
    misfit, free = _misfit(level, curves, shape, height)
    score = -0.5 * free * np.log(np.maximum(misfit, 1e-12))
    weight = np.exp(score - score.max())
    return Responses(height, shape, weight / weight.sum(), int(kept.sum()))


def _usual_weeks(week: Floats) -> np.ndarray:
    """Return the weeks that are near those around them: festivals and closed weeks are not."""
    logs = np.log(np.maximum(week, 1.0))
    around = np.array([np.median(logs[max(i - 4, 0) : i + 5]) for i in range(logs.size)])
    return (week > 0) & (np.abs(logs - around) < _ODD)


def _curves(spend: Floats, weeks: int) -> Floats:
    """Return the share of its most that each channel brought, channels × shapes × weeks."""
    channels, days = spend.shape
    keeps = np.array(_KEEP)
    stock, path = np.zeros((channels, keeps.size)), np.empty((days, channels, keeps.size))
    for day in range(days):
        # In steady spend: what stays is weighed by 1 − keep.
        stock = keeps * stock + (1 - keeps) * spend[:, day, None]
        path[day] = stock
    steady = path[:, :, np.searchsorted(keeps, SHAPES[:, 0])]
    _, half, power = SHAPES.T
    raised = steady**power
    share = raised / (half**power + raised)
    tail = share[days - weeks * WEEK :].reshape(weeks, WEEK, channels, len(SHAPES))
    return tail.mean(axis=1).transpose(1, 2, 0)


def _misfit(level: Floats, curves: Floats, shape: Ints, height: Floats) -> tuple[Floats, int]:
    """Return the whitened sum of squares that each draw leaves, and its degrees of freedom."""
    count = level.size
    best: tuple[float, Floats, Floats] | None = None
    for ratio in _WANDER:
        steps = np.minimum.outer(np.arange(count), np.arange(count)).astype(np.float64)
        root = np.linalg.cholesky(np.eye(count) + ratio * steps)
        white = np.linalg.inv(root)
        flat = white @ np.ones(count)
        flat /= np.linalg.norm(flat)
        project = white - np.outer(flat, flat @ white)
        left = project @ level
        score = -0.5 * (count - 1) * float(np.log(max(float(left @ left), 1e-12)))
        score -= float(np.log(np.diag(root)).sum())
        if best is None or score > best[0]:
            best = score, project, left
    assert best is not None
    _, project, left = best
    seen = curves @ project.T
    along = seen @ left
    misfit = np.full(height.shape[0], float(left @ left))
    for one in range(height.shape[1]):
        misfit -= 2 * height[:, one] * along[one][shape[:, one]]
        for other in range(height.shape[1]):
            both = seen[one] @ seen[other].T
            misfit += height[:, one] * height[:, other] * both[shape[:, one], shape[:, other]]
    return misfit, max(count - 1, 1)
