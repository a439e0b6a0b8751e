"""What the CFO changed for each kind of firm, and how surely: sentences, charts, a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .figures import percent, short, whole
from .labels import kind_name, kinds_name, listed, policy_name
from .page import Block, Chart, Table, Text, Words
from .rows import GapOutput, PolicyOutput, subject
from .svg import Interval, forest

TEXTS = Path(__file__).parent / "words.toml"
"""Texts of every page and of experiments."""


def verdict(rows: Sequence[PolicyOutput], days: int, currency: str, say: Words) -> str:
    """Return what the CFO, or else the last policy, changed, in a sentence."""
    name = _subject(rows)
    parts: list[str] = []
    unclear: list[str] = []
    for row, gap in _compared(rows):
        kind = kinds_name(row.archetype, say)
        if _outcome(gap) == "unclear":
            unclear.append(kind)
        else:
            mean = whole(abs(gap.mean), currency)
            parts.append(say(f"simulation.{_outcome(gap)}_short", kinds=kind, mean=mean))
    if unclear:
        parts.append(say("simulation.unclear_short", kinds=listed(unclear, say)))
    if not parts:
        return say("simulation.answer_none")
    lines = say("simulation.and").join(parts)
    return say("simulation.answer", days=days, lines=lines, policy=policy_name(name, say))


def verdict_lines(rows: Sequence[PolicyOutput], currency: str, say: Words) -> list[str]:
    """Return a line per kind of firm: mean difference and interval."""
    return [
        say(
            "simulation.line",
            kind=kind_name(row.archetype, say),
            what=say(f"simulation.{_outcome(gap)}", **_figures(gap, currency)),
        )
        for row, gap in _compared(rows)
    ]


def charts(rows: Sequence[PolicyOutput], currency: str, say: Words) -> list[Block]:
    """Return how to read them and a forest plot per kind of firm, each on its own scale."""
    kinds = list(dict.fromkeys(row.archetype for row in rows if row.archetype != "all"))
    found: list[Block] = [Text(say("simulation.chart_note"))]
    for kind in kinds:
        intervals = _intervals([row for row in rows if row.archetype == kind], say)
        if any(item.value or item.noise for item in intervals):
            title = say("simulation.chart", kind=kind_name(kind, say))
            svg = forest(intervals, title=title, unit=short(currency, say.lang))
            found.append(Chart(svg, title))
    return found


def policy_table(rows: Sequence[PolicyOutput], currency: str, say: Words) -> Table:
    """Return how each kind of firm fared under each policy."""
    names = ("t_kind", "t_policy", "t_wealth", "t_p5", "t_late", "t_cost", "t_alive")
    return Table(
        head=tuple(say(f"simulation.{name}") for name in names),
        rows=tuple(
            (
                f"{say(f'archetype.{row.archetype}')} ({row.merchants:,})" if first else "",
                policy_name(row.policy, say),
                whole(row.wealth, currency),
                whole(row.cash_p5, currency),
                f"{row.wage_late_days:.1f} / {row.supplier_late_days:.1f}",
                whole(row.finance_cost, currency),
                percent(row.survived_ppm),
            )
            for row, first in _grouped(rows)
        ),
        numbers=frozenset(range(2, 7)),
        tight=frozenset({0, 1}),
        caption=say("simulation.table"),
    )


def how(rows: Sequence[PolicyOutput], say: Words) -> tuple[str, ...]:
    """Return what the figures rest on."""
    sizes = [row.merchants for row in rows if row.archetype != "all"]
    smallest, largest = min(sizes, default=0), max(sizes, default=0)
    pairs = f"{smallest:,}" if smallest == largest else f"{smallest:,}–{largest:,}"
    return (
        say("simulation.how_pair", pairs=pairs),
        say("simulation.how_rules"),
        say("simulation.how_limits"),
    )


def _grouped(rows: Sequence[PolicyOutput]) -> list[tuple[PolicyOutput, bool]]:
    """Return the rows by kind, each with whether it is the first of its kind."""
    kinds = [row for row in rows if row.archetype != "all"]
    before = ["", *(row.archetype for row in kinds)]
    return [(row, row.archetype != last) for row, last in zip(kinds, before, strict=False)]


def _subject(rows: Sequence[PolicyOutput]) -> str:
    return subject([row.policy for row in rows]) if rows else "cfo"


def _intervals(rows: Sequence[PolicyOutput], say: Words) -> list[Interval]:
    """The CFO against owner and best rule, then every other policy against the owner."""
    name = _subject(rows)
    found: list[Interval] = []
    for row in sorted(rows, key=lambda row: row.policy != name):
        gaps = [row.vs_owner, row.vs_best_rule] if row.policy == name else [row.vs_owner]
        for gap in dict.fromkeys(gaps):
            if gap is not None:
                label = say(
                    "simulation.vs",
                    policy=policy_name(row.policy, say),
                    other=policy_name(gap.against, say),
                )
                style = "c1" if row.policy == name else "c0"
                noise = (gap.high - gap.low) / 2
                found.append(Interval(label, gap.mean, gap.low, gap.high, style, noise=noise))
    return found


def _compared(rows: Sequence[PolicyOutput]) -> list[tuple[PolicyOutput, GapOutput]]:
    name = _subject(rows)
    return [
        (row, row.vs_owner)
        for row in rows
        if row.policy == name and row.archetype != "all" and row.vs_owner is not None
    ]


def _outcome(gap: GapOutput) -> str:
    return "gain" if gap.low > 0 else "loss" if gap.high < 0 else "unclear"


def _figures(gap: GapOutput, currency: str) -> dict[str, str]:
    lost = _outcome(gap) == "loss"
    mean, low, high = (-gap.mean, -gap.high, -gap.low) if lost else (gap.mean, gap.low, gap.high)
    return {
        "mean": whole(mean, currency),
        "low": whole(low, currency),
        "high": whole(high, currency),
        "pairs": f"{gap.pairs:,}",
    }
