"""One fuzzed target: inputs go in, and only an answer or an AicfoError may come out.

Time and memory of one input are bounded by the kernel, far above what any input may need (so
that a slow machine fails nothing): a minute of processor time, and 2 GiB more than at the start.
"""

from __future__ import annotations

import random
import re
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aicfo_sdk.errors import AicfoError

from .mutations import Mutator

WHOLE = 100_000
_CPU_SECONDS = 60.0
_MORE_MEMORY = 2 * 1024**3
_SHOWN = 8


class Endless(Exception):
    """One input took a minute of processor time."""


@dataclass
class Found:
    """What became of the inputs of one target."""

    inputs: int = 0
    taken: int = 0
    refused: int = 0
    slowest_ms: int = 0
    crashes: Counter[str] = field(default_factory=Counter[str])
    shown: list[str] = field(default_factory=list[str])
    ways: set[str] = field(default_factory=set[str])

    def figures(self) -> dict[str, Any]:
        """Return them for the result file."""
        return {
            "inputs": self.inputs,
            "taken": self.taken,
            "refused": self.refused,
            "ways_out": len(self.ways),
            "crashes": self.crashes.total(),
            "slowest_ms": self.slowest_ms,
        }


def fuzz(
    act: Callable[[bytes], object],
    samples: Sequence[bytes],
    *,
    count: int,
    rng: random.Random,
    first: Sequence[bytes] = (),
) -> Found:
    """Return what `act` did with `first`, the samples, and `count` inputs made of them."""
    mutator = Mutator(samples, rng)
    found = Found()
    with _bounded() as watch, warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(len(first) + count):
            data = first[number] if number < len(first) else mutator.input()
            started = time.process_time()
            watch(_CPU_SECONDS)
            try:
                act(data)
                found.taken += 1
                way = ""
            except AicfoError as error:
                found.refused += 1
                way = _way(error)
                _check(error, found, data)
            except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001 - what is sought
                way = _crash(error, found, data)
            finally:
                watch(0)
            found.inputs += 1
            found.slowest_ms = max(found.slowest_ms, round(1000 * (time.process_time() - started)))
            if way not in found.ways:
                found.ways.add(way)
                mutator.learn(data)
    return found


def none_crashed(found: dict[str, Found]) -> None:
    """Raises: AssertionError showing the first crashes, each with its input."""
    if any(one.crashes for one in found.values()):
        said = [
            f"{name}: {one.crashes.total()} crashes\n" + "\n".join(one.shown)
            for name, one in found.items()
            if one.crashes
        ]
        raise AssertionError("\n".join(said))


def memory_mib() -> int:
    """Return the most memory that this process has had, MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024**2 if sys.platform == "darwin" else 1024)


def _way(error: AicfoError) -> str:
    # Numbers and names in the message are of the input, the words are of the code.
    return f"{type(error).__name__}: {re.sub(r'[0-9]+', '0', error.what)[:60]}"


def _check(error: AicfoError, found: Found, data: bytes) -> None:
    """An error that a person cannot read is a fault as well: one short line, of plain text."""
    said = str(error)
    if "\n" in said or len(said) > 2_000 or not said.isprintable():
        _note(f"an error that is no line: {said[:80]!r}", repr(said[:300]), found, data)


def _crash(error: BaseException, found: Found, data: bytes) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "aicfo" in frame.filename] or list(frames)
    last = own[-1]
    way = f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
    trace = "".join(traceback.format_exception(error, limit=-5))
    _note(way, trace[-1500:], found, data)
    return way


def _note(way: str, trace: str, found: Found, data: bytes) -> None:
    found.crashes[way] += 1
    if found.crashes[way] == 1 and len(found.shown) < _SHOWN:
        found.shown.append(f"-- {way}\n{trace}input of {len(data)} bytes: {data[:400]!r}")


@contextmanager
def _bounded() -> Generator[Callable[[float], None]]:
    def over(signum: int, frame: object) -> None:
        raise Endless(f"more than {_CPU_SECONDS:.0f} s of processor time")

    def watch(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)

    limits = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, over)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + _MORE_MEMORY, limits[1]))
    try:
        yield watch
    finally:
        watch(0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGPROF, before)


def _address_space() -> int:
    """Bytes that this process has mapped now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
