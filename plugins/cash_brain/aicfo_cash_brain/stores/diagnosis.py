"""The diagnosis of stores as a fact: figures, drops, their likely cause and what they cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import expm1, log, sqrt

import numpy as np

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import DailySales, StockLot, Store, StoreCause, StoreDiagnosis, StoreDrop

from ..forecast.daykinds import Flags, Floats
from .drops import RAMP
from .figures import figures
from .panel import Panel, read_panel
from .sequential import ORDERS, VALUE, Chain, Watched

_BACK, _ANCHOR = 270, 182
"""Days looked back at least, and the grid on which the first of them lies: so the same alarms are
found from one day to the next. A drop older than that has become the store's level."""

_READ = 2 * 366
_SHOWN = 6
_METHOD = (
    "Odds that each store is down, over every first day, depth and signal, from its orders and "
    "amount an order against its own wandering level, its weekdays and the other stores of the "
    "day; said where a drop has a chance of {chance}, and an empty shelf at once."
)


def diagnose(ctx: Context, *, days: int) -> StoreDiagnosis:
    """Return the figures of the last `days` days and the drops that last today."""
    return diagnose_many([ctx], days=days)[0]


def diagnose_many(contexts: Sequence[Context], *, days: int) -> list[StoreDiagnosis]:
    """Return the diagnosis of each merchant."""
    return [_one(ctx, days) for ctx in contexts]


def _one(ctx: Context, days: int) -> StoreDiagnosis:
    panel = read_panel(ctx.books, _READ)
    if len(panel.stores) < 2:
        return _fact(ctx, panel, None, days)
    today = ctx.today.toordinal()
    length = today - watched_since(today) + 1
    year = int(ctx.params.at("cash_brain.store_drops_year_ppm", ctx.today))
    sure = int(ctx.params.at("cash_brain.store_alarm_chance_ppm", ctx.today))
    chance, enough = alarm_rule(year, sure)
    chain = _watched(panel, length, chance, enough)
    return _fact(ctx, panel, _Seen(panel, chain.stores, length, chance, enough), days)


def alarm_rule(year_ppm: int, sure_ppm: int) -> tuple[float, float]:
    """Return the chance that a store's drop begins on a day and the odds at which to say so."""
    return year_ppm / PPM / 365, sure_ppm / (PPM - sure_ppm)


def watched_since(today: int) -> int:
    """Return the first day, as an ordinal, from which sales are watched when it is `today`."""
    return (today - _BACK) // _ANCHOR * _ANCHOR


def _watched(panel: Panel, length: int, chance: float, enough: float) -> Chain:
    """Return the stores watched through today; days watched before for the same are not again."""
    logs, known = panel.signals(length)
    key = (chance, enough, panel.stores, logs[:, :, :_SPELL].tobytes())
    # Taken out while it is in use: another thread then begins anew and finds the same.
    held = _kept.pop(key, None)
    chain = held[0] if held is not None and _begins_with(logs, known, held) else None
    if chain is None:
        chain = Chain(len(panel.stores), chance=chance, enough=enough)
    chain.go_on(logs, known)
    for old in list(_kept)[: max(len(_kept) - _KEPT + 1, 0)]:
        _kept.pop(old, None)
    _kept[key] = chain, logs, known
    return chain


def _begins_with(logs: Floats, known: Flags, held: _Held) -> bool:
    days = held[1].shape[2]
    return (
        days <= logs.shape[2]
        and np.array_equal(logs[:, :, :days], held[1])
        and np.array_equal(known[:, :, :days], held[2])
    )


_Held = tuple[Chain, Floats, Flags]
_SPELL, _KEPT = 42, 128
_kept: dict[tuple[float, float, tuple[str, ...], bytes], _Held] = {}
"""Chains as last watched, with what was seen. What is found is what watching anew would find."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was watched of one merchant; `length` days end today."""

    panel: Panel
    stores: list[Watched]
    length: int
    chance: float
    enough: float

    def detectable(self) -> dict[str, int]:
        """Return the depth that eight days of each store show four times in five, ppm."""
        needed = sqrt(2 * log(max(self.enough / self.chance, 1.0))) + 0.84
        return {
            name: round(-expm1(-needed * store.spread / sqrt(8.0)) * PPM)
            for name, store in zip(self.panel.stores, self.stores, strict=True)
            if store.spread > 0
        }

    def residuals(self, store: int, signal: int) -> Floats:
        """Return one store's daily residuals, log."""
        return np.array(self.stores[store].residuals[signal])


def _fact(ctx: Context, panel: Panel, seen: _Seen | None, days: int) -> StoreDiagnosis:
    rows, growth = figures(ctx, panel, days, seen.detectable() if seen else {})
    shelves = _shelves(ctx)
    drops = [] if seen is None else _drops(ctx, seen, shelves)
    notes: list[str] = []
    if seen is None:
        notes.append(
            f"{len(panel.stores)} store with sales: without another one a drop of the store cannot "
            "be told from one of the whole city (see the sales forecast)"
        )
    elif not panel.counted:
        notes.append("the books count no orders: traffic and basket cannot be told apart")
    if panel.aside:
        notes.append(f"{panel.aside} lines set aside: amounts that no store takes in a day")
    refunds = int((panel.known & (panel.takings < 0)).sum())
    if refunds:
        notes.append(f"{refunds} days set aside: more refunded than sold")
    return StoreDiagnosis(
        first=ctx.today - timedelta(days=days - 1),
        last=ctx.today,
        stores=tuple(rows),
        growth_ppm=growth,
        drops=tuple(sorted(drops, key=lambda drop: (-drop.lost_day, drop.store))),
        method=_METHOD.format(chance=f"{seen.enough / (1 + seen.enough):.0%}") if seen else "",
        note="; ".join(notes),
        evidence=tuple(
            f"Store:{name}" for name in panel.stores if name in ctx.books.records(Store)
        ),
    )


def _shelves(ctx: Context) -> dict[str, tuple[list[str], list[str]]]:
    """Return the items that are gone and those that are there, as references, by store."""
    out: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for lot in ctx.books.records(StockLot).values():
        if lot.store:
            out[lot.store][lot.quantity_milli > 0].append(lot.ref)
    return out


def _drops(
    ctx: Context, seen: _Seen, shelves: dict[str, tuple[list[str], list[str]]]
) -> list[StoreDrop]:
    out: list[StoreDrop] = []
    for place, name in enumerate(seen.panel.stores):
        gone, there = shelves.get(name, ([], []))
        empty = bool(gone) and len(gone) >= len(there)
        alarm = seen.stores[place].alarm
        if not (alarm or empty) or not seen.panel.known[place, -7:].any():
            continue
        drop = _drop(ctx, seen, place, alarm, gone if empty else [])
        if drop is not None:
            out.append(drop)
    return out


def _drop(ctx: Context, seen: _Seen, place: int, alarm: bool, gone: list[str]) -> StoreDrop | None:
    """Return one store's drop; None where a price cut brought what it cost."""
    watched, name = seen.stores[place], seen.panel.stores[place]
    if alarm:
        days = seen.length - watched.first
        depth, signal = watched.depth, watched.signal
        confidence = min(round(watched.odds / (1 + watched.odds) * PPM), 990_000)
    else:
        days, signal, confidence = 1, ORDERS, 990_000
        depth = float(np.clip(-np.expm1(seen.residuals(place, ORDERS)[-1]), 0.0, 0.95))
    cause: StoreCause
    cause = "stock_out" if gone else _cause(seen, place, signal, days)
    if cause == "price" and _total(seen, place, days) > -0.05:
        return None
    if gone:
        confidence = 990_000
    lost = _lost(seen, place, days, depth)
    day = max(round(lost / days), 0)
    depth_ppm = round(depth * PPM)
    english, chinese = _words(name, cause, depth, days, len(gone))
    return StoreDrop(
        store=name,
        cause=cause,
        first=ctx.today - timedelta(days=days - 1),
        days=days,
        depth_ppm=depth_ppm,
        lost=round(lost),
        lost_day=day,
        confidence_ppm=confidence,
        reason=english,
        reason_zh=chinese,
        evidence=(*gone[:_SHOWN], *_lines(ctx, name, days)),
    )


def _cause(seen: _Seen, place: int, signal: int, days: int) -> StoreCause:
    """Return what the shape of the drop says: which signal, how fast, through which channel."""
    if not seen.panel.counted:
        return "unknown"
    if signal == VALUE:
        orders = seen.residuals(place, ORDERS)[-days:]
        spread = seen.stores[place].spread
        rose = float(orders.mean())
        return "price" if rose > 0.03 and rose > 2 * spread / len(orders) ** 0.5 else "basket"
    if _one_channel(seen.panel, place, days):
        return "mix"
    path = seen.residuals(place, ORDERS)[-days - RAMP // 2 :]
    if days >= RAMP and _misfit(path, RAMP) < _misfit(path, 1):
        return "competitor"
    return "traffic"


def _misfit(path: Floats, ramp: int) -> float:
    """Return the least sum of squares that a drop in `path` leaves which takes `ramp` days."""
    ages = np.arange(1, path.size + 1) - np.arange(path.size - RAMP // 2)[:, None]
    shapes = np.clip(ages / ramp, 0.0, 1.0)
    return float((path @ path) - ((shapes @ path) ** 2 / (shapes**2).sum(1)).max())


def _one_channel(panel: Panel, place: int, days: int) -> bool:
    """Whether nearly all that is missing is missing in one channel, and the others sold as ever."""
    usual = slice(-days - 56, -days)
    if days < 7 or panel.known[place, usual].sum() < 28 or len(panel.channels) < 2:
        return False
    was = panel.by_channel[:, place, usual].sum(1) / max(int(panel.known[place, usual].sum()), 1)
    now = panel.by_channel[:, place, -days:].sum(1) / max(int(panel.known[place, -days:].sum()), 1)
    if (was <= 0).all():
        return False
    lost = np.maximum(was - now, 0.0)
    worst = int(np.argmax(lost))
    rest: Flags = np.arange(len(was)) != worst
    other = float((now[rest].sum() - was[rest].sum()) / max(float(was[rest].sum()), 1.0))
    share = float(was[worst] / was.sum())
    return share < 0.8 and float(lost[worst]) > 0.3 * float(was[worst]) and other > -0.03


def _total(seen: _Seen, place: int, days: int) -> float:
    both = seen.residuals(place, ORDERS)[-days:] + seen.residuals(place, VALUE)[-days:]
    return float(both.mean())


def _lost(seen: _Seen, place: int, days: int, depth: float) -> float:
    """Return takings missed since the drop began, minor units.

    What was taken is 1 − depth of what was expected; on days without takings the mean of the weeks
    before stands for that.
    """
    taken = seen.panel.takings[place, -days:]
    before = seen.panel.takings[place, -days - 28 : -days]
    usual = float(before.mean()) if before.size else 0.0
    known = seen.panel.known[place, -days:]
    lost = np.where(taken > 0, taken * (depth / (1 - depth)), max(usual, 0.0))
    return float(lost[known].sum())


def _lines(ctx: Context, name: str, days: int) -> list[str]:
    """Return references of the latest takings of a store."""
    day, amount = ctx.books.columns(DailySales, "day", "amount")
    codes, names = ctx.books.labels(DailySales, "store")
    mine = names.index(name)
    rows = np.flatnonzero((codes == mine) & (day > ctx.today.toordinal() - min(days, 7)))
    ids = list(ctx.books.records(DailySales))
    rows = rows[np.lexsort((amount[rows], -day[rows]))]
    return [f"DailySales:{ids[row]}" for row in rows[:_SHOWN].tolist()]


_SAID: dict[StoreCause, tuple[str, str]] = {
    "traffic": ("fewer orders, each worth what it was", "单量下降, 客单价未变"),
    "basket": ("as many orders, each worth less", "单量未变, 客单价下降"),
    "price": (
        "orders rose while each is worth less, as after a price cut",
        "客单价下降而单量上升, 似降价所致",
    ),
    "stock_out": ("its shelf is empty", "货架缺货"),
    "mix": ("one channel alone lost its orders", "仅一个渠道的销售下降"),
    "competitor": (
        "orders fell slowly over two weeks with goods on the shelf, as after a rival opened",
        "两周内单量逐步下降而货架有货, 似附近新开竞争店",
    ),
    "unknown": ("takings fell; orders are not counted", "销售额下降, 账上无单量"),
}


def _words(name: str, cause: StoreCause, depth: float, days: int, gone: int) -> tuple[str, str]:
    english, chinese = _SAID[cause]
    if cause == "stock_out":
        english, chinese = f"{english} ({gone} items)", f"{chinese}（{gone}种商品）"
    share = f"{depth:.0%}"
    expected = "its own past and the other stores lead one to expect"
    return (
        f"{name} sells {share} less than {expected}, for {days} days: {english}.",
        f"{name}已{days}天低于预期{share}（对比自身历史与其他门店）: {chinese}。",
    )
