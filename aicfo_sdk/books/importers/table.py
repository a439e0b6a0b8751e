"""Tables of a CSV or spreadsheet file, with true line numbers and strict cell readers.

An importer reads a file so:

    tables = read(path)
    head = find_header(tables, {"day": ("交易时间",), "amount": ("金额(元)", "金额")})
    for row in head.rows():
        row.day("day"), row.amount("amount")

The header is found by the names of its columns, wherever it stands. Text is UTF-8 (with or
without BOM), UTF-16 with BOM, or GB18030; spreadsheets are XLSX or XLS. Which it is, and whether
it is gzipped, is told by the content and never by the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from ...days import parse_day
from ...errors import AmountError, InputError, RecordError
from ...model.text import clean
from ...money import checked, parse
from .source import MAX_ROWS, Cell, Source, Table, load, tables_of

__all__ = [
    "MAX_ROWS",
    "Cell",
    "Header",
    "Row",
    "Source",
    "Table",
    "column_key",
    "find_header",
    "load",
    "parse_clock",
    "parse_moment",
    "read",
]

Columns = Mapping[str, Sequence[str]]
"""Our name of a column → the names it goes by in files, the preferred one first."""

_SEARCHED = 400  # rows of each sheet in which the header is looked for
_LONGEST_CELL = 32_767  # characters, the most a spreadsheet holds
_DIGITS_KEPT = 10**15  # a spreadsheet number holds 15 digits exactly
_DOTS = str.maketrans({"：": ":", "（": "(", "）": ")"})


def read(path: Path | str, *, encoding: str = "", rows: int = 0) -> tuple[Table, ...]:
    """Return the tables of a file: each sheet that holds something, or the one of a text file.

    `encoding` overrides the detection; `rows` above 0 reads only so many rows of a text file.
    Raises: InputError when the file is missing; RecordError when it is empty, damaged, too big
    or in another encoding.
    """
    return tables_of(load(path), encoding=encoding, rows=rows)


@lru_cache(maxsize=4096)
def column_key(name: str) -> str:
    """Return the form in which column names are compared: NFKC, no spaces, lower case."""
    return "".join(clean(name).translate(_DOTS).split()).casefold()


def find_header(
    tables: Sequence[Table], required: Columns, optional: Columns | None = None, *, what: str = ""
) -> Header:
    """Return the header row that holds every required column, and which columns it has.

    `what` names the format in the error. The first such row of the first such sheet is taken.
    Raises: RecordError naming the missing columns and the nearest row, when there is none.
    """
    best: tuple[int, Table, int, list[str]] | None = None
    for table in tables:
        for index, row in enumerate(table.rows[:_SEARCHED]):
            at = _columns(row)
            if len(at) < min(2, len(required)):
                continue
            missing = [name for name, known in required.items() if _find(at, known) is None]
            if not missing:
                wanted = {**required, **(optional or {})}
                found = {
                    name: place
                    for name, known in wanted.items()
                    if (place := _find(at, known)) is not None
                }
                return Header(table, index, found)
            if best is None or len(missing) < best[0]:
                best = (len(missing), table, index, missing)
    file = tables[0].file if tables else ""
    of = f" of {what}" if what else ""
    if best is None or best[0] == len(required):
        names = ", ".join(known[0] for known in required.values())
        raise RecordError(f"no header row{of}", file=file, mend=f"it needs the columns {names}")
    _, table, index, missing = best
    raise RecordError(
        f"the header row{of} lacks a column",
        value=", ".join(required[name][0] for name in missing),
        file=table.where,
        line=table.lines[index],
        mend="export the file with all its columns",
    )


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    at: dict[str, int] = {}
    for place, cell in enumerate(row):
        if isinstance(cell, str) and cell:
            at.setdefault(column_key(cell), place)
    return at


def _find(at: Mapping[str, int], known: Sequence[str]) -> int | None:
    for name in known:
        place = at.get(column_key(name))
        if place is not None:
            return place
    return None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: `at` maps our column names to places; `row` is its index."""

    table: Table
    row: int
    at: dict[str, int]

    @property
    def line(self) -> int:
        """Line of the header in the file."""
        return self.table.lines[self.row]

    def has(self, column: str) -> bool:
        """Return whether the file has this column."""
        return column in self.at

    def title(self, column: str) -> str:
        """Return what the file calls the column."""
        place = self.at.get(column)
        return column if place is None else str(self.table.rows[self.row][place]).strip()

    def above(self) -> Iterator[str]:
        """Yield the non-empty cells above the header as text: title, account, period, totals."""
        for row in self.table.rows[: self.row]:
            for cell in row:
                text = cell.strip() if isinstance(cell, str) else str(cell)
                if text:
                    yield text

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header, empty ones left out.

        Raises: RecordError on a row of a text file with more filled cells than the header has
        columns (a separator inside a cell that is not quoted).
        """
        table = self.table
        width = len(table.rows[self.row])
        for index in range(self.row + 1, len(table.rows)):
            cells = table.rows[index]
            for cell in cells:
                if not _is_blank(cell):
                    break
            else:
                continue
            row = Row(self, cells, table.lines[index])
            if len(cells) > width and any(not _is_blank(cell) for cell in cells[width:]):
                raise row.error(
                    f"more cells than the header's {width} columns",
                    value=cells[width],
                    mend="quote the cell that holds a separator",
                )
            yield row


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or cell.isspace())


class Row:
    """One row: typed readers by our column names; each raises RecordError with its place.

    Readers without a default demand the column and a value. With a default, that is returned
    when the file lacks the column or the cell is empty.
    """

    __slots__ = ("cells", "header", "line")

    def __init__(self, header: Header, cells: list[Cell], line: int) -> None:
        self.header, self.cells, self.line = header, cells, line

    def error(
        self, what: str, *, column: str = "", value: Any = None, mend: str = ""
    ) -> RecordError:
        """Return the error to raise about this row."""
        return RecordError(
            what,
            file=self.header.table.where,
            line=self.line,
            column=self.header.title(column) if column else "",
            value=value,
            mend=mend,
        )

    def cell(self, column: str) -> Cell:
        """Return the raw cell, text stripped of spaces and tabs; "" when the file lacks the column.

        Raises: RecordError when a row of a text file ends before the column, or the cell is longer
        than a spreadsheet's may be.
        """
        place = self.header.at.get(column)
        if place is None:
            return ""
        try:
            cell = self.cells[place]
        except IndexError:
            raise self.error(
                "the row ends before this column",
                column=column,
                mend="the file is cut off, or a separator is missing",
            ) from None
        if not isinstance(cell, str):
            return cell
        if len(cell) > _LONGEST_CELL:
            raise self.error(
                f"a cell of {len(cell)} characters",
                column=column,
                value=cell,
                mend=f"a cell holds at most {_LONGEST_CELL}; a quote may not be closed",
            )
        return cell.strip()

    def text(self, column: str, default: str | None = None) -> str:
        """Return the cell as text: numbers without ".0", dates in ISO form.

        Raises: RecordError when empty without default, or when a number stored in a spreadsheet
        is too long to be exact (an account number that lost its last digits).
        """
        place = self.header.at.get(column)
        if place is not None and place < len(self.cells):
            cell = self.cells[place]
            if isinstance(cell, str) and len(cell) <= _LONGEST_CELL and (text := cell.strip()):
                return text
        cell = self.cell(column)
        if isinstance(cell, float):
            cell = self._whole_text(cell, column) if cell.is_integer() else repr(cell)
        elif not isinstance(cell, str):
            cell = cell.isoformat() if isinstance(cell, date | time) else str(cell)
        if cell == "":
            if default is None:
                self._empty(column)
            return default
        return cell

    def amount(self, column: str, default: int | None = None) -> int:
        """Return the cell as whole minor units (fen).

        A spreadsheet number counts at the 15 digits it holds and must then have no more than two
        decimals. Raises: RecordError.
        """
        cell = self.cell(column)
        try:
            if isinstance(cell, str):
                if cell == "":
                    if default is None:
                        self._empty(column)
                    return default
                return parse(cell)
            if isinstance(cell, bool) or not isinstance(cell, int | float):
                raise AmountError("not an amount", mend="write it like 1234.50")
            return _minor(cell)
        except AmountError as error:
            raise self.error(error.what, column=column, value=cell, mend=error.mend) from None

    def day(self, column: str, default: date | None = None) -> date:
        """Return the cell as a date; a time of day after it is dropped. Raises: RecordError."""
        return self._moment(column, default)[0]

    def moment(self, column: str) -> tuple[date, str]:
        """Return date and time of day "HH:MM:SS", "" when the cell holds only a date.

        Raises: RecordError.
        """
        return self._moment(column, None)

    def clock(self, column: str) -> str:
        """Return the cell as a time of day "HH:MM:SS", "" when empty or without such a column.

        Reads 9:05, 09:05:01, 090501 and spreadsheet times. Raises: RecordError.
        """
        cell = self.cell(column)
        if isinstance(cell, datetime):
            return _second(cell).strftime("%H:%M:%S")
        if isinstance(cell, time):
            return cell.strftime("%H:%M:%S")
        text = self.text(column, "")
        found = parse_clock(text)
        if found is None:
            raise self.error(
                "not a time of day", column=column, value=text, mend="write it like 09:05:01"
            )
        return found

    def _moment(self, column: str, default: date | None) -> tuple[date, str]:
        cell = self.cell(column)
        if isinstance(cell, datetime):
            cell = _second(cell)
            return cell.date(), cell.strftime("%H:%M:%S")
        if isinstance(cell, date):
            return cell, ""
        if cell == "" and default is not None:
            return default, ""
        text = self.text(column)
        try:
            return parse_moment(text)
        except InputError as error:
            raise self.error(error.what, column=column, value=text, mend=error.mend) from None

    def _whole_text(self, cell: float, column: str) -> str:
        if abs(cell) >= _DIGITS_KEPT:
            raise self.error(
                "a number too long for a spreadsheet, its last digits are lost",
                column=column,
                value=cell,
                mend="format the column as text before typing or exporting",
            )
        return str(int(cell))

    def _empty(self, column: str) -> NoReturn:
        mend = "fill it in"
        if not self.header.has(column):
            mend = "the file lacks this column"
        elif not self.header.table.ragged:
            mend = "fill it in; a formula needs its value, so save the file in a spreadsheet first"
        raise self.error("an empty cell", column=column, mend=mend)


def _second(moment: datetime) -> datetime:
    """Return the nearest whole second: a spreadsheet keeps times as fractions of a day."""
    if moment.microsecond >= 500_000:
        moment += timedelta(seconds=1)
    return moment.replace(microsecond=0)


def _minor(number: float) -> int:
    """Return the minor units of a spreadsheet number, exact at its 15 significant digits."""
    if number != number or number in (float("inf"), float("-inf")):
        raise AmountError("not an amount", mend="write it like 1234.50")
    exact = Decimal(f"{number:.15g}") * 100
    if exact != exact.to_integral_value():
        raise AmountError("more than two decimals", mend="amounts are in minor units")
    return checked(int(exact))


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return parse_day(text)


def parse_moment(text: str) -> tuple[date, str]:
    """Return the date and time of day of "2025-01-02 10:11:12", "20250102101112" and the like.

    Raises: InputError.
    """
    if len(text) == 14 and text.isdigit():
        text = f"{text[:8]} {text[8:]}"
    head, _, tail = text.replace("T", " ").partition(" ")
    found = parse_clock(tail.strip())
    if found is None:
        raise InputError(
            "not a date with a time of day", value=text, mend="write it like 2026-11-22 09:05:01"
        )
    return _day(head), found


@lru_cache(maxsize=90_000)
def parse_clock(text: str) -> str | None:
    """Return "HH:MM:SS" of 9:05, 09:05:01, 09:05:01.123, 090501 or 09.05.01; "" of "".

    None when the text is no time of day.
    """
    if not text:
        return ""
    if not text.isascii():
        return None
    if text.isdigit() and len(text) in (5, 6):
        text = text.zfill(6)
        parts = [text[:2], text[2:4], text[4:]]
    else:
        head = text.split("+")[0].removesuffix("Z")
        mark = ":" if ":" in head else "."
        parts = head.split(mark)
    if len(parts) not in (2, 3):
        return None
    seconds = parts[2].split(".")[0] if len(parts) == 3 else "00"
    whole = [parts[0], parts[1], seconds]
    if not all(part.isdigit() and len(part) <= 2 for part in whole):
        return None
    hours, minutes, secs = (int(part) for part in whole)
    if hours > 23 or minutes > 59 or secs > 59:
        return None
    return f"{hours:02d}:{minutes:02d}:{secs:02d}"
