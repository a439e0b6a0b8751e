"""Labelled store faults: drawn per store and day, lowering that store alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..fen import Floats, Ints

if TYPE_CHECKING:
    from ..draws.common import Who

KINDS = ("traffic", "basket", "stock_out", "competitor")
"""Fewer orders, smaller orders, goods that are missing, a rival who opened nearby."""

TRAFFIC, BASKET, STOCK_OUT, COMPETITOR = range(4)

RAMP = 14
"""Days over which a new rival takes its share; the other kinds begin at once."""

FULL = 1_000_000


class Faults(NamedTuple):
    """Faults of a merchant's stores, in order of their first day; `end` is the day after."""

    store: Ints
    kind: Ints
    first: Ints
    end: Ints
    depth: Ints


def draw_faults(who: Who, stores: int, first: int, count: int) -> Faults:
    """Return the faults that begin on `count` days from `first`.

    Each day of each store has the same small chance; depth, length and kind are drawn with it, so
    faults up to a day do not depend on how long the run is. A store has one fault at a time: one
    that would begin inside another does not.
    """
    figures = who.figures
    chance = figures.number("fault_year") / 365.0
    draws = who.stream("faults").random((count, stores, 4))
    mix: Floats = np.cumsum(np.array(figures.numbers("fault_kinds")))
    days, depths = (
        [figures.numbers(f"fault_{what}_{kind}") for kind in KINDS] for what in ("days", "depth")
    )
    rows = list[tuple[int, int, int, int, int]]()
    free = [first] * stores
    begun, where = np.nonzero(draws[:, :, 0] < chance)
    for step, store in zip(begun.tolist(), where.tolist(), strict=True):
        day = first + step
        if day < free[store]:
            continue
        chosen: list[float] = draws[step, store].tolist()
        _, what, long, deep = chosen
        kind = min(int(np.searchsorted(mix, what * float(mix[-1]), side="right")), len(KINDS) - 1)
        length = int(days[kind][0] + (days[kind][1] - days[kind][0] + 1) * long)
        depth = round((depths[kind][0] + (depths[kind][1] - depths[kind][0]) * deep) * FULL)
        rows.append((store, kind, day, day + length, depth))
        free[store] = day + length
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    return Faults(*(table[:, n].copy() for n in range(5)))


def fault_factors(faults: Faults, stores: int, first: int, count: int) -> tuple[Ints, Ints]:
    """Return what faults leave of orders and of the value of an order, days × stores, ppm."""
    orders = np.full((count, stores), FULL, dtype=np.int64)
    value = orders.copy()
    for store, kind, begin, end, depth in zip(*(c.tolist() for c in faults), strict=True):
        low, high = max(begin - first, 0), min(end - first, count)
        if low >= high:
            continue
        lost = np.full(high - low, depth, dtype=np.int64)
        if kind == COMPETITOR:
            age = np.arange(low, high, dtype=np.int64) + first - begin + 1
            lost = depth * np.minimum(age, RAMP) // RAMP
        (value if kind == BASKET else orders)[low:high, store] -= lost
    return orders, value


class Label(NamedTuple):
    """One fault as the researcher knows it; days count from the first day of the warm-up."""

    merchant: int
    store: str
    kind: str
    first: int
    end: int
    depth_ppm: int


class Diagnosis(NamedTuple):
    """What a plugin said: this merchant's store slips, seen on day `day`, for this cause or ""."""

    merchant: int
    store: str
    kind: str
    day: int


class Score(NamedTuple):
    """How diagnoses did against labels."""

    found: int
    """Faults that were named while they lasted, and within `within` days."""
    labels: int
    right: int
    """Diagnoses that lie inside a fault of their store."""
    diagnoses: int
    precision: float
    recall: float
    delay: float
    """Mean days from a fault's beginning to its first diagnosis, of those found."""
    kind_right: float
    """Share of the faults found whose first diagnosis with a cause names the true one."""


def score_diagnoses(
    labels: Sequence[Label], diagnoses: Sequence[Diagnosis], *, within: int = 7
) -> Score:
    """Return precision, recall, delay and causes of `diagnoses`.

    A diagnosis is right when its store has a fault on that day; several for one fault count once
    in `diagnoses` and `right` (an alarm that stays on is one alarm), each false one on its own.
    A fault is found when its first right diagnosis comes within `within` days of its first day.
    """
    faults = dict[tuple[int, str], list[Label]]()
    for label in labels:
        faults.setdefault((label.merchant, label.store), []).append(label)
    seen = dict[Label, list[Diagnosis]]()
    false = 0
    for said in sorted(diagnoses, key=lambda one: (one.day, one.merchant, one.store, one.kind)):
        here = [
            label
            for label in faults.get((said.merchant, said.store), [])
            if label.first <= said.day < label.end
        ]
        if here:
            seen.setdefault(here[-1], []).append(said)
        else:
            false += 1
    delays = {label: said[0].day - label.first for label, said in seen.items()}
    found = [label for label, delay in delays.items() if delay <= within]
    named = [
        (label, next(said.kind for said in seen[label] if said.kind))
        for label in found
        if any(said.kind for said in seen[label])
    ]
    made = len(seen) + false
    return Score(
        found=len(found),
        labels=len(labels),
        right=len(seen),
        diagnoses=made,
        precision=len(seen) / made if made else 0.0,
        recall=len(found) / len(labels) if labels else 0.0,
        delay=sum(delays[label] for label in found) / len(found) if found else 0.0,
        kind_right=sum(label.kind == kind for label, kind in named) / len(named) if named else 0.0,
    )
