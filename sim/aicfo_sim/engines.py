"""Where tasks are carried out: here, in processes, on Ray, or by any executor that is given."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from multiprocessing import active_children, get_context
from pathlib import Path

from aicfo_sdk.errors import AicfoError

from .shard import Task, work

ENGINES = ("local", "ray")
"""Names of the engines; Ray needs the extra `aicfo-sim[ray]`."""


def carry_out(
    tasks: Sequence[Task], workers: int, engine: str, executor: Executor | None
) -> Iterator[Path]:
    """Carry out the tasks and yield each one's file when it is done, in any order.

    An `executor` that is given is used in place of the engine and stays open.
    Raises: AicfoError when a worker died; NotFound when Ray is not installed.
    """
    if not tasks:
        return
    if executor is not None:
        yield from _by(executor, tasks)
    elif engine == "ray":
        from .ray_engine import RayExecutor

        with RayExecutor(workers) as cluster:
            yield from _by(cluster, tasks)
    elif workers == 1 or len(tasks) == 1:
        yield from map(work, tasks)
    else:
        # Spawned, not forked: the same start on every system, no threads or generators inherited.
        context, others = get_context("spawn"), active_children()
        size = min(workers, len(tasks))
        with ProcessPoolExecutor(size, mp_context=context, initializer=_deaf) as pool:
            try:
                yield from _by(pool, tasks)
            except BaseException:
                # Finished shards are files; one that is being made is made again.
                for process in active_children():
                    if process not in others:
                        process.kill()
                raise


def _deaf() -> None:
    """Leave it to the parent to answer signals that a whole group of processes gets."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _by(executor: Executor, tasks: Sequence[Task]) -> Iterator[Path]:
    waiting = [executor.submit(work, task) for task in tasks]
    try:
        for future in as_completed(waiting):
            yield future.result()
    except BrokenExecutor:
        raise AicfoError(
            "a worker died, perhaps for want of memory",
            mend="finished shards are kept; run it again, with fewer workers or a smaller --shard",
        ) from None
    finally:
        for future in waiting:
            future.cancel()
