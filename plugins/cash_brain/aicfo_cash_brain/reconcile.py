"""Forecasts of single stores that add up, day by day and unit by unit, to the merchant's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from aicfo_sdk import Books, Context
from aicfo_sdk.model import DailySales, SalesForecast, Store, StoreId

from .forecast.daykinds import Floats, Ints
from .history import History, closings, sales_history

Forecast = Callable[[Context, History, StoreId | None], SalesForecast]
"""What forecasts one history by itself."""

_RENAMED_WITHIN, _RENAMED_LEVEL, _COMPARED = 7, 2.0, 28


@dataclass(frozen=True, slots=True)
class _Part:
    """A store's own forecast, or that of sales of no store (`store` none)."""

    store: StoreId | None
    fact: SalesForecast


def store_forecast(
    ctx: Context, store: StoreId, whole: SalesForecast, forecast: Forecast
) -> SalesForecast:
    """Return the store's share of the merchant's forecast `whole`.

    Each store is forecast by itself, and what invoices or statements add beside the stores too;
    then all are scaled alike, day by day, so that their medians add up to the merchant's, which is
    the more certain. Whole units are shared out by the largest remainder.
    """
    fact = _share(ctx, store, whole, forecast)
    closed = next((s.closed for s in _closing(ctx, whole) if s.id == store), None)
    return fact if closed is None else _ended(fact, closed)


def less_closing(ctx: Context, whole: SalesForecast, forecast: Forecast) -> SalesForecast:
    """Return the merchant's forecast without what stores would sell after their known last day."""
    for store in _closing(ctx, whole):
        if store.closed is None:
            continue
        share = _share(ctx, StoreId(store.id), whole, forecast)
        ended = _ended(share, store.closed)
        lost = np.array(share.p50) - np.array(ended.p50)
        before = np.array(whole.p50)
        low, high = _around(np.array([whole.p10, whole.p90]), before, before - lost)
        total = whole.sum_p50 - (share.sum_p50 - ended.sum_p50)
        sum_low, sum_high = _around(
            np.array([[whole.sum_p10], [whole.sum_p90]]),
            np.array([whole.sum_p50]),
            np.array([total]),
        )
        words = f"store {store.id} closes on {store.closed}: nothing of it after that"
        whole = whole.model_copy(
            update={
                "p10": tuple(low.tolist()), "p50": tuple((before - lost).tolist()),
                "p90": tuple(high.tolist()), "sum_p10": int(sum_low[0]), "sum_p50": total,
                "sum_p90": int(sum_high[0]), "note": "; ".join(filter(None, [whole.note, words])),
            }
        )  # fmt: skip
    return whole


def _ended(fact: SalesForecast, closed: date) -> SalesForecast:
    """Return a store's forecast with nothing after its last day; its sum shrinks as its median."""
    kept = max((closed - fact.start).days + 1, 0)
    none = (0,) * (len(fact.p50) - kept)
    share = sum(fact.p50[:kept]) / (sum(fact.p50) or 1)
    return fact.model_copy(
        update={
            "p10": fact.p10[:kept] + none,
            "p50": fact.p50[:kept] + none,
            "p90": fact.p90[:kept] + none,
            "sum_p10": round(fact.sum_p10 * share),
            "sum_p50": round(fact.sum_p50 * share),
            "sum_p90": round(fact.sum_p90 * share),
            "note": "; ".join(filter(None, [fact.note, f"closes on {closed}"])),
        }
    )


def _closing(ctx: Context, whole: SalesForecast) -> list[Store]:
    """Return the open stores whose last day is known and lies in the days to come."""
    end = whole.start + timedelta(days=len(whole.p50))
    return [s for s in ctx.books.all(Store) if s.closed and whole.start <= s.closed < end]


def _share(ctx: Context, store: StoreId, whole: SalesForecast, forecast: Forecast) -> SalesForecast:
    parts = _parts(ctx, forecast)
    place = next((i for i, part in enumerate(parts) if part.store == store), None)
    if place is None:
        return _none(ctx, store, len(whole.p50))
    own = parts[place].fact
    days = np.array([part.fact.p50 for part in parts], dtype=np.float64)
    sums = np.array([[part.fact.sum_p50] for part in parts], dtype=np.float64)
    middle = _shared(days, np.array(whole.p50))[place]
    total = _shared(sums, np.array([whole.sum_p50]))[place]
    low, high = _around(np.array([own.p10, own.p90]), days[place], middle)
    sum_low, sum_high = _around(np.array([[own.sum_p10], [own.sum_p90]]), sums[place], total)
    return own.model_copy(
        update={
            "p10": tuple(low.tolist()), "p50": tuple(middle.tolist()), "p90": tuple(high.tolist()),
            "sum_p10": int(sum_low[0]), "sum_p50": int(total[0]), "sum_p90": int(sum_high[0]),
        }
    )  # fmt: skip


def _parts(ctx: Context, forecast: Forecast) -> list[_Part]:
    """Return the forecast of each open store with sales, by id, and of sales of no store."""
    books = ctx.books
    _, names = books.labels(DailySales, "store")
    closed = closings(books)
    open_ = [name for name in sorted(names) if name not in closed]
    histories = {name: sales_history(books, name) for name in open_}
    histories = {name: history for name, history in histories.items() if history.total.any()}
    whole = sales_history(books)
    beside = whole.total.copy()
    for history in histories.values():
        beside[len(beside) - len(history.total) :] -= history.total
    old = _renamed(books, histories)
    parts: list[_Part] = []
    for name, history in histories.items():
        if name in old.values():
            continue
        note = ""
        if name in old:
            history, note = _joined(histories[old[name]], history), f"continues store {old[name]}"
        fact = forecast(ctx, history, StoreId(name))
        if note:
            fact = fact.model_copy(update={"note": "; ".join(filter(None, [note, fact.note]))})
        parts.append(_Part(StoreId(name), fact))
    if beside.any():
        rest = History(whole.first, np.zeros(len(beside)), beside, ())
        parts.append(_Part(None, forecast(ctx, rest, None)))
    return parts


def _renamed(books: Books, histories: dict[str, History]) -> dict[str, str]:
    """Return which store goes on under a new id: {new: old}.

    The old one stopped for good within a week before the new one began, at a like level, and there
    is no second such pair.
    """
    found: dict[str, str] = {}
    for new, history in histories.items():
        began = history.first
        candidates: list[str] = []
        for name, other in histories.items():
            last = other.first + timedelta(days=int(np.flatnonzero(other.total)[-1]))
            if name == new or not 0 < (began - last).days <= _RENAMED_WITHIN:
                continue
            until = (last - other.first).days + 1
            before = float(other.total[:until][-_COMPARED:].mean())
            after = float(history.total[:_COMPARED].mean())
            if 1 / _RENAMED_LEVEL < after / before < _RENAMED_LEVEL if before > 0 else False:
                candidates.append(name)
        if len(candidates) == 1 and candidates[0] not in found.values():
            found[new] = candidates[0]
    return found


def _joined(old: History, new: History) -> History:
    """Return the old store's days, and from the new one's first day the new one's."""
    until = (new.first - old.first).days
    takings = np.concatenate([old.takings[:until], new.takings])
    credit = np.concatenate([old.credit[:until], new.credit])
    return History(old.first, takings, credit, new.evidence, new.repeated)


def _shared(parts: Floats, whole: Ints) -> Ints:
    """Return the parts (n, days) scaled to add up to `whole` (days,), in whole units.

    Where a part is negative or all are zero, what is missing is shared alike instead.
    """
    total = parts.sum(0)
    scaled = parts * (whole / np.where(total > 0, total, 1.0))
    alike = parts + (whole - total) / len(parts)
    exact = np.where((parts >= 0).all(0) & (total > 0), scaled, alike)
    out = np.floor(exact).astype(np.int64)
    left = whole.astype(np.int64) - out.sum(0)
    order = np.argsort(-(exact - out), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    # Floats of very large sums may miss by more than one unit a part: the first takes the rest.
    out += rank < left
    out[0] += whole.astype(np.int64) - out.sum(0)
    return out


def _around(edges: Ints, before: Floats, after: Ints) -> tuple[Ints, Ints]:
    """Return P10 and P90 moved with their median, scaled where it is above 0."""
    ratio = np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
    low, high = np.rint(after + (edges - before) * np.abs(ratio)).astype(np.int64)
    return np.minimum(low, after), np.maximum(high, after)


def _none(ctx: Context, store: StoreId, horizon: int) -> SalesForecast:
    zero = (0,) * horizon
    closed = closings(ctx.books).get(store)
    words = f"closed on {closed}" if closed else "cannot say: the books hold no sales of this store"
    return SalesForecast(
        start=ctx.today + timedelta(days=1), store=store, p10=zero, p50=zero, p90=zero,
        sum_p10=0, sum_p50=0, sum_p90=0, method="none", note=words,
    )  # fmt: skip
