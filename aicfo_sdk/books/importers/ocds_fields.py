"""Fields of OCDS releases, read from what portals make of the standard.

A list of one object stands for the object, an object for a list of one, a number for its text, a
text of digits for its number. What still cannot be read is left out, and a note says of which
field, how often, and where first; only what a process cannot be without ends the file.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ...errors import AmountError, RecordError
from ...model.text import UntrustedText
from ...money import checked, round_div
from .ocds_merge import Json, as_list, as_object

_LONGEST_TEXT = 100_000
_SHOWN = 60
_PLAIN_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?")


class Release(NamedTuple):
    """One release with its place in the file and the instant and day it was published."""

    body: Json
    line: int
    path: str
    instant: datetime
    day: date


class Fields:
    """Reads fields of the release `at`; remembers what it had to round, cut or leave out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.at: Release | None = None
        self.absurd: list[str] = []
        """Amounts of the release at hand that cannot be."""
        self._counts: dict[str, int] = {}
        self._lost: dict[
            tuple[str, str], tuple[set[int], str]
        ] = {}  # ids of releases, the first place

    def notes(self) -> tuple[str, ...]:
        """Return what was rounded, cut or left out, with counts."""
        lost = (
            f"{len(lines)} × {field} left out: {what}, first {first}"
            for (field, what), (lines, first) in self._lost.items()
        )
        return (*(f"{count} {what}" for what, count in self._counts.items()), *lost)

    def fail(self, what: str, column: str, value: Any, mend: str = "") -> RecordError:
        """Return the error that ends the file, with its line and place."""
        line, path = (self.at.line, self.at.path) if self.at else (0, "")
        column = f"{path}.{column}".strip(".")
        return RecordError(what, file=self.file, line=line, column=column, value=value, mend=mend)

    def leave_out(self, what: str, field: str, value: Any) -> None:
        """Note a field that cannot be read, once for each release."""
        line = self.at.line if self.at else 0
        shown = " ".join(str(UntrustedText(str(value)[:_SHOWN])).split())
        self._lost.setdefault((field, what), (set(), f"on line {line}: {shown}"))[0].add(
            id(self.at)
        )

    def count(self, what: str) -> None:
        """Count one more of something that the notes tell."""
        self._counts[what] = self._counts.get(what, 0) + 1

    def object(self, parent: Json, key: str) -> Json:
        """Return an object, empty when there is none."""
        value = parent.get(key)
        listed = as_list(value)
        found = as_object(listed[0] if listed is not None and len(listed) == 1 else value)
        if found is None and value not in (None, "", []):
            self.leave_out("not an object", key, value)
        return found or {}

    def objects(self, parent: Json, key: str) -> list[Json]:
        """Return a list of objects, empty when there is none."""
        value = parent.get(key)
        single = as_object(value)
        listed: list[Any] | None = as_list(value) if single is None else [single]
        if listed is None:
            if value not in (None, ""):
                self.leave_out("not a list of objects", key, value)
            return []
        found: list[Json] = []
        for entry in listed:
            one = as_object(entry)
            if one is not None:
                found.append(one)
            elif entry is not None:
                self.leave_out("not an object", key, entry)
        return found

    def word(self, parent: Json, key: str) -> str:
        """Return a code of a code list, "" when there is none."""
        value = parent.get(key)
        if isinstance(value, str):
            return value
        if value is not None:
            self.leave_out("not text", key, value)
        return ""

    def words(self, parent: Json, key: str) -> set[str]:
        """Return the codes of a list of codes; some portals write a single one without its list."""
        value = parent.get(key)
        if isinstance(value, str):
            return {value}
        listed = as_list(value)
        if listed is None and value is not None:
            self.leave_out("not a list", key, value)
        return {entry for entry in listed or () if isinstance(entry, str)}

    def text(self, value: Any, field: str) -> UntrustedText:
        """Return a text, cut where it is longer than is kept."""
        if value is None:
            return UntrustedText("")
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.leave_out("not text", field, value)
            return UntrustedText("")
        text = UntrustedText(value)
        if len(text) > _LONGEST_TEXT:
            self.count(f"text(s) cut at {_LONGEST_TEXT} characters")
            text = UntrustedText(text[:_LONGEST_TEXT])
        return text

    def day(self, part: Json, key: str, field: str = "") -> date | None:
        """Return the day of an instant as its own offset writes it, None when there is none."""
        value = part.get(key)
        try:
            found = self.instant(value)
        except ValueError:
            self.leave_out("not a date", field or key, value)
            return None
        return found.date() if found else None

    def instant(self, value: Any) -> datetime | None:
        """Return an instant, None when there is none. Raises: ValueError."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise ValueError("no text")
        return datetime.fromisoformat(value.strip())

    def minor(self, number: Any, field: str) -> int | None:
        """Return an amount in hundredths of its currency, None when it cannot be one."""
        if isinstance(number, str) and _PLAIN_NUMBER.fullmatch(number.strip()):
            number = Decimal(number.strip())
        if isinstance(number, bool) or not isinstance(number, int | Decimal):
            if number != "":
                self.leave_out("not a number", field, number)
            return None
        if number < 0:
            return self._absurd("a negative amount", field, number)
        if isinstance(number, int):
            return self.bound(number * 100, field)
        if number.adjusted() > 15:  # before an exponent becomes a million digits
            return self._absurd("an amount out of bounds", field, number)
        if number.adjusted() < -15:
            number = Decimal(0)
        top, bottom = number.as_integer_ratio()
        if top * 100 % bottom:
            self.count("amount(s) with more than two decimals rounded half to even")
        return self.bound(round_div(top * 100, bottom), field)

    def bound(self, minor: int, field: str) -> int | None:
        """Return an amount that books can hold, else None."""
        try:
            return checked(minor)
        except AmountError:
            return self._absurd("an amount out of bounds", field, minor)

    def _absurd(self, what: str, field: str, value: Any) -> None:
        self.leave_out(what, field, value)
        self.absurd.append(f"{field}: {what}")
