"""Messages beside an answer, for clients that want them: what a run went without, and why."""

from __future__ import annotations

from typing import Any, get_args

from mcp.server import ServerRequestContext
from mcp_types import (
    LOG_LEVEL_META_KEY,
    LoggingLevel,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

_LEVELS: tuple[LoggingLevel, ...] = get_args(LoggingLevel)
_MOST = 1024


class Levels:
    """From which level on each connected client wants messages; nothing unless it asked."""

    def __init__(self) -> None:
        # A client's own hello stands for its connection: the SDK hands out no other name of it.
        self._asked: dict[int, tuple[Any, LoggingLevel]] = {}

    def ask(self, context: ServerRequestContext[Any], level: LoggingLevel) -> None:
        """A client of the era with sessions says what it wants."""
        hello = context.session.client_params
        self._asked[id(hello)] = (hello, level)
        while len(self._asked) > _MOST:
            del self._asked[next(iter(self._asked))]

    async def say(self, context: ServerRequestContext[Any], level: LoggingLevel, text: str) -> None:
        """Send a message with the answer to this request, if its client wants it."""
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            least: Any = (context.meta or {}).get(LOG_LEVEL_META_KEY)
        else:
            hello = context.session.client_params
            known, least = self._asked.get(id(hello), (None, None))
            least = least if known is hello else None
        if least not in _LEVELS or _LEVELS.index(level) < _LEVELS.index(least):
            return
        await context.session.send_notification(
            LoggingMessageNotification(
                params=LoggingMessageNotificationParams(level=level, data=text, logger="aicfo")
            ),
            related_request_id=context.request_id,
        )
