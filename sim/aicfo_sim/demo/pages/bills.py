"""The bill plan in the story's panel: its picture, and the moves with their reasons."""

from __future__ import annotations

from datetime import date

from ...report.figures import exact, short, whole
from ...report.page import Block, Chart, Table, Words
from ...report.plot import Line
from ...report.timeline import Bar, Mark, bill_timeline
from ..output import BillMoveOutput, BillOutput, BillsOutput

_SHOWN = 12


def blocks(found: BillsOutput, as_of: str, currency: str, say: Words) -> list[Block]:
    """Return the picture of a plan and its table; nothing without bills."""
    if not found.bills:
        return []
    return [_picture(found, as_of, currency, say), _table(found, currency, say)]


def _picture(found: BillsOutput, as_of: str, currency: str, say: Words) -> Chart:
    shown = _shown(found)
    start = date.fromisoformat(found.start)
    cash = [Line(say("story.cash_plan"), start, found.cash, "c1")]
    if found.cash != found.cash_held:
        cash.insert(0, Line(say("story.cash_held"), start, found.cash_held, "c0", dashed=True))
    svg = bill_timeline(
        [_bar(bill, found.moves, currency, say) for bill in shown],
        cash,
        title=say("story.bills"),
        today=date.fromisoformat(as_of),
        unit=short(currency, say.lang),
        floor=(found.floor, say("story.buffer", amount=whole(found.floor, currency))),
    )
    note = say(
        "story.bills_note",
        wealth=whole(found.wealth, currency),
        more_hold=_signed(found.wealth - found.hold_all, currency),
        more_discount=_signed(found.wealth - found.discount_all, currency),
    )
    if len(shown) < len(found.bills):
        note += " " + say("story.bills_more", all=len(found.bills), shown=len(shown))
    return Chart(svg, note)


def _shown(found: BillsOutput) -> list[BillOutput]:
    """Return the bills that are drawn, by payday: those that move before those that are held."""
    moved = {move.bill for move in found.moves if move.move != "hold"}
    first = sorted(found.bills, key=lambda bill: (bill.id not in moved, bill.payday, bill.id))
    return sorted(first[:_SHOWN], key=lambda bill: (bill.payday, bill.id))


def _bar(bill: BillOutput, moves: list[BillMoveOutput], currency: str, say: Words) -> Bar:
    marks = [
        Mark(
            date.fromisoformat(move.day),
            move.move,
            f"{say(f'move.{move.move}')} {exact(move.amount, currency)}",
        )
        for move in moves
        if move.bill == bill.id
    ]
    tail, face = bill.number[-6:], exact(bill.face, currency)
    label = say("story.bill_label", tail=tail, face=face, day=bill.payday)
    return Bar(label, date.fromisoformat(bill.payday), marks)


def _table(found: BillsOutput, currency: str, say: Words) -> Table:
    names = ("b_day", "b_bill", "b_move", "b_amount", "b_cost", "b_why")
    return Table(
        head=tuple(say(f"story.{name}") for name in names),
        rows=tuple(
            (
                move.day,
                move.bill,
                f"{say(f'move.{move.move}')} {move.institution or move.payable}".strip(),
                exact(move.amount, currency),
                exact(move.cost, currency),
                move.reason,
            )
            for move in found.moves
        ),
        numbers=frozenset({3, 4}),
        tight=frozenset({0}),
        caption=say("story.bills"),
    )


def _signed(amount: int, currency: str) -> str:
    return f"{'+' * (amount > 0)}{whole(amount, currency)}"
