"""An authorization server of our own, to try sign-in with: one owner, this machine, in memory.

A client registers, is sent to a page, and there the owner types a code that was printed on the
terminal of the server: whoever can read that terminal is the owner. Everything is forgotten when
the server ends. The protocol's own steps (registration, PKCE, codes, refresh) are the SDK's.
"""

from __future__ import annotations

import hmac
import html
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    RegistrationError,
    TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.routes import create_auth_routes
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyHttpUrl
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from ..model.text import clean, visible
from .auth import SCOPES
from .transports import is_loopback

_CODE_SECONDS = 60.0
_ASK_SECONDS = 300.0
_ACCESS_SECONDS = 3600
_REFRESH_SECONDS = 30 * 24 * 3600
_TRIES = 5
"""Wrong codes after which a request to sign in is dropped: five of a hundred million."""
_MOST = 64
"""Clients, requests and tokens of each kind that are kept; the oldest gives way."""
_OPENS_CODE = ("javascript", "data", "vbscript", "file", "blob", "about")

_Kept = TypeVar("_Kept")


@dataclass(slots=True)
class _Waiting:
    """A client that wants to be let in, until the owner says so."""

    client: OAuthClientInformationFull
    params: AuthorizationParams
    scopes: list[str]
    code: str
    until: float
    tries: int = 0


class TrySignIn(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """The provider: `tell` prints a line on the owner's terminal, `clock` is the time of day."""

    def __init__(
        self, resource: str, *, tell: Callable[[str], None], clock: Callable[[], float] = time.time
    ) -> None:
        parts = urlsplit(resource)
        # As the SDK's metadata writes it: clients compare issuers to the letter.
        self.issuer = f"{parts.scheme}://{parts.netloc}/"
        self._resource, self._tell, self._clock = resource, tell, clock
        self._clients: OrderedDict[str, OAuthClientInformationFull] = OrderedDict()
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._codes: OrderedDict[str, AuthorizationCode] = OrderedDict()
        self._access: OrderedDict[str, AccessToken] = OrderedDict()
        self._refresh: OrderedDict[str, RefreshToken] = OrderedDict()

    def routes(self) -> list[BaseRoute]:
        """What stands beside the resource: metadata, registration, tokens, and the owner's page."""
        found = create_auth_routes(
            self,
            AnyHttpUrl(self.issuer),
            client_registration_options=ClientRegistrationOptions(
                enabled=True, valid_scopes=[*SCOPES], default_scopes=[SCOPES[0]]
            ),
            revocation_options=RevocationOptions(enabled=True),
        )
        page = Route("/consent", endpoint=self._page, methods=["GET", "POST"])
        # No page of a stranger's reaches these by another name (DNS rebinding).
        hosts = ["127.0.0.1", "localhost", "[::1]"]
        guard = Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
        return [Mount("", routes=[*found, page], middleware=[guard])]

    # ── what the SDK asks ───────────────────────────────────────────────────────────────────

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """Return a registered client."""
        return self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Remember a client whose ways back are this machine, TLS, or a program of its own."""
        for uri in client_info.redirect_uris or ():
            scheme, host = uri.scheme, uri.host or ""
            if scheme in _OPENS_CODE or (scheme == "http" and not is_loopback(host.strip("[]"))):
                raise RegistrationError("invalid_redirect_uri", f"not a way back: {scheme}")
        # It may come back for more than it registered for: the owner decides each time.
        widest = client_info.model_copy(update={"scope": " ".join(SCOPES)})
        _keep(self._clients, str(client_info.client_id), widest)

    async def authorize(
        self, client: OAuthClientInformationFull, params: AuthorizationParams
    ) -> str:
        """Return the page on which the owner types the code that is printed here."""
        if (params.resource or "").removesuffix("/") != self._resource.removesuffix("/"):
            raise AuthorizeError("invalid_target", f"resource is {self._resource}")
        scopes = [scope for scope in SCOPES if scope in (params.scopes or SCOPES[:1])]
        code = f"{secrets.randbelow(10**8):08d}"
        id = secrets.token_urlsafe(24)
        until = self._clock() + _ASK_SECONDS
        _keep(self._waiting, id, _Waiting(client, params, scopes, code, until))
        self._tell(
            f"sign-in: {_named(client)} wants {', '.join(scopes)}. If you began this, type "
            f"{code[:4]} {code[4:]} on the page that it opened."
        )
        return f"{self.issuer}consent?id={id}"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        """Return a code that waits; the SDK checks whose it is, its time and its PKCE verifier."""
        return self._codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """Return tokens for a code, which is used up. Raises: TokenError."""
        if self._codes.pop(authorization_code.code, None) is None:
            raise TokenError("invalid_grant", "the code was used")
        return self._issue(authorization_code.client_id, authorization_code.scopes)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        """Return a refresh token that is known."""
        return self._refresh.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """Return new tokens; the old refresh token is used up. Raises: TokenError."""
        if self._refresh.pop(refresh_token.token, None) is None:
            raise TokenError("invalid_grant", "the refresh token was used")
        return self._issue(refresh_token.client_id, scopes)

    async def load_access_token(self, token: str) -> AccessToken | None:
        """Return what a token is good for, without the token."""
        found = self._access.get(token)
        if found is None or (found.expires_at or 0) <= self._clock():
            return None
        return found.model_copy(update={"token": ""})

    async def verify_token(self, token: str) -> AccessToken | None:
        """The same: this provider is its own `TokenVerifier`."""
        return await self.load_access_token(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """Forget all tokens of the client."""
        for kept in (self._access, self._refresh):
            for name in [name for name, each in kept.items() if each.client_id == token.client_id]:
                del kept[name]

    def _issue(self, client: str, scopes: list[str]) -> OAuthToken:
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        now = int(self._clock())
        given = AccessToken(
            token="",
            client_id=client,
            scopes=scopes,
            expires_at=now + _ACCESS_SECONDS,
            resource=self._resource,
            subject="owner",
            claims={"iss": self.issuer},
        )
        _keep(self._access, access, given)
        again = RefreshToken(
            token=refresh,
            client_id=client,
            scopes=scopes,
            expires_at=now + _REFRESH_SECONDS,
            resource=self._resource,
            subject="owner",
        )
        _keep(self._refresh, refresh, again)
        return OAuthToken(
            access_token=access,
            expires_in=_ACCESS_SECONDS,
            scope=" ".join(scopes),
            refresh_token=refresh,
        )

    # ── the owner's page ────────────────────────────────────────────────────────────────────

    async def _page(self, request: Request) -> Response:
        """Ask for the code; let the client in, or turn it away."""
        id = request.query_params.get("id", "")
        waiting = self._waiting.get(id)
        if waiting is None or self._clock() >= waiting.until:
            self._waiting.pop(id, None)
            return _shown("This request is over. 请求已失效。", 404)
        if request.method == "GET":
            return _asked(waiting, id)
        form = await request.form(max_files=0, max_fields=4)
        if form.get("no") is not None:
            del self._waiting[id]
            return _back(waiting, error="access_denied")
        waiting.tries += 1
        typed = "".join(str(form.get("code", ""))[:64].split())
        if not hmac.compare_digest(typed.encode(), waiting.code.encode()):
            if waiting.tries >= _TRIES:
                del self._waiting[id]
                return _back(waiting, error="access_denied")
            return _asked(waiting, id, "Another code. 代码不对。")
        del self._waiting[id]
        code = AuthorizationCode(
            code=secrets.token_urlsafe(32),
            scopes=waiting.scopes,
            expires_at=self._clock() + _CODE_SECONDS,
            client_id=str(waiting.client.client_id),
            code_challenge=waiting.params.code_challenge,
            redirect_uri=waiting.params.redirect_uri,
            redirect_uri_provided_explicitly=waiting.params.redirect_uri_provided_explicitly,
            resource=self._resource,
            subject="owner",
        )
        _keep(self._codes, code.code, code)
        return _back(waiting, code=code.code)


def _keep(kept: OrderedDict[str, _Kept], name: str, value: _Kept) -> None:
    kept[name] = value
    while len(kept) > _MOST:
        kept.popitem(last=False)


def _named(client: OAuthClientInformationFull) -> str:
    """What a client calls itself: a stranger's word."""
    return visible(" ".join(clean(client.client_name or "a client without a name").split()))[:80]


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _back(waiting: _Waiting, **said: str) -> Response:
    where = str(waiting.params.redirect_uri)
    url = construct_redirect_uri(where, **said, state=waiting.params.state)
    return RedirectResponse(url, 302, headers=_HEADERS)


def _asked(waiting: _Waiting, id: str, wrong: str = "") -> Response:
    back = urlsplit(str(waiting.params.redirect_uri))
    rows = (
        ("Client 客户端", _named(waiting.client)),
        ("Goes back to 返回", f"{back.scheme}://{back.netloc}"),
        ("May 权限", ", ".join(waiting.scopes)),
    )
    listed = "".join(f"<dt>{name}<dd>{html.escape(value)}" for name, value in rows)
    return _shown(
        f"<dl>{listed}</dl><form method=post action='/consent?id={html.escape(id)}'>"
        "<p><label>Code from the terminal of <code>aicfo serve</code> 终端上的代码 "
        "<input name=code inputmode=numeric autocomplete=off maxlength=9 autofocus></label>"
        f"<p><strong>{wrong}</strong>"
        "<p><button>Let it in 允许</button> <button name=no value=1>Refuse 拒绝</button></form>",
        200 if not wrong else 403,
    )


def _shown(body: str, status: int) -> Response:
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>aicfo</title>"
        "<style>body{font:1rem/1.5 sans-serif;max-width:34rem;margin:3rem auto}</style>"
        f"<h1>aicfo</h1>{body}</html>"
    )
    return HTMLResponse(page, status, headers=_HEADERS)
