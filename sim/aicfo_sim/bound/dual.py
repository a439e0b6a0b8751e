"""A linear program's dual bound that float error cannot make too small."""

from __future__ import annotations

from dataclasses import dataclass
from threading import local
from typing import Any

import numpy as np

from ..fen import Floats, Ints

_threads = local()

_ROUND = 2.0**-52


@dataclass(frozen=True, slots=True)
class Linear:
    """Maximise gain·x with lower ≤ x ≤ upper and row_lower ≤ A·x ≤ row_upper.

    A is given by `rows`, `columns`, `values`; pairs that repeat add up. Every column is bounded on
    both sides, so any row prices at all give a bound.
    """

    gain: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    rows: Ints
    columns: Ints
    values: Floats


def dual_bound(problem: Linear) -> float:
    """Return a number that no feasible point's gain exceeds, in the units of the gain.

    HiGHS proposes prices of the rows; whatever they are, weak duality holds for them: each row at
    the side that its price picks, plus each column at the bound that its reduced gain picks. The
    sum is done again here, and what rounding may have taken from it is added.
    """
    return certified(problem, prices(problem))


def certified(problem: Linear, price: Floats) -> float:
    """Return the bound that these prices of the rows give, rounding added."""
    low, high = problem.row_lower, problem.row_upper
    # A price on a side that a row does not have would be worth infinitely much: it is dropped.
    price = np.where(np.isinf(high), np.minimum(price, 0.0), price)
    price = np.where(np.isinf(low), np.maximum(price, 0.0), price)
    side = np.where(price > 0, high, np.where(price < 0, low, 0.0))
    by_row = price * np.where(np.isinf(side), 0.0, side)
    count = problem.gain.size
    parts = problem.values * price[problem.rows]
    reduced = problem.gain - np.bincount(problem.columns, weights=parts, minlength=count)
    size = np.abs(problem.gain) + np.bincount(
        problem.columns, weights=np.abs(parts), minlength=count
    )
    terms = np.bincount(problem.columns, minlength=count) + 4
    # The error of a sum of n terms is below n units in the last place of the sum of their sizes.
    error = size * terms * _ROUND
    reach = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
    by_column = np.where(reduced > 0, problem.upper, problem.lower) * reduced
    total = float(by_row.sum()) + float(by_column.sum())
    sizes = float(np.abs(by_row).sum()) + float(np.abs(by_column).sum())
    return total + float((error * reach).sum()) + sizes * (count + price.size) * _ROUND


def prices(problem: Linear) -> Floats:
    """Return the row prices at HiGHS's optimum, or zeros where it finds none."""
    found, _ = _solved(problem)
    if not found.dual_valid:
        return np.zeros(problem.row_lower.size)
    return np.array(found.row_dual, dtype=np.float64) / _GAIN


def optimum(problem: Linear) -> Floats:
    """Return the columns at HiGHS's optimum, or zeros where it finds none: what to do, within the
    solver's tolerance, in the units of the problem."""
    found, unit = _solved(problem)
    if not found.value_valid:
        return np.zeros(problem.gain.size)
    return np.array(found.col_value, dtype=np.float64) * unit


def _solved(problem: Linear) -> tuple[Any, float]:
    """Return HiGHS's solution and the unit of its columns.

    Gains are some parts per million a day, money up to thousands of millions of fen: both are
    scaled by powers of two, which is exact.
    """
    import highspy

    highs = _highs()
    room = np.abs(np.concatenate([problem.row_lower, problem.row_upper]))
    unit = _power(float(room[np.isfinite(room)].max(initial=1.0)) / 2.0**20)
    count, rows = problem.gain.size, problem.row_lower.size
    order = np.lexsort((problem.columns, problem.rows))
    starts = np.searchsorted(problem.rows[order], np.arange(rows))
    highs.passModel(
        count,
        rows,
        order.size,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        problem.gain * _GAIN,
        problem.lower / unit,
        problem.upper / unit,
        problem.row_lower / unit,
        problem.row_upper / unit,
        starts.astype(np.int32),
        problem.columns[order].astype(np.int32),
        problem.values[order],
        np.zeros(count, dtype=np.int32),
    )
    highs.run()
    return highs.getSolution(), unit


_GAIN = 2.0**14


def _power(size: float) -> float:
    return 2.0 ** np.ceil(np.log2(size)) if size > 1 else 1.0


def _highs() -> Any:
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
            "primal_feasibility_tolerance": 1e-7,
            "dual_feasibility_tolerance": 1e-9,
            "simplex_iteration_limit": 1_000_000,
        }.items():
            highs.setOptionValue(option, value)
        _threads.highs = highs
    return highs
