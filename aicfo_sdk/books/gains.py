"""What advice that was carried out brought: exactly, where the books say it, else as estimated.

Exact is the interest that a loan paid back early no longer costs, less what a loan drawn instead
costs, by their terms; and the interest of a fund, by its own statements. Everything else (a bill
plan, a price lock, a budget) stays the estimate of the advice, and is never added to the former.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ..actions import FINANCE_COST, FUNDS, LOANS
from ..model.action import BuyFund, DrawLoan, RedeemFund, RepayLoan
from ..model.facts import Advice
from ..model.finance import CreditLine, FundPosition, Loan
from ..money import interest, round_div
from .carried import Carried
from .port import Books

_KNOWN = BuyFund | RedeemFund | RepayLoan | DrawLoan
_SLACK = 3
"""A fund that seems to pay more than so many times its yield was moved behind the desk's back."""


class Gain(NamedTuple):
    """Money gained through the judged day, minor units; None where it cannot be said exactly.

    `estimate` is what the advice promised for the part of it that was carried out, where `exact`
    is None.
    """

    exact: int | None
    estimate: int = 0


def gain_of(advice: Advice, done: Sequence[Carried], books: Books, desk: Sequence[Carried]) -> Gain:
    """Return what the carried-out actions of one piece of advice brought through `books.as_of`.

    `desk` is everything that was carried out, `done` among it.
    """
    if all(isinstance(one.action, _KNOWN) for one in done):
        found = _exact(done, books, desk)
        if found is not None:
            return Gain(found)
    if advice.kind != "opportunity":
        # What is at stake in a warning is not what heeding it gained.
        return Gain(None)
    proposed = sum(each.action.amount for each in advice.proposals)
    carried = sum(one.action.amount for one in done)
    return Gain(None, round_div(advice.money * min(carried, proposed), max(proposed, 1)))


def _exact(done: Sequence[Carried], books: Books, desk: Sequence[Carried]) -> int | None:
    total = 0
    for one in done:
        match one.action:
            case RepayLoan() as action:
                loan = books.records(Loan).get(action.loan)
                if loan is None:
                    return None
                days = _days(one.day, min(loan.due, books.as_of))
                total += interest(one.posted(LOANS), loan.rate_ppm, days, loan.day_basis)
            case DrawLoan() as action:
                line = books.records(CreditLine).get(action.line)
                days = _days(one.day, min(action.due, books.as_of))
                basis = line.day_basis if line else 365
                total -= interest(-one.posted(LOANS), action.rate_ppm, days, basis)
                total -= one.posted(FINANCE_COST)
            case BuyFund() | RedeemFund():
                pass
            case _:
                return None
    for fund in sorted({one.action.fund for one in done if isinstance(one.action, BuyFund)}):
        earned = _earned(fund, done, books, desk)
        if earned is None:
            return None
        total += earned
    return total


def _earned(
    fund: str, ours: Sequence[Carried], books: Books, desk: Sequence[Carried]
) -> int | None:
    """Return the interest that a fund paid on what `ours` put into it; None if it cannot be said.

    From one state of the position to the next, what changed beyond the desk's own moves is its
    interest; ours is the part that our money is of the position, and redemptions take as large a
    part of ours as of the rest. A change that no interest makes is somebody's move behind the
    desk's back, and then nothing exact can be said.
    """
    if fund not in books.records(FundPosition):
        return None
    held, total, told = 0, 0, False
    first = min(one.day for one in ours if _bought(one, fund) > 0)
    states = books.states(FundPosition, fund)
    for old, new in pairwise(states):
        if new.updated < first:
            continue
        now = [one for one in desk if old.updated < one.day <= new.updated]
        paid = new.amount - old.amount - sum(_bought(one, fund) for one in now)
        days = (new.updated - old.updated).days
        largest, rate = max(old.amount, new.amount), max(old.rate_ppm, new.rate_ppm)
        if abs(paid) > _SLACK * interest(largest, rate, days, 365) + days:
            return None
        if paid and held:
            total += round_div(paid * held, max(old.amount, held))
            told = True
        back = -sum(min(_bought(one, fund), 0) for one in now)
        held -= round_div(held * min(back, old.amount), old.amount) if old.amount else 0
        mine = {one.id for one in ours}
        held += sum(max(_bought(one, fund), 0) for one in now if one.id in mine)
    return total if told else None


def _bought(one: Carried, fund: str) -> int:
    return one.posted(f"{FUNDS}:{fund}")


def _days(first: date, last: date) -> int:
    return max((last - first).days, 0)
