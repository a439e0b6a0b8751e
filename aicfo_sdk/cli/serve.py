"""`aicfo serve`: the books for any MCP client."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config import load_config
from ..errors import InputError
from .arguments import emit, note, parser, session
from .doors import app_of, check_doors, server_of, trusted_proxies
from .outputs import ClientOutput, ServeOutput

if TYPE_CHECKING:
    import uvicorn

_KEEP_SECONDS = 75
"""Longer than clients keep a connection they do not use: the one who closes it first is theirs,
so that no request is sent into a connection that is just being closed."""


def run(words: list[str]) -> int:
    """Serve until the client leaves (stdio) or the process is stopped (HTTP)."""
    made = parser("serve", "MCP server over stdio, or streamable HTTP with --http.")
    made.add_argument("--http", metavar="HOST:PORT", help="serve streamable HTTP at /mcp")
    made.add_argument(
        "--token-file", type=Path, metavar="FILE", help="every request shows one of these tokens"
    )
    made.add_argument(
        "--public-url", metavar="URL", help="the https address of the proxy in front, …/mcp"
    )
    made.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="whose X-Forwarded-For is believed: address or network; this machine's without it",
    )
    made.add_argument(
        "--try-sign-in",
        action="store_true",
        help="sign in on a page of this server, to try it; this machine only",
    )
    made.add_argument(
        "--approve-up-to",
        type=int,
        metavar="MINOR",
        help="let a person approve through the client, so much in all on a day of the books",
    )
    made.add_argument("--by", help="who approves where nobody signs in (the system's user)")
    made.add_argument(
        "--print-config",
        action="store_true",
        help="print what MCP clients want to be told, serve nothing",
    )
    options = made.parse_args(words)
    if options.print_config:
        return _print_config(options)
    if options.by is not None and options.approve_up_to is None:
        raise InputError("nobody approves here", value=options.by, mend="give --approve-up-to")
    rules = load_config(options.config).sign_in
    check_doors(options, rules)

    import anyio

    from ..mcp.transports import local_url, parse_address, serve_stdio

    if options.http is None:
        anyio.run(serve_stdio, server_of(session(options), options))
        return 0
    host, port = parse_address(options.http)
    import uvicorn

    try:
        bound = bind(host, port)
    except OSError as error:
        raise InputError(
            "the address cannot be used",
            value=options.http,
            where="--http",
            mend=error.strerror or "give another port",
        ) from None
    port = bound.getsockname()[1]
    try:
        app = app_of(options, rules, host, port)
    except BaseException:
        bound.close()
        raise

    class Server(uvicorn.Server):
        """Says where it is once it takes connections: whoever starts it waits for that line."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                # Standard error: a script may read standard output.
                note(f"aicfo serves MCP at {options.public_url or local_url(host, port)}")

    server = Server(uvicorn_config(app, trusted_proxies(options)))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
    return 0


def uvicorn_config(app: Any, trusted: list[str]) -> uvicorn.Config:
    """Return how an application is served behind these proxies."""
    import uvicorn

    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=_KEEP_SECONDS,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted,
    )


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that holds an address; it takes connections once a server listens on it, when
    all is loaded that the first request needs. Raises: OSError."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere the option lets two servers share one address
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if bound.family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    # Inherited by each connection. asyncio sets it only where the protocol was named; without it
    # the body of an answer waits until its head is acknowledged: 40 ms, each time.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _print_config(options: argparse.Namespace) -> int:
    """Print the configuration of each known client, for these books and this address."""
    from ..mcp.projections import client_configurations
    from ..mcp.transports import local_url, parse_address

    url = None
    if options.http is not None:
        host, port = parse_address(options.http)
        url = options.public_url or local_url(host, port)
    command, environment = _command(options)
    found = client_configurations(command, environment, url, token=options.token_file is not None)
    output = ServeOutput(
        clients=[
            ClientOutput(client=client, file=file, content=content)
            for client, (file, content) in found.items()
        ]
    )
    lines: list[str] = []
    for each in output.clients:
        text = json.dumps(each.content, ensure_ascii=False, indent=2)
        lines += [f"{each.client}: {each.file}", *text.splitlines(), ""]
    emit(output, options.json, lines[:-1])
    return 0


def _command(options: argparse.Namespace) -> tuple[list[str], dict[str, str]]:
    """How a client starts this server, from any folder. A database's URL, which may hold a
    password, is left for its owner to fill in."""
    script = shutil.which("aicfo", path=str(Path(sys.executable).parent))
    command = [script] if script else [sys.executable, "-m", "aicfo_sdk.cli"]
    command.append("serve")
    books = options.books or os.environ.get("AICFO_BOOKS") or ""
    environment: dict[str, str] = {}
    if not books:
        raise InputError("no books named", mend="give --books BOOKS or set AICFO_BOOKS")
    if "://" in books:
        environment["AICFO_BOOKS"] = "<the URL of your books>"
    else:
        command += ["--books", str(Path(books).absolute())]
    if options.config is not None:
        command += ["--config", str(options.config.absolute())]
    return command, environment
