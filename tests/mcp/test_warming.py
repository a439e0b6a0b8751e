"""What the first requests need is loaded before the serving, and nobody waits for it in vain."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from aicfo_sdk import Context, Plugin, Registry
from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import Advice
from aicfo_sdk.orchestrator.core import plugin as core
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.stopping import current

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")

_WARMED = """
import sys
from aicfo_sdk import discover
from aicfo_sdk.books.store import open_books
from aicfo_sdk.orchestrator.session import Session

with open_books(sys.argv[1]) as books:
    session = Session(books)
    before = books.audit.head()
    session.warm()
    assert books.audit.head() == before and not session.runs.latest(1), "it left something behind"
    loaded = set(sys.modules)
    session.call("core.brief")
    late = sorted(name for name in set(sys.modules) - loaded if "." not in name)
    print(late, "litellm" in sys.modules, "aicfo_cash_brain.cash" in loaded)
"""


def test_the_first_brief_loads_no_library_any_more_and_nothing_was_recorded(shop: Path):
    done = subprocess.run(
        [sys.executable, "-c", _WARMED, str(shop)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[] False True\n", done.stderr


def test_what_uses_a_network_is_not_asked_and_what_fails_is_no_matter(shop: Path):
    asked: list[str] = []
    inside, outside = Plugin("inside", version="1"), Plugin("outside", version="1")

    @inside.tool
    def near(ctx: Context) -> list[Advice]:
        """Advice from here."""
        asked.append("near")
        raise ValueError("not now")

    @outside.tool(external=True)
    def far(ctx: Context) -> list[Advice]:
        """Advice from elsewhere."""
        asked.append("far")
        return []

    assert near
    assert far
    with open_books(shop) as books:
        Session(books, registry=Registry([core, inside, outside])).warm()
    assert asked == ["near"]


def _served(session: Any, tools: Callable[[], Sequence[Any]]) -> Any:
    from aicfo_sdk.mcp.part import Part
    from aicfo_sdk.mcp.server import build_server

    class More(Part):
        def tools(self) -> Sequence[Any]:
            return tools()

    return build_server(session, more=[More()], warm=True)


def test_nothing_is_served_before_the_list_of_tools_is_made():
    begun, go = threading.Event(), threading.Event()

    def tools() -> Sequence[Any]:
        begun.set()
        assert go.wait(30)
        return ()

    async def main() -> Any:
        server = _served(Session(None, registry=Registry([core])), tools)
        found: list[Any] = []

        async def list_tools() -> None:
            async with mcp.Client(server) as client:
                found.append(await client.list_tools())

        async with anyio.create_task_group() as group:
            group.start_soon(list_tools)
            assert await anyio.to_thread.run_sync(begun.wait, 30)
            await anyio.sleep(0.1)
            assert not found
            go.set()
        return found[0].tools

    assert [tool.name for tool in anyio.run(main)] == [
        "core_brief",
        "core_credit_lines",
        "core_funding",
    ]


def test_serving_does_not_wait_for_a_body_that_takes_long(monkeypatch: pytest.MonkeyPatch):
    from aicfo_sdk.mcp import warming

    monkeypatch.setattr(warming, "_PATIENCE", 0.05)
    go, ended = threading.Event(), threading.Event()

    def rest() -> None:
        assert go.wait(30)
        ended.set()

    async def main() -> None:
        with anyio.fail_after(30):
            async with warming.warmed(lambda: None, rest):
                assert not ended.is_set()
                go.set()
                assert await anyio.to_thread.run_sync(ended.wait, 30)

    anyio.run(main)


def test_a_list_that_cannot_be_made_is_an_error_for_who_asks():
    def tools() -> Sequence[Any]:
        raise ValueError("broken")

    async def main() -> None:
        async with mcp.Client(_served(Session(None, registry=Registry([])), tools)) as client:
            with anyio.fail_after(30), pytest.raises(mcp.MCPError):
                await client.list_tools()

    anyio.run(main)


def test_who_leaves_does_not_wait_for_it(monkeypatch: pytest.MonkeyPatch):
    from aicfo_sdk.mcp import warming

    monkeypatch.setattr(warming, "_PATIENCE", 0.05)
    begun, ended = threading.Event(), threading.Event()

    def rest() -> None:
        begun.set()
        question = current()
        assert question is not None
        while not question.given_up:
            time.sleep(0.01)
        ended.set()

    async def main() -> None:
        with anyio.fail_after(30):
            async with warming.warmed(lambda: None, rest):
                assert await anyio.to_thread.run_sync(begun.wait, 30)

    anyio.run(main)
    assert ended.wait(30)


def test_a_session_without_books_is_warmed_as_far_as_it_goes():
    Session(None, registry=Registry([core]), as_of=date(2026, 3, 2)).warm()
