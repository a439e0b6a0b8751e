"""The bank's desk: carries out one action of one merchant by `aicfo_sdk.actions.postings`.

The bank sets its own terms (rate, days, interest): an action that promises the merchant better
ones is refused, as a quote that has moved would be.
"""

from __future__ import annotations

import numpy as np

from aicfo_sdk import Action
from aicfo_sdk.actions import postings, proceeds
from aicfo_sdk.model import (
    BuyFund,
    BuyStock,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    Pay,
    RedeemFund,
    RepayLoan,
    SetMarketingBudget,
    SubmitBid,
)

from . import bank, tender_market, wealth
from . import journal as log
from .effects import moves
from .engine import PARTY, Run
from .fen import Ints
from .ledger import BANK, FUND
from .market import INSTITUTIONS
from .names import BANK as ACCOUNT
from .names import FUND_ID, WEALTH_ID
from .papers import Papers
from .state import LINES
from .tables import BILL_KINDS


class Desk:
    """Carries out actions of one merchant of a block on one day."""

    def __init__(self, run: Run, papers: Papers, place: int, t: int) -> None:
        self._block, self._state = run.block, run.state
        self._papers, self._place, self._t = papers, place, t
        self._dates, self._next = run.dates, run.next_decision(t)

    def is_early(self, action: Action) -> bool:
        """Return whether an action is for a day on which somebody is asked again before."""
        return action.day > self._dates.at(self._next)

    def carry_out(self, action: Action) -> str:
        """Carry out an action, or return why not and change nothing.

        What is dated before the end of the next decision day is carried out now: nobody asks
        again before the payments of that day are made.
        """
        if self.is_early(action):
            return "for a later day"
        account = getattr(action, "account", ACCOUNT)
        if account != ACCOUNT:
            return f"account {account} cannot be used here"
        match action:
            case DiscountBill():
                return self._discount(action)
            case EndorseBill():
                return self._endorse(action)
            case DrawLoan():
                return self._draw(action)
            case RepayLoan():
                return self._repay(action)
            case BuyFund() | RedeemFund():
                return self._fund(action)
            case Pay():
                return self._pay(action)
            case SubmitBid():
                return self._bid(action)
            case BuyStock():
                return moves.buy_stock(self._block, self._state, self._place, self._t, action)
            case SetMarketingBudget():
                return moves.set_budget(self._block, self._state, self._place, self._t, action)
            case _:
                return f"the simulated bank does not offer {action.kind}"

    def _bill(self, action: DiscountBill | EndorseBill) -> tuple[int, str]:
        row = self._papers.bill_rows.get(action.bill, -1)
        bills, left = self._block.bills, int(self._state.left[row]) if row >= 0 else 0
        if left < action.amount:
            return row, f"bill {action.bill}: not that much on hand"
        if bills.whole[row] and action.amount != left:
            return row, f"bill {action.bill} cannot be split"
        if bills.matures[row] <= self._t:
            return row, f"bill {action.bill} has matured: the bank presents it"
        if bank.refused(self._block, self._t, np.array([row])).any():
            return row, f"bill {action.bill}: its acceptor is on the overdue list"
        return row, ""

    def _discount(self, action: DiscountBill) -> str:
        row, reason = self._bill(action)
        if reason:
            return reason
        if action.institution not in INSTITUTIONS:
            return f"no institution {action.institution}"
        place = INSTITUTIONS.index(action.institution)
        if not bank.TAKES[place, self._block.bills.code[row]]:
            return f"{action.institution} does not take this class"
        rate, days = bank.discount_terms(self._block, self._t, np.array([row]), place)
        if action.rate_ppm < rate[0]:
            return f"{action.institution} asks {rate[0]} ppm, not {action.rate_ppm}"
        fee = self._block.world.market.fee(place)
        terms = {"rate_ppm": int(rate[0]), "days": int(days[0]), "fee": fee}
        real = action.model_copy(update=terms)
        self._post(real)
        cost = action.amount - proceeds(real)
        self._write(log.BILL_SOLD, row, action.amount, cost)
        bank.give_up(self._state, self._t, np.array([row]), np.array([action.amount]))
        return ""

    def _endorse(self, action: EndorseBill) -> str:
        row, reason = self._bill(action)
        if reason:
            return reason
        name = BILL_KINDS[int(self._block.bills.kind[row])]
        kind = "supply_chain" if name.startswith("supply_chain") else name
        if kind not in self._papers.accepted(action.payee):
            return f"{action.payee} takes no {kind} bills"
        rows, reason = self._open_rows(action.payee, action.settles, action.amount)
        if reason:
            return reason
        self._post(action)
        left = action.amount
        for due in rows.tolist():
            part = min(left, int(self._state.open[due]))
            self._state.open[due] -= part
            left -= part
            if part:
                self._write(log.BILL_ENDORSED, row, part, due)
        bank.give_up(self._state, self._t, np.array([row]), np.array([action.amount]))
        return ""

    def _pay(self, action: Pay) -> str:
        rows, reason = self._open_rows(action.payee, action.settles, action.amount)
        if reason:
            return reason
        if action.amount > self._cash():
            return "not enough cash"
        party = int(PARTY[self._block.dues.kind[rows[0]]])
        self._state.ledger.post(self._place, party, postings(action))
        left = action.amount
        for due in rows.tolist():
            part = min(left, int(self._state.open[due]))
            self._state.open[due] -= part
            left -= part
            if part:
                self._write(log.DUE_PAID, due, -part, 0)
        return ""

    def _open_rows(self, payee: str, settles: tuple[str, ...], amount: int) -> tuple[Ints, str]:
        """Return the rows of Dues that the named papers stand for, all of one payee and open."""
        dues, found = self._block.dues, list[int]()
        for paper in dict.fromkeys(settles):  # named twice, a paper is still owed once
            row = self._papers.due_rows.get(paper, -1)
            if row < 0 or (payee and self._papers.payee(row) != payee):
                return np.zeros(0, dtype=np.int64), f"{paper} is not owed to {payee}"
            found.append(row)
        rows = np.array(found, dtype=np.int64)
        if not rows.size or int(self._state.open[rows].sum()) < amount:
            return rows, f"less than that is owed to {payee or 'this payee'}"
        return rows[np.lexsort((rows, dues.due[rows]))], ""

    def _draw(self, action: DrawLoan) -> str:
        if action.line not in LINES:
            return f"no line {action.line}"
        line, block, state = LINES.index(action.line), self._block, self._state
        fee = bank.fee(block, line)
        free = int(bank.free(block, state, self._t, line)[self._place])
        if action.amount > free:
            return f"line {action.line} has only {free} fen left"
        if action.amount <= fee:
            return "no more than the fee"
        rate = int(bank.rates(block, line, self._t)[self._place])
        real = action.model_copy(update={"rate_ppm": rate, "fee": fee})
        self._post(real)
        state.used[line, self._place] += action.amount
        longest = self._t + block.world.market.loan_days
        due = min(max(self._dates.number(action.due), self._t + 1), longest)
        owner, amount = np.array([self._place]), np.array([action.amount])
        bank.add_loans(block, state, self._t, line, owner, amount, due=due)
        return ""

    def _repay(self, action: RepayLoan) -> str:
        row = self._papers.loan_rows.get(action.loan, -1)
        state = self._state
        if row < 0 or action.amount > state.loans.open[row]:
            return f"loan {action.loan}: not that much outstanding"
        rows, amount = np.array([row]), np.array([action.amount])
        cost = int(bank.owed_interest(self._block, state, rows, amount, self._t)[0])
        if action.amount + cost > self._cash():
            return "not enough cash"
        self._post(action.model_copy(update={"interest": cost}))
        bank.settle_loans(state, self._t, rows, amount, np.array([cost]))
        return ""

    def _fund(self, action: BuyFund | RedeemFund) -> str:
        offered = (FUND_ID, WEALTH_ID) if self._block.world.market.wealth_days else (FUND_ID,)
        if action.fund not in offered:
            return f"no fund {action.fund}"
        buying, locked = isinstance(action, BuyFund), action.fund == WEALTH_ID
        held = int(self._state.ledger.balances[FUND, self._place])
        if locked:
            held = int(wealth.free(self._block, self._state)[self._place])
        if action.amount > (self._cash() if buying else held):
            return "not enough cash" if buying else "the fund holds less"
        if locked and not buying:
            due = wealth.pays_on(self._block, self._t)
            row = np.array([self._place]), np.array([action.amount])
            self._state.wealth = self._state.wealth.with_rows(due, *row)
            return ""
        self._post(action)
        self._write(log.FUND_MOVE, 0, -action.amount if buying else action.amount, 0)
        return ""

    def _bid(self, action: SubmitBid) -> str:
        row = self._papers.tender_row(action.tender)
        if row < 0:
            return f"no tender {action.tender} here"
        bond = int(self._block.tenders.bond[row])
        if action.amount != bond:
            return f"the bond is {bond} fen, not {action.amount}"
        return tender_market.submit(self._block, self._state, self._t, row, action.price)

    def _post(self, action: Action) -> None:
        self._state.ledger.post(self._place, BANK, postings(action))

    def _cash(self) -> int:
        return int(self._state.ledger.cash[self._place])

    def _write(self, kind: int, row: int, amount: int, extra: int) -> None:
        journal = self._state.journal
        if journal is not None:
            owner = np.array([self._place])
            columns = (np.array([value]) for value in (row, amount, extra))
            journal.add(self._t, kind, owner, *columns)
