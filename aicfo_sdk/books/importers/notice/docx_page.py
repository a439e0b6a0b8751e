"""The page of a Word document (DOCX): paragraphs and tables as they are drawn, and what is not.

Hidden are runs marked as such (`w:vanish`, also by their style), deleted text of tracked changes,
text of one point or less, and white text without shading. Headers, footers, notes, comments and
text that only a field would compute are not read. Nothing outside the file is ever opened, a
document type declaration is refused, and what unpacks to more than the caps is not unpacked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ....errors import InputError
from ..source import Source
from .page import Page
from .pieces import SEAM, joined
from .spotted import field_of

if TYPE_CHECKING:
    from zipfile import ZipFile

MAX_UNPACKED = 64 * 1024 * 1024
"""Most bytes of one part of the document, and most stated for all together ten times that."""

_MOST_SPAN = 60
_DEEPEST = 12
_COLUMNS = 2
"""A paragraph with more parts between tabs than this is a row of a table."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_LOOSE = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"(?:heading|标题)\s*([1-6])$", re.IGNORECASE)
_MAIN = "word/document.xml"

_Element = ElementTree.Element


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise InputError(
            "a document type declaration in a Word document",
            value=name,
            mend="word processors write none; save the document again",
        )


def is_docx(source: Source) -> bool:
    """Return whether a file is a Word document of the new kind."""
    return source.data[:4] == b"PK\x03\x04" and _MAIN.encode() in source.data


def from_docx(source: Source) -> Page:
    """Return what a reader of a Word document sees.

    Raises: RecordError for a damaged, encrypted or oversized document.
    """
    from struct import error as struct_error
    from zipfile import BadZipFile, ZipFile
    from zlib import error as zlib_error

    try:
        with ZipFile(BytesIO(source.data)) as pack:
            if sum(entry.file_size for entry in pack.infolist()) > 10 * MAX_UNPACKED:
                raise _too_big(source)
            body = _part(source, pack, _MAIN)
            styles = (
                _part(source, pack, "word/styles.xml")
                if "word/styles.xml" in pack.namelist()
                else None
            )
    except (BadZipFile, KeyError, zlib_error, struct_error, EOFError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _damaged(source) from None
    except (NotImplementedError, RuntimeError, OSError):
        raise _damaged(source) from None
    page = Page()
    _Writer(page, _hidden_styles(styles), _heading_styles(styles)).body(body)
    return page


def _part(source: Source, pack: ZipFile, name: str) -> _Element:
    with pack.open(name) as stream:
        data = stream.read(MAX_UNPACKED + 1)
    if len(data) > MAX_UNPACKED:
        raise _too_big(source)
    parser = ElementTree.XMLParser(target=_NoDoctype())
    try:
        parser.feed(data.replace(_STRICT, _LOOSE))
        return parser.close()
    except ElementTree.ParseError:
        raise _damaged(source) from None
    except InputError as error:
        raise source.error(error.what, value=str(error.value), mend=error.mend) from None


def _damaged(source: Source) -> InputError:
    return source.error(
        "a damaged or encrypted Word document",
        mend="open it in a word processor and save it as DOCX without password",
    )


def _too_big(source: Source) -> InputError:
    return source.error(
        f"a Word document with a part of more than {MAX_UNPACKED // 1024**2} MiB",
        mend="take the pictures out and save it again",
    )


def _hidden_styles(styles: _Element | None) -> frozenset[str]:
    if styles is None:
        return frozenset()
    return frozenset(
        style.get(f"{_WORD}styleId") or ""
        for style in styles.iter(f"{_WORD}style")
        if any(_on(mark) for mark in style.iter(f"{_WORD}vanish"))
    )


def _heading_styles(styles: _Element | None) -> dict[str, int]:
    """Return the level of each style that is a heading's, by its id."""
    found: dict[str, int] = {}
    for style in styles.iter(f"{_WORD}style") if styles is not None else ():
        name = style.find(f"{_WORD}name")
        told = _HEADING.match(name.get(f"{_WORD}val", "") if name is not None else "")
        if told is not None:
            found[style.get(f"{_WORD}styleId") or ""] = int(told[1])
    return found


def _manner(run: _Element) -> tuple[bool, ...]:
    """Return how a run is drawn, as far as it tells a name from its value."""
    marks = run.find(f"{_WORD}rPr")
    found = [marks.find(f"{_WORD}{name}") if marks is not None else None for name in ("b", "u")]
    return tuple(mark is not None and _on(mark) for mark in found)


def _on(mark: _Element) -> bool:
    return mark.get(f"{_WORD}val", "true") not in ("0", "false", "off")


class _Writer:
    def __init__(self, page: Page, gone_styles: frozenset[str], levels: Mapping[str, int]) -> None:
        self.page, self._gone_styles, self._levels = page, gone_styles, levels
        self._paragraphs = self._tables = 0
        self._tabbed = False

    def body(self, root: _Element) -> None:
        body = root.find(f"{_WORD}body")
        if body is not None:
            self._blocks(body, 0)

    def _blocks(self, parent: _Element, depth: int) -> None:
        for child in _children(parent):
            if child.tag == f"{_WORD}p":
                self._paragraphs += 1
                self._drawn(child)
                for inner in _boxes(child):
                    if depth < _DEEPEST:
                        self._blocks(inner, depth + 1)
            elif child.tag == f"{_WORD}tbl":
                self._table(child, depth)

    def _drawn(self, paragraph: _Element) -> None:
        """Add a paragraph; one with columns set apart by tabs is a row, as in a plain text."""
        text = self._paragraph(paragraph)
        cells = [cell.strip() for cell in text.split("\t")]
        if len(cells) > _COLUMNS or (len(cells) > 1 and cells[1] and field_of(cells[0])):
            self._tables += not self._tabbed
            self._tabbed = True
            self.page.row(self._paragraphs, self._tables, cells)
        else:
            self._tabbed = False
            self.page.line(self._paragraphs, text, self._level(paragraph))

    def _table(self, table: _Element, depth: int) -> None:
        self._tables += 1
        number = self._tables
        above: list[str] = []
        for row in _children(table):
            if row.tag != f"{_WORD}tr":
                continue
            self._paragraphs += 1
            cells: list[str] = []
            for cell in _children(row):
                if cell.tag == f"{_WORD}tc":
                    text = self._cell(cell, depth)
                    if _continues(cell):
                        text = above[len(cells)] if len(cells) < len(above) else text
                    cells += [text] * _wide(cell)
            if len(cells) == 1:
                self.page.line(self._paragraphs, cells[0])
            else:
                self.page.row(self._paragraphs, number, cells)
            above = cells

    def _cell(self, cell: _Element, depth: int) -> str:
        lines: list[str] = []
        for child in _children(cell):
            if child.tag == f"{_WORD}p":
                lines.append(self._paragraph(child))
            elif child.tag == f"{_WORD}tbl" and depth < _DEEPEST:
                self._table(child, depth + 1)
        return "\n".join(lines).strip()

    def _paragraph(self, paragraph: _Element) -> str:
        out: list[str] = []
        gone: list[str] = []
        drawn: tuple[bool, ...] | None = None
        for run, deleted in _runs(paragraph):
            text = _text(run)
            if deleted or self._gone(run):
                gone.append(text)
                continue
            if drawn is not None and drawn != _manner(run):
                out.append(SEAM)
            drawn = _manner(run)
            out.append(text)
        if concealed := " ".join("".join(gone).split()):
            self.page.conceal(concealed)
        return joined("".join(out))

    def _level(self, paragraph: _Element) -> int:
        """Return the level of a heading, by its style; 7 where all its runs are bold."""
        style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
        level = self._levels.get(style.get(f"{_WORD}val", ""), 0) if style is not None else 0
        if level:
            return level
        runs = [run for run, _ in _runs(paragraph) if _text(run).strip()]
        return 7 if runs and all(_manner(run)[0] for run in runs) else 0

    def _gone(self, run: _Element) -> bool:
        marks = run.find(f"{_WORD}rPr")
        if marks is None:
            return False
        vanish, style = marks.find(f"{_WORD}vanish"), marks.find(f"{_WORD}rStyle")
        if vanish is not None:
            return _on(vanish)
        if style is not None and style.get(f"{_WORD}val") in self._gone_styles:
            return True
        size, colour = marks.find(f"{_WORD}sz"), marks.find(f"{_WORD}color")
        if size is not None and size.get(f"{_WORD}val", "") in ("0", "1", "2"):
            return True
        white = colour is not None and colour.get(f"{_WORD}val", "").upper() == "FFFFFF"
        return white and not any(
            marks.find(f"{_WORD}{name}") is not None for name in ("shd", "highlight")
        )


def _children(parent: _Element) -> Iterator[_Element]:
    """Yield the blocks of a container, those inside content controls and insertions too."""
    waiting = list(reversed(parent))
    while waiting:
        child = waiting.pop()
        if child.tag in (f"{_WORD}sdt", f"{_WORD}sdtContent", f"{_WORD}ins", f"{_WORD}customXml"):
            waiting += reversed(child)
        else:
            yield child


def _runs(paragraph: _Element) -> Iterator[tuple[_Element, bool]]:
    """Yield the runs of a paragraph in order, with whether they were deleted."""
    waiting = [(child, False) for child in reversed(paragraph)]
    while waiting:
        child, deleted = waiting.pop()
        if child.tag == f"{_WORD}r":
            yield child, deleted
        elif child.tag != f"{_WORD}pPr":
            deleted = deleted or child.tag in (f"{_WORD}del", f"{_WORD}moveFrom")
            waiting += [(inner, deleted) for inner in reversed(child)]


def _text(run: _Element) -> str:
    out: list[str] = []
    for part in run:
        if part.tag in (f"{_WORD}t", f"{_WORD}delText"):
            out.append(part.text or "")
        elif part.tag == f"{_WORD}tab":
            out.append("\t")
        elif part.tag in (f"{_WORD}br", f"{_WORD}cr"):
            out.append("\n")
        elif part.tag == f"{_WORD}noBreakHyphen":
            out.append("-")
        elif part.tag == f"{_WORD}sym" and part.get(f"{_WORD}char", "").upper() in _TICKS:
            out.append(_TICKS[part.get(f"{_WORD}char", "").upper()])
    return "".join(out)


_TICKS = {"F052": "☑", "F0FE": "☑", "F053": "☒", "F0A3": "□", "F0A8": "□", "F0FC": "√"}
"""Ticks that documents write in the font Wingdings."""


def _boxes(paragraph: _Element) -> Iterator[_Element]:
    """Yield the text boxes anchored in a paragraph, the older copies of the same ones left out."""
    waiting = list(reversed(paragraph))
    while waiting:
        child = waiting.pop()
        if child.tag == f"{_WORD}txbxContent":
            yield child
        elif child.tag != _FALLBACK:
            waiting += reversed(child)


def _continues(cell: _Element) -> bool:
    merge = cell.find(f"{_WORD}tcPr/{_WORD}vMerge")
    return merge is not None and merge.get(f"{_WORD}val", "continue") == "continue"


def _wide(cell: _Element) -> int:
    span = cell.find(f"{_WORD}tcPr/{_WORD}gridSpan")
    value = span.get(f"{_WORD}val", "1") if span is not None else "1"
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1
    return min(max(number, 1), _MOST_SPAN)
