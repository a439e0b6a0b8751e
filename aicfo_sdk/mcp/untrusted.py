"""Which texts of a result a stranger may have written: their places, for the client.

A name, a remark, an id on a stranger's paper, or a sentence of ours that quotes one: whatever is
neither a number nor one of a fixed set of words. A client shows these as data and never follows
them. The result keeps its one shape; the places stand beside it, in `_meta`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

_FIXED = ("enum", "const", "format", "pattern")


def untrusted_places(schema: dict[str, Any]) -> list[str]:
    """Return the places of free text in results of a schema, as JSON pointers; `*` is any item."""
    return list(dict.fromkeys(_places(schema, schema, "", ())))


def _places(
    schema: dict[str, Any], whole: dict[str, Any], place: str, seen: tuple[str, ...]
) -> Iterator[str]:
    ref = schema.get("$ref")
    if isinstance(ref, str):
        if ref in seen:
            yield f"{place}/**"
            return
        target: Any = whole
        for part in ref.removeprefix("#/").split("/"):
            target = target[part]
        yield from _places(target, whole, place, (*seen, ref))
        return
    for name in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for option in cast("list[dict[str, Any]]", schema.get(name, [])):
            inner = f"{place}/*" if name == "prefixItems" else place
            yield from _places(option, whole, inner, seen)
    kind = schema.get("type")
    if kind == "string" and not any(word in schema for word in _FIXED):
        yield place or "/"
    for name, part in cast("dict[str, Any]", schema.get("properties", {})).items():
        yield from _places(part, whole, f"{place}/{name}", seen)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from _places(schema[word], whole, f"{place}/*", seen)
    if not any(word in schema for word in ("$ref", "anyOf", "oneOf", "allOf", "type", *_FIXED)):
        yield f"{place}/**"  # anything at all
