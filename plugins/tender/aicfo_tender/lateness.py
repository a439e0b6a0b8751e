"""What it costs to be without money that nobody gives: bills paid late, and what follows from it.

Interest on arrears is the least of it. On a day with something overdue suppliers want cash and hold
back, lenders lend no more, and the owner's day goes to those who wait. That is a price for the day,
whatever the size of the contract and of the firm: so a small contract of a firm that can hardly
pay is passed over, and a large one of the same firm asked more for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aicfo_sdk import PPM, round_div
from aicfo_sdk.model import CreditLine

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import FundingNeed

_MILLI = 1_000


def open_lines(ctx: Context) -> list[CreditLine]:
    """Return the lines that can be drawn on today, the cheapest first."""
    lines = ctx.books.all(CreditLine)
    some = (line for line in lines if line.limit > line.used and line.expires >= ctx.today)
    return sorted(some, key=lambda line: (line.rate_ppm, line.id))


def free_money(lines: list[CreditLine]) -> int:
    """Return what lines still give together, minor units."""
    return sum(line.limit - line.used for line in lines)


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

    Interest on arrears (`finance.late_interest_day_ppm`) on what is missing, and the price of a day
    with something overdue (`tender.late_day`) for each such day of the work.
    """
    late: int = ctx.params.at("finance.late_interest_day_ppm", ctx.today)
    day: int = ctx.params.at("tender.late_day", ctx.today)
    arrears = round_div(missing(need, found) * late * (need.short_days or 0), PPM)
    return arrears + round_div(round(late_days(need, found) * _MILLI) * day, _MILLI)


def late_days(need: FundingNeed, found: int) -> float:
    """Return the days of the work on which something is overdue where sources give `found`."""
    if not need.late_days:
        return 0.0
    money, days = zip(*need.late_days, strict=True)
    return float(np.interp(found, money, days)) / _MILLI
