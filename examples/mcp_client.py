"""An MCP client and our server in one process: list the tools, ask one, look at its error."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from mcp import Client

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.store import create_books
from aicfo_sdk.mcp.server import build_server
from aicfo_sdk.model import Merchant, UntrustedText
from aicfo_sdk.orchestrator.session import Session

BANK = Path(__file__).parent / "files" / "bank_icbc.csv"


async def talk(session: Session) -> None:
    """What an LLM client would do with the server."""
    async with Client(build_server(session)) as client:
        for tool in (await client.list_tools()).tools:
            print(f"{tool.name:<32} {', '.join(tool.input_schema['properties'])}")
        result = await client.call_tool("cash_brain_cash_forecast", {"horizon_days": 14})
        assert result.structured_content is not None
        print("\nexpected cash, fen:", result.structured_content["p50"])
        wrong = await client.call_tool("cash_brain_cash_forecast", {"horizon_days": "soon"})
        print("error:", *(part.text for part in wrong.content if part.type == "text"))


def main() -> None:
    """Serve throw-away books made of one bank statement."""
    batch = read(BANK)
    day = min(record.known for record in batch.records)
    me = Merchant(id="me", updated=day, name=UntrustedText("杭州晨光机电有限公司"))
    with (
        tempfile.TemporaryDirectory() as folder,
        create_books(Path(folder) / "shop.books", merchant=me) as books,
    ):
        books.import_batches([batch])
        asyncio.run(talk(Session(books)))


if __name__ == "__main__":
    main()
