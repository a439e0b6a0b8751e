"""The actions that these books carried out, with what the ledger posted for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from ..actions import Posting, cash
from ..model.action import Action
from .chain import Heads
from .proposals import load_many
from .schema import AUDIT, ENTRIES, POSTINGS, PROPOSALS, RECORDS

_CASH = cash("")


@dataclass(frozen=True, slots=True)
class Carried:
    """An action that was carried out: on which day, sealed by which audit row, posted how."""

    id: str
    action: Action
    day: date
    source: int
    legs: tuple[Posting, ...]

    @property
    def cash(self) -> int:
        """What it brought into own accounts, minor units; negative where money left."""
        return sum(leg.amount for leg in self.legs if leg.account.startswith(_CASH))

    def posted(self, account: str) -> int:
        """Return what it posted to an account and all below it, minor units, debits positive."""
        return sum(
            leg.amount
            for leg in self.legs
            if leg.account == account or leg.account.startswith(account + ":")
        )


def carried_out(connection: Connection, heads: Heads, as_of: date) -> tuple[Carried, ...]:
    """Return what was carried out through a day, in the order it was posted.

    What was promised only, or given back, is left out.
    Raises: BooksError when a proposal is not the one that its last audit row sealed.
    """
    committed = select(PROPOSALS.c.id).where(PROPOSALS.c.status == "committed")
    query = (
        select(
            ENTRIES.c.ref, ENTRIES.c.day, ENTRIES.c.source, POSTINGS.c.account, POSTINGS.c.amount
        )
        .outerjoin(POSTINGS, POSTINGS.c.entry == ENTRIES.c.id)
        .where(
            ENTRIES.c.ref.in_(committed),
            ENTRIES.c.day <= as_of.isoformat(),
            ENTRIES.c.id <= heads.entry_id,
        )
        .order_by(ENTRIES.c.id, POSTINGS.c.leg)
    )
    legs: dict[str, list[Posting]] = {}
    last: dict[str, tuple[date, int]] = {}
    for id, day, source, account, amount in connection.execute(query):
        found = legs.setdefault(id, [])
        if account is not None:
            found.append(Posting(account, int(amount)))
        # Of one that was reserved first, the entry that posted it is the last.
        last[id] = date.fromisoformat(day), source
    desk = load_many(connection, legs)
    return tuple(Carried(id, desk[id].proposal.action, *last[id], tuple(legs[id])) for id in legs)


def last_told(connection: Connection, heads: Heads, as_of: date) -> date:
    """Return the last day through `as_of` that imported files told of, `as_of` without any."""
    query = (
        select(func.max(RECORDS.c.known))
        .join(AUDIT, AUDIT.c.seq == RECORDS.c.source)
        .where(
            RECORDS.c.row <= heads.record_row,
            RECORDS.c.known <= as_of.isoformat(),
            AUDIT.c.kind == "imported",
        )
    )
    found = connection.scalar(query)
    return date.fromisoformat(found) if found else as_of


def cash_changes(connection: Connection, heads: Heads, as_of: date) -> dict[date, int]:
    """Return by how much own cash changed on each day through `as_of`, minor units."""
    query = (
        select(POSTINGS.c.day, func.sum(POSTINGS.c.amount))
        .where(
            POSTINGS.c.account.like(_CASH + "%"),
            POSTINGS.c.day <= as_of.isoformat(),
            POSTINGS.c.entry <= heads.entry_id,
        )
        .group_by(POSTINGS.c.day)
        .order_by(POSTINGS.c.day)
    )
    return {date.fromisoformat(day): int(sum_) for day, sum_ in connection.execute(query)}
