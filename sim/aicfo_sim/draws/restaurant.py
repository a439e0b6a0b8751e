"""A restaurant chain: stores on a city's grid, each with its own demand, one legal entity."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..effects.ads import ADS, WEEK, habit, pressures, responses, uplifts
from ..effects.city import CELL, GRID, potential
from ..effects.faults import FULL, Faults, draw_faults, fault_factors
from ..effects.prices import price_path
from ..effects.stores import Stores, no_stores
from ..fen import Floats, Ints, share, to_fen
from ..shocks import PRICE
from ..tables import SERVICE, Dues
from .common import (
    LEAD,
    YEAR,
    Drawn,
    Who,
    compound,
    finish,
    fixed_costs,
    median,
    no_bills,
    no_receipts,
    no_tenders,
    pick,
    season,
    settle,
    supplier_dues,
    traits,
    uniform,
)

DELIVERY = 2
"""The delivery platform's row of takings; wallets come before it."""


class Chain(NamedTuple):
    """Stores and their draws from day −LEAD on, with what the firm's costs follow from."""

    stores: Stores
    gross: Ints
    """Stores and candidates × channels × days from −LEAD, fen."""
    orders: Ints
    price: Ints
    """Purchase prices by item and day before any shock; `stores.price` has it."""
    worth_day: float
    """Expected takings of the own stores a day, yuan, with season 1."""


def draw_restaurant(who: Who) -> Drawn:
    """Return a chain's draws: the firm sees the sum of its stores."""
    chain = _chain(who)
    stores, own = chain.stores, chain.stores.own
    source = who.stream("traits")
    gross, orders = chain.gross[:own].sum(axis=0), chain.orders[:own].sum(axis=0)
    low, high = (int(value) for value in who.figures.numbers("delivery_lag"))
    lag = np.array([1, 1, int(source.integers(low, high + 1))], dtype=np.int64)
    fee = np.array([0, 0, round(uniform(source, who, "delivery_fee") * 1_000_000)])
    nothing = np.zeros_like(gross)
    takings = settle(who, gross, nothing, nothing, orders, lag, fee)
    month = chain.worth_day * YEAR / 12
    fixed, payroll = fixed_costs(who, who.stream("costs"), month)
    sales = gross.sum(axis=0)
    when, sums = _weeks(sales, int(source.integers(7)))
    parts = [*fixed]
    for item, part in enumerate(who.figures.numbers("items")):
        # What a week used is bought again at the price of the day on which it is ordered.
        # Shocks make all archetypes' purchases dearer by one rule, later.
        at = chain.price[item][np.clip(when, 0, who.dates.days - 1)]
        used = share(share(sums, int(stores.goods_ppm[0])), round(part * 1_000_000))
        due = who.dates.roll(when + pick(source, who.figures.numbers("terms")))
        parts.append(supplier_dues(when, due, share(used, at), item))
    parts.append(_ads(who, stores))
    firm = traits(who, source, month, month * 0.95, payroll)
    return Drawn(firm, takings, finish(who, parts), no_receipts(), no_bills(), no_tenders())


def stores_of(who: Who) -> Stores:
    """Return the stores of a merchant, drawn again from its own streams; none for other kinds."""
    return _chain(who).stores if "stores" in who.figures.rows else no_stores()


@lru_cache(maxsize=16)
def _chain(who: Who) -> Chain:
    figures = who.figures
    count = who.dates.days + LEAD
    source = who.stream("stores")
    stores = _sites(who, source)
    rows, own = stores.own + stores.candidates, stores.own
    ticket = uniform(source, who, "ticket")
    day = median(source, who, "takings_day")
    plain = np.maximum(source.normal(1.0, figures.number("store_spread"), rows), 0.5)
    worth: Floats = _worth(stores) * plain
    # The chain's mean store has the drawn takings, so candidates are judged by the same measure.
    worth *= day / worth[:own].mean()
    expected = season(figures, who.dates, -LEAD, count)[:, None] * worth[None, :]
    expected = expected * _levels(who, rows, count)
    if who.shocks.any:
        expected *= who.shocks.left(who.archetype, np.array([who.merchant]), -LEAD, count)
    faults = draw_faults(who, own, -LEAD, count)
    orders_left, value_left = fault_factors(faults, rows, -LEAD, count)
    made = np.asarray(who.stream("orders").poisson(expected / ticket), dtype=np.int64)
    value = _value(who, made, ticket)
    gross, orders = _channels(who, source, made, value)
    # A fault takes its share of what was drawn: nothing else of the store's luck is moved by it.
    hit = (orders_left < FULL) | (value_left < FULL)
    less, cheaper = orders_left[hit][:, None], value_left[hit][:, None]
    by_day, counts = gross.transpose(2, 0, 1), orders.transpose(2, 0, 1)
    by_day[hit] = share(share(by_day[hit], less), cheaper)
    counts[hit] = share(counts[hit], less)
    own_worth = float(worth[:own].sum())
    raised = FULL + _advertise(who, stores, round(own_worth * 100), count)
    gross, orders = share(gross, raised), share(orders, raised)
    stores.gross, stores.orders = gross[:, :, LEAD:], orders[:, :, LEAD:]
    _costs(who, source, stores, worth)
    _goods(who, source, stores, own_worth)
    price = stores.price
    if who.shocks.any:
        days, me = np.arange(who.dates.days), np.array([who.merchant])
        dearer = who.shocks.of(PRICE, who.archetype, me, days)[:, 0]
        stores.price = share(price, FULL + dearer)
    for name, column in zip(Faults._fields, faults, strict=True):
        setattr(stores, f"fault_{name}", column)
    return Chain(stores, gross, orders, price, own_worth)


def _sites(who: Who, source: np.random.Generator) -> Stores:
    figures = who.figures
    low, high = (int(value) for value in figures.numbers("stores"))
    own, candidates = int(source.integers(low, high + 1)), int(figures.number("candidates"))
    low, high = (int(value) for value in figures.numbers("rivals"))
    rivals = int(source.integers(low, high + 1))
    every = own + candidates + rivals
    stores = no_stores()
    stores.counts = np.array([own, candidates, rivals], dtype=np.int64)
    # More people live near the middle: 1,000 to 4,000 a cell, times noise.
    line = np.abs(np.arange(GRID) * 2 - GRID + 1)
    centre = 1.0 - (line[:, None] + line[None, :]) / (4.0 * GRID)
    noise = source.gamma(4.0, 0.25, (GRID, GRID))
    stores.people = np.rint(4_000.0 * centre**2 * noise).astype(np.int64).ravel()
    side = GRID * CELL
    middle = source.integers(side // 5, side * 4 // 5, (2, own + candidates))
    anywhere = source.integers(0, side, (2, rivals))
    stores.x, stores.y = np.concatenate([middle, anywhere], axis=1)
    small, large = figures.numbers("area")
    area = small + (large - small) * source.random(every)
    stores.area_cm2 = np.rint(area * 2).astype(np.int64) * 5_000
    stores.staff = np.maximum(3, stores.area_cm2[: own + candidates] // 150_000)
    stores.opened = -300 - source.integers(0, 1_500, own + candidates)
    stores.opened[own:] = 0
    return stores


def _worth(stores: Stores) -> Floats:
    """Return what each own store draws among all of them, each candidate as one more."""
    own = np.arange(stores.own)
    more = [
        potential(stores, np.append(own, stores.own + step))[-1:]
        for step in range(stores.candidates)
    ]
    return np.concatenate([potential(stores, own), *more]).astype(np.float64)


def _levels(who: Who, rows: int, count: int) -> Floats:
    """Return the slow and the daily factor of each store, days × stores."""
    figures = who.figures
    weeks = count // 7 + 1
    sd = figures.number("drift_sd")
    steps = who.stream("level").normal(0.0, sd, (weeks, rows + 1))
    value, path = np.zeros(rows + 1), np.empty((weeks, rows))
    for week in range(weeks):
        value = 0.95 * value + steps[week]
        path[week] = np.clip(1.0 + value[:rows] + value[rows], 0.4, 2.0)
    shape = 1.0 / figures.number("weather_cv") ** 2
    weather = who.stream("weather").gamma(shape, 1.0 / shape, count)
    shape = 1.0 / figures.number("store_cv") ** 2
    alone = who.stream("days").gamma(shape, 1.0 / shape, (count, rows))
    return np.repeat(path, 7, axis=0)[:count] * weather[:, None] * alone


def _value(who: Who, orders: Ints, ticket: float) -> Ints:
    """Return the value of each day's orders by store, fen."""
    cv = who.figures.number("ticket_cv")
    flat = compound(who.stream("tickets"), orders.ravel(), ticket, cv, who.order_level)
    return flat.reshape(orders.shape)


def _channels(
    who: Who, source: np.random.Generator, orders: Ints, value: Ints
) -> tuple[Ints, Ints]:
    """Return value and orders as stores × channels × days: two wallets, the delivery platform."""
    rows: int = orders.shape[1]
    low, high = who.figures.numbers("delivery")
    through: Floats = low + (high - low) * np.asarray(source.random(rows))
    wechat = round((0.55 + 0.25 * float(source.random())) * 1_000_000)
    sent = np.asarray(who.stream("delivery").binomial(orders, through[None, :]), dtype=np.int64)
    away = value * sent // np.maximum(orders, 1)
    here, eaten = value - away, orders - sent
    first, most = share(here, wechat), share(eaten, wechat)
    gross = np.stack([first, here - first, away])
    counts = np.stack([most, eaten - most, sent])
    return gross.transpose(2, 0, 1).copy(), counts.transpose(2, 0, 1).copy()


def _advertise(who: Who, stores: Stores, worth: int, count: int) -> Ints:
    """Set what the owner advertises by habit; return what it adds to demand from −LEAD on, ppm."""
    answers = responses(who, len(ADS["restaurant"]), worth)
    spend = habit(who, len(answers), worth, -LEAD, count)
    stock = pressures(answers, spend)
    raised = np.array([uplifts(answers, now) for now in stock.T.tolist()], dtype=np.int64)
    stores.worth_day = np.array([worth], dtype=np.int64)
    stores.spend, stores.pressure = spend[:, LEAD:], stock[:, LEAD:]
    stores.uplift = raised[LEAD:]
    return raised


def _ads(who: Who, stores: Stores) -> Dues:
    """Return the weekly invoices for what is advertised by habit, a row per channel and week."""
    channels, weeks = len(ADS["restaurant"]), who.dates.days // WEEK
    sums: Ints = stores.spend[:, : weeks * WEEK].reshape(channels, weeks, WEEK).sum(axis=2)
    known: Ints = np.tile(np.arange(1, weeks + 1) * WEEK, channels)
    party: Ints = np.repeat(np.arange(channels), weeks)
    rows = supplier_dues(known, who.dates.roll(known + WEEK), sums.ravel(), party)
    rows.kind[:] = SERVICE
    return rows


def _costs(who: Who, source: np.random.Generator, stores: Stores, worth: Floats) -> None:
    """Set what opening each candidate costs at once, and a day: rent and wages for its area."""
    own, figures = stores.own, who.figures
    metres = stores.area_cm2[own : own + stores.candidates] / 10_000
    low, high = figures.numbers("fitout")
    once = to_fen(metres * (low + (high - low) * source.random(stores.candidates)))
    share_of = sum(sum(figures.numbers(key)) / 2 for key in ("payroll", "rent", "services"))
    # Fixed costs follow the size of a store, not its luck: the chain's mean cost a square metre.
    per_metre = worth[:own].sum() / (stores.area_cm2[:own].sum() / 10_000) * share_of
    none = np.zeros(own, dtype=np.int64)
    stores.fitout = np.concatenate([none, once])
    stores.cost_day = np.concatenate([none, to_fen(metres * per_metre)])


def _goods(who: Who, source: np.random.Generator, stores: Stores, worth: float) -> None:
    """Set cost, prices, keeping and use of the items that the chain buys."""
    figures = who.figures
    goods = round(uniform(source, who, "goods") * 1_000_000)
    parts = np.array(figures.numbers("items"))
    stores.goods_ppm = np.array([goods], dtype=np.int64)
    stores.price = np.stack([price_path(who, item, -371) for item in range(parts.size)])
    stores.unit_price = to_fen(np.array(figures.numbers("item_price")))
    spent = to_fen(worth * goods / 1_000_000 * parts)
    stores.use_day = spent * 1_000 // stores.unit_price
    stores.keeps = np.array(figures.numbers("keeps")).astype(np.int64)
    stores.loss_ppm = np.rint(np.array(figures.numbers("loss")) * 1_000_000).astype(np.int64)
    stores.storage = np.rint(np.array(figures.numbers("storage")) * 100_000).astype(np.int64)
    low, high = (int(value) for value in figures.numbers("room"))
    stores.room_days = np.array([int(source.integers(low, high + 1))], dtype=np.int64)


def _weeks(sales: Ints, offset: int) -> tuple[Ints, Ints]:
    """Return the day after each whole week of `sales` (from −LEAD on) and what that week sold."""
    whole = sales[offset : offset + (sales.size - offset) // 7 * 7].reshape(-1, 7)
    return np.arange(1, whole.shape[0] + 1) * 7 + offset - LEAD, whole.sum(axis=1)
