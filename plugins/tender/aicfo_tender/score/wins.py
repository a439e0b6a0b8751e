"""Who wins simulated evaluations: the exact rules of this package over columns of draws.

Points are not rounded here: a hundredth of a point decides less than a draw does. The rules
themselves, to the hundredth, are `procurement` and `tendering`; `tests/test_wins.py` holds both
beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from aicfo_sdk import PPM

from .rule import Rule

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Field:
    """Drawn evaluations of one tender, one row each; columns are rivals, empty places infinite.

    Prices in minor units, points in points out of 100.
    """

    prices: Floats
    """Draws × rivals; infinite where there is nobody."""
    small: Flags
    points: Floats
    ours: Floats
    """Our technical and business points, by draw."""
    we_are_small: bool

    @property
    def there(self) -> Flags:
        """Which places have a rival."""
        return np.isfinite(self.prices)

    def rows(self, some: slice) -> Field:
        """Return some of the draws."""
        return Field(
            self.prices[some],
            self.small[some],
            self.points[some],
            self.ours[some],
            self.we_are_small,
        )


def wins(field: Field, rule: Rule, prices: Floats) -> Flags:
    """Return whether each of our `prices` wins each draw, shape (prices, draws).

    Fewer than three bidders win nothing; a price above the ceiling does not either.
    """
    enough = field.there.sum(axis=1) + 1 >= rule.fewest
    if rule.method == "points":
        won = _by_points(field, rule, prices)
    elif rule.method == "deviation":
        won = _by_deviation(field, rule, prices)
    else:
        off = rule.small_ppm if rule.method == "price" else 0
        best = (field.prices * (1.0 - field.small * (off / PPM))).min(axis=1, initial=np.inf)
        mine = prices * (1.0 - field.we_are_small * off / PPM)
        won = mine[:, None] <= best[None, :]
    won &= enough[None, :]
    if rule.ceiling is not None:
        won &= (prices <= rule.ceiling)[:, None]
    return won


def _by_points(field: Field, rule: Rule, prices: Floats) -> Flags:
    weight = rule.weight_ppm * 100 / PPM
    off = rule.small_ppm / PPM
    theirs = field.prices * (1.0 - field.small * off)
    lowest = theirs.min(axis=1, initial=np.inf)
    inverse = 1.0 / theirs  # 0 where there is nobody
    points = np.where(field.there, field.points, -np.inf)
    mine = prices * (1.0 - off * field.we_are_small)
    # As long as ours is not the lowest, the rivals' points do not move with our price.
    standing = (points + (weight * lowest)[:, None] * inverse).max(axis=1, initial=-np.inf)
    out = np.empty((prices.size, lowest.size), dtype=np.bool_)
    for place, price in enumerate(mine.tolist()):
        best, under = standing, np.flatnonzero(lowest > price)
        if under.size:
            best = standing.copy()
            best[under] = (points[under] + weight * price * inverse[under]).max(
                axis=1, initial=-np.inf
            )
        out[place] = field.ours + weight * np.minimum(lowest, price) / price >= best
    return out


def _by_deviation(field: Field, rule: Rule, prices: Floats) -> Flags:
    weight, bench = rule.weight_ppm * 100 / PPM, rule.benchmark
    more = rule.bonus_ppm / PPM
    there, theirs = field.there, np.where(field.there, field.prices, 0.0)
    count = there.sum(axis=1)
    total = theirs.sum(axis=1)
    high = np.where(there, theirs, -np.inf).max(axis=1, initial=-np.inf)
    low = field.prices.min(axis=1, initial=np.inf)
    out = np.empty((prices.size, count.size), dtype=np.bool_)
    for place, price in enumerate(prices.tolist()):
        if bench.kind == "lowest":
            base = np.minimum(low, price)
        else:
            summed, number = total + price, count + 1
            if bench.kind == "trimmed":
                cut = number >= max(bench.trim_from, 3)
                summed = summed - np.where(cut, np.maximum(high, price) + np.minimum(low, price), 0)
                number = number - 2 * cut
            base = summed / number
            if bench.kind == "mixed" and rule.ceiling is not None:
                part = bench.ceiling_ppm / PPM
                base = base * (1.0 - part) + rule.ceiling * part
            base = base * (1.0 - bench.drop_ppm / PPM)
        mine = _deviation_points(np.full_like(base, price), base, rule, weight)
        mine = mine * (1.0 + more * field.we_are_small) + field.ours
        others = _deviation_points(theirs, base[:, None], rule, weight)
        others = others * (1.0 + more * field.small) + field.points
        out[place] = mine >= np.where(there, others, -np.inf).max(axis=1, initial=-np.inf)
    return out


def _deviation_points(price: Floats, base: Floats, rule: Rule, weight: float) -> Floats:
    away = (price / base - 1.0) * 100
    lost = np.where(away > 0, away * rule.benchmark.above, -away * rule.benchmark.below) / 100
    return np.maximum(weight - lost, rule.benchmark.least / 100)
