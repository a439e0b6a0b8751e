"""What a lever of the cash brain is worth alone: idle money, goods, ads, sites for new stores.

A CFO with that lever's tools alone lives beside the owner and the rule of thumb on
the same draws of `AICFO_LEVERS_MERCHANTS` firms (default 40), `AICFO_LEVERS_DAYS` days (default
365), `AICFO_LEVERS_SEED` (default 9001, a held-out seed), on held-out scenarios, and where the
effect is switched off. `AICFO_LEVERS_ONLY` names the levers to measure. Differences are in yuan a
firm, with a 95 % bootstrap interval over firms.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Policy, Run
from aicfo_sim.engine import run as live
from aicfo_sim.ledger import FUND, INVESTED
from aicfo_sim.outcome import Start, outcome
from aicfo_sim.policies import Owner, policy
from aicfo_sim.policies.cfo import ADVERTISING, Cfo, installed
from aicfo_sim.policies.sites import Sites
from aicfo_sim.scenario import load
from aicfo_sim.state import State

from aicfo_sdk import Plugin, Registry

BLOCK = 10
"""Merchants lived through together: their forecasts are made at once."""

_FORECAST = ("sales_forecast", "cash_forecast")


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison: where it is made, and whether the effect is there at all."""

    name: str
    scenario: str
    kind: str
    override: Mapping[str, Mapping[str, Any]]


class Counting(Cfo):
    """A CFO that counts the days on which money at hand did not cover what was due."""

    unseen = ADVERTISING

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self.days = self.short = 0

    def decide(self, run: Run, t: int) -> None:
        """Count, then decide as ever."""
        balances, alive = run.state.ledger.balances, run.state.alive
        missing = (run.short(t) > balances[FUND]) & (balances[INVESTED] > 0) & alive
        self.days, self.short = self.days + int(alive.sum()), self.short + int(missing.sum())
        super().decide(run, t)


class Watching(Counting):
    """The same, asked too when goods get cheap: the rule of thumb looks each Monday."""

    watches_prices = True


@dataclass(frozen=True, slots=True)
class Lever:
    """Tools that make up a lever, the rule of thumb it must beat, where, and who follows them."""

    tools: tuple[str, ...]
    rule: str
    cases: tuple[Case, ...]
    arm: Callable[[Registry], Counting | Sites] = Counting


_STEADY = {"restaurant": {"price_sd": [0.0, 0.0, 0.0], "price_jump_year": 0.0}}
"""Prices that never move: nothing can be locked."""

SWING = {"price_sd": [0.13, 0.06, 0.024]}
"""Frozen meat that strays 25 % from its mean and grain 12 %, an assumption: something to win."""

_NO_ADS = {"restaurant": {"ads_top": [0.0, 0.0]}}
"""Advertising that brings nothing; what the owner spends on it by habit can still be saved."""

_NO_HABIT = {"restaurant": {"ads_top": [0.0, 0.0], "ads_habit": [0.0, 0.0]}}
"""The same with an owner who spends nothing on it."""

_WEALTH = {"market": {"wealth_product_days": 1}}
_RICH = {"restaurant": {"runway": 6.0}}

LEVERS = {
    "idle": Lever(
        ("liquidity_plan", "idle_cash"),
        "all_t0",
        (
            Case("held out, T+1 product", "heldout", "shop", _WEALTH),
            Case("held out and tight, T+5 product", "heldout_tight", "shop",
                 {"market": {"wealth_product_days": 5}}),
            Case("no product: T+0 alone", "heldout", "shop", {}),
        ),
    ),
    "lock": Lever(
        ("price_lock", "forward_purchase"),
        "stock_up",
        (
            Case("held out", "heldout", "restaurant", {}),
            Case("held out and tight", "heldout_tight", "restaurant", {}),
            Case("held out, what keeps swings twice as wide", "heldout", "restaurant",
                 {"restaurant": SWING}),
            Case("prices never move", "heldout", "restaurant", _STEADY),
        ),
        Watching,
    ),
    "ads": Lever(
        ("marketing_plan", "marketing_budget"),
        "advertise",
        (
            Case("held out", "heldout", "restaurant", {}),
            Case("held out and tight", "heldout_tight", "restaurant", {}),
            Case("no effect", "heldout", "restaurant", _NO_ADS),
            Case("no effect, no habit", "heldout", "restaurant", _NO_HABIT),
        ),
    ),
    "sites": Lever(
        ("site_plan", "where_to_expand"),
        "expand",
        (
            Case("held out", "heldout", "restaurant", {}),
            Case("held out, ample cash", "heldout", "restaurant", _RICH),
            Case("held out and tight, ample cash", "heldout_tight", "restaurant", _RICH),
            Case("no site on offer", "heldout", "restaurant",
                 {"restaurant": {"runway": 6.0, "candidates": 0}}),
        ),
        Sites,
    ),
}  # fmt: skip


def measure() -> dict[str, str]:
    """Return differences by lever and case."""
    names = os.environ.get("AICFO_LEVERS_ONLY", ",".join(LEVERS)).split(",")
    figures: dict[str, str] = {}
    for name in names:
        for case in LEVERS[name].cases:
            figures |= compared(name, LEVERS[name], case)
    return figures


def compared(name: str, lever: Lever, case: Case) -> dict[str, str]:
    """Return the figures of one case."""
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_LEVERS_{key}", usual))
        for key, usual in (("MERCHANTS", 40), ("DAYS", 365), ("SEED", 9001))
    )
    registry, said = with_tools(lever.tools), f"{name}, {case.name}"
    lived: dict[str, list[dict[str, np.ndarray]]] = {"owner": [], lever.rule: [], "cfo": []}
    days_seen = short = 0
    asked = opened_stores = 0
    for first in range(0, merchants, BLOCK):
        block, opening = opened(case, range(first, min(first + BLOCK, merchants)), days, seed)
        chosen = lever.arm(registry)
        for arm, how in (("owner", Owner()), (lever.rule, policy(lever.rule)), ("cfo", chosen)):
            lived[arm].append(lives(block, opening, how))
        asked += chosen.asked
        if isinstance(chosen, Counting):
            days_seen, short = days_seen + chosen.days, short + chosen.short
        else:
            opened_stores += chosen.notes["opened"]
    arms = {
        arm: {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        for arm, parts in lived.items()
    }
    own, rule, cfo = (arms[arm] for arm in ("owner", lever.rule, "cfo"))
    figures = {
        f"{said}: wealth over owner": interval((cfo["wealth"] - own["wealth"]) / 100),
        f"{said}: wealth over {lever.rule}": interval((cfo["wealth"] - rule["wealth"]) / 100),
        f"{said}: {lever.rule} over owner": interval((rule["wealth"] - own["wealth"]) / 100),
        f"{said}: firms open, owner / rule / cfo": " / ".join(
            str(int(arm["survived"].sum())) for arm in (own, rule, cfo)
        ),
        f"{said}: questions a firm-year": f"{asked * 365 / merchants / days:12,.1f}",
    }
    if name == "sites":
        figures[f"{said}: stores opened"] = f"{opened_stores:12,d}"
    if name == "idle":
        fall = 1 - cfo["idle_cash"].sum() / max(own["idle_cash"].sum(), 1)
        figures |= {
            f"{said}: idle cash less than the owner's": f"{fall:12.1%}",
            f"{said}: days short while money was locked": f"{short / max(days_seen, 1):12.3%}",
        }
    return figures


def with_tools(tools: tuple[str, ...]) -> Registry:
    """Return the core and the cash brain with its forecast and these tools alone."""
    full = installed()
    brain = full.plugins["cash_brain"]
    small = Plugin("cash_brain", version=brain.version, title=brain.title)
    small.tools = {name: tool for name, tool in brain.tools.items() if name in (*_FORECAST, *tools)}
    plugins = [full.plugins["core"], small]
    return Registry(plugins, distributions=full.distributions, children=full.children)


def opened(case: Case, numbers: range, days: int, seed: int) -> tuple[Block, State]:
    """Return the firms of a case and their state after the warm-up."""
    scenario = load(case.scenario)
    override = {name: dict(values) for name, values in scenario.override.items()}
    for name, values in case.override.items():
        override[name] = override.get(name, {}) | dict(values)
    where = world(replace(scenario, override=override), days=days, seed=seed)
    block = draw_block(where, [where.who(n, case.kind) for n in numbers], detail=True)
    opening = State(block, journal=True)
    live(Run(block, opening, Owner()), 0, scenario.warmup_days)
    return block, opening


def lives(block: Block, opening: State, how: Policy) -> dict[str, np.ndarray]:
    """Return the outcome columns of a policy over the days after the warm-up."""
    first, total = block.world.scenario.warmup_days, block.world.total
    state = opening.copy()
    path = np.zeros((total - first, 2, block.size), dtype=np.int64)
    start = Start.of(block, state, first)
    live(Run(block, state, how), first, total, path)
    return outcome(block, state, start, path, total)


def interval(gaps: np.ndarray) -> str:
    """Return the mean and its 95 % bootstrap interval over firms."""
    again = np.random.default_rng(1).integers(0, gaps.size, (4_000, gaps.size))
    low, high = np.quantile(gaps[again].mean(1), (0.025, 0.975))
    return f"{gaps.mean():12,.1f} ({low:,.1f} to {high:,.1f})"
