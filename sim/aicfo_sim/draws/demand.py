"""Takings of a group: its members' own levels of demand, and what each day sells."""

from __future__ import annotations

import math

import numpy as np

from .. import rng
from ..fen import Floats, Ints
from .common import LEAD, YEAR
from .group import Group

_KEPT = 0.95
"""What is left of a week's deviation from the usual level a week later."""

_CHUNK = 1 << 13
"""Entries worked on at a time, so that scratch stays in a core's cache."""


_SIDE = 64
"""Members whose days are turned at a time, so that both sides stay in cache."""


def skewed(normal: Floats, variance: Floats) -> Floats:
    """Return draws of mean 1 and that variance, never negative, one for each standard normal.

    The cube of Wilson and Hilferty (1931): nearly the quantiles of a gamma distribution, with
    its first two moments up to terms in the cube of the variance, by plain arithmetic, so that
    its bits are the same on every processor. Meant for variances of up to about 1.
    """
    ninth = variance / 9.0
    out = np.sqrt(ninth) * normal
    out += 1.0
    out -= ninth
    np.maximum(out, 0.0, out=out)
    cube = out * out
    cube *= out
    return cube


def expected(group: Group, usual: Floats, day: Floats) -> Floats:
    """Return expected takings in yuan, days from −LEAD × members: `day` of each member times the
    calendar's factor `usual` of each day times the member's own level.

    The level is a weekly AR(1) around 1, in its steady state from the first week on, less rare
    shocks that take away a part of demand for a while. What a week brings is decided in that
    week: days that follow change nothing before them, and a shock from before day −LEAD goes on.
    """
    figures, count = group.figures, usual.size
    weeks = -(-count // 7)
    sd = figures.number("drift_sd")
    out = np.empty((count, group.size))
    if not sd:
        np.multiply(usual[:, None], day, out=out)
    else:
        steps = group.normals("level", -1, weeks + 1)
        value = steps[0] * (sd / math.sqrt(1.0 - _KEPT**2))
        for week in range(weeks):
            value = _KEPT * value + sd * steps[week + 1]
            rows = slice(7 * week, 7 * week + 7)
            np.multiply(usual[rows, None], np.clip(value + 1.0, 0.3, 2.0) * day, out=out[rows])
    if figures.number("shock_year"):
        _shock(group, out, weeks)
    return out


def _shock(group: Group, plan: Floats, weeks: int) -> None:
    """Take the members' own shocks out of expected takings, days from −LEAD × members."""
    figures, count = group.figures, plan.shape[0]
    low, high = (int(days) for days in figures.numbers("shock_days"))
    least, most = figures.numbers("shock_depth")
    before = -(-high // 7)
    chance = figures.number("shock_year") * 7.0 / YEAR
    drawn = group.grid("shock", -before, weeks + before)
    week, place = np.nonzero(drawn < chance)
    # A draw below the chance is, divided by it, uniform again, and so are its later digits.
    spread = drawn[week, place] / chance * 7.0
    start = (week - before) * 7 + spread.astype(np.int64)
    spread = (spread % 1.0) * (high - low + 1)
    end = np.minimum(start + low + spread.astype(np.int64), count)
    left = 1.0 - (least + (most - least) * (spread % 1.0))
    start = np.maximum(start, 0)
    length = np.maximum(end - start, 0)
    step = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    cells = np.repeat(start * group.size + place, length) + step * group.size
    np.multiply.at(plan.reshape(-1), cells, np.repeat(left, length))


def sold(group: Group, plan: Floats, ticket: Floats) -> tuple[Ints, Ints]:
    """Return orders and their value in fen by day for expected takings `plan` in yuan.

    `plan` is days from −LEAD × members, `ticket` the mean of an order by member. Orders are
    Poisson, at a rate that the day's weather scales (mean 1, coefficient of variation
    `weather_cv`); an order's value is lognormal with mean `ticket` and `ticket_cv`. Order by
    order every one of them is drawn. By day their sum is drawn at once with the same mean and
    variance, and orders, if the group wants detail, so that their mean, variance and covariance
    with the value are those of the sum (else orders is empty). Days with less than about one
    expected order are beyond that approximation. `plan` is used up: the values may take its place.
    """
    if group.shocks.any:
        plan *= group.shocks.left(group.archetype, group.merchants, -LEAD, plan.shape[0])
    if group.order_level:
        return _by_order(group, plan, ticket)
    figures, count = group.figures, plan.shape[0]
    weather, wide = _weather(group) ** 2, 1.0 + figures.number("ticket_cv") ** 2
    # Orders are drawn from the plan once more; else its memory, which is at hand, takes the values.
    amount = np.empty(plan.shape, dtype=np.int64) if group.detail else plan.view(np.int64)
    spread = wide * ticket
    for rows, normal in group.normal_rows("sales", -LEAD, count):
        mean = plan[rows]
        # Variance over squared mean of a Poisson sum whose rate itself varies.
        variance = spread / mean
        variance += weather
        factor = skewed(normal, variance)
        factor *= mean
        factor *= 100.0
        np.rint(factor, out=factor)
        amount[rows] = factor
    if not group.detail:
        return np.zeros((0, group.size), dtype=np.int64), amount
    rate = plan / ticket
    noise = weather * rate
    got = amount / (ticket * 100.0) - rate
    # Orders given their value: the regression on it, and the variance that it leaves open.
    slope = (1.0 + noise) / (wide + noise)
    open_part = rate * (1.0 + noise) * (1.0 - slope)
    orders = rate + slope * got + np.sqrt(open_part) * group.normals("orders", -LEAD, count)
    least = (amount > 0).astype(np.int64)
    return np.where(least, np.maximum(np.rint(orders).astype(np.int64), 1), 0), amount


def returned(group: Group, orders: Ints, amount: Ints, usual: Floats, share: Floats) -> Ints:
    """Return what customers of each day send back later, fen: a binomial part of its orders.

    `usual` orders by day stand for them where days are drawn at once.
    """
    out = np.empty_like(amount)
    if group.order_level:
        for place in range(group.size):
            source = group.who(place).stream("returns")
            out[:, place] = source.binomial(orders[:, place], share[place])
        return amount * out // np.maximum(orders, 1)
    odds = (1.0 - share) / share
    normal = group.normals("returns", -LEAD, amount.shape[0])
    step = max(1, _CHUNK // max(1, group.size))
    for begin in range(0, amount.shape[0], step):
        rows = slice(begin, begin + step)
        part = skewed(normal[rows], odds / usual[rows]) * share
        np.minimum(part, 1.0, out=part)
        part *= amount[rows]
        np.rint(part, out=part)
        out[rows] = part
    return out


def _weather(group: Group) -> float:
    return group.figures.number("weather_cv") if "weather_cv" in group.figures.rows else 0.0


def _by_order(group: Group, plan: Floats, ticket: Floats) -> tuple[Ints, Ints]:
    """Return orders and their value, each order drawn, merchant by merchant: a stream of counts
    and one of values, both in the order of time."""
    count, size = plan.shape
    weather = _weather(group)
    rate = plan
    rate /= ticket
    if weather:
        normal = group.normals("weather", -LEAD, count)
        rate *= skewed(normal, np.full((1, size), weather**2))
    orders, amount = np.empty((2, count, size), dtype=np.int64)
    sd = math.sqrt(math.log1p(group.figures.number("ticket_cv") ** 2))
    for first in range(0, size, _SIDE):
        # A member's days lie apart in the tables: they are turned over some members at a time.
        places = slice(first, min(first + _SIDE, size))
        rates = np.ascontiguousarray(rate[:, places].T)
        made, worth = np.empty_like(rates, dtype=np.int64), np.empty_like(rates)
        for place, merchant in enumerate(group.merchants[places].tolist()):
            middle = math.log(float(ticket[first + place])) - sd**2 / 2
            source = rng.stream(group.seed, group.replication, merchant, "orders")
            made[place] = source.poisson(rates[place])
            source = rng.stream(group.seed, group.replication, merchant, "worth")
            each = source.lognormal(middle, sd, int(made[place].sum()))
            each *= 100.0
            worth[place] = sums(np.rint(each, out=each), made[place])
        orders[:, places], amount[:, places] = made.T, worth.T
    return orders, amount


def sums(values: Floats, counts: Ints) -> Floats:
    """Return the sum of the first `counts[0]` values, of the next `counts[1]`, and so on.

    Exact for whole numbers whose sums stay below 2**53.
    """
    starts = np.cumsum(counts) - counts
    if counts.size and counts.min() > 0:
        return np.add.reduceat(values, starts)
    out, filled = np.zeros(counts.size), np.flatnonzero(counts)
    if filled.size:
        out[filled] = np.add.reduceat(values, starts[filled])
    return out
