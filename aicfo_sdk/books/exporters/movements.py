"""What the exporters of money movements share: the lines of one account, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import NotFound
from ...model.base import Record
from ...model.invoice import Transaction
from ...model.merchant import Account
from ..port import Books


@dataclass(frozen=True, slots=True)
class Lines:
    """The movements of one own account, oldest first, and what it held before them (minor units).

    `number` and `holder` are as the Account record says, "" when there is none.
    """

    account: str
    number: str
    holder: str
    opening: int
    lines: tuple[Transaction, ...]

    def own_number(self, line: Transaction) -> str:
        """Return the transaction number to write: one per line, so that ids survive the trip."""
        return line.id.removeprefix(f"{self.account}-")


def lines_of(source: Books | Iterable[Record], account: str = "") -> Lines:
    """Return the movements of `account`, or of the only account that has any.

    Raises: NotFound when `account` is not given and there is not exactly one.
    """
    accounts: dict[str, Account] = {}
    lines: list[Transaction] = []
    if isinstance(source, Books):
        accounts = dict(source.records(Account))
        lines = list(source.all(Transaction))
    else:
        for record in source:
            if isinstance(record, Account):
                accounts[record.id] = record
            elif isinstance(record, Transaction):
                lines.append(record)
    if not account:
        found = sorted({line.account for line in lines})
        if len(found) != 1:
            raise NotFound(
                "name the account to write", value=", ".join(found), mend="one account per file"
            )
        account = found[0]
    mine = [line for line in lines if line.account == account]
    opening = sum(line.amount for line in mine if line.kind == "opening")
    moved = sorted(
        (line for line in mine if line.kind != "opening" and line.amount),
        key=lambda line: (line.day, line.time, line.id),
    )
    record = accounts.get(account)
    return Lines(
        account=account,
        number=record.number if record else "",
        holder=record.name if record else "",
        opening=opening,
        lines=tuple(moved),
    )
