"""What the books say was sold each day: takings on the spot, and invoices on credit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import DailySales, Invoice, Record, Store, Transaction

from .columns import among, credit_sales, spot_sales
from .forecast.daykinds import Flags, Floats, Ints

LOOK_BACK = 420
"""Days of history used: a year, so that the last Spring Festival is in it."""


_SHOWN_DAYS, _SHOWN, _SAME_SHARE = 28, 28, 0.9


@dataclass(frozen=True, slots=True)
class History:
    """Daily sales in minor units, from `first` through the as-of day; the two arrays align.

    `takings` are paid on the spot, `credit` is invoiced and paid later. `evidence` are the
    latest records they come from. `repeated` records said again what another had said.
    """

    first: date
    takings: Floats
    credit: Floats
    evidence: tuple[str, ...]
    repeated: int = 0

    @property
    def total(self) -> Floats:
        """All sales of each day."""
        return self.takings + self.credit

    def credit_share(self) -> float:
        """Share of the last 91 days' sales that is invoiced, 0 to 1."""
        credit = max(float(self.credit[-91:].sum()), 0.0)
        takings = max(float(self.takings[-91:].sum()), 0.0)
        return credit / (credit + takings) if credit + takings > 0 else 0.0


def sales_history(books: Books, store: str | None = None) -> History:
    """Return the daily sales known on the as-of day, from the first day with any.

    Takings are `DailySales`; books without any use `sale` and `refund` lines of statements, else
    invoices settled on the spot. Credit sales are the other sales invoices, red ones subtracted,
    void ones left out, on their day of issue. A channel of `DailySales` that repeats the credit
    invoices day by day is the same sales and counted once; so is a record of the same store,
    channel, day and amount as another. Stores that have closed for good are left out. With `store`,
    only its takings, whether closed or not.
    """
    known = (books.key, store)
    found = _recent.get(known)
    if found is None:
        found = _read(books, store)
        for old in list(_recent)[: len(_recent) - _KEPT + 1]:
            _recent.pop(old, None)
        _recent[known] = found
    return found


_KEPT = 128
_recent: dict[tuple[str, str | None], History] = {}
"""Histories of the snapshots last asked about: the sales and the cash forecast read the same one.
A key names its contents, so a history found here is the one that would be read again."""


def _read(books: Books, store: str | None) -> History:
    start = books.as_of - timedelta(days=LOOK_BACK - 1)
    origin = start.toordinal()
    channels: dict[str, Floats] = defaultdict(lambda: np.zeros(LOOK_BACK))
    credit = np.zeros(LOOK_BACK)
    latest: list[tuple[int, str]] = []
    seen = LOOK_BACK

    def add(into: Floats, kind: type[Record], day: str, amount: str, rows: Flags) -> None:
        nonlocal seen
        days, amounts = books.columns(kind, day, amount)
        places = days - origin
        chosen = np.flatnonzero(rows & (places >= 0) & (places < LOOK_BACK))
        if not chosen.size:
            return
        np.add.at(into, places[chosen], amounts[chosen])
        seen = min(seen, int(places[chosen].min()))
        recent = chosen[places[chosen] >= LOOK_BACK - _SHOWN_DAYS].tolist()
        if recent:
            ids = list(books.records(kind))
            latest.extend((int(days[row]), f"{kind.__name__}:{ids[row]}") for row in recent)

    codes, names = books.labels(DailySales, "channel")
    again = _repeats(books, codes)
    ours = ~again
    if store is not None:
        ours &= among(books, DailySales, "store", store)
    elif gone := closings(books):
        ours &= ~among(books, DailySales, "store", *gone)
    for code, name in enumerate(names):
        if (rows := ours & (codes == code)).any():
            add(channels[name], DailySales, "day", "amount", rows)
    if not channels and store is None:
        lines = among(books, Transaction, "kind", "sale", "refund")
        if lines.any():
            add(channels["statement"], Transaction, "day", "amount", lines)
    if store is None:
        spot = not channels
        add(credit, Invoice, "issued", "total", credit_sales(books))
        if spot and (rows := spot_sales(books)).any():
            add(channels["invoice"], Invoice, "issued", "total", rows)
    takings = np.zeros(LOOK_BACK)
    for amounts in channels.values():
        if not _same_sales(amounts, credit):
            takings += amounts
    evidence = tuple(ref for _, ref in sorted(latest)[-_SHOWN:])
    first = start + timedelta(days=seen)
    return History(first, takings[seen:], credit[seen:], evidence, int(again.sum()))


def closings(books: Books) -> dict[str, date]:
    """Return the last day of each store that has closed by the as-of day."""
    return {s.id: s.closed for s in books.all(Store) if s.closed and s.closed <= books.as_of}


def _repeats(books: Books, channels: Ints) -> Flags:
    """Which daily sales repeat another of the same store, channel, day and amount."""
    out = np.zeros(channels.size, dtype=np.bool_)
    if not channels.size:
        return out
    stores, _ = books.labels(DailySales, "store")
    days, amounts = books.columns(DailySales, "day", "amount")
    keys = (days * (int(stores.max()) + 1) + stores) * (int(channels.max()) + 1) + channels
    order = np.lexsort((amounts, keys))
    keys, amounts = keys[order], amounts[order]
    out[order[1:]] = (keys[1:] == keys[:-1]) & (amounts[1:] == amounts[:-1]) & (amounts[1:] != 0)
    return out


def _same_sales(channel: Floats, credit: Floats) -> bool:
    """Whether a channel's days are those of the credit invoices, to the unit on most of them."""
    days = (channel != 0) | (credit != 0)
    return bool(credit.any()) and float((channel == credit)[days].mean()) >= _SAME_SHARE
