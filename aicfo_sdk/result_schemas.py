"""JSON Schemas of many results, made in one go.

pydantic goes through every definition a few times for each schema that it makes; made together, the
definitions that many results share are gone through once, which takes a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

_PLACE = "#/$defs/"


def schemas_together(adapters: Sequence[Any]) -> list[dict[str, Any]] | None:
    """Return what each `TypeAdapter` would say of itself alone (`json_schema`, as serialised).

    None where two types share a name: together they would be told apart by longer ones.
    """
    from pydantic import TypeAdapter

    tops, whole = TypeAdapter.json_schemas(
        [(number, "serialization", adapter) for number, adapter in enumerate(adapters)]
    )
    definitions: dict[str, Any] = whole.get("$defs", {})
    if any("__" in name for name in definitions):
        return None
    named = {name: set(_names(value)) for name, value in definitions.items()}
    found: list[dict[str, Any]] = []
    for number in range(len(adapters)):
        top: dict[str, Any] = tops[number, "serialization"]
        used = _reached(_names(top), named)
        name = str(top.get("$ref", ""))[len(_PLACE) :]
        if len(top) == 1 and name and not any(name in named[each] for each in used):
            # Alone, a type that nothing in it refers to stands at the top itself.
            used.remove(name)
            top = definitions[name]
        made = {key: top[key] for key in sorted(top)}
        if used:
            made["$defs"] = {each: definitions[each] for each in sorted(used)}
        found.append({key: made[key] for key in sorted(made)})
    return found


def _reached(names: Iterable[str], named: dict[str, set[str]]) -> set[str]:
    """All definitions that some lead to, over any number of steps."""
    reached: set[str] = set()
    ahead = set(names)
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= named[name] - reached
    return reached


def _names(value: Any) -> Iterable[str]:
    """The definitions that a schema refers to itself."""
    if isinstance(value, str):
        # `$ref`, and the `mapping` of a discriminator.
        if value.startswith(_PLACE):
            yield value[len(_PLACE) :]
    elif isinstance(value, dict):
        for part in cast("dict[str, Any]", value).values():
            yield from _names(part)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from _names(part)
