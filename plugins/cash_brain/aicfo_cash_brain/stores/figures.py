"""Floor and staff productivity of each store, and same-store growth, in whole minor units."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from aicfo_sdk import PPM, Context, WorkCalendar, round_div
from aicfo_sdk.model import Store, StoreFigures

from .panel import Panel

_CM2 = 10_000
"""Square centimetres in a square metre."""

_YEAR, _SAME_WEEKDAYS = 365, 364
_NEAR = 15
"""Days from the first day of Spring Festival within which sales are moved by it."""

_MOST = 10**9
"""Growth beyond this many ppm is a store that hardly sold a year before: it says nothing."""


def year_before(calendar: WorkCalendar, first: date, last: date) -> int:
    """Return how many days before the same days a year ago lie, Spring Festival set on itself.

    364 keeps the weekdays. Where either period touches the fortnight around Spring Festival, the
    distance of the two festivals is taken; over whole weeks each weekday is still there equally.
    """
    spring = {
        year: day
        for year in range(first.year - 2, last.year + 2)
        if (day := calendar.festival("spring_festival", year)) is not None
    }
    for back in (0, _SAME_WEEKDAYS):
        low, high = (day - timedelta(days=back) for day in (first, last))
        for year, day in spring.items():
            if not low - timedelta(days=_NEAR) <= day <= high + timedelta(days=_NEAR):
                continue
            now, before = (year, year - 1) if back == 0 else (year + 1, year)
            if now in spring and before in spring:
                return (spring[now] - spring[before]).days
    return _SAME_WEEKDAYS


def figures(
    ctx: Context, panel: Panel, days: int, detectable: dict[str, int]
) -> tuple[list[StoreFigures], int | None]:
    """Return each store's figures over the last `days`, and the growth of all comparable stores."""
    first = ctx.today - timedelta(days=days - 1)
    shift = year_before(ctx.calendar, first, ctx.today)
    known = ctx.books.records(Store)
    out: list[StoreFigures] = []
    now_all = before_all = 0
    for row, name in enumerate(panel.stores):
        store = known.get(name)
        open_days = int(panel.known[row, -days:].sum())
        takings = int(panel.takings[row, -days:].sum())
        why: list[str] = []
        area = store.area_cm2 if store else 0
        staff = store.staff if store else 0
        if not open_days:
            why.append("no sales in these days")
        if not area:
            why.append("坪效: the books do not say its floor area")
        if not staff:
            why.append("人效: the books do not say its staff")
        pair, reason = _before(panel, row, store, first, days, shift)
        growth = None
        if pair is not None:
            growth = round_div((pair[0] - pair[1]) * PPM, pair[1])
            if abs(growth) > _MOST:
                growth, reason = None, "it hardly sold a year before"
            else:
                now_all, before_all = now_all + pair[0], before_all + pair[1]
        if reason:
            why.append(f"same-store growth: {reason}")
        out.append(
            StoreFigures(
                store=name,
                takings=takings,
                per_area=round_div(takings * _CM2, area * open_days)
                if area and open_days
                else None,
                per_staff=round_div(takings, staff * open_days) if staff and open_days else None,
                growth_ppm=growth,
                detectable_ppm=detectable.get(name),
                note="; ".join(why),
            )
        )
    return out, round_div((now_all - before_all) * PPM, before_all) if before_all > 0 else None


def _before(
    panel: Panel, row: int, store: Store | None, first: date, days: int, shift: int
) -> tuple[tuple[int, int] | None, str]:
    """Return takings now and a year before, or None and why they cannot be compared."""
    begun = first - timedelta(days=shift)
    if store is None:
        return None, "the books do not say when it opened"
    if store.opened > begun - timedelta(days=_YEAR):
        return None, f"open since {store.opened.isoformat()}, not twelve months in both periods"
    if store.closed is not None:
        return None, f"closed on {store.closed.isoformat()}"
    end = panel.takings.shape[1] - shift
    if end - days < 0:
        return None, "the books do not reach a year back"
    then = slice(end - days, end)
    least = days * 6 // 7
    if min(int(panel.known[row, place].sum()) for place in (then, slice(-days, None))) < least:
        return None, "sales of too many days are missing"
    now, before = (int(np.sum(panel.takings[row, place])) for place in (slice(-days, None), then))
    return ((now, before), "") if before > 0 else (None, "nothing was sold a year before")
