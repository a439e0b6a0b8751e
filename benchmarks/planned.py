"""A path that a firm can walk, close to the clairvoyant bound: its program's optimum carried out.

The bound is what nobody exceeds; this is what somebody reaches who knows the future. What lies
between the two is all that the bound can be too high by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from aicfo_sim import bank
from aicfo_sim.bound.baseline import baseline
from aicfo_sim.bound.dual import optimum
from aicfo_sim.bound.periods import periods
from aicfo_sim.bound.program import program
from aicfo_sim.bound.situations import Situations
from aicfo_sim.desk import Desk
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run
from aicfo_sim.fen import Ints
from aicfo_sim.ledger import CASH, FUND
from aicfo_sim.market import INSTITUTIONS
from aicfo_sim.money_fund import invest, redeem
from aicfo_sim.names import BANK
from aicfo_sim.papers import Papers
from aicfo_sim.policies.simple import Owner, redeem_bonds, sell_bills
from aicfo_sim.state import BANK_LINE, QUICK_LINE, State

from aicfo_sdk.model import DiscountBill, EndorseBill

_LEAST = 100
"""Amounts below a yuan are the solver's tolerance, not a plan."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one merchant is to do: (day, row of Bills, fen) sold, (bill, row of Dues, fen) given to
    suppliers as soon as may be, (day, line, fen) drawn and repaid."""

    sold: list[tuple[int, int, int]]
    given: list[tuple[int, int, int]]
    drawn: list[tuple[int, int, int]]
    repaid: list[tuple[int, int, int]]


class Planned(Owner):
    """Carries out the optimum of each merchant's program as far as the bank lets it.

    What is still short it takes from the bank's line, from bills where they cost least, then from
    the quick line; what is spare lies in the fund. Bids as the owner. Needs a journal.
    """

    name = "planned"

    def __init__(self, block: Block, opening: State, chosen: State, first: int, last: int) -> None:
        base = baseline(block, opening, chosen, first, last)
        span = periods(block.world, first, last)
        there = Situations(block, opening, base, span)
        self._papers = dict[int, Papers]()
        self._plans = dict[int, _Plan]()
        for place in np.flatnonzero(opening.alive).tolist():
            of = there.of(place)
            made = program(span, of)
            best = np.rint(optimum(made.linear)).astype(np.int64)
            rows, invoices, days = there.bills(place), there.invoices(place), span.days
            sold = [
                (int(days[paper.first + step]), int(row), int(amount))
                for paper, row, columns in zip(of.papers, rows, made.sold, strict=True)
                for step, amount in enumerate(best[columns].tolist())
                if amount >= _LEAST
            ]
            given = [
                (int(rows[paper]), int(invoices[invoice]), int(amount))
                for paper, invoice, amount in zip(
                    of.match.paper, of.match.invoice, best[made.given], strict=True
                )
                if amount >= _LEAST
            ]
            moves = [
                [
                    (int(days[when]), line, int(best[columns[when]]))
                    for line, columns in enumerate(lines)
                    for when in np.flatnonzero(best[columns] >= _LEAST).tolist()
                ]
                for lines in (made.drawn, made.repaid)
            ]
            self._plans[place] = _Plan(sold, given, *moves)

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid as the owner; bonds come out of the fund where cash lacks them."""
        rows = super().bids(run, t, rows)
        redeem_bonds(run, t, rows)
        return rows

    def decide(self, run: Run, t: int) -> None:
        """Do what is planned for the day, cover what is short, put away what is spare."""
        block, state = run.block, run.state
        for place, plan in self._plans.items():
            if state.alive[place]:
                self._act(run, t, place, plan)
        balances = state.ledger.balances
        redeem(block, state, t, np.minimum(run.short(t), balances[FUND]) * state.alive)
        short = run.short(t)
        if short.any():
            short = bank.cover(block, state, t, short, (BANK_LINE,))
            sell_bills(run, t, short, cheapest=True)
            bank.cover(block, state, t, run.short(t), (QUICK_LINE,))
        spare = np.maximum(balances[CASH] - run.needs(t, run.next_decision(t)), 0)
        invest(block, state, t, spare * state.alive)

    def _act(self, run: Run, t: int, place: int, plan: _Plan) -> None:
        if place not in self._papers:
            self._papers[place] = Papers(run.block, run.state, place)
        if plan.given or any(day == t for day, _, _ in plan.sold):
            papers = self._papers[place]
            papers.advance(t)
            self._bills(run, t, place, plan, Desk(run, papers, place, t), papers)
        for day, line, amount in plan.drawn:
            if day == t:
                self._draw(run, t, place, line, amount)
        for day, line, amount in plan.repaid:
            if day == t:
                _repay(run, t, place, line, amount)

    def _bills(self, run: Run, t: int, place: int, plan: _Plan, desk: Desk, papers: Papers) -> None:
        block, state, day = run.block, run.state, run.dates.at(t)
        ids = {row: name for name, row in papers.bill_rows.items()}
        owed = {row: name for name, row in papers.due_rows.items()}
        for bill, due, amount in list(plan.given):
            if bill not in ids or due not in owed or not state.left[bill]:
                continue
            most = min(int(state.left[bill]), int(state.open[due]))
            if not most:
                continue
            part = most if block.bills.whole[bill] else min(amount, most)
            action = EndorseBill(
                day=day, bill=ids[bill], amount=part, payee=papers.payee(due), settles=(owed[due],)
            )
            if not desk.carry_out(action):
                state.actions[place] += 1
                plan.given.remove((bill, due, amount))
        for when, bill, amount in plan.sold:
            left = int(state.left[bill])
            if when != t or bill not in ids or not left:
                continue
            if block.bills.whole[bill] and amount < left // 2:
                continue
            where = int(bank.cheapest(block, state, t, np.array([bill]))[0])
            part = left if block.bills.whole[bill] else min(amount, left)
            action = DiscountBill(
                day=day, bill=ids[bill], amount=part, institution=INSTITUTIONS[where],
                account=BANK, rate_ppm=10**6, days=0,
            )  # fmt: skip
            if not desk.carry_out(action):
                state.actions[place] += 1

    def _draw(self, run: Run, t: int, place: int, line: int, amount: int) -> None:
        free = int(bank.free(run.block, run.state, t, line)[place])
        wanted = min(-(-amount // 10_000) * 10_000, free)
        if wanted > bank.fee(run.block, line):
            one = np.zeros(run.block.size, dtype=np.int64)
            one[place] = wanted
            bank.draw(run.block, run.state, t, line, one)


def _repay(run: Run, t: int, place: int, line: int, amount: int) -> None:
    """Repay drawings of a line, oldest first, out of fund and cash that is not due."""
    block, state, left = run.block, run.state, amount
    balances, loans = state.ledger.balances, state.loans
    need = int(run.needs(t, run.next_decision(t))[place])
    for row in loans.unpaid().tolist():
        if loans.owner[row] != place or loans.line[row] != line or left <= 0:
            continue
        one, part = np.array([row]), min(left, int(loans.open[row]))
        cost = part + int(bank.owed_interest(block, state, one, np.array([part]), t)[0])
        cash, fund = int(balances[CASH, place]) - need, int(balances[FUND, place])
        if cost > cash + fund:
            return
        if cost > cash:
            move = np.zeros(block.size, dtype=np.int64)
            move[place] = cost - max(cash, 0)
            redeem(block, state, t, np.minimum(move, balances[FUND]))
        if cost > balances[CASH, place]:
            return
        bank.repay(block, state, t, one, np.array([part]))
        state.actions[place] += 1
        left -= part
