"""Bill plans: LP + repair beside the exact MILP and the simple rules, on random portfolios."""

from __future__ import annotations

import statistics
import time

from aicfo_bill.optimise import lp_repair, milp
from aicfo_bill.rules import discount_all

from plugins.bill.tests.conftest import random_outlook

_PORTFOLIOS = {"12 bills × 15 debts": (12, 15, 8), "50 bills × 60 debts": (50, 60, 3)}


def measure() -> dict[str, str]:
    """Return CPU seconds, the gap to the proven bound and the loss of simple rules, ppm of face."""
    figures: dict[str, str] = {}
    for name, (bills, debts, count) in _PORTFOLIOS.items():
        fast: list[float] = []
        exact: list[float] = []
        gaps: list[float] = []
        simple: list[float] = []
        for seed in range(count):
            outlook = random_outlook(9000 + seed, bills=bills, debts=debts)
            start = time.process_time()
            plan = lp_repair(outlook)
            middle = time.process_time()
            best = milp(outlook)
            exact.append(time.process_time() - middle)
            fast.append(middle - start)
            wealth = outlook.worth(plan.moves).wealth
            gaps.append((min(best.bound, plan.bound) - wealth) / outlook.face * 1e6)
            rules = (outlook.worth({}).wealth, outlook.worth(discount_all(outlook)).wealth)
            simple.append((wealth - max(rules)) / outlook.face * 1e6)
        figures[f"{name}: LP + repair"] = f"{statistics.median(fast):8.3f} s"
        figures[f"{name}: exact MILP"] = (
            f"{statistics.median(exact):8.3f} s   "
            f"{statistics.median(exact) / statistics.median(fast):.1f} × LP + repair"
        )
        figures[f"{name}: gap to the proven bound"] = (
            f"{statistics.median(gaps):8.2f} ppm of face, worst {max(gaps):.1f}"
        )
        figures[f"{name}: better than the best simple rule by"] = (
            f"{statistics.median(simple):8.0f} ppm of face, least {min(simple):.0f}"
        )
    return figures
