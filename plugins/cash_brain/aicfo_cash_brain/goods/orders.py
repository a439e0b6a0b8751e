"""Past orders of goods, as purchase invoices that name quantity and price tell them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log
from statistics import median

from aicfo_sdk import Books, round_div
from aicfo_sdk.model import Counterparty, Invoice, StockLot

from ..columns import bought, those
from .lists import Rhythm, rhythm

_LINE = re.compile(
    r"(?P<goods>[^\d¥￥]{1,60}?)[\s,，:：]*(?P<count>\d{1,9}(?:\.\d{1,3})?)\s*[^\d\s.]{1,4}?\s*"
    r"(?:单价|@|×|x|\*)\s*[¥￥]?\s*(?P<price>\d{1,9}(?:\.\d{1,4})?)\s*元?"
)
_LONGEST = 200
_APART = 0.02
"""Share by which quantity × price may miss the invoice's total: rounding of the quantity."""

_FAR, _CLEAR = 0.5, 0.05
"""Log distances: goods this far from an item's price are not it; two this near are confused."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one day's invoices of a supplier bought of one kind of goods."""

    day: date
    quantity_milli: int
    price: int
    """Minor units for one unit, tax included."""
    terms: int
    """Days from the invoice to its payment."""
    ref: str


@dataclass(frozen=True, slots=True)
class Goods:
    """Orders of one kind of goods from one supplier, oldest first, one a day."""

    supplier: str
    name: str
    orders: tuple[Order, ...]

    def rhythm(self) -> int:
        """Return the usual days between orders."""
        days = [order.day.toordinal() for order in self.orders]
        gaps = [b - a for a, b in pairwise(days)]
        return max(round(median(gaps)), 1) if gaps else 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """An item as it is today: what it costs, how long it keeps, what was bought forward."""

    item: str
    price: int
    keeps: int | None
    """Days from today for which goods bought today can be used; None = as long as one likes."""
    held_milli: int
    rhythm: Rhythm | None
    """When its supplier's list changes, where the books show it."""
    refs: tuple[str, ...]


def shelves(books: Books) -> dict[str, Shelf]:
    """Return the items whose price the books show as of today, by code.

    A store's shelf is valued at what the supplier asks; a lot bought forward at what it cost, so
    that one says nothing of today.
    """
    lots, today = defaultdict[str, list[StockLot]](list), books.as_of
    for lot in books.records(StockLot).values():
        lots[lot.item].append(lot)
    out: dict[str, Shelf] = {}
    for item, mine in sorted(lots.items()):
        now = [lot for lot in mine if lot.store and lot.updated == today and lot.unit_cost > 0]
        if not now:
            continue
        keeps = [(lot.expires - today).days for lot in now if lot.expires is not None]
        held = sum(
            lot.quantity_milli
            for lot in mine
            if not lot.store and (lot.expires is None or lot.expires > today)
        )
        # The dearest shelf: an amount below what is asked would be refused.
        price = max(lot.unit_cost for lot in now)
        refs = tuple(lot.ref for lot in now[:3])
        lists = rhythm(books, now[0].id)
        out[item] = Shelf(item, price, min(keeps, default=None), held, lists, refs)
    return out


def past_goods(books: Books) -> tuple[list[Goods], int]:
    """Return what was bought by supplier and goods, and how many invoices were set aside.

    Text is believed only where quantity × price is the invoice's total; of others, and of
    suppliers that the books do not know, nothing is learnt.
    """
    known, found, aside = (
        books.records(Counterparty),
        defaultdict[tuple[str, str], list[Order]](list),
        0,
    )
    for invoice in those(books, bought(books)):
        named = _LINE.fullmatch(invoice.text[:_LONGEST].strip())
        if named is None or invoice.total <= 0:
            continue
        order = _order(invoice, named)
        if order is None or invoice.counterparty not in known or invoice.issued > books.as_of:
            aside += 1
            continue
        found[invoice.counterparty, named["goods"].strip()].append(order)
    goods = [
        Goods(supplier, name, _by_day(orders)) for (supplier, name), orders in sorted(found.items())
    ]
    return goods, aside


def _order(invoice: Invoice, named: re.Match[str]) -> Order | None:
    quantity, price = _thousandths(named["count"]), _thousandths(named["price"])
    if quantity <= 0 or price <= 0:
        return None
    cost = quantity * price / 10_000
    slack = max(_APART * invoice.total, price / 10)
    if abs(cost - invoice.total) > slack:
        if abs(cost - invoice.net) > slack or invoice.net <= 0:
            return None
        # A price before tax is made one that is paid.
        price = round_div(price * invoice.total, invoice.net)
    terms = (invoice.due - invoice.issued).days if invoice.due else 0
    return Order(
        invoice.issued, quantity, max(round_div(price, 10), 1), min(max(terms, 0), 365), invoice.ref
    )


def _thousandths(figure: str) -> int:
    whole, _, part = figure.partition(".")
    return int(whole) * 1_000 + int((part + "000")[:3])


def _by_day(orders: list[Order]) -> tuple[Order, ...]:
    """Return one order a day: the same invoice twice, or two deliveries, are one price."""
    days = defaultdict[date, dict[tuple[int, int], Order]](dict)
    for order in orders:
        days[order.day][order.quantity_milli, order.price] = order
    out = list[Order]()
    for _, same in sorted(days.items()):
        parts = list(same.values())
        quantity = sum(part.quantity_milli for part in parts)
        spent = sum(part.quantity_milli * part.price for part in parts)
        first = parts[0]
        out.append(Order(first.day, quantity, round_div(spent, quantity), first.terms, first.ref))
    return tuple(out)


def matched(items: Mapping[str, Shelf], goods: list[Goods], today: date) -> dict[str, Goods]:
    """Return which goods an item is: those of its name, else those that cost what it costs.

    Codes and invoices are written by different hands; where two kinds of goods cost about the
    same, or none does, nothing is said of the item.
    """
    recent = [one for one in goods if (today - one.orders[-1].day).days <= 3 * one.rhythm() + 7]
    out: dict[str, Goods] = {}
    for item in items:
        same = [one for one in recent if one.name == item]
        if len(same) == 1:
            out[item] = same[0]
    rest = [one for one in recent if one not in out.values()]
    pairs = sorted(
        (abs(log(shelf.price / one.orders[-1].price)), item, place)
        for item, shelf in items.items()
        if item not in out
        for place, one in enumerate(rest)
    )
    taken = set[int]()
    for far, item, place in pairs:
        if item in out or place in taken or far > _FAR:
            continue
        out[item] = rest[place]
        taken.add(place)
    return {
        item: one
        for item, one in out.items()
        if one.name == item or not _confused(items[item], one, rest)
    }


def _confused(shelf: Shelf, one: Goods, rest: list[Goods]) -> bool:
    gaps = sorted(abs(log(shelf.price / other.orders[-1].price)) for other in rest if other != one)
    mine = abs(log(shelf.price / one.orders[-1].price))
    return bool(gaps) and mine > 0 and gaps[0] < mine + _CLEAR
