"""Tokens of an OpenID Connect provider: what is believed, what for, and whose books it opens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books
from aicfo_sdk.cli import main
from aicfo_sdk.config import SIGNATURES, SignInRules, parse_config
from aicfo_sdk.errors import InputError
from aicfo_sdk.model import Account, Merchant, UntrustedText
from aicfo_sdk.orchestrator.session import Session

pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
jwt = pytest.importorskip("jwt", reason="comes with the extra aicfo-sdk[mcp]")
ISSUER = "https://login.example"
RESOURCE = "https://cfo.example/mcp"
RULES = SignInRules(ISSUER, "shop", SIGNATURES, {"lao-wang": "a.books", "li": "b.books"})
NOW = 1_800_000_000.0
ALL = "books:read propose approve"


class Provider:
    """An issuer that exists in this process: what it serves, and how often it was asked."""

    def __init__(self, *kids: str) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self.private = {kid: ec.generate_private_key(ec.SECP256R1()) for kid in kids}
        self.issuer: Any = ISSUER
        self.jwks_uri: Any = f"{ISSUER}/keys"
        self.more: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.down = False

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.down:
            raise OSError("nobody there")
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return json.dumps({"issuer": self.issuer, "jwks_uri": self.jwks_uri}).encode()
        assert url == f"{ISSUER}/keys", url
        keys = [public(key) | {"kid": kid, "use": "sig"} for kid, key in self.private.items()]
        return json.dumps({"keys": [*keys, *self.more]}).encode()

    def token(self, kid: str = "one", *, headers: Any = None, **claims: Any) -> str:
        given = claims_of(**claims)
        return jwt.encode(given, self.private[kid], "ES256", {"kid": kid, **(headers or {})})


def public(key: Any) -> dict[str, Any]:
    found = jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key(), as_dict=True)
    assert "d" not in found
    return found


def claims_of(**changed: Any) -> dict[str, Any]:
    found = {
        "iss": ISSUER,
        "aud": RESOURCE,
        "sub": "user-1",
        "client_id": "cli-1",
        "exp": NOW + 600,
        "iat": NOW,
        "scope": ALL,
        "shop": "lao-wang",
        **changed,
    }
    return {name: value for name, value in found.items() if value is not ...}


@pytest.fixture
def provider() -> Provider:
    return Provider("one")


def verified(provider: Provider, *tokens: str, clock: Callable[[], float] = lambda: 0.0) -> Any:
    from aicfo_sdk.mcp.issued import Issued
    from aicfo_sdk.mcp.key_sets import KeySet

    async def ask() -> list[Any]:
        keys = KeySet(ISSUER, SIGNATURES, fetch=provider.fetch, clock=clock)
        verifier = Issued(RULES, RESOURCE, keys, clock=lambda: NOW)
        return [await verifier.verify_token(token) for token in tokens]

    found = asyncio.run(ask())
    return found[0] if len(tokens) == 1 else found


def test_a_good_token_is_good_for_its_scopes_and_its_books(provider: Provider):
    found = verified(provider, provider.token())
    assert found.scopes == ["books:read", "propose", "approve"]
    assert (found.client_id, found.subject, found.resource) == ("cli-1", "user-1", RESOURCE)
    assert found.claims == {"iss": ISSUER, "aicfo/merchant": "lao-wang"}
    assert found.token == "", "it goes no further"


@pytest.mark.parametrize(
    ("changed", "scopes"),
    [
        ({"scope": "books:read"}, ["books:read"]),
        ({"scope": ...}, []),
        ({"scope": "books:read admin openid"}, ["books:read"]),
        ({"scope": ..., "scp": ["books:read", "approve", 7]}, ["books:read", "approve"]),
        ({"scope": 3, "scp": "propose"}, ["propose"]),
        ({"aud": ["https://other.example", RESOURCE]}, ["books:read", "propose", "approve"]),
        ({"exp": NOW - 29}, ["books:read", "propose", "approve"]),
    ],
)
def test_what_a_token_says_is_what_it_is_good_for(
    provider: Provider, changed: dict[str, Any], scopes: list[str]
):
    assert verified(provider, provider.token(**changed)).scopes == scopes


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": ...},
        {"aud": "https://other.example/mcp"},
        {"aud": "cli-1"},  # an ID token: for the client, not for us
        {"aud": []},
        {"aud": ...},
        {"exp": NOW - 31},
        {"exp": ...},
        {"exp": True},
        {"exp": "soon"},
        {"nbf": NOW + 31},
        {"nbf": "never"},
        {"iat": NOW + 31},
        {"sub": ...},
        {"sub": 7},
        {"cnf": {"jkt": "x"}},
    ],
)
def test_a_claim_that_does_not_fit_is_refused(provider: Provider, changed: dict[str, Any]):
    good = provider.token()
    try:
        bad = provider.token(**changed)
    except (TypeError, ValueError):  # the library would not even write it
        header, _, signature = good.split(".")
        payload = base64.urlsafe_b64encode(json.dumps(claims_of(**changed)).encode())
        bad = f"{header}.{payload.decode().rstrip('=')}.{signature}"
    assert [each is None for each in verified(provider, good, bad)] == [False, True]


def test_a_token_that_the_issuer_did_not_sign_is_refused(provider: Provider):
    good = provider.token()
    head, payload, signature = good.split(".")
    mine = Provider("one").token()
    none = jwt.encode(claims_of(), None, "none", {"kid": "one"})
    # The classic: its public key taken as the secret of a symmetric signature.
    secret = json.dumps(public(provider.private["one"])).encode()
    symmetric_head = _b64({"alg": "HS256", "kid": "one"})
    symmetric = f"{symmetric_head}.{payload}"
    symmetric += "." + _b64(hmac.digest(secret, symmetric.encode(), hashlib.sha256))
    flipped = f"{head}.{payload}.{signature[:-4]}{'A' if signature[-4] != 'A' else 'B'}..."
    own_key = jwt.encode(
        claims_of(),
        provider.private["one"],
        "ES256",
        {"kid": "nobody", "jwk": public(provider.private["one"]), "jku": f"{ISSUER}/keys"},
    )
    named = [
        provider.token(headers={"typ": "logout+jwt"}),
        provider.token(headers={"crit": ["x"], "x": 1}),
        provider.token(headers={"kid": "two"}),
    ]
    bad = [mine, none, symmetric, flipped, own_key, *named, "", ".", "a.b.c", "x" * 20_000]
    bad += [f"{head}.{payload}.", f"{_b64([])}.{payload}.{signature}"]
    found = verified(provider, good, *bad)
    assert [each is not None for each in found] == [True] + [False] * len(bad)


def _b64(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_weak_key_or_one_for_another_use_is_no_key(provider: Provider):
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = rsa.generate_private_key(65537, 1024)
    algorithm = jwt.get_algorithm_by_name("RS256")
    provider.more = [algorithm.to_jwk(weak.public_key(), as_dict=True) | {"kid": "weak"}]
    key = public(provider.private["one"])
    provider.more += [key | {"kid": "enc", "use": "enc"}, key | {"kid": "es512", "alg": "ES512"}]
    provider.more += [key | {"kid": "bad", "x": "!"}, {"kid": "sym", "kty": "oct", "k": "eHg"}]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        tokens = [jwt.encode(claims_of(), weak, "RS256", {"kid": "weak"})]
    tokens += [provider.token(headers={"kid": kid}) for kid in ("enc", "es512", "bad", "sym")]
    assert verified(provider, *tokens) == [None] * 5


# ── keys: found, kept, changed ──────────────────────────────────────────────────────────────


def test_keys_are_kept_and_a_new_one_is_found(provider: Provider):
    from aicfo_sdk.mcp.issued import Issued
    from aicfo_sdk.mcp.key_sets import KeySet

    now = [0.0]

    async def ask() -> None:
        keys = KeySet(ISSUER, SIGNATURES, fetch=provider.fetch, clock=lambda: now[0])
        verifier = Issued(RULES, RESOURCE, keys, clock=lambda: NOW)

        async def good(token: str) -> bool:
            return await verifier.verify_token(token) is not None

        old = provider.token()
        assert await good(old)
        assert await good(old)
        assert len(provider.asked) == 2, "metadata and keys, once"
        # The issuer changes its keys: the new one is found, the old one is gone.
        provider.private = Provider("two").private
        new = provider.token("two")
        assert not await good(new), "it was asked just now"
        for _ in range(50):
            assert not await good(provider.token("two", headers={"kid": "made-up"}))
        assert len(provider.asked) == 2, "whatever tokens claim, it is not asked all the time"
        now[0] = 31.0
        assert await good(new)
        assert not await good(old)
        assert len(provider.asked) == 4
        # It is away: its keys are believed for a while, then not.
        provider.down = True
        now[0] = 31.0 + 3599
        assert await good(new)
        now[0] = 31.0 + 3601
        assert not await good(new)
        provider.down = False
        now[0] += 31
        assert await good(new)

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://evil.example"),
        ("issuer", None),
        ("jwks_uri", "http://login.example/keys"),
        ("jwks_uri", "file:///etc/passwd"),
        ("jwks_uri", "https://user:pw@login.example/keys"),
        ("jwks_uri", 7),
    ],
)
def test_metadata_of_somebody_else_gives_no_keys(provider: Provider, name: str, value: Any):
    setattr(provider, name, value)
    assert verified(provider, provider.token()) is None
    assert all(url.startswith(ISSUER) for url in provider.asked)


@pytest.mark.parametrize(
    "issuer", ["http://login.example", "ftp://x", "", "https://x?y=1", "https://u:p@x", "https://"]
)
def test_an_issuer_that_is_not_reached_safely_is_refused(issuer: str):
    from aicfo_sdk.mcp.key_sets import KeySet

    with pytest.raises(InputError, match="not an issuer"):
        KeySet(issuer, SIGNATURES)


def test_a_provider_that_sends_too_much_or_elsewhere_gives_no_keys():
    """Over real sockets: no redirect is followed, no more is read than keys weigh."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from aicfo_sdk.mcp.key_sets import fetch_bounded

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", "/large")
            self.end_headers()
            self.wfile.write(b"x" * (300_000 if self.path == "/large" else 3))

        def log_message(self, *args: Any, **more: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        assert asyncio.run(fetch_bounded(f"{base}/small")) == b"xxx"
        with pytest.raises(InputError, match="more than keys weigh"):
            asyncio.run(fetch_bounded(f"{base}/large"))
        with pytest.raises(InputError, match="status 302"):
            asyncio.run(fetch_bounded(f"{base}/away"))
        server.shutdown()


# ── the door ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[dict[str, Session]]:
    """Books of two merchants, each with an account of its own number."""
    with ExitStack() as stack:
        found: dict[str, Session] = {}
        for said, number in (("lao-wang", "111"), ("li", "222")):
            day = date(2026, 3, 2)
            firm = Merchant(id=said, updated=day, name=UntrustedText(said))
            books = stack.enter_context(create_books(tmp_path / f"{said}.books", merchant=firm))
            account = Account(id=f"A-{number}", opened=day, kind="bank", number=number)
            books.import_batches([Batch("test", "test", "0" * 64, "CNY", (account,))])
            found[said] = Session(books, registry=Registry([]))
        yield found


def door(sessions: dict[str, Session], provider: Provider, body: Any) -> Any:
    """Run `body` with a function that sends one request through the whole application."""
    import httpx

    from aicfo_sdk.mcp.issued import Issued
    from aicfo_sdk.mcp.key_sets import KeySet
    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.mcp.transports import signed_in_app

    async def run() -> Any:
        import time

        keys = KeySet(ISSUER, SIGNATURES, fetch=provider.fetch)
        app = signed_in_app(
            {said: build_server(each, approve_up_to=100) for said, each in sessions.items()},
            Issued(RULES, RESOURCE, keys),
            RESOURCE,
            needs={"aicfo_approve": "approve"},
            issuer=ISSUER,
        )
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="https://cfo.example") as client,
        ):

            async def send(method: str, token: str | None = None, **params: Any) -> Any:
                version = "2026-07-28"
                params["_meta"] = {
                    "io.modelcontextprotocol/protocolVersion": version,
                    "io.modelcontextprotocol/clientCapabilities": {},
                }
                headers = {
                    "Accept": "application/json, text/event-stream",
                    "MCP-Protocol-Version": version,
                    "Mcp-Method": method,
                    "Mcp-Name": str(params.get("name", params.get("uri", ""))),
                }
                if token is not None:
                    headers["Authorization"] = f"Bearer {token}"
                message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                return await client.post("/mcp", json=message, headers=headers)

            def token(**claims: Any) -> str:
                now = time.time()
                return provider.token(**{"exp": now + 60, "iat": now, **claims})

            asking: Any = send
            asking.token, asking.client = token, client
            return await body(asking)

    return asyncio.run(run())


def test_one_merchants_token_never_reads_anothers_books(
    sessions: dict[str, Session], provider: Provider
):
    async def body(send: Any) -> None:
        for said, own, other in (("lao-wang", "111", "222"), ("li", "222", "111")):
            token = send.token(shop=said)
            found = await send("resources/read", token, uri="books://accounts")
            assert own in found.text
            assert other not in found.text
            lost = await send("resources/read", token, uri=f"books://accounts/A-{other}")
            assert lost.json()["error"]["code"] == -32602
        for shop in ("nobody", "", None, ["li"], "LI", ..., 7):
            refused = await send("resources/read", send.token(shop=shop), uri="books://accounts")
            assert (refused.status_code, "A-" in refused.text) == (403, False), shop

    door(sessions, provider, body)


def test_a_session_of_one_merchant_does_not_exist_for_another(
    sessions: dict[str, Session], provider: Provider
):
    async def body(send: Any) -> None:
        hello = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "x", "version": "1"},
            },
        }
        accept = {"Accept": "application/json, text/event-stream"}

        async def post(token: str, message: Any, **headers: str) -> Any:
            given = {**accept, "Authorization": f"Bearer {token}", **headers}
            return await send.client.post("/mcp", json=message, headers=given)

        mine, other = send.token(), send.token(shop="li")
        begun = await post(mine, hello)
        id = {"Mcp-Session-Id": begun.headers["Mcp-Session-Id"]}
        await post(mine, {"jsonrpc": "2.0", "method": "notifications/initialized"}, **id)
        read = {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "resources/read",
            "params": {"uri": "books://accounts"},
        }
        assert "A-111" in (await post(mine, read, **id)).text
        for stranger in (other, send.token(sub="user-2")):
            refused = await post(stranger, read, **id)
            assert refused.status_code == 404
            assert "A-" not in refused.text

    door(sessions, provider, body)


@pytest.mark.parametrize(
    ("scope", "status", "wanted"),
    [
        (None, 401, "books:read"),
        ("", 403, "books:read"),
        ("propose approve", 403, "books:read"),
        ("books:read", 403, "books:read approve"),
        ("books:read propose", 403, "books:read propose approve"),
        (ALL, 200, ""),
    ],
)
def test_who_lacks_a_scope_is_told_which(
    sessions: dict[str, Session], provider: Provider, scope: str | None, status: int, wanted: str
):
    async def body(send: Any) -> Any:
        token = None if scope is None else send.token(scope=scope)
        given = {"proposal": "P1", "key": "k"}
        return await send("tools/call", token, name="aicfo_approve", arguments=given)

    answer = door(sessions, provider, body)
    assert answer.status_code == status
    challenge = answer.headers.get("WWW-Authenticate", "")
    if wanted:
        assert f'scope="{wanted}"' in challenge
        where = "https://cfo.example/.well-known/oauth-protected-resource/mcp"
        assert f'resource_metadata="{where}"' in challenge
        assert ('error="insufficient_scope"' in challenge) is (status == 403)
        assert ("error=" in challenge) is (status == 403), "without a token nothing is wrong yet"
    else:
        assert "no such proposal" in answer.text


def test_a_token_that_is_not_believed_says_so(sessions: dict[str, Session], provider: Provider):
    async def body(send: Any) -> Any:
        expired = send.token(exp=1)
        return await send("tools/list", expired), await send("tools/list", Provider("one").token())

    for answer in door(sessions, provider, body):
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_the_metadata_names_resource_issuer_and_scopes(
    sessions: dict[str, Session], provider: Provider
):
    async def body(send: Any) -> Any:
        return await send.client.get("/.well-known/oauth-protected-resource/mcp")

    told = door(sessions, provider, body).json()
    assert told["resource"] == RESOURCE
    assert told["authorization_servers"] == [ISSUER]
    assert told["scopes_supported"] == ALL.split()


def test_a_body_that_is_too_long_or_no_json_is_refused(
    sessions: dict[str, Session], provider: Provider
):
    async def body(send: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {send.token(scope='books:read')}",
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
        }
        contents = (b"[" * 100_000, b"\xff", b"x" * (5 << 20))
        sent = [await send.client.post("/mcp", content=each, headers=headers) for each in contents]
        return [each.status_code for each in sent]

    assert door(sessions, provider, body) == [400, 400, 413]


# ── the configuration ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "sign_in.issuer is a text"),
        ({"issuer": ISSUER}, "no token has any books"),
        ({"issuer": ISSUER, "merchants": {}}, "no token has any books"),
        ({"issuer": ISSUER, "merchants": {"a": ""}}, "maps a claim to books"),
        ({"issuer": ISSUER, "merchants": {"": "x.books"}}, "maps a claim to books"),
        ({"issuer": ISSUER, "merchants": {"a": "b"}, "algorithms": ["HS256"]}, "no such signature"),
        ({"issuer": ISSUER, "merchants": {"a": "b"}, "algorithms": ["none"]}, "no such signature"),
        ({"issuer": ISSUER, "merchants": {"a": "b"}, "audience": "x"}, "unknown configuration key"),
        ("x", "sign_in is a table"),
    ],
)
def test_a_configuration_that_says_less_is_refused(table: Any, said: str):
    with pytest.raises(InputError, match=said):
        parse_config({"sign_in": table}, where="aicfo.toml")


def test_the_books_of_a_configuration_stand_beside_it():
    given = {"issuer": ISSUER, "merchants": {"a": "shop.books", "b": "postgresql://x/y"}}
    rules = parse_config({"sign_in": given}, folder=Path("/etc/aicfo")).sign_in
    assert rules is not None
    assert rules.merchants == {"a": "/etc/aicfo/shop.books", "b": "postgresql://x/y"}
    assert (rules.claim, rules.algorithms) == ("sub", SIGNATURES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--http", "127.0.0.1:0", "--token-file", "x"], "two ways to sign in"),
        (["--http", "127.0.0.1:0", "--try-sign-in"], "two ways to sign in"),
        (["--http", "127.0.0.1:0", "--books", "x.books"], "each token has its own books"),
        (["--http", "0.0.0.0:0"], "a token must not travel in the open"),
        (["--try-sign-in"], "nobody signs in over stdio"),
        (["--by", "Li"], "nobody approves here"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "aicfo.toml"
    merchants = '[sign_in.merchants]\n"a" = "shop.books"\n'
    file.write_text(f'[sign_in]\nissuer = "{ISSUER}"\n{merchants}', "utf-8")
    assert main(["serve", "--config", str(file), *words]) == 2
    assert said in capsys.readouterr().err
