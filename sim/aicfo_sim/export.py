"""A synthetic merchant's books as the files its bank, wallets, tax platform and bill desk give."""

from __future__ import annotations

from pathlib import Path

from aicfo_sdk import Books
from aicfo_sdk.model import Account, Bill, Counterparty, Invoice, Merchant


def export_books(books: Books, folder: Path) -> list[Path]:
    """Write bank statement, wallet bills, e-invoice list and bills on hand; return the files.

    The bank statement carries the bank account to the fen, a wallet's bill its movements but no
    opening balance, the e-invoice list all invoices with their due days but not what was paid on
    them, the bill list the bills on hand and those that came from customers.
    """
    from aicfo_sdk.books.exporters import alipay, bills, einvoice, statement, wechat

    folder.mkdir(parents=True, exist_ok=True)
    parties = books.records(Counterparty)
    paths: list[Path] = []
    for account in books.all(Account):
        if account.kind == "bank":
            paths.append(folder / "bank_statement.csv")
            statement.write(books, paths[-1], bank=account.provider.lower(), account=account.id)
        else:
            paths.append(folder / f"{account.provider}_bill.csv")
            wallet = wechat if account.provider == "wechat" else alipay
            wallet.write(books, paths[-1], account=account.id)
    paths.append(folder / "einvoices.xlsx")
    owner = next(books.all(Merchant))
    einvoice.write_list(books.all(Invoice), paths[-1], merchant=owner, counterparties=parties)
    mine = [_numbered(books, bill) for bill in books.all(Bill) if bill.invoices or _held(bill)]
    if mine:
        paths.append(folder / "bills.xlsx")
        bills.write_list(mine, paths[-1], counterparties=parties)
    return paths


def _held(bill: Bill) -> bool:
    return bill.held == "held"


def _numbered(books: Books, bill: Bill) -> Bill:
    """Name the invoices behind a bill by the numbers printed on them: files know no ids."""
    numbers = tuple(books.get(Invoice, paper).number for paper in bill.invoices)
    return bill.model_copy(update={"invoices": numbers})
