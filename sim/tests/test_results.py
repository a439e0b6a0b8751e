"""Rows of the summary by hand: what was captured, and how it is printed."""

from __future__ import annotations

import numpy as np
from aicfo_sim import printing, results
from aicfo_sim.output import SummaryRow
from aicfo_sim.store import ORDER, Columns


def _firms(wealth: list[int], bound: list[int], policy: int) -> Columns:
    size = len(wealth)
    given = {
        "merchant": range(size),
        "policy": [policy] * size,
        "survived": [1] * size,
        "closed_day": [-1] * size,
        "wealth": wealth,
        "bound": bound,
    }
    return {name: np.array(given.get(name, [0] * size), dtype=np.int64) for name in ORDER}


def _rows(ours: Columns, owner: Columns) -> list[dict[str, object]]:
    both = {name: np.concatenate([owner[name], ours[name]]) for name in ORDER}
    about = {"policies": ["owner", "cfo"], "warmup_days": 0}
    group, drawn, values = list(results.groups(about, both))[-1]
    return [results._row(group, name, values, None, drawn, 7) for name in values]


def test_what_was_captured_is_the_share_of_the_room_to_the_bound() -> None:
    owner = _firms([100, 200, -50], [-1, -1, -1], 0)
    rows = _rows(_firms([105, 210, -50], [120, 220, -30], 1), owner)
    assert rows[0]["captured"] is None
    found = rows[1]["captured"]
    assert isinstance(found, dict)
    assert (found["share"], found["regret"], found["room"]) == (0.25, 0.75, 20.0)
    for row in rows:
        SummaryRow.model_validate(row)
    table = printing.summary_table(rows)
    assert [line.split()[-1] for line in table] == ["captured", "—", "%"]


def test_without_bounds_nothing_is_said_of_them() -> None:
    owner = _firms([100, 200], [-1, -1], 0)
    rows = _rows(_firms([105, 210], [-1, -1], 1), owner)
    assert rows[1]["captured"] is None
    assert "captured" not in printing.summary_table(rows)[0]
