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
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from threading import local
from typing import TYPE_CHECKING, Any, Literal, cast

from .errors import InputError, SolverError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INFINITE = math.inf
"""A missing bound."""

LARGEST = 1e15
"""Largest finite coefficient, cost or bound, either sign."""

SMALLEST = 1e-9
"""Smallest coefficient that is not zero; HiGHS would drop it."""

_JITTER = 1e-6
_TIE = 1e-2  # columns that cost nothing are jittered like a hundredth of the dearest
_DUAL_TOLERANCE = 1e-10
_PRIMAL_TOLERANCE = 1e-9
_INTEGER_TOLERANCE = 1e-6  # integers are rounded and the rest solved again, so it leaves no trace
_ROOM = 2.0**20  # quantities are scaled below this, so that 1e-9 stays above float noise
_ITERATIONS = 5_000_000
_FEW = 64
"""Integers up to which a tree is searched without heuristics: it is done before they pay."""

_HEURISTICS = ("feasibility_jump", "rens", "rins", "root_reduced_cost")

_threads = local()


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to a `Problem`.

    `status` is "optimal", or "feasible" when the node limit ended the search first. `objective`
    is the cost of `values`; no feasible point is better than `bound`. `duals` give the change of
    the objective per unit of a row's limit (of a mixed-integer problem: with the integers held).
    """

    status: Literal["optimal", "feasible"]
    objective: float
    bound: float
    values: Mapping[str, float]
    duals: Mapping[str, float]


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
        if not -LARGEST <= cost <= LARGEST:
            raise InputError("cost is not a usable number", value=cost, where=f"column {id}")
        _check_limits(lower, upper, f"column {id}")
        self._columns[id] = (float(cost), float(lower), float(upper), integer)
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
            if number and not SMALLEST <= abs(number) <= LARGEST:
                raise InputError(
                    "coefficient is not a usable number",
                    value=number,
                    where=f"{where}, column {name}",
                    mend=f"between {SMALLEST:g} and {LARGEST:g}, either sign, or 0",
                )
        self._rows[id] = (total, float(lower), float(upper))
        return id

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
        arrays = _Arrays(self.maximise, self._columns, self._rows)
        if not arrays.names:
            return _empty(arrays)
        if arrays.integer.any():
            return _solve_mixed(arrays, gap, nodes)
        return _solve_linear(arrays)


class _Arrays:
    """A problem in canonical order, as a minimisation, scaled by powers of two (exact)."""

    def __init__(
        self,
        maximise: bool,
        columns: dict[str, tuple[float, float, float, bool]],
        rows: dict[str, tuple[dict[str, float], float, float]],
    ) -> None:
        import numpy as np

        self.names = sorted(columns)
        self.row_names = sorted(rows)
        table = np.array([columns[name] for name in self.names], dtype=np.float64).reshape(-1, 4)
        self.integer: NDArray[np.bool_] = table[:, 3] > 0
        self.sign = -1.0 if maximise else 1.0
        self.given: Floats = table[:, 0].copy()

        limits = np.array([rows[name][1:] for name in self.row_names], dtype=np.float64)
        limits = limits.reshape(-1, 2)
        sizes = np.abs(np.concatenate([table[~self.integer, 1:3].ravel(), limits.ravel()]))
        largest = float(sizes[np.isfinite(sizes)].max(initial=1.0))
        unit = 1.0 if largest <= _ROOM else 2.0 ** math.ceil(math.log2(largest / _ROOM))
        self.unit: Floats = np.where(self.integer, 1.0, unit)
        dearest = float(np.abs(self.given * self.unit).max(initial=0.0))
        self.cost_unit = 2.0 ** math.floor(math.log2(dearest)) if dearest else 1.0
        self.cost: Floats = self.sign * self.given * self.unit / self.cost_unit
        self.lower: Floats = table[:, 1] / self.unit
        self.upper: Floats = table[:, 2] / self.unit

        where = {name: index for index, name in enumerate(self.names)}
        terms = [rows[name][0] for name in self.row_names]
        index = np.array([where[key] for row in terms for key in row], dtype=np.int32)
        value = np.array([number for row in terms for number in row.values()], dtype=np.float64)
        owner = np.repeat(np.arange(len(terms)), [len(row) for row in terms])
        order = np.lexsort((index, owner))
        order = order[value[order] != 0]
        owner, self.index = owner[order], index[order]
        self.start = np.searchsorted(owner, np.arange(len(terms))).astype(np.int32)
        # A row over integer columns alone keeps its own size; any other is counted in units.
        mixed = np.zeros(len(self.row_names), dtype=np.bool_)
        np.logical_or.at(mixed, owner, ~self.integer[self.index])
        self.row_unit: Floats = np.where(mixed, unit, 1.0)
        self.value: Floats = value[order] * self.unit[self.index] / self.row_unit[owner]
        self.row_lower: Floats = limits[:, 0] / self.row_unit
        self.row_upper: Floats = limits[:, 1] / self.row_unit

    @property
    def jitter(self) -> Floats:
        """What the jitter adds to the scaled costs: never enough to make a problem unbounded.

        A column that is open upward is made dearer, one open downward cheaper, one open both
        ways is left alone: no direction that the problem leaves open gains by it.
        """
        import numpy as np

        words = b"".join(map(_word, self.names))
        share: Floats = np.frombuffer(words, dtype="<u8").astype(np.float64) / 2.0**64
        size = np.maximum(np.abs(self.cost), _TIE * float(np.abs(self.cost).max(initial=0.0)))
        if not size.any():
            size = np.ones_like(size)
        sign = np.where(np.isfinite(self.lower), 1.0, np.where(np.isfinite(self.upper), -1.0, 0.0))
        return _JITTER * share * size * sign

    @property
    def jittered(self) -> Floats:
        """Scaled costs with the jitter."""
        return self.cost + self.jitter


@lru_cache(maxsize=32_768)
def _word(name: str) -> bytes:
    """Return eight bytes that stand for a name: plans name the same days again and again."""
    return blake2b(name.encode(), digest_size=8).digest()


def _solve_linear(arrays: _Arrays) -> Solution:
    highs = _highs()
    _pass(highs, arrays, arrays.jittered, integer=False)
    _run(highs, arrays, "linear program")
    values, duals = _point(highs, arrays)
    # The same basis without the jitter: a few pivots at most, and a bound that is exact.
    _recost(highs, arrays.cost)
    _run(highs, arrays, "linear program")
    return _solution(arrays, "optimal", values, duals, _dual_bound(highs, arrays))


def _solve_mixed(arrays: _Arrays, gap: float, nodes: int) -> Solution:
    """Branch and cut with the jitter on boxed columns, then the integers held in a linear program.

    The bound found is of the jittered problem; what the jitter can add anywhere in the linear
    relaxation is taken off, so that it bounds the problem as given.
    """
    import numpy as np

    highs = _highs()
    boxed = np.isfinite(arrays.lower) & np.isfinite(arrays.upper)
    jitter = np.where(boxed, arrays.jitter, 0.0)
    # In its own units: costs of the jitter's size would drown in the dual tolerance.
    _pass(highs, arrays, -jitter / _JITTER, integer=False)
    _run(highs, arrays, "linear relaxation")
    most = -_dual_bound(highs, arrays) * _JITTER

    many = int(arrays.integer.sum()) > _FEW
    for name in _HEURISTICS:
        highs.setOptionValue(f"mip_heuristic_run_{name}", many)
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.setOptionValue("mip_abs_gap", gap / arrays.cost_unit)
    _pass(highs, arrays, arrays.cost + jitter, integer=True)
    status = _run(highs, arrays, "mixed-integer program")
    bound = float(highs.getInfo().mip_dual_bound) - max(most, 0.0)
    held: Floats = np.round(np.array(highs.getSolution().col_value, dtype=np.float64))

    _pass(highs, arrays, arrays.jittered, integer=False, held=held)
    _run(highs, arrays, "mixed-integer program with its integers rounded")
    values, duals = _point(highs, arrays)
    values[arrays.integer] = held[arrays.integer]
    return _solution(arrays, status, values, duals, bound)


def _highs() -> Any:
    """Return this thread's HiGHS, loaded on first use."""
    highs = getattr(_threads, "highs", None)
    if highs is None:
        import highspy

        highs = highspy.Highs()
        for option, value in {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "solver": "simplex",
            "simplex_strategy": 1,
            "primal_feasibility_tolerance": _PRIMAL_TOLERANCE,
            "dual_feasibility_tolerance": _DUAL_TOLERANCE,
            "mip_feasibility_tolerance": _INTEGER_TOLERANCE,
            # With presolve a tree search at tight tolerances was seen to cut the optimum off
            # and to prove it: 5 of 472 payment plans, none without.
            "presolve": "off",
            "mip_rel_gap": 0.0,
            "simplex_iteration_limit": _ITERATIONS,
        }.items():
            highs.setOptionValue(option, value)
        _threads.highs = highs
    return highs


def _pass(
    highs: Any, arrays: _Arrays, cost: Floats, *, integer: bool, held: Floats | None = None
) -> None:
    """Hand the model over; `passModel` forgets every earlier basis and solution."""
    import highspy
    import numpy as np

    lower, upper = arrays.lower, arrays.upper
    if held is not None:
        lower = np.where(arrays.integer, held, lower)
        upper = np.where(arrays.integer, held, upper)
    highs.passModel(
        len(arrays.names),
        len(arrays.row_names),
        len(arrays.index),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        cost,
        lower,
        upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.start,
        arrays.index,
        arrays.value,
        (arrays.integer if integer else np.zeros_like(arrays.integer)).astype(np.int32),
    )


def _recost(highs: Any, cost: Floats) -> None:
    import numpy as np

    highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)


def _run(highs: Any, arrays: _Arrays, what: str) -> Literal["optimal", "feasible"]:
    """Solve; return "feasible" when the node limit ended the search with a point in hand.

    Raises: SolverError that says what the problem suffers from.
    """
    import highspy

    highs.run()
    status = highs.getModelStatus()
    outcome = highspy.HighsModelStatus
    if status == outcome.kOptimal:
        return "optimal"
    limited = status == outcome.kSolutionLimit
    if limited and math.isfinite(highs.getInfo().objective_function_value):
        return "feasible"
    where = f"{what} of {len(arrays.row_names)} rows and {len(arrays.names)} columns"
    if limited:
        raise SolverError("no integer point found within the node limit", where=where)
    if status == outcome.kInfeasible:
        raise SolverError("infeasible: no values satisfy all rows", where=where)
    if status == outcome.kUnbounded:
        raise SolverError("unbounded: the objective can improve without end", where=where)
    raise SolverError(
        "no answer", value=highs.modelStatusToString(status), where=where, mend="rescale it"
    )


def _point(highs: Any, arrays: _Arrays) -> tuple[Floats, Floats]:
    """Return column values and row duals of the last run, in the units of the problem as given."""
    import numpy as np

    found = highs.getSolution()
    # A basic value may stand a rounding error outside its bounds; `+ 0.0` clears minus zero.
    values = np.clip(np.array(found.col_value), arrays.lower, arrays.upper) * arrays.unit + 0.0
    duals = np.array(found.row_dual) * arrays.cost_unit * arrays.sign / arrays.row_unit + 0.0
    return values, duals


def _dual_bound(highs: Any, arrays: _Arrays) -> float:
    """Return the dual objective of the last linear program, in scaled units."""
    import numpy as np

    found = highs.getSolution()
    prices = np.concatenate([np.array(found.col_dual), np.array(found.row_dual)])
    lower = np.concatenate([arrays.lower, arrays.row_lower])
    upper = np.concatenate([arrays.upper, arrays.row_upper])
    limit = np.where(prices > 0, lower, upper)
    # A reduced cost below the tolerance is zero, whatever bound it would be multiplied with.
    counted = np.isfinite(limit) & (prices != 0)
    return float(np.dot(prices[counted], limit[counted]))


def _solution(
    arrays: _Arrays,
    status: Literal["optimal", "feasible"],
    values: Floats,
    duals: Floats,
    bound: float,
) -> Solution:
    objective = math.fsum(float(c) * float(v) for c, v in zip(arrays.given, values, strict=True))
    bound = arrays.sign * bound * arrays.cost_unit
    # The point itself is a proof that no bound lies on its wrong side by more than rounding.
    bound = max(bound, objective) if arrays.sign < 0 else min(bound, objective)
    return Solution(
        status,
        objective,
        bound,
        dict(zip(arrays.names, values.tolist(), strict=True)),
        dict(zip(arrays.row_names, duals.tolist(), strict=True)),
    )


def _empty(arrays: _Arrays) -> Solution:
    for name, low, high in zip(arrays.row_names, arrays.row_lower, arrays.row_upper, strict=True):
        if low > 0 or high < 0:
            raise SolverError("infeasible: a row without columns cannot hold", value=name)
    return Solution("optimal", 0.0, 0.0, {}, dict.fromkeys(arrays.row_names, 0.0))


def _check_limits(lower: float, upper: float, where: str) -> None:
    for value in (lower, upper):
        if value != value or LARGEST < abs(value) < INFINITE:
            raise InputError("bound is not a usable number", value=value, where=where)
    if lower > upper or lower == INFINITE or upper == -INFINITE:
        raise InputError("lower bound above upper", value=(lower, upper), where=where)
