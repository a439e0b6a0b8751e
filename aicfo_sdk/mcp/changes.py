"""Who wants to hear when the books change, and telling them: both eras' subscriptions.

The books are looked at while somebody is subscribed: other processes import, approve and commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from mcp.server import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ResourceUpdated,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

MAX_SUBSCRIPTIONS = 1024
_EVERY_SECONDS = 1.0


class Changes:
    """The open subscriptions of one server.

    `head` returns what differs once the books have changed; None where nothing ever changes.
    """

    def __init__(self, head: Callable[[], Awaitable[Any]] | None = None) -> None:
        self._head = head
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus, max_subscriptions=MAX_SUBSCRIPTIONS)
        self._followed: Counter[str] = Counter()
        self._sessions: dict[tuple[int, str], ServerSession] = {}

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Look at the books from time to time, while the block runs."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch)
            try:
                yield
            finally:
                self._listen.close()
                group.cancel_scope.cancel()

    async def updated(self, uri: str) -> None:
        """Tell whoever follows it that a resource may have changed."""
        await self._bus.publish(ResourceUpdated(uri))
        for key, session in list(self._sessions.items()):
            if key[1] == uri:
                try:
                    await session.send_resource_updated(uri)
                except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                    self._sessions.pop(key, None)

    async def tools_changed(self) -> None:
        """Tell whoever listens that other tools are offered now."""
        await self._bus.publish(ToolsListChanged())

    async def prompts_changed(self) -> None:
        """Tell whoever listens that other prompts are offered now."""
        await self._bus.publish(PromptsListChanged())

    async def listen(
        self, context: ServerRequestContext[Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """One stream of the era without sessions: open until its client leaves."""
        wanted = params.notifications.resource_subscriptions or []
        self._followed.update(wanted)
        try:
            return await self._listen(context, params)
        finally:
            self._followed.subtract(wanted)
            self._followed += Counter()  # forgets those that nobody follows

    async def subscribe(
        self, context: ServerRequestContext[Any], params: SubscribeRequestParams
    ) -> EmptyResult:
        """A client of the era with sessions follows a resource."""
        key = (id(context.session.client_params), params.uri)
        if key not in self._sessions and len(self._sessions) >= MAX_SUBSCRIPTIONS:
            raise MCPError(
                INVALID_PARAMS, f"{MAX_SUBSCRIPTIONS} subscriptions are open; end one first"
            )
        self._sessions[key] = context.session
        return EmptyResult()

    async def unsubscribe(
        self, context: ServerRequestContext[Any], params: UnsubscribeRequestParams
    ) -> EmptyResult:
        """It follows it no more."""
        self._sessions.pop((id(context.session.client_params), params.uri), None)
        return EmptyResult()

    async def _watch(self) -> None:
        last: Any = None
        while True:
            await anyio.sleep(_EVERY_SECONDS)
            followed = {*self._followed, *(uri for _, uri in self._sessions)}
            if self._head is None or not followed:
                last = None
                continue
            now: Any = None
            with suppress(Exception):  # books that cannot be read just now: the next look tells
                now = await self._head()
            if last is not None and now is not None and now != last:
                for uri in sorted(followed):
                    await self.updated(uri)
            last = now if now is not None else last
