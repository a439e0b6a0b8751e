"""Simple rules a plan is held against, and starts from: none of them is ever better than it.

Each gives moves that respect every bill and debt. Names: docs/bill-rules.md, simple rules.
"""

from __future__ import annotations

from collections.abc import Callable

from .outlook import Option, Outlook

Moves = dict[int, int]


def hold_all(outlook: Outlook) -> Moves:
    """Every bill is held to maturity."""
    del outlook
    return {}


def discount_all(outlook: Outlook) -> Moves:
    """Every bill is discounted at once, whole."""
    first: Moves = {}
    for index, option in enumerate(outlook.options):
        if option.move == "discount" and option.day == 0:
            first.setdefault(option.bill, index)
    return {index: outlook.holdings[bill].face for bill, index in first.items()}


def endorse_earliest(outlook: Outlook) -> Moves:
    """Debts are paid as they fall due, with the bill that matures earliest first."""
    return _endorsed(outlook, lambda bill: outlook.holdings[bill].payday)


def endorse_dearest(outlook: Outlook) -> Moves:
    """Debts are paid as they fall due, with the bill first that is dearest to discount."""
    dear = {
        option.bill: option.proceeds
        for option in outlook.options
        if option.move == "discount" and option.day == 0
    }
    return _endorsed(outlook, lambda bill: dear.get(bill, 1.0))


def discount_need(outlook: Outlook) -> Moves:
    """Bills are held, and discounted only for what is missing when it is missing.

    The earliest to mature goes first, the whole of it where it cannot be divided.
    """
    return _discounted_when_short(outlook, whole=False)


def owner_habit(outlook: Outlook) -> Moves:
    """Bills are held; when cash is short whole bills are discounted, the earliest to mature first.

    At the best price there is, which flatters the habit: owners take the first they are told.
    """
    return _discounted_when_short(outlook, whole=True)


def _discounted_when_short(outlook: Outlook, *, whole: bool) -> Moves:
    moves: Moves = {}
    steps = [0] * (len(outlook.starts) + 1)
    order = sorted(range(len(outlook.holdings)), key=lambda bill: outlook.holdings[bill].payday)
    for bill in order:
        worth = outlook.worth_of(steps)
        if not worth.shortage:
            break
        option = _latest_discount(outlook, bill, worth.shortage_day)
        if option is None:
            continue
        index, chosen = option
        need = int((worth.shortage + chosen.fee) / chosen.proceeds) + 2
        moves[index] = chosen.upper if whole else min(max(need, chosen.lower), chosen.upper)
        outlook.take(steps, index, moves[index])
    return moves


RULES: dict[str, Callable[[Outlook], Moves]] = {
    rule.__name__: rule
    for rule in (
        hold_all,
        discount_all,
        endorse_earliest,
        endorse_dearest,
        discount_need,
        owner_habit,
    )
}

OWNER = owner_habit.__name__
"""The rule that stands for what an owner does without a plan."""


def _endorsed(outlook: Outlook, order: Callable[[int], float]) -> Moves:
    left = [holding.face for holding in outlook.holdings]
    moves: Moves = {}
    by_debt: dict[int, list[int]] = {}
    for index, option in enumerate(outlook.options):
        if option.move == "endorse":
            by_debt.setdefault(option.debt, []).append(index)
    for debt in sorted(by_debt, key=lambda place: (outlook.debts[place].due, place)):
        owed = outlook.debts[debt].amount
        for index in sorted(by_debt[debt], key=lambda i: (order(outlook.options[i].bill), i)):
            option = outlook.options[index]
            amount = min(left[option.bill], owed, option.upper)
            if amount >= max(option.lower, 1) and (not option.whole or amount == option.upper):
                moves[index] = amount
                left[option.bill] -= amount
                owed -= amount
    return moves


def _latest_discount(outlook: Outlook, bill: int, day: int) -> tuple[int, Option] | None:
    """Return the last discount of a bill whose money is there on `day`."""
    found = [
        (option.day, index)
        for index in outlook.by_bill[bill]
        if (option := outlook.options[index]).move == "discount" and option.day <= day
    ]
    return (max(found)[1], outlook.options[max(found)[1]]) if found else None
