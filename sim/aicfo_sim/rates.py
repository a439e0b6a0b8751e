"""Paths of interest rates by day: known up to the scenario's start, drawn per replication after.

Known rates are the shipped fixings (SHIBOR) and dated parameters (LPR, deposits, money fund,
wealth product). From the start on SHIBOR moves by blocks of real joint changes of all its tenors,
which keep their spread, skew and correlation, and is drawn back to its level at the start; the
LPR takes steps on its fixing days; what money earns follows them. How strongly is in
`calibration/market.toml`, most of it marked as an assumption.

Every path is prefix-stable: its value on day `t` is the same however long the run is.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from aicfo_sdk.parameters import parameters

from . import rng
from .dates import PAD, Dates
from .fen import Ints
from .scenario import Figures

TENORS = ("ON", "1W", "2W", "1M", "3M", "6M", "9M", "1Y")
"""SHIBOR's tenors by their row in arrays."""

STALE = 30
"""Days for which a fixing stands when none follows; later days take the dated parameter."""

BLOCK = 20
"""Working days whose real changes are drawn together: a month keeps its run of one sign."""

TRAIL = 60
"""Days over which a fund's assets roll: its yield follows the mean of so many days."""

LPR_STEP = 1_000
"""Size of one move of the LPR, ppm: ten basis points, the usual step since 2019."""

LPR_LEAST = 10_000
"""Level below which the LPR is not drawn, ppm."""

EARN_LEAST = 100
"""Level below which deposits and funds are not drawn, ppm."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Paths over all days of a run, ppm a year: tenors × days for SHIBOR, days for the rest.

    `basis` is the part of the bill curve that moves on its own: buckets × days.
    """

    shibor: Ints
    basis: Ints
    lpr_1y: Ints
    lpr_5y: Ints
    deposit: Ints
    fund: Ints
    wealth: Ints


def rates(
    figures: Figures, seed: int, replication: int, days: Dates, start: int, buckets: int
) -> Rates:
    """Return the paths of one replication; day `start` is the first that nobody knows.

    `buckets` is the number of maturities of the bill curve.
    """
    shibor = _shibor(figures, seed, replication, days, start)
    one, five = _lpr(figures, seed, replication, days, start)
    fund = _following(figures, "money_fund", shibor[TENORS.index("3M")], days, start)
    wealth = _following(figures, "wealth_product", shibor[TENORS.index("6M")], days, start)
    deposit = _dated("finance.demand_deposit_ppm", days, start)
    moved = (one - one[max(start - 1, 0)]) * figures.number("deposit_pass")
    deposit[start:] += np.rint(moved[start:]).astype(np.int64)
    return Rates(
        shibor=shibor,
        basis=_basis(figures, seed, replication, days, start, buckets),
        lpr_1y=one,
        lpr_5y=five,
        deposit=np.maximum(deposit, EARN_LEAST),
        fund=fund,
        wealth=wealth,
    )


def _shibor(figures: Figures, seed: int, replication: int, days: Dates, start: int) -> Ints:
    """Return tenors × days: what was fixed, then mean-reverting moves in blocks of real ones."""
    path = np.empty((len(TENORS), days.days), dtype=np.int64)
    path[:, :start] = _fixed(days, start)[:, : days.days]
    changes = real_changes(int(figures.number("shibor_since")))
    # Plain floats: a few tenors a day are less than an array's overhead.
    level = [float(rate) for rate in known_shibor(days.at(start - 1))]
    shift = figures.number("shibor_shift") * 10_000
    mean = [rate + shift for rate in level]
    pull, scale = figures.number("shibor_reversion"), figures.number("shibor_scale")
    least, most = (end * 10_000 for end in figures.numbers("shibor_bounds"))
    working = days.working[PAD + start : PAD + days.days]
    source = rng.stream(seed, replication, rng.MARKET, "shibor")
    first = (source.random(int(working.sum()) // BLOCK + 1) * len(changes)).astype(np.int64)
    moves: list[list[int]] = changes.tolist()
    blocks: list[int] = first.tolist()
    step, drawn = 0, list[list[int]]()
    for works in working.tolist():
        if works:
            move = moves[(blocks[step // BLOCK] + step % BLOCK) % len(moves)]
            level = [
                min(max(now + pull * (usual - now) + scale * change, least), most)
                for now, usual, change in zip(level, mean, move, strict=True)
            ]
            step += 1
        drawn.append([round(now) for now in level])
    if drawn:
        path[:, start:] = np.array(drawn, dtype=np.int64).T
    return path


def _basis(
    figures: Figures, seed: int, replication: int, days: Dates, start: int, buckets: int
) -> Ints:
    """Return buckets × days: 0 up to the start, then an Ornstein-Uhlenbeck walk a bucket."""
    path = np.zeros((buckets, days.days), dtype=np.int64)
    pull, spread = figures.number("bill_reversion"), figures.number("bill_sd") * 10_000
    source = rng.stream(seed, replication, rng.MARKET, "basis")
    noise = source.normal(size=(max(days.days - start, 0), buckets)) * spread
    level, drawn = [0.0] * buckets, list[list[int]]()
    for moves in noise.tolist():
        level = [now - pull * now + move for now, move in zip(level, moves, strict=True)]
        drawn.append([round(now) for now in level])
    if drawn:
        path[:, start:] = np.array(drawn, dtype=np.int64).T
    return path


def _lpr(
    figures: Figures, seed: int, replication: int, days: Dates, start: int
) -> tuple[Ints, Ints]:
    """Return LPR 1Y and 5Y by day; both take the same steps on the 20th of a month, rolled."""
    one, five = (_dated(f"rates.lpr_{term}_ppm", days, start) for term in ("1y", "5y"))
    cut, rise = figures.number("lpr_cut"), figures.number("lpr_rise")
    months = days.month_starts[(days.month_starts >= start - 31) & (days.month_starts < days.days)]
    fixings = days.roll(months + 19)
    fixings = fixings[(fixings >= start) & (fixings < days.days)]
    draws = rng.stream(seed, replication, rng.MARKET, "lpr").random(fixings.size)
    for t, draw in zip(fixings.tolist(), draws.tolist(), strict=True):
        move = -LPR_STEP if draw < cut else LPR_STEP if draw >= 1.0 - rise else 0
        for path in (one, five):
            path[t:] = max(int(path[t]) + move, LPR_LEAST)
    return one, five


def _following(figures: Figures, name: str, market: Ints, days: Dates, start: int) -> Ints:
    """Return what a product yields by day: dated, then moved by a share of its market's mean.

    The mean is that of the last `TRAIL` days, for what a fund holds runs off over months.
    """
    path = _dated(f"finance.{name}_ppm", days, start)
    before = np.concatenate([np.repeat(market[:1], TRAIL), market])
    total = np.cumsum(before)
    mean = (total[TRAIL:] - total[:-TRAIL]) // TRAIL
    moved = (mean - mean[max(start - 1, 0)]) * figures.number(f"{name}_pass")
    path[start:] += np.rint(moved[start:]).astype(np.int64)
    return np.maximum(path + round(figures.number(f"{name}_shift") * 10_000), EARN_LEAST)


def _dated(name: str, days: Dates, start: int) -> Ints:
    """Return a dated parameter by day; the days from `start` on keep the last known value."""
    path = np.empty(days.days, dtype=np.int64)
    told = _told(name, days, start)
    path[:start] = told[: days.days]
    path[start:] = told[-1]
    return path


@lru_cache(maxsize=64)
def _told(name: str, days: Dates, start: int) -> list[int]:
    """Return a dated parameter on the days before `start`, on one day at least."""
    return [known(name, days.at(t)) for t in range(max(start, 1))]


@lru_cache(maxsize=16)
def _fixed(days: Dates, start: int) -> Ints:
    """Return tenors × days: SHIBOR as known on the days before `start`."""
    rows = [known_shibor(days.at(t)) for t in range(start)]
    return np.array(rows, dtype=np.int64).reshape(start, len(TENORS)).T


def known(name: str, day: date) -> int:
    """Return a dated rate, ppm; a day before its first row takes that row.

    Raises: NotFound when the name is unknown or its rows leave a gap.
    """
    table = parameters()
    rows = table.rows(name)
    return int(table.at(name, max(day, rows[0].since) if rows else day))


@lru_cache(maxsize=1024)
def known_shibor(day: date) -> tuple[int, ...]:
    """Return SHIBOR by tenor as known on a day, ppm: the last fixing, or where the shipped ones
    end the dated parameter."""
    ordinals, values = _fixings()
    place = bisect_right(ordinals, day.toordinal()) - 1
    if place >= 0 and day.toordinal() - ordinals[place] <= STALE:
        return values[place]
    table = parameters()
    since = table.rows("rates.shibor_ppm")[0].since
    return tuple(table.at("rates.shibor_ppm", max(day, since)))


@cache
def real_changes(since: int) -> Ints:
    """Return working days × tenors: daily changes of SHIBOR from a year on, ppm, less their mean.

    Without their mean a drawn path has no drift but what reverts it.
    """
    ordinals, values = _fixings()
    first = bisect_right(ordinals, date(since, 1, 1).toordinal() - 1)
    moves = np.diff(np.array(values[first:], dtype=np.int64), axis=0)
    mean = moves.sum(axis=0) / moves.shape[0]
    return moves - np.rint(mean).astype(np.int64)


@cache
def _fixings() -> tuple[list[int], list[tuple[int, ...]]]:
    """Return days (ordinals) and SHIBOR by tenor, ppm, of the shipped fixings, oldest first."""
    entry = files("aicfo_seeds") / "real" / "shibor_2006_2022.csv"
    rows = list(csv.DictReader(entry.read_text("utf-8").splitlines()))
    ordinals = [date.fromisoformat(row["date"]).toordinal() for row in rows]
    # A fixing has four decimals of a per cent: exactly one ppm each.
    values = [tuple(round(float(row[tenor]) * 10_000) for tenor in TENORS) for row in rows]
    return ordinals, values
