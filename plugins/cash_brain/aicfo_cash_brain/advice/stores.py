"""Advice from the diagnosis of stores: which one slips, since when, why, and what it costs."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sdk import PPM, Context, round_div
from aicfo_sdk.model import Advice, SalesBelow, StoreCause, StoreDiagnosis, StoreDrop

from .words import day_zh, money

_AHEAD = 28
"""Days over which what is at stake is reckoned."""

_PROOF = 14
"""Days whose takings show whether the drop was one."""

_TO_DO: dict[StoreCause, tuple[str, str]] = {
    "traffic": (
        "Look at what changed that day: rating on platforms, the street, opening hours, staff.",
        "请核对当日变化: 平台排名与评分、周边道路、营业时间、门前揽客。",
    ),
    "basket": (
        "Look at what is no longer ordered: side dishes, sizes, set meals; discounts at the till.",
        "请核对加购与套餐、收银折扣、份量结构的变化。",
    ),
    "price": (
        "Check whether the price cut is meant to go on: orders did not make up for it.",
        "请确认降价是否继续: 增加的单量未能弥补。",
    ),
    "stock_out": (
        "Fill the shelf today; ask the supplier why it ran out.",
        "请今日补货, 并查明断货原因。",
    ),
    "mix": (
        "Look at that channel alone: shut shop front, delivery range, fee or ranking.",
        "请单独核查该渠道: 店铺状态、配送范围、费率、排名。",
    ),
    "competitor": (
        "See who opened nearby and with what; decide what to answer before it is a habit.",
        "请查看附近新开门店及其价格, 尽早应对。",
    ),
    "unknown": ("Count orders in the books, and visit the store.", "请记录单量并到店核查。"),
}


def drop_advice(ctx: Context, diagnosis: StoreDiagnosis) -> list[Advice]:
    """Return a warning for each store that slips; its money is four weeks of what it misses."""
    return [_one(ctx, drop) for drop in diagnosis.drops]


def _one(ctx: Context, drop: StoreDrop) -> Advice:
    at_stake = drop.lost_day * _AHEAD
    month = money(ctx, at_stake)
    do, do_zh = _TO_DO[drop.cause]
    share = f"{drop.depth_ppm / 10_000:.0f} %"
    sure = f"{drop.confidence_ppm / 10_000:.0f} %"
    return Advice(
        id=f"store_drop:{drop.store}",
        kind="risk",
        money=at_stake,
        title=f"{drop.store} sells {share} less since {drop.first.isoformat()}",
        title_zh=f"{drop.store}自{day_zh(drop.first)}起销售低于预期{share}",
        detail=(f"{drop.reason} Missed so far: {money(ctx, drop.lost)}. Sure to {sure}. {do}"),
        detail_zh=(f"{drop.reason_zh}至今少卖{money(ctx, drop.lost)}。把握{sure}。{do_zh}"),
        evidence=drop.evidence,
        expects=_still_low(ctx, drop),
        confidence_ppm=drop.confidence_ppm,
        ignored=f"About {month} less sold in the next {_AHEAD} days.",
        ignored_zh=f"未来{_AHEAD}天约再少卖{month}。",
    )


def _still_low(ctx: Context, drop: StoreDrop) -> SalesBelow | None:
    """Return the claim that the store goes on missing at least half of what it misses now."""
    if drop.depth_ppm <= 0 or drop.lost_day <= 0:
        return None
    usual = round_div(drop.lost_day * PPM, drop.depth_ppm)
    return SalesBelow(
        store=drop.store,
        first=ctx.today + timedelta(days=1),
        by=ctx.today + timedelta(days=_PROOF),
        amount=max(_PROOF * usual - round_div(_PROOF * drop.lost_day, 2), 1),
    )
