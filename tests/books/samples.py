"""Records to test books with: short to write, complete to the model."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aicfo_sdk.books.batch import Batch, Refused
from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    CreditLine,
    FundPosition,
    Invoice,
    Loan,
    Record,
    Transaction,
    TransactionKind,
    UntrustedText,
)

DAY = date(2026, 3, 2)


def day(offset: int) -> date:
    """So many days after the first day of the samples, a Monday."""
    return DAY + timedelta(days=offset)


def batch(*records: Record, source: str = "march.csv", currency: str = "CNY") -> Batch:
    """What an importer hands over for one file."""
    return Batch("test", source, "0" * 64, currency, records, rows=len(records))


def refusing(*records: Record, line: int) -> Batch:
    """A file one row of which its importer did not take."""
    refused = (Refused(line, "a closed trade", "交易关闭"),)
    return Batch("test", "march.csv", "0" * 64, "CNY", records, refused, rows=len(records) + 1)


def account(id: str = "bank", **more: Any) -> Account:
    return Account(**{"id": id, "opened": DAY, "kind": "bank", **more})


def party(id: str = "供应商甲", **more: Any) -> Counterparty:
    return Counterparty(**{"id": id, "known_since": DAY, "name": UntrustedText(id), **more})


def line(
    id: str, amount: int, kind: TransactionKind = "sale", offset: int = 0, **more: Any
) -> Transaction:
    own = {"id": id, "day": day(offset), "account": "bank", "amount": amount, "kind": kind}
    return Transaction(**{**own, **more})


def invoice(
    id: str,
    total: int,
    *,
    direction: str = "sales",
    counterparty: str = "客户乙",
    tax: int = 0,
    offset: int = 0,
    **more: Any,
) -> Invoice:
    own = {
        "id": id,
        "updated": day(offset),
        "number": id,
        "direction": direction,
        "counterparty": counterparty,
        "issued": day(offset),
        "net": total - tax,
        "tax": tax,
        "total": total,
    }
    return Invoice(**{**own, **more})


def bill(id: str, face: int, *, splittable: bool = True, offset: int = 0, **more: Any) -> Bill:
    own = {
        "id": id,
        "updated": day(offset),
        "number": "5" + "1" * 29,
        "kind": "bank",
        "range_start": 1 if splittable else 0,
        "range_end": face if splittable else 0,
        "face": face,
        "issued": day(-30),
        "matures": day(120),
        "drawer": UntrustedText("出票公司"),
        "acceptor": UntrustedText("某某银行"),
        "received_from": "客户乙",
        "received": day(0),
    }
    return Bill(**{**own, **more})


def loan(id: str, principal: int, *, offset: int = 0, drawn: int = -100, **more: Any) -> Loan:
    own = {
        "id": id,
        "updated": day(offset),
        "lender": "银行",
        "principal": principal,
        "rate_ppm": 40_000,
        "drawn": day(drawn),
        "due": day(300),
    }
    return Loan(**{**own, **more})


def credit_line(id: str = "line", *, limit: int = 1_000_000, **more: Any) -> CreditLine:
    own = {
        "id": id,
        "updated": DAY,
        "lender": "银行",
        "limit": limit,
        "rate_ppm": 40_000,
        "expires": day(300),
    }
    return CreditLine(**{**own, **more})


def fund(id: str, amount: int, *, offset: int = 0) -> FundPosition:
    return FundPosition(
        id=id, updated=day(offset), product="余利宝", amount=amount, rate_ppm=12_000
    )
