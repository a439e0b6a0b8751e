"""A run that was killed goes on where it was: long steps that finished are not done again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.errors import BooksError
from aicfo_sdk.orchestrator.session import Session
from tests.composition.broken_off import STEPS, registry

ROOT = Path(__file__).parents[2]
LONG = {"quote", "scan", "third"}

pytestmark = pytest.mark.slow


def ask(shop: Path, log: Path, kill: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.composition.broken_off", str(shop), str(log), kill],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def begun(log: Path) -> Counter[str]:
    return Counter(log.read_text().split()) if log.exists() else Counter()


@pytest.mark.parametrize("kill", [*STEPS, "record", "commit"])
def test_a_run_killed_anywhere_is_asked_again_and_repeats_no_finished_long_step(
    shop: Path, tmp_path: Path, kill: str
):
    log = tmp_path / "log"
    killed = ask(shop, log, kill)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with open_books(shop) as books:
        assert books.audit.verify().ok
        assert books.runs.latest() == ()
        assert books.proposals.all() == ()
        (left,) = books.runs.unfinished() or (None,)
        finished = [] if left is None else [name.removeprefix("toy.") for name in left.steps]
    first = begun(log)
    assert set(finished) == (set(first) & LONG) - {kill}
    done = ask(shop, log)
    assert done.returncode == 0, done.stderr
    value, run = done.stdout.split()
    # The quote is the first run's whenever that had one: 100 a line of the log.
    quote = 100 if kill != "quote" else 200
    assert int(value) == 5 * (quote + 1)
    for name, times in begun(log).items():
        assert times == (1 if name in finished else 1 + first[name]), name
    with open_books(shop) as books:
        assert books.audit.verify().ok
        assert books.runs.unfinished() == ()
        record = books.runs.get(run).record
        assert {s.tool for s in record.steps if s.reused} == {f"toy.{name}" for name in finished}


def test_a_run_killed_at_every_step_in_turn_still_ends_well(shop: Path, tmp_path: Path):
    log = tmp_path / "log"
    for kill in (*STEPS, "record", "commit"):
        assert ask(shop, log, kill).returncode == -signal.SIGKILL
    assert ask(shop, log).returncode == 0
    assert {name: begun(log)[name] for name in LONG} == dict.fromkeys(LONG, 2)


def test_what_a_finished_run_found_outside_is_asked_for_again_by_the_next(
    shop: Path, tmp_path: Path
):
    log = tmp_path / "log"
    with open_books(shop) as books:
        session = Session(books, registry=registry(log, ""))
        first, second = session.call("total"), session.call("total")
        assert first.structured != second.structured
        assert begun(log)["quote"] == 2
        assert not any(step.reused for step in books.runs.get(second.record).record.steps)


def test_another_question_does_not_take_over_what_a_killed_one_found(shop: Path, tmp_path: Path):
    log = tmp_path / "log"
    ask(shop, log, "total")
    with open_books(shop) as books:
        tools = registry(log, "")
        other = Session(books, registry=tools, seed=1).call("total")
        assert not any(step.reused for step in books.runs.get(other.record).record.steps)
        (left,) = books.runs.unfinished()
        assert left.goal == "toy.total"
        same = Session(books, registry=tools).call("total")
        assert sum(step.reused for step in books.runs.get(same.record).record.steps) == 3


def test_a_kept_step_that_was_changed_is_named_and_never_used(shop: Path, tmp_path: Path):
    log = tmp_path / "log"
    ask(shop, log, "total")
    with sqlite3.connect(shop) as raw:
        raw.execute("UPDATE aicfo_steps SET body = replace(body, '100', '900')")
    raw.close()
    done = ask(shop, log)
    assert done.returncode != 0
    assert BooksError.__name__ in done.stderr
