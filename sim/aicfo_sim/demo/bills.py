"""The bill plan of the story: what to do with the bills that are left, and cash along it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from aicfo_sdk.model import Bill, BillMove, BillPlan, CashForecast

from .output import BillMoveOutput, BillOutput, BillsOutput

if TYPE_CHECKING:
    from aicfo_sdk.orchestrator.session import Session


def bill_plan(session: Session) -> BillsOutput:
    """Return the plan for the bills on hand now; it is looked at, nothing is proposed.

    No invoice of the story grants a discount for paying early: every move is a bill's.
    """
    books = session.snapshot()
    run = session.orchestrator.run("bill.bill_plan", books=books)
    calendar = session.orchestrator.context(books).calendar
    plan, forecast = run.fact(BillPlan), run.fact(CashForecast)
    ids = dict.fromkeys(move.bill for move in plan.moves if move.bill)
    bills = [books.get(Bill, id) for id in ids]
    payday = {bill.id: calendar.next_working(bill.matures) for bill in bills}
    return BillsOutput(
        bills=[
            BillOutput(
                id=bill.id, number=bill.number, face=bill.face, payday=payday[bill.id].isoformat()
            )
            for bill in bills
        ],
        moves=[
            BillMoveOutput(
                bill=move.bill,
                move=move.move,
                amount=move.amount,
                day=move.day.isoformat(),
                payable=move.payable,
                institution=move.institution,
                cost=move.cost,
                reason=move.reason,
            )
            for move in plan.moves
            if move.bill
        ],
        start=forecast.start.isoformat(),
        cash=cash_along(forecast, plan.moves, payday),
        cash_held=list(forecast.p50),
        floor=forecast.buffer,
        wealth=plan.wealth,
        hold_all=plan.hold_all,
        discount_all=plan.discount_all,
    )


def cash_along(
    forecast: CashForecast, moves: Sequence[BillMove], payday: dict[str, date]
) -> list[int]:
    """Return median cash at each day's end with the moves made, before any credit line.

    The forecast has each bill pay on its payday and each debt paid in money: a move brings its
    amount, less its cost, on its day and misses it on the payday.
    """
    change = [0] * (len(forecast.p50) + 1)

    def add(day: date, amount: int) -> None:
        change[min(max((day - forecast.start).days, 0), len(forecast.p50))] += amount

    for move in moves:
        if move.bill and move.move in ("endorse", "discount"):
            add(move.day, move.amount - move.cost)
            add(payday[move.bill], -move.amount)
    return [level + extra for level, extra in zip(forecast.p50, accumulate(change), strict=False)]
