"""How far the chance of winning a tender can be trusted, the books alone known.

The tender market without whole firms: `AICFO_CHANCE_MERCHANTS` contractors (default 2,000) of
scenario `AICFO_CHANCE_SCENARIO` (default contractor), seed `AICFO_CHANCE_SEED` (default 21, from
9001 up held out), 700 days, bid for all that promises a margin, at the owner's habit. Their books
hold the notices and awards of each day. From day 200 on each tender is asked about on its last day,
at a price drawn evenly between 0.98 and 1.2 times the firm's own cost estimate, and the market says
whether that bid wins. Bids fall into tenths by the chance told; a tenth is shown from 300 bids on.
Brier scores stand beside that of the best constant, the share that won of these very bids.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.fen import Ints
from aicfo_sim.firm import firm_records
from aicfo_sim.papers import Papers
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tender_market import OURS, cost_plus, winners
from aicfo_sim.tender_records import tender_record

from aicfo_sdk import PPM, Context, MemoryBooks, Registry, discover
from aicfo_sdk.model import Merchant, TenderId

_DAYS, _FROM = 700, 200
_BLOCK = 100
_TENTHS, _FEWEST = 10, 300
_LOW, _HIGH = 0.98, 1.2


def measure() -> dict[str, str]:
    """Return Brier scores and, by tenth of the chance told, how often such bids won."""
    merchants, seed = (
        int(os.environ.get(f"AICFO_CHANCE_{key}", usual))
        for key, usual in (("MERCHANTS", 2_000), ("SEED", 21))
    )
    name = os.environ.get("AICFO_CHANCE_SCENARIO", "contractor")
    firm, told, won = np.array(list(scored(name, merchants, seed))).T
    told = told / PPM
    brier = (told - won) ** 2
    base = (won.mean() - won) ** 2
    figures = {
        "bids": f"{won.size:10,}",
        "won": f"{won.mean():10.3f}",
        "chance told, mean": f"{told.mean():10.3f}",
        "Brier score": f"{brier.mean():10.4f}",
        "Brier score of the base rate": f"{base.mean():10.4f}",
        "base rate less ours, interval over firms": _over_firms(base - brier, firm),
    }
    tenth = np.minimum((told * _TENTHS).astype(np.int64), _TENTHS - 1)
    worst = 0.0
    for each in range(_TENTHS):
        some = tenth == each
        said = f"told {each / _TENTHS:.1f} to {(each + 1) / _TENTHS:.1f}"
        if some.sum() < _FEWEST:
            figures[said] = f"{'':10} too few: {some.sum():,} bids"
            continue
        gap = float(won[some].mean() - told[some].mean())
        worst = max(worst, abs(gap))
        error = float(np.sqrt(won[some].var() / some.sum()))
        figures[said] = (
            f"{told[some].mean():10.3f} told, {won[some].mean():.3f} won, {gap:+.3f} "
            f"(± {1.96 * error:.3f}), {some.sum():,} bids"
        )
    figures["largest gap of a tenth shown"] = f"{worst:10.3f}"
    return figures


def scored(name: str, merchants: int, seed: int) -> Iterator[tuple[int, int, bool]]:
    """Yield of each bid the firm, the chance told in ppm, and whether it would have won."""
    registry = discover()
    where = world(replace(load(name), mix={"contractor": 1}), days=_DAYS, seed=seed)
    for first in range(0, merchants, _BLOCK):
        who = [where.who(n) for n in range(first, min(first + _BLOCK, merchants))]
        block = draw_block(where, who, detail=True)
        tenders, state = block.tenders, State(block, journal=True)
        every = np.arange(tenders.owner.size)
        wants = (tenders.fits != 0) & (tenders.cost_ppm < PPM)
        habit = np.where(wants, cost_plus(block, every), 0)
        winner = winners(tenders, every, habit)
        asked = np.flatnonzero(wants & (tenders.deadline >= _FROM))
        asked = asked[tenders.deadline[asked] < block.world.total]
        price = _prices(block, asked, seed + first)
        wins = winners(tenders, asked, price) == OURS
        for place in range(len(who)):
            mine = np.flatnonzero(tenders.owner == place)
            paper = Papers(block, state, place)
            for at in np.flatnonzero(tenders.owner[asked] == place).tolist():
                row = int(asked[at])
                told = _told(registry, block, paper, mine, row, winner, habit, int(price[at]))
                yield first + place, told, bool(wins[at])


def _prices(block: Block, rows: Ints, seed: int) -> Ints:
    """Return prices that vary as bids do, whole hundreds of yuan, at most the estimate, fen."""
    tenders = block.tenders
    part = np.random.default_rng(seed).uniform(_LOW, _HIGH, rows.size)
    cost = tenders.estimate[rows] / PPM * tenders.cost_ppm[rows]
    price = (np.rint(cost * part / 10_000) * 10_000).astype(np.int64)
    return np.minimum(price, tenders.estimate[rows])


def _told(
    registry: Registry,
    block: Block,
    paper: Papers,
    mine: Ints,
    row: int,
    winner: Ints,
    habit: Ints,
    price: int,
) -> int:
    """Return the chance of `price` that the plugin tells on the tender's last day, ppm."""
    tenders, day = block.tenders, int(block.tenders.deadline[row])
    today = block.world.dates.at(day)
    notices = [
        tender_record(
            block.world.dates,
            tenders,
            each,
            day,
            id=f"T{number}",
            own=paper.identity,
            archetype="contractor",
            number=number,
            won=int(winner[each]),
            price=int(habit[each]),
        )
        for number, each in enumerate(mine.tolist())
        if tenders.published[each] <= day
    ]
    firm = firm_records(paper.identity, "contractor", today)[Merchant]
    context = Context(MemoryBooks([*firm.values(), *notices], as_of=today), seed=row)
    number = int(np.searchsorted(mine, row))
    return registry.tool("tender.win_chance")(
        context, TenderId(f"T{number}"), price=price
    ).chance_ppm


def _over_firms(values: np.ndarray, firm: np.ndarray) -> str:
    """Return a mean with its 95 % bootstrap interval, whole firms redrawn."""
    _, place = np.unique(firm, return_inverse=True)
    total, every = np.bincount(place, values), np.bincount(place)
    again = np.random.default_rng(1).integers(0, every.size, (2_000, every.size))
    low, high = np.quantile(total[again].sum(1) / every[again].sum(1), (0.025, 0.975))
    return f"{values.mean():10.4f} ({low:.4f} to {high:.4f})"
