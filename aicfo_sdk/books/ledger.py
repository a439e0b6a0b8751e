"""The double-entry ledger of stored books, for reading: entries, balances, the trial balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from ..actions import Posting
from .database import Database
from .schema import ENTRIES, POSTINGS


@dataclass(frozen=True, slots=True)
class Entry:
    """One balanced entry: `ref` names the record state (`Type:id`) or the proposal behind it."""

    id: int
    day: date
    ref: str
    text: str
    postings: tuple[Posting, ...]


class Ledger:
    """Entries as they stand now; amounts in minor units, debits positive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, *, until: date | None = None) -> Iterator[Entry]:
        """Yield entries in the order they were posted, those up to a day when one is given."""
        query = (
            select(
                ENTRIES.c.id,
                ENTRIES.c.day,
                ENTRIES.c.ref,
                ENTRIES.c.text,
                POSTINGS.c.account,
                POSTINGS.c.amount,
            )
            .outerjoin(POSTINGS, POSTINGS.c.entry == ENTRIES.c.id)
            .order_by(ENTRIES.c.id, POSTINGS.c.leg)
        )
        if until is not None:
            query = query.where(ENTRIES.c.day <= until.isoformat())
        with self._database.read() as connection:
            head: tuple[Any, ...] | None = None
            legs: list[Posting] = []
            for id, day, ref, text, account, amount in connection.execute(query):
                if head is not None and id != head[0]:
                    yield _entry(head, legs)
                    legs = []
                head = (id, day, ref, text)
                if account is not None:
                    legs.append(Posting(account, amount))
            if head is not None:
                yield _entry(head, legs)

    def balance(self, account: str, as_of: date | None = None) -> int:
        """Return the balance of a ledger account and all below it (`assets:cash` = all cash)."""
        with self._database.read() as connection:
            return account_balance(connection, account, as_of)

    def trial_balance(self, as_of: date | None = None) -> dict[str, int]:
        """Return every account that has a balance, sorted; the amounts sum to 0."""
        query = select(POSTINGS.c.account, func.sum(POSTINGS.c.amount)).group_by(POSTINGS.c.account)
        if as_of is not None:
            query = query.where(POSTINGS.c.day <= as_of.isoformat())
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {account: int(amount) for account, amount in sorted(map(tuple, rows)) if amount}


def account_balance(connection: Connection, account: str, as_of: date | None = None) -> int:
    """Return the balance of an account and all below it at the end of `as_of`, or as of now."""
    query = select(func.coalesce(func.sum(POSTINGS.c.amount), 0)).where(
        (POSTINGS.c.account == account)
        | (func.substr(POSTINGS.c.account, 1, len(account) + 1) == account + ":")
    )
    if as_of is not None:
        query = query.where(POSTINGS.c.day <= as_of.isoformat())
    return int(connection.scalar(query) or 0)


def postings_of(connection: Connection, entry: int) -> tuple[Posting, ...]:
    """Return the legs of one entry in their order."""
    query = select(POSTINGS.c.account, POSTINGS.c.amount).where(POSTINGS.c.entry == entry)
    rows = connection.execute(query.order_by(POSTINGS.c.leg)).all()
    return tuple(Posting(account, amount) for account, amount in rows)


def _entry(head: tuple[Any, ...], legs: list[Posting]) -> Entry:
    id, day, ref, text = head
    return Entry(id, date.fromisoformat(day), ref, text, tuple(legs))
