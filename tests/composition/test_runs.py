"""Every run is recorded whole, sealed, and comes out the same when it is done again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from aicfo_sdk import Context, Needs, NeedsAll, NeedsAsk, Plugin, Registry, ToolFailed
from aicfo_sdk.books.run_record import RunRecord
from aicfo_sdk.books.runs import record_run
from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.books.story import story
from aicfo_sdk.config import Config
from aicfo_sdk.errors import BooksError, InputError, NotFound, PlanError
from aicfo_sdk.model import Fact, Proposal, Record, StoreId, Transaction, Transfer
from aicfo_sdk.model.base import digest
from aicfo_sdk.orchestrator import record
from aicfo_sdk.orchestrator.replay import replay
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.safety.approvals import approve
from aicfo_sdk.safety.commit import commit
from tests.books.samples import DAY, account, batch, line


class Balance(Fact):
    """Cash, for tests."""

    VERSION: ClassVar[int] = 1

    amount: int


class Rate(Fact):
    """A number from outside."""

    ppm: int


class Noise(Fact):
    """A random number."""

    value: int


class Move(Fact):
    """What to move, with what it rests on."""

    text: str
    proposals: tuple[Proposal, ...] = ()


class World:
    """What lies outside the books and can change under a tool."""

    def __init__(self) -> None:
        self.rate = 5
        self.calls = 0


def tools(
    world: World, *, version: str = "1", spoiled: bool = False, extra: bool = False
) -> Registry:
    """A plugin whose `move` rests on books, an external rate, a random number and an ask."""
    plugin = Plugin("toy", version=version)

    @plugin.tool(reads=reads())
    def balance(ctx: Context, at: date = date(2026, 3, 2)) -> Balance:
        return Balance(amount=ctx.books.balance() + (version == "2"))

    @plugin.tool(external=True)
    def rate(ctx: Context, *, balance: Needs[Balance]) -> Rate:
        world.calls += 1
        return Rate(ppm=world.rate)

    @plugin.tool
    def noise(ctx: Context) -> Noise:
        return Noise(value=ctx.rng.randrange(10**9) + spoiled)

    @plugin.tool
    def per_store(ctx: Context, store: StoreId) -> Balance2:
        return Balance2(name=str(store))

    @plugin.tool
    def move(
        ctx: Context,
        cents: int = 300,
        *,
        balance: Needs[Balance],
        rates: NeedsAll[Rate],
        noise: Needs[Noise],
        ask: NeedsAsk[Balance2],
    ) -> Move:
        names = [ask(store=each).name for each in ("S1", "S2")]
        action = Transfer(day=ctx.today, account="bank", to_account="till", amount=cents)
        proposals = [Proposal(action=action, reason="because", evidence=("Account:bank",))]
        too_much = action.model_copy(update={"amount": 10**9})
        proposals.append(Proposal(action=too_much, reason="too much"))
        if extra:
            action = action.model_copy(update={"amount": 1})
            proposals.append(Proposal(action=action, reason="more"))
        text = f"{balance.amount} {[rate.ppm for rate in rates]} {noise.value} {names}"
        return Move(text=text, proposals=tuple(proposals))

    return Registry([plugin])


class Balance2(Fact):
    """Asked for as a tool runs."""

    name: str


def reads() -> list[type[Record]]:
    from aicfo_sdk.model import Account

    return [Account]


@pytest.fixture
def full(stored: StoredBooks) -> StoredBooks:
    """Books with 900.00 in the bank and a till."""
    stored.import_batches([batch(account(), account("till"), line("o", 90_000, "opening"))])
    return stored


def test_a_run_is_recorded_with_all_that_led_to_it(full: StoredBooks):
    session = Session(full, registry=tools(World()), seed=3)
    answer = session.call("Move", {"cents": 250}, maker="Li")
    run = session.runs.get(answer.record)
    kept = run.record
    assert (kept.tool, kept.arguments, kept.seed, kept.maker) == (
        "toy.move",
        {"cents": 250},
        3,
        "Li",
    )
    assert (kept.as_of, kept.heads.audit_seq) == (full.last_day(), run.source - 2)
    assert [step.tool for step in kept.steps] == [
        "toy.balance",
        "toy.rate",
        "toy.noise",
        "toy.move",
    ]
    assert kept.steps[-1].needs == {
        "balance": [1],
        "rates": [2],
        "noise": [3],
        "ask": {"asks": "toy.per_store"},
    }
    assert [(s.tool, s.arguments) for s in kept.asked] == [
        ("toy.per_store", {"store": "S1"}),
        ("toy.per_store", {"store": "S2"}),
    ]
    for step, (_, fact) in zip(kept.steps, answer.run.facts, strict=True):
        assert step.digest == digest(fact)
        assert digest(step.fact) == step.digest
    assert [each.id for each in kept.proposals] == [p.id for p in answer.proposals]
    assert kept.proposals[0].digest == digest(answer.run.proposals[0])
    assert "does not hold this much" in kept.dropped[0].reason
    assert kept.key == answer.run.key
    assert kept.installed.libraries.keys() >= {"python", "numpy", "highspy"}
    (proposed,) = full.audit.rows(answer.proposals[0].id)
    assert f'"run":"{answer.record}"' in proposed.body
    assert full.audit.verify().ok


def test_a_run_and_its_proposals_are_one_transaction(
    full: StoredBooks, monkeypatch: pytest.MonkeyPatch
):
    from aicfo_sdk.safety import approvals

    def refuse(*_: Any, **__: Any) -> Any:
        raise BooksError("no more room")

    session = Session(full, registry=tools(World()))
    monkeypatch.setattr(approvals, "propose", refuse)
    with pytest.raises(BooksError):
        session.call("Move")
    assert (session.runs.latest(), full.proposals.all()) == ((), ())
    assert full.audit.verify().ok


def test_a_run_done_again_is_identical_and_leaves_no_trace(full: StoredBooks):
    world = World()
    session = Session(full, registry=tools(world), seed=11)
    answer = session.call("Move")
    # The books go on, the world too: the run saw neither.
    full.import_batches([batch(line("t1", 100, offset=7))])
    approve(full, answer.proposals[0].id, by="Li")
    commit(full, answer.proposals[0].id)
    world.rate, calls = 7, world.calls
    head = full.audit.head()
    found = replay(full, answer.record, tools(world))
    assert (found.identical, found.first, found.changed) == (True, "", ())
    assert [step.recalled for step in found.steps] == [False, True, False, False]
    assert world.calls == calls
    assert full.audit.head() == head


def test_a_replay_names_the_first_step_that_another_version_changed(full: StoredBooks):
    answer = Session(full, registry=tools(World())).call("Move")
    found = replay(full, answer.record, tools(World(), version="2"))
    assert not found.identical
    assert found.first.startswith("step 1, toy.balance")
    assert "toy.balance was of version 1, is of 2" in found.why
    # An external tool is not asked again with other inputs either.
    assert "not asked again" in found.steps[1].now


def test_a_replay_says_when_the_same_tool_answers_otherwise(full: StoredBooks):
    answer = Session(full, registry=tools(World())).call("Move")
    found = replay(full, answer.record, tools(World(), spoiled=True))
    assert found.first.startswith("step 3, toy.noise")
    assert "not deterministic" in found.why[0]


def test_a_replay_says_which_library_or_table_is_another(
    full: StoredBooks, monkeypatch: pytest.MonkeyPatch
):
    answer = Session(full, registry=tools(World())).call("Move")
    monkeypatch.setattr(record, "libraries", lambda: {"python": "9.9", "numpy": "3"})
    found = replay(full, answer.record, tools(World()))
    assert found.identical
    assert any(line.startswith("python was ") for line in found.changed)
    spoiled = replay(full, answer.record, tools(World(), spoiled=True))
    assert any(line.startswith("python was ") for line in spoiled.why)


def test_a_replay_says_when_tool_or_plan_are_no_longer_there(full: StoredBooks):
    answer = Session(full, registry=tools(World())).call("Move")
    found = replay(full, answer.record, Registry([]))
    assert (found.identical, found.first) == (False, "before the first step")
    registry = tools(World())
    del registry.tools["toy.rate"], registry.plugins["toy"].tools["rate"]
    found = replay(full, answer.record, Registry(registry.plugins.values()))
    assert found.first == "step 2 was toy.rate and is toy.noise"


def test_a_replay_holds_proposals_against_each_other_too(full: StoredBooks):
    answer = Session(full, registry=tools(World())).call("Move")
    found = replay(full, answer.record, tools(World(), extra=True))
    assert found.first.startswith("step 4, toy.move")


def test_a_run_that_failed_is_recorded_and_fails_the_same_way_again(full: StoredBooks):
    def registry(words: str) -> Registry:
        plugin = Plugin("toy", version="1")

        @plugin.tool(external=True)
        def rate(ctx: Context) -> Rate:
            raise ToolFailed(words)

        @plugin.tool
        def balance(ctx: Context, *, rate: Needs[Rate]) -> Balance:
            return Balance(amount=rate.ppm)

        return Registry([plugin])

    session = Session(full, registry=registry("the bank is closed"))
    with pytest.raises(ToolFailed, match="the bank is closed"):
        session.call("Balance")
    (run,) = session.runs.latest()
    assert run.record.error is not None
    assert replay(full, run, registry("the bank burnt down")).identical


def test_arguments_of_every_kind_come_back_as_they_were(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    answer = session.call("toy.balance", {"at": date(2026, 2, 28)})
    kept = session.runs.get(answer.record).record
    assert kept.arguments == {"at": "2026-02-28"}
    assert session.replay(answer.record).identical
    about = session.call("toy.per_store", {"store": "S9"})
    assert session.runs.get(about.record).record.subjects == (("Store", "S9"),)
    assert session.replay(about.record).identical


def test_words_that_no_database_holds_are_recorded_by_their_numbers(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    with pytest.raises(InputError, match="a bad argument"):
        session.call("per_store", subjects=["store=S\x00\udc80"])
    kept = session.runs.latest()[0].record
    assert kept.subjects == (("Store", "S\x00\\udc80"),)
    assert full.audit.verify().ok


def test_a_result_too_large_to_keep_is_recorded_by_its_digest(full: StoredBooks):
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def balance(ctx: Context, size: int) -> Balance2:
        return Balance2(name="x" * size)

    session = Session(full, registry=Registry([plugin]))
    most = record.KEPT_BYTES - len('{"evidence":[],"name":""}')
    for size, kept in ((most, True), (most + 1, False)):
        answer = session.call("balance", {"size": size})
        (step,) = session.runs.get(answer.record).record.steps
        assert (step.kept, step.fact is not None) == (kept, kept)
        assert step.digest == digest(answer.run.result)
        assert session.replay(answer.record).identical


def test_the_same_question_twice_is_two_runs_with_one_key(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    one, two = session.call("Balance"), session.call("Balance")
    assert one.record != two.record
    assert one.run.key == two.run.key
    latest = session.runs.latest(1)
    assert [run.id for run in latest] == [two.record]
    assert latest[0].record == session.runs.get(one.record).record.model_copy(
        update={"heads": latest[0].record.heads}
    )


def test_a_plan_that_cannot_be_made_is_no_run(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    with pytest.raises(PlanError):
        session.call("per_store")
    assert session.runs.latest() == ()


def test_an_unknown_run_is_one_line_that_names_the_latest(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    with pytest.raises(NotFound, match="none is recorded"):
        session.runs.get("R1")
    answer = session.call("Balance")
    with pytest.raises(NotFound, match=answer.record):
        session.runs.get("R1")


def test_what_rests_on_the_world_outside_is_concluded_anew_each_time(full: StoredBooks):
    world = World()
    plugin = Plugin("toy", version="1")

    @plugin.tool(external=True)
    def rate(ctx: Context) -> Rate:
        return Rate(ppm=world.rate)

    @plugin.tool
    def through(ctx: Context, *, rate: Needs[Rate]) -> Balance:
        return Balance(amount=rate.ppm)

    @plugin.tool
    def asking(ctx: Context, *, ask: NeedsAsk[Rate]) -> Noise:
        return Noise(value=ask().ppm)

    @plugin.tool
    def both(ctx: Context, *, one: Needs[Balance], other: Needs[Noise]) -> Balance2:
        return Balance2(name=f"{one.amount} {other.value}")

    session = Session(full, registry=Registry([plugin]))
    seen: list[str] = []
    for world.rate in (5, 6, 5):
        answer = session.call("both")
        seen.append(answer.run.result.name)
        assert session.replay(answer.record).identical
    assert seen == ["5 5", "6 6", "5 5"]


def test_a_proposal_leads_to_the_run_that_made_it(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    first = session.call("Move")
    session.call("Move")
    assert session.runs.get(first.proposals[0].id).id == first.record


def test_a_payment_is_told_from_the_question_to_the_statement_line(full: StoredBooks):
    session = Session(full, registry=tools(World()))
    answer = session.call("Move")
    id = answer.proposals[0].id
    approve(full, id, by="Li")
    approve(full, id, by="Wang")
    done = commit(full, id)
    (chapter,) = story(full, session.runs.get(answer.record))
    assert (chapter.id, chapter.status) == (id, "committed")
    (source,) = chapter.evidence
    assert (source.ref, source.known) == ("Account:bank", DAY)
    assert source.file
    assert (chapter.events[0].kind, chapter.events[-1].kind) == ("proposed", "committed")
    assert chapter.events[0].run == answer.record
    assert "li" in [event.by for event in chapter.events]
    (entry,) = chapter.entries
    assert entry.id == done.entry
    assert sum(amount for _, amount in entry.postings) == 0
    assert ("assets:cash:bank", -300) in entry.postings


def changed(books: StoredBooks, statement: str) -> None:
    assert books.file is not None
    with sqlite3.connect(books.file) as raw:
        raw.execute(statement)
    raw.close()


COLUMNS = {
    "aicfo_runs": ["id", "request", "tool", "as_of", "body", "source"],
    "aicfo_steps": ["source", "request", "goal", "key", "tool", "body"],
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, cs in COLUMNS.items() for c in cs])
def test_a_changed_or_removed_record_is_found_and_never_used(
    new_books: Callable[..., StoredBooks], table: str, column: str
):
    books = new_books()
    books.import_batches([batch(account(), account("till"), line("o", 90_000, "opening"))])
    session = Session(books, registry=tools(World()))
    answer = session.call("Move")
    assert books.audit.verify().ok
    whole = Path(books.location).read_bytes()
    add = "+ 1000" if column == "source" else "|| ' '"
    for statement in (f"UPDATE {table} SET {column} = {column} {add}", f"DELETE FROM {table}"):
        changed(books, statement)
        assert not books.audit.verify().ok
        if table == "aicfo_runs":
            with pytest.raises((BooksError, NotFound)):
                session.runs.get(answer.record)
        Path(books.location).write_bytes(whole)


def test_a_run_of_other_books_is_not_replayed_over_these(
    new_books: Callable[..., StoredBooks],
):
    one, other = new_books(), new_books()
    for books, amount in ((one, 100), (other, 200)):
        books.import_batches([batch(account(), line("o", amount, "opening"))])
    registry = tools(World())
    run = one.runs.get(Session(one, registry=registry).call("Balance").record)
    with pytest.raises(BooksError, match="not the books that the run read"):
        replay(other, run, registry)


def test_a_record_of_another_version_is_named(new_books: Callable[..., StoredBooks]):
    class Later(RunRecord):
        duration: int = 0

    books = new_books()
    books.import_batches([batch(account(), line("o", 1, "opening"))])
    session = Session(books, registry=tools(World()))
    kept = session.runs.get(session.call("Balance").record).record
    with books.transaction() as writer:
        id = record_run(writer, "0" * 64, Later(**dict(kept)))
    with pytest.raises(BooksError, match="another version"):
        session.runs.get(id)


def test_configuration_and_policy_are_part_of_the_record(full: StoredBooks, tmp_path: Path):
    policy = tmp_path / "policy.toml"
    policy.write_text('name = "careful"\n[rules.transfer]\nmax_amount = 10000\n')
    plain = Session(full, registry=tools(World()))
    careful = Session(full, registry=tools(World()), config=Config(policy=policy))
    one = plain.runs.get(plain.call("Balance").record).record.installed
    other = careful.runs.get(careful.call("Balance").record).record.installed
    assert one.policy != other.policy
    assert one.configuration == other.configuration
    assert "policy is another" in " ".join(careful.replay(careful.runs.latest()[1]).changed)


def test_reading_the_records_of_a_shop_runs_no_tool(shop: Path):
    world = World()
    session = Session(open_books(shop), registry=tools(world))
    session.call("Balance")
    assert Transaction.__name__ not in str(story(session.books, session.runs.latest()[0]))
    assert world.calls == 0


def test_no_secret_is_recorded_and_a_run_that_was_given_one_says_so(
    full: StoredBooks, monkeypatch: pytest.MonkeyPatch
):
    secret = "hunter2-is-the-best-of-all"
    monkeypatch.setenv("TOY_API_KEY", secret)
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def balance(ctx: Context, note: str = "") -> Balance:
        return Balance(amount=len(note))

    @plugin.tool
    def rate(ctx: Context) -> Rate:
        raise ToolFailed(f"the server said no to {secret}")

    session = Session(full, registry=Registry([plugin]))
    answer = session.call("balance", {"note": f"use {secret}"}, maker=f"Li {secret}")
    with pytest.raises(ToolFailed):
        session.call("rate")
    assert full.file is None or secret.encode() not in full.file.read_bytes()
    for run in session.runs.latest():
        assert secret not in run.record.model_dump_json()
    found = session.replay(answer.record)
    assert (found.identical, found.first) == (False, "before the first step")
    assert "secrets are not kept" in found.why[0]
