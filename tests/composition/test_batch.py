"""Batch bodies: one call for many merchants, each result as it would be alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from aicfo_sdk import Context, Many, MemoryBooks, Needs, Orchestrator, Plugin, Registry
from aicfo_sdk.errors import RegistrationError, ToolFailed, UndeclaredRead
from aicfo_sdk.model import Account, CashForecast, SalesForecast

DAY = date(2026, 3, 2)
CASH = (500, 0, -7, 900)


def _books(cash: int) -> MemoryBooks:
    account = Account(id="A", opened=DAY, kind="bank", provider="ICBC")
    return MemoryBooks([account], as_of=DAY, balances={"A": cash})


def _sales(cash: int) -> SalesForecast:
    if cash < 0:
        raise ToolFailed("overdrawn", value=cash)
    return SalesForecast(
        start=DAY, p10=(cash,), p50=(cash,), p90=(cash,),
        sum_p10=cash, sum_p50=cash, sum_p90=cash, method="test",
    )  # fmt: skip


def _plugin(calls: list[int], broken: str = "") -> Plugin:
    plugin = Plugin("batched", version="1.0.0")

    @plugin.tool(reads=[Account])
    def sales(ctx: Context, *, days: int = 1) -> SalesForecast:
        """Sales as large as cash."""
        calls.append(1)
        return _sales(ctx.books.balance() * days)

    @sales.batch
    def _(contexts: Sequence[Context], *, days: int) -> Sequence[SalesForecast]:
        calls.append(len(contexts))
        if broken == "raises":
            raise ZeroDivisionError
        cash = [ctx.books.balance() * days for ctx in contexts]
        if broken == "short":
            return [_sales(max(c, 0)) for c in cash[1:]]
        return Many(len(cash), lambda place: _sales(cash[place]))

    @plugin.tool
    def ahead(ctx: Context, *, sales: Needs[SalesForecast]) -> CashForecast:
        """A tool without a batch body of its own."""
        return CashForecast(
            start=DAY, opening=0, p10=sales.p10, p50=sales.p50, p90=sales.p90,
            sales=sales.p50, receipts=(0,), payments=(0,), buffer=0,
        )  # fmt: skip

    return plugin


def test_a_batch_body_is_called_once_for_all_and_gives_what_each_gets_alone() -> None:
    calls: list[int] = []
    cfo = Orchestrator(Registry([_plugin(calls)]))
    books = [_books(cash) for cash in CASH]
    together = cfo.run_many(CashForecast, books=books)
    assert calls == [len(CASH)]
    for one, own, cash in zip(together, books, CASH, strict=True):
        if cash < 0:
            assert isinstance(one.error, ToolFailed)
            with pytest.raises(ToolFailed, match="overdrawn"):
                cfo.run(CashForecast, books=own)
        else:
            alone = cfo.run(CashForecast, books=own)
            assert (one.result, one.key, one.facts) == (alone.result, alone.key, alone.facts)


@pytest.mark.parametrize("broken", ["raises", "short"])
def test_where_a_batch_body_fails_each_is_asked_on_its_own(broken: str) -> None:
    calls: list[int] = []
    cfo = Orchestrator(Registry([_plugin(calls, broken)]))
    found = cfo.run_many(CashForecast, books=[_books(cash) for cash in CASH])
    assert calls == [len(CASH), 1, 1, 1, 1]
    assert [run.error is None for run in found] == [cash >= 0 for cash in CASH]


def test_arguments_reach_the_batch_body_checked() -> None:
    cfo = Orchestrator(Registry([_plugin([])]))
    found = cfo.run_many("batched.sales", books=[_books(3), _books(4)], arguments={"days": 2})
    assert [run.result.sum_p50 for run in found] == [6, 8]


def test_a_batch_body_reads_only_what_its_tool_declares() -> None:
    plugin = Plugin("greedy", version="1.0.0")

    @plugin.tool
    def sales(ctx: Context) -> SalesForecast:
        """Reads what it did not declare."""
        return _sales(ctx.books.balance())

    @sales.batch
    def _(contexts: Sequence[Context]) -> Sequence[SalesForecast]:
        return [_sales(ctx.books.balance()) for ctx in contexts]

    found = Orchestrator(Registry([plugin])).run_many(SalesForecast, books=[_books(1), _books(2)])
    assert [type(run.error) for run in found] == [UndeclaredRead] * 2


def test_a_tool_has_one_batch_body() -> None:
    tool = _plugin([]).tools["sales"]
    with pytest.raises(RegistrationError, match="one batch body"):
        tool.batch(lambda contexts: [])


def test_each_of_many_is_built_once_and_only_when_it_is_looked_at() -> None:
    built: list[int] = []

    def build(place: int) -> int:
        built.append(place)
        return place * 10

    many = Many(4, build)
    assert (len(many), built) == (4, [])
    assert (many[2], many[2], many[-1], many[0:2]) == (20, 20, 30, [0, 10])
    assert built == [2, 3, 0, 1]
    with pytest.raises(IndexError):
        many[4]
