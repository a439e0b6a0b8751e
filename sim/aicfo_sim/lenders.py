"""Who lends and by which rules: limits that follow sales, refusals, fees for repaying early.

Each merchant has its own limit and rate on each line (`draws.costs.traits`); here is what a lender
does with them over time. All of it but arrears is exogenous.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from aicfo_sdk.money import PPM

from .dates import PAD, Dates
from .fen import Flags, Floats, Ints
from .scenario import Figures
from .tables import ALWAYS, Receipts, Traits

NAMES = ("bank", "quick")
"""The lines of every merchant: a bank's, and an online lender's that pays out at once."""

YEAR = 365
MONTHS = 12


class Lender(NamedTuple):
    """How a lender treats drawings on its line."""

    arrears_days: int
    """Days of arrears from which it may refuse."""
    refusal: float
    """Probability that it then does, decided anew every 30 days."""
    early_days: int
    """Days after a drawing within which repaying costs a fee."""
    early_ppm: int
    """That fee, ppm of the principal repaid."""


def lenders(figures: Figures) -> tuple[Lender, ...]:
    """Return the lender behind each of `NAMES`."""
    rows = zip(
        figures.numbers("line_arrears"),
        figures.numbers("line_refusal"),
        figures.numbers("line_early_days"),
        figures.numbers("line_early_fee"),
        strict=True,
    )
    return tuple(
        Lender(int(arrears), refusal, int(days), round(fee * 10_000))
        for arrears, refusal, days, fee in rows
    )


def reviews(figures: Figures, days: Dates, traits: Traits, sold: Ints, receipts: Receipts) -> Ints:
    """Return limits over those at the start, ppm, months × merchants.

    Row `n` holds in the run's n-th calendar month (see `month_of`). Once a year, in a month that
    follows from its number, a merchant's limits are set to the same multiple of the sales of the
    last 365 days as they were of those expected at the start, within bounds. Sales are takings
    and invoices outside tenders. The first review needs a year of them.
    """
    firsts = _months(days)
    out = np.full((firsts.size, traits.merchant.size), PPM, dtype=np.int64)
    part = figures.number("review_pass")
    low, high = (round(end * PPM) for end in figures.numbers("review_bounds"))
    plain = (receipts.cond == ALWAYS) & (receipts.bond == 0)
    for n, first in enumerate(firsts.tolist()):
        if first < YEAR or not part:
            continue
        month = int(days.month[first + PAD])
        mine = np.flatnonzero((traits.merchant % MONTHS == month - 1) & (traits.turnover > 0))
        invoiced = _sums(receipts, plain, first, traits.merchant.size)[mine]
        sales = sold[first - YEAR : first, mine].sum(axis=0) + invoiced
        # Exact while a year's sales stay below 4.6e12 fen.
        change = sales * PPM // (traits.turnover[mine] * MONTHS) - PPM
        out[n:, mine] = np.clip(PPM + np.rint(change * part).astype(np.int64), low, high)
    return out


def month_of(days: Dates, t: int) -> int:
    """Return the row of `reviews` that holds on day `t`."""
    return int(np.searchsorted(_months(days), t, side="right")) - 1


def refused(lender: Lender, waits: Ints, draws: Floats) -> Flags:
    """Return whom a lender refuses: days of arrears (−1: none) and a uniform draw by merchant."""
    return (waits >= lender.arrears_days) & (draws < lender.refusal)


def _months(days: Dates) -> Ints:
    """Return the first days of the run's months; the first may lie before day 0."""
    firsts = days.month_starts
    return firsts[(firsts > -31) & (firsts < days.days)]


def _sums(receipts: Receipts, plain: Flags, first: int, size: int) -> Ints:
    rows = np.flatnonzero(plain & (receipts.issued >= first - YEAR) & (receipts.issued < first))
    # Exact: sums of fen stay far below 2**53.
    sums = np.bincount(receipts.owner[rows], weights=receipts.amount[rows], minlength=size)
    return sums.astype(np.int64)
