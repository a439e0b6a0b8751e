"""Paired experiments: shards × replications, every policy on the same draws, files that resume."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

import numpy as np

from aicfo_sdk.errors import InputError

from . import results
from .draws import draw_block, world
from .engine import Run
from .engine import run as live
from .fen import Ints
from .outcome import Start, outcome
from .policies import POLICIES, Owner, policy
from .scenario import Scenario, load
from .state import State

Progress = Callable[[int, int], None]
"""Called with shards done and shards in all."""

LIMITS = {"merchants": 10_000_000, "days": 3650, "replications": 10_000, "workers": 256}


class Stopped(KeyboardInterrupt):
    """The process was asked to end; some of its shards are done and stay."""

    def __init__(self, kept: int, shards: int) -> None:
        super().__init__(f"{kept} of {shards} shards are done and kept")


@dataclass(frozen=True, slots=True)
class Task:
    """Merchants `first` … `first + count` − 1 of one replication under all policies."""

    scenario: Scenario
    seed: int
    replication: int
    days: int
    first: int
    count: int
    policies: tuple[str, ...]
    file: Path


@dataclass(frozen=True, slots=True)
class Result:
    """Where an experiment's results lie and their SHA-256."""

    folder: Path
    sha256: str
    rows: int


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
    progress: Progress | None = None,
) -> Result:
    """Run a paired experiment and return its merged result.

    `merchants` merchants for `days` days after the warm-up, `replications` times, each under every
    policy on the same draws. `workers` and `shard` (merchants a task) change no byte of the
    result. Shards that `out` already holds, as they were written, are not run again.
    Raises: InputError, NotFound, BooksError when `out` holds another experiment or is full;
    Stopped when the process was asked to end.
    """
    chosen = load(scenario) if isinstance(scenario, str) else scenario
    _check(merchants, days, seed, policies, workers, replications, shard)
    names = tuple(policies)
    size = shard or (chosen.shard_cfo if "cfo" in names else chosen.shard)
    folder = Path(out)
    results.claim(
        folder,
        results.manifest(
            chosen,
            merchants=merchants,
            days=days,
            seed=seed,
            policies=names,
            replications=replications,
            shard=size,
        ),
    )
    tasks = [
        Task(chosen, seed, replication, days, first, min(size, merchants - first), names, file)
        for replication in range(replications)
        for first in range(0, merchants, size)
        for file in [results.shard_file(folder, replication, first // size)]
    ]
    waiting = [task for task in tasks if not results.is_as_written(task.file)]
    done = len(tasks) - len(waiting)
    if progress is not None:
        progress(done, len(tasks))
    try:
        for _ in _carry_out(waiting, workers):
            done += 1
            if progress is not None:
                progress(done, len(tasks))
    except KeyboardInterrupt:
        results.clear_parts(folder)
        kept = sum(results.is_as_written(task.file) for task in tasks)
        raise Stopped(kept, len(tasks)) from None
    digest, rows = results.merge(folder, [task.file for task in tasks])
    return Result(folder, digest, rows)


def work(task: Task) -> Path:
    """Simulate one shard under all its policies and write its file."""
    where = world(task.scenario, days=task.days, seed=task.seed, replication=task.replication)
    members = [where.who(task.first + step) for step in range(task.count)]
    block = draw_block(where, members, detail="cfo" in task.policies)
    warm, total = task.scenario.warmup_days, where.total
    opening = State(block, journal="cfo" in task.policies)
    live(Run(block, opening, Owner()), 0, warm)
    start = Start.of(block, opening, warm)
    parts = list[dict[str, Ints]]()
    for place, name in enumerate(task.policies):
        state = opening.copy()
        path = np.zeros((task.days, 2, block.size), dtype=np.int64)
        if name != "cfo":
            state.journal = None
        live(Run(block, state, policy(name)), warm, total, path)
        columns = outcome(block, state, start, path, total)
        columns["policy"] = np.full(block.size, place, dtype=np.int64)
        columns["replication"] = np.full(block.size, task.replication, dtype=np.int64)
        parts.append(columns)
    merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    results.write_shard(task.file, merged)
    return task.file


def _carry_out(tasks: list[Task], workers: int) -> Iterator[Path]:
    if workers == 1 or len(tasks) <= 1:
        yield from map(work, tasks)
        return
    # Spawned, not forked: the same start on every system, no threads or generators inherited.
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(work, task) for task in tasks]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            # Finished shards are files; one that is being made is made again.
            for process in active_children():
                process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _check(
    merchants: int,
    days: int,
    seed: int,
    policies: Sequence[str],
    workers: int,
    replications: int,
    shard: int | None,
) -> None:
    given = {"merchants": merchants, "days": days, "replications": replications, "workers": workers}
    for name, value in given.items():
        if not 1 <= value <= LIMITS[name]:
            raise InputError(f"{name} out of bounds", value=value, mend=f"1 to {LIMITS[name]}")
    if not 0 <= seed < 2**63:
        raise InputError("seed out of bounds", value=seed, mend="0 to 2**63 - 1")
    if shard is not None and not 1 <= shard <= 100_000:
        raise InputError("shard out of bounds", value=shard, mend="1 to 100000")
    if not policies or len(set(policies)) != len(policies):
        raise InputError("policies must be named once each", value=",".join(policies))
    for name in policies:
        if name not in POLICIES:
            known = ", ".join(POLICIES)
            raise InputError("no such policy", value=name, mend=f"known: {known}")


def cores() -> int:
    """Return the number of processors this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
