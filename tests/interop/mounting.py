"""fastmcp mounts our server, over HTTP and over stdio: run by its own interpreter.

`python mounting.py URL COMMAND…` prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from fastmcp import Client, FastMCP  # pyright: ignore[reportMissingImports]
from fastmcp.client.transports import StdioTransport  # pyright: ignore[reportMissingImports]
from fastmcp.server import create_proxy  # pyright: ignore[reportMissingImports]


async def main(url: str, command: list[str]) -> dict[str, Any]:
    """Mount both and use our tools through them."""
    front: Any = FastMCP("front")
    stdio: Any = StdioTransport(command[0], command[1:], env=dict(os.environ))
    front.mount(create_proxy(url), namespace="http")
    front.mount(create_proxy(stdio), namespace="stdio")
    async with Client(front) as client:
        names = [tool.name for tool in await client.list_tools()]
        called = [
            (await client.call_tool(f"{name}_core_credit_lines", {})).structured_content
            for name in ("http", "stdio")
        ]
    assert called[0] == called[1]
    return {
        "tools": sum(name.startswith("http_") for name in names),
        "tools_stdio": sum(name.startswith("stdio_") for name in names),
        "called": called[0]["result"][0]["id"],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2:]))))
