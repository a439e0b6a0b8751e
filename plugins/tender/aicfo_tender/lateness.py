"""What it costs to be without money that nobody gives: bills paid late, and what follows from it.

Interest on arrears is the least of it. While something is overdue suppliers want cash and hold
back, and the firm's other work suffers with it: a share of its sales on each such day. That part
does not depend on how large the contract is, so a small contract that leaves a firm unable to pay
is worth less than a large one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicfo_sdk import PPM, round_div

from .reach import YEAR, yearly_sales

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import FundingNeed


def missing(need: FundingNeed, found: int) -> int:
    """Return what is missing on average where sources give `found`, minor units.

    Sources are held against the need of one case in twenty: of the mean the same share is missing.
    """
    if not need.short_p95:
        return 0
    left = max(need.short_p95 - found, 0)
    return round_div((need.short_mean or 0) * left, need.short_p95)


def late_cost(ctx: Context, need: FundingNeed, found: int) -> int:
    """Return what winning costs by late payment where sources give `found`, minor units.

    Interest on arrears (`finance.late_interest_day_ppm`) on what is missing, and a share of the
    firm's sales (`tender.late_sales_ppm`) for as many days as the money is missing, by the share
    of it that is.
    """
    left, days, mean = missing(need, found), need.short_days or 0, need.short_mean or 0
    if not left:
        return 0
    late: int = ctx.params.at("finance.late_interest_day_ppm", ctx.today)
    lost: int = ctx.params.at("tender.late_sales_ppm", ctx.today)
    trade = round_div(yearly_sales(ctx.books) * lost * days * left, PPM * YEAR * mean)
    return round_div(left * late * days, PPM) + trade
