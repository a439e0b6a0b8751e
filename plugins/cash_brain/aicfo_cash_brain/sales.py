"""The sales forecast as a fact: from books to quantiles in whole minor units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from aicfo_sdk import Context, WorkCalendar
from aicfo_sdk.model import ForecastScore, SalesForecast, StoreId

from .cleaning import Cleaned, cleaned
from .forecast.backtest import ENOUGH
from .forecast.contest import Chosen, Effort, contests
from .forecast.daykinds import Days, Floats, trading_days
from .history import History, sales_history
from .reconcile import less_closing, store_forecast

CANNOT_SAY, SHORT = 7, 28
"""Days of history below which nothing can be said, and below which only a wide band is given."""

_WIDER_WHEN_SHORT = 1.6
_LIMIT = 10**13


def forecast_sales(
    ctx: Context, *, horizon_days: int, store: StoreId | None, effort: Effort
) -> SalesForecast:
    """Return daily and summed sales quantiles for `horizon_days` from tomorrow.

    With fewer than `SHORT` days of history bands are 1.6 times as wide and a note says so; with
    fewer than `CANNOT_SAY` the note says that the numbers mean nothing; without any they are 0.
    """
    return forecast_many([ctx], horizon_days=horizon_days, store=store, effort=effort)[0]


def forecast_many(
    contexts: Sequence[Context], *, horizon_days: int, store: StoreId | None, effort: Effort
) -> list[SalesForecast]:
    """Return the forecast of each merchant, or of its `store` as a share of the merchant's.

    Merchants whose history covers the same days are forecast at once. Where histories are long
    enough, it does not matter when each began. Stores known to close in the days to come sell
    nothing after that.
    """
    histories = [sales_history(ctx.books) for ctx in contexts]
    wholes = _forecasts(contexts, histories, horizon_days, None, effort)

    def one(ctx: Context, history: History, name: StoreId | None) -> SalesForecast:
        return _forecasts([ctx], [history], horizon_days, name, effort)[0]

    if store is None:
        pairs = zip(contexts, wholes, strict=True)
        return [less_closing(ctx, whole, one) for ctx, whole in pairs]
    return [
        store_forecast(ctx, store, whole, one) for ctx, whole in zip(contexts, wholes, strict=True)
    ]


def _forecasts(
    contexts: Sequence[Context],
    histories: Sequence[History],
    horizon_days: int,
    store: StoreId | None,
    effort: Effort,
) -> list[SalesForecast]:
    """Return the forecast of each history by itself."""
    out: list[SalesForecast | None] = [None] * len(contexts)
    alike: dict[tuple[WorkCalendar, date, int], list[tuple[int, History, Cleaned]]]
    alike = defaultdict(list)
    for place, (ctx, history) in enumerate(zip(contexts, histories, strict=True)):
        if history.total.any():
            clean = cleaned(history.first, history.total, ctx.calendar)
            length = len(clean.total)
            start = clean.first + timedelta(days=length)
            alike[ctx.calendar, start, min(length, ENOUGH)].append((place, history, clean))
        else:
            out[place] = _silent(ctx, horizon_days, store)
    for (calendar, start, _), group in alike.items():
        ahead = trading_days(calendar, start, horizon_days)
        found = _contests(calendar, start, [clean.total for _, _, clean in group], ahead, effort)
        for (place, history, clean), chosen in zip(group, found, strict=True):
            out[place] = _fact(chosen, history, clean, start, store)
    return [fact for fact in out if fact is not None]


def _contests(
    calendar: WorkCalendar, start: date, totals: list[Floats], ahead: Days, effort: Effort
) -> list[Chosen]:
    """Return the contest of each history that ends before `start`; the same one is held once."""
    keys = [(calendar, start, len(ahead), effort, total.tobytes()) for total in totals]
    new = {key: total for key, total in zip(keys, totals, strict=True) if key not in _held}
    found = {key: _held[key] for key in keys if key in _held}
    if new:
        longest = max(map(len, new.values()))
        known = np.full((len(new), longest), np.nan)
        for row, total in zip(known, new.values(), strict=True):
            row[longest - len(total) :] = total
        past = trading_days(calendar, start - timedelta(days=longest), longest)
        found |= dict(zip(new, contests(known, past, ahead, effort), strict=True))
    for old in list(_held)[: max(len(_held) + len(new) - _KEPT, 0)]:
        _held.pop(old, None)
    _held.update({key: found[key] for key in new})
    return [found[key] for key in keys]


_KEPT = 128
_held: dict[tuple[WorkCalendar, date, int, str, bytes], Chosen] = {}
"""Contests held last: books in which only bills or loans moved since have the same sales."""


def _silent(ctx: Context, horizon_days: int, store: StoreId | None) -> SalesForecast:
    zero = (0,) * horizon_days
    return SalesForecast(
        start=ctx.today + timedelta(days=1), store=store, p10=zero, p50=zero, p90=zero,
        sum_p10=0, sum_p50=0, sum_p90=0, method="none",
        note="cannot say: the books hold no sales",
    )  # fmt: skip


def _fact(
    chosen: Chosen, history: History, clean: Cleaned, start: date, store: StoreId | None
) -> SalesForecast:
    length = len(clean.total)
    days, sums = chosen.bands.days[0], chosen.bands.sums[0]
    if length < SHORT:
        days, sums = _wider(days), _wider(sums)
    days = np.sort(days, axis=1)
    total = _whole(sums)
    return SalesForecast(
        start=start,
        store=store,
        p10=_whole(days[:, 0]),
        p50=_whole(days[:, 4]),
        p90=_whole(days[:, 8]),
        sum_p10=total[0],
        sum_p50=total[4],
        sum_p90=total[8],
        method=chosen.method,
        scores=_scores(chosen),
        note=_note(length, history.repeated, clean),
        evidence=history.evidence,
    )


def _wider(quantiles: Floats) -> Floats:
    middle = quantiles[..., 4:5]
    wide = middle + (quantiles - middle) * _WIDER_WHEN_SHORT
    return np.maximum(wide, 0.0) if (quantiles >= 0).all() else wide


def _whole(values: Floats) -> tuple[int, ...]:
    return tuple(np.clip(np.rint(values), -_LIMIT, _LIMIT).astype(np.int64).tolist())


def _scores(chosen: Chosen) -> tuple[ForecastScore, ...]:
    return tuple(
        ForecastScore(
            method=name,
            wape_ppm=round(score.wape * 1e6),
            coverage_ppm=round(score.coverage * 1e6),
            origins=score.origins,
        )
        for name, score in chosen.scores.items()
    )


def _note(length: int, repeated: int, clean: Cleaned) -> str:
    """What limits the forecast and what was set aside, in one line; empty for a clean long past."""
    notes: list[str] = []
    if length < CANNOT_SAY:
        notes.append(f"cannot say: {length} days of sales are too few; shown is their average")
    elif length < SHORT:
        notes.append(
            f"only {length} days of sales: wide bands from shops at large, no measured error"
        )
    elif length < SHORT * 2:
        notes.append(f"only {length} days of sales: the error could not be measured on the past")
    if repeated:
        notes.append(f"records that repeat another left out: {repeated}")
    return "; ".join([*notes, *clean.notes])
