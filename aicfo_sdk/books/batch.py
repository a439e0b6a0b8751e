"""What an importer hands over: the records of one file, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..model.base import Record


@dataclass(frozen=True, slots=True)
class Refused:
    """A well-formed row that is not taken, and why (a test line, a zero price, a closed trade).

    `line` counts from 1 as a text editor or spreadsheet shows it. A malformed row is no
    `Refused`: it raises `RecordError` and nothing of the file is imported.
    """

    line: int
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one file says.

    `kind` names the format, `source` the file, `digest` the SHA-256 of its bytes, `currency` the
    ISO code of all amounts ("": the file names none, so it is that of the books). `lines` tells by
    `Type:id` and known day on which line a record stands, where the importer knows, so that what
    contradicts the books is found in the file.
    """

    kind: str
    source: str
    digest: str
    currency: str
    records: tuple[Record, ...]
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = field(default=())
    rows: int = 0
    lines: Mapping[tuple[str, date], int] = field(default_factory=dict[tuple[str, date], int])
