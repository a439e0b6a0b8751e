"""A finished experiment as its report reads it, in one place; amounts in fen, shares in ppm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from aicfo_sdk.errors import AicfoError, NotFound

from .. import results, store
from ..ablation import ablation
from ..scenario import Scenario, from_table
from ..scenario_file import parse
from ..store import Columns


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class GapOutput(_Row):
    """A mean paired difference of final wealth with its 95 % interval, minor units."""

    against: str = Field(description="The policy it is compared with.")
    pairs: int = Field(description="Firms compared with their own twins.")
    mean: int
    low: int
    high: int


class PolicyOutput(_Row):
    """How the firms of one kind fared under one policy: means, minor units."""

    archetype: str
    policy: str
    merchants: int
    survived_ppm: int
    wealth: int = Field(description="Mean final wealth.")
    finance_cost: int
    cash_p5: int = Field(description="Mean of each firm's 5 % quantile of daily cash.")
    wage_late_days: float
    supplier_late_days: float
    vs_owner: GapOutput | None
    vs_best_rule: GapOutput | None


def policy_rows(rows: Sequence[Mapping[str, Any]]) -> list[PolicyOutput]:
    """Return the rows of `aicfo_sim.results.report`, amounts rounded to whole minor units."""
    return [
        PolicyOutput(
            archetype=row["archetype"],
            policy=row["policy"],
            merchants=row["merchants"],
            survived_ppm=row["survived_ppm"],
            wealth=round(row["wealth"]),
            finance_cost=round(row["finance_cost"]),
            cash_p5=round(row["cash_p5"]),
            wage_late_days=row["wage_late_days"],
            supplier_late_days=row["supplier_late_days"],
            vs_owner=_gap(row["vs_owner"]),
            vs_best_rule=_gap(row["vs_best_rule"]),
        )
        for row in rows
    ]


def _gap(gap: Mapping[str, Any] | None) -> GapOutput | None:
    # One pair has no interval, and so says nothing.
    if gap is None or gap["low"] is None or gap["high"] is None:
        return None
    return GapOutput(
        against=gap["policy"],
        pairs=gap["pairs"],
        mean=round(gap["mean"]),
        low=round(gap["low"]),
        high=round(gap["high"]),
    )


COLUMNS = (
    "replication",
    "merchant",
    "policy",
    "archetype",
    "survived",
    "closed_day",
    "wealth",
    "cash_end",
    "cash_min",
    "cash_p5",
    "wage_late_days",
    "supplier_late_days",
    "unpaid_suppliers",
    "idle_cash",
    "finance_cost",
    "discount_cost",
    "loan_cost",
    "late_cost",
    "fund_income",
    "bound",
)
"""Columns of the results that the report reads; what a run lacks of them is named on the page."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A mean paired difference, fen; what `aicfo_sim.results.gap_row` gives, bounds known."""

    against: str
    pairs: int
    replications: int
    mean: float
    low: float
    high: float
    boot_low: float
    boot_high: float
    noise: float
    unpaired_noise: float
    wide_low: float | None
    wide_high: float | None

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> Gap | None:
        """Return the difference of a row, or None where one pair has no interval."""
        if row is None or row["noise"] is None:
            return None
        names = [name for name in cls.__slots__ if name != "against"]
        return cls(row["policy"], *(row[name] for name in names))


@dataclass(frozen=True, slots=True)
class Added:
    """What a plugin adds; `way` is "last" (beside all others) or "alone"."""

    archetype: str
    plugin: str
    way: str
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Kind:
    """The firms of one archetype, or "all": columns by policy, firms paired by place."""

    name: str
    drawn: int
    values: Mapping[str, Columns]
    rule: str | None
    """The simple rule of most mean wealth in this run."""

    @property
    def size(self) -> int:
        """Firms that were open at the end of the warm-up."""
        return next(iter(self.values.values()))["merchant"].size


@dataclass(frozen=True, slots=True)
class Found:
    """A finished experiment as its report reads it: the only place that knows what a run lacks.

    `spent` is CPU time by policy in µs, `paths` the weekly cash, `scenario` the world if it can be
    drawn again, else None and `no_scenario` says why.
    """

    about: Mapping[str, Any]
    summary: Sequence[Mapping[str, Any]]
    kinds: Sequence[Kind]
    plugins: Sequence[Added]
    spent: Mapping[str, int]
    sha256: str
    paths: Columns | None
    scenario: Scenario | None
    no_scenario: str

    @property
    def policies(self) -> Sequence[str]:
        """Policies in the order of the run."""
        return self.about["policies"]

    @property
    def subject(self) -> str:
        """The policy that the report is about: the CFO, a part of it, or else the last."""
        return subject(self.policies)

    @property
    def archetypes(self) -> Sequence[Kind]:
        """Kinds without "all"."""
        return [kind for kind in self.kinds if kind.name != "all"]

    @property
    def replications(self) -> int:
        """Replications that were run."""
        return max((np.unique(one["replication"]).size for one in self._any()), default=0)

    def gap(self, kind: str, policy: str, against: str) -> Gap | None:
        """Return the difference of final wealth; `against` is "vs_owner" or "vs_best_rule"."""
        for row in self.summary:
            if row["archetype"] == kind and row["policy"] == policy:
                return Gap.of(row[against])
        return None

    def has(self, column: str) -> bool:
        """Whether the run has a column, with something in it where −1 means "not asked for"."""
        found = [one[column] for one in self._any() if column in one]
        return bool(found) and (column != "bound" or any(bool((one >= 0).any()) for one in found))

    def _any(self) -> list[Columns]:
        return [one for kind in self.kinds for one in kind.values.values()]


def subject(policies: Sequence[str]) -> str:
    """Return the policy that a report is about: the CFO, a part of it, or else the last."""
    parts = [name for name in policies if name.startswith("cfo")]
    others = [name for name in policies if name not in ("owner", "nothing")]
    if parts:
        return "cfo" if "cfo" in parts else parts[0]
    return [*policies, *others][-1]


def find(folder: Path) -> Found:
    """Return a finished experiment as its report reads it.

    Raises: NotFound, BooksError.
    """
    about, columns = store.read(folder, COLUMNS)
    kinds = [
        Kind(name, drawn, values, results.bases(values)[1])
        for name, drawn, values in results.groups(about, columns)
    ]
    scenario, reason = _world(about)
    return Found(
        about=about,
        summary=results.report(folder),
        kinds=kinds,
        plugins=[
            Added(row["archetype"], row["plugin"], row["way"], Gap.of(row["gap"]))
            for row in ablation(folder)
        ],
        spent=store.spent(sorted(folder.glob("shards/*/*.parquet"))),
        sha256=store.finished(folder).with_suffix(".sha256").read_text("ascii").strip(),
        paths=_paths(folder),
        scenario=scenario,
        no_scenario=reason,
    )


def _paths(folder: Path) -> Columns | None:
    """Return the weekly cash, or None where none was kept."""
    try:
        _, columns = store.read(folder, store.PATH_ORDER, store.PATHS)
    except NotFound:
        return None
    return columns if columns["day"].size else None


def _world(about: Mapping[str, Any]) -> tuple[Scenario | None, str]:
    """Return the scenario that was run, or None and why it cannot be drawn again."""
    name, text = about["scenario"], about.get("recorded", {}).get("scenario")
    if text is None:
        return None, "no_record"
    try:
        scenario = from_table(name, parse(text.encode(), name), name)
    except AicfoError:
        return None, "other_version"
    same = scenario.digest() == about["scenario_digest"]
    return (scenario, "") if same else (None, "other_version")
