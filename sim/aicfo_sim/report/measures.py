"""What counts beside wealth: each measure under a policy and its paired difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..fen import Floats
from ..statistics import CONFIDENCE, half_width
from .rows import Kind

MONEY, SHARE, DAYS = "money", "share", "days"


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of the results; `better` is +1 where more is better, −1 where less is.

    A `guard` must not be shown worse, whatever the wealth: late wages can buy wealth.
    """

    column: str
    unit: str
    better: int
    guard: bool = False


MEASURES = (
    Measure("wealth", MONEY, 1),
    Measure("survived", SHARE, 1, guard=True),
    Measure("cash_p5", MONEY, 1, guard=True),
    Measure("wage_late_days", DAYS, -1, guard=True),
    Measure("supplier_late_days", DAYS, -1, guard=True),
    Measure("unpaid_suppliers", MONEY, -1, guard=True),
    Measure("finance_cost", MONEY, -1),
    Measure("discount_cost", MONEY, -1),
    Measure("loan_cost", MONEY, -1),
    Measure("late_cost", MONEY, -1),
    Measure("fund_income", MONEY, 1),
    Measure("idle_cash", MONEY, -1),
)
"""In the order of the report; a run that lacks a column leaves its row out and says so."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mean paired difference with the half-width of its 95 % interval (infinite for one pair)."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half

    def outcome(self, better: int = 1) -> str:
        """Return "better" or "worse" where the interval leaves out zero, else "unclear".

        "same" where every single pair is alike.
        """
        if self.mean == 0 and self.half == 0:
            return "same"
        if self.low > 0 or self.high < 0:
            return "better" if self.mean * better > 0 else "worse"
        return "unclear"


@dataclass(frozen=True, slots=True)
class Standing:
    """One measure of one kind of firms: means by policy, differences of one policy."""

    measure: Measure
    means: dict[str, float]
    versus: dict[str, Change]


def standings(kind: Kind, subject: str, others: Sequence[str]) -> list[Standing]:
    """Return every measure that the run has, `subject` compared with each of `others`."""
    mine = kind.values[subject]
    return [
        Standing(
            measure,
            {name: mean(kind, name, measure.column) for name in dict.fromkeys((*others, subject))},
            {name: change(kind, subject, name, measure.column) for name in others},
        )
        for measure in MEASURES
        if measure.column in mine
    ]


def mean(kind: Kind, policy: str, column: str) -> float:
    """Return the mean over firms, in the column's unit."""
    return float(kind.values[policy][column].mean())


def change(kind: Kind, ours: str, theirs: str, column: str) -> Change:
    """Return the mean paired difference of a column, firm by firm."""
    values = kind.values
    return spread(values[ours][column].astype(np.float64) - values[theirs][column])


def spread(gap: Floats) -> Change:
    """Return the mean of differences with Student's t half-width."""
    return Change(float(gap.mean()), half_width(gap, 1 - CONFIDENCE))


def others(kind: Kind, subject: str) -> list[str]:
    """Return whom a policy is compared with: the owner and the best simple rule."""
    wanted = ["owner" if "owner" in kind.values else None, kind.rule]
    return [name for name in dict.fromkeys(wanted) if name is not None and name != subject]
