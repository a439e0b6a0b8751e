"""Bill plans: LP + repair, the exact plan and `scipy.optimize.milp`, on one model in one run.

Random portfolios over 26 weeks, one chance a week to discount; `AICFO_BILLS_SHARE` (default 1) is
the share of them that is planned. Gaps are in basis points of the bills' face, to the proven
bound; times are CPU time, the peer's without building its model, which is its user's own code.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from aicfo_bill.optimise import Best, lp_repair, milp
from aicfo_bill.outlook import Outlook
from aicfo_bill.program import Program
from aicfo_bill.rules import RULES

from plugins.bill.tests import peer
from plugins.bill.tests.conftest import pledged, random_outlook, uncertain, with_terms

_SEED = 7_000

_CASES = "three cases of cash"
_PLEDGES = "each may be pledged"
_TERMS = "a third with early payment"

_SIZES: dict[str, tuple[int, dict[str, Any]]] = {
    "10 bills × 10 payables": (60, {"bills": 10, "debts": 10}),
    "10 bills × 60 payables": (60, {"bills": 10, "debts": 60}),
    "50 bills × 60 payables": (24, {"bills": 50, "debts": 60}),
    "200 bills × 60 payables": (12, {"bills": 200, "debts": 60}),
    "1,000 bills × 60 payables": (4, {"bills": 1_000, "debts": 60}),
    "10 bills × 60, fee 50 yuan a deal": (24, {"bills": 10, "debts": 60, "fee": 5_000}),
    "10 bills × 60, 90 % whole": (24, {"bills": 10, "debts": 60, "whole": 0.9}),
    "50 bills × 60, 90 % whole": (8, {"bills": 50, "debts": 60, "whole": 0.9}),
    "10 bills × 60, discounts any day": (24, {"bills": 10, "debts": 60, "every": 1}),
    "50 bills × 60, discounts any day": (8, {"bills": 50, "debts": 60, "every": 1}),
    f"10 bills × 60, {_CASES}": (24, {"bills": 10, "debts": 60}),
    f"50 bills × 60, {_CASES}": (8, {"bills": 50, "debts": 60}),
    f"10 bills × 10, {_PLEDGES}": (60, {"bills": 10, "debts": 10}),
    f"50 bills × 60, {_PLEDGES}": (24, {"bills": 50, "debts": 60}),
    f"10 bills × 10, {_TERMS}": (60, {"bills": 10, "debts": 10}),
    f"10 bills × 60, {_TERMS}": (60, {"bills": 10, "debts": 60}),
    f"50 bills × 60, {_TERMS}": (24, {"bills": 50, "debts": 60}),
    f"200 bills × 60, {_TERMS}": (12, {"bills": 200, "debts": 60}),
}
_SMALL = 2_000
"""Portfolios on which the plan is held against the simple rules."""

_EXACT = 1e-5
"""What the exact plan is asked for, and the peer with it: a tenth of a basis point of face."""

_T = TypeVar("_T")


def measure() -> dict[str, str]:
    """Return times, ratios and gaps by size, and what simple rules lose."""
    share = float(os.environ.get("AICFO_BILLS_SHARE", "1"))
    figures: dict[str, str] = {}
    lp_repair(random_outlook(1, bills=3, debts=3))  # loads the solver
    for name, (count, given) in _SIZES.items():
        figures |= _size(name, max(round(count * share), 1), given)
    count = max(round(_SMALL * share), 1)
    return figures | _rules(count) | _early(count)


def _size(name: str, count: int, given: dict[str, Any]) -> dict[str, str]:
    fast: list[float] = []
    exact: list[float] = []
    other: list[float] = []
    built: list[float] = []
    near: list[float] = []
    proven: list[float] = []
    for number in range(count):
        outlook = random_outlook(_SEED + number, **given)
        if name.endswith(_CASES):
            outlook = uncertain(outlook, number)
        if name.endswith(_PLEDGES):
            outlook = pledged(outlook, number)
        if name.endswith(_TERMS):
            outlook = with_terms(outlook, number)
        seconds, plan = _timed(lambda o=outlook: lp_repair(_fresh(o)))
        fast.append(seconds)
        seconds, best = _timed(lambda o=outlook: milp(_fresh(o)))
        exact.append(seconds)
        # Not first: what comes after the peer also pays for caches that the peer filled.
        built.append(_timed(lambda o=outlook: Program(_fresh(o)))[0])
        model = peer.build(outlook)
        lost = abs(outlook.hold_value - outlook.worth(best.moves).wealth)
        # It takes a gap relative to its objective alone: the same one, in those terms.
        gap = outlook.face * _EXACT / max(lost, 1)
        other.append(_timed(lambda o=outlook, m=model, g=gap: peer.solve(m, o, gap=g))[0])
        near.append(_gap(outlook, plan))
        proven.append(_gap(outlook, best))
    ratio = statistics.median(exact) / statistics.median(other)
    return {
        f"{name}: LP + repair": _spread(fast),
        f"{name}: exact": f"{_spread(exact)}   {ratio:.2f} × scipy.optimize.milp",
        f"{name}: scipy.optimize.milp": _spread(other),
        f"{name}: gap of LP + repair, of exact": (
            f"{max(near):8.3f} bp, {max(proven):.3f} bp at most, of {count}"
        ),
        f"{name}: building, of LP + repair": (
            f"{statistics.median(built) / statistics.median(fast):8.0%}"
        ),
    }


def _rules(count: int) -> dict[str, str]:
    worse, most = 0, 0.0
    lost: dict[str, list[float]] = defaultdict(list)
    for number in range(count):
        outlook = random_outlook(
            _SEED + number, bills=1 + number % 9, debts=number % 12, days=30 + number % 150
        )
        wealth = outlook.worth(lp_repair(outlook).moves).wealth
        for name, found in _simple(outlook).items():
            less = wealth - found
            worse, most = worse + (less < 0), max(most, -less / outlook.face * 1e4)
            lost[name].append(less / outlook.face * 1e4)
    figures = {
        f"plans worse than a simple rule, of {count:,} portfolios": f"{worse:8d}, by {most:.2f} bp"
    }
    for name, rows in lost.items():
        figures[f"what {name} loses"] = f"{statistics.median(rows):8.1f} bp in the median"
    return figures


def _early(count: int) -> dict[str, str]:
    """Return what the rules about paying early lose where debts have terms, and the gaps there."""
    lost: dict[str, list[float]] = defaultdict(list)
    near: list[float] = []
    proven: list[float] = []
    for number in range(count):
        outlook = random_outlook(
            _SEED + number, bills=1 + number % 9, debts=1 + number % 12, days=30 + number % 150
        )
        outlook = with_terms(outlook, number)
        if outlook.owed:
            found = lp_repair(outlook)
            wealth = outlook.worth(found.moves).wealth
            near.append(_gap(outlook, found))
            proven.append(_gap(outlook, milp(outlook)))
            for name, worth in found.rules.items():
                lost[name].append((wealth - worth.wealth) / outlook.face * 1e4)
    worse = sum(min(losses) < 0 for losses in zip(*lost.values(), strict=True))
    said = "with early payment"
    figures = {
        f"{said}: plans worse than a simple rule, of {len(near):,} portfolios": f"{worse:8d}",
        f"{said}: gap of LP + repair, of exact": (
            f"{max(near):8.3f} bp, {max(proven):.3f} bp at most"
        ),
        f"{said}: gaps above 1 bp, above 0.1 bp": (
            f"{sum(gap > 1 for gap in near):8d}, {sum(gap > 0.1 for gap in proven)}"
        ),
    }
    for name in ("no_early", "early_all"):
        figures[f"{said}: what {name} loses"] = (
            f"{statistics.median(lost[name]):8.1f} bp in the median"
        )
    return figures


def _simple(outlook: Outlook) -> dict[str, int]:
    """Return what each simple rule comes to, and the best plan that leaves one move out."""
    found = {name: outlook.worth(rule(outlook)).wealth for name, rule in RULES.items()}
    for move in ("endorse", "discount"):
        options = [option for option in outlook.options if option.move != move]
        less = replace(outlook, options=options)
        best = lp_repair(less).moves if options else {}
        found[f"never to {move}, else the best"] = less.worth(best).wealth
    return found


def _fresh(outlook: Outlook) -> Outlook:
    """Return the same outlook with nothing worked out yet."""
    return replace(outlook)


def _timed(what: Callable[[], _T]) -> tuple[float, _T]:
    start = time.process_time()
    found = what()
    return time.process_time() - start, found


def _gap(outlook: Outlook, found: Best) -> float:
    return (found.bound - outlook.worth(found.moves).wealth) / outlook.face * 1e4


def _spread(seconds: list[float]) -> str:
    late = sorted(seconds)[round(0.95 * (len(seconds) - 1))]
    return f"{statistics.median(seconds) * 1e3:8.1f} ms, P95 {late * 1e3:,.1f} ms"
