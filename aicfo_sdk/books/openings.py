"""Opening balances: what a statement says was there before its first line.

It is a balance, not a movement. The first one of an account is posted as it stands; a later one,
of the next statement, posts only what the lines before it do not explain, and is bridged anew
when a statement of the gap arrives. So statements may come in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from ..actions import cash
from ..model.base import Record
from ..model.invoice import Transaction
from .posting import OPENING, entries
from .schema import ENTRIES, MATCHES, POSTINGS, RECORDS
from .writer import Writer


def opening_id(record: Record) -> str:
    """Return the id of an opening: one per account and day, whatever the file calls it."""
    account = record.account if isinstance(record, Transaction) else ""
    return f"opening:{account}:{record.known.isoformat()}"


def reconcile(writer: Writer, accounts: Sequence[str]) -> int:
    """Bridge the openings of the accounts; return how many later ones agree with their lines."""
    agreeing = 0
    last: date | None = None
    for account in accounts:
        before = 0  # what earlier openings of the account amount to
        for number, (stated, now) in enumerate(_openings(writer, account)):
            amount = stated.amount - _lines_before(writer, account, stated.day) - before
            before += amount
            if amount != now.amount:
                agreeing += number > 0 and amount == 0
                bridged = stated.model_copy(update={"amount": amount})
                text = "opening balance less the lines before it"
                writer.entry(stated.day, stated.ref, text, entries(bridged, now))
                writer.record(bridged)
                last = max(last or stated.day, stated.day)
    if last is not None:
        writer.audit(last, "reconciled", "", {"accounts": list(accounts)})
        writer.flush()
    return agreeing


def _openings(writer: Writer, account: str) -> list[tuple[Transaction, Transaction]]:
    """Return (as stated, as it counts now) for each opening of the account, by day."""
    query = (
        select(RECORDS.c.body)
        .where(RECORDS.c.kind == "Transaction", RECORDS.c.tag == account)
        .order_by(RECORDS.c.known, RECORDS.c.row)
    )
    found: dict[str, tuple[Transaction, Transaction]] = {}
    for body in writer.connection.scalars(query):
        record = Transaction.model_validate_json(body)
        stated, _ = found.get(record.id, (record, record))
        found[record.id] = (stated, record)
    return list(found.values())


def _lines_before(writer: Writer, account: str, day: date) -> int:
    """Sum of the statement lines of the account before the day, openings left out.

    Committed actions count when a statement showed them, not when the books posted them.
    """
    iso = day.isoformat()
    openings = select(POSTINGS.c.entry).where(POSTINGS.c.account == OPENING)
    posted = (
        select(func.coalesce(func.sum(POSTINGS.c.amount), 0))
        .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry)
        .where(
            POSTINGS.c.account == cash(account),
            POSTINGS.c.day < iso,
            ENTRIES.c.key.is_(None),
            POSTINGS.c.entry.not_in(openings),
        )
    )
    matched = select(func.coalesce(func.sum(MATCHES.c.amount), 0)).where(
        MATCHES.c.account == cash(account), MATCHES.c.day < iso
    )
    scalar = writer.connection.scalar
    return int(scalar(posted) or 0) + int(scalar(matched) or 0)
