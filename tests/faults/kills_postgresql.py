"""Two writers over the same actions on PostgreSQL, killed at random: nothing lost or done twice."""

from __future__ import annotations

from typing import Any

from tests import postgres

from . import Skipped
from .kills import run, size


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return kills, actions and how often something was looked at, on PostgreSQL."""
    try:
        with postgres.server(flushing=False) as server, postgres.database(server) as url:
            return run(url, **size(share), seed=seed)
    except postgres.NoPostgres as missing:
        raise Skipped(str(missing)) from None
