"""What a merchant's files carry comes back to the fen when they are imported."""

from __future__ import annotations

from collections import Counter

import pytest
from aicfo_sim import sandbox
from aicfo_sim.export import export_books

from aicfo_sdk import Books
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.importers.detect import detect, read_known
from aicfo_sdk.model import Account, Bill, Counterparty, Invoice, Merchant, Settlement, Transaction

SEED = 7
ACCOUNTS = {"statement": "BANK", "wechat": "WECHAT", "alipay": "ALIPAY"}


@pytest.fixture(scope="module", params=["shop", "ecommerce", "contractor", "manufacturer"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Books, dict[str, Batch]]:
    """The books of a merchant, and what its files say by kind."""
    books = sandbox(request.param, seed=SEED)
    owner = next(books.all(Merchant))
    own = (*(a.number for a in books.all(Account) if a.number), owner.name)
    found: dict[str, Batch] = {}
    for path in export_books(books, tmp_path_factory.mktemp(request.param)):
        kind = detect(path)
        found[kind] = read_known(
            path, kind, own=own, own_uscc=owner.uscc, account=ACCOUNTS.get(kind)
        )
    return books, found


def _cash_by_day(lines: list[Transaction]) -> Counter[tuple[str, str]]:
    days: Counter[tuple[str, str]] = Counter()
    for line in lines:
        days[line.account, line.day.isoformat()] += line.amount
    return Counter({day: amount for day, amount in days.items() if amount})


def test_nothing_is_refused(both: tuple[Books, dict[str, Batch]]) -> None:
    assert all(not batch.refused for batch in both[1].values())


def test_daily_cash_of_every_account_is_the_same(both: tuple[Books, dict[str, Batch]]) -> None:
    books, batches = both
    read = [r for batch in batches.values() for r in batch.records if isinstance(r, Transaction)]
    # A wallet's bill has no opening balance; the bank's statement has, dated its first line.
    plain = [line for line in books.all(Transaction) if line.kind != "opening"]
    assert _cash_by_day([r for r in read if r.kind != "opening"]) == _cash_by_day(plain)
    assert {line.account for line in plain} == set(books.records(Account))
    bank = sum(line.amount for line in read if line.account == "BANK")
    assert bank == books.balance("BANK")


def test_takings_of_wallets_come_back_as_sales(both: tuple[Books, dict[str, Batch]]) -> None:
    books, batches = both
    for kind in batches.keys() & {"wechat", "alipay"}:
        read = [r for r in batches[kind].records if isinstance(r, Transaction)]
        ours = books.all(Transaction, account=ACCOUNTS[kind])
        for meaning in ("sale", "transfer", "fee"):
            assert sum(r.amount for r in read if r.kind == meaning) == sum(
                line.amount for line in books.all(Transaction, account=ACCOUNTS[kind], kind=meaning)
            )
        assert any(line.kind == "sale" for line in ours)


def test_receivables_and_payables_come_back_with_their_due_days(
    both: tuple[Books, dict[str, Batch]],
) -> None:
    """The list carries the invoices; with what was paid on them, open amounts are the same."""
    books, batches = both
    records = batches["einvoice_list"].records
    names = {r.id: r.name for r in records if isinstance(r, Counterparty)}
    parties = {r.id: r.name for r in books.all(Counterparty)}
    read = {
        r.number: (r.direction, r.issued, r.due, r.net, r.tax, r.total, names[r.counterparty])
        for r in records
        if isinstance(r, Invoice)
    }
    ours = {
        i.number: (i.direction, i.issued, i.due, i.net, i.tax, i.total, parties[i.counterparty])
        for i in books.all(Invoice)
    }
    assert read == ours
    settled: Counter[str] = Counter()
    for part in books.all(Settlement):
        settled[books.get(Invoice, part.invoice).number] += part.amount
    for direction in ("sales", "purchase"):
        left = sum(row[5] - settled[n] for n, row in read.items() if row[0] == direction)
        assert left == sum(
            i.total - settled[i.number] for i in books.all(Invoice, direction=direction)
        )
        assert left >= 0


def test_bills_on_hand_come_back(both: tuple[Books, dict[str, Batch]]) -> None:
    books, batches = both
    held = [bill for bill in books.all(Bill) if bill.held == "held"]
    if "bills" not in batches:
        assert not held
        return

    def shape(bills: list[Bill]) -> list[tuple[object, ...]]:
        return sorted(
            (b.number, b.range_start, b.range_end, b.face, b.issued, b.matures, b.acceptor, b.kind)
            for b in bills
        )

    read = [r for r in batches["bills"].records if isinstance(r, Bill) and r.held == "held"]
    assert shape(read) == shape(held)
    assert held
