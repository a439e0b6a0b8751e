"""The door of a server that people sign in to: who they are, what for, and to whose books.

Who shows no token, or one that is not believed, is told where to get one and with which scopes
(401, RFC 6750, RFC 9728); who shows one that is good for less is told what it lacks (403). Each
merchant has a server of their own behind the door, with its own sessions, so that nothing of one
is known to the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.transport_security import DEFAULT_MAX_REQUEST_BODY_SIZE
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .auth import MERCHANT, SCOPES

LEAST = SCOPES[0]


class Guard:
    """ASGI: passes each request on to the server of the merchant whom its token names.

    `servers` are by what tokens say, "" for a server whose tokens all mean the same books.
    `needs` says which scope a tool asks for; those it does not name ask for the least.
    """

    def __init__(
        self, servers: Mapping[str, ASGIApp], *, metadata: str, needs: Mapping[str, str]
    ) -> None:
        self._servers, self._metadata, self._needs = dict(servers), metadata, dict(needs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say what it lacks."""
        user = scope.get("user")
        if not isinstance(user, AuthenticatedUser):
            shown = "authorization" in Headers(scope=scope)
            await self._refuse(401, "invalid_token" if shown else "", LEAST)(scope, receive, send)
            return
        if LEAST not in user.scopes:
            await self._refuse(403, "insufficient_scope", LEAST)(scope, receive, send)
            return
        merchant = _merchant(user)
        server = self._servers.get(merchant) if merchant is not None else None
        if server is None:
            told = JSONResponse({"error": "this token is good for no books here"}, 403)
            await told(scope, receive, send)
            return
        if scope["method"] == "POST" and set(SCOPES) - set(user.scopes):
            body = await _whole(receive)
            if body is None:
                await JSONResponse({"error": "too long"}, 413)(scope, receive, send)
                return
            needed = self._needs.get(_tool(body), LEAST)
            if needed not in user.scopes:
                # All that it has as well: a client may ask for exactly this anew (step-up).
                wanted = " ".join(each for each in SCOPES if each in {*user.scopes, needed})
                refuse = self._refuse(403, "insufficient_scope", wanted)
                await refuse(scope, receive, send)
                return
            receive = _again(body, receive)
        await server(scope, receive, send)

    def _refuse(self, status: int, error: str, scopes: str) -> JSONResponse:
        told = {"error": error} if error else {}
        told |= {"scope": scopes, "resource_metadata": self._metadata}
        challenge = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in told.items())
        return JSONResponse(
            {"error": error or "a token is needed", "scope": scopes},
            status,
            {"WWW-Authenticate": challenge},
        )


def _merchant(user: AuthenticatedUser) -> str | None:
    claims = user.access_token.claims or {}
    # A token of a file names nobody: all of them are the owner's.
    said = claims.get(MERCHANT, "")
    return said if isinstance(said, str) else None


def _tool(body: bytes) -> str:
    """The tool that a request calls, "" for any other; what is no JSON is not our matter."""
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(message, dict):
        return ""
    fields = cast("dict[str, Any]", message)
    params = fields.get("params")
    if fields.get("method") != "tools/call" or not isinstance(params, dict):
        return ""
    name = cast("dict[str, Any]", params).get("name")
    return name if isinstance(name, str) else ""


async def _whole(receive: Receive) -> bytes | None:
    """The whole body of a request; None for more than a server takes."""
    found = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(found)
        found += message.get("body", b"")
        if len(found) > DEFAULT_MAX_REQUEST_BODY_SIZE:
            return None
        if not message.get("more_body", False):
            return bytes(found)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read
