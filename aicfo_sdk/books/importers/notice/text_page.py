"""The page of a plain text: lines, columns set apart by tabs or bars, and Markdown's signs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .page import MAX_LINE, Page
from .pieces import SEAM, joined

_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,200}?)(?<=\S)\1")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(?=\S)")
_ENOUGH = 2
"""So many bold words or headings make a text Markdown, where a star alone may mark a demand."""
_LOOKED_AT = 100_000
_LEAST_WIDTH, _MOST_WIDTH = 20, 80
_BROKEN = 4
"""So many lines of the greatest width, and none beyond it, were broken there."""
_STARTS = re.compile(
    r"\s*(?:[★☆▲△*#●◆※■◎•·|│【-]|[(（]?\d{1,2}\s*[.、)）]|[(（]?[一二三四五六七八九十]{1,3}[、)）]"
    r"|第.{1,4}[章节]|[\u4e00-\u9fff\s]{2,16}[:：])"
)


def from_text(text: str) -> Page:
    """Return the page of a plain text; columns set apart by tabs or | become rows."""
    page = Page()
    marked = _is_markdown(text)
    table = 0
    before = False
    for at, raw in _unbroken(text.split("\n")):
        line, level = _drawn(raw) if marked and len(raw) <= MAX_LINE else (raw, 0)
        cells = _cells(line)
        if cells is None:
            before = False
            page.line(at, joined(line), level)
            continue
        table += not before
        before = True
        if any(cell.strip(" -:=+") for cell in cells):
            page.row(at, table, [joined(cell) for cell in cells])
        if page.cut:
            break
    return page


def _unbroken(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers, those broken at a fixed width put together again."""
    widths = Counter(len(line) for line in lines if _LEAST_WIDTH <= len(line) <= _MOST_WIDTH)
    width = max(widths, default=0)
    fixed = widths[width] >= _BROKEN and max(map(len, lines)) == width
    at, whole = 1, ""
    for number, line in enumerate(lines, 1):
        if whole and not (line.strip() and _STARTS.match(line) is None):
            yield at, whole
            whole = ""
        at = at if whole else number
        whole += line
        if not fixed or len(line) < width or len(whole) > MAX_LINE:
            yield at, whole
            whole = ""
    if whole:
        yield at, whole


def _is_markdown(text: str) -> bool:
    head = text[:_LOOKED_AT]
    headings = sum(1 for line in head.split("\n") if _HEADING.match(line))
    return headings >= _ENOUGH or len(_STRONG.findall(head)) >= _ENOUGH


def _drawn(line: str) -> tuple[str, int]:
    """Return a line of Markdown as it is drawn, with the level of the heading that it is."""
    found = _HEADING.match(line)
    level = len(found[1]) if found else 0
    line = line[found.end() :] if found else line
    return _STRONG.sub(rf"{SEAM}\2{SEAM}", line), level


def _cells(line: str) -> list[str] | None:
    plain = line.strip()
    if len(plain) > MAX_LINE:
        return None
    if plain[:1] in "|│" and plain[-1:] in "|│" and len(plain) > 2:
        return [cell.strip() for cell in re.split(r"[|│]", plain[1:-1])]
    if "\t" in plain and (cells := [cell.strip() for cell in plain.split("\t")])[1:]:
        return cells
    return None
