"""Figures of a document: how each is printed, and what its source says it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ..errors import InputError, NotFound
from ..model import record_type
from ..model.base import Frozen
from ..model.document import Document, DocumentLine, DocumentPiece, DocumentTable, printed
from ..money import share

if TYPE_CHECKING:
    from ..books.port import Books
    from ..model.document import DocumentSection, FigureSource
    from ..parameters import Parameters

ELLIPSIS = "…"
"""Ends a quotation that is too long to stand in full."""


def lines_of(section: DocumentSection) -> Iterator[DocumentLine]:
    """Yield every paragraph and cell of a section, as they stand in the file."""
    for block in section.blocks:
        if isinstance(block, DocumentTable):
            yield from block.header
            for row in block.rows:
                yield from row
        else:
            yield block


def untraced(document: Document, books: Books, params: Parameters) -> list[str]:
    """Return every figure or quotation that its source does not bear out; [] when all hold."""
    found: list[str] = []
    for section in document.sections:
        for line in lines_of(section):
            for piece in line.pieces:
                why = _wrong(piece, document, books, params)
                if why:
                    found.append(f"{section.id}: {piece.text[:80]!r} {why}")
    return found


def _wrong(piece: DocumentPiece, document: Document, books: Books, params: Parameters) -> str:
    if piece.kind in ("text", "gap", "law"):
        return ""
    if piece.kind != "quote":
        assert piece.value is not None  # the model sees to it
        if piece.text != printed(piece.kind, piece.value):
            return f"is not how {piece.value} is printed as {piece.kind}"
    if piece.kind == "row":
        return ""
    assert piece.source is not None
    try:
        stands = resolve(piece.source, document, books, params)
    except (NotFound, InputError) as error:
        return f"has no source: {error}"
    if piece.kind == "quote":
        quoted = isinstance(stands, str) and _quotes(piece.text, stands)
        return "" if quoted else f"is not what {piece.source} says"
    if isinstance(stands, date):
        stands = stands.toordinal()
    if isinstance(stands, str):
        stands = int(stands) if stands.isascii() and stands.isdecimal() else None
    if stands != piece.value:
        return f"is {piece.value}, {piece.source} says {stands}"
    return ""


def _quotes(text: str, whole: str) -> bool:
    """Whether `text` stands in `whole` as it is, no number cut; a long one may end in "…"."""
    if text == whole:
        return True
    part = re.escape(text.removesuffix(ELLIPSIS))
    return re.search(rf"(?<!\d){part}(?!\d)", whole) is not None


def resolve(source: FigureSource, document: Document, books: Books, params: Parameters) -> Any:
    """Return what stands at a source: whole numbers, text or a date.

    Raises: NotFound, InputError when there is nothing at it.
    """
    if source.kind == "day":
        return document.day
    if source.kind == "given":
        for given in document.given:
            if given.name == source.field:
                return given.text
        raise NotFound("nothing of this name was given", value=source.field)
    if source.kind == "parameter":
        return _placed(params.at(source.field, document.day), source)
    if source.kind == "record":
        kind, _, id = source.ref.partition(":")
        return _placed(_field(books.get(record_type(kind), id), source.field), source)
    if source.kind == "sum":
        return _sum(source, books)
    parts = [resolve(part, document, books, params) for part in source.parts]
    numbers: list[Any] = [int(part) if isinstance(part, str) else part for part in parts]
    if source.kind == "share" and len(numbers) == 2:
        return share(numbers[0], numbers[1])
    if source.kind == "later" and len(numbers) == 2:
        return numbers[0] + timedelta(days=numbers[1])
    if source.kind == "total" and numbers:
        return sum(numbers)
    raise InputError("a figure is worked out from other parts", value=str(source))


def _placed(value: Any, source: FigureSource) -> Any:
    if source.place is not None:
        if not hasattr(value, "__getitem__") or source.place >= len(value):
            raise NotFound("nothing stands in this place", value=str(source))
        value = value[source.place]
    return _field(value, source.part) if source.part else value


def _field(thing: Any, name: str) -> Any:
    if not isinstance(thing, Frozen) or name not in type(thing).model_fields:
        raise NotFound("no such field", value=name)
    return getattr(thing, name)


def _sum(source: FigureSource, books: Books) -> int:
    total = 0
    for record in books.all(record_type(source.ref)):
        if any(_field(record, name) not in wanted.split("|") for name, wanted in source.where):
            continue
        if source.by:
            day = _field(record, source.by)
            if (source.first and day < source.first) or (source.last and day > source.last):
                continue
        total += _field(record, source.field)
    return total
