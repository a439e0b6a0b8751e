"""Panel 4: the same firms with and without the CFO, on the same draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .. import experiment
from ..report.rows import policy_rows
from ..results import report
from ..scenario import load
from .output import SimulationOutput
from .settings import SimulationChoice
from .wholesaler import Say

_MOST_WORKERS = 2


def simulation(folder: Path, choice: SimulationChoice, say: Say) -> SimulationOutput:
    """Run the paired experiment into `folder` and return its summary."""
    scenario = replace(load(choice.scenario), mix=choice.mix)
    say(f"simulating {choice.merchants} firms for {choice.days} days under each policy")

    def progress(done: int, total: int) -> None:
        if done:
            say(f"simulated {done} of {total} groups of firms")

    result = experiment.run(
        scenario,
        merchants=choice.merchants,
        days=choice.days,
        seed=choice.seed,
        policies=choice.policies,
        out=folder,
        workers=min(_MOST_WORKERS, experiment.cores()),
        shard=max(1, choice.merchants // 6),
        progress=progress,
    )
    return SimulationOutput(
        scenario=choice.scenario,
        start=scenario.start.isoformat(),
        days=choice.days,
        merchants=choice.merchants,
        seed=choice.seed,
        currency="CNY",
        sha256=result.sha256,
        rows=policy_rows(report(folder)),
    )
