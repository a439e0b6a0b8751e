"""An MCP server behind a URL, as one over stdio: what `aicfo plugins add --url` runs in a child.

The child alone speaks to the network; what it says back is checked as any plugin's words are.
`main(URL, …)` serves until its input ends.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_REQUEST,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)

from .transports import serve_stdio

if TYPE_CHECKING:
    from .signed_in import KeptSignIn


def build_bridge(
    url: str, token: str = "", signed_in: KeptSignIn | None = None, name: str = ""
) -> Server[Any]:
    """Return a server with the tools of the one at `url`.

    `token` is shown to it as bearer, or what a person has signed in with: `signed_in`, at the
    server that goes by `name`.
    """

    @asynccontextmanager
    async def living(server: Server[Any]) -> AsyncGenerator[Client]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # No redirect is followed: the token is meant for this host alone.
        async with httpx2.AsyncClient(headers=headers, auth=signed_in, timeout=60) as http:
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
        try:
            return await client.call_tool(params.name, params.arguments)
        except MCPError:
            if signed_in is None or not signed_in.needed:
                raise
            raise MCPError(INVALID_REQUEST, _again(name)) from None

    return Server("bridge", lifespan=living, on_list_tools=list_tools, on_call_tool=call_tool)


def main(url: str, how: str = "", folder: str = "", name: str = "") -> None:
    """Serve standard input and output.

    `how` is the file of a token, or --sign-in with the folder of a sign-in and the plugin's name.
    """
    if how != "--sign-in":
        token = Path(how).read_text("utf-8").strip() if how else ""
        anyio.run(serve_stdio, build_bridge(url, token))
        return
    from .signed_in import KeptSignIn, said

    signed_in = KeptSignIn(url, Path(folder))
    if signed_in.needed:
        sys.exit(_again(name))
    try:
        anyio.run(serve_stdio, build_bridge(url, signed_in=signed_in, name=name))
    except Exception as error:  # noqa: BLE001 - the last line is what the owner reads
        sys.exit(_again(name) if signed_in.needed else said(error))


def _again(name: str) -> str:
    return f"somebody has to sign in: aicfo plugins sign-in {name}"
