"""Whether to bid (投标决策): the gate, what the bid is expected to bring, and whether it can be
funded.

Of the money that winning needs, a funding plan says what is found and at what cost; what nobody
gives would be suppliers paid late, and costs what late payment costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aicfo_sdk import PPM, Proposal, grouped, round_div
from aicfo_sdk.model import (
    Account,
    BidDecision,
    BidGate,
    BidPrice,
    Finding,
    FundingNeed,
    FundingPlan,
    SubmitBid,
    Tender,
    TenderId,
)

from .bonds import bond_drawings
from .lateness import free_money, late_cost, open_lines

if TYPE_CHECKING:
    from aicfo_sdk import Context


def bid_decision(
    ctx: Context,
    tender: str,
    gate: BidGate,
    price: BidPrice,
    need: FundingNeed,
    plan: FundingPlan,
) -> BidDecision:
    """Return go or no-go; see the tool `bid_decision`."""
    notice = ctx.books.get(Tender, tender)
    refused = [found for found in gate.findings if found.severity == "refuse"]
    found, borrowed = _funding(tender, need, plan)
    lateness = late_cost(ctx, need, max(found, free_money(open_lines(ctx))))
    # What the price already holds for money is replaced by what the plan found.
    if_won = price.profit_if_won + price.funding_cost - borrowed - lateness
    worth = round_div(if_won * price.chance_ppm, PPM) - price.bid_cost - price.bond_cost
    uncovered = max(need.short_p95 - found, 0)
    most: int = ctx.params.at("tender.uncovered_max_ppm", ctx.today)
    unfunded = uncovered > round_div(need.price * most, PPM)
    reasons = [*refused]
    if worth <= 0:
        reasons.append(
            _finding(
                "not_worth_it",
                "refuse",
                f"Expected to lose {grouped(-worth)} at the best price of {grouped(price.price)}.",
                "Leave it, or find a cheaper way to do the work.",
            )
        )
    if unfunded:
        reasons.append(
            _finding(
                "not_funded",
                "refuse",
                f"Winning needs up to {grouped(need.short_p95)} from {need.by.isoformat()} on; "
                f"no source gives {grouped(uncovered)} of it.",
                "Ask for an advance payment or a guarantee in place of bonds, or apply for a line.",
            )
        )
    go = not reasons
    if go:
        reasons.append(
            _finding(
                "worth_it",
                "info",
                f"At {grouped(price.price)} the bid wins in {price.chance_ppm / 10_000:.0f} of "
                f"100 cases and is expected to bring {grouped(worth)}.",
            )
        )
    if need.short_p95:
        reasons.append(
            _finding(
                "funding",
                "info",
                f"If it is won, up to {grouped(need.short_p95)} is missing from "
                f"{need.by.isoformat()} on: apply for it by {need.apply_by or need.by}.",
            )
        )
    reasons += price.warnings
    account = next((each.id for each in ctx.books.all(Account, kind="bank")), None)
    if account is None:
        reasons.append(
            _finding("no_account", "warning", "The books name no bank account for the bond.")
        )
    return BidDecision(
        tender=TenderId(tender),
        go=go,
        price=price.price,
        chance_ppm=price.chance_ppm,
        worth=worth,
        needs=need.short_p95,
        uncovered=uncovered,
        apply_by=need.apply_by,
        reasons=tuple(reasons),
        summary=_said(go, price, worth, reasons),
        summary_zh=_said_zh(go, price, worth),
        proposals=_proposals(ctx, notice, price, worth, account) if go and account else (),
        evidence=tuple(dict.fromkeys((*gate.evidence, *price.evidence, *plan.evidence))),
    )


def _funding(tender: str, need: FundingNeed, plan: FundingPlan) -> tuple[int, int]:
    """Return what the plan finds for this tender's P95, and what that costs on average, minor
    units."""
    mine = [piece for piece in plan.pieces if piece.demand == f"tender:{tender}"]
    found = min(sum(piece.cash for piece in mine), need.short_p95)
    if not need.short_p95:
        return 0, 0
    mean = need.short_mean or 0
    lasts = (need.until - need.by).days + 1
    # Planned for the 95 % need over all of its days; expected is the mean, for `short_days`.
    share = sum(piece.cost for piece in mine) * mean * (need.short_days or 0)
    borrowed = round_div(share, need.short_p95 * lasts)
    return found, borrowed


def _proposals(
    ctx: Context, notice: Tender, price: BidPrice, worth: int, account: str
) -> tuple[Proposal, ...]:
    bid = SubmitBid(
        day=ctx.today, tender=notice.id, account=account, price=price.price, amount=notice.bond
    )
    reason = (
        f"Bid {grouped(price.price)}: wins in {price.chance_ppm / 10_000:.0f} of 100 cases, "
        f"{grouped(worth)} expected after what the bid, its bond and its funding cost."
    )
    proposal = Proposal(
        action=bid, reason=reason, evidence=(notice.ref,), valid_until=notice.deadline
    )
    return (*bond_drawings(ctx, notice, account), proposal)


def _said(go: bool, price: BidPrice, worth: int, reasons: list[Finding]) -> str:
    if go:
        return (
            f"Bid {grouped(price.price)}: {price.chance_ppm / 10_000:.0f} % to win, "
            f"{grouped(worth)} expected."
        )
    return f"Do not bid: {reasons[0].message}"


def _said_zh(go: bool, price: BidPrice, worth: int) -> str:
    chance = f"中标概率约{price.chance_ppm / 10_000:.0f}%"
    if go:
        return f"建议投标，报价{grouped(price.price)}，{chance}，期望收益{grouped(worth)}。"
    return f"建议不投（最优报价{grouped(price.price)}，{chance}，期望收益{grouped(worth)}）。"


def _finding(
    code: str, severity: Literal["info", "warning", "refuse"], message: str, action: str = ""
) -> Finding:
    return Finding(code=code, severity=severity, message=message, action=action)
