"""The clairvoyant bound: whether anybody beats it, how near a path comes, merchant-years a second.

`AICFO_BOUND_SHARE` (default 1) is the share of the worlds that are lived, at least the first one of
each kind of firm; `AICFO_BOUND_SEED` (default 1) the first seed. Whoever beats the bound is named,
and ends the run with an error.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from aicfo_sim.bound import GROUPS, MORE, Taped, bound, either
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Policy, Run, run
from aicfo_sim.fen import Ints
from aicfo_sim.outcome import wealth
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import ARCHETYPES, load
from aicfo_sim.state import State

from .planned import Planned
from .wild import AtTheDesk, Foreseeing, Hoarder, Wild

WARM, MERCHANTS = 120, 4

WORLDS = (("default", 45, 6), ("heldout_tight", 180, 4), ("shocks", 180, 4), ("default", 365, 4))
"""Scenario, days and number of worlds at share 1."""

RULES = ("owner", "hold_all", "always_discount", "all_t0", "bank_first")
TRADE = ("advertise", "stock_up", "discounts", "expand")


class BoundBeaten(Exception):
    """Somebody is worth more than the bound says that anybody can be."""


@dataclass(slots=True)
class _Sums:
    """What is added up over worlds of one kind of firm, fen."""

    runs: int = 0
    least: int = 10**18
    years: float = 0.0
    seconds: float = 0.0
    room: int = 0
    rule: int = 0
    planned: int = 0
    bidding: int = 0
    bid: int = 0
    closing: int = 0
    cfo: int = 0
    cfo_room: int = 0
    firms: int = 0


def measure() -> dict[str, str]:
    """Return figures by kind of firm. Raises: BoundBeaten."""
    share = float(os.environ.get("AICFO_BOUND_SHARE", "1"))
    first = int(os.environ.get("AICFO_BOUND_SEED", "1"))
    figures: dict[str, str] = {}
    runs = 0
    for archetype in ARCHETYPES:
        sums = _Sums()
        lots = [round(worlds * share) for _, _, worlds in WORLDS]
        lots[0] = max(lots[0], 1)
        for (scenario, days, _), worlds in zip(WORLDS, lots, strict=True):
            for seed in range(first, first + worlds):
                _live(sums, scenario, archetype, days, seed)
        runs += sums.runs
        figures |= _told(archetype, sums)
    return figures | {"merchants under policies, none above its bound": f"{runs:10,}"}


def _told(archetype: str, sums: _Sums) -> dict[str, str]:
    def part(gained: int, room: int) -> str:
        return f"{gained / room:8.1%} of {room / 100 / sums.firms:,.0f} yuan a firm"

    closing = f"{sums.closing / 100 / sums.firms:8,.0f} yuan a firm at most"
    least = f"{sums.runs:8,}, the nearest by {sums.least / 100:,.2f} yuan"
    out = {
        f"{archetype}: merchants under policies below their bound": least,
        f"{archetype}: bounds of merchant-years a second": f"{sums.years / sums.seconds:8.1f}",
        f"{archetype}: best rule of the room": part(sums.rule, sums.room),
        f"{archetype}: best path found of the room": part(sums.planned, sums.room),
        f"{archetype}: primal gap": f"{(sums.room - sums.planned) / 100 / sums.firms:8,.0f}"
        " yuan a firm",
        f"{archetype}: what closing on purpose could add": closing,
    }
    out[f"{archetype}: captured by cfo (the worlds of 45 days)"] = (
        f"{sums.cfo / sums.cfo_room:8.1%}"
    )
    if sums.bidding > sums.room * 1.001:
        found = part(sums.bid, sums.bidding)
        out[f"{archetype}: best bids found of the room with tenders"] = found
    return out


def _live(sums: _Sums, name: str, archetype: str, days: int, seed: int) -> None:
    """Live one world of one kind of firm under everybody."""
    scenario = replace(load(name), mix={archetype: 1}, warmup_days=WARM)
    where = world(scenario, days=days, seed=seed)
    members = [where.who(merchant) for merchant in range(MERCHANTS)]
    block = draw_block(where, members, detail=True)
    opening = State(block, journal=True)
    run(Run(block, opening, Owner()), 0, WARM)
    label = f"{name}, {archetype}, {days} days, seed {seed}"
    usual = _end(block, opening, policy("owner"))
    worth: dict[str, Ints] = {"owner": wealth(block, usual, where.total)}
    start = time.process_time()
    most = bound(block, opening, usual, WARM, where.total)
    sums.seconds += time.process_time() - start
    sums.years += MERCHANTS * days / 365
    wide = bound(block, opening, usual, WARM, where.total, (*GROUPS, "tenders"))
    widest = bound(block, opening, usual, WARM, where.total, (*GROUPS, *MORE))
    for chosen in _rivals(block, opening, usual, where.total, seed):
        final = _end(block, opening, chosen)
        mine = worth[chosen.name] = wealth(block, final, where.total)
        own = bound(block, opening, final, WARM, where.total)
        below = own - mine
        if not final.effects.firms:
            # The owner's bound, free to bid and to close, holds for whoever moves no lever.
            below = np.minimum(below, widest + 3 * final.actions - mine)
        if (below < 0).any():
            raise BoundBeaten(f"{label}: {chosen.name} by {-int(below.min())} fen")
        if chosen.name == "cfo":
            sums.cfo += int((mine - worth["owner"]).sum())
            sums.cfo_room += int((either(own, most) - worth["owner"]).sum())
        sums.runs += MERCHANTS
        sums.least = min(sums.least, int(below[opening.alive].min(initial=sums.least)))
    owner = worth["owner"]
    rules = np.max([worth[rule] for rule in RULES], axis=0)
    sums.firms += MERCHANTS
    sums.room += int((most - owner).sum())
    sums.rule += int((rules - owner).sum())
    sums.planned += int((np.maximum(rules, worth["planned"]) - owner).sum())
    sums.bidding += int((wide - owner).sum())
    best = np.max([rules, worth["planned"], worth["foreseeing"]], axis=0)
    sums.bid += int((best - owner).sum())
    sums.closing += int((widest - wide).sum())


def _rivals(block: Block, opening: State, usual: State, last: int, seed: int) -> Iterator[Policy]:
    for name in (*RULES, *TRADE):
        yield policy(name)
    yield Wild(seed, eager=0.3)
    yield Hoarder(seed, after=10)
    yield AtTheDesk(seed, eager=0.05)
    yield Foreseeing()
    yield Planned(block, opening, usual, WARM, last)
    if last - WARM < 90:
        yield policy("cfo")


def _end(block: Block, opening: State, chosen: Policy) -> State:
    state: State = opening.copy()
    state.effects = Taped(state.effects)
    run(Run(block, state, chosen), WARM, block.world.total)
    return state
