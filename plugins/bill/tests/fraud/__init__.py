"""A frozen generator of forged bills, and of sound bills that look forged: version 2, 2026-11-22.

It measures the checker, so it was written before the checker's code was read: from the
《票据法》, the rules of the bill system as docs/bill-rules.md gives them, and what forgers of
Chinese bills do. It is frozen: nothing here is changed to make a figure better. A later change
needs a new `VERSION`, and figures of two versions are not compared. Version 2: `renamed_bank`
wrote another code on the bill than the books have, which is `code_other`; it has that code now.

`make(rng)` returns one whole case: books (the merchant, whom it knows, its invoices, its other
bills, the overdue list), one bill to judge, what it is and what was done to it. Half are forged,
kinds in equal shares; half are sound, most of them hard ones.

What counts (`judge`):

- A forgery is *found* when the check gives one of the codes that name it, at least as severe as
  `Forgery.codes` asks: `refuse` where the law or the system forbids, `warning` where there is
  only doubt (a name that looks like another proves nothing).
- A sound bill raises a *false alarm* when it is refused, or warned of with a code that names a
  forgery: any but `NOTICES`, and but what its kind allows.

Left out, because nothing in the books decides it: a firm unknown to the books whose name differs
from a known one's by one look-alike character and which nevertheless exists; a firm renamed of
which the books know one name only; an invoice smaller than the bill is neither forged nor a
false alarm when it is warned of (`small_invoice`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from aicfo_sdk.model import BillCheck, Record

from .amounts import AMOUNTS
from .books_of import Scene
from .dates import DATES
from .imitations import IMITATIONS
from .sound import SOUND
from .title import TITLE

__all__ = ["FORGERIES", "NOTICES", "SOUND", "VERSION", "Made", "judge", "make"]

VERSION = 2

FORGERIES = {**AMOUNTS, **DATES, **TITLE, **IMITATIONS}
"""Kind of forgery → how it is made and what counts as finding it."""

NOTICES = frozenset({"chain_loop", "concentration", "maturity", "transferable"})
"""Codes whose warnings are news, not alarms."""

_RANK = {"info": 0, "warning": 1, "refuse": 2}


@dataclass(frozen=True, slots=True)
class Made:
    """One case: `records` are the books on `today`, `bill` is the id of the bill to judge."""

    kind: str
    forged: bool
    note: str
    bill: str
    today: date
    records: tuple[Record, ...]


def make(rng: random.Random, kind: str | None = None) -> Made:
    """Return a case drawn from `rng`: of `kind`, or forged and sound in equal shares."""
    if kind is None:
        kind = rng.choice([*FORGERIES] if rng.random() < 0.5 else [*SOUND])
    scene = Scene(rng)
    alter: Callable[[Scene], str]
    alter = FORGERIES[kind].make if kind in FORGERIES else SOUND[kind].make
    note = alter(scene)
    return Made(kind, kind in FORGERIES, note, scene.bill.id, scene.today, scene.records())


def judge(made: Made, check: BillCheck) -> bool:
    """Return whether a forgery was found, or a sound bill raised a false alarm."""
    if made.forged:
        codes = FORGERIES[made.kind].codes
        return any(
            finding.code in codes and _RANK[finding.severity] >= _RANK[codes[finding.code]]
            for finding in check.findings
        )
    quiet = NOTICES | SOUND[made.kind].allowed
    return check.verdict == "refuse" or any(
        finding.severity == "warning" and finding.code not in quiet for finding in check.findings
    )
