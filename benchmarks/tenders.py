"""Tender search: the index over thousands of notices beside a scan of every notice."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta

from aicfo_sdk import Context, MemoryBooks, discover
from aicfo_sdk.model import Tender, UntrustedText

_TRADES = [
    "cleaning",
    "catering",
    "bridge",
    "software",
    "furniture",
    "保洁",
    "食堂",
    "桥梁",
    "软件",
]
_WORDS = _TRADES + [f"{start}{end}" for start in "bcdfghklmnprstvw" for end in range(100, 220)]
_COUNT = 10_000
_QUERIES = 100
_SCANS = 10


def measure() -> dict[str, str]:
    """Return milliseconds: building the index, a search after that, a scan in plain Python."""
    rng = random.Random(1)
    day = date(2026, 3, 2)
    notices = [
        Tender(
            id=f"T-{number}",
            updated=day - timedelta(days=30),
            published=day - timedelta(days=30),
            status="open",
            title=UntrustedText(" ".join(rng.choices(_WORDS, k=4))),
            description=UntrustedText(" ".join(rng.choices(_WORDS, k=40))),
            deadline=day + timedelta(days=rng.randint(1, 60)),
        )
        for number in range(_COUNT)
    ]
    tool = discover().tool("tender.search_tenders")
    context = Context(MemoryBooks(notices, as_of=day))
    queries = [" ".join(rng.sample(_WORDS, k=3)) for _ in range(_QUERIES)]
    start = time.perf_counter()
    tool(context, query=queries[0])
    built = time.perf_counter()
    times: list[float] = []
    for query in queries:
        began = time.perf_counter()
        tool(context, query=query)
        times.append(time.perf_counter() - began)
    searched, worst = sum(times) / len(times), sorted(times)[int(0.95 * len(times))]
    scanned = time.perf_counter()
    for query in queries[:_SCANS]:
        words = query.split()
        sorted(
            notices,
            key=lambda n: -sum(n.title.count(w) * 3 + n.description.count(w) for w in words),
        )
    scan = (time.perf_counter() - scanned) / _SCANS
    return {
        f"first search over {_COUNT} notices, index built": f"{(built - start) * 1e3:8.1f} ms",
        "a search after that": f"{searched * 1e3:8.1f} ms   {searched / scan:.2f} × the scan",
        "95 of 100 searches take at most": f"{worst * 1e3:8.1f} ms",
        "scan of every notice, counting words": f"{scan * 1e3:8.1f} ms",
    }
