"""Composition by type: who fills what, and what is said when nobody can."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from aicfo_sdk import (
    Context,
    Needs,
    NeedsAll,
    NeedsAsk,
    Orchestrator,
    Plugin,
    Registry,
    Same,
    With,
)
from aicfo_sdk.config import Config
from aicfo_sdk.errors import (
    AmbiguousProvider,
    InputError,
    MissingProvider,
    OpenArgument,
    PlanCycle,
    PlanError,
    RegistrationError,
    ToolFailed,
    UndeclaredRead,
)
from aicfo_sdk.model import (
    Advice,
    BillCheck,
    BillId,
    CashForecast,
    Invoice,
    SalesForecast,
    StoreId,
    TenderId,
)

from .toy import DAY, Number, books, lattice


class Double(Number):
    """Twice a number."""


class Sum(Number):
    """A sum of numbers."""


def orchestrator(*plugins: Plugin, **providers: Any) -> Orchestrator:
    config = Config(
        {name: tuple([v] if isinstance(v, str) else v) for name, v in providers.items()}
    )
    return Orchestrator(Registry(plugins, config=config))


def numbers(name: str = "numbers", value: int = 1) -> Plugin:
    plugin = Plugin(name, version="1")

    @plugin.tool
    def number(ctx: Context) -> Number:
        return Number(value=value)

    return plugin


def doubler() -> Plugin:
    plugin = Plugin("doubler", version="1")

    @plugin.tool
    def double(ctx: Context, *, number: Needs[Number], times: int = 2) -> Sum:
        return Sum(value=number.value * times)

    return plugin


def test_a_need_is_filled_by_whichever_tool_returns_its_type():
    run = orchestrator(numbers(value=21), doubler(), Number="numbers").run(Sum, books=books())
    assert run.result == Sum(value=42)
    assert [step.tool.full_name for step in run.plan.steps] == ["numbers.number", "doubler.double"]


def test_two_providers_are_an_error_that_names_both():
    with pytest.raises(AmbiguousProvider, match=r"a.number and b.number"):
        orchestrator(numbers("a"), numbers("b")).plan(Number)


def test_one_line_of_configuration_chooses_between_two_providers():
    cfo = orchestrator(numbers("a", 1), numbers("b", 5), Number="b")
    assert cfo.run(Number, books=books()).result.value == 5


def test_a_configured_provider_that_is_not_installed_is_named():
    with pytest.raises(MissingProvider, match=r"c .*installed providers: a.number"):
        orchestrator(numbers("a"), Number="c").plan(Number)


def test_a_subclass_satisfies_its_base_when_alone_and_never_wins_silently():
    special = Plugin("special", version="1")

    @special.tool
    def twice(ctx: Context) -> Double:
        return Double(value=4)

    assert orchestrator(special).run(Number, books=books()).result.value == 4
    with pytest.raises(AmbiguousProvider, match=r"numbers.number and special.twice"):
        orchestrator(special, numbers()).plan(Number)


def test_a_missing_provider_says_which_distribution_supplies_it():
    plugin = Plugin("asks", version="1")

    @plugin.tool
    def asks(ctx: Context, *, forecast: Needs[CashForecast]) -> Sum:
        return Sum(value=0)

    with pytest.raises(MissingProvider, match=r"needed by asks.asks.*install aicfo-cash-brain"):
        orchestrator(plugin).plan(Sum)


def test_an_optional_need_without_provider_is_none_and_the_plan_says_so():
    plugin = Plugin("asks", version="1")

    @plugin.tool
    def asks(ctx: Context, *, forecast: Needs[CashForecast] | None = None) -> Sum:
        return Sum(value=-1 if forecast is None else 1)

    run = orchestrator(plugin).run(Sum, books=books())
    assert run.result.value == -1
    assert "asks.asks goes without CashForecast" in run.missing


def test_a_cycle_is_shown_as_a_path():
    plugin = Plugin("loop", version="1")

    @plugin.tool
    def egg(ctx: Context, *, hen: Needs[SalesForecast]) -> CashForecast:
        raise AssertionError

    @plugin.tool
    def hen(ctx: Context, *, egg: Needs[CashForecast]) -> SalesForecast:
        raise AssertionError

    with pytest.raises(PlanCycle, match=r"loop\.egg → loop\.hen → loop\.egg"):
        orchestrator(plugin).plan(CashForecast)


def correction(name: str) -> Plugin:
    plugin = Plugin(name, version="1")

    @plugin.tool
    def corrected(ctx: Context, *, base: Needs[Number]) -> Number:
        return Number(value=base.value + 100)

    return plugin


def test_a_provider_that_needs_its_own_type_gets_the_next_of_the_configured_chain():
    cfo = orchestrator(correction("acme"), numbers("base", 1), Number=["acme", "base"])
    assert cfo.run(Number, books=books()).result.value == 101


def test_a_correction_without_a_chain_is_the_same_error_as_two_providers():
    with pytest.raises(AmbiguousProvider):
        orchestrator(correction("acme"), numbers("base")).plan(Number)


def test_a_chain_that_ends_in_a_correction_says_that_no_provider_is_left():
    with pytest.raises(PlanCycle, match="no provider is left"):
        orchestrator(correction("acme"), Number="acme").plan(Number)


def test_a_diamond_runs_its_shared_step_once():
    calls: list[str] = []
    plugin = Plugin("diamond", version="1")

    @plugin.tool
    def base(ctx: Context) -> Number:
        calls.append("base")
        return Number(value=1)

    @plugin.tool
    def left(ctx: Context, *, n: Needs[Number]) -> SalesForecast:
        raise ToolFailed("not today")

    @plugin.tool
    def top(ctx: Context, *, n: Needs[Number], s: Needs[SalesForecast] | None = None) -> Advice:
        return Advice(id="a", kind="info", money=n.value, title="t")

    run = orchestrator(plugin).run(Advice, books=books())
    assert run.result.money == 1
    assert calls == ["base"]
    assert any("not today" in line for line in run.missing)


def test_needs_all_gathers_every_provider_and_flattens_lists():
    plugin = Plugin("many", version="1")

    @plugin.tool
    def one(ctx: Context) -> Number:
        return Number(value=1)

    @plugin.tool
    def several(ctx: Context) -> list[Number]:
        return [Number(value=10), Number(value=100)]

    @plugin.tool
    def total(ctx: Context, *, numbers: NeedsAll[Number]) -> Sum:
        return Sum(value=sum(n.value for n in numbers))

    cfo = orchestrator(plugin)
    # Sum is itself a Number, yet a tool never feeds itself.
    assert cfo.run(plugin.tools["total"], books=books()).result.value == 111


def test_a_needs_all_provider_whose_subject_is_not_in_the_goal_is_skipped_and_noted():
    plugin = Plugin("many", version="1")

    @plugin.tool
    def about(ctx: Context, tender: TenderId) -> Number:
        return Number(value=len(tender))

    @plugin.tool
    def plain(ctx: Context) -> Number:
        return Number(value=1)

    @plugin.tool
    def total(ctx: Context, *, numbers: NeedsAll[Number]) -> Advice:
        return Advice(id="a", kind="info", money=sum(n.value for n in numbers), title="t")

    cfo = orchestrator(plugin)
    without = cfo.run(Advice, books=books())
    assert without.result.money == 1
    assert any("many.about left out" in line for line in without.missing)
    assert cfo.run(Advice, books=books(), subjects=[TenderId("T-12")]).result.money == 5


def test_one_failing_provider_of_many_is_left_out_and_reported():
    plugin = Plugin("many", version="1")

    @plugin.tool
    def broken(ctx: Context) -> Number:
        raise KeyError("oops")

    @plugin.tool
    def plain(ctx: Context) -> Number:
        return Number(value=1)

    @plugin.tool
    def total(ctx: Context, *, numbers: NeedsAll[Number]) -> Advice:
        return Advice(id="a", kind="info", money=len(numbers), title="t")

    run = orchestrator(plugin).run(Advice, books=books())
    assert run.result.money == 1
    assert any("KeyError" in line and "many.broken" in line for line in run.missing)


def test_a_tool_cannot_end_the_process():
    plugin = Plugin("quits", version="1")

    @plugin.tool
    def quits(ctx: Context) -> Number:
        raise SystemExit(3)

    with pytest.raises(ToolFailed, match="SystemExit"):
        orchestrator(plugin).run(Number, books=books())


def test_subjects_flow_to_providers_at_any_depth():
    plugin = Plugin("deep", version="1")

    @plugin.tool
    def inner(ctx: Context, tender: TenderId) -> Number:
        return Number(value=len(tender))

    @plugin.tool
    def outer(ctx: Context, *, n: Needs[Number]) -> Advice:
        return Advice(id="a", kind="info", money=n.value, title="t")

    cfo = orchestrator(plugin)
    assert cfo.run(Advice, books=books(), subjects=["tender=T-4711"]).result.money == 6
    with pytest.raises(OpenArgument, match=r"names no Tender.*deep.inner argument tender"):
        cfo.plan(Advice)
    with pytest.raises(OpenArgument, match="2 subjects of type TenderId"):
        cfo.plan(Advice, subjects=[TenderId("A"), TenderId("B")])


def test_plain_values_flow_only_when_forwarded():
    plugin = Plugin("flow", version="1")

    @plugin.tool
    def number(ctx: Context, *, horizon_days: int = 7) -> Number:
        return Number(value=horizon_days)

    @plugin.tool
    def fixed(ctx: Context, *, n: Annotated[Needs[Number], With(horizon_days=180)]) -> Double:
        return Double(value=n.value)

    @plugin.tool
    def forwards(
        ctx: Context,
        *,
        horizon_days: int = 30,
        n: Annotated[Needs[Number], With(horizon_days=Same("horizon_days"))],
    ) -> Sum:
        return Sum(value=n.value)

    @plugin.tool
    def silent(ctx: Context, *, horizon_days: int = 30, n: Needs[Number]) -> Advice:
        return Advice(id="a", kind="info", money=n.value, title="t")

    cfo = orchestrator(plugin, Number="flow.number")
    run = cfo.run
    assert run(Double, books=books()).result.value == 180
    assert run(Sum, books=books()).result.value == 30
    assert run(Sum, books=books(), arguments={"horizon_days": 9}).result.value == 9
    assert run(Advice, books=books(), arguments={"horizon_days": 9}).result.money == 7


def test_a_with_argument_that_the_provider_does_not_have_is_a_plan_error():
    plugin = Plugin("wrong", version="1")

    @plugin.tool
    def number(ctx: Context) -> Number:
        return Number(value=1)

    @plugin.tool
    def asks(ctx: Context, *, n: Annotated[Needs[Number], With(days=1)]) -> Advice:
        raise AssertionError

    with pytest.raises(PlanError, match=r"no such argument: days \(wrong.number"):
        orchestrator(plugin).plan(Advice)


def test_needs_ask_fans_out_over_subjects_found_while_running():
    plugin = Plugin("fan", version="1")

    @plugin.tool
    def check(ctx: Context, bill: BillId) -> BillCheck:
        return BillCheck(bill=bill, verdict="take", findings=(), checked=("x",))

    @plugin.tool
    def sweep(ctx: Context, *, checks: NeedsAsk[BillCheck]) -> Advice:
        seen = [checks(bill=name).bill for name in ("B1", "B2")]
        return Advice(id="a", kind="info", money=len(seen), title=" ".join(seen))

    run = orchestrator(plugin).run(Advice, books=books())
    assert run.result.title == "B1 B2"
    assert "checks asks fan.check" in str(run.plan)


def test_a_tool_reads_only_what_it_declares():
    plugin = Plugin("nosy", version="1")

    @plugin.tool
    def nosy(ctx: Context) -> Number:
        return Number(value=len(list(ctx.books.all(Invoice))))

    with pytest.raises(UndeclaredRead, match=r"add Invoice to reads="):
        orchestrator(plugin).run(Number, books=books())


def test_a_result_of_another_type_is_refused():
    plugin = Plugin("liar", version="1")

    @plugin.tool
    def liar(ctx: Context) -> Number:
        return "42"  # pyright: ignore[reportReturnType]

    with pytest.raises(ToolFailed, match="something else than it declares: str"):
        orchestrator(plugin).run(Number, books=books())


def test_a_direct_call_passes_its_needs_and_is_validated():
    double = doubler().tools["double"]
    assert double(Context(books()), number=Number(value=3)).value == 6
    with pytest.raises(InputError, match="number is missing"):
        double(Context(books()))
    with pytest.raises(InputError, match=r"bad argument: 2.5 \(doubler.double argument times"):
        double(Context(books()), number=Number(value=3), times=2.5)
    with pytest.raises(InputError, match="no such argument: time"):
        double(Context(books()), number=Number(value=3), time=2)


def test_signatures_that_break_the_rules_are_refused_with_the_mend():
    plugin = Plugin("rules", version="1")

    def positional(ctx: Context, n: Needs[Number]) -> Number: ...
    def wrong_need(ctx: Context, *, n: Needs[list[Number]]) -> Number: ...
    def union(ctx: Context) -> Number | Advice: ...
    def nameless(ctx, x: int) -> Number: ...
    def hidden(ctx: Context, *, x: Nowhere) -> Number: ...  # noqa: F821 # pyright: ignore[reportUndefinedVariable]
    def star(ctx: Context, *args: int) -> Number: ...

    for function, said in [
        (positional, "keyword-only"),
        (wrong_need, "NeedsAll"),
        (union, "one fact type"),
        (nameless, "ctx: Context"),
        (hidden, "Nowhere"),
        (star, "names every parameter"),
    ]:
        tool: Any = plugin.tool(function)
        with pytest.raises(RegistrationError, match=said):
            _ = tool.signature


def test_the_schema_is_flat_exact_and_without_needs():
    plugin = Plugin("s", version="1")

    @plugin.tool
    def tool(ctx: Context, store: StoreId, *, days: int = 3, n: Needs[Number]) -> Number:
        return n

    schema = tool.input_schema()
    assert sorted(schema["properties"]) == ["days", "store"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["store"]


def test_blocking_tools_run_side_by_side_and_the_result_does_not_depend_on_it():
    from threading import Barrier

    barrier = Barrier(2, timeout=60)
    plugin = Plugin("slow", version="1")

    def make(name: str) -> None:
        def tool(ctx: Context) -> list[Number]:
            barrier.wait()  # passes only if both run at the same time
            return [Number(value=len(name))]

        tool.__name__ = name
        plugin.tool(blocking=True)(tool)

    make("aa")
    make("bbb")

    @plugin.tool
    def total(ctx: Context, *, numbers: NeedsAll[Number]) -> Advice:
        text = " ".join(str(n.value) for n in numbers)
        return Advice(id="a", kind="info", money=1, title=text)

    assert orchestrator(plugin).run(Advice, books=books()).result.title == "2 3"


def test_a_plan_serves_many_books_and_equal_runs_have_equal_keys():
    cfo = orchestrator(numbers(), doubler(), Number="numbers")
    assert cfo.plan(Sum) is cfo.plan(Sum)
    first, again = cfo.run(Sum, books=books()), cfo.run(Sum, books=books())
    assert first.key == again.key
    assert first.books.as_of == DAY


def test_two_hundred_tools_full_of_diamonds_are_planned_with_each_step_once():
    plugin, top = lattice(layers=4, width=50, fan=50)
    cfo = Orchestrator(Registry([plugin]))
    plan = cfo.plan(top)
    assert len(plan.steps) == 151
    assert isinstance(cfo.run(top, books=books()).result, top)


def test_lists_and_mappings_are_arguments_like_any_other_and_equal_ones_are_one_step():
    plugin = Plugin("listed", version="1")
    asked: list[dict[str, list[int]]] = []

    @plugin.tool
    def weigh(ctx: Context, *, by: dict[str, list[int]]) -> Double:
        asked.append(by)
        return Double(value=sum(by["a"]))

    @plugin.tool
    def both(
        ctx: Context,
        *,
        by: dict[str, list[int]],
        one: Annotated[Needs[Double], With(by=Same("by"))],
        other: Annotated[NeedsAll[Double], With(by=Same("by"))],
    ) -> Sum:
        return Sum(value=one.value + len(other))

    cfo = orchestrator(plugin)
    run = cfo.run(both, books=books(), arguments={"by": {"a": [2, 3], "b": []}})
    assert run.result.value == 6
    assert asked == [{"a": [2, 3], "b": []}]
    other = cfo.run(weigh, books=books(), arguments={"by": {"a": [4]}})
    assert (other.result.value, len(asked)) == (4, 2)
