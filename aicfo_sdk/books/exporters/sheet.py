"""Tables written as CSV or XLSX so that the same rows give the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...money import plain

Value = str | int | datetime
"""Text, an amount in minor units, or a moment (a date cell in a workbook)."""

_STAMP = datetime(2000, 1, 1)  # noqa: DTZ001  # workbooks carry a local time; ours is always this
_MOST_DIGITS = 10**15  # a spreadsheet number holds 15 digits


def write(
    path: Path,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    encoding: str = "utf-8-sig",
) -> None:
    """Write a table to `path`: .xlsx a workbook with one sheet `title`, .csv in `encoding`.

    Whole numbers are amounts in minor units; text is never read as a formula or number.
    Raises: InputError for another ending of the name.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        data = csv_text(header, rows).encode(encoding)
    elif suffix == ".xlsx":
        data = _xlsx(title, header, rows)
    else:
        raise InputError("no such table format", value=path.name, mend="end in .csv or .xlsx")
    path.write_bytes(data)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return a table as CSV text; whole numbers are amounts in minor units."""
    out = StringIO()
    lines = csv.writer(out)
    lines.writerow(header)
    for row in rows:
        lines.writerow([plain(cell) if isinstance(cell, int) else cell for cell in row])
    return out.getvalue()


def _xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _STAMP
    sheet: Any = book.create_sheet(title)  # its append takes an untyped argument
    for row in (header, *rows):
        cells: list[Cell] = []
        for value in row:
            if isinstance(value, int) and abs(value) < _MOST_DIGITS:
                cell = WriteOnlyCell(sheet, value=value / 100)
                cell.number_format = "0.00"
            elif isinstance(value, datetime):
                cell = WriteOnlyCell(sheet, value=value)
            else:
                cell = WriteOnlyCell(sheet, value=plain(value) if isinstance(value, int) else value)
                cell.data_type = "s"  # "=1+1" is a remark, no formula
            cells.append(cell)
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return _same_bytes(out.getvalue())


def _same_bytes(data: bytes) -> bytes:
    """Return the workbook with the clock taken out of its entries."""
    import re
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", b"2000-01-01T00:00:00Z", content
                )
            entry = ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
