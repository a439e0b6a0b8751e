"""A tool decides the same in a child as in this process, to the byte; and reads no more there."""

from __future__ import annotations

import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Context, MemoryBooks, Plugin, Registry
from aicfo_sdk.books.port import Books
from aicfo_sdk.days import WorkCalendar, calendar
from aicfo_sdk.errors import AicfoError, UndeclaredRead
from aicfo_sdk.model import (
    Account,
    CashForecast,
    Counterparty,
    DailySales,
    Transaction,
    UntrustedText,
)
from aicfo_sdk.orchestrator.orchestrator import Orchestrator
from aicfo_sdk.parameters import parameters

from .conftest import Mount

DAY = date(2026, 3, 2)
TOY = '''
plugin = Plugin("stranger", version="1.0", title="客", description="A stranger's.")

class Rate(Fact):
    """A rate of one's own."""
    VERSION: ClassVar[int] = 3
    ppm: Ppm_ = 0
    day: date
    notes: tuple[str, ...] = ()
    pays: tuple[Proposal, ...] = ()

class Better(CashForecast):
    """The core's forecast, and one thing more."""
    VERSION: ClassVar[int] = 1
    gut_ppm: int

@plugin.tool(reads=[Account, Transaction, DailySales, Counterparty], title="看")
def look(ctx: Context, *, days: int = 30, since: date = date(2026, 1, 1)) -> dict[str, JsonValue]:
    """Everything that a tool can read."""
    books = ctx.books
    amounts, when = books.columns(Transaction, "amount", "day")
    return {
        "ids": [r.id for r in books.all(Account)],
        "one": books.get(Transaction, "t1").model_dump(mode="json"),
        "amounts": [int(x) for x in amounts],
        "days": [int(x) for x in when],
        "series": [int(x) for x in books.series(DailySales, "amount", days=days)],
        "total": books.balance(), "bank": books.balance("A"), "none": books.balance("nobody"),
        "key": books.key, "currency": books.currency, "as_of": str(books.as_of),
        "today": str(ctx.today), "seed": ctx.seed, "random": ctx.rng.random(),
        "since": str(since), "names": [c.name for c in books.all(Counterparty)],
        "texts": [type(c.name).__name__ for c in books.all(Counterparty)],
        "tenor": ctx.params.at("bill.max_tenor_days", ctx.today),
        "working": [ctx.calendar.is_working(ctx.today + timedelta(d)) for d in range(400)],
    }

@plugin.tool(reads=[Account])
def sly(ctx: Context) -> int:
    """Reads what it does not declare."""
    return len(list(ctx.books.all(Transaction)))

@plugin.tool
def poor(ctx: Context) -> int:
    """Asks for cash without declaring accounts."""
    return ctx.books.balance()

@plugin.tool
def lost(ctx: Context) -> int:
    """Fails."""
    return {}["nothing"]

@plugin.tool
def asks_again(ctx: Context, *, days: int) -> int:
    """Refuses."""
    raise ToolRetry("too many days", value=days, where="here", mend="ask for fewer")

@plugin.tool(reads=[Account])
def rate(ctx: Context, *, ppm: int = 5) -> Rate:
    """A fact of one's own, with a proposal in it."""
    pay = Pay(day=ctx.today, account="A", payee="C", amount=70)
    return Rate(ppm=ppm, day=ctx.today, notes=("a", "b"), pays=(Proposal(action=pay, reason="r"),))

@plugin.tool
def twice(ctx: Context, *, rate: Needs[Rate]) -> list[CashDemand]:
    """Takes the fact of one's own."""
    return [CashDemand(id=n, amount=rate.ppm + 1, by=rate.day, until=rate.day) for n in rate.notes]

@plugin.tool
def better(ctx: Context) -> Better:
    """A forecast that says one thing more."""
    return Better(start=ctx.today, opening=1, p10=(1,), p50=(2,), p90=(3,), gut_ppm=9)

@plugin.tool
def lasts(ctx: Context, *, forecast: Needs[CashForecast]) -> list[str]:
    """Takes any forecast."""
    return [type(forecast).__name__, str(forecast.p50), str(len(forecast.evidence))]
'''.replace("Ppm_", "int").replace(
    "plugin = Plugin", "from pydantic import JsonValue\nplugin = Plugin", 1
)


def books() -> Books:
    return MemoryBooks(
        [
            Account(id="A", opened=DAY, kind="bank"),
            Account(id="B", opened=DAY, kind="wallet"),
            Transaction(id="t1", day=date(2026, 2, 1), account="A", amount=500, kind="opening"),
            Transaction(id="t2", day=DAY, account="B", amount=-30, kind="fee"),
            DailySales(id="s1", day=DAY, store="S", channel="pos", amount=70, orders=2),
            Counterparty(id="C", known_since=DAY, name=UntrustedText("晨光\u200b贸易")),
        ],
        as_of=DAY,
    )


@pytest.fixture
def both(mounted: Mount, site: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Plugin, Plugin]:
    """The toy in this process and in a child."""
    far = mounted(TOY)
    assert far.refused == {}
    monkeypatch.delitem(sys.modules, "stranger", raising=False)
    near: Plugin = import_module("stranger").plugin
    monkeypatch.delitem(sys.modules, "stranger")
    return near, far.plugin


def answer(plugin: Plugin, tool: str, context: Context, **given: Any) -> Any:
    """What a tool says, or the error it ends in, as JSON values."""
    called = plugin.tools[tool]
    try:
        return called.signature.structured(called(context, **given))
    except AicfoError as error:
        return type(error), str(error)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("look", {}),
    ("look", {"days": 3, "since": date(2025, 12, 31)}),
    ("sly", {}),
    ("poor", {}),
    ("lost", {}),
    ("asks_again", {"days": 9}),
    ("asks_again", {}),
    ("asks_again", {"months": 9}),
    ("asks_again", {"days": "9"}),
    ("rate", {"ppm": 7}),
    ("better", {}),
]


@pytest.mark.slow
def test_every_reading_error_and_result_is_the_same(both: tuple[Plugin, Plugin]):
    near, far = both
    calendars = (
        None,
        calendar("CN"),
        calendar(""),
        WorkCalendar("X", {2026: {"off": [DAY], "work": []}}),
    )
    changed = parameters().with_values(date(2026, 1, 1), bill__max_tenor_days=7)
    for tool, given in CALLS:
        for number, days in enumerate(calendars):
            context = Context(
                books(),
                seed=2**60 - number,
                calendar=days,
                params=changed if number % 2 else None,
            )
            expected = answer(near, tool, context, **given)
            assert answer(far, tool, context, **given) == expected, (tool, given)
    assert answer(far, "sly", Context(books()))[0] is UndeclaredRead


@pytest.mark.slow
def test_what_both_say_of_themselves_is_the_same(both: tuple[Plugin, Plugin]):
    near, far = both
    assert (far.name, far.version, far.title) == (near.name, near.version, near.title)
    for name, tool in near.tools.items():
        other = far.tools[name]
        assert other.description == tool.description
        assert other.reads == tool.reads
        assert other.effect == tool.effect
        assert other.input_schema() == tool.input_schema()
        assert other.output_schema() == tool.output_schema()
        assert other.signature.returns.label == tool.signature.returns.label
        assert [n.name for n in other.signature.needs] == [n.name for n in tool.signature.needs]


@pytest.mark.slow
def test_orchestrated_runs_are_the_same(both: tuple[Plugin, Plugin]):
    runs: list[Any] = []
    for plugin in both:
        cfo = Orchestrator(Registry([plugin]))
        said: list[Any] = []
        for tool in ("twice", "lasts", "rate"):
            run = cfo.run(f"stranger.{tool}", books=books())
            structured = run.plan.root.tool.signature.structured(run.result)
            said.append((run.key, structured, [p.id for p in run.proposals], run.missing))
        runs.append(said)
    assert runs[0] == runs[1]
    assert runs[1][2][2], "the proposal inside a fact of the plugin's own is a real one"


@pytest.mark.slow
def test_a_subclass_of_a_core_fact_fills_its_base_across_plugins(mounted: Mount):
    first = mounted(TOY).plugin
    source = """
plugin = Plugin("taker", version="1")
@plugin.tool
def take(ctx: Context, *, forecast: Needs[CashForecast]) -> int:
    "Takes the core's type."
    return forecast.p50[0] * 10
"""
    second = mounted(source, "taker").plugin
    run = Orchestrator(Registry([first, second])).run("taker.take", books=books())
    assert run.result == 20
    assert isinstance(run.fact(CashForecast), CashForecast)


@pytest.mark.slow
def test_books_travel_once_and_anew_when_they_are_others(mounted: Mount):
    far = mounted(
        """
plugin = Plugin("stranger", version="1")
@plugin.tool(reads=[Account])
def cash(ctx: Context) -> int:
    "Cash."
    return ctx.books.balance()
@plugin.tool(reads=[Account, Transaction])
def lines(ctx: Context) -> int:
    "Lines."
    return len(list(ctx.books.all(Transaction))) + ctx.books.balance()
"""
    ).plugin
    for total in (100, 250):
        given = MemoryBooks(
            [
                Account(id="A", opened=DAY, kind="bank"),
                Transaction(id="t", day=DAY, account="A", amount=total, kind="opening"),
            ],
            as_of=DAY,
        )
        for _ in range(2):
            assert far.tools["cash"](Context(given)) == total
            assert far.tools["lines"](Context(given)) == total + 1
