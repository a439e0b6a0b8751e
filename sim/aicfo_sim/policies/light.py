"""A lighter sales forecast, for the policy `cfo-light`: eight weeks by weekday, no contest.

What it leaves out: trend, holidays, Spring Festival, a measured error, and channels that repeat
invoices. Everything else is the full CFO's; `python -m benchmarks cfo_light` measures what the
difference is worth.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from aicfo_sdk import Context, Plugin
from aicfo_sdk.model import DailySales, Invoice, SalesForecast, StoreId

_WEEKS = 8
_P90 = 1.2816
"""Standard deviations from the median to the 90 % quantile of a normal distribution."""

plugin = Plugin(
    "light",
    version="1.0.0",
    title="轻量预测",
    description="Sales of the last eight weeks by weekday, and nothing else.",
)


@plugin.tool(reads=[DailySales, Invoice])
def sales_forecast(
    ctx: Context, *, horizon_days: int = 91, store: StoreId | None = None
) -> SalesForecast:
    """Daily sales to come as on the same weekdays of the last eight weeks, minor units."""
    days = 7 * _WEEKS
    only = {} if store is None else {"store": store}
    sold = ctx.books.series(DailySales, "amount", days=days, **only).astype(np.float64)
    if store is None:
        for status in ("normal", "red"):
            sold += ctx.books.series(
                Invoice, "total", days=days, direction="sales", status=status, settled_at_sale=False
            )
    weeks = sold.reshape(_WEEKS, 7)
    ahead = np.arange(horizon_days) % 7
    middle, spread = weeks.mean(0)[ahead], weeks.std(0)[ahead] * _P90
    total = float(middle.sum())
    wide = float(weeks.sum(1).std()) * _P90 * (horizon_days / 7) ** 0.5
    return SalesForecast(
        start=ctx.today + timedelta(days=1),
        store=store,
        p10=_whole(np.maximum(middle - spread, 0.0)),
        p50=_whole(np.maximum(middle, 0.0)),
        p90=_whole(np.maximum(middle + spread, 0.0)),
        sum_p10=max(round(total - wide), 0),
        sum_p50=max(round(total), 0),
        sum_p90=max(round(total + wide), 0),
        method="last eight weeks by weekday",
        note="a light forecast: no trend, no holidays, no measured error",
    )


def _whole(values: np.ndarray) -> tuple[int, ...]:
    return tuple(np.rint(values).astype(np.int64).tolist())
