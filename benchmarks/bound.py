"""The clairvoyant bound: merchant-years a second on one core, and how near a path comes to it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from aicfo_sim.bound import bound
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run, run
from aicfo_sim.outcome import wealth
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import ARCHETYPES, load
from aicfo_sim.state import State

WARM, DAYS, MERCHANTS = 120, 365, 12

RULES = ("owner", "all_t0", "bank_first", "always_discount")


def measure() -> dict[str, str]:
    """Return speed by archetype, and the share of the owner's gap that the best rule leaves open.

    The best rule is chosen with hindsight, firm by firm.
    """
    figures: dict[str, str] = {}
    for archetype in ARCHETYPES:
        scenario = replace(load("default"), mix={archetype: 1}, warmup_days=WARM)
        where = world(scenario, days=DAYS, seed=20)
        block = draw_block(where, [where.who(merchant) for merchant in range(MERCHANTS)])
        opening = State(block)
        run(Run(block, opening, Owner()), 0, WARM)
        worth, most, spent = list[np.ndarray](), list[np.ndarray](), 0.0
        for name in RULES:
            state = opening.copy()
            run(Run(block, state, policy(name)), WARM, where.total)
            worth.append(wealth(block, state, where.total))
            start = time.process_time()
            most.append(bound(block, opening, state, WARM, where.total))
            spent += time.process_time() - start
        assert all((high >= low).all() for high, low in zip(most, worth, strict=True))
        speed = MERCHANTS * DAYS / 365 * len(RULES) / spent
        best = np.max(worth, axis=0) - worth[0]
        room = most[0] - worth[0]
        figures[f"{archetype}: bounds of merchant-years a second"] = f"{speed:8.1f}"
        figures[f"{archetype}: best rule of the room"] = (
            f"{best.sum() / room.sum():8.1%} of {room.mean() / 100:,.0f} yuan a firm"
        )
    return figures
