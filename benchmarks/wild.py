"""Policies that try to beat the clairvoyant bound: anything that a merchant may do, by lot."""

from __future__ import annotations

import numpy as np
from aicfo_sim import bank, rng
from aicfo_sim import wealth as wealth_product
from aicfo_sim.desk import Desk
from aicfo_sim.engine import Run
from aicfo_sim.fen import Ints
from aicfo_sim.ledger import CASH, FUND
from aicfo_sim.market import INSTITUTIONS
from aicfo_sim.money_fund import invest, redeem
from aicfo_sim.names import BANK
from aicfo_sim.papers import Papers
from aicfo_sim.policies import AllT0, Owner
from aicfo_sim.policies.simple import redeem_bonds
from aicfo_sim.state import LINES
from aicfo_sim.tables import BOND
from aicfo_sim.tender_market import cost_plus, highest_winning, lowest_bid, submit

from aicfo_sdk import Action
from aicfo_sdk.model import DiscountBill, DrawLoan, EndorseBill, Pay


class Wild(Owner):
    """Sells bills anywhere, draws for any term, repays in parts, moves money to and fro."""

    name = "wild"

    def __init__(self, seed: int, *, eager: float) -> None:
        """`eager` is the chance to draw on a line on a day."""
        self.luck, self.eager = rng.stream(seed, 0, rng.MARKET, "wild"), eager

    def decide(self, run: Run, t: int) -> None:
        block, state, luck = run.block, run.state, self.luck
        size, balances = block.size, state.ledger.balances
        if luck.random() < 0.3:
            rows = bank.sellable(block, state, t)
            rows = rows[luck.random(rows.size) < 0.1]
            where = luck.integers(0, 3, rows.size)
            where = np.where(bank.TAKES[where, block.bills.code[rows]], where, 0)
            bank.discount(block, state, t, rows, where)
        if luck.random() < self.eager:
            self._draw(run, t)
        for row in np.flatnonzero((state.loans.open > 0) & (luck.random() < 0.3)).tolist():
            owner, amount = int(state.loans.owner[row]), int(state.loans.open[row] * luck.random())
            if amount and state.alive[owner] and state.ledger.cash[owner] > 2 * amount:
                bank.repay(block, state, t, np.array([row]), np.array([amount]))
        redeem(block, state, t, np.minimum(run.short(t), balances[FUND]) * state.alive)
        if luck.random() < 0.7:
            super().decide(run, t)
        keep = run.needs(t, run.next_decision(t)) if luck.random() < 0.8 else 0
        spare = np.maximum(balances[CASH] - keep, 0) * (luck.random(size) < 0.7)
        if block.world.market.wealth_days and luck.random() < 0.5:
            wealth_product.buy(block, state, t, spare * state.alive)
            back = wealth_product.free(block, state) * (luck.random(size) < 0.2)
            wealth_product.redeem(block, state, t, back * state.alive)
            return
        invest(block, state, t, spare * state.alive)

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid at any price, often the highest that wins: the bound takes bids as they are made."""
        block, luck = run.block, self.luck
        rows = rows[luck.random(rows.size) < 0.6]
        redeem_bonds(run, t, rows)
        best, usual = highest_winning(block.tenders, rows), cost_plus(block, rows)
        for row, most, price in zip(rows.tolist(), best.tolist(), usual.tolist(), strict=True):
            lot = luck.random()
            chosen = most if lot < 0.5 and most else lowest_bid(block, row) if lot > 0.9 else price
            submit(block, run.state, t, row, int(chosen))
        return rows[:0]

    def _draw(self, run: Run, t: int) -> None:
        block, state, luck = run.block, run.state, self.luck
        line = int(luck.integers(2))
        free = np.maximum(bank.free(block, state, t, line), 0)
        amount = (free * luck.random(block.size)).astype(np.int64)
        amount = np.where(luck.random(block.size) < 0.3, amount, 0)
        amount = np.where(state.alive & (amount > bank.fee(block, line)), amount, 0)
        before = state.loans.owner.size
        bank.draw(block, state, t, line, amount)
        new = np.arange(before, state.loans.owner.size)
        soon = np.full(new.size, t + 1 + int(luck.integers(60)))
        state.loans.due[new] = block.world.dates.roll(soon)


class Hoarder(Wild):
    """Puts every fen away where no creditor gets it, from some day on, and lets the firm close."""

    name = "hoarder"

    def __init__(self, seed: int, *, after: int) -> None:
        """`after` so many days of living as `Wild` nothing is paid any more."""
        super().__init__(seed, eager=0.1)
        self._after, self._first = after, -1

    def decide(self, run: Run, t: int) -> None:
        self._first = t if self._first < 0 else self._first
        if t - self._first < self._after:
            super().decide(run, t)
        else:
            invest(run.block, run.state, t, run.state.ledger.cash * run.state.alive)


class AtTheDesk(Wild):
    """Besides, sends the bank whatever orders a plugin could: endorsements, parts of bills, early
    payments, drawings of any term. Needs a state with a journal."""

    name = "desk"

    def __init__(self, seed: int, *, eager: float) -> None:
        super().__init__(seed, eager=eager)
        self._papers = dict[int, Papers]()
        self.done = dict[str, int]()
        """How many orders of each kind were carried out."""

    def decide(self, run: Run, t: int) -> None:
        super().decide(run, t)
        for place in np.flatnonzero(run.state.alive & (self.luck.random(run.block.size) < 0.3)):
            self._at(run, t, int(place))

    def _at(self, run: Run, t: int, place: int) -> None:
        if place not in self._papers:
            self._papers[place] = Papers(run.block, run.state, place)
        papers = self._papers[place]
        papers.advance(t)
        desk = Desk(run, papers, place, t)
        for action in (*self._moves(run, t, papers, place), *self._others(run, t, papers, place)):
            if not desk.carry_out(action):
                run.state.actions[place] += 1
                self.done[action.kind] = self.done.get(action.kind, 0) + 1

    def _moves(self, run: Run, t: int, papers: Papers, place: int) -> list[Action]:
        """Give bills away: to suppliers against any open invoice, or in part to the bank."""
        state, dues, day, luck = run.state, run.block.dues, run.dates.at(t), self.luck
        held = [name for name, row in papers.bill_rows.items() if state.left[row] > 0]
        owed = [
            (name, row)
            for name, row in papers.due_rows.items()
            if state.open[row] > 0 and name.startswith("I") and dues.known[row] <= t
        ]
        out = list[Action]()
        for name in held:
            left = int(state.left[papers.bill_rows[name]])
            lot = luck.random()
            if lot < 0.05:
                part = left if luck.random() < 0.5 else max(int(left * luck.random()), 1)
                where = INSTITUTIONS[int(luck.integers(len(INSTITUTIONS)))]
                out.append(
                    DiscountBill(
                        day=day, bill=name, amount=part, institution=where, account=BANK,
                        rate_ppm=900_000, days=0,
                    )
                )  # fmt: skip
            elif lot < 0.6:
                for paper, row in [owed[n] for n in luck.permutation(len(owed))[:6].tolist()]:
                    amount = min(left, int(state.open[row]))
                    out.append(
                        EndorseBill(
                            day=day, bill=name, amount=amount, payee=papers.payee(row),
                            settles=(paper,),
                        )
                    )  # fmt: skip
        return out

    def _others(self, run: Run, t: int, papers: Papers, place: int) -> list[Action]:
        """Pay something before it is due, draw something on a line."""
        state, day, luck = run.state, run.dates.at(t), self.luck
        out = list[Action]()
        owed = [(name, row) for name, row in papers.due_rows.items() if state.open[row] > 0]
        if owed and luck.random() < 0.8:
            name, row = owed[int(luck.integers(len(owed)))]
            amount = max(int(state.open[row] * luck.random()), 1)
            if payee := papers.payee(row):
                out.append(Pay(day=day, account=BANK, payee=payee, amount=amount, settles=(name,)))
        if luck.random() < self.eager:
            line, until = int(luck.integers(2)), t + int(luck.integers(1, 120))
            free = int(bank.free(run.block, state, t, line)[place])
            amount = int(free * luck.random())
            if amount > 0:
                out.append(
                    DrawLoan(
                        day=day, line=LINES[line], account=BANK, amount=amount, rate_ppm=10**6,
                        due=run.dates.at(min(until, run.dates.days - 1)),
                    )
                )  # fmt: skip
        return out


class Foreseeing(AllT0):
    """Keeps spare money in the fund and bids for every contract that will pay, at the highest price
    that wins: what no firm can know."""

    name = "foreseeing"

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid at the highest winning price where it exceeds all that the contract will cost."""
        block, dues = run.block, run.block.dues
        redeem_bonds(run, t, rows)
        best = highest_winning(block.tenders, rows)
        for row, price in zip(rows.tolist(), best.tolist(), strict=True):
            mine = block.contract_dues.rows(row)
            if price > int(dues.amount[mine][dues.kind[mine] != BOND].sum()):
                submit(block, run.state, t, row, int(price))
        return rows[:0]
