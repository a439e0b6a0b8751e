"""Small pictures for lists, carried in the listing itself: no client fetches anything for them."""

from __future__ import annotations

import base64
from functools import cache

from mcp_types import Icon

_SHAPES = {
    # A coin; a magnifying glass; a sheet with a line to be signed; an open book.
    "aicfo": '<circle cx="12" cy="12" r="9"/><path d="M8 7l4 5 4-5M12 12v6M8 13h8M8 16h8"/>',
    "read": '<circle cx="10" cy="10" r="6"/><path d="M15 15l6 6"/>',
    "propose": '<path d="M6 3h9l4 4v14H6zM9 17h7M9 12l2 2 4-4"/>',
    "books": '<path d="M12 6c-3-2-6-2-9-1v14c3-1 6-1 9 1 3-2 6-2 9-1V5c-3-1-6-1-9 1zv14"/>',
}


@cache
def icon(name: str) -> Icon:
    """Return the icon of "aicfo", of an effect ("read", "propose") or of the books."""
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="#0a6" stroke-width="2">{_SHAPES[name]}</svg>'
    )
    data = base64.b64encode(drawn.encode("ascii")).decode("ascii")
    return Icon(src=f"data:image/svg+xml;base64,{data}", mime_type="image/svg+xml", sizes=["any"])
