"""Children: what a call costs in a plugin's own process, in this one, and how long one starts."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.client.mount import mount_entry
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import Config
from aicfo_sdk.model import Account, Record, Transaction

_ACME = Path(__file__).parents[1] / "tests" / "third_party" / "acme_fx"
_DAY = date(2026, 3, 2)
_LINES = 10_000
_SOURCE = """\
from aicfo_sdk import Context, Plugin
from aicfo_sdk.model import Account, Transaction
plugin = Plugin("reader", version="1")

@plugin.tool(reads=[Account, Transaction])
def lines(ctx: Context) -> int:
    "How many lines of statements there are."
    return len(ctx.books.records(Transaction))
"""


def measure() -> dict[str, str]:
    """Return milliseconds, best of several rounds taken in turn, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("AICFO_HOME")
        os.environ["AICFO_HOME"] = folder
        Path(folder, "reader.py").write_text(_SOURCE, "utf-8")
        sys.path[:0] = [str(_ACME), folder]
        try:
            return _measured()
        finally:
            sys.path.remove(str(_ACME))
            sys.path.remove(folder)
            if before is None:
                del os.environ["AICFO_HOME"]
            else:
                os.environ["AICFO_HOME"] = before


def _measured() -> dict[str, str]:
    config = Config()
    far = mount_entry(EntryPoint("acme_fx", "acme_fx:plugin", "aicfo.plugins"), config, FactTypes())
    near = import_module("acme_fx").plugin
    reader = mount_entry(
        EntryPoint("reader", "reader:plugin", "aicfo.plugins"), config, FactTypes()
    )
    small = Context(_books(0))
    in_process, in_child = near.tools["flat_forecast"], far.plugin.tools["flat_forecast"]
    lines = reader.plugin.tools["lines"]

    def start() -> None:
        far.child.stop()
        far.child.listing()

    start_s = _best(start, 1, 5)
    remember_s = _best(
        lambda: mount_entry(
            EntryPoint("acme_fx", "acme_fx:plugin", "aicfo.plugins"), config, FactTypes()
        ),
        1,
        5,
    )
    near_s = _best(lambda: in_process(small), 200, 7)
    far_s = _best(lambda: in_child(small), 200, 7)
    context = Context(_books(_LINES))
    lines(context)
    again_s = _best(lambda: lines(context), 50, 5)

    def afresh() -> None:
        reader.child.sent = ("", set())
        lines(context)

    slice_s = _best(afresh, 1, 5)
    far.child.stop()
    reader.child.stop()
    return {
        "start of a child, walls up, tools listed": f"{start_s * 1e3:8.1f} ms",
        "what an installed plugin said, remembered": f"{remember_s * 1e3:8.2f} ms",
        "a call in this process": f"{near_s * 1e3:8.4f} ms",
        "the same call in a child": f"{far_s * 1e3:8.4f} ms   {far_s / near_s:.0f} ×",
        f"a call over {_LINES} lines, sent with it": f"{slice_s * 1e3:8.1f} ms",
        "the same call again, the books being there": f"{again_s * 1e3:8.4f} ms",
    }


def _best(body: Callable[[], object], number: int, rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(number):
            body()
        best = min(best, (time.perf_counter() - began) / number)
    return best


def _books(lines: int) -> MemoryBooks:
    records: list[Record] = [Account(id="A", opened=_DAY - timedelta(days=999), kind="bank")]
    records += [
        Transaction(
            id=f"t{number:06}",
            day=_DAY - timedelta(days=number % 365),
            account="A",
            amount=number,
            kind="sale",
        )
        for number in range(lines)
    ]
    return MemoryBooks(records, as_of=_DAY)
