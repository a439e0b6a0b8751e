"""The releases inside a file: JSON Lines, a list, release packages, record packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, DecimalException
from typing import Any, NamedTuple

from ...errors import RecordError
from .ocds_merge import Json, as_list, as_object
from .source import Source


class Found(NamedTuple):
    """One release: its line, its path inside the document of that line, its package's date."""

    line: int
    path: str
    body: Json
    published: Any


def releases(source: Source) -> Iterator[Found]:
    """Yield every release of the file; of a record its own releases, else the compiled one.

    Fractions become `Decimal`. Raises: RecordError naming the line.
    """
    for line, document in _documents(_text(source), source):
        listed = as_list(document)
        if listed is None:
            yield from _unpack(source, document, line, "", None)
        else:
            for index, item in enumerate(listed):
                yield from _unpack(source, item, line, f"[{index}]", None)


def _text(source: Source) -> str:
    try:
        return source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise source.error("not UTF-8", line=line, mend="OCDS is JSON in UTF-8") from None


def _documents(text: str, source: Source) -> Iterator[tuple[int, Any]]:
    """Yield line and JSON document: one a line, or a single one over all lines."""
    lines = [(number, row) for number, row in enumerate(text.split("\n"), 1) if row.strip()]
    if not lines:
        raise source.error("the file is empty", mend="one release a line, or one JSON document")
    if len(lines) > 1 and _is_document(lines[0][1], source):
        for number, row in lines:
            yield number, _parse(row, source, number)
    else:
        yield lines[0][0], _parse(text, source, 0)


def _is_document(row: str, source: Source) -> bool:
    try:
        return isinstance(_parse(row, source, 1), dict)
    except RecordError:
        return False


def _parse(text: str, source: Source, line: int) -> Any:
    def constant(name: str) -> Any:
        raise ValueError(f"{name} is no JSON number")

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise RecordError(
            f"not JSON: {error.msg}",
            file=source.file,
            line=line or error.lineno,
            value=text[error.pos : error.pos + 20],
            mend="one release a line, or one JSON document",
        ) from None
    except (ValueError, RecursionError, DecimalException) as error:
        # A Decimal's own complaint of an exponent out of reach is no sentence.
        said = error if str(error)[:1].isalpha() else "a number out of bounds"
        raise source.error(f"not JSON: {said}", line=line) from None


def _unpack(source: Source, item: Any, line: int, path: str, published: Any) -> Iterator[Found]:
    body = as_object(item)
    if body is None:
        raise RecordError("not a release", file=source.file, line=line, column=path, value=item)
    inner, compiled = as_list(body.get("releases")), as_object(body.get("compiledRelease"))
    records = as_list(body.get("records"))
    if records is not None or (inner is not None and "ocid" not in body and compiled is None):
        published = body.get("publishedDate") or published
        for key, parts in (("releases", inner), ("records", records)):
            for index, part in enumerate(parts or ()):
                yield from _unpack(
                    source, part, line, f"{path}.{key}[{index}]".lstrip("."), published
                )
    elif inner is not None or compiled is not None:
        yield from _record(source, body, line, path, published)
    else:
        yield Found(line, path, body, published)


def _record(source: Source, record: Json, line: int, path: str, published: Any) -> Iterator[Found]:
    """Yield the releases a record embeds; links to releases are no releases."""
    whole = [
        (index, body)
        for index, part in enumerate(as_list(record.get("releases")) or ())
        if (body := as_object(part)) is not None and "url" not in body
    ]
    compiled = as_object(record.get("compiledRelease"))
    if whole:
        for index, body in whole:
            yield Found(line, f"{path}.releases[{index}]".lstrip("."), body, published)
    elif compiled is not None:
        # The record names the process; its compiled release may leave that out.
        body = {"ocid": record.get("ocid"), **compiled}
        yield Found(line, f"{path}.compiledRelease".lstrip("."), body, published)
    else:
        raise RecordError(
            "a record with neither releases nor compiledRelease",
            file=source.file,
            line=line,
            column=path,
            value=record.get("ocid"),
            mend="embed the releases instead of linking to them",
        )
