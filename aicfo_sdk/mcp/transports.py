"""How a server is reached: stdio, or streamable HTTP on a loopback address."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mcp.server import Server

from ..errors import InputError

MAX_SESSIONS = 64
"""Open sessions of old-style clients; each holds some 35 kB for half an hour."""


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over standard input and output until it leaves."""
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def http_app(
    server: Server[Any],
    host: str,
    *,
    port: int = 0,
    token_file: Path | None = None,
    public_url: str | None = None,
) -> Any:
    """Return the ASGI application: `/mcp`, with Host and Origin checked.

    Without `token_file` whoever reaches the port reads the books, so `host` is a loopback address.
    With it every request shows a token, and may come from elsewhere by `public_url`, the https
    address under which a proxy that ends TLS offers the server. Raises: InputError.
    """
    check_reach(host, token_file, public_url)
    if token_file is None:
        return server.streamable_http_app(host=host, max_sessions=MAX_SESSIONS)
    own = public_url is None
    return _signed_in(server, token_file, public_url or local_url(host, port), own=own)


def check_reach(host: str, token_file: Path | None, public_url: str | None) -> None:
    """Check that neither books nor tokens stand in the open. Raises: InputError."""
    if token_file is None:
        if public_url is not None:
            raise InputError(
                "others need a token", value=public_url, where="--public-url", mend="--token-file"
            )
        if not _is_loopback(host):
            raise InputError(
                "only a loopback address can be served without sign-in",
                value=host,
                where="--http",
                mend="use 127.0.0.1, or give --token-file and --public-url",
            )
    elif public_url is None and not _is_loopback(host):
        raise InputError(
            "a token must not travel in the open",
            value=host,
            where="--http",
            mend="give --public-url https://…/mcp of the proxy that ends TLS, or use 127.0.0.1",
        )


def _signed_in(server: Server[Any], token_file: Path, resource: str, *, own: bool) -> Any:
    """The application for those who show a token issued for `resource`."""
    from mcp.server.auth.settings import AuthSettings
    from mcp.server.transport_security import TransportSecuritySettings
    from pydantic import AnyHttpUrl

    from .auth import RateLimit, Tokens, resource_metadata

    parts = urlsplit(resource)
    if parts.path != "/mcp" or not parts.hostname or (parts.scheme != "https" and not own):
        mend = "like https://cfo.example.com/mcp"
        raise InputError("not such an address", value=resource, where="--public-url", mend=mend)
    hosts = [parts.netloc, *(f"{name}:*" for name in ("127.0.0.1", "localhost", "[::1]"))]
    origins = [f"{parts.scheme}://{parts.netloc}", *(f"http://{host}" for host in hosts[1:])]
    app = server.streamable_http_app(
        max_sessions=MAX_SESSIONS,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=origins
        ),
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(resource),
            resource_server_url=AnyHttpUrl(resource),
            validate_token_resource=True,
            required_scopes=["books:read"],
        ),
        token_verifier=Tokens(token_file, resource),
    )
    # The SDK's metadata names an authorization server; there is none here.
    metadata = resource_metadata(resource)
    others = [route for route in app.router.routes if getattr(route, "path", "") != metadata.path]
    app.router.routes[:] = [metadata, *others]
    app.add_middleware(RateLimit)
    return app


def local_url(host: str, port: int) -> str:
    """Return the URL of a server on this machine."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/mcp"


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
