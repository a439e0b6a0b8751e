"""Who may ask over HTTP: bearer tokens of one owner, each with its scopes, and how often.

The server is an OAuth 2.1 resource server: it says where its metadata is (RFC 9728), accepts a
token only as issued for itself (RFC 8707), and passes none on. Here the tokens are in a file of
the owner's, and no authorization server is named; `issued` takes those of a provider.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.routes import build_resource_metadata_url
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import InputError, PolicyDenied
from ..redaction import learn

SCOPES = ("books:read", "propose", "approve")
"""What a token may be good for: by the effects of tools. Reading is the least."""

_UNSAID = SCOPES[:2]
"""What a token of a file is good for when its line does not say; approving is always said."""

MERCHANT = "aicfo/merchant"
"""Under which claim a verified token says which of the configured books it is good for."""

_SCOPE_OF = {"read": "books:read"}

_LEAST = 32
"""Characters of a token: as many as 24 random bytes take."""

_PER_SECOND, _BURST = 50.0, 200.0
_CALLERS = 4096


class Tokens:
    """The tokens of a file, for one resource: a `TokenVerifier`.

    Each line is `TOKEN [SCOPE…]`; without a scope it reads and proposes. Only digests are kept.
    Raises, when built: InputError for a file that others can read or that holds no good token.
    """

    def __init__(self, file: Path, resource: str) -> None:
        self._resource = resource
        self._known: list[tuple[bytes, tuple[str, ...]]] = []
        for number, line in enumerate(_lines(file), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            token, scopes = words[0], tuple(words[1:]) or _UNSAID
            learn(token)
            where = f"{file} line {number}"
            if len(token) < _LEAST:
                raise InputError(
                    f"a token of fewer than {_LEAST} characters", where=where, mend=_NEW
                )
            for scope in scopes:
                if scope not in SCOPES:
                    known = ", ".join(SCOPES)
                    raise InputError("no such scope", value=scope, where=where, mend=known)
            self._known.append((_digest(token), scopes))
        if not self._known:
            raise InputError("no token in the file", value=str(file), mend=_NEW)

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return what a token is good for, or None; every known one is compared, in like time."""
        given, found = _digest(token), None
        for number, (known, scopes) in enumerate(self._known):
            if hmac.compare_digest(given, known):
                found = number, scopes
        if found is None:
            return None
        return AccessToken(
            token="",  # it goes no further
            client_id=f"token {found[0] + 1}",
            scopes=[*found[1]],
            resource=self._resource,
            subject="owner",
        )


_NEW = 'write one: (umask 077; python -c "import secrets; print(secrets.token_urlsafe(32))" > FILE)'


def _lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as opened:
            state = os.fstat(opened.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise InputError("not a plain file", value=str(file), where="--token-file")
            if os.name == "posix" and state.st_mode & 0o077:
                raise InputError(
                    "others can read the tokens",
                    value=f"{file} has mode {stat.S_IMODE(state.st_mode):o}",
                    where="--token-file",
                    mend=f"chmod 600 {file}",
                )
            return opened.read(1 << 20).decode("utf-8").splitlines()
    except OSError as error:
        mend = _NEW if isinstance(error, FileNotFoundError) else error.strerror or "check the path"
        raise InputError(
            "the tokens cannot be read", value=str(file), where="--token-file", mend=mend
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            "the tokens are not UTF-8", value=str(file), where="--token-file"
        ) from None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def check_scope(effect: str) -> None:
    """Check that whoever asks may have a tool of this effect; without sign-in everybody may.

    Raises: PolicyDenied.
    """
    token, scope = get_access_token(), scope_of(effect)
    if token is not None and scope not in token.scopes:
        raise PolicyDenied(
            "this token is not good for it",
            value=scope,
            where="scope",
            mend=f"ask with a token whose scopes have {scope}",
        )


def scope_of(effect: str) -> str:
    """Return the scope that a tool of this effect asks for."""
    return _SCOPE_OF.get(effect, effect)


def resource_metadata(resource: str, issuer: str = "") -> Route:
    """Return the route that says what this resource is, and who issues tokens (RFC 9728)."""
    told: dict[str, Any] = {
        "resource": resource,
        "resource_name": "aicfo",
        "scopes_supported": [*SCOPES],
        "bearer_methods_supported": ["header"],
    }
    if issuer:
        told["authorization_servers"] = [issuer]

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse(told, headers={"Access-Control-Allow-Origin": "*"})

    path = urlsplit(str(build_resource_metadata_url(AnyHttpUrl(resource)))).path
    return Route(path, endpoint=answer, methods=["GET"])


class RateLimit:
    """ASGI: so many requests a second from each address, some more at once, then 429."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        per_second: float = _PER_SECOND,
        burst: float = _BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._clock = app, clock
        self._per_second, self._burst = per_second, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not self._take(str((scope.get("client") or ("",))[0])):
            refused = JSONResponse(
                {"error": "too many requests; ask again in a second"}, 429, {"Retry-After": "1"}
            )
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _take(self, caller: str) -> bool:
        now = self._clock()
        left, last = self._left.pop(caller, (self._burst, now))
        left = min(self._burst, left + (now - last) * self._per_second)
        self._left[caller] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > _CALLERS:
            self._left.popitem(last=False)
        return left >= 1
