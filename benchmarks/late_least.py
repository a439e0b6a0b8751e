"""The fewest late days that anybody could have had who knew the future: a proven lower bound.

For each firm that the owner leaves late, the bound's linear program (`aicfo_sim.bound`) gets a 0/1
column for each day on which wages are late and each on which suppliers are, and their number is
made least: bills sold or endorsed at any time, both lines, no term but that of the drawings that
were out at the start, no interest but theirs. It also knows no refusal, no whole bill and no fixed
fee, so it can do more than any treasurer. What it may not do: keep money back from what is due
(the simulated bank pays what is due, in the usual order), nor skip a drawing that is due. It may
keep bills and lines back; `no bill kept` is the same where whoever is late has sold or endorsed
every bill that somebody takes. Branching stops after `AICFO_LATE_NODES` nodes (default 50) with
what is proven by then. Firms and days as in `late_room`; `AICFO_WORTH_SCENARIOS` names others.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from aicfo_sim.bound.baseline import GOODS, OTHERS, WAGES, baseline
from aicfo_sim.bound.periods import YEAR_PPM, Periods, periods
from aicfo_sim.bound.program import Situation, program
from aicfo_sim.bound.situations import Situations
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.fen import Floats, Ints
from aicfo_sim.policies import policy
from aicfo_sim.scenario import load
from aicfo_sim.state import Loans, State
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from .bill_worth import SCENARIOS

_CLASSES = (WAGES, OTHERS, GOODS)
_YUAN = 100
"""Less than that is the solver's tolerance, not lateness."""
_SHORT = 1_000.0
"""Late days that a unit of money from nowhere counts for: it is there for feasibility alone."""
_AHEAD = ("owner", "bank_first")


class Least:
    """The integer program of one firm."""

    def __init__(self, span: Periods, of: Situation, loans: Loans, place: int) -> None:
        """`loans` are the drawings of the opening state."""
        # How long something may wait is what closes a firm, not what a day of lateness is.
        upto = np.cumsum(of.falls, axis=1) + of.arrears[:, None]
        of = replace(of, late_wages=upto[WAGES], late_goods=upto[GOODS])
        self._span, self._of, self._made = span, of, program(span, of)
        linear = self._made.linear
        self._count, self._size = span.days.size, linear.gain.size
        self._upper, self._whole = [linear.upper], [np.zeros(self._size)]
        self._entries = [(linear.rows, linear.columns, linear.values)]
        self._height = linear.row_lower.size
        self._low, self._high = [linear.row_lower], [linear.row_upper]
        claims = np.zeros(self._count)
        for paper in of.papers:
            if paper.claim >= 0:
                claims[paper.claim :] += paper.face
        self._most = upto + claims * (np.array(_CLASSES) == OTHERS)[:, None]
        self._waits = [[list[int]() for _ in range(self._count)] for _ in _CLASSES]
        for kind in _CLASSES:
            for columns, when in self._made.late[kind]:
                for column, period in zip(columns.tolist(), when.tolist(), strict=True):
                    self._waits[kind][period].append(column)
        self._given = [list[int]() for _ in range(self._count + 1)]
        for column, when in zip(self._made.given.tolist(), of.match.counts.tolist(), strict=True):
            self._given[when].append(column)
        self._counted = list[tuple[int, int, float]]()
        self._is_late = [self._flags(kind) for kind in _CLASSES]
        self._in_order()
        for line in range(len(of.lines)):
            rows = loans.unpaid()
            rows = rows[(loans.owner[rows] == place) & (loans.line[rows] == line)]
            if rows.size:
                self._terms(line, loans, rows)

    def keep_no_bills(self) -> None:
        """Let whoever is late have given away, the evening before, every bill that is taken."""
        papers, made = self._of.papers, self._made
        pairs = self._of.match.paper
        for number, (paper, sold) in enumerate(zip(papers, made.sold, strict=True)):
            given = made.given[pairs == number]
            for step in range(paper.last - paper.first):
                day = paper.first + step + 1
                if day >= self._count or paper.costs[step] >= 1.0:
                    continue
                gone = [*sold[: step + 1].tolist(), *given.tolist()]
                for kind in (WAGES, GOODS):
                    flag = self._is_late[kind][day]
                    self._row([*gone, flag], [1.0] * len(gone) + [-float(paper.face)], low=-_YUAN)

    def days(self, until: int, nodes: int) -> tuple[int, bool]:
        """Return how many days with late wages and late suppliers there are at least up to day
        `until`, together, and whether no fewer can be proven."""
        cost = np.zeros(self._size)
        for column, day, nights in self._counted:
            cost[column] = nights if day <= until else 0.0
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        reach = np.abs(high[np.isfinite(high)]).max(initial=1.0)
        unit = 2.0 ** np.ceil(np.log2(reach / 2**12 + 1.0))
        cost[self._made.short] = _SHORT / unit
        whole = np.concatenate(self._whole)
        scale = np.where(whole > 0, 1.0, unit)
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        matrix = coo_array(
            (values * scale[columns] / unit, (rows, columns)), shape=(self._height, self._size)
        )
        # SciPy's stubs know numbers only for bounds.
        least_of: Any = np.zeros(self._size)
        most_of: Any = np.concatenate(self._upper) / scale
        found = milp(
            cost * scale,
            constraints=LinearConstraint(matrix.tocsr(), low / unit, high / unit),
            bounds=Bounds(least_of, most_of),
            integrality=whole,
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        )
        least = found.mip_dual_bound
        proven = 0 if least is None or not np.isfinite(least) else int(np.ceil(least - 1e-3))
        return proven, bool(found.status == 0)

    def _flags(self, kind: int) -> Ints:
        """Add a 0/1 column for each decision at which something of a class waits; what has waited
        since the decision before has been late on each day in between."""
        span, most = self._span, self._most[kind]
        flags = self._columns(self._count)
        for period, waits in enumerate(self._waits[kind]):
            self._row([*waits, flags[period]], [1.0] * len(waits) + [-most[period]], high=_YUAN)
        if kind == OTHERS or not self._made.late[kind]:
            return flags
        days = span.days.tolist()
        self._counted += [(int(f), day, 1.0) for f, day in zip(flags, days, strict=True)]
        older = self._made.late[kind][0][0]
        for period in np.flatnonzero(span.nights > 1).tolist():
            flag = self._columns(1)[0]
            self._row([older[period], flag], [1.0, -most[period]], high=_YUAN)
            self._counted.append((int(flag), days[period], float(span.nights[period] - 1)))
        return flags

    def _in_order(self) -> None:
        """Whoever is late has no money left; wages come before the rest, suppliers last."""
        for kind in _CLASSES:
            for period, flag in enumerate(self._is_late[kind].tolist()):
                self._penniless(period, flag)
                for behind in _CLASSES[kind + 1 :]:
                    self._unpaid(behind, period, flag)

    def _penniless(self, period: int, flag: int) -> None:
        made = self._made
        money = [int(made.before[period])]
        if period:
            money.append(int(made.fund[period - 1]))
        for column in money:
            most = float(self._upper[0][column])
            self._row([column, flag], [1.0, most], high=most + _YUAN)

    def _unpaid(self, kind: int, period: int, flag: int) -> None:
        """Nothing of a class is paid in money in a period where the flag is set.

        Only of single days: on the last of several something may be late that was not before.
        """
        if self._span.nights[period] != 1 or not self._made.late[kind]:
            return
        fell = float(self._of.falls[kind][period]) + float(self._of.arrears[kind] * (period == 0))
        before = self._waits[kind][period - 1] if period else []
        given = self._given[period] if kind == GOODS else []
        now = self._waits[kind][period]
        most = float(self._most[kind][period]) + fell
        values = [1.0] * len(now) + [-1.0] * len(before) + [1.0] * len(given)
        self._row([*now, *before, *given, flag], [*values, -most], low=fell - most - _YUAN)

    def _terms(self, line: int, loans: Loans, rows: Ints) -> None:
        """The drawings that were out at the start are debited, with interest, on the day they are
        due and before anything else is paid; they may be repaid before."""
        made, days, count = self._made, self._span.days, self._count
        due, since, rate = loans.due[rows], loans.since[rows], loans.rate[rows]
        total = float(loans.open[rows].sum())
        by_then: list[int] = [int(loans.open[rows[due <= day]].sum()) for day in days.tolist()]
        if not any(by_then):
            return
        debited, early, overdue = (self._columns(count, upper=total) for _ in range(3))
        flags = self._columns(count)
        back, drawn = made.repaid[line], made.drawn[line]
        for period, day in enumerate(days.tolist()):
            ran = np.maximum(np.minimum(day, due) - since, 0)
            cost = float((rate * ran).min()) / YEAR_PPM
            touched = [made.morning[period], made.balances[line][period], made.evening[period]]
            moved = [debited[period], debited[period], early[period]]
            self._put(touched, moved, [1.0 + cost, 1.0, cost])
            asked = by_then[period]
            gone = [*debited[: period + 1], *early[:period]]
            self._row([*gone, overdue[period]], [1.0] * (len(gone) + 1), low=asked)
            gone = debited[: period + 1].tolist()
            self._row(gone, [1.0] * len(gone), high=asked)
            self._row([early[period], back[period]], [1.0, -1.0], high=0.0)
            upto = slice(0, period + 1)
            parts = [*back[upto], *early[upto], *drawn[upto]]
            signs = [1.0] * (period + 1) + [-1.0] * (2 * period + 2)
            self._row(parts, signs, high=0.0)
            flag = int(flags[period])
            self._row([overdue[period], flag], [1.0, -total], high=_YUAN)
            self._penniless(period, flag)
            for kind in _CLASSES:
                self._unpaid(kind, period, flag)
        self._row([*debited, *early], [1.0] * (2 * count), high=total)

    def _columns(self, count: int, upper: float | None = None) -> Ints:
        """Add columns and return their numbers: fen up to `upper`, or 0 and 1."""
        self._upper.append(np.full(count, 1.0 if upper is None else upper))
        self._whole.append(np.full(count, 1.0 if upper is None else 0.0))
        self._size += count
        return np.arange(self._size - count, self._size)

    def _row(
        self,
        columns: Sequence[int],
        values: Sequence[float],
        *,
        low: float = -np.inf,
        high: float = np.inf,
    ) -> None:
        self._put([self._height] * len(columns), columns, values)
        self._low.append(np.array([low]))
        self._high.append(np.array([high]))
        self._height += 1

    def _put(self, rows: Sequence[int], columns: Sequence[int], values: Sequence[float]) -> None:
        entry: tuple[Ints, Ints, Floats] = (
            np.array(rows, dtype=np.int64),
            np.array(columns, dtype=np.int64),
            np.array(values, dtype=np.float64),
        )
        self._entries.append(entry)


def measure() -> dict[str, str]:
    """Return by scenario the owner's late days and the fewest that can have been."""
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_WORTH_{name}", usual))
        for name, usual in (("MERCHANTS", 300), ("DAYS", 120), ("SEED", 7))
    )
    named = os.environ.get("AICFO_WORTH_SCENARIOS", ",".join(SCENARIOS)).split(",")
    nodes = int(os.environ.get("AICFO_LATE_NODES", "50"))
    figures: dict[str, str] = {}
    for scenario in named:
        figures |= _told(scenario, late(scenario, merchants, days, seed, nodes))
    return figures


def late(scenario: str, merchants: int, days: int, seed: int, nodes: int) -> Ints:
    """Return a row for each firm with bills that the owner leaves late: its number, days late under
    each of `_AHEAD`, the least, the least without keeping bills, and whether each is exact."""
    where = world(load(scenario), days=days, seed=seed)
    block = draw_block(where, [where.who(firm) for firm in range(merchants)])
    first, last = where.scenario.warmup_days, where.total
    opening = State(block)
    live(Run(block, opening, policy("owner")), 0, first)
    finals = [opening.copy() for _ in _AHEAD]
    for name, final in zip(_AHEAD, finals, strict=True):
        live(Run(block, final, policy(name)), first, last)
    counts = np.stack([_days(final) - _days(opening) for final in finals])
    owner = finals[0]
    base, span = baseline(block, opening, owner, first, last), periods(where, first, last)
    situations = Situations(block, opening, base, span)
    out = list[list[int]]()
    for place in np.flatnonzero(counts[0] * opening.alive).tolist():
        of = situations.of(place)
        if not of.papers:
            continue
        until = last if owner.alive[place] else int(owner.closed[place])
        found = list[tuple[int, bool]]()
        for keeps in (True, False):
            least = Least(span, of, opening.loans, place)
            if not keeps:
                least.keep_no_bills()
            found.append(least.days(until, nodes))
        (kept, sure), (none, certain) = found
        none = max(none, kept)  # it may do less, so it is late at least as often
        out.append([place, *counts[:, place].tolist(), kept, none, int(sure), int(certain)])
    return np.array(out, dtype=np.int64).reshape(-1, 7)


def _days(state: State) -> Ints:
    return state.wage_late_days + state.supplier_late_days


def _told(scenario: str, rows: Ints) -> dict[str, str]:
    _, owner, rule, kept, none, sure, certain = rows.sum(axis=0).tolist()
    firms, most = rows.shape[0], max(owner, 1)
    exact = rows[rows[:, 5] > 0]
    return {
        f"{scenario}: late days of firms with bills, owner": f"{owner:6,} of {firms} firms",
        f"{scenario}: the same, bank_first": f"{rule:6,}",
        f"{scenario}: at least, the future known": f"{kept:6,} ({kept / most:.0%}), exact: {sure}",
        f"{scenario}: where that is exact": f"{exact[:, 3].sum():6,} of {exact[:, 1].sum():,}",
        f"{scenario}: at least, no bill kept": f"{none:6,} ({none / most:.0%}), exact: {certain}",
    }
