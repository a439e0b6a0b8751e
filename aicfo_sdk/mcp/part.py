"""One part of what a server offers: some tools, some resources, some prompts.

The server asks each part in turn. A part that does not know a name or an address returns None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcp.server import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    CompleteRequestParams,
    Completion,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    Prompt,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    Tool,
)

Context = ServerRequestContext[Any]


class Part:
    """Offers nothing; a subclass says what it offers.

    `context` is the SDK's: it reports progress, tells what the client can do, and in the era of
    sessions asks the client. In the era without them a tool, prompt or resource that needs more
    returns an `InputRequiredResult`; its state is sealed before it leaves.
    """

    def tools(self) -> Sequence[Tool]:
        """Every tool; one that has changed is another object, for shapes are remembered by it."""
        return ()

    def tool(self, name: str) -> Tool | None:
        """The tool of that name."""
        return next((tool for tool in self.tools() if tool.name == name), None)

    async def call(
        self, context: Context, params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult | None:
        """What a tool answers."""
        return None

    async def resources(self) -> Sequence[Resource]:
        """Every resource that is worth listing."""
        return ()

    def templates(self) -> Sequence[ResourceTemplate]:
        """The shapes of addresses that can be read beside those listed."""
        return ()

    async def read(
        self, context: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult | InputRequiredResult | None:
        """What stands at an address."""
        return None

    def prompts(self) -> Sequence[Prompt]:
        """Every prompt."""
        return ()

    async def prompt(
        self, context: Context, params: GetPromptRequestParams
    ) -> GetPromptResult | InputRequiredResult | None:
        """The messages of a prompt."""
        return None

    async def complete(self, params: CompleteRequestParams) -> Completion | None:
        """How an argument may go on."""
        return None
