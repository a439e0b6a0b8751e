"""How a server is reached: stdio, or streamable HTTP on a loopback address."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mcp.server import Server

from ..errors import InputError

if TYPE_CHECKING:
    from mcp.server.auth.provider import TokenVerifier
    from starlette.routing import BaseRoute

MAX_SESSIONS = 64
"""Open sessions of old-style clients; each holds some 35 kB for half an hour."""


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over standard input and output until it leaves."""
    from .lines import standard_streams

    async with standard_streams() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def http_app(
    server: Server[Any],
    host: str,
    *,
    port: int = 0,
    token_file: Path | None = None,
    public_url: str | None = None,
    needs: Mapping[str, str] | None = None,
) -> Any:
    """Return the ASGI application: `/mcp`, with Host and Origin checked.

    Without `token_file` whoever reaches the port reads the books, so `host` is a loopback address.
    With it every request shows a token, and may come from elsewhere by `public_url`, the https
    address under which a proxy that ends TLS offers the server. `needs` are the scopes that tools
    ask for. Raises: InputError.
    """
    check_reach(host, token_file, public_url)
    if token_file is None:
        return server.streamable_http_app(host=host, max_sessions=MAX_SESSIONS)
    from .auth import Tokens

    resource = resource_of(host, port, public_url)
    return signed_in_app({"": server}, Tokens(token_file, resource), resource, needs=needs or {})


def signed_in_app(
    servers: Mapping[str, Server[Any]],
    verifier: TokenVerifier,
    resource: str,
    *,
    needs: Mapping[str, str],
    issuer: str = "",
    routes: Sequence[BaseRoute] = (),
) -> Any:
    """Return the ASGI application for those who show a token issued for `resource`.

    `servers` are one for each merchant, by what a verified token says; `needs` the scopes that
    tools ask for; `issuer` who issues tokens, for the metadata; `routes` stand beside.
    """
    from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
    from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend
    from mcp.server.auth.routes import build_resource_metadata_url
    from mcp.server.transport_security import TransportSecuritySettings
    from pydantic import AnyHttpUrl
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.authentication import AuthenticationMiddleware
    from starlette.routing import Route

    from .auth import RateLimit, resource_metadata
    from .guard import Guard

    parts, address = urlsplit(resource), AnyHttpUrl(resource)
    hosts = [parts.netloc, *(f"{name}:*" for name in ("127.0.0.1", "localhost", "[::1]"))]
    origins = [f"{parts.scheme}://{parts.netloc}", *(f"http://{host}" for host in hosts[1:])]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=origins
    )
    apps = {
        said: server.streamable_http_app(max_sessions=MAX_SESSIONS, transport_security=security)
        for said, server in servers.items()
    }
    guard = Guard(apps, metadata=str(build_resource_metadata_url(address)), needs=needs)

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            for each in apps.values():
                await stack.enter_async_context(each.router.lifespan_context(each))
            yield

    return Starlette(
        routes=[resource_metadata(resource, issuer), Route("/mcp", endpoint=guard), *routes],
        middleware=[
            Middleware(RateLimit),
            Middleware(
                AuthenticationMiddleware,
                backend=BearerAuthBackend(verifier, resource_server_url=address),
            ),
            Middleware(AuthContextMiddleware),
        ],
        lifespan=living,
    )


def resource_of(host: str, port: int, public_url: str | None) -> str:
    """Return the address for which tokens are issued. Raises: InputError."""
    if public_url is None:
        return local_url(host, port)
    parts = urlsplit(public_url)
    if parts.path != "/mcp" or not parts.hostname or parts.scheme != "https":
        mend = "like https://cfo.example.com/mcp"
        raise InputError("not such an address", value=public_url, where="--public-url", mend=mend)
    return public_url


def check_reach(
    host: str, token_file: Path | None, public_url: str | None, *, signed_in: bool = False
) -> None:
    """Check that neither books nor tokens stand in the open. Raises: InputError."""
    if token_file is None and not signed_in:
        if public_url is not None:
            raise InputError(
                "others need a token", value=public_url, where="--public-url", mend="--token-file"
            )
        if not is_loopback(host):
            raise InputError(
                "only a loopback address can be served without sign-in",
                value=host,
                where="--http",
                mend="use 127.0.0.1, or give --token-file and --public-url",
            )
    elif public_url is None and not is_loopback(host):
        raise InputError(
            "a token must not travel in the open",
            value=host,
            where="--http",
            mend="give --public-url https://…/mcp of the proxy that ends TLS, or use 127.0.0.1",
        )


def local_url(host: str, port: int) -> str:
    """Return the URL of a server on this machine."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/mcp"


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of "127.0.0.1:8765". Raises: InputError."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or not int(port) < 65536:
        raise InputError("not HOST:PORT", value=text, where="--http", mend="like 127.0.0.1:8765")
    return host.strip("[]") or "127.0.0.1", int(port)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
