"""Over HTTP with tokens: who shows none gets nothing, who shows one gets what it is good for."""

from __future__ import annotations

import asyncio
import json
import os
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli import main
from aicfo_sdk.errors import InputError
from aicfo_sdk.orchestrator.session import Session

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
ALL = "a" * 43
READ = "r" * 43
HOST = "cfo.example"
URL = f"https://{HOST}/mcp"


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    file = tmp_path / "tokens"
    file.write_text(f"# mine\n{ALL}\n{READ} books:read\n", "utf-8")
    file.chmod(0o600)
    return file


def post(shop: Path, tokens: Path, token: str | None, *, host: str = HOST, **more: Any) -> Any:
    """The answer to one request of the era without sessions, through the whole application."""
    import httpx

    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.mcp.transports import http_app

    method, params = more.get("method", "tools/call"), dict(more.get("params", {}))
    params["_meta"] = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        "Host": host,
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": method,
        "Mcp-Name": str(params.get("name", "")),
    }
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

    async def ask(session: Session) -> Any:
        app = http_app(
            build_server(session), "0.0.0.0", port=8765, token_file=tokens, public_url=URL
        )
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}") as client,
        ):
            if "get" in more:
                return await client.get(more["get"])
            return await client.post("/mcp", json=body, headers=headers)

    with open_books(shop) as books:
        return asyncio.run(ask(Session(books)))


@pytest.mark.parametrize("token", [None, "", "x" * 43, ALL[:-1], f"{ALL}x", READ.upper()])
def test_without_a_known_token_nothing_is_said(shop: Path, tokens: Path, token: str | None):
    answer = post(shop, tokens, token, params={"name": "core_credit_lines", "arguments": {}})
    assert answer.status_code == 401
    assert "resource_metadata=" in answer.headers["WWW-Authenticate"]
    assert "draw:L" not in answer.text


@pytest.mark.parametrize(
    ("token", "tool", "refused"),
    [
        (ALL, "core_credit_lines", False),
        (ALL, "core_funding", False),
        (READ, "core_credit_lines", False),
        (READ, "core_funding", True),
    ],
)
def test_a_token_is_good_for_its_scopes(
    shop: Path, tokens: Path, token: str, tool: str, refused: bool
):
    answer = post(shop, tokens, token, params={"name": tool, "arguments": {}})
    assert answer.status_code == 200
    result = answer.json()["result"]
    assert result.get("isError", False) is refused
    said = "PolicyDenied: this token is not good for it: propose (scope); ask with a token whose"
    assert (said in json.dumps(result)) is refused
    with open_books(shop) as books:
        assert (books.runs.latest() == ()) is refused


def test_another_host_is_refused_whatever_the_token(shop: Path, tokens: Path):
    params = {"name": "core_credit_lines", "arguments": {}}
    assert post(shop, tokens, ALL, host="evil.example", params=params).status_code == 421


def test_the_metadata_names_the_resource_and_no_authorization_server(shop: Path, tokens: Path):
    told = post(shop, tokens, None, get="/.well-known/oauth-protected-resource/mcp").json()
    assert told["resource"] == URL
    assert told["scopes_supported"] == ["books:read", "propose", "approve"]
    assert "authorization_servers" not in told


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (ALL, 0o644, "others can read the tokens.*chmod 600"),
        ("short", 0o600, "a token of fewer than 32 characters .*line 1"),
        (f"{ALL} admin", 0o600, "no such scope: admin .*books:read, propose, approve"),
        ("# none\n", 0o600, "no token in the file"),
        (None, 0o600, "the tokens cannot be read"),
    ],
)
def test_a_file_that_is_no_good_is_refused(
    tmp_path: Path, content: str | None, mode: int, said: str
):
    from aicfo_sdk.mcp.auth import Tokens

    file = tmp_path / "tokens"
    if content is not None:
        file.write_text(content, "utf-8")
        file.chmod(mode)
    if os.name != "posix" and mode != 0o600:
        pytest.skip("no such modes here")
    with pytest.raises(InputError, match=said):
        Tokens(file, URL)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--http", "0.0.0.0:0"], "only a loopback address"),
        (
            ["--http", "0.0.0.0:0", "--token-file", "{tokens}"],
            "a token must not travel in the open",
        ),
        (["--http", "127.0.0.1:0", "--public-url", URL], "others need a token"),
        (["--http", "127.0.0.1:0", "--trusted-proxy", "10.0.0.7"], "no proxy is in front"),
        (["--trusted-proxy", "10.0.0.7"], "nobody signs in over stdio: --trusted-proxy"),
        (
            [
                *("--http", "0.0.0.0:0", "--token-file", "{tokens}", "--public-url", URL),
                *("--trusted-proxy", "10.0.0.7/8"),
            ],
            "not an address or a network: 10.0.0.7/8 (--trusted-proxy)",
        ),
        (
            ["--http", "0.0.0.0:0", "--token-file", "{tokens}", "--public-url", "http://x/mcp"],
            "not such an address: http://x/mcp",
        ),
    ],
)
def test_nothing_is_served_in_the_open(
    shop: Path, tokens: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    given = [word.replace("{tokens}", str(tokens)) for word in words]
    assert main(["serve", "--books", str(shop), *given]) == 2
    assert said in capsys.readouterr().err


def test_who_asks_too_often_waits():
    import httpx
    from starlette.responses import PlainTextResponse

    from aicfo_sdk.mcp.auth import RateLimit

    now = [0.0]
    limited = RateLimit(PlainTextResponse("yes"), per_second=2, burst=3, clock=lambda: now[0])

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app=limited, client=("10.0.0.1", 1))
        other = httpx.ASGITransport(app=limited, client=("10.0.0.2", 1))
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://x") as client,
            httpx.AsyncClient(transport=other, base_url="http://x") as neighbour,
        ):
            found = [(await client.get("/")).status_code for _ in range(4)]
            found.append((await neighbour.get("/")).status_code)
            now[0] = 0.5
            return [*found, *[(await client.get("/")).status_code for _ in range(2)]]

    assert asyncio.run(ask()) == [200, 200, 200, 429, 200, 200, 429]


@pytest.mark.parametrize(
    ("trusted", "peer", "said", "seen"),
    [
        (["10.0.0.7"], "10.0.0.7", "203.0.113.5", "203.0.113.5"),
        # A client's own word stands before what the proxy adds.
        (["10.0.0.0/24"], "10.0.0.9", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (["10.0.0.0/24"], "10.0.0.9", "203.0.113.5, 10.0.0.8", "203.0.113.5"),
        (["10.0.0.7"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.7"], "10.0.0.7", "", "10.0.0.7"),
        ([], "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ([], "10.0.0.7", "203.0.113.5", "10.0.0.7"),
        (None, "127.0.0.1", "203.0.113.5", "127.0.0.1"),
    ],
)
def test_a_request_counts_for_the_address_that_a_trusted_proxy_names(
    trusted: list[str] | None, peer: str, said: str, seen: str
):
    import httpx

    from aicfo_sdk.cli.doors import trusted_proxies
    from aicfo_sdk.cli.serve import uvicorn_config

    found: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    options = Namespace(public_url=None if trusted is None else URL, trusted_proxy=trusted or [])
    config = uvicorn_config(app, trusted_proxies(options))
    config.load()

    async def ask() -> None:
        loaded: Any = config.loaded_app
        transport = httpx.ASGITransport(app=loaded, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            await client.get("/", headers={"X-Forwarded-For": said})

    asyncio.run(ask())
    assert found == [seen]
