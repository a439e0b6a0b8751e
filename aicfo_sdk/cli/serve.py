"""`aicfo serve`: the books for any MCP client."""

from __future__ import annotations

import socket
from contextlib import suppress

from ..errors import InputError
from .arguments import note, parser, session

_KEEP_SECONDS = 75
"""Longer than clients keep a connection they do not use: the one who closes it first is theirs,
so that no request is sent into a connection that is just being closed."""


def run(words: list[str]) -> int:
    """Serve until the client leaves (stdio) or the process is stopped (HTTP)."""
    made = parser("serve", "MCP server over stdio, or streamable HTTP with --http.")
    made.add_argument("--http", metavar="HOST:PORT", help="serve streamable HTTP at /mcp")
    options = made.parse_args(words)
    opened = session(options)

    import anyio

    from ..mcp.server import build_server
    from ..mcp.transports import http_app, parse_address, serve_stdio

    if options.http is None:
        anyio.run(serve_stdio, build_server(opened))
        return 0
    host, port = parse_address(options.http)
    app = http_app(build_server(opened), host)
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            "the address cannot be used",
            value=options.http,
            where="--http",
            mend=error.strerror or "give another port",
        ) from None
    # Standard error: whoever starts a server from a script may read standard output.
    note(f"aicfo serves MCP at http://{host}:{listening.getsockname()[1]}/mcp")
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=_KEEP_SECONDS)
    )
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    return 0
