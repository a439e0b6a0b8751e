"""One task of an experiment: a shard of merchants of one replication under all its policies."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import store
from .bound import Taped, bound
from .draws import draw_block, world
from .engine import Run
from .engine import run as live
from .fen import Ints
from .outcome import Start, outcome
from .policies import Owner, policy, reads_books
from .scenario import Scenario
from .state import State

WEEK = 7


@dataclass(frozen=True, slots=True)
class Task:
    """Merchants `first` … `first + count` − 1 of one replication under all policies.

    `paths`: merchants with a lower number have their weekly cash kept; `bound`: the groups of
    actions that a clairvoyant bound is free in, none where it is not asked for.
    """

    scenario: Scenario
    seed: int
    replication: int
    days: int
    first: int
    count: int
    policies: tuple[str, ...]
    paths: int
    bound: tuple[str, ...]
    file: Path


def work(task: Task) -> Path:
    """Simulate one shard under all its policies, write its files and return where they lie."""
    clock = _Clock()
    where = world(task.scenario, days=task.days, seed=task.seed, replication=task.replication)
    members = [where.who(task.first + step) for step in range(task.count)]
    policies = [policy(name) for name in task.policies]
    books = any(map(reads_books, policies))
    block = draw_block(where, members, detail=books)
    clock.note("draws")
    warm, total = task.scenario.warmup_days, where.total
    opening = State(block, journal=books)
    live(Run(block, opening, Owner()), 0, warm)
    start = Start.of(block, opening, warm)
    clock.note("warm-up")
    outcomes, weeks = list[store.Columns](), list[store.Columns]()
    for place, (name, chosen) in enumerate(zip(task.policies, policies, strict=True)):
        state = opening.copy()
        path = np.zeros((task.days, 2, block.size), dtype=np.int64)
        if not reads_books(chosen):
            state.journal = None
        if task.bound:
            state.effects = Taped(state.effects)
        live(Run(block, state, chosen), warm, total, path)
        named = {"policy": place, "replication": task.replication}
        columns = outcome(block, state, start, path, total)
        clock.note(name)
        if task.bound:
            columns["bound"] = bound(block, opening, state, warm, total, task.bound)
            clock.note("bound")
        outcomes.append(_named(columns, named))
        weeks.append(_named(_weekly(block.traits.merchant, path, task.paths), named))
        clock.note(name)
    store.write_shard(task.file, _stacked(outcomes), _stacked(weeks), clock.spent)
    return task.file


class _Clock:
    """CPU time of this process by purpose, µs: told beside results, never part of one."""

    def __init__(self) -> None:
        self.spent = dict[str, int]()
        self._last = time.process_time()

    def note(self, name: str) -> None:
        """Add the time since the last note to `name`."""
        now = time.process_time()
        self.spent[name] = self.spent.get(name, 0) + round((now - self._last) * 1_000_000)
        self._last = now


def _weekly(merchant: Ints, path: Ints, most: int) -> store.Columns:
    """Return cash and fund of the merchants below number `most` at the end of each week.

    `day` counts from the first day of the run; the last week may be shorter.
    """
    days = path.shape[0]
    kept: Ints = np.flatnonzero(merchant < most)
    day: Ints = np.arange(WEEK - 1, days + WEEK - 1, WEEK, dtype=np.int64).clip(max=days - 1)
    seen = path[day][:, :, kept]
    return {
        "merchant": np.repeat(merchant[kept], day.size),
        "day": np.tile(day, kept.size),
        "cash": seen[:, 0].T.ravel(),
        "fund": seen[:, 1].T.ravel(),
    }


def _named(columns: store.Columns, values: dict[str, int]) -> store.Columns:
    size = columns["merchant"].size
    more = {name: np.full(size, value, dtype=np.int64) for name, value in values.items()}
    return {**columns, **more}


def _stacked(parts: list[store.Columns]) -> store.Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
