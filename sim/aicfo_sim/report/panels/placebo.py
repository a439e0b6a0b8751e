"""The placebo: a CFO whose plugin proposes nothing must leave every firm as it was."""

from __future__ import annotations

import numpy as np

from ...fen import Flags
from ..labels import kinds_name, written
from ..measures import MONEY
from ..page import Panel, Table, Words
from ..rows import Found

NAME = "nothing"
_SAME = ("wealth", "cash_end", "cash_min", "cash_p5", "finance_cost", "closed_day")


def panel(found: Found, say: Words) -> Panel:
    """Return the panel; a sentence where the run has no placebo."""
    title = say("placebo.title")
    if NAME not in found.policies or "owner" not in found.policies:
        return Panel("placebo", title, say("placebo.absent"), ())
    rows, firms, moved = list[tuple[str, ...]](), 0, 0
    for kind in found.archetypes:
        mine, owner = kind.values[NAME], kind.values["owner"]
        differs: Flags = np.zeros(kind.size, dtype=np.bool_)
        for name in _SAME:
            if name in mine:
                differs |= mine[name] != owner[name]
        gap = mine["wealth"] - owner["wealth"]
        firms, moved = firms + kind.size, moved + int(differs.sum())
        rows.append(
            (
                kinds_name(kind.name, say),
                f"{kind.size:,}",
                f"{int(differs.sum()):,}",
                written(float(gap.mean()), MONEY, signed=True),
            )
        )
    key = "placebo.passed" if not moved else "placebo.failed"
    return Panel(
        key="placebo",
        title=title,
        answer=say(key, firms=f"{firms:,}", moved=f"{moved:,}"),
        blocks=(
            Table(
                head=tuple(say(f"placebo.t_{name}") for name in ("kind", "firms", "moved", "gap")),
                rows=tuple(rows),
                numbers=frozenset({1, 2, 3}),
                tight=frozenset({0}),
                caption=say("placebo.table"),
            ),
        ),
        how=(say("placebo.how"),),
    )
