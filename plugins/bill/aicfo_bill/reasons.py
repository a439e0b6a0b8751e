"""Why a plan moves or holds each bill, in one sentence that can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from aicfo_sdk import grouped

from .early import worth_a_year
from .outlook import Outlook, Worth


class Reasons:
    """What the plan would come to without each of its moves, said of the move."""

    def __init__(self, today: date, outlook: Outlook, moves: Mapping[int, int]) -> None:
        self._today, self._outlook, self._moves = today, outlook, moves
        self._worth = outlook.worth(moves)

    def moved(self, index: int) -> str:
        """Return why the plan takes an option."""
        outlook, amount = self._outlook, self._moves[index]
        option = outlook.options[index]
        without = outlook.worth({i: a for i, a in self._moves.items() if i != index})
        if option.off:
            days, off = outlook.debts[option.debt].due - option.day, option.off
            what = f"{grouped(off)} is taken off for money {worth_a_year(amount - off, off, days)}"
        elif option.debt >= 0:
            what = f"{outlook.debts[option.debt].payee} takes it at face instead of money"
        elif option.pledge:
            lent = grouped(option.pledge.lent(amount))
            what = f"{option.pledge.line} lends {lent} on it for {grouped(option.cost(amount))}"
        else:
            what = f"its money is there for {grouped(option.cost(amount))}"
        if without.shortage > self._worth.shortage:
            more = grouped(without.shortage - self._worth.shortage)
            return f"{what}; without it {more} more is missing from {self._day(without)}"
        gain = self._worth.wealth - without.wealth
        if not gain:
            return f"{what}; without it the plan ends the same"
        # Higher without it: the search ends within the plan's gap, not always at its optimum.
        side = "lower" if gain > 0 else "higher"
        return f"{what}; without it the plan ends {grouped(abs(gain))} {side}"

    def held(self, bill: int) -> str:
        """Return why the plan keeps a bill, or what it keeps of it."""
        today = [
            option
            for index in self._outlook.by_bill[bill]
            if (option := self._outlook.options[index]).move == "discount" and option.day == 0
        ]
        if not today:
            return "it turns into money before anything could be done with it"
        cost = grouped(today[0].cost(self._outlook.holdings[bill].face))
        return f"it neither pays nor funds more than it is worth; whole, today, it costs {cost}"

    def _day(self, worth: Worth) -> date:
        return self._today + timedelta(days=worth.shortage_day)
