"""After the award: what falls due from the contract, and what is late (履约跟踪).

Payments, securities and the signature have their days; money that came in is found in the
statements by its exact amount on or after the day it could first come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from aicfo_sdk import grouped, interest, share
from aicfo_sdk.model import Advice, ReceiptMissing, Tender, Transaction

from .funding import sign_by, won
from .reach import same_currency, the_merchant

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import Merchant

_YEAR = 365
_CLAIMED_DAYS = 14
"""Money that is late and does not come within so many days was rightly called late."""


@dataclass(frozen=True, slots=True)
class Due:
    """Money that a buyer owes: it may come from `first`, must have come by `last`."""

    id: str
    what: str
    what_zh: str
    amount: int
    first: date
    last: date
    bears_interest: bool


def contract_advice(ctx: Context) -> list[Advice]:
    """Return advice on contracts that were won; see the tool `contract_advice`."""
    merchant = the_merchant(ctx.books)
    if merchant is None:
        return []
    return [
        advice
        for tender in ctx.books.all(Tender, status="awarded")
        if won(tender, merchant) and same_currency(tender, ctx.books.currency)
        for advice in _advice(ctx, tender, merchant)
    ]


def dues(ctx: Context, tender: Tender) -> Iterator[Due]:
    """Yield what a contract that was won should bring back, by day."""
    number, today = ctx.params.at, ctx.today
    if tender.bond:
        signed = sign_by(tender, number("tender.contract_within_days", today))
        if tender.starts is not None:
            signed = min(signed, max(tender.starts, tender.updated))
        back = signed + timedelta(days=number("tender.bond_refund_days", today))
        yield Due(
            "bond", "bid bond back", "退还投标保证金", tender.bond, tender.updated, back, False
        )
    price = tender.awarded or 0
    if tender.starts is not None:
        pay: int = number("tender.public_pay_days", today)[1]
        for place, step in enumerate(tender.payments, start=1):
            day = tender.starts + timedelta(days=step.after_days)
            amount = share(price, step.share_ppm)
            yield Due(
                f"pay{place}",
                f"payment {place}",
                f"第{place}笔合同款",
                amount,
                day,
                day + timedelta(days=pay),
                True,
            )
    if tender.ends is not None:
        release = tender.ends + timedelta(days=number("tender.bond_release_days", today))
        amount = share(price, tender.performance_bond_ppm)
        words = ("performance", "performance bond back", "退还履约保证金")
        yield Due(*words, amount, tender.ends, release, False)
        held = tender.retention_days or number("tender.retention_days", today)
        day = tender.ends + timedelta(days=held)
        amount = share(price, tender.retention_ppm)
        yield Due("retention", "retention back", "返还质量保证金", amount, day, day, True)


def _advice(ctx: Context, tender: Tender, merchant: Merchant) -> Iterator[Advice]:
    today = ctx.today
    near = today + timedelta(days=ctx.params.at("tender.milestone_near_days", today))
    far = today - timedelta(days=ctx.params.at("tender.milestone_late_days", today))
    open_dues = [due for due in dues(ctx, tender) if due.amount and far <= due.last <= near]
    if not open_dues:
        return
    days, amounts = ctx.books.columns(Transaction, "day", "amount")
    title = " ".join(tender.title.split())[:60]
    taken = set[int]()
    for due in open_dues:
        since = max(due.first, tender.updated).toordinal()
        came: list[int] = np.flatnonzero((amounts == due.amount) & (days >= since)).tolist()
        paid = next((place for place in came if place not in taken), None)
        if paid is not None:
            taken.add(paid)
            continue
        yield _one(ctx, tender, merchant, due, title)


def _one(ctx: Context, tender: Tender, merchant: Merchant, due: Due, title: str) -> Advice:
    late = (ctx.today - due.last).days
    day, amount = due.last.isoformat(), grouped(due.amount)
    if late > 0:
        charge = 0
        if due.bears_interest:
            rate: int = ctx.params.at("finance.late_interest_day_ppm", ctx.today)
            charge = interest(due.amount, rate * _YEAR, late, _YEAR)
        claim = f" Late interest so far, where none is agreed: {grouped(charge)}." if charge else ""
        claim_zh = f"未约定利率的，逾期利息至今{grouped(charge)}。" if charge else ""
        return Advice(
            id=f"tender:{tender.id}:{due.id}",
            kind="risk",
            money=due.amount,
            title=f"{late} days late: {due.what} of {title}, {amount}",
            title_zh=f"逾期{late}天：{title}{due.what_zh}{amount}",
            detail=f"It should have come by {day}; no receipt of this amount is in the "
            f"statements. Claim it in writing.{claim}",
            detail_zh=f"应于{day}前到账，流水中没有该金额的收款。请书面催收。{claim_zh}",
            evidence=(tender.ref, merchant.ref),
            expects=ReceiptMissing(
                amount=due.amount,
                since=ctx.today + timedelta(days=1),
                about=tender.id,
                by=ctx.today + timedelta(days=_CLAIMED_DAYS),
            ),
        )
    return Advice(
        id=f"tender:{tender.id}:{due.id}",
        kind="due",
        money=due.amount,
        title=f"Due by {day}: {due.what} of {title}, {amount}",
        title_zh=f"{day}前应到账：{title}{due.what_zh}{amount}",
        detail="Hand in what the payment asks for (acceptance, invoice, application) in time.",
        detail_zh="请及时提交付款所需的验收单、发票或申请。",
        evidence=(tender.ref, merchant.ref),
    )
