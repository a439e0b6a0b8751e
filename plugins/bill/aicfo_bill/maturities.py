"""The calendar of the bills: what to present, pay or claim, until when, and what lapses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from aicfo_sdk import Context, InputError
from aicfo_sdk.model import Bill, BillCalendar, BillEvent, BillId

from .contingent import contingent_bills, presentment_ends
from .paper import add_months
from .position import held_bills
from .quote import payday

_LONGEST = 366


def calendar_of(ctx: Context, days: int) -> BillCalendar:
    """Return what the bills bring from today on for `days` days, late things first.

    Raises: InputError for a number of days that is not one.
    """
    if not 1 <= days <= _LONGEST:
        raise InputError("not a number of days", value=days, where="days", mend=f"1 to {_LONGEST}")
    last = ctx.today + timedelta(days=days - 1)
    found = [*_held(ctx), *_own(ctx), *_lapses(ctx)]
    events = sorted(
        (event for event in found if event.day <= last),
        key=lambda event: (event.day, event.until, event.what, event.bill),
    )
    return BillCalendar(
        first=ctx.today,
        last=last,
        to_receive=sum(event.amount for event in events if event.what == "present"),
        to_pay=sum(event.amount for event in events if event.what == "pay"),
        events=tuple(events),
        evidence=tuple(dict.fromkeys(f"Bill:{event.bill}" for event in events)),
    )


def claim_ends(ctx: Context, bill: Bill) -> date:
    """Return until when a refused bill can be claimed from those before, on the safe side.

    Six months run from the refusal, whose day no record carries: counted from maturity.
    """
    return add_months(bill.matures, ctx.params.at("bill.recourse_months", bill.matures))


def _held(ctx: Context) -> Iterator[BillEvent]:
    for bill in held_bills(ctx):
        if bill.circulation == "claimed":
            yield _event(bill, "claim", ctx.today, claim_ends(ctx, bill))
        elif bill.circulation != "collecting":
            day = max(payday(bill, ctx.calendar), ctx.today)
            yield _event(bill, "present", day, presentment_ends(ctx, bill))


def _own(ctx: Context) -> Iterator[BillEvent]:
    for bill in ctx.books.all(Bill, side="payable", held="held"):
        if not bill.over:
            due = payday(bill, ctx.calendar)
            yield _event(bill, "pay", max(due, ctx.today), due)


def _lapses(ctx: Context) -> Iterator[BillEvent]:
    for one in contingent_bills(ctx).bills:
        if one.until is not None:
            yield BillEvent(
                day=one.until,
                until=one.until,
                what="recourse_ends",
                bill=one.bill,
                amount=one.amount,
                party=one.acceptor,
            )


def _event(
    bill: Bill, what: Literal["present", "pay", "claim"], day: date, until: date
) -> BillEvent:
    return BillEvent(
        day=day,
        until=until,
        what=what,
        bill=BillId(bill.id),
        amount=bill.face,
        party=bill.payee if what == "pay" else bill.acceptor,
    )
