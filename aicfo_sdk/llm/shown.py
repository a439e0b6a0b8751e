"""Results as a model reads them: amounts in major units, shares in per cent, long lists cut short.

Of a long list of numbers the first, the last, the lowest and the highest are shown, each at its
place, with its day where the list starts on a stated one; of a long list of rows the first. What
is left out is had with `look`. What is shown is what counts as evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from ..model.text import visible
from ..money import LIMIT, plain

_MOST_NUMBERS = 8
_MOST_ROWS = 20
_LONGEST_TEXT = 600


def shown_places(items: Sequence[Any]) -> list[int]:
    """Return the places of a list that a model is shown."""
    if items and all(isinstance(item, int) and not isinstance(item, bool) for item in items):
        if len(items) <= _MOST_NUMBERS:
            return list(range(len(items)))
        return sorted({0, len(items) - 1, items.index(min(items)), items.index(max(items))})
    return list(range(min(len(items), _MOST_ROWS)))


def days_of(fields: Mapping[str, Any]) -> Iterator[tuple[str, date]]:
    """Yield `name/place` and day of the shown numbers of daily lists beside a `start`."""
    start = fields.get("start")
    if not isinstance(start, str):
        return
    try:
        first = date.fromisoformat(start)
    except ValueError:
        return
    for name, value in fields.items():
        if isinstance(value, list):
            items = cast("list[Any]", value)
            if len(items) > _MOST_NUMBERS and isinstance(items[0], int):
                for place in shown_places(items):
                    yield f"{name}/{place}", first + timedelta(days=place)


def shown(schema: Any, definitions: Mapping[str, Any], value: Any, name: str = "") -> Any:
    """Return a result as a model reads it."""
    from .evidence import resolved

    found = resolved(schema, definitions, value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return number(value, money=found.get("maximum") == LIMIT, name=name)
    if isinstance(value, str):
        text = visible(value)
        return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + " …"
    if isinstance(value, list):
        return _listed(found, definitions, cast("list[Any]", value), name)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        days = dict(days_of(fields))
        properties = found.get("properties", {})
        told: dict[str, Any] = {}
        for key, item in fields.items():
            if item in (None, "", [], ()) or key == "evidence":
                continue
            part = shown(properties.get(key, {}), definitions, item, key)
            if isinstance(part, dict) and isinstance(item, list):
                part = {
                    at: {"is": each, "on": days[f"{key}/{at}"].isoformat()}
                    if f"{key}/{at}" in days
                    else each
                    for at, each in cast("dict[str, Any]", part).items()
                }
            told[visible(key)] = part
        return told
    return value


def number(value: int, *, money: bool, name: str) -> Any:
    """Return one number as a model reads it."""
    if money:
        return plain(value)
    if name.endswith("_ppm"):
        whole, rest = divmod(abs(value), 10_000)
        return f"{'-' * (value < 0)}{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"
    return value


def _listed(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], items: list[Any], name: str
) -> Any:
    places = shown_places(items)
    inner = schema.get("items", {})
    told = [shown(inner, definitions, items[place], name) for place in places]
    if len(places) == len(items):
        return told
    if len(places) <= 4:
        low, high = items.index(min(items)), items.index(max(items))
        notes = {str(place): each for place, each in zip(places, told, strict=True)}
        return {**notes, "lowest at": low, "highest at": high, "numbers": len(items)}
    return [*told, f"… {len(items) - len(places)} more: look"]
