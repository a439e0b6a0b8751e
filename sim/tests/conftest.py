"""A small world that all tests of the simulator share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run, run
from aicfo_sim.policies import policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State

Lived = Callable[..., State]


@pytest.fixture(scope="session")
def block() -> Block:
    """Twelve merchants of all archetypes, 60 days after the warm-up, channels kept."""
    where = world(load("default"), days=60, seed=11)
    return draw_block(where, [where.who(merchant) for merchant in range(12)], detail=True)


@pytest.fixture(scope="session")
def lived(block: Block) -> Lived:
    """Return the state after living through a number of days under a policy, from day 0."""

    def live(name: str, days: int, *, journal: bool = False) -> State:
        state = State(block, journal=journal)
        run(Run(block, state, policy(name)), 0, days)
        return state

    return live
