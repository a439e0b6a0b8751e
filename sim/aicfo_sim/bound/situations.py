"""From a block's tables and its baseline to what each merchant's program is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aicfo_sdk.money import PPM

from .. import bank
from ..draws.bills import takes_bills
from ..draws.block import Block
from ..fen import Floats, Ints, interest, round_div
from ..ledger import CASH, FUND, INVESTED
from ..lenders import month_of
from ..market import INSTITUTIONS
from ..scenario import ARCHETYPES
from ..state import BANK_LINE, QUICK_LINE, State
from ..tables import BILL_KINDS, SUPPLIER
from .baseline import GOODS, WAGES, Baseline
from .contracts import Contract
from .periods import YEAR_PPM, Periods, line_nights
from .program import Line, Match, Offers, Paper, Situation

PLATFORM = 2
"""The institution at whose rate the judge values bills on hand."""


@dataclass(frozen=True, slots=True)
class _Bills:
    """Bills that can be given away in the run, sorted by owner; one entry per bill."""

    row: Ints
    first: Ints
    last: Ints
    pays: Ints
    claim: Ints
    gain: Floats
    costs: list[Floats]


class Situations:
    """The situations of all merchants of a block, made one at a time."""

    def __init__(
        self,
        block: Block,
        opening: State,
        base: Baseline,
        span: Periods,
        offered: Sequence[Contract] = (),
    ) -> None:
        """`offered` are the contracts that the bound may take."""
        self._block, self._opening, self._base, self._span = block, opening, base, span
        self._offered_to = dict[int, list[Contract]]()
        for one in offered:
            self._offered_to.setdefault(one.owner, []).append(one)
        more_falls, more_inflow = _possible(base, offered)
        world = block.world
        dates, market, rules = world.dates, world.market, world.scenario.rules
        days = np.arange(dates.days)
        self._nights, self._limits = list[Floats](), list[Ints]()
        waits = market.loan_days + _ROLL + rules.loan_days
        self._penalty = np.inf
        for line in (BANK_LINE, QUICK_LINE):
            rate = np.stack([bank.rates(block, line, t) for t in days.tolist()])
            dearer = round_div(rate * market.penalty_factor, PPM)
            self._nights.append(line_nights(block.world, span, np.minimum(rate, dearer), waits))
            limits = [
                bank.limit(block, line, block.reviews[month_of(dates, t)])
                for t in span.days.tolist()
            ]
            self._limits.append(np.maximum.accumulate(np.stack(limits)))
            share = (dearer / np.maximum(rate, 1)).min(initial=np.inf)
            self._penalty = min(self._penalty, float(share))
        self._falls = np.stack([span.total(part) for part in base.falls])
        self._inflow = span.total(base.inflow)
        between = base.inflow + more_inflow
        between[span.days - span.first] = 0
        self._between = between
        self._bonds = span.total(base.bonds)
        self._late = (
            self._recent(WAGES, rules.wage_days, more_falls[WAGES]),
            self._recent(GOODS, rules.supplier_days, more_falls[GOODS]),
        )
        waiting = opening.wealth
        self._offered = bool(market.wealth_days)
        self._invested = opening.ledger.balances[INVESTED] - waiting.waiting(block.size)
        self._asked = np.zeros_like(self._inflow)
        soon = np.minimum(span.period(waiting.due), span.days.size - 1)
        np.add.at(self._asked, (soon, waiting.owner), waiting.amount)
        # Demand deposits earn on what has come in by each day, before it is paid out.
        weights = span.deposit_days[:, None]
        matured = _good(block, base)
        self._earned: Floats = np.add.reduceat(
            (np.maximum(base.inflow, 0) + matured) * weights,
            np.append(0, span.days[:-1] + 1 - span.first),
            axis=0,
        )
        # What was earned and not yet paid out comes with the next payment, if there is one.
        paid = bool(span.deposit.any())
        self._earned[0] += opening.deposit_rest / (YEAR_PPM) * paid + _DUST
        self._bills = _bills(block, opening, base, span)
        self._bills_from = np.searchsorted(
            block.bills.owner[self._bills.row], np.arange(block.size + 1)
        )
        rows = _invoices(block, opening, base, offered)
        self._invoices = rows[np.argsort(block.dues.owner[rows], kind="stable")]
        self._invoices_from = np.searchsorted(
            block.dues.owner[self._invoices], np.arange(block.size + 1)
        )

    def of(self, place: int) -> Situation:
        """Return the situation of one merchant."""
        base, balances = self._base, self._opening.ledger.balances
        papers = tuple(self._papers(place))
        return Situation(
            cash=int(balances[CASH, place]),
            fund=int(balances[FUND, place]),
            invested=int(self._invested[place]) if self._offered else None,
            inflow=self._earned[:, place] + self._inflow[:, place] + self._asked[:, place],
            between=self._between[:, place],
            falls=self._falls[:, :, place],
            arrears=base.arrears[:, place],
            bonds=self._bonds[:, place],
            late_wages=self._late[0][:, place],
            late_goods=self._late[1][:, place],
            lines=tuple(self._line(place, line) for line in (BANK_LINE, QUICK_LINE)),
            papers=papers,
            match=self._match(place, papers),
            offers=self._offers(place),
            penalty=self._penalty,
        )

    def bills(self, place: int) -> Ints:
        """Return the row of Bills of each paper of a merchant."""
        return self._bills.row[self._bills_from[place] : self._bills_from[place + 1]]

    def invoices(self, place: int) -> Ints:
        """Return the row of Dues of each invoice that its `Match` numbers."""
        return self._invoices[self._invoices_from[place] : self._invoices_from[place + 1]]

    def fixed(self, place: int) -> float:
        """Return the gains that come whatever is done: interest on the opening balances, and on
        what comes in, less interest on what is owed until the first decision."""
        situation, span = self._opening, self._span
        balances = situation.ledger.balances
        out = float(balances[CASH, place]) * span.deposit[0]
        out += float(balances[FUND, place]) * span.fund[0]
        out += float(self._earned[:, place].sum())
        out += float(self._invested[place]) * span.product[0] * self._offered
        for line in (BANK_LINE, QUICK_LINE):
            out -= float(situation.used[line, place]) * self._nights[line][0, place]
        return out - float(self._base.accrued[place])

    def _line(self, place: int, line: int) -> Line:
        block = self._block
        limits = self._limits[line][:, place]
        highest = int(limits.max(initial=0))
        return Line(
            limits=limits,
            used=int(self._opening.used[line, place]),
            nights=self._nights[line][:, place],
            fee=bank.fee(block, line) / highest if highest else 0.0,
        )

    def _recent(self, kind: int, days: int, more: Ints) -> Ints:
        """Return by period the most of a class that can be late on a decision day and no row
        older than `days`: what fell due since (with `more` of contracts), arrears while they may
        still wait."""
        span, base = self._span, self._base
        upto = np.cumsum(base.falls[kind] + more, axis=0)
        at = span.days - span.first
        before = at - days - 1
        gone = np.where((before >= 0)[:, None], upto[np.maximum(before, 0)], 0)
        waits = (before < 0)[:, None]
        return upto[at] - gone + np.where(waits, base.arrears[kind][None, :], 0)

    def _offers(self, place: int) -> Offers:
        """Return the contracts that a merchant may take, by period."""
        span, mine = self._span, self._offered_to.get(place, [])
        shape = (len(mine), span.days.size)
        gain, inflow = np.zeros(len(mine)), np.zeros(shape)
        falls, bonds = np.zeros((3, *shape), dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for n, one in enumerate(mine):
            earned = one.money * span.deposit_days[one.days]
            np.add.at(inflow[n], span.of[one.days], one.money + earned)
            np.add.at(falls[:, n], (one.classes, span.of[one.due]), one.costs)
            bonds[n, span.of[one.bid]] = one.bond
            gain[n] = one.margin + float(earned.sum())
        return Offers(gain, inflow, falls, bonds)

    def _papers(self, place: int) -> list[Paper]:
        bills = self._bills
        out = list[Paper]()
        for n in range(int(self._bills_from[place]), int(self._bills_from[place + 1])):
            paper = Paper(
                face=int(self._base.held[bills.row[n]]),
                first=int(bills.first[n]),
                last=int(bills.last[n]),
                costs=bills.costs[n],
                pays=int(bills.pays[n]),
                claim=int(bills.claim[n]),
                gain=float(bills.gain[n]),
            )
            out.append(paper)
        return out

    def _match(self, place: int, papers: tuple[Paper, ...]) -> Match:
        block, span = self._block, self._span
        rows = self.invoices(place)
        none = np.zeros(0, dtype=np.int64)
        kinds = _kinds(block, place) if papers and rows.size else []
        if not kinds:
            return Match(none, none, none, none, none)
        dues = block.dues
        kind = block.bills.kind[self.bills(place)]
        parties = dues.party[rows]
        known = (parties >= 0) & (parties < len(kinds))
        takes = np.array([[_accepts(names, name) for name in BILL_KINDS] for names in kinds])
        fits = takes[np.where(known, parties, 0)][:, kind] & known[:, None]
        begins = np.array([paper.first for paper in papers])
        ends = np.array([paper.last for paper in papers])
        when = np.maximum(begins[None, :], span.period(dues.known[rows])[:, None])
        invoice, paper = np.nonzero(fits & (when < ends[None, :]))
        due = np.where(dues.due[rows] < span.last, span.period(dues.due[rows]), span.days.size)
        first = when[invoice, paper]
        counts = np.maximum(first + 1, due[invoice])
        mine = {one.row: n for n, one in enumerate(self._offered_to.get(place, []))}
        contract = np.array([mine.get(row, -1) for row in dues.cond[rows].tolist()])
        room = np.where(contract >= 0, dues.amount[rows], self._base.owing[rows])
        return Match(paper, invoice, counts, room, contract)


_ROLL = 15
"""Days by which a term that ends on a holiday is put off, at most."""

_DUST = 4.0
"""Fractions of interest carried over from before the run: less than a fen for each account."""


def _good(block: Block, base: Baseline) -> Ints:
    """Return by day × merchant what all bills would pay that are held, fen."""
    bills = block.bills
    pays = block.world.dates.roll(bills.matures)
    rows = np.flatnonzero((pays >= base.first) & (pays < base.last) & (bills.fails == 0))
    out = np.zeros_like(base.inflow)
    np.add.at(out, (pays[rows] - base.first, bills.owner[rows]), base.held[rows])
    return out


def _bills(block: Block, opening: State, base: Baseline, span: Periods) -> _Bills:
    bills, dates, market = block.bills, block.world.dates, block.world.market
    pays = dates.roll(bills.matures)
    rows = np.flatnonzero((base.held > 0) & (pays >= base.first))
    rows = rows[np.argsort(bills.owner[rows], kind="stable")]
    held, matures = base.held[rows], bills.matures[rows]
    first = span.period(np.maximum(bills.received[rows], base.first))
    last = np.maximum(span.period(matures), first)
    fails = bills.fails[rows] != 0
    within = pays[rows] < base.last
    # The judge values what is on hand at the end at the platform's rate of the last day.
    rate, days = bank.discount_terms(block, max(base.last - 1, 0), rows, PLATFORM)
    worth = held - interest(held, rate, days, bank.BILL_BASIS)
    recourse = bills.recourse[rows]
    due = np.where(recourse >= 0, block.dues.due[np.maximum(recourse, 0)], -1)
    escapes = fails & within & (recourse < 0)
    kept = np.where(within | fails, 1.0, worth / np.maximum(held, 1))
    gain = np.where(fails, np.where(escapes, 1.0, 0.0), 1.0 - kept)
    asked = fails & within & (recourse >= 0) & (due >= pays[rows]) & (due < base.last)
    costs = [np.full(int(n), np.inf) for n in last - first]
    for i, t in enumerate(span.days.tolist()):
        some = np.flatnonzero((first <= i) & (i < last))
        if not some.size:
            continue
        code, days = bills.code[rows[some]], pays[rows[some]] - t
        least = np.full(some.size, np.inf)
        for place in range(len(INSTITUTIONS)):
            rate, _ = bank.discount_terms(block, t, rows[some], place)
            cost = rate * days / (bank.BILL_BASIS * PPM) + market.fee(place) / held[some]
            least = np.where(bank.TAKES[place][code], np.minimum(least, cost), least)
        least = np.where(bank.refused(block, t, rows[some]), np.inf, least)
        for n, cost in zip(some.tolist(), least.tolist(), strict=True):
            costs[n][i - first[n]] = cost
    return _Bills(
        row=rows,
        first=first,
        last=last,
        pays=np.where(within & ~fails, span.period(pays[rows]), -1),
        claim=np.where(asked, span.period(due), -1),
        gain=gain,
        costs=[np.minimum(part, 1.0) for part in costs],
    )


def _possible(base: Baseline, offered: Sequence[Contract]) -> tuple[Ints, Ints]:
    """Return what falls due (classes × days × merchants) and comes in (days × merchants) if every
    contract is taken, fen."""
    falls, inflow = np.zeros_like(base.falls), np.zeros_like(base.inflow)
    for one in offered:
        np.add.at(falls[:, :, one.owner], (one.classes, one.due), one.costs)
        np.add.at(inflow[:, one.owner], one.days, one.money)
    return falls, inflow


def _invoices(block: Block, opening: State, base: Baseline, offered: Sequence[Contract]) -> Ints:
    """Return rows of Dues that bills may settle: supplier invoices of the run, open or to come."""
    dues = block.dues
    wanted = (dues.kind == SUPPLIER) & (dues.known < base.last) & (base.owing > 0)
    overdue = np.zeros_like(wanted)
    overdue[opening.overdue] = True
    rows = np.flatnonzero(wanted & ((dues.due >= base.first) | overdue))
    rows = rows[base.state.alive[dues.owner[rows]] & base.state.active(dues.cond[rows])]
    more = [one.invoices[dues.known[one.invoices] < base.last] for one in offered]
    return np.concatenate([rows, *more])


def _kinds(block: Block, place: int) -> list[tuple[str, ...]]:
    """Return the kinds of bills that each supplier of a merchant takes."""
    traits = block.traits
    who = block.world.who(int(traits.merchant[place]), ARCHETYPES[int(traits.archetype[place])])
    return takes_bills(who) if "supplier_bills" in who.figures.rows else []


def _accepts(kinds: tuple[str, ...], name: str) -> bool:
    return any(name == kind or name.startswith(kind + "_") for kind in kinds)
