"""`aicfo brief --track-record` and the brief's own follow-up, as an owner types them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Context, Plugin, Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli import arguments
from aicfo_sdk.cli.watching import morning_message
from aicfo_sdk.errors import BooksError
from aicfo_sdk.model import Advice, Brief, CashBelow, Transaction
from aicfo_sdk.orchestrator.core import plugin as core
from tests.cli.conftest import Run
from tests.cli.test_cli import fits, one_clear_line

DAY = date(2026, 3, 2)


def alarm(id: str, amount: int) -> Advice:
    return Advice(
        id=id, kind="risk", money=amount, title=f"Title {id}", title_zh=f"标题{id}",
        expects=CashBelow(amount=amount, by=DAY + timedelta(days=5)),
    )  # fmt: skip


@pytest.fixture
def warned(shop: Path, aicfo: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Books with 5,000.00, two alarms of the first day, and 1,000.00 lost after it."""
    said = [alarm("right", 450_000), alarm("wrong", 300_000)]
    told = Plugin("told", version="1.0.0", title="t", description="d")

    @told.tool
    def say(ctx: Context) -> list[Advice]:
        """Two alarms on the first day, none later."""
        return said if ctx.today == DAY else []

    monkeypatch.setattr("aicfo_sdk.registry.discover", lambda config: Registry([core, told]))
    assert aicfo("brief", "--books", shop).code == 0
    with open_books(shop) as books:
        lines = tuple(
            Transaction(
                id=f"t{n}", day=DAY + timedelta(days=n), account="A", amount=amount, kind="other"
            )
            for n, amount in ((3, -100_000), (6, 1))
        )
        books.import_batches([Batch("test", "later", "1" * 64, "CNY", lines)])
    return shop


def test_the_track_record_of_a_true_and_a_false_alarm(aicfo: Run, warned: Path):
    done = aicfo("brief", "--track-record", "--books", warned, "--json")
    fits(done, "track-record")
    assert (done.json["as_of"], done.json["briefs"], done.json["currency"]) == (
        "2026-03-08", 1, "CNY",
    )  # fmt: skip
    rows = {row["topic"]: row for row in done.json["rows"]}
    assert {name: row["precision"]["ppm"] for name, row in rows.items()} == {
        "right": 1_000_000,
        "wrong": 0,
    }
    assert done.json["total"]["precision"] == {
        "ppm": 500_000, "low_ppm": 94_531, "high_ppm": 905_469,
    }  # fmt: skip
    first = done.json["alarms"][0]
    assert (first["id"], first["outcome"], first["decided"], first["seen"]) == (
        "right", "came_true", "2026-03-05", 400_000,
    )  # fmt: skip


def test_the_track_record_is_a_table_in_either_language(aicfo: Run, warned: Path):
    shown = aicfo("brief", "--track-record", "--books", warned, "--lang", "en").out
    assert "precision (95 %)" in shown
    assert "50 % (9–91)" in shown
    assert "准确率" in aicfo("brief", "--track-record", "--books", warned).out


def test_it_records_no_run_and_asks_no_plugin(
    aicfo: Run, warned: Path, monkeypatch: pytest.MonkeyPatch
):
    before = aicfo("audit", "head", "--books", warned).out
    monkeypatch.setattr(arguments, "session", None)
    assert aicfo("brief", "--track-record", "--books", warned).code == 0
    assert aicfo("audit", "head", "--books", warned).out == before


def test_an_earlier_day_sees_nothing_of_what_came_after_it(aicfo: Run, warned: Path):
    words = ("brief", "--track-record", "--books", warned, "--json", "--as-of")
    assert aicfo(*words, "2026-03-04").json["total"]["open"] == 2
    assert aicfo(*words, "2026-03-05").json["total"]["came_true"] == 1
    assert aicfo(*words, "2026-03-09", "--since", "2026-03-03").json["alarms"] == []


def test_books_without_a_brief_say_so(aicfo: Run, shop: Path):
    done = aicfo("brief", "--track-record", "--books", shop, "--lang", "en")
    assert (done.code, done.out) == (0, "No brief is recorded yet: aicfo brief records one.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--track-record", "--since", "2027-01-01"), "before it was said"),
        (("--track-record", "--since", "soon"), "--since"),
        (("--track-record", "--as-of", "2020-01-01"), "know nothing of that day"),
        (("--since", "2026-03-02"), "--track-record"),
    ],
)
def test_days_that_cannot_be_are_bad_input(
    aicfo: Run, shop: Path, words: tuple[str, ...], said: str
):
    one_clear_line(aicfo("brief", "--books", shop, *words), said)


def test_the_next_brief_follows_the_earlier_advice_up_and_only_once(aicfo: Run, warned: Path):
    done = aicfo("brief", "--books", warned, "--json")
    fits(done, "brief")
    assert {one["id"]: one["outcome"] for one in done.json["followed_up"]} == {
        "right": "came_true",
        "wrong": "did_not_come",
    }
    again = aicfo("brief", "--books", warned, "--lang", "en", "--as-of", "2026-03-08")
    assert "2026-03-02 Title right → came true" in again.out
    assert "Title wrong → did not come" in again.out
    later = aicfo("brief", "--books", warned, "--lang", "en", "--as-of", "2026-03-09")
    assert "Title right" not in later.out


def test_a_brief_is_made_even_where_earlier_ones_cannot_be_read(
    aicfo: Run, warned: Path, monkeypatch: pytest.MonkeyPatch
):
    from aicfo_sdk.books import track_record

    def broken(*_: Any) -> None:
        raise BooksError("a run recorded by another version of aicfo")

    monkeypatch.setattr(track_record, "followed_up", broken)
    done = aicfo("brief", "--books", warned, "--json")
    assert (done.code, done.json["followed_up"]) == (0, [])
    assert "not followed up" in done.err


def test_the_morning_message_says_what_came_true(warned: Path, monkeypatch: pytest.MonkeyPatch):
    from aicfo_sdk.books.track_record import followed_up

    with open_books(warned) as books:
        found = followed_up(books, DAY + timedelta(days=6))
    brief = Brief(day=DAY, cash=1, currency="CNY", advice=())
    message = morning_message(brief, "m", "zh", found)
    assert message.lines[-2:] == (
        "2026-03-02 标题right → 应验",
        "2026-03-02 标题wrong → 未发生",
    )
    assert [one["id"] for one in message.values["followed_up"]] == ["right", "wrong"]
    assert json.dumps(message.values)
