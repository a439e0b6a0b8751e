"""A second, independent generator of acceptors' names: imitations, and names that only seem so.

The frozen generator's words were in view when the checker was tuned, so names are drawn here
from other words, by other rules, written before the checker was changed. Two sets of words:
`FIRST` was read from while the checker was mended, `LAST` was written after that and read once.

A case is whom the books know, and the name on a bill. `found` is what the checker owes: a warning
or a refusal that names the acceptor (`acceptor_name`, `acceptor_kind`, `acceptor_uscc`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from aicfo_sdk.model import Bill, BillCheck, BillId, Counterparty, Merchant, Record, UntrustedText

from .edits import IMITATED
from .genuine import GENUINE, UNDECIDED
from .names import Draw
from .words import Words

__all__ = ["GENUINE", "IMITATED", "UNDECIDED", "Case", "found", "make"]

_TODAY = date(2026, 3, 2)
_CODES = frozenset({"acceptor_name", "acceptor_kind", "acceptor_uscc"})


@dataclass(frozen=True, slots=True)
class Case:
    """`name` accepts the bill of `records`; it is an imitation if `imitated`, of `of`."""

    kind: str
    imitated: bool
    of: str
    name: str
    bill: BillId
    today: date
    records: tuple[Record, ...]


def make(rng: random.Random, words: Words, kind: str) -> Case:
    """Return a case of `kind`, of `IMITATED`, `GENUINE` or `UNDECIDED`."""
    draw = Draw(rng, words)
    makers: dict[str, Callable[[Draw], tuple[str, str, bool]]] = {
        **IMITATED,
        **GENUINE,
        **UNDECIDED,
    }
    of, name, bank = makers[kind](draw)
    bill = Bill(
        id="B1",
        updated=date(2026, 2, 10),
        number=f"{5 if bank else 6}{rng.randrange(10**12):012d}20260115{rng.randrange(10**9):09d}",
        kind="bank" if bank else "trade",
        range_start=1,
        range_end=4_000_000,
        face=4_000_000,
        issued=date(2026, 1, 15),
        matures=date(2026, 7, 15),
        drawer=UntrustedText(draw.known[0]),
        payee=UntrustedText(draw.merchant),
        acceptor=UntrustedText(name),
        acceptor_uscc=draw.shown,
    )
    start = date(2024, 1, 1)
    merchant = Merchant(id="us", updated=start, name=UntrustedText(draw.merchant), uscc="")
    parties = [
        Counterparty(
            id=f"C{place}", known_since=start, name=UntrustedText(one), uscc=draw.codes.get(one, "")
        )
        for place, one in enumerate(draw.known)
    ]
    records = (merchant, *parties, bill)
    return Case(kind, kind in IMITATED, of, name, BillId("B1"), _TODAY, records)


def found(check: BillCheck) -> bool:
    """Return whether the check doubts the acceptor's name."""
    return any(finding.code in _CODES and finding.severity != "info" for finding in check.findings)
