"""Acceptors' names, imitated and genuine, from two sets of words drawn for this alone."""

from __future__ import annotations

import random
from math import sqrt

from aicfo_bill import check_bill

from aicfo_sdk import Context, MemoryBooks
from plugins.bill.tests.lookalikes import GENUINE, IMITATED, UNDECIDED, found, make
from plugins.bill.tests.lookalikes.first import FIRST
from plugins.bill.tests.lookalikes.last import LAST

_SETS = {"first": FIRST, "last": LAST}
_CASES = 1_000


def measure() -> dict[str, str]:
    """Return imitations found and genuine names suspected, over all and by kind."""
    figures: dict[str, str] = {}
    for label, words in _SETS.items():
        hits = dict.fromkeys((*IMITATED, *GENUINE, *UNDECIDED), 0)
        for kind in hits:
            for number in range(_CASES):
                made = make(random.Random(f"names {label} {kind} {number}"), words, kind)
                books = MemoryBooks(made.records, as_of=made.today, balances={})
                hits[kind] += found(check_bill(Context(books), made.bill))
        figures[f"{label}: imitations found"] = _share(hits, [*IMITATED])
        figures[f"{label}: genuine names suspected"] = _share(hits, [*GENUINE])
        figures |= {f"{label}, {kind}": _share(hits, [kind]) for kind in hits}
    return figures


def _share(hits: dict[str, int], kinds: list[str]) -> str:
    """Return the share, per cent, half its 95 % interval, and the counts."""
    count, n = sum(hits[kind] for kind in kinds), _CASES * len(kinds)
    half = 1.96 * sqrt(count / n * (1 - count / n) / n)
    return f"{100 * count / n:6.2f} % ± {100 * half:.2f}   {count}/{n}"
