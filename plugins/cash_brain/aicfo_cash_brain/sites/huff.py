"""Huff's model of who shops where, fitted to few stores: a grid of models, each with its weight.

A store j draws of district i the share A_j^a · d_ij^-b of the sum over all stores there (Huff,
"A probabilistic analysis of shopping center trade areas", 1963). A chain has too few stores to
say a and b, so prior and likelihood are weighed over a grid: with few stores the prior's usual
exponents count, with many the stores' own. What takings differ by beyond that is log-normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

import numpy as np

from ..forecast.daykinds import Floats, Ints
from .city import City

_SIZE = (0.4, 0.7, 1.0, 1.3, 1.6)
_DISTANCE = (1.0, 1.5, 2.0, 2.5, 3.0)
_SIZE_PRIOR, _DISTANCE_PRIOR = (1.0, 0.3), (2.0, 0.5)
"""Mean and standard deviation before any store is seen: size near proportional, distance near
squared, as studies of retail have it since Reilly (1931)."""

_NEAR = (6**-0.5, 2**-0.5)
"""Nobody lives at distance 0: what is added in quadrature, in spacings of districts. Root mean
square distance in a square district, and that of its corner."""

_SPREAD = (0.08, 0.12, 0.18, 0.26, 0.38, 0.56)
_SPREAD_PRIOR = (0.22, 0.5)
"""Median of what the model leaves unexplained, log, and the log-SD of that."""

_STEPS = 24
_NORMAL = np.array([NormalDist().inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS)])


@dataclass(frozen=True, slots=True)
class Shape:
    """One choice of exponents: pull of each place on each district."""

    size: float
    distance: float
    weight: float
    pull: Floats
    """Districts × places (own, candidates, rivals)."""

    def drawn(self, people: Floats, trading: Floats) -> Floats:
        """Return the people that each place draws when those `trading` (flags) do."""
        pull = self.pull * trading
        every = pull.sum(axis=1)
        share = np.divide(people, every, out=np.zeros_like(every), where=every > 0)
        return share @ pull


@dataclass(frozen=True, slots=True)
class Fitted:
    """Models with the weight that each has after the stores were seen, and their unknowns.

    A draw is a model and what a store has beside it: `weights` (draws,) sum to 1.
    """

    shapes: tuple[Shape, ...]
    of: Ints
    """Draw → its shape's place in `shapes`."""
    worth: Floats
    """Draw → log takings of a store that draws one person."""
    luck: Floats
    """Draw → what a store that is not known takes beyond that, log."""
    weights: Floats
    size: float
    distance: float
    spread: float


def fit(city: City, rows: Ints, takings: Floats) -> Fitted | None:
    """Return the models weighed by what own stores take; None where nobody can be told apart.

    `rows` are the places of the stores with known `takings` (> 0).
    """
    trading = flags(city)
    shapes: list[Shape] = []
    logs: list[float] = []
    means: list[float] = []
    pairs: list[tuple[int, float]] = []
    squares = city.squares()
    count = rows.size
    for size, distance, near in product(_SIZE, _DISTANCE, _NEAR):
        pull = city.area**size * (squares + (near * city.spacing) ** 2) ** (-distance / 2)
        shape = Shape(size, distance, 0.0, pull)
        drawn = shape.drawn(city.people, trading)[rows]
        if (drawn <= 0).any():
            continue
        gap = np.log(takings) - np.log(drawn)
        prior = _bell(size, *_SIZE_PRIOR) + _bell(distance, *_DISTANCE_PRIOR)
        square = float(((gap - gap.mean()) ** 2).sum())
        for spread in _SPREAD:
            seen = -(count - 1) * np.log(spread) - square / (2 * spread**2)
            before = _bell(np.log(spread / _SPREAD_PRIOR[0]), 0.0, _SPREAD_PRIOR[1])
            logs.append(float(seen + before + prior))
            pairs.append((len(shapes), spread))
            means.append(float(gap.mean()))
        shapes.append(shape)
    if not shapes:
        return None
    weights = np.exp(np.array(logs) - max(logs))
    weights /= weights.sum()
    of = np.array([place for place, _ in pairs], dtype=np.int64)
    spreads: Floats = np.array([spread for _, spread in pairs])
    kept = [
        Shape(one.size, one.distance, float(weights[of == place].sum()), one.pull)
        for place, one in enumerate(shapes)
    ]
    # A new store differs from the own ones' mean, which is itself known from `count` of them.
    wide = spreads * np.sqrt(1 + 1 / count)
    luck = (wide[:, None] * _NORMAL[None, :]).ravel()
    return Fitted(
        shapes=tuple(kept),
        of=np.repeat(of, _STEPS),
        worth=np.repeat(np.array(means), _STEPS),
        luck=luck,
        weights=np.repeat(weights / _STEPS, _STEPS),
        size=float(sum(one.size * one.weight for one in kept)),
        distance=float(sum(one.distance * one.weight for one in kept)),
        spread=float((spreads * weights).sum()),
    )


def flags(city: City, *opened: int, without: Sequence[int] = ()) -> Floats:
    """Return which places trade: own stores but those `without`, rivals, candidates `opened`."""
    out = np.ones(len(city.places))
    first = len(city.own)
    out[first : first + len(city.candidates)] = 0.0
    for row in opened:
        out[row] = 1.0
    for row in without:
        out[row] = 0.0
    return out


def quantiles(values: Floats, weights: Floats) -> tuple[int, int, int]:
    """Return P10, P50 and P90 of weighted values, rounded to whole minor units."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    wanted: Floats = np.array([0.1, 0.5, 0.9]) * reached[-1]
    places: list[int] = np.searchsorted(reached, wanted).tolist()
    low, middle, high = (round(float(values[order[min(p, order.size - 1)]])) for p in places)
    return low, middle, high


def _bell(value: float, mean: float, sd: float) -> float:
    return -((value - mean) ** 2) / (2 * sd**2)
