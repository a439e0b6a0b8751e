"""The one linear and mixed-integer solver: equal problems, equal answers, bit for bit.

Small linear programs have many optimal vertices, so a decision could depend on the order of
rows, on presolve or on the problem solved before. Here rows and columns are named, put in the
order of their names, solved by HiGHS with one option set (one thread, no presolve, no warm
start) and with a fixed jitter of the costs that depends on the column's
name alone. Objective and bound are those of the problem as given, without the jitter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import cast

from ..errors import InputError
from .arrays import Arrays
from .highs import Solution, empty, solve_linear, solve_mixed

__all__ = ["INFINITE", "LARGEST", "SMALLEST", "Problem", "Solution"]

INFINITE = math.inf
"""A missing bound."""

LARGEST = 1e15
"""Largest finite coefficient, cost or bound, either sign."""

SMALLEST = 1e-9
"""Smallest coefficient that is not zero; HiGHS would drop it."""


class Problem:
    """A linear program, or a mixed-integer one when a column is `integer`.

    Columns and rows are named; the names alone fix their order and the jitter, so build them
    from record ids and days. Quantities of one size (all in fen, say) keep the arithmetic sound.
    """

    def __init__(self, *, maximise: bool = False) -> None:
        """Start an empty problem that minimises its cost, or maximises it."""
        self.maximise = maximise
        self._columns: dict[str, tuple[float, float, float, bool]] = {}
        self._rows: dict[str, tuple[dict[str, float], float, float]] = {}
        self._arrays: Arrays | None = None
        self._changed = False

    def column(
        self,
        id: str,
        *,
        cost: float = 0.0,
        lower: float = 0.0,
        upper: float = INFINITE,
        integer: bool = False,
    ) -> str:
        """Add a column and return its id.

        Raises: InputError for a repeated id, NaN, an absurd number or lower above upper.
        """
        if id in self._columns:
            raise InputError("column named twice", value=id)
        _check_cost(cost, id)
        _check_limits(lower, upper, f"column {id}")
        self._columns[id] = (float(cost), float(lower), float(upper), integer)
        self._arrays = None
        return id

    def row(
        self,
        id: str,
        terms: Mapping[str, float] | Iterable[tuple[str, float]],
        *,
        lower: float = -INFINITE,
        upper: float = INFINITE,
    ) -> str:
        """Add lower ≤ Σ coefficient × column ≤ upper and return the row's id.

        Repeated columns add up. Raises: InputError as `column` does, and for an unknown column.
        """
        where = f"row {id}"
        if id in self._rows:
            raise InputError("row named twice", value=id)
        _check_limits(lower, upper, where)
        total = dict[str, float]()
        if isinstance(terms, Mapping):
            total.update(cast("Mapping[str, float]", terms))
        else:
            for name, number in terms:
                total[name] = total.get(name, 0.0) + number
        if not total.keys() <= self._columns.keys():
            name = next(name for name in total if name not in self._columns)
            raise InputError("no such column", value=name, where=where)
        for name, number in total.items():
            _check_coefficient(number, id, name)
        self._rows[id] = (total, float(lower), float(upper))
        self._arrays = None
        return id

    def change_column(
        self,
        id: str,
        *,
        cost: float | None = None,
        lower: float | None = None,
        upper: float | None = None,
    ) -> None:
        """Change what is given of a column; the next answer is that of a problem built so.

        Raises: InputError as `column` does, and for an unknown column.
        """
        if id not in self._columns:
            raise InputError("no such column", value=id)
        held_cost, held_lower, held_upper, integer = self._columns[id]
        cost = held_cost if cost is None else float(cost)
        lower = held_lower if lower is None else float(lower)
        upper = held_upper if upper is None else float(upper)
        _check_cost(cost, id)
        _check_limits(lower, upper, f"column {id}")
        self._columns[id] = (cost, lower, upper, integer)
        self._changed = True
        if self._arrays is not None:
            self._arrays.set_column(id, cost, lower, upper)

    def change_row(
        self,
        id: str,
        terms: Mapping[str, float] | None = None,
        *,
        lower: float | None = None,
        upper: float | None = None,
    ) -> None:
        """Change what is given of a row: limits, and coefficients of columns it has.

        Raises: InputError as `row` does, for an unknown row, or a column that the row lacks.
        """
        if id not in self._rows:
            raise InputError("no such row", value=id)
        held, held_lower, held_upper = self._rows[id]
        lower = held_lower if lower is None else float(lower)
        upper = held_upper if upper is None else float(upper)
        _check_limits(lower, upper, f"row {id}")
        for name, number in (terms or {}).items():
            if name not in held:
                raise InputError("no such column in the row", value=name, where=f"row {id}")
            _check_coefficient(number, id, name)
        for name, number in (terms or {}).items():
            if self._arrays is not None and not self._arrays.set_term(id, name, number):
                self._arrays = None  # zeros have no place there
            held[name] = number
        self._rows[id] = (held, lower, upper)
        self._changed = True
        if self._arrays is not None:
            self._arrays.set_row(id, lower, upper)

    @property
    def size(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self._rows), len(self._columns)

    def solve(self, *, gap: float = 0.0, nodes: int = 100_000) -> Solution:
        """Return the best point.

        `gap` is how far, in units of the objective, a mixed-integer answer may stay from its
        bound; `nodes` limits the search tree. Both do nothing to linear programs.
        Raises: SolverError when the problem is infeasible, unbounded, numerically hopeless, or
        when no integer point was found within `nodes`; InputError for an absurd gap or limit.
        """
        if not 0 <= gap <= LARGEST or nodes < 1:
            raise InputError("gap or node limit out of range", value=(gap, nodes))
        if self._arrays is None:
            self._arrays = Arrays(self.maximise, self._columns, self._rows)
        elif self._changed:
            self._arrays.scale()
        self._changed = False
        if not self._arrays.names:
            return empty(self._arrays)
        if self._arrays.integer.any():
            return solve_mixed(self._arrays, gap, nodes)
        return solve_linear(self._arrays)


def _check_limits(lower: float, upper: float, where: str) -> None:
    for value in (lower, upper):
        if value != value or LARGEST < abs(value) < INFINITE:
            raise InputError("bound is not a usable number", value=value, where=where)
    if lower > upper or lower == INFINITE or upper == -INFINITE:
        raise InputError("lower bound above upper", value=(lower, upper), where=where)


def _check_cost(cost: float, column: str) -> None:
    if not -LARGEST <= cost <= LARGEST:
        raise InputError("cost is not a usable number", value=cost, where=f"column {column}")


def _check_coefficient(number: float, row: str, column: str) -> None:
    if number and not SMALLEST <= abs(number) <= LARGEST:
        raise InputError(
            "coefficient is not a usable number",
            value=number,
            where=f"row {row}, column {column}",
            mend=f"between {SMALLEST:g} and {LARGEST:g}, either sign, or 0",
        )
