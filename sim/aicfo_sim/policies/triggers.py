"""When the CFO is asked: on events that may change its plan, and at least every so many days.

Asking daily finds little more than asking when something happened (`benchmarks/cfo.py`), and costs
twenty times as much. All that is looked at is what the merchant knows that day, and nothing but its
own affairs: whoever else is in the block, the same days are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

import numpy as np

from aicfo_sdk import PPM
from aicfo_sdk.model import BillPlan
from aicfo_sdk.orchestrator.run import Run as Answer

from ..draws.block import Block
from ..engine import Run
from ..fen import Flags, Ints, per_merchant
from ..ledger import CASH, FUND, INVESTED, LOANS
from ..papers import Papers
from ..tables import SUPPLIER
from ..wealth import free, pays_on

AHEAD = 28
"""Days over which the yield of idle money and the payments beside it are reckoned."""

WORTH = 1_000
"""Fen that idle money must be able to earn in `AHEAD` days before it is an event."""

SHARE = 3
"""So many-th of what is to be paid in `AHEAD` days is the least that counts as idle."""

LIST_WEEKS = 12
CHEAP = 20
"""Goods are looked at when they cost this part less than their mean of `LIST_WEEKS` weeks."""

_NEVER = 2**40
_MIX = 2_654_435_761


class Triggers:
    """Which merchants of a block the CFO is asked about; remembers when it was and what it said."""

    def __init__(self, every: int | None = None, *, prices: bool = False) -> None:
        """`every`: so many days instead of on events; `prices`: also when goods get cheap."""
        self._every, self._prices = every, prices
        self._last: Ints = np.zeros(0, dtype=np.int64)

    def due(
        self,
        run: Run,
        t: int,
        papers: Callable[[Run, int], Papers],
        swept: Collection[int] = (),
    ) -> Flags:
        """Return the merchants to be asked about at the close of day `t`.

        `papers` says of a merchant which of its suppliers take bills; the idle money of those
        `swept` goes into the money fund by a standing order.
        """
        alive = run.state.alive
        if not self._last.size:
            # Whoever begins with a CFO asks it on the first day.
            self._last = np.full(run.block.size, t, dtype=np.int64)
            self._plan = np.full(run.block.size, _NEVER, dtype=np.int64)
            self._spare = np.zeros(run.block.size, dtype=np.int64)
            self._usual = np.zeros(run.block.size, dtype=np.int64)
            self._phase = phase(run.block, run.rules.trigger_days)
            self._market = run.block.world.acceptors
            return alive.copy()
        if self._every is not None:
            return alive & (t - self._last >= self._every)
        longest = run.rules.trigger_days
        rhythm = (t + self._phase) // longest > (self._last + self._phase) // longest
        planned = self._plan <= run.next_decision(t)
        events = self._bills(run, t, papers) | self._idle(run, t, swept) | _notice(run, t)
        if self._prices:
            events |= self._cheap(run, t, papers)
        return alive & (rhythm | planned | events)

    def settled(self, run: Run, t: int, asked: Flags) -> None:
        """Remember what is spare after all of day `t` was decided, where the CFO was asked."""
        if asked.any():
            self._last[asked] = t
            self._spare[asked] = spare(run, t)[asked]
            self._usual[asked] = run.needs(t, t + AHEAD)[asked]

    def planned(self, run: Run, t: int, place: int, answer: Answer) -> None:
        """Remember the first day after the next decision on which the plan wants to act."""
        after = run.dates.at(run.next_decision(t))
        days = [proposal.action.day for proposal in answer.proposals]
        for _, fact in answer.facts:
            if isinstance(fact, BillPlan):
                days += [move.day for move in fact.moves if move.move != "hold"]
        first = min((day for day in days if day > after), default=date.max)
        self._plan[place] = run.dates.number(first) if first < date.max else _NEVER

    def _bills(self, run: Run, t: int, papers: Callable[[Run, int], Papers]) -> Flags:
        """A new bill, one whose acceptor was listed for paying late, or one in hand when a supplier
        who takes bills is to be paid before the next decision."""
        block, state = run.block, run.state
        bills, dues = block.bills, block.dues
        held = np.flatnonzero(state.left > 0)
        if not held.size:
            return np.zeros(block.size, dtype=np.bool_)
        owners = bills.owner[held]
        new = bills.received[held] > self._last[owners]
        new |= self._market.is_refused(t, bills.acceptor[held]) & ~self._market.is_refused(
            self._last[owners], bills.acceptor[held]
        )
        out = per_merchant(owners, new.astype(np.int64), block.size) > 0
        has = per_merchant(owners, state.left[held], block.size) > 0
        rows = run.due_rows(t + 1, run.next_decision(t) + 1)
        rows = rows[(dues.kind[rows] == SUPPLIER) & (dues.known[rows] <= t)]
        rows = rows[has[dues.owner[rows]]]
        for row, place in zip(rows.tolist(), dues.owner[rows].tolist(), strict=True):
            known = papers(run, place)
            out[place] = out[place] or bool(known.accepted(known.payee(row)))
        return out

    def _cheap(self, run: Run, t: int, papers: Callable[[Run, int], Papers]) -> Flags:
        """A supplier's list has changed since the CFO was asked, and what it sells is cheap."""
        out = np.zeros(run.block.size, dtype=np.bool_)
        for place in range(run.block.size):
            price = papers(run, place).stores.price[:, max(t - LIST_WEEKS * 7, 0) : t + 1]
            if not price.size:
                continue
            new = price[:, -1] != price[:, max(int(self._last[place]) - t - 1, -price.shape[1])]
            cheap = price[:, -1] * CHEAP < price.mean(axis=1) * (CHEAP - 1)
            out[place] = bool((new & cheap).any())
        return out

    def _idle(self, run: Run, t: int, swept: Collection[int]) -> Flags:
        """So much more is spare than when the CFO was asked that putting it away is worth it.

        A merchant without a loan whose money a standing order puts away anyway can gain only what
        a wealth product yields beyond the fund.
        """
        fund = run.market.fund_rate(t)
        rate = np.full(run.block.size, max(fund, 0), dtype=np.int64)
        if swept:
            beyond = int(run.market.rates.wealth[t]) - fund if run.market.wealth_days else 0
            put_away = np.zeros(run.block.size, dtype=np.bool_)
            put_away[list(swept)] = True
            rate[put_away & (run.state.ledger.balances[LOANS] == 0)] = max(beyond, 0)
        least = WORTH * 365 * PPM // np.maximum(rate * AHEAD, 1)
        return (rate > 0) & (spare(run, t) - self._spare >= np.maximum(least, self._usual // SHARE))


def _notice(run: Run, t: int) -> Flags:
    """Return who must ask money back now: what falls due until then exceeds money at hand."""
    balances = run.state.ledger.balances
    held = balances[INVESTED] > 0
    if not held.any():
        return held
    back = run.next_decision(pays_on(run.block, run.next_decision(t)))
    short = run.needs(t, back) > balances[CASH] + balances[FUND]
    return held & short & (free(run.block, run.state) > 0)


def spare(run: Run, t: int) -> Ints:
    """Return money at hand less all payments known up to the next decision, by merchant, fen.

    What is in the money fund is at hand.
    """
    balances = run.state.ledger.balances
    return balances[CASH] + balances[FUND] - run.needs(t, run.next_decision(t))


def phase(block: Block, longest: int) -> Ints:
    """Return each merchant's day of the rhythm, 0 to `longest` − 1, from its number alone."""
    return ((block.traits.merchant * _MIX) >> 16) % longest
