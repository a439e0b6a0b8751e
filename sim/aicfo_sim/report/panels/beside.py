"""Survival, cash on bad days, lateness and cost: what must not be worse when wealth is better."""

from __future__ import annotations

from collections.abc import Sequence

from ..labels import between, kinds_name, listed, policy_name, written
from ..measures import MEASURES, Standing, others, standings
from ..page import Block, Panel, Table, Text, Words
from ..rows import Found, Kind


def panel(found: Found, say: Words) -> Panel:
    """Return the panel."""
    answers, blocks = list[str](), list[Block]()
    for kind in found.archetypes:
        rivals = others(kind, found.subject)
        rows = standings(kind, found.subject, rivals)
        for rival in rivals:
            answers += _judged(kind, rows, rival, say)
        blocks.append(_table(found, kind, rows, rivals, say))
    absent = [
        say(f"measure.{measure.column}") for measure in MEASURES if not found.has(measure.column)
    ]
    if absent:
        blocks.append(Text(say("beside.absent", measures=listed(absent, say))))
    return Panel(
        key="beside",
        title=say("beside.title"),
        answer=say("beside.rule"),
        blocks=(*(Text(line) for line in answers), *blocks),
        how=(say("beside.how_guard"), say("beside.how_many"), say("beside.how_idle")),
    )


def _judged(kind: Kind, rows: Sequence[Standing], rival: str, say: Words) -> list[str]:
    """Return whether the policy beats a rival without making a guard worse."""
    outcomes = {row.measure: row.versus[rival].outcome(row.measure.better) for row in rows}
    wealth = next((out for row, out in outcomes.items() if row.column == "wealth"), "unclear")
    worse = [
        say(f"measure.{row.column}")
        for row, outcome in outcomes.items()
        if row.guard and outcome == "worse"
    ]
    better = [
        say(f"measure.{row.column}")
        for row, outcome in outcomes.items()
        if row.guard and outcome == "better"
    ]
    guards = say("guards.worse", measures=listed(worse, say)) if worse else say("guards.held")
    if better:
        guards += say("guards.better", measures=listed(better, say))
    text = say(
        "beside.judged",
        kinds=kinds_name(kind.name, say),
        rival=policy_name(rival, say),
        wealth=say(f"wealth_is.{wealth}"),
        guards=guards,
    )
    return [text]


def _table(
    found: Found, kind: Kind, rows: Sequence[Standing], rivals: Sequence[str], say: Words
) -> Table:
    head = [say("beside.t_measure")]
    head += [policy_name(name, say) for name in (*rivals, found.subject)]
    for rival in rivals:
        head += [say("beside.t_versus", rival=policy_name(rival, say)), say("beside.t_interval")]
        head.append(say("beside.t_reads"))
    lines = list[tuple[str, ...]]()
    for row in rows:
        unit = row.measure.unit
        cells = [say(f"measure.{row.measure.column}")]
        cells += [written(row.means[name], unit) for name in (*rivals, found.subject)]
        for rival in rivals:
            gap = row.versus[rival]
            cells.append(written(gap.mean, unit, signed=True))
            cells.append(between(gap.low, gap.high, unit, say))
            cells.append(say(f"reading.{gap.outcome(row.measure.better)}"))
        lines.append(tuple(cells))
    places = 2 + len(rivals)
    words = {places + 3 * number + 2 for number in range(len(rivals))}
    return Table(
        head=tuple(head),
        rows=tuple(lines),
        numbers=frozenset(range(1, len(head))) - words,
        tight=frozenset({0, *words}),
        caption=say("beside.table", kinds=kinds_name(kind.name, say), firms=f"{kind.size:,}"),
    )
