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
        lists: list[tuple[int, str, list[Any]]] = []
        _weigh(value, "", lists)
        if not lists:
            break
        _, place, items = max(lists, key=lambda each: each[0])
        cut.setdefault(place or "/", len(items))
        del items[len(items) // 2 :]
    return value, cut


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _weigh(value: Any, place: str, lists: list[tuple[int, str, list[Any]]]) -> int:
    """Return about how many bytes a value takes outside the lists within it; note those lists,
    each with what it takes itself."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass")) + 4
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return sum(
            len(key) + 4 + _weigh(part, f"{place}/{key}", lists) for key, part in fields.items()
        )
    if isinstance(value, list):
        items = cast("list[Any]", value)
        own = sum(2 + _weigh(part, f"{place}/{i}", lists) for i, part in enumerate(items))
        if items:
            lists.append((own, place, items))
        return 2
    return len(repr(value)) + 2
