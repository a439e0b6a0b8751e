"""The summary of an experiment as typed rows; amounts in whole fen, shares in ppm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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
