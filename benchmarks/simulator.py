"""Simulator: merchant-days a second beside a process per order, and what the CFO is worth.

`AICFO_SIM_MERCHANTS` firms of each kind for the paired table (default 4; 0 leaves it out),
`AICFO_SIM_DAYS` days (default 90), `AICFO_SIM_SEED` (default 1). Seconds are CPU seconds.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import replace
from typing import Any

from aicfo_sim import experiment
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.policies import POLICIES, Owner, policy
from aicfo_sim.policies.cfo import Cfo
from aicfo_sim.results import report
from aicfo_sim.scenario import drawn, load
from aicfo_sim.state import State

from . import peers

_NAIVE_FIRMS, _NAIVE_DAYS = 4, 120
_FIRMS, _CFO_FIRMS, _DAYS = 400, 4, 90


def measure() -> dict[str, str]:
    """Return merchant-days a second, each beside the naive peer's, and the paired table."""
    naive = _naive()
    figures = {f"SimPy, a process per order ({peers.ORDERS} a day): the peer": _speed(naive, naive)}
    start = time.process_time()
    block = _block(_FIRMS, detail=False)
    drawn = _FIRMS * block.world.total / (time.process_time() - start)
    figures["draws, default scenario"] = _speed(drawn, naive)
    for name in POLICIES:
        if name != "cfo":
            figures[f"policy {name}, replayed on them"] = _speed(_replay(block, name)[0], naive)
    asked = _block(_CFO_FIRMS, detail=True)
    _replay(asked, "cfo")  # plugins load their libraries when first asked
    speed, chosen = _replay(asked, "cfo")
    figures["policy cfo, every plugin asked"] = _speed(speed, naive)
    if isinstance(chosen, Cfo) and chosen.asked:
        each = _CFO_FIRMS * _DAYS / speed / chosen.asked
        figures[f"  a question to the CFO ({chosen.asked} asked)"] = f"{each * 1e3:,.1f} ms"
    return figures | _paired()


def _speed(value: float, naive: float) -> str:
    return f"{value:12,.0f} md/s   {value / naive:9,.2f} ×"


def _naive() -> float:
    start = time.process_time()
    peers.naive(_NAIVE_FIRMS, _NAIVE_DAYS)
    return _NAIVE_FIRMS * _NAIVE_DAYS / (time.process_time() - start)


def _block(count: int, *, detail: bool) -> Block:
    where = world(load("default"), days=_DAYS, seed=1)
    return draw_block(where, [where.who(number) for number in range(count)], detail=detail)


def _replay(block: Block, name: str) -> tuple[float, Any]:
    """Return merchant-days a second after the warm-up, and the policy that lived them."""
    warm = block.world.scenario.warmup_days
    state = State(block, journal=name == "cfo")
    live(Run(block, state, Owner()), 0, warm)
    chosen = policy(name)
    start = time.process_time()
    live(Run(block, state, chosen), warm, block.world.total)
    return block.size * _DAYS / (time.process_time() - start), chosen


def _paired() -> dict[str, str]:
    """Return by kind of firm the mean difference of final wealth from the owner's, yuan."""
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_SIM_{name}", default))
        for name, default in (("MERCHANTS", "4"), ("DAYS", "90"), ("SEED", "1"))
    )
    if not merchants:
        return {}
    scenario = replace(load("default"), mix=dict.fromkeys(drawn(), 1))
    with tempfile.TemporaryDirectory() as folder:
        experiment.run(
            scenario,
            merchants=merchants * len(drawn()),
            days=days,
            seed=seed,
            policies=POLICIES,
            out=folder,
        )
        rows = report(folder)
    return {
        f"{row['archetype']}: {row['policy']} − owner, yuan, {days} days, seed {seed}": (
            f"{gap['mean'] / 100:12,.0f}   95 % {gap['low'] / 100:,.0f} to {gap['high'] / 100:,.0f}"
            f"   {gap['pairs']} pairs"
        )
        for row in rows
        if row["archetype"] in drawn() and (gap := row["vs_owner"]) is not None
    }
