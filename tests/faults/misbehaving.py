"""The source of a stranger's plugin that misbehaves, in one of twelve ways, at one of six places.

The campaign and the tests write it into distributions with `FAULT` and `HOOK` filled in; the code
below runs inside the child. It fights dirty: it finds the host's own pipe and writes on it.
"""

from __future__ import annotations

import math
import os
import stat
import time
from datetime import timedelta
from typing import Any

from aicfo_sdk import Context, Plugin, Proposal
from aicfo_sdk.model import Account, Advice, CashForecast, Pay

FAULT = ""
HOOK = ""

FAULTS = (
    "hang",
    "raise",
    "exit",
    "fork",
    "nan",
    "negative",
    "wrong_type",
    "huge",
    "deep",
    "bad_utf8",
    "drip",
    "changed_schema",
)
HOOKS = ("import", "list", "call", "need", "member", "proposal")

VALUES: dict[str, Any] = {
    "nan": math.nan,
    "negative": -5,
    "wrong_type": "12",
    "huge": "x" * 20_000_000 if FAULT == "huge" else "",
}


def wires() -> list[int]:
    """The pipes that this process can write to, but standard output and error."""
    found: list[int] = []
    for number in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                found.append(number)
        except OSError:
            continue
    return found


def write(data: bytes) -> None:
    """Write on the host's pipe, whichever it is."""
    for number in wires():
        try:
            os.write(number, data)
        except OSError:
            continue


def deed() -> None:
    """Do what no return value can do."""
    if FAULT == "hang":
        while True:
            time.sleep(3600)
    if FAULT == "raise":
        raise RuntimeError("misbehaving\nin two lines")
    if FAULT == "exit":
        os._exit(7)
    if FAULT == "fork":
        for _ in range(8):
            if os.fork() == 0:
                while True:
                    time.sleep(3600)
        os._exit(8)
    if FAULT == "deep":
        write(b"[" * 100_000 + b"]" * 100_000 + b"\n")
    if FAULT == "bad_utf8":
        write(b'{"jsonrpc": "2.0", "id": 1, "result": {"text": "\xff\xfe"}}\n')
    if FAULT == "huge" and HOOK in ("import", "list"):
        write(b'"' + b"x" * 20_000_000 + b'"\n')
    if FAULT == "nan" and HOOK in ("import", "list"):
        write(b'{"jsonrpc": "2.0", "id": 1, "result": {"amount": NaN}}\n')
    while FAULT == "drip":
        write(b" ")
        time.sleep(0.05)


def at(hook: str) -> Any:
    """Misbehave if this is the place; return a bad value where the fault is one."""
    if hook != HOOK:
        return None
    deed()
    return VALUES.get(FAULT)


def listed(kind: Any) -> Any:
    """An annotation: it is evaluated while the tools are listed."""
    bad = at("list")
    return kind if bad is None or FAULT in ("huge", "nan") else bad


def says(hook: str) -> str:
    """A description; another one in each process when the fault is that."""
    changing = FAULT == "changed_schema" and (hook == HOOK or HOOK in ("import", "list"))
    return "Says what it does" + (f" ({os.urandom(4).hex()})." if changing else ".")


at("import")
plugin = Plugin(
    "misbehaving",
    version=VALUES[FAULT] if HOOK == "import" and FAULT in ("negative", "wrong_type") else "1.0",
)


def forecast(ctx: Context, *, days: int = 3) -> listed(CashForecast):  # pyright: ignore[reportInvalidTypeForm]
    bad = at("call")
    bad = at("need") if bad is None else bad
    cash = ctx.books.balance()
    good: dict[str, Any] = {"start": ctx.today + timedelta(days=1), "opening": cash}
    good |= {"p10": (cash,) * days, "p50": (cash,) * days, "p90": (cash,) * days}
    if bad is None:
        return CashForecast(**good)
    field = "note" if FAULT == "huge" else "buffer"
    return CashForecast.model_construct(**good, **{field: bad})


def advice(ctx: Context) -> Advice:
    bad = at("member")
    good: dict[str, Any] = {"id": "misbehaving", "kind": "info", "title": "t"}
    if bad is None:
        return Advice(**good, money=1)
    if FAULT == "huge":
        return Advice.model_construct(**good, money=1, detail=bad)
    return Advice.model_construct(**good, money=bad)


def pay(ctx: Context) -> list[Proposal]:
    bad = at("proposal")
    good: dict[str, Any] = {"day": ctx.today, "account": "A", "payee": "C"}
    if bad is None:
        return [Proposal(action=Pay(**good, amount=5), reason="r")]
    if FAULT == "huge":
        return [Proposal(action=Pay(**good, amount=5), reason=bad)]
    return [Proposal.model_construct(action=Pay.model_construct(**good, amount=bad), reason="r")]


forecast.__doc__ = says("call") if HOOK == "call" else says("need")
advice.__doc__ = says("member")
pay.__doc__ = says("proposal")
plugin.tool(reads=[Account])(forecast)
plugin.tool(advice)
plugin.tool(pay)
