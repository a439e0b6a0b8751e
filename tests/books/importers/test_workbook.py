"""An old workbook is read in a process of its own, which a hostile one may end."""

from __future__ import annotations

import json
import struct
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from aicfo_sdk.books.importers import workbook
from aicfo_sdk.books.importers.source import load, tables_of
from aicfo_sdk.errors import RecordError

_MORNING = datetime.fromisoformat("2026-02-28T09:30")  # cells have no time zone
_SECTOR, _FREE, _END = 512, 0xFFFFFFFF, 0xFFFFFFFE


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    text = name.encode("utf-16le") + b"\0\0"
    about = struct.pack("<64sHBBIII", text, len(text), kind, 1, _FREE, _FREE, child)
    return about.ljust(116, b"\0") + struct.pack("<IQ", start, size)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def old_workbook(*cells: tuple[int, int, float]) -> bytes:
    """Return a compound file of one sheet S1 with these (row, column, number)."""
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    end = _record(0x0A, b"")
    named = struct.pack("<BBBB", 0, 0, 2, 0) + b"S1"
    sheet = len(begin) + len(_record(0x85, b"0000" + named)) + len(end)
    stream = begin + _record(0x85, struct.pack("<I", sheet) + named) + end
    stream += _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    for row, column, number in cells:
        stream += _record(0x203, struct.pack("<HHHd", row, column, 0, number))
    stream = (stream + end).ljust(4096, b"\0")
    first = bytes.fromhex("D0CF11E0A1B11AE1").ljust(24, b"\0")
    first += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6).ljust(20, b"\0")
    first += struct.pack("<8I", 1, 1, 0, 4096, 2, 1, _END, 0)
    first += struct.pack("<109I", 0, *[_FREE] * 108)
    chains = [0xFFFFFFFD, _END, _END, *range(4, 11), _END]
    fat = struct.pack(f"<{len(chains)}I", *chains).ljust(_SECTOR, b"\xff")
    folder = _entry("Root Entry", 5, _END, 0, 1) + _entry("Workbook", 2, 3, 4096, _FREE)
    return first + fat + folder.ljust(_SECTOR, b"\0") + b"\xff" * _SECTOR + stream


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(old_workbook((0, 0, 1.5), (1, 1, 2.5)))
    (table,) = tables_of(load(path))
    assert (table.name, table.rows, table.lines) == ("S1", [[1.5, ""], ["", 2.5]], [1, 2])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (old_workbook((0, 0, 1.5), (65535, 65535, 2.5)), "more memory or time"),
        (old_workbook((0, 0, 1.5))[:1600], "without password"),
        (old_workbook()[:512], "without password"),
    ],
    ids=["a cell so far out that its sheet needs 128 GiB", "cut off", "only its head"],
)
def test_a_hostile_old_workbook_is_an_error_and_ends_nothing(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(content)
    with pytest.raises(RecordError, match="a workbook that cannot be read") as refused:
        tables_of(load(path))
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_panic_of_the_native_reader_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(_: object) -> None:
        raise PanicException("left: 2\nright: 0")

    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_filelike", panic)
    with pytest.raises(workbook.UnreadableError, match=r"^right: 0$"):
        list(workbook.sheets(b""))


@pytest.mark.parametrize(
    "cell",
    [
        "文",
        3,
        2.5,
        True,
        date(2026, 2, 28),
        time(9, 30),
        _MORNING,
        timedelta(1),
    ],
)
def test_every_type_of_cell_comes_back_from_the_other_process(cell: workbook.Cell) -> None:
    passed = json.loads(json.dumps([cell], default=workbook._plain))
    assert [workbook._cell(value) for value in passed] == [cell]


def test_a_workbook_that_names_its_relations_as_excel_does_is_read(tmp_path: Path) -> None:
    made, path = tmp_path / "made.xlsx", tmp_path / "excel.xlsx"
    book = Workbook()
    book.worksheets[0].append([1.5])
    book.save(made)
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with ZipFile(made) as old, ZipFile(path, "w") as pack:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/"):
                text = text.replace(b"<worksheet ", b'<worksheet xmlns:r="' + kind + b'" ')
                assert kind in text
            pack.writestr(name, text)
    (table,) = tables_of(load(path))
    assert table.rows == [[1.5]]
