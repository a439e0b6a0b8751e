"""Answers that hold rows (moves, ways, sources …): as tables to read, and as CSV.

What is a row, an amount, a rate or a day is read off the JSON Schema of the tool's result, so the
facts of any plugin are shown alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from ..errors import InputError
from ..money import LIMIT, grouped
from .arguments import table, width

_LONG = 40
"""Text wider than this, with gaps in it, is a sentence and stands under its row."""
_FEW = 6
"""Of a list in a cell so many are shown."""
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_MOST_DIGITS = 15
"""A spreadsheet takes longer numbers for approximate ones."""

_Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """One table of an answer: the field that holds it, what its columns are, and its values."""

    name: str
    columns: Mapping[str, _Schema]
    values: Sequence[Mapping[str, Any]]

    def lines(self) -> list[str]:
        """Return the table as aligned lines; columns that say nothing are left out."""
        shown = [name for name in self._order if self._says(name)]
        below = [name for name in shown if self._is_sentence(name)]
        below.sort(key=lambda name: _plain(self.columns[name]).get("type") == "array")
        beside = [name for name in shown if name not in below]
        cells = [
            [_said(row.get(name), self.columns[name], name) for name in beside] for row in self
        ]
        head = [_title(name) for name in beside]
        wide = [max(width(row[place]) for row in [head, *cells]) for place in range(len(beside))]
        for row in [head, *cells]:
            for place, name in enumerate(beside):
                if _number(self.columns[name]):
                    row[place] = " " * (wide[place] - width(row[place])) + row[place]
        first, *rest = table([head, *cells])
        found = [first]
        for line, row in zip(rest, self.values, strict=True):
            said = [_said(row.get(name), self.columns[name], name) for name in below]
            found += [line, *(f"      {text}" for text in said if text)]
        return found

    def csv(self, currency: str, shown: Callable[[str], str]) -> str:
        """Return the table as CSV text: amounts in major units, every column, days first.

        `shown` makes text fit to leave the machine. A text that a spreadsheet would take for a
        formula gets an apostrophe before it, one that it would take for a number a tab after it.
        """
        from ..books.exporters.sheet import csv_text

        head = [
            f"{name} ({currency})" if _is_money(self.columns[name]) else name
            for name in self._order
        ]
        rows = [
            [_cell(row.get(name), self.columns[name], shown) for name in self._order]
            for row in self
        ]
        return csv_text(head, rows)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.values)

    @cached_property
    def _order(self) -> list[str]:
        return sorted(self.columns, key=lambda name: name != "day")

    def _says(self, name: str) -> bool:
        kind = _plain(self.columns[name])
        if kind.get("type") == "array" and _resolved(kind.get("items"), {}).get("type") != "string":
            return False
        if kind.get("type") not in ("array", "string", "integer", "number", "boolean"):
            return False
        if name.endswith("_zh") and name.removesuffix("_zh") in self.columns:
            return False
        return any(row.get(name) not in ("", None, [], False, 0) for row in self.values)

    def _is_sentence(self, name: str) -> bool:
        kind = _plain(self.columns[name])
        if kind.get("type") == "array":
            return True
        texts = [text for row in self.values if isinstance(text := row.get(name), str)]
        return any(width(text) > _LONG and (" " in text or not text.isascii()) for text in texts)


def tables_of(schema: _Schema) -> dict[str, dict[str, _Schema]]:
    """Return the fields of a result that hold rows, each with its columns; proposals are none."""
    definitions = schema.get("$defs", {})
    found = dict[str, dict[str, _Schema]]()
    for name, field in _properties(schema, definitions).items():
        items = _resolved(field.get("items", {}), definitions)
        if items.get("type") == "object" and items.get("title") != "Proposal":
            columns = _properties(items, definitions)
            if columns:
                found[name] = columns
    return found


def rows_of(schema: _Schema, values: Mapping[str, Any], name: str = "") -> Rows:
    """Return the rows of an answer under `name`, or the first there are.

    Raises: InputError when it holds none, or none of that name.
    """
    found = tables_of(schema)
    if not found:
        raise InputError("this answer holds no rows", mend="use --json")
    if name and name not in found:
        raise InputError(
            "this answer holds no such rows", value=name, mend="it holds " + ", ".join(found)
        )
    chosen = name or next(iter(found))
    return Rows(chosen, found[chosen], values[chosen])


def answer_lines(schema: _Schema, values: Mapping[str, Any]) -> list[str]:
    """Return an answer with rows for a person: its figures, then each table under its name.

    Empty for an answer without any.
    """
    found = tables_of(schema)
    if not found:
        return []
    definitions = schema.get("$defs", {})
    figures = [
        [_title(name), text]
        for name, field in _properties(schema, definitions).items()
        if name not in (*found, "summary", "summary_zh", "proposals", "evidence")
        and (text := _said(values[name], field, name))
    ]
    lines = table(figures)
    for name, columns in found.items():
        rows = Rows(name, columns, values[name])
        lines += ["", f"{_title(name)}:", *(rows.lines() if rows.values else ["  none"])]
    return lines


def write_csv(text: str, file: Path, *, replace: bool) -> None:
    """Write CSV text as spreadsheets in China read it; the file is there whole or not at all.

    Raises: InputError when it is there already; BooksError when it cannot be written.
    """
    from ..books.files import new_file

    with new_file(file, replace=replace) as part:
        part.write_text(text, "utf-8-sig", newline="")


def _properties(schema: _Schema, definitions: _Schema) -> dict[str, _Schema]:
    return {
        name: _resolved(field, definitions) for name, field in schema.get("properties", {}).items()
    }


def _resolved(field: Any, definitions: _Schema) -> _Schema:
    """Return the schema of a field; one that says nothing (`true`) is empty."""
    if not isinstance(field, Mapping):
        return {}
    field = cast("_Schema", field)
    name = str(field.get("$ref", "")).rpartition("/")[2]
    return definitions.get(name, field) if name else field


def _plain(field: _Schema) -> _Schema:
    """Return what a field is when it is there: without the null of an optional one."""
    arms = [arm for arm in field.get("anyOf", []) if arm.get("type") != "null"]
    return arms[0] if len(arms) == 1 else field


def _is_money(field: _Schema) -> bool:
    return _plain(field).get("maximum") == LIMIT


def _number(field: _Schema) -> bool:
    return _plain(field).get("type") in ("integer", "number")


def _title(name: str) -> str:
    if name.endswith("_ppm"):
        name = name.removesuffix("ppm") + "%"
    return name.replace("_", " ")


def _said(value: Any, field: _Schema, name: str) -> str:
    """Return a value as a person reads it: amounts in major units, ppm as per cent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int) and _is_money(field):
        return grouped(value)
    if isinstance(value, int) and name.endswith("_ppm"):
        whole, rest = divmod(abs(value), 10_000)
        return f"{'-' * (value < 0)}{whole}.{rest:04d}"
    if isinstance(value, list):
        parts = [str(part) for part in cast("list[Any]", value)]
        return "; ".join(parts[:_FEW]) + " …" * (len(parts) > _FEW)
    return " ".join(str(value).split())


def _cell(value: Any, field: _Schema, shown: Callable[[str], str]) -> str | int:
    """Return a value as a cell; whole numbers stand for amounts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value if isinstance(value, int) and _is_money(field) else str(value)
    if isinstance(value, str):
        text = shown(value)
    else:
        text = shown(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if text.startswith(_FORMULA):
        return "'" + text
    exact = text.isdecimal() and (len(text) > _MOST_DIGITS or (text[0] == "0" and len(text) > 1))
    return text + "\t" if exact else text
