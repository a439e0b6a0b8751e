"""Ends a call that would never end, and tells what a call left changed in its process."""

from __future__ import annotations

import builtins
import decimal
import locale
import signal
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ..model import RECORDS, record_type


class Endless(KeyboardInterrupt):
    """A run was ended from outside: what the runtime lets through, as it does Ctrl-C."""


@contextmanager
def limited(seconds: float) -> Generator[None]:
    """Raise Endless in a block that lasts longer than `seconds`.

    Only Python's main thread on a system with interval timers can be interrupted; elsewhere, and
    inside compiled code that never returns, the block lasts as long as it lasts.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Endless(f"{seconds:g} s")

    usual = signal.signal(signal.SIGALRM, end)
    # Again each second: a first one may fall into code that swallows everything.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


def process_state() -> dict[str, object]:
    """Return what a call must leave as it was, by the name a person knows it by.

    Not here is what an import inside a call may change by right: modules, warnings, environment.
    """
    return {
        "the working directory": str(Path.cwd()),
        "the locale": locale.setlocale(locale.LC_ALL),
        "decimal's context": _decimals(),
        "the recursion limit": sys.getrecursionlimit(),
        "standard output": (id(sys.stdout), id(sys.stderr)),
        "a builtin": {name: id(value) for name, value in vars(builtins).items() if name != "_"},
        "a class of the SDK": {
            f"{name}.{own}": id(value)
            for name in RECORDS
            for own, value in vars(record_type(name)).items()
            if not own.startswith("_")
        },
        "threads that go on": sum(
            not one.daemon for one in threading.enumerate() if one is not threading.main_thread()
        ),
    }


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return the names of what differs."""
    return [name for name, value in before.items() if after[name] != value]


def _decimals() -> tuple[object, ...]:
    own = decimal.getcontext()
    # Flags say only what happened.
    return (own.prec, own.rounding, own.Emin, own.Emax, own.capitals, own.clamp, dict(own.traps))
