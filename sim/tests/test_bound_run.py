"""Runs with a bound: the same bytes however they are cut, and what was asked for is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aicfo_sim import run
from aicfo_sim.experiment import Result
from aicfo_sim.query import query
from aicfo_sim.results import read_manifest, report
from aicfo_sim.scenario import load

from aicfo_sdk.errors import InputError


def _run(out: Path, **given: Any) -> Result:
    scenario = replace(load("contractor"), warmup_days=40)
    plan = {"merchants": 3, "days": 60, "seed": 4, "policies": ["owner", "all_t0"], **given}
    return run(scenario, out=out, **plan)


def test_a_run_with_a_bound_is_the_same_bytes_for_any_shard_and_worker(tmp_path: Path) -> None:
    whole = _run(tmp_path / "a", bound=["tenders"], shard=3)
    parts = _run(tmp_path / "b", bound=["tenders"], shard=1)
    spread = _run(tmp_path / "c", bound=["tenders"], shard=1, workers=2)
    assert whole.sha256 == parts.sha256 == spread.sha256


def test_a_bound_that_is_free_in_more_is_no_lower_and_says_so(tmp_path: Path) -> None:
    _run(tmp_path / "money", bound=True)
    _run(tmp_path / "more", bound=["tenders", "closing"])
    sums = [
        query(tmp_path / name, "SELECT sum(bound), min(bound - wealth) FROM results")[1]
        for name in ("money", "more")
    ]
    assert sums[0][0][0] < sums[1][0][0]
    assert all(rows[0][1] >= 0 for rows in sums)
    assert "bound_also" not in read_manifest(tmp_path / "money")
    assert read_manifest(tmp_path / "more")["bound_also"] == ["closing", "tenders"]
    shares = [
        row["captured"]["share"]
        for name in ("money", "more")
        for row in report(tmp_path / name)
        if row["policy"] == "all_t0" and row["archetype"] == "all"
    ]
    assert shares[0] > shares[1] > 0


def test_a_group_that_no_bound_knows_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such group of actions"):
        _run(tmp_path / "x", bound=["weather"])
    assert not (tmp_path / "x").exists()
