"""What each store of a chain sells as a rule, and what a day brings beyond that.

In logs a day is a store's level, its weekday, the city's day and luck. The level wanders slowly and
is followed by a Kalman filter. The city's day is learnt from the other stores and, as they are few,
from what the chain's days are like: the fewer siblings, the more the chain's own past counts. Luck
is what so many orders vary by, and an excess learnt from the chain and, with time, from the store.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..forecast.daykinds import Flags, Floats

ORDERS, VALUE = 0, 1
"""The signals: log orders a day, log amount an order."""

WANDER = np.array([[2.5e-5], [4e-6]])
"""Variance by which a store's level moves a day, by signal: 2.7 and 1.1 % a month, so that about a
month of orders and three of baskets are remembered. Weak priors: half or twice as much finds nearly
as many drops."""

_CLIP = 2.5
"""Standard deviations beyond which a day says no more: one closed day is no drop."""

_UNKNOWN = 0.09
"""Variance of a level before its first day: 30 %."""

_EARLY = 28
"""Days of a level from which its noise is learnt."""

_CITY_WANDER = np.array([[4e-4], [1e-5]])
"""Variance by which what all stores share moves a day: 2 % a day follows a season."""

_CITY_KEEP, _CITY_START = 1 / 60, 0.04
"""How fast the variance of the city's day is learnt, and what it is at first."""

_CITY_LEAST = np.array([[1e-3], [1e-5]])
_TAIL = 2.0
"""Degrees of freedom of the city's day: on a festival the past says little, the siblings all."""

_WEEKDAY_PRIOR, _WEEKDAY_MOST, _CITY_WEEKS = 80.0, 60.0, 26.0
"""Days that a store's own weekday must have been seen to count for half, and that count at most."""

_EXCESS = np.array([[0.006], [0.5]])
"""Variance of a day's orders beyond chance, and of one order's log amount, before any is seen."""

_EXCESS_LEAST = np.array([[4e-4], [0.02]])
_OWN_PRIOR, _OWN_MOST, _SLOW = 90.0, 90.0, 1 / 90
"""Days of its own at which a store's noise counts as the chain's does, and most that count."""

_SOUND = 0.3
"""Odds of a drop above which a day does not teach what the noise is."""


class Day(NamedTuple):
    """A day of a chain; arrays are signals × stores."""

    valid: Flags
    residual: Floats
    """Log of what was sold over what was expected; 0 where that is not known."""
    clipped: Floats
    total: Floats
    """Variance of the residual."""
    noise: Floats
    """The part of it that is luck and the city's day: without the level's."""
    sampled: Floats
    """Variance of one unit of `excess` in the day: 1, or 1 over the orders made."""
    chance: Floats
    """Variance that so many orders have anyway."""


class Levels:
    """Levels, weekdays and noise of the stores of one merchant, day after day."""

    def __init__(self, stores: int) -> None:
        shape = (2, stores)
        self.level, self.var = np.zeros(shape), np.full(shape, _UNKNOWN)
        self.count = np.zeros(shape, dtype=np.int64)
        """Days that moved the level."""
        self.ready = np.zeros(shape, dtype=np.bool_)
        self._weekday, self._seen = np.zeros((*shape, 7)), np.zeros((*shape, 7))
        self._excess, self._own = np.tile(_EXCESS, stores), np.tile(_EXCESS, stores)
        self._pooled = _EXCESS.copy()
        # The city: signals × 1, so that they go with signals × stores.
        self._city, self._city_var = np.zeros((2, 1)), np.full((2, 1), _CITY_START)
        self._city_known = np.full((2, 1), _UNKNOWN)
        self._city_weekday, self._city_seen = np.zeros((2, 1, 7)), np.zeros((2, 1, 7))
        self._days = np.zeros((2, 1))

    def look(self, t: int, logs: Floats, known: Flags, trust: Floats) -> Day:
        """Return what day `t` (an index) brings; `trust` of each store is its weight for others."""
        weekday = t % 7
        self._open(logs, known, weekday)
        self.var += WANDER
        self._city_known += _CITY_WANDER
        spread = self._city_var + self._city_known
        there = known & self.ready
        base = self.level + self._weekday[:, :, weekday]
        usual = self._city + self._city_weekday[:, :, weekday]
        sold, expected = (np.exp(np.minimum(values[ORDERS], 50.0)) for values in (logs, base))
        city = sold[there[ORDERS]].sum() / max(float(expected[there[ORDERS]].sum()), 1e-9)
        chance = np.stack([1.0 / np.maximum(expected * city, 0.5), np.zeros_like(sold)])
        sampled = np.stack([np.ones_like(sold), 1.0 / np.maximum(sold, 1.0)])
        own = self.var + chance + self._excess * sampled
        off = np.where(there, logs - base, 0.0)
        weight = np.where(there, trust, 0.0) / own
        whole = weight.sum(1, keepdims=True)
        some = np.maximum(whole, 1e-9)
        middle = np.where(whole > 0, (weight * off).sum(1, keepdims=True) / some, usual)
        edge = _CLIP * np.sqrt(own)
        pull = weight * (middle + np.clip(off - middle, -edge, edge))
        others = whole - weight
        told = np.maximum(others, 1e-9)
        seen = (pull.sum(1, keepdims=True) - pull) / told
        far = np.where(others > 1e-9, (seen - usual) ** 2 / (spread + 1.0 / told), 0.0)
        var = spread * np.maximum((_TAIL + far) / (_TAIL + 1.0), 1.0)
        precision = others + 1.0 / var
        residual = off - (seen * others + usual / var) / precision
        # Alone on a day, a store cannot be told from its city.
        valid = there & (there.sum(1, keepdims=True) > 1)
        noise = own - self.var + 1.0 / precision
        total = noise + self.var
        edge = _CLIP * np.sqrt(total)
        residual = np.where(valid, residual, 0.0)
        self._learn_city(weekday, pull.sum(1, keepdims=True) / some - usual, whole)
        return Day(valid, residual, np.clip(residual, -edge, edge), total, noise, sampled, chance)

    def learn(self, t: int, day: Day, moves: Flags, sound: Floats) -> None:
        """Let a day move what `moves` says; `sound` are the odds of a drop of each store."""
        weekday, moved = t % 7, day.valid & moves
        gain = np.where(moved, self.var / day.total, 0.0)
        self.level += gain * day.clipped
        self.var *= 1.0 - gain
        late = moved & (self.count >= _EARLY // 2)
        seen = self._seen[:, :, weekday] = np.minimum(
            self._seen[:, :, weekday] + late, _WEEKDAY_MOST
        )
        self._weekday[:, :, weekday] += np.where(late, day.clipped / (seen + _WEEKDAY_PRIOR), 0.0)
        # What a day says of the noise: its square, less what is known to vary.
        square = np.minimum(day.residual**2, 9.0 * day.total)
        rest = day.total - day.chance - self._excess * day.sampled
        heard = (square - rest - day.chance) / day.sampled
        used = moved & (self.count >= _EARLY) & (sound < _SOUND)
        rate = np.maximum(_SLOW, 1.0 / np.maximum(self.count + 31.0 - _EARLY, 1.0))
        self._own += np.where(used, rate * (heard - self._own), 0.0)
        number = used.sum(1, keepdims=True)
        rate = np.where(used, rate, 0.0).sum(1, keepdims=True) / np.maximum(number, 1)
        mean = np.where(used, heard, 0.0).sum(1, keepdims=True) / np.maximum(number, 1)
        self._pooled += rate * (mean - self._pooled)
        own = np.clip(self.count - _EARLY, 0.0, _OWN_MOST)
        shared = (_OWN_PRIOR * self._pooled + own * self._own) / (_OWN_PRIOR + own)
        self._excess = np.maximum(shared, _EXCESS_LEAST)
        self.count += moved

    def _open(self, logs: Floats, known: Flags, weekday: int) -> None:
        """Give stores that are new a level: the first day, against the others of that day."""
        new = known & ~self.ready
        if not new.any():
            return
        old = known & self.ready
        base = self.level + self._weekday[:, :, weekday]
        number = old.sum(1, keepdims=True)
        middle = np.where(old, logs - base, 0.0).sum(1, keepdims=True) / np.maximum(number, 1)
        self.level = np.where(new, logs - middle, self.level)
        self.ready |= new

    def _learn_city(self, weekday: int, miss: Floats, whole: Floats) -> None:
        """Let a day say what the chain's days are like."""
        there = whole > 0
        sampled = 1.0 / np.maximum(whole, 1e-9)
        spread = self._city_var + self._city_known
        total = spread + sampled
        # A day far from what is usual is a festival or a change: the past says little either way.
        wide = np.maximum((_TAIL + miss**2 / total) / (_TAIL + 1.0), 1.0)
        pulled = np.where(there, miss / (wide * spread + sampled), 0.0)
        gain = wide * self._city_known / (wide * spread + sampled)
        self._city += wide * self._city_known * pulled
        weekly = there & (self._days >= 7)
        seen = self._city_seen[:, :, weekday] = np.minimum(
            self._city_seen[:, :, weekday] + weekly, _CITY_WEEKS
        )
        self._city_weekday[:, :, weekday] += np.where(weekly, pulled * spread / (seen + 1.0), 0.0)
        rate = np.maximum(_CITY_KEEP, 1.0 / np.maximum(self._days - _EARLY + 1.0, 1.0))
        square = np.minimum(miss**2, 9.0 * total) - sampled - self._city_known
        self._city_known *= np.where(there, wide * (1.0 - gain), 1.0)
        learnt = np.maximum(self._city_var + rate * (square - self._city_var), _CITY_LEAST)
        self._city_var = np.where(there & (self._days >= _EARLY), learnt, self._city_var)
        self._days += there
