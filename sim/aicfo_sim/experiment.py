"""Paired experiments: shards × replications, every policy on the same draws, files that resume."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aicfo_sdk.errors import InputError

from . import store
from .alone import alone
from .bound import GROUPS, MORE
from .engines import ENGINES, carry_out
from .policies import policy, reads_books
from .scenario import Scenario, load
from .shard import Task

Progress = Callable[[int, int], None]
"""Called with shards done and shards in all."""

LIMITS = {
    "merchants": (1, 10_000_000),
    "days": (1, 3650),
    "seed": (0, 2**63 - 1),
    "replications": (1, 10_000),
    "workers": (1, 256),
    "shard": (1, 100_000),
    "paths": (0, 100_000),
}
PATHS = 500
"""Merchants whose weekly cash is kept, for fan charts."""


class Stopped(KeyboardInterrupt):
    """The process was asked to end; some of its shards are done and stay."""

    def __init__(self, kept: int, shards: int) -> None:
        super().__init__(f"{kept} of {shards} shards are done and kept")


@dataclass(frozen=True, slots=True)
class Result:
    """Where an experiment's results lie and their SHA-256; what each policy's shards cost.

    `spent` is CPU time in µs by policy, with "draws" and "warm-up" apart, of all shards of the
    experiment, those of earlier runs too. It is no part of the digest.
    """

    folder: Path
    sha256: str
    rows: int
    spent: dict[str, int]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A checked experiment and its folder; `run` and sequential runs carry out its tasks."""

    scenario: Scenario
    merchants: int
    days: int
    seed: int
    policies: tuple[str, ...]
    replications: int
    shard: int
    paths: int
    bound: tuple[str, ...]
    """Groups of actions that a clairvoyant bound is free in; none: no bound."""
    folder: Path
    workers: int
    engine: str
    executor: Executor | None

    def tasks(self, first: int, last: int) -> list[Task]:
        """Return the shards of replications `first` … `last` − 1, in the order of their rows."""
        return [
            Task(
                scenario=self.scenario,
                seed=self.seed,
                replication=replication,
                days=self.days,
                first=start,
                count=min(self.shard, self.merchants - start),
                policies=self.policies,
                paths=self.paths,
                bound=self.bound,
                file=store.shard_file(self.folder, replication, start // self.shard),
            )
            for replication in range(first, last)
            for start in range(0, self.merchants, self.shard)
        ]

    @contextmanager
    def claimed(self, **more: Any) -> Generator[None]:
        """Hold the folder alone with this experiment's manifest in it; `more` names it too.

        Raises: BooksError when the folder holds another experiment, another run works in it or
        there is no room; InputError.
        """
        wanted = store.manifest(
            self.scenario,
            merchants=self.merchants,
            days=self.days,
            seed=self.seed,
            policies=self.policies,
            replications=self.replications,
            shard=self.shard,
            paths=self.paths,
            more={**_bound_named(self.bound), **more},
        )
        with alone(self.folder):
            store.claim(self.folder, wanted)
            store.clear_parts(self.folder)
            yield

    def live(self, tasks: Sequence[Task], progress: Progress | None) -> None:
        """Carry out the tasks whose shards are not there yet.

        Raises: Stopped when the process was asked to end; BooksError when the disk is full.
        """
        waiting = [task for task in tasks if not store.is_done(task.file)]
        done = len(tasks) - len(waiting)
        if progress is not None:
            progress(done, len(tasks))
        try:
            for _ in carry_out(waiting, self.workers, self.engine, self.executor):
                done += 1
                if progress is not None:
                    progress(done, len(tasks))
        except KeyboardInterrupt:
            store.clear_parts(self.folder)
            kept = sum(store.is_done(task.file) for task in tasks)
            raise Stopped(kept, len(tasks)) from None

    def merge(self, tasks: Sequence[Task]) -> Result:
        """Return the result of finished tasks, merged. Raises: BooksError when there is no room."""
        files = [task.file for task in tasks]
        sha256, rows = store.merge(self.folder, files)
        return Result(self.folder, sha256, rows, store.spent(files))


def run(
    scenario: Scenario | str,
    *,
    merchants: int,
    days: int,
    seed: int,
    policies: Sequence[str],
    out: Path | str,
    workers: int = 1,
    replications: int = 1,
    shard: int | None = None,
    paths: int = PATHS,
    bound: bool | Sequence[str] = False,
    engine: str = "local",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a paired experiment and return its merged result.

    `merchants` merchants for `days` days after the warm-up, `replications` times, each under every
    policy on the same draws; the weekly cash of the first `paths` merchants is kept; `bound` adds
    the clairvoyant bound, free besides in the groups that it names ("tenders", "closing";
    docs/bound.md). `workers`, `engine` ("local" or "ray"), `executor` (any of
    `concurrent.futures`, in place of an engine) and `shard` (merchants a task) change no byte of
    the result. Shards that `out` already holds, as they were written, are not run again.
    Raises: InputError, NotFound, BooksError when `out` holds another experiment, is full, or
    another run works in it; Stopped when the process was asked to end.
    """
    chosen = plan(
        scenario,
        merchants=merchants,
        days=days,
        seed=seed,
        policies=policies,
        out=out,
        workers=workers,
        replications=replications,
        shard=shard,
        paths=paths,
        bound=bound,
        engine=engine,
        executor=executor,
    )
    with chosen.claimed():
        tasks = chosen.tasks(0, replications)
        chosen.live(tasks, progress)
        return chosen.merge(tasks)


def plan(
    scenario: Scenario | str,
    *,
    merchants: int,
    days: int,
    seed: int,
    policies: Sequence[str],
    out: Path | str,
    workers: int = 1,
    replications: int = 1,
    shard: int | None = None,
    paths: int = PATHS,
    bound: bool | Sequence[str] = False,
    engine: str = "local",
    executor: Executor | None = None,
) -> Experiment:
    """Return a checked experiment; nothing is written yet. See `run`.

    Raises: InputError, NotFound.
    """
    chosen = load(scenario) if isinstance(scenario, str) else scenario
    names = tuple(policies)
    if not names or len(set(names)) != len(names):
        raise InputError("policies must be named once each", value=",".join(names))
    chosen_policies = [policy(name) for name in names]
    asks = any(map(reads_books, chosen_policies))
    size = shard if shard is not None else chosen.shard_cfo if asks else chosen.shard
    found = Experiment(
        scenario=chosen,
        merchants=merchants,
        days=days,
        seed=seed,
        policies=names,
        replications=replications,
        shard=size,
        paths=paths,
        bound=_groups(bound),
        folder=Path(out),
        workers=workers,
        engine=engine,
        executor=executor,
    )
    for name, (low, high) in LIMITS.items():
        value = getattr(found, name)
        if type(value) is not int or not low <= value <= high:
            raise InputError(f"{name} out of bounds", value=value, mend=f"{low} to {high}")
    if engine not in ENGINES:
        raise InputError("no such engine", value=engine, mend="known: " + ", ".join(ENGINES))
    return found


def cores() -> int:
    """Return the number of processors this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _groups(asked: bool | Sequence[str]) -> tuple[str, ...]:
    """Return the groups that a bound is free in. Raises: InputError."""
    more = () if isinstance(asked, bool) else tuple(sorted(set(asked)))
    if set(more) <= set(MORE):
        return () if asked is False else (*GROUPS, *more)
    raise InputError("no such group of actions", value=",".join(more), mend=", ".join(MORE))


def _bound_named(groups: tuple[str, ...]) -> dict[str, Any]:
    """Return what a manifest says of the bound."""
    more = [group for group in groups if group in MORE]
    return {"bound": bool(groups), **({"bound_also": more} if more else {})}
