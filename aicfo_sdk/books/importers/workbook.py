"""Sheets of workbooks: XLSX here, the old binary XLS in a process of its own.

The reader is native code, which ends its process when it cannot have the memory that a file asks
for. What an XLSX will need is known before (`source`); an XLS says it anywhere, so another process
reads it, with little memory, and may end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, cast

Cell = str | int | float | bool | time | date | datetime | timedelta
"""A CSV cell is always text; a spreadsheet cell has the type it was stored with, "" if empty."""

Sheet = tuple[str, list[list[Cell]]]
"""Name and rows of a sheet."""

_MEMORY = 2 * 1024**3
_SECONDS = 300


class UnreadableError(ValueError):
    """The bytes are no workbook that can be read; the text says why."""


def sheets(data: bytes) -> Iterator[Sheet]:
    """Yield the visible sheets that hold anything.

    Raises: UnreadableError. A hostile XLS ends the whole process: `sheets_of_xls`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            # Not total_height, which is 0 for a sheet of one row.
            if sheet.height:
                yield meta.name, sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise UnreadableError(_line(str(error))) from None
    except BaseException as error:
        # A broken assertion of the native code, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(_line(str(error))) from None


def sheets_of_xls(data: bytes) -> list[Sheet]:
    """Return the visible sheets of an old workbook that hold anything, read in another process.

    Raises: UnreadableError, also when reading takes more than 2 GiB or five minutes.
    """
    words = [sys.executable, "-I", "-m", __name__]
    done = subprocess.run(words, input=data, capture_output=True, check=False)
    if done.returncode == 1:
        raise UnreadableError(_line(done.stderr.decode("utf-8", "replace")))
    if done.returncode:
        raise UnreadableError("reading it takes more memory or time than a workbook may")
    return [
        (name, [[_cell(value) for value in row] for row in rows])
        for name, rows in cast("list[tuple[str, list[list[Any]]]]", json.loads(done.stdout))
    ]


def _line(text: str) -> str:
    """Return the last line of a message: what comes before says where in the library."""
    return text.strip().rpartition("\n")[2][:200]


def _plain(value: object) -> list[Any]:
    """Return a cell that JSON has no type for as its type's name and its value."""
    if isinstance(value, timedelta):
        return ["timedelta", value.total_seconds()]
    if isinstance(value, date | time):
        return [type(value).__name__, value.isoformat()]
    raise TypeError(type(value).__name__)


def _cell(value: Any) -> Cell:
    if not isinstance(value, list):
        return value
    kind, text = cast("list[Any]", value)
    if kind == "timedelta":
        return timedelta(seconds=text)
    return {"date": date, "time": time, "datetime": datetime}[kind].fromisoformat(text)


def _limit() -> None:
    with suppress(ImportError):  # no such limits on Windows, where the process is the only wall
        import resource

        for what, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, _SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.getrlimit(what)
            fits = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (fits, hard))


def _main() -> int:
    data = sys.stdin.buffer.read()
    _limit()
    try:
        found = list(sheets(data))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.write(json.dumps(found, default=_plain))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
