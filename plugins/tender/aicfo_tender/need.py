"""Working capital of a contract: −min of cumulative cash over many paths of chance.

Every path draws cost, duration and the buyer's lag once, and for each payment whether it comes
later still; own cash, where a forecast is given, is
drawn once as a level between its quantiles. Equal seeds give equal paths, and the draws are
inverse transforms of the same uniforms, so that a worse spread never gives a smaller need.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aicfo_sdk import PPM, share

if TYPE_CHECKING:
    from aicfo_sdk.model import CashForecast

    from .contract import Contract, Risk, Spread

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

_CHUNK = 32_768
"""Path-days worked on at once: few enough to stay in the processor's cache."""

_GIVEN = (0, 100_000, 200_000, 300_000, 400_000, 600_000, 800_000, 1_000_000, 1_500_000, 2_000_000)
"""Money that sources may give, ppm of the price, for which days of late payment are counted."""

_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.9)
"""How far P90 lies from the median, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Results per path, in minor units and days from today (−1 = never).

    `need` alone, `short` with own cash; `first_short` … `last_short` the days of shortage;
    `repaid` the first day from which cumulative cash never falls below zero again.
    """

    need: Ints
    short: Ints
    first_short: Ints
    last_short: Ints
    repaid: Ints
    margin: Ints
    """Price less cost, before the price of money."""
    money_days: Ints
    """Sum of the shortages at all days' ends: what interest on them is reckoned from."""
    late: tuple[tuple[int, float], ...]
    """For money that sources may give, the days of the work on which the firm then cannot pay all,
    mean over the paths."""


@dataclass(frozen=True, slots=True)
class OwnCash:
    """Own cash above the buffer from today on, at its 10, 50 and 90 % quantiles, minor units.

    The last day's level holds for all days after it.
    """

    p10: Floats
    p50: Floats
    p90: Floats
    buffer: int


def own_cash(forecast: CashForecast, today_ordinal: int) -> OwnCash:
    """Return what a forecast leaves above its buffer, from today's opening on."""
    gap = max(forecast.start.toordinal() - today_ordinal, 0)

    def line(quantile: tuple[int, ...]) -> Floats:
        days = [forecast.opening] * gap + list(quantile)
        return np.array(days or [forecast.opening], dtype=np.float64) - forecast.buffer

    return OwnCash(line(forecast.p10), line(forecast.p50), line(forecast.p90), forecast.buffer)


def simulate(
    contract: Contract, risk: Risk, own: OwnCash | None, *, paths: int, seed: int
) -> Paths:
    """Return need and shortage of each path; without `own`, all of the need is short."""
    generator = np.random.default_rng(seed)
    draws = generator.random((4, paths))
    overrun = triangular(risk.overrun, draws[0])
    stretch = np.maximum(triangular(risk.stretch, draws[1]), 1) / PPM
    lag = np.maximum(triangular(risk.lag, draws[2]), 0)
    level = _normal(draws[3])
    lags = lag + _lateness(risk, generator.random((len(contract.flows), paths)))
    costs = np.array(
        [share(contract.cost, PPM + int(extra)) for extra in overrun.tolist()],
        dtype=np.int64,
    )
    length = np.maximum(np.rint(contract.duration * stretch), 1).astype(np.int64)
    horizon = _horizon(contract, length, stretch, lags)
    given = [share(contract.price, part) for part in _GIVEN]
    late = np.zeros(len(given))
    results: list[tuple[Ints, ...]] = []
    size = max(_CHUNK // horizon, 1)
    for low in range(0, paths, size):
        part = slice(low, low + size)
        cash = _cumulative(
            contract, costs[part], length[part], stretch[part], lags[:, part], horizon
        )
        results.append(_measure(cash, _free(own, level[part], horizon)))
        late += _late(cash, own, level[part], contract.start, length[part], given)
    need, short, first, last, repaid, money_days = (
        np.concatenate(column) for column in zip(*results, strict=True)
    )
    days = tuple(zip(given, (late / paths).tolist(), strict=True))
    return Paths(need, short, first, last, repaid, contract.price - costs, money_days, days)


def quantile(values: Ints, ppm: int) -> int:
    """Return the smallest value that at least `ppm` of all values do not exceed."""
    rank = -(-len(values) * ppm // PPM)
    return int(np.sort(values)[max(rank, 1) - 1])


def triangular(spread: Spread, uniform: Floats) -> Ints:
    """Return whole draws of a triangular distribution by inverse transform of `uniform`."""
    low, likely, high = spread.least, spread.likely, spread.most
    if low == high:
        return np.full(uniform.shape, low, dtype=np.int64)
    width = high - low
    turn = (likely - low) / width
    left = low + np.sqrt(uniform * width * (likely - low))
    right = high - np.sqrt((1.0 - uniform) * width * (high - likely))
    return np.rint(np.where(uniform < turn, left, right)).astype(np.int64)


def beta_cdf(x: Floats, a: int, b: int) -> Floats:
    """Return the regularised incomplete beta function for whole a, b ≥ 1.

    For whole shapes it is the chance of at least `a` successes in a + b − 1 trials, a sum of few
    exact terms: no numerical integration.
    """
    n = a + b - 1
    rest = 1.0 - x
    total = np.zeros_like(x)
    for j in range(a, n + 1):
        total += comb(n, j) * x**j * rest ** (n - j)
    return total


def _lateness(risk: Risk, uniform: Floats) -> Ints:
    """Return the days that each payment comes later than the buyer's lag, by inverse transform."""
    often = risk.late_ppm / PPM
    if not often:
        return np.zeros(uniform.shape, dtype=np.int64)
    inside = np.clip(uniform / often, 1e-6, 1.0)
    return np.rint(-risk.late_days * np.log(inside)).astype(np.int64)


def _horizon(contract: Contract, length: Ints, stretch: Floats, lags: Ints) -> int:
    """Return the number of days after which no path has money left to move."""
    last = contract.start + int(length.max()) + contract.terms
    most, late = float(stretch.max()), int(lags.max(initial=0))
    for flow in contract.flows:
        last = max(last, flow.base + round(flow.progress * most) + (late if flow.lagged else 0))
    return last + 2


def _cumulative(
    contract: Contract, costs: Ints, length: Ints, stretch: Floats, lags: Ints, horizon: int
) -> Ints:
    """Return cumulative cash at each day's end, shape (paths, days)."""
    paths = len(costs)
    moves = np.zeros((paths, horizon), dtype=np.int64)
    rows = np.arange(paths)
    for flow, lag in zip(contract.flows, lags, strict=True):
        days = flow.base + np.rint(flow.progress * stretch).astype(np.int64)
        moves[rows, days + lag if flow.lagged else days] += flow.amount
    cash = np.cumsum(moves, axis=1)
    billed = np.array(
        [share(cost, contract.supplier_ppm) for cost in costs.tolist()], dtype=np.int64
    )
    # A day's work costs at its end, so the first day of the contract already does.
    elapsed = np.arange(1 - contract.start, horizon + 1 - contract.start, dtype=np.float64)
    done = beta_cdf(np.clip(elapsed[None, :] / length[:, None], 0.0, 1.0), *contract.curve)
    cash -= _round((costs - billed)[:, None] * done)
    cash[:, contract.terms :] -= _round(billed[:, None] * done[:, : horizon - contract.terms])
    return cash


def _round(amounts: Floats) -> Ints:
    # The one place where money is rounded as a column: half to even, as round_div does.
    return np.rint(amounts).astype(np.int64)


def _free(own: OwnCash | None, level: Floats, horizon: int) -> Ints:
    """Return own cash that may be used, never below zero, shape (paths, days)."""
    if own is None:
        return np.zeros((len(level), horizon), dtype=np.int64)
    days = np.minimum(np.arange(horizon), len(own.p50) - 1)
    p10, p50, p90 = own.p10[days], own.p50[days], own.p90[days]
    up = np.maximum(level, 0.0)[:, None] * ((p90 - p50) / _Z90)[None, :]
    down = np.minimum(level, 0.0)[:, None] * ((p50 - p10) / _Z90)[None, :]
    return np.maximum(_round(p50[None, :] + up + down), 0)


def _late(
    cash: Ints, own: OwnCash | None, level: Floats, start: int, length: Ints, given: list[int]
) -> Floats:
    """Return the path-days of the work on which contract and firm together lack more than each
    of `given`.

    Unlike a shortage this counts what the firm lacks without the contract, and its buffer as money
    that it has: whoever is late for other reasons cannot pay for this work either.
    """
    days = np.arange(start, min(start + int(length.max()), cash.shape[1]))
    held: Floats | float = 0.0
    if own is not None:
        at = np.minimum(days, len(own.p50) - 1)
        # Beyond the forecast what is not known of own cash grows as a random walk does.
        wide = np.sqrt((days + 1) / (at + 1))
        up = np.maximum(level, 0.0)[:, None] * (wide * (own.p90[at] - own.p50[at]) / _Z90)[None, :]
        down = np.minimum(level, 0.0)[:, None] * (wide * (own.p50[at] - own.p10[at]) / _Z90)
        held = own.p50[at][None, :] + own.buffer + up + down
    works = days[None, :] < start + length[:, None]
    lacks = np.where(works, -cash[:, days] - held, 0.0)
    return np.array([float((lacks > money).sum()) for money in given])


def _measure(cash: Ints, free: Ints) -> tuple[Ints, ...]:
    days = cash.shape[1]
    need = np.maximum(-cash.min(axis=1), 0)
    missing = np.maximum(-cash - free, 0)
    short = missing.max(axis=1)
    is_short = missing > 0
    some = is_short.any(axis=1)
    first = np.where(some, is_short.argmax(axis=1), -1)
    last = np.where(some, days - 1 - is_short[:, ::-1].argmax(axis=1), -1)
    below = cash < 0
    repaid = np.where(below.any(axis=1), days - below[:, ::-1].argmax(axis=1), 0)
    return need, short, first, last, np.minimum(repaid, days - 1), missing.sum(axis=1)


def _normal(uniform: Floats) -> Floats:
    inside = np.clip(uniform, 1e-12, 1.0 - 1e-12)
    return np.array([_NORMAL.inv_cdf(u) for u in inside.tolist()])
