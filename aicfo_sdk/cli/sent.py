"""What `aicfo watch` has said, in a file beside the books: replaced whole, safe from a kill.

A delivery is written down before it is tried and after it ended. One that was under way when the
process was killed may have arrived: it is sent once more, with the same id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from ..books.files import new_file
from ..errors import InputError

_KEPT = timedelta(days=90)
_VERSION = 1


class Sent:
    """The memory: messages by webhook, advice by webhook, what books were last looked at."""

    def __init__(self, file: Path) -> None:
        """Read the file, or begin anew where there is none. Raises: InputError for another file."""
        self._file = file
        self._values: dict[str, Any] = {
            "version": _VERSION,
            "messages": {},
            "advice": {},
            "seen": {},
        }
        if not file.exists():
            return
        try:
            found: Any = json.loads(file.read_text("utf-8"))
            known = isinstance(found, dict) and cast("Any", found).get("version") == _VERSION
            tables = known and all(
                isinstance(cast("Any", found).get(name), dict)
                for name in ("messages", "advice", "seen")
            )
        except (OSError, ValueError, RecursionError):
            tables, found = False, None
        if not tables:
            raise InputError(
                "not what aicfo watch remembers",
                value=str(file),
                mend="move the file away: what was said is then said again",
            )
        self._values = cast("dict[str, Any]", found)

    def message(self, webhook: str, id: str) -> Mapping[str, Any]:
        """Return what is known of a message: `state` sent, trying or failed, `tries`, `next`."""
        return self._values["messages"].get(f"{webhook}/{id}", {})

    def put_message(self, webhook: str, id: str, **values: Any) -> None:
        """Write down how a delivery stands."""
        self._values["messages"][f"{webhook}/{id}"] = values

    def advice(self, webhook: str, id: str) -> Mapping[str, Any]:
        """Return when advice of this id was last said to a webhook, and what was at stake."""
        return self._values["advice"].get(f"{webhook}/{id}", {})

    def put_advice(self, webhook: str, id: str, *, at: datetime, money: int) -> None:
        """Write down that a webhook was told."""
        self._values["advice"][f"{webhook}/{id}"] = {"at": at.isoformat(), "money": money}

    @property
    def seen(self) -> dict[str, Any]:
        """The books last looked at: their `key`, and whether something was left `waiting`."""
        return self._values["seen"]

    def save(self, now: datetime) -> None:
        """Put everything down durably, what is long past left out. Raises: BooksError."""
        for name, field in (("messages", "at"), ("advice", "at")):
            table: dict[str, Any] = self._values[name]
            for key in [k for k, row in table.items() if _old(row.get(field, ""), now)]:
                del table[key]
        text = json.dumps(self._values, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        with new_file(self._file, replace=True) as part:
            part.write_text(text, "utf-8")


def _old(at: str, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(at) > _KEPT
    except (TypeError, ValueError):
        return True
