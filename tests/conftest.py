"""Fixtures for every cross-package test: a throw-away PostgreSQL, and books on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.model import Account, CreditLine, Merchant, Transaction, UntrustedText
from tests import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, with its default database; gone afterwards."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres.server())
        except postgres.NoPostgres as missing:
            pytest.skip(str(missing))
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def books_target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where new books can be made: a path, and an empty database."""
    if request.param == "sqlite":
        yield str(tmp_path / "shop.books")
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url:
        yield url


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
