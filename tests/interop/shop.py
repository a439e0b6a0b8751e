"""A small shop whose books outside clients read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.model import (
    Account,
    Counterparty,
    CreditLine,
    Merchant,
    Transaction,
    UntrustedText,
)

DAY = date(2026, 3, 2)


def shop(path: Path) -> StoredBooks:
    """Return new books with an account, a credit line and a partner."""
    merchant = Merchant(id="me", updated=DAY, name=UntrustedText("老王小吃"))
    records = (
        Account(id="A", opened=DAY, kind="bank", provider="ICBC", number="1"),
        Transaction(id="t0", day=DAY, account="A", amount=500_000, kind="opening"),
        CreditLine(
            id="L",
            updated=DAY,
            lender="MYbank",
            limit=1_000_000,
            rate_ppm=36_500,
            expires=date(2026, 12, 31),
        ),
        Counterparty(id="C-1", known_since=DAY, name=UntrustedText("晨光机电")),
    )
    books = create_books(path, merchant=merchant, currency="CNY")
    books.import_batches([Batch("test", "test", "0" * 64, "CNY", records)])
    return books
