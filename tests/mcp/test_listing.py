"""A list of tools is shaped once, and is another as soon as a tool is another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import pytest

from aicfo_sdk import Registry
from aicfo_sdk.orchestrator.core import plugin as core
from aicfo_sdk.orchestrator.session import Session

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")

ERAS = ["legacy", "2026-07-28"]


def _tool(name: str, description: str = "A tool.") -> Any:
    from mcp_types import Tool

    return Tool(name=name, description=description, input_schema={"type": "object"})


def _served(tools: list[Any]) -> Any:
    from aicfo_sdk.mcp.part import Part
    from aicfo_sdk.mcp.server import build_server

    class More(Part):
        def tools(self) -> Sequence[Any]:
            return tools

    return build_server(Session(None, registry=Registry([core])), more=[More()])


async def _listed(client: Any, cursor: str | None = None) -> Any:
    return await client.list_tools(cursor=cursor, cache_mode="refresh")


@pytest.mark.parametrize("mode", ERAS)
def test_a_list_asked_again_is_the_same_to_the_last_field(mode: str):
    async def main() -> None:
        async with mcp.Client(_served([_tool("more_a")]), mode=mode) as client:
            first = await _listed(client)
            assert first == await _listed(client) == await _listed(client)
            assert "more_a" in [tool.name for tool in first.tools]

    anyio.run(main)


@pytest.mark.parametrize("mode", ERAS)
def test_what_did_not_change_is_shaped_once(mode: str):
    server, shaped = _served([_tool("more_a")]), []

    async def look(context: Any, call_next: Any) -> Any:
        answer = await call_next(context)
        if context.method == "tools/list":
            shaped.append(answer["tools"])
        return answer

    async def main() -> None:
        async with mcp.Client(server, mode=mode) as client:
            for _ in range(3):
                await _listed(client)

    server.middleware.insert(0, look)
    anyio.run(main)
    assert len(shaped) >= 3
    assert all(each is shaped[0] for each in shaped)


@pytest.mark.parametrize("mode", ERAS)
def test_a_tool_that_comes_goes_or_changes_is_in_the_next_list(mode: str):
    tools = [_tool("more_a")]

    async def main() -> None:
        async with mcp.Client(_served(tools), mode=mode) as client:

            async def more() -> dict[str, str]:
                found = (await _listed(client)).tools
                return {each.name: each.description for each in found if each.name[0] == "m"}

            assert await more() == await more() == {"more_a": "A tool."}
            tools.append(_tool("more_b"))
            assert set(await more()) == {"more_a", "more_b"}
            tools[0] = _tool("more_a", "Another tool.")
            assert (await more())["more_a"] == "Another tool."
            del tools[0]
            assert await more() == await more() == {"more_b": "A tool."}

    anyio.run(main)


@pytest.mark.parametrize("mode", ERAS)
def test_pages_are_remembered_each_for_itself(mode: str):
    names = [f"more_{number:03}" for number in range(150)]

    async def main() -> None:
        async with mcp.Client(_served([_tool(name) for name in names]), mode=mode) as client:
            for _ in range(2):
                one = await _listed(client)
                two = await _listed(client, one.next_cursor)
                found = [tool.name for tool in (*one.tools, *two.tools)]
                assert [name for name in found if name in names] == names
                assert two.next_cursor is None

    anyio.run(main)


def test_a_known_list_does_not_let_a_wrong_cursor_through():
    async def main() -> None:
        async with mcp.Client(_served([])) as client:
            await _listed(client)
            with pytest.raises(mcp.MCPError, match="not a cursor of tools"):
                await _listed(client, "bm9uZQ==")

    anyio.run(main)


def test_one_version_of_the_protocol_does_not_get_the_list_of_another():
    server = _served([_tool("more_a")])

    async def keys(mode: str) -> Any:
        async with mcp.Client(server, mode=mode) as client:
            await _listed(client)
            return await _listed(client)

    legacy, modern = (anyio.run(keys, mode) for mode in ERAS)
    assert [tool.name for tool in legacy.tools] == [tool.name for tool in modern.tools]
    assert modern.ttl_ms == 3_600_000


def test_many_lists_that_differ_are_not_all_kept():
    from aicfo_sdk.mcp import listing

    tools = [_tool("more_a")]

    async def main() -> Any:
        server = _served(tools)
        (kept,) = [each for each in server.middleware if isinstance(each, listing.Listing)]
        async with mcp.Client(server) as client:
            for number in range(20):
                tools[0] = _tool("more_a", str(number))
                await _listed(client)
        return kept

    assert len(anyio.run(main)) <= 8
