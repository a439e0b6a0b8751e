"""Bills on hand written as a list with Chinese columns that `importers.bills` reads back.

Carries every field of a `Bill` except its id, which the reader makes of number and sub-range; the
party a bill came from is carried by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from ...capital import to_capital
from ...errors import InputError
from ...model.bill import Bill
from ...model.merchant import Counterparty
from ..importers import bill_words as words
from ..importers.bills import COLUMNS, OPTIONAL
from .sheet import Value, write

_ORDER = (
    "number",
    "range",
    "splittable",
    "kind",
    "face",
    "capital",
    "issued",
    "matures",
    "drawer",
    "acceptor",
    "acceptor_class",
    "acceptor_uscc",
    "guarantor",
    "payee",
    "transferable",
    "status",
    "circulation",
    "chain",
    "received",
    "received_from",
    "side",
    "held",
    "recourse",
    "invoices",
    "updated",
)

HEADER = tuple({**COLUMNS, **OPTIONAL}[name][0] for name in _ORDER)

T = TypeVar("T")


def write_list(
    bills: Iterable[Bill], path: Path, *, counterparties: Mapping[str, Counterparty]
) -> None:
    """Write bills to .xlsx or .csv, ordered by maturity and number.

    `counterparties` maps the ids of `received_from` to records. Raises: InputError for an unknown
    counterparty.
    """
    ordered = sorted(bills, key=lambda bill: (bill.matures, bill.number, bill.range_start))
    write(path, "持票清单", HEADER, [_row(bill, counterparties) for bill in ordered])


def _row(bill: Bill, counterparties: Mapping[str, Counterparty]) -> list[Value]:
    giver = ""
    if bill.received_from:
        found = counterparties.get(bill.received_from)
        if found is None:
            raise InputError(
                "no such counterparty", value=bill.received_from, where=f"bill {bill.number}"
            )
        giver = found.name
    return [
        bill.number,
        f"{bill.range_start}-{bill.range_end}" if bill.splittable else "0",
        "是" if bill.splittable else "否",
        _word(words.KINDS, bill.kind),
        bill.face,
        to_capital(bill.face),
        bill.issued.isoformat(),
        bill.matures.isoformat(),
        bill.drawer,
        bill.acceptor,
        _word(words.CLASSES, bill.acceptor_class) if bill.acceptor_class else "",
        bill.acceptor_uscc,
        bill.guarantor,
        bill.payee,
        _word(words.TRANSFERABLE, bill.transferable),
        _word(words.STATUS, bill.status),
        _word(words.CIRCULATION, bill.circulation),
        ";".join(
            "|".join(
                [
                    link.day.isoformat(),
                    words.escape(link.endorser, "|;"),
                    words.escape(link.endorsee, "|;"),
                    *([] if link.transferable else [words.STOP]),
                ]
            )
            for link in bill.endorsements
        ),
        bill.received.isoformat() if bill.received else "",
        giver,
        _word(words.SIDES, bill.side),
        _word(words.HELD, bill.held),
        _word(words.RECOURSE, bill.recourse),
        ";".join(words.escape(ref, ";") for ref in bill.invoices),
        bill.updated.isoformat(),
    ]


def _word(known: Mapping[str, T], meaning: T) -> str:
    return next(word for word, meant in known.items() if meant == meaning)
