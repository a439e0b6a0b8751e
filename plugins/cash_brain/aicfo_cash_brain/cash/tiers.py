"""Where idle money should lie: a two-stage programme over the forecast's paths.

First stage: how much goes into, or is asked back from, each fund that pays out after a notice.
Second stage, path by path: money at hand lasts until that is back, or a line is drawn for what is
missing. The chance of that is limited; what it costs beyond the limit is in the objective.

All that a path says here is its lowest cash up to the day on which money of a tier is back, so the
programme needs two numbers a tier: the quantile that the chance leaves, and the mean beyond it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from aicfo_sdk import PPM, Context, NotFound, Problem
from aicfo_sdk.model import CashForecast, CreditLine, FundPosition, LiquidityPlan, LiquidityTier

CHANCE = 10_000
"""One per cent, ppm: the quantile that `CashForecast.low_p1` names."""

_YEAR = 365 * PPM


def slow_funds(ctx: Context) -> list[FundPosition]:
    """Return the funds that pay out after a notice, fastest first."""
    found = [fund for fund in ctx.books.records(FundPosition).values() if fund.notice_days > 0]
    return sorted(found, key=lambda fund: (fund.notice_days, fund.id))


def liquidity(ctx: Context, forecast: CashForecast) -> LiquidityPlan:
    """Return what should lie in each fund with notice; nothing where the books hold none.

    Money is back on the working day so many after the day on which somebody looks again, at most
    `cash_brain.idle_days` from today. Where the forecast does not reach that far, or has no paths,
    nothing goes in.
    """
    days: int = ctx.params.at("cash_brain.idle_days", ctx.today)
    funds, hand = slow_funds(ctx), max(forecast.opening, 0)
    empty = LiquidityPlan(at_hand=hand, shortfall_ppm=CHANCE, tiers=(), gain=0, days=days)
    if not funds or ctx.books.currency != "CNY":
        return empty
    if not forecast.low_p1 or len(forecast.low_worst) < len(forecast.low_p1):
        return empty.model_copy(update={"note": "the forecast has no paths: no money is locked"})
    tiers = tuple(_tier(ctx, forecast, place, days, hand) for place in range(len(funds)))
    found = _program(ctx, forecast, tiers, days).solve()
    wanted = tuple(
        tier.model_copy(update={"wanted": max(round(found.values[tier.fund]), 0)}) for tier in tiers
    )
    return empty.model_copy(update={"tiers": wanted, "gain": max(int(found.objective), 0)})


def _tier(ctx: Context, forecast: CashForecast, place: int, days: int, hand: int) -> LiquidityTier:
    fund = slow_funds(ctx)[place]
    back = ctx.calendar.add_working(ctx.today + timedelta(days=days), fund.notice_days)
    step = (back - forecast.start).days
    # The buffer stays at hand: what no past shows (a fault, a closed road) is in no path.
    reached = step < len(forecast.low_p1)
    limit = min(hand, forecast.low_p1[step]) - forecast.buffer if reached else 0
    return LiquidityTier(
        fund=fund.id, notice_days=fund.notice_days, rate_ppm=fund.rate_ppm,
        held=fund.amount, wanted=fund.amount, until=back, limit=limit,
    )  # fmt: skip


def _program(
    ctx: Context, forecast: CashForecast, tiers: tuple[LiquidityTier, ...], days: int
) -> Problem:
    """Return the programme: yield beyond money at hand, less what the worst cases cost."""
    base, borrowing = _at_hand_ppm(ctx), _borrowing_ppm(ctx)
    program = Problem(maximise=True)
    for tier in tiers:
        program.column(tier.fund, cost=(tier.rate_ppm - base) * days / _YEAR)
    for place, tier in enumerate(tiers):
        held = sum(one.held for one in tiers[place:])
        slower = {one.fund: 1.0 for one in tiers[place:]}
        # What is not there cannot be asked back.
        program.row(f"chance {place:03d}", slower, upper=float(max(held + tier.limit, 0)))
        step = (tier.until - forecast.start).days
        if step < len(forecast.low_worst):
            missing = program.column(
                f"missing {place:03d}", cost=-borrowing * days / _YEAR * CHANCE / PPM
            )
            worst = max(held + forecast.low_worst[step] - forecast.buffer, 0)
            program.row(f"worst {place:03d}", slower | {missing: -1.0}, upper=float(worst))
    return program


def _at_hand_ppm(ctx: Context) -> int:
    """Return what money at hand earns: the best fund that pays at once, else a demand deposit."""
    rates = [
        fund.rate_ppm
        for fund in ctx.books.records(FundPosition).values()
        if fund.notice_days == 0 and fund.rate_ppm > 0
    ]
    with suppress(NotFound):
        rates.append(ctx.params.at("finance.demand_deposit_ppm", ctx.today))
    return max(rates, default=0)


def _borrowing_ppm(ctx: Context) -> int:
    """Return what missing money costs a year: the dearest line; without one, the house's figure."""
    rates = [line.rate_ppm for line in ctx.books.records(CreditLine).values()]
    return max(rates, default=ctx.params.at("cash_brain.missing_money_ppm", ctx.today))
