"""Records as JSON lines: what no statement or invoice carries, and any program can write.

One object a line: `record` names the type, the other keys are its fields, as the records'
reference gives them (amounts in minor units, dates ISO 8601):

    {"record": "CreditLine", "id": "L1", "updated": "2026-03-02", "lender": "MYbank", …}

Credit lines, obligations (rent, wages, taxes), quotes, stores, money funds and agreed terms of
counterparties come in this way.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from ...errors import NotFound
from ...model import RECORDS, record_type
from ...model.base import Record
from ..batch import Batch
from .source import Source, decode, load


def read(path: Path | str, *, currency: str = "") -> Batch:
    """Return the records of a file of JSON lines; `currency` is the one of its amounts.

    The same record twice is taken once. Raises: RecordError naming line and field for a line
    that is no such record, or two lines that say different things of one record on one day.
    """
    source = load(path)
    seen: dict[tuple[str, str, str], tuple[int, Record]] = {}
    rows = 0
    for number, line in enumerate(decode(source).splitlines(), start=1):
        if not line.strip():
            continue
        rows += 1
        record = _record(source, number, line)
        key = (type(record).__name__, record.id, record.known.isoformat())
        first, known = seen.setdefault(key, (number, record))
        if known != record:
            raise source.error(
                "two lines differ about one record on one day",
                line=number,
                value=record.ref,
                mend=f"line {first} has it too; keep one of them",
            )
    if not rows:
        raise source.error("no records in the file", mend='write {"record": "…", "id": "…", …}')
    records = tuple(record for _, record in seen.values())
    lines = {(record.ref, record.known): number for number, record in seen.values()}
    return Batch("records", source.file, source.digest, currency, records, rows=rows, lines=lines)


def _record(source: Source, number: int, line: str) -> Record:
    body = _object(source, number, line)
    name = body.pop("record", None)
    try:
        kind = record_type(name if isinstance(name, str) else "")
    except NotFound:
        raise source.error(
            "no such record type", line=number, value=str(name), mend="one of " + ", ".join(RECORDS)
        ) from None
    try:
        return kind.model_validate_json(json.dumps(body))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or kind.__name__
        missing = first["type"] == "missing"
        raise source.error(
            f"{kind.__name__}.{place}: {first['msg'].lower()}",
            line=number,
            value=None if missing else str(first.get("input")),
            mend="see the fields of the record",
        ) from None


def _object(source: Source, number: int, line: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a key stands twice")
        return found

    def refused(text: str) -> float:
        raise ValueError(f"{text} is no whole number of minor units")

    try:
        body = json.loads(
            line, object_pairs_hook=unique, parse_float=refused, parse_constant=refused
        )
    except (ValueError, RecursionError) as error:
        raise source.error(
            "not a JSON object", line=number, value=line, mend=str(error).split(":")[0]
        ) from None
    if not isinstance(body, dict):
        raise source.error("not a JSON object", line=number, value=line)
    return cast("dict[str, Any]", body)
