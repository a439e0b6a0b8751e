"""Where the money came from: what finance cost, what the fund paid, what each plugin added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...fen import Floats
from ..figures import short
from ..labels import CURRENCY, between, kind_name, kinds_name, policy_name, written
from ..measures import MONEY, Change, spread
from ..page import Block, Chart, Panel, Table, Text, Words
from ..rows import Added, Found, Kind
from ..svg import Interval, forest

PARTS = (
    ("discount_cost", -1),
    ("loan_cost", -1),
    ("late_cost", -1),
    ("other_finance", -1),
    ("fund_income", 1),
)
"""What a difference of wealth is made of, with its sign; the rest is sales, goods and tenders."""


def panel(found: Found, say: Words) -> Panel:
    """Return the panel."""
    base = "owner" if "owner" in found.policies else found.policies[0]
    blocks = list[Block]()
    if found.subject != base:
        for kind in found.archetypes:
            blocks += _split(kind, found.subject, base, say)
    blocks += _plugins(found, say)
    return Panel(
        key="sources",
        title=say("sources.title"),
        answer=say(
            "sources.answer",
            policy=policy_name(found.subject, say),
            base=policy_name(base, say),
        ),
        blocks=tuple(blocks),
        how=(say("sources.how_parts"), say("sources.how_plugins")),
    )


def parts(kind: Kind, ours: str, theirs: str) -> dict[str, Change]:
    """Return what the mean difference of final wealth is made of; the parts add up to it."""
    gaps = _gaps(kind, ours, theirs)
    made = {name: sign * gaps[name] for name, sign in PARTS if name in gaps}
    wealth = gaps["wealth"]
    rest = wealth - sum(made.values(), np.zeros_like(wealth))
    return {name: spread(gap) for name, gap in {**made, "rest": rest, "wealth": wealth}.items()}


def _gaps(kind: Kind, ours: str, theirs: str) -> dict[str, Floats]:
    mine, other = kind.values[ours], kind.values[theirs]
    names = ["wealth", "finance_cost", *(name for name, _ in PARTS)]
    out = {name: mine[name].astype(np.float64) - other[name] for name in names if name in mine}
    known = [out[name] for name in ("discount_cost", "loan_cost", "late_cost") if name in out]
    if "finance_cost" in out and len(known) == 3:
        out["other_finance"] = out["finance_cost"] - sum(known)
    return out


def _split(kind: Kind, ours: str, theirs: str, say: Words) -> list[Block]:
    found = parts(kind, ours, theirs)
    if all(change.outcome() == "same" for change in found.values()):
        return [Text(say("sources.same", kinds=kinds_name(kind.name, say)))]
    title = say("sources.chart", kinds=kinds_name(kind.name, say))
    table = Table(
        head=tuple(say(f"sources.t_{name}") for name in ("part", "mean", "interval", "reads")),
        rows=tuple(
            (
                say(f"part.{name}"),
                written(change.mean, MONEY, signed=True),
                between(change.low, change.high, MONEY, say),
                say(f"reading.{change.outcome()}"),
            )
            for name, change in found.items()
        ),
        numbers=frozenset({1, 2}),
        tight=frozenset({0, 3}),
        caption=title,
    )
    if kind.size < 2:
        return [table]
    intervals = [
        Interval(
            say(f"part.{name}"),
            change.mean,
            change.low,
            change.high,
            "c1" if name == "wealth" else "c0",
        )
        for name, change in found.items()
        if name in ("wealth", "rest") or change.mean or change.half
    ]
    return [Chart(forest(intervals, title=title, unit=short(CURRENCY, say.lang))), table]


def _plugins(found: Found, say: Words) -> list[Block]:
    """Return what each plugin adds, or why the run cannot say."""
    known = [row for row in found.plugins if row.gap is not None]
    if not known:
        return [Text(say("sources.no_arms"))]
    blocks = list[Block]()
    for kind in found.kinds:
        rows = [row for row in known if row.archetype == kind.name]
        if any(row.gap is not None and (row.gap.mean or row.gap.noise) for row in rows):
            title = say("sources.plugins", kinds=kinds_name(kind.name, say))
            chart = forest(_intervals(rows, say), title=title, unit=short(CURRENCY, say.lang))
            blocks += [Chart(chart, title)]
    blocks.append(_plugin_table(known, say))
    return blocks


def _intervals(rows: Sequence[Added], say: Words) -> list[Interval]:
    return [
        Interval(
            say(f"added.{row.way}", plugin=row.plugin),
            row.gap.mean,
            row.gap.low,
            row.gap.high,
            "c1" if row.way == "last" else "c3",
            noise=row.gap.noise,
        )
        for row in rows
        if row.gap is not None
    ]


def _plugin_table(rows: Sequence[Added], say: Words) -> Table:
    return Table(
        head=tuple(say(f"sources.t_{name}") for name in ("kind", "plugin", *_HEAD)),
        rows=tuple(
            (
                kind_name(row.archetype, say),
                say(f"added.{row.way}", plugin=row.plugin),
                written(row.gap.mean, MONEY, signed=True),
                between(row.gap.low, row.gap.high, MONEY, say),
                say(f"reading.{Change(row.gap.mean, row.gap.noise).outcome()}"),
            )
            for row in rows
            if row.gap is not None
        ),
        numbers=frozenset({2, 3}),
        tight=frozenset({0, 1, 4}),
        caption=say("sources.plugin_table"),
    )


_HEAD = ("mean", "interval", "reads")
