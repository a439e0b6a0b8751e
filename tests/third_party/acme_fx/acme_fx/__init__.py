"""ACME's cash forecast: replaces the one of cash_brain with one line of configuration."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sdk import Context, Plugin
from aicfo_sdk.model import Account, CashForecast

plugin = Plugin(
    "acme_fx",
    version="2.1.0",
    title="ACME 预测",
    description="Cash stays as it is, less a tenth of it as a margin.",
)


@plugin.tool(reads=[Account])
def flat_forecast(ctx: Context, *, horizon_days: int = 91) -> CashForecast:
    """Cash of today on every day to come, in minor units."""
    cash = ctx.books.balance()
    return CashForecast(
        start=ctx.today + timedelta(days=1),
        opening=cash,
        p10=(cash - abs(cash) // 10,) * horizon_days,
        p50=(cash,) * horizon_days,
        p90=(cash + abs(cash) // 10,) * horizon_days,
        assumptions=("nothing changes",),
        evidence=tuple(account.ref for account in ctx.books.all(Account)),
    )
