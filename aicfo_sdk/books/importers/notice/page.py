"""A notice as its reader sees it: lines and table rows in order, and apart what is hidden.

Text, HTML and DOCX all become a `Page`; nothing after it knows which of them it was. What the
eye does not see is kept in `hidden`, for a flag, and never becomes part of a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from ....model.text import UntrustedText
from ..notice_flags import conceals

MAX_CHARS = 1_000_000
"""Most characters of a page that are read; the rest is cut, and the tender says so."""

MAX_BLOCKS = 200_000
"""Most lines and rows of a page."""

MAX_LINE = 20_000
"""Longest line or cell in characters."""

_MOST_HIDDEN = 50
_GAPS = re.compile(r"[ \t\u00a0\u3000]+")
_WORD = re.compile(r"[^\W_]")


class Line(NamedTuple):
    """One visible line: its number in the file (HTML and text) or paragraph (DOCX), its text.

    `level` tells a heading by the page's own markup, 1 to 6; 7 is a line wholly in bold, 0 none.
    """

    at: int
    text: str
    level: int = 0


class Row(NamedTuple):
    """One row of a table, spans repeated; `table` tells the tables of a page apart."""

    at: int
    table: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class Page:
    """Visible lines and rows in order; `hidden` is what cannot be seen, `cut` that some is lost."""

    blocks: list[Line | Row] = field(default_factory=list[Line | Row])
    hidden: list[str] = field(default_factory=list[str])
    remarks: list[str] = field(default_factory=list[str])
    title: str = ""
    cut: bool = False
    invisible: bool = False
    chars: int = 0

    def line(self, at: int, text: str, level: int = 0) -> None:
        """Add the lines of a text, without empty ones."""
        for part in text.split("\n"):
            for piece in self._cleaned(part):
                if self._room(piece):
                    self.blocks.append(Line(at, piece, level))

    def row(self, at: int, table: int, cells: list[str]) -> None:
        """Add a table row; line ends stay in its cells."""
        clean = tuple("\n".join(self._cleaned(cell)) for cell in cells)
        text = "".join(clean)
        if text and self._room(text):
            self.blocks.append(Row(at, table, clean))

    def conceal(self, text: str) -> None:
        """Keep a piece of text that a reader does not see."""
        if _WORD.search(text) and len(self.hidden) < _MOST_HIDDEN:
            self.hidden.append(text[:2_000])

    def remark(self, text: str) -> None:
        """Keep a comment of the file's markup."""
        if _WORD.search(text) and len(self.remarks) < _MOST_HIDDEN:
            self.remarks.append(text[:2_000])

    def text(self) -> str:
        """Return all visible text, one line each; the cells of a row stand side by side."""
        return "\n".join(
            block.text if isinstance(block, Line) else " ".join(unspanned(block.cells))
            for block in self.blocks
        )

    def _room(self, text: str) -> bool:
        if self.chars + len(text) > MAX_CHARS or len(self.blocks) >= MAX_BLOCKS:
            self.cut = True
            return False
        self.chars += len(text)
        return True

    def _cleaned(self, text: str) -> list[str]:
        out: list[str] = []
        for part in text.split("\n"):
            if len(part) > MAX_LINE:
                out += [piece for piece in _pieces(part) if piece]
                continue
            if conceals(part):
                self.invisible = True
            if piece := _GAPS.sub(" ", UntrustedText(part)).strip():
                out.append(piece)
        return out


def _pieces(text: str) -> list[str]:
    return [
        _GAPS.sub(" ", UntrustedText(text[start : start + MAX_LINE])).strip()
        for start in range(0, min(len(text), MAX_CHARS + MAX_LINE), MAX_LINE)
    ]


def unspanned(cells: tuple[str, ...]) -> list[str]:
    """Return the cells of a row with each span once, and without empty ones."""
    return [cell for i, cell in enumerate(cells) if cell and (i == 0 or cell != cells[i - 1])]
