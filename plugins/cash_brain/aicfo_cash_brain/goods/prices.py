"""Where a price tends: a mean-reverting log price with every constant uncertain.

An Ornstein-Uhlenbeck path seen on the days of orders. For each of a grid of reversion times, mean
and variance have a normal-inverse-gamma posterior in closed form; the times are weighted by what
they explain. The prior says that a price tends to where it is: few orders promise no rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..forecast.daykinds import Floats

_DAYS: Floats = np.array([20.0, 35.0, 60.0, 100.0, 160.0, 260.0, 420.0, 700.0])
"""Grid of reversion times: days in which a gap falls to 1/e."""

_LEAN: Floats = np.array([0.5, 0.8, 1.0, 1.2, 1.2, 1.0, 1.0, 1.0])
"""Prior weight of each; slow ones weigh more, for they promise less."""

_PULL = 2.0
"""Variance of the prior of the mean around the latest price, in stationary variances."""

_SHAPE, _SCALE = 2.0, 0.02
"""Inverse gamma prior of the stationary variance of a log price: about 14 % either way."""


@dataclass(frozen=True, slots=True)
class Tendency:
    """What is believed of a price after its history; arrays are over reversion times."""

    last: float
    """Log price today."""
    days: Floats
    weight: Floats
    centre: Floats
    """Posterior mean of the log price that it tends to."""
    spread: Floats
    """Variance of that, in stationary variances."""
    variance: Floats
    """Posterior mean of the stationary variance."""

    def ahead(self, days: float) -> tuple[float, float]:
        """Return mean and variance of the log price after that many days of price changes."""
        if days <= 0:
            return self.last, 0.0
        left = np.exp(-days / self.days)
        mean = self.centre + (self.last - self.centre) * left
        within = self.variance * (1 - left**2 + (1 - left) ** 2 * self.spread)
        return self._mixed(mean, within)

    def level(self) -> tuple[float, float]:
        """Return mean and standard deviation of the log price that it tends to."""
        mean, variance = self._mixed(self.centre, self.variance * self.spread)
        return mean, variance**0.5

    def half_life(self) -> int:
        """Return the days in which half of a gap closes, by the weighted logarithm."""
        return max(round(float(np.exp(self.weight @ np.log(self.days)) * np.log(2.0))), 1)

    def _mixed(self, mean: Floats, within: Floats) -> tuple[float, float]:
        middle = float(self.weight @ mean)
        return middle, float(self.weight @ (within + (mean - middle) ** 2))


def learn(days: Floats, prices: Floats, now: float | None) -> Tendency:
    """Return what the orders' days (ascending) and prices say.

    `now` is today's price where it has changed since the last order, a full rhythm being counted
    for the change; None where it has not.
    """
    x = np.log(prices)
    gaps = np.diff(days)
    if now is not None:
        x = np.append(x, np.log(now))
        gaps = np.append(gaps, float(np.median(gaps)) if gaps.size else 7.0)
    weights, centres = list[float](), list[float]()
    spreads, variances = list[float](), list[float]()
    for time in _DAYS:
        left = np.exp(-gaps / time)
        # x' = m (1 − left) + left x + e, var e = v (1 − left²); the first one is stationary.
        slope = np.append(1.0, 1 - left)
        seen = np.append(x[0], x[1:] - left * x[:-1])
        scale = np.append(1.0, 1 - left**2)
        precision = float((slope**2 / scale).sum()) + 1 / _PULL
        centre = (float((slope * seen / scale).sum()) + x[-1] / _PULL) / precision
        misfit = float(((seen - slope * centre) ** 2 / scale).sum()) + (centre - x[-1]) ** 2 / _PULL
        shape, rate = _SHAPE + x.size / 2, _SCALE + misfit / 2
        weights.append(
            -0.5 * float(np.log(scale).sum()) - 0.5 * np.log(precision) - shape * np.log(rate)
        )
        centres.append(centre)
        spreads.append(1 / precision)
        variances.append(rate / (shape - 1))
    score = np.array(weights) + np.log(_LEAN)
    weight = np.exp(score - score.max())
    return Tendency(
        last=float(x[-1]),
        days=_DAYS,
        weight=weight / weight.sum(),
        centre=np.array(centres),
        spread=np.array(spreads),
        variance=np.array(variances),
    )
