"""One merchant's linear program: the most that money can bring over a run that it survives.

Gains and costs count against the baseline (`baseline.Baseline`), which pays everything when due,
earns nothing on cash, borrows nothing and holds every bill. The program may do all that a policy
may do with bills, cash and lines, and more: whole bills and fixed fees are fractions, drawings
have no term, penalty or least size, what falls due between two decisions can be paid up to the
second, and interest on drawings takes no cash before the end. Every path that the engine lets a
merchant go and survive is a point of it, or worse than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..fen import Floats, Ints
from .baseline import GOODS, OTHERS, WAGES
from .dual import Linear
from .periods import Periods

PENALTY = 20.0
"""What a fen costs that appears from nowhere. Without it a program could be infeasible, and no
bound follow; with it the bound of a merchant that cannot survive falls below that of closing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A credit line; `nights` is the interest per fen before each decision."""

    limits: Ints
    """The most that can be out after each decision: no more than a limit there ever was."""
    used: int
    nights: Floats
    fee: float
    """Least fee per fen drawn: the fixed fee over the whole limit."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A bill: what can be done with it and what that brings against holding it."""

    face: int
    """On hand or to come, fen."""
    first: int
    last: int
    """Periods `first` … `last` − 1 have a decision at which it can be given away."""
    costs: Floats
    """Least interest and fee per fen of discounting at each of these decisions."""
    pays: int
    """Period in which it pays if held; −1: never, or after the end."""
    claim: int
    """Period in which its recourse falls due if given away; −1: none within the run."""
    gain: float
    """What giving away a fen of it at par brings against holding it to the end."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which bill may settle which supplier invoice, in which period that first counts (the
    number of periods: after the end); `room` is what is open of each invoice."""

    paper: Ints
    invoice: Ints
    counts: Ints
    room: Ints
    contract: Ints
    """Of each invoice the contract that it belongs to, −1 where it comes anyway."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Contracts that the bound may take, whole or in part; their number × periods, fen."""

    gain: Floats
    """Margin, and interest on what is paid until the next decision."""
    inflow: Floats
    """What it pays, the bid bond that comes back included."""
    falls: Ints
    """Classes × contracts × periods: what falls due."""
    bonds: Ints
    """The bid bond, in the period of the last day for it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the program of one merchant is made of, fen by period."""

    cash: int
    fund: int
    invested: int | None
    """In the wealth product; None where it is not offered."""
    inflow: Floats
    between: Ints
    """Inflow by day of the run, 0 on decision days: what comes in while nobody decides."""
    falls: Ints
    """Classes × periods."""
    arrears: Ints
    bonds: Ints
    late_wages: Ints
    late_goods: Ints
    """The most that can be overdue at each decision without closing the firm."""
    lines: tuple[Line, ...]
    papers: tuple[Paper, ...]
    match: Match
    offers: Offers
    penalty: float
    """Nights' worth of interest that an overdue drawing costs per night."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program; its gain is wealth above the baseline's, fen."""

    linear: Linear
    morning: Ints
    evening: Ints
    balances: tuple[Ints, ...]
    """Rows by period: cash before each decision, all money after it, what is owed on each line."""
    holidays: tuple[tuple[Ints, Ints, Ints], ...]
    """By line: periods with holidays on which the bank collects, and the rows that cap it by what
    was owed one decision before and two."""
    sold: tuple[Ints, ...]
    """Columns by paper: what of it is discounted at each decision that it has."""
    given: Ints
    """Columns by pair of `Match`: what of the paper the supplier gets."""
    drawn: tuple[Ints, ...]
    repaid: tuple[Ints, ...]
    """Columns by line and period."""
    late: tuple[tuple[tuple[Ints, Ints], ...], ...]
    """By class of payments: columns of what waits at decisions, and their periods. First what has
    waited for every night since the decision before, then what fell due since."""
    short: Ints
    before: Ints
    fund: Ints
    """Columns by period: money from nowhere, cash before each decision, what lies in the fund."""


def program(span: Periods, of: Situation) -> Program:
    """Return the program of a merchant in its situation."""
    build = _Build(span, of)
    build.money()
    build.contracts()
    if of.invested is not None:
        build.product(of.invested)
    for line in of.lines:
        build.line(line)
    for paper in of.papers:
        build.paper(paper)
    build.endorsements()
    build.lateness()
    return build.finish()


class _Build:
    def __init__(self, span: Periods, of: Situation) -> None:
        self._span, self._of, self._count = span, of, span.days.size
        self._columns = list[tuple[Floats, Floats]]()
        self._size = self._height = 0
        self._entries = list[tuple[Ints, Ints, Floats]]()
        self._limits = list[tuple[Floats, Floats]]()
        faces = sum(paper.face for paper in of.papers)
        room = sum(int(line.limits.max(initial=line.used)) for line in of.lines)
        opening = of.cash + of.fund + (of.invested or 0)
        # What can fall due, whichever contracts are taken.
        self._falls = of.falls + of.offers.falls.sum(axis=1)
        bonds = of.bonds.sum() + of.offers.bonds.sum()
        self._owed = float(self._falls.sum() + of.arrears.sum() + bonds + faces + room)
        growth = 1.0 + 2.0 * float(span.fund.sum() + span.deposit.sum() + span.product.sum())
        # All the money there can ever be: nothing is paid and every line is drawn.
        inflow = float(np.maximum(of.inflow, 0).sum() + of.offers.inflow.sum())
        self._most = (opening + inflow + faces + room) * growth
        self._most += self._owed

    def money(self) -> None:
        """Cash and fund from decision to decision; `morning` is cash before a decision."""
        span, of = self._span, self._of
        self._cash = self._column(np.append(span.deposit[1:], 0.0), self._most)
        self._fund = self._column(np.append(span.fund[1:], 0.0), self._most)
        self._before = self._column(0.0, self._most)
        short = self._short = self._column(-PENALTY, self._owed + self._most)
        due = of.inflow - of.falls.sum(axis=0)
        due[0] += of.cash * (1.0 + span.deposit[0]) - of.arrears.sum()
        self._morning = self._row(due, due)
        self._put(self._morning, self._before, 1.0)
        self._put(self._morning[1:], self._cash[:-1], -(1.0 + span.deposit[1:]))
        self._put(self._morning, short, -1.0)
        out = -of.bonds.astype(np.float64)
        out[0] += of.fund * (1.0 + span.fund[0])
        self._evening = self._row(out, out)
        self._put(self._evening, self._cash, 1.0)
        self._put(self._evening, self._fund, 1.0)
        self._put(self._evening, self._before, -1.0)
        self._put(self._evening[1:], self._fund[:-1], -(1.0 + span.fund[1:]))
        self._late = [list[tuple[Ints, Ints]]() for _ in range(3)]
        self._claimed = list[tuple[Ints, Ints]]()
        self._balances = list[Ints]()
        self._holidays = list[tuple[Ints, Ints, Ints]]()
        self._gone = list[list[Ints]]()
        self._pairs: Ints = np.zeros(0, dtype=np.int64)
        self._drawn, self._repaid = list[Ints](), list[Ints]()
        for number, most in enumerate(self._latest()):
            if most.any():
                self._wait(number, most)

    def contracts(self) -> None:
        """Contracts that are taken: bid bonds, what they pay, what falls due for them."""
        offers = self._of.offers
        self._taken = self._column(offers.gain, np.ones(offers.gain.size))
        for rows, by in (
            (self._morning, offers.falls.sum(axis=0) - offers.inflow),
            (self._evening, offers.bonds),
        ):
            number, when = np.nonzero(by)
            self._put(rows[when], self._taken[number], by[number, when].astype(np.float64))

    def _latest(self) -> tuple[Floats, ...]:
        """Return by class and period the most that can be late."""
        of = self._of
        others: Floats = (np.cumsum(self._falls[OTHERS]) + of.arrears[OTHERS]).astype(np.float64)
        # A claim of recourse is a service that was not paid for.
        others += self._claims()
        most = {WAGES: of.late_wages, OTHERS: others, GOODS: of.late_goods}
        return tuple(most[number].astype(np.float64) for number in sorted(most))

    def _wait(self, number: int, most: Floats) -> None:
        """Payments of a class that wait are money in hand.

        What fell due in the very period of a decision has been late for a day, what is older for
        every day since the last decision.
        """
        span = self._span
        every = np.arange(self._count)
        older = (span.nights * -span.late).astype(np.float64)
        self._late[number].append((self._column(older, most), every))
        long = np.flatnonzero((span.nights > 1) & (self._falls[number] > 0))
        fresh = np.minimum(self._falls[number][long], most[long])
        self._late[number].append((self._column(-span.late, fresh), long))
        for columns, when in self._late[number]:
            self._put(self._morning[when], columns, -1.0)
            later = when + 1 < self._count
            self._put(self._morning[when[later] + 1], columns[later], 1.0)

    def _claims(self) -> Floats:
        """Return by period the recourse that can have fallen due by then."""
        out = np.zeros(self._count)
        for paper in self._of.papers:
            if paper.claim >= 0:
                out[paper.claim :] += paper.face
        return out

    def product(self, invested: int) -> None:
        """The wealth product: bought in the evening, asked back then, there working days later."""
        span = self._span
        held = self._column(np.append(span.product[1:], 0.0), self._most)
        bought, asked = self._column(0.0, self._most), self._column(0.0, self._most)
        start = np.zeros(self._count)
        start[0] = invested * (1.0 + span.product[0])
        rows = self._row(start, start)
        self._put(rows, held, 1.0)
        self._put(rows[1:], held[:-1], -(1.0 + span.product[1:]))
        self._put(rows, bought, -1.0)
        self._put(rows, asked, 1.0)
        self._put(self._evening, bought, 1.0)
        there = span.arrives < self._count
        self._put(self._morning[span.arrives[there]], asked[there], -1.0)

    def line(self, line: Line) -> None:
        """Drawings and repayments; a debit of the bank is worth no more than a repayment that
        evening, which the fund can pay as well."""
        limits = np.maximum(line.limits, line.used).astype(np.float64)
        most = float(limits.max())
        later = np.append(line.nights[1:], 0.0)
        owed = self._column(-later, limits)
        drawn = self._column(-line.fee, limits)
        back = self._column(0.0, most)
        self._drawn.append(drawn)
        self._repaid.append(back)
        when, holiday = self._collected(line, most)
        start = np.zeros(self._count)
        start[0] = line.used
        balance = self._row(start, start)
        self._balances.append(balance)
        self._put(balance, owed, 1.0)
        self._put(balance[1:], owed[:-1], -1.0)
        self._put(balance, drawn, -1.0)
        self._put(balance, back, 1.0)
        self._put(balance[when], holiday, 1.0)
        self._put(self._evening, drawn, -1.0)
        self._put(self._evening, back, 1.0)
        self._put(self._morning[when], holiday, 1.0)
        # It takes no more than is owed, and overdue on the eve is only what was drawn before it.
        periods = np.unique(when)
        caps = list[Ints]()
        for earlier in (periods - 1, periods - 2):
            rows = self._row(np.full(periods.size, -np.inf), np.where(earlier < 0, line.used, 0.0))
            self._put(rows[np.searchsorted(periods, when)], holiday, 1.0)
            self._put(rows[earlier >= 0], owed[earlier[earlier >= 0]], -1.0)
            caps.append(rows)
        self._holidays.append((periods, caps[0], caps[1]))

    def _collected(self, line: Line, most: float) -> tuple[Ints, Ints]:
        """Return periods and columns of what the bank takes on holidays off overdue drawings.

        It takes what comes in on that day; up to then the drawing costs the dearer rate, from then
        on nothing.
        """
        span = self._span
        day = span.first + np.flatnonzero(self._of.between > 0)
        when = span.of[day - span.first]
        nights = span.nights[when]
        waited = nights - (span.days[when] - day)
        saved = np.maximum(1.0 - self._of.penalty * waited / nights, 0.0) * line.nights[when]
        keep = saved > 0
        day, when, saved = day[keep], when[keep], saved[keep]
        columns = self._column(saved, np.minimum(self._of.between[day - span.first], most))
        return when, columns

    def paper(self, paper: Paper) -> None:
        """Discounts of a bill; what is not given away is held."""
        face = float(paper.face)
        sold = self._column(paper.gain - paper.costs, np.full(paper.costs.size, face))
        self._put(self._evening[paper.first : paper.last], sold, -(1.0 - paper.costs))
        self._gone.append([sold])

    def endorsements(self) -> None:
        """Bills given to suppliers at par, the limits of bills and invoices."""
        of, match = self._of, self._of.match
        self._sold = tuple(parts[0] for parts in self._gone)
        gains = np.array([paper.gain for paper in of.papers])
        faces = np.array([paper.face for paper in of.papers], dtype=np.float64)
        if match.paper.size:
            most = np.minimum(faces[match.paper], match.room[match.invoice])
            given = self._pairs = self._column(gains[match.paper], most)
            within = match.counts < self._count
            # An invoice that needs no money: the morning is better off.
            self._put(self._morning[match.counts[within]], given[within], -1.0)
            hangs = np.flatnonzero(match.contract >= 0)
            room = np.where(match.contract >= 0, 0, match.room).astype(np.float64)
            rows = self._row(np.full(room.size, -np.inf), room)
            self._put(rows[match.invoice], given, 1.0)
            taken = self._taken[match.contract[hangs]]
            self._put(rows[hangs], taken, -match.room[hangs].astype(np.float64))
            for number in range(len(of.papers)):
                self._gone[number].append(given[match.paper == number])
        for paper, parts in zip(of.papers, self._gone, strict=True):
            gone = np.concatenate(parts)
            if not gone.size:
                continue
            row = self._row(np.array([-np.inf]), np.array([float(paper.face)]))
            self._put(np.repeat(row, gone.size), gone, 1.0)
            if paper.pays >= 0:
                self._put(np.repeat(self._morning[paper.pays], gone.size), gone, 1.0)
                self._constant(self._morning[paper.pays], float(paper.face))
            if paper.claim >= 0:
                self._put(np.repeat(self._morning[paper.claim], gone.size), gone, 1.0)
                self._claimed.append((np.full(gone.size, paper.claim), gone))

    def lateness(self) -> None:
        """Nothing is late that was not due: late ≤ late before + what falls due, by class."""
        of = self._of
        for number, late in enumerate(self._late):
            if not late:
                continue
            upper = of.falls[number] + 0.0
            upper[0] += of.arrears[number]
            rows = self._row(np.full(self._count, -np.inf), upper)
            for columns, when in late:
                self._put(rows[when], columns, 1.0)
                later = when + 1 < self._count
                self._put(rows[when[later] + 1], columns[later], -1.0)
            offer, when = np.nonzero(of.offers.falls[number])
            more = of.offers.falls[number][offer, when].astype(np.float64)
            self._put(rows[when], self._taken[offer], -more)
            if number == OTHERS:
                for when, gone in self._claimed:
                    self._put(rows[when], gone, -1.0)

    def finish(self) -> Program:
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        keep = values != 0.0
        low, high = (np.concatenate(part) for part in zip(*self._limits, strict=True))
        gain, upper = (np.concatenate(part) for part in zip(*self._columns, strict=True))
        linear = Linear(
            gain=gain,
            lower=np.zeros_like(upper),
            upper=upper,
            row_lower=low,
            row_upper=high,
            rows=rows[keep],
            columns=columns[keep],
            values=values[keep],
        )
        return Program(
            linear,
            self._morning,
            self._evening,
            balances=tuple(self._balances),
            holidays=tuple(self._holidays),
            sold=self._sold,
            given=self._pairs,
            drawn=tuple(self._drawn),
            repaid=tuple(self._repaid),
            late=tuple(tuple(parts) for parts in self._late),
            short=self._short,
            before=self._before,
            fund=self._fund,
        )

    def _column(self, gain: Floats | float, upper: Floats | Ints | float) -> Ints:
        """Add one column per entry of `upper`, or per period, and return their numbers."""
        size = np.size(upper) if np.ndim(upper) else self._count
        part = (np.full(size, gain, dtype=np.float64), np.full(size, upper, dtype=np.float64))
        self._columns.append(part)
        self._size += size
        return np.arange(self._size - size, self._size)

    def _row(self, low: Floats, high: Floats) -> Ints:
        self._limits.append((low, high))
        self._height += low.size
        return np.arange(self._height - low.size, self._height)

    def _constant(self, row: int, amount: float) -> None:
        """Add `amount` to both limits of a row."""
        for low, high in self._limits:
            if row < low.size:
                low[row] += amount
                if high is not low:
                    high[row] += amount
                return
            row -= low.size

    def _put(self, rows: Ints, columns: Ints, values: Floats | float) -> None:
        self._entries.append(
            (rows, columns, np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape))
        )
