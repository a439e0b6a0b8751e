"""Who a payee is: names that look alike, and payees too new to be trusted."""

from __future__ import annotations

from functools import lru_cache

from ..books.names import normal_name


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """Return what is left of a name when all that the eye passes over is taken away."""
    return normal_name(name)
