"""The owner with an AI CFO: the orchestrator with whatever plugins are installed.

Once a week the orchestrator is asked for its brief, and whenever what is due before the next
decision exceeds cash for a funding plan; its proposals are carried out, those that the policy
below lets through without a person. What is then still short the owner covers in his own way, so
the two differ only by what the CFO did. Bids are made for tenders whose gate is passed and whose
expected margin is more than the money costs that the contract needs (`bid_worth`).
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from aicfo_sdk import AicfoError, Orchestrator, Policy, Registry, discover
from aicfo_sdk.model import (
    BidGate,
    Brief,
    CreditLine,
    Fact,
    FundingNeed,
    FundingPlan,
    TenderId,
)
from aicfo_sdk.money import PPM
from aicfo_sdk.safety.policy import Rule, decide

from ..desk import Desk
from ..engine import Run
from ..fen import Ints
from ..ledger import FUND
from ..money_fund import redeem
from ..papers import Papers
from .simple import Owner

if TYPE_CHECKING:
    from aicfo_sdk import Proposal

    from ..books import MerchantBooks

_NO_LIMIT = Rule(approval_above=10**12)

AUTO = Policy(
    name="sim",
    rules={
        "discount_bill": _NO_LIMIT,
        "endorse_bill": _NO_LIMIT,
        "draw_loan": _NO_LIMIT,
        "repay_loan": _NO_LIMIT,
        "buy_fund": _NO_LIMIT,
        "redeem_fund": _NO_LIMIT,
        "pay": _NO_LIMIT,
    },
)
"""What the simulated owner lets happen unseen: nobody sits at the desk of ten thousand firms."""


LATE_DAY_PPM = 500
"""What being late costs a day: the interest on overdue supplier invoices and taxes, ppm."""

_YEAR = 365


def bid_worth(
    need: FundingNeed, alone: FundingPlan, with_it: FundingPlan, *, dearest_ppm: int
) -> float:
    """Return what winning a tender is worth before the chance of winning it, minor units.

    The expected margin, less what funding costs more with the contract than without, less the
    price of what finds no funding: a shortage is not forbidden, it costs `dearest_ppm` a year
    plus late interest, for as long as it lasts. Plans are made for the 95 % need over all of its
    days; what is expected is its mean, for `short_days`. The chance of winning and the bond, which
    comes back either way, do not change the sign.
    """
    if need.margin_mean is None or need.short_mean is None or need.short_days is None:
        return 0.0
    if not need.short_p95:
        return float(need.margin_mean)
    share = need.short_mean / need.short_p95
    lasts = need.short_days / ((need.until - need.by).days + 1)
    borrowed = max(with_it.cost - alone.cost, 0) * share * lasts
    missing = max(with_it.uncovered - alone.uncovered, 0) * share
    price = (dearest_ppm + LATE_DAY_PPM * _YEAR) / PPM
    return need.margin_mean - borrowed - missing * price * need.short_days / _YEAR


class Cfo(Owner):
    """Asks the orchestrator and acts on its proposals."""

    name = "cfo"

    def __init__(self, orchestrator: Orchestrator | None = None) -> None:
        """`orchestrator` replaces the one over all installed plugins."""
        self._orchestrator = orchestrator or Orchestrator(_installed(), checked=False)
        self._papers: dict[int, Papers] = {}
        self._last: dict[int, int] = {}
        self.triggers = 0
        self.notes = Counter[str]()
        """Why proposals were not carried out and goals not answered, with counts."""

    def decide(self, run: Run, t: int) -> None:
        """Ask for the merchants whose week is over or who are short, then let the owner cover."""
        short = run.short(t)
        week = run.rules.trigger_days
        for place in np.flatnonzero(run.state.alive).tolist():
            due = t - self._last.get(place, t - week) >= week
            if due or short[place]:
                goals: list[type[Fact]] = [FundingPlan] if short[place] else []
                if due:
                    self._last[place] = t
                    goals.append(Brief)
                self._ask(run, place, t, goals)
        short = run.short(t)
        if short.any():
            redeem(run.block, run.state, t, np.minimum(short, run.state.ledger.balances[FUND]))
            super().decide(run, t)

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid where the gate is passed and the contract is worth what its money costs."""
        plain = super().bids(run, t, rows)
        return np.array([row for row in plain.tolist() if self._worth(run, t, row)], dtype=int)

    def papers(self, run: Run, place: int) -> Papers:
        """Return the papers of a merchant, kept through the run."""
        if place not in self._papers:
            self._papers[place] = Papers(run.block, run.state, place)
        return self._papers[place]

    def _ask(self, run: Run, place: int, t: int, goals: list[type[Fact]]) -> None:
        papers = self.papers(run, place)
        for goal in goals:
            books = papers.books(t)
            self.triggers += 1
            try:
                found = self._orchestrator.run(goal, books=books)
            except AicfoError as error:
                self.notes[f"{goal.__name__}: {error.code}"] += 1
                continue
            desk = Desk(run, papers, place, t)
            for proposal in found.proposals:
                self._act(run, place, desk, proposal, books)

    def _act(
        self, run: Run, place: int, desk: Desk, proposal: Proposal, books: MerchantBooks
    ) -> None:
        decision = decide(AUTO, proposal, books)
        reason = desk.carry_out(proposal.action) if decision.outcome == "allowed" else decision.why
        kind = proposal.action.kind
        if reason:
            run.state.refused[place] += 1
            self.notes[f"{kind}: {reason}"] += 1
        else:
            run.state.actions[place] += 1
            self.notes[kind] += 1

    def _worth(self, run: Run, t: int, row: int) -> bool:
        place = int(run.block.tenders.owner[row])
        papers = self.papers(run, place)
        books, tender = papers.books(t), TenderId(papers.tender_id(row))
        self.triggers += 1
        try:
            gate: BidGate = self._orchestrator.run(BidGate, books=books, subjects=[tender]).result
            if not gate.passed:
                self.notes["no bid: gate"] += 1
                return False
            alone = self._orchestrator.run(FundingPlan, books=books).result
            found = self._orchestrator.run(FundingPlan, books=books, subjects=[tender])
            need = found.fact(FundingNeed)
        except AicfoError as error:
            self.notes[f"no bid: {error.code}"] += 1
            return False
        dearest = max((line.rate_ppm for line in books.all(CreditLine)), default=0)
        good = bid_worth(need, alone, found.result, dearest_ppm=dearest) > 0
        self.notes["bid" if good else "no bid: not worth its money"] += 1
        return good


@cache
def _installed() -> Registry:
    return discover()
