"""Due dates under other clocks, time zones and calendars' edges, against a count of our own.

The oracle counts days by Julian day numbers from the notices as they are written and knows
neither `datetime` arithmetic nor the code under test. Each child process has another time zone
and system clock; a hook raises when code of ours reads a clock, and a run that was recorded in
one zone is done again in each of the others.

    python -m tests.faults.due_dates CASES SEED BOOKS RUN SHIFT      what each child does
"""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any

from . import scratch

ROOT = Path(__file__).parents[2]
CASES = 1_000_000
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",  # summer time
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Kiritimati",  # fourteen hours ahead
    "Pacific/Apia",  # skipped a whole day in 2011
    "America/St_Johns",
    "AAA+23:59",
    "ZZZ-23:59",
)
SHIFTS = (0, -86_400, 86_400, -3_600, 366 * 86_400)
"""Seconds by which the system's clock is wrong in a child."""

LOGIC = ("aicfo_sdk", "plugins/*/aicfo_*", "sim/aicfo_sim", "seeds/aicfo_seeds")
CLOCKS = frozenset(
    "now today utcnow fromtimestamp utcfromtimestamp time time_ns localtime gmtime mktime ctime "
    "asctime monotonic monotonic_ns perf_counter perf_counter_ns process_time strftime tzset "
    "astimezone getmtime getctime".split()
)
ALLOWED = {
    "aicfo_sdk/orchestrator/session.py": {"monotonic"},
    "aicfo_sdk/client/wire.py": {"monotonic"},
    "aicfo_sdk/llm/agents.py": {"monotonic"},
    "aicfo_sdk/llm/conversation.py": {"monotonic"},
    "aicfo_sdk/llm/drafting.py": {"monotonic"},
    "aicfo_sdk/llm/loop.py": {"monotonic"},
    "aicfo_sdk/mcp/approving.py": {"monotonic"},
    "aicfo_sdk/mcp/auth.py": {"monotonic"},
    "aicfo_sdk/mcp/issued.py": {"time"},
    "aicfo_sdk/mcp/key_sets.py": {"monotonic"},
    "aicfo_sdk/mcp/try_sign_in.py": {"time"},
    "aicfo_sdk/cli/watch.py": {"fromtimestamp"},
    "aicfo_sdk/testing/watch.py": {"perf_counter"},
    "sim/aicfo_sim/demo/command.py": {"monotonic"},
    "sim/aicfo_sim/printing.py": {"monotonic"},
    "sim/aicfo_sim/shard.py": {"process_time"},
}
"""Where a clock is read: deadlines, how long the demo took, the time that a run has left, what it
cost, what a model or a client may still use, how long a tool under test took, until when a token, a
key or a question holds. None of them makes a date but that of `aicfo watch`, which must know when
it is morning and asks about the books' day."""


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Compute due dates in every zone, compare each, and replay a run; raise at the first wrong."""
    files_read, reads = clock_reads()
    wrong = {name: names for name, found in reads.items() if (names := found - _allowed(name))}
    assert not wrong, f"logic reads a clock: {wrong}"
    each = max(round(CASES * share / len(ZONES)), 100)
    cases = replays = 0
    digests: dict[str, str] = {}
    with scratch() as folder:
        books, run = _recorded(folder)
        for number, zone in enumerate(ZONES):
            shift = SHIFTS[number % len(SHIFTS)]
            words = (each, seed + number, books, run, shift)
            done = subprocess.run(
                [sys.executable, "-m", __name__, *map(str, words)],
                cwd=ROOT,
                env={**os.environ, "TZ": zone},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"TZ={zone}, clock {shift:+} s: {done.stderr[-3000:]}"
            told = json.loads(done.stdout)
            cases += told["cases"]
            replays += told["identical"]
            digests[zone] = told["digest"]
    assert len(set(digests.values())) == 1, f"zones answer otherwise: {digests}"
    assert replays == len(ZONES)
    return {
        "due dates": cases,
        "wrong": 0,
        "time zones": len(ZONES),
        "runs identical in another zone": replays,
        "files of logic": files_read,
        "clock reads in logic": 0,
    }


# ── no clock in logic ───────────────────────────────────────────────────────────────────────


def clock_reads() -> tuple[int, dict[str, set[str]]]:
    """Return how many files of logic there are, and file → clock functions that it names."""
    found: dict[str, set[str]] = {}
    count = 0
    for pattern in LOGIC:
        for path in sorted(p for folder in ROOT.glob(pattern) for p in folder.rglob("*.py")):
            count += 1
            names = set(clock_names(path.read_text("utf-8")))
            if names:
                found[path.relative_to(ROOT).as_posix()] = names
    return count, found


def clock_names(code: str) -> Iterator[str]:
    """Yield the clock functions that code reaches through `time`, `datetime`, `date` or a path."""
    modules = {"time", "datetime", "date", "dt", "path"}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            base = node.value
            name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
            if name in modules or node.attr in ("astimezone", "utcnow", "fromtimestamp"):
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
            clocks = CLOCKS - {"time"} if node.module == "datetime" else CLOCKS
            yield from (alias.name for alias in node.names if alias.name in clocks)


def _allowed(name: str) -> set[str]:
    return ALLOWED.get(name, set())


# ── the oracle ──────────────────────────────────────────────────────────────────────────────

Day = tuple[int, int, int]


def number(day: Day) -> int:
    """Return the Julian day number of a Gregorian day."""
    year, month, of_month = day
    early = (14 - month) // 12
    years = year + 4800 - early
    months = month + 12 * early - 3
    leaps = years // 4 - years // 100 + years // 400
    return of_month + (153 * months + 2) // 5 + 365 * years + leaps - 32045


def civil(julian: int) -> Day:
    """Return the Gregorian day of a Julian day number."""
    a = julian + 32044
    b = (4 * a + 3) // 146097
    c = a - 146097 * b // 4
    d = (4 * c + 3) // 1461
    e = c - 1461 * d // 4
    m = (5 * e + 2) // 153
    return 100 * b + d - 4800 + m // 10, m + 3 - 12 * (m // 10), e - (153 * m + 2) // 5 + 1


def later(day: Day, months: int) -> Day:
    """Return the same day so many months later, or the last of that month."""
    year, month, of_month = day
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return year, month, min(of_month, lengths[month - 1])


class Oracle:
    """Working days of China, read from the notices themselves."""

    def __init__(self) -> None:
        folder = files("aicfo_seeds") / "calendar" / "cn"
        self._off: dict[int, set[int]] = {}
        self._work: dict[int, set[int]] = {}
        for entry in folder.iterdir():
            if entry.name[:4].isdigit():
                notice = tomllib.loads(entry.read_text("utf-8"))
                year = int(notice["year"])
                self._off[year] = {number(_tuple(day)) for day in notice["off"]}
                self._work[year] = {number(_tuple(day)) for day in notice["work"]}
        self._table = tomllib.loads((folder / "festivals.toml").read_text("utf-8"))

    def works(self, julian: int) -> bool:
        """Return whether banks work on a day."""
        year, month, day = civil(julian)
        weekday = julian % 7  # 0 is Monday
        if year in self._off:
            return julian in self._work[year] or (weekday < 5 and julian not in self._off[year])
        if weekday >= 5 or [month, day] in self._table["fixed"]:
            return False
        for name, by_year in self._table["moving"].items():
            if first := by_year.get(str(year)):
                start, end = self._table["free"].get(name, (0, 0))
                if number(_tuple(first)) + start <= julian <= number(_tuple(first)) + end:
                    return False
        return True

    def rolled(self, day: Day) -> Day:
        """Return the day itself or the next working day."""
        julian = number(day)
        while not self.works(julian):
            julian += 1
        return civil(julian)

    def moved(self, day: Day, count: int) -> Day:
        """Return the day so many working days later, or earlier."""
        julian, step = number(day), 1 if count >= 0 else -1
        for _ in range(abs(count)):
            julian += step
            while not self.works(julian):
                julian += step
        return civil(julian)


def _tuple(day: date) -> Day:
    return day.year, day.month, day.day


# ── what each child does ────────────────────────────────────────────────────────────────────


def compare(cases: int, seed: int) -> tuple[int, str]:
    """Compare so many due dates; return how many, and the digest of some that are always alike."""
    rng, oracle = random.Random(seed), Oracle()
    done = 0
    while done < cases:
        done += _some(rng, oracle, [])
    told: list[Any] = []
    same = random.Random(0)
    for _ in range(20):
        done += _some(same, oracle, told)
    return done, sha256(repr(told).encode()).hexdigest()


def _some(rng: random.Random, oracle: Oracle, told: list[Any]) -> int:
    """Compare the dates of one made-up merchant; return how many."""
    from aicfo_bill.paper import add_months
    from aicfo_bill.quote import days_charged, payday
    from aicfo_cash_brain.cash.costs import commitments
    from aicfo_cash_brain.cash.items import open_ledger

    from aicfo_sdk import MemoryBooks, calendar
    from aicfo_sdk.days import parse_day
    from aicfo_sdk.model import Bill, Counterparty, Invoice, Loan, Transaction, UntrustedText
    from aicfo_sdk.parameters import parameters

    china = calendar("CN")
    pairs: list[tuple[str, date | int, Day | int]] = []
    for day in (_day(rng) for _ in range(20)):
        plain = _tuple(day)
        count, months = rng.randrange(-30, 60), rng.randrange(0, 40)
        ask = day - timedelta(days=rng.randrange(0, 200))
        bill = Bill.model_construct(matures=day)
        until = number(oracle.rolled(plain)) - number(_tuple(ask))
        pairs += [
            ("rolled", china.next_working(day), oracle.rolled(plain)),
            ("moved", china.add_working(day, count), oracle.moved(plain, count)),
            ("months", add_months(day, months), later(plain, months)),
            ("written", parse_day(_written(rng, day)), plain),
            ("payday", payday(bill, china), oracle.rolled(plain)),
            ("charged", days_charged(bill, ask, china, parameters()), until),
        ]
    today = _day(rng)
    tomorrow = civil(number(_tuple(today)) + 1)
    terms = rng.choice((0, 1, 15, 30, 31, 45, 60, 90))
    loans: list[Loan] = []
    owed: dict[str, Day] = {}
    customer = Counterparty(
        id="C", known_since=today - timedelta(days=300), name=UntrustedText("C"), terms_days=terms
    )
    papers: list[Invoice] = []
    agreed: dict[str, Day] = {}
    for index in range(8):
        issued = today - timedelta(days=rng.randrange(0, 120))
        due = issued + timedelta(days=rng.randrange(0, 120)) if rng.random() < 0.5 else None
        papers.append(
            Invoice(
                id=f"I{index}",
                updated=issued,
                number=f"I{index}",
                direction="sales",
                counterparty="C",
                issued=issued,
                due=due,
                net=100,
                tax=0,
                total=100,
            )
        )
        agreed[f"I{index}"] = _tuple(due) if due else civil(number(_tuple(issued)) + terms)
        loan = Loan(
            id=f"L{index}",
            updated=today,
            lender="bank",
            principal=1000,
            rate_ppm=0,
            drawn=today,
            due=today + timedelta(days=rng.randrange(0, 200)),
        )
        loans.append(loan)
        owed[loan.ref] = oracle.rolled(max(_tuple(loan.due), tomorrow))
    # With a payment in the books, what is overdue is known to be open.
    opening = Transaction(id="o", day=today, account="bank", amount=1, kind="opening")
    sold = open_ledger(MemoryBooks([customer, opening, *papers], as_of=today), 7)
    pairs += [("agreed", item.due, agreed.pop(item.invoice.id)) for item in sold.receivables]
    assert not agreed, f"invoices that are not open: {agreed}"
    books = MemoryBooks(loans, as_of=today)
    found = commitments(books, open_ledger(books, 30), china, 10_000)
    pairs += [("paid", payment.day, owed.pop(payment.ref)) for payment in found]
    assert not owed, f"payments that are not foreseen: {owed}"
    for what, ours, right in pairs:
        plain = _tuple(ours) if isinstance(ours, date) else ours
        assert plain == right, f"{what}: {plain}, the count says {right}"
        told.append((what, plain))
    return len(pairs)


def _day(rng: random.Random) -> date:
    """A day, more often than not one at an edge: year's end, 29 February, a festival."""
    year = rng.randrange(2004, 2060)
    edge = rng.random()
    if edge < 0.2:
        return date(year, 2, 28) + timedelta(days=rng.randrange(-1, 3))
    if edge < 0.4:
        return date(year, 12, 31) + timedelta(days=rng.randrange(-3, 4))
    if edge < 0.6:
        return date(year, rng.choice((4, 5, 10)), 1) + timedelta(days=rng.randrange(-5, 9))
    return date(year, 1, 1) + timedelta(days=rng.randrange(0, 366))


def _written(rng: random.Random, day: date) -> str:
    """The day as files write it, at any time of day and in any zone: the day is what is written."""
    clock = rng.choice(("00:00:00", "23:59:59", "02:30:00", "24:00:00", "12:00:00.999999"))
    zone = rng.choice(("", "Z", "+08:00", "-12:00", "+14:00"))
    return rng.choice(
        (f"{day} {clock}", f"{day}T{clock}{zone}", f"{day:%Y%m%d}", f"{day:%Y/%m/%d}")
    )


def no_clock(frame: FrameType, event: str, what: Any) -> None:
    """A profile hook that raises when code of ours asks what time it is."""
    if event == "c_call" and getattr(what, "__name__", "") in CLOCKS:
        module = str(frame.f_globals.get("__name__", ""))
        owner = getattr(what, "__self__", None)
        of_time = owner is time or getattr(owner, "__module__", "") == "datetime"
        if module.startswith("aicfo_") and of_time and what.__name__ != "monotonic":
            raise AssertionError(f"{module} reads a clock: {what.__name__}")


def _recorded(folder: Path) -> tuple[Path, str]:
    """Books of the examples with one recorded run: where they are, and its id."""
    from aicfo_sdk.books.store import open_books
    from aicfo_sdk.cli import main as aicfo
    from aicfo_sdk.orchestrator.session import Session

    books = folder / "shop.books"
    given = sorted((ROOT / "examples" / "files").glob("*.csv"))
    words = ["import", *map(str, given), "--into", str(books), "--own-uscc", "91330106MA2ABC1236"]
    assert aicfo(words) == 0
    with open_books(books) as opened:
        return books, Session(opened).call("core.funding").record


def main(cases: str, seed: str, books: str, run: str, shift: str) -> None:
    """Compare and replay under this process's zone and a clock that is wrong by `shift`."""
    from aicfo_sdk.books.store import open_books
    from aicfo_sdk.orchestrator.replay import replay

    right = time.time
    time.time = lambda: right() + int(shift)
    done, digest = compare(int(cases), int(seed))
    with open_books(books) as opened:
        # The hook makes a call some ten times dearer: where the clock is right is enough.
        sys.setprofile(None if int(shift) else no_clock)
        found = replay(opened, run)
        compare(1, int(seed))
        sys.setprofile(None)
    assert found.identical, found
    print(json.dumps({"cases": done, "digest": digest, "identical": found.identical}))


if __name__ == "__main__":
    main(*sys.argv[1:])
