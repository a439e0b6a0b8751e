"""The summary of an experiment: how firms fared under each policy, and how surely it differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .fen import Flags, Ints
from .policies import SIMPLE
from .scenario import ARCHETYPES
from .statistics import Difference, paired
from .store import Columns, read, read_manifest

__all__ = ["RULES", "bases", "groups", "read", "read_manifest", "report"]

RULES = tuple(name for name in SIMPLE if name != "owner")
"""The simple rules; the best of them in a run is what a CFO must beat besides the owner."""

_MEANS = (
    "cash_p5",
    "cash_min",
    "wage_late_days",
    "supplier_late_days",
    "unpaid_suppliers",
    "idle_cash",
    "finance_cost",
    "discount_cost",
    "loan_cost",
    "late_cost",
    "fund_income",
    "actions",
    "refused",
    "tenders_won",
)


def report(folder: Path | str) -> list[dict[str, Any]]:
    """Return the summary of an experiment: a row per archetype (and all) and policy.

    Means over merchants that were open at the end of the warm-up; amounts in fen. `vs_owner` and
    `vs_best_rule` are paired differences of final wealth: mean, 95 % intervals, noise floor. The
    best simple rule of an archetype is the one with the highest mean wealth in this run, which
    flatters the rules.
    """
    about, columns = read(Path(folder))
    names: list[str] = about["policies"]
    rows = list[dict[str, Any]]()
    for group, members, values in groups(about, columns):
        best = bases(values)[1]
        for name in names:
            rows.append(_row(group, name, values, best, members, about["seed"]))
    return rows


def groups(
    about: dict[str, Any], columns: Columns
) -> Iterator[tuple[str, int, dict[str, Columns]]]:
    """Yield for each archetype, and all: its name, firms drawn, and columns by policy.

    Rows of all policies stand in the same order, so that firms are paired by place. A firm that
    failed in the warm-up failed alike under every policy: it is no evidence and is left out.
    """
    names: list[str] = about["policies"]
    chosen = {name: columns["policy"] == place for place, name in enumerate(names)}
    base = chosen[names[0]]
    opened = np.ones(int(base.sum()), dtype=np.bool_)
    for rows in chosen.values():
        early = columns["closed_day"][rows] < int(about["warmup_days"])
        opened &= ~((columns["survived"][rows] == 0) & early)
    kinds = columns["archetype"][base]
    codes: list[int] = np.unique(kinds).tolist()
    parts: list[tuple[str, Flags]] = [(ARCHETYPES[code], kinds == code) for code in codes]
    parts.append(("all", np.ones_like(opened)))
    for group, members in parts:
        keep = members & opened
        if keep.any():
            values = {
                name: {key: column[rows][keep] for key, column in columns.items()}
                for name, rows in chosen.items()
            }
            yield group, int(members.sum()), values


def bases(values: dict[str, Columns]) -> tuple[str | None, str | None]:
    """Return what a policy is compared with: the owner, and the simple rule of most wealth."""
    rules = [name for name in values if name in RULES]
    best = max(rules, key=lambda name: float(values[name]["wealth"].mean()), default=None)
    return ("owner" if "owner" in values else None), best


def gap(ours: Columns, theirs: Columns, seed: int) -> Difference:
    """Return the paired difference of final wealth."""
    return paired(ours["wealth"], theirs["wealth"], seed=seed, groups=ours["replication"])


def gap_row(other: str, found: Difference) -> dict[str, Any]:
    """Return a paired difference as a row of output, fen; what has no bound is None."""
    numbers = {key: _finite(getattr(found, key)) for key in type(found).__slots__}
    return {**numbers, "policy": other, "pairs": found.pairs, "replications": found.replications}


def _row(
    group: str,
    name: str,
    values: dict[str, Columns],
    best: str | None,
    drawn: int,
    seed: int,
) -> dict[str, Any]:
    mine = values[name]

    def against(other: str | None) -> dict[str, Any] | None:
        if other is None or other == name or other not in values:
            return None
        return gap_row(other, gap(mine, values[other], seed))

    return {
        "archetype": group,
        "policy": name,
        "merchants": int(mine["merchant"].size),
        "failed_in_warmup": drawn - int(mine["merchant"].size),
        "survived_ppm": round(float(mine["survived"].mean()) * 1_000_000),
        "wealth": _mean(mine["wealth"]),
        "gain": _mean(mine["wealth"] - mine["wealth_start"]),
        **{key: _mean(mine[key]) for key in _MEANS},
        "vs_owner": against("owner"),
        "vs_best_rule": against(best),
        "captured": None if name == "owner" else _captured(mine, values.get("owner"), seed),
    }


def _captured(mine: Columns, owner: Columns | None, seed: int) -> dict[str, Any] | None:
    """Return how much of the room between owner and bound a policy closed; None without bounds."""
    # A bound may well be negative: only exactly −1 says that there is none.
    if owner is None or (mine["bound"] == -1).any():
        return None
    from .bound import captured, either  # brings the solver

    most = either(mine["bound"], owner["bound"])
    found = captured(mine["wealth"], owner["wealth"], most, seed=seed)
    parts = {key: getattr(found, key) for key in ("share", "low", "high", "regret")}
    shares = {key: round(one, 4) if np.isfinite(one) else None for key, one in parts.items()}
    return {**shares, "room": _finite(found.room)}


def _mean(values: Ints) -> float:
    return round(float(values.mean()), 2)


def _finite(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
