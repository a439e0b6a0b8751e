"""Dated parameters, and the real files that are shipped beside them."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from aicfo_sdk.errors import NotFound
from aicfo_sdk.parameters import Parameter, Parameters, parameters

SEEDS = Path(str(files("aicfo_seeds")))


def test_the_loan_prime_rate_is_the_one_in_force_that_day() -> None:
    shipped = parameters()
    assert shipped.at("rates.lpr_1y_ppm", date(2019, 8, 20)) == 42_500
    assert shipped.at("rates.lpr_1y_ppm", date(2024, 10, 20)) == 33_500
    assert shipped.at("rates.lpr_1y_ppm", date(2024, 10, 21)) == 31_000
    assert shipped.at("rates.lpr_5y_ppm", date(2026, 1, 20)) == 35_000


def test_a_number_without_a_public_source_says_so() -> None:
    shipped = parameters()
    assert shipped.get("rates.lpr_1y_ppm", date(2026, 1, 20)).verified
    assert not shipped.get("rates.lpr_1y_ppm", date(2026, 11, 22)).verified
    assert not shipped.get("rates.lpr_5y_ppm", date(2024, 2, 20)).verified
    assert not shipped.get("tax.vat_small_scale_ppm", date(2026, 6, 1)).verified


def test_shipped_rows_are_whole_and_do_not_overlap() -> None:
    for file in sorted((SEEDS / "parameters").glob("*.toml")):
        for name, rows in tomllib.loads(file.read_text("utf-8")).items():
            rows = sorted(rows, key=lambda row: row["from"])
            for row in rows:
                assert set(row) - {"until"} == {"value", "from", "source", "verified"}, (file, name)
                assert row["source"].strip(), (file, name)
                assert row.get("until", row["from"]) >= row["from"], (file, name)
            for earlier, later in pairwise(rows):
                assert earlier.get("until", date.max) < later["from"], (file, name)


def test_the_rate_table_follows_the_shipped_fixings() -> None:
    shipped = parameters()
    lines = (SEEDS / "real" / "lpr_2019_2025.csv").read_text("utf-8").split()[1:]
    assert len(lines) == 66
    for line in lines:
        day, one, five = line.split(",")
        if day != "2024-02-20":  # the suspect value, see rates.toml
            assert shipped.at("rates.lpr_5y_ppm", date.fromisoformat(day)) == round(
                float(five) * 1e4
            )
        assert shipped.at("rates.lpr_1y_ppm", date.fromisoformat(day)) == round(float(one) * 1e4)


def test_an_unknown_name_and_an_uncovered_day_are_told_apart() -> None:
    with pytest.raises(NotFound, match="no such parameter"):
        parameters().at("rates.lpr_9y_ppm", date(2024, 1, 1))
    with pytest.raises(NotFound, match="2019-08-20"):
        parameters().at("rates.lpr_1y_ppm", date(2019, 8, 19))


def test_a_value_of_the_callers_own_holds_from_its_day_only() -> None:
    start = date(2026, 3, 1)
    own = parameters().with_values(start, rates__lpr_1y_ppm=1, house__rule=2)
    assert own.at("rates.lpr_1y_ppm", start) == 1
    assert own.at("rates.lpr_1y_ppm", date(2026, 11, 1)) == 1
    assert own.at("rates.lpr_1y_ppm", start - timedelta(days=1)) == 30_000
    assert own.at("house.rule", start) == 2
    assert "house.rule" not in parameters().names()


def test_a_row_that_ended_leaves_a_gap() -> None:
    row = Parameter("x", 1, date(2020, 1, 1), date(2020, 12, 31), "test", True)
    table = Parameters({"x": (row,)})
    assert table.at("x", date(2020, 12, 31)) == 1
    with pytest.raises(NotFound):
        table.at("x", date(2021, 1, 1))


def test_every_real_file_is_listed_with_its_source_licence_and_digest() -> None:
    folder = SEEDS / "real"
    listed = {
        row["file"]: row
        for row in tomllib.loads((folder / "SOURCES.toml").read_text("utf-8"))["file"]
    }
    assert {path.name for path in folder.iterdir()} == {*listed, "SOURCES.toml"}
    for name, row in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == row["sha256"], name
        for key in ("name", "about", "source", "licence", "licence_text", "attribution", "changes"):
            assert row[key].strip(), (name, key)
