"""Every drop that a store may be in: since when, how deep, in which signal, and its odds.

For each day of the last weeks, signal, shape and depth there is a Kalman filter that begins where
the store's own level stood before that day and expects the drop from it on. How much better than no
drop it foretells the days since, times the prior, are its odds: so a level that is not well known,
or wanders, makes a drop no likelier than it should. Their sum is the odds that the store is down.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..forecast.daykinds import Flags, Floats
from .levels import ORDERS, VALUE, WANDER, Day

_AGES = 21
"""Days for which a drop not yet found is still looked for; then it is the store's level."""

_DEPTHS = (0.10, 0.15, 0.20, 0.30, 0.40, 0.50)
"""Shares that a drop may take, each as likely: a weak prior. Others near them are found as well."""

RAMP = 14
"""Days over which a rival who opened takes customers; other causes act at once."""

_SHAPES = ((ORDERS, 1), (VALUE, 1), (ORDERS, RAMP))
"""Signal and days until it is at its depth, each as likely as another."""

_LASTS = 60.0
"""Mean days of a drop."""

_NEVER, _MOST = -1e9, 50.0
"""Log odds of what is not looked for, and the most that is reckoned with."""


class Likeliest(NamedTuple):
    """The likeliest drop of a store."""

    signal: int
    days: int
    """How long it has lasted, today included."""
    above: float
    """The level that its days leave the store, less the level that takes them for usual ones."""
    var: float
    """Variance of that level."""


class Drops:
    """Odds of every drop of each store of one merchant; arrays are stores × ages × drops."""

    def __init__(self, stores: int, *, chance: float) -> None:
        """`chance` that a drop begins on a day."""
        self._signal = np.array([signal for signal, _ in _SHAPES for _ in _DEPTHS])
        ramps = np.array([ramp for _, ramp in _SHAPES for _ in _DEPTHS])
        depths = np.array([depth for _ in _SHAPES for depth in _DEPTHS])
        ages = np.arange(1, _AGES + 1)
        self._down: Floats = np.log1p(-depths * np.minimum(ages[:, None] / ramps, 1.0))
        self._prior = float(np.log(chance / len(depths)))
        self._stays = float(np.log1p(-1.0 / _LASTS))
        shape = (stores, _AGES, len(depths))
        self._log, self._above = np.full(shape, _NEVER), np.zeros(shape)
        self._var = np.zeros((2, stores, _AGES))

    def forget(self, store: int) -> None:
        """Begin anew for a store."""
        self._log[store] = _NEVER

    def weigh(self, day: Day, var: Floats, tested: Flags) -> Floats:
        """Take in a day; return the odds of each store's being down.

        `var` is that of the levels, `tested` where the day may speak; both signals × stores.
        """
        self._log[:, 1:] = self._log[:, :-1] + self._stays
        self._above[:, 1:] = self._above[:, :-1]
        self._var[:, :, 1:] = self._var[:, :, :-1] + WANDER[:, :, None]
        self._log[:, 0], self._above[:, 0], self._var[:, :, 0] = self._prior, 0.0, var
        total = self._var + day.noise[:, :, None]
        # Without a drop: the day against the store's level as it is followed.
        usual = day.clipped**2 / day.total + np.log(day.total)
        gain = np.where(tested[:, :, None], self._var / total, 0.0)
        plain = np.where(tested, var / day.total, 0.0) * day.clipped
        which = self._signal
        miss = day.clipped[which].T[:, None, :] - self._above - self._down
        more = usual[:, :, None] - np.log(total)
        told = (more[which] - miss.transpose(2, 0, 1) ** 2 / total[which]) / 2.0
        self._log += np.where(tested[which][:, :, None], told, 0.0).transpose(1, 2, 0)
        self._above += gain[which].transpose(1, 2, 0) * miss - plain[which].T[:, None, :]
        self._var *= 1.0 - gain
        return np.exp(np.minimum(self._log, _MOST)).sum((1, 2))

    def likeliest(self, store: int) -> Likeliest:
        """Return what a store that is down most likely suffers."""
        logs = self._log[store]
        # The shape first, by all its days and depths: one of them alone may fit by luck.
        shapes = np.exp(np.minimum(logs, _MOST)).reshape(_AGES, len(_SHAPES), -1).sum((0, 2))
        shape, depths = int(np.argmax(shapes)), len(_DEPTHS)
        part = logs[:, shape * depths : (shape + 1) * depths]
        age, depth = divmod(int(np.argmax(part)), depths)
        drop = shape * depths + depth
        signal = int(self._signal[drop])
        above = float(self._above[store, age, drop])
        return Likeliest(signal, age + 1, above, float(self._var[signal, store, age]))
