"""The command: its folder, its languages, its published schema; once, the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

import aicfo_sim
import pytest
from aicfo_sim.demo import settings
from aicfo_sim.demo.command import MARKER, demo, language
from aicfo_sim.demo.output import schema_text
from jsonschema import Draft202012Validator

from aicfo_sdk import InputError
from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli import main

SCHEMA = Path(aicfo_sim.__file__).parent / "schemas" / "demo.json"


def test_the_published_schema_is_the_one_of_the_code() -> None:
    mend = "write it anew: python -m aicfo_sim.demo.output"
    assert SCHEMA.read_text("utf-8") == schema_text(), mend


def test_a_folder_with_other_things_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "books").mkdir()
    (folder / "books" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        demo(folder, "en", print)
    assert (folder / "books" / "mine.txt").read_text() == "mine"
    assert main(["demo", "--out", str(folder)]) == 2


def test_a_file_in_the_way_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("a file")
    assert main(["demo", "--out", str(folder)]) == 2
    assert main(["demo", "--out", str(folder / "below")]) == 2
    assert main(["demo", "--lang", "fr"]) == 2
    lines = capsys.readouterr().err.strip().split("\n")
    assert len(lines) == 3
    assert all(line.startswith("aicfo demo: ") for line in lines)


@pytest.mark.parametrize(
    ("locale", "lang"),
    [("zh_CN.UTF-8", "zh"), ("ZH_TW", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"), ("", "en")],
)
def test_the_language_follows_the_locale(locale: str, lang: str) -> None:
    assert language(locale) == lang


@pytest.mark.slow
def test_the_whole_demo_small(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = settings.load_settings()
    small = whole.simulation.model_copy(update={"merchants": 3, "days": 14})
    fewer = whole.model_copy(update={"simulation": small})
    monkeypatch.setattr(settings, "load_settings", lambda: fewer)
    folder.mkdir()
    (folder / MARKER).write_text("")
    (folder / "report.html").write_text("old")
    assert main(["demo", "--out", str(folder), "--lang", "zh", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    Draft202012Validator(json.loads(schema_text())).validate(found)
    assert "reading every invoice line" in said.err
    shop = found["wholesaler"]
    assert shop["to_the_penny"]
    assert shop["file_total"] == shop["books_sales"] + shop["refused_total"] == 953_948_462
    assert shop["trial_balance"] == 0
    assert shop["audit_ok"]
    # A year of real sales: the band holds most days, and the past error was told beforehand.
    assert shop["forecast"]["coverage_ppm"] > 500_000
    assert shop["forecast"]["past_wape_ppm"] < shop["forecast"]["past_naive_wape_ppm"]
    assert shop["advice"]
    assert all(item["evidence"] for item in shop["advice"])
    assert found["story"]["approved"]
    assert {row["policy"] for row in found["simulation"]["rows"]} >= {"owner", "cfo"}
    page = (folder / "report.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert str(folder) not in page
    with open_books(folder / "books" / "wholesaler.db") as books:
        assert sum(books.ledger.trial_balance().values()) == 0
