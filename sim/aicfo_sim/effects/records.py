"""What decisions and faults leave in a merchant's papers: takings, statement lines, stock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aicfo_sdk.model import Record, StockLot, TransactionKind

from .. import journal as log
from ..dates import Dates
from ..fen import Ints
from ..ledger import STAFF
from ..tables import SERVICE
from .ads import ADS
from .faults import STOCK_OUT
from .levers import Levers
from .room import settles
from .stock import ITEM_NAMES, ITEMS, Lot, price
from .stores import Stores, site_name

if TYPE_CHECKING:
    from ..state import State

SHELF_DAYS = 3
"""Days' use of goods that a store has on its shelf."""

COUNTED_DAYS = 42
"""Days before today for which books show what a shelf was."""


class Line(NamedTuple):
    """A line of the bank statement."""

    kind: TransactionKind
    text: str
    party: str = ""
    name: str = ""


def line(archetype: str, kind: int, row: int, amount: int) -> Line | None:
    """Return the statement line of an event of the room, none for what moves no money."""
    match kind:
        case log.GOODS:
            back = amount > 0
            return Line("refund" if back else "purchase", "货款退回" if back else "货款现购", "S01")
        case log.ADVERTISING:
            return Line("fee", f"推广费 {ADS[archetype][row]}", name=ADS[archetype][row])
        case log.UPKEEP:
            return Line("payroll", "新店工资及租金") if row == STAFF else Line("other", "仓储费")
        case log.STOCK_BOUGHT:
            return Line("purchase", f"{ITEM_NAMES[row]}锁价采购", f"S{row + 1:02d}")
        case log.FITOUT:
            return Line("other", "新店装修")
        case _:
            return None


def ads_text(archetype: str, kind: int, party: int) -> Line | None:
    """Return the statement line of a payment for advertising by habit, none for other payments."""
    if kind != SERVICE or party < 0:
        return None
    channel = ADS[archetype][party]
    return Line("fee", f"推广费 {channel}", name=channel)


def goods_text(stores: Stores, item: int, t: int, amount: int) -> str:
    """Return what a supplier's invoice says: goods, quantity and price where it sells items."""
    if not stores.own:
        return "货款"
    unit = price(stores, item, max(t, 0))
    kilos = f"{amount // max(unit, 1)}.{amount * 100 // max(unit, 1) % 100:02d}"
    return f"{ITEM_NAMES[item]} {kilos}千克 单价{unit // 100}.{unit % 100:02d}元"


def by_store(
    stores: Stores, levers: Levers | None, channel: int, t: int
) -> list[tuple[str, str, int, int]]:
    """Return end of a record's id, store, takings and orders of a channel and day of a chain."""
    opened = {} if levers is None else levers.opened
    rows = [*range(stores.own), *(row for row in sorted(opened) if opened[row] <= t)]
    worth, orders = stores.gross[:, channel, t].copy(), stores.orders[:, channel, t].copy()
    worth[stores.own :] = orders[stores.own :] = 0
    if levers is not None:
        worth += levers.extra[:, channel, t]
        orders += levers.extra_orders[:, channel, t]
    return [
        (f"-{row + 1:02d}", site_name(row), int(worth[row]), max(int(orders[row]), 0))
        for row in rows
    ]


def more_sold(levers: Levers | None, channel: int, t: int) -> tuple[int, int]:
    """Return takings and orders of a channel and day beside what was drawn."""
    if levers is None:
        return 0, 0
    return int(levers.extra[:, channel, t].sum()), int(levers.extra_orders[:, channel, t].sum())


def more_settled(levers: Levers | None, channel: int, t: int) -> tuple[int, int]:
    """Return what a channel settles after its fee on a day, and the fee, beside what was drawn."""
    if levers is None:
        return 0, 0
    money, fee, _ = settles(levers, channel, t)
    return money - fee, fee


def in_transit(levers: Levers | None, channel: int, t: int) -> int:
    """Return what was sold beside what was drawn and is not settled at the end of day `t`."""
    if levers is None:
        return 0
    lag = int(levers.base.lag[channel])
    return int(levers.extra[:, channel, max(t - lag + 1, 0) : t + 1].sum())


def opened_stores(levers: Levers | None) -> dict[int, int]:
    """Return the candidates that trade or will from tomorrow, with their first day."""
    return {} if levers is None else levers.opened


def lots(stores: Stores, held: Sequence[Lot], dates: Dates, t: int) -> dict[str, Record]:
    """Return the goods on hand: bought forward, and on the shelf of each store of a chain.

    A shelf shows each item at what its supplier asks that day, so that books hold the price of
    what can be bought; a store whose goods run out (a stock-out) shows an empty shelf, on that
    day and not before.
    """
    out: dict[str, Record] = {}
    for number, lot in enumerate(held, 1):
        out[f"LOT-{number:04d}"] = StockLot(
            id=f"LOT-{number:04d}",
            updated=dates.at(lot.touched),
            item=ITEMS[lot.item],
            quantity_milli=lot.quantity,
            unit_cost=lot.unit_cost,
            expires=dates.at(lot.expires),
        )
    if not stores.own:
        return out
    sold, empty = _sold(stores, t), _empty(stores, t)
    for row in range(stores.own):
        for item in range(len(ITEMS)):
            shelf = _shelf(stores, dates, t, row, item, sold, empty)
            out[shelf.id] = shelf
    return dict(sorted(out.items()))


def earlier_shelves(stores: Stores, dates: Dates, t: int, id: str) -> tuple[StockLot, ...]:
    """Return what a shelf was on each of the `COUNTED_DAYS` before `t`, () of other lots.

    So books show on which day a supplier's list changed.
    """
    name, _, item = id.partition(":")
    if item not in ITEMS:
        return ()
    row = [site_name(one) for one in range(stores.own)].index(name)
    return tuple(
        _shelf(stores, dates, day, row, ITEMS.index(item), _sold(stores, day), _empty(stores, day))
        for day in range(max(t - COUNTED_DAYS, 0), t)
    )


def _sold(stores: Stores, t: int) -> Ints:
    return stores.gross[: stores.own, :, max(t - 27, 0) : t + 1].sum(axis=(1, 2))


def _shelf(
    stores: Stores, dates: Dates, t: int, row: int, item: int, sold: Ints, empty: Ints
) -> StockLot:
    """Return an item on a store's shelf at the close of day `t`."""
    use = int(stores.use_day[item]) * int(sold[row]) // max(int(sold.sum()), 1)
    return StockLot(
        id=f"{site_name(row)}:{ITEMS[item]}",
        updated=dates.at(t),
        item=ITEMS[item],
        store=site_name(row),
        quantity_milli=0 if empty[row] else use * SHELF_DAYS,
        unit_cost=price(stores, item, t),
        expires=dates.at(t + int(stores.keeps[item])),
    )


def held(state: State, place: int) -> tuple[Lot, ...]:
    """Return the lots of a merchant as they are now."""
    levers = state.effects.firms.get(place)
    return () if levers is None else tuple(levers.lots)


def _empty(stores: Stores, t: int) -> Ints:
    now = (stores.fault_kind == STOCK_OUT) & (stores.fault_first <= t) & (t < stores.fault_end)
    out = np.zeros(stores.own, dtype=np.int64)
    out[stores.fault_store[now]] = 1
    return out
