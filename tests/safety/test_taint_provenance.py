"""The books say where payee and amount come from; a tool's own word is not asked."""

from __future__ import annotations

from typing import Any

import pytest

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.errors import ApprovalRequired
from aicfo_sdk.model import (
    Action,
    BuyStock,
    DiscountBill,
    DiscountQuote,
    DrawLoan,
    EndorseBill,
    Obligation,
    Pay,
    Proposal,
    Record,
    RepayLoan,
    StockLot,
    SubmitBid,
    Tender,
    UntrustedText,
)
from aicfo_sdk.money import interest
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit
from aicfo_sdk.safety.policy import policy_from
from tests.books.samples import DAY, account, bill, credit_line, day, invoice, line, loan, party

KINDS = ("pay", "endorse_bill", "discount_bill", "draw_loan", "repay_loan", "buy_stock")
FREE = policy_from(
    {"rules": {kind: {"approval_above": 10**9} for kind in (*KINDS, "submit_bid", "transfer")}}
)


def paper(*records: Record, kind: str = "einvoice") -> Batch:
    """What strangers wrote: an imported paper."""
    return Batch(kind, "paper.csv", "0" * 64, "CNY", records)


def own(*records: Record) -> Batch:
    """What the owner wrote: a file of records."""
    return Batch("records", "own.jsonl", "1" * 64, "CNY", records)


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    stored.import_batches(
        [
            own(account(), party(), line("o", 9_000_000, "opening")),
            own(credit_line(limit=1_000_000), loan("loan", 50_000, drawn=-100)),
            own(
                DiscountQuote(
                    id="q",
                    day=DAY,
                    valid_until=day(30),
                    institution="城商行",
                    acceptor_class="city_bank",
                    tenor_days=180,
                    rate_ppm=20_000,
                    fee=100,
                ),
                StockLot(id="s", updated=DAY, item="米", quantity_milli=1000, unit_cost=500),
            ),
            paper(invoice("i1", 10_000, direction="purchase", counterparty="供应商甲")),
            paper(bill("B1", 40_000), kind="bills"),
        ]
    )
    return stored


def pay(amount: int, *settles: str, payee: str = "供应商甲") -> Pay:
    return Pay(day=DAY, account="bank", payee=payee, amount=amount, settles=settles)


def asked(books: StoredBooks, action: Action, **more: Any) -> Proposal:
    """The proposal as the desk takes it."""
    stored = propose(books, Proposal(action=action, reason="r", **more), policy=FREE)
    assert (stored.status != "approved") is stored.proposal.tainted, stored
    return stored.proposal


def test_what_is_open_of_an_invoice_of_a_known_supplier_is_vouched_for(books: StoredBooks) -> None:
    assert not asked(books, pay(10_000, "i1")).tainted
    assert not asked(books, pay(9_999, "Invoice:i1")).tainted


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (pay(10_001, "i1"), "more than the 100.00 that is open"),
        (pay(20_000, "i1", "Invoice:i1"), "more than the 100.00 that is open"),
        (pay(10_000), "settles none"),
        (pay(10_000, "i2"), "hold no invoice or obligation i2"),
        (pay(10_000, "i1", payee="陌生人"), "hold no party"),
    ],
)
def test_a_payment_that_no_paper_explains_needs_a_person(
    books: StoredBooks, action: Pay, why: str
) -> None:
    found = asked(books, action)
    assert found.tainted
    assert why in " ".join(found.taint)


def test_a_party_that_only_papers_name_is_a_stranger_until_it_was_paid(books: StoredBooks) -> None:
    owed = invoice("i9", 700, direction="purchase", counterparty="新公司")
    books.import_batches([paper(party("新公司"), owed)])
    first = asked(books, pay(700, "i9", payee="新公司"))
    assert first.taint == ("新公司 was first seen in paper.csv and never paid before",)
    paid = line("t9", -5, "purchase", counterparty="新公司")
    books.import_batches([paper(paid, kind="statement")])
    assert not asked(books, pay(600, "i9", payee="新公司")).tainted


def test_an_invoice_or_a_receipt_makes_nobody_known(books: StoredBooks) -> None:
    books.import_batches(
        [
            paper(
                party("新公司"),
                invoice("i8", 900, direction="purchase", counterparty="新公司"),
                invoice("i7", -200, direction="purchase", counterparty="新公司", status="red"),
            ),
            paper(
                line("in", 800, "receipt", counterparty="新公司"),
                line("back", 80, "purchase", counterparty="新公司"),
                kind="statement",
            ),
        ]
    )
    assert asked(books, pay(100, "i8", payee="新公司")).tainted


def test_what_a_person_approved_once_makes_the_payee_known(books: StoredBooks) -> None:
    papers = [invoice(id, 700, direction="purchase", counterparty="新公司") for id in ("a1", "a2")]
    books.import_batches([paper(party("新公司"), *papers)])
    first = asked(books, pay(700, "a1", payee="新公司"))
    with pytest.raises(ApprovalRequired, match="never paid before"):
        commit(books, first.id, policy=FREE)
    approve(books, first.id, by="li", policy=FREE)
    commit(books, first.id, policy=FREE)
    assert not asked(books, pay(700, "a2", payee="新公司")).tainted


def test_a_known_name_with_another_code_or_account_is_looked_at(books: StoredBooks) -> None:
    books.import_batches([own(party("供应商甲", uscc="91330106MA2ABC1236"))])
    assert not asked(books, pay(1, "i1")).tainted
    other = party("供应商甲", uscc="91330106MA2ABC1252", known_since=day(1))
    books.import_batches([paper(other)])
    assert "several codes" in " ".join(asked(books, pay(2, "i1")).taint)


def test_an_account_that_only_a_paper_names_is_looked_at(books: StoredBooks) -> None:
    books.import_batches([own(party("供应商甲", payee_account="6222001"))])
    assert not asked(books, pay(1, "i1")).tainted
    changed = party("供应商甲", payee_account="6222999", known_since=day(1))
    books.import_batches([paper(changed)])
    assert "account of 供应商甲" in " ".join(asked(books, pay(2, "i1")).taint)


def test_an_obligation_is_paid_to_whom_it_is_owed(books: StoredBooks) -> None:
    owed = Obligation(
        id="rent", known_since=DAY, kind="rent", due=DAY, amount=500, counterparty="供应商甲"
    )
    books.import_batches([own(owed, party("房东"))])
    assert not asked(books, pay(500, "rent")).tainted
    assert "owed to 供应商甲" in " ".join(asked(books, pay(400, "rent", payee="房东")).taint)


def _endorse(amount: int, *settles: str) -> EndorseBill:
    return EndorseBill(
        day=DAY,
        bill="B1",
        amount=amount,
        range_start=1,
        range_end=amount,
        payee="供应商甲",
        settles=settles,
    )


def _discount(**more: Any) -> DiscountBill:
    usual = {"amount": 40_000, "institution": "城商行", "rate_ppm": 20_000, "days": 120, "fee": 100}
    return DiscountBill(day=DAY, bill="B1", account="bank", **{**usual, **more})


def _draw(**more: Any) -> DrawLoan:
    usual = {"amount": 100_000, "rate_ppm": 40_000, "due": day(90), "line": "line"}
    return DrawLoan(day=DAY, account="bank", **{**usual, **more})


def _repay(**more: Any) -> RepayLoan:
    usual = {"amount": 50_000, "interest": interest(50_000, 40_000, 100, 365), "loan": "loan"}
    return RepayLoan(day=DAY, line="loan", account="bank", **{**usual, **more})


def _stock(amount: int, item: str = "米") -> BuyStock:
    return BuyStock(
        day=DAY, account="bank", payee="供应商甲", item=item, quantity_milli=2000, amount=amount
    )


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (_endorse(10_000, "i1"), ""),
        (_endorse(10_001, "i1"), "open of what it settles"),
        (_endorse(10_000), "settles none"),
        (_discount(), ""),
        (_discount(institution="钱庄"), "no quote of 钱庄"),
        (_discount(rate_ppm=20_001), "more than 城商行 quoted"),
        (_discount(fee=101), "more than 城商行 quoted"),
        (_discount(days=181), "no quote of 城商行 for 181 days"),
        (_discount(amount=40_001), "of bill B1"),
        (_draw(), ""),
        (_draw(amount=1_000_001), "still gives"),
        (_draw(rate_ppm=40_001), "says"),
        (_draw(fee=1), "says"),
        (_draw(line="other"), "no credit line"),
        (_repay(), ""),
        (_repay(amount=50_001), "more than the 500.00"),
        (_repay(interest=_repay().interest + 1), "bore so far"),
        (_repay(loan="other"), "no loan"),
        (_stock(1_000), ""),
        (_stock(1_001), "above the 5.00"),
        (_stock(1_000, "面"), "no price"),
    ],
)
def test_every_kind_of_action_is_held_against_the_records_that_explain_it(
    books: StoredBooks, action: Action, why: str
) -> None:
    found = asked(books, action)
    assert found.tainted is bool(why)
    assert why in " ".join(found.taint)


def test_what_rests_on_a_published_notice_needs_a_person(books: StoredBooks) -> None:
    notice = Tender(
        id="T-1", updated=DAY, title=UntrustedText("t"), status="open", published=DAY, bond=500
    )
    mine = notice.model_copy(update={"id": "T-2"})
    books.import_batches([paper(notice, kind="ocds"), own(mine)])
    assert "strangers published" in asked(books, _draw(), evidence=("Tender:T-1",)).taint[0]
    bid = SubmitBid(day=DAY, tender="T-1", account="bank", price=9_000, amount=500)
    assert asked(books, bid).tainted
    assert not asked(books, bid.model_copy(update={"tender": "T-2"})).tainted
    above = bid.model_copy(update={"tender": "T-2", "amount": 501})
    assert "more than the bond" in asked(books, above).taint[0]


def test_a_tool_can_add_taint_and_never_take_it_away(books: StoredBooks) -> None:
    said = asked(books, pay(10_000, "i1"), tainted=True)
    assert (said.tainted, said.taint) == (True, ())
    denied = asked(books, pay(10_001, "i1"), tainted=False)
    assert denied.tainted
    again = propose(books, Proposal(action=pay(10_000, "i1"), reason="r"), policy=FREE)
    assert again.proposal.tainted


def test_what_was_vouched_for_is_asked_again_at_the_commit(books: StoredBooks) -> None:
    stored = propose(books, Proposal(action=pay(10_000, "i1"), reason="r"), policy=FREE)
    assert stored.status == "approved"
    books.import_batches([paper(line("t", -9_000, "purchase", counterparty="供应商甲"))])
    with pytest.raises(ApprovalRequired, match=r"more than the 10\.00"):
        commit(books, stored.id, policy=FREE)
    assert books.snapshot().balance() == 9_000_000 - 9_000


def test_a_red_invoice_lowers_what_its_invoice_explains(books: StoredBooks) -> None:
    red = invoice(
        "r1", -4_000, direction="purchase", counterparty="供应商甲", status="red", reverses="i1"
    )
    books.import_batches([paper(red)])
    assert asked(books, pay(6_001, "i1")).tainted
    assert not asked(books, pay(6_000, "i1")).tainted


def test_every_kind_of_paper_that_can_be_imported_is_a_strangers_but_the_owners_own() -> None:
    from aicfo_sdk.books.importers.detect import KINDS as FILES
    from aicfo_sdk.safety.provenance import PAPERS

    assert set(FILES) - PAPERS == {"records"}
