"""Pieces of a document: our words, figures of the books, quotations, and marked gaps.

A figure is never typed: it is made from a value together with the place that it stands in.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from aicfo_sdk.model import (
    DocumentLine,
    DocumentPiece,
    DocumentTable,
    FigureSource,
    GivenText,
    MissingItem,
)

if TYPE_CHECKING:
    from aicfo_sdk.model import Record

Part: TypeAlias = "str | DocumentPiece"
Style: TypeAlias = Literal["body", "title", "subtitle", "strong", "centre", "right", "item", "note"]

QUOTED = 2_000
"""Characters of a stranger's text that a document shows at most."""


def at(record: Record, field: str, place: int | None = None, part: str = "") -> FigureSource:
    """Return where a field of a record stands; `place` counts in a list, `part` names a field."""
    return FigureSource(kind="record", ref=record.ref, field=field, place=place, part=part)


def law(text: str) -> DocumentPiece:
    """Return the citation of a rule."""
    return DocumentPiece(kind="law", text=text)


def quote(text: str, source: FigureSource, most: int = QUOTED) -> DocumentPiece:
    """Return somebody's words as they are, cut with "…" when longer than `most`."""
    shown = text if len(text) <= most else text[:most].rstrip("0123456789") + "…"
    return DocumentPiece(kind="quote", text=shown, source=source)


def money(value: int, source: FigureSource) -> DocumentPiece:
    """Return an amount in figures."""
    return DocumentPiece.figure("money", value, source)


def capital(value: int, source: FigureSource) -> DocumentPiece:
    """Return an amount in 大写."""
    return DocumentPiece.figure("capital", value, source)


def both(value: int, source: FigureSource) -> tuple[Part, ...]:
    """Return an amount in 大写 and in figures, the former first, for it governs."""
    return "人民币（大写）", capital(value, source), "（小写：¥", money(value, source), "）"


def percent(value: int, source: FigureSource) -> DocumentPiece:
    """Return a rate."""
    return DocumentPiece.figure("percent", value, source)


def whole(value: int, source: FigureSource) -> DocumentPiece:
    """Return a whole number."""
    return DocumentPiece.figure("whole", value, source)


def day(value: date, source: FigureSource) -> DocumentPiece:
    """Return a day."""
    return DocumentPiece.figure("date", value.toordinal(), source)


def line(*parts: Part, style: Style = "body") -> DocumentLine:
    """Return a paragraph; plain text is our own wording and holds no digit."""
    return DocumentLine(
        style=style,
        pieces=tuple(
            DocumentPiece(kind="text", text=part) if isinstance(part, str) else part
            for part in parts
            if part != ""
        ),
    )


def table(
    columns: tuple[tuple[str, int], ...], rows: list[tuple[tuple[Part, ...], ...]]
) -> DocumentTable:
    """Return a table: `columns` are names with widths, `rows` hold one tuple of parts per cell."""
    return DocumentTable(
        header=tuple(line(name) for name, _ in columns),
        widths=tuple(width for _, width in columns),
        rows=tuple(tuple(line(*cell) for cell in row) for row in rows),
    )


def row_number(place: int) -> DocumentPiece:
    """Return the number of a table's row, counted from 1."""
    return DocumentPiece(kind="row", text=str(place), value=place)


class Desk:
    """What a document under way was given and still lacks, in the order it came up."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._missing: dict[tuple[str, str], MissingItem] = {}

    def give(self, name: str, value: int | str) -> FigureSource:
        """Note something that the owner gave; return its place."""
        self._given[name] = str(value)
        return FigureSource(kind="given", field=name)

    def lacks(self, section: str, what: str, bring: str) -> None:
        """Note that something must still be brought."""
        self._missing[section, what] = MissingItem(section=section, what=what, bring=bring)

    def gap(self, section: str, what: str, bring: str) -> DocumentPiece:
        """Return the marked place of something that is missing, and note it."""
        self.lacks(section, what, bring)
        return DocumentPiece(kind="gap", text=f"【待补：{what}】")

    @property
    def given(self) -> tuple[GivenText, ...]:
        """All that was given."""
        return tuple(GivenText(name=name, text=text) for name, text in self._given.items())

    @property
    def missing(self) -> tuple[MissingItem, ...]:
        """All that is missing, each once."""
        return tuple(self._missing.values())
