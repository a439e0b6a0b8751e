"""Cash to come, bills and debts as whole numbers, and the exact worth of any set of moves.

Days are offsets from the as-of day: 0 is that day, forecast day 1 the next. The forecast holds
every bill to maturity and pays every debt in money, so a move counts as what it changes: an
endorsement keeps the money on the debt's due day and misses the bill at its maturity, a
discount brings the proceeds and misses the bill, a pledge brings a loan and misses what pays it
back when the bill turns into money. Money paid early takes the discount off and is kept on the
debt's due day. Nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul, sub
from typing import Literal

from aicfo_sdk import PPM, interest, round_div

from .quote import BASIS, Offer

OWED = "owed"
"""Kind of a `Holding` that is no bill: a debt that may be paid early, until its due day."""

MOST_FEES = 5
"""Lines with a fee of which every choice is looked at, at most."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A bill on hand that may be moved: fen, and the day on which it turns into money.

    Of kind `OWED` a debt with terms, which stands behind all bills: what it owes may be paid
    once, whole, before its due day.
    """

    id: str
    kind: str
    face: int
    payday: int
    splittable: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """An open payable: fen, due day, and the kinds of bills that its supplier takes."""

    id: str
    payee: str
    amount: int
    due: int
    takes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """What is left of a credit line: fen, annual ppm, basis, fee per use, last day to draw."""

    id: str
    left: int
    rate_ppm: int
    basis: int
    fee: int
    last: int


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a lender gives on a pledged bill until its payday.

    `share_ppm` of the face pledged; `rate_ppm` a year on `basis`, paid back with the loan.
    """

    line: str
    share_ppm: int
    rate_ppm: int
    basis: int
    fee: int = 0

    def lent(self, amount: int) -> int:
        """Return the loan on `amount` fen of face, before the fee: whole fen, down."""
        return amount * self.share_ppm // PPM

    def interest(self, amount: int, days: int) -> int:
        """Return the interest of that loan over `days`, fen."""
        return interest(self.lent(amount), self.rate_ppm, days, self.basis)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be done with a bill, from `lower` (if at all) up to `upper` fen of face.

    `days`: for which interest is charged, of a discount and of a pledge. `off`: fen taken off a
    debt for paying it early.
    """

    id: str
    move: Literal["endorse", "discount", "pledge", "pay_early"]
    bill: int
    day: int
    lower: int
    upper: int
    debt: int = -1
    offer: Offer | None = None
    days: int = 0
    pledge: Pledge | None = None
    off: int = 0

    @property
    def whole(self) -> bool:
        """Whether all of it moves or nothing."""
        return self.lower == self.upper

    def cost(self, amount: int) -> int:
        """Return interest and fee of moving `amount` fen, or less than 0, what is taken off."""
        if self.offer:
            return self.offer.cost(amount, self.days)
        if self.pledge:
            return self.pledge.interest(amount, self.days) + self.pledge.fee
        return -self.off

    def brings(self, amount: int) -> int:
        """Return the money that moving `amount` fen brings, or keeps, on its day."""
        if self.offer:
            return amount - self.offer.cost(amount, self.days)
        if self.pledge:
            return self.pledge.lent(amount) - self.pledge.fee
        return self.off - amount if self.off else amount

    def takes(self, amount: int) -> int:
        """Return the money that is then missed on the bill's payday, or less than 0, kept."""
        if self.pledge:
            return self.pledge.lent(amount) + self.pledge.interest(amount, self.days)
        return -amount if self.off else amount

    @property
    def fee(self) -> int:
        """Fixed fee per deal, fen."""
        return self.pledge.fee if self.pledge else self.offer.fee if self.offer else 0

    @property
    def proceeds(self) -> float:
        """Money per fen moved, before the fee."""
        if self.off:
            return self.off / self.upper - 1.0
        if self.pledge:
            return self.pledge.share_ppm / PPM
        return 1.0 - (self.offer.rate_ppm * self.days / (PPM * BASIS) if self.offer else 0.0)

    @property
    def missed(self) -> float:
        """Money missed on the bill's payday per fen moved."""
        if self.pledge is None:
            return -1.0 if self.off else 1.0
        rate = self.pledge.rate_ppm * self.days / (PPM * self.pledge.basis)
        return self.pledge.share_ppm / PPM * (1.0 + rate)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a set of moves comes to: terminal wealth, what is missing, from which day."""

    wealth: int
    shortage: int
    shortage_day: int


@dataclass(frozen=True, slots=True)
class _Covered:
    """How a lack of money is met: what that costs, lines drawn on, what stays lacking by span."""

    cost: int
    lines: list[int]
    lacking: list[int]


@dataclass(frozen=True)
class Outlook:
    """The cash model: everything a plan depends on, in whole fen and days.

    `path` is forecast cash from day 1 on, `floor` the cash to keep. `short_ppm` prices the
    deepest shortage, `late_ppm` each fen short per day; `yield_ppm` is what money earns a year.
    `cases`: other paths that cash may take, each with its weight (ppm, together 1,000,000); one
    set of moves is then judged by what it costs over all of them to be short. A shortage is told
    of `path` in any case.
    """

    path: Sequence[int]
    floor: int
    holdings: Sequence[Holding]
    debts: Sequence[Debt]
    options: Sequence[Option]
    lines: Sequence[Line] = ()
    yield_ppm: int = 0
    short_ppm: int = 200_000
    late_ppm: int = 500
    cases: Sequence[tuple[int, Sequence[int]]] = ()

    @property
    def horizon(self) -> int:
        """Last forecast day."""
        return len(self.path)

    @cached_property
    def starts(self) -> list[int]:
        """First days of the spans in which no move changes cash; a week at most."""
        days = set(range(1, self.horizon + 1, 7))
        days.update(option.day for option in self.options)
        days.update(holding.payday for holding in self.holdings)
        return sorted(day for day in days | {1} if 1 <= day <= self.horizon)

    @cached_property
    def lengths(self) -> list[int]:
        """Days of each span."""
        ends = [*self.starts[1:], self.horizon + 1]
        return [end - start for start, end in zip(self.starts, ends, strict=True)]

    @cached_property
    def weights(self) -> list[int]:
        """Weight of each case, ppm; a path without others is the one case."""
        return [weight for weight, _ in self.cases] or [PPM]

    @cached_property
    def lows(self) -> list[list[int]]:
        """Lowest forecast cash within each span, case by case."""
        return [self._lows(path) for _, path in self.cases] or [self._lows(self.path)]

    def _lows(self, path: Sequence[int]) -> list[int]:
        return [
            min(path[start - 1 : start - 1 + length])
            for start, length in zip(self.starts, self.lengths, strict=True)
        ]

    @cached_property
    def _needs(self) -> list[list[int]]:
        """By how much cash must change in each span for its lowest day to reach the floor."""
        return [[self.floor - low for low in lows] for lows in self.lows]

    @cached_property
    def _expected(self) -> list[int]:
        """The same of `path`."""
        return [self.floor - low for low in self._lows(self.path)]

    @cached_property
    def days_left(self) -> list[int]:
        """Days from the start of each span to the end of the horizon, that day included."""
        return [self.horizon + 1 - start for start in self.starts]

    def span(self, day: int) -> int:
        """Return the span that a move on `day` first changes; their number when after the end."""
        return self._spans[min(max(day, 0), len(self._spans) - 1)]

    @cached_property
    def _spans(self) -> list[int]:
        """The span of each day from 0 on, and their number for the day after the last."""
        starts = set(self.starts)
        found = accumulate((day in starts for day in range(2, self.horizon + 1)), initial=0)
        return [0, *found, len(self.starts)]

    @cached_property
    def by_bill(self) -> list[list[int]]:
        """The options of each holding."""
        found: list[list[int]] = [[] for _ in self.holdings]
        for index, option in enumerate(self.options):
            found[option.bill].append(index)
        return found

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """Of each option the span in which its money comes and the one in which it is missed."""
        misses = [self.span(holding.payday) for holding in self.holdings]
        comes = {day: self.span(day) for day in {option.day for option in self.options}}
        return [(comes[option.day], misses[option.bill]) for option in self.options]

    @cached_property
    def hold_value(self) -> int:
        """Wealth if nothing moves, before shortage and lines: money, its yield, later bills."""
        after = [h for h in self.holdings if h.payday > self.horizon]
        later = sum(holding.face for holding in after if holding.kind != OWED)
        return self.path[-1] + self._yield(sum(self.path)) + later

    @cached_property
    def face(self) -> int:
        """Face of all bills that may be moved; without one, what may be paid early."""
        bills = sum(holding.face for holding in self.holdings if holding.kind != OWED)
        return bills or self.owed

    @cached_property
    def owed(self) -> int:
        """What may be paid early."""
        return sum(holding.face for holding in self.holdings if holding.kind == OWED)

    def worth(self, moves: Mapping[int, int]) -> Worth:
        """Return the exact worth of moving `moves[option] = amount`, in whole fen."""
        steps = [0] * (len(self.starts) + 1)
        for index, amount in moves.items():
            self.take(steps, index, amount)
        return self.worth_of(steps)

    def take(self, steps: list[int], index: int, amount: int) -> None:
        """Add what moving `amount` by an option changes to the steps in which cash changes."""
        first, last = self.ends[index]
        option = self.options[index]
        steps[first] += option.brings(amount)
        steps[last] -= option.takes(amount)

    def worth_of(self, steps: Sequence[int]) -> Worth:
        """Return what cash that changes by so much at the start of each span, and after the last,
        comes to."""
        level = list(accumulate(steps[:-1]))
        weighted = sum(map(mul, level, self.lengths))
        wealth = self.hold_value + sum(steps) + self._yield(weighted)

        covered = [self._covered(needs, level) for needs in self._needs]
        cost = sum(
            weight * found.cost
            for weight, found in zip(self.weights, covered, strict=True)
            if found
        )
        expected = self._covered(self._expected, level) if self.cases else covered[0]
        wealth -= round_div(cost, PPM)
        if expected is None or not any(expected.lacking):
            return Worth(wealth, 0, 0)
        return Worth(wealth, max(expected.lacking), self._first_short(expected.lacking))

    def _covered(self, needs: list[int], level: list[int]) -> _Covered | None:
        """Return how what is missing is covered, None when nothing is.

        Of the ways to draw on the lines the cheapest: with each line that takes a fee, or
        without it.
        """
        missing = list(map(sub, needs, level))
        if max(missing) <= 0:
            return None
        missing = [max(lack, 0) for lack in missing]
        best, ways = None, [frozenset[int]()]
        for closed in ways:
            found = self._drawn(missing, closed)
            best = found if best is None or found.cost < best.cost else best
            fees = [place for place in found.lines if self.lines[place].fee]
            if len(closed) < MOST_FEES:
                ways += [way for place in fees if (way := closed | {place}) not in ways]
        return best

    def _drawn(self, missing: list[int], closed: frozenset[int]) -> _Covered:
        """Return what it costs to be short by so much with some lines closed, cheapest first."""
        cost, lines = 0, list[int]()
        lacking = missing
        for place, line in enumerate(self.lines):
            if place in closed:
                continue
            usable = sum(start <= line.last for start in self.starts)
            taken = [min(lack, line.left) for lack in lacking[:usable]]
            total = sum(map(mul, taken, self.lengths))
            if total:
                lines.append(place)
                cost += round_div(total * line.rate_ppm, PPM * line.basis) + line.fee
                lacking = [*map(sub, lacking, taken), *lacking[usable:]]
        late = sum(map(mul, lacking, self.lengths))
        cost += round_div(max(lacking) * self.short_ppm, PPM)
        return _Covered(cost + round_div(late * self.late_ppm, PPM), lines, lacking)

    def _first_short(self, lacking: list[int]) -> int:
        """Return the first day on which `path` is short; a span's lack is felt at its lowest."""
        span = next(span for span, lack in enumerate(lacking) if lack)
        start, length = self.starts[span], self.lengths[span]
        ahead = self.path[start - 1 : start - 1 + length]
        low = min(ahead)
        return next(start + step for step, cash in enumerate(ahead) if cash - low < lacking[span])

    def allows(self, moves: Mapping[int, int]) -> bool:
        """Return whether the moves respect every bill, debt, minimum and whole bill, exactly."""
        from_bill = [0] * len(self.holdings)
        to_debt = [0] * len(self.debts)
        for index, amount in moves.items():
            option = self.options[index]
            if not option.lower <= amount <= option.upper:
                return False
            from_bill[option.bill] += amount
            if option.debt >= 0:
                to_debt[option.debt] += amount
        return all(
            amount <= holding.face for amount, holding in zip(from_bill, self.holdings, strict=True)
        ) and all(amount <= debt.amount for amount, debt in zip(to_debt, self.debts, strict=True))

    def _yield(self, money_days: int) -> int:
        return round_div(money_days * self.yield_ppm, PPM * BASIS)
