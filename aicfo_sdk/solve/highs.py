"""HiGHS with one option set: the linear and the mixed-integer answer of a problem as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import local
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import SolverError
from ..stopping import Question, current
from .arrays import JITTER, Arrays

if TYPE_CHECKING:
    from .arrays import Floats, Ints

_DUAL, _PRIMAL = 1, 4  # simplex_strategy
_DUAL_TOLERANCE = 1e-10
_PRIMAL_TOLERANCE = 1e-9
_INTEGER_TOLERANCE = 1e-6  # integers are rounded and the rest solved again, so it leaves no trace
_ITERATIONS = 5_000_000
_FEW = 256
"""Integers up to which a tree is searched without heuristics: it is done before they pay."""

_HEURISTICS = ("feasibility_jump", "rens", "rins", "root_reduced_cost")

_Status: TypeAlias = Literal["optimal", "feasible"]

_threads = local()


@dataclass(frozen=True, eq=False)
class Solution:
    """The answer to a `Problem`.

    `status` is "optimal", or "feasible" when the node limit ended the search first. `objective`
    is the cost of `values`; no feasible point is better than `bound`.
    """

    status: _Status
    objective: float
    bound: float
    _arrays: Arrays
    _point: Floats
    _prices: Floats

    @cached_property
    def values(self) -> Mapping[str, float]:
        """Value of each column, by name."""
        return dict(zip(self._arrays.names, self._point.tolist(), strict=True))

    @cached_property
    def duals(self) -> Mapping[str, float]:
        """Change of the objective per unit of each row's limit, by name.

        Of a mixed-integer problem: with the integers held.
        """
        return dict(zip(self._arrays.row_names, self._prices.tolist(), strict=True))

    def at(self, places: Ints) -> list[float]:
        """Return the values of columns by the places that `columns` gave them."""
        return self._point[self._arrays.where[places]].tolist()


def solve_linear(arrays: Arrays) -> Solution:
    highs = _highs()
    _pass(highs, arrays, arrays.jittered, integer=False)
    _run(highs, arrays, "linear program")
    values, duals = _point(highs, arrays)
    # The same basis without the jitter: a few pivots at most, and a bound that is exact.
    _recost(highs, arrays.cost)
    _run(highs, arrays, "linear program")
    return _solution(arrays, "optimal", values, duals, _dual_bound(highs, arrays))


def solve_mixed(arrays: Arrays, gap: float, nodes: int) -> Solution:
    """Branch and cut with the jitter on boxed columns, then the integers held in a linear program.

    The bound found is of the jittered problem; what the jitter can add anywhere in the linear
    relaxation is taken off, so that it bounds the problem as given.
    """
    import numpy as np

    highs = _highs()
    boxed = np.isfinite(arrays.lower) & np.isfinite(arrays.upper)
    jitter = np.where(boxed, arrays.jitter, 0.0)
    # In its own units: costs of the jitter's size would drown in the dual tolerance.
    _pass(highs, arrays, -jitter / JITTER, integer=False)
    _run(highs, arrays, "linear relaxation")
    most = -_dual_bound(highs, arrays) * JITTER

    many = int(arrays.integer.sum()) > _FEW
    for name in _HEURISTICS:
        highs.setOptionValue(f"mip_heuristic_run_{name}", many)
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.setOptionValue("mip_abs_gap", gap / arrays.cost_unit)
    cost = arrays.cost + jitter
    status, bound, held = _searched(highs, arrays, cost)
    try:
        _hold(highs, arrays, held)
    except SolverError:
        # An integer a millionth off may hold a row that it breaks when it is rounded.
        highs.setOptionValue("mip_feasibility_tolerance", _PRIMAL_TOLERANCE)
        try:
            status, bound, held = _searched(highs, arrays, cost)
        finally:
            highs.setOptionValue("mip_feasibility_tolerance", _INTEGER_TOLERANCE)
        _hold(highs, arrays, held)
    values, duals = _point(highs, arrays)
    values[arrays.integer] = held[arrays.integer]
    return _solution(arrays, status, values, duals, bound - max(most, 0.0))


def _searched(highs: Any, arrays: Arrays, cost: Floats) -> tuple[_Status, float, Floats]:
    """Return how a tree search ended, its bound, and its point with all of it rounded."""
    import numpy as np

    _pass(highs, arrays, cost, integer=True)
    status = _run(highs, arrays, "mixed-integer program")
    point = np.array(highs.getSolution().col_value, dtype=np.float64)
    return status, float(highs.getInfo().mip_dual_bound), np.round(point)


def _hold(highs: Any, arrays: Arrays, held: Floats) -> None:
    """Solve the linear program in which the integers are what they are in `held`."""
    _pass(highs, arrays, arrays.jittered, integer=False, held=held)
    _run(highs, arrays, "mixed-integer program with its integers rounded")


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
            "simplex_strategy": _DUAL,
            "primal_feasibility_tolerance": _PRIMAL_TOLERANCE,
            "dual_feasibility_tolerance": _DUAL_TOLERANCE,
            "mip_feasibility_tolerance": _INTEGER_TOLERANCE,
            # With presolve a tree search takes half the time on plans of whole bills, and was
            # seen to cut the optimum off and to prove it: by up to 0.7 bp of face in 3 of 1,000
            # bill plans; without restarts in 3 of 10,000, by up to 0.02 bp; with an integer
            # tolerance below this in 1 of 40. Without presolve in none of 5,000.
            "presolve": "off",
            "mip_rel_gap": 0.0,
            "simplex_iteration_limit": _ITERATIONS,
        }.items():
            highs.setOptionValue(option, value)
        _threads.highs = highs
    return highs


def _pass(
    highs: Any, arrays: Arrays, cost: Floats, *, integer: bool, held: Floats | None = None
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


def _run(highs: Any, arrays: Arrays, what: str) -> _Status:
    """Solve; return "feasible" when the node limit ended the search with a point in hand.

    Raises: SolverError that says what the problem suffers from.
    """
    import highspy

    outcome = highspy.HighsModelStatus
    status = _status(highs)
    if status == outcome.kUnknown:
        # The dual simplex came to the optimum and not below its tolerance of the last reduced
        # cost; seen in 2 of 13,000 bill plans. The primal simplex does, from a basis of its own.
        highs.clearSolver()
        highs.setOptionValue("simplex_strategy", _PRIMAL)
        try:
            status = _status(highs)
        finally:
            highs.setOptionValue("simplex_strategy", _DUAL)
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


def _status(highs: Any) -> Any:
    """Solve and return what came of it."""
    question = current()
    if question is None:
        highs.run()
    else:
        _run_for(question, highs)
    return highs.getModelStatus()


def _run_for(question: Question, highs: Any) -> None:
    """Solve while somebody may give the question up. Raises: GivenUp once that is so."""

    def look(event: Any) -> None:
        if question.given_up:
            event.interrupt()

    places = (highs.cbSimplexInterrupt, highs.cbMipInterrupt)
    for place in places:
        place.subscribe(look)
    try:
        highs.run()
    finally:
        for place in places:
            place.unsubscribe(look)
    question.check()


def _point(highs: Any, arrays: Arrays) -> tuple[Floats, Floats]:
    """Return column values and row duals of the last run, in the units of the problem as given."""
    import numpy as np

    found = highs.getSolution()
    # A basic value may stand a rounding error outside its bounds; `+ 0.0` clears minus zero.
    values = np.clip(np.array(found.col_value), arrays.lower, arrays.upper) * arrays.unit + 0.0
    duals = np.array(found.row_dual) * arrays.cost_unit * arrays.sign / arrays.row_unit + 0.0
    return values, duals


def _dual_bound(highs: Any, arrays: Arrays) -> float:
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
    arrays: Arrays,
    status: _Status,
    values: Floats,
    duals: Floats,
    bound: float,
) -> Solution:
    objective = math.fsum((arrays.given * values).tolist())
    bound = arrays.sign * bound * arrays.cost_unit
    # The point itself is a proof that no bound lies on its wrong side by more than rounding.
    bound = max(bound, objective) if arrays.sign < 0 else min(bound, objective)
    return Solution(status, objective, bound, arrays, values, duals)


def empty(arrays: Arrays) -> Solution:
    import numpy as np

    for name, low, high in zip(arrays.row_names, arrays.row_lower, arrays.row_upper, strict=True):
        if low > 0 or high < 0:
            raise SolverError("infeasible: a row without columns cannot hold", value=name)
    nothing = np.zeros(len(arrays.row_names))
    return Solution("optimal", 0.0, 0.0, arrays, arrays.given, nothing)
