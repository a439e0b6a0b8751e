"""Share of firms that are still open, week by week."""

from __future__ import annotations

import numpy as np

from ...fen import Floats
from ...shard import WEEK
from ..labels import STYLES, kinds_name, listed, policy_name, written
from ..measures import SHARE
from ..page import Block, Chart, Panel, Table, Text, Words
from ..plot import Line
from ..rows import Found, Kind
from ..svg import time_chart
from .cash import FIRST

_OTHER = ("c2", "c4", "c0")


def panel(found: Found, say: Words) -> Panel:
    """Return the panel; kinds of which no firm closed are named in a sentence."""
    blocks, whole = list[Block](), list[str]()
    for kind in found.archetypes:
        if any((columns["survived"] == 0).any() for columns in kind.values.values()):
            blocks += [_chart(found, kind, say), _table(found, kind, say)]
        else:
            whole.append(kinds_name(kind.name, say))
    if whole:
        blocks.append(Text(say("survival.none_closed", kinds=listed(whole, say))))
    closed = {name: _closed(found, name) for name in found.policies}
    firms = sum(kind.size for kind in found.archetypes)
    lines = [
        say("survival.count", policy=policy_name(name, say), closed=f"{closed[name]:,}")
        for name in found.policies
        if name in ("owner", found.subject)
    ]
    return Panel(
        key="survival",
        title=say("survival.title"),
        answer=say("survival.answer", firms=f"{firms:,}", lines=listed(lines, say)),
        blocks=tuple(blocks),
        how=(say("survival.how"),),
    )


def open_share(found: Found, kind: Kind, policy: str) -> Floats:
    """Return the share of firms open at the start of the run and after each week."""
    columns, days = kind.values[policy], int(found.about["days"])
    day = columns["closed_day"] - int(found.about["warmup_days"])
    lost = np.sort(day[columns["survived"] == 0])
    ends = np.arange(0, days + 1, WEEK)
    return 1 - np.searchsorted(lost, ends, side="left") / kind.size


def _closed(found: Found, policy: str) -> int:
    return sum(int((kind.values[policy]["survived"] == 0).sum()) for kind in found.archetypes)


def _chart(found: Found, kind: Kind, say: Words) -> Chart:
    lines, low = list[Line](), 100.0
    spare = iter((*_OTHER, *["c0"] * len(found.policies)))
    for name in found.policies:
        shares = (100 * open_share(found, kind, name)).tolist()
        style = STYLES.get(name) or next(spare)
        dashed = name not in STYLES
        lines.append(
            Line(policy_name(name, say), FIRST, shares, style, dashed, every=WEEK, steps=True)
        )
        low = min(low, *shares)
    # The axis need not begin at zero, but must leave room to see what a small loss is.
    span = (max(0.0, low - max(5.0, (100 - low) / 4)), 100.0)
    return Chart(
        time_chart(
            lines,
            title=say("survival.chart", kinds=kinds_name(kind.name, say)),
            unit=lambda value: f"{value:g}%",
            height=240,
            span=span,
            counted=(say("words.week"), FIRST),
        ),
        say("survival.chart", kinds=kinds_name(kind.name, say)),
    )


def _table(found: Found, kind: Kind, say: Words) -> Table:
    marks = [0.25, 0.5, 0.75, 1.0]
    weeks = int(found.about["days"]) // WEEK
    places = sorted({round(weeks * mark) for mark in marks})
    rows = list[tuple[str, ...]]()
    for name in found.policies:
        shares = open_share(found, kind, name)
        closed = int((kind.values[name]["survived"] == 0).sum())
        cells = [written(float(shares[place]), SHARE) for place in places]
        rows.append((policy_name(name, say), *cells, f"{closed:,} / {kind.size:,}"))
    head = [say("survival.t_week", week=place) for place in places]
    return Table(
        head=(say("simulation.t_policy"), *head, say("survival.t_closed")),
        rows=tuple(rows),
        numbers=frozenset(range(1, len(places) + 2)),
        tight=frozenset({0}),
        caption=say("survival.table", kinds=kinds_name(kind.name, say)),
    )
