"""Bills passed on may come back: how much, until when, and what the owner is told of it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aicfo_bill import bill_advice, bill_calendar, bill_contingent

from aicfo_sdk import Context, InputError, MemoryBooks, calendar
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.effects import effects
from aicfo_sdk.books.store import create_books
from aicfo_sdk.model import (
    Account,
    Advice,
    Bill,
    BillEvent,
    ContingentBill,
    Counterparty,
    EndorseBill,
    Endorsement,
    Merchant,
    OverdueAcceptor,
    PresentBill,
    Record,
    UntrustedText,
)
from aicfo_sdk.parameters import parameters

TODAY = date(2026, 3, 2)  # a Monday
US = UntrustedText("我方公司")
FACE = 1_000_000

BASE: tuple[Record, ...] = (
    Merchant(id="M", updated=date(2026, 1, 1), name=US),
    Account(id="bank", opened=date(2026, 1, 1), kind="bank"),
    Counterparty(id="S", known_since=date(2026, 1, 1), name=UntrustedText("供应商")),
)


def bill(id: str = "B1", **changes: Any) -> Bill:
    issued = date(2026, 1, 15)
    plain = Bill(
        id=id,
        updated=date(2026, 2, 1),
        number=f"5102100099996{issued:%Y%m%d}{sum(id.encode()) * 7919 % 10**8:08d}0",
        kind="bank",
        range_start=1,
        range_end=FACE,
        face=FACE,
        issued=issued,
        matures=date(2026, 7, 1),
        drawer=UntrustedText("甲公司"),
        acceptor=UntrustedText("宁波银行股份有限公司"),
        payee=US,
        invoices=("Contract:K1",),
    )
    return plain.model_copy(update=changes)


def passed(id: str = "B1", **changes: Any) -> Bill:
    to = Endorsement(day=date(2026, 2, 10), endorser=US, endorsee=UntrustedText("供应商"))
    return bill(id, **{"held": "endorsed", "endorsements": (to,), **changes})


def on_list(**changes: Any) -> OverdueAcceptor:
    name = UntrustedText("宁波银行 股份有限公司")  # a blank more than the bills have
    return OverdueAcceptor(id="A1", published=TODAY, name=name).model_copy(update=changes)


def context(*records: Record, today: date = TODAY) -> Context:
    return Context(MemoryBooks([*BASE, *records], as_of=today, balances={"bank": 0}))


def only(*records: Record, today: date = TODAY) -> ContingentBill:
    (found,) = bill_contingent(context(*records, today=today)).bills
    return found


def advice(*records: Record, today: date = TODAY) -> dict[str, Advice]:
    return {one.id: one for one in bill_advice(context(*records, today=today))}


# ── what may come back ───────────────────────────────────────────────────────────────────────


def test_endorsed_and_discounted_bills_are_contingent_liabilities_until_they_are_settled() -> None:
    found = bill_contingent(
        context(
            passed("E"),
            bill("D", held="discounted", acceptor=UntrustedText("宁波银行股份有限公司")),
            bill("H"),
            bill("P", held="pledged"),
            bill("O", side="payable", held="endorsed"),
            passed("S", status="settled", circulation="ended"),
            passed("T", status="terminated", circulation="ended"),
            bill("N", held="discounted", recourse=False),
        )
    )
    assert {one.bill: one.passed for one in found.bills} == {"E": "endorsed", "D": "discounted"}
    assert (found.total, found.due, found.listed) == (2 * FACE, 0, 0)
    assert [(row.acceptor, row.amount) for row in found.acceptors] == [
        ("宁波银行股份有限公司", 2 * FACE)
    ]
    assert {one.bill: one.to for one in found.bills} == {"E": "供应商", "D": ""}
    assert set(found.evidence) == {"Bill:E", "Bill:D"}


def test_recourse_ends_six_and_three_months_after_the_last_day_of_refusal() -> None:
    # Matures Wednesday 2026-07-01; presented by Saturday 07-11, a holiday: Monday 07-13; refused
    # four working days later, Friday 07-17; claimed by 2027-01-17; from us by 2027-04-17.
    assert only(passed()).until == date(2027, 4, 17)
    assert only(passed(), today=date(2027, 4, 17)).stage == "unproven"
    assert bill_contingent(context(passed(), today=date(2027, 4, 18))).bills == ()


def test_a_bill_passed_on_runs_until_its_window_is_over_and_is_unproven_then() -> None:
    assert only(passed(), today=date(2026, 7, 13)).stage == "running"
    assert only(passed(), today=date(2026, 7, 14)).stage == "unproven"


def test_numbers_of_the_law_of_recourse_hold_from_their_day() -> None:
    for name, value in (
        ("bill.recourse_months", 6),
        ("bill.rerecourse_months", 3),
        ("bill.refusal_notice_days", 3),
        ("bill.answer_days", 4),
    ):
        assert parameters().at(name, date(1996, 1, 1)) == value
        assert parameters().get(name, date(2026, 1, 1)).verified


def test_a_refused_bill_has_fallen_due_and_stays_until_it_is_settled() -> None:
    refused = passed(status="matured", circulation="claimed", updated=date(2026, 7, 20))
    found = bill_contingent(context(refused, passed("B2"), today=date(2026, 7, 20)))
    assert [(b.bill, b.stage, b.until) for b in found.bills[:1]] == [("B1", "claimed", None)]
    assert (found.total, found.due) == (2 * FACE, FACE)
    late = bill_contingent(context(refused, today=date(2029, 1, 1)))
    assert late.due == FACE


def test_who_is_on_the_list_today_is_marked_and_who_left_it_is_not() -> None:
    assert only(passed(), on_list()).acceptor_listed
    assert bill_contingent(context(passed(), on_list())).listed == FACE
    assert not only(passed(), on_list(listed=False)).acceptor_listed
    assert only(passed(), on_list(listed=False, barred_until=TODAY)).acceptor_listed
    assert not only(passed(), on_list(published=TODAY + timedelta(days=1))).acceptor_listed


def test_what_the_books_themselves_endorse_is_contingent_at_once() -> None:
    action = EndorseBill(
        day=TODAY, bill="B1", amount=400_000, range_start=1, range_end=400_000, payee="S"
    )
    before = context(bill())
    assert bill_contingent(before).total == 0
    states = effects(action, MemoryBooks([*BASE, bill()], as_of=TODAY), ref="p").records
    found = bill_contingent(context(*states))
    assert [(one.amount, one.to, one.passed) for one in found.bills] == [
        (400_000, "供应商", "endorsed")
    ]


def test_an_imported_refusal_makes_it_due_and_an_imported_payment_takes_it_back(
    tmp_path: Path,
) -> None:
    def state(day: date, **changes: Any) -> Batch:
        return Batch("t", f"{day}.csv", "0" * 64, "CNY", (passed(updated=day, **changes),))

    merchant = Merchant(id="M", updated=date(2026, 1, 1), name=US)
    with create_books(tmp_path / "shop.books", merchant=merchant) as books:

        def seen(day: date) -> tuple[int, int]:
            found = bill_contingent(Context(books.snapshot(day)))
            return found.total, found.due

        books.import_batches([state(date(2026, 2, 10))])
        cash = books.ledger.balance("assets:cash")
        books.import_batches([state(date(2026, 7, 6), status="matured", circulation="claimed")])
        books.import_batches([state(date(2026, 8, 3), status="settled", circulation="ended")])
        assert [seen(date(2026, month, 28)) for month in (2, 7, 8)] == [
            (FACE, 0),
            (FACE, FACE),
            (0, 0),
        ]
        assert books.ledger.balance("assets:cash") == cash
        assert sum(books.ledger.trial_balance().values()) == 0


# ── what the owner is told ───────────────────────────────────────────────────────────────────


def test_a_refused_bill_that_was_passed_on_is_a_debt_that_is_due() -> None:
    told = advice(passed(status="matured", circulation="claimed"), today=date(2026, 7, 20))
    one = told["bill:claimed:B1"]
    assert (one.kind, one.money, one.evidence) == ("due", FACE, ("Bill:B1",))
    assert "by 供应商" in one.detail
    assert "within 3 months" in one.detail
    assert "bill:claimed:B1" not in advice(passed(), today=date(2026, 7, 20))


def test_a_refused_bill_on_hand_is_to_be_claimed_in_time_and_not_presented_again() -> None:
    refused = bill(status="matured", circulation="claimed", guarantor=UntrustedText("丙公司"))
    told = advice(refused, today=date(2026, 7, 20))
    one = told["bill:claim:B1"]
    assert one.kind == "due"
    assert "claim it by 2027-01-01" in one.title
    assert "guarantor 丙公司" in one.detail
    assert "bill:present:B1" not in told
    assert advice(refused, today=date(2027, 1, 2))["bill:claim:B1"].kind == "risk"


def test_an_acceptor_just_listed_is_a_warning_over_what_is_held_and_what_was_passed_on() -> None:
    records = (passed("E"), bill("H"), bill("X", acceptor=UntrustedText("中国工商银行")))
    one = advice(*records, on_list())["bill:listed:A1"]
    assert (one.kind, one.money) == ("risk", 2 * FACE)
    assert set(one.evidence) == {"OverdueAcceptor:A1", "Bill:E", "Bill:H"}
    assert "was just put" in one.title
    old = advice(*records, on_list(published=TODAY - timedelta(days=8)))["bill:listed:A1"]
    assert (old.kind, "was just put" in old.title) == ("watch", False)
    assert "bill:listed:A1" not in advice(*records, on_list(listed=False))
    assert "bill:listed:A1" not in advice(bill("X", acceptor=UntrustedText("乙")), on_list())


def test_a_window_that_closes_is_a_risk_with_a_proposal_to_present() -> None:
    due = bill(status="matured", matures=TODAY - timedelta(days=7))
    one = advice(due)["bill:present:B1"]
    assert one.kind == "risk"
    assert one.title.startswith("Only 3 day(s) left")
    (proposal,) = one.proposals
    assert isinstance(proposal.action, PresentBill)
    assert effects(proposal.action, MemoryBooks([*BASE, due], as_of=TODAY), ref="p").records
    earlier = advice(bill(matures=TODAY - timedelta(days=6)))["bill:present:B1"]
    assert (earlier.kind, len(earlier.proposals)) == ("due", 1)
    asked = bill(status="matured", circulation="collecting", matures=TODAY - timedelta(days=7))
    assert "bill:present:B1" not in advice(asked)
    locked = bill(circulation="locked", matures=TODAY - timedelta(days=7))
    assert advice(locked)["bill:present:B1"].proposals == ()


def test_every_alert_is_in_two_languages_and_names_its_evidence() -> None:
    told = advice(
        passed("C", status="matured", circulation="claimed"),
        bill("R", status="matured", circulation="claimed"),
        on_list(),
        today=date(2026, 7, 20),
    )
    alerts = [told[id] for id in ("bill:claimed:C", "bill:claim:R", "bill:listed:A1")]
    for one in alerts:
        assert one.evidence
        for text in (one.title_zh, one.detail_zh):
            assert any("\u4e00" <= char <= "\u9fff" for char in text)


# ── the calendar ─────────────────────────────────────────────────────────────────────────────


def days_of(*records: Record, days: int = 90, today: date = TODAY) -> list[BillEvent]:
    return list(bill_calendar(context(*records, today=today), days=days).events)


def test_the_calendar_says_what_to_present_until_when_and_what_to_pay() -> None:
    saturday = date(2026, 3, 14)
    found = bill_calendar(
        context(
            bill("soon", matures=saturday),
            bill("own", matures=date(2026, 3, 10), side="payable", payee=UntrustedText("乙公司")),
            bill("far", matures=date(2026, 7, 14)),
            bill("asked", matures=TODAY, status="matured", circulation="collecting"),
            bill("paid", matures=TODAY, status="settled", circulation="ended"),
        ),
        days=30,
    )
    assert [(e.what, e.bill, e.day, e.until, e.party) for e in found.events] == [
        ("pay", "own", date(2026, 3, 10), date(2026, 3, 10), "乙公司"),
        ("present", "soon", date(2026, 3, 16), date(2026, 3, 24), "宁波银行股份有限公司"),
    ]
    assert (found.first, found.last) == (TODAY, date(2026, 3, 31))
    assert (found.to_receive, found.to_pay) == (FACE, FACE)
    assert not calendar().is_working(saturday)


def test_what_is_late_stands_on_today_with_the_day_it_should_have_been_done() -> None:
    late = days_of(
        bill("p", matures=date(2026, 2, 2)), bill("o", matures=date(2026, 2, 3), side="payable")
    )
    assert {(e.bill, e.day, e.until) for e in late} == {
        ("p", TODAY, date(2026, 2, 12)),
        ("o", TODAY, date(2026, 2, 3)),
    }


def test_claims_and_lapses_stand_in_the_calendar() -> None:
    refused = bill("R", status="matured", circulation="claimed")
    (claim,) = days_of(refused, today=date(2026, 7, 20))
    assert (claim.what, claim.day, claim.until) == ("claim", date(2026, 7, 20), date(2027, 1, 1))
    (lapse,) = days_of(passed(), today=date(2027, 4, 1))
    assert (lapse.what, lapse.day) == ("recourse_ends", date(2027, 4, 17))
    assert days_of(passed(), today=date(2027, 4, 1), days=16) == []


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_calendar_of_no_days_or_too_many_is_refused(days: int) -> None:
    with pytest.raises(InputError, match="1 to 366"):
        days_of(bill(), days=days)


def test_books_without_bills_have_an_empty_calendar_and_no_liability() -> None:
    assert days_of() == []
    assert bill_contingent(context()).total == 0
