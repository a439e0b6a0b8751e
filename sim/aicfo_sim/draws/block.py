"""A block of merchants: their draws side by side, rows ordered for the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .. import tables
from ..dates import Dates, dates
from ..fen import Ints
from ..lenders import reviews
from ..market import Market, market
from ..scenario import ARCHETYPES, Figures, Scenario
from ..shocks import ShockPlan, Shocks, shocks
from ..tables import Bills, Dues, Receipts, Takings, Tenders, Traits
from .acceptors import Acceptors, acceptors
from .common import Drawn, Who
from .farmer import draw_farmer
from .group import Group, GroupDrawn, alone, each, joined
from .industry import draw_industry
from .restaurant import draw_restaurant
from .retail import draw_ecommerce, draw_shop
from .shocking import shocked
from .taxing import levied

DRAWERS: dict[str, Callable[[Group], GroupDrawn]] = {
    "shop": draw_shop,
    "ecommerce": draw_ecommerce,
    "contractor": draw_industry,
    "restaurant": each(draw_restaurant),
    "manufacturer": draw_industry,
    "farmer": each(draw_farmer),
}
"""Archetype → what draws a group of its merchants; `each` makes that of a drawer of one."""

T = TypeVar("T", Bills, Tenders)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One replication of a scenario over warm-up and run: days and market shared by all."""

    scenario: Scenario
    seed: int
    replication: int
    days: int
    dates: Dates
    market: Market
    shocks: Shocks
    figures: dict[str, Figures]

    @property
    def total(self) -> int:
        """Days of warm-up and run together."""
        return self.dates.days

    @property
    def acceptors(self) -> Acceptors:
        """Who accepts bills in this replication, and who of them is listed when."""
        return acceptors(self.figures["market"], self.seed, self.replication, self.dates)

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
            shocks=self.shocks,
        )


def world(scenario: Scenario, *, days: int, seed: int, replication: int = 0) -> World:
    """Return the world of one replication: warm-up, then `days` days."""
    from datetime import timedelta

    total = scenario.warmup_days + days
    figures = {name: scenario.figures(name) for name in (*DRAWERS, "market")}
    table = dates(scenario.start - timedelta(days=scenario.warmup_days), total)
    return World(
        scenario=scenario,
        seed=seed,
        replication=replication,
        days=days,
        dates=table,
        market=market(figures["market"], seed, replication, table, scenario.warmup_days),
        shocks=shocks(scenario.section(ShockPlan), seed, replication, table, scenario.warmup_days),
        figures=figures,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The rows of a table that hang on each tender, in order."""

    order: Ints
    first: Ints

    @classmethod
    def of(cls, cond: Ints, tenders: int) -> Index:
        """Return the index of a column of conditions."""
        rows = np.flatnonzero(cond >= 0)
        order = rows[sorted_rows(cond[rows])]
        return cls(order, np.searchsorted(cond[order], np.arange(tenders + 1)))

    def rows(self, tender: int) -> Ints:
        """Return the rows of one tender."""
        return self.order[self.first[tender] : self.first[tender + 1]]


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
    reviews: Ints
    """Limits of lines over those at the start, months × merchants: see `lenders.reviews`."""
    contract_dues: Index
    contract_receipts: Index

    @property
    def size(self) -> int:
        """Number of merchants."""
        return self.traits.merchant.size


def draw_merchant(who: Who) -> Drawn:
    """Return one merchant's draws, those of a block of one."""
    return alone(_draw([who], detail=True))


def draw_block(where: World, members: Sequence[Who], *, detail: bool = False) -> Block:
    """Return the block of the given merchants; `detail` keeps takings by channel."""
    total, size = where.total, len(members)
    archetypes = np.array([who.archetype for who in members], dtype=np.int64)
    places = [np.flatnonzero(archetypes == code) for code in np.unique(archetypes)]
    parts = [_draw([members[n] for n in place.tolist()], detail=detail) for place in places]
    rows = [(part.dues, part.receipts, part.bills, part.tenders) for part in parts]
    dues, receipts, bills, tenders = joined(rows, places)
    if bills.owner.size:
        bills, moved = _by_owner(bills)
        for column in (dues.bill, receipts.bill):
            column[column >= 0] = moved[column[column >= 0]]
    if tenders.owner.size:
        tenders, moved = _by_owner(tenders)
        for column in (dues.cond, receipts.cond, bills.cond):
            column[column >= 0] = moved[column[column >= 0]]
    back: Ints = np.argsort(np.concatenate(places))
    takings = list[Takings]()
    for part in parts:
        takings.extend(part.takings)
    order = sorted_rows(dues.due, dues.owner, dues.kind)
    dues = tables.ordered(dues, order)
    if bills.owner.size:
        place = np.empty_like(order)
        place[order] = np.arange(order.size)
        bills.recourse = np.where(bills.recourse >= 0, place[bills.recourse], -1)
    order = sorted_rows(receipts.paid, receipts.owner)
    receipts = tables.ordered(receipts, order)
    known_order = sorted_rows(dues.known)
    # Invoices of one day keep the order in which they were drawn: the order in which they will be
    # paid would tell of the future in their numbers.
    issued_order = sorted_rows(receipts.issued, order)
    # A bill matures on the first working day on or after its day of maturity.
    pays = where.dates.roll(bills.matures) if bills.owner.size else bills.matures
    matures_order = sorted_rows(pays)
    sold = _side_by_side([part.sold for part in parts], places, size)
    traits = tables.take(tables.stack([part.traits for part in parts]), back)
    return Block(
        world=where,
        traits=traits,
        sold=sold,
        settled=_side_by_side([part.settled for part in parts], places, size),
        fee=_side_by_side([part.fee for part in parts], places, size),
        transit=np.concatenate([part.transit for part in parts])[back],
        takings=tuple(takings[int(n)] for n in back) if detail else (),
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
        tenders=tenders,
        contract_dues=Index.of(dues.cond, tenders.owner.size),
        contract_receipts=Index.of(receipts.cond, tenders.owner.size),
        reviews=reviews(where.figures["market"], where.dates, traits, sold, receipts),
    )


def _draw(members: Sequence[Who], *, detail: bool) -> GroupDrawn:
    """Return the draws of members of one archetype of one world."""
    group = Group.of(members, detail=detail)
    drawn = DRAWERS[ARCHETYPES[group.archetype]](group)
    return levied(shocked(drawn, group), group)


def _by_owner(table: T) -> tuple[T, Ints]:
    """Return a table sorted by its owners and where each of its rows went."""
    order = np.argsort(table.owner, kind="stable")
    moved = np.empty_like(order)
    moved[order] = np.arange(order.size)
    return tables.ordered(table, order), moved


def sorted_rows(*keys: Ints) -> Ints:
    """Return row numbers sorted by the keys, the first counting most; equals keep their order.

    The keys and the row number are packed into one word, which sorts several times faster than
    a sort by each key; where they do not fit, each key is sorted by.
    """
    rows = keys[0].size
    if not rows:
        return np.zeros(0, dtype=np.int64)
    bits, places = rows.bit_length(), 1
    packed = np.zeros(rows, dtype=np.int64)
    for key in keys:
        low = int(key.min())
        width = int(key.max()) - low + 1
        places *= width
        if places >= 1 << (63 - bits):
            return np.lexsort((np.arange(rows), *reversed(keys)))
        packed *= width
        packed += key - low
    packed <<= bits
    packed |= np.arange(rows)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def _side_by_side(parts: Sequence[Ints], places: Sequence[Ints], size: int) -> Ints:
    """Return days × merchants of all groups."""
    if len(parts) == 1:
        return parts[0]
    out = np.empty((parts[0].shape[0], size), dtype=np.int64)
    for part, place in zip(parts, places, strict=True):
        out[:, place] = part
    return out


def _starts(days: Ints, total: int) -> Ints:
    """Return the first row of each day 0 … total, for rows sorted by day."""
    return np.searchsorted(days, np.arange(total + 1))
