"""The panel of the paired simulation."""

from __future__ import annotations

from ...report.experiment import charts, how, policy_table, verdict
from ...report.page import Panel, Tile, Words
from ..output import SimulationOutput


def panel(found: SimulationOutput, say: Words) -> Panel:
    """Return the panel."""
    return Panel(
        key="simulation",
        title=say("simulation.title"),
        as_of=say("simulation.as_of", days=found.days, start=found.start),
        source=say(
            "simulation.source",
            merchants=found.merchants,
            seed=found.seed,
            scenario=found.scenario,
        ),
        answer=verdict(found.rows, found.days, found.currency, say),
        blocks=(
            *charts(found.rows, found.currency, say),
            policy_table(found.rows, found.currency, say),
        ),
        how=(
            *how(found.rows, say),
            say("small.how"),
            say("simulation.how_sha", sha=found.sha256),
        ),
    )


def tile(found: SimulationOutput, say: Words) -> Tile:
    """Return the figure for the top of the page."""
    return Tile(str(found.merchants), say("tile.paired"))
