"""Lists in pages: where the next page begins is said by a cursor that only we read."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, PaginatedRequestParams

T = TypeVar("T")

PAGE = 100
"""Items of one page: a client that reads only the first sees every tool of a usual installation."""


def page(
    items: Sequence[T],
    params: PaginatedRequestParams | None,
    what: str,
    key: Callable[[T], str],
    size: int = PAGE,
) -> tuple[list[T], str | None]:
    """Return one page of a list, ordered by `key`, and the cursor of the next one.

    The cursor names the last item seen, so that nothing is said twice or left out when items come
    and go between two pages. Raises: MCPError for a cursor that is not one of this list.
    """
    ordered = sorted(items, key=key)
    if params is not None and params.cursor is not None:
        last = _read(params.cursor, what)
        ordered = [item for item in ordered if key(item) > last]
    shown = ordered[:size]
    return shown, _write(key(shown[-1]), what) if len(ordered) > size else None


def _write(last: str, what: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([what, last]).encode()).decode("ascii")


def _read(cursor: str, what: str) -> str:
    try:
        found: Any = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if isinstance(found, list):
        words = cast("list[Any]", found)
        if len(words) == 2 and words[0] == what and isinstance(words[1], str):
            return words[1]
    raise MCPError(INVALID_PARAMS, f"not a cursor of {what}; begin again without one")
