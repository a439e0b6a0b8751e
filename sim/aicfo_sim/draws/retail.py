"""The shop and the online seller: takings by day, goods bought ahead of them."""

from __future__ import annotations

import numpy as np

from ..dates import PAD
from ..fen import Floats, Ints, share, to_fen
from ..tables import Dues
from .common import (
    LEAD,
    YEAR,
    Drawn,
    Who,
    finish,
    fixed_costs,
    level,
    median,
    no_bills,
    no_receipts,
    no_tenders,
    pick,
    sales_tax,
    season,
    settle,
    sold,
    supplier_dues,
    traits,
    uniform,
)

REFUND_AFTER = 4
"""Days from a sale to its refund; settlement waits longer."""


def draw_shop(who: Who) -> Drawn:
    """Return a street shop: wallets settle the next day, goods are bought weekly."""
    source = who.stream("traits")
    days = who.dates.days
    day = median(source, who, "takings_day")
    ticket, goods = uniform(source, who, "ticket"), uniform(source, who, "goods")
    wechat = 0.5 + 0.3 * float(source.random())
    count = days + LEAD
    expected = (
        day * season(who.figures, who.dates, -LEAD, count) * level(who.stream("level"), who, count)
    )
    orders, amount = sold(who.stream("sales"), who, expected, ticket)
    first = share(amount, round(wechat * 1_000_000))
    gross = np.stack([first, amount - first])
    counts = np.stack([orders - orders // 3, orders // 3])
    nothing = np.zeros_like(gross)
    one, free = np.ones(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    takings = settle(who, gross, nothing, nothing, counts, one, free)
    fixed, payroll = fixed_costs(who, source, day * YEAR / 12)
    # Goods of a week replace what the week before sold.
    weekly = _weekly(amount, int(source.integers(7)))
    bought = _goods(who, source, weekly[0], share(weekly[1], round(goods * 1_000_000)))
    dues = finish(who, [*fixed, sales_tax(who, amount, -LEAD), bought])
    month = day * YEAR / 12
    firm = traits(who, source, month, month * 0.95, payroll)
    return Drawn(firm, takings, dues, no_receipts(), no_bills(), no_tenders())


def draw_ecommerce(who: Who) -> Drawn:
    """Return an online seller: platforms settle after 7–15 days, stock is bought for the peaks."""
    source = who.stream("traits")
    days = who.dates.days
    day = median(source, who, "takings_day")
    ticket, goods = uniform(source, who, "ticket"), uniform(source, who, "goods")
    refund, fee = uniform(source, who, "refund"), uniform(source, who, "platform_fee")
    low, high = (int(value) for value in who.figures.numbers("settle_days"))
    lag = np.array([*source.integers(low, high + 1, 2), 1], dtype=np.int64)
    stock_lead = round(uniform(source, who, "stock_lead"))
    heights = uniform(source, who, "peak_618"), uniform(source, who, "peak_1111")
    count = days + LEAD
    # Plans reach beyond the last day: stock for later sales is bought within the run.
    plan = (
        day
        * season(who.figures, who.dates, -LEAD, count + 60)
        * _peaks(who, -LEAD, count + 60, heights)
    )
    expected = plan[:count] * level(who.stream("level"), who, count)
    source_sales = who.stream("sales")
    orders, amount = sold(source_sales, who, expected, ticket)
    returned = source_sales.binomial(orders, refund)
    back = np.where(orders > 0, amount * returned // np.maximum(orders, 1), 0)
    gross, cohort = (_channels(who, column) for column in (amount, back))
    cohort[2] = 0
    refunds = np.zeros_like(cohort)
    refunds[:, REFUND_AFTER:] = cohort[:, :-REFUND_AFTER]
    fees = np.array([round(fee * 1_000_000)] * 2 + [6_000], dtype=np.int64)
    takings = settle(who, gross, refunds, cohort, _channels(who, orders), lag, fees)
    month = day * YEAR / 12
    fixed, payroll = fixed_costs(who, source, month)
    kept = 1.0 - 0.9 * refund
    weekly = _weekly(to_fen(plan * goods * kept), int(source.integers(7)))
    bought = _goods(who, source, weekly[0] - stock_lead - 7, weekly[1])
    dues = finish(who, [*fixed, sales_tax(who, (gross - refunds).sum(axis=0), -LEAD), bought])
    firm = traits(who, source, month, month * 0.95, payroll)
    return Drawn(firm, takings, dues, no_receipts(), no_bills(), no_tenders())


def _channels(who: Who, column: Ints) -> Ints:
    first, second, _ = who.figures.numbers("channels")
    taobao, douyin = (share(column, round(part * 1_000_000)) for part in (first, second))
    return np.stack([taobao, douyin, column - taobao - douyin])


def _peaks(who: Who, first: int, count: int, heights: tuple[float, float]) -> Floats:
    """Return the factor of 6.18 and 11.11 by day."""
    out = np.ones(count)
    origin = who.dates.origin
    after = who.figures.number("peak_after")
    for month, day, ahead, part, height in (
        (6, 18, 17, 1 / 3, heights[0]),
        (11, 11, 21, 1 / 4, heights[1]),
    ):
        for year in range(origin.year - 1, origin.year + 5):
            top = who.dates.number(origin.replace(year=year, month=month, day=day)) - first
            for step in range(top - ahead, top + 8):
                if 0 <= step < count:
                    rise = 1 + (height - 1) * part
                    out[step] = height if step == top else (rise if step < top else after)
    return out


def _weekly(amount: Ints, offset: int) -> tuple[Ints, Ints]:
    """Return the day after each whole week of `amount` (from −LEAD) and that week's sum."""
    body = amount[offset : offset + (amount.size - offset) // 7 * 7].reshape(-1, 7)
    ends = np.arange(1, body.shape[0] + 1, dtype=np.int64) * 7 + offset - LEAD
    return ends, body.sum(axis=1)


def _goods(who: Who, source: np.random.Generator, when: Ints, amount: Ints) -> Dues:
    """Return goods invoices, each from one of the suppliers with that supplier's terms."""
    suppliers = int(who.figures.number("suppliers"))
    terms = np.array([pick(source, who.figures.numbers("terms")) for _ in range(suppliers)])
    party = source.integers(suppliers, size=when.size)
    known = np.maximum(when, 1 - PAD)
    due = who.dates.roll(known + terms[party])
    return supplier_dues(known, due, amount, party)
