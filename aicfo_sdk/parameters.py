"""Effective-dated parameters: every legal or market number, with its dates and its source.

The tables live in `aicfo_seeds/parameters/*.toml`, one file per subject, one table per name:

    [["bill.max_tenor_days"]]
    value = 184
    from = 2023-01-01
    source = "《商业汇票承兑、贴现与再贴现管理办法》第…条"
    verified = true
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from .errors import NotFound


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a parameter over the days it holds.

    `value` is an integer (ppm, fen, days), text or list; `until` is the last day, None if open;
    `verified` says whether a public source was read, else it is an assumption.
    """

    name: str
    value: Any
    since: date
    until: date | None
    source: str
    verified: bool


class Parameters:
    """All parameters by name; `at(name, day)` is the value that held on that day."""

    def __init__(self, rows: dict[str, tuple[Parameter, ...]]) -> None:
        self._rows = rows

    def get(self, name: str, day: date) -> Parameter:
        """Return the parameter row that holds on `day`.

        Raises: NotFound when the name is unknown or no row covers the day.
        """
        rows = self._rows.get(name)
        if rows is None:
            raise NotFound("no such parameter", value=name, mend="see aicfo_seeds/parameters")
        for row in reversed(rows):
            if row.since <= day and (row.until is None or day <= row.until):
                return row
        raise NotFound(
            f"parameter {name} has no value on this day",
            value=day.isoformat(),
            mend=f"its first value holds from {rows[0].since.isoformat()}",
        )

    def at(self, name: str, day: date) -> Any:
        """Return the value that holds on `day`; see `get`."""
        return self.get(name, day).value

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self._rows))

    def rows(self, name: str) -> tuple[Parameter, ...]:
        """Every row of a parameter, oldest first."""
        return self._rows.get(name, ())

    def with_values(self, day: date, **values: Any) -> Parameters:
        """Return a copy in which `name=value` (dots as double underscores) holds from `day`."""
        rows = dict(self._rows)
        for key, value in values.items():
            name = key.replace("__", ".")
            row = Parameter(name, value, day, None, "set by the caller", False)
            rows[name] = (*rows.get(name, ()), row)
        return Parameters(rows)


@cache
def parameters() -> Parameters:
    """Return the shipped parameters."""
    import tomllib
    from importlib.resources import files

    rows: dict[str, tuple[Parameter, ...]] = {}
    for entry in sorted((files("aicfo_seeds") / "parameters").iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        for name, values in tomllib.loads(entry.read_text("utf-8")).items():
            rows[name] = tuple(
                Parameter(
                    name,
                    row["value"],
                    row["from"],
                    row.get("until"),
                    row["source"],
                    row["verified"],
                )
                for row in sorted(values, key=lambda row: row["from"])
            )
    return Parameters(rows)
