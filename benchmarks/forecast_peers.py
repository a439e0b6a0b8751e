"""Forecasts by other methods, configured as `peers.toml` froze them."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from aicfo_cash_brain.forecast.daykinds import FIRST_OFFSET, Floats
from aicfo_cash_brain.forecast.profile import DECILES, Bands

from .forecast_data import SPAN, Window

Peer = Callable[[Sequence[Window]], list[Bands]]
"""Forecasts of the windows of one origin: `days` (1, 28, 9) and `sums` (1, 9) each."""

CONFIGURED: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("peers.toml").read_text("utf-8")
)


def statistical(name: str) -> Peer:
    """Return a statsforecast model with its own normal intervals, fitted to each series alone."""

    def run(windows: Sequence[Window]) -> list[Bands]:
        from statsforecast import models

        given = CONFIGURED[name]
        out: list[Bands] = []
        for window in windows:
            model = getattr(models, given["model"])(season_length=given["season_length"])
            levels = [20, 40, 60, 80]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = model.forecast(y=window.history, h=SPAN, level=levels)
            columns = [found[f"lo-{level}"] for level in reversed(levels)]
            columns += [found["mean"], *(found[f"hi-{level}"] for level in levels)]
            out.append(_bands(window, np.nan_to_num(np.stack(columns, 1))))
        return out

    return run


def recursive(windows: Sequence[Window]) -> list[Bands]:
    """LightGBM on lags, fed with its own forecasts; deciles of errors on windows held back."""
    given = CONFIGURED["lightgbm_recursive"]
    held = SPAN * given["conformal_windows"]
    errors = [[] for _ in windows]
    short = [_cut(window, held) for window in windows]
    booster = _train_recursive(short, given)
    for back in range(held, 0, -SPAN):
        cut = [_cut(window, back) for window in windows]
        for place, (window, guess) in enumerate(
            zip(windows, _recurse(booster, cut, given), strict=True)
        ):
            end = len(window.history) - back
            errors[place].append(window.history[end : end + SPAN] - guess)
    middle = _recurse(_train_recursive(windows, given), windows, given)
    return [
        _bands(window, guess[:, None] + np.quantile(np.concatenate(missed), DECILES)[None, :])
        for window, guess, missed in zip(windows, middle, errors, strict=True)
    ]


def direct(windows: Sequence[Window]) -> list[Bands]:
    """One LightGBM a decile, from what was known at the origin to each of 28 days."""
    import lightgbm

    given = CONFIGURED["lightgbm_direct"]
    rows: list[Floats] = []
    targets: list[Floats] = []
    for window in windows:
        total = len(window.history)
        first = max(28, total - given["origins_within_days"])
        for origin in range(total - SPAN, first, -given["origins_every_days"]):
            scale = _scale(window.history[:origin])
            if scale > 0:
                rows.append(_direct_rows(window, origin, given))
                after = window.history[origin : origin + SPAN] / scale
                targets.append(np.minimum(after, given["largest_ratio"]))
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(targets), free_raw_data=False)
    asked = np.concatenate([_direct_rows(w, len(w.history), given) for w in windows])
    columns: list[Floats] = []
    for decile in DECILES:
        given_here = _settings(given) | {"alpha": float(decile)}
        booster: Any = lightgbm.train(given_here, data, num_boost_round=given["rounds"])
        columns.append(np.asarray(booster.predict(asked), dtype=np.float64))
    found = np.sort(np.stack(columns, 1), 1).reshape(len(windows), SPAN, len(DECILES))
    return [
        _bands(window, days * _scale(window.history))
        for window, days in zip(windows, found, strict=True)
    ]


PEERS: dict[str, Peer] = {
    "seasonal_naive": statistical("seasonal_naive"),
    "auto_ets": statistical("auto_ets"),
    "auto_ces": statistical("auto_ces"),
    "lightgbm_recursive": recursive,
    "lightgbm_direct": direct,
}


def _bands(window: Window, days: Floats) -> Bands:
    """Deciles in order, not below 0 where sales never were; the sum's are the sums of these."""
    if (window.history >= 0).all():
        days = np.maximum(days, 0.0)
    days = np.sort(days, 1)[None]
    return Bands(days, days.sum(1))


def _cut(window: Window, days: int) -> Window:
    """Return the window as it was so many days before."""
    end = len(window.history) - days
    both = np.concatenate([window.history, window.truth])
    past, ahead = window.past, window.ahead
    after = past.part(end, end + SPAN) if days >= SPAN else ahead
    return Window(window.name, window.history[:end], past.part(0, end), after, both[end:][:SPAN])


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "objective": given["objective"], "learning_rate": given["learning_rate"],
        "num_leaves": given["num_leaves"], "min_data_in_leaf": given["min_data_in_leaf"],
        "num_threads": 1, "deterministic": True, "seed": 1, "verbose": -1,
    }  # fmt: skip


def _day_columns(window: Window) -> Floats:
    """Weekday, kind, day from Spring Festival and month of each day of past and ahead."""
    total = len(window.past) + len(window.ahead)
    first = np.datetime64(window.past.first)
    months = (first + np.arange(total)).astype("datetime64[M]").astype(int) % 12
    weekdays = (first + np.arange(total) + 3 * np.timedelta64(1, "D")).astype(int) % 7
    kinds = np.concatenate([window.past.kinds, window.ahead.kinds])
    festival = np.concatenate([window.past.festival, window.ahead.festival]) + FIRST_OFFSET
    return np.stack([weekdays, kinds, festival, months], 1).astype(np.float64)


def _train_recursive(windows: Sequence[Window], given: dict[str, Any]) -> Any:
    import lightgbm

    rows: list[Floats] = []
    targets: list[Floats] = []
    for window in windows:
        features, scale = _lagged(window.history, given)
        days = _day_columns(window)[: len(scale)]
        good = scale > 0
        good[: max(given["scale_days"], 7)] = False
        rows.append(np.concatenate([features, days], 1)[good])
        targets.append(window.history[good] / scale[good])
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(targets))
    return lightgbm.train(_settings(given), data, num_boost_round=given["rounds"])


def _recurse(booster: Any, windows: Sequence[Window], given: dict[str, Any]) -> list[Floats]:
    reach = max(*given["lags"], *given["rolling_means"]) + 1
    sales = np.stack([np.pad(w.history, (reach, 0))[-reach:] for w in windows])
    days = [_day_columns(window) for window in windows]
    for step in range(SPAN):
        lagged, scales = zip(*(_lagged(np.append(row, 0.0), given) for row in sales), strict=True)
        day = np.stack([d[len(w.history) + step] for d, w in zip(days, windows, strict=True)])
        now = np.stack([features[-1] for features in lagged])
        guess = booster.predict(np.concatenate([now, day], 1))
        guess = np.maximum(guess, 0.0) * np.array([scale[-1] for scale in scales])
        sales = np.concatenate([sales, guess[:, None]], 1)
    return [row[-SPAN:] for row in sales]


def _lagged(sales: Floats, given: dict[str, Any]) -> tuple[Floats, Floats]:
    """Lags and rolling means before each day over the mean of the days before it; that mean."""
    total = np.concatenate([[0.0], np.cumsum(sales)])
    place = np.arange(len(sales))

    def mean(span: int) -> Floats:
        low = np.maximum(place - span, 0)
        return (total[place] - total[low]) / np.maximum(place - low, 1)

    scale = mean(given["scale_days"])
    before = (np.concatenate([np.full(lag, np.nan), sales[:-lag]]) for lag in given["lags"])
    features = [values[: len(sales)] for values in before]
    features += [mean(span) for span in given["rolling_means"]]
    return np.stack(features, 1) / np.maximum(scale, 1e-9)[:, None], scale


def _scale(history: Floats) -> float:
    return float(history[-28:].mean())


def _direct_rows(window: Window, origin: int, given: dict[str, Any]) -> Floats:
    """Features of the 28 days from `origin`; (28, features)."""
    history = window.history[:origin]
    scale = max(_scale(history), 1e-9)
    levels = [history[-span:].mean() / scale for span in given["levels"]]
    recent = history[-28:] / scale
    known = [*levels, recent.std(), (recent == 0).mean()]
    steps = np.arange(SPAN)
    weeks: list[Floats] = []
    for count in given["same_weekday_weeks"]:
        back = min(count, len(history) // 7)
        week = history[len(history) - 7 * back :].reshape(back, 7).mean(0) / scale
        weeks.append(week[steps % 7])
    days = _day_columns(window)[origin : origin + SPAN]
    fixed = np.tile(np.array(known), (SPAN, 1))
    ahead = steps[:, None].astype(np.float64)
    return np.concatenate([fixed, np.stack(weeks, 1), days, ahead], 1)
