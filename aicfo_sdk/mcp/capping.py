"""Answers that are too large for one message: the ends of long lists go, and are kept to be read.

A list with fewer items still has the shape that its schema promises; nothing else is cut.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from copy import deepcopy
from threading import Lock
from typing import Any, cast

MOST = 256 * 1024
"""Bytes of JSON that one answer may have: more than any model reads with profit."""

_KEPT = 8
"""Whole answers that one server remembers."""

_KEPT_BYTES = 64 * 1024 * 1024


class Kept:
    """The last few answers that were cut, whole, by the id of their run; safe across threads."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def keep(self, id: str, value: Any) -> None:
        """Remember an answer; the oldest ones are forgotten."""
        text = json.dumps(value, ensure_ascii=False)
        with self._lock:
            self._texts[id] = text
            while len(self._texts) > _KEPT or (
                len(self._texts) > 1 and sum(map(len, self._texts.values())) > _KEPT_BYTES
            ):
                self._texts.popitem(last=False)

    def ids(self) -> list[str]:
        """Ids of the answers that are still there."""
        with self._lock:
            return list(self._texts)

    def text(self, id: str) -> str | None:
        """Return an answer as JSON text, or None when it is forgotten."""
        with self._lock:
            return self._texts.get(id)


def capped(value: Any, most: int = MOST) -> tuple[Any, dict[str, int]]:
    """Return a JSON value of at most `most` bytes, and place → length of each list that was cut.

    Lists are halved, the largest first, until the whole is small enough or none is left.
    """
    cut: dict[str, int] = {}
    if _size(value) <= most:
        return value, cut
    value = deepcopy(value)
    while _size(value) > most:
        found = _largest(value, "")
        if found is None:
            break
        place, items = found
        cut.setdefault(place, len(items))
        del items[len(items) // 2 :]
    return value, cut


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _largest(value: Any, place: str) -> tuple[str, list[Any]] | None:
    """The list whose own items take most, and that holds none that takes most of it."""
    inner: list[tuple[int, str, Any]] = []
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        inner = [(_size(part), f"{place}/{key}", part) for key, part in fields.items()]
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        inner = [(_size(part), f"{place}/{i}", part) for i, part in enumerate(items)]
    for size, where, part in sorted(inner, key=lambda each: -each[0]):
        if isinstance(value, list) and size * 2 < _size(cast("list[Any]", value)):
            break
        found = _largest(part, where)
        if found is not None:
            return found
    if isinstance(value, list) and value:
        return place or "/", cast("list[Any]", value)
    return None
