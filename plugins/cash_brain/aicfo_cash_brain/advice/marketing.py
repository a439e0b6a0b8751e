"""Advice on what to spend on advertising, as the marketing plan finds."""

from __future__ import annotations

from aicfo_sdk import Context, Proposal
from aicfo_sdk.model import Advice, ChannelResponse, MarketingPlan, SetMarketingBudget

from .words import money

_SAME = 5
"""A budget within a fifth of what is spent stays: nobody sets it anew for that."""


def budget_advice(ctx: Context, plan: MarketingPlan) -> list[Advice]:
    """Return one piece of advice with the budgets to set; nothing where they may stay."""
    days = int(ctx.params.at("cash_brain.ads_days", ctx.today))
    moved = [one for one in plan.channels if _moves(one)]
    least = int(ctx.params.at("cash_brain.ads_least_ppm", ctx.today))
    if not moved or plan.gain_day * 1_000_000 < plan.sales_day * least:
        return []
    gain = plan.gain_day * days
    proposals = tuple(_proposal(ctx, plan, one) for one in plan.channels)
    trial = next((one for one in plan.channels if one.experiment_days), None)
    tried, tried_zh = "", ""
    if trial is not None:
        tried = (
            f" {trial.channel} at {money(ctx, trial.experiment_day)} a day for "
            f"{trial.experiment_days} days would narrow what is known of it, at a cost of "
            f"{money(ctx, trial.experiment_cost)} at most."
        )
        tried_zh = (
            f"将{trial.channel}调为每天{money(ctx, trial.experiment_day)}试"
            f"{trial.experiment_days}天可缩小区间, 代价至多{money(ctx, trial.experiment_cost)}。"
        )
    return [
        Advice(
            id="marketing_plan",
            kind="opportunity",
            money=gain,
            title=f"Split advertising anew: about {money(ctx, gain)} more profit in {days} days",
            title_zh=f"调整推广预算, {days}天预计多得利润{money(ctx, gain)}",
            detail="; ".join(_said(ctx, one) for one in plan.channels)
            + f". Of extra sales {plan.margin_ppm / 10_000:.0f} % is left after goods and fees."
            + tried,
            detail_zh="; ".join(_said_zh(ctx, one) for one in plan.channels)
            + f"。新增销售扣除货款和平台费后留{plan.margin_ppm / 10_000:.0f}%。"
            + tried_zh,
            proposals=proposals,
            evidence=plan.evidence,
            ignored=f"Profit stays about {money(ctx, plan.gain_day)} a day lower than it could be.",
            ignored_zh=f"每天约少得{money(ctx, plan.gain_day)}利润。",
        )
    ]


def _moves(one: ChannelResponse) -> bool:
    return abs(one.wanted_day - one.spend_day) * _SAME > max(one.spend_day, one.wanted_day)


def _proposal(ctx: Context, plan: MarketingPlan, one: ChannelResponse) -> Proposal:
    return Proposal(
        action=SetMarketingBudget(day=ctx.today, channel=one.channel, amount=one.wanted_day),
        reason=_said(ctx, one),
        evidence=plan.evidence,
    )


def _said(ctx: Context, one: ChannelResponse) -> str:
    return (
        f"{one.channel}: {money(ctx, one.spend_day)} → {money(ctx, one.wanted_day)} a day; "
        f"{money(ctx, one.at_day)} adds {one.effect_ppm / 10_000:.1f} % to sales "
        f"({one.effect_low_ppm / 10_000:.1f} to {one.effect_high_ppm / 10_000:.1f} %)"
    )


def _said_zh(ctx: Context, one: ChannelResponse) -> str:
    return (
        f"{one.channel}: 每天{money(ctx, one.spend_day)}调为{money(ctx, one.wanted_day)}; "
        f"{money(ctx, one.at_day)}约增加销售{one.effect_ppm / 10_000:.1f}%"
        f"（{one.effect_low_ppm / 10_000:.1f}%至{one.effect_high_ppm / 10_000:.1f}%）"
    )
