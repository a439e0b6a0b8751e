"""The CFO arm: merchant-days a second, plans and forecasts a merchant-year, events against daily.

`AICFO_CFO_MERCHANTS` firms of each kind (default 4), `AICFO_CFO_DAYS` days after the warm-up
(default 90), `AICFO_CFO_SEED` (default 1). Seconds are CPU seconds of this process. Shares of
daily planning's gain are over sums of merchants, on the same draws.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Policy, Run
from aicfo_sim.engine import run as live
from aicfo_sim.outcome import wealth
from aicfo_sim.policies import Owner
from aicfo_sim.policies.cfo import Cfo, installed
from aicfo_sim.scenario import drawn, load
from aicfo_sim.state import State

from aicfo_sdk.model import DailySales, Invoice, Settlement, Transaction

_YEAR = 365


@dataclass(frozen=True, slots=True)
class _Lived:
    """What a policy came to: final wealth by merchant, questions asked, CPU seconds."""

    wealth: np.ndarray
    asked: int
    seconds: float


def measure() -> dict[str, str]:
    """Return figures by name, for each kind of firm."""
    figures: dict[str, str] = {}
    for kind in drawn():
        figures |= _kind(kind)
    return figures


def _kind(kind: str) -> dict[str, str]:
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_CFO_{name}", default))
        for name, default in (("MERCHANTS", "4"), ("DAYS", "90"), ("SEED", "1"))
    )
    where = world(load("default"), days=days, seed=seed)
    block = draw_block(where, [where.who(n, kind) for n in range(merchants)], detail=True)
    opening = State(block, journal=True)
    live(Run(block, opening, Owner()), 0, where.scenario.warmup_days)
    # Plugins load their libraries when first asked.
    _live(block, opening, Cfo(installed()), days=2)
    owner = _live(block, opening, Owner())
    chosen = Cfo(installed())
    events = _live(block, opening, chosen)
    daily = _live(block, opening, Cfo(installed(), every=1))
    run = Run(block, opening, chosen)
    books = [chosen.papers(run, place).books(where.total - 1) for place in range(block.size)]
    tables = (Transaction, Invoice, Settlement, DailySales)
    records = sum(len(one.records(table)) for one in books for table in tables) / block.size
    spent = merchants * days
    gain, most = (float((one.wealth - owner.wealth).sum()) for one in (events, daily))
    out = {
        f"{kind}: cfo, events": f"{spent / events.seconds:10,.0f} md/s",
        f"{kind}: cfo, asked daily": f"{spent / daily.seconds:10,.0f} md/s",
        f"{kind}: records a merchant at the end": f"{records:10,.0f}",
        f"{kind}: plans a merchant-year, events": f"{events.asked * _YEAR / spent:10,.1f}",
        f"{kind}: plans a merchant-year, daily": f"{daily.asked * _YEAR / spent:10,.1f}",
        f"{kind}: a question": f"{events.seconds / max(events.asked, 1) * 1e3:10,.1f} ms",
    }
    share = f"{gain / most:10.1%}" if most > 0 else "  no gain to share"
    out[f"{kind}: gain of events over gain of asking daily"] = share
    return out


def _live(block: Block, opening: State, policy: Policy, *, days: int = 0) -> _Lived:
    first, total = block.world.scenario.warmup_days, block.world.total
    state, last = opening.copy(), first + days if days else total
    start = time.process_time()
    live(Run(block, state, policy), first, last)
    spent = time.process_time() - start
    return _Lived(wealth(block, state, last), int(state.asked.sum()), spent)
