"""The panel of the real notices."""

from __future__ import annotations

from ...report.figures import whole
from ...report.page import Block, Chart, Panel, Table, Text, Tile, Words
from ...report.svg import bars
from ..output import MatchOutput, NoticesOutput


def panel(found: NoticesOutput, say: Words) -> Panel:
    """Return the panel."""
    if found.matches:
        answer = say(
            "notices.answer",
            published=found.published,
            open=found.open,
            title=found.matches[0].title,
            gate=say("notices.may" if found.gate_passed else "notices.may_not"),
        )
    else:
        answer = say("notices.answer_none", open=found.open)
    return Panel(
        key="notices",
        title=say("notices.title"),
        as_of=say("notices.as_of", day=found.as_of),
        source=say(
            "notices.source",
            name=found.source.name,
            licence=found.source.licence,
            attribution=found.source.attribution,
        ),
        answer=answer,
        blocks=(
            Text(
                say(
                    "notices.firm",
                    firm=found.firm,
                    products=", ".join(found.products),
                    region=found.region,
                )
            ),
            _funnel(found, say),
            *_tables(found, say),
        ),
        how=_how(found, say),
    )


def tile(found: NoticesOutput, say: Words) -> Tile:
    """Return the figure for the top of the page."""
    return Tile(str(found.open), say("tile.open"))


def _funnel(found: NoticesOutput, say: Words) -> Chart:
    steps = ("releases", "processes", "published", "open")
    values = {name: getattr(found, name) for name in steps}
    svg = bars(
        [(say(f"notices.f_{name}"), values[name], "c1") for name in steps],
        title=say("notices.funnel"),
        unit=lambda value: f"{value:,.0f}",
    )
    return Chart(svg)


def _tables(found: NoticesOutput, say: Words) -> list[Block]:
    if not found.matches:
        return []
    matches = Table(
        head=tuple(
            say(f"notices.{name}")
            for name in ("m_score", "m_title", "m_value", "m_deadline", "m_why")
        ),
        rows=tuple(_match(match, say) for match in found.matches),
        numbers=frozenset({0, 2}),
        tight=frozenset({3}),
        caption=say("notices.matches"),
    )
    gate = Table(
        head=tuple(say(f"notices.{name}") for name in ("g_result", "g_what", "g_do")),
        rows=tuple(
            (say(f"severity.{finding.severity}"), finding.message, finding.action)
            for finding in found.gate
        ),
        tight=frozenset({0}),
        caption=say("notices.gate"),
    )
    return [matches, gate]


def _match(match: MatchOutput, say: Words) -> tuple[str, ...]:
    unstated = say("notices.unstated")
    return (
        f"{match.score_ppm // 10_000}",
        f"{match.title} — {match.buyer}",
        unstated if match.value is None else whole(match.value, match.currency),
        match.deadline or unstated,
        "; ".join(match.reasons),
    )


def _how(found: NoticesOutput, say: Words) -> tuple[str, ...]:
    lines = [
        say(
            "notices.how_merge",
            releases=found.releases,
            processes=found.processes,
            published=found.published,
        ),
        say("notices.how_rank"),
        say("notices.how_untrusted"),
    ]
    sources = list(dict.fromkeys(finding.source for finding in found.gate if finding.source))
    if sources:
        lines.append(say("notices.how_gate", sources="; ".join(sources)))
    return tuple(lines)
