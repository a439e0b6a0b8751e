from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from aicfo_sim.query import query
from aicfo_sim.scenario import calibration
from aicfo_sim.sensitivity import first_order, sensitivity
from aicfo_sim.sweep import Axis, Sweep, design, sweep, varied

from aicfo_sdk import AicfoError, InputError
from aicfo_sdk.errors import BooksError


def _axes(*texts: str) -> list[Axis]:
    return [Axis.parse(text) for text in texts]


def test_a_range_a_factor_and_a_list_can_be_varied() -> None:
    assert Axis.parse("a.b=0.5..1.5") == Axis("a.b", 0.5, 1.5)
    assert Axis.parse("a.b=0.5..2x") == Axis("a.b", 0.5, 2.0, times=True)
    assert Axis.parse("a=1,2.5,day") == Axis("a", values=(1, 2.5, "day"))


@pytest.mark.parametrize("text", ["a", "a=", "=1..2", "a=2..1", "a=1..b", "a=1..2y", "a=.."])
def test_what_cannot_be_varied_is_said_with_what_can(text: str) -> None:
    with pytest.raises(InputError, match="KEY=LOW"):
        Axis.parse(text)


def test_a_grid_has_every_combination() -> None:
    found = design(_axes("a=0..1", "b=x,y"), "grid", 3, seed=1)
    assert [(point["a"], point["b"]) for point in found] == [
        (a, b) for a in (0.0, 0.5, 1.0) for b in ("x", "y")
    ]


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range() -> None:
    points = 20
    found = design(_axes("a=0..1", "b=10..20"), "lhs", points, seed=1)
    for key, low, width in (("a", 0.0, 1.0), ("b", 10.0, 10.0)):
        parts = [int((float(point[key]) - low) / width * points) for point in found]
        assert sorted(parts) == list(range(points))
    assert found == design(_axes("a=0..1", "b=10..20"), "lhs", points, seed=1)
    assert found != design(_axes("a=0..1", "b=10..20"), "lhs", points, seed=2)


@pytest.mark.parametrize(
    ("texts", "kind", "points", "said"),
    [
        (["a=0..1", "a=1..2"], "lhs", 4, "once"),
        (["a=0..1"], "sobol", 4, "no such design"),
        (["a=0..1"], "lhs", 1, "points"),
        (["a=0..1", "b=0..1", "c=0..1"], "grid", 100, "points"),
    ],
)
def test_a_bad_design_is_refused(texts: list[str], kind: str, points: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        design(_axes(*texts), kind, points, seed=1)


def test_inputs_reach_the_scenario_in_the_shape_that_it_wants() -> None:
    axes = _axes(
        "override.shop.ticket=0.5..2x",
        "override.shop.suppliers=1..9",
        "override.shop.takings_day.spread=0..1",
        "rules.wage_days=10..50",
        "fidelity=day,order",
    )
    point = dict(zip([axis.key for axis in axes], (0.5, 2.6, 0.3, 20.4, "order"), strict=True))
    found = varied("default", axes, point)
    shipped = calibration("shop").numbers("ticket")
    assert found.figures("shop").numbers("ticket") == tuple(value / 2 for value in shipped)
    assert found.figures("shop").value("suppliers") == 3
    assert found.figures("shop").spread("takings_day") == 0.3
    assert found.rules.wage_days == 20
    assert found.fidelity == "order"


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("override.shop.ticket_vc=0..1", 0.5, "did you mean 'ticket_cv'"),
        ("override.shop.ticket=1..2", 1.5, "a list of 2 numbers"),
        ("rules.wage_days=0.5..2x", 1.5, "only figures"),
        ("title.more=a,b", "a", "no such key"),
        ("rules.wage_day=1..2", 1.5, "wage_days"),
        ("override.bakery.x=1..2", 1.5, "bakery"),
    ],
)
def test_an_input_that_is_no_key_is_refused(text: str, value: Any, said: str) -> None:
    axes = _axes(text)
    with pytest.raises(AicfoError, match=said):
        varied("default", axes, {axes[0].key: value})


def _sweep(out: Path, **changes: Any) -> Sweep:
    scenario = out.parent / "tiny.yaml"
    scenario.write_text("title: t\nstart: 2025-07-01\nwarmup_days: 10\nmix: {shop: 1}\n", "utf-8")
    given: dict[str, Any] = {
        "kind": "grid",
        "points": 3,
        "merchants": 2,
        "days": 20,
        "seed": 3,
        "policies": ["owner", "hold_all"],
    }
    axes = _axes("override.shop.takings_day=500..5000")
    return sweep(scenario, axes, out=out, **(given | changes))


def test_a_sweep_is_one_table_that_can_be_queried_and_resumed(tmp_path: Path) -> None:
    steps = list[tuple[int, int]]()
    found = _sweep(tmp_path / "a", progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
    table = pq.read_table(found.table)
    assert table.num_rows == 3 * 2 * 2
    assert table["override.shop.takings_day"].to_pylist()[::4] == [500.0, 2750.0, 5000.0]
    names, rows = query(
        found.folder,
        "SELECT point, wealth FROM sweep WHERE policy = 'owner' AND archetype = 'all' ORDER BY 1",
    )
    assert names == ["point", "wealth"]
    assert rows[0][1] < rows[1][1] < rows[2][1]
    moved = [row for row in found.sensitivity if row["output"] == "wealth"]
    assert all(row["rank_correlation"] == 1.0 for row in moved)
    again = _sweep(tmp_path / "a")
    assert again.sensitivity == found.sensitivity
    with pytest.raises(BooksError, match="another sweep"):
        _sweep(tmp_path / "a", seed=4)


def test_first_order_shares_are_those_of_a_function_that_is_known() -> None:
    """Y = 2 A + B + A-free noise over uniform inputs: shares 4/6, 1/6 and, of what is idle, 0."""
    source = np.random.Generator(np.random.Philox(key=3))
    a, b, idle, noise = source.random((4, 900))
    results = 2 * a + b + noise
    shares = [first_order(given, results) for given in (a, b, idle)]
    assert shares == pytest.approx([4 / 6, 1 / 6, 0.0], abs=0.06)
    bump = first_order(a, (a - 0.5) ** 2)
    assert bump is not None
    assert bump > 0.95  # not monotone, yet wholly explained


def test_too_few_points_or_no_variation_give_no_share() -> None:
    few = np.arange(15, dtype=np.float64)
    assert first_order(few, few) is None
    many = np.arange(40, dtype=np.float64)
    assert first_order(many, np.ones(40)) is None


def test_what_never_varies_has_no_rank_correlation() -> None:
    points = [{"x": n} for n in range(5)]
    row = {"archetype": "all", "policy": "owner", "survived_ppm": 1_000_000, "wealth": 5.0}
    rows = [
        {**row, "point": n, "vs_owner_mean": None, "vs_best_rule_mean": None, "wage_late_days": n}
        for n in range(5)
    ]
    found = {row["output"]: row["rank_correlation"] for row in sensitivity(points, rows)}
    assert found == {"wealth": None, "survived_ppm": None, "wage_late_days": 1.0}
