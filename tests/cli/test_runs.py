"""`aicfo runs` and `aicfo replay` as an owner types them."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Context, Plugin, Proposal, Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli.publish import FOLDER
from aicfo_sdk.model import Account, Transfer
from aicfo_sdk.orchestrator.session import Session
from tests.cli.conftest import Run


def asked(aicfo: Run, shop: Path) -> str:
    """Ask one question and return the id of its run."""
    answer = aicfo("call", "core.credit_lines", "--books", shop, "--json")
    assert answer.code == 0, answer.err
    return answer.json["record"]


def holds(command: str, value: Any) -> None:
    import jsonschema

    jsonschema.validate(value, json.loads((FOLDER / f"{command}.json").read_text("utf-8")))


def test_runs_lists_what_was_asked_the_latest_first(aicfo: Run, shop: Path):
    assert aicfo("runs", "--books", shop).out == "no run is recorded\n"
    first, second = asked(aicfo, shop), asked(aicfo, shop)
    listed = aicfo("runs", "--books", shop, "--json")
    holds("runs", listed.json)
    assert [run["run"] for run in listed.json["runs"]] == [second, first]
    assert listed.json["runs"][0]["tool"] == "core.credit_lines"
    only = aicfo("runs", "--books", shop, "--limit", "1")
    assert (second in only.out, first in only.out) == (True, False)


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_bad_input(aicfo: Run, shop: Path, limit: str):
    done = aicfo("runs", "--books", shop, "--limit", limit)
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_replay_says_identical_and_ends_with_0(aicfo: Run, shop: Path):
    run = asked(aicfo, shop)
    done = aicfo("replay", run, "--books", shop)
    assert done.code == 0, done.err
    assert "identical" in done.out
    assert "same  core.credit_lines" in done.out
    told = aicfo("replay", run, "--books", shop, "--json")
    holds("replay", told.json)
    assert (told.code, told.json["identical"]) == (0, True)


def test_a_replay_that_comes_out_otherwise_says_where_and_why_and_ends_with_1(
    aicfo: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    from aicfo_sdk.orchestrator import core

    run = asked(aicfo, shop)
    monkeypatch.setattr(core, "_LONGEST", core._LONGEST / 2)  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(core.plugin, "version", "9.9")
    done = aicfo("replay", run, "--books", shop)
    assert done.code == 1
    assert "DIFFERENT" in done.out
    assert "first otherwise: step 1, core.credit_lines" in done.out
    assert "core.credit_lines was of version 0.1.0, is of 9.9" in done.out
    told = aicfo("replay", run, "--books", shop, "--json")
    holds("replay", told.json)
    assert (told.code, told.json["identical"]) == (1, False)


def test_the_story_of_a_payment_goes_from_the_question_to_the_ledger(aicfo: Run, shop: Path):
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def move(ctx: Context) -> list[Proposal]:
        action = Transfer(day=ctx.today, account="A", to_account="A2", amount=500)
        return [Proposal(action=action, reason="to the till", evidence=("Account:A",))]

    with open_books(shop) as books:
        till = Account(id="A2", opened=date(2026, 3, 2), kind="bank")
        books.import_batches([Batch("test", "till.csv", "1" * 64, "CNY", (till,))])
        answer = Session(books, registry=Registry([plugin])).call("move", maker="Wang")
    proposal = answer.proposals[0].id
    before = aicfo("replay", proposal, "--offline", "--books", shop)
    assert before.code == 0, before.err
    assert "rests on Account:A: audit row 2 (test)" in before.out
    assert "proposed" in before.out
    done = aicfo("approve", proposal, "--by", "Li", "--books", shop)
    assert done.code == 0, done.err
    story = aicfo("replay", answer.record, "--offline", "--books", shop)
    for line in ("asked by Wang", "toy.move", "approved by li", "committed", "assets:cash:A2"):
        assert line in story.out, line
    told = aicfo("replay", answer.record, "--offline", "--books", shop, "--json")
    holds("replay", told.json)
    (chapter,) = told.json["proposals"]
    assert chapter["entries"][0]["postings"] == [["assets:cash:A2", 500], ["assets:cash:A", -500]]
    assert told.json["record"]["maker"] == "Wang"


def test_an_unknown_run_is_bad_input(aicfo: Run, shop: Path):
    for words in (("replay", "R0"), ("replay", "R0", "--offline")):
        done = aicfo(*words, "--books", shop)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "no such run" in done.err


def test_a_changed_record_is_bad_input_and_never_told(aicfo: Run, shop: Path):
    run = asked(aicfo, shop)
    with sqlite3.connect(shop) as raw:
        raw.execute("UPDATE aicfo_runs SET body = replace(body, '\"seed\":0', '\"seed\":1')")
    raw.close()
    for words in (("replay", run), ("replay", run, "--offline"), ("runs",)):
        done = aicfo(*words, "--books", shop)
        assert done.code != 0, words
    assert aicfo("audit", "verify", "--books", shop).code == 1
