"""What winning a tender is worth: its expected margin less what its money costs."""

from __future__ import annotations

from aicfo_sdk import Books, Orchestrator
from aicfo_sdk.model import BidGate, FundingNeed, FundingPlan, TenderId
from aicfo_sdk.money import PPM


def bid_worth(
    need: FundingNeed, alone: FundingPlan, with_it: FundingPlan, *, price: int, late_ppm: int
) -> float:
    """Return what winning a tender at `price` is worth before the chance of winning it, fen.

    The expected margin, less what funding costs more with the contract than without, less what
    being late costs where no funding is found: suppliers wait, and charge `late_ppm` a day for it.
    Plans are made for the 95 % need over all of its days; what is expected is its mean, for
    `short_days`. The chance of winning and the bond, which comes back either way, do not change
    the sign. A price below the one that the need was reckoned at comes off the margin whole.
    """
    if need.margin_mean is None or need.short_mean is None or need.short_days is None:
        return 0.0
    margin = float(need.margin_mean - (need.price - price))
    if not need.short_p95:
        return margin
    share = need.short_mean / need.short_p95
    lasts = need.short_days / ((need.until - need.by).days + 1)
    borrowed = max(with_it.cost - alone.cost, 0) * share * lasts
    missing = max(with_it.uncovered - alone.uncovered, 0) * share
    return margin - borrowed - missing * late_ppm * need.short_days / PPM


def worth_it(
    cfo: Orchestrator, books: Books, tender: str, *, price: int, late_ppm: int
) -> tuple[bool, str]:
    """Return whether to bid `price` fen and, if not, why.

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
    good = bid_worth(need, alone, found.result, price=price, late_ppm=late_ppm) > 0
    return good, "" if good else "not worth its money"
