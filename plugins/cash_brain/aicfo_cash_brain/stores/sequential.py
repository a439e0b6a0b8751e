"""Drops of single stores, found day by day on what neither its siblings nor its own past explain.

Each day brings every store a residual (`levels`) and new odds that it is down (`drops`). An alarm
is raised where the odds pass a threshold: of all rules with so many false alarms, the one that
misses least. It lasts until the store is likelier back than still down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import expm1, log1p, sqrt

import numpy as np

from ..forecast.daykinds import Flags, Floats
from .drops import Drops
from .levels import ORDERS, VALUE, Day, Levels

_ENOUGH = 28
"""Days of level without which nothing is tested."""

_RECOVERED = 1.5
"""Log evidence that ends an alarm: four or five times likelier back than still down."""

_ONE_DAY = 1.2
"""The most that one day says for it: one good day does not end a drop."""

_SETTLES, _CLEAR = 28, 4.0
"""Days within which a drop's first day may yet be found to lie later, and how much better that must
fit: squares in variances of a day."""

_SHALLOW, _DEEP = 0.08, 0.95
_HELD = (0.007, 5e8)
"""Least and most odds of a drop that is followed."""


@dataclass(slots=True)
class Watched:
    """One store as known on a day."""

    residuals: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    """Of each signal, log of what was sold over what was expected by day; 0 where not known."""
    spread: float = 0.0
    """Standard deviation of a day's residual of orders; 0 where drops cannot be looked for."""
    alarm: bool = False
    signal: int = ORDERS
    first: int = 0
    """Index of the first day of the drop."""
    depth: float = 0.0
    """Share missing."""
    odds: float = 0.0
    """How much likelier a drop is than none."""
    back: float = 0.0
    """Log evidence that the store is back."""
    history: list[int] = field(default_factory=list[int])
    """1 + signal on each day with an alarm, else 0. A day's entry rests on days up to it alone."""


class Chain:
    """The stores of one merchant, day after day."""

    def __init__(self, stores: int, *, chance: float, enough: float) -> None:
        """`chance` that a drop of a store begins on a day; `enough` odds for an alarm.

        A store without siblings is never alarmed.
        """
        self.enough = enough
        self.stores = [Watched() for _ in range(stores)]
        self.days = 0
        self._levels, self._drops = Levels(stores), Drops(stores, chance=chance)
        self._odds = np.zeros(stores)
        self._moves = np.ones((2, stores), dtype=np.bool_)
        """Whether a day may move a store's level: not that of a signal that is down."""

    def go_on(self, logs: Floats, known: Flags) -> None:
        """Take in the days that are new; those before are the ones it was given before.

        `logs` and `known` are signals × stores × days.
        """
        for t in range(self.days, logs.shape[2]):
            self._one(t, logs[:, :, t], known[:, :, t])
        self.days = logs.shape[2]

    def _one(self, t: int, logs: Floats, known: Flags) -> None:
        levels, drops = self._levels, self._drops
        trust = np.where(self._moves.all(0), 1.0 / (1.0 + self._odds), 0.0)
        day = levels.look(t, logs, known, trust)
        tested = day.valid & (levels.count >= _ENOUGH)
        self._odds = drops.weigh(day, levels.var, tested)
        levels.learn(t, day, self._moves, self._odds)
        for place, store in enumerate(self.stores):
            for residuals, seen in zip(store.residuals, day.residual[:, place], strict=True):
                residuals.append(float(seen))
            store.spread = sqrt(day.total[ORDERS, place]) if tested[ORDERS, place] else 0.0
            if store.alarm:
                if day.valid[store.signal, place]:
                    self._follow(store, place, t, day)
            elif self._odds[place] >= self.enough and tested[:, place].any():
                self._raise(store, place, t)
            store.history.append(1 + store.signal if store.alarm else 0)

    def _raise(self, store: Watched, place: int, t: int) -> None:
        """Raise the alarm for the likeliest drop; the level is what it was without that."""
        likely = self._drops.likeliest(place)
        store.alarm, store.signal, store.back = True, likely.signal, 0.0
        store.first = t - likely.days + 1
        store.odds = float(self._odds[place])
        deep = -expm1(float(np.mean(store.residuals[likely.signal][store.first :])))
        store.depth = min(max(deep, _SHALLOW), _DEEP)
        self._levels.level[likely.signal, place] += likely.above
        self._levels.var[likely.signal, place] = likely.var
        self._moves[likely.signal, place] = False

    def _follow(self, store: Watched, place: int, t: int, day: Day) -> None:
        """Follow how deep a drop is, and end it when the store is back."""
        which = store.signal
        down = log1p(-store.depth)
        clipped, total = float(day.clipped[which, place]), float(day.total[which, place])
        up = min((down**2 / 2 - down * clipped) / total, _ONE_DAY)
        store.back = max(0.0, store.back + up)
        store.odds = min(max(store.odds * float(np.exp(-up)), _HELD[0]), _HELD[1])
        seen = float(day.residual[which, place])
        gap = -expm1(min(max(seen, -3.0), 0.3)) - store.depth
        store.depth += max(1.0 / (t - store.first + 1), 1.0 / 21.0) * gap
        store.depth = min(max(store.depth, _SHALLOW), _DEEP)
        if store.first + _SETTLES >= t:
            _begin_later(store, total)
        if store.back >= _RECOVERED:
            store.alarm, store.back, store.odds = False, 0.0, 0.0
            self._drops.forget(place)
            self._odds[place] = 0.0
            self._moves[which, place] = True


def _begin_later(store: Watched, total: float) -> None:
    """Let a drop begin later where its days say so: poor days before it were taken for its own."""
    path = np.array(store.residuals[store.signal][store.first :])
    number = np.arange(path.size, 0, -1)
    missing = path[::-1].cumsum()[::-1]
    fit = missing**2 / number
    later = int(np.argmax(np.where(missing < 0, fit, 0.0)))
    if fit[later] > fit[0] + _CLEAR * total:
        store.first += later
        store.depth = min(max(-expm1(missing[later] / number[later]), _SHALLOW), _DEEP)


__all__ = ["ORDERS", "VALUE", "Chain", "Watched"]
