"""A process that approves and commits payments one after the other; the tests kill it.

It sends each payment's number once its commit has returned: from then on it is acknowledged.
"""

from __future__ import annotations

from multiprocessing.connection import Connection

from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import Pay, Proposal
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit
from tests.books.samples import DAY


def payment(number: int) -> Proposal:
    """One of the payments, each of its own amount."""
    action = Pay(day=DAY, account="bank", payee="供应商甲", amount=100 + number)
    return Proposal(action=action, reason=f"payment {number}")


def work(target: str, first: int, acknowledged: Connection) -> None:
    """Commit payments from `first` on, until killed."""
    with open_books(target) as books:
        for number in range(first, first + 1_000):
            stored = propose(books, payment(number))
            approve(books, stored.id, by="Li")
            commit(books, stored.id, key=f"key-{number}")
            acknowledged.send(number)
