"""Advice from the plan of sites: where to open next when money allows, which store to close."""

from __future__ import annotations

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import Advice, CashForecast, MoneyRange, Site, SiteFigures, SitePlan, Store

from .words import money

_GROWING = 180
"""Days from an opening in which no other is advised: its takings do not say yet what it brings."""

_RUNNING_MONTHS = 3
"""Months of rent and wages that must be there beside the fitting-out while a store grows."""


def site_advice(ctx: Context, plan: SitePlan, forecast: CashForecast) -> list[Advice]:
    """Return the best place that cash can pay for, and each store that pays more closed.

    There is no action that opens or closes a store, so nothing is proposed.
    """
    out = [_closing(ctx, number, plan) for number in range(len(plan.closings))]
    if not plan.shortlist or _growing(ctx):
        return out
    known = {one.site: one for one in plan.sites}
    for name in plan.shortlist:
        site = ctx.books.records(Site).get(name)
        if site is not None and _needed(site, known[name]) <= spare(forecast):
            return [_opening(ctx, known[name], site, forecast), *out]
    return out


def spare(forecast: CashForecast) -> int:
    """Return what even the bad tenth of cases leaves above the buffer on the lowest day."""
    return min(forecast.p10, default=0) - forecast.buffer


def _growing(ctx: Context) -> bool:
    return any(
        (ctx.today - one.opened).days < _GROWING for one in ctx.books.records(Store).values()
    )


def _needed(site: Site, figures: SiteFigures) -> int:
    running = site.running_month or 0
    return figures.upfront + _RUNNING_MONTHS * (site.rent_month + running)


def _opening(ctx: Context, one: SiteFigures, site: Site, forecast: CashForecast) -> Advice:
    name = site.name or site.id
    months, late = one.payback_months, one.payback_late
    slow = f"{late} months" if late is not None else "never"
    slow_zh = f"{late}个月" if late is not None else "收不回"
    sure = f"{one.gain_ppm / 10_000:.0f} %"
    year = one.profit_year
    english = (
        f"Expected takings a year {_span(ctx, one.takings_year)}, of which "
        f"{money(ctx, one.lost_year.p50)} come from the own stores. Profit a year "
        f"{_span(ctx, year)} after rent and running costs, before income tax. Paid back in "
        f"{months} months, in the bad tenth of cases {slow}. Breaks even at "
        f"{money(ctx, one.break_even_day)} a day. At once it takes {money(ctx, one.upfront)}; even "
        f"the bad case leaves {money(ctx, spare(forecast))} above the buffer. "
        "Count the passers-by there on two weekdays and a Saturday before signing."
    )
    chinese = (
        f"预计年营业额{_span_zh(ctx, one.takings_year)}, 其中分流自有门店"
        f"{money(ctx, one.lost_year.p50)}。"
        f"扣除租金与运营费后年利润{_span_zh(ctx, year)}(所得税前)。"
        f"约{months}个月回本, 坏情形下{slow_zh}。日均保本营业额{money(ctx, one.break_even_day)}。"
        f"一次性投入{money(ctx, one.upfront)}; "
        f"坏情形下安全垫之上仍有{money(ctx, spare(forecast))}。"
        "签约前请在两个工作日和一个周六实地数客流。"
    )
    return Advice(
        id=f"open_site:{site.id}",
        kind="opportunity",
        money=max(one.value.p50, 0),
        title=f"Open at {name}: about {money(ctx, year.p50)} more a year",
        title_zh=f"可在{name}开店: 年利润约增{money(ctx, year.p50)}",
        detail=english,
        detail_zh=chinese,
        confidence_ppm=one.gain_ppm,
        ignored=f"About {money(ctx, max(year.p50, 0))} a year not earned, sure to {sure}.",
        ignored_zh=f"每年约少赚{money(ctx, max(year.p50, 0))}, 把握{sure}。",
        evidence=(site.ref,),
    )


def _closing(ctx: Context, number: int, plan: SitePlan) -> Advice:
    one = plan.closings[number]
    gain, kept = one.gain_year, one.kept_year.p50
    share = f"{max(kept, 0) * 100 // max(one.takings_year, 1)} %"
    return Advice(
        id=f"close_store:{one.store}",
        kind="opportunity",
        money=max(gain.p50, 0),
        title=f"{one.store} earns less than its rent and wages: "
        f"{money(ctx, gain.p50)} a year more without it",
        title_zh=f"{one.store}入不敷出: 关店每年约多赚{money(ctx, gain.p50)}",
        detail=(
            f"It takes {money(ctx, one.takings_year)} a year; rent and wages that end are "
            f"{money(ctx, one.costs_year)}. The other stores would take over {share} of its "
            f"takings. Gain a year {_span(ctx, gain)}. Look first at its lease's end, at what "
            "leaving costs and at what can be mended (store_diagnosis)."
        ),
        detail_zh=(
            f"年营业额{money(ctx, one.takings_year)}, 可省租金与人工{money(ctx, one.costs_year)}。"
            f"其他门店约可承接{share}的营业额。年增利{_span_zh(ctx, gain)}。"
            "请先核对租约到期日、退租成本, 以及能否整改(见门店诊断)。"
        ),
        confidence_ppm=min(one.gain_ppm, PPM),
        ignored=f"About {money(ctx, max(gain.p50, 0))} a year goes on being lost.",
        ignored_zh=f"每年约继续少赚{money(ctx, max(gain.p50, 0))}。",
        evidence=(f"Store:{one.store}",) if one.store in ctx.books.records(Store) else (),
    )


def _span(ctx: Context, amount: MoneyRange) -> str:
    return f"{money(ctx, amount.p50)} ({money(ctx, amount.p10)} to {money(ctx, amount.p90)})"


def _span_zh(ctx: Context, amount: MoneyRange) -> str:
    return f"{money(ctx, amount.p50)}({money(ctx, amount.p10)}至{money(ctx, amount.p90)})"
