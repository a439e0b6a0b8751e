"""Import an owner's own files and print the morning brief, from Python."""

from __future__ import annotations

import tempfile
from pathlib import Path

from aicfo_sdk import grouped
from aicfo_sdk.books.importers.detect import read_known
from aicfo_sdk.books.store import create_books
from aicfo_sdk.model import Merchant, UntrustedText
from aicfo_sdk.orchestrator.session import Session

FILES = sorted((Path(__file__).parent / "files").glob("*.csv"))
OWN = "91330106MA2ABC1236"


def main() -> None:
    """Import into throw-away books, then ask for the brief and for money."""
    batches = [read_known(path, own_uscc=OWN) for path in FILES]
    first = min(record.known for batch in batches for record in batch.records)
    me = Merchant(id="me", updated=first, name=UntrustedText("杭州晨光机电有限公司"), uscc=OWN)
    with (
        tempfile.TemporaryDirectory() as folder,
        create_books(Path(folder) / "shop.books", merchant=me) as books,
    ):
        for file in books.import_batches(batches).files:
            print(f"{Path(file.source).name}: {file.kind}, {file.new} new records")
        session = Session(books)
        brief = session.call("core.brief").run.result
        print(f"\n{brief.day}  现金 {grouped(brief.cash)} {brief.currency}")
        for item in brief.advice:
            print(f"  [{grouped(item.money)}] {item.title_zh or item.title}")
        answer = session.call("资金缺口怎么补最便宜？")
        print(f"\n{answer.run.result.summary}")
        for stored in answer.proposals:
            print(f"  {stored.id} {stored.status}: {stored.proposal.reason}")


if __name__ == "__main__":
    main()
