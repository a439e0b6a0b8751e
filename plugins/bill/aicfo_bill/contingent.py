"""What bills passed on may bring back: derived from their records, so it never disagrees with them.

An endorser, and who discounts with recourse, answers for a bill until it is paid or the time to
claim it is over: docs/bill-rules.md, contingent liabilities.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from aicfo_sdk import Context
from aicfo_sdk.model import (
    AcceptorExposure,
    Bill,
    BillId,
    ContingentBill,
    ContingentBills,
    Merchant,
    OverdueAcceptor,
    UntrustedText,
)

from .names import plain_name
from .paper import add_months

_STAGES = ("claimed", "unproven", "running")


def contingent_bills(ctx: Context) -> ContingentBills:
    """Return every endorsed or discounted bill that can still come back, fallen due first."""
    listed = listed_acceptors(ctx)
    ours = next((str(one.name) for one in ctx.books.all(Merchant)), "")
    found = list[ContingentBill]()
    for passed in ("endorsed", "discounted"):
        for bill in ctx.books.all(Bill, side="receivable", held=passed):
            one = _contingent(ctx, bill, ours, plain_name(bill.acceptor) in listed)
            if one is not None:
                found.append(one)
    found.sort(key=lambda one: (_STAGES.index(one.stage), one.until or date.min, one.bill))
    return ContingentBills(
        total=sum(one.amount for one in found),
        due=sum(one.amount for one in found if one.stage == "claimed"),
        listed=sum(one.amount for one in found if one.acceptor_listed),
        bills=tuple(found),
        acceptors=_by_acceptor(found),
        evidence=tuple(f"Bill:{one.bill}" for one in found),
    )


def listed_acceptors(ctx: Context) -> dict[str, OverdueAcceptor]:
    """Return those whose bills are refused today by the list in the books, by plain name."""
    return {
        plain_name(one.name): one
        for one in ctx.books.all(OverdueAcceptor)
        if one.shunned(ctx.today)
    }


def presentment_ends(ctx: Context, bill: Bill) -> date:
    """Return the last day of the window to present a bill, as the law counts it."""
    window: int = ctx.params.at("bill.presentment_days", bill.matures)
    return bill.matures + timedelta(days=window)


def recourse_ends(ctx: Context, bill: Bill) -> date:
    """Return the last day on which a bill passed on can come back, if nothing is heard of it.

    Presented on the last day of its window, refused as late as the acceptor may answer, claimed
    on the last day from one who took it from the merchant, and by him on his last day from it.
    """
    day = bill.matures
    presented = ctx.calendar.next_working(presentment_ends(ctx, bill))
    refused = ctx.calendar.add_working(presented, ctx.params.at("bill.answer_days", day))
    claimed = add_months(refused, ctx.params.at("bill.recourse_months", day))
    return add_months(claimed, ctx.params.at("bill.rerecourse_months", day))


def _contingent(ctx: Context, bill: Bill, ours: str, listed: bool) -> ContingentBill | None:
    if bill.over or not bill.recourse:
        return None
    claimed = bill.circulation == "claimed"
    until = None if claimed else recourse_ends(ctx, bill)
    if until is not None and until < ctx.today:
        return None
    window = ctx.calendar.next_working(presentment_ends(ctx, bill))
    return ContingentBill(
        bill=BillId(bill.id),
        passed="endorsed" if bill.held == "endorsed" else "discounted",
        amount=bill.face,
        acceptor=bill.acceptor,
        to=_taker(bill, ours),
        matures=bill.matures,
        stage="claimed" if claimed else "running" if ctx.today <= window else "unproven",
        until=until,
        acceptor_listed=listed,
    )


def _taker(bill: Bill, ours: str) -> UntrustedText:
    """Return who took the bill from the merchant, "" where its chain does not say."""
    for link in reversed(bill.endorsements):
        if ours and plain_name(link.endorser) == plain_name(ours):
            return link.endorsee
    return UntrustedText("")


def _by_acceptor(found: list[ContingentBill]) -> tuple[AcceptorExposure, ...]:
    groups: dict[str, list[ContingentBill]] = defaultdict(list)
    for one in found:
        groups[plain_name(one.acceptor)].append(one)
    rows = [
        AcceptorExposure(
            acceptor=group[0].acceptor,
            amount=sum(one.amount for one in group),
            listed=group[0].acceptor_listed,
        )
        for group in groups.values()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.amount, row.acceptor)))
