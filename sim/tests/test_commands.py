from __future__ import annotations

import json
from pathlib import Path

import pytest
from aicfo_sim.commands import sim

ARGS = ["run", "default", "--merchants", "4", "--days", "10", "--seed", "3"]


def test_a_run_prints_its_summary_and_can_be_reported_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert sim([*ARGS, "--out", out]) == 0
    first = capsys.readouterr()
    assert first.err == ""
    assert "contractor  always_discount" in first.out
    assert "sha256" in first.out
    assert sim(["report", out]) == 0
    again = capsys.readouterr().out
    assert again.split("\n\nreport ")[0] in first.out
    assert (tmp_path / "out" / "report.html").is_file()
    assert sim(["report", out, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["summary"]
    assert {row["policy"] for row in rows} == {"owner", "hold_all", "always_discount"}


def test_json_of_a_run_names_folder_digest_and_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim([*ARGS, "--out", str(tmp_path / "out"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 12
    assert len(found["sha256"]) == 64


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim(["scenarios"]) == 0
    assert "default" in capsys.readouterr().out
    assert sim(["scenarios", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scenarios"][0]["warmup_days"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere", "--out", "x"], "no such scenario: nowhere"),
        (["run", "default"], "--out"),
        (["run", "default", "--out", "x", "--days", "many"], "invalid int"),
        (["run", "default", "--out", "x", "--policies", "owner,luck"], "luck"),
        (["run", "default", "--out", "x", "--workers", "0"], "workers"),
        (["report", "/nowhere"], "no experiment"),
        (["dance"], "dance"),
        ([], "required"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sim(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_an_error_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim(["report", "/nowhere", "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "NotFound"


def test_help_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim(["--help"]) == 0
    assert "scenarios" in capsys.readouterr().out
