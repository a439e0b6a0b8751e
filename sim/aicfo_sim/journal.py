"""What moved, event by event, for merchants whose books will be read: a log beside the ledger."""

from __future__ import annotations

import numpy as np

from .fen import Ints

(
    RECEIPT,
    BILL_IN,
    BILL_SOLD,
    BILL_ENDORSED,
    BILL_END,
    DUE_PAID,
    DRAWN,
    REPAID,
    BOND_OUT,
    BOND_BACK,
    FUND_MOVE,
    DEPOSIT_INTEREST,
    GOODS,
    ADVERTISING,
    UPKEEP,
    STOCK_BOUGHT,
    PROMOTION,
    FITOUT,
) = range(18)
"""Kinds of events. `row` is the row of the table the event is about: Receipts, Bills, Dues, loans
or Tenders; `amount` is money in (+) or out (−), for bills the face; `extra` is a second figure.
The last six are of `effects`: `row` is a channel, a party, an item, a store."""

Event = tuple[int, int, int, int, int]
"""Day, kind, row, amount, extra."""


class Journal:
    """Events of a block, kept as whole columns and handed out by merchant in order."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._chunks: list[tuple[int, int, Ints, Ints, Ints, Ints]] = []
        self._taken = 0
        self._events: list[list[Event]] = [[] for _ in range(size)]

    def add(
        self,
        t: int,
        kind: int,
        owners: Ints,
        rows: Ints,
        amounts: Ints,
        extra: Ints | None = None,
    ) -> None:
        """Write down events of one kind on day `t`, one per entry of the columns."""
        if owners.size:
            more = np.zeros_like(amounts) if extra is None else extra
            self._chunks.append((t, kind, owners, rows, amounts, more))

    def events(self, merchant: int) -> list[Event]:
        """Return all events of one merchant of the block so far; the list only ever grows."""
        for t, kind, owners, rows, amounts, extra in self._chunks[self._taken :]:
            places: list[int] = owners.tolist()
            figures = zip(rows.tolist(), amounts.tolist(), extra.tolist(), strict=True)
            for place, (row, amount, more) in zip(places, figures, strict=True):
                self._events[place].append((t, kind, row, amount, more))
        self._taken = len(self._chunks)
        return self._events[merchant]

    def copy(self) -> Journal:
        """Return a journal with the same events that grows on its own."""
        twin = Journal(self._size)
        twin._chunks, twin._taken = list(self._chunks), self._taken
        twin._events = [list(events) for events in self._events]
        return twin
