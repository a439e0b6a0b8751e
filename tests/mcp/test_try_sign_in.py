"""The authorization server to try sign-in with: the SDK's own client goes all the way through."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import AnyUrl

from aicfo_sdk import Registry
from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli import main
from aicfo_sdk.orchestrator.session import Session

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
BASE = "http://127.0.0.1:8765"
RESOURCE = f"{BASE}/mcp"
BACK = "http://127.0.0.1:9999/callback"


class Terminal:
    """What the server printed, and the code in its last line."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @property
    def code(self) -> str:
        found = re.search(r"([0-9]{4}) ([0-9]{4}) on the page", self.lines[-1])
        assert found is not None
        return found[1] + found[2]


def served(shop: Path, body: Callable[[Any, Terminal, Any], Awaitable[Any]]) -> Any:
    """Run `body` with a browser-like client, the terminal, and a maker of further clients."""
    import httpx2

    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.mcp.transports import signed_in_app
    from aicfo_sdk.mcp.try_sign_in import TrySignIn

    async def run(session: Session) -> Any:
        terminal, now = Terminal(), [0.0]
        provider = TrySignIn(RESOURCE, tell=terminal.lines.append)
        app = signed_in_app(
            {"": build_server(session, approve_up_to=100)},
            provider,
            RESOURCE,
            needs={"aicfo_approve": "approve"},
            issuer=provider.issuer,
            routes=provider.routes(),
        )

        def client(**more: Any) -> Any:
            return httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app), base_url=BASE, **more
            )

        async with app.router.lifespan_context(app), client() as browser:
            browser.provider, browser.now = provider, now
            return await body(browser, terminal, client)

    with open_books(shop) as books:
        return asyncio.run(run(Session(books, registry=Registry([]))))


class Kept:
    """Where the SDK's client keeps what it was given."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info


def test_the_sdks_client_signs_in_and_asks_for_more_when_it_needs_it(shop: Path):
    from mcp.client.auth import OAuthClientProvider
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared.auth import OAuthClientMetadata

    async def body(browser: Any, terminal: Terminal, client: Any) -> Any:
        kept, back = Kept(), {}

        async def go(url: str) -> None:
            """The owner at the browser: opens the page, types what the terminal shows."""
            page = await browser.get(url, follow_redirects=True)
            assert "Code from the terminal" in page.text
            typed = {"code": f" {terminal.code[:4]} {terminal.code[4:]} "}
            done = await browser.post(page.url, data=typed)
            assert done.status_code == 302
            back.update(parse_qs(urlsplit(done.headers["Location"]).query))

        async def came_back() -> Any:
            from mcp.client.auth import AuthorizationCodeResult

            return AuthorizationCodeResult(code=back["code"][0], state=back["state"][0])

        auth = OAuthClientProvider(
            server_url=RESOURCE,
            client_metadata=OAuthClientMetadata(
                client_name="Inspector", redirect_uris=[AnyUrl(BACK)], scope="books:read"
            ),
            storage=kept,
            redirect_handler=go,
            callback_handler=came_back,
        )
        async with client(auth=auth, timeout=30) as http:
            target = streamable_http_client(RESOURCE, http_client=http)
            async with mcp.Client(target, mode="2026-07-28") as asking:
                names = [str(each.uri) for each in (await asking.list_resources()).resources]
                first = kept.tokens.scope
                given = {"proposal": "P1", "key": "k"}
                refused = await asking.call_tool("aicfo_approve", given)
        return names, first, kept.tokens.scope, refused.content[0].text, terminal.lines

    names, first, second, text, lines = served(shop, body)
    assert "books://ledger" in names
    assert first == "books:read"
    assert set(second.split()) == {"books:read", "approve"}
    assert "no such proposal: P1" in text, "the scope was there the second time"
    assert len(lines) == 2
    assert "Inspector wants books:read, approve" in lines[1]


async def registered(browser: Any, **more: Any) -> Any:
    metadata = {
        "client_name": "x",
        "redirect_uris": [BACK],
        "token_endpoint_auth_method": "none",
        **more,
    }
    return await browser.post("/register", json=metadata)


def challenge(verifier: str) -> str:
    import base64
    import hashlib

    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def asked(browser: Any, client: str, **changed: Any) -> Any:
    params = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": BACK,
        "code_challenge": challenge("v" * 43),
        "code_challenge_method": "S256",
        "resource": RESOURCE,
        "scope": "books:read",
        "state": "s",
        **changed,
    }
    return await browser.get("/authorize", params={k: v for k, v in params.items() if v})


async def let_in(browser: Any, terminal: Terminal) -> tuple[str, str]:
    """Register, ask and let in; return client and code."""
    client = (await registered(browser)).json()["client_id"]
    page = (await asked(browser, client)).headers["Location"]
    done = await browser.post(page, data={"code": terminal.code})
    return client, parse_qs(urlsplit(done.headers["Location"]).query)["code"][0]


async def exchanged(browser: Any, client: str, code: str, **changed: Any) -> Any:
    form = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": "v" * 43,
        **changed,
    }
    return await browser.post("/token", data=form)


async def may(browser: Any, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    return (await browser.post("/mcp", json=ping, headers=headers)).status_code


def test_a_code_and_a_refresh_token_are_good_once(shop: Path):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        id, code = await let_in(browser, terminal)
        given = (await exchanged(browser, id, code)).json()
        assert await may(browser, given["access_token"]) == 400, "in, though it began no session"
        assert await may(browser, given["refresh_token"]) == 401
        assert (await exchanged(browser, id, code)).json()["error"] == "invalid_grant"
        form = {
            "grant_type": "refresh_token",
            "client_id": id,
            "refresh_token": given["refresh_token"],
        }
        anew = (await browser.post("/token", data=form)).json()
        assert await may(browser, anew["access_token"]) == 400
        assert (await browser.post("/token", data=form)).json()["error"] == "invalid_grant"
        more = {**form, "refresh_token": anew["refresh_token"], "scope": "books:read approve"}
        assert (await browser.post("/token", data=more)).json()["error"] == "invalid_scope"
        gone = {"token": anew["access_token"], "client_id": id, "client_secret": ""}
        await browser.post("/revoke", data=gone)
        assert await may(browser, anew["access_token"]) == 401

    served(shop, body)


@pytest.mark.parametrize(
    "changed",
    [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:1/x"}, {"client_id": "else"}],
)
def test_a_code_is_good_only_for_whom_it_was_given(shop: Path, changed: dict[str, str]):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        id, code = await let_in(browser, terminal)
        other = {"else": (await registered(browser)).json()["client_id"]}
        given = {name: other.get(value, value) for name, value in changed.items()}
        assert (await exchanged(browser, id, code, **given)).status_code in (400, 401)

    served(shop, body)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"resource": ""}, "invalid_target"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
    ],
)
def test_a_request_that_asks_for_something_else_is_sent_back(
    shop: Path, changed: dict[str, str], error: str
):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        id = (await registered(browser)).json()["client_id"]
        answer = await asked(browser, id, **changed)
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == [error]
        assert terminal.lines == []

    served(shop, body)


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://127.0.0.1.evil.example/cb",
    ],
)
def test_a_way_back_that_leads_astray_is_not_registered(shop: Path, uri: str):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        refused = await registered(browser, redirect_uris=[uri])
        assert refused.status_code == 400

    served(shop, body)


def test_five_wrong_codes_end_it_and_a_refusal_too(shop: Path):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        id = (await registered(browser)).json()["client_id"]
        page = (await asked(browser, id)).headers["Location"]
        wrong = f"{(int(terminal.code) + 1) % 10**8:08d}"
        tried = [await browser.post(page, data={"code": each}) for each in (wrong, "", "码", wrong)]
        assert {each.status_code for each in tried} == {403}
        last = await browser.post(page, data={"code": wrong})
        assert "error=access_denied" in last.headers["Location"]
        assert (await browser.post(page, data={"code": terminal.code})).status_code == 404
        page = (await asked(browser, id)).headers["Location"]
        no = await browser.post(page, data={"no": "1", "code": terminal.code})
        assert "error=access_denied" in no.headers["Location"]
        assert (await browser.post(page, data={"code": terminal.code})).status_code == 404

    served(shop, body)


def test_a_clients_name_is_a_strangers_word_and_the_page_cannot_be_framed(shop: Path):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        name = "<script>x</script>\u202e\nsign-in: type 1234 5678 on the page"
        id = (await registered(browser, client_name=name)).json()["client_id"]
        page = await browser.get((await asked(browser, id)).headers["Location"])
        assert "<script" not in page.text
        assert "&lt;script" in page.text
        assert len(terminal.lines[-1].splitlines()) == 1
        assert "\u202e" not in terminal.lines[-1] + page.text
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert terminal.code not in page.text, "only the terminal shows it"

    served(shop, body)


def test_another_host_reaches_neither_page_nor_tokens(shop: Path):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        for path in ("/consent?id=x", "/authorize", "/.well-known/oauth-authorization-server"):
            answer = await browser.get(path, headers={"Host": "evil.example"})
            assert answer.status_code == 400, path

    served(shop, body)


def test_what_is_kept_is_bounded(shop: Path):
    async def body(browser: Any, terminal: Terminal, client: Any) -> None:
        first = (await registered(browser)).json()["client_id"]
        for _ in range(64):
            await registered(browser)
        assert await browser.provider.get_client(first) is None

    served(shop, body)


@pytest.mark.parametrize(
    "words",
    [
        ["--http", "0.0.0.0:0", "--try-sign-in"],
        ["--http", "127.0.0.1:0", "--try-sign-in", "--public-url", "https://x.example/mcp"],
    ],
)
def test_it_stays_on_this_machine(shop: Path, words: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["serve", "--books", str(shop), *words]) == 2
    assert "aicfo serve" in capsys.readouterr().err
