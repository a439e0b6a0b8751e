"""The installed tools as an MCP client meets them: a server in this process, over stored books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..books.batch import Batch
from ..books.port import Books
from ..books.store import StoredBooks, create_with
from ..errors import NotFound
from ..model.base import digest
from ..model.merchant import Merchant
from ..orchestrator.session import Session
from ..registry import mcp_name
from .odd import all_records


def stored(books: Books, target: Path) -> StoredBooks:
    """Return stored books in a new file that hold the records of `books`.

    Raises: NotFound when there is no `Merchant` among them; BooksError.
    """
    records = all_records(books)
    firm = next((record for record in records if isinstance(record, Merchant)), None)
    if firm is None:
        raise NotFound("stored books are one merchant's", mend="give books with a Merchant")
    rest = tuple(record for record in records if record is not firm)
    batch = Batch("test", "test", digest([r.ref for r in rest]), books.currency, rest)
    return create_with([batch], target, merchant=firm, currency=books.currency)[0]


class McpCalls:
    """Calls tools over MCP, one connection a call."""

    def __init__(self, books: Books, target: Path) -> None:
        from ..mcp.server import build_server

        self.books = stored(books, target)
        """What the server reads, and where proposals are put on the desk."""
        self._session = Session(self.books, as_of=books.as_of)
        self._server = build_server(self._session)

    def tools(self) -> dict[str, Any]:
        """Return the tools as the server lists them, by name."""

        async def ask(client: Any) -> Any:
            return await client.list_tools()

        return {tool.name: tool for tool in self._asked(ask).tools}

    def call(self, name: str, /, **arguments: Any) -> Any:
        """Return the `CallToolResult` of a tool, by its MCP name or as `plugin.tool`."""

        async def ask(client: Any) -> Any:
            return await client.call_tool(mcp_name(name), arguments)

        return self._asked(ask)

    def close(self) -> None:
        """Close the books."""
        self.books.close()

    def _asked(self, ask: Any) -> Any:
        import anyio
        from mcp import Client

        async def main() -> Any:
            async with Client(self._server) as client:
                return await ask(client)

        return anyio.run(main)
