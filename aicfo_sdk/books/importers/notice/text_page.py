"""The page of a plain text: lines, columns set apart by tabs or bars, and Markdown's signs."""

from __future__ import annotations

import re

from .page import MAX_LINE, Page
from .pieces import SEAM, joined

_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,200}?)(?<=\S)\1")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(?=\S)")
_ENOUGH = 2
"""So many bold words or headings make a text Markdown, where a star alone may mark a demand."""
_LOOKED_AT = 100_000


def from_text(text: str) -> Page:
    """Return the page of a plain text; columns set apart by tabs or | become rows."""
    page = Page()
    marked = _is_markdown(text)
    table = 0
    before = False
    for at, raw in enumerate(text.split("\n"), 1):
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
