from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from aicfo_sim import printing
from aicfo_sim.commands import amount
from aicfo_sim.output import FOLDER, OUTPUTS, schema_text

from aicfo_sdk import InputError
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
    sql = "SELECT policy, avg(wealth) AS wealth FROM results GROUP BY ALL ORDER BY ALL"
    assert sim(["query", out, sql, "--json"]) == 0
    shown = capsys.readouterr().out
    fits(shown, "sim-query")
    assert json.loads(shown)["columns"] == ["policy", "wealth"]


def test_a_sequential_run_and_a_sweep_print_what_their_schemas_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = tmp_path / "tiny.yaml"
    tiny.write_text("title: t\nstart: 2025-07-01\nwarmup_days: 5\nmix: {contractor: 1}\n", "utf-8")
    words = [str(tiny), "--merchants=2", "--days=10", "--policies=owner,always_discount"]
    until = ["--precision=1000000yuan", "--replications=4"]
    out = f"--out={tmp_path / 'until'}"
    assert sim(["run", *words, *until, out, "--json"]) == 0
    shown = capsys.readouterr().out
    fits(shown, "sim-run")
    ended = json.loads(shown)["sequential"]
    assert (ended["wanted"], ended["reached"], ended["replications"]) == (100_000_000, True, 4)
    assert sim(["run", *words, *until, out]) == 0
    shown = capsys.readouterr().out
    assert "± 1,000,000 reached after 4 replications; intervals hold for one look" in shown
    assert "CPU per merchant-year: draws " in shown
    vary = ["--vary=override.contractor.late=0.2..0.6", "--points=2", "--design=grid"]
    out = f"--out={tmp_path / 'sweep'}"
    assert sim(["sweep", *words, *vary, out, "--json"]) == 0
    shown = capsys.readouterr().out
    fits(shown, "sim-sweep")
    points = json.loads(shown)["points"]
    assert [point["override.contractor.late"] for point in points] == [0.2, 0.6]
    assert sim(["sweep", *words, *vary, out]) == 0
    shown = capsys.readouterr().out
    assert "rank correlation" in shown
    assert "2 points, one table: " in shown


@pytest.mark.parametrize(
    ("text", "fen"),
    [("50yuan", 5000), ("50元", 5000), ("0.5 yuan", 50), ("7fen", 7), ("7分", 7), ("12", 1200)],
)
def test_amounts_are_written_as_people_write_them(text: str, fen: int) -> None:
    assert amount(text) == fen


@pytest.mark.parametrize("text", ["", "much", "-5yuan", "0", "0.5fen", "1.234yuan", "5 dollars"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not an amount"):
        amount(text)


def test_progress_tells_the_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    now = iter([100.0, 130.0])
    bar = printing.Bar(clock=lambda: next(now))
    bar(5, 10)
    bar(6, 10)
    bar(10, 10)
    shown = capsys.readouterr().err.split("\r")
    assert shown[1].strip().endswith("5/10 shards")
    assert shown[2].strip().endswith("6/10 shards, 2 min 0 s left")
    assert shown[3].strip().endswith("10/10 shards")
    assert shown[3].endswith("\n")
    assert printing.duration(42) == "42 s"
    assert printing.duration(2 * 3600 + 7 * 60 + 5) == "2 h 7 min"


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
        (["run", "default", "--out", "x", "--engine", "dask"], "no such engine: dask"),
        (["run", "default", "--out", "x", "--precision", "narrow"], "not an amount: narrow"),
        (["run", "default", "--out", "x", "--precision", "5", "--policies=owner"], "compare"),
        (["run", "default", "--out", "x", "--precision", "5", "--replications=1"], "looks"),
        (["sweep", "default", "--out", "x"], "--vary"),
        (["sweep", "default", "--out", "x", "--vary", "late"], "KEY=LOW..HIGH"),
        (["sweep", "default", "--out", "x", "--vary", "override.shop.x=1..2"], "no such calibr"),
        (["query", "/nowhere", "SELECT 1"], "no experiment"),
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
