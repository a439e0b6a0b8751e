"""Notices that reach firms, who else bids and how, and what a contract costs and brings.

Every draw is a cell of a stream, the day of the notice, so that a longer run only adds rows. Costs
of all bidders share what the work really takes against the estimate (a common value), which is
why the winner tends to be who guessed too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import tables
from ..fen import Floats, Ints, share, to_fen
from ..tables import RIVALS, Dues, Receipts, Tenders, columns
from .common import YEAR
from .group import Group
from .invoices import gamma, lognormal, normal, roll

PUBLIC_TERMS = 30
"""Days after a milestone in which a public body must pay an SME (State Council order 802)."""

REGIONS = 8
"""Regions that notices come from (`identity.REGIONS` names them)."""

_MILESTONES = 4
_STEPS = 64
"""Indices for what one contract is made of."""


@dataclass(frozen=True, slots=True, eq=False)
class _Notices:
    """Where notices stand: member and day of each, by member and day."""

    group: Group
    owner: Ints
    day: Ints

    def draw(self, name: str) -> Floats:
        """Return one uniform draw per notice."""
        return self.group.cells(f"tender/{name}", self.day, self.owner)

    def wide(self, name: str, row: Ints, step: Ints) -> Floats:
        """Return uniform draws for parts of notices: `step[i]` of notice `row[i]`."""
        index = self.day[row] * _STEPS + step
        return self.group.cells(f"tender/{name}", index, self.owner[row])

    def rivals(self, name: str) -> Floats:
        """Return one uniform draw per notice × rival."""
        row, step = np.divmod(np.arange(self.day.size * RIVALS), RIVALS)
        return self.wide(name, row, step).reshape(-1, RIVALS)

    def between(self, key: str) -> Floats:
        """Return per notice a uniform draw between the ends of a figure."""
        return _between(self.group.figures.numbers(key), self.draw(key))


def draw_tenders(group: Group, yearly: Floats) -> tuple[Tenders, Dues, Receipts]:
    """Return the notices of firms that sell `yearly` yuan a year, and each one's contract.

    Dues and Receipts hang on the row of their tender (`cond`) and are those of a contract at the
    published estimate; public buyers pay in money.
    """
    chance = group.figures.number("tenders_year") / YEAR
    day, owner = np.nonzero(group.grid("notice", 0, group.dates.days) < chance)
    if not day.size:
        return tables.none(Tenders), tables.none(Dues), tables.none(Receipts)
    order = np.argsort(owner, kind="stable")
    notices = _Notices(group, owner[order], day[order])
    table, cost = _table(notices, yearly[owner[order]])
    return table, _costs(notices, table, cost), _income(notices, table)


def _table(notices: _Notices, yearly: Floats) -> tuple[Tenders, Ints]:
    """Return the notices as published with the rivals, and what each job really costs, fen."""
    group, figures, draw = notices.group, notices.group.figures, notices.draw
    size = lognormal(draw("size"), figures.spread("tender_price"), mean_one=False)
    worth = figures.number("tender_price") * yearly * size
    estimate = to_fen(np.rint(worth / 1000) * 1000) + 100_000
    able = lognormal(group.trait("tender/able"), figures.number("tender_skill"), mean_one=False)
    away = draw("far") < figures.number("tender_far")
    needed = notices.between("tender_cost")
    cost = needed * able[notices.owner]
    cost = cost * np.where(away, 1.0 + figures.number("tender_far_cost"), 1.0)
    guess = cost * lognormal(draw("error"), figures.number("tender_error"), mean_one=False)
    true = cost * lognormal(draw("overrun"), figures.number("tender_overrun"), mean_one=False)
    award = notices.day + _whole((25, 46), draw("award"))
    starts = award + _whole((10, 31), draw("start"))
    mix = np.cumsum(figures.numbers("tender_mix"))[:2]
    kind: Ints = np.searchsorted(mix, draw("category"), side="right")
    less = np.where(
        kind == tables.WORKS, notices.between("preference_works"), notices.between("preference")
    )
    weight_ppm = np.rint(notices.between("price_weight") * 20).astype(np.int64) * 50_000
    # Half of the variance is the firm's own, half the offer's.
    half = figures.number("quality_sd") / math.sqrt(2.0)
    over = half * (normal(group.trait("tender/taste"))[notices.owner] + normal(draw("offer")))
    price, quality, small = _rivals(notices, estimate, needed, weight_ppm)
    keep = np.array(figures.value("retention_days"))
    table = columns(
        Tenders,
        owner=notices.owner,
        published=notices.day,
        deadline=notices.day + 20,
        award=award,
        starts=starts,
        ends=starts + _whole(figures.numbers("tender_days"), draw("length")),
        estimate=estimate,
        cost_ppm=np.rint(guess * 1000).astype(np.int64) * 1000,
        bond=share(estimate, round(figures.number("bid_bond") * 1_000_000)),
        performance_ppm=np.rint(notices.between("performance_bond") * 100) * 10_000,
        prepay_ppm=np.rint(notices.between("tender_prepay") * 20) * 50_000,
        progress_ppm=np.rint(notices.between("tender_progress") * 20) * 50_000,
        retention_ppm=round(figures.number("retention") * 1_000_000),
        retention_days=keep[(draw("keep") * keep.size).astype(np.int64)],
        category=kind,
        region=np.where(away, _whole((1, REGIONS), draw("region")), 0),
        fits=draw("fits") < figures.number("tender_fits"),
        method=draw("method") < figures.number("lowest_price"),
        weight_ppm=weight_ppm,
        preference_ppm=np.rint(less * 100) * 10_000,
        quality=_points(group, weight_ppm, over),
        rival_price=price,
        rival_quality=quality,
        rival_small=small,
    )
    return table, to_fen(estimate / 100 * true)


def _rivals(
    notices: _Notices, estimate: Ints, needed: Floats, weight_ppm: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return the others' bids (fen; 0: nobody), their quality, and whether they are small firms,
    each tenders × RIVALS.

    Each asks its cost and a margin, whole hundreds of yuan, at most the estimate.
    """
    figures = notices.group.figures
    low, high = figures.numbers("rivals")
    number = np.minimum(_whole((low, high + 1), notices.draw("rivals")), RIVALS)
    error = lognormal(notices.rivals("rival_cost"), figures.number("rival_cost"), mean_one=False)
    margin = _between(figures.numbers("rival_margin"), notices.rivals("rival_margin"))
    asked = to_fen((estimate / 10_000 * needed)[:, None] * error * (1 + margin)) * 100
    asked = np.clip(asked, -(-estimate // 2)[:, None], estimate[:, None])
    there = np.arange(RIVALS) < number[:, None]
    small = notices.rivals("rival_small") < figures.number("rival_small")
    over = figures.number("quality_sd") * normal(notices.rivals("rival_offer"))
    quality = _points(notices.group, weight_ppm[:, None], over)
    return np.where(there, asked, 0), quality, small.astype(np.int64)


def _points(group: Group, weight_ppm: Ints, over: Floats) -> Ints:
    """Return technical and business points in thousandths: the mean share of what is to be had,
    `over` it or under in percentage points."""
    available = (1_000_000 - weight_ppm) // 10
    points = np.rint(available * (group.figures.number("quality") + over / 100)).astype(np.int64)
    return np.clip(points, 0, available)


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


def _costs(notices: _Notices, tenders: Tenders, cost: Ints) -> Dues:
    """Return wages, suppliers and performance bond of the contracts."""
    group = notices.group
    work = tenders.ends - tenders.starts
    # Cost follows an S-curve (smoothstep 3x² − 2x³) in about monthly steps.
    steps = np.minimum(np.maximum(2, work // 30), _STEPS)
    row = np.repeat(np.arange(work.size), steps)
    step = np.arange(row.size) - np.repeat(np.cumsum(steps) - steps, steps)
    spent = [_curve(cost[row], (step + end) / steps[row]) for end in (0, 1)]
    parts = spent[1] - spent[0]
    when = tenders.starts[row] + np.rint(step / steps[row] * work[row]).astype(np.int64)
    labour = parts // 4
    terms = _whole((0, 46), notices.wide("terms", row, step))
    suppliers = group.figures.number("suppliers")
    party = (notices.wide("supplier", row, step) * suppliers).astype(np.int64)
    whole = np.arange(work.size)
    plan = (
        (row, when, when + 30, tables.WAGE, labour, -1),
        (row, when, when + terms, tables.SUPPLIER, parts - labour, party),
        (whole, tenders.starts - 10, tenders.starts, tables.BOND, _bonds(tenders), -1),
    )
    return tables.stack(
        [
            columns(
                Dues,
                owner=notices.owner[tender],
                known=known,
                due=roll(group, due),
                kind=kind,
                amount=amount,
                party=paid_to,
                cond=tender,
                bill=-1,
            )
            for tender, known, due, kind, amount, paid_to in plan
        ]
    )


def _income(notices: _Notices, tenders: Tenders) -> Receipts:
    """Return the milestones of the contracts, and the bonds, which come back when work is done."""
    group, figures = notices.group, notices.group.figures
    work = tenders.ends - tenders.starts
    held = tenders.retention_ppm
    rest = 1_000_000 - tenders.prepay_ppm - tenders.progress_ppm - held
    ppm = np.stack([tenders.prepay_ppm, tenders.progress_ppm, rest, held], axis=1)
    after = np.stack([work * 0 + 10, work // 2, work, work + tenders.retention_days], axis=1)
    amount = share(tenders.estimate[:, None], ppm)
    last = np.where(held > 0, _MILESTONES - 1, _MILESTONES - 2)
    amount[np.arange(work.size), last] += tenders.estimate - amount.sum(axis=1)
    row, step = np.nonzero(ppm > 0)
    late = np.flatnonzero(notices.wide("late", row, step) < figures.number("tender_late"))
    delay = gamma(1.2, notices.wide("delay", row[late], step[late]))
    issued = tenders.starts[row] + after[row, step]
    due = issued + PUBLIC_TERMS
    paid = due.copy()
    paid[late] += np.rint(delay * figures.number("tender_late_days")).astype(np.int64)
    over, whole = tenders.ends + 5, np.arange(work.size)
    plan = (
        (row, issued, due, paid, amount[row, step], 0),
        (whole, over, over, over, _bonds(tenders), 1),
    )
    return tables.stack(
        [
            columns(
                Receipts,
                owner=notices.owner[tender],
                issued=begin,
                due=end,
                paid=roll(group, came),
                amount=money,
                party=int(figures.number("customers")) + _numbers(notices)[tender],
                cond=tender,
                bond=bond,
                bill=-1,
                pair=-1,
            )
            for tender, begin, end, came, money, bond in plan
        ]
    )


def _bonds(tenders: Tenders) -> Ints:
    """Return the performance bonds of contracts at the estimate, fen."""
    return share(tenders.estimate, tenders.performance_ppm)


def _numbers(notices: _Notices) -> Ints:
    """Return each notice's number among those of its firm."""
    return np.arange(notices.day.size) - np.searchsorted(notices.owner, notices.owner)


def _curve(cost: Ints, done: Floats) -> Ints:
    return np.rint(cost * (3 * done * done - 2 * done * done * done)).astype(np.int64)


def _between(ends: tuple[float, ...], draw: Floats) -> Floats:
    return ends[0] + (ends[1] - ends[0]) * draw


def _whole(ends: tuple[float, ...], draw: Floats) -> Ints:
    """Return whole numbers from the first end to below the second."""
    return np.floor(_between(ends, draw)).astype(np.int64)
