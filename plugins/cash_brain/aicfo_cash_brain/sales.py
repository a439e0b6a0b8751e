"""The sales forecast as a fact: from books to quantiles in whole minor units."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from aicfo_sdk import Context
from aicfo_sdk.model import ForecastScore, SalesForecast, StoreId

from .forecast.contest import Chosen, Effort, contest
from .forecast.daykinds import Floats, trading_days
from .history import sales_history

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
    history = sales_history(ctx.books, store)
    start = ctx.today + timedelta(days=1)
    known = history.total
    if not len(known) or not known.any():
        zero = (0,) * horizon_days
        return SalesForecast(
            start=start, store=store, p10=zero, p50=zero, p90=zero,
            sum_p10=0, sum_p50=0, sum_p90=0, method="none",
            note="cannot say: the books hold no sales",
        )  # fmt: skip
    past = trading_days(ctx.calendar, history.first, len(known))
    ahead = trading_days(ctx.calendar, start, horizon_days)
    chosen = contest(known, past, ahead, effort)
    days, sums = chosen.bands.days[0], chosen.bands.sums[0]
    if len(known) < SHORT:
        days, sums = _wider(days), _wider(sums)
    days = np.sort(days, axis=1)
    return SalesForecast(
        start=start,
        store=store,
        p10=_whole(days[:, 0]),
        p50=_whole(days[:, 4]),
        p90=_whole(days[:, 8]),
        sum_p10=_whole(sums)[0],
        sum_p50=_whole(sums)[4],
        sum_p90=_whole(sums)[8],
        method=chosen.method,
        scores=_scores(chosen),
        note=_note(len(known)),
        evidence=history.evidence,
    )


def _wider(quantiles: Floats) -> Floats:
    middle = quantiles[..., 4:5]
    wide = middle + (quantiles - middle) * _WIDER_WHEN_SHORT
    return np.maximum(wide, 0.0) if (quantiles >= 0).all() else wide


def _whole(values: Floats) -> tuple[int, ...]:
    return tuple(int(value) for value in np.clip(np.rint(values), -_LIMIT, _LIMIT))


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


def _note(length: int) -> str:
    if length < CANNOT_SAY:
        return f"cannot say: {length} days of sales are too few; shown is their average"
    if length < SHORT:
        return f"only {length} days of sales: wide bands from shops at large, no measured error"
    if length < SHORT * 2:
        return f"only {length} days of sales: the error could not be measured on the past"
    return ""
