"""Merging the releases of one contracting process into its state after each of them.

Source: Open Contracting Data Standard 1.1, "Merging": releases are applied in date order; a
newer value wins, null removes, objects merge field by field, lists of objects merge by `id`
(objects without one are added), other lists and those in `WHOLE` are replaced.
"""

from __future__ import annotations

from typing import Any, cast

WHOLE = frozenset(
    {
        "additionalClassifications",
        "additionalIdentifiers",
        "additionalProcurementCategories",
        "changes",
        "roles",
        "submissionMethod",
        "suppliers",
        "tag",
        "tenderers",
    }
)
"""Lists that the standard replaces as a whole (`wholeListMerge`)."""

Json = dict[str, Any]


def as_object(value: Any) -> Json | None:
    """Return `value` when it is a JSON object, else None."""
    return cast(Json, value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any] | None:
    """Return `value` when it is a JSON list, else None."""
    return cast(list[Any], value) if isinstance(value, list) else None


def as_objects(value: Any) -> list[Json] | None:
    """Return `value` when it is a JSON list of objects, else None."""
    found = as_list(value)
    if found is None or not all(isinstance(item, dict) for item in found):
        return None
    return found


def merge(old: Json, new: Json) -> Json:
    """Return `old` with the release `new` applied; neither is changed."""
    out = dict(old)
    for key, value in new.items():
        inner, items = as_object(value), as_objects(value)
        if value is None:
            out.pop(key, None)
        elif inner is not None:
            out[key] = merge(as_object(out.get(key)) or {}, inner)
        elif items and key not in WHOLE:
            out[key] = _by_id(as_objects(out.get(key)) or [], items)
        else:
            out[key] = value
    return out


def _by_id(old: list[Json], new: list[Json]) -> list[Json]:
    out = list(old)
    # 1 and "1" are one identifier: publishers write both.
    place = {str(item["id"]): i for i, item in enumerate(out) if "id" in item}
    for item in new:
        at = place.get(str(item["id"])) if "id" in item else None
        if at is not None:
            out[at] = merge(out[at], item)
            continue
        if "id" in item:
            place[str(item["id"])] = len(out)
        out.append(merge({}, item))
    return out
