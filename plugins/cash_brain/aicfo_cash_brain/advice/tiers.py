"""Advice that follows from a plan of liquidity tiers: what goes into which fund, what is back."""

from __future__ import annotations

from typing import TypeAlias

from aicfo_sdk import Action, Context, Proposal, interest
from aicfo_sdk.model import (
    Advice,
    BuyFund,
    CashForecast,
    FundPosition,
    LiquidityPlan,
    LiquidityTier,
    RedeemFund,
)

from ..cash.funds import fund_account, near_need, redemptions
from .loans import idle, repayments
from .words import money

Move: TypeAlias = BuyFund | RedeemFund

_LEAST = 100
"""Minor units that a move must earn until the next look to be worth the words."""


def tier_advice(ctx: Context, forecast: CashForecast, plan: LiquidityPlan) -> list[Advice]:
    """Return the moves between account and funds that the plan asks for, as one piece of advice.

    Money for a fund with notice comes from the account, then from funds that pay at once; what is
    then left on the account beyond the bad case until the next working day goes into the best fund
    that pays at once, and what is missing there comes back out of it. Loans dearer than a fund
    come first, as `loan_advice` says.
    """
    funds = ctx.books.records(FundPosition)
    best = max(tier.rate_ppm for tier in plan.tiers)
    account = fund_account(ctx, funds[plan.tiers[0].fund])
    owed = sum(part.amount + part.interest for part in repayments(ctx, idle(ctx, forecast), best))
    buys, backs, gain = _changes(ctx, plan, account, owed)
    cash = ctx.books.balance(account) - owed
    spent = sum(action.amount for action in buys)
    needed = near_need(ctx, forecast)
    reason = "A fund with notice earns more, and even the worst case in a hundred can wait for it."
    first = redemptions(ctx.books, account, spent - max(cash, 0), ctx.today, reason)
    cash += sum(one.action.amount for one in first if one.action.kind == "redeem_fund") - spent
    near = _at_hand(ctx, account, cash - needed) if not first else ()
    if not first and cash < needed:
        near = redemptions(
            ctx.books, account, needed - max(cash, 0), ctx.today,
            "The account needs it before the next working day's end, in the bad case.",
        )  # fmt: skip
    proposals = (
        *(
            _proposal(ctx, action, "It may be needed before it could be had back.")
            for action in backs
        ),
        *first,
        *(_proposal(ctx, action, reason) for action in buys),
        *near,
    )
    gain += sum(_earned(ctx, one.action, plan) for one in near)
    if not proposals:
        return []
    return [_advice(ctx, plan, proposals, gain)]


def _changes(
    ctx: Context, plan: LiquidityPlan, account: str, owed: int
) -> tuple[list[BuyFund], list[RedeemFund], int]:
    """Return what is bought of and asked back from funds with notice, and what buying earns."""
    buys, backs, gain = list[BuyFund](), list[RedeemFund](), 0
    free = plan.at_hand - owed
    for tier in sorted(plan.tiers, key=lambda one: (-one.rate_ppm, one.fund)):
        more = tier.wanted - tier.held
        if more > 0:
            more = max(min(more, free), 0)
        moved = interest(abs(more), tier.rate_ppm, plan.days, 365)
        if moved < _LEAST and tier.limit >= 0:
            continue
        if more > 0:
            buys.append(BuyFund(day=ctx.today, account=account, fund=tier.fund, amount=more))
            gain += interest(more, _beyond(ctx, tier), plan.days, 365)
            free -= more
        elif more < 0:
            backs.append(RedeemFund(day=ctx.today, account=account, fund=tier.fund, amount=-more))
    return buys, backs, max(gain, 0)


def _beyond(ctx: Context, tier: LiquidityTier) -> int:
    deposit: int = ctx.params.at("finance.demand_deposit_ppm", ctx.today)
    return max(tier.rate_ppm - deposit, 0)


def _at_hand(ctx: Context, account: str, spare: int) -> tuple[Proposal, ...]:
    """Return the purchase of the best fund that pays at once, for what the account can spare."""
    funds = [
        fund
        for fund in ctx.books.records(FundPosition).values()
        if fund.notice_days == 0 and fund.rate_ppm > 0 and fund_account(ctx, fund) == account
    ]
    if not funds or spare <= 0:
        return ()
    fund = min(funds, key=lambda one: (-one.rate_ppm, one.id))
    if (
        interest(spare, fund.rate_ppm, ctx.params.at("cash_brain.idle_days", ctx.today), 365)
        < _LEAST
    ):
        return ()
    action = BuyFund(day=ctx.today, account=account, fund=fund.id, amount=spare)
    return (_proposal(ctx, action, "Not needed until the next working day even in the bad case."),)


def _earned(ctx: Context, action: Action, plan: LiquidityPlan) -> int:
    if action.kind != "buy_fund":
        return 0
    deposit: int = ctx.params.at("finance.demand_deposit_ppm", ctx.today)
    rate = ctx.books.get(FundPosition, action.fund).rate_ppm
    return max(interest(action.amount, rate - deposit, plan.days, 365), 0)


def _proposal(ctx: Context, action: Move, reason: str) -> Proposal:
    refs = (ctx.books.get(FundPosition, action.fund).ref,)
    return Proposal(action=action, reason=reason, evidence=refs)


def _advice(
    ctx: Context, plan: LiquidityPlan, proposals: tuple[Proposal, ...], gain: int
) -> Advice:
    into = sum(one.action.amount for one in proposals if one.action.kind == "buy_fund")
    back = sum(one.action.amount for one in proposals if one.action.kind == "redeem_fund")
    held = ", ".join(
        f"{tier.fund} T+{tier.notice_days} {tier.rate_ppm / 10_000:.2f} %: "
        f"{money(ctx, tier.held)} → {money(ctx, tier.wanted)}"
        for tier in plan.tiers
    )
    return Advice(
        id="idle_cash",
        kind="opportunity" if into else "due",
        money=gain if into else back,
        title=f"{money(ctx, into)} into funds, {money(ctx, back)} back: "
        f"{money(ctx, gain)} to earn in {plan.days} days",
        title_zh=f"买入理财与货币基金{money(ctx, into)}, 赎回{money(ctx, back)}, "
        f"{plan.days}天约多得{money(ctx, gain)}",
        detail=f"{held}. Money at hand lasts until the rest is back in all but "
        f"{plan.shortfall_ppm / 10_000:g} % of the forecast's paths.",
        detail_zh=f"{held}。除{plan.shortfall_ppm / 10_000:g}%的情形外, 赎回到账前手头资金够用。",
        proposals=proposals,
        evidence=tuple(dict.fromkeys(ref for one in proposals for ref in one.evidence)),
    )
