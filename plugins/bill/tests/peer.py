"""The plan's model written a second time for `scipy.optimize.milp`: a peer to be held against.

From docs/bill-rules.md alone and with nothing of the plugin's program: yes or no for each move,
its amount (to pay early has none: a yes pays all), what is drawn on each line and what is missing
in each span. Amounts are thousands of fen, so that the solver's tolerances are far below a fen's
worth of bills.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from aicfo_bill.outlook import Outlook
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

_UNIT = 1_000
_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """Costs, rows and limits as the solver takes them; amounts of moves come first."""

    cost: np.ndarray
    rows: Any
    low: Any
    high: Any
    bounds: Bounds
    integer: np.ndarray


@dataclass(frozen=True, slots=True)
class Answer:
    """Wealth lost against holding all, fen: by the plan found, and at least by any plan."""

    loss: float
    least: float
    moves: dict[int, int]


class _Rows:
    def __init__(self) -> None:
        self.terms: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, low: float, high: float, *terms: tuple[int, float]) -> None:
        self.terms += [(len(self.low), column, number) for column, number in terms]
        self.low.append(low)
        self.high.append(high)


def build(outlook: Outlook) -> Model:
    """Return the model of an outlook."""
    options, spans = outlook.options, range(len(outlook.starts))
    moves, lines = len(options), len(outlook.lines)
    taken = moves  # then a yes or no for each
    first_case = taken + moves
    size = 1 + len(spans) + lines + lines * len(spans)
    count = first_case + size * len(outlook.lows)
    cost, upper, integer = np.zeros(count), np.full(count, np.inf), np.zeros(count)
    rows = _Rows()
    moved: list[list[tuple[int, float]]] = [[] for _ in range(len(spans) + 1)]
    bought: dict[int, float] = {}
    fees: list[list[tuple[int, float]]] = [[] for _ in range(len(spans) + 1)]
    daily = outlook.yield_ppm / (_PPM * 360)
    left = [daily * (outlook.horizon + 1 - start) for start in outlook.starts] + [0.0]
    for index, option in enumerate(options):
        first = outlook.span(option.day)
        if option.move == "pay_early":
            # All of the debt less what is taken off goes now, and nothing when it is due.
            yes, debt = taken + index, outlook.debts[option.debt]
            due, paid = outlook.span(debt.due), (debt.amount - option.off) / _UNIT
            cost[yes] = paid * (1 + left[first]) - debt.amount / _UNIT * (1 + left[due])
            upper[index], upper[yes], integer[yes] = 0, 1, 1
            moved[first].append((yes, -paid))
            moved[due].append((yes, debt.amount / _UNIT))
            bought[yes] = debt.amount / _UNIT
            continue
        last = outlook.span(outlook.holdings[option.bill].payday)
        interest = option.offer.rate_ppm * option.days / (_PPM * 360) if option.offer else 0.0
        comes, goes = 1 - interest, 1.0
        if option.pledge:
            comes = option.pledge.share_ppm / _PPM
            goes = comes * (1 + option.pledge.rate_ppm * option.days / (_PPM * option.pledge.basis))
        cost[index] = goes * (1 + left[last]) - comes * (1 + left[first])
        cost[taken + index] = option.fee / _UNIT * (1 + left[first])
        upper[index], upper[taken + index] = option.upper / _UNIT, 1
        integer[taken + index] = 1
        rows.add(-np.inf, 0, (index, 1), (taken + index, -option.upper / _UNIT))
        rows.add(0, np.inf, (index, 1), (taken + index, -option.lower / _UNIT))
        moved[first].append((index, comes))
        moved[last].append((index, -goes))
        fees[first].append((taken + index, -option.fee / _UNIT))
    for number, holding in enumerate(outlook.holdings):
        mine = [(i, 1.0) for i, option in enumerate(options) if option.bill == number]
        rows.add(-np.inf, holding.face / _UNIT, *mine)
    for number, debt in enumerate(outlook.debts):
        mine = [
            (taken + i, bought[taken + i]) if option.move == "pay_early" else (i, 1.0)
            for i, option in enumerate(options)
            if option.debt == number
        ]
        rows.add(-np.inf, debt.amount / _UNIT, *mine)
    gone: dict[int, float] = {}
    changes: list[list[tuple[int, float]]] = []
    for span in spans:
        for column, number in (*moved[span], *fees[span]):
            gone[column] = gone.get(column, 0.0) + number
        changes.append([(column, number) for column, number in gone.items() if number])
    for case, (weight, lows) in enumerate(zip(outlook.weights, outlook.lows, strict=True)):
        share = weight / _PPM
        peak = first_case + size * case
        short, opened = peak + 1, peak + 1 + len(spans)
        drawn = opened + lines
        cost[peak] = share * outlook.short_ppm / _PPM
        for number, line in enumerate(outlook.lines):
            cost[opened + number], upper[opened + number] = share * line.fee / _UNIT, 1
            integer[opened + number] = 1
        for span in spans:
            cost[short + span] = share * outlook.late_ppm * outlook.lengths[span] / _PPM
            rows.add(0, np.inf, (peak, 1), (short + span, -1))
            covers = [(short + span, 1.0)]
            for number, line in enumerate(outlook.lines):
                column = drawn + number * len(spans) + span
                usable = outlook.starts[span] <= line.last
                upper[column] = line.left / _UNIT if usable else 0
                rate = line.rate_ppm * outlook.lengths[span] / (_PPM * line.basis)
                cost[column] = share * rate
                rows.add(-np.inf, 0, (column, 1), (opened + number, -line.left / _UNIT))
                covers.append((column, 1.0))
            need = (outlook.floor - lows[span]) / _UNIT
            rows.add(need, np.inf, *changes[span], *covers)
    row, column, number = zip(*rows.terms, strict=True)
    matrix = coo_array((number, (row, column)), shape=(len(rows.low), count)).tocsr()
    most: Any = upper
    low, high = np.array(rows.low), np.array(rows.high)
    return Model(cost, matrix, low, high, Bounds(0, most), integer)


def solve(model: Model, outlook: Outlook, *, gap: float, seconds: float = 60.0) -> Answer:
    """Return what the peer finds, within `gap` of its own objective."""
    found = milp(
        model.cost,
        constraints=LinearConstraint(model.rows, model.low, model.high),
        bounds=model.bounds,
        integrality=model.integer,
        options={"mip_rel_gap": gap, "time_limit": seconds},
    )
    if found.x is None:
        return Answer(float("inf"), -float("inf"), {})
    count = len(outlook.options)
    moves = {
        index: round(amount * _UNIT)
        for index, amount in enumerate(found.x[:count])
        if amount * _UNIT > 0.5
    }
    for index, option in enumerate(outlook.options):
        if option.move == "pay_early" and found.x[count + index] > 0.5:
            moves[index] = option.upper
    return Answer(found.fun * _UNIT, found.mip_dual_bound * _UNIT, moves)
