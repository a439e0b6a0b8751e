"""Daily sales quantiles of many series at once: weekday profile × level × measured spread.

The level is an average of recent sales divided by their weekday profile; averages over several
spans are weighted per series by the error that each made on the past. Spread comes from what the
same series did against such forecasts, shrunk to what shops do in general when history is short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .daykinds import (
    CORE,
    FESTIVAL,
    FIRST_OFFSET,
    KINDS,
    OUTSIDE,
    PRIOR_FACTORS,
    PRIOR_WEEKEND,
    Days,
    Flags,
    Floats,
    Ints,
)

DECILES: Floats = np.arange(1, 10) / 10
NORMAL: Floats = np.array([-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816])
"""Standard normal quantiles at the deciles."""

WINDOW = 280
"""Days of history that the level, profile and spread look at."""

# Days that the level averages over (of the profile, so that any number may be taken), and by what
# each must be better than the 7 days that suit most series, or the 250 that suit sporadic sales.
_SPANS = (3, 7, 21, 250)
_HANDICAP: Floats = np.array([1.1, 1.0, 1.1, 1.5])
_HANDICAP_SPORADIC: Floats = np.array([1.4, 1.3, 1.2, 1.0])
# In and after holidays the last days say little of the weeks to come.
_AFTER_DAYS, _HANDICAP_AFTER = 7, np.array([2.5, 1.5, 1.0, 1.0])
# Weights are errors to the power of minus this. Near the plain average of all spans is right for
# most: which did best on one series' past is mostly luck. Of sporadic sales only the longest tell.
_SHARPNESS, _SHARPNESS_SPORADIC = 2.6, 12.0
_PROFILE_DECAY, _PROFILE_SHRINK, _PROFILE_FLOOR = 220.0, 0.5, 0.02
# What shops at large do on holidays, worth so many days of a series' own.
_HEED_PRIOR, _HEED_PRIOR_DAYS, _HEED_SPAN = 0.85, 3.0, 28
_ERROR_LAGS, _ERROR_DECAY, _SUM_WEIGHT = (4, 11, 18, 25), 60.0, 12.0
_RESIDUAL_DAYS = 200
_SPREAD_LAGS = (7, 14, 28)
# Daily spread at a lag over the spread one day ahead, and relative spread of a 28-day sum: shops
# at large, used where the series itself is too short to tell.
_SPREAD_PRIOR: Floats = np.array([1.15, 1.27, 1.45])
_SPREAD_FAR = 1.5
_DAY_PRIOR: Floats = 1 + 0.35 * NORMAL
_DAY_PRIOR_DAYS = 56.0
_LEAN, _LEAN_LEAST = 0.5, 0.5
_LEAN_SHAPE: Floats = np.array([1, 2, 3, 4, 4, 4, 3, 2, 1]) / 4
_SUM_DAYS, _SUM_PRIOR, _SUM_CAP, _SUM_PRIOR_WEIGHT, _SUM_GROWTH = 28, 0.24, 1.5, 8.0, 0.2
_LUMPY_CAP = 3.0
_GAP, _STEADY_DAYS, _STEADY_SHARE, _FAINT = 21, 5, 0.7, 0.3
# Share of days without sales from which, and over which, a series counts as sporadic.
_SPORADIC_FROM, _SPORADIC_OVER = 0.6, 0.3
# The fastest level tells more about the first days than about the weeks after.
_FAST_SHARE, _FAST_DECAY = 0.7, 4.0
_CRUMB = 1e-7
"""Fen or units of profile below which a difference of running sums is nothing."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Forecasts of n series: `days` (n, horizon, 9) and `sums` (n, 9) at the deciles."""

    days: Floats
    sums: Floats


def forecast_bands(history: Floats, past: list[Days], ahead: list[Days]) -> Bands:
    """Return deciles per day and of the horizon's sum for every row of `history`.

    `history` is (n, T) daily sales, NaN before a series begins, its last column the day before
    the forecast starts; `past` and `ahead` give each row's days, T and horizon long.
    """
    rows, width = history.shape
    recent = min(width, WINDOW)
    kinds = np.stack([days.kinds[-recent:] for days in past])
    weekdays = np.stack([days.weekdays[-recent:] for days in past])
    kinds_ahead = np.stack([days.kinds for days in ahead])
    weekdays_ahead = np.stack([days.weekdays for days in ahead])
    horizon = kinds_ahead.shape[1]
    window = history[:, -recent:]
    # Festival days say nothing about the level: they are read only by `_festival`.
    known = ~np.isnan(window) & since_start(window)
    plain = known & (kinds != FESTIVAL)
    some = np.count_nonzero(plain, axis=1) > 0
    known = np.where(some[:, None], plain, known)
    sales = np.where(known, window, 0.0)

    profile = _profile(sales, known & (kinds == weekdays), kinds)
    heed = _heed(profile, sales, known, kinds, weekdays)
    expected = _shape(profile, heed, kinds, weekdays) * known
    idle = 1 - ((sales != 0) & known).sum(1) / np.maximum(known.sum(1), 1)
    sporadic = np.clip((idle - _SPORADIC_FROM) / _SPORADIC_OVER, 0.0, 1.0)
    levels = np.stack([_level(sales, expected, span) for span in _SPANS], 2)
    unusual = ((kinds != weekdays) | (kinds == FESTIVAL))[:, -_AFTER_DAYS:].any(1)
    level = _blend(levels, sales, expected, known, sporadic, unusual)

    steps: Ints = np.arange(1, horizon + 1, dtype=np.int64)
    # A sale of yesterday says nothing of today's where sales come now and then.
    ahead_of: Floats = (1 - sporadic) * (levels[:, -1, 0] - level[:, -1])
    ahead_of = np.where(unusual, 0.0, ahead_of)
    fast: Floats = ahead_of[:, None] * np.exp(-steps / _FAST_DECAY)
    shape = _shape(profile, heed, kinds_ahead, weekdays_ahead)
    shape = shape * _festival(history, profile, past, ahead)
    centre = (level[:, -1:] + _FAST_SHARE * fast) * shape

    days = _spread(level, sales, expected, known, horizon) * centre[:, :, None]
    sums = _sum_spread(level, sales, expected, sporadic, horizon) * centre.sum(1)[:, None]
    positive = np.nanmin(sales, axis=1) >= 0
    days = np.where(positive[:, None, None], np.maximum(days, 0.0), days)
    assert days.shape == (rows, horizon, len(DECILES))
    return Bands(days, sums)


def since_start(window: Floats) -> Flags:
    """Which days belong to the trade of today: those since it began anew after a long gap.

    A gap of `_GAP` days without sales counts when trade is steady after it and was at most
    `_FAINT` of that before: a shop that tried a day or two and opened months later.
    """
    width = window.shape[1]
    place = np.arange(width, dtype=np.int64)
    active: Flags = np.nan_to_num(window) != 0
    last: Ints = np.maximum.accumulate(np.where(active, place, -1), axis=1)
    idle = place[1:] - 1 - last[:, :-1]
    begins: Flags = active[:, 1:] & (idle >= _GAP) & (last[:, :-1] >= 0)
    out = np.ones(window.shape, dtype=np.bool_)
    for row in np.flatnonzero(begins.any(1)):
        start = int(np.flatnonzero(begins[row])[-1]) + 1
        after, before = window[row, start:], np.nan_to_num(window[row, max(start - 84, 0) : start])
        steady = len(after) >= _STEADY_DAYS and active[row, start:].mean() >= _STEADY_SHARE
        if steady and before.mean() < _FAINT * after.mean():
            out[row, :start] = False
    return out


def _profile(sales: Floats, known: Flags, kinds: Ints) -> Floats:
    """Sales of each kind of day over the average day, shrunk to 1; (n, KINDS)."""
    age: Ints = np.arange(sales.shape[1], dtype=np.int64)[::-1]
    weight = np.exp(-age / _PROFILE_DECAY) * known
    base = (weight * sales).sum(1) / np.maximum(weight.sum(1), 1e-9)
    which = np.equal(kinds[:, :, None], np.arange(KINDS)).astype(np.float64)
    amount = ((weight * sales)[:, None, :] @ which)[:, 0]
    count = (weight[:, None, :] @ which)[:, 0]
    average = (amount + _PROFILE_SHRINK * base[:, None]) / (count + _PROFILE_SHRINK)
    profile = average / np.where(base > 0, base, 1.0)[:, None]
    profile = np.maximum(np.where(base[:, None] > 0, profile, 1.0), _PROFILE_FLOOR)
    profile[:, FESTIVAL] = 1.0
    return profile


def _heed(profile: Floats, sales: Floats, known: Flags, kinds: Ints, weekdays: Ints) -> Floats:
    """How far the series heeds holidays and make-up days, 0 not at all to 1 in full; (n, 1)."""
    moved = known & (kinds != weekdays)
    if not moved.any():
        return np.full((len(sales), 1), _HEED_PRIOR)
    plain = np.take_along_axis(profile, weekdays, 1)
    usual = known & ~moved
    level = _level(sales * usual, plain * usual, _HEED_SPAN)
    step = level * (np.take_along_axis(profile, kinds, 1) - plain) * moved
    seen = (step * (sales - level * plain)).sum(1)
    weight = (step**2).sum(1)
    # The prior counts like so many days of average size.
    prior = weight / np.maximum(moved.sum(1), 1) * _HEED_PRIOR_DAYS
    share = (seen + prior * _HEED_PRIOR) / np.where(weight > 0, weight + prior, 1.0)
    return np.where(weight > 0, np.clip(share, 0.0, 1.0), _HEED_PRIOR)[:, None]


def _shape(profile: Floats, heed: Floats, kinds: Ints, weekdays: Ints) -> Floats:
    plain = np.take_along_axis(profile, weekdays, 1)
    return plain + heed * (np.take_along_axis(profile, kinds, 1) - plain)


def _level(sales: Floats, expected: Floats, span: int) -> Floats:
    """Sales per unit of profile over the `span` days up to and with each day; (n, T)."""
    return np.maximum(_last(sales, span), 0.0) / np.maximum(_last(expected, span), 1e-9)


def _last(values: Floats, span: int) -> Floats:
    """Sums of each day and the `span` - 1 before it; each row for itself, to the last bit."""
    total = np.cumsum(values, axis=1)
    total[:, span:] -= total[:, :-span].copy()
    # What cancels leaves crumbs where there was nothing at all.
    return np.where(np.abs(total) < _CRUMB, 0.0, total)


def _blend(
    levels: Floats,
    sales: Floats,
    expected: Floats,
    known: Flags,
    sporadic: Floats,
    unusual: Flags,
) -> Floats:
    """Average of the levels, weighted by how well each foretold the weeks after it; (n, T)."""
    rows, width, _ = levels.shape
    start = min(28, width // 4)
    age: Ints = np.arange(width, dtype=np.int64)[::-1]
    recent = np.exp(-age / _ERROR_DECAY)
    error = np.zeros((rows, len(_SPANS)))
    for lag in _ERROR_LAGS:
        if start + lag >= width:
            break
        both = (known[:, start + lag :] & known[:, start:-lag]) * recent[start + lag :]
        foretold = levels[:, start:-lag] * expected[:, start + lag :, None]
        miss = np.abs(sales[:, start + lag :, None] - foretold)
        error += (both[:, None, :] @ miss)[:, 0] / np.maximum(both.sum(1), 1e-9)[:, None]
    if width - _SUM_DAYS - 1 > start:
        # Cash needs the sum of the weeks to come, on which a lumpy series is judged better.
        total, units = _running(sales, _SUM_DAYS), _running(expected, _SUM_DAYS)
        foretold = levels[:, start : width - _SUM_DAYS] * units[:, start + 1 :, None]
        miss = np.abs(total[:, start + 1 :, None] - foretold)
        error += _SUM_WEIGHT * len(_ERROR_LAGS) / _SUM_DAYS * miss.mean(1)
    error = np.where(error > 0, error, 1.0)
    error *= _HANDICAP + sporadic[:, None] * (_HANDICAP_SPORADIC - _HANDICAP)
    error *= np.where(unusual[:, None], _HANDICAP_AFTER, 1.0)
    sharpness = _SHARPNESS + sporadic * (_SHARPNESS_SPORADIC - _SHARPNESS)
    weight = (error / error.min(1, keepdims=True)) ** -sharpness[:, None]
    return (levels * (weight / weight.sum(1, keepdims=True))[:, None, :]).sum(2)


def _spread(level: Floats, sales: Floats, expected: Floats, known: Flags, horizon: int) -> Floats:
    """Deciles of sales over expectation, widening with the horizon; (n, horizon, 9)."""
    width = sales.shape[1]
    start = max(min(28, width // 4), width - _RESIDUAL_DAYS)

    def deciles(lag: int) -> tuple[Floats, Floats]:
        if start + lag >= width:
            return np.full((len(sales), len(DECILES)), np.nan), np.zeros(len(sales))
        base = level[:, start : width - lag] * expected[:, start + lag :]
        good = (base > 0) & known[:, start : width - lag]
        ratio = np.where(good, sales[:, start + lag :] / np.where(good, base, 1.0), np.nan)
        return _quantiles(ratio), good.sum(1).astype(np.float64)

    near, count = deciles(1)
    trust = np.minimum(count / _DAY_PRIOR_DAYS, 1.0)[:, None]
    near = np.where(np.isnan(near), _DAY_PRIOR, near) * trust + _DAY_PRIOR * (1 - trust)
    # A median of ratios far from 1 is half chance, unless sales are lumpy.
    lean = np.where(near[:, 4] > _LEAN_LEAST, (1 - near[:, 4]) * _LEAN, 0.0)
    near = near + lean[:, None] * _LEAN_SHAPE
    middle = near[:, 4:5]
    gap = np.maximum(near[:, 7] - near[:, 1], 1e-3)
    factors = [np.ones(len(sales))]
    for lag, prior in zip(_SPREAD_LAGS, _SPREAD_PRIOR, strict=True):
        far, _ = deciles(lag)
        own = (far[:, 7] - far[:, 1]) / gap
        own = np.where(np.isnan(own), prior, np.clip(own, 0.9, 2.5))
        factors.append((own + prior) / 2)
    factors.append(factors[-1] * _SPREAD_FAR)
    widening = _interpolate(np.arange(1, horizon + 1), (1, *_SPREAD_LAGS, 91), np.stack(factors, 1))
    return middle[:, :, None] + widening[:, :, None] * (near - middle)[:, None, :]


def _sum_spread(
    level: Floats, sales: Floats, expected: Floats, sporadic: Floats, horizon: int
) -> Floats:
    """Deciles of the horizon's sum over its expectation; (n, 9)."""
    width = sales.shape[1]
    span = min(horizon, _SUM_DAYS)
    start = min(28, width // 4)
    if width - span - 1 > start:
        total, units = _running(sales, span), _running(expected, span)
        base = units[:, start + 1 :] * level[:, start : width - span]
        good = base > 0
        ratio = np.where(good, total[:, start + 1 :] / np.where(good, base, 1.0), np.nan)
        # Seven tenths of a normal error lie within 1.036 deviations.
        own = np.minimum(np.nan_to_num(_quantiles(np.abs(ratio - 1))[:, 6]) / 1.036, _SUM_CAP)
        seen = _quantiles(ratio)
        # Windows overlap: fourteen of them carry about one window's news.
        count = good.sum(1) / 14.0
    else:
        own, count = np.zeros(len(sales)), np.zeros(len(sales))
        seen = np.full((len(sales), len(DECILES)), np.nan)
    trust = count / (count + _SUM_PRIOR_WEIGHT)
    deviation = own * trust + _SUM_PRIOR * (1 - trust)
    deviation = deviation * (horizon / span) ** _SUM_GROWTH
    # Gamma deciles of mean 1 (Wilson-Hilferty): only a lumpy series
    # has a median well below its mean; growth makes up for the small shift of the others.
    variance = np.minimum(deviation, _SUM_CAP)[:, None] ** 2
    smooth = np.maximum(1 - np.maximum(variance - 0.15, 0) / 9 + NORMAL * np.sqrt(variance) / 3, 0)
    # Where many windows hold no sale at all, only what was seen is right.
    lumpy = sporadic[:, None]
    seen = np.where(np.isnan(seen), smooth**3, np.clip(seen, 0.0, _LUMPY_CAP))
    return smooth**3 * (1 - lumpy) + seen * lumpy


def _running(values: Floats, span: int) -> Floats:
    """Sums of `span` consecutive columns; (n, T - span + 1)."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), 1)
    return total[:, span:] - total[:, :-span]


def _quantiles(values: Floats) -> Floats:
    """Deciles along the rows, ignoring NaN; NaN for a row without values; (n, 9)."""
    ordered = np.sort(values, 1)
    count = np.count_nonzero(~np.isnan(values), 1)
    position = DECILES[None, :] * np.maximum(count - 1, 0)[:, None]
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
    below, above = np.take_along_axis(ordered, low, 1), np.take_along_axis(ordered, high, 1)
    return below + (above - below) * (position - low)


def _interpolate(at: Ints, knots: tuple[int, ...], values: Floats) -> Floats:
    """Values between knots, per row, constant beyond the last; (n, len(at))."""
    places = np.array(knots)
    right = np.clip(np.searchsorted(places, at), 1, len(places) - 1)
    share = np.clip((at - places[right - 1]) / (places[right] - places[right - 1]), 0.0, 1.0)
    return values[:, right - 1] * (1 - share) + values[:, right] * share


def _festival(history: Floats, profile: Floats, past: list[Days], ahead: list[Days]) -> Floats:
    """Spring Festival's factor on each day ahead; ones when none is near; (n, horizon)."""
    places = np.stack([days.festival for days in ahead])
    if (places == OUTSIDE).all():
        return np.ones(places.shape)
    weekend = profile[:, 5:7].mean(1) / np.maximum(profile[:, :5].mean(1), 1e-9)
    columns: list[Floats] = [np.interp(weekend, PRIOR_WEEKEND, c) for c in PRIOR_FACTORS.T]
    prior = np.stack(columns, 1)
    core = slice(CORE.start - FIRST_OFFSET, CORE.stop - FIRST_OFFSET)
    for row, days in enumerate(past):
        own = _last_festival(history[row], days)
        if own is not None:
            # Half what shops like it do, half what it did itself the last time.
            usual = prior[row, core].mean()
            prior[row, core] *= (usual + min(own, 3.0)) / 2 / usual
    return np.take_along_axis(prior, places, 1)


def _last_festival(history: Floats, days: Days) -> float | None:
    """Average sales on the last whole Spring Festival over those of the four weeks before it."""
    core = np.flatnonzero(days.kinds == FESTIVAL)
    if len(core) < len(CORE):
        return None
    last = core[-len(CORE) :]
    before = history[max(last[0] - 35, 0) : max(last[0] - 7, 0)]
    if last[-1] - last[0] != len(CORE) - 1 or len(before) < 28 or np.isnan(before).any():
        return None
    usual = float(before.mean())
    return float(history[last].mean()) / usual if usual > 0 else None
