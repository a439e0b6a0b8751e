"""What cash lacks until more can be had: what bills, and lines beside them, have to cover."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sdk import Context
from aicfo_sdk.model import CashDemand, CashForecast

ID = "cash_gap"
"""The gap of the forecast: whoever asks for it, funding covers it once."""

_LONGER = 91
"""Days beyond a forecast that ends short: then no day is known on which the money is back."""


def cash_demand(ctx: Context, forecast: CashForecast) -> list[CashDemand]:
    """Return what cash lacks up to the next working day, until even the bad case lacks nothing.

    In the bad case, for nobody can add to it before, and without receipts that may come a day late;
    in whole pieces and one more: for a few yuan left over owners sell a whole bill. What lacks only
    later is asked for then: money raised for it today, or for a reserve, costs interest every day.
    A forecast that ends short asks for a quarter more; a lender refuses whoever repaid too early
    and is then late.
    """
    skip = max((ctx.today - forecast.start).days + 1, 0)
    near = skip + (ctx.calendar.add_working(ctx.today, 1) - ctx.today).days
    sure = _sure(forecast, skip, near)
    lacks = [max(-level, 0) for level in sure]
    amount = max(lacks, default=0)
    if not amount:
        return []
    first = next(step for step, lack in enumerate(lacks) if lack)
    worst = [*sure, *forecast.p10[near:]]
    ahead = range(lacks.index(amount), len(worst))
    back = next((step for step in ahead if worst[step] >= 0), len(worst) + _LONGER)
    start = forecast.start + timedelta(days=skip)
    piece: int = ctx.params.at("bill.minimum_piece", ctx.today)
    return [
        CashDemand(
            id=ID,
            amount=-(-amount // piece) * piece + piece,
            by=start + timedelta(days=first),
            until=start + timedelta(days=back - 1),
            purpose="Keep cash above zero (现金不低于零)",
            evidence=forecast.evidence,
        )
    ]


def _sure(forecast: CashForecast, skip: int, near: int) -> list[int]:
    """Return the bad case of days `skip` to `near`, with takings but without other receipts.

    A forecast that does not tell payments apart counts as it is.
    """
    level = forecast.p50[skip - 1] if 0 < skip <= len(forecast.p50) else forecast.opening
    levels = list(forecast.p10[skip:near])
    taken, paid = forecast.sales[skip:near], forecast.payments[skip:near]
    for step, (more, less) in enumerate(zip(taken, paid, strict=False)):
        level += more - less
        levels[step] = min(levels[step], level)
    return levels
