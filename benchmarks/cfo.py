"""The CFO arm: merchant-days a second, plans and forecasts a merchant-year, long histories.

`AICFO_CFO_MERCHANTS` firms of each kind (default 12), `AICFO_CFO_DAYS` days (default 60) after a
warm-up that leaves `AICFO_CFO_RECORDS` records a merchant (default 5,000), `AICFO_CFO_SEED`
(default 1). Seconds are CPU seconds of this process; writing down what happened in the warm-up is
counted apart, for a merchant's books are there when its CFO begins.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

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

YEAR = 365
_TABLES = (Transaction, Invoice, Settlement, DailySales)


@dataclass(frozen=True, slots=True)
class Lived:
    """What a policy came to: final wealth by merchant, questions asked, CPU seconds."""

    wealth: np.ndarray
    asked: int
    seconds: float


def measure() -> dict[str, str]:
    """Return figures by name, for each kind of firm and over all of them."""
    merchants, days, seed = wanted(MERCHANTS=12, DAYS=60, SEED=1)
    (records,) = wanted(RECORDS=5_000)
    load_libraries()
    figures, spent, lived = dict[str, str](), 0.0, 0
    a_day = dict[str, float]()
    for kind in drawn():
        warmup = _warmup(kind, records, seed)
        block, opening = opened(kind, merchants, days=days, seed=seed, warmup=warmup)
        alive = int(opening.alive.sum())
        chosen = Cfo(installed())
        state = opening.copy()
        run, first = Run(block, state, chosen), block.world.scenario.warmup_days
        start = time.process_time()
        places = np.flatnonzero(state.alive).tolist()
        books = [chosen.papers(run, place).books(first - 1) for place in places]
        wrote = time.process_time() - start
        held = sum(len(one.records(table)) for one in books for table in _TABLES) / alive
        with _fits() as fits:
            start = time.process_time()
            live(run, first, block.world.total)
            seconds = time.process_time() - start
        asked, known = int(state.asked.sum()), alive * days
        spent, lived = spent + seconds, lived + known
        a_day[kind] = seconds / known
        figures |= {
            f"{kind}: cfo": f"{known / seconds:10,.0f} md/s",
            f"{kind}: records a merchant at the start": f"{held:10,.0f}",
            f"{kind}: plans a merchant-year": f"{asked * YEAR / known:10,.1f}",
            f"{kind}: forecasts fitted a merchant-year": f"{fits[0] * YEAR / known:10,.1f}",
            f"{kind}: a question": f"{seconds / max(asked, 1) * 1e3:10,.1f} ms",
            f"{kind}: writing down the warm-up, a merchant": f"{wrote / alive * 1e3:10,.0f} ms",
        }
    mix = load("default").mix
    usual = sum(mix.values()) / sum(count * a_day[kind] for kind, count in mix.items())
    said = ", ".join(f"{count} {kind}" for kind, count in mix.items())
    return figures | {
        "all kinds alike: cfo": f"{lived / spent:10,.0f} md/s",
        "default mix: cfo": f"{usual:10,.0f} md/s   ({said})",
    }


def load_libraries() -> None:
    """Let plugins load what they load when first asked, so that no figure holds it."""
    live_on(*opened("contractor", 1, days=2, seed=1), Cfo(installed()))


def wanted(**defaults: int) -> tuple[int, ...]:
    """Return figures that the environment sets as `AICFO_CFO_NAME`, else their defaults."""
    return tuple(
        int(os.environ.get(f"AICFO_CFO_{name}", value)) for name, value in defaults.items()
    )


def opened(
    kind: str, merchants: int, *, days: int, seed: int, warmup: int = 0, first: int = 0
) -> tuple[Block, State]:
    """Return merchants `first` … and their state after the warm-up; `kind` "" takes the mix."""
    scenario = load("default")
    if warmup:
        scenario = replace(scenario, warmup_days=warmup)
    where = world(scenario, days=days, seed=seed)
    block = draw_block(
        where,
        [where.who(n, *([kind] if kind else [])) for n in range(first, first + merchants)],
        detail=True,
    )
    opening = State(block, journal=True)
    live(Run(block, opening, Owner()), 0, scenario.warmup_days)
    return block, opening


def live_on(block: Block, opening: State, policy: Policy) -> Lived:
    """Return what a policy makes of the days after the warm-up."""
    first, total = block.world.scenario.warmup_days, block.world.total
    state = opening.copy()
    start = time.process_time()
    live(Run(block, state, policy), first, total)
    spent = time.process_time() - start
    return Lived(wealth(block, state, total), int(state.asked.sum()), spent)


def _warmup(kind: str, records: int, seed: int) -> int:
    """Return the days of warm-up after which a merchant has so many records, at least the usual."""
    block, opening = opened(kind, 2, days=1, seed=seed)
    usual = block.world.scenario.warmup_days
    chosen = Cfo(installed())
    run = Run(block, opening, chosen)
    books = [chosen.papers(run, place).books(usual - 1) for place in range(block.size)]
    held = sum(len(one.records(table)) for one in books for table in _TABLES) / block.size
    return max(usual, round(usual * records / held))


@contextmanager
def _fits() -> Iterator[list[int]]:
    """Count the sales forecasts that are fitted, those found again left out."""
    fitted: Any = import_module("aicfo_cash_brain.sales")
    counted, held = [0], fitted.contests

    def contests(histories: np.ndarray, *rest: object) -> object:
        counted[0] += len(histories)
        return held(histories, *rest)

    fitted.contests = contests
    try:
        yield counted
    finally:
        fitted.contests = held
