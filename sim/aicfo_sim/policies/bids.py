"""What winning a tender is worth: its expected margin less what its money costs."""

from __future__ import annotations

from aicfo_sdk import Books, Orchestrator
from aicfo_sdk.model import BidGate, CreditLine, FundingNeed, FundingPlan, TenderId
from aicfo_sdk.money import PPM

LATE_DAY_PPM = 500
"""What being late costs a day: the interest on overdue supplier invoices and taxes, ppm."""

_YEAR = 365


def bid_worth(
    need: FundingNeed, alone: FundingPlan, with_it: FundingPlan, *, dearest_ppm: int
) -> float:
    """Return what winning a tender is worth before the chance of winning it, minor units.

    The expected margin, less what funding costs more with the contract than without, less the
    price of what finds no funding: a shortage is not forbidden, it costs `dearest_ppm` a year
    plus late interest, for as long as it lasts. Plans are made for the 95 % need over all of its
    days; what is expected is its mean, for `short_days`. The chance of winning and the bond, which
    comes back either way, do not change the sign.
    """
    if need.margin_mean is None or need.short_mean is None or need.short_days is None:
        return 0.0
    if not need.short_p95:
        return float(need.margin_mean)
    share = need.short_mean / need.short_p95
    lasts = need.short_days / ((need.until - need.by).days + 1)
    borrowed = max(with_it.cost - alone.cost, 0) * share * lasts
    missing = max(with_it.uncovered - alone.uncovered, 0) * share
    price = (dearest_ppm + LATE_DAY_PPM * _YEAR) / PPM
    return need.margin_mean - borrowed - missing * price * need.short_days / _YEAR


def worth_it(cfo: Orchestrator, books: Books, tender: str) -> tuple[bool, str]:
    """Return whether to bid and, if not, why.

    The gate must pass and the contract be worth more than what its money costs (`bid_worth`).
    Raises: AicfoError where the plugins have no answer.
    """
    subject = [TenderId(tender)]
    gate: BidGate = cfo.run(BidGate, books=books, subjects=subject).result
    if not gate.passed:
        return False, "gate"
    alone: FundingPlan = cfo.run(FundingPlan, books=books).result
    found = cfo.run(FundingPlan, books=books, subjects=subject)
    need: FundingNeed = found.fact(FundingNeed)
    dearest = max((line.rate_ppm for line in books.all(CreditLine)), default=0)
    good = bid_worth(need, alone, found.result, dearest_ppm=dearest) > 0
    return good, "" if good else "not worth its money"
