"""A block of merchants: their draws side by side, rows ordered for the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import tables
from ..dates import Dates, dates
from ..fen import Ints
from ..market import Market, market
from ..scenario import ARCHETYPES, Figures, Scenario
from ..tables import Bills, Dues, Receipts, Takings, Tenders, Traits
from .common import Drawn, Who
from .contractor import draw_contractor
from .retail import draw_ecommerce, draw_shop

_DRAW = {"shop": draw_shop, "ecommerce": draw_ecommerce, "contractor": draw_contractor}


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One replication of a scenario over warm-up and run: days and market shared by all."""

    scenario: Scenario
    seed: int
    replication: int
    days: int
    dates: Dates
    market: Market
    figures: dict[str, Figures]

    @property
    def total(self) -> int:
        """Days of warm-up and run together."""
        return self.dates.days

    def who(self, merchant: int, archetype: str | None = None) -> Who:
        """Return a merchant of this world; its archetype follows from the mix unless given."""
        name = archetype or self.scenario.archetype(merchant)
        return Who(
            seed=self.seed,
            replication=self.replication,
            merchant=merchant,
            archetype=ARCHETYPES.index(name),
            figures=self.figures[name],
            market=self.figures["market"],
            dates=self.dates,
            order_level=self.scenario.fidelity == "order",
        )


def world(scenario: Scenario, *, days: int, seed: int, replication: int = 0) -> World:
    """Return the world of one replication: warm-up, then `days` days."""
    from datetime import timedelta

    total = scenario.warmup_days + days
    figures = {name: scenario.figures(name) for name in (*ARCHETYPES, "market")}
    return World(
        scenario=scenario,
        seed=seed,
        replication=replication,
        days=days,
        dates=dates(scenario.start - timedelta(days=scenario.warmup_days), total),
        market=market(figures["market"], seed, replication, total),
        figures=figures,
    )


@dataclass(slots=True)
class Block:
    """Draws of several merchants; `owner` of every row is the merchant's place in the block.

    `sold`, `settled`, `fee` are days × merchants in fen; `takings` keeps the channels of each
    merchant where books are wanted, else it is empty. Dues, bills and receipts are sorted by the
    day on which they matter; the `…_from` arrays give the first row of each day.
    """

    world: World
    traits: Traits
    sold: Ints
    settled: Ints
    fee: Ints
    transit: Ints
    takings: tuple[Takings, ...]
    dues: Dues
    dues_from: Ints
    known_order: Ints
    known_from: Ints
    receipts: Receipts
    receipts_from: Ints
    issued_order: Ints
    issued_from: Ints
    bills: Bills
    matures_order: Ints
    matures_from: Ints
    tenders: Tenders

    @property
    def size(self) -> int:
        """Number of merchants."""
        return self.traits.merchant.size


def draw_merchant(who: Who) -> Drawn:
    """Return one merchant's draws; they depend on nothing but who it is."""
    return _DRAW[ARCHETYPES[who.archetype]](who)


def draw_block(where: World, members: Sequence[Who], *, detail: bool = False) -> Block:
    """Return the block of the given merchants; `detail` keeps takings by channel."""
    drawn = [draw_merchant(who) for who in members]
    total = where.total
    sizes = {"dues": 0, "bills": 0, "tenders": 0, "receipts": 0}
    for place, one in enumerate(drawn):
        for table in (one.dues, one.receipts, one.bills, one.tenders):
            table.owner[:] = place
        _shift(one.dues.cond, sizes["tenders"])
        _shift(one.receipts.cond, sizes["tenders"])
        _shift(one.bills.cond, sizes["tenders"])
        _shift(one.dues.bill, sizes["bills"])
        _shift(one.receipts.bill, sizes["bills"])
        _shift(one.bills.recourse, sizes["dues"])
        for name in sizes:
            sizes[name] += getattr(one, name).owner.size
    dues = tables.stack([one.dues for one in drawn])
    receipts = tables.stack([one.receipts for one in drawn])
    bills = tables.stack([one.bills for one in drawn])
    order = np.lexsort((np.arange(dues.owner.size), dues.kind, dues.owner, dues.due))
    dues = tables.take(dues, order)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    bills.recourse = np.where(bills.recourse >= 0, place[bills.recourse], -1)
    order = np.lexsort((np.arange(receipts.owner.size), receipts.owner, receipts.paid))
    receipts = tables.take(receipts, order)
    known_order = np.lexsort((np.arange(dues.owner.size), dues.known))
    issued_order = np.lexsort((np.arange(receipts.owner.size), receipts.issued))
    # A bill matures on the first working day on or after its day of maturity.
    pays = where.dates.roll(bills.matures) if bills.owner.size else bills.matures
    matures_order = np.lexsort((np.arange(bills.owner.size), pays))
    takings = [one.takings for one in drawn]
    return Block(
        world=where,
        traits=tables.stack([one.traits for one in drawn]),
        sold=np.stack([(t.gross - t.refunds).sum(axis=0) for t in takings], axis=1),
        settled=np.stack([t.settled.sum(axis=0) for t in takings], axis=1),
        fee=np.stack([t.fee.sum(axis=0) for t in takings], axis=1),
        transit=np.array([t.transit.sum() for t in takings], dtype=np.int64),
        takings=tuple(takings) if detail else (),
        dues=dues,
        dues_from=_starts(dues.due, total),
        known_order=known_order,
        known_from=_starts(dues.known[known_order], total),
        receipts=receipts,
        receipts_from=_starts(receipts.paid, total),
        issued_order=issued_order,
        issued_from=_starts(receipts.issued[issued_order], total),
        bills=bills,
        matures_order=matures_order,
        matures_from=_starts(pays[matures_order], total),
        tenders=tables.stack([one.tenders for one in drawn]),
    )


def _shift(column: Ints, by: int) -> None:
    column[column >= 0] += by


def _starts(days: Ints, total: int) -> Ints:
    """Return the first row of each day 0 … total, for rows sorted by day."""
    return np.searchsorted(days, np.arange(total + 1))
