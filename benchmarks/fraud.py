"""Bill checks on the frozen generator of forged bills: recall and false alarms, by kind."""

from __future__ import annotations

import random
from collections import Counter
from math import sqrt

from aicfo_bill import check_bill

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import BillId
from plugins.bill.tests.fraud import FORGERIES, SOUND, VERSION, judge, make

_CASES = 20_000


def measure() -> dict[str, str]:
    """Return recall of forgeries and share of false alarms, over all and by kind."""
    drawn, hits = Counter[str](), Counter[str]()
    for index in range(_CASES):
        made = make(random.Random(f"held out {VERSION} {index}"))
        books = MemoryBooks(made.records, as_of=made.today, balances={})
        drawn[made.kind] += 1
        hits[made.kind] += judge(made, check_bill(Context(books), BillId(made.bill)))
    figures = {
        f"forgeries found (generator {VERSION})": _share(drawn, hits, [*FORGERIES]),
        f"sound bills suspected (generator {VERSION})": _share(drawn, hits, [*SOUND]),
    }
    for name, kinds in (("found", FORGERIES), ("suspected", SOUND)):
        figures |= {f"{name}: {kind}": _share(drawn, hits, [kind]) for kind in kinds}
    return figures


def _share(drawn: Counter[str], hits: Counter[str], kinds: list[str]) -> str:
    """Return the share with its 95 % interval (Wilson), per cent, and the counts."""
    n, k = sum(drawn[kind] for kind in kinds), sum(hits[kind] for kind in kinds)
    z = 1.96
    middle, spread = k / n + z * z / (2 * n), z * sqrt(k / n * (1 - k / n) / n + (z / (2 * n)) ** 2)
    ends = ((middle + side * spread) / (1 + z * z / n) * 100 for side in (-1, 1))
    low, high = (max(end, 0.0) for end in ends)
    return f"{100 * k / n:6.2f} %   [{low:.2f}, {high:.2f}]   {k}/{n}"
