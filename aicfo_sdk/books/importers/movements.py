"""What the importers of money movements share: stable ids, own accounts, duplicates, one Batch.

A Transaction's id is `<account>-<number>`, the source's own transaction number; where there is
none, a digest of the row and its count among equal rows. So the same movement has the same id in
every file that shows it. A row that stands twice in a file counts once; two different rows under
one number are an error.

A purchase that a wallet bill shows but a bank card paid leaves the wallet's balance alone: it is
written as the purchase and, beside it, the money that came from the card (id `…-card`). So cash
per account is right with and without the bank's own statement.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

from ...errors import RecordError
from ...model.base import Record
from ...model.invoice import Transaction, TransactionKind
from ...model.merchant import Account, Counterparty
from ...model.text import UntrustedText
from ..batch import Batch, Refused
from ..names import counterparty_id, normal_name
from .table import Row, Table

# Consumers stay unnamed: only parties one trades with on account become Counterparty records.
_PARTY_KINDS = frozenset({"purchase", "receipt", "rent", "loan"})
_NO_NUMBER = frozenset({"", "/", "-", "无", "0", "null", "none"})
_NO_NAME = frozenset({"", "/", "-", "(空)"})
_DIGITS = re.compile(r"[^0-9A-Za-z]")


@cache
def data_file(name: str) -> dict[str, Any]:
    """Return the shipped table `mappings/<name>.toml`."""
    text = (files(__package__ or "") / "mappings" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


class Own:
    """The merchant's own account numbers and names, to know a transfer between them."""

    def __init__(self, own: Iterable[str]) -> None:
        own = (own,) if isinstance(own, str) else tuple(own)
        self._names = {name for entry in own if (name := normal_name(entry))}
        self._numbers = {number for entry in own if (number := account_number(entry))}

    def __call__(self, *, name: str = "", number: str = "") -> bool:
        """Return whether a name or an account number is the merchant's own."""
        if number and self._numbers and account_number(number) in self._numbers:
            return True
        return bool(name and self._names) and _normal(name) in self._names


def account_number(text: str) -> str:
    """Return the digits and letters of an account number; "" when fewer than four digits."""
    number = _DIGITS.sub("", text).upper()
    return number if sum(char.isdigit() for char in number) >= 4 else ""


class Movements:
    """Collects the movements of one file, then hands over the Batch."""

    def __init__(self, *, kind: str, provider: str, file: str, digest: str, currency: str) -> None:
        self.kind, self.provider, self.currency = kind, provider, currency
        self.notes: list[str] = []
        self.rows = 0
        self._file, self._digest = file, digest
        self._accounts: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, Transaction] = {}
        self._line_numbers: dict[str, int] = {}
        self._seen: dict[tuple[Any, ...], int] = {}
        self._parties: dict[str, tuple[date, str]] = {}
        self._refused: list[Refused] = []

    def account(
        self,
        id: str,
        *,
        kind: Literal["bank", "wallet", "cash"],
        number: str = "",
        name: str = "",
    ) -> str:
        """Name the own account that the following movements belong to; return its id."""
        self._accounts.setdefault(
            id, {"kind": kind, "number": number, "name": name, "opened": date.max}
        )
        return id

    def refuse(self, line: int, reason: str, value: str = "") -> None:
        """Leave a well-formed row out, with the reason."""
        self._refused.append(Refused(line, reason, value))

    def number(self, account: str, number: str, content: tuple[Any, ...]) -> str:
        """Return the id of a movement from its own number, else from its content."""
        if number.strip().lower() not in _NO_NUMBER:
            return f"{account}-{number}"[:190]
        count = self._seen.get(content, 0)
        self._seen[content] = count + 1
        text = "\x1f".join(map(str, (*content, count)))
        return f"{account}-{sha256(text.encode()).hexdigest()[:20]}"

    def shared_number(self, account: str, number: str, content: tuple[Any, ...]) -> str:
        """Return the id of a line whose number several lines may share (a payment, its fee)."""
        text = "\x1f".join(map(str, content))
        return f"{account}-{number}"[:180] + "-" + sha256(text.encode()).hexdigest()[:8]

    def add(
        self,
        *,
        id: str,
        line: int,
        account: str,
        day: date,
        amount: int,
        kind: TransactionKind,
        time: str = "",
        name: str = "",
        number: str = "",
        text: str = "",
    ) -> None:
        """Take one movement; the same row again is refused.

        Raises: RecordError when the id was seen with another content.
        """
        party = ""
        if name in _NO_NAME:
            name = ""
        elif kind in _PARTY_KINDS:
            party = _party(name)
            first, shown = self._parties.get(party, (day, name))
            self._parties[party] = (min(first, day), shown)
        record = Transaction(
            id=id,
            day=day,
            time=time,
            account=account,
            amount=amount,
            kind=kind,
            counterparty=party,
            counterparty_name=_untrusted(name),
            reference="" if number.lower() in _NO_NUMBER else number,
            text=_untrusted(text),
        )
        old = self._lines.get(id)
        if old is None:
            self._lines[id] = record
            self._line_numbers[id] = line
            holder = self._accounts[account]
            holder["opened"] = min(holder["opened"], day)
        elif old == record:
            self.refuse(line, f"the same row as line {self._line_numbers[id]}", number)
        else:
            raise RecordError(
                f"two different rows with one transaction number (the other is line "
                f"{self._line_numbers[id]})",
                file=self._file,
                line=line,
                value=number or id,
                mend="export the file again",
            )

    def batch(self, *, notes: Iterable[str] = ()) -> Batch:
        """Return everything taken, Accounts and Counterparties first."""
        records: list[Record] = [
            Account(
                id=key,
                opened=entry["opened"],
                kind=entry["kind"],
                provider=self.provider,
                number=entry["number"],
                name=entry["name"],
            )
            for key, entry in sorted(self._accounts.items())
            if entry["opened"] != date.max
        ]
        records += [
            Counterparty(id=key, known_since=first, name=UntrustedText(name))
            for key, (first, name) in sorted(self._parties.items())
        ]
        records += self._lines.values()
        return Batch(
            kind=self.kind,
            source=self._file,
            digest=self._digest,
            currency=self.currency,
            records=tuple(records),
            refused=tuple(self._refused),
            notes=(*self.notes, *notes),
            rows=self.rows,
        )


def movements_of(
    tables: Sequence[Table], *, kind: str, provider: str, currency: str = "CNY"
) -> Movements:
    """Return an empty collection for the file that these tables come from."""
    table = tables[0]
    return Movements(
        kind=kind, provider=provider, file=table.file, digest=table.digest, currency=currency
    )


@lru_cache(maxsize=4096)
def wallet_paid(bill: str, method: str) -> bool:
    """Return whether the wallet itself paid; "零钱&优惠" counts, a bank card does not.

    `bill` names the table ("wechat", "alipay") whose words for the wallet hold.
    """
    wallet = data_file(bill)["words"]["wallet"]
    return any(part.split("(")[0].strip() in wallet for part in method.split("&"))


@lru_cache(maxsize=4096)
def is_void(bill: str, status: str) -> bool:
    """Return whether a bill's 交易状态 says that no money moved."""
    return any(word in status for word in data_file(bill)["words"]["void"])


# Few names stand in many rows.
_normal = lru_cache(maxsize=20_000)(normal_name)
_party = lru_cache(maxsize=20_000)(counterparty_id)


@lru_cache(maxsize=20_000)
def _untrusted(text: str) -> UntrustedText:
    return UntrustedText(text)


def positive_amount(row: Row, column: str, *, sign_in: str) -> int:
    """Return an amount that the format writes without sign. Raises: RecordError if negative."""
    amount = row.amount(column)
    if amount < 0:
        raise row.error(
            "a negative amount",
            column=column,
            value=row.text(column),
            mend=f"the direction stands in {sign_in}",
        )
    return amount
