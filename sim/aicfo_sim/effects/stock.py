"""Goods bought forward: lots that perish, cost storage and cover later purchases."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .stores import Stores

FULL = 1_000_000

ITEMS = ("vegetables", "meat", "grain_oil")
"""Codes of the items of a chain, by the number of the supplier that sells them."""

ITEM_NAMES = ("蔬菜", "冻肉", "米面油")


@dataclass(frozen=True, slots=True)
class Lot:
    """Goods of one purchase; a change is a new lot in its place."""

    item: int
    quantity: int
    """Thousandths of a unit."""
    value: int
    """What they cost, fen."""
    unit_cost: int
    expires: int
    """Last day on which they can be used."""
    touched: int

    def less(self, quantity: int, t: int) -> tuple[Lot, int]:
        """Return the lot without `quantity`, and what that had cost: all when none is left."""
        cost = self.value * quantity // self.quantity if quantity < self.quantity else self.value
        left = replace(self, quantity=self.quantity - quantity, value=self.value - cost, touched=t)
        return left, cost


def price(stores: Stores, item: int, t: int) -> int:
    """Return what a unit of an item costs on day `t`, fen."""
    return int(stores.unit_price[item]) * int(stores.price[item, t]) // FULL


def asked(stores: Stores, item: int, t: int, quantity: int) -> int:
    """Return what a supplier asks on day `t` for `quantity` thousandths, fen, rounded up."""
    return -(-quantity * price(stores, item, t) // 1_000)


def space(stores: Stores, item: int, lots: list[Lot]) -> int:
    """Return how much more of an item can be stored, thousandths of a unit."""
    held = sum(lot.quantity for lot in lots if lot.item == item)
    return max(int(stores.room_days[0]) * int(stores.use_day[item]) - held, 0)


def perish(stores: Stores, lots: list[Lot], t: int) -> tuple[list[Lot], int]:
    """Return the lots after a day, and what the goods lost had cost, fen.

    Of each lot its item's share is lost, rounded up; what has expired is lost whole.
    """
    out, lost = list[Lot](), 0
    for lot in lots:
        gone = lot.quantity
        if t <= lot.expires:
            gone = min(-(-lot.quantity * int(stores.loss_ppm[lot.item]) // FULL), lot.quantity)
        if gone:
            lot, cost = lot.less(gone, t)
            lost += cost
        out.append(lot)
    return out, lost


def storage(stores: Stores, lots: list[Lot]) -> int:
    """Return what a day's storage of the lots costs, fen, rounded up."""
    thousandths = sum(lot.quantity * int(stores.storage[lot.item]) for lot in lots)
    return -(-thousandths // FULL)


def use(
    stores: Stores, lots: list[Lot], item: int, t: int, amount: int
) -> tuple[list[Lot], int, int]:
    """Return the lots after covering a purchase of `amount` fen at today's price from them, what
    of the amount is covered, and what the goods used had cost; the first to expire goes first."""
    unit = price(stores, item, t)
    wanted = amount * 1_000 // unit if unit else 0
    used, cost, out = 0, 0, list(lots)
    for place in sorted(range(len(out)), key=lambda n: (out[n].expires, n)):
        lot = out[place]
        part = min(lot.quantity, wanted - used)
        if lot.item == item and part > 0:
            out[place], spent = lot.less(part, t)
            used += part
            cost += spent
    return out, min(used * unit // 1_000, amount), cost
