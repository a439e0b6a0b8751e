"""How often the P95 funding need of a contract covers what it really took, books alone known.

Every contract that a contractor could win at its own price, as the notice stands on the day of the
award (`AICFO_NEED_MERCHANTS` firms, default 500, of scenario `AICFO_NEED_SCENARIO`, default
contractor; `AICFO_NEED_SEED`, default 21, from 9001 up held out): worst cumulative cash of its
payments in the simulated world beside the plugin's quantiles, with the paths it ships with. 93 to
97 of 100 at P95 is right; more is money held for nothing. Shares carry a 95 % binomial interval
(Wilson); that over firms redrawn stands beside it, for contracts of one firm may be alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.identity import Identity
from aicfo_sim.papers import Papers
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import BOND
from aicfo_sim.tender_market import OURS, cost_plus
from aicfo_sim.tender_records import tender_record

from aicfo_sdk import Context, MemoryBooks, Registry, discover
from aicfo_sdk.model import CashForecast, Merchant, TenderId, UntrustedText

_DAYS = 700
_BLOCK = 100
_YUAN = 100
_Z = 1.96


class Scored(NamedTuple):
    """One contract: whose, its estimate in fen and length in days, what it took and was told to."""

    firm: int
    estimate: int
    days: int
    took: int
    p50: int
    p95: int


def measure() -> dict[str, str]:
    """Return the share of contracts covered, by size and length too, and how the need compares."""
    merchants, seed = (
        int(os.environ.get(f"AICFO_NEED_{key}", usual))
        for key, usual in (("MERCHANTS", 500), ("SEED", 21))
    )
    name = os.environ.get("AICFO_NEED_SCENARIO", "contractor")
    rows = np.array(list(_scored(name, merchants, seed)), dtype=np.int64)
    firm, estimate, days, took, p50, p95 = rows.T
    covered = took <= p95
    figures = {
        "contracts": f"{took.size:10,}",
        "covered by P95": _share(covered),
        "covered by P95, interval over firms": _over_firms(covered, firm),
        "covered by P50": _share(took <= p50),
        "P95 over what it took, median": f"{np.median(p95 / np.maximum(took, 1)):10.2f}",
        "P50 over what it took, median": f"{np.median(p50 / np.maximum(took, 1)):10.2f}",
    }
    for what, values, unit in (
        ("estimate", estimate // _YUAN, "yuan"),
        ("length", days, "days"),
    ):
        quarter = np.searchsorted(np.quantile(values, (0.25, 0.5, 0.75)), values, side="right")
        for each in range(4):
            some = values[quarter == each]
            said = f"covered by P95, {what} {some.min():,} to {some.max():,} {unit}"
            figures[said] = _share(covered[quarter == each])
    return figures


def _scored(name: str, merchants: int, seed: int) -> Iterator[Scored]:
    registry = discover()
    where = world(replace(load(name), mix={"contractor": 1}), days=_DAYS, seed=seed)
    for first in range(0, merchants, _BLOCK):
        who = [where.who(n) for n in range(first, min(first + _BLOCK, merchants))]
        block = draw_block(where, who, detail=True)
        state, papers, tenders = State(block, journal=True), dict[int, Papers](), block.tenders
        for row, took in worst(block).items():
            place = int(tenders.owner[row])
            if place not in papers:
                papers[place] = Papers(block, state, place)
            told = needed(registry, block, row, papers[place].identity)
            length = int(tenders.ends[row] - tenders.starts[row])
            yield Scored(first + place, int(tenders.estimate[row]), length, took, *told)


def _share(hits: np.ndarray) -> str:
    """Return a share with its Wilson interval, and of how many."""
    count, part = hits.size, float(hits.mean())
    middle = (part + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z * np.sqrt(part * (1 - part) / count + (_Z / count) ** 2 / 4) / (1 + _Z**2 / count)
    return f"{part:10.1%} ({middle - half:.1%} to {middle + half:.1%} of {count:,})"


def _over_firms(hits: np.ndarray, firm: np.ndarray) -> str:
    """Return the 95 % bootstrap interval of a share, whole firms redrawn."""
    _, place = np.unique(firm, return_inverse=True)
    good, every = np.bincount(place, hits), np.bincount(place)
    again = np.random.default_rng(1).integers(0, every.size, (2_000, every.size))
    low, high = np.quantile(good[again].sum(1) / every[again].sum(1), (0.025, 0.975))
    return f"{hits.mean():10.1%} ({low:.1%} to {high:.1%} of {every.size:,} firms)"


def worst(block: Block) -> dict[int, int]:
    """Return by tender −min of the cumulative cash of its contract at the owner's price, fen.

    Contracts that end too near the last day are left out, for their payments are cut off.
    """
    tenders, dues, receipts = block.tenders, block.dues, block.receipts
    rows = np.flatnonzero((tenders.fits != 0) & (tenders.cost_ppm < 1_000_000))
    rows = rows[(tenders.ends[rows] + 150 < block.world.total) & (tenders.award[rows] > 0)]
    price = dict(zip(rows.tolist(), cost_plus(block, rows).tolist(), strict=True))
    out: dict[int, int] = {}
    for row in rows.tolist():
        scale = price[row] / int(tenders.estimate[row])
        owed = np.flatnonzero(dues.cond == row)
        comes = np.flatnonzero((receipts.cond == row) & (receipts.paid < block.world.total + 400))
        paid = np.where(dues.kind[owed] == BOND, dues.amount[owed] * scale, dues.amount[owed])
        got = receipts.amount[comes] * scale
        days = np.concatenate([dues.due[owed], receipts.paid[comes]])
        moves = np.concatenate([-paid, got])
        # Within a day what comes in is there before what is paid, as on the account.
        order = np.lexsort((moves < 0, days))
        days, total = days[order], np.cumsum(moves[order])
        last = np.append(days[1:] != days[:-1], True)
        out[row] = max(round(-float(total[last].min())), 0)
    return out


def needed(registry: Registry, block: Block, row: int, own: Identity) -> tuple[int, int]:
    """Return the plugin's P50 and P95 on the day of the award, fen."""
    tenders = block.tenders
    place, day = int(tenders.owner[row]), int(tenders.award[row])
    price = int(cost_plus(block, np.array([row]))[0])
    first = int(np.flatnonzero(tenders.owner == place)[0])
    notice = tender_record(
        block.world.dates,
        tenders,
        row,
        day,
        id="T",
        own=own,
        archetype="contractor",
        number=row - first,
        won=OURS,
        price=price,
    )
    today = block.world.dates.at(day)
    merchant = Merchant(id="M", updated=today, name=UntrustedText(own.own.name), region=own.region)
    context = Context(MemoryBooks([notice, merchant], as_of=today), seed=row)
    forecast = CashForecast(start=today, opening=0, p10=(0,), p50=(0,), p90=(0,), buffer=0)
    need = registry.tool("tender.funding_need")(context, TenderId("T"), forecast=forecast)
    return need.need_p50, need.need_p95
