"""What stands beside the tools: books to read, questions to ask, ids to complete, pages, limits."""

from __future__ import annotations

import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import pytest

from aicfo_sdk import Context, Plugin, Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books, open_books
from aicfo_sdk.errors import NotFound
from aicfo_sdk.model import Counterparty, Merchant, TenderMatches, UntrustedText
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.stopping import GivenUp, Question, asking

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")

# What only the era with sessions has is still used by its clients.
_OLD = pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")
ERAS = ["legacy", "2026-07-28"]


def ask(server: Any, body: Callable[[Any], Awaitable[Any]], mode: str = "auto", **more: Any) -> Any:
    """Run `body` with a client of the server."""

    async def main() -> Any:
        async with mcp.Client(server, mode=mode, **more) as client:
            return await body(client)

    return anyio.run(main)


def served(session: Session) -> Any:
    from aicfo_sdk.mcp.server import build_server

    return build_server(session)


@pytest.fixture
def session(shop: Path) -> Iterator[Session]:
    with open_books(shop) as books:
        day = date(2026, 3, 2)
        partners = tuple(
            Counterparty(id=f"C-{i}", known_since=day, name=UntrustedText(name))
            for i, name in enumerate(("晨光机电", "宁波港"))
        )
        books.import_batches([Batch("more", "test", "1" * 64, "CNY", partners)])
        yield Session(books)


@pytest.mark.parametrize("mode", ERAS)
def test_every_listed_resource_can_be_read_as_json(session: Session, mode: str):
    async def body(client: Any) -> dict[str, Any]:
        listed = (await client.list_resources()).resources
        found: dict[str, Any] = {}
        for each in listed:
            (content,) = (await client.read_resource(each.uri)).contents
            found[str(each.uri)] = json.loads(content.text)
        return found

    found = ask(served(session), body, mode)
    assert {"books://brief", "books://ledger", "books://runs", "books://accounts"} <= set(found)
    (line,) = found["books://credit-lines"]["records"]
    assert (line["id"], line["limit"]) == ("L", 1_000_000)
    assert sum(found["books://ledger"]["balances"].values()) == 0
    assert session.books.proposals.all() == (), "reading the brief proposes nothing"


@pytest.mark.parametrize(("mode", "code"), [("legacy", -32002), ("2026-07-28", -32602)])
@pytest.mark.parametrize("uri", ["books://bills/none", "books://nothing", "other://x", "books://"])
def test_an_address_at_which_nothing_stands_is_said(
    session: Session, mode: str, code: int, uri: str
):
    async def body(client: Any) -> Any:
        with pytest.raises(mcp.MCPError) as caught:
            await client.read_resource(uri)
        return caught.value.error

    error = ask(served(session), body, mode)
    assert (error.code, error.data) == (code, {"uri": uri})


def test_empty_books_list_what_does_not_depend_on_records(tmp_path: Path):
    merchant = Merchant(id="me", updated=date(2026, 3, 2), name=UntrustedText("x"))
    with create_books(tmp_path / "new.books", merchant=merchant) as books:
        found = ask(served(Session(books)), lambda client: client.list_resources()).resources
    assert {"books://ledger", "books://runs"} <= {str(each.uri) for each in found}


def test_a_run_and_its_proposals_can_be_read_back(session: Session):
    async def body(client: Any) -> tuple[Any, Any]:
        answer = await client.call_tool("core_funding", {})
        run = answer.meta["aicfo/record"]
        (content,) = (await client.read_resource(f"books://runs/{run}")).contents
        return answer, json.loads(content.text)

    answer, run = ask(served(session), body)
    assert run["tool"] == "core.funding"
    assert [each["id"] for each in run["proposals"]] == answer.meta["aicfo/proposals"]


@pytest.mark.parametrize("mode", ERAS)
def test_ten_questions_in_two_languages(session: Session, mode: str):
    async def body(client: Any) -> tuple[Any, Any, Any]:
        listed = (await client.list_prompts()).prompts
        tender = {"tender": "T-1"}
        first = await client.get_prompt("fund_tender", tender)
        second = await client.get_prompt("fund_tender", tender | {"lang": "en"})
        return listed, first, second

    listed, first, second = ask(served(session), body, mode)
    assert len(listed) == 10
    assert all(" · " in prompt.title for prompt in listed)
    assert first.messages[0].content.text.startswith("招标 T-1 我们垫得起吗？")
    assert "core_funding" in first.messages[0].content.text
    assert second.messages[0].content.text.startswith("Can we fund tender T-1?")


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("nope", {}, "no such prompt: nope; there are .*today"),
        ("today", {"lang": "fr"}, "lang is one of zh, en"),
        ("today", {"bill": "b"}, "no such argument: bill"),
        ("fund_tender", {}, "a required argument is missing: tender"),
    ],
)
def test_a_wrong_question_is_told_what_to_change(
    session: Session, name: str, arguments: dict[str, str], said: str
):
    async def body(client: Any) -> None:
        with pytest.raises(mcp.MCPError, match=said):
            await client.get_prompt(name, arguments)

    ask(served(session), body)


@pytest.mark.parametrize(
    ("template", "typed", "values"),
    [
        ("books://counterparties/{id}", "c-", ["C-0", "C-1"]),
        ("books://counterparties/{id}", "港", ["C-1"]),
        ("books://counterparties/{id}", "nobody", []),
        ("books://ledger/{day}", "2026", ["2026-03-02"]),
    ],
)
def test_ids_go_on_as_typed_and_are_found_by_name(
    session: Session, template: str, typed: str, values: list[str]
):
    from mcp_types import ResourceTemplateReference

    name = template.rpartition("{")[2].removesuffix("}")

    async def body(client: Any) -> Any:
        ref = ResourceTemplateReference(uri=template)
        return await client.complete(ref, {"name": name, "value": typed})

    assert ask(served(session), body).completion.values == values


def test_pages_lose_nothing_and_refuse_a_strange_cursor():
    from mcp_types import PaginatedRequestParams

    from aicfo_sdk.mcp.paging import page

    items = [f"i{n:03}" for n in range(250)]
    seen: list[str] = []
    params = None
    while True:
        shown, cursor = page(items, params, "things", str, size=100)
        seen += shown
        if cursor is None:
            break
        items = [item for item in items if item != shown[-1]]  # the last one seen goes
        params = PaginatedRequestParams(cursor=cursor)
    assert seen == [f"i{n:03}" for n in range(250)]
    for strange in ("x", "", "bnVsbA==", page(items, None, "others", str, size=1)[1]):
        with pytest.raises(mcp.MCPError, match="not a cursor of things; begin again"):
            page(items, PaginatedRequestParams(cursor=strange), "things", str)


def test_the_longest_lists_give_way_and_the_rest_is_untouched():
    from aicfo_sdk.mcp.capping import capped

    value = {"note": "n" * 500, "few": [1, 2], "many": {"rows": [{"x": "y" * 90}] * 1000}}
    small, cut = capped(value, 10_000)
    assert len(json.dumps(small)) <= 10_000
    assert cut == {"/many/rows": 1000}
    assert (small["note"], small["few"]) == (value["note"], [1, 2])
    assert len(value["many"]["rows"]) == 1000
    assert capped(value, 1_000_000) == (value, {})


plugin = Plugin("slow", version="1")
begun, let_go = threading.Event(), threading.Event()


@plugin.tool(blocking=False)
def wait(ctx: Context) -> TenderMatches:
    """Waits until it is let go."""
    begun.set()
    let_go.wait(30)
    return TenderMatches(query="", searched=0, matches=())


@plugin.tool(blocking=False)
def long_list(ctx: Context) -> list[int]:
    """More than fits."""
    return list(range(100_000))


@pytest.mark.parametrize("mode", ERAS)
def test_a_call_that_the_client_gave_up_leaves_nothing_behind(shop: Path, mode: str):
    begun.clear()
    let_go.clear()

    async def body(client: Any) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "slow_wait", {})
            await anyio.to_thread.run_sync(begun.wait)
            group.cancel_scope.cancel()
        await client.list_tools()  # the server answers on

    with open_books(shop) as books:
        session = Session(books, registry=Registry([plugin]))
        ask(served(session), body, mode)
        let_go.set()
        for thread in threading.enumerate():
            if thread.name.startswith("AnyIO worker"):
                thread.join(5)
        assert books.runs.latest() == ()


def test_a_result_that_is_too_large_is_cut_and_linked(shop: Path):
    async def body(client: Any) -> tuple[Any, Any]:
        answer = await client.call_tool("slow_long_list", {})
        link = answer.content[-1]
        (whole,) = (await client.read_resource(link.uri)).contents
        return answer, json.loads(whole.text)

    with open_books(shop) as books:
        answer, whole = ask(served(Session(books, registry=Registry([plugin]))), body)
    assert len(answer.content[0].text) < 300_000
    assert answer.meta["aicfo/cut"] == {"/result": 100_000}
    assert "the whole is the linked resource" in answer.content[0].text
    assert whole == {"result": list(range(100_000))}


def test_a_question_given_up_before_it_is_recorded_is_not_recorded(session: Session):
    question = Question()
    question.give_up()
    with asking(question), pytest.raises(GivenUp):
        session.call("core.credit_lines")
    assert session.runs.latest() == ()


def test_giving_up_interrupts_the_solver():
    from aicfo_sdk import Problem

    problem = Problem()
    weights = [(i * 7919) % 53 + 11 for i in range(200)]
    columns = [
        problem.column(f"x{i}", cost=-float(w % 17 + 5), upper=1.0, integer=True)
        for i, w in enumerate(weights)
    ]
    for row in range(40):
        shifted = weights[row:] + weights[:row]
        terms = {f"x{i}": float(w) for i, w in enumerate(shifted)}
        problem.row(f"r{row}", terms, upper=1001.0)
    assert len(columns) == 200
    question = Question()
    timer = threading.Timer(0.3, question.give_up)
    timer.start()
    with asking(question), pytest.raises(GivenUp):
        problem.solve(nodes=10_000_000)
    timer.join()


def test_progress_says_each_step_of_the_plan(session: Session):
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(done: float, total: float | None, what: str | None) -> None:
        told.append((done, total, what))

    async def body(client: Any) -> Any:
        return await client.call_tool("core_funding", {}, progress_callback=hear)

    ask(served(session), body, "legacy")
    steps = [done for done, _, _ in told]
    assert steps == sorted(set(steps))
    assert told[-1][2] == "融资方案"
    assert {total for _, total, _ in told} == {len(session.plan("core.funding").steps)}


@_OLD
def test_whoever_follows_a_resource_hears_when_the_books_change(session: Session):
    heard: list[str] = []
    arrived = anyio.Event()

    async def hear(message: Any) -> None:
        if getattr(message, "method", "") == "notifications/resources/updated":
            heard.append(str(message.params.uri))
            arrived.set()

    async def body(client: Any) -> None:
        await client.subscribe_resource("books://ledger")
        await anyio.sleep(1.2)
        await client.call_tool("core_funding", {})
        with anyio.move_on_after(10):
            await arrived.wait()

    ask(served(session), body, "legacy", message_handler=hear)
    assert heard
    assert set(heard) == {"books://ledger"}


@_OLD
def test_missing_parts_are_also_said_as_messages_to_who_asked(session: Session):
    said: list[str] = []

    async def hear(params: Any) -> None:
        said.append(str(params.data))

    async def body(client: Any) -> Any:
        await client.call_tool("core_funding", {})
        assert said == [], "nobody asked yet"
        await client.set_logging_level("warning")
        return await client.call_tool("core_funding", {})

    answer = ask(served(session), body, "legacy", logging_callback=hear)
    assert said == [f"missing: {line}" for line in answer.meta["aicfo/missing"]]
    assert said


def test_a_tool_that_fails_for_another_reason_is_no_giving_up(session: Session):
    with asking(Question()), pytest.raises(NotFound, match="T-404"):
        session.call("tender.funding_need", {"tender": "T-404"})
    assert session.runs.latest()[0].record.error is not None
