"""How many store faults a watcher who knows the generator's own figures finds in a week.

A watcher who knows how often faults of each kind begin, how deep and how long they are, the shape
of each, every store's true level and the true noise keeps the odds that each store has a fault now
(a Shiryaev filter), and is told at once whether an alarm was right and when a fault ends. Empty
shelves are seen. Two of them: one knows what the day did to the whole city, one has to learn it
from the sibling stores. No tool that reads books alone knows as much; it is what one good way to
watch reaches, not a proof that none does better. Noise is Gaussian in logs, as it nearly is from
twenty orders a day on.

`AICFO_DIAGNOSE_BOUND_CHAINS` chains of `restaurant` (default 120), seed 11, a year: the seed that
tools are tuned on, for a bound needs none held out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np
from aicfo_sim.draws import world
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.effects.faults import BASKET, COMPETITOR, KINDS, RAMP, STOCK_OUT, TRAFFIC, Faults
from aicfo_sim.scenario import Figures, load

from aicfo_sdk import PPM

_SEED, _DAYS, _WITHIN, _GRID = 11, 365, 7, 7
_PRECISION = 0.8
_ODDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5)
_Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class _Watch:
    """A world's stores, one after the other, over warm-up and run."""

    figures: Figures
    faults: list[Faults]
    """Of each chain, days from the first of the warm-up."""
    place: list[int]
    """Row of each chain's first store."""
    sd: tuple[_Floats, _Floats]
    """True noise of a day's log orders and log amount an order, by store."""
    city: _Floats
    """What not knowing the city's day adds to the variance of log orders, by store."""
    warmup: int
    total: int


def measure() -> dict[str, str]:
    """Return recall within a week at the precision asked for, for both watchers, by kind."""
    seen = _watch(int(os.environ.get("AICFO_DIAGNOSE_BOUND_CHAINS", "120")))
    out = dict[str, str]()
    for name, city in (("city's day known", 0.0), ("city's day from siblings", 1.0)):
        rows = [_score(seen, city, odds) for odds in _ODDS]
        precision, found, count = next((row for row in rows if row[0] >= _PRECISION), rows[-1])
        out[f"{name}: precision"] = f"{precision:.3f}"
        out[f"{name}: recall within {_WITHIN} days"] = (
            f"{found.sum() / count.sum():.3f}   {found.sum()}/{count.sum()}"
        )
        for kind, one, of in zip(KINDS, found, count, strict=True):
            out[f"{name}: recall of {kind}"] = f"{one / max(of, 1):.3f}   {one}/{of}"
    return out


def _watch(chains: int) -> _Watch:
    chosen = replace(load("restaurant"), mix={"restaurant": 1})
    where = world(chosen, days=_DAYS, seed=_SEED)
    whos = [where.who(merchant) for merchant in range(chains)]
    figures = whos[0].figures
    faults, place, orders, city = list[Faults](), [0], list[_Floats](), list[_Floats]()
    for who in whos:
        stores = stores_of(who)
        columns = (getattr(stores, f"fault_{name}") for name in Faults._fields)
        faults.append(Faults(*columns))
        place.append(place[-1] + stores.own)
        mean: _Floats = np.median(stores.orders[: stores.own].sum(axis=1), axis=1)
        told: _Floats = 1.0 / _spread(figures, mean)
        orders.append(mean)
        city.append(1.0 / (figures.number("weather_cv") ** -2 + told.sum() - told))
    every = np.concatenate(orders)
    amount = figures.number("ticket_cv") / np.sqrt(every)
    sd = np.sqrt(_spread(figures, every)), amount
    return _Watch(figures, faults, place, sd, np.concatenate(city), chosen.warmup_days, where.total)


def _spread(figures: Figures, orders: _Floats) -> _Floats:
    """Return the variance of a day's log orders when the city's day is known."""
    return 1.0 / np.maximum(orders, 1.0) + figures.number("store_cv") ** 2


def _score(seen: _Watch, city: float, enough: float) -> tuple[float, np.ndarray, np.ndarray]:
    """Return precision, faults found in time by kind and all of them by kind."""
    variance = (seen.sd[0] ** 2 + city * seen.city, seen.sd[1] ** 2)
    rng = np.random.default_rng(_SEED)
    shape = (seen.total, seen.place[-1])
    logs = [rng.standard_normal(shape) * np.sqrt(each) for each in variance]
    kind, begun = np.full(shape, -1), np.full(shape, -1)
    for base, each in zip(seen.place, seen.faults, strict=False):
        for store, what, first, end, depth in zip(*(c.tolist() for c in each), strict=True):
            low, high = max(first, 0), min(end, seen.total)
            if low >= high:
                continue  # over before the books begin, or after they end
            age = np.arange(low, high) - first + 1
            ramp = np.minimum(age, RAMP) / RAMP if what == COMPETITOR else np.ones(age.size)
            logs[what == BASKET][low:high, base + store] += np.log1p(-ramp * depth / PPM)
            kind[low:high, base + store], begun[low:high, base + store] = what, first
    odds = _Odds(seen.figures, variance)
    known = np.zeros(shape[1], dtype=np.bool_)
    delay, false = dict[tuple[int, int], tuple[int, int]](), 0
    for t in range(seen.total):
        over = known & ((kind[t] < 0) | (begun[t] != begun[t - 1]))
        known &= ~over
        odds.forget(over | (kind[t] == STOCK_OUT))
        alarm = (odds.of_today(logs[0][t], logs[1][t]) >= enough) & (kind[t] != STOCK_OUT)
        alarm = (alarm | ((kind[t] == STOCK_OUT) & (t >= seen.warmup))) & ~known
        for store in np.flatnonzero(alarm).tolist():
            if kind[t, store] >= 0:
                key = store, int(begun[t, store])
                if t >= seen.warmup or kind[t, store] != STOCK_OUT:
                    delay[key] = (t, t - key[1])
            else:
                false += t >= seen.warmup
        odds.forget(alarm & (kind[t] < 0))
        known |= alarm & (kind[t] >= 0)
    found, count = np.zeros(len(KINDS), dtype=np.int64), np.zeros(len(KINDS), dtype=np.int64)
    for base, each in zip(seen.place, seen.faults, strict=False):
        for store, what, first in zip(*(c.tolist() for c in each[:3]), strict=True):
            if first >= seen.warmup and first + _WITHIN < seen.total:
                count[what] += 1
                found[what] += delay.get((base + store, first), (0, 99))[1] <= _WITHIN
    right = sum(day >= seen.warmup for day, _ in delay.values())
    return right / max(right + false, 1), found, count


class _Odds:
    """Odds of each kind, depth and age of a fault against none, by store."""

    def __init__(self, figures: Figures, variance: tuple[_Floats, _Floats]) -> None:
        self._variance = variance
        parts = np.array(figures.numbers("fault_kinds"))
        chance = figures.number("fault_year") / 365.0 * parts / parts.sum() / _GRID
        self._rows = list[tuple[int, _Floats, _Floats, float, float]]()
        for what in (TRAFFIC, BASKET, COMPETITOR):
            least, most = figures.numbers(f"fault_depth_{KINDS[what]}")
            depths = np.linspace(least, most, _GRID)
            ages = np.arange(1, RAMP + 1) / RAMP if what == COMPETITOR else np.ones(1)
            mean = np.log1p(-ages[:, None] * depths)[:, :, None]
            ends = 1.0 / float(np.mean(figures.numbers(f"fault_days_{KINDS[what]}")))
            state = np.zeros((ages.size, _GRID, variance[0].size))
            self._rows.append((int(what == BASKET), mean, state, float(chance[what]), ends))

    def forget(self, stores: np.ndarray) -> None:
        """Begin anew for these stores."""
        for row in self._rows:
            row[2][:, :, stores] = 0.0

    def of_today(self, orders: _Floats, amount: _Floats) -> _Floats:
        """Take in a day's residuals; return the odds that a fault is on."""
        whole = np.zeros_like(orders)
        for signal, mean, state, chance, ends in self._rows:
            oldest = state[-1] * (1.0 - ends)
            state[1:] = state[:-1].copy()
            state[0] = chance
            state[-1] += oldest
            seen = (orders, amount)[signal]
            state *= np.exp(mean * (seen - mean / 2) / self._variance[signal])
            np.minimum(state, 1e12, out=state)
            whole += state.sum(axis=(0, 1))
        return whole
