"""Proposals of one run fit beside each other: nothing is promised twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from aicfo_sdk import MemoryBooks, Proposal
from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    CreditLine,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    Invoice,
    Pay,
    SubmitBid,
    Tender,
    UntrustedText,
)
from aicfo_sdk.orchestrator.shadow import fit

DAY = date(2026, 3, 2)
LATER = DAY + timedelta(days=90)


@pytest.fixture
def books() -> MemoryBooks:
    """1,000.00 in the bank, a bill of 500.00 that can be split, a line of 300.00."""
    text = UntrustedText
    return MemoryBooks(
        [
            Account(id="A", opened=DAY, kind="bank"),
            Counterparty(id="S", known_since=DAY, name=text("供应商"), accepts_bills=("bank",)),
            Invoice(
                id="I",
                updated=DAY,
                number="1",
                direction="purchase",
                counterparty="S",
                issued=DAY,
                net=40_000,
                tax=0,
                total=40_000,
            ),
            Bill(
                id="B",
                updated=DAY,
                number="5" * 30,
                kind="bank",
                range_start=1,
                range_end=50_000,
                face=50_000,
                issued=DAY,
                matures=LATER,
                drawer=text("甲"),
                acceptor=text("乙银行"),
            ),
            CreditLine(
                id="L", updated=DAY, lender="bank", limit=30_000, rate_ppm=40_000, expires=LATER
            ),
            Tender(id="T", updated=DAY, published=DAY, status="open", title=text("标")),
        ],
        as_of=DAY,
        balances={"A": 100_000},
    )


def proposal(action: Any) -> Proposal:
    return Proposal(action=action, reason="test")


def discount(first: int, last: int) -> Proposal:
    return proposal(
        DiscountBill(
            day=DAY,
            bill="B",
            amount=last - first + 1,
            range_start=first,
            range_end=last,
            institution="bank",
            account="A",
            rate_ppm=10_000,
            days=90,
        )
    )


def endorse(first: int, last: int) -> Proposal:
    return proposal(
        EndorseBill(
            day=DAY,
            bill="B",
            amount=last - first + 1,
            range_start=first,
            range_end=last,
            payee="S",
            settles=("I",),
        )
    )


def draw(amount: int) -> Proposal:
    return proposal(
        DrawLoan(day=DAY, line="L", account="A", amount=amount, rate_ppm=40_000, due=LATER)
    )


def pay(amount: int, *settles: str) -> Proposal:
    return proposal(Pay(day=DAY, account="A", payee="S", amount=amount, settles=settles))


def reasons(books: MemoryBooks, *proposals: Proposal) -> list[str]:
    kept, dropped = fit(list(proposals), books)
    assert [*kept, *(d.proposal for d in dropped)] == sorted(
        proposals, key=lambda p: (p in [d.proposal for d in dropped], proposals.index(p))
    )
    return [d.reason for d in dropped]


def test_two_parts_of_one_bill_fit_and_an_overlap_is_dropped(books: MemoryBooks):
    assert reasons(books, discount(1, 20_000), endorse(20_001, 50_000)) == []
    (reason,) = reasons(books, discount(1, 20_000), endorse(15_000, 30_000))
    assert "B" in reason


def test_a_credit_line_is_not_drawn_beyond_its_limit(books: MemoryBooks):
    (reason,) = reasons(books, draw(20_000), draw(10_001))
    assert "CreditLine:L" in reason
    assert reasons(books, draw(20_000), draw(10_000)) == []


def test_the_same_yuan_is_not_paid_twice_but_money_drawn_before_can_be_spent(books: MemoryBooks):
    (reason,) = reasons(books, pay(80_000), pay(30_000))
    assert "200.00 is free" in reason
    assert reasons(books, pay(80_000), draw(10_000), pay(30_000)) == []


def test_an_invoice_is_not_settled_twice(books: MemoryBooks):
    (reason,) = reasons(books, pay(40_000, "I"), endorse(1, 40_000))
    assert "Invoice:I" in reason


def test_one_tender_gets_one_bid(books: MemoryBooks):
    bid = [
        proposal(SubmitBid(day=DAY, tender="T", account="A", price=price, amount=1_000))
        for price in (90_000, 80_000)
    ]
    (reason,) = reasons(books, *bid)
    assert "already: T" in reason


def test_a_dropped_proposal_changes_nothing_for_those_after_it(books: MemoryBooks):
    kept, dropped = fit([pay(200_000), pay(100_000)], books)
    assert len(kept) == len(dropped) == 1
