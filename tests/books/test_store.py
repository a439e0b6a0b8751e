"""Stored books on SQLite and PostgreSQL: opening, importing, snapshots, balances."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from aicfo_sdk.books.port import MemoryBooks
from aicfo_sdk.books.store import StoredBooks, create_books, open_books
from aicfo_sdk.errors import AmountError, BooksError, InputError, NotFound, RecordError
from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    DailySales,
    Invoice,
    Merchant,
    Record,
    Tender,
    Transaction,
    TransactionKind,
    UntrustedText,
)
from tests.books.samples import (
    DAY,
    account,
    batch,
    bill,
    credit_line,
    day,
    fund,
    invoice,
    line,
    loan,
    party,
    refusing,
)


def test_books_opened_again_show_what_was_imported(stored: StoredBooks, books_target: str) -> None:
    stored.import_batches([batch(account(), line("t1", 500), invoice("i1", 1130, tax=130))])
    again = open_books(books_target)
    assert again.currency == "CNY"
    assert again.merchant == "M1"
    assert again.last_day() == DAY
    shown = again.snapshot()
    assert shown.get(Transaction, "t1") == line("t1", 500)
    assert shown.get(Invoice, "i1") == invoice("i1", 1130, tax=130)
    assert shown.balance() == shown.balance("bank") == 500
    assert again.snapshot().key == stored.snapshot().key
    again.close()


def test_a_file_taken_twice_changes_nothing(stored: StoredBooks) -> None:
    file = batch(account(), party(), line("t1", 500), invoice("i1", 300), bill("b1", 700))
    first = stored.import_batches([file])
    key, balances = stored.snapshot().key, stored.ledger.trial_balance()
    again = stored.import_batches([file])
    assert (first.new, first.same) == (5, 0)
    assert (again.new, again.same, again.matched) == (0, 5, 0)
    assert stored.snapshot().key == key
    assert stored.ledger.trial_balance() == balances


def test_overlapping_files_are_matched_by_id(stored: StoredBooks) -> None:
    lines = [line(f"t{n}", 100 + n, offset=n) for n in range(6)]
    stored.import_batches([batch(*lines[:4], source="first.csv")])
    result = stored.import_batches([batch(*lines[2:], source="second.csv")])
    assert (result.new, result.same) == (2, 2)
    assert stored.snapshot().balance() == sum(record.amount for record in lines)


def test_refused_rows_are_reported(stored: StoredBooks) -> None:
    result = stored.import_batches([refusing(line("t1", 5), line=7)])
    assert result.refused == 1
    assert result.files[0].refused[0].line == 7


def test_other_content_on_the_same_day_names_file_and_record(stored: StoredBooks) -> None:
    stored.import_batches([batch(line("t1", 500))])
    key = stored.snapshot().key
    with pytest.raises(RecordError, match=r"Transaction:t1 \(april\.csv\).*differ in amount"):
        stored.import_batches(
            [batch(line("t0", 9), source="fine.csv"), batch(line("t1", 501), source="april.csv")]
        )
    assert stored.snapshot().key == key
    assert stored.audit.verify().rows == 2


def test_another_currency_is_refused(stored: StoredBooks) -> None:
    with pytest.raises(AmountError, match=r"GBP \(uk\.csv\).*these books are in CNY"):
        stored.import_batches([batch(line("t1", 5), source="uk.csv", currency="GBP")])


def test_tenders_keep_their_own_currency(stored: StoredBooks) -> None:
    notice = Tender(
        id="ocds-1",
        updated=DAY,
        title=UntrustedText("Cleaning"),
        status="open",
        published=DAY,
        currency="GBP",
        value=100,
    )
    assert stored.import_batches([batch(notice, currency="GBP")]).new == 1


def test_a_second_merchant_is_refused(stored: StoredBooks) -> None:
    other = Merchant(id="M2", updated=DAY, name=UntrustedText("别家"))
    with pytest.raises(InputError, match="one merchant per books"):
        stored.import_batches([batch(other)])


def test_a_snapshot_never_shows_what_was_known_later(stored: StoredBooks) -> None:
    stored.import_batches(
        [
            batch(
                invoice("i1", 300),
                invoice("i1", 300, status="void", offset=5),
                line("t", 9, offset=5),
            )
        ]
    )
    before, after = stored.snapshot(day(4)), stored.snapshot(day(5))
    assert before.get(Invoice, "i1").status == "normal"
    assert after.get(Invoice, "i1").status == "void"
    assert before.balance() == 0
    with pytest.raises(NotFound):
        before.get(Transaction, "t")


def test_a_later_import_never_shows_in_an_earlier_snapshot(stored: StoredBooks) -> None:
    stored.import_batches([batch(account(), line("t1", 500))])
    old = stored.snapshot()
    key = old.key
    stored.import_batches([batch(line("t2", 40))])
    assert (old.balance(), list(old.records(Transaction)), old.key) == (500, ["t1"], key)
    new = stored.snapshot()
    assert (new.balance(), list(new.records(Transaction))) == (540, ["t1", "t2"])
    assert new.key != key


def test_a_snapshot_is_read_only(stored: StoredBooks) -> None:
    stored.import_batches([batch(line("t1", 500))])
    records = stored.snapshot().records(Transaction)
    with pytest.raises(TypeError):
        records["t2"] = line("t2", 1)  # pyright: ignore[reportIndexIssue]


def test_a_snapshot_is_safe_across_threads(stored: StoredBooks) -> None:
    stored.import_batches([batch(*(line(f"t{n:03}", n) for n in range(1, 200)))])
    shown = stored.snapshot()
    seen: list[tuple[int, int]] = []

    def look() -> None:
        seen.append((id(shown.records(Transaction)), shown.balance()))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_writers_of_one_process_stand_in_line(
    new_books: Callable[..., StoredBooks],
) -> None:
    books = new_books()

    def impatient(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=0")

    engine = books._database.engine  # pyright: ignore[reportPrivateUsage]
    event.listen(engine, "checkout", impatient)
    failed: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(5):
                with books.transaction() as writer:
                    writer.audit(DAY, "note", "", {})
        except BooksError as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_state_that_arrives_late_is_posted_in_its_place(
    new_books: Callable[..., StoredBooks],
) -> None:
    states = [invoice("i", 300), invoice("i", 250, offset=3), invoice("i", 0, offset=6)]
    wanted = {0: 300, 1: 300, 3: 250, 5: 250, 6: 0}
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]):
        books = new_books()
        for at in order:
            books.import_batches([batch(states[at])])
        found = {
            offset: books.ledger.balance("assets:receivables:客户乙", day(offset))
            for offset in wanted
        }
        assert found == wanted, order


def test_papers_add_to_what_is_known_of_a_party(stored: StoredBooks) -> None:
    statement = party("甲", known_since=day(1))
    with_terms = party("甲", known_since=day(3), terms_days=30)
    stored.import_batches([batch(statement), batch(with_terms)])
    known = stored.snapshot(day(9)).get(Counterparty, "甲")
    assert (known.known_since, known.terms_days) == (day(1), 30)
    assert stored.snapshot(day(2)).get(Counterparty, "甲").terms_days is None
    later = stored.import_batches([batch(party("甲", known_since=day(5)))])
    assert (later.new, later.same) == (0, 1)


def test_statements_in_any_order_give_one_balance(new_books: Callable[..., StoredBooks]) -> None:
    january = batch(line("jan", 1000, "opening"), line("a", 300, "sale", 2), source="january.csv")
    february = batch(
        line("feb", 1300, "opening", 30), line("b", -50, "fee", 31), source="february.csv"
    )
    for files in ([january, february], [february, january]):
        books = new_books()
        results = [books.import_batches([file]) for file in files]
        assert books.snapshot().balance() == 1250
        assert books.snapshot(day(29)).balance() == 1300
        assert sum(result.matched for result in results) == 1
        assert books.import_batches(files).new == 0
        assert books.snapshot().balance() == 1250


def test_a_gap_between_statements_is_bridged(new_books: Callable[..., StoredBooks]) -> None:
    books = new_books()
    books.import_batches([batch(line("x", 1000, "opening"), line("a", 300, "sale", 2))])
    books.import_batches([batch(line("y", 1700, "opening", 30))])
    assert books.snapshot(day(29)).balance() == 1300
    assert books.snapshot().balance() == 1700
    books.import_batches([batch(line("found", 400, "sale", 10))])
    assert books.snapshot(day(29)).balance() == 1700
    assert books.snapshot().balance() == 1700
    assert books.audit.verify().ok


def test_a_holding_known_by_another_id_is_the_same(stored: StoredBooks) -> None:
    stored.import_batches([batch(bill("desk-1", 700))])
    result = stored.import_batches([batch(bill("bank-9", 700, offset=4, held="pledged"))])
    assert result.matched == 1
    assert list(stored.snapshot().records(Bill)) == ["desk-1"]
    assert stored.snapshot().get(Bill, "desk-1").held == "pledged"


def test_the_merchant_record_does_not_make_the_last_day(
    new_books: Callable[..., StoredBooks],
) -> None:
    books = new_books()
    with pytest.raises(BooksError, match="empty"):
        books.last_day()
    books.import_batches([batch(line("t", 5, offset=-3000))])
    assert books.last_day() == day(-3000)


def test_daily_sales_come_from_statements_where_none_are_given(stored: StoredBooks) -> None:
    stored.import_batches(
        [
            batch(
                account(),
                line("a", 500),
                line("b", 300),
                line("c", -100, "refund"),
                line("d", 9, "fee"),
            )
        ]
    )
    sales = list(stored.snapshot().all(DailySales))
    assert [(row.amount, row.orders, row.refunds, row.channel) for row in sales] == [
        (700, 2, 100, "bank")
    ]


def test_stored_and_memory_books_show_the_same(stored: StoredBooks) -> None:
    records: list[Record] = [
        account(),
        line("t2", 5),
        line("t1", 7, offset=2),
        invoice("i", 30),
        invoice("i", 30, status="void", offset=1),
    ]
    stored.import_batches([batch(*records)])
    for offset in range(3):
        left = stored.snapshot(day(offset))
        right = MemoryBooks(records, as_of=day(offset))
        for kind in (Account, Transaction, Invoice):
            assert list(left.records(kind).items()) == list(right.records(kind).items())
        assert left.balance() == right.balance()


@pytest.mark.parametrize("spoil", ["missing", "folder", "text", "empty", "random", "other"])
def test_what_is_no_books_says_so_in_one_line(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "x.books"
    if spoil == "folder":
        path.mkdir()
    elif spoil == "text":
        path.write_text("日期,金额\n2026-03-02,5\n" * 20)
    elif spoil == "empty":
        path.touch()
    elif spoil == "random":
        path.write_bytes(bytes(range(256)) * 64)
    elif spoil == "other":
        import sqlite3

        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE t (x)")
        other.close()
    with pytest.raises(BooksError) as caught:
        open_books(path)
    assert str(path)[-30:] in str(caught.value)
    assert caught.value.mend
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert spoil != "missing" or not path.exists()


def test_a_cut_or_overwritten_file_is_damaged(
    tmp_path: Path, new_books: Callable[..., StoredBooks]
) -> None:
    books = new_books()
    books.import_batches([batch(*(line(f"t{n}", n + 1) for n in range(300)))])
    books.close()
    whole = Path(books.location).read_bytes()
    for size in (10, 99, 100, 4096, len(whole) // 2, len(whole) - 1):
        path = tmp_path / f"cut-{size}.books"
        path.write_bytes(whole[:size])
        with pytest.raises(BooksError):
            open_books(path)
    path = tmp_path / "overwritten.books"
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(BooksError, match="damaged"):
        open_books(path)


def test_books_of_another_version_are_refused(new_books: Callable[..., StoredBooks]) -> None:
    import sqlite3

    books = new_books()
    with sqlite3.connect(books.location) as raw:
        raw.execute("UPDATE aicfo_meta SET value = '9' WHERE key = 'version'")
    raw.close()
    with pytest.raises(BooksError, match=r"newer version: 9 .*reads version 2"):
        open_books(books.location)


def test_books_are_not_made_over_something(
    stored: StoredBooks, books_target: str, merchant: Merchant
) -> None:
    with pytest.raises(BooksError, match="already"):
        create_books(books_target, merchant=merchant)


def test_bad_targets_are_named(tmp_path: Path, merchant: Merchant) -> None:
    with pytest.raises(BooksError, match="no such folder"):
        create_books(tmp_path / "no" / "x.books", merchant=merchant)
    with pytest.raises(BooksError, match="SQLite or PostgreSQL"):
        open_books("mysql://user:secret@host/db")
    with pytest.raises(AmountError, match="ISO 4217"):
        create_books(tmp_path / "x.books", merchant=merchant, currency="yuan")
    with pytest.raises(BooksError, match="cannot be reached") as caught:
        open_books("postgresql://user:hunter22@127.0.0.1:1/db")
    assert "hunter22" not in str(caught.value)


@st.composite
def records(draw: st.DrawFn) -> Record:
    id, offset = draw(st.sampled_from(["a", "b", "c"])), draw(st.integers(0, 20))
    amount = draw(st.integers(1, 10**9))
    match draw(st.sampled_from(["line", "invoice", "bill", "loan", "fund", "other"])):
        case "line":
            # An id of a statement line is of one day.
            kind: TransactionKind = draw(
                st.sampled_from(["sale", "refund", "opening", "transfer", "receipt", "loan"])
            )
            return line(f"{kind}{id}{offset}", amount, kind, offset)
        case "invoice":
            status = draw(st.sampled_from(["normal", "void"]))
            return invoice(id, amount, tax=amount // 9, status=status, offset=offset)
        case "bill":
            held = draw(st.sampled_from(["held", "pledged", "endorsed", "settled"]))
            return bill(id, amount, held=held, offset=offset, number=id)
        case "loan":
            return loan(id, amount, offset=offset)
        case "fund":
            return fund(id, amount, offset=offset)
        case _:
            return credit_line(id, updated=day(offset))


def _state(record: Record) -> tuple[object, ...]:
    """A state a day; of a bill one alone, for not every state may follow every other."""
    return type(record), record.id, None if isinstance(record, Bill) else record.known


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(records(), max_size=8, unique_by=_state))
def test_any_records_in_any_order_leave_a_balanced_ledger(
    new_books: Callable[..., StoredBooks], found: list[Record]
) -> None:
    other = sorted(found, key=lambda record: (record.known.day % 7, record.id))
    balances: list[dict[date, dict[str, int]]] = []
    for order in (found, other):
        books = new_books()
        for record in order:
            books.import_batches([batch(record)])
        for entry in books.ledger.entries():
            assert sum(leg.amount for leg in entry.postings) == 0
        balances.append({day(n): books.ledger.trial_balance(day(n)) for n in (0, 7, 20)})
        assert books.audit.verify().ok
    assert all(sum(balance.values()) == 0 for balance in balances[0].values())
    assert balances[0] == balances[1]


def test_states_of_a_record_are_what_showed_day_by_day(stored: StoredBooks) -> None:
    def notice(day: date, **fields: Any) -> Tender:
        title = UntrustedText("保洁服务采购")
        return Tender(id="T", updated=day, published=day, title=title, status="open", **fields)

    first = notice(date(2026, 3, 2), notice="invitation", value=500)
    moved = notice(date(2026, 3, 9), notice="correction", deadline=date(2026, 4, 1))
    stored.import_batches([batch(first)])
    stored.import_batches([batch(moved, source="later.csv")])
    before, now = stored.snapshot(date(2026, 3, 9)).states(Tender, "T")
    assert before == first
    assert (now.value, now.deadline) == (500, date(2026, 4, 1)), "what the notices add up to"
    assert stored.snapshot(date(2026, 3, 8)).states(Tender, "T") == (first,)
    with pytest.raises(NotFound):
        stored.snapshot(date(2026, 3, 1)).states(Tender, "T")
    memory = MemoryBooks([moved, first], as_of=date(2026, 3, 9))
    assert memory.states(Tender, "T") == (first, moved)
    assert memory.key != MemoryBooks([moved], as_of=date(2026, 3, 9)).key
    assert memory.key == MemoryBooks([first, moved], as_of=date(2026, 3, 9)).key
