"""The one linear and mixed-integer solver: equal problems, equal answers, bit for bit.

Small linear programs have many optimal vertices, so a decision could depend on the order of
rows, on presolve or on the problem solved before. Here rows and columns are named, put in the
order of their names, solved by HiGHS with one option set (one thread, no presolve, no warm
start) and with a fixed jitter of the costs that depends on the column's
name alone. Objective and bound are those of the problem as given, without the jitter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from ..errors import InputError
from .arrays import Arrays, Columns, Rows
from .highs import Solution, empty, solve_linear, solve_mixed

__all__ = ["INFINITE", "LARGEST", "SMALLEST", "Problem", "Solution"]

if TYPE_CHECKING:
    from .arrays import Floats, Ints

    Numbers: TypeAlias = float | Sequence[float] | Floats

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
        self._columns = Columns()
        self._rows = Rows()
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
        if id in self._columns.place:
            raise InputError("column named twice", value=id)
        _check_cost(cost, id)
        _check_limits(lower, upper, f"column {id}")
        self._add_columns([id], [float(cost)], [float(lower)], [float(upper)], integer)
        return id

    def columns(
        self,
        ids: Sequence[str],
        *,
        cost: Numbers = 0.0,
        lower: Numbers = 0.0,
        upper: Numbers = INFINITE,
        integer: bool = False,
    ) -> Ints:
        """Add many columns, each figure one for all or one for each, and return their places.

        Raises: InputError as `column` does; nothing is added then.
        """
        import numpy as np

        costs, lowers, uppers = (_spread(given, len(ids)) for given in (cost, lower, upper))
        for place in _odd_costs(cost, costs) + _odd_limits(lower, upper, lowers, uppers):
            _check_cost(costs[place], ids[place])
            _check_limits(lowers[place], uppers[place], f"column {ids[place]}")
        _check_new(ids, self._columns.place, "column")
        first = len(self._columns.names)
        self._add_columns(ids, costs.tolist(), lowers.tolist(), uppers.tolist(), integer)
        return np.arange(first, first + len(ids), dtype=np.int64)

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
        place, where = self._columns.place, f"row {id}"
        if id in self._rows.place:
            raise InputError("row named twice", value=id)
        _check_limits(lower, upper, where)
        total = dict[str, float]()
        if isinstance(terms, Mapping):
            total.update(cast("Mapping[str, float]", terms))
        else:
            for name, number in terms:
                total[name] = total.get(name, 0.0) + number
        if not total.keys() <= place.keys():
            name = next(name for name in total if name not in place)
            raise InputError("no such column", value=name, where=where)
        for name, number in total.items():
            _check_coefficient(number, id, name)
        self._rows.column += [place[name] for name in total]
        self._rows.coefficient += map(float, total.values())
        self._add_rows([id], [len(self._rows.column)], [float(lower)], [float(upper)])
        return id

    def rows(
        self,
        ids: Sequence[str],
        row: Ints,
        column: Ints,
        coefficient: Floats,
        *,
        lower: Numbers = -INFINITE,
        upper: Numbers = INFINITE,
    ) -> None:
        """Add many rows: `coefficient` of the column at a place, in the row `ids[row]`, each once.

        Raises: InputError as `row` does, for a place that no column has, and for a column twice
        in one row; nothing is added then.
        """
        import numpy as np

        lowers, uppers = _spread(lower, len(ids)), _spread(upper, len(ids))
        for place in _odd_limits(lower, upper, lowers, uppers):
            _check_limits(lowers[place], uppers[place], f"row {ids[place]}")
        _check_new(ids, self._rows.place, "row")
        order = np.lexsort((column, row))
        row, column, coefficient = row[order], column[order], coefficient[order]
        names = self._columns.names
        if len(row) and (row[0] < 0 or row[-1] >= len(ids)):
            raise InputError("no such row", value=int(row[0] if row[0] < 0 else row[-1]))
        if len(column) and not 0 <= column.min() <= column.max() < len(names):
            place = int(np.flatnonzero((column < 0) | (column >= len(names)))[0])
            raise InputError(
                "no such column", value=int(column[place]), where=f"row {ids[int(row[place])]}"
            )
        twice = (row[1:] == row[:-1]) & (column[1:] == column[:-1])
        if twice.any():
            place = int(twice.argmax())
            where = f"row {ids[int(row[place])]}"
            raise InputError(
                "column twice in one row", value=names[int(column[place])], where=where
            )
        sizes = np.abs(coefficient)
        good = (sizes >= SMALLEST) & (sizes <= LARGEST)
        if not good.all():
            for place in np.flatnonzero(~good).tolist():
                _check_coefficient(
                    float(coefficient[place]), ids[int(row[place])], names[int(column[place])]
                )
        before = len(self._rows.column)
        ends = before + np.searchsorted(row, np.arange(len(ids)), side="right")
        self._rows.column += column.tolist()
        self._rows.coefficient += coefficient.tolist()
        self._add_rows(ids, ends.tolist(), lowers.tolist(), uppers.tolist())

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
        held = self._columns
        place = held.place.get(id)
        if place is None:
            raise InputError("no such column", value=id)
        cost = held.cost[place] if cost is None else float(cost)
        lower = held.lower[place] if lower is None else float(lower)
        upper = held.upper[place] if upper is None else float(upper)
        _check_cost(cost, id)
        _check_limits(lower, upper, f"column {id}")
        held.cost[place], held.lower[place], held.upper[place] = cost, lower, upper
        self._changed = True
        if self._arrays is not None:
            self._arrays.set_column(place, cost, lower, upper)

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
        held = self._rows
        place = held.place.get(id)
        if place is None:
            raise InputError("no such row", value=id)
        lower = held.lower[place] if lower is None else float(lower)
        upper = held.upper[place] if upper is None else float(upper)
        _check_limits(lower, upper, f"row {id}")
        changes = [(self._term(id, name, number), number) for name, number in (terms or {}).items()]
        for at, number in changes:
            held.coefficient[at] = float(number)
            if self._arrays is not None and not self._arrays.set_term(at, number):
                self._arrays = None  # what is 0 has no place there, so they are made anew
        held.lower[place], held.upper[place] = lower, upper
        self._changed = True
        if self._arrays is not None:
            self._arrays.set_row(place, lower, upper)

    def _term(self, row: str, column: str, number: float) -> int:
        """Return where a row's coefficient of a column stands, if it may become `number`."""
        first, end = self._rows.span(self._rows.place[row])
        place = self._columns.place.get(column, -1)
        if place not in self._rows.column[first:end]:
            raise InputError("no such column in the row", value=column, where=f"row {row}")
        _check_coefficient(number, row, column)
        return self._rows.column.index(place, first, end)

    def _add_columns(
        self,
        ids: Sequence[str],
        cost: list[float],
        lower: list[float],
        upper: list[float],
        integer: bool,
    ) -> None:
        held = self._columns
        held.place.update(zip(ids, range(len(held.names), len(held.names) + len(ids)), strict=True))
        held.names += ids
        held.cost += cost
        held.lower += lower
        held.upper += upper
        held.integer += [integer] * len(ids)
        self._arrays = None

    def _add_rows(
        self, ids: Sequence[str], ends: list[int], lower: list[float], upper: list[float]
    ) -> None:
        held = self._rows
        held.place.update(zip(ids, range(len(held.names), len(held.names) + len(ids)), strict=True))
        held.names += ids
        held.ends += ends
        held.lower += lower
        held.upper += upper
        self._arrays = None

    @property
    def size(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self._rows.names), len(self._columns.names)

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


def _spread(given: Numbers, count: int) -> Floats:
    import numpy as np

    if isinstance(given, int | float):
        return np.full(count, given, dtype=np.float64)
    numbers = np.asarray(given, dtype=np.float64)
    return numbers if numbers.shape == (count,) else np.broadcast_to(numbers, (count,))


def _odd_costs(given: Numbers, costs: Floats) -> list[int]:
    """Return the places of costs that need a second look; one for all is looked at once."""
    if isinstance(given, int | float):
        return [0] if len(costs) else []
    if not len(costs) or (costs.min() >= -LARGEST and costs.max() <= LARGEST):
        return []
    return _odd(costs, costs, costs, LARGEST)


def _odd_limits(lower: Numbers, upper: Numbers, lowers: Floats, uppers: Floats) -> list[int]:
    """Return the places of limits that need a second look; those for all are looked at once."""
    if isinstance(lower, int | float) and isinstance(upper, int | float):
        return [0] if len(lowers) else []
    return _odd(lowers, uppers, lowers)


def _odd(lower: Floats, upper: Floats, finite: Floats, largest: float = INFINITE) -> list[int]:
    """Return the places of figures that need a second look: the first that fails is told."""
    import numpy as np

    if not len(lower):
        return []
    # Most have a finite lower end, and an upper one that is finite too or missing.
    good = (lower >= -LARGEST) & (lower <= upper) & ((upper <= LARGEST) | (upper == INFINITE))
    if finite is lower and largest == INFINITE and good.all() and lower.max() <= LARGEST:
        return []
    sizes = np.maximum(np.abs(lower), np.abs(upper))
    good = (sizes <= LARGEST) | (sizes == INFINITE)
    good &= (lower <= upper) & (lower < INFINITE) & (upper > -INFINITE) & (abs(finite) <= largest)
    return np.flatnonzero(~good).tolist()


def _check_new(ids: Sequence[str], known: Mapping[str, int], what: str) -> None:
    if len(set(ids)) == len(ids) and known.keys().isdisjoint(ids):
        return
    seen = set[str]()
    for id in ids:
        if id in known or id in seen:
            raise InputError(f"{what} named twice", value=id)
        seen.add(id)


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
