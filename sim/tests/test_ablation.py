"""The CFO in parts: a plugin that does nothing adds nothing, and what each adds is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from aicfo_sim import run
from aicfo_sim.ablation import ablation
from aicfo_sim.outcome import COLUMNS
from aicfo_sim.results import read, report
from aicfo_sim.scenario import load

POLICIES = ["owner", "nothing", "cfo", "cfo-bill", "cfo:bill"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("parts")
    scenario = replace(load("contractor"), warmup_days=60)
    run(scenario, merchants=2, days=20, seed=5, policies=POLICIES, out=out)
    return out


def test_a_plugin_that_does_nothing_makes_exactly_no_difference(folder: Path) -> None:
    _, columns = read(folder)
    owner, nothing = (columns["policy"] == POLICIES.index(name) for name in ("owner", "nothing"))
    for name in COLUMNS:
        assert (columns[name][owner] == columns[name][nothing]).all(), name
    row = next(row for row in report(folder) if row["policy"] == "nothing")
    assert (row["vs_owner"]["mean"], row["vs_owner"]["noise"]) == (0.0, 0.0)


def test_what_a_plugin_adds_is_shown_beside_the_others_and_alone(folder: Path) -> None:
    rows = [row for row in ablation(folder) if row["archetype"] == "all"]
    assert [(row["plugin"], row["way"], row["gap"]["policy"]) for row in rows] == [
        ("bill", "last", "cfo-bill"),
        ("bill", "alone", "owner"),
    ]
    _, columns = read(folder)
    wealth = {
        name: columns["wealth"][columns["policy"] == place].astype(np.float64)
        for place, name in enumerate(POLICIES)
    }
    wanted = [wealth["cfo"] - wealth["cfo-bill"], wealth["cfo:bill"] - wealth["owner"]]
    for row, gaps in zip(rows, wanted, strict=True):
        assert row["gap"]["mean"] == pytest.approx(gaps.mean(), abs=0.01)


def test_a_run_without_parts_has_no_such_table(tmp_path: Path) -> None:
    scenario = replace(load("shop"), warmup_days=5)
    run(scenario, merchants=2, days=5, seed=5, policies=["owner", "hold_all"], out=tmp_path)
    assert ablation(tmp_path) == []
