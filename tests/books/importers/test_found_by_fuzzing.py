"""Inputs that crashed a reader when they were found by fuzzing, each now one clear error."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from aicfo_sdk.books.importers import invoices, statement
from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.names import checked_uscc
from aicfo_sdk.config import load_config
from aicfo_sdk.errors import InputError, RecordError
from aicfo_sdk.safety.policy import load_policy

DEEP = "x = " + "[" * 3_000 + "]" * 3_000
LONG = "x = " + "9" * 5_000


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_a_workbook_whose_parts_lie_before_its_beginning_is_damaged(tmp_path: Path) -> None:
    out = BytesIO()
    with ZipFile(out, "w") as pack:
        pack.writestr("xl/workbook.xml", "<a/>")
    data = bytearray(out.getvalue())
    end = data.rindex(b"PK\x05\x06")
    data[end + 16 : end + 20] = (10**6).to_bytes(4, "little")
    path = tmp_path / "b.xlsx"
    path.write_bytes(data)
    with pytest.raises(RecordError, match="damaged or encrypted"):
        read(path, "bills")


def test_a_file_of_line_separators_alone_is_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="the file is empty"):
        read(written(tmp_path, "o.json", "\u2028"), "ocds")


def test_an_exponent_beyond_what_decimals_hold_is_a_number_out_of_bounds(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="a number out of bounds"):
        read(written(tmp_path, "o.json", '{"ocid": 1E4009007199254740993}'), "ocds")


@pytest.mark.parametrize("text", [DEEP, LONG], ids=["deep", "long"])
def test_toml_that_nests_or_counts_too_far_is_refused_by_every_reader(
    tmp_path: Path, text: str
) -> None:
    path = written(tmp_path, "x.toml", text)
    for load in (load_config, load_policy, statement.load_mapping, invoices.load_mapping):
        with pytest.raises(InputError):
            load(path)


@pytest.mark.parametrize(
    "text",
    [
        'bank = "x"\n[columns]\nday = 2026-03-02\nin = ["a"]\nout = ["b"]',
        'bank = 7\n[columns]\nday = ["d"]\namount = ["a"]',
        'bank = "x"\nname = []\n[columns]\nday = ["d"]\namount = ["a"]',
        'bank = "x"\n[columns]\nday = ["d", 1]\namount = ["a"]',
        'bank = "x"\n[columns]\nday = []\namount = ["a"]',
        'bank = "x"\n[columns]\nday = ["d"]\nin = ["a"]\nout = []',
    ],
)
def test_a_mapping_of_the_wrong_types_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="a mapping without its tables"):
        statement.load_mapping(written(tmp_path, "bank.toml", text))


def test_the_identity_number_of_a_person_from_an_unlisted_county_is_a_persons() -> None:
    assert checked_uscc("330176198001011234") == ""


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="9999999999"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A3999999999"><v>1</v></c></row>',
        '<row r="1"><c\nr = "ZZZ1"><v>1</v></c></row><row r="1400000"><c r="A9"/></row>',
        "<row r='1'><c t='n' r='a1'><v>1</v></c><c r='zzzz9'><v>1</v></c></row>",
    ],
)
def test_a_cell_far_out_never_makes_the_reader_of_sheets_abort_the_process(
    tmp_path: Path, cells: str
) -> None:
    path = tmp_path / "far.xlsx"
    with ZipFile(path, "w") as pack:
        # Sheets may lie anywhere in the package.
        pack.writestr("odd/place.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    with pytest.raises(RecordError, match=r"a cell where no sheet|a sheet of"):
        read(path, "bills")


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_other_workbooks_in_a_package_are_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "other.xlsx"
    with ZipFile(path, "w") as pack:
        pack.writestr(name, "x")
    with pytest.raises(RecordError, match="no XLSX"):
        read(path, "bills")
