"""An MCP server behind a URL, as one over stdio: what `aicfo plugins add --url` runs in a child.

The child alone speaks to the network; what it says back is checked as any plugin's words are.
`main(URL, TOKEN_FILE)` serves until its input ends.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server, ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)

from .transports import serve_stdio


def build_bridge(url: str, token: str = "") -> Server[Any]:
    """Return a server with the tools of the one at `url`; `token` is shown to it as bearer."""

    @asynccontextmanager
    async def living(server: Server[Any]) -> AsyncGenerator[Client]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # No redirect is followed: the token is meant for this host alone.
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            target = streamable_http_client(url, http_client=http)
            async with Client(target) as client:
                yield client

    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        client: Client = context.lifespan_context
        return await client.list_tools(cursor=params.cursor if params is not None else None)

    async def call_tool(
        context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        client: Client = context.lifespan_context
        return await client.call_tool(params.name, params.arguments)

    return Server("bridge", lifespan=living, on_list_tools=list_tools, on_call_tool=call_tool)


def main(url: str, token_file: str = "") -> None:
    """Serve standard input and output."""
    token = Path(token_file).read_text("utf-8").strip() if token_file else ""
    anyio.run(serve_stdio, build_bridge(url, token))
