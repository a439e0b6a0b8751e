"""Daily sales as a forecast may trust them, and in words what was set aside for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from aicfo_sdk import WorkCalendar

from .forecast.daykinds import OUTSIDE, Flags, Floats, trading_days
from .forecast.profile import since_start

# A series that sells on so many of its days is steady: only there is a day without sales, or one
# far above all others, news. A business that invoices now and then has such days as a rule.
_STEADY, _STEADY_DAYS = 0.8, 28
_GAP = 3
_GIANT, _GIANT_BESIDE, _BESIDE_DAYS = 6.0, 3.0, 14
_FEW_NEGATIVE = 0.05


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Sales per day from `first` to the as-of day, minor units; `notes` say what was changed."""

    first: date
    total: Floats
    notes: tuple[str, ...]


def cleaned(first: date, total: Floats, calendar: WorkCalendar) -> Cleaned:
    """Return the series without what says nothing of the days to come.

    Stray days long before the trade of today are left out. Of a series that sells on most days,
    what refunds took beyond a day's sales counts as no sales, a single day more than six times
    above 95 % of the others and three times above those beside it counts as a usual one, and so
    do gaps of three days and more, Spring Festival apart; a gap that reaches the as-of day stays,
    for it may be a closing. The given array is not changed.
    """
    notes: list[str] = []
    stray = int(np.argmax(since_start(total[None])[0]))
    if stray:
        first, total = first + timedelta(days=stray), total[stray:]
        notes.append(f"sales before {first} set aside: long before the rest, and faint")
    negative: Flags = total < 0
    steady = len(total) >= _STEADY_DAYS and float((total > 0).mean()) >= _STEADY
    if not steady:
        if negative.any():
            notes.append(f"{int(negative.sum())} days with more refunds than sales counted as such")
        return Cleaned(first, total, tuple(notes))
    total = total.copy()
    if negative.any():
        if negative.mean() <= _FEW_NEGATIVE:
            taken = -round(float(total[negative].sum()))
            total[negative] = 0.0
            notes.append(f"refunds beyond the day's sales set aside: {taken} on {_days(negative)}")
        else:
            notes.append(f"{int(negative.sum())} days with more refunds than sales counted as such")
    unusual = _giants(total)
    if unusual.any():
        where = ", ".join(str(first + timedelta(days=int(i))) for i in np.flatnonzero(unusual)[:3])
        notes.append(f"far above all other days, counted as usual ones: {where}")
    gap, open_end = _gaps(total)
    if gap.any():
        gap &= trading_days(calendar, first, len(total)).festival == OUTSIDE
    if gap.any():
        notes.append(f"gaps in the records, counted as usual days: {_days(gap)}")
    if open_end:
        notes.append(f"no sales for the last {open_end} days: read as closed, unless still to come")
    if (gap | unusual).any():
        total = _filled(total, gap | unusual)
    return Cleaned(first, total, tuple(notes))


def _days(chosen: Flags) -> str:
    count = int(chosen.sum())
    return f"{count} day" if count == 1 else f"{count} days"


def _giants(total: Floats) -> Flags:
    """Single days far above all others and above those beside them."""
    out = np.zeros(len(total), dtype=np.bool_)
    for place in np.flatnonzero(total > _GIANT * float(np.quantile(total, 0.95))).tolist():
        low = max(place - _BESIDE_DAYS, 0)
        beside = np.delete(total[low : place + _BESIDE_DAYS + 1], place - low)
        out[place] = total[place] > _GIANT_BESIDE * float(beside.max(initial=0.0))
    return out


def _gaps(total: Floats) -> tuple[Flags, int]:
    """Days in runs without sales between days with some, and the length of a run at the end."""
    out = np.zeros(len(total), dtype=np.bool_)
    active = np.flatnonzero(total != 0)
    for before, after in zip(active[:-1].tolist(), active[1:].tolist(), strict=True):
        if after - before > _GAP:
            out[before + 1 : after] = True
    end = len(total) - 1 - int(active[-1])
    return out, end if end >= _GAP else 0


def _filled(total: Floats, unknown: Flags) -> Floats:
    """Return the series with unknown days as the median of the same weekday nearest to them."""
    out = total.copy()
    place = np.arange(len(total))
    for day in np.flatnonzero(unknown).tolist():
        same = place[(place % 7 == day % 7) & ~unknown]
        near = same[np.argsort(np.abs(same - day), kind="stable")[:5]]
        out[day] = float(np.median(total[near])) if near.size else 0.0
    return out
