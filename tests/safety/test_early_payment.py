"""A discount for paying early (现金折扣): what a payment settles, and what it posts."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from aicfo_sdk.actions import Posting
from aicfo_sdk.books.effects import effects
from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.errors import LedgerError
from aicfo_sdk.model import EarlyDiscount, EndorseBill, Invoice, Pay, Settlement
from tests.books.samples import DAY, account, batch, bill, day, invoice, line, party

from .test_commit import done

SUPPLIER = "供应商甲"
TERMS = (
    EarlyDiscount(until=day(10), discount_ppm=20_000),
    EarlyDiscount(until=day(20), discount_ppm=10_000),
)


def fill(books: StoredBooks, **more: Any) -> StoredBooks:
    owed = invoice("i", 10_001, direction="purchase", counterparty=SUPPLIER, early=TERMS, **more)
    firm = (account(), party(), line("o", 90_000, "opening"), bill("b", 10_001))
    books.import_batches([batch(*firm, owed)])
    return books


def pay(amount: int, on: date = DAY, **more: Any) -> Pay:
    given: dict[str, Any] = {"account": "bank", "payee": SUPPLIER, "settles": ("i",), **more}
    return Pay(day=on, amount=amount, **given)


def test_paying_in_time_less_the_discount_settles_all_and_lowers_finance_cost(
    stored: StoredBooks,
) -> None:
    books = fill(stored)
    # 2 % of 100.01 is 2.0002: 2.00 off.
    committed = done(books, pay(9_801))
    assert {leg.account: leg.amount for leg in committed.postings} == {
        f"liabilities:payables:{SUPPLIER}": 10_001,
        "assets:cash:bank": -9_801,
        "expenses:finance": -200,
    }
    settled = {part.by: part.amount for part in books.snapshot().all(Settlement, invoice="i")}
    assert settled == {"money": 9_801, "discount": 200}
    assert books.ledger.trial_balance().get(f"liabilities:payables:{SUPPLIER}", 0) == 0
    assert sum(books.ledger.trial_balance().values()) == 0
    with pytest.raises(LedgerError, match="settled"):
        effects(pay(1), books.snapshot(), ref="r")


@pytest.mark.parametrize(
    ("after", "amount", "off"),
    [(10, 9_801, 200), (11, 9_801, 0), (11, 9_901, 100), (20, 9_901, 100), (21, 9_901, 0)],
)
def test_each_tier_ends_with_its_day(
    stored: StoredBooks, after: int, amount: int, off: int
) -> None:
    found = effects(pay(amount, day(after)), fill(stored).snapshot(), ref="r")
    assert -sum(leg.amount for leg in found.postings if leg.account == "expenses:finance") == off
    parts = [part.amount for part in found.records if isinstance(part, Settlement)]
    assert parts == [amount, *([off] if off else [])]


@pytest.mark.parametrize("amount", [10_001, 9_802, 9_800, 5_000])
def test_any_other_amount_pays_itself_and_no_more(stored: StoredBooks, amount: int) -> None:
    found = effects(pay(amount), fill(stored).snapshot(), ref="r")
    assert [part.amount for part in found.records if isinstance(part, Settlement)] == [amount]


def test_a_bill_earns_no_discount(stored: StoredBooks) -> None:
    action = EndorseBill(
        day=DAY, bill="b", amount=9_801, range_start=1, range_end=9_801, payee=SUPPLIER,
        settles=("i",),
    )  # fmt: skip
    found = effects(action, fill(stored).snapshot(), ref="r")
    assert [part.amount for part in found.records if isinstance(part, Settlement)] == [9_801]


def test_what_was_paid_before_or_taken_back_earns_no_discount(stored: StoredBooks) -> None:
    books = fill(stored)
    red = invoice(
        "red", -1_001, direction="purchase", counterparty=SUPPLIER, status="red", reverses="i"
    )
    part = Settlement(id="s", day=DAY, invoice="i", amount=4_000)
    books.import_batches([batch(red, part)])
    # 5,000 are left to pay, of which 2 % are 100.
    found = effects(pay(4_900), books.snapshot(), ref="r")
    assert Posting("expenses:finance", -100) in found.postings


def test_a_later_day_takes_less_off() -> None:
    for wrong in (TERMS[::-1], (TERMS[0], TERMS[0])):
        with pytest.raises(ValidationError, match="a later day takes less off"):
            invoice("i", 100, early=wrong)


def test_an_invoice_written_before_there_were_terms_has_none() -> None:
    old = invoice("i", 100).model_dump(mode="json")
    del old["early"]
    assert Invoice.model_validate_json(json.dumps(old)).early == ()
