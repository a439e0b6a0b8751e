"""The list of tools as it goes out, made once: it is long, and hardly ever another.

Each request still passes every check of the SDK: of its envelope, its cursor, its session. What is
reused is the list alone, as the SDK validated and shaped it for that version of the protocol, and
only while a page has the very same tools; a tool that is another object is another tool.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from mcp.server.context import CallNext, HandlerResult
from mcp_types import ListToolsResult, Tool

from .part import Context

_KEPT = 8
"""Pages that one server remembers: the versions that clients speak, and their pages."""


@dataclass(slots=True)
class _Asked:
    """One request: the tools of its page, and their shape where it is known."""

    tools: tuple[Tool, ...] | None = None
    shaped: list[Any] | None = None


_asked: ContextVar[_Asked | None] = ContextVar("aicfo_listing", default=None)


class Listing:
    """Remembers shaped pages of one server: a middleware around its own `result`.

    It belongs to one server, so that nothing of one merchant's is told to another.
    """

    def __init__(self) -> None:
        # The tools are kept with their shape: while they live, no other object has their ids.
        self._kept: OrderedDict[tuple[Any, ...], tuple[tuple[Tool, ...], list[Any]]] = OrderedDict()

    def result(
        self, context: Context, tools: Sequence[Tool], next_cursor: str | None
    ) -> ListToolsResult:
        """Return a page for the SDK to shape; without its tools when their shape is known."""
        asked = _asked.get()
        if asked is not None:
            asked.tools = tuple(tools)
            key = _key(context, asked.tools)
            if key in self._kept:
                self._kept.move_to_end(key)
                asked.shaped = self._kept[key][1]
                return ListToolsResult(tools=[], next_cursor=next_cursor)
        return ListToolsResult(tools=[*tools], next_cursor=next_cursor)

    def __len__(self) -> int:
        """How many pages are remembered."""
        return len(self._kept)

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Put the remembered tools into an answer, or remember those that it has."""
        if ctx.method != "tools/list":
            return await call_next(ctx)
        asked = _Asked()
        token = _asked.set(asked)
        try:
            answer = await call_next(ctx)
        finally:
            _asked.reset(token)
        if asked.tools is None or not isinstance(answer, dict):
            return answer
        if asked.shaped is not None:
            return {**answer, "tools": asked.shaped}
        self._kept[_key(ctx, asked.tools)] = asked.tools, answer["tools"]
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return answer


def _key(context: Context, tools: tuple[Tool, ...]) -> tuple[Any, ...]:
    return context.protocol_version, *map(id, tools)
