"""A synthetic contractor's files read back as an owner would, and what no file carries."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aicfo_sdk import Books
from aicfo_sdk.model import (
    Account,
    Bill,
    CreditLine,
    DiscountQuote,
    FundPosition,
    Invoice,
    Loan,
    Merchant,
    Obligation,
    Record,
    Settlement,
    Store,
    Tender,
    Transaction,
)

if TYPE_CHECKING:
    from aicfo_sdk.books.batch import Batch

BY_HAND: tuple[type[Record], ...] = (
    Store,
    CreditLine,
    Loan,
    FundPosition,
    Obligation,
    DiscountQuote,
    Tender,
)
"""Record types that none of the files carries: the owner, his bank or a portal tells them."""


def read_files(books: Books, paths: list[Path]) -> list[Batch]:
    """Read the files as `aicfo import` does, told only what an owner knows of himself."""
    from aicfo_sdk.books.importers.detect import detect, read_known

    owner = _owner(books)
    ids = {"statement": _account(books, "bank"), "wechat": _account(books, "wallet")}
    numbers = tuple(account.number for account in books.all(Account) if account.number)
    batches: list[Batch] = []
    for path in paths:
        kind = detect(path)
        options = {
            "own": (*numbers, owner.name),
            "own_uscc": owner.uscc,
            "currency": books.currency,
        }
        batch = read_known(path, kind, **options, account=ids.get(kind))
        batches.append(replace(batch, source=path.name))  # the same wherever the folder is
    return batches


def told(books: Books, tender: Tender) -> list[Record]:
    """Return the records that no file carries: lines, loans, dues, quotes, notices, and what a
    wallet held before its bill begins. `tender` stands for the notice of its id."""
    records: list[Record] = [
        tender if record.ref == tender.ref else record
        for kind in BY_HAND
        for record in books.all(kind)
    ]
    wallets = {account.id for account in books.all(Account) if account.kind != "bank"}
    records += [
        line
        for line in books.all(Transaction)
        if line.kind == "opening" and line.account in wallets
    ]
    return records


def write_told(records: list[Record], path: Path) -> Path:
    """Write records as JSON lines, the format for what no bank or platform exports."""
    lines = [
        json.dumps(
            {"record": type(record).__name__, **record.model_dump(mode="json")}, ensure_ascii=False
        )
        for record in records
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    return path


def money_in_books(books: Books) -> dict[str, int]:
    """Return the figures that must come back: cash, receivables, payables, bills on hand."""
    settled: dict[str, int] = defaultdict(int)
    for settlement in books.all(Settlement):
        settled[settlement.invoice] += settlement.amount
    left = {"sales": 0, "purchase": 0}
    for invoice in books.all(Invoice, settled_at_sale=False):
        if invoice.status != "void":
            left[invoice.direction] += invoice.total - settled[invoice.id]
    held = sum(bill.face for bill in books.all(Bill, held="held", side="receivable"))
    return {
        "cash": books.balance(),
        "receivables": left["sales"],
        "payables": left["purchase"],
        "bills": held,
    }


def _owner(books: Books) -> Merchant:
    return next(books.all(Merchant))


def _account(books: Books, kind: str) -> str:
    return next((account.id for account in books.all(Account) if account.kind == kind), "")
