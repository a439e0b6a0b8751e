"""Reading books by column: thousands of lines cost a few array operations, and no record."""

from __future__ import annotations

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import Invoice, Record

from .forecast.daykinds import Flags


def among(books: Books, kind: type[Record], field: str, *words: str) -> Flags:
    """Return which records, ordered by id, have one of the words in a text field."""
    codes, known = books.labels(kind, field)
    wanted = np.array([word in words for word in known], dtype=np.bool_)
    return wanted[codes] if known else np.zeros(codes.size, dtype=np.bool_)


def credit_sales(books: Books) -> Flags:
    """Return which invoices are sales that are paid later (or the reversal of one)."""
    (settled,) = books.columns(Invoice, "settled_at_sale")
    return _standing(books, "sales") & (settled == 0)


def spot_sales(books: Books) -> Flags:
    """Return which invoices are sales that were settled on the spot."""
    (settled,) = books.columns(Invoice, "settled_at_sale")
    return _standing(books, "sales") & (settled != 0)


def bought(books: Books) -> Flags:
    """Return which invoices are purchases, red ones too."""
    return _standing(books, "purchase")


def _standing(books: Books, direction: str) -> Flags:
    return among(books, Invoice, "direction", direction) & ~among(books, Invoice, "status", "void")


def those(books: Books, rows: Flags) -> list[Invoice]:
    """Return the chosen invoices as records, ordered by id."""
    ids = list(books.records(Invoice))
    return [books.get(Invoice, ids[row]) for row in np.flatnonzero(rows).tolist()]
