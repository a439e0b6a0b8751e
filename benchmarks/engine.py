"""Engine: the shipped simulator beside naive SimPy, bare numpy, Mesa and salabim, one workload.

The workload is the scenario `reference`: shops of Poisson 60 orders a day with lognormal amounts
over 365 days, settled the next day, suppliers on terms of 30 days, wages. The engine keeps the
ledger and asks the policy `owner` every day; its time includes the world's market, draws, taxes,
loans and the outcome. `AICFO_SIM_MERCHANTS` shops at day fidelity (default 4000), half of them
at order fidelity, `AICFO_SIM_DAYS` days (default 365). Peers run less of it (`benchmarks/peers.py`)
and are given per merchant-day. Seconds are CPU seconds. All run in turn, `AICFO_SIM_ROUNDS` rounds
(default 5), and a ratio is taken within a round: other work on the machine slows both sides. Told
are the median and the range.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from statistics import median

import numpy as np
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.outcome import Start, outcome
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import Scenario, load
from aicfo_sim.state import State

from . import peers

_PEER_SHOPS, _PEER_DAYS = 4, 90


def measure() -> dict[str, str]:
    """Return merchant-days a CPU second of each, beside the naive peer's, and two tables."""
    merchants, days, rounds = (
        int(os.environ.get(f"AICFO_SIM_{name}", default))
        for name, default in (("MERCHANTS", "4000"), ("DAYS", "365"), ("ROUNDS", "5"))
    )
    few, span = max(1, merchants // 2), min(days, _PEER_DAYS)
    order, day = (replace(load("reference"), fidelity=name) for name in ("order", "day"))
    naive = f"SimPy {version('simpy')}, a process per order: the peer"
    bare = f"bare numpy {np.__version__} loop, the same keyed streams, {few:,} shops"
    by_order = f"engine, order fidelity, {few:,} shops (bar 300 ×)"
    by_day = f"engine, day fidelity, {merchants:,} shops (bar 10,000 ×)"
    runs: dict[str, tuple[Callable[[], None], int]] = {
        naive: (lambda: peers.naive(_PEER_SHOPS, span), _PEER_SHOPS * span),
        f"Mesa {version('mesa')}, an agent per shop, a loop over its orders": (
            lambda: peers.mesa(_PEER_SHOPS, span),
            _PEER_SHOPS * span,
        ),
        f"salabim {version('salabim')}, a component per order": (
            lambda: peers.salabim(_PEER_SHOPS, span // 2),
            _PEER_SHOPS * (span // 2),
        ),
        bare: (lambda: peers.bare(few, days), few * days),
        by_order: (lambda: _engine(order, few, days), few * days),
        by_day: (lambda: _engine(day, merchants, days), merchants * days),
    }
    speeds = {name: list[float]() for name in runs}
    for turn in range(rounds + 1):
        for name, (run, work) in runs.items():
            speed = work / _seconds(run)
            if turn:  # in the first, libraries load
                speeds[name].append(speed)
    figures = {
        name: f"{median(found):12,.0f} md/s   {_ratio(found, speeds[naive], '9,.1f')}"
        for name, found in speeds.items()
    }
    beside = _ratio(speeds[by_order], speeds[bare], ".2f")
    return (
        figures
        | {"  order fidelity beside the bare numpy loop (bar 0.80)": f"{beside:>31}"}
        | _linearity(day, merchants, days, rounds)
    )


def _linearity(scenario: Scenario, merchants: int, days: int, rounds: int) -> dict[str, str]:
    """Return CPU µs a merchant-day for more blocks of one size and for more days.

    The slope is that of log CPU on log work: 1 is linear, below 1 larger is cheaper per piece.
    """
    size = max(1, merchants // 4)
    out = dict[str, str]()
    blocks = {count: (lambda n=count: _blocks(scenario, size, days, n)) for count in (1, 2, 4, 8)}
    lengths = sorted({max(1, days // part) for part in (4, 2, 1)})
    spans = {length: (lambda n=length: _engine(scenario, size, n)) for length in lengths}
    for title, runs, work in (
        (f"shops, blocks of {size:,}, {days} days", blocks, size * days),
        (f"days, {size:,} shops", spans, size),
    ):
        spent = {count: list[float]() for count in runs}
        for _ in range(rounds):
            for count, run in runs.items():
                spent[count].append(_seconds(run))
        best = {count: min(found) for count, found in spent.items()}
        for count, seconds in best.items():
            shown = count * size if runs is blocks else count
            out[f"  {shown:,} {title}"] = f"{seconds / count / work * 1e6:12,.3f} µs a merchant-day"
        slope = np.polyfit(np.log(list(best)), np.log(list(best.values())), 1)[0]
        out[f"  slope of CPU over {title}"] = f"{slope:12,.3f}"
    return out


def _blocks(scenario: Scenario, size: int, days: int, count: int) -> None:
    for number in range(count):
        _engine(scenario, size, days, first=number * size)


def _engine(scenario: Scenario, merchants: int, days: int, first: int = 0) -> None:
    """Do what a shard does: draws, opening ledger, every day under a policy, outcome."""
    where = world(scenario, days=days, seed=1)
    block = draw_block(where, [where.who(first + number) for number in range(merchants)])
    state = State(block)
    start = Start.of(block, state, 0)
    path = np.zeros((days, 2, merchants), dtype=np.int64)
    live(Run(block, state, Owner()), 0, days, path)
    assert outcome(block, state, start, path, days)["survived"].mean() > 0.5


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _ratio(speeds: list[float], beside: list[float], shape: str) -> str:
    """Return the median and the range of the ratios of rounds."""
    ratios = sorted(one / other for one, other in zip(speeds, beside, strict=True))
    return f"{median(ratios):{shape}} ×   ({ratios[0]:,.2f} to {ratios[-1]:,.2f})"
