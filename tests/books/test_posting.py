"""What records post: golden entries by hand, and the invariant that every entry sums to zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.books.posting import entries
from aicfo_sdk.model import Bill, Invoice, Record, Transaction, TransactionKind
from tests.books.samples import account, bill, credit_line, fund, invoice, line, loan, party


def posted(record: Record, previous: Record | None = None) -> dict[str, int]:
    return dict(entries(record, previous))


@pytest.mark.parametrize(
    ("record", "legs"),
    [
        (line("t", 500, "opening"), {"assets:cash:bank": 500, "equity:opening": -500}),
        (line("t", 500, "sale"), {"assets:cash:bank": 500, "income:sales": -500}),
        (line("t", -30, "refund"), {"assets:cash:bank": -30, "income:refunds": 30}),
        (line("t", -30, "fee"), {"assets:cash:bank": -30, "expenses:fees": 30}),
        (line("t", -80, "transfer"), {"assets:cash:bank": -80, "assets:transit": 80}),
        (line("t", 7, "interest"), {"assets:cash:bank": 7, "income:interest": -7}),
        (line("t", -7, "interest"), {"assets:cash:bank": -7, "expenses:finance": 7}),
        (line("t", 9, "bill"), {"assets:cash:bank": 9, "assets:bills_clearing": -9}),
        (
            line("t", 900, "receipt", counterparty="乙"),
            {"assets:cash:bank": 900, "assets:receivables:乙": -900},
        ),
        (
            line("t", -900, "purchase"),
            {"assets:cash:bank": -900, "liabilities:payables:unassigned": 900},
        ),
        (
            invoice("i", 1130, tax=130, counterparty="乙"),
            {"assets:receivables:乙": 1130, "income:sales": -1000, "liabilities:vat": -130},
        ),
        (
            invoice("i", 1130, tax=130, direction="purchase", counterparty="甲"),
            {"expenses:purchases": 1000, "assets:vat": 130, "liabilities:payables:甲": -1130},
        ),
        (
            invoice("i", -1130, tax=-130, counterparty="乙", status="red", reverses="h"),
            {"assets:receivables:乙": -1130, "income:sales": 1000, "liabilities:vat": 130},
        ),
        (invoice("i", 200, settled_at_sale=True), {"assets:till": 200, "income:sales": -200}),
        (invoice("i", 200, status="void"), {}),
        (bill("b", 700), {"assets:bills:b": 700, "assets:receivables:客户乙": -700}),
        (
            bill("b", 700, held="pledged", received_from=""),
            {"assets:bills_pledged:b": 700, "equity:opening": -700},
        ),
        (
            bill("b", 700, side="payable", received_from="甲"),
            {"liabilities:payables:甲": 700, "liabilities:bills:b": -700},
        ),
        (loan("l", 400), {"equity:opening": 400, "liabilities:loans:l": -400}),
        (
            loan("l", 400, drawn=0, line="c"),
            {"liabilities:loans:unassigned": 400, "liabilities:loans:c": -400},
        ),
        (fund("f", 600), {"assets:funds:f": 600, "equity:opening": -600}),
        (account(), {}),
        (party(), {}),
        (credit_line(used=10), {}),
    ],
    ids=lambda value: (
        f"{type(value).__name__}-{getattr(value, 'kind', '')}" if isinstance(value, Record) else ""
    ),
)
def test_the_first_state_of_a_record_posts(record: Record, legs: dict[str, int]) -> None:
    assert posted(record) == legs


def test_a_refund_is_never_a_sale() -> None:
    assert "income:sales" not in posted(line("t", -30, "refund"))


def test_voiding_an_invoice_takes_back_what_it_posted() -> None:
    issued = invoice("i", 1130, tax=130)
    void = invoice("i", 1130, tax=130, status="void", offset=3)
    assert posted(void, issued) == {a: -amount for a, amount in posted(issued).items()}


def test_the_same_state_again_posts_nothing() -> None:
    for record in (invoice("i", 5), line("t", 5), bill("b", 5), loan("l", 5), fund("f", 5)):
        assert entries(record, record) == ()


def test_both_statements_of_a_transfer_cancel_in_transit() -> None:
    out = posted(line("a", -80, "transfer"))
    into = posted(line("b", 80, "transfer", account="wallet"))
    assert out["assets:transit"] + into["assets:transit"] == 0


def test_a_drawn_loan_on_statement_and_as_record_is_one_debt() -> None:
    both = [posted(line("t", 400, "loan")), posted(loan("l", 400, drawn=0))]
    owed = sum(
        amount for legs in both for name, amount in legs.items() if name.startswith("liabilities")
    )
    assert owed == -400
    assert both[1]["liabilities:loans:l"] == -400


def test_money_put_into_a_fund_clears_its_transfer() -> None:
    statement = posted(line("t", -100, "transfer"))
    position = posted(fund("f", 700, offset=2), fund("f", 600))
    assert statement["assets:transit"] + position["assets:transit"] == 0
    assert position["assets:funds:f"] == 100


def test_a_collected_bill_leaves_nothing_in_clearing() -> None:
    paid = posted(bill("b", 700, held="settled", offset=9), bill("b", 700))
    assert paid == {"assets:bills_clearing": 700, "assets:bills:b": -700}
    assert posted(line("t", 700, "bill"))["assets:bills_clearing"] == -700


amounts = st.integers(-(10**12), 10**12)
kinds = st.sampled_from(TransactionKind.__args__)
texts = st.sampled_from(["", "甲", "乙"])


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    return line("t", draw(amounts), draw(kinds), draw(st.integers(0, 9)), counterparty=draw(texts))


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    return invoice(
        "i",
        draw(amounts),
        tax=draw(st.integers(-1000, 1000)),
        direction=draw(st.sampled_from(["sales", "purchase"])),
        status=draw(st.sampled_from(["normal", "void", "red"])),
        settled_at_sale=draw(st.booleans()),
        offset=draw(st.integers(0, 9)),
    )


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    return bill(
        "b",
        draw(st.integers(1, 10**10)),
        held=draw(st.sampled_from(["held", "pledged", "endorsed", "discounted", "settled"])),
        side=draw(st.sampled_from(["receivable", "payable"])),
        received_from=draw(texts),
        offset=draw(st.integers(0, 9)),
    )


@given(
    st.one_of(
        *(st.tuples(kind, st.none() | kind) for kind in (transactions(), invoices(), bills()))
    )
)
def test_every_entry_sums_to_zero(pair: tuple[Record, Record | None]) -> None:
    record, previous = pair
    assert sum(leg.amount for leg in entries(record, previous)) == 0
