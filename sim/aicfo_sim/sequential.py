"""As many replications as a wanted precision takes, with intervals that hold however it stops.

Method: repeated looks with the risk shared among them. The numbers of replications at which one
looks are fixed in advance (`first`, twice that, and so on up to `cap`), so there are K looks, and
at each one the interval is Student's t over the means of the replications at confidence
1 − 5 % / K. By the union bound all K intervals of a comparison hold together with 95 %, so the
one at which the run stops does too, whatever made it stop there. Replications are independent by
construction (own markets, own merchants), so their means are what Student's t is for. Each
comparison has its own 95 %; several are not joined. The price is an interval that is wider than
one look would give, 1.3 times for four looks and many replications.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from aicfo_sdk.errors import InputError

from . import store
from .experiment import Experiment, Progress, Result
from .results import RULES, groups
from .shard import Task
from .statistics import CONFIDENCE, half_width

FIRST, CAP = 8, 64
"""Replications at the first and at the last look."""

_NEEDED = ("replication", "merchant", "policy", "archetype", "survived", "closed_day", "wealth")


@dataclass(frozen=True, slots=True)
class Look:
    """A comparison at one look: mean difference of final wealth and its half-width, fen."""

    replications: int
    policy: str
    against: str
    mean: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Sequential:
    """How a sequential run ended; `rows` has every look at every comparison, the last ones last."""

    result: Result
    wanted: int
    reached: bool
    replications: int
    looks: int
    rows: tuple[Look, ...]


def schedule(first: int, cap: int) -> tuple[int, ...]:
    """Return the replications at which one looks: doubled from `first`, `cap` the last.

    Raises: InputError.
    """
    if not 2 <= first <= cap <= 10_000:
        raise InputError(
            "no schedule of looks",
            value=f"first {first}, cap {cap}",
            mend="2 ≤ first ≤ cap ≤ 10000",
        )
    sizes = [first]
    while sizes[-1] < cap:
        sizes.append(min(sizes[-1] * 2, cap))
    return tuple(sizes)


def until(
    chosen: Experiment,
    *,
    precision: int,
    first: int = FIRST,
    progress: Progress | None = None,
) -> Sequential:
    """Run replications until every half-width is at most `precision` fen, or all are done.

    `chosen` comes from `experiment.plan`; its `replications` are the cap. Each policy is compared
    with the owner, and each that is no simple rule with every rule of the run. The same command
    goes on where it stopped. Raises: InputError, BooksError, Stopped.
    """
    sizes = schedule(first, chosen.replications)
    pairs = comparisons(chosen.policies)
    if precision <= 0:
        raise InputError("precision out of bounds", value=precision, mend="more than 0 fen")
    with chosen.claimed(precision=precision, first=first):
        return _looks(chosen, pairs, sizes, precision, progress)


def _looks(
    chosen: Experiment,
    pairs: tuple[tuple[str, str], ...],
    sizes: tuple[int, ...],
    precision: int,
    progress: Progress | None,
) -> Sequential:
    means = dict[tuple[str, str], list[float]]((pair, []) for pair in pairs)
    risk = (1 - CONFIDENCE) / len(sizes)
    tasks, rows = list[Task](), list[Look]()
    reached = False
    for done, size in pairwise((0, *sizes)):
        fresh = chosen.tasks(done, size)
        chosen.live(fresh, progress)
        tasks += fresh
        for replication in range(done, size):
            files = [task.file for task in fresh if task.replication == replication]
            for pair, mean in _means(chosen, files, pairs).items():
                means[pair].append(mean)
        found = [_look(size, pair, means[pair], risk) for pair in pairs]
        rows += found
        reached = all(look.half_width <= precision for look in found)
        if reached:
            break
    result = chosen.merge(tasks)
    last = rows[-1].replications
    return Sequential(result, precision, reached, last, len(sizes), tuple(rows))


def comparisons(policies: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return what is compared with what. Raises: InputError when nothing can be."""
    rules = [name for name in policies if name in RULES]
    found = [(name, "owner") for name in policies if name != "owner" and "owner" in policies]
    found += [(name, rule) for name in policies for rule in rules if name not in (*RULES, "owner")]
    if not found:
        raise InputError(
            "nothing to compare", value=",".join(policies), mend="name owner and another policy"
        )
    return tuple(found)


def _look(size: int, pair: tuple[str, str], means: list[float], risk: float) -> Look:
    values = np.array(means, dtype=np.float64)
    return Look(size, *pair, mean=float(values.mean()), half_width=half_width(values, risk))


def _means(
    chosen: Experiment, files: Sequence[Any], pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    """Return the mean differences of one replication over the firms that outlived the warm-up."""
    columns = store.read_shards(files, _NEEDED)
    about = {
        "policies": list(chosen.policies),
        "warmup_days": chosen.scenario.warmup_days,
    }
    found = list(groups(about, store.sort(columns, _NEEDED)))
    if not found:
        raise InputError(
            "no firm outlived the warm-up of a replication", mend="more --merchants a replication"
        )
    values = found[-1][2]
    return {
        (ours, theirs): float((values[ours]["wealth"] - values[theirs]["wealth"]).mean())
        for ours, theirs in pairs
    }
