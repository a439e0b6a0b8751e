"""Briefs over sixty days of a synthetic contractor, judged on the last: counted again by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from aicfo_sim import sandbox

from aicfo_sdk import Books, Context, Plugin, Registry, discover
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books
from aicfo_sdk.books.track_record import Alarm, TrackRecord, track_record
from aicfo_sdk.model import (
    Account,
    Advice,
    CashBelow,
    Counterparty,
    DailySales,
    Invoice,
    Merchant,
    Obligation,
    Record,
    Settlement,
    Transaction,
)
from aicfo_sdk.orchestrator.session import Session

SEED = 7
DAYS, EVERY = 60, 5
KINDS = (Account, Counterparty, DailySales, Invoice, Obligation, Settlement, Transaction)
"""Records that a day's books hold as any later day's do: nothing of them is told again."""


def end_of_day(books: Books, day: date) -> int:
    return sum(line.amount for line in books.all(Transaction) if line.day <= day)


def lowest(books: Books, first: date, last: date) -> int:
    days = ((first + timedelta(days=n)) for n in range((last - first).days + 1))
    return min(end_of_day(books, day) for day in days)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Books, TrackRecord]:
    """The contractor's books sixty days on, and what became of the briefs made meanwhile."""
    start = sandbox("contractor", seed=SEED).as_of
    truth = sandbox("contractor", seed=SEED, day=start + timedelta(days=DAYS))

    planted = Plugin("planted", version="1.0.0", title="t", description="d")

    @planted.tool
    def plant(ctx: Context) -> list[Advice]:
        """On each morning one alarm that will come true within 10 days, on each third a false."""
        number = (ctx.today - start).days // EVERY
        last = ctx.today + timedelta(days=10)
        least = lowest(truth, ctx.today + timedelta(days=1), last)
        return [
            Advice(
                id=f"planted:{truth_of}:{number}",
                kind="risk",
                money=1,
                title="t",
                evidence=(f"Morning:{number}",),
                expects=CashBelow(amount=least + (truth_of == "true"), by=last),
            )
            for truth_of in ("true", *(["false"] if number % 3 == 0 else []))
        ]

    registry = Registry([*discover().plugins.values(), planted])
    records: list[Record] = [record for kind in KINDS for record in truth.all(kind)]
    path: Path = tmp_path_factory.mktemp("books") / "contractor.books"
    with create_books(path, merchant=next(truth.all(Merchant))) as books:
        books.import_batches([Batch("test", "all", "0" * 64, "CNY", tuple(records))])
        for number in range(0, DAYS + 1, EVERY):
            day = start + timedelta(days=number)
            Session(books, registry=registry, as_of=day).call("core.brief")
        return truth, track_record(books, as_of=truth.as_of)


def of(found: TrackRecord, topic: str) -> list[Alarm]:
    return [alarm for alarm in found.alarms if alarm.topic.startswith(topic)]


def test_planted_alarms_come_out_as_they_were_planted(lived: tuple[Books, TrackRecord]) -> None:
    """13 mornings: 13 true alarms, 5 false ones; some mornings' cash was as low already."""
    truth, found = lived
    true, false = of(found, "planted:true"), of(found, "planted:false")
    assert (len(true), len(false)) == (13, 5)
    hits = 0
    for alarm in true + false:
        claim = alarm.expects
        assert isinstance(claim, CashBelow)
        if claim.by > found.as_of:
            continue
        if end_of_day(truth, alarm.first) < claim.amount:
            assert alarm.outcome == "cannot_say"
            continue
        planted = "came_true" if alarm.topic == "planted:true" else "did_not_come"
        assert alarm.outcome == planted
        hits += planted == "came_true"
    assert hits == 9
    rows = {row.topic: row for row in found.rows}
    assert (rows["planted:true"].did_not_come, rows["planted:false"].came_true) == (0, 0)
    assert rows["planted:false"].did_not_come == 4


def test_late_customers_come_out_as_the_simulators_own_settlements_say(
    lived: tuple[Books, TrackRecord],
) -> None:
    truth, found = lived
    late = of(found, "late")
    assert late, "the contractor's customers pay late"
    for alarm in late:
        claim = alarm.expects
        assert claim is not None
        assert claim.kind == "invoices_open"
        left = sum(truth.get(Invoice, id).total for id in claim.invoices) - sum(
            part.amount
            for id in claim.invoices
            for part in truth.all(Settlement, invoice=id)
            if part.day <= claim.by
        )
        if claim.by <= found.as_of:
            expected = "came_true" if left >= claim.amount else "did_not_come"
            assert alarm.outcome == expected, alarm.advice.id


def test_shortages_come_out_as_the_simulators_own_cash_says(
    lived: tuple[Books, TrackRecord],
) -> None:
    truth, found = lived
    for alarm in of(found, "cash_floor"):
        claim = alarm.expects
        if claim is None or claim.kind != "cash_below":
            assert alarm.outcome == "not_judged"
            continue
        assert alarm.claimed is not None
        if end_of_day(truth, alarm.claimed) < claim.amount:
            assert alarm.outcome == "cannot_say"
            continue
        last = min(claim.by, found.as_of)
        short = lowest(truth, alarm.claimed + timedelta(days=1), last) < claim.amount
        if short:
            assert alarm.outcome == "came_true"
        else:
            assert alarm.outcome == ("did_not_come" if claim.by <= found.as_of else "open")


def test_the_counts_are_those_of_the_alarms(lived: tuple[Books, TrackRecord]) -> None:
    _, found = lived
    assert found.briefs == 13
    assert found.total.made == len(found.alarms) == sum(row.made for row in found.rows)
    for row in found.rows:
        alarms = [alarm for alarm in found.alarms if alarm.topic == row.topic]
        assert row.came_true == sum(alarm.outcome == "came_true" for alarm in alarms)
        judged = row.came_true + row.did_not_come
        assert (row.precision is None) == (judged == 0)
        if row.precision is not None:
            assert row.precision.ppm == round(1_000_000 * row.came_true / judged)
