"""Warnings about money that may not come, or may have to be given back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from aicfo_sdk import Context, grouped
from aicfo_sdk.model import Advice, Bill, ContingentBill, OverdueAcceptor

from .contingent import contingent_bills, listed_acceptors
from .maturities import claim_ends
from .names import plain_name
from .position import held_bills


def alerts(ctx: Context) -> list[Advice]:
    """Return what threatens from bills passed on, refused bills and acceptors that pay late."""
    passed, held = contingent_bills(ctx).bills, held_bills(ctx)
    return [
        *(_claimed(ctx, one) for one in passed if one.stage == "claimed"),
        *(_refused(ctx, bill) for bill in held if bill.circulation == "claimed"),
        *_listed(ctx, held, passed),
    ]


def _claimed(ctx: Context, one: ContingentBill) -> Advice:
    """A bill passed on that was refused: a contingent liability that has fallen due."""
    amount = grouped(one.amount)
    months: int = ctx.params.at("bill.rerecourse_months", one.matures)
    whom = f" by {one.to}" if one.to else ""
    return Advice(
        id=f"bill:claimed:{one.bill}",
        kind="due",
        money=one.amount,
        title=f"Bill {one.bill} over {amount}, which we {one.passed}, was refused: it comes back",
        title_zh=f"我方{_PASSED[one.passed]}的票据 {one.bill}（{amount} 元）被拒付，已发生追索",
        detail=f"{one.acceptor} did not pay it and it can be claimed from us{whom}: have its face, "
        "interest since maturity and costs ready, ask for the proof of refusal, and claim it in "
        f"turn from those before us within {months} months of paying.",
        detail_zh=f"承兑人 {one.acceptor} 未付款。请备足票面金额、到期日起的利息和费用，"
        f"索取拒付证明，清偿后 {months} 个月内向前手再追索。",
        evidence=(f"Bill:{one.bill}",),
    )


def _refused(ctx: Context, bill: Bill) -> Advice:
    """A bill on hand that was refused: who answers for it, and until when."""
    amount, last = grouped(bill.face), claim_ends(ctx, bill)
    notice: int = ctx.params.at("bill.refusal_notice_days", bill.matures)
    guarantor = f", its guarantor {bill.guarantor}" if bill.guarantor else ""
    late = ctx.today > last
    return Advice(
        id=f"bill:claim:{bill.id}",
        kind="risk" if late else "due",
        money=bill.face,
        title=f"Bill {bill.id} over {amount} was refused: "
        + (f"the time to claim it from endorsers ended {last}" if late else f"claim it by {last}"),
        title_zh=f"票据 {bill.id}（{amount} 元）被拒付，"
        + (f"对前手的追索期已于 {last} 届满" if late else f"须在 {last} 前追索"),
        detail=f"Tell the one before us in writing within {notice} days of the proof of refusal; "
        f"drawer, endorsers{guarantor} and acceptor {bill.acceptor} answer for it together. "
        "The time is counted from maturity, for the day of the refusal is not in the books.",
        detail_zh=f"取得拒付证明后 {notice} 日内书面通知前手；出票人、背书人、保证人和承兑人"
        f"（{bill.acceptor}）负连带责任。追索期从到期日起算（账上没有拒付日）。",
        evidence=(bill.ref,),
    )


_PASSED = {"endorsed": "背书转让", "discounted": "贴现"}


@dataclass(slots=True)
class _Exposure:
    """What hangs on one acceptor that is on the list."""

    held: list[Bill] = field(default_factory=list[Bill])
    passed: list[ContingentBill] = field(default_factory=list[ContingentBill])


def _listed(ctx: Context, held: list[Bill], passed: tuple[ContingentBill, ...]) -> Iterator[Advice]:
    """Yield one warning per acceptor on today's list whose bills we hold or passed on."""
    listed = listed_acceptors(ctx)
    if not listed:
        return
    found: dict[str, _Exposure] = defaultdict(_Exposure)
    for bill in held:
        if plain_name(bill.acceptor) in listed:
            found[plain_name(bill.acceptor)].held.append(bill)
    for one in passed:
        if one.acceptor_listed:
            found[plain_name(one.acceptor)].passed.append(one)
    for name, exposure in sorted(found.items()):
        yield _acceptor(ctx, listed[name], exposure)


def _acceptor(ctx: Context, one: OverdueAcceptor, exposure: _Exposure) -> Advice:
    on_hand = sum(bill.face for bill in exposure.held)
    away = sum(bill.amount for bill in exposure.passed)
    fresh: int = ctx.params.at("bill.notice_days", ctx.today)
    just = ctx.today - one.published <= timedelta(days=fresh)
    when = f"since {one.published}" if one.listed else f"barred until {one.barred_until}"
    return Advice(
        id=f"bill:listed:{one.id}",
        kind="risk" if just else "watch",
        money=on_hand + away,
        title=f"{one.name} {'was just put' if just else 'is'} on the list of acceptors that pay "
        f"late: {grouped(on_hand)} on hand, {grouped(away)} may come back",
        title_zh=f"承兑人 {one.name} {'新近' if just else '仍'}在逾期名单上："
        f"持有 {grouped(on_hand)} 元，可能被追索 {grouped(away)} 元",
        detail=f"On the list {when}. Take no more of its bills; ask who gave us those on hand for "
        "others, present them on the first day, and keep the money ready for those passed on.",
        detail_zh="不要再收其票据；持有的请前手更换，到期首日提示付款；已转出的请备好被追索的资金。",
        evidence=(
            one.ref,
            *(bill.ref for bill in exposure.held),
            *(f"Bill:{bill.bill}" for bill in exposure.passed),
        ),
    )
