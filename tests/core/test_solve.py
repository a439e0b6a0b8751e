"""The shared solver: equal problems give equal answers, and its bounds are true bounds."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from aicfo_sdk.errors import InputError, SolverError
from aicfo_sdk.solve import Problem

Column = tuple[str, dict[str, Any]]
Row = tuple[str, list[tuple[str, float]], dict[str, float]]


def random_parts(seed: int, *, integer: bool = False) -> tuple[list[Column], list[Row]]:
    """A bounded problem full of ties: few distinct costs, coefficients and limits."""
    rng = random.Random(seed)
    columns: list[Column] = [
        (
            f"x{j:02d}",
            {
                "cost": rng.choice([1, 1, 2, 3]),
                "upper": rng.choice([5, 10, math.inf]),
                "integer": integer and rng.random() < 0.5,
            },
        )
        for j in range(rng.randint(4, 30))
    ]
    rows: list[Row] = [
        (
            f"r{i:02d}",
            [(name, rng.choice([1, 1, 2])) for name, _ in columns if rng.random() < 0.5],
            {"upper": rng.choice([10, 20, 30])},
        )
        for i in range(rng.randint(2, 15))
    ]
    rows.append(("total", [(name, 1.0) for name, _ in columns], {"upper": 100}))
    return columns, rows


def build(columns: list[Column], rows: list[Row], *, factor: float = 1.0) -> Problem:
    problem = Problem(maximise=True)
    for name, given in columns:
        problem.column(name, **{**given, "upper": given["upper"] * factor})
    for name, terms, limits in rows:
        problem.row(name, terms, **{side: value * factor for side, value in limits.items()})
    return problem


def shuffled(seed: int, columns: list[Column], rows: list[Row]) -> tuple[list[Column], list[Row]]:
    rng = random.Random(seed)
    rows = [(name, rng.sample(terms, len(terms)), limits) for name, terms, limits in rows]
    return rng.sample(columns, len(columns)), rng.sample(rows, len(rows))


def exactly(problem: Problem) -> tuple[object, ...]:
    """The whole answer, floats by their bits and in the order in which they are listed."""
    found = problem.solve(nodes=1000)
    return (
        found.status,
        found.objective.hex(),
        found.bound.hex(),
        [(name, value.hex()) for name, value in found.values.items()],
        [(name, value.hex()) for name, value in found.duals.items()],
    )


@pytest.mark.parametrize("integer", [False, True])
def test_the_order_of_rows_columns_and_earlier_problems_changes_no_bit(integer: bool) -> None:
    seeds = range(60) if not integer else range(15)
    parts = {seed: random_parts(seed, integer=integer) for seed in seeds}
    first = {seed: exactly(build(*parts[seed])) for seed in seeds}
    for seed in reversed(seeds):
        assert exactly(build(*shuffled(seed + 1, *parts[seed]))) == first[seed]


@pytest.mark.parametrize("seed", range(8))
def test_columns_and_rows_added_at_once_are_those_added_one_by_one(seed: int) -> None:
    columns, rows = random_parts(seed)
    names = [name for name, _ in columns]
    problem = Problem(maximise=True)
    costs, uppers = ([given[key] for _, given in columns] for key in ("cost", "upper"))
    places = problem.columns(names, cost=costs, upper=uppers)
    terms = [
        (row, names.index(name), number)
        for row, (_, terms, _) in enumerate(rows)
        for name, number in terms
    ]
    random.Random(seed).shuffle(terms)
    problem.rows(
        [name for name, _, _ in rows],
        np.array([row for row, _, _ in terms]),
        np.array([places[column] for _, column, _ in terms]),
        np.array([float(number) for _, _, number in terms]),
        upper=[limits["upper"] for _, _, limits in rows],
    )
    found = problem.solve()
    assert found.at(places) == [found.values[name] for name in names]
    assert exactly(problem) == exactly(build(columns, rows))


def test_of_many_at_once_the_first_that_cannot_be_is_named_and_none_is_added() -> None:
    problem = Problem()
    problem.columns(["a", "b"])
    problem.rows(["r"], np.array([0, 0]), np.array([0, 1]), np.array([1.0, 1.0]), lower=1)
    before = exactly(problem)
    one, zero = np.array([1.0]), np.array([0])
    for refused, match in (
        (lambda: problem.columns(["c", "b"]), "named twice.*b"),
        (lambda: problem.columns(["c", "c"]), "named twice.*c"),
        (lambda: problem.columns(["c", "d"], cost=[1, math.inf]), "column d"),
        (lambda: problem.columns(["c", "d"], upper=[-1, 1]), "column c"),
        (lambda: problem.columns(["c", "d"], lower=[0, math.nan]), "column d"),
        (lambda: problem.rows(["r"], zero, zero, one), "named twice.*r"),
        (lambda: problem.rows(["s"], zero + 1, zero, one), "no such row"),
        (lambda: problem.rows(["s"], zero, zero + 2, one), "no such column.*row s"),
        (lambda: problem.rows(["s"], zero, zero, one * 1e-12), "coefficient.*column a"),
        (lambda: problem.rows(["s"], zero, zero, one, lower=2, upper=1), "row s"),
        (
            lambda: problem.rows(["s"], zero.repeat(2), zero.repeat(2), one.repeat(2)),
            "twice in one",
        ),
    ):
        with pytest.raises(InputError, match=match):
            refused()
        assert problem.size == (1, 2)
        assert exactly(problem) == before


@pytest.mark.parametrize("integer", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_a_changed_problem_answers_as_one_that_was_built_so(seed: int, integer: bool) -> None:
    rng = random.Random(seed)
    columns, rows = random_parts(seed, integer=integer)
    problem = build(columns, rows)
    exactly(problem)
    for _ in range(3):
        for place in rng.sample(range(len(columns)), 3):
            name, given = columns[place]
            new = {"cost": rng.choice([1, 2, 5]), "lower": 0, "upper": rng.choice([0, 3, math.inf])}
            columns[place] = (name, {**given, **new})
            problem.change_column(name, **new)
        for place in rng.sample(range(len(rows) - 1), 2):  # all but the one that bounds them all
            name, terms, _ = rows[place]
            # A coefficient that becomes 0, and later something again, loses and regains its place.
            terms = [(column, rng.choice([0.0, 1.0, 2.0, 3.0])) for column, _ in terms]
            limit = {"upper": rng.choice([5.0, 15.0])}
            rows[place] = (name, terms, limit)
            problem.change_row(name, dict(terms), **limit)
        assert exactly(problem) == exactly(build(columns, rows))


def test_threads_and_processes_agree() -> None:
    problems = [build(*random_parts(seed)) for seed in range(12)]
    alone = [exactly(problem) for problem in problems]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(exactly, problems)) == alone
    script = (
        "from tests.core.test_solve import *\n"
        "print([exactly(build(*random_parts(seed))) for seed in range(12)] )"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == repr(alone)


def test_ties_are_broken_by_name_and_not_by_place() -> None:
    def winner(names: list[str]) -> str:
        problem = Problem(maximise=True)
        for name in names:
            problem.column(name, cost=1, upper=10)
        problem.row("limit", [(name, 1) for name in names], upper=10)
        values = problem.solve().values
        (chosen,) = [name for name in names if values[name] > 0]
        assert values[chosen] == 10
        return chosen

    names = [f"bill-{index}" for index in range(8)]
    assert {winner(random.Random(seed).sample(names, 8)) for seed in range(5)} == {winner(names)}
    # A part of the names, the winner among them, has the same winner.
    assert winner([name for name in names if name == winner(names) or name > "bill-4"]) == winner(
        names
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_linear_program_agrees_with_scipy_and_its_bound_meets_its_objective(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    columns, rows = random_parts(seed)
    found = build(columns, rows).solve()
    place = {name: index for index, (name, _) in enumerate(columns)}
    matrix = [[0.0] * len(columns) for _ in rows]
    for line, (_, terms, _) in zip(matrix, rows, strict=True):
        for name, number in terms:
            line[place[name]] += number
    oracle = optimize.linprog(
        [-given["cost"] for _, given in columns],
        A_ub=matrix,
        b_ub=[limits["upper"] for _, _, limits in rows],
        bounds=[(0, given["upper"]) for _, given in columns],
    )
    assert found.bound == pytest.approx(-oracle.fun, rel=1e-9)
    # The jitter may cost at most its own size.
    assert found.objective <= found.bound
    assert found.objective == pytest.approx(-oracle.fun, rel=2e-6)


@pytest.mark.parametrize("seed", range(12))
def test_a_mixed_integer_answer_is_integral_and_within_its_bound(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    columns, rows = random_parts(seed, integer=True)
    found = build(columns, rows).solve()
    place = {name: index for index, (name, _) in enumerate(columns)}
    matrix = [[0.0] * len(columns) for _ in rows]
    for line, (_, terms, _) in zip(matrix, rows, strict=True):
        for name, number in terms:
            line[place[name]] += number
    oracle = optimize.milp(
        [-given["cost"] for _, given in columns],
        constraints=optimize.LinearConstraint(
            matrix, ub=[limits["upper"] for _, _, limits in rows]
        ),
        bounds=optimize.Bounds(0, [given["upper"] for _, given in columns]),
        integrality=[int(given["integer"]) for _, given in columns],
    )
    assert found.status == "optimal"
    assert found.bound >= -oracle.fun - 1e-6
    assert found.bound == pytest.approx(-oracle.fun, rel=1e-5)
    assert found.objective == pytest.approx(-oracle.fun, rel=1e-5)
    for name, given in columns:
        if given["integer"]:
            assert found.values[name] == int(found.values[name])


@pytest.mark.parametrize("factor", [1e-2, 1.0, 1e6, 1e11])
def test_fen_and_yuan_are_the_same_problem(factor: float) -> None:
    for seed in range(8):
        columns, rows = random_parts(seed)
        base, scaled = build(columns, rows).solve(), build(columns, rows, factor=factor).solve()
        assert scaled.objective == pytest.approx(base.objective * factor, rel=2e-6)
        assert scaled.bound == pytest.approx(base.bound * factor, rel=1e-9)
        assert scaled.values == pytest.approx(
            {name: value * factor for name, value in base.values.items()},
            rel=1e-6,
            abs=1e-6 * factor,
        )


def test_a_row_holds_to_a_hundredth_of_a_fen_at_a_hundred_billion_yuan() -> None:
    problem = Problem()
    for index in range(40):
        problem.column(f"x{index}", cost=1 + index % 7, upper=10**12 + index)
    problem.row("need", [(f"x{index}", 1) for index in range(40)], lower=10**13, upper=10**13)
    assert sum(problem.solve().values.values()) == pytest.approx(10**13, abs=1e-2)


def test_a_dual_is_what_one_more_unit_is_worth() -> None:
    def plan(limit: float) -> Problem:
        problem = Problem(maximise=True)
        problem.column("cheap", cost=3, upper=4)
        problem.column("dear", cost=2)
        problem.row("limit", {"cheap": 1, "dear": 1}, upper=limit)
        problem.row("other", {"dear": 1}, upper=100)
        return problem

    first, second = plan(10).solve(), plan(11).solve()
    assert first.objective == pytest.approx(24)
    assert second.objective - first.objective == pytest.approx(first.duals["limit"], rel=1e-5)
    assert first.duals["other"] == 0


def test_a_fixed_fee_is_paid_only_when_it_is_worth_it() -> None:
    def cost(need: float) -> dict[str, float]:
        problem = Problem()
        problem.column("line", cost=0.05)
        problem.column("loan", cost=0.01, upper=10**9)
        problem.column("fee", cost=100, upper=1, integer=True)
        problem.row("need", {"line": 1, "loan": 1}, lower=need)
        problem.row("paid", {"loan": 1, "fee": -(10**9)}, upper=0)
        return dict(problem.solve().values)

    assert cost(2000) == pytest.approx({"line": 2000, "loan": 0, "fee": 0})
    assert cost(3000) == pytest.approx({"line": 0, "loan": 3000, "fee": 1})


def test_a_node_limit_gives_a_point_and_a_true_bound_or_an_error_that_says_so() -> None:
    rng = random.Random(5)
    problem = Problem(maximise=True)
    for index in range(40):
        problem.column(f"x{index}", cost=rng.randint(5000, 9999), upper=1, integer=True)
    for row in range(8):
        terms = [(f"x{index}", rng.randint(2000, 9000)) for index in range(40)]
        problem.row(f"r{row}", terms, upper=100_000)
    short, full = problem.solve(nodes=1), problem.solve(gap=1.0)
    assert short.status == "feasible"
    assert short.objective <= full.objective + 1 <= full.bound + 2
    assert short.bound >= full.objective
    assert full.bound - full.objective <= 1.001


def test_what_has_no_answer_is_named() -> None:
    problem = Problem(maximise=True)
    problem.column("x", cost=1)
    with pytest.raises(SolverError, match="unbounded"):
        problem.solve()
    problem.row("low", {"x": 1}, lower=2)
    problem.row("high", {"x": 1}, upper=1)
    with pytest.raises(SolverError, match="infeasible"):
        problem.solve()
    whole = Problem()
    whole.column("x", upper=9, integer=True)
    whole.row("half", {"x": 2}, lower=3, upper=3)
    with pytest.raises(SolverError, match="infeasible"):
        whole.solve()


def test_a_problem_open_in_a_direction_that_costs_nothing_stays_solvable() -> None:
    problem = Problem()
    problem.column("up")
    problem.column("down", lower=-math.inf, upper=0)
    problem.column("free", lower=-math.inf)
    problem.column("paid", cost=1)
    problem.row("r", {"up": 1, "down": 1, "free": 1, "paid": 1}, lower=5)
    found = problem.solve()
    assert found.objective == pytest.approx(0)
    assert found.bound == pytest.approx(0)


def test_an_empty_problem_costs_nothing() -> None:
    assert Problem().solve().objective == 0
    problem = Problem()
    problem.row("never", {}, lower=1)
    with pytest.raises(SolverError, match="never"):
        problem.solve()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e16])
def test_costs_and_coefficients_must_be_usable_numbers(bad: float) -> None:
    problem = Problem()
    with pytest.raises(InputError, match="column x"):
        problem.column("x", cost=bad)
    problem.column("x")
    with pytest.raises(InputError, match="row r, column x"):
        problem.row("r", {"x": bad})
    with pytest.raises(InputError, match="coefficient"):
        problem.row("r", {"x": 1e-12})


def test_limits_must_be_usable_and_names_must_be_new_and_known() -> None:
    problem = Problem()
    with pytest.raises(InputError, match="not a usable number"):
        problem.column("x", upper=math.nan)
    with pytest.raises(InputError, match="lower bound above upper"):
        problem.column("x", lower=2, upper=1)
    problem.column("x")
    with pytest.raises(InputError, match="named twice"):
        problem.column("x")
    with pytest.raises(InputError, match="no such column"):
        problem.row("r", {"y": 1})
    problem.row("r", {"x": 1}, upper=1)
    with pytest.raises(InputError, match="named twice"):
        problem.row("r", {"x": 1})
    with pytest.raises(InputError, match="gap"):
        problem.solve(gap=math.nan)


def test_the_module_loads_no_solver_before_it_is_used() -> None:
    script = (
        "import sys, aicfo_sdk.solve; print([m for m in ('highspy', 'numpy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_change_that_cannot_be_leaves_the_problem_as_it_was() -> None:
    problem = Problem(maximise=True)
    problem.column("x", cost=1, upper=4)
    problem.row("r", {"x": 1}, upper=3)
    before = exactly(problem)
    for refused, match in (
        (lambda: problem.change_column("y", cost=1), "no such column"),
        (lambda: problem.change_column("x", cost=math.nan), "cost is not"),
        (lambda: problem.change_column("x", lower=5), "lower bound above upper"),
        (lambda: problem.change_row("q", upper=1), "no such row"),
        (lambda: problem.change_row("r", {"y": 1}), "no such column in the row"),
        (lambda: problem.change_row("r", {"x": 1e-12}), "coefficient"),
        (lambda: problem.change_row("r", lower=4), "lower bound above upper"),
    ):
        with pytest.raises(InputError, match=match):
            refused()
        assert exactly(problem) == before
