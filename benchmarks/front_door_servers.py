"""The servers that `front_door` compares, each in a process of its own.

`front_door_servers.py KIND TRANSPORT PORT BOOKS`: ours, the SDK's low-level server as one would use
it by hand, and fastmcp (run by its own interpreter). Fifty tools each, of one body: `plain` doubles
a number, `books` asks one question of stored books, which plans, runs and records it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

TOOLS = 50
_DESCRIPTION = "Return twice the number. It stands for any tool whose work is small."
_INPUT: dict[str, Any] = {
    "type": "object",
    "properties": {"n": {"type": "integer", "description": "A number."}},
    "required": ["n"],
    "additionalProperties": False,
}
_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {"result": {"type": "integer", "description": "Twice the number."}},
    "required": ["result"],
}


def name_of(number: int) -> str:
    """Return the name of a tool, the same on all servers."""
    return f"bench_t{number:02}"


def plain(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what every tool of the plain servers answers."""
    return {"result": int(arguments["n"]) * 2}


def ours(books: str) -> Any:
    """Return our server: the tools of a session over books, or of a part without books."""
    from mcp_types import CallToolRequestParams, CallToolResult, TextContent, Tool

    from aicfo_sdk.mcp.part import Context, Part
    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.orchestrator.session import Session
    from aicfo_sdk.registry import Registry

    if books:
        return build_server(_session(books), warm=True)  # as `aicfo serve` does
    listed = {tool.name: tool for tool in _listed(Tool)}

    class Plain(Part):
        """Fifty plain tools."""

        def tools(self) -> list[Tool]:
            return list(listed.values())

        def tool(self, name: str) -> Tool | None:
            return listed.get(name)

        async def call(
            self, context: Context, params: CallToolRequestParams
        ) -> CallToolResult | None:
            if params.name not in listed:
                return None
            found = plain(params.arguments or {})
            text = TextContent(text=json.dumps(found))
            return CallToolResult(content=[text], structured_content=found)

    return build_server(Session(None, registry=Registry([])), more=[Plain()])


def raw(books: str) -> Any:
    """Return the SDK's low-level server with the same bodies and nothing around them."""
    import anyio.to_thread
    from mcp.server import Server
    from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool

    listed = {tool.name: tool for tool in _listed(Tool)}
    opened: Any = _session(books) if books else None

    async def list_tools(context: Any, params: Any) -> Any:
        return ListToolsResult(tools=list(listed.values()))

    async def call_tool(context: Any, params: Any) -> Any:
        given = params.arguments or {}
        if opened is None:
            found = plain(given)
        else:
            goal = opened.registry.tools[params.name.replace("_", ".", 1)]
            # A body that waits for the disk must not stop the others.
            found = (await anyio.to_thread.run_sync(opened.call, goal, given)).structured
        text = TextContent(text=json.dumps(found))
        return CallToolResult(content=[text], structured_content=found)

    return Server(
        "raw",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        get_tool_input_schema=lambda name: listed[name].input_schema,
    )


def fast(books: str) -> Any:
    """Return fastmcp's server with the same bodies, in threads where they wait for the disk."""
    from fastmcp import FastMCP  # pyright: ignore[reportMissingImports]

    opened: Any = _session(books) if books else None
    made: Any = FastMCP("fastmcp")

    def tool(name: str) -> Any:
        if opened is None:

            async def double(n: int) -> int:
                return plain({"n": n})["result"]

            return double

        goal = opened.registry.tools[name.replace("_", ".", 1)]

        def asked(n: int) -> int:
            return opened.call(goal, {"n": n}).structured["result"]

        return asked

    for number in range(TOOLS):
        name = name_of(number)
        made.tool(tool(name), name=name, description=_DESCRIPTION)
    return made


def _session(books: str) -> Any:
    from benchmarks.front_door_books import session

    return session(books)


def _listed(kind: Any) -> list[Any]:
    return [
        kind(
            name=name_of(number),
            description=_DESCRIPTION,
            input_schema=_INPUT,
            output_schema=_OUTPUT,
        )
        for number in range(TOOLS)
    ]


async def _our_stdio(server: Any) -> None:
    from aicfo_sdk.mcp.transports import serve_stdio

    await serve_stdio(server)


async def _own_stdio(server: Any) -> None:
    """The SDK's own standard streams: raw is what one would have without us."""
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def main(kind: str, transport: str, port: int, books: str = "") -> None:
    """Serve until stopped: all behind the same uvicorn, or over standard input and output."""
    import anyio

    server = {"ours": ours, "raw": raw, "fastmcp": fast}[kind](books)
    if transport == "stdio":
        if kind == "fastmcp":
            server.run("stdio", show_banner=False)
            return
        anyio.run(_own_stdio if kind == "raw" else _our_stdio, server)
        return
    import uvicorn

    if kind == "fastmcp":
        app = server.http_app()
    elif kind == "ours":
        from aicfo_sdk.mcp.transports import http_app

        app = http_app(server, "127.0.0.1")
    else:
        app = server.streamable_http_app(host="127.0.0.1")
    # As `aicfo serve` has it; a connection waits while the other servers have their rounds.
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        log_level="error",
        access_log=False,
        timeout_keep_alive=75,
        lifespan="on",
    )


if __name__ == "__main__":
    # Another house's interpreter has its own libraries first, and ours after them.
    del sys.path[0]
    sys.path += os.environ["FRONT_DOOR_PATH"].split(os.pathsep)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
