"""How a server is reached: stdio, or streamable HTTP on a loopback address."""

from __future__ import annotations

import ipaddress
from typing import Any

from mcp.server import Server

from ..errors import InputError

MAX_SESSIONS = 64
"""Open sessions of old-style clients; each holds some 35 kB for half an hour."""


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over standard input and output until it leaves."""
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def http_app(server: Server[Any], host: str) -> Any:
    """Return the ASGI application: `/mcp`, with Host and Origin checked against loopback.

    Raises: InputError when `host` is no loopback address: there is no sign-in yet, and whoever
    reaches the port reads the books.
    """
    if not _is_loopback(host):
        raise InputError(
            "only a loopback address can be served without sign-in",
            value=host,
            where="--http",
            mend="use 127.0.0.1, and a tunnel or an authenticating proxy in front",
        )
    return server.streamable_http_app(host=host, max_sessions=MAX_SESSIONS)


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of "127.0.0.1:8765". Raises: InputError."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or not int(port) < 65536:
        raise InputError("not HOST:PORT", value=text, where="--http", mend="like 127.0.0.1:8765")
    return host.strip("[]") or "127.0.0.1", int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
