"""Signing in at servers of others: a person does it once, and the bridge makes use of it.

`sign_in` opens a page of the server's own provider (OAuth 2.1: authorization code with PKCE;
discovery, registration and renewal are the SDK's), whose answer comes to a port of this machine.
What comes of it is kept in a folder that its owner alone reads, and the bridge of that server
(`KeptSignIn`), which renews it and asks nobody: where a person is needed again, it says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import anyio
import anyio.to_thread
import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, OAuthFlowError
from mcp.client.auth.utils import (
    extract_field_from_www_auth,
    extract_scope_from_www_auth,
    union_scopes,
)
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import AnyUrl, BaseModel

from ..client.mount import SIGNED_IN
from ..errors import ToolFailed

_PATH = "/callback"
_WAITS_SECONDS = 300
_MOST_BYTES = 16_384
_ANYWHERE = f"http://127.0.0.1:0{_PATH}"
_DONE = "已登录，可以关闭此页。Signed in; you can close this page."


class _Kept:
    """What is known of one sign-in, in a file: registration, tokens, where they came from."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SIGNED_IN
        self._values: dict[str, Any] = {}
        self.read()

    def read(self) -> None:
        """Take what stands in the file now; a file that is none says nothing."""
        with suppress(OSError, ValueError):
            found: Any = json.loads(self._path.read_bytes())
            self._values = cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def get(self, name: str) -> Any:
        return self._values.get(name)

    def put(self, **values: Any) -> None:
        """Keep values; None forgets one."""
        self._values = {k: v for k, v in {**self._values, **values}.items() if v is not None}
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened, name = tempfile.mkstemp(dir=self._path.parent)  # for its owner alone
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            json.dump(self._values, file)
        Path(name).replace(self._path)

    async def get_tokens(self) -> OAuthToken | None:
        return self._model("tokens", OAuthToken)

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.put(tokens=_plain(tokens))

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._model("client", OAuthClientInformationFull)

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.put(client=_plain(client_info))

    def _model(self, name: str, kind: type[Any]) -> Any:
        return kind.model_validate(self._values[name]) if name in self._values else None

    def restore(self, context: Any) -> None:
        """Tell the SDK where tokens are renewed, and until when they are good: it keeps neither."""
        context.oauth_metadata = self._model("provider", OAuthMetadata)
        context.protected_resource_metadata = self._model("resource", ProtectedResourceMetadata)
        context.token_expiry_time = self.get("until")


class _Auth(OAuthClientProvider):
    """The SDK's flow over what is kept."""

    def __init__(self, url: str, redirect: str, kept: _Kept, person: Any, back: Any) -> None:
        metadata = OAuthClientMetadata(client_name="aicfo", redirect_uris=[AnyUrl(redirect)])
        super().__init__(url, metadata, cast("Any", kept), person, back)
        self._kept = kept

    async def _initialize(self) -> None:
        self._kept.read()
        await super()._initialize()
        self._kept.restore(self.context)

    async def _handle_token_response(self, response: httpx2.Response) -> None:
        await super()._handle_token_response(response)
        self._keep()

    async def _handle_refresh_response(self, response: httpx2.Response) -> bool:
        good = await super()._handle_refresh_response(response)
        if good:
            self._keep()
        return good

    def _keep(self) -> None:
        context = self.context
        self._kept.put(
            provider=_plain(context.oauth_metadata),
            resource=_plain(context.protected_resource_metadata),
            until=context.token_expiry_time,
            wanted=None,
        )

    async def _perform_authorization_code_grant(self) -> tuple[str, str]:
        # What a tool was refused for is asked for beside what the server names first.
        asked = (self.context.client_metadata.scope or "").split()
        wanted = [each for each in str(self._kept.get("wanted") or "").split() if each not in asked]
        self.context.client_metadata.scope = " ".join([*asked, *wanted]) or None
        return await super()._perform_authorization_code_grant()


class KeptSignIn(_Auth):
    """Shows the tokens of a sign-in to a server and renews them; asks nobody.

    `needed` says that a person has to sign in again: the last request was refused, for want of a
    token that is good or of a scope, which is kept to be asked for then.
    """

    def __init__(self, url: str, folder: Path) -> None:
        kept = _Kept(folder)
        super().__init__(url, _redirect(kept) or _ANYWHERE, kept, None, None)
        self.needed = kept.get("tokens") is None

    async def _auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        for last in (False, True):
            flow = super()._auth_flow(request)
            outgoing = await anext(flow)
            while True:
                response = yield outgoing
                if outgoing is request:
                    break
                outgoing = await flow.asend(response)
            # What the SDK would do now is what only a person can end.
            await flow.aclose()
            short = extract_field_from_www_auth(response, "error") == "insufficient_scope"
            self.needed = response.status_code == 401 or (response.status_code == 403 and short)
            if last or not self.needed or not self._other_tokens(response.status_code):
                break
        if self.needed:
            tokens = self.context.current_tokens
            had = tokens.scope if tokens is not None else None
            with suppress(OSError):  # a full disk: the person is told what there is to tell
                self._kept.put(wanted=union_scopes(had, extract_scope_from_www_auth(response)))

    def _other_tokens(self, status: int) -> bool:
        """Whether there is another try: a person has signed in meanwhile, or a token that was good
        for less long than was said can be renewed."""
        tokens = self.context.current_tokens
        self._kept.read()
        now = self._kept.get("tokens")
        if now is not None and (tokens is None or now["access_token"] != tokens.access_token):
            self._initialized = False
            return True
        if status == 401 and self.context.can_refresh_token():
            self.context.token_expiry_time = 1.0
            return True
        return False


async def sign_in(
    url: str,
    folder: Path,
    show: Callable[[str], None],
    *,
    client_id: str = "",
    client_secret: str = "",
    seconds: float = _WAITS_SECONDS,
) -> None:
    """Have a person sign in at the server at `url`, and keep that in `folder`.

    `show` opens the page, whose answer is waited for so many seconds. `client_id` and
    `client_secret` are those of an application that the provider knows already; else we register.
    Raises: ToolFailed saying what did not work.
    """
    kept = _Kept(folder)
    kept.put(tokens=None, until=None)
    try:
        async with _listening(kept) as (redirect, answers):
            if client_id:
                method = "client_secret_basic" if client_secret else "none"
                client = OAuthClientInformationFull(
                    client_id=client_id,
                    client_secret=client_secret or None,
                    token_endpoint_auth_method=method,
                    redirect_uris=[AnyUrl(redirect)],
                )
                kept.put(client=_plain(client))
            auth = _Auth(url, redirect, kept, _shower(show, answers), _waiter(answers, seconds))
            async with (
                httpx2.AsyncClient(auth=auth, timeout=60) as http,
                Client(streamable_http_client(url, http_client=http)) as asked,
            ):
                await asked.list_tools()
    except Exception as error:  # noqa: BLE001 - of three houses, in groups of groups
        raise ToolFailed("nobody was signed in", value=url, mend=said(error)) from None
    if kept.get("tokens") is None:
        raise ToolFailed("the server asks for no sign-in", value=url, mend="mount it without")


def said(error: BaseException) -> str:
    """Return what the innermost error of a group says, on one line."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


# ── the answer of the page ──────────────────────────────────────────────────────────────────


class _Answers:
    """What comes to our port with the state that the page was opened with."""

    def __init__(self) -> None:
        self.expect("")

    def expect(self, state: str) -> None:
        """Wait for the answer to this page from now on."""
        self.state = state
        self.first: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request of a browser."""
        with suppress(OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
            asked = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            target = urlsplit(asked.split(b" ", 2)[1].decode("ascii"))
            values = {name: each[0] for name, each in parse_qs(target.query).items()}
            # Any page can send a browser here: only ours knows the state.
            good = target.path == _PATH and self.state and values.get("state") == self.state
            if good and not self.first.done():
                self.first.set_result(values)
            body = (_DONE if good else "?").encode()
            head = f"HTTP/1.1 {'200 OK' if good else '404 Not Found'}\r\nconnection: close\r\n"
            head += f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}"
            writer.write(f"{head}\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def _listening(kept: _Kept) -> AsyncGenerator[tuple[str, _Answers]]:
    """Yield where answers come to: the port that a provider knows of us, if it is free."""
    answers = _Answers()
    port = urlsplit(_redirect(kept) or "").port or 0
    try:
        server = await asyncio.start_server(answers.hear, "127.0.0.1", port, limit=_MOST_BYTES)
    except OSError:
        kept.put(client=None)
        server = await asyncio.start_server(answers.hear, "127.0.0.1", 0, limit=_MOST_BYTES)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}{_PATH}", answers


def _shower(show: Callable[[str], None], answers: _Answers) -> Any:
    async def person(page: str) -> None:
        answers.expect(parse_qs(urlsplit(page).query)["state"][0])
        await anyio.to_thread.run_sync(show, page)

    return person


def _waiter(answers: _Answers, seconds: float) -> Any:
    async def back() -> AuthorizationCodeResult:
        with anyio.fail_after(seconds):
            values = await answers.first
        if "code" not in values:
            why = values.get("error_description", values.get("error", "no code"))
            raise OAuthFlowError(f"the provider refused: {why}")
        return AuthorizationCodeResult(
            code=values["code"], state=values["state"], iss=values.get("iss")
        )

    return back


def _redirect(kept: _Kept) -> str | None:
    """The address that the provider knows of us, if we have registered."""
    client = OAuthClientInformationFull.model_validate(kept.get("client") or {"client_id": "none"})
    return str(client.redirect_uris[0]) if client.redirect_uris else None


def _plain(model: BaseModel | None) -> Any:
    return model.model_dump(mode="json", exclude_none=True) if model is not None else None
