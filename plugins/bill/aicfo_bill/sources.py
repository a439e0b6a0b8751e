"""What the bills on hand could fund: discount offers and payables that a bill can pay."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import Bill, CashSource, DiscountBill, DiscountQuote

from .plan import endorse
from .position import (
    Payable,
    Units,
    bill_class,
    minimum_piece,
    movable_bills,
    open_payables,
    own_account,
    quotes_of,
)
from .quote import BASIS, Offer, best, days_charged, offers, payday


def cash_sources(ctx: Context) -> list[CashSource]:
    """Return a source per bill and institution, and per bill and payable it can settle.

    All sources of a bill share its face. A payable is divided among bills beforehand, dearest
    to discount first, so that no mix of sources pays it twice.
    """
    bills, quotes, account = movable_bills(ctx), quotes_of(ctx), own_account(ctx)
    sources = list[CashSource]()
    for bill in bills if account else []:
        days = days_charged(bill, ctx.today, ctx.calendar, ctx.params)
        sources += [
            _discount(ctx, bill, offer, days, account)
            for offer in offers(bill, days, ctx.today, quotes, ctx.params)
        ]
    last = max((bill.matures for bill in bills), default=ctx.today)
    return sources + _endorsements(ctx, bills, quotes, open_payables(ctx, last))


def _discount(ctx: Context, bill: Bill, offer: Offer, days: int, account: str) -> CashSource:
    return CashSource(
        id=f"discount:{bill.id}:{offer.institution}",
        resource=bill.ref,
        capacity=bill.face,
        limit=bill.face,
        first=ctx.today,
        until=payday(bill, ctx.calendar) - timedelta(days=1),
        # Rounded up: a mix must never promise more than the discount brings.
        upfront_ppm=-(-offer.rate_ppm * days // BASIS),
        fee=offer.fee,
        minimum=minimum_piece(ctx, bill) if bill.splittable else 0,
        indivisible=not bill.splittable,
        action=DiscountBill(
            day=ctx.today,
            bill=bill.id,
            amount=bill.face,
            range_start=bill.range_start,
            range_end=bill.range_end,
            institution=offer.institution,
            account=account,
            rate_ppm=offer.rate_ppm,
            days=days,
            fee=offer.fee,
        ),
        evidence=(bill.ref, *([f"DiscountQuote:{offer.quote}"] if offer.quote else [])),
    )


def _endorsements(
    ctx: Context, bills: list[Bill], quotes: list[DiscountQuote], payables: list[Payable]
) -> list[CashSource]:
    def dearness(bill: Bill) -> int:
        days = days_charged(bill, ctx.today, ctx.calendar, ctx.params)
        offered = offers(bill, days, ctx.today, quotes, ctx.params)
        return best(offered, bill.face, days).cost(bill.face, days) * PPM // bill.face

    ranked = sorted(bills, key=lambda bill: (-dearness(bill), bill.id))
    left = {bill.id: bill.face for bill in bills}
    sources = list[CashSource]()
    for payable in sorted(payables, key=lambda p: (p.due, p.invoice)):
        day, owed = max(payable.due, ctx.today), payable.amount
        for bill in ranked:
            until = payday(bill, ctx.calendar) - timedelta(days=1)
            amount = min(owed, left[bill.id])
            if not bill.splittable and amount < bill.face:
                continue
            if amount == 0 or bill_class(bill) not in payable.takes or until < day:
                continue
            owed -= amount
            left[bill.id] -= amount
            proposal = endorse(day, bill, payable, amount, Units({bill.id: bill}))
            sources.append(
                CashSource(
                    id=f"endorse:{bill.id}:{payable.invoice}",
                    resource=bill.ref,
                    capacity=bill.face,
                    limit=amount,
                    first=day,
                    until=until,
                    minimum=min(minimum_piece(ctx, bill), amount) if bill.splittable else 0,
                    indivisible=not bill.splittable,
                    action=proposal.action,
                    evidence=proposal.evidence,
                )
            )
    return sources
