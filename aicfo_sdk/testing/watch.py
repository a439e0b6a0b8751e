"""Watches what the body of one tool does: how long it takes, what it opens, what it is given."""

from __future__ import annotations

import os
import site
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any

from ..context import Context
from ..registry import AnyTool
from .limits import changed, process_state

_CONNECTS = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.bind"}
_STARTS = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.fork", "os.exec", "os.spawn"}
_CHANGES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(slots=True)
class Call:
    """One call of a tool's body."""

    context: Context
    given: dict[str, Any]
    """Arguments and needs, as the body got them."""
    seconds: float = 0.0


@dataclass(slots=True)
class Watched:
    """What the body of a tool was seen to do."""

    calls: list[Call] = field(default_factory=list[Call])
    connected: list[str] = field(default_factory=list[str])
    wrote: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    """What it left otherwise in the process."""


_local = threading.local()


@contextmanager
def watching(tool: AnyTool) -> Generator[Watched]:
    """Watch every call of `tool` in this thread while the block runs."""
    _hook()
    seen, body = Watched(), tool.fn

    # functools.wraps keeps the annotations, from which the tool's signature is read.
    @wraps(body)
    def watched(ctx: Context, *args: Any, **given: Any) -> Any:
        call = Call(ctx, dict(given))
        seen.calls.append(call)
        state = process_state()
        before, _local.seen = getattr(_local, "seen", None), seen
        started = time.perf_counter()
        try:
            return body(ctx, *args, **given)
        finally:
            call.seconds = time.perf_counter() - started
            _local.seen = before
            seen.changed += changed(state, process_state())

    tool.fn = watched
    try:
        yield seen
    finally:
        tool.fn = body


@cache
def _hook() -> None:
    """Hang the one audit hook that this process gets; hooks cannot be taken off again."""
    sys.addaudithook(_audit)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    seen: Watched | None = getattr(_local, "seen", None)
    if seen is None:
        return
    if event in _CONNECTS:
        seen.connected.append(event)
    elif event in _STARTS or event in _CHANGES:
        seen.wrote.append(f"{event} {_shown(args)}".strip())
    elif event == "open" and len(args) == 3 and isinstance(args[2], int):
        path = str(args[0])
        # What Python itself keeps of a module that the body imports, and what nobody keeps.
        if "__pycache__" in path or path == os.devnull:
            return
        if args[2] & _WRITES or not _installed(path):
            seen.wrote.append(f"open {path!r}")


@cache
def _homes() -> tuple[str, ...]:
    """Where the files of Python, of installed packages and of the system's own tables lie."""
    places = [sys.prefix, sys.base_prefix, *site.getsitepackages(), site.getusersitepackages()]
    places += [place for place in sys.path if place]
    there = {str(Path(place).resolve()) for place in places} | set(places)
    return (*sorted(there), "/usr/share/zoneinfo", "/usr/lib", "/lib", "/proc", "/sys", "/dev")


def _installed(path: str) -> bool:
    return any(path == home or path.startswith(home + os.sep) for home in _homes())


def _shown(args: tuple[Any, ...]) -> str:
    return str(args[0])[:60] if args and isinstance(args[0], str | bytes) else ""
