"""Plugins that misbehave: twelve faults at six places; every orchestrated run survives them all.

A real distribution per case, found by its entry point, run in its child under the real sandbox.
Beside it a healthy tool of this process, whose advice must always arrive. A run either answers
without the stranger and says so, or ends in one clear error of ours; no process is left behind.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aicfo_sdk import Context, MemoryBooks, Needs, NeedsAll, Orchestrator, Plugin, discover
from aicfo_sdk.config import Config, PluginRules
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import (
    Account,
    Advice,
    Brief,
    CashForecast,
    Counterparty,
    Transaction,
    UntrustedText,
)
from tests.client import stranger

from .misbehaving import FAULTS, HOOKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aicfo_sdk import Books, Registry

NAME = "plugins"
CASES = tuple((fault, hook) for fault in FAULTS for hook in HOOKS)
_SOURCE = Path(__file__).with_name("misbehaving.py")
_DAY = date(2026, 3, 2)
_SLOW = ("hang", "drip")
DEADLINE = 2.0
"""Seconds given to calls that will never end; all others have time, so that a busy machine
changes no outcome."""

healthy = Plugin("healthy", version="1")


@healthy.tool
def steady(ctx: Context) -> Advice:
    """Always there."""
    return Advice(id="steady", kind="info", money=1, title="steady")


@healthy.tool
def all_advice(ctx: Context, *, advice: NeedsAll[Advice]) -> Brief:
    """What everybody says."""
    return Brief(day=ctx.today, cash=0, currency="CNY", advice=advice)


@healthy.tool
def middle(ctx: Context, *, forecast: Needs[CashForecast] | None = None) -> str:
    """Rests on a forecast where there is one."""
    return "with" if forecast is not None else "without"


@healthy.tool
def strict(ctx: Context, *, forecast: Needs[CashForecast]) -> str:
    """Cannot do without a forecast."""
    return "with"


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how many faults were survived, what they ended in, and the worst added delay."""
    rng = random.Random(seed)
    cases = list(CASES)
    if share < 1:
        cases = sorted(rng.sample(cases, max(3, round(len(cases) * share))))
    times = 1 if share <= 1 else round(share)
    ends: Counter[str] = Counter()
    worst: dict[str, float] = {}
    healthy_ones = [one("", "call") for _ in range(3 if share >= 1 else 1)]
    discovery = min(outcome.discovery for outcome in healthy_ones)
    run = min(outcome.run for outcome in healthy_ones)
    for fault, hook in cases * times:
        outcome = one(fault, hook)
        ends[outcome.end] += 1
        added = max(outcome.discovery - discovery, outcome.run - run)
        worst[fault] = max(worst.get(fault, 0.0), added)
    ending = [round(delay, 2) for fault, delay in worst.items() if fault not in _SLOW]
    endless = [round(delay, 2) for fault, delay in worst.items() if fault in _SLOW]
    return {
        "faults": len({fault for fault, _ in cases}),
        "places": len({hook for _, hook in cases}),
        "cases": len(cases) * times,
        "survived": sum(ends.values()),
        "ended": dict(sorted(ends.items())),
        "healthy_discovery_seconds": round(discovery, 2),
        "healthy_run_seconds": round(run, 2),
        "deadline_seconds": DEADLINE,
        "worst_added_seconds_endless": max(endless, default=None),
        "worst_added_seconds_others": max(ending, default=None),
    }


class Outcome(NamedTuple):
    """How one case ended, and the seconds that discovery and its longest run took."""

    end: str
    discovery: float
    run: float


class Clock:
    """Times runs; keeps the longest."""

    longest = 0.0

    @contextmanager
    def step(self) -> Iterator[None]:
        """One run."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.longest = max(self.longest, time.monotonic() - began)


def one(fault: str, hook: str) -> Outcome:
    """Return how a case ended. Raises: AssertionError when anything but the stranger suffered."""
    with installed(fault, hook) as config:
        finding, clock = Clock(), Clock()
        with finding.step():
            registry = discover(config, extra=[healthy])
        if fault == "changed_schema":
            # What was seen first is pinned and remembered; its next process says other things.
            stop(registry)
            registry = discover(config, extra=[healthy])
        try:
            end = _runs(registry, fault, hook, clock)
        finally:
            stop(registry)
        left = leftovers(config)
        until = time.monotonic() + 60
        while left and time.monotonic() < until:  # killed, but not yet gone
            time.sleep(0.05)
            left = leftovers(config)
        assert not left, f"{fault} at {hook} left processes behind: {left}"
    return Outcome(end, finding.longest, clock.longest)


def _runs(registry: Registry, fault: str, hook: str, clock: Clock) -> str:
    case = f"{fault} at {hook}"
    cfo = Orchestrator(registry)
    with clock.step():
        brief = cfo.run("healthy.all_advice", books=_books())
    ids = [item.id for item in brief.result.advice]
    assert "steady" in ids, f"{case}: the healthy advice is gone"
    if "misbehaving" not in registry.plugins:
        said = [b.error for b in registry.broken if b.name.startswith("misbehaving")]
        assert said, f"{case}: gone without a word"
        assert all("\n" not in line for line in said)
        assert cfo.run("healthy.middle", books=_books()).result == "without"
        return "listed_as_broken"
    if "misbehaving" not in ids:
        assert any("misbehaving" in line for line in (*brief.missing, *_said(registry))), case
    with clock.step():
        middle = cfo.run("healthy.middle", books=_books())
    if middle.result == "without":
        assert middle.missing or _said(registry), f"{case}: nothing said of what is missing"
    failed = [
        error
        for goal in ("healthy.strict", "misbehaving.forecast", "misbehaving.pay")
        if (error := _error(cfo, goal, clock)) is not None
    ]
    for error in failed:
        assert "\n" not in str(error), case
        assert len(str(error)) < 2_000, case
    whole = "misbehaving" in ids and middle.result == "with" and not failed
    if not fault:
        assert whole
        return "healthy"
    if hook not in ("import", "list"):
        assert not whole, f"{case} was not noticed"
    return "unharmed" if whole else "answered_without_it"


def _said(registry: Registry) -> list[str]:
    return [f"{b.name}: {b.error}" for b in registry.broken]


def _error(cfo: Orchestrator, goal: str, clock: Clock) -> AicfoError | None:
    with clock.step():
        try:
            cfo.run(goal, books=_books())
        except AicfoError as error:
            return error
    return None


def _books() -> Books:
    return MemoryBooks(
        [
            Account(id="A", opened=_DAY, kind="bank"),
            Transaction(id="t", day=_DAY, account="A", amount=500, kind="opening"),
            Counterparty(id="C", known_since=_DAY, name=UntrustedText("C")),
        ],
        as_of=_DAY,
    )


def stop(registry: Registry) -> None:
    """Stop every child of a registry."""
    for child in registry.children.values():
        child.stop()


@contextmanager
def installed(fault: str, hook: str) -> Iterator[Config]:
    """A configuration under which the misbehaving distribution is installed, and nothing else of
    strangers'."""
    with tempfile.TemporaryDirectory(prefix="aicfo-misbehaving-") as folder:
        site, home = Path(folder, "site"), Path(folder, "home")
        source = _SOURCE.read_text("utf-8")
        source = source.replace('FAULT = ""', f"FAULT = {fault!r}", 1)
        source = source.replace('HOOK = ""', f"HOOK = {hook!r}", 1)
        stranger.write(site, "misbehaving", source)
        never_loads = fault in _SLOW and hook in ("import", "list")
        never_ends = fault in _SLOW and not never_loads
        rules = PluginRules(
            start_seconds=DEADLINE if never_loads else 120,
            deadline_seconds=DEADLINE if never_ends else 120,
            processes=("misbehaving",) if fault == "fork" else (),
        )
        before = os.environ.get("AICFO_HOME")
        os.environ["AICFO_HOME"] = str(home)
        sys.path.insert(0, str(site))
        importlib.invalidate_caches()
        try:
            # Only the core beside the stranger: another forecast would have to be chosen between.
            others = ("bill", "cash_brain", "tender")
            yield Config(disabled=others, plugins=rules, lock=home / "pins.toml")
        finally:
            sys.path.remove(str(site))
            if before is None:
                del os.environ["AICFO_HOME"]
            else:
                os.environ["AICFO_HOME"] = before


def leftovers(config: Config) -> list[int]:
    """Processes of this campaign's plugins that still run."""
    assert config.lock is not None
    mark = str(config.lock.parent.parent).encode()
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        pid = int(entry.parent.name)
        try:
            running = mark in entry.read_bytes() and pid != os.getpid()
            state = (entry.parent / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if running and state not in ("Z", "X"):
            found.append(pid)
    return found
