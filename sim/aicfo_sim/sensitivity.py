"""How much each input of a sweep moved each result: rank correlation, first-order share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from .fen import Floats, Ints

OUTPUTS = ("wealth", "vs_owner_mean", "vs_best_rule_mean", "survived_ppm", "wage_late_days")
"""Columns of a sweep's table that inputs are set against."""

LEAST = 16
"""Points below which no share of variance is estimated."""


def sensitivity(
    points: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return for each input, result, archetype and policy how much the input moved the result.

    `rank_correlation` is Spearman's over the points, with its two-sided p. `first_order` is
    Sobol's first-order index Var(E[Y|X])/Var(Y), estimated from the given sample: points in
    classes of equal number by X (about √n of them, or one for each value), variance of the class
    means less what noise within the classes adds to it. It catches what is not monotone; with
    dozens of points it is rough, and the noise of the runs counts as unexplained.
    """
    found = list[dict[str, Any]]()
    keys = list(dict.fromkeys((row["archetype"], row["policy"]) for row in rows))
    for archetype, policy in keys:
        own = [row for row in rows if (row["archetype"], row["policy"]) == (archetype, policy)]
        for output in OUTPUTS:
            kept = [row for row in own if row[output] is not None]
            if len(kept) < 3:
                continue
            results = np.array([float(row[output]) for row in kept])
            for key in points[0]:
                given = _ranked([points[row["point"]][key] for row in kept])
                found.append(
                    {
                        "input": key,
                        "output": output,
                        "archetype": archetype,
                        "policy": policy,
                        **_rank(given, results),
                        "first_order": first_order(given, results),
                    }
                )
    return found


def first_order(given: Floats, results: Floats) -> float | None:
    """Return the share of the variance of `results` that `given` explains alone, 0 to 1.

    None below 16 points, or where nothing varies.
    """
    count = results.size
    total = float(results.var(ddof=1)) if count > 1 else 0.0
    if count < LEAST or not total:
        return None
    classes = _classes(given)
    sizes = np.bincount(classes)
    means = np.bincount(classes, weights=results) / sizes
    between = float((sizes * (means - results.mean()) ** 2).sum())
    within = float(((results - means[classes]) ** 2).sum())
    free = count - sizes.size
    if free < 1 or sizes.size < 2:
        return None
    # Analysis of variance: the mean square within classes is what noise adds between them.
    explained = (between - (sizes.size - 1) * within / free) / (between + within)
    return round(min(max(explained, 0.0), 1.0), 4)


def _classes(given: Floats) -> Ints:
    """Return each point's class: its value where values repeat, else one of √n by rank."""
    values, place = np.unique(given, return_inverse=True)
    if values.size <= math.isqrt(given.size):
        return place.astype(np.int64)
    rank = np.argsort(np.argsort(given, kind="stable"), kind="stable")
    return (rank * math.isqrt(given.size) // given.size).astype(np.int64)


def _rank(given: Floats, results: Floats) -> dict[str, float | None]:
    if np.ptp(given) == 0 or np.ptp(results) == 0:
        return {"rank_correlation": None, "p_value": None}
    stats: Any = import_module("scipy.stats")
    found = stats.spearmanr(given, results)
    return {
        "rank_correlation": round(float(found.statistic), 4),
        "p_value": round(float(found.pvalue), 6),
    }


def _ranked(values: Sequence[Any]) -> Floats:
    """Return inputs as numbers; words by their place in the alphabet."""
    if all(isinstance(value, (int, float)) for value in values):
        return np.array(values, dtype=np.float64)
    known = sorted({str(value) for value in values})
    return np.array([known.index(str(value)) for value in values], dtype=np.float64)
