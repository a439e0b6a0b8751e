from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from aicfo_sim import merchant_records, sample, sandbox
from aicfo_sim.books import MerchantBooks
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run, run
from aicfo_sim.ledger import BILLS
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.state import State
from aicfo_sim.tables import BILL_DIGITS, BILL_KINDS, SUPPLIER
from stdnum.cn import uscc

from aicfo_sdk import InputError, MemoryBooks, NotFound
from aicfo_sdk.model import (
    RECORDS,
    Account,
    Bill,
    CreditLine,
    DailySales,
    DiscountQuote,
    Invoice,
    Loan,
    Obligation,
    Settlement,
    Tender,
    Transaction,
    record_type,
)

DAY = 280


@pytest.fixture(scope="module")
def state(block: Block, lived: Callable[..., State]) -> State:
    return lived("owner", DAY + 1, journal=True)


@pytest.fixture(scope="module")
def books(block: Block, state: State) -> list[MerchantBooks]:
    return [Papers(block, state, place).books(DAY) for place in range(block.size)]


def _plain(books: MerchantBooks) -> MemoryBooks:
    """The same records in the port's own memory books."""
    records = [r for name in RECORDS for r in books.records(record_type(name)).values()]
    return MemoryBooks(records, as_of=books.as_of)


def test_every_record_stands_as_in_plain_books(books: list[MerchantBooks]) -> None:
    for found in books:
        plain = _plain(found)
        for name in RECORDS:
            kind = record_type(name)
            assert list(found.records(kind).items()) == list(plain.records(kind).items()), name


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Transaction, ("amount", "day")),
        (DailySales, ("amount", "refunds", "orders", "day")),
        (Invoice, ("total", "tax", "due", "settled_at_sale")),
        (Settlement, ("amount", "day")),
        (Bill, ("face", "matures", "transferable")),
        (Obligation, ("amount", "due", "paid")),
    ],
)
def test_columns_are_those_of_plain_books(
    books: list[MerchantBooks], kind: type[Transaction], fields: tuple[str, ...]
) -> None:
    for found in books:
        ours, plain = found.columns(kind, *fields), _plain(found).columns(kind, *fields)
        for one, other in zip(ours, plain, strict=True):
            assert one.dtype == np.int64
            assert np.array_equal(one, other)
            assert not one.flags.writeable


def test_labels_and_choices_by_field_are_those_of_plain_books(books: list[MerchantBooks]) -> None:
    for found in books:
        plain = _plain(found)
        for kind, name in (
            (Transaction, "kind"),
            (Invoice, "counterparty"),
            (Settlement, "by"),
            (Transaction, "counterparty_name"),
        ):
            (codes, words), (other, same) = found.labels(kind, name), plain.labels(kind, name)
            assert (codes.tolist(), words) == (other.tolist(), same)
            assert not codes.flags.writeable
        for kind, equal in (
            (Transaction, {"kind": "purchase", "account": "BANK"}),
            (Invoice, {"direction": "sales", "settled_at_sale": False}),
        ):
            assert list(found.all(kind, **equal)) == list(plain.all(kind, **equal))
        with pytest.raises(InputError):
            found.labels(Transaction, "amount")
        with pytest.raises(InputError):
            plain.labels(Transaction, "amount")


def test_series_are_those_of_plain_books(books: list[MerchantBooks]) -> None:
    asked = [
        (DailySales, "amount", {"channel": "wechat"}),
        (Transaction, "amount", {"kind": "purchase"}),
        (Transaction, "amount", {"account": "BANK", "kind": "sale"}),
        (Invoice, "total", {"direction": "purchase", "settled_at_sale": False}),
    ]
    for found in books:
        for kind, field, equal in asked:
            ours = found.series(kind, field, days=60, **equal)
            assert np.array_equal(ours, _plain(found).series(kind, field, days=60, **equal))


def test_a_text_is_no_column(books: list[MerchantBooks]) -> None:
    for name in ("text", "nothing"):
        with pytest.raises(InputError):
            books[0].columns(Transaction, name)


def test_accounts_hold_what_their_lines_sum_to(books: list[MerchantBooks], state: State) -> None:
    for place, found in enumerate(books):
        for account in found.records(Account):
            lines = found.all(Transaction, account=account)
            assert found.balance(account) == sum(line.amount for line in lines)
        assert found.balance("BANK") == state.ledger.cash[place]


def test_open_papers_are_what_the_state_says_is_owed(
    block: Block, books: list[MerchantBooks], state: State
) -> None:
    dues = block.dues
    happens = (dues.known <= DAY) & state.active(dues.cond) & (dues.bill < 0)
    for place, found in enumerate(books):
        mine = happens & (dues.owner == place)
        settled: dict[str, int] = {}
        for part in found.all(Settlement):
            settled[part.invoice] = settled.get(part.invoice, 0) + part.amount
        owed = sum(
            invoice.total - settled.get(invoice.id, 0)
            for invoice in found.all(Invoice, direction="purchase")
        )
        assert owed == state.open[mine & (dues.kind == SUPPLIER)].sum()
        others = sum(o.amount for o in found.all(Obligation, paid=False))
        assert others == state.open[mine & (dues.kind != SUPPLIER)].sum()


def test_bills_loans_and_lines_are_those_of_the_bank(
    books: list[MerchantBooks], state: State
) -> None:
    seen = 0
    for place, found in enumerate(books):
        held = [bill for bill in found.all(Bill) if bill.held == "held"]
        assert sum(bill.face for bill in held) == state.ledger.balances[BILLS, place]
        for bill in held:
            assert not bill.splittable or bill.range_end - bill.range_start + 1 == bill.face
        for line in found.all(CreditLine):
            drawn = sum(loan.principal for loan in found.all(Loan, line=line.id))
            assert line.used == drawn
            seen += drawn > 0
    assert seen


def test_a_snapshot_does_not_move_on_with_the_papers(block: Block) -> None:
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 250)
    papers = Papers(block, state, 3)
    early = papers.books(249)
    before = {name: dict(early.records(record_type(name))) for name in RECORDS}
    sums = early.series(Transaction, "amount", days=30).tolist()
    key = early.key
    run(Run(block, state, Owner()), 250, 280)
    late = papers.books(279)
    assert late.key != key == early.key
    assert before == {name: dict(early.records(record_type(name))) for name in RECORDS}
    assert early.series(Transaction, "amount", days=30).tolist() == sums


def test_quotes_hold_until_the_next_working_day(books: list[MerchantBooks]) -> None:
    quotes = list(books[3].all(DiscountQuote))
    assert {quote.institution for quote in quotes} == {"counter", "citybank", "platform"}
    assert all(quote.day == books[3].as_of <= quote.valid_until for quote in quotes)


@pytest.mark.parametrize("archetype", ["shop", "ecommerce", "contractor"])
def test_equal_arguments_give_equal_books(archetype: str) -> None:
    first, key = merchant_records(archetype, seed=3), sandbox(archetype, seed=3).key
    sample._books.cache_clear()  # pyright: ignore[reportPrivateUsage]
    assert sandbox(archetype, seed=3).key == key != sandbox(archetype, seed=4).key
    assert first == merchant_records(archetype, seed=3)
    assert first != merchant_records(archetype, seed=4)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_contractor_holds_bills_and_could_bid_beyond_its_cash(seed: int) -> None:
    books = sandbox("contractor", seed=seed)
    tender = books.get(Tender, "T-2031")
    assert tender.status == "open"
    assert tender.deadline is not None
    assert tender.deadline > books.as_of
    assert tender.value is not None
    # Half-way, 43 % of the price is laid out before the first payment; it comes a month later.
    assert tender.value * 7 // 10 > books.balance()
    held = [bill for bill in books.all(Bill) if bill.held == "held"]
    assert len(held) >= 3
    assert sum(line.limit - line.used for line in books.all(CreditLine)) > 0
    paid = {part.invoice for part in books.all(Settlement)}
    owed = [i for i in books.all(Invoice, direction="purchase") if i.id not in paid]
    assert owed
    assert list(books.all(DiscountQuote))


def test_numbers_have_their_shape(books: list[MerchantBooks]) -> None:
    firms = [r for found in books for r in found.records(record_type("Counterparty")).values()]
    assert firms
    assert all(uscc.is_valid(firm.uscc) for firm in firms)  # pyright: ignore[reportAttributeAccessIssue]
    # A part that moved bears the number of its package.
    whole = [bill for found in books for bill in found.all(Bill) if "-" not in bill.id]
    assert len({bill.number for bill in whole}) == len(whole) > 0
    for found in books:
        for bill in found.all(Bill):
            assert len(bill.number) == 30
            assert bill.number.isdigit()
            assert bill.number[0] == BILL_DIGITS[BILL_KINDS.index(bill.kind)]
            assert bill.number[13:21] == f"{bill.issued:%Y%m%d}"


def test_an_unknown_archetype_or_day_is_refused() -> None:
    with pytest.raises(NotFound):
        sandbox("bakery")
    with pytest.raises(InputError):
        sandbox("shop", seed=-1)
    with pytest.raises(InputError):
        sandbox("shop", day=date(2020, 1, 1))
