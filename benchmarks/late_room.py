"""How many late days any use of bills and credit could have spared: what lay unused on each.

Each day on which the owner was late with wages or suppliers, before that day's late interest: the
bills that a counter would take, at face, and what both lines still give. Nothing left means that
no treasurer could have paid that day out of what the owner had kept; enough left means that one
who knew of the payment could have. What a wiser treasurer would have saved in interest before that
day is not in it. Held-out scenarios, `AICFO_WORTH_MERCHANTS` firms (default 300),
`AICFO_WORTH_DAYS` days (default 120), `AICFO_WORTH_SEED` (default 7): the firms of `bill_worth`.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np
from aicfo_sim import bank
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import SUPPLIER, WAGE

from .bill_worth import SCENARIOS

_LINES = (0, 1)


class Late(NamedTuple):
    """One firm on one day on which it was late: what it owed so and what it had left, fen."""

    day: int
    firm: int
    owed: int
    left: int


class Watched(Run):
    """A run that notes, before each judgement, who is late and what they have left."""

    def __init__(self, block: Block, state: State, policy: Owner) -> None:
        super().__init__(block, state, policy)
        self.late: list[Late] = []

    def _judge(self, t: int) -> None:
        block, state = self.block, self.state
        rows = state.overdue
        rows = rows[np.isin(block.dues.kind[rows], (WAGE, SUPPLIER))]
        if rows.size:
            owed, left = np.zeros((2, block.size), dtype=np.int64)
            np.add.at(owed, block.dues.owner[rows], state.open[rows])
            held = bank.sellable(block, state, t)
            np.add.at(left, block.bills.owner[held], state.left[held])
            left += sum(bank.free(block, state, t, line) for line in _LINES)
            for firm in np.unique(block.dues.owner[rows]).tolist():
                self.late.append(Late(t, firm, int(owed[firm]), int(left[firm])))
        super()._judge(t)


def measure() -> dict[str, str]:
    """Return by scenario how many late firm-days there are and what was left on them."""
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_WORTH_{name}", usual))
        for name, usual in (("MERCHANTS", 300), ("DAYS", 120), ("SEED", 7))
    )
    figures: dict[str, str] = {}
    for scenario in SCENARIOS:
        where = world(load(scenario), days=days, seed=seed)
        block = draw_block(where, [where.who(firm) for firm in range(merchants)])
        first, last = where.scenario.warmup_days, where.total
        opening = State(block)
        live(Run(block, opening, Owner()), 0, first)
        watched = Watched(block, opening, Owner())
        live(watched, first, last)
        figures |= _counted(scenario, watched.late)
    return figures


def _counted(scenario: str, late: list[Late]) -> dict[str, str]:
    nothing = sum(not day.left for day in late)
    enough = sum(day.left >= day.owed for day in late)
    firms = len({day.firm for day in late})
    return {
        f"{scenario}: days on which a firm was late": f"{len(late):6,} of {firms} firms",
        f"{scenario}: nothing left to sell or draw": f"{nothing:6,} ({nothing / len(late):.0%})",
        f"{scenario}: enough left to pay": f"{enough:6,} ({enough / len(late):.0%})",
    }
