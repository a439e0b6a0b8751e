"""What to buy forward: where the expected rise beats loss, storage and funding (锁价)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, sqrt
from statistics import NormalDist, median

import numpy as np

from aicfo_sdk import PPM, Context, NotFound, Problem
from aicfo_sdk.model import (
    CashForecast,
    FundPosition,
    ItemPrice,
    Loan,
    PriceLock,
    UntrustedText,
)

from .lists import Rhythm
from .orders import Goods, Shelf, matched, past_goods, shelves
from .prices import Tendency, learn
from .waiting import waiting

_LEAST_ORDERS = 12
_LAST = 8
"""Orders that say how much the next ones will be."""

_WORST = 0.05
_NORMAL = NormalDist()
_DEEPEST = _NORMAL.inv_cdf(_WORST)
_FIFTH = 0.2

_METHOD = (
    "Mean-reverting log price per item, reversion time, mean and variance uncertain, prior: it "
    "tends to where it is; bought where waiting for the best later list is expected to cost more"
)


@dataclass(frozen=True, slots=True)
class _Costs:
    """What keeping goods costs, as shares."""

    loss_day: float
    storage_day: float
    funding_year: float


@dataclass(frozen=True, slots=True)
class _Lists:
    """Which lists of prices the orders to come will meet."""

    rhythm: Rhythm | None
    next_order: date
    order_every: int
    changed: bool
    """Whether today's price is newer than the last order."""

    @property
    def every(self) -> int:
        """Days from one list to the next; one a rhythm of orders where the books do not say."""
        return self.order_every if self.rhythm is None else self.rhythm.every

    def before(self, day: date, step: int) -> int:
        """Return how many lists begin after `day` until the order `step` after the next one."""
        if self.rhythm is None:
            return step + (not self.changed)
        order = self.next_order + timedelta(days=step * self.order_every)
        return self.rhythm.changes(day, order)


@dataclass(frozen=True, slots=True)
class _Part:
    """The goods of one order to come, bought on the day `day` instead."""

    order: date
    quantity_milli: int
    amount: int
    saves: float
    """Expected saving for each unit of money spent."""
    risk: float
    """Mean loss in the worst twentieth of cases, for each unit of money spent."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One item as judged, before money and risk are shared out."""

    shelf: Shelf
    goods: Goods
    price: Tendency
    changed: bool
    next_order: date
    use_milli: int
    day: date
    rise: float
    cost: float
    parts: tuple[_Part, ...]


def price_lock(ctx: Context, forecast: CashForecast) -> PriceLock:
    """Return which goods to buy forward, within cash, storage, shelf life and risk.

    Books without goods on a shelf, or without invoices that name quantity and price, say nothing.
    """
    none = PriceLock(items=(), spare=0, cvar_limit=0)
    here = shelves(ctx.books)
    if not here:
        return none.model_copy(update={"note": "no goods with a price of today in the books"})
    goods, aside = past_goods(ctx.books)
    found = matched(here, goods, ctx.today)
    judged, unsaid = list[_Item](), list[str]()
    for item, shelf in here.items():
        if item not in found:
            unsaid.append(f"{item}: no goods on purchase invoices can be told to be it")
        elif len(found[item].orders) < _LEAST_ORDERS:
            unsaid.append(
                f"{item}: {len(found[item].orders)} orders with a price, {_LEAST_ORDERS} are needed"
            )
        else:
            judged.append(_judge(ctx, shelf, found[item]))
    spare = _spare(ctx, forecast)
    limit = spare * int(ctx.params.at("cash_brain.lock_cvar_ppm", ctx.today)) // PPM
    shares = _shared(judged, spare, limit)
    return PriceLock(
        items=tuple(_fact(one, shares) for one in judged),
        spare=spare,
        cvar_limit=limit,
        cannot_say=tuple(unsaid),
        method=_METHOD if judged else "",
        note=f"{aside} invoices whose quantity times price is not their total set aside"
        if aside
        else "",
        evidence=tuple(
            ref for one in judged for ref in (*one.shelf.refs[:1], one.goods.orders[-1].ref)
        ),
    )


def _spare(ctx: Context, forecast: CashForecast) -> int:
    """Return the cash that the bad case leaves above the buffer while goods may be held."""
    days = int(ctx.params.at("cash_brain.lock_room_days", ctx.today))
    ahead = forecast.p10[:days]
    if len(ahead) < days:
        return 0
    return max(min(forecast.opening, *ahead) - forecast.buffer, 0)


def _judge(ctx: Context, shelf: Shelf, goods: Goods) -> _Item:
    orders, every = goods.orders, goods.rhythm()
    last = orders[-1]
    late = (ctx.today - last.day).days
    next_order = last.day + timedelta(days=(late // every + 1) * every)
    # An order left out (goods were at hand) hides when the price last changed.
    changed = shelf.price != last.price or late >= every
    price = learn(
        np.array([order.day.toordinal() for order in orders], dtype=np.float64),
        np.array([order.price for order in orders], dtype=np.float64),
        float(shelf.price) if changed else None,
    )
    amounts = sorted(order.quantity_milli for order in orders[-_LAST:])
    # Sales vary, and what is not used perishes: a fifth of orders were no larger.
    use = amounts[int(_FIFTH * (len(amounts) - 1))]
    costs = _costs(ctx, shelf)
    best: tuple[float, date, tuple[_Part, ...]] = (0.0, ctx.today, ())
    lists = _Lists(shelf.rhythm, next_order, every, changed)
    for day, chance in _days(ctx, shelf, next_order, changed):
        parts = _parts(ctx, shelf, goods, price, lists, use, day, costs)
        worth = chance * sum(part.amount * part.saves for part in parts)
        if worth > best[0]:
            best = worth, day, parts
    mean, _ = price.ahead(0 if changed else every)
    wait = (next_order - best[1]).days
    return _Item(
        shelf=shelf,
        goods=goods,
        price=price,
        changed=changed,
        next_order=next_order,
        use_milli=use,
        day=best[1],
        rise=exp(mean - price.last) - 1,
        cost=1 - (1 - costs.loss_day) ** wait + _carry(costs, wait, goods),
        parts=best[2],
    )


def _days(ctx: Context, shelf: Shelf, next_order: date, changed: bool) -> list[tuple[date, float]]:
    """Return working days on which one could buy, each with the chance of today's price then.

    The less goods are kept the better: where the books show when the list changes, the last day
    before. Else a list that has not changed since the last order will until the next, nobody knows
    on which day.
    """
    today, until = ctx.today, next_order
    if shelf.rhythm is not None:
        until = shelf.rhythm.next_change
    elif changed:
        return [(today, 1.0)]
    left = (until - today).days
    later = (today + timedelta(days=step) for step in range(1, left))
    working = [day for day in later if ctx.calendar.is_working(day)]
    if shelf.rhythm is not None:
        return [(working[-1] if working else today, 1.0)]
    return [(day, (until - day).days / left) for day in (today, *working)]


def _costs(ctx: Context, shelf: Shelf) -> _Costs:
    lost = int(ctx.params.at("cash_brain.lock_shelf_loss_ppm", ctx.today)) / PPM
    return _Costs(
        loss_day=0.0 if shelf.keeps is None else min(lost / max(shelf.keeps, 1), 1.0),
        storage_day=int(ctx.params.at("cash_brain.lock_storage_day_ppm", ctx.today)) / PPM,
        funding_year=_funding(ctx) / PPM,
    )


def _funding(ctx: Context) -> int:
    """Return what money costs or could earn: the dearest loan, else the best fund, ppm a year."""
    rates = [loan.rate_ppm for loan in ctx.books.records(Loan).values() if loan.principal > 0]
    if not rates:
        rates = [fund.rate_ppm for fund in ctx.books.records(FundPosition).values()]
    if not rates:
        try:
            return max(int(ctx.params.at("finance.demand_deposit_ppm", ctx.today)), 0)
        except NotFound:
            return 0
    return max(*rates, 0)


def _carry(costs: _Costs, days: int, goods: Goods) -> float:
    """Return storage and funding of goods held so many days, as a share of their price.

    What is bought forward is paid at once, an order only after the supplier's terms.
    """
    terms = median(order.terms for order in goods.orders[-_LAST:])
    return costs.storage_day * days + costs.funding_year * (days + terms) / 365


def _parts(
    ctx: Context,
    shelf: Shelf,
    goods: Goods,
    price: Tendency,
    lists: _Lists,
    use: int,
    day: date,
    costs: _Costs,
) -> tuple[_Part, ...]:
    """Return the orders to come that are cheaper bought on `day`, the first ones first."""
    every = goods.rhythm()
    least = int(ctx.params.at("cash_brain.lock_least_ppm", ctx.today)) / PPM
    room = int(ctx.params.at("cash_brain.lock_room_days", ctx.today))
    # A fifth of shelf life stays in reserve; goods are not used on the very day of the order.
    longest = room if shelf.keeps is None else min(room, shelf.keeps - -(-shelf.keeps // 5))
    space = max(room * use // every - shelf.held_milli, 0)
    held, out = shelf.held_milli, list[_Part]()
    for step in range(longest // every + 2):
        order = lists.next_order + timedelta(days=step * every)
        days = (order - day).days
        if days > longest:
            break
        there = min(held, use)
        held -= there
        left = (1 - costs.loss_day) ** max(days, 0)
        quantity = min(int((use - there) / left), space)
        amount = -(-quantity * shelf.price // 1_000)
        changes = lists.before(day, step)
        if days < 1 or changes < 1 or quantity <= 0 or amount <= 0:
            continue
        saves, risk = _worth(price, lists.every, changes, days, costs, goods)
        if saves <= least:
            if out:
                break
            continue
        space -= quantity
        out.append(_Part(order, quantity, amount, saves, max(risk, 0.0)))
    return tuple(out)


def _worth(
    price: Tendency, every: int, changes: int, days: int, costs: _Costs, goods: Goods
) -> tuple[float, float]:
    """Return expected saving and mean loss of the worst twentieth, for money of one unit.

    What is saved is reckoned against whoever waits and buys at the best later list, not against
    the order: what may get cheaper yet is not bought today.
    """

    def used(kept: int) -> float:
        return (1 + _carry(costs, kept, goods)) / (1 - costs.loss_day) ** kept

    later = [used(max(days - wait * every, 1)) for wait in reversed(range(changes))]
    left = (1 - costs.loss_day) ** days
    saves = (waiting(price, every, later) - later[-1]) * left
    mean, variance = price.ahead(changes * every)
    deep = _NORMAL.cdf(_DEEPEST - sqrt(variance)) / _WORST
    worst = exp(mean - price.last + variance / 2) * deep
    return saves, (later[-1] - worst) * left


def _shared(judged: list[_Item], spare: int, limit: int) -> dict[tuple[str, date], int]:
    """Return what of each part is bought, minor units: most saving within money and risk.

    The worst cases are added up as if all came at once, which is never less than their CVaR.
    """
    parts = {
        (one.shelf.item, part.order): part
        for one in judged
        for part in one.parts
        if part.amount <= 10**14
    }
    if not parts or spare <= 0:
        return {}
    program = Problem(maximise=True)
    names = {f"{item} {order.isoformat()}": (item, order) for item, order in sorted(parts)}
    for name, key in names.items():
        program.column(name, cost=parts[key].saves, upper=float(parts[key].amount))
    program.row("money", dict.fromkeys(names, 1.0), upper=float(spare))
    program.row("risk", {name: parts[key].risk for name, key in names.items()}, upper=float(limit))
    values = program.solve().values
    out: dict[tuple[str, date], int] = {}
    money, risk = spare, float(limit)
    for name, key in names.items():
        part = parts[key]
        spent = min(int(values[name]), part.amount, money)
        if part.risk > 0:
            spent = min(spent, int(risk / part.risk))
        money, risk = money - spent, risk - spent * part.risk
        out[key] = max(spent, 0)
    return out


def _fact(one: _Item, shares: dict[tuple[str, date], int]) -> ItemPrice:
    shelf, goods = one.shelf, one.goods
    quantity, saves, risk, last = 0, 0.0, 0.0, one.day
    for part in one.parts:
        spent = shares.get((shelf.item, part.order), 0)
        bought = min(spent * 1_000 // shelf.price, part.quantity_milli)
        if bought:
            quantity += bought
            saves += spent * part.saves
            risk += spent * part.risk
            last = part.order
    centre, deviation = one.price.level()
    every = goods.rhythm()
    english, chinese = _words(one, quantity, bool(one.parts))
    return ItemPrice(
        item=shelf.item,
        goods=UntrustedText(goods.name),
        supplier=goods.supplier,
        price=shelf.price,
        tends_to=_money(centre),
        tends_low=_money(centre - 1.2816 * deviation),
        tends_high=_money(centre + 1.2816 * deviation),
        half_life_days=one.price.half_life(),
        orders=len(goods.orders),
        every_days=every,
        next_order=one.next_order,
        use_milli=one.use_milli,
        held_milli=shelf.held_milli,
        rise_ppm=round(one.rise * PPM),
        keep_cost_ppm=max(round(one.cost * PPM), 0),
        day=one.day if quantity else one.next_order,
        quantity_milli=quantity,
        # Rounded up: a supplier is not paid less than what it asks.
        amount=-(-quantity * shelf.price // 1_000),
        days_supply=(last - one.day).days + every if quantity else 0,
        saves=round(saves),
        cvar=max(round(risk), 0),
        reason=english,
        reason_zh=chinese,
    )


def _money(level: float) -> int:
    return round(exp(min(level, 60.0)))


def _words(one: _Item, quantity: int, worth: bool) -> tuple[str, str]:
    rise, cost = f"{one.rise:+.1%}", f"{one.cost:.1%}"
    if quantity:
        return (
            f"Expected to move {rise} until the next order; keeping it costs {cost}.",
            f"预计到下次进货变动{rise}, 持有成本{cost}。",
        )
    if worth:
        return ("It would pay, but no money is to spare.", "值得锁价, 但没有可动用的资金。")
    if one.changed:
        return (
            "The price has changed since the last order; no rise beyond pays for keeping.",
            "上次进货后价格已变, 后续预期涨幅不足以覆盖持有成本。",
        )
    return (
        f"Expected to move {rise} until the next order, less than keeping costs ({cost}).",
        f"预计到下次进货变动{rise}, 低于持有成本{cost}。",
    )
