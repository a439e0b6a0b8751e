"""The linear or integer program of an `Outlook`. Model: docs/bill-rules.md, plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate, chain, product
from typing import TYPE_CHECKING

from aicfo_sdk import PPM, Problem, Solution

from .outlook import Outlook
from .quote import BASIS
from .rounding import most_gained

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    _Rows = tuple[list[str], Ints, Ints, Floats, Floats, Floats]

_FLOAT = 1e-12
"""Share of its own size by which arithmetic in floats may misstate a bound."""
_SMALLEST = 1e-9
"""A coefficient under which a term is left out; the solver takes none that is smaller."""


class Program:
    """What a plan loses against holding every bill, as a program over fen moved by option.

    Built once; `amounts_within` asks it again with some options forced and some forbidden.
    The integer program decides what moves whole and what pays a fee, and with `pieces` also that
    no piece is under its minimum; without, its bound holds all the same.
    """

    def __init__(self, outlook: Outlook, *, integer: bool = False, pieces: bool = True) -> None:
        import numpy as np

        options = outlook.options
        self.outlook = outlook
        self._integer = integer
        self._names = [f"m:{option.id}" for option in options]
        uppers = [option.upper for option in options]
        self._limits = dict(enumerate((0, upper) for upper in uppers))
        self._spare = 0
        self._closed: frozenset[str] = frozenset()
        self._draws: dict[str, list[tuple[str, int, float]]] = {}
        self._sunk = [0] * len(outlook.starts)
        self._keys = [f"{start:05d}" for start in outlook.starts]
        ends = np.array([*chain.from_iterable(outlook.ends)], dtype=np.int64).reshape(-1, 2)
        self._first, self._last = ends[:, 0], ends[:, 1]
        self._upper: Floats = np.array(uppers, dtype=np.float64)
        fees = [o.pledge.fee if o.pledge else o.offer.fee if o.offer else 0 for o in options]
        self._fees: Floats = np.array(fees, dtype=np.float64)
        # The relaxation spreads a fee over all that the option could move; in the integer
        # program it is the flag that pays.
        self._spreads: Floats = self._fees * 0 if integer else self._fees / self._upper
        # 1 − rate × days / 360, as `Option.proceeds`, for all at once.
        charged = [o.offer.rate_ppm * o.days if o.offer else 0 for o in options]
        proceeds: Floats = 1.0 - np.array(charged, dtype=np.float64) / (PPM * BASIS)
        # Missed on the bill's payday: its face, or what a loan on it costs to pay back.
        self._missed: Floats = np.ones(len(options))
        for index, option in enumerate(options):
            if option.whole:
                # All of it or nothing: in whole fen, so that rounding gains nothing.
                proceeds[index] = (option.brings(option.upper) + option.fee) / option.upper
                self._missed[index] = option.takes(option.upper) / option.upper
            elif option.pledge:
                proceeds[index], self._missed[index] = option.proceeds, option.missed
        # Wealth lost per fen moved: its discount, less the yield of having the money earlier.
        per_day = outlook.yield_ppm / (PPM * BASIS)
        left = np.array([*outlook.days_left, 0], dtype=np.float64) * per_day
        self._losses: Floats = self._missed * (1.0 + left[self._last]) - proceeds * (
            1.0 + left[self._first]
        )
        # A fee paid earns no yield from then on.
        self._dearer: Floats = 1.0 + left[self._first]
        # Change of cash in the span in which the money comes; the bill's is missed in the last.
        self._gained: Floats = proceeds - self._missed * (self._first == self._last)

        # In the integer program what moves whole is a yes or no alone: its amount is all of it.
        whole = np.zeros(len(options), dtype=np.bool_)
        if integer:
            whole[:] = [option.whole for option in options]
        self._per: Floats = np.where(whole, self._upper, 1.0)
        self._problem = Problem()
        self._blocks: list[_Rows] = []
        self._moves = self._add_moves(whole)
        flagged = ~whole if pieces else ~whole & (self._fees > 0)
        self._flags = self._add_flags(flagged) if integer else self._moves
        self._add_amounts()
        self._add_cash()
        self._add_rows()

    def solve(self, *, gap: float = 0.0, nodes: int = 100_000) -> Solution:
        """Return the solver's answer."""
        return self._problem.solve(gap=gap, nodes=nodes)

    def close(self, lines: frozenset[str]) -> None:
        """Forbid drawing on these lines from here on, and allow all others."""
        for line in lines ^ self._closed:
            for name, left, rate in self._draws.get(line, ()):
                upper = 0 if line in lines else left
                self._problem.change_column(name, cost=rate, upper=upper)
        self._closed = lines

    def drawn(self, solution: Solution) -> list[str]:
        """Return the lines with a fee that the answer draws on."""
        return [
            line.id
            for line in self.outlook.lines
            if line.fee
            and any(solution.values[name] > 0.5 for name, _, _ in self._draws.get(line.id, ()))
        ]

    def amounts(self, solution: Solution) -> list[float]:
        """Return the amount of each option, in fen."""
        return (self._per * solution.at(self._moves)).tolist()

    def amounts_within(self, limits: Mapping[int, tuple[int, int]], spare: int = 0) -> list[float]:
        """Return the amounts of the linear program with each option within its limits.

        What is above 0 at least is a deal made: it pays its fee whole. `spare` fen are kept on
        top of the floor.
        """
        return self.amounts(self._within(limits, spare))

    def prices(self, moves: Mapping[int, int]) -> tuple[float, ...]:
        """Return what one more fen from the start of each span on would gain, beyond itself.

        The duals of the linear program with the whole bills and the deals that pay a fee held as
        `moves` has them.
        """
        limits = {
            index: (0, option.upper)
            if not (option.whole or option.fee)
            else (option.lower, option.upper)
            if index in moves
            else (0, 0)
            for index, option in enumerate(self.outlook.options)
        }
        duals = self._within(limits, 0).duals
        return tuple(
            -duals[f"change:{self._key(place)}"] for place in range(len(self.outlook.starts))
        )

    def chosen(self, solution: Solution) -> list[bool]:
        """Return whether the integer program takes each option."""
        return [taken > 0.5 for taken in solution.at(self._flags)]

    def bound(self, solution: Solution) -> int:
        """Return the wealth that no plan exceeds."""
        least = solution.bound - (abs(solution.bound) + 1) * _FLOAT
        return self.outlook.hold_value + math.floor(self.slack - least)

    @cached_property
    def slack(self) -> float:
        """Fen that a plan in whole fen may gain over the program's fractions."""
        return most_gained(self.outlook)

    def _within(self, limits: Mapping[int, tuple[int, int]], spare: int) -> Solution:
        for index, (lower, upper) in limits.items():
            if (lower, upper) != self._limits[index]:
                self._limit(index, lower, upper)
        if spare != self._spare:
            self._spare = spare
            for case, place in product(
                range(len(self.outlook.lows)), range(len(self.outlook.starts))
            ):
                name = f"floor:{self._name(case)}{self._key(place)}"
                self._problem.change_row(name, lower=self._floor(case, place))
        return self.solve()

    def _limit(self, index: int, lower: int, upper: int) -> None:
        """Force an option, forbid it, or leave it open again."""
        was_forced, forced = self._limits[index][0] > 0, lower > 0
        self._limits[index] = lower, upper
        # A deal that is forced pays its fee anyway, so that the fee no longer speaks for or
        # against another fen.
        spread = 0.0 if forced else float(self._spreads[index])
        name, option = self._names[index], self.outlook.options[index]
        cost = float(self._losses[index] + spread * self._dearer[index])
        self._problem.change_column(name, cost=cost, lower=lower, upper=upper)
        place = int(self._first[index])
        if forced == was_forced or not option.fee or place == len(self._sunk):
            return
        self._sunk[place] += option.fee if forced else -option.fee
        self._problem.change_row(
            f"change:{self._key(place)}",
            {name: spread - float(self._gained[index])},
            lower=-self._sunk[place],
            upper=-self._sunk[place],
        )

    def _add_moves(self, whole: Bools) -> Ints:
        """What is moved: fen, or of what moves whole in the integer program whether it does."""
        import numpy as np

        cost = self._losses + self._spreads * self._dearer
        fees, moves = self._fees * self._dearer, np.empty(len(whole), dtype=np.int64)
        for yes, sort in ((True, whole), (False, ~whole)):
            if not sort.any():
                continue
            mine: list[int] = np.flatnonzero(sort).tolist()
            moves[sort] = self._problem.columns(
                [self._names[index] for index in mine],
                cost=cost[sort] * self._per[sort] + fees[sort] * yes,
                upper=1 if yes else self._upper[sort],
                integer=yes,
            )
        return moves

    def _add_flags(self, flagged: Bools) -> Ints:
        """An option that is taken moves its minimum at least, and pays its fee."""
        import numpy as np

        flags, parts = self._moves.copy(), np.flatnonzero(flagged)
        options = [self.outlook.options[index] for index in parts.tolist()]
        flags[parts] = self._problem.columns(
            [f"b:{option.id}" for option in options],
            cost=self._fees[parts] * self._dearer[parts],
            upper=1,
            integer=True,
        )
        rows = np.tile(np.arange(len(parts)), 2)
        columns = np.concatenate([self._moves[parts], flags[parts]])
        ones = np.ones(len(parts))
        for name, limits, lower, upper in (
            ("most", self._upper[parts], -float("inf"), 0.0),
            ("least", [option.lower for option in options], 0.0, float("inf")),
        ):
            ids = [f"{name}:{option.id}" for option in options]
            terms = np.concatenate([ones, -np.asarray(limits, dtype=np.float64)])
            self._add_block(ids, rows, columns, terms, lower=lower, upper=upper)
        return flags

    def _add_amounts(self) -> None:
        """What leaves a bill, or reaches a debt, is at most its amount."""
        import numpy as np

        outlook = self.outlook
        bills = [(f"bill:{bill.id}", bill.face) for bill in outlook.holdings]
        debts = [(f"debt:{debt.id}", debt.amount) for debt in outlook.debts]
        for all_, owners in (
            (bills, [option.bill for option in outlook.options]),
            (debts, [option.debt for option in outlook.options]),
        ):
            owner = np.array(owners, dtype=np.int64)
            mine = owner >= 0
            held = np.bincount(owner[mine], minlength=len(all_)) > 0
            named = [all_[place] for place in np.flatnonzero(held).tolist()]
            rows = (np.cumsum(held) - 1)[owner[mine]]
            most: Floats = np.array([float(most) for _, most in named])
            # A row of yes and no alone is counted in shares of what there is, not in fen.
            unit = np.ones(len(most))
            if self._integer:
                unit[:] = most
                unit[rows[self._per[mine] == 1.0]] = 1.0
            terms = self._per[mine] / unit[rows]
            # A share too small for the solver is left out: that allows more, never less.
            large = terms >= _SMALLEST
            names, moves = [name for name, _ in named], self._moves[mine]
            self._add_block(names, rows[large], moves[large], terms[large], upper=most / unit)

    def _add_cash(self) -> None:
        """Change of cash against the forecast span by span, never below the floor if it can be."""
        import numpy as np

        problem, spans = self._problem, np.arange(len(self.outlook.starts))
        keys = self._keys
        cash = problem.columns([f"cash:{key}" for key in keys], lower=-float("inf"))
        # In the integer program the fee of what moves whole is part of what it brings.
        fees = self._fees * self._integer
        gained = (self._gained - self._spreads) * self._per - fees * (self._flags == self._moves)
        comes = (self._first < len(spans)) & (abs(gained) >= _SMALLEST)
        misses = (self._last < len(spans)) & (self._first != self._last)
        pays = (fees > 0) & (self._first < len(spans)) & (self._flags != self._moves)
        flags = self._flags[pays]
        self._add_block(
            [f"change:{key}" for key in keys],
            np.concatenate(
                [spans, spans[1:], self._first[comes], self._last[misses], self._first[pays]]
            ),
            np.concatenate([cash, cash[:-1], self._moves[comes], self._moves[misses], flags]),
            np.concatenate(
                [
                    np.ones(len(spans)),
                    -np.ones(len(spans) - 1),
                    -gained[comes],
                    self._missed[misses] * self._per[misses],
                    fees[pays],
                ]
            ),
            lower=0,
            upper=0,
        )
        for case, weight in enumerate(self.outlook.weights):
            self._add_floor(case, weight / PPM, cash)

    def _add_floor(self, case: int, weight: float, cash: Ints) -> None:
        """What is missing in one case is drawn on the lines, or stays missing."""
        import numpy as np

        outlook, problem, spans = self.outlook, self._problem, np.arange(len(self.outlook.starts))
        named = self._name(case)
        keys = [f"{named}{key}" for key in self._keys] if named else self._keys
        lengths = np.array(outlook.lengths, dtype=np.float64)
        name = f"peak:{named}" if named else "peak"
        peak = problem.columns([name], cost=weight * outlook.short_ppm / PPM)
        late = weight * outlook.late_ppm * lengths / PPM
        short = problem.columns([f"short:{key}" for key in keys], cost=late)
        rows, columns = [spans, spans], [cash, short]
        # More is never missing, whatever is moved: every bill at once, on the deepest day, and
        # all that may be paid early.
        moved = math.ceil(outlook.face * self._missed.max(initial=1.0)) + outlook.owed
        most = max(outlook.floor - min(outlook.lows[case]) + moved, 0)
        for line in outlook.lines:
            left = min(line.left, most)
            usable = np.flatnonzero((np.array(outlook.starts) <= line.last) & (left > 0))
            ids = [f"line:{line.id}:{keys[place]}" for place in usable.tolist()]
            rates = weight * line.rate_ppm * lengths[usable] / (PPM * line.basis)
            rows.append(usable)
            columns.append(problem.columns(ids, cost=rates, upper=left))
            self._draws.setdefault(line.id, []).extend(
                (id, left, rate) for id, rate in zip(ids, rates.tolist(), strict=True)
            )
            if line.fee and self._integer and ids:
                name = f"open:{named}{line.id}"
                opened = problem.columns([name], cost=weight * line.fee, upper=1, integer=True)
                self._add_block(
                    [f"opened:{id}" for id in ids],
                    np.tile(np.arange(len(ids)), 2),
                    np.concatenate([columns[-1], np.repeat(opened, len(ids))]),
                    np.repeat([1.0, -float(left)], len(ids)),
                    upper=0,
                )
        covers = np.concatenate(columns)
        self._add_block(
            [f"floor:{key}" for key in keys],
            np.concatenate(rows),
            covers,
            np.ones(len(covers)),
            lower=outlook.floor - np.array(outlook.lows[case], dtype=np.float64),
        )
        self._add_block(
            [f"deepest:{key}" for key in keys],
            np.tile(spans, 2),
            np.concatenate([np.repeat(peak, len(spans)), short]),
            np.repeat([1.0, -1.0], len(spans)),
            lower=0,
        )

    def _add_block(
        self,
        ids: list[str],
        row: Ints,
        column: Ints,
        coefficient: Floats,
        *,
        lower: float | Floats = -math.inf,
        upper: float | Floats = math.inf,
    ) -> None:
        """Keep rows until all are there: to hand them over at once takes a third of the time."""
        import numpy as np

        least, most = (np.full(len(ids), limit, dtype=np.float64) for limit in (lower, upper))
        self._blocks.append((ids, row, column, coefficient, least, most))

    def _add_rows(self) -> None:
        import numpy as np

        ids, rows, columns, numbers, lowers, uppers = zip(*self._blocks, strict=True)
        firsts = accumulate(map(len, ids), initial=0)
        self._problem.rows(
            [*chain.from_iterable(ids)],
            np.concatenate([row + first for row, first in zip(rows, firsts, strict=False)]),
            np.concatenate(columns),
            np.concatenate(numbers),
            lower=np.concatenate(lowers),
            upper=np.concatenate(uppers),
        )
        self._blocks.clear()

    def _name(self, case: int) -> str:
        """Return how the columns and rows of a case are marked; those of the only one are not."""
        return f"{case}:" if len(self.outlook.weights) > 1 else ""

    def _key(self, place: int) -> str:
        return self._keys[place]

    def _floor(self, case: int, place: int) -> int:
        return self.outlook.floor + self._spare - self.outlook.lows[case][place]
