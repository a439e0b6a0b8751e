"""Mutated files into every importer: no crash, nothing half imported, bounded time and memory."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import func, select

from aicfo_sdk.books.importers.detect import KINDS, detect, read
from aicfo_sdk.books.importers.source import MAX_BYTES
from aicfo_sdk.books.schema import metadata
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.books.writer import read_heads
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Merchant, UntrustedText

from . import scratch
from .fuzzing import WHOLE, Found, fuzz, memory_mib, none_crashed
from .sample_files import options, samples

_ME = Merchant(id="me", updated=date(2026, 3, 2), name=UntrustedText("晨光机电"))
_IMPORTED = 3  # one of so many that could be read also goes into books
_PIECE = 2**20
_BOOKS = 60  # imports until the books are made anew


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return what became of the inputs of each kind; raises with the inputs that crashed."""
    found: dict[str, Found] = {}
    imports: dict[str, int] = {"imports": 0, "refused": 0, "half": 0}
    with scratch() as folder:
        files = samples()
        for kind in KINDS:
            rng = random.Random(f"{seed} {kind}")
            count = max(60, round(WHOLE * share))
            with _taker(folder, kind, imports) as take:
                found[kind] = fuzz(take, files[kind], count=count, rng=rng)
        bombs = list(_bombs(share))
        with _taker(folder, None, imports) as take:
            found["bombs"] = fuzz(take, [b"{}"], count=0, rng=random.Random(seed), first=bombs)
    none_crashed(found)
    return {
        "inputs": sum(one.inputs for one in found.values()),
        "crashes": 0,
        "half_imports": imports["half"],
        "imports": imports["imports"],
        "imports_refused": imports["refused"],
        "memory_mib": memory_mib(),
        "kinds": {kind: one.figures() for kind, one in found.items()},
    }


@contextmanager
def _taker(
    folder: Path, kind: str | None, imports: dict[str, int]
) -> Iterator[Callable[[bytes], None]]:
    """What is done with one input: it is read, and now and then imported; `kind` None detects."""
    path = folder / "input"
    given = options(kind or "")
    books: list[StoredBooks] = []
    seen = taken = done = 0

    def take(data: bytes) -> None:
        nonlocal seen, taken, done
        seen += 1
        path.write_bytes(data)
        if kind is None or seen % 10 == 0:
            # Whatever it is taken for: no importer may crash on it.
            found = detect(path)
            batch = read(path, found, **options(found))
        else:
            batch = read(path, kind, **given)
        taken += 1
        if taken % _IMPORTED:
            return
        if not books or done % _BOOKS == 0:
            for old in books:
                old.close()
            books[:] = [create_books(folder / f"{kind}-{seen}.books", merchant=_ME)]
        done += 1
        imports["imports"] += 1
        before = _state(books[0])
        try:
            books[0].import_batches([batch])
        except AicfoError:
            imports["refused"] += 1
            assert _state(books[0]) == before, "half imported"
            raise
        problems = books[0].audit.verify().problems
        assert not problems, problems

    yield take
    for old in books:
        old.close()


def _state(books: StoredBooks) -> tuple[object, ...]:
    """The heads of the chains and the number of rows of every table."""
    with books.reading() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
        ]
        return (read_heads(connection), *counts)


def _bombs(share: float) -> Iterator[bytes]:
    """Small files that would unpack, expand or nest to something huge."""
    if share >= 0.01:  # making them takes a while
        yield _gzip_bomb()
        yield _zip_bomb("xl/worksheets/sheet1.xml")
        yield _zip_bomb("x")
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    for root in ("EInvoice", 'Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"'):
        tag = root.split()[0]
        yield f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><{root}>&a11;</{tag}>'.encode()
        long = "x" * 200_000
        yield f'<!DOCTYPE x [<!ENTITY a "{long}">]><{root}>{"&a;" * 50_000}</{tag}>'.encode()
        yield f'<!DOCTYPE x SYSTEM "file:///etc/passwd"><{root}/>'.encode()
        yield f"<{root}>{'<a>' * 200_000}".encode()
        yield f"<{root}>{'<a>' * 100_000}{'</a>' * 100_000}</{tag}>".encode()
    for left, right in (("[", "]"), ('{"ocid":', "}"), ('{"releases":[', "]}")):
        yield (left * 100_000).encode()
        yield (left * 100_000 + right * 100_000).encode()
        yield (left * 900 + right * 900).encode()
    for number in ("1e999999999", "-1e-999999999", "9" * 4_000, "9" * 100_000, "0." + "0" * 10**5):
        amount = '{"amount":' + number + ',"currency":"GBP"}'
        body = json.dumps({"ocid": "o", "date": "2025-01-01T00:00:00Z", "id": "1"})
        yield (body[:-1] + ',"tender":{"id":"t","value":' + amount + "}}").encode()
        yield ('{"record":"Obligation","id":"r","amount":' + number + "}").encode()
    yield b'"' * 200_000
    yield b"," * 200_000 + b"\n"
    yield b"\n" * 200_000 + b"a,b\n"
    yield ("票据(包)号码," * 20_000 + "\n" + "1," * 20_000).encode()


def _gzip_bomb() -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [made.compress(bytes(_PIECE)) for _ in range(MAX_BYTES // _PIECE + 1)]
    return b"".join([*parts, made.flush()])


def _zip_bomb(name: str) -> bytes:
    out = BytesIO()
    with (
        ZipFile(out, "w", ZIP_DEFLATED, compresslevel=9) as pack,
        pack.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(MAX_BYTES // _PIECE + 1):
            part.write(b" " * _PIECE)
    return out.getvalue()
