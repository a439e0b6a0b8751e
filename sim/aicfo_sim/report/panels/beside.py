"""Survival, cash on bad days, lateness and cost: what must not be worse when wealth is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..labels import between, kinds_name, listed, policy_name, written
from ..measures import MEASURES, Standing, others, standings
from ..page import Block, Panel, Table, Text, Words
from ..rows import Found, Kind

_WEALTH = "wealth"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is shown of a policy against a rival on one kind of firms, by names of columns."""

    kind: Kind
    rival: str
    wealth: str
    """Outcome of wealth: better, worse, unclear or same."""
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    """Guards that are shown better, and worse."""

    @property
    def counts(self) -> str:
        """Return wins, bought (richer at the price of a guard), loses, or unshown."""
        if self.wealth == "better":
            return "bought" if self.lost else "wins"
        return "loses" if self.wealth == "worse" else "unshown"


def panel(found: Found, say: Words) -> Panel:
    """Return the panel."""
    verdicts, tables = list[Verdict](), list[Block]()
    for kind in found.archetypes:
        rivals = others(kind, found.subject)
        rows = standings(kind, found.subject, rivals)
        verdicts += [judge(kind, rows, rival) for rival in rivals]
        tables += [_table(found, kind, rows, rival, say) for rival in rivals]
    blocks: list[Block] = [Text(say("beside.rule"))]
    if verdicts:
        blocks.append(_verdicts(verdicts, say))
    absent = [
        say(f"measure.{measure.column}") for measure in MEASURES if not found.has(measure.column)
    ]
    if absent:
        blocks.append(Text(say("beside.absent", measures=listed(absent, say))))
    return Panel(
        key="beside",
        title=say("beside.title"),
        answer=_answer(found, verdicts, say),
        blocks=(*blocks, *tables),
        how=(say("beside.how_guard"), say("beside.how_many"), say("beside.how_idle")),
    )


def judge(kind: Kind, rows: Sequence[Standing], rival: str) -> Verdict:
    """Return what is shown against a rival."""
    outcomes = {row.measure: row.versus[rival].outcome(row.measure.better) for row in rows}
    guards = [(row.column, outcome) for row, outcome in outcomes.items() if row.guard]
    return Verdict(
        kind=kind,
        rival=rival,
        wealth=next(outcome for row, outcome in outcomes.items() if row.column == _WEALTH),
        gained=tuple(name for name, outcome in guards if outcome == "better"),
        lost=tuple(name for name, outcome in guards if outcome == "worse"),
    )


def _answer(found: Found, verdicts: Sequence[Verdict], say: Words) -> str:
    """Return a sentence against the owner and one against the best rule of each kind."""
    sentences = list[str]()
    for of_owner in (True, False):
        mine = [one for one in verdicts if (one.rival == "owner") == of_owner]
        lines = list[str]()
        for counts in ("wins", "bought", "loses", "unshown"):
            kinds = [kinds_name(one.kind.name, say) for one in mine if one.counts == counts]
            if kinds:
                lines.append(say(f"beside.{counts}", kinds=listed(kinds, say)))
        if lines:
            rival = policy_name("owner", say) if of_owner else say("beside.best_rule")
            said = say("simulation.and").join(lines)
            policy = policy_name(found.subject, say)
            sentences.append(say("beside.answer", policy=policy, rival=rival, lines=said))
    return " ".join(sentences) or say("beside.answer_none")


def _verdicts(verdicts: Sequence[Verdict], say: Words) -> Table:
    names = ("kind", "rival", "wealth", "gained", "lost", "counts")

    def measures(columns: tuple[str, ...]) -> str:
        return listed([say(f"measure.{name}") for name in columns], say) or "—"

    return Table(
        head=tuple(say(f"beside.t_{name}") for name in names),
        rows=tuple(
            (
                kinds_name(one.kind.name, say),
                policy_name(one.rival, say),
                say(f"wealth_is.{one.wealth}"),
                measures(one.gained),
                measures(one.lost),
                say("beside.yes" if one.counts == "wins" else "beside.no"),
            )
            for one in verdicts
        ),
        tight=frozenset({0, 1, 2, 5}),
        caption=say("beside.verdicts"),
    )


def _table(found: Found, kind: Kind, rows: Sequence[Standing], rival: str, say: Words) -> Table:
    names = {"policy": policy_name(found.subject, say), "rival": policy_name(rival, say)}
    lines = list[tuple[str, ...]]()
    for row in rows:
        unit, gap = row.measure.unit, row.versus[rival]
        lines.append(
            (
                say(f"measure.{row.measure.column}"),
                written(row.means[rival], unit),
                written(row.means[found.subject], unit),
                written(gap.mean, unit, signed=True),
                say(f"reading.{gap.outcome(row.measure.better)}"),
                between(gap.low, gap.high, unit, say),
            )
        )
    return Table(
        head=(
            say("beside.t_measure"),
            names["rival"],
            names["policy"],
            *(say(f"beside.t_{name}") for name in ("gap", "reads", "interval")),
        ),
        rows=tuple(lines),
        numbers=frozenset({1, 2, 3, 5}),
        tight=frozenset({0, 4}),
        caption=say(
            "beside.table", kinds=kinds_name(kind.name, say), firms=f"{kind.size:,}", **names
        ),
    )
