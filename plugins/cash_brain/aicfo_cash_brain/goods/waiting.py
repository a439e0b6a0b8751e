"""What an order costs if the best later list is waited for: optimal stopping on list prices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..forecast.daykinds import Floats
from .prices import Tendency

_FAR, _STEPS = 0.9, 61
"""The grid of log prices reaches this far from today's price."""

_SHOCKS: Floats = np.linspace(-2.5, 2.5, 11)
_CHANCES: Floats = np.exp(-(_SHOCKS**2) / 2) / np.exp(-(_SHOCKS**2) / 2).sum()


def waiting(price: Tendency, every: int, costs: Sequence[float]) -> float:
    """Return what a unit is expected to cost who does not buy today, in today's prices.

    `costs[m - 1]` is what a unit bought m lists before the order costs when it is used, in prices
    of its day; lists change every `every` days, and today is `len(costs)` lists before the order.
    One may buy at each later list or at the order. Medians, not means, are carried on: doubt about
    a price must not look like a rise.
    """
    left = np.exp(-every / price.days)
    spread = np.sqrt(price.variance * (1 - left**2 + (1 - left) ** 2 * price.spread))
    grid = np.linspace(-_FAR, _FAR, _STEPS)
    ahead = (
        ((price.centre - price.last) * (1 - left))[:, None, None]
        + grid[None, :, None] * left[:, None, None]
        + spread[:, None, None] * _SHOCKS
    )
    place = np.clip((ahead + _FAR) / (grid[1] - grid[0]), 0.0, _STEPS - 1 - 1e-9)
    low = place.astype(np.int64)
    part, row = place - low, np.arange(left.size)[:, None, None]
    median = np.exp(-(spread**2) / 2)[:, None]
    value = np.tile(np.exp(grid), (left.size, 1))
    later = value
    for cost in costs:
        mixed = value[row, low] * (1 - part) + value[row, low + 1] * part
        later = (mixed @ _CHANCES) * median
        value = np.minimum(later, np.exp(grid) * cost)
    return float(price.weight @ later[:, _STEPS // 2])
