"""Fan charts of cash: how the firms of a kind are spread, week by week, under each policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from ...fen import Floats, Ints
from ...shard import WEEK
from ...store import Columns
from ..figures import short
from ..labels import CURRENCY, STYLES, kinds_name, policy_name, written
from ..measures import MONEY, others
from ..page import Block, Chart, Panel, Table, Text, Words
from ..plot import Line
from ..rows import Found, Kind
from ..svg import Band, time_chart

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of a fan over firms."""

FIRST = date(2001, 1, 1)
"""Any day will do: the axis counts weeks."""


def panel(found: Found, say: Words) -> Panel:
    """Return the panel; a sentence in place of charts where the run kept no paths."""
    if found.paths is None:
        return Panel("cash", say("cash.title"), say("cash.absent"), ())
    blocks = list[Block]()
    for kind in found.archetypes:
        fans = {name: fan(found, kind, name) for name in _shown(found, kind)}
        if not all(days.size for days, _ in fans.values()):
            blocks.append(Text(say("cash.none_of", kinds=kinds_name(kind.name, say))))
            continue
        blocks += _charts(kind, fans, say)
        blocks.append(_table(kind, fans, say))
    firms = len({pair for kind in found.archetypes for pair in _followed(found.paths, kind)})
    return Panel(
        key="cash",
        title=say("cash.title"),
        answer=say("cash.answer"),
        blocks=tuple(blocks),
        how=(say("cash.how", firms=f"{firms:,}"), say("cash.how_closed")),
    )


def fan(found: Found, kind: Kind, policy: str) -> tuple[Ints, Floats]:
    """Return the days of a policy's fan and its levels × days of cash with the money fund, fen.

    Over the firms of the kind whose paths were kept, those that closed included.
    """
    paths = found.paths or {}
    chosen = paths["policy"] == list(found.policies).index(policy)
    chosen &= np.isin(_keys(paths), _keys(next(iter(kind.values.values()))))
    days, place = np.unique(paths["day"][chosen], return_inverse=True)
    cash = (paths["cash"] + paths["fund"])[chosen]
    if not days.size:
        return days, np.zeros((len(LEVELS), 0))
    # Every firm has the same days, so that sorting by day makes a full table.
    table = cash[np.argsort(place, kind="stable")].reshape(days.size, -1)
    return days, np.quantile(table, LEVELS, axis=1)


def _keys(columns: Columns) -> Ints:
    return columns["replication"] * 2**40 + columns["merchant"]


def _followed(paths: Columns, kind: Kind) -> set[int]:
    mine = _keys(next(iter(kind.values.values())))
    return set(mine[np.isin(mine, _keys(paths))].tolist())


def _shown(found: Found, kind: Kind) -> Sequence[str]:
    return list(dict.fromkeys([*others(kind, found.subject), found.subject]))


def _charts(kind: Kind, fans: dict[str, tuple[Ints, Floats]], say: Words) -> list[Block]:
    """Return a chart per policy, all on one scale."""
    low = min(0.0, *(float(levels[0].min()) for _, levels in fans.values()))
    high = max(float(levels[-1].max()) for _, levels in fans.values())
    return [
        Chart(
            _chart(kind, name, fans[name], (low, max(high, low + 100)), say),
            _title(kind, name, say),
        )
        for name in fans
    ]


def _chart(
    kind: Kind, name: str, one: tuple[Ints, Floats], span: tuple[float, float], say: Words
) -> str:
    days, levels = one
    # The last week may be shorter: it is left out of the chart, which has weeks alone.
    count = int((np.diff(days, prepend=-1) == WEEK).sum()) or 1
    low, lower, middle, upper, high = (level[:count].tolist() for level in levels)
    style = STYLES.get(name, "c2")
    start, title = FIRST + timedelta(days=WEEK), _title(kind, name, say)
    return time_chart(
        [Line(say("cash.median"), start, middle, style, every=WEEK)],
        [
            Band(say("cash.wide"), start, low, high, style, every=WEEK),
            Band(say("cash.narrow"), start, lower, upper, f"{style} inner", every=WEEK),
        ],
        title=title,
        unit=short(CURRENCY, say.lang),
        height=210,
        span=span,
        counted=(say("words.week"), FIRST),
    )


def _title(kind: Kind, name: str, say: Words) -> str:
    return say("cash.chart", kinds=kinds_name(kind.name, say), policy=policy_name(name, say))


def _table(kind: Kind, fans: dict[str, tuple[Ints, Floats]], say: Words) -> Table:
    rows = list[tuple[str, ...]]()
    for name, (days, levels) in fans.items():
        for label, place in ((say("cash.first"), 0), (say("cash.last"), days.size - 1)):
            cells = [written(float(value), MONEY) for value in levels[:, place]]
            rows.append((policy_name(name, say), label, *cells))
        worst = [written(float(value), MONEY) for value in levels.min(axis=1)]
        rows.append((policy_name(name, say), say("cash.worst"), *worst))
    return Table(
        head=(say("simulation.t_policy"), say("cash.t_when"), "P5", "P25", "P50", "P75", "P95"),
        rows=tuple(rows),
        numbers=frozenset(range(2, 7)),
        tight=frozenset({0, 1}),
        caption=say("cash.table", kinds=kinds_name(kind.name, say)),
    )
