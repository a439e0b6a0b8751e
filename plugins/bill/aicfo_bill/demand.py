"""What the expected path of cash lacks soon: what bills, and lines beside them, have to cover."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sdk import Context
from aicfo_sdk.model import CashDemand, CashForecast

ID = "cash_gap"
"""The gap of the forecast: whoever asks for it, funding covers it once."""

SOON = 7
"""Days looked ahead: what is missing within them is raised at once, on the first day it is."""

_LONGER = 91
"""Days beyond a forecast that ends short: then no day is known on which the money is back."""


def cash_demand(ctx: Context, forecast: CashForecast) -> list[CashDemand]:
    """Return what expected cash lacks within `SOON` days, until it no longer lacks it.

    The bad case up to the next working day, for nobody can add to it before; then the median.
    Nothing is kept in reserve: a bill sold or a line drawn for a reserve costs interest every day.
    The money is asked for until the path is above zero again, and for a quarter beyond a forecast
    that ends below it, for a lender refuses again whoever repays early and is then late.
    """
    skip = max((ctx.today - forecast.start).days + 1, 0)
    near = (ctx.calendar.add_working(ctx.today, 1) - ctx.today).days
    path = [*forecast.p10[skip : skip + near], *forecast.p50[skip + near :]]
    lacks = [max(-level, 0) for level in path]
    amount = max(lacks[:SOON], default=0)
    if not amount:
        return []
    first = next(step for step, lack in enumerate(lacks) if lack)
    deepest = lacks.index(amount)
    back = next((step for step in range(deepest, len(lacks)) if not lacks[step]), None)
    last = len(lacks) - 1 + _LONGER if back is None else back - 1
    start = forecast.start + timedelta(days=skip)
    return [
        CashDemand(
            id=ID,
            amount=amount,
            by=start + timedelta(days=first),
            until=start + timedelta(days=last),
            purpose="Keep the expected cash above zero (预期现金不低于零)",
            evidence=forecast.evidence,
        )
    ]
