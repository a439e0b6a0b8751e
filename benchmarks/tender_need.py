"""How often the P95 funding need of a contract covers what it really took, books alone known.

Every contract that a contractor of the default scenario could win at its own price, as the notice
stands on the day of the award (`AICFO_NEED_MERCHANTS` firms, default 500, `AICFO_NEED_SEED`,
default 21): worst cumulative cash of its payments in the simulated world beside the plugin's
quantiles. 93 to 97 of 100 at P95 is right; more is money held for nothing.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

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

from aicfo_sdk import Context, MemoryBooks, discover
from aicfo_sdk.model import CashForecast, Merchant, TenderId, UntrustedText
from aicfo_sdk.parameters import parameters

_DAYS = 700
_FEWER = parameters().with_values(date(2000, 1, 1), tender__paths=400)
"""Paths of one contract: enough where thousands are counted."""


def measure() -> dict[str, str]:
    """Return the share of contracts covered at P50 and P95, and how the need compares."""
    merchants, seed = (
        int(os.environ.get(f"AICFO_NEED_{key}", usual))
        for key, usual in (("MERCHANTS", 500), ("SEED", 21))
    )
    where = world(replace(load("contractor"), mix={"contractor": 1}), days=_DAYS, seed=seed)
    real: list[int] = []
    told: list[tuple[int, int]] = []
    for first in range(0, merchants, 100):
        who = [where.who(n) for n in range(first, min(first + 100, merchants))]
        block = draw_block(where, who, detail=True)
        state, papers = State(block, journal=True), dict[int, Papers]()
        for row, took in worst(block).items():
            place = int(block.tenders.owner[row])
            if place not in papers:
                papers[place] = Papers(block, state, place)
            real.append(took)
            told.append(needed(block, row, papers[place].identity))
    took, (p50, p95) = np.array(real), np.array(told).T
    return {
        "contracts": f"{took.size:10,}",
        "covered by P95": f"{(took <= p95).mean():10.1%}",
        "covered by P50": f"{(took <= p50).mean():10.1%}",
        "P95 over what it took, median": f"{np.median(p95 / np.maximum(took, 1)):10.2f}",
        "P50 over what it took, median": f"{np.median(p50 / np.maximum(took, 1)):10.2f}",
    }


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


def needed(block: Block, row: int, own: Identity) -> tuple[int, int]:
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
    context = Context(MemoryBooks([notice, merchant], as_of=today), seed=row, params=_FEWER)
    forecast = CashForecast(start=today, opening=0, p10=(0,), p50=(0,), p90=(0,), buffer=0)
    need = discover().tool("tender.funding_need")(context, TenderId("T"), forecast=forecast)
    return need.need_p50, need.need_p95
