"""How much of what could have been gained a policy gained."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..fen import Floats, Ints
from ..rng import MARKET, stream
from ..statistics import BAGS, CONFIDENCE, RESAMPLES
from .model import NONE


@dataclass(frozen=True, slots=True)
class Captured:
    """Share of the gap between the owner and the bound that a policy closed, with a 95 % interval.

    `share` = (Σ policy − Σ owner) / (Σ bound − Σ owner) over merchants, `regret` = 1 − share;
    `low`, `high` from the percentile bootstrap over merchants. `room` is the mean of bound − owner,
    fen. Where sums leave no room the share says nothing and is NaN.
    """

    merchants: int
    share: float
    low: float
    high: float
    regret: float
    room: float


def either(policy: Ints, owner: Ints) -> Ints:
    """Return what could have been reached with a policy's choices of what a bound does not cover
    (tenders, prices, advertising, stores, goods) or with the owner's; the bounds of both, fen.

    With a policy's own choices alone the bound can lie below the owner: a policy that gives money
    away by its prices would have no room, and a share of it would say nothing.
    """
    return np.where(owner == NONE, policy, np.maximum(policy, owner))


def captured(policy: Ints, owner: Ints, bound: Ints, *, seed: int) -> Captured:
    """Return what `policy` captured; wealth and bound (`either`) of the same merchants, fen.

    Merchants are resampled in bags, every `BAGS`-th one, as `statistics.paired` does; the stream
    depends on `seed` alone.
    """
    count = policy.size
    if not count:
        return Captured(0, math.nan, math.nan, math.nan, math.nan, math.nan)
    bag: Ints = np.arange(count, dtype=np.int64) % BAGS
    won, room = (
        np.bincount(bag, weights=(part - owner).astype(np.float64)) for part in (policy, bound)
    )
    source = stream(seed, 0, MARKET, "captured")
    drawn = source.integers(won.size, size=(RESAMPLES, won.size))
    tail = (1 - CONFIDENCE) / 2
    share = float(_ratio(won.sum(keepdims=True), room.sum(keepdims=True))[0])
    resampled = _ratio(won[drawn].sum(axis=1), room[drawn].sum(axis=1))
    found = resampled[np.isfinite(resampled)]
    low, high = np.quantile(found, [tail, 1 - tail]).tolist() if found.size else (math.nan,) * 2
    return Captured(count, share, low, high, 1 - share, float(room.sum()) / count)


def _ratio(won: Floats, room: Floats) -> Floats:
    return np.divide(won, room, out=np.full_like(won, math.nan), where=room > 0)
