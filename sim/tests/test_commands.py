from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from aicfo_sim.output import FOLDER, OUTPUTS, schema_text

from aicfo_sdk.cli import main

ARGS = ["run", "default", "--merchants", "4", "--days", "10", "--seed", "3"]


def sim(words: list[str]) -> int:
    return main(["sim", *words])


def fits(text: str, name: str) -> None:
    """Check that what was printed is what the published schema says."""
    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    jsonschema.validate(json.loads(text), schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_the_published_schema_is_the_one_the_code_has(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text("utf-8")
    assert text == schema_text(name), "run: python -m aicfo_sim.output"


def test_what_the_commands_print_is_what_their_schemas_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert sim([*ARGS, "--out", out, "--json"]) == 0
    fits(capsys.readouterr().out, "sim-run")
    assert sim(["report", out, "--json"]) == 0
    fits(capsys.readouterr().out, "sim-report")
    assert sim(["scenarios", "--json"]) == 0
    fits(capsys.readouterr().out, "sim-scenarios")


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


def test_help_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sim(["--help"])
    assert not ended.value.code
    assert "scenarios" in capsys.readouterr().out
