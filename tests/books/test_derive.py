"""Daily sales and settlements that follow from other records."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.books.derive import derived_sales, derived_settlements
from aicfo_sdk.books.port import MemoryBooks
from aicfo_sdk.model import DailySales, Record, Settlement, Store, Transaction
from tests.books.samples import DAY, account, bill, day, invoice, line


def settled(
    *records: Record, offset: int = 60, shown: frozenset[str] = frozenset()
) -> set[tuple[str, str, int]]:
    """(payment, invoice, amount) of each derived settlement."""
    books = MemoryBooks(records, as_of=day(offset))
    given = books.records(Settlement).values()
    return {
        (found.source, found.invoice, found.amount)
        for found in derived_settlements(books, given, shown_already=shown)
    }


def receipt(id: str, amount: int, offset: int = 9, **more: str) -> Transaction:
    return line(id, amount, "receipt", offset, **{"counterparty": "客户乙", **more})


def test_a_receipt_pays_the_invoice_that_its_text_names() -> None:
    papers = [invoice("INV-0001", 500), invoice("INV-0002", 500, offset=1)]
    assert settled(*papers, receipt("r", 500, text="付INV-0002货款")) == {("r", "INV-0002", 500)}


def test_else_the_one_of_the_same_amount() -> None:
    papers = [invoice("i1", 300), invoice("i2", 500, offset=1)]
    assert settled(*papers, receipt("r", 500)) == {("r", "i2", 500)}


def test_else_the_oldest_and_the_rest_waits_for_the_next_invoice() -> None:
    papers = [invoice("i1", 300), invoice("i2", 400, offset=1), invoice("i3", 500, offset=20)]
    assert settled(*papers, receipt("r", 900)) == {
        ("r", "i1", 300),
        ("r", "i2", 400),
        ("r", "i3", 200),
    }


def test_a_prepayment_settles_on_the_day_of_the_invoice() -> None:
    records = [receipt("r", 500, offset=0), invoice("i", 500, offset=7)]
    books = MemoryBooks(records, as_of=day(30))
    assert [found.day for found in derived_settlements(books, [])] == [day(7)]


def test_another_party_pays_nothing_unless_its_text_names_the_invoice() -> None:
    paper = invoice("INV-0001", 500)
    assert settled(paper, receipt("r", 500, counterparty="丙")) == set()
    assert settled(paper, receipt("r", 500, counterparty="丙", text="INV-0001")) == set()
    assert settled(paper, receipt("r", 500, counterparty="", text="INV-0001")) == {
        ("r", "INV-0001", 500)
    }


def test_void_and_spot_paid_invoices_take_no_payment() -> None:
    papers = [invoice("i1", 500, status="void"), invoice("i2", 500, settled_at_sale=True)]
    assert settled(*papers, receipt("r", 500)) == set()


def test_a_red_invoice_lowers_what_is_open() -> None:
    red = invoice("i2", -200, status="red", reverses="i1", offset=2)
    assert settled(invoice("i1", 500), red, receipt("r", 500)) == {("r", "i1", 300)}


def test_a_purchase_pays_purchase_invoices_only() -> None:
    papers = [invoice("i1", 500, direction="purchase"), invoice("i2", 500)]
    pay = line("p", -500, "purchase", 9, counterparty="客户乙")
    assert settled(*papers, pay) == {("p", "i1", 500)}


def test_a_bill_pays_the_invoices_behind_it() -> None:
    papers = [invoice("i1", 700), invoice("i2", 700, offset=1)]
    note = bill("b", 700, offset=3, received=day(3), invoices=("Invoice:i2",))
    assert settled(*papers, note) == {("b", "i2", 700)}


def test_given_settlements_are_kept_and_not_repeated() -> None:
    own = Settlement(id="s", day=day(9), invoice="i2", amount=500, source="r")
    papers = [invoice("i1", 500), invoice("i2", 500, offset=1)]
    assert settled(*papers, own, receipt("r", 500)) == set()
    assert settled(*papers, own, receipt("q", 500)) == {("q", "i1", 500)}


def test_a_line_that_showed_a_committed_action_settles_nothing_again() -> None:
    assert settled(invoice("i", 500), receipt("r", 500), shown=frozenset({"r"})) == set()


parties = st.sampled_from(["甲", "乙", ""])


@st.composite
def papers(draw: st.DrawFn) -> list[Record]:
    found: list[Record] = []
    for n in range(draw(st.integers(0, 6))):
        total = draw(st.integers(1, 50)) * 100
        party = draw(parties) or "丙"
        found.append(
            invoice(f"INV-{n}", total, counterparty=party, offset=draw(st.integers(0, 30)))
        )
    for n in range(draw(st.integers(0, 6))):
        text = draw(st.sampled_from(["", "INV-1", "付 INV-2 款"]))
        found.append(
            line(
                f"r{n}",
                draw(st.integers(1, 50)) * 100,
                "receipt",
                draw(st.integers(0, 30)),
                counterparty=draw(parties),
                text=text,
            )
        )
    return found


@given(papers())
def test_nothing_is_paid_twice_and_no_money_used_twice(records: list[Record]) -> None:
    books = MemoryBooks(records, as_of=day(60))
    found = derived_settlements(books, [])
    by_id = {record.id: record for record in records}
    assert len({part.id for part in found}) == len(found)
    for id, record in by_id.items():
        limit = getattr(record, "total", 0) or getattr(record, "amount", 0)
        assert sum(part.amount for part in found if id in (part.invoice, part.source)) <= limit
    for part in found:
        assert part.day == max(by_id[part.invoice].known, by_id[part.source].known)


@given(papers(), st.integers(0, 30))
def test_what_is_settled_by_a_day_does_not_change_afterwards(records: list[Record], n: int) -> None:
    late = derived_settlements(MemoryBooks(records, as_of=day(60)), [])
    early = derived_settlements(MemoryBooks(records, as_of=day(n)), [])
    assert early == [part for part in late if part.day <= day(n)]


def test_takings_are_summed_per_store_channel_and_day() -> None:
    records = [
        account(),
        account("w", kind="wallet", provider="wechat"),
        Store(id="S1", opened=DAY),
        line("a", 500, account="w"),
        line("b", 250, account="w"),
        line("c", -50, "refund", account="w"),
        line("d", 90),
        line("e", 80, "transfer"),
        line("f", 70, "sale", 1),
    ]
    books = MemoryBooks(records, as_of=day(5))
    found = {
        (row.store, row.channel, row.day, row.amount, row.orders, row.refunds)
        for row in derived_sales(books, [])
    }
    assert found == {
        ("S1", "wechat", DAY, 700, 2, 50),
        ("S1", "bank", DAY, 90, 1, 0),
        ("S1", "bank", day(1), 70, 1, 0),
    }


def test_days_covered_by_given_sales_are_left_alone() -> None:
    given = [DailySales(id=f"x{n}", day=day(n), store="S1", amount=5) for n in (1, 3)]
    lines: list[Record] = [line(f"t{n}", 100, "sale", n) for n in range(5)]
    found = derived_sales(MemoryBooks([*lines, *given], as_of=day(9)), given)
    assert [row.day for row in found] == [day(0), day(4)]
