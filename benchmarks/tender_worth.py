"""What deciding on tenders is worth: profit from tenders and distress after winning, held out.

The CFO (`AICFO_WORTH_POLICY`, default `cfo:tender`) beside the owner and simple rules on the same
draws of `AICFO_WORTH_MERCHANTS` contractors (default 400), `AICFO_WORTH_DAYS` days (default 300)
from `AICFO_WORTH_SEED` (default 9001) of `AICFO_WORTH_SCENARIOS` (default heldout,heldout_tight; to
tune: contractor, other seeds). Rules: the owner's habit with another markup, and the same
paying the bank's line first. Profit is that of contracts won in the run, price less true cost, yuan
a firm; distress is working days with something overdue while such a contract runs, days a firm.
Differences carry a 95 % bootstrap interval over firms. Read two ways: against one rule in both
figures, that with the highest mean profit, as somebody would follow it; and in each figure against
the rule that does best in that very figure, two rules that nobody follows at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from aicfo_sim import tender_market
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Policy, Run
from aicfo_sim.engine import run as live
from aicfo_sim.fen import Ints, per_merchant, share
from aicfo_sim.policies import Owner, policy
from aicfo_sim.policies.simple import BankFirst
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import BOND

SCENARIOS = "heldout,heldout_tight"
MARKUPS = (50_000, 120_000, 160_000, 200_000, 240_000)
_BLOCK = 100
_YUAN = 100


def measure() -> dict[str, str]:
    """Return profit and distress by scenario, with differences and their intervals."""
    figures: dict[str, str] = {}
    for scenario in os.environ.get("AICFO_WORTH_SCENARIOS", SCENARIOS).split(","):
        figures |= _scenario(scenario)
    return figures


def _scenario(name: str) -> dict[str, str]:
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_WORTH_{key}", usual))
        for key, usual in (("MERCHANTS", 400), ("DAYS", 300), ("SEED", 9001))
    )
    ours = os.environ.get("AICFO_WORTH_POLICY", "cfo:tender")
    arms = _rules() | {ours: lambda: policy(ours)}
    found = {arm: list[np.ndarray]() for arm in arms}
    where = world(replace(load(name), mix={"contractor": 1}), days=days, seed=seed)
    for first in range(0, merchants, _BLOCK):
        who = [where.who(n) for n in range(first, min(first + _BLOCK, merchants))]
        block = draw_block(where, who, detail=True)
        opening = State(block, journal=True)
        live(Run(block, opening, Owner()), 0, where.scenario.warmup_days)
        for arm, make in arms.items():
            found[arm].append(_lived(block, opening.copy(), make()))
    values = {arm: np.concatenate(parts, axis=1) for arm, parts in found.items()}
    rules = [arm for arm in arms if arm not in (ours, "owner")]
    earns_most = max(rules, key=lambda arm: float(values[arm][0].mean()))
    figures = {f"{name}: the one best rule (most profit)": f"{earns_most:>12}"}
    for place, (what, better) in enumerate(
        (("profit from tenders, yuan", 1), ("distress after winning, days", -1), ("won", 0))
    ):
        column = {arm: values[arm][place] for arm in values}
        said = f"{name}: {what}"
        figures |= {f"{said}, {arm}": f"{one.mean():12,.2f}" for arm, one in column.items()}
        if not better:
            continue
        does_best = max(rules, key=lambda arm: better * float(column[arm].mean()))
        for other in dict.fromkeys(("owner", earns_most, does_best)):
            figures[f"{said}, {ours} less {other}"] = _interval(column[ours] - column[other])
    return figures


def _rules() -> dict[str, Callable[[], Policy]]:
    rules: dict[str, Callable[[], Policy]] = {"owner": Owner, "bank_first": BankFirst}
    for markup in MARKUPS:
        for base in (Owner, BankFirst):
            rules[f"{base.name} at {markup / 10_000:g} %"] = _at(base, markup)
    return rules


def _at(base: type[Owner], markup: int) -> Callable[[], Policy]:
    class Marked(base):
        """Bids at its cost estimate and another markup."""

        def bids(self, run: Run, t: int, rows: Ints) -> Ints:
            chosen = super().bids(run, t, rows)
            tenders = run.block.tenders
            cost = share(tenders.estimate[chosen], tenders.cost_ppm[chosen])
            price = np.minimum(share(cost, 1_000_000 + markup), tenders.estimate[chosen])
            for row, bid in zip(chosen.tolist(), price.tolist(), strict=True):
                tender_market.submit(run.block, run.state, t, row, bid)
            return chosen[:0]

    return Marked


class _Watched:
    """A policy, with the working days on which a firm that won something is overdue."""

    def __init__(self, inner: Policy, before: np.ndarray, size: int) -> None:
        self.name, self._inner, self._before = inner.name, inner, before
        self.distress = np.zeros(size, dtype=np.int64)

    def decide(self, run: Run, t: int) -> None:
        block, state = run.block, run.state
        self._inner.decide(run, t)
        won = np.flatnonzero(state.won & ~self._before)
        runs = won[block.tenders.ends[won] >= t]
        holds = per_merchant(block.tenders.owner[runs], np.ones_like(runs), block.size) > 0
        late = np.zeros(block.size, dtype=bool)
        late[block.dues.owner[state.overdue]] = True
        self.distress += holds & late

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        return self._inner.bids(run, t, rows)


def _lived(block: Block, state: State, chosen: Policy) -> np.ndarray:
    """Return profit in yuan, days of distress and contracts won, one column a firm."""
    tenders, first = block.tenders, block.world.scenario.warmup_days
    before = state.won | state.bid
    watched = _Watched(chosen, before, block.size)
    live(Run(block, state, watched), first, block.world.total)
    cost = np.zeros(tenders.owner.size, dtype=np.int64)
    mine = (block.dues.cond >= 0) & (block.dues.kind != BOND)
    np.add.at(cost, block.dues.cond[mine], block.dues.amount[mine])
    won = np.flatnonzero(state.won & ~before)
    # Costs beyond the last day of the run are drawn no further: such contracts are not counted.
    whole = won[tenders.ends[won] < block.world.total]
    gain = (state.bid_price[whole] - cost[whole]) / _YUAN
    profit = np.zeros(block.size)
    np.add.at(profit, tenders.owner[whole], gain)
    return np.stack(
        [profit, watched.distress, per_merchant(tenders.owner[won], np.ones_like(won), block.size)]
    )


def _interval(gaps: np.ndarray) -> str:
    again = np.random.default_rng(1).integers(0, gaps.size, (4_000, gaps.size))
    low, high = np.quantile(gaps[again].mean(1), (0.025, 0.975))
    return f"{gaps.mean():12,.2f} ({low:,.2f} to {high:,.2f})"
