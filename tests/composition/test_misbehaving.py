"""Tools that misbehave in process: the run goes on, says what is missing, and is recorded whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

import pytest

from aicfo_sdk import (
    Context,
    InputError,
    Needs,
    NeedsAll,
    NeedsAsk,
    Orchestrator,
    Plugin,
    Registry,
    ToolFailed,
)
from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import Advice, Fact, Proposal, RepayLoan, StoreId
from aicfo_sdk.orchestrator.session import Session
from tests.composition.toy import books


class Count(Fact):
    """A count with loose ends that a tool can spoil."""

    VERSION: ClassVar[int] = 1

    value: int
    ratio: float = 0.0
    more: Any = None


class Total(Fact):
    """What all counts come to."""

    value: int


class Basis(Fact):
    """What counts rest on; a plugin can change what is in its table."""

    table: dict[str, int]


class BadWords(Exception):
    """An error that cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Quits(BaseException):
    """An exception outside what `except Exception` catches."""


def endless(ctx: Context) -> Count:
    return endless(ctx)


def nested(ctx: Context) -> Count:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    return Count(value=1, more=deep)


def looped(ctx: Context) -> Count:
    loop: list[Any] = []
    loop.append(loop)
    return Count(value=1, more=loop)


def raising(error: BaseException) -> Callable[[Context], Count]:
    def tool(ctx: Context) -> Count:
        raise error

    return tool


def giving(value: Any) -> Callable[[Context], Count]:
    def tool(ctx: Context) -> Count:
        return value()

    return tool


FAULTS: dict[str, tuple[Callable[[Context], Count], str]] = {
    "raises": (raising(ValueError("boom")), "ValueError: boom"),
    "raises_without_words": (raising(BadWords()), "BadWords"),
    "exits": (raising(SystemExit(0)), "SystemExit: 0"),
    "quits": (raising(Quits("away")), "Quits: away"),
    "stops_a_generator": (raising(GeneratorExit()), "GeneratorExit"),
    "out_of_memory": (raising(MemoryError()), "MemoryError"),
    "recursion": (endless, "RecursionError"),
    "nothing": (giving(lambda: None), "NoneType"),
    "another_type": (giving(lambda: "1"), "str"),
    "another_fact": (giving(lambda: Total(value=1)), "Total"),
    "text_in_a_number": (giving(lambda: Count.model_construct(value="1")), "input_value='1'"),
    "a_half_fact": (giving(Count.model_construct), "value"),
    "nan": (giving(lambda: Count(value=1, ratio=float("nan"))), "numbers are finite"),
    "infinity": (giving(lambda: Count(value=1, ratio=float("inf"))), "numbers are finite"),
    "hidden_nan": (giving(lambda: Count(value=1, more=[float("nan")])), "numbers are finite"),
    "an_object": (giving(lambda: Count(value=1, more=object())), "object"),
    "half_a_surrogate": (giving(lambda: Count(value=1, more="\ud800")), "something else"),
    "deep": (nested, "something else"),
    "looped": (looped, "something else"),
    "enormous": (giving(lambda: Count(value=1, more="x" * 2**24)), "too large"),
}


def tools(fault: Callable[[Context], Count] | None = None, **how: Any) -> Registry:
    """A good count, a bad one, and their total."""
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def good(ctx: Context) -> Count:
        return Count(value=1)

    if fault is not None:

        def bad(ctx: Context) -> Count:
            return fault(ctx)

        plugin.tool(**how)(bad)

    @plugin.tool
    def total(ctx: Context, *, counts: NeedsAll[Count]) -> Total:
        return Total(value=sum(count.value for count in counts))

    return Registry([plugin])


@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_goes_on_without_a_tool_that_misbehaves_and_says_so(fault: str, blocking: bool):
    body, said = FAULTS[fault]
    run = Orchestrator(tools(body, blocking=blocking)).run("total", books=books())
    assert run.result == Total(value=1)
    (missing,) = run.missing
    assert missing.startswith("toy.total goes without one counts")
    assert "toy.bad" in missing
    assert said in missing


@pytest.mark.parametrize("fault", FAULTS)
def test_a_goal_whose_own_tool_misbehaves_fails_in_one_line_and_is_recorded(fault: str, shop: Path):
    body, said = FAULTS[fault]
    session = Session(open_books(shop), registry=tools(body))
    with pytest.raises(ToolFailed) as failed:
        session.call("bad")
    assert str(failed.value).count("\n") == 0
    (run,) = session.runs.latest()
    assert run.record.error is not None
    assert said in run.record.error.text
    assert run.record.steps[-1].digest == ""
    assert session.books.audit.verify().ok


@pytest.mark.parametrize("blocking", [False, True])
def test_an_interruption_is_the_users_and_nothing_is_recorded(shop: Path, blocking: bool):
    registry = tools(raising(KeyboardInterrupt()), blocking=blocking)
    session = Session(open_books(shop), registry=registry)
    before = session.books.audit.head()
    with pytest.raises(KeyboardInterrupt):
        session.call("total")
    assert session.runs.latest() == ()
    assert session.books.audit.head() == before


def meddling(meddle: Callable[[Any], None], *, fails: bool = False) -> Registry:
    """A basis, a tool that changes it, and one after it that reads it."""
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def basis(ctx: Context) -> Basis:
        return Basis(table={"a": 1})

    @plugin.tool
    def bad(ctx: Context, *, basis: Needs[Basis]) -> Count:
        meddle(basis)
        if fails:
            raise ValueError("and then it failed")
        return Count(value=100)

    @plugin.tool
    def good(ctx: Context, *, basis: Needs[Basis]) -> Count:
        return Count(value=sum(basis.table.values()))

    @plugin.tool
    def total(ctx: Context, *, counts: NeedsAll[Count], basis: Needs[Basis]) -> Total:
        return Total(value=sum(c.value for c in counts) + 10 * sum(basis.table.values()))

    return Registry([plugin])


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(
    "meddle",
    [
        lambda basis: basis.table.update(a=7),
        lambda basis: basis.table.clear(),
        lambda basis: object.__setattr__(basis, "table", {"a": 9}),
        lambda basis: basis.__dict__.pop("table"),
        lambda basis: basis.table.update(a=float("nan")),
    ],
)
def test_a_tool_that_changes_what_it_was_given_hurts_only_itself(
    meddle: Callable[[Any], None], fails: bool
):
    run = Orchestrator(meddling(meddle, fails=fails)).run("total", books=books())
    assert run.result == Total(value=11)
    assert [line for line in run.missing if "changed what it was given" in line]
    assert run.fact(Basis) == Basis(table={"a": 1})


def test_a_list_that_a_tool_was_given_is_set_right_item_by_item():
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def several(ctx: Context) -> list[Basis]:
        return [Basis(table={"a": 1}), Basis(table={"b": 2})]

    @plugin.tool
    def bad(ctx: Context, *, all_of_them: NeedsAll[Basis]) -> Count:
        all_of_them[1].table["b"] = 99
        return Count(value=99)

    @plugin.tool
    def total(ctx: Context, *, c: NeedsAll[Count], b: NeedsAll[Basis]) -> Total:
        return Total(value=sum(sum(each.table.values()) for each in b) + len(c))

    run = Orchestrator(Registry([plugin])).run("total", books=books())
    assert run.result == Total(value=3)


def test_what_a_tool_asks_for_as_it_runs_may_fail_too():
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def count(ctx: Context, store: StoreId) -> Count:
        raise MemoryError

    @plugin.tool
    def total(ctx: Context, *, ask: NeedsAsk[Count]) -> Total:
        try:
            return Total(value=ask(store="S1").value)
        except ToolFailed:
            return Total(value=-1)

    run = Orchestrator(Registry([plugin])).run("total", books=books())
    assert run.result == Total(value=-1)


class Clock:
    """A clock that a tool moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def slow(clock: Clock, seconds: float) -> Callable[[Context], Count]:
    def tool(ctx: Context) -> Count:
        clock.now += seconds
        return Count(value=1)

    return tool


def late_tools(clock: Clock, seconds: float) -> Registry:
    plugin = Plugin("toy", version="1")

    def first(ctx: Context) -> Count:
        return slow(clock, seconds)(ctx)

    plugin.tool(first)

    @plugin.tool
    def second(ctx: Context) -> Count:
        return Count(value=1)

    @plugin.tool
    def total(ctx: Context, *, counts: NeedsAll[Count]) -> Total:
        return Total(value=len(counts))

    return Registry([plugin])


def test_after_the_deadline_of_a_run_only_its_own_step_is_begun(shop: Path):
    clock = Clock()
    session = Session(open_books(shop), registry=late_tools(clock, 9), deadline=5, clock=clock)
    answer = session.call("total")
    assert answer.run.result == Total(value=1)
    (missing,) = answer.run.missing
    assert "the time of this run is over (toy.second)" in missing
    # The next question has its own time, and what was late is not remembered as failed.
    assert Session(session.books, registry=session.registry).call("total").run.missing == ()
    clock.now = 0
    again = session.call("total")
    assert (again.run.result, again.run.missing) == (Total(value=2), ())


def test_a_goal_that_cannot_do_without_a_late_step_fails_and_says_why(shop: Path):
    clock = Clock()
    plugin = Plugin("toy", version="1")

    @plugin.tool
    def basis(ctx: Context) -> Basis:
        clock.now += 9
        return Basis(table={})

    @plugin.tool
    def count(ctx: Context, *, basis: Needs[Basis]) -> Count:
        return Count(value=1)

    @plugin.tool
    def total(ctx: Context, *, count: Needs[Count]) -> Total:
        return Total(value=1)

    session = Session(open_books(shop), registry=Registry([plugin]), deadline=5, clock=clock)
    with pytest.raises(ToolFailed, match="the time of this run is over"):
        session.call("total")


def test_a_tool_that_never_returns_is_given_up_at_the_deadline(shop: Path):
    forever = Event()
    late = iter([0.0, 0.0])

    def clock() -> float:
        # Time passes once the run waits for nothing but the tool that hangs.
        return next(late, 100.0)

    def hang(ctx: Context) -> Count:
        forever.wait()
        return Count(value=5)

    session = Session(
        open_books(shop), registry=tools(hang, blocking=True), deadline=5, clock=clock
    )
    try:
        answer = session.call("total")
    finally:
        forever.set()
    assert answer.run.result.value in (0, 1)
    assert any("(toy.bad)" in line for line in answer.run.missing)
    assert session.books.audit.verify().ok


@pytest.mark.parametrize(
    "day", [date.min, date(2026, 3, 1), date(2126, 3, 4), date(9999, 1, 1), date.max]
)
def test_a_day_that_the_books_know_nothing_of_is_one_clear_line(shop: Path, day: date):
    session = Session(open_books(shop), registry=tools(), as_of=day)
    with pytest.raises(InputError, match="their records begin on 2026-03-02 and end on 2026-03-02"):
        session.call("total")


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 3), date(2126, 3, 3)])
def test_a_day_of_the_books_or_a_lifetime_after_is_answered(shop: Path, day: date):
    run = Session(open_books(shop), registry=tools(), as_of=day).call("total").run
    assert (run.result, run.books.as_of) == (Total(value=1), day)


def test_arithmetic_that_leaves_the_calendar_is_no_unexpected_error():
    run = Orchestrator(tools(raising(OverflowError("date value out of range")))).run(
        "total", books=books()
    )
    assert "left the numbers or days there are: date value out of range" in run.missing[0]


def test_the_recursion_limit_is_as_it_was():
    limit = sys.getrecursionlimit()
    Orchestrator(tools(endless)).run("total", books=books())
    assert sys.getrecursionlimit() == limit


def test_a_tool_that_only_informs_reads_and_fails_when_it_proposes():
    plugin = Plugin("news", version="1.0.0")

    def advice(proposals: tuple[Proposal, ...]) -> Advice:
        return Advice(id="a", kind="info", money=1, title="a", proposals=proposals)

    @plugin.tool(informs=True)
    def honest(ctx: Context) -> list[Advice]:
        """A word."""
        return [advice(())]

    @plugin.tool(informs=True)
    def hidden(ctx: Context) -> list[Advice]:
        """A word, and money."""
        repay = RepayLoan(day=ctx.today, loan="L", line="K", account="A", amount=1)
        return [advice((Proposal(action=repay, reason="b", evidence=("Loan:L",)),))]

    @plugin.tool
    def open_(ctx: Context) -> list[Advice]:
        """Advice that may propose."""
        return []

    assert [plugin.tools[name].effect for name in ("honest", "hidden", "open_")] == [
        "read",
        "read",
        "propose",
    ]
    context = Context(books())
    assert len(honest(context)) == 1
    with pytest.raises(ToolFailed, match="only informs"):
        hidden(context)
