"""Small good files of every kind that can be imported, to mutate: written by our own exporters,
and the ones of `examples/` and of the importers' tests.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aicfo_seeds

from aicfo_sdk.books.exporters import alipay, bills, camt053, einvoice, statement, wechat
from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    Invoice,
    Merchant,
    Record,
    Transaction,
    UntrustedText,
)
from aicfo_sdk.model.invoice import TransactionKind
from tests.books.importers import test_alipay, test_ocds, test_statement, test_wechat
from tests.books.samples import bill, invoice
from tests.notices import tuned

ROOT = Path(__file__).parents[2]
OWN = "91330106MA2ABC1236"
DAY = date(2026, 3, 2)

_SELLER = "91330201MA2DEF4565"
_BANK = "icbc-1234567890123456"
_KINDS: tuple[tuple[TransactionKind, int], ...] = (
    ("receipt", 50_000),
    ("transfer", -20_000),
    ("fee", -10),
    ("other", 70_005),
)


def samples() -> dict[str, list[bytes]]:
    """Return some files of each kind."""
    with tempfile.TemporaryDirectory(prefix="aicfo-samples-") as name:
        folder = Path(name)
        found = {
            "wechat": [*_wallets(folder, "wechat"), _wechat().encode("utf-8-sig")],
            "alipay": [*_wallets(folder, "alipay"), *_alipay()],
            "statement": _statements(folder),
            "camt053": _camt(folder),
            "einvoice": _invoices(folder, xml=True),
            "einvoice_list": [*_invoices(folder, xml=False), _example("einvoices.csv")],
            "bills": [*_bills(folder), _example("bills.csv")],
            "places": [_example("chain/places.csv")],
            "peers": [_example("chain/peers.csv")],
            "invoices": _retail(),
            "ocds": _ocds(),
            "notice": [layout(1)[0] for layout in tuned.LAYOUTS.values()],
            "records": _records(),
        }
    return {kind: [_short(data) for data in files] for kind, files in found.items()}


def options(kind: str) -> dict[str, Any]:
    """Return what an importer of this kind has to be told."""
    return {"own_uscc": OWN} if kind.startswith("einvoice") else {}


def _short(data: bytes, lines: int = 40) -> bytes:
    """The beginning of a long text file: short inputs are many inputs."""
    if data[:2] in (b"PK", b"<?") or data.count(b"\n") <= lines:
        return data
    return b"\n".join(data.split(b"\n")[:lines]) + b"\n"


def _example(name: str) -> bytes:
    return (ROOT / "examples" / "files" / name).read_bytes()


def _moves(account: str) -> list[Record]:
    found: list[Record] = [
        Account(id=account, opened=DAY, kind="bank", number="1234567890123456", name="晨光五金店"),
        Transaction(
            id=f"{account}-opening", day=DAY, account=account, amount=10**6, kind="opening"
        ),
    ]
    for number, (kind, amount) in enumerate(_KINDS):
        found.append(
            Transaction(
                id=f"{account}-{1000 + number}",
                day=DAY + timedelta(days=number),
                time="10:11:12",
                account=account,
                amount=amount,
                kind=kind,
                counterparty_name=UntrustedText("晨光五金"),
                text=UntrustedText("二月货款"),
            )
        )
    return found


def _wallets(folder: Path, account: str) -> Iterable[bytes]:
    moves = _moves(account)
    if account == "alipay":
        alipay.write(moves, folder / "a.csv")
        return [(folder / "a.csv").read_bytes()]
    wechat.write(moves, folder / "w.csv")
    wechat.write(moves, folder / "w26.csv", layout="2026")
    wechat.write(moves, folder / "w.xlsx")
    return [(folder / name).read_bytes() for name in ("w.csv", "w26.csv", "w.xlsx")]


def _wechat() -> str:
    return test_wechat.ABOVE.format(counters=test_wechat.COUNTERS) + test_wechat.ROWS


def _alipay() -> Iterable[bytes]:
    rows, counters = test_alipay.ROWS, test_alipay.COUNTERS
    count = len(rows.splitlines())
    text = test_alipay.APP.format(count=count, counters=counters, caveat="", rows=rows)
    return [text.encode("gb18030"), test_alipay.WEB.encode("gb18030")]


def _statements(folder: Path) -> list[bytes]:
    for bank in ("icbc", "ccb", "cmb"):
        statement.write(_moves(_BANK), folder / f"{bank}.csv", bank=bank, account=_BANK)
    statement.write(_moves(_BANK), folder / "icbc.xlsx", bank="icbc", account=_BANK)
    written = [(folder / f"{n}").read_bytes() for n in ("icbc.csv", "ccb.csv", "cmb.csv")]
    texts = (test_statement.ICBC, test_statement.CCB, test_statement.CMB)
    banks = [text.encode("gb18030") for text in texts]
    return [*written, *banks, (folder / "icbc.xlsx").read_bytes()]


def _camt(folder: Path) -> list[bytes]:
    camt053.write(_moves(_BANK), folder / "02.xml", account=_BANK, version="02")
    camt053.write(_moves(_BANK), folder / "08.xml", account=_BANK, version="08")
    return [(folder / name).read_bytes() for name in ("02.xml", "08.xml")]


def _invoices(folder: Path, *, xml: bool) -> list[bytes]:
    merchant = Merchant(id="me", updated=DAY, name=UntrustedText("晨光机电"), uscc=OWN)
    party = Counterparty(id="客户乙", known_since=DAY, name=UntrustedText("客户乙"), uscc=_SELLER)
    parties = {party.id: party}
    numbers = ("26332000000000000055", "26332000000000000101")
    papers: list[Invoice] = [
        invoice(numbers[0], 113_000, tax=13_000),
        invoice(numbers[1], 5_300, tax=300, direction="purchase", due=DAY + timedelta(days=30)),
    ]
    if not xml:
        for name in ("list.csv", "list.xlsx"):
            einvoice.write_list(papers, folder / name, merchant=merchant, counterparties=parties)
        return [(folder / name).read_bytes() for name in ("list.csv", "list.xlsx")]
    for paper in papers:
        path = folder / f"{paper.number}.xml"
        einvoice.write_xml(paper, path, merchant=merchant, counterparties=parties)
    return [(folder / f"{number}.xml").read_bytes() for number in numbers]


def _bills(folder: Path) -> list[bytes]:
    party = Counterparty(id="客户乙", known_since=DAY, name=UntrustedText("客户乙"))
    held: list[Bill] = [
        bill("a", 1_000_000, number="510331000012520260115000000017"),
        bill("b", 500_000, splittable=False, number="110331000012520260115000000017"),
    ]
    for name in ("bills.csv", "bills.xlsx"):
        bills.write_list(held, folder / name, counterparties={party.id: party})
    return [(folder / name).read_bytes() for name in ("bills.csv", "bills.xlsx")]


def _retail() -> list[bytes]:
    """The head, and lines of sales and of a cancelled one, of the shipped real file."""
    path = Path(aicfo_seeds.__file__).parent / "real" / "online_retail_2009_2010.csv.gz"
    with gzip.open(path) as stream:
        lines = [stream.readline() for _ in range(400)]
    cancelled = [line for line in lines if line[:1] == b"C"][:4]
    return [b"".join([lines[0], *lines[1:12]]), b"".join([lines[0], *lines[30:36], *cancelled])]


def _ocds() -> list[bytes]:
    releases = (test_ocds.PLANNED, test_ocds.INVITED, test_ocds.AMENDED)
    lines = "\n".join(json.dumps(release) for release in releases)
    package = {"publishedDate": "2025-03-01T00:00:00Z", "releases": list(releases)}
    record = {"ocid": "ocds-x-1", "releases": list(releases)}
    records = {"records": [record, {"ocid": "ocds-y", "compiledRelease": test_ocds.INVITED}]}
    path = Path(aicfo_seeds.__file__).parent / "real" / "contracts_finder.jsonl.gz"
    with gzip.open(path) as stream:
        real = stream.readline() + stream.readline()
    documents = [json.dumps(part, ensure_ascii=False) for part in (package, records)]
    return [text.encode() for text in (lines, *documents)] + [real]


def _records() -> list[bytes]:
    rows: list[dict[str, Any]] = [
        {"record": "CreditLine", "id": "L1", "updated": "2026-03-02", "lender": "MYbank",
         "limit": 1_000_000, "rate_ppm": 36_500, "expires": "2026-12-31"},
        {"record": "Obligation", "id": "rent", "known_since": "2026-03-02", "kind": "rent",
         "due": "2026-04-01", "amount": 800_000},
        {"record": "Account", "id": "A", "opened": "2026-03-02", "kind": "bank",
         "provider": "ICBC", "number": "1"},
        {"record": "Transaction", "id": "t0", "day": "2026-03-02", "account": "A",
         "amount": 500_000, "kind": "opening"},
        {"record": "Counterparty", "id": "甲", "known_since": "2026-03-02", "name": "甲公司"},
    ]  # fmt: skip
    rows += [
        {"record": type(record).__name__, **record.model_dump(mode="json")}
        for record in (bill("b", 10_000), invoice("i", 1_000), *_moves("B")[2:4])
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    return ["\n".join(lines[:5]).encode(), "\n".join(lines[5:]).encode()]
