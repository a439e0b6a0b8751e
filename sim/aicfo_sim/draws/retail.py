"""The shop and the online seller: takings by day, goods bought ahead of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .. import tables
from ..dates import Dates
from ..fen import Floats, Ints, round_div, share, to_fen
from ..scenario import Figures
from ..tables import Takings
from .common import CHANNELS, LEAD, no_bills, no_receipts, no_tenders, season
from .costs import fixed_costs, goods, monthly, traits
from .demand import expected, returned, sold
from .group import Group, GroupDrawn

REFUND_AFTER = 4
"""Days from a sale to its refund; settlement waits longer."""

_PPM = 1_000_000


def draw_shop(group: Group) -> GroupDrawn:
    """Return street shops: wallets settle the next day, goods are bought weekly."""
    days = group.dates.days
    day = group.median("takings_day")
    ticket, part = group.uniform("ticket"), group.uniform("goods")
    count = days + LEAD
    plan = expected(group, season(group.figures, group.dates, -LEAD, count), day)
    orders, amount = sold(group, plan, ticket)
    # Goods of a week replace what the week before sold.
    when, weekly = _weeks(group, amount)
    bought = goods(group, when, share(weekly, np.rint(part * _PPM).astype(np.int64)))
    month = monthly(day)
    fixed, payroll = fixed_costs(group, month)
    takings = tuple[Takings, ...]()
    if group.detail:
        wechat = np.rint((0.5 + 0.3 * group.trait("wechat")) * _PPM).astype(np.int64)
        first = share(amount, wechat)
        takings = _wallets(group, [first, amount - first], [orders - orders // 3, orders // 3])
    return GroupDrawn(
        traits=traits(group, month, month * 0.95, payroll),
        sold=amount[LEAD:],
        settled=amount[LEAD - 1 : -1],
        fee=np.broadcast_to(np.int64(0), (days, group.size)),
        transit=amount[LEAD - 1].copy(),
        takings=takings,
        dues=tables.stack([*fixed, bought]),
        receipts=no_receipts(),
        bills=no_bills(),
        tenders=no_tenders(),
    )


def _wallets(group: Group, gross: list[Ints], orders: list[Ints]) -> tuple[Takings, ...]:
    """Return the takings tables of members whose channels settle the next day without a fee."""
    days = group.dates.days
    own, lag = slice(LEAD, LEAD + days), np.array([1, 1, 0], dtype=np.int64)
    nothing = np.zeros((CHANNELS, days), dtype=np.int64)
    out = list[Takings]()
    for place in range(group.size):
        taken = np.stack([channel[:, place] for channel in gross] + [gross[0][:, place] * 0])
        made = np.stack([channel[:, place] for channel in orders] + [orders[0][:, place] * 0])
        out.append(
            Takings(
                gross=taken[:, own].copy(),
                refunds=nothing.copy(),
                orders=made[:, own].copy(),
                settled=taken[:, LEAD - 1 : -1].copy(),
                fee=nothing.copy(),
                transit=taken[:, LEAD - 1].copy(),
                lag=lag.copy(),
            )
        )
    return tuple(out)


def draw_ecommerce(group: Group) -> GroupDrawn:
    """Return online sellers: platforms settle after 7–15 days, stock is bought for the peaks."""
    figures, days = group.figures, group.dates.days
    day = group.median("takings_day")
    ticket, part = group.uniform("ticket"), group.uniform("goods")
    refund = group.uniform("refund")
    heights = group.uniform("peak_618"), group.uniform("peak_1111")
    count = days + LEAD
    # Plans reach beyond the last day: stock for later sales is bought within the run.
    ahead = round(figures.numbers("stock_lead")[1]) + 15
    plain, peaks = _plan(figures, group.dates, count + ahead)
    # In the weeks of the peaks the factor depends on the member's heights.
    rows = np.flatnonzero((peaks[0] + peaks[1])[:count])
    high = plain[rows, None] + peaks[0][rows, None] * heights[0] + peaks[1][rows, None] * heights[1]
    usual = plain[:count].copy()
    usual[rows] = 1.0
    plan = expected(group, usual, day)
    plan[rows] *= high
    usual_orders = plan / ticket
    orders, amount = sold(group, plan, ticket)
    back = returned(group, orders, amount, usual_orders, refund)
    flow = _settled(group, amount, back, orders)
    offset = group.whole("week", 7)
    weekly = [_by_week(column, offset) for column in (plain, *peaks)]
    planned = weekly[0] + weekly[1] * heights[0] + weekly[2] * heights[1]
    worth = to_fen(planned * (day * part * (1.0 - 0.9 * refund)))
    lead = np.rint(group.uniform("stock_lead")).astype(np.int64)
    weeks = np.arange(worth.shape[0], dtype=np.int64)
    when = weeks[:, None] * 7 + offset - LEAD - lead
    month = monthly(day)
    fixed, payroll = fixed_costs(group, month)
    own = slice(LEAD, LEAD + days)
    return GroupDrawn(
        traits=traits(group, month, month * 0.95, payroll),
        sold=flow[0][own],
        settled=flow[1],
        fee=flow[2],
        transit=flow[3],
        takings=flow[4],
        dues=tables.stack([*fixed, goods(group, when, worth)]),
        receipts=no_receipts(),
        bills=no_bills(),
        tenders=no_tenders(),
    )


def _settled(
    group: Group, amount: Ints, back: Ints, orders: Ints
) -> tuple[Ints, Ints, Ints, Ints, tuple[Takings, ...]]:
    """Return what is sold by day from −LEAD on, less refunds, then settled, fee and transit of
    the run's days, and takings by channel where they are wanted.

    Two platforms, each with its own days to settlement, and the seller's own shop, paid the next
    day, which refunds nothing. A day's sale less its refunds, less the fee, arrives at once;
    refunds fall some days after their sale.
    """
    figures, days, size = group.figures, group.dates.days, group.size
    first, second, _ = (round(part * _PPM) for part in figures.numbers("channels"))
    low, high = (int(value) for value in figures.numbers("settle_days"))
    platform = np.rint(group.uniform("platform_fee") * _PPM).astype(np.int64)
    lags = [low + group.whole(f"settle/{n}", high - low + 1) for n in range(2)]
    lags.append(np.ones(size, dtype=np.int64))
    fees = (platform, platform, np.full(size, 6_000, dtype=np.int64))
    gross = [share(amount, first), share(amount, second)]
    gross.append(amount - gross[0] - gross[1])
    cohorts = [share(back, first), share(back, second), np.zeros((1, 1), dtype=np.int64)]
    sales, transit = amount.copy(), np.zeros(size, dtype=np.int64)
    sales[REFUND_AFTER:] -= (cohorts[0] + cohorts[1])[:-REFUND_AFTER]
    settled, fee = np.zeros((2, days, size), dtype=np.int64)
    parts = list[tuple[Ints, Ints, Ints]]()
    for taken, cohort, lag, ppm in zip(gross, cohorts, lags, fees, strict=True):
        worth = taken - cohort
        arriving = _delayed(worth, lag, days)
        charge = round_div(arriving * ppm, _PPM)
        settled += arriving
        settled -= charge
        fee += charge
        kept = np.where(np.arange(LEAD)[:, None] < LEAD - lag, worth[:LEAD], 0).sum(axis=0)
        early = np.broadcast_to(cohort, worth.shape)[: LEAD - REFUND_AFTER].sum(axis=0)
        held = taken[:LEAD].sum(axis=0) - kept - early
        transit += held
        if group.detail:
            parts.append((arriving - charge, charge, held))
    takings = tuple[Takings, ...]()
    if group.detail:
        made = [share(orders, first), share(orders, second)]
        made.append(orders - made[0] - made[1])
        takings = _platforms(group, gross, cohorts, made, parts, lags)
    return sales, settled, fee, transit, takings


def _platforms(
    group: Group,
    gross: list[Ints],
    cohorts: list[Ints],
    orders: list[Ints],
    parts: list[tuple[Ints, Ints, Ints]],
    lags: list[Ints],
) -> tuple[Takings, ...]:
    """Return the takings tables of members, channels × days."""
    days = group.dates.days
    own = slice(LEAD, LEAD + days)
    sent = slice(LEAD - REFUND_AFTER, LEAD - REFUND_AFTER + days)
    out = list[Takings]()
    for place in range(group.size):
        refunds = [np.broadcast_to(c, gross[0].shape)[sent, place] for c in cohorts]
        out.append(
            Takings(
                gross=np.stack([channel[own, place] for channel in gross]),
                refunds=np.stack(refunds),
                orders=np.stack([channel[own, place] for channel in orders]),
                settled=np.stack([part[0][:, place] for part in parts]),
                fee=np.stack([part[1][:, place] for part in parts]),
                transit=np.array([part[2][place] for part in parts], dtype=np.int64),
                lag=np.array([lag[place] for lag in lags], dtype=np.int64),
            )
        )
    return tuple(out)


def _delayed(worth: Ints, lag: Ints, days: int) -> Ints:
    """Return the rows of days 0 … `days` − 1, each column as it was `lag` days before."""
    size = worth.shape[1]
    flat, at = worth.reshape(-1), (LEAD - lag) * size + np.arange(size, dtype=np.int64)
    out = np.empty((days, size), dtype=np.int64)
    for t in range(days):
        np.take(flat, at + t * size, out=out[t], mode="clip")
    return out


@lru_cache(maxsize=16)
def _plan(figures: Figures, dates: Dates, count: int) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return factors on demand by day from −LEAD on: their part without the peaks' heights, and
    what a height of 6.18 and one of 11.11 adds for each unit of it."""
    base = np.ones(count)
    rises = np.zeros(count), np.zeros(count)
    origin, after = dates.origin, figures.number("peak_after")
    for rise, month, day, ahead, part in (
        (rises[0], 6, 18, 17, 1 / 3),
        (rises[1], 11, 11, 21, 1 / 4),
    ):
        for year in range(origin.year - 1, origin.year + count // 365 + 2):
            top = dates.number(origin.replace(year=year, month=month, day=day)) + LEAD
            for step in range(max(0, top - ahead), min(count, top + 8)):
                ratio = 1.0 if step == top else part if step < top else 0.0
                base[step] = after if step > top else 1.0 - ratio
                rise[step] = ratio
    usual = season(figures, dates, -LEAD, count)
    return base * usual, (rises[0] * usual, rises[1] * usual)


def _weeks(group: Group, amount: Ints) -> tuple[Ints, Ints]:
    """Return the day after each whole week of sales (from −LEAD on) and that week's sum, weeks ×
    members."""
    count, size = amount.shape
    offset = group.whole("week", 7)
    ends = np.arange(0, count // 7 + 1, dtype=np.int64)[:, None] * 7 + offset
    # Sums up to each end; each day, the members whose week it ends read them off. A week that
    # ends beyond the last day is no week yet; its day drops it from the run.
    until = np.empty(ends.shape, dtype=np.int64)
    running = np.zeros(size, dtype=np.int64)
    places = [np.flatnonzero(offset == day) for day in range(7)]
    for step in range(count + 1):
        week, place = step // 7, places[step % 7]
        until[week, place] = running[place]
        if step < count:
            running += amount[step]
    for day in range(count % 7 + 1, 7):
        until[-1, places[day]] = running[places[day]]
    return ends[1:] - LEAD, np.diff(until, axis=0)


def _by_week(column: Floats, offset: Ints) -> Floats:
    """Return the sums of whole weeks of a column of days, weeks × members, each from its offset."""
    weeks = (column.size - 7) // 7
    sums = [column[start : start + weeks * 7].reshape(weeks, 7).sum(axis=1) for start in range(7)]
    return np.stack(sums, axis=1)[:, offset]
