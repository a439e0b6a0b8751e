"""Durable commits a second with everything on, beside plain single-row commits in the same run.

The disk of the machine decides these figures, so they are told and never asserted.
"""

from __future__ import annotations

from typing import Any

from benchmarks import commits

from . import Skipped


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return what the benchmark `commits` measures; a share of it would measure nothing."""
    if share < 0.01:
        raise Skipped("not measured at this share: python -m benchmarks commits")
    return {name: " ".join(figure.split()) for name, figure in commits.measure().items()}
