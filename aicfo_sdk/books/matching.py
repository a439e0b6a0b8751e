"""Statement lines that show an action the books committed: matched, never posted twice.

Same account, same amount, at most `WINDOW_DAYS` apart, the same party where both name one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, select

from ..actions import cash
from ..model.invoice import Transaction
from .schema import COMMITS, MATCHES, OUTCOMES, POSTINGS
from .writer import Writer

WINDOW_DAYS = 5


@dataclass(frozen=True, slots=True)
class Match:
    """A statement line and the entry that had posted the same money."""

    line: Transaction
    entry: int

    def write(self, writer: Writer) -> list[str | int]:
        """Record the match and return what the audit row says of it."""
        account, day = cash(self.line.account), self.line.day.isoformat()
        writer.add(
            MATCHES,
            record=self.line.id,
            entry=self.entry,
            account=account,
            day=day,
            amount=self.line.amount,
            source=writer.source,
        )
        return [self.line.id, self.entry, account, day, self.line.amount]


class Commitments:
    """Money legs of committed actions that no statement has shown yet."""

    def __init__(self, connection: Connection) -> None:
        """Load them."""
        # A pending action has posted no money; how it ended says which entry did, and when.
        at_once = select(COMMITS.c.entry, COMMITS.c.day, COMMITS.c.payee)
        settled = (
            select(OUTCOMES.c.entry, OUTCOMES.c.day, COMMITS.c.payee)
            .join(COMMITS, COMMITS.c.key == OUTCOMES.c.commit_key)
            .where(OUTCOMES.c.outcome == "posted")
        )
        done = at_once.union_all(settled).subquery()
        query = (
            select(POSTINGS.c.account, POSTINGS.c.amount, done.c.day, done.c.entry, done.c.payee)
            .join(done, done.c.entry == POSTINGS.c.entry)
            .outerjoin(
                MATCHES,
                and_(MATCHES.c.entry == POSTINGS.c.entry, MATCHES.c.account == POSTINGS.c.account),
            )
            .where(POSTINGS.c.account.like(cash("%")), MATCHES.c.record.is_(None))
            .order_by(done.c.entry)
        )
        self._open: dict[tuple[str, int], list[tuple[date, int, str]]] = {}
        for account, amount, day, entry, payee in connection.execute(query):
            legs = self._open.setdefault((account, amount), [])
            legs.append((date.fromisoformat(day), entry, payee))

    def take(self, line: Transaction) -> Match | None:
        """Return the nearest open commitment that the line shows, which is then closed."""
        if line.kind == "opening":
            return None
        legs = self._open.get((cash(line.account), line.amount), [])
        fitting = [
            (abs((day - line.day).days), entry, (day, entry, payee))
            for day, entry, payee in legs
            if abs((day - line.day).days) <= WINDOW_DAYS
            and (not payee or not line.counterparty or payee == line.counterparty)
        ]
        if not fitting:
            return None
        *_, leg = min(fitting)
        legs.remove(leg)
        return Match(line, leg[1])
