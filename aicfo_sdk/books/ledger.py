"""The double-entry ledger of stored books, for reading: entries, balances, the trial balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from ..actions import Posting, cash
from .database import Database
from .schema import COMMITS, ENTRIES, POSTINGS


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

    def committed(self, kind: str, day: date) -> int:
        """Return what committed actions of a kind put at stake on a day, minor units."""
        with self._database.read() as connection:
            return committed(connection, kind, day)


def account_balance(connection: Connection, account: str, as_of: date | None = None) -> int:
    """Return the balance of an account and all below it at the end of `as_of`, or as of now."""
    query = select(func.coalesce(func.sum(POSTINGS.c.amount), 0)).where(
        (POSTINGS.c.account == account)
        | (func.substr(POSTINGS.c.account, 1, len(account) + 1) == account + ":")
    )
    if as_of is not None:
        query = query.where(POSTINGS.c.day <= as_of.isoformat())
    return int(connection.scalar(query) or 0)


def lowest_cash(connection: Connection, account: str, since: date) -> int:
    """Return the lowest end-of-day balance of an own account from `since` on, minor units."""
    balance = lowest = account_balance(connection, cash(account), since)
    later = (
        select(POSTINGS.c.day, func.sum(POSTINGS.c.amount))
        .where(POSTINGS.c.account == cash(account), POSTINGS.c.day > since.isoformat())
        .group_by(POSTINGS.c.day)
        .order_by(POSTINGS.c.day)
    )
    for _, change in connection.execute(later):
        balance += int(change)
        lowest = min(lowest, balance)
    return lowest


def committed(connection: Connection, kind: str, day: date) -> int:
    """Return what committed actions of a kind put at stake on a day, minor units."""
    query = select(func.coalesce(func.sum(COMMITS.c.stake), 0)).where(
        COMMITS.c.kind == kind, COMMITS.c.day == day.isoformat()
    )
    return int(connection.scalar(query) or 0)


def _entry(head: tuple[Any, ...], legs: list[Posting]) -> Entry:
    id, day, ref, text = head
    return Entry(id, date.fromisoformat(day), ref, text, tuple(legs))
