"""Reading tables: encodings, header by names, strict cells, damaged files."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aicfo_sdk.books.importers import source
from aicfo_sdk.books.importers.table import Row, find_header, parse_clock, read
from aicfo_sdk.errors import InputError, RecordError

COLUMNS = {"day": ("日期",), "amount": ("金额(元)", "金额"), "text": ("摘要",)}


def rows(path: Path, **options: Any) -> list[Row]:
    return list(find_header(read(path, **options), COLUMNS).rows())


def write_xlsx(path: Path, *lines: list[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_each_encoding_is_told_by_content(tmp_path: Path, encoding: str, packed: bool) -> None:
    data = "日期,金额（元）,摘要\r\n2025-01-02,1.50,货款𠮷\r\n".encode(encoding)
    path = tmp_path / "any.name"
    path.write_bytes(gzip.compress(data) if packed else data)
    (row,) = rows(path)
    assert (row.day("day"), row.amount("amount"), row.text("text"), row.line) == (
        date(2025, 1, 2), 150, "货款𠮷", 2,
    )  # fmt: skip


@pytest.mark.parametrize("shift", range(0, 31, 5))
def test_the_header_is_found_by_names_wherever_it_stands(tmp_path: Path, shift: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text("说明,,\n" * shift + "摘要, 日 期 ,金额\n货款,2025-01-02,7\n", "utf-8")
    (row,) = rows(path)
    assert (row.line, row.amount("amount")) == (shift + 2, 700)


def test_line_numbers_count_lines_inside_cells_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('日期,金额,摘要\n\n2025-01-02,1,"a\nb"\n\n2025-01-03,2,c\u2028d\n', "utf-8")
    assert [row.line for row in rows(path)] == [3, 6]


def test_a_missing_column_is_named_with_the_nearest_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("说明\n日期,摘要\n", "utf-8")
    with pytest.raises(RecordError, match=r"lacks a column: 金额\(元\) \(.*line 2\)"):
        rows(path)


GOOD = "日期,金额,摘要\n2025-01-02,1.00,货款\n2025-01-03,2.00,尾款\n"
DAMAGED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \r\n\t", "is empty"),
    "cut inside a character": (GOOD.encode()[:-2], "cut off inside a character .*line 3"),
    "one bad byte": (GOOD.encode() + b"\xff,1\n", "not UTF-8 in a UTF-8 file .*line 4"),
    "latin-1": ("Zürich,é\n".encode("latin-1") * 3, "neither UTF-8 nor GB18030"),
    "open quote": (GOOD.encode() + b'2025-01-04,3,"open\n', "inside a quoted cell .*line 4"),
    "quote swallowing lines": (
        GOOD.encode() + b'2025-01-04,3,"a\n2025-01-05,4,"b\n', "not closed on its line .*line 4",
    ),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(40), "not a text file"),
    "web page": (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
    "cut workbook": (b"PK\x03\x04" + bytes(99), "damaged or encrypted workbook"),
    "damaged gzip": (b"\x1f\x8b" + bytes(30), "damaged gzip"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, name: str) -> None:
    data, message = DAMAGED[name]
    path = tmp_path / "t"
    path.write_bytes(data)
    with pytest.raises(RecordError, match=message) as caught:
        rows(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="a folder"):
        read(tmp_path)


def test_an_unquoted_quote_is_read_as_a_spreadsheet_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('日期,金额,摘要\n2025-01-02,1,"苹果"手机\n2025-01-02,2,点"看"\n', "utf-8")
    assert [row.text("text") for row in rows(path)] == ["苹果手机", '点"看"']


CELLS: dict[str, Callable[[Row], object]] = {
    "NaN": lambda row: row.amount("amount"),
    "inf": lambda row: row.amount("amount"),
    "1e5": lambda row: row.amount("amount"),
    "１２": lambda row: row.amount("amount"),
    "1,23": lambda row: row.amount("amount"),
    "(5.00)": lambda row: row.amount("amount"),
    "1.005": lambda row: row.amount("amount"),
    "99999999999999": lambda row: row.amount("amount"),
    "": lambda row: row.amount("amount"),
    "2025-02-30": lambda row: row.day("day"),
    "2025-01-02 25:00": lambda row: row.moment("day"),
    "昨天": lambda row: row.day("day"),
}


@pytest.mark.parametrize("value", CELLS)
def test_a_bad_cell_names_line_column_and_value(tmp_path: Path, value: str) -> None:
    path = tmp_path / "t.csv"
    cell = f'"{value}"'
    path.write_text(f"摘要,日期,金额\nx,{cell},{cell}\n", "utf-8")
    (row,) = rows(path)
    with pytest.raises(RecordError) as caught:
        CELLS[value](row)
    assert caught.value.line == 2
    assert caught.value.column in ("日期", "金额")
    assert caught.value.value in (value, None)


def test_a_short_row_and_a_long_row_of_a_text_file_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("日期,金额,摘要\n2025-01-02,1\n", "utf-8")
    (row,) = rows(path)
    with pytest.raises(RecordError, match=r"ends before this column .*column 摘要"):
        row.text("text", "")
    path.write_text("日期,金额,摘要\n2025-01-02,1,234.00,货款\n", "utf-8")
    with pytest.raises(RecordError, match="more cells than the header's 3 columns: 货款"):
        rows(path)


def test_spreadsheet_numbers_dates_and_text_are_read_exactly(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "t.xlsx",
        ["标题"],
        ["日期", "金额", "摘要"],
        [datetime(2025, 1, 2, 23, 59, 58), 12.1, 20250102],  # noqa: DTZ001
        [20250103, 0.1 + 0.2, "1+1 text"],
        ["20250104", "1,234.50", 1.5],
    )
    found = [(row.moment("day"), row.amount("amount"), row.text("text")) for row in rows(path)]
    assert found[0] == ((date(2025, 1, 2), "23:59:58"), 1210, "20250102")
    assert found[1][:2] == ((date(2025, 1, 3), ""), 30)
    assert found[2] == ((date(2025, 1, 4), ""), 123450, "1.5")


def test_spreadsheet_cells_that_cannot_be_exact_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "t.xlsx",
        ["日期", "金额", "摘要"],
        [45659.5, 1.005, 6222021234567890123],
        [True, "=SUM(A1:A2)", "x"],
        ["x", True, "x"],
    )
    one, two, three = rows(path)
    for read_cell, message in (
        (lambda: one.day("day"), "not a date"),
        (lambda: one.amount("amount"), "more than two decimals"),
        (lambda: one.text("text"), "last digits are lost"),
        (lambda: two.amount("amount"), "an empty cell .*formula"),
        (lambda: three.amount("amount"), "not an amount"),
    ):
        with pytest.raises(RecordError, match=message):
            read_cell()


def test_a_workbook_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", ["日期", "金额", "摘要"])
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    path_small = tmp_path / "s.xlsx"
    path_small.write_bytes(path.read_bytes())
    with pytest.raises(RecordError, match="larger than"):
        read(path_small)


def test_a_sheet_with_far_apart_cells_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = 1, 2
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(RecordError, match="1048576 rows and 16384 columns"):
        read(tmp_path / "t.xlsx")


def test_an_entry_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", ["日期", "金额", "摘要"])
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as pack:
        place = pack.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[place + 60 : place + 80] = bytes(20)  # inside the compressed bytes
    path.write_bytes(data)
    with pytest.raises(RecordError, match="damaged or encrypted workbook"):
        read(path)


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_ROWS", 2)
    path = tmp_path / "t.csv"
    path.write_text(GOOD, "utf-8")
    with pytest.raises(RecordError, match="more than 2 rows"):
        read(path)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:05", "09:05:00"),
        ("090501", "09:05:01"),
        ("90501", "09:05:01"),
        ("09.05.01", "09:05:01"),
        ("09:05:01.123+08:00", "09:05:01"),
        ("", ""),
        ("24:00:00", None),
        ("9", None),
        ("９:05", None),
    ],
)
def test_times_of_day(text: str, clock: str | None) -> None:
    assert parse_clock(text) == clock
