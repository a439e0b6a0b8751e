"""Fixtures for every cross-package test: a throw-away PostgreSQL, and books on both databases."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.model import Account, CreditLine, Merchant, Transaction, UntrustedText

_START_SECONDS = 60


def _binaries() -> Path | None:
    """The newest PostgreSQL server of this machine: Debian's place, else the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb")
    return places[-1].parent if places else Path(found).resolve().parent if found else None


def _as_postgres() -> list[str]:
    """initdb refuses to run as root, so there the server runs as its own user."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, with its default database; gone afterwards."""
    binaries = _binaries()
    if binaries is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("NO POSTGRESQL HERE: books on PostgreSQL are NOT TESTED (apt: postgresql)")
    user = _as_postgres()
    with tempfile.TemporaryDirectory(prefix="aicfo-pg-") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data, log = Path(folder) / "data", Path(folder) / "log"
        subprocess.run(
            [*user, binaries / "initdb", "-D", data, "-U", "aicfo", "-A", "trust", "--no-sync",
             "-E", "UTF8", "--locale", "C"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with log.open("wb") as out:
            server = subprocess.Popen(
                [*user, binaries / "postgres", "-D", data, "-p", str(port), "-k", folder,
                 "-c", "listen_addresses=127.0.0.1"],
                stdout=out, stderr=out, cwd=folder,
            )  # fmt: skip
        try:
            _wait(data / "postmaster.pid", server, log)
            yield f"postgresql://aicfo@127.0.0.1:{port}/postgres"
        finally:
            # runuser stays in between, so the signal goes to the recorded process itself.
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGINT)
            server.wait(timeout=30)


def _wait(pid_file: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if pid_file.exists() and "ready" in pid_file.read_text():
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def books_target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where new books can be made: a path, and an empty database."""
    if request.param == "sqlite":
        yield str(tmp_path / "shop.books")
        return
    import psycopg
    from psycopg import sql

    server: str = request.getfixturevalue("postgres_url")
    name = f"books_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield server.rsplit("/", 1)[0] + "/" + name
    with psycopg.connect(server, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(name)))


@pytest.fixture
def merchant() -> Merchant:
    """The firm of every test."""
    return Merchant(id="M1", updated=date(2026, 1, 1), name=UntrustedText("杭州晨光贸易有限公司"))


@pytest.fixture
def stored(books_target: str, merchant: Merchant) -> Iterator[StoredBooks]:
    """Empty books, on SQLite and on PostgreSQL."""
    with create_books(books_target, merchant=merchant) as books:
        yield books


@pytest.fixture
def new_books(tmp_path: Path, merchant: Merchant) -> Iterator[Callable[..., StoredBooks]]:
    """A maker of further empty books on SQLite."""
    made: list[StoredBooks] = []

    def make(currency: str = "CNY") -> StoredBooks:
        path = tmp_path / f"{len(made)}.books"
        made.append(create_books(path, merchant=merchant, currency=currency))
        return made[-1]

    yield make
    for books in made:
        books.close()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Books with 5,000.00 in the bank and a credit line of 10,000.00."""
    path = tmp_path / "shop.books"
    day = date(2026, 3, 2)
    merchant = Merchant(id="me", updated=day, name=UntrustedText("老王小吃"))
    records = (
        Account(id="A", opened=day, kind="bank", provider="ICBC", number="1"),
        Transaction(id="t0", day=day, account="A", amount=500_000, kind="opening"),
        CreditLine(
            id="L",
            updated=day,
            lender="MYbank",
            limit=1_000_000,
            rate_ppm=36_500,
            expires=date(2026, 12, 31),
        ),
    )
    with create_books(path, merchant=merchant, currency="CNY") as books:
        books.import_batches([Batch("test", "test", "0" * 64, "CNY", records)])
    return path
