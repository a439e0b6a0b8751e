"""The merchant that is never short: its best use of money is known without a solver."""

from __future__ import annotations

import numpy as np

from ..fen import Floats
from .dual import certified
from .periods import Periods
from .program import Program, Situation

NEAR = 1e-3
"""A bound this share above a path that can be walked needs no better prices."""


def plain_bound(span: Periods, of: Situation, program: Program) -> float | None:
    """Return a bound of the program that is within `NEAR` of its optimum, or None.

    The fund takes all that the payments before the next decision do not need. The prices that prove
    it, those of a fen in hand each morning and evening, follow backwards from the last day.
    """
    found = _plain(span, of)
    if found is None:
        return None
    gain, morning, evening = found
    price = np.zeros(program.linear.row_lower.size)
    price[program.morning], price[program.evening] = morning, evening
    for line, rows, (when, eve, before) in zip(
        of.lines, program.balances, program.holidays, strict=True
    ):
        price[rows] = -evening
        # What collecting on a holiday saves is made up for by what borrowing until then costs.
        waited = np.minimum(of.penalty, span.nights[when]) / span.nights[when]
        saved = (1.0 - waited) * line.nights[when]
        for rows, by in ((eve, 1), (before, 2)):
            start = np.maximum(when - by, 0)
            costs = line.nights[start + 1] - (evening[start] - evening[start + 1])
            price[rows] = np.where(when >= by, np.clip(costs, 0.0, saved), saved)
            saved = saved - price[rows]
    bound = certified(program.linear, price)
    return bound if bound <= gain * (1.0 + NEAR) + 100.0 else None


def _plain(span: Periods, of: Situation) -> tuple[float, Floats, Floats] | None:
    """Return the gain of keeping in the fund all that the next payments do not need, and the prices
    of mornings and evenings that prove it best; None for a merchant with bills, contracts to be
    had or a wealth product, or one that would have to borrow."""
    if of.papers or of.offers.gain.size or of.invested is not None:
        return None
    if any(line.used for line in of.lines):
        return None
    count = span.days.size
    due = of.inflow - of.falls.sum(axis=0)
    due[0] -= of.arrears.sum()
    fund, deposit = (np.append(rate, 0.0) for rate in (span.fund, span.deposit))
    cash, put_by, gain = float(of.cash), float(of.fund), 0.0
    kept = np.zeros(count, dtype=np.bool_)
    for i in range(count):
        if i:
            gain += cash * deposit[i] + put_by * fund[i]
        cash, put_by = cash * (1.0 + deposit[i]) + due[i], put_by * (1.0 + fund[i])
        if cash < -1e-3:
            return None
        put_by += cash - of.bonds[i]
        cash = max(-due[i + 1] / (1.0 + deposit[i + 1]), 0.0) if i + 1 < count else 0.0
        kept[i] = cash > 0
        put_by -= cash
        if put_by < 0:
            return None
    evening, morning = np.zeros(count), np.zeros(count)
    for i in range(count - 1, -1, -1):
        if i + 1 < count:
            evening[i] = fund[i + 1] + (1.0 + fund[i + 1]) * evening[i + 1]
            if kept[i]:
                morning[i + 1] = (evening[i] - deposit[i + 1]) / (1.0 + deposit[i + 1])
        morning[i] = evening[i]
    return gain, morning, evening
