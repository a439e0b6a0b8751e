"""Notices that reach a firm, who else bids and how, and what a contract costs and brings.

Each array is drawn from a stream of its own, a row per notice in the order of days, so that a
longer run only adds rows. Costs of bidders share what the work really takes against the estimate
(a common value), which is why the winner tends to be who guessed too low.
"""

from __future__ import annotations

import math

import numpy as np

from .. import tables
from ..fen import Floats, Ints, share, to_fen
from ..tables import RIVALS, Dues, Receipts, Tenders, columns
from .common import YEAR, Due, Who, conditional

PUBLIC_TERMS = 30
"""Days after a milestone in which a public body must pay an SME (State Council order 802)."""

REGIONS = 8
"""Regions that notices come from (`identity.REGIONS` names them)."""

_MILESTONES = 4


def draw_tenders(who: Who, yearly: float) -> tuple[Tenders, Dues, Receipts]:
    """Return the notices of a firm that sells `yearly` yuan a year, and each one's contract.

    Dues and Receipts hang on the row of their tender (`cond`) and are those of a contract at the
    published estimate; public buyers pay in money.
    """
    figures = who.figures
    days = who.dates.days
    chance = figures.number("tenders_year") / YEAR
    published = np.flatnonzero(who.stream("notices").random(days) < chance)
    count = published.size
    if not count:
        return tables.none(Tenders), tables.none(Dues), tables.none(Receipts)
    table, true_cost = _notices(who, yearly, published)
    shortest = max(2, int(figures.numbers("tender_days")[1]) // 30)
    steps = who.stream("tender_suppliers").random((count, 2, shortest))
    late = who.stream("buyers").random((count, _MILESTONES)) < figures.number("tender_late")
    scale = figures.number("tender_late_days") / 1.2
    delay = np.rint(who.stream("buyer_delays").gamma(1.2, scale, (count, _MILESTONES)))
    wait = PUBLIC_TERMS + np.where(late, delay, 0).astype(np.int64)
    costs, income = list[Due](), list[Receipts]()
    for row in range(count):
        costs += _costs(who, table, row, int(true_cost[row]), steps[row])
        income.append(_income(who, table, row, wait[row]))
    return table, conditional(costs), tables.stack(income)


def _notices(who: Who, yearly: float, published: Ints) -> tuple[Tenders, Ints]:
    """Return the notices published on those days, and what each job really costs, fen."""
    figures, count = who.figures, published.size
    draws = who.stream("tenders").random((count, 16)).T
    (gap, wait, length, keep, performance, prepay, progress, category) = draws[:8]
    (far, where, fits, method, weight, preference, ease, rivals) = draws[8:]
    spread, error, overrun, other = (
        figures.spread("tender_price"),
        figures.number("tender_error"),
        figures.number("tender_overrun"),
        figures.number("rival_cost"),
    )
    factors = who.stream("tender_costs").lognormal(
        0.0, [spread, error, overrun] + [other] * RIVALS, (count, 3 + RIVALS)
    )
    worth = figures.number("tender_price") * yearly * factors[:, 0]
    estimate = to_fen(np.rint(worth / 1000) * 1000) + 100_000
    own = who.stream("tender_firm")
    able = own.lognormal(0.0, figures.number("tender_skill"))
    taste = float(own.normal())
    away = far < figures.number("tender_far")
    needed = _between(figures.numbers("tender_cost"), ease)
    cost = needed * able * np.where(away, 1.0 + figures.number("tender_far_cost"), 1.0)
    shortest, longest = figures.numbers("tender_days")
    award = published + _whole((25, 46), gap)
    starts = award + _whole((10, 31), wait)
    kind = np.searchsorted(np.cumsum(figures.numbers("tender_mix"))[:2], category, side="right")
    small_works, small_goods = figures.numbers("preference_works"), figures.numbers("preference")
    deducted = np.where(
        kind == tables.WORKS, _between(small_works, preference), _between(small_goods, preference)
    )
    price, quality, small = _rivals(who, estimate, needed, factors[:, 3:], rivals)
    points = _between(figures.numbers("price_weight"), weight)
    weight_ppm = np.rint(points * 20).astype(np.int64) * 50_000
    guess = np.rint(cost * factors[:, 1] * 1000).astype(np.int64) * 1000
    noise = who.stream("tender_offer").normal(size=count)
    table = columns(
        Tenders,
        owner=0,
        published=published,
        deadline=published + 20,
        award=award,
        starts=starts,
        ends=starts + _whole((shortest, longest), length),
        estimate=estimate,
        cost_ppm=guess,
        bond=share(estimate, round(figures.number("bid_bond") * 1_000_000)),
        performance_ppm=_percent(figures.numbers("performance_bond"), performance),
        prepay_ppm=_twentieths(figures.numbers("tender_prepay"), prepay),
        progress_ppm=_twentieths(figures.numbers("tender_progress"), progress),
        retention_ppm=round(figures.number("retention") * 1_000_000),
        retention_days=np.array(figures.value("retention_days"))[(keep * 2).astype(np.int64)],
        category=kind,
        region=np.where(away, _whole((1, REGIONS), where), 0),
        fits=fits < figures.number("tender_fits"),
        method=method < figures.number("lowest_price"),
        weight_ppm=weight_ppm,
        preference_ppm=np.rint(deducted * 100).astype(np.int64) * 10_000,
        quality=_points(who, weight_ppm, taste * _half(who) + noise * _half(who)),
        rival_price=price,
        rival_quality=np.stack([_points(who, weight_ppm, q) for q in quality.T], axis=1),
        rival_small=small,
    )
    return table, to_fen(estimate / 100 * cost * factors[:, 2])


def _rivals(
    who: Who, estimate: Ints, needed: Floats, costs: Floats, draw: Floats
) -> tuple[Ints, Floats, Ints]:
    """Return the others' bids (fen; 0: nobody), their quality over the mean in points, and
    whether they are small firms, each tenders × RIVALS.

    Each asks its cost and a margin, whole hundreds of yuan, at most the estimate.
    """
    figures, shape = who.figures, (draw.size, RIVALS)
    low, high = figures.numbers("rivals")
    number = np.minimum(_whole((low, high + 1), draw), RIVALS)
    margin = _between(figures.numbers("rival_margin"), who.stream("rival_margins").random(shape))
    asked = to_fen(estimate[:, None] / 10_000 * needed[:, None] * costs * (1 + margin)) * 100
    asked = np.clip(asked, -(-estimate // 2)[:, None], estimate[:, None])
    there = np.arange(RIVALS) < number[:, None]
    small = who.stream("rival_sizes").random(shape) < figures.number("rival_small")
    spread = math.sqrt(2.0) * _half(who)
    quality = who.stream("rival_offers").normal(0.0, spread, shape)
    return np.where(there, asked, 0), quality, small.astype(np.int64)


def _points(who: Who, weight_ppm: Ints, over: Floats) -> Ints:
    """Return technical and business points in thousandths: the mean share of what is to be had,
    `over` or under it in points of a hundred."""
    available = (1_000_000 - weight_ppm) // 10
    points = np.rint(available * (who.figures.number("quality") + over / 100)).astype(np.int64)
    return np.clip(points, 0, available)


def _half(who: Who) -> float:
    """SD in points of each of a firm's two parts of quality: its own and the offer's."""
    return who.figures.number("quality_sd") / math.sqrt(2.0)


def milestones(tenders: Tenders, number: int) -> list[tuple[int, int, int]]:
    """Return (share of price in ppm, days after the start, retention 0/1) of each payment."""
    work = int(tenders.ends[number] - tenders.starts[number])
    prepay, progress = int(tenders.prepay_ppm[number]), int(tenders.progress_ppm[number])
    held = int(tenders.retention_ppm[number])
    rows = [
        (prepay, 10, 0),
        (progress, work // 2, 0),
        (1_000_000 - prepay - progress - held, work, 0),
        (held, work + int(tenders.retention_days[number]), 1),
    ]
    return [row for row in rows if row[0]]


def _costs(who: Who, tenders: Tenders, row: int, cost: int, draws: Floats) -> list[Due]:
    """Return wages, suppliers and performance bond of one contract."""
    start, last = int(tenders.starts[row]), _last(who)
    work = int(tenders.ends[row]) - start
    # Cost follows an S-curve (smoothstep 3x² − 2x³) in about monthly steps.
    steps = max(2, work // 30)
    edge = np.linspace(0.0, 1.0, steps + 1)
    parts = np.diff(np.rint(cost * (3 * edge**2 - 2 * edge**3)).astype(np.int64))
    when = start + np.rint(edge[:-1] * work).astype(np.int64)
    labour = parts // 4
    roll = who.dates.roll
    terms, party = draws[0, :steps], draws[1, :steps]
    supplier = (party * who.figures.number("suppliers")).astype(np.int64)
    supplied = roll(np.minimum(when + _whole((0, 46), terms), last))
    nobody, begin = np.full(steps, -1), np.array([start])
    bond = share(tenders.estimate[row : row + 1], int(tenders.performance_ppm[row]))
    return [
        Due(when, roll(np.minimum(when + 30, last)), tables.WAGE, labour, nobody, row),
        Due(when, supplied, tables.SUPPLIER, parts - labour, supplier, row),
        Due(begin - 10, roll(begin), tables.BOND, bond, nobody[:1], row),
    ]


def _income(who: Who, tenders: Tenders, row: int, wait: Ints) -> Receipts:
    """Return the milestones of one contract, and its bond, which comes back when work is done."""
    start, last = int(tenders.starts[row]), _last(who)
    work = int(tenders.ends[row]) - start
    plan = np.array(milestones(tenders, row), dtype=np.int64)
    estimate = tenders.estimate[row : row + 1]
    amount = share(np.repeat(estimate, len(plan)), plan[:, 0])
    amount[-1] += int(estimate[0]) - int(amount.sum())
    issued = np.append(np.minimum(start + plan[:, 1], last - 60), min(start + work + 5, last))
    terms = np.append(np.full(amount.size, PUBLIC_TERMS), 0)
    paid = np.minimum(issued + np.append(wait[: amount.size], 0), last)
    return columns(
        Receipts,
        owner=0,
        issued=issued,
        due=issued + terms,
        paid=who.dates.roll(paid),
        amount=np.append(amount, share(estimate, int(tenders.performance_ppm[row]))),
        party=int(who.figures.number("customers")) + row,
        cond=row,
        bond=np.append(np.zeros(amount.size, dtype=np.int64), 1),
        bill=-1,
    )


def _between(ends: tuple[float, ...], draw: Floats) -> Floats:
    return ends[0] + (ends[1] - ends[0]) * draw


def _whole(ends: tuple[float, ...], draw: Floats) -> Ints:
    """Return whole numbers from the first end to below the second."""
    return np.floor(_between(ends, draw)).astype(np.int64)


def _percent(ends: tuple[float, ...], draw: Floats) -> Ints:
    return np.rint(_between(ends, draw) * 100).astype(np.int64) * 10_000


def _twentieths(ends: tuple[float, ...], draw: Floats) -> Ints:
    return np.rint(_between(ends, draw) * 20).astype(np.int64) * 50_000


def _last(who: Who) -> int:
    """Latest day number that the day table can roll."""
    return who.dates.days + 700
