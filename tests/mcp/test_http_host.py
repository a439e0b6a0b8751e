"""A page in the owner's browser cannot reach the server by another name (DNS rebinding)."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from aicfo_sdk.books.store import create_books
from aicfo_sdk.model import Merchant
from aicfo_sdk.orchestrator.session import Session

pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
HOST = "127.0.0.1:8765"


@pytest.mark.parametrize(
    ("host", "origin", "accepted"),
    [
        (HOST, None, True),
        (HOST, f"http://{HOST}", True),
        ("evil.example:8765", None, False),
        (HOST, "http://evil.example", False),
    ],
)
def test_another_host_or_origin_is_refused(
    host: str, origin: str | None, accepted: bool, tmp_path: Path, merchant: Merchant
):
    import httpx

    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.mcp.transports import http_app

    async def main(session: Session) -> int:
        app = http_app(build_server(session), "127.0.0.1")
        headers = {"Host": host, "Accept": "application/json, text/event-stream"}
        if origin:
            headers["Origin"] = origin
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        }
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client,
        ):
            return (await client.post("/mcp", json=body, headers=headers)).status_code

    with create_books(tmp_path / "shop.books", merchant=merchant) as books:
        status = asyncio.run(main(Session(books)))
    assert (status == 200) is accepted, status
    assert accepted or status in (403, 421)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_no_answer_waits_until_a_part_of_it_is_acknowledged(host: str):
    from aicfo_sdk.cli.serve import bind

    try:
        bound = bind(host, 0)
    except OSError:
        pytest.skip(f"{host} is not there")
    bound.listen()
    with bound, socket.create_connection(bound.getsockname()[:2]):
        connection, _ = bound.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_takes_no_connection_before_a_server_listens_on_it():
    from aicfo_sdk.cli.serve import bind

    with bind("127.0.0.1", 0) as bound, pytest.raises(ConnectionRefusedError):
        socket.create_connection(bound.getsockname())
