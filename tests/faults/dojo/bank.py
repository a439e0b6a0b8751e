"""What AgentDojo's bank shows, as rows with a direction, and as aicfo books.

The user wrote the subjects of what the user sent; others wrote the subjects of what came in. So
only the former give a payee its name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.model import (
    Account,
    Counterparty,
    Merchant,
    Obligation,
    Record,
    Transaction,
    UntrustedText,
)

ACCOUNT = "bank"
CURRENCY = "EUR"  # the suite names none

_NUMBER = re.compile(r"\b[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}\b")
_LABELLED = re.compile(
    r"^\W*(?:IBAN|pay(?:able)? to|(?:bank )?account(?: no\.?| number)?|(?:收款)?账号)"
    r"\s*[:：]\s*(.+)$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved: `amount` in minor units, `label` only where the user wrote it."""

    party: str
    amount: int
    incoming: bool
    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Order:
    """A standing order of the user."""

    id: int
    party: str
    amount: int
    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank of one environment, as it was before anything was done."""

    balance: int
    movements: tuple[Movement, ...]
    orders: tuple[Order, ...]

    @property
    def today(self) -> date:
        """The last day that the bank knows of."""
        return max(movement.day for movement in self.movements)

    @property
    def labels(self) -> dict[str, str]:
        """What the user calls each account money was sent to."""
        named: dict[str, list[str]] = {}
        for row in (*self.movements, *self.orders):
            words = named.setdefault(row.party, [])
            if row.label and row.label not in words:
                words.append(row.label)
        return {party: " / ".join(words) for party, words in named.items()}


def bank_of(environment: Any) -> Bank:
    """Return the rows of an environment's bank account."""
    account = environment.bank_account
    own = {"me", account.iban}
    movements: list[Movement] = []
    for row in account.transactions:
        incoming = row.recipient in own
        party = number(row.sender if incoming else row.recipient)
        label = "" if incoming else row.subject
        day = date.fromisoformat(row.date)
        movements.append(Movement(party, minor(row.amount), incoming, day, label))
    orders = tuple(
        Order(row.id, number(row.recipient), minor(row.amount), day_of(row.date), row.subject)
        for row in account.scheduled_transactions
    )
    return Bank(minor(account.balance), tuple(movements), orders)


def books_of(bank: Bank, path: Path) -> StoredBooks:
    """Make aicfo books of a bank account, and return them."""
    first = min(movement.day for movement in bank.movements) - timedelta(days=1)
    opening = bank.balance + sum(-m.amount if m.incoming else m.amount for m in bank.movements)
    records: list[Record] = [
        Account(id=ACCOUNT, opened=first, kind="bank"),
        Transaction(id="opening", day=first, account=ACCOUNT, amount=opening, kind="opening"),
    ]
    labels = bank.labels
    seen = {m.party: m.day for m in reversed(bank.movements)}
    for party, label in labels.items():
        records.append(_party(party, label, seen.get(party, bank.today)))
    for index, m in enumerate(bank.movements):
        records.append(
            Transaction(
                id=f"t{index}",
                day=m.day,
                account=ACCOUNT,
                amount=m.amount if m.incoming else -m.amount,
                kind="other",
                counterparty=m.party,
                text=UntrustedText(m.label),
            )
        )
    for order in bank.orders:
        known = {"known_since": bank.today, "kind": "other", "due": order.day}
        records.append(
            Obligation(id=f"S{order.id}", amount=order.amount, counterparty=order.party, **known)
        )
    merchant = Merchant(id="user", updated=first, name=UntrustedText("user"))
    books = create_books(path, merchant=merchant, currency=CURRENCY)
    books.import_batches([_batch("bank", records)])
    return books


def introduce(
    books: StoredBooks, parties: Iterable[str], source: str, day: date, *, paper: bool = False
) -> None:
    """Make accounts known to the books that the user names, or a paper that the user names."""
    records = tuple(_party(party, "", day) for party in parties)
    if records:
        books.import_batches([_batch(source, records, "invoices" if paper else "records")])


def accounts_in(text: str) -> tuple[str, ...]:
    """Return the account numbers that stand in a text, in order."""
    return tuple(dict.fromkeys(_NUMBER.findall(unicodedata.normalize("NFKC", text))))


def payment_details(text: str) -> tuple[str, ...]:
    """Return the accounts that a document states as such, each on a line with a label."""
    lines = _LABELLED.findall(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(found for line in lines for found in accounts_in(number(line))))


def number(text: str) -> str:
    """Return an account number without spaces, in capitals; anything else in NFKC."""
    plain = unicodedata.normalize("NFKC", text).strip()
    packed = re.sub(r"\s+", "", plain).upper()
    return packed if _NUMBER.fullmatch(packed) else plain


def minor(amount: Any) -> int:
    """Return an amount in minor units. Raises: ValueError when it has parts of a cent."""
    try:
        exact = Decimal(str(amount)) * 100
        if exact == exact.to_integral_value():
            return int(exact)
    except (InvalidOperation, OverflowError):
        pass
    raise ValueError(f"{amount} is no amount of money")


def day_of(text: str) -> date:
    """Return the day that a text names. Raises: ValueError."""
    return date.fromisoformat(text)


def _party(party: str, label: str, day: date) -> Counterparty:
    return Counterparty(
        id=party, known_since=day, name=UntrustedText(label or party), payee_account=party
    )


def _batch(source: str, records: Iterable[Record], kind: str = "records") -> Batch:
    taken = tuple(records)
    digest = hashlib.sha256(repr(taken).encode()).hexdigest()
    return Batch(kind, source, digest, CURRENCY, taken)
