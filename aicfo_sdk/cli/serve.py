"""`aicfo serve`: the books for any MCP client."""

from __future__ import annotations

from .arguments import note, parser, session


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

    # Standard error: whoever starts a server from a script may read standard output.
    note(f"aicfo serves MCP at http://{host}:{port}/mcp")
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)
    return 0
