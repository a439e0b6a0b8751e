"""A bank's own JSON feed, made into records that `aicfo import` takes: whole, or not at all."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from aicfo_sdk import InputError, grouped
from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.store import create_books
from aicfo_sdk.model import Account, Merchant, Record, Transaction, UntrustedText
from aicfo_sdk.money import parse

FEED = """{"iban": "DE02 1203 0000 0000 2020 51", "opened": "2026-02-01", "balance": "1250.00",
  "lines": [
    {"id": "f1", "booked": "2026-02-03", "amount": "310.40", "from": "Café Mitte", "for": "RE 17"},
    {"id": "f2", "booked": "2026-02-05", "amount": "-89.99", "from": "Stadtwerke", "for": "Strom"}
  ]}"""


def records(feed: dict[str, Any]) -> list[Record]:
    """Return the account and its lines; amounts in cents. Raises: AicfoError naming the line."""
    name, opened = feed["iban"].replace(" ", ""), date.fromisoformat(feed["opened"])
    found: list[Record] = [
        Account(id=name, opened=opened, kind="bank", provider="Bank", number=name[-4:]),
        Transaction(id=f"{name}:0", day=opened, account=name, kind="opening",
                    amount=parse(feed["balance"], where="balance")),
    ]  # fmt: skip
    for number, line in enumerate(feed["lines"], start=1):
        found.append(
            Transaction(
                id=f"{name}:{line['id']}",
                day=date.fromisoformat(line["booked"]),
                account=name,
                amount=parse(line["amount"], where=f"line {number}"),
                kind="other",
                counterparty_name=UntrustedText(line["from"]),  # a stranger's words: data
                text=UntrustedText(line["for"]),
            )
        )
    return found


def main() -> None:
    """Write the records one a line, import the file twice, then show a feed that is refused."""
    made = records(json.loads(FEED))
    lines = [{"record": type(one).__name__, **one.model_dump(mode="json")} for one in made]
    me = Merchant(id="me", updated=date(2026, 2, 1), name=UntrustedText("Blumen Müller"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "feed.jsonl")
        file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
        with create_books(Path(folder, "shop.books"), merchant=me, currency="EUR") as books:
            for again in ("first", "again"):
                print(again, books.import_batches([read(file, currency="EUR")]).files[0].new)
            print("balance", grouped(books.snapshot().balance()), books.currency)
    try:
        records(json.loads(FEED.replace("-89.99", "89,9.9")))
    except InputError as error:
        print("refused:", error)


if __name__ == "__main__":
    main()
