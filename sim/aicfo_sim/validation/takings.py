"""Moments of one shop's takings by day.

A day is compared with *its like*: the median of the same weekday up to six weeks before and after,
ordinary days only, so that neither the level nor the week shows in what a festival does.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from ..dates import PAD, dates
from ..fen import Flags, Floats, Ints
from .streams import LAGS, Takings

SHORTEST = 56
"""Days below which nothing is measured: eight weeks."""

_WEEKS = (1, 2, 3, 4, 5, 6)
_LIKE = 3
"""Days of its like that a day needs."""
_TWO_YEARS = 720
"""Days for the factors of months: in a single year they cannot be told from growth and drift."""
_MAD = 1.4826
"""From the median absolute deviation to the SD of a normal distribution."""


class Calendar:
    """What kind of day each day of a stretch is; arrays of `days` from `first` on."""

    def __init__(self, first: date, days: int) -> None:
        table = dates(first, days)
        part = slice(PAD, PAD + days)
        self.weekday, self.month = table.weekday[part], table.month[part]
        spring, working = table.spring[part], table.working[part]
        self.before = (spring >= -7) & (spring < 0)
        self.during = (spring >= 0) & (spring < 6)
        near = (spring >= -14) & (spring <= 14)
        self.holiday = ~working & (self.weekday < 5) & ~near
        made_up = working & (self.weekday >= 5)
        day: Ints = np.array([(first.toordinal() + n) for n in range(days)], dtype=np.int64)
        stamps = [date.fromordinal(int(n)) for n in day]
        self.top_618 = np.array([(d.month, d.day) == (6, 18) for d in stamps], dtype=np.bool_)
        self.top_1111 = np.array([(d.month, d.day) == (11, 11) for d in stamps], dtype=np.bool_)
        campaign = np.array([_campaign(d) for d in stamps], dtype=np.bool_)
        self.ordinary = ~near & ~self.holiday & ~made_up
        self.calm = self.ordinary & ~campaign
        """Ordinary, and outside the campaigns of online platforms."""


def _campaign(day: date) -> bool:
    """Whether online sellers' sales are moved: 1–25 June, 21 October–18 November."""
    if day.month == 6:
        return day.day <= 25
    return (day.month == 10 and day.day >= 21) or (day.month == 11 and day.day <= 18)


@lru_cache(maxsize=512)
def calendar_of(first: date, days: int) -> Calendar:
    """Return the calendar of a stretch of days."""
    return Calendar(first, days)


def takings_moments(one: Takings, *, online: bool = False) -> dict[str, float]:
    """Return what can be measured of a shop's takings, by moment; what cannot is left out.

    `online` leaves the platforms' campaigns out of the ordinary days and measures their peaks.
    """
    if one.days < SHORTEST or not one.fen.any():
        return {}
    kind = calendar_of(one.first, one.days)
    plain = kind.calm if online else kind.ordinary
    x: Floats = one.fen / 100.0
    had = x > 0
    out = {
        "level": float(x.mean()),
        "level_spread": float(x.mean()),
        "days_without": float(1.0 - had.mean()),
        "cv": float(x[had].std() / x[had].mean()),
    }
    if one.orders.any():
        out["orders"] = float(one.orders.mean())
        out["order_value"] = float(x[one.orders > 0].sum() / one.orders.sum())
    usable = had & plain
    logs: Floats = np.where(usable, np.log(np.where(had, x, 1.0)), np.nan)
    change = changes(one, online=online)
    if change.size >= 20:
        out["noise"] = _scale(change) / np.sqrt(2.0)
    out |= _weekdays(x, usable, kind)
    out |= _weeks(x, plain)
    like = _like(x, usable)
    for name, days in (
        ("holiday", kind.holiday),
        ("spring_before", kind.before),
        ("spring_during", kind.during),
        *((("peak_618", kind.top_618), ("peak_1111", kind.top_1111)) if online else ()),
    ):
        ratio = _ratio(x, like, days)
        if ratio is not None:
            out[name] = ratio
    out |= _months(x, plain, kind)
    out |= _acf(logs)
    return {name: float(value) for name, value in out.items() if np.isfinite(value)}


def changes(one: Takings, *, online: bool = False) -> Floats:
    """Return log takings of each ordinary day less those of the same weekday a week before."""
    if one.days < SHORTEST:
        return np.zeros(0)
    kind = calendar_of(one.first, one.days)
    usable = (one.fen > 0) & (kind.calm if online else kind.ordinary)
    both = usable[7:] & usable[:-7]
    return np.log(one.fen[7:][both] / one.fen[:-7][both])


def relative(one: Takings) -> Floats:
    """Return the takings of each day that had any, over their mean."""
    had = one.fen[one.fen > 0].astype(np.float64)
    return had / had.mean() if had.size else had


def _scale(values: Floats) -> float:
    return _MAD * float(np.median(np.abs(values - np.median(values))))


def _weekdays(x: Floats, usable: Flags, kind: Calendar) -> dict[str, float]:
    """Return each weekday's factor: a day over the mean of the seven days around it."""
    whole = np.convolve(usable, np.ones(7), mode="valid") == 7
    mean = np.convolve(x, np.ones(7) / 7, mode="valid")[whole]
    if mean.size < 28:
        return {}
    ratio, weekday = x[3:-3][whole] / mean, kind.weekday[3:-3][whole]
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    factors = np.array(
        [ratio[weekday == n].mean() if (weekday == n).any() else np.nan for n in range(7)]
    )
    return dict(zip(names, (factors / factors.mean()).tolist(), strict=True))


def _weeks(x: Floats, plain: Flags) -> dict[str, float]:
    """Return how much weeks change from one to the next, over eight, and over a year."""
    count = x.size // 7
    tail = slice(x.size - 7 * count, None)
    sums = x[tail].reshape(count, 7).sum(axis=1)
    fine = (sums > 0) & (plain[tail].reshape(count, 7).sum(axis=1) >= 5)
    logs = np.where(fine, np.log(np.where(sums > 0, sums, 1.0)), np.nan)
    out = dict[str, float]()
    for name, lag, least in (("week_change", 1, 6), ("slow_change", 8, 8)):
        steps = logs[lag:] - logs[:-lag]
        steps = steps[np.isfinite(steps)]
        if steps.size >= least:
            out[name] = _scale(steps)
    weeks = np.flatnonzero(fine)
    if weeks.size >= 16:
        out["growth"] = float(np.polyfit(weeks * 7 / 365.0, logs[weeks], 1)[0])
    return out


def _like(x: Floats, usable: Flags) -> Floats:
    """Return for each day the median of its like; nan where there are too few."""
    size = x.size
    around = np.full((2 * len(_WEEKS), size), np.nan)
    seen = np.where(usable, x, np.nan)
    for row, week in enumerate(_WEEKS):
        step = 7 * week
        if step < size:
            around[2 * row, step:] = seen[:-step]
            around[2 * row + 1, :-step] = seen[step:]
    enough = np.isfinite(around).sum(axis=0) >= _LIKE
    out = np.full(size, np.nan)
    out[enough] = np.nanmedian(around[:, enough], axis=0)
    return out


def _ratio(x: Floats, like: Floats, days: Flags) -> float | None:
    chosen = days & np.isfinite(like)
    if not chosen.any() or like[chosen].sum() <= 0:
        return None
    return float(x[chosen].sum() / like[chosen].sum())


def _months(x: Floats, plain: Flags, kind: Calendar) -> dict[str, float]:
    """Return each month's factor, growth taken out; only of two years or more."""
    if x.size < _TWO_YEARS:
        return {}
    usable = plain & (x > 0)
    day = np.arange(x.size)
    slope = np.polyfit(day[usable], np.log(x[usable]), 1)[0] if usable.sum() > 60 else 0.0
    flat = x * np.exp(-slope * day)
    means = np.array(
        [
            flat[usable & (kind.month == n)].mean() if (usable & (kind.month == n)).any() else 0.0
            for n in range(1, 13)
        ]
    )
    if not means.all():
        return {}
    return {f"month_{n:02d}": float(v) for n, v in enumerate(means / means.mean(), start=1)}


def _acf(logs: Floats) -> dict[str, float]:
    """Return the autocorrelation of log takings over pairs of ordinary days that had any."""
    away = logs - np.nanmean(logs) if np.isfinite(logs).any() else logs
    out = dict[str, float]()
    for lag in LAGS:
        pairs = np.isfinite(away[lag:]) & np.isfinite(away[:-lag])
        if pairs.sum() >= 30:
            one, other = away[lag:][pairs], away[:-lag][pairs]
            size = np.sqrt((one**2).sum() * (other**2).sum())
            if size > 0:
                out[f"acf_{lag}"] = float((one * other).sum() / size)
    return out
