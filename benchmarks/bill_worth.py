"""What the bill plugin alone is worth: financing cost, late days and wealth on held-out scenarios.

`cfo:bill` plans bills and asks the core's funding tool for what is lacking, beside the owner and
the simple rules, on the same draws of `AICFO_WORTH_MERCHANTS` firms (default 300; contractors and
manufacturers among them hold bills), `AICFO_WORTH_DAYS` days (default 120), `AICFO_WORTH_SEED`
(default 7). Differences are in yuan or days a firm, with a 95 % bootstrap interval over firms; the
best rule is the one that does best in that very figure, which flatters it. Financing cost is what
was paid and the interest that drawings still running owe by the end: a bill's is paid on the day
it is sold, a line's with the drawing, half a year later.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from aicfo_sim.experiment import run
from aicfo_sim.results import groups, read, report
from aicfo_sim.store import Columns

SCENARIOS = ("heldout", "heldout_tight")
KINDS = ("contractor", "manufacturer")
RULES = ("hold_all", "always_discount", "bank_first")
ALONE = "cfo:bill"

_FIGURES = {
    "financing cost, yuan": (("finance_cost", "interest_owed"), 100, -1),
    "financing cost paid, yuan": (("finance_cost",), 100, -1),
    "days wages or suppliers were paid late": (("wage_late_days", "supplier_late_days"), 1, -1),
    "wealth, yuan": (("wealth",), 100, 1),
}
"""Columns that add up to a figure, what it is divided by, and whether more of it is better."""


def measure() -> dict[str, str]:
    """Return differences by scenario, kind of firm and figure, and the captured share."""
    figures: dict[str, str] = {}
    for scenario in SCENARIOS:
        with tempfile.TemporaryDirectory(prefix="aicfo-worth-") as folder:
            figures |= _lived(scenario, Path(folder) / "run")
    return figures


def _lived(scenario: str, folder: Path) -> dict[str, str]:
    merchants, days, seed = (
        int(os.environ.get(f"AICFO_WORTH_{name}", usual))
        for name, usual in (("MERCHANTS", 300), ("DAYS", 120), ("SEED", 7))
    )
    run(
        scenario,
        merchants=merchants,
        days=days,
        seed=seed,
        policies=("owner", *RULES, ALONE),
        out=folder,
        workers=2,
        bound=True,
    )
    figures: dict[str, str] = {}
    for kind, _, values in groups(*read(folder)):
        if kind in KINDS:
            for name in _FIGURES:
                figures |= _compared(f"{scenario}, {kind}: {name}", name, values)
    for row in report(folder):
        if row["policy"] == ALONE and row["archetype"] in KINDS and row["captured"]:
            share = row["captured"]
            figures[f"{scenario}, {row['archetype']}: captured of the bound"] = (
                f"{share['share']:12.1%} ({share['low']:.1%} to {share['high']:.1%})"
            )
    return figures


def _compared(said: str, name: str, values: dict[str, Columns]) -> dict[str, str]:
    columns, unit, better = _FIGURES[name]
    arms = {
        policy: sum((found[column] for column in columns), np.zeros(1)) / unit
        for policy, found in values.items()
    }
    best = max(RULES, key=lambda rule: better * float(arms[rule].mean()))
    return {
        f"{said}, owner": f"{arms['owner'].mean():12,.1f}, of {arms['owner'].size} firms",
        f"{said}, less owner": _interval(arms[ALONE] - arms["owner"]),
        f"{said}, less {best}": _interval(arms[ALONE] - arms[best]),
    }


def _interval(gaps: np.ndarray) -> str:
    again = np.random.default_rng(1).integers(0, gaps.size, (4_000, gaps.size))
    low, high = np.quantile(gaps[again].mean(1), (0.025, 0.975))
    return f"{gaps.mean():12,.1f} ({low:,.1f} to {high:,.1f})"
