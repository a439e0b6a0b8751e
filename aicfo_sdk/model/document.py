"""Documents that leave the house (投标文件, 合同): text in which every figure names its source.

A document is pieces of text in order. A piece of our own wording holds no digit; whatever holds
one is a figure with its value and where that stands in the books, a quotation with its record,
or the citation of a law. So a written document can be read back and compared, figure by figure.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ..capital import to_capital
from ..money import grouped
from .base import Fact, Frozen, Id

_DIGIT = re.compile(r"\d|[零壹贰叁肆伍陆柒捌玖拾佰仟][万亿]{0,2}[元圆角分]")
"""A digit of any script, or an amount in 大写."""
_CITATION = re.compile(
    r"(?:《[^《》]{1,60}》|[\u4e00-\u9fff]{1,12}〔\d{4}〕\d{1,5}号|国务院令第\d{1,4}号"
    r"|第[\d、之]{1,12}条|[（）()、，的 ])+"
)

Longest = Annotated[str, Field(strict=True, max_length=200_000)]


class FigureSource(Frozen):
    """Where a figure or quotation stands, so that it can be looked up again.

    `record`: `ref` is `Type:id`, `field` its field, `place` the place in a list. `sum`: `ref` is
    a record type; its `field` is added over records whose fields equal `where` (alternatives
    parted by "|") and whose date `by` lies from `first` to `last`. `given`: `field` names what the
    owner gave (`Document.given`). `parameter`: `field` names it, as of the document's day. `day`:
    the document's day. `share`: the first part's amount times the second's ppm. `later`: the
    first part's date plus the second's days. `total`: the sum of the parts.
    """

    kind: Literal["record", "sum", "given", "parameter", "day", "share", "later", "total"] = Field(
        description="How it is looked up."
    )
    ref: str = Field(default="", description="`Type:id`, or a record type for a sum.")
    field: str = Field(default="", description="Field, parameter or name of what was given.")
    place: int | None = Field(default=None, ge=0, description="Place in a list, from 0.")
    part: str = Field(default="", description="Field of the thing in that place, if any.")
    where: tuple[tuple[str, str], ...] = Field(default=(), description="Field, wanted value.")
    by: str = Field(default="", description="Date field that bounds a sum.")
    first: date | None = Field(default=None, description="First day of a sum.")
    last: date | None = Field(default=None, description="Last day of a sum.")
    parts: tuple[FigureSource, ...] = Field(default=(), description="What it is worked out from.")

    def __str__(self) -> str:
        if self.parts:
            return f"{self.kind}({', '.join(str(part) for part in self.parts)})"
        at = "" if self.place is None else f"/{self.place}"
        at += f"/{self.part}" if self.part else ""
        bounds = "".join(f",{name}={value}" for name, value in self.where)
        if self.first or self.last:
            bounds += f",{self.by}={self.first or ''}..{self.last or ''}"
        head = self.ref if self.kind in ("record", "sum") else self.kind
        return f"{head}#{self.field}{at}{bounds}" if self.field else head


class DocumentPiece(Frozen):
    """A run of text. Only figures, quotations and citations of law hold digits."""

    kind: Literal[
        "text",  # our own wording
        "gap",  # what the owner must fill in; shown marked
        "quote",  # a stranger's or the owner's words, from a record or given
        "law",  # citation of a rule
        "money",  # value in minor units, "1,234.50"
        "capital",  # the same in 大写
        "percent",  # value in ppm, "3 %"
        "whole",  # a whole number
        "date",  # value is the proleptic ordinal
        "row",  # number of a table's row, from 1
    ] = Field(description="What it is.")
    text: Longest = Field(description="As it is printed.")
    value: int | None = Field(default=None, description="Of a figure: fen, ppm, number, ordinal.")
    source: FigureSource | None = Field(default=None, description="Of a figure or quotation.")

    @classmethod
    def figure(
        cls,
        kind: Literal["money", "capital", "percent", "whole", "date"],
        value: int,
        source: FigureSource,
    ) -> DocumentPiece:
        """Return a figure as it is printed; `value` in fen, ppm, a number, or a day's ordinal."""
        return cls(kind=kind, text=printed(kind, value), value=value, source=source)

    @model_validator(mode="after")
    def _traced(self) -> DocumentPiece:
        if self.kind in ("text", "gap"):
            if _DIGIT.search(self.text):
                raise ValueError(f"our own wording holds no digit: {self.text[:60]!r}")
        elif self.kind == "law":
            if not _CITATION.fullmatch(self.text):
                raise ValueError(f"not the citation of a rule: {self.text[:60]!r}")
        elif self.kind == "quote":
            if self.source is None:
                raise ValueError(f"a quotation names its source: {self.text[:60]!r}")
        elif self.value is None or (self.source is None and self.kind != "row"):
            raise ValueError(f"a figure has a value and a source: {self.text[:60]!r}")
        return self


def printed(kind: str, value: int) -> str:
    """Return how a figure is written: fen as "1,234.50" or 大写, ppm as "3%", a day in Chinese."""
    if kind == "money":
        return grouped(value)
    if kind == "capital":
        return to_capital(value)
    if kind == "percent":
        return f"{value / 10_000:g}%"
    if kind == "date":
        day = date.fromordinal(value)
        return f"{day.year}年{day.month}月{day.day}日"
    return str(value)


class DocumentLine(Frozen):
    """One paragraph, or one cell of a table."""

    kind: Literal["line"] = "line"
    style: Literal["body", "title", "subtitle", "strong", "centre", "right", "item", "note"] = (
        Field(default="body", description="How it is set.")
    )
    pieces: tuple[DocumentPiece, ...] = Field(description="Its text, in order.")

    @property
    def text(self) -> str:
        """The whole paragraph as it is printed."""
        return "".join(piece.text for piece in self.pieces)


class DocumentTable(Frozen):
    """A table with a heading row."""

    kind: Literal["table"] = "table"
    header: tuple[DocumentLine, ...] = Field(description="One cell per column.")
    rows: tuple[tuple[DocumentLine, ...], ...] = Field(description="As many cells in each row.")
    widths: tuple[int, ...] = Field(description="Of the columns, in proportion.")

    @model_validator(mode="after")
    def _even(self) -> DocumentTable:
        columns = len(self.header)
        if not columns or len(self.widths) != columns or min(self.widths) < 1:
            raise ValueError("a table has a width of at least 1 for each column")
        if any(len(row) != columns for row in self.rows):
            raise ValueError(f"every row of this table has {columns} cells")
        return self


DocumentBlock = Annotated[DocumentLine | DocumentTable, Field(discriminator="kind")]


class DocumentSection(Frozen):
    """A heading with what stands under it."""

    id: Id = Field(description="Name within the document: what a checklist points to.")
    heading: str = Field(description="Heading as printed, without digits; empty on a cover.")
    blocks: tuple[DocumentBlock, ...] = Field(description="Paragraphs and tables, in order.")
    new_page: bool = Field(default=True, description="Whether it begins a page.")

    @model_validator(mode="after")
    def _plain(self) -> DocumentSection:
        if _DIGIT.search(self.heading):
            raise ValueError(f"a heading holds no digit: {self.heading!r}")
        return self


class GivenText(Frozen):
    """Something the owner gave that the books do not hold."""

    name: Id = Field(description="What it is.")
    text: Longest = Field(description="As given; of a figure its digits.")


class MissingItem(Frozen):
    """Something a document needs that the books do not hold: listed, never invented."""

    section: Id = Field(description="Section that needs it.")
    what: str = Field(description="What is missing, Chinese.")
    bring: str = Field(description="What the owner must bring, Chinese.")


class Document(Fact):
    """A document with the source of every figure in it (文书)."""

    VERSION: ClassVar[int] = 1

    title: str = Field(description="What it is, without digits.")
    day: date = Field(description="The day it is written on: the books' day.")
    currency: str = Field(description="ISO 4217 code of its amounts.")
    sections: tuple[DocumentSection, ...] = Field(description="In order.")
    given: tuple[GivenText, ...] = Field(default=(), description="What the owner gave for it.")
    missing: tuple[MissingItem, ...] = Field(
        default=(), description="What must still be brought; each has a marked gap."
    )

    @model_validator(mode="after")
    def _named(self) -> Document:
        ids = [section.id for section in self.sections]
        if len(set(ids)) != len(ids):
            raise ValueError(f"sections have names of their own: {ids}")
        if _DIGIT.search(self.title):
            raise ValueError(f"a title holds no digit: {self.title!r}")
        unknown = {item.section for item in self.missing} - set(ids)
        if unknown:
            raise ValueError(f"missing things stand in sections: {sorted(unknown)}")
        return self
