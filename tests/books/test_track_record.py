"""Alarms from recorded briefs, judged later: on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from aicfo_sdk import Context, Plugin, Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.books.track_record import TrackRecord, followed_up, track_record
from aicfo_sdk.model import (
    Account,
    Advice,
    BuyFund,
    CashAbove,
    CashBelow,
    CreditLine,
    DrawLoan,
    FundPosition,
    Loan,
    Proposal,
    Record,
    RepayLoan,
    SetMarketingBudget,
    Transaction,
)
from aicfo_sdk.orchestrator import record
from aicfo_sdk.orchestrator.core import plugin as core
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.safety.approvals import approve
from aicfo_sdk.safety.commit import commit

DAY = date(2026, 3, 1)


def day(n: int) -> date:
    return DAY + timedelta(days=n)


def line(n: int, amount: int, kind: Any = "sale") -> Transaction:
    return Transaction(id=f"t{n}:{amount}", day=day(n), account="A", amount=amount, kind=kind)


class Firm:
    """Stored books, and mornings on which a test says what the brief says."""

    def __init__(self, books: StoredBooks) -> None:
        self.books = books
        self._advice: list[Advice] = []
        self._files = 0
        told = Plugin("told", version="1.0.0", title="t", description="d")

        @told.tool
        def say(ctx: Context) -> list[Advice]:
            """What the test wants said."""
            return self._advice

        self._registry = Registry([core, told])
        self.take(Account(id="A", opened=DAY, kind="bank"), line(0, 100_000, "opening"))

    def take(self, *records: Record) -> None:
        self._files += 1
        name = f"{self._files:064d}"
        self.books.import_batches([Batch("test", name, name, "CNY", records)])

    def morning(self, n: int, *advice: Advice) -> None:
        self._advice = list(advice)
        Session(self.books, registry=self._registry, as_of=day(n)).call("core.brief")

    def carry_out(self, proposal: Proposal) -> None:
        approve(self.books, proposal.id, by="王芳")
        commit(self.books, proposal.id)

    def judged(self, n: int, **more: Any) -> TrackRecord:
        return track_record(self.books, as_of=day(n), **more)

    def outcomes(self, n: int) -> dict[str, str]:
        return {alarm.advice.id: alarm.outcome for alarm in self.judged(n).alarms}


@pytest.fixture
def firm(stored: StoredBooks) -> Firm:
    return Firm(stored)


def short(id: str = "cash_floor", amount: int = 50_000, by: int = 10, **more: Any) -> Advice:
    given = {"kind": "risk", "money": 7, "title": id, **more}
    return Advice(id=id, expects=CashBelow(amount=amount, by=day(by)), **given)


def test_a_true_and_a_false_alarm_give_a_precision_of_one_half(firm: Firm):
    firm.morning(0, short(), short("other", 10_000))
    firm.take(line(5, -60_000, "purchase"), line(12, 1))
    assert firm.outcomes(12) == {"cash_floor": "came_true", "other": "did_not_come"}
    total = firm.judged(12).total
    assert (total.made, total.came_true, total.did_not_come) == (2, 1, 1)
    assert total.precision is not None
    assert total.precision.ppm == 500_000


def test_advice_repeated_on_ten_mornings_is_one_alarm_judged_by_its_first_claim(firm: Firm):
    for n in range(10):
        firm.morning(n, short(amount=50_000 - n, by=10 + n, money=n))
    firm.take(line(30, 1))
    (alarm,) = firm.judged(30).alarms
    assert (alarm.first, alarm.last, alarm.advice.money) == (day(0), day(9), 0)
    assert (alarm.claimed, alarm.decided) == (day(0), day(10))


def test_the_claim_counts_from_the_first_morning_that_made_one(firm: Firm):
    firm.morning(0, Advice(id="cash_floor", kind="watch", money=1, title="t"))
    firm.morning(1, short(by=5))
    firm.take(line(30, 1))
    (alarm,) = firm.judged(30).alarms
    assert (alarm.first, alarm.claimed, alarm.outcome) == (day(0), day(1), "did_not_come")


@pytest.mark.parametrize(("back", "alarms"), [(7, 1), (8, 2)])
def test_advice_that_was_away_for_more_than_a_week_is_a_new_alarm(
    firm: Firm, back: int, alarms: int
):
    firm.morning(0, short())
    firm.morning(1)
    firm.morning(back, short())
    assert len(firm.judged(back).alarms) == alarms


def test_days_without_a_brief_end_no_alarm(firm: Firm):
    firm.morning(0, short())
    firm.morning(20, short())
    assert len(firm.judged(20).alarms) == 1


def test_what_expects_nothing_is_not_judged_and_the_counts_add_up(firm: Firm):
    plain = Advice(id="due:Invoice:7", kind="due", money=1, title="t", evidence=("Invoice:7",))
    firm.morning(0, plain, short(), short("later", by=90), short("odd", 1, by=0))
    firm.take(line(12, 1))
    assert firm.outcomes(12) == {
        "due:Invoice:7": "not_judged",
        "cash_floor": "did_not_come",
        "later": "open",
        "odd": "cannot_say",
    }
    total = firm.judged(12).total
    assert total.made == 4 == (
        total.came_true + total.did_not_come + total.averted + total.open
        + total.cannot_say + total.not_judged
    )  # fmt: skip


def test_kinds_of_advice_are_ids_without_what_they_are_about(firm: Firm):
    evidence = ("Bill:B-17", "Invoice:7")
    ids = ("bill:present:B-17", "due:Invoice:7", "bill:plan", "cash_floor", "shrinking:C-1")
    firm.morning(
        0, *(Advice(id=id, kind="due", money=1, title="t", evidence=evidence) for id in ids)
    )
    topics = [alarm.topic for alarm in firm.judged(0).alarms]
    assert sorted(topics) == ["bill", "bill:present", "cash_floor", "due", "shrinking"]


def test_nothing_known_later_is_seen_from_an_earlier_day(firm: Firm):
    firm.morning(0, short())
    firm.take(line(5, -60_000, "purchase"), line(12, 1))
    before = firm.judged(4)
    assert (before.total.open, before.total.came_true) == (1, 0)
    firm.morning(6, short("new"))
    assert [alarm.advice.id for alarm in firm.judged(4).alarms] == ["cash_floor"]


def test_since_leaves_out_what_was_first_said_before(firm: Firm):
    firm.morning(0, short())
    firm.morning(3, short(), short("new"))
    found = firm.judged(3, since=day(1))
    assert [alarm.advice.id for alarm in found.alarms] == ["new"]


def test_a_shortage_that_a_drawing_prevented_is_averted_and_counts_in_no_precision(firm: Firm):
    firm.take(
        CreditLine(id="L", updated=DAY, lender="x", limit=90_000, rate_ppm=50_000, expires=day(300))
    )
    action = DrawLoan(
        day=day(0), line="L", account="A", amount=40_000, rate_ppm=50_000, due=day(90)
    )
    proposal = Proposal(action=action, reason="r")
    firm.morning(0, short(proposals=(proposal,)))
    firm.carry_out(proposal)
    firm.take(line(5, -60_000, "purchase"), line(12, 1))
    found = firm.judged(12)
    (alarm,) = found.alarms
    assert (alarm.outcome, alarm.seen, alarm.acted) == ("averted", 40_000, (proposal.id,))
    assert (found.total.precision, found.total.stake) == (None, 7)


LOAN = Loan(
    id="D", updated=DAY, line="L", lender="x", principal=80_000, rate_ppm=100_000, drawn=DAY,
    due=day(73),
)  # fmt: skip


def repaid(firm: Firm) -> Proposal:
    """A loan of 10 % a year repaid on day 0, 73 days before it is due."""
    firm.take(LOAN)
    action = RepayLoan(day=day(0), loan="D", line="L", account="A", amount=36_500)
    proposal = Proposal(action=action, reason="r")
    firm.morning(
        0,
        Advice(id="loan:D", kind="opportunity", money=999, title="t", proposals=(proposal,),
               evidence=(LOAN.ref,)),
    )  # fmt: skip
    firm.carry_out(proposal)
    firm.take(line(90, 1))
    return proposal


@pytest.mark.parametrize(("n", "gain"), [(0, 0), (10, 100), (73, 730), (90, 730)])
def test_interest_that_a_repaid_loan_no_longer_costs_is_exact(firm: Firm, n: int, gain: int):
    """365.00 at 10 % for ten days are 1.00."""
    repaid(firm)
    total = firm.judged(n).total
    assert (total.exact, total.estimate) == (gain, 0)


def test_a_proposal_made_on_many_mornings_is_counted_once(firm: Firm):
    proposal = repaid(firm)
    again = Advice(id="loan:D:b", kind="opportunity", money=5, title="t", proposals=(proposal,))
    firm.morning(1, again)
    firm.morning(2, again)
    assert firm.judged(10).total.exact == 100


def test_what_books_cannot_show_stays_the_estimate_and_by_the_part_carried_out(firm: Firm):
    first, second = (
        Proposal(action=SetMarketingBudget(day=day(0), channel=c, amount=a), reason="r")
        for c, a in (("x", 300), ("y", 100))
    )
    said = {"kind": "opportunity", "money": 1_000, "title": "t"}
    firm.morning(0, Advice(id="marketing_plan", proposals=(first, second), **said))
    firm.carry_out(first)
    (row,) = firm.judged(0).rows
    assert (row.topic, row.exact, row.estimate) == ("marketing_plan", None, 750)


def test_a_warning_that_was_heeded_gained_no_estimate(firm: Firm):
    proposal = Proposal(action=SetMarketingBudget(day=day(0), channel="x", amount=300), reason="r")
    firm.morning(0, short(proposals=(proposal,), money=1_000))
    firm.carry_out(proposal)
    assert firm.judged(0).total.estimate == 0


def fund(n: int, amount: int) -> FundPosition:
    return FundPosition(id="F", updated=day(n), product="x", amount=amount, rate_ppm=36_500)


def bought(firm: Firm) -> None:
    """100.00 in a fund; 300.00 more bought on day 1 by advice of that day."""
    firm.take(fund(0, 10_000))
    action = BuyFund(day=day(1), account="A", fund="F", amount=30_000)
    proposal = Proposal(action=action, reason="r")
    firm.morning(
        1,
        Advice(id="idle_cash", kind="opportunity", money=55, title="t", proposals=(proposal,),
               expects=CashAbove(amount=90_000, by=day(11))),
    )  # fmt: skip
    firm.carry_out(proposal)


def test_interest_of_a_fund_is_ours_by_the_part_that_our_money_is_of_it(firm: Firm):
    """400.00 at 3.65 % for ten days pay 0.40, three quarters of it on what was bought."""
    bought(firm)
    firm.take(fund(11, 40_040), line(12, 1))
    found = firm.judged(12)
    assert (found.total.exact, found.total.estimate) == (30, 0)
    # The money in the fund is not missed: without the decision all of it would be at hand.
    assert found.alarms[0].outcome == "came_true"


def test_a_fund_moved_behind_the_desks_back_leaves_the_estimate(firm: Firm):
    bought(firm)
    firm.take(fund(11, 60_000), line(12, 1))
    total = firm.judged(12).total
    assert (total.exact, total.estimate) == (None, 55)


def test_a_fund_that_has_stated_nothing_since_leaves_the_estimate(firm: Firm):
    bought(firm)
    assert (firm.judged(1).total.exact, firm.judged(1).total.estimate) == (None, 55)


def test_a_brief_follows_up_what_became_clear_since_the_last_one(firm: Firm):
    firm.take(line(4, 1))
    firm.morning(0, short(by=3), short("true", 99_000, by=9), short("open", by=30))
    assert followed_up(firm.books, day(0)) == ()
    firm.morning(4, short("open", by=30))
    assert [alarm.advice.id for alarm in followed_up(firm.books, day(4))] == ["cash_floor"]
    firm.take(line(5, -5_000, "purchase"), line(6, 1))
    firm.morning(6, short("open", by=30))
    found = followed_up(firm.books, day(6))
    assert [(alarm.advice.id, alarm.outcome) for alarm in found] == [("true", "came_true")]


def test_what_statements_told_late_is_followed_up_when_they_come(firm: Firm):
    firm.morning(0, short(by=3))
    firm.morning(5)
    assert followed_up(firm.books, day(5)) == ()
    firm.take(line(2, -90_000, "purchase"), line(4, 1), line(6, 1))
    firm.morning(6)
    assert [alarm.outcome for alarm in followed_up(firm.books, day(6))] == ["came_true"]
    firm.morning(7)
    assert followed_up(firm.books, day(7)) == ()


def test_a_brief_too_large_to_keep_is_read_from_its_parts_else_said_to_be_unread(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
):
    both = [short(), short("other")]
    parts = len(f"[{','.join(item.model_dump_json() for item in both)}]".encode())
    monkeypatch.setattr(record, "KEPT_BYTES", parts)
    firm.morning(0, *both)
    (run,) = firm.books.runs.latest()
    assert [step.kept for step in run.record.steps] == [True, False]
    assert (firm.judged(0).briefs, firm.judged(0).total.made) == (1, 2)
    monkeypatch.setattr(record, "KEPT_BYTES", 10)
    firm.morning(1, *both)
    assert (firm.judged(1).briefs, firm.judged(1).unread) == (1, 1)
