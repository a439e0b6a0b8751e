"""Files as raw rows: bytes → text or spreadsheet → rows of cells with their line numbers.

What is refused here, each with one clear error: a missing, empty or oversized file, an encoding
that is neither UTF-8, UTF-16 nor GB18030, a file cut off inside a character or a quoted cell, a
damaged or encrypted workbook, a workbook that would unpack to more than the stated caps.
"""

from __future__ import annotations

import csv
import os
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from struct import error as struct_error
from zlib import error as zlib_error

from ...errors import InputError, RecordError
from .workbook import Cell, Sheet, UnreadableError, sheets, sheets_of_xls

MAX_BYTES = 512 * 1024 * 1024
"""Largest file, and largest unpacked content of a gzip file or workbook, in bytes."""

MAX_ROWS = 1_500_000
"""Most rows of one table."""

MAX_CELLS = 40_000_000
"""Most cells of the smallest rectangle that holds a sheet's filled cells."""

_CUT_OFF = "\x1e"  # closes the text; seen inside a cell, a quote was never closed
_LINES_IN_A_CELL = 50
# Where a row or cell says it stands, however it is written: A1, or 1 for a row.
# The last group is filled where no cell or row of a sheet can be.
_PLACE = re.compile(rb"""(?<!:)\br\s*=\s*["'](?:([A-Za-z]{0,3})([0-9]{1,7})["']|(.))""", re.DOTALL)
_NONE: tuple[set[bytes], ...] = (set(), set(), set())
_OTHER_WORKBOOKS = frozenset({"content.xml", "xl/workbook.bin"})


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file (unpacked when gzipped), its name and the SHA-256 of what is stored."""

    file: str
    data: bytes
    digest: str

    def error(
        self, what: str, *, line: int = 0, value: str | None = None, mend: str = ""
    ) -> RecordError:
        """Return the error to raise about this file."""
        return RecordError(what, file=self.file, line=line, value=value, mend=mend)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or the whole of a text file.

    `rows[i]` stands on line `lines[i]` of the file (1 is the first, as an editor or spreadsheet
    counts). `ragged` tells a text file, whose rows end where the writer stopped, from a sheet.
    """

    file: str
    digest: str
    name: str
    rows: list[list[Cell]]
    lines: list[int]
    ragged: bool

    @property
    def where(self) -> str:
        """The file, with the sheet's name when it has one."""
        return f"{self.file} sheet {self.name}" if self.name else self.file


def load(path: Path | str) -> Source:
    """Return the bytes of a file, unpacked when it is gzipped.

    Raises: InputError when there is no such file or it cannot be read; RecordError when it is
    empty, damaged or larger than `MAX_BYTES`.
    """
    path = Path(path)
    # The name goes into the books, as text, also where the locale cannot read it.
    name = os.fsencode(path).decode("utf-8", "replace")
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("a folder, not a file", value=name, mend="name the file inside it")
        # A device or a pipe has no size and may never end.
        with path.open("rb") as stream:
            data = b"" if size > MAX_BYTES else stream.read(MAX_BYTES + 1)
        if max(size, len(data)) > MAX_BYTES:
            raise RecordError(_too_big("the file"), file=name, mend="split it")
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("no such file", value=name, mend="check the path") from None
    except (OSError, ValueError) as error:
        raise InputError("the file cannot be read", value=name, mend=str(error)) from None
    digest = sha256(data).hexdigest()
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(data, name)
    if not data.removeprefix(BOM_UTF8).strip(b"\xff\xfe\x00 \t\r\n"):
        raise RecordError("the file is empty", file=name, mend="export it again")
    return Source(name, data, digest)


def tables_of(source: Source, *, encoding: str = "", rows: int = 0) -> tuple[Table, ...]:
    """Return the tables of a file: one per visible sheet with content, or one for a text file.

    `encoding` overrides the detection; `rows` above 0 reads only that many rows of a text file.
    Raises: RecordError.
    """
    head = source.data[:8]
    if head[:4] == b"PK\x03\x04":
        _check_workbook(source)
        return _tables(source, sheets)
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _tables(source, sheets_of_xls)
    lines = _lines(source, decode(source, encoding=encoding), rows)
    return (_text_table(source, lines),)


def decode(source: Source, *, encoding: str = "", page: bool = False) -> str:
    """Return the text of a file that is UTF-8, UTF-16 with BOM, or GB18030.

    A file that begins as UTF-8 and then breaks is an error, never read as something else. A web
    page is refused unless `page` says that one may come.
    Raises: RecordError naming the line where the text breaks.
    """
    data = source.data
    if encoding:
        return _decode_as(source, encoding)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decode_as(source, "utf-16")
    try:
        text = _without_null(source, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        # utf-8-sig counts its positions without the mark.
        good = data[: error.start + (3 if data[:3] == b"\xef\xbb\xbf" else 0)]
        cut = error.reason == "unexpected end of data"
        # GB18030 text never begins with several characters that are also good UTF-8.
        letters = sum(byte >= 0xC0 for byte in good)
        if data[:3] == b"\xef\xbb\xbf" or letters > 8 or (cut and letters):
            what = "a byte that is not UTF-8 in a UTF-8 file"
            if cut:
                what = "the file is cut off inside a character"
            line = good.count(b"\n") + 1
            raise source.error(what, line=line, mend="export the file again") from None
        text = _decode_as(source, "gb18030")
        if not _is_chinese(text):
            raise source.error(
                "text in neither UTF-8 nor GB18030",
                line=good.count(b"\n") + 1,
                mend="save the file as UTF-8, or name its encoding (latin-1, cp1252 …)",
            ) from None
    if not page and text.lstrip()[:1] == "<" and "<html" in text[:2000].lower():
        raise source.error(
            "a web page, not a table", mend="open it in a spreadsheet and save it as XLSX"
        )
    return text


def _decode_as(source: Source, encoding: str) -> str:
    try:
        text = source.data.decode(encoding)
    except LookupError:
        raise InputError(
            "no such encoding", value=encoding, where=source.file, mend="utf-8 or gb18030"
        ) from None
    except UnicodeDecodeError as error:
        line = source.data[: error.start].count(b"\n") + 1
        tried = "UTF-8 nor GB18030" if encoding == "gb18030" else f"the encoding {encoding}"
        what = f"text in {'neither ' if 'nor' in tried else 'another than '}{tried}"
        raise source.error(what, line=line, mend="save the file as UTF-8") from None
    return _without_null(source, text)


def _without_null(source: Source, text: str) -> str:
    if "\x00" not in text:
        return text
    raise source.error(
        "not a text file",
        line=text[: text.index("\x00")].count("\n") + 1,
        mend="give a CSV in UTF-8, or an XLSX file",
    )


def _is_chinese(text: str) -> bool:
    """Return whether text read as GB18030 is such.

    Nearly any bytes decode as GB18030; but Chinese text is written with the common characters of
    GB 2312, while the letters of a Western encoding give rare ones ("ül" becomes 黮).
    """
    plain = len(text.encode("ascii", "ignore"))
    common = (len(text.encode("gb2312", "ignore")) - plain) // 2
    return 2 * common >= len(text) - plain


def _gunzip(data: bytes, name: str) -> bytes:
    import gzip

    try:
        with gzip.open(BytesIO(data)) as stream:
            out = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib_error):
        raise RecordError("a damaged gzip file", file=name, mend="download it again") from None
    if len(out) > MAX_BYTES:
        raise RecordError(_too_big("the unpacked file"), file=name, mend="split it")
    return out


def _too_big(what: str) -> str:
    return f"{what} is larger than {MAX_BYTES // 1024**2} MiB"


def _lines(source: Source, text: str, rows: int) -> list[str]:
    # Only CR and LF end a line; str.splitlines would also break at U+2028 and form feeds.
    stream = StringIO(text, newline="")
    if rows:
        return list(islice(stream, rows))
    lines = list(stream)
    if len(lines) > MAX_ROWS:
        raise source.error(f"more than {MAX_ROWS} rows", mend="split the file")
    return lines


def _delimiter(lines: list[str]) -> str:
    """Return the separator that most of the first lines hold, the comma when in doubt."""

    def score(mark: str) -> tuple[int, int, bool]:
        counts = [line.count(mark) for line in lines]
        return sum(map(bool, counts)), sum(counts), mark == ","

    return max(",\t;|", key=score)


def _text_table(source: Source, lines: list[str]) -> Table:
    mark = _delimiter(lines[:60])
    try:
        rows, numbers = _parse(source, lines, mark, strict=True)
    except csv.Error:
        # A cell such as "apple" pie: a quote that the writer did not double. Read it as a
        # spreadsheet does, but let no such cell swallow the lines below it.
        rows, numbers = _parse(source, lines, mark, strict=False)
        for row, line in zip(rows, numbers, strict=True):
            if any("\n" in cell for cell in row if isinstance(cell, str)):
                raise source.error(
                    "a quote that is not closed on its line",
                    line=line,
                    mend='write a quote inside a cell twice ("")',
                ) from None
    return Table(source.file, source.digest, "", rows, numbers, ragged=True)


def _parse(
    source: Source, lines: list[str], mark: str, *, strict: bool
) -> tuple[list[list[Cell]], list[int]]:
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    reader = csv.reader([*lines, "\n", _CUT_OFF], delimiter=mark, strict=strict)
    line = 1
    try:
        for row in reader:
            rows.append(row)  # pyright: ignore[reportArgumentType]  # list[str] is never written to
            numbers.append(line)
            if reader.line_num - line > _LINES_IN_A_CELL:
                raise source.error(
                    f"a quoted cell of more than {_LINES_IN_A_CELL} lines",
                    line=line,
                    mend="close the quote, or write a quote inside a cell twice",
                )
            line = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise source.error(
                "the file ends inside a quoted cell", line=line, mend="export the file again"
            ) from None
        if strict:
            raise
        raise source.error("a cell that is too long", line=line) from None
    if rows[-1] != [_CUT_OFF]:
        raise source.error(
            "the file ends inside a quoted cell", line=numbers[-1], mend="export the file again"
        )
    return rows[:-2], numbers[:-2]


def _check_workbook(source: Source) -> None:
    """Refuse a workbook that is damaged or unpacks to more than the caps (a zip bomb)."""
    from lzma import LZMAError
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(BytesIO(source.data)) as pack:
            entries = pack.infolist()
            if sum(entry.file_size for entry in entries) > MAX_BYTES or len(entries) > 10_000:
                raise source.error(_too_big("the unpacked workbook"), mend="split it")
            if not _OTHER_WORKBOOKS.isdisjoint(entry.filename for entry in entries):
                raise source.error("a workbook that is no XLSX", mend="save it as XLSX")
            for entry in entries:
                # Reading checks the stated size and the CRC. A sheet may have any name.
                part = pack.read(entry)
                if b"sheetData" in part:
                    _check_sheet(source, part)
    except (
        BadZipFile,
        zlib_error,
        LZMAError,
        struct_error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ):
        raise source.error(
            "a damaged or encrypted workbook", mend="open it in a spreadsheet and save it again"
        ) from None


def _check_sheet(source: Source, xml: bytes) -> None:
    """Refuse a sheet whose cells span more than `MAX_CELLS`, which a reader would allocate.

    It would also abort the whole process when that fails.
    """
    found: list[tuple[bytes, bytes, bytes]] = _PLACE.findall(xml)
    columns, rows, others = (set(part) for part in zip(*found, strict=True)) if found else _NONE
    if others - {b""}:
        raise source.error(
            "a cell where no sheet has one", mend="open it in a spreadsheet and save it again"
        )
    width = max(map(_column_number, columns), default=1)
    height = max(map(int, rows), default=1)
    if height > MAX_ROWS or width * height > MAX_CELLS:
        raise source.error(
            f"a sheet of {height} rows and {width} columns",
            mend=f"at most {MAX_ROWS} rows and {MAX_CELLS} cells; split it",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _tables(source: Source, read: Callable[[bytes], Iterable[Sheet]]) -> tuple[Table, ...]:
    try:
        return tuple(
            Table(
                source.file,
                source.digest,
                name,
                rows,
                lines=list(range(1, len(rows) + 1)),
                ragged=False,
            )
            for name, rows in read(source.data)
        )
    except UnreadableError as error:
        raise source.error(
            "a workbook that cannot be read",
            mend=f"open it in a spreadsheet and save it as XLSX without password ({error})",
        ) from None
