"""Drops of single stores, found day by day on what neither its siblings nor its own past explain.

Each day a store's log orders and log amount an order are set against its own level, its weekday and
the mean of its siblings that day: what the whole city shares cancels out. On the residuals runs a
Shiryaev-Roberts mixture over how deep the drop may be. While nothing happens its value less the
days that passed has mean 0, so a threshold of c days means that the mean time to a false alarm of
a store is at least c: false alarms are bounded for each store and year, however often one looks.

Plain numbers, not arrays: a chain has a handful of stores, and a day rests on the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, expm1, isfinite, log, log1p, sqrt

import numpy as np

from ..forecast.daykinds import Flags, Floats

ORDERS, VALUE = 0, 1
"""The signals: log orders a day, log amount an order."""

_DEPTHS = ((0.20, 0.35), (0.14, 0.24))
"""Drops that the mixture is made of, by signal. Others near them are found as well."""

_WEIGHTS = (0.275, 0.225)
"""Weight of each hypothesis of a signal in the mixture; over both signals they sum to 1."""

_LAG = 8
"""Days after which a day may move a store's level: a drop is to be found before it does."""

_KEEP = 0.03
"""Share by which a day moves the level: about a month's memory, for levels drift over months."""

_CLIP = 2.5
"""Standard deviations beyond which a day says no more: one closed day is no drop."""

_ENOUGH = 21
"""Days of level without which nothing is tested."""

_WEEKDAY_PRIOR = 8.0
"""Days that a store's own weekday must have been seen to count for half."""

_RECOVERED = log(20.0)
"""Evidence that ends an alarm: twenty times likelier back than still down."""

_START, _SPREAD_START = 28, 42
_LEAST_SD, _UNKNOWN_SD = 0.04, 0.3
_LEAST_VAR, _SLOW = _LEAST_SD**2, 1 / 90
_SHALLOW, _DEEP = 0.08, 0.95


@dataclass(slots=True)
class Signal:
    """One signal of one store as known on a day."""

    level: float
    var: float
    ready: bool
    count: int = 0
    """Days that moved the level."""
    weekday: list[float] = field(default_factory=lambda: [0.0] * 7)
    seen: list[float] = field(default_factory=lambda: [0.0] * 7)
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """The Shiryaev-Roberts value of each hypothesis."""
    since: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """CUSUM of each hypothesis: where it was last 0, the drop it speaks of began."""
    begun: list[int] = field(default_factory=lambda: [0, 0])
    total: float = 1.0
    """Variance of today's residual: own noise and that of the siblings' mean."""
    edge: float = _CLIP
    """How far today's residual counts: `_CLIP` of its standard deviations."""
    residuals: list[float] = field(default_factory=list[float])
    """Log of what was sold over what was expected, by day; 0 where it is not known."""
    own: list[float] = field(default_factory=list[float])
    """The same beside the level of the day."""
    valid: list[bool] = field(default_factory=list[bool])


@dataclass(slots=True)
class Watched:
    """One store as known on a day."""

    signals: tuple[Signal, Signal]
    used: list[bool] = field(default_factory=list[bool])
    """Whether a day may move the level: not while the store is down."""
    alarm: bool = False
    signal: int = ORDERS
    first: int = 0
    """Index of the first day of the drop."""
    depth: float = 0.0
    """Share missing."""
    evidence: float = 0.0
    """Log of how much likelier a drop is than none, against what was thought beforehand."""
    back: float = 0.0
    history: list[int] = field(default_factory=list[int])
    """1 + signal on each day with an alarm, else 0. A day's entry rests on days up to it alone."""

    @property
    def spread(self) -> float:
        """Standard deviation of a day's residual of orders; 0 where drops cannot be looked for."""
        orders = self.signals[ORDERS]
        tested = orders.count >= _ENOUGH and bool(orders.valid) and orders.valid[-1]
        return sqrt(orders.total) if tested else 0.0


class Chain:
    """The stores of one merchant, day after day."""

    def __init__(self, logs: Floats, known: Flags, *, run_length: float, least: float) -> None:
        """`logs` and `known` are signals × stores × days.

        `run_length`: mean days to a false alarm of a store; `least`: smallest share whose loss is
        worth an alarm. A store without siblings is never alarmed.
        """
        self.run_length, self.least = run_length, least
        down = -log1p(-least)
        deep = [[log1p(-depth) for depth in each] for each in _DEPTHS]
        self._tests = [[(mean + down, (mean**2 - down**2) / 2) for mean in each] for each in deep]
        begin = [_begin(logs[signal], known[signal]) for signal in (ORDERS, VALUE)]
        self.stores = [
            Watched((begin[ORDERS][store], begin[VALUE][store])) for store in range(logs.shape[1])
        ]
        self._waiting = any(not each.ready for store in self.stores for each in store.signals)
        self.days = 0

    def go_on(self, logs: Floats, known: Flags) -> None:
        """Take in the days that are new; those before are the ones it was given before."""
        values = logs.transpose(2, 0, 1).tolist()
        there = known.transpose(2, 0, 1).tolist()
        for t in range(self.days, logs.shape[2]):
            for signal in (ORDERS, VALUE):
                self._against_siblings(t, signal, values[t][signal], there[t][signal])
            for store in self.stores:
                if store.alarm:
                    _follow(store, t)
                else:
                    self._test(store, t)
                store.used.append(not store.alarm)
                store.history.append(1 + store.signal if store.alarm else 0)
            if t >= _LAG:
                for store in self.stores:
                    _learn(store, t - _LAG)
                if self._waiting:
                    self._newcomers(values[t - _LAG], there[t - _LAG])
        self.days = logs.shape[2]

    def _against_siblings(self, t: int, which: int, logs: list[float], known: list[bool]) -> None:
        """Add each store's residual of the day against the mean of its siblings."""
        weekday = t % 7
        states = [store.signals[which] for store in self.stores]
        offs = [
            value - state.level - state.weekday[weekday] if there and state.ready else None
            for value, there, state in zip(logs, known, states, strict=True)
        ]
        weights = [
            0.0 if off is None or store.alarm else 1.0 / state.var
            for off, store, state in zip(offs, self.stores, states, strict=True)
        ]
        whole = sum(weights)
        pull = middle = 0.0
        pulls = [0.0] * len(states)
        if whole:
            pairs = zip(weights, offs, strict=True)
            middle = sum(weight * (off or 0.0) for weight, off in pairs) / whole
            for place, (weight, off) in enumerate(zip(weights, offs, strict=True)):
                if weight and off is not None:
                    edge = _CLIP * sqrt(states[place].var)
                    pulls[place] = weight * (middle + min(max(off - middle, -edge), edge))
            pull = sum(pulls)
        for place, state in enumerate(states):
            off, others = offs[place], whole - weights[place]
            valid = off is not None and others > 1e-9
            residual = (off or 0.0) - (pull - pulls[place]) / others if valid else 0.0
            state.total = state.var + (1.0 / others if valid else 1e3)
            state.edge = _CLIP * sqrt(state.total)
            state.valid.append(valid)
            state.residuals.append(residual)
            state.own.append(residual + state.level)

    def _test(self, store: Watched, t: int) -> None:
        """Let the day speak for or against a drop, and raise the alarm where it is enough."""
        value, tested = 0.0, False
        for which, state in enumerate(store.signals):
            sums, since, weight = state.sums, state.since, _WEIGHTS[which]
            if not state.valid[t] or state.count < _ENOUGH:
                value += weight * (sums[0] + sums[1])
                continue
            tested = True
            seen, edge, total = state.residuals[t], state.edge, state.total
            seen = -edge if seen < -edge else min(seen, edge)
            for place, (slope, offset) in enumerate(self._tests[which]):
                more = (slope * seen - offset) / total
                now = sums[place] = (1.0 + sums[place]) * exp(more)
                value += weight * now
                level = since[place] + more
                if level <= 0.0:
                    level, state.begun[place] = 0.0, t + 1
                since[place] = level
        if tested and value >= self.run_length:
            _raise(store, t, value)

    def _newcomers(self, logs: list[list[float]], known: list[list[bool]]) -> None:
        """Give stores that opened a level: where they began, against the middle of the others."""
        for which in (ORDERS, VALUE):
            states = [store.signals[which] for store in self.stores]
            pairs = zip(known[which], states, strict=True)
            fresh = [there and not state.ready for there, state in pairs]
            if not any(fresh):
                continue
            offs = [
                value - state.level
                for value, there, state in zip(logs[which], known[which], states, strict=True)
                if there and state.ready
            ]
            middle = sum(offs) / len(offs) if offs else 0.0
            for state, new, value in zip(states, fresh, logs[which], strict=True):
                if new:
                    state.level, state.ready = value - middle, True
        self._waiting = any(not each.ready for store in self.stores for each in store.signals)


def _raise(store: Watched, t: int, value: float) -> None:
    """Raise the alarm, for the signal and from the day that speak for it most."""
    _, which, first = max(
        (since, signal, min(begun, t))
        for signal, state in enumerate(store.signals)
        for since, begun in zip(state.since, state.begun, strict=True)
    )
    state = store.signals[which]
    seen = [state.residuals[day] for day in range(first, t + 1) if state.valid[day]]
    deep = -expm1(sum(seen) / len(seen)) if seen else 0.0
    store.alarm, store.signal, store.first = True, which, first
    store.depth = min(max(deep, _SHALLOW), _DEEP)
    store.evidence, store.back = log(value), 0.0
    for day in range(first, t):
        store.used[day] = False


def _follow(store: Watched, t: int) -> None:
    """Follow how deep a drop is, and end it when the store is back."""
    state = store.signals[store.signal]
    if not state.valid[t]:
        return
    seen = state.residuals[t]
    edge = state.edge
    down = log1p(-store.depth)
    up = (-down * min(max(seen, -edge), edge) + down**2 / 2) / state.total
    store.back = max(0.0, store.back + up)
    store.evidence = min(max(store.evidence - up, -5.0), 20.0)
    gap = -expm1(min(max(seen, -3.0), 0.3)) - store.depth
    store.depth += max(1.0 / (t - store.first + 1), 1.0 / 21.0) * gap
    store.depth = min(max(store.depth, _SHALLOW), _DEEP)
    if store.back >= _RECOVERED:
        store.alarm, store.back, store.evidence = False, 0.0, 0.0
        for each in store.signals:
            each.sums, each.since, each.begun = [0.0, 0.0], [0.0, 0.0], [t + 1, t + 1]


def _learn(store: Watched, day: int) -> None:
    """Let a day of `_LAG` days ago move level, weekday and spread, unless the store was down."""
    if not store.used[day]:
        return
    for state in store.signals:
        if not state.valid[day]:
            continue
        miss, edge, count = state.own[day] - state.level, state.edge, state.count
        cut = -edge if miss < -edge else min(miss, edge)
        gain = 1.0 / (count + 1.0)
        state.level += (max(_KEEP, gain)) * cut
        if count >= 14:
            which = day % 7
            seen = state.seen[which] = state.seen[which] * 0.99 + 1.0
            state.weekday[which] += cut / (seen + _WEEKDAY_PRIOR)
        if count >= _START:
            total, var = state.total, state.var
            square = min(miss * miss, 9.0 * total) - (total - var)
            var += (max(_SLOW, gain)) * (square - var)
            state.var = max(_LEAST_VAR, var)
        state.count = count + 1


def _begin(logs: Floats, known: Flags) -> list[Signal]:
    """Return each store's level and spread of the first weeks; one that has none waits for them."""
    early, there = logs[:, :_SPREAD_START], known[:, :_SPREAD_START]
    middle = np.where(there, early, 0.0).sum(0) / np.maximum(there.sum(0), 1)
    apart = np.where(there, early - middle, np.nan)
    weeks = np.abs(apart[:, 7:] - apart[:, :-7])
    siblings = max(int(there.sum(0).max(initial=0)), 2)
    out: list[Signal] = []
    for store in range(len(logs)):
        level = _median(apart[store, :_START])
        spread = _median(weeks[store]) * 1.4826 / sqrt(2.0 * (1.0 - 1.0 / siblings))
        if not isfinite(spread) or spread < _LEAST_SD:
            spread = _UNKNOWN_SD
        out.append(Signal(level if isfinite(level) else 0.0, spread**2, isfinite(level)))
    return out


def _median(values: Floats) -> float:
    """Return the median of what is there, NaN where nothing is."""
    there = values[np.isfinite(values)]
    return float(np.median(there)) if there.size else float("nan")
