"""What the importers of papers share: parties with checked codes, and each paper taken once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Generic, Protocol, TypeVar

from ...errors import InputError, RecordError
from ...model.base import Record
from ...model.merchant import Counterparty
from ...model.text import UntrustedText
from ..batch import Batch, Refused
from ..names import checked_uscc, counterparty_id
from .table import Table

LONGEST_TERMS = 3650  # days

R = TypeVar("R", bound=Record)


class Fail(Protocol):
    """Builds the error of the row at hand, as `Row.error` does."""

    def __call__(
        self, what: str, *, column: str = "", value: str | None = None, mend: str = ""
    ) -> RecordError: ...


def checked_terms(days: int | None) -> int | None:
    """Return payment terms that an invoice can have. Raises: InputError."""
    if days is not None and not 0 <= days <= LONGEST_TERMS:
        raise InputError(
            "not payment terms",
            value=days,
            where="terms_days",
            mend=f"from 0 to {LONGEST_TERMS} days",
        )
    return days


class Parties:
    """The counterparties of one file, each with its checked code and first day."""

    def __init__(self, *, lenient: bool = False) -> None:
        """`lenient` keeps a party whose code is wrong, without the code and with a note."""
        self._lenient = lenient
        self._found: dict[str, Counterparty] = {}
        self._notes: dict[str, None] = {}

    def add(self, name: str, code: str, day: date, *, column: str, fail: Fail) -> str:
        """Return the id of the party. Raises: RecordError when its code is wrong."""
        uscc = self.code(code, column=column, fail=fail)
        key = counterparty_id(name, uscc or code)
        if not key:
            raise fail("a party without name and code", column=column, mend="name the party")
        known = self._found.get(key)
        if known is None:
            self._found[key] = Counterparty(
                id=key, known_since=day, name=UntrustedText(name.strip() or code), uscc=uscc
            )
        else:
            if uscc and known.uscc and uscc != known.uscc:
                self._notes[f"{known.name} stands with two codes, {known.uscc} and {uscc}"] = None
            self._found[key] = known.model_copy(
                update={
                    "known_since": min(day, known.known_since),
                    "uscc": known.uscc or uscc,
                }
            )
        return key

    def code(self, code: str, *, column: str, fail: Fail) -> str:
        """Return the code when it is a 统一社会信用代码, "" when none or another tax number.

        Raises: RecordError when it is wrong and the file is not read leniently.
        """
        try:
            return checked_uscc(code)
        except InputError as error:
            if not self._lenient:
                mend = f"{error.mend}; to keep the row without it, read with lenient_ids"
                raise fail(error.what, column=column, value=code, mend=mend) from None
            self._notes[f"left out the code {code.strip()}: {error.what}"] = None
            return ""

    def records(self) -> tuple[Counterparty, ...]:
        """All parties, ordered by id."""
        return tuple(self._found[key] for key in sorted(self._found))

    def notes(self) -> tuple[str, ...]:
        """What a reader of the file should know about its parties."""
        return tuple(self._notes)


class Once(Generic[R]):
    """Records of one file by id; the same paper twice is taken once, two under one id an error."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._found: dict[str, R] = {}
        self._lines: dict[str, int] = {}
        self.refused: list[Refused] = []

    def add(self, record: R, line: int, *, column: str, fail: Callable[..., RecordError]) -> None:
        """Take a record. Raises: RecordError when another of the same id differs."""
        old = self._found.get(record.id)
        if old is None:
            self._found[record.id] = record
            self._lines[record.id] = line
        elif old == record:
            self.refused.append(Refused(line, f"the same {self._what} again", record.id))
        else:
            raise fail(
                f"two different {self._what}s of one number",
                column=column,
                value=record.id,
                mend=f"the first stands on line {self._lines[record.id]}; keep the right one",
            )

    def records(self) -> tuple[R, ...]:
        """All records in the order of the file."""
        return tuple(self._found.values())

    def lines(self) -> dict[tuple[str, date], int]:
        """By `Type:id` and known day the line on which each record stands."""
        return {(one.ref, one.known): self._lines[id] for id, one in self._found.items()}

    def batch(self, kind: str, table: Table, *, currency: str) -> Batch:
        """What a file says of which each row was added, and holds nothing else."""
        return Batch(
            kind=kind,
            source=table.file,
            digest=table.digest,
            currency=currency,
            records=self.records(),
            refused=tuple(self.refused),
            rows=len(self._found) + len(self.refused),
            lines=self.lines(),
        )
