"""Point forecasts by other methods, for the contest that `contest.py` holds.

Each returns the median path of one series: `history` (T,) without NaN, `past` and `ahead` its
days. The libraries are imported on first use: statsforecast alone costs seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .daykinds import KINDS, Days, Floats

Rival = Callable[[Floats, Days, Days], Floats]

_LGBM_DAYS, _LGBM_REACH, _LGBM_LEAST = 200, 28, 112


def drifting_naive(history: Floats, past: Days, ahead: Days) -> Floats:
    """Mean of the last four same weekdays, at the level of the last two weeks."""
    weeks = min(len(history) // 7, 4)
    if not weeks:
        return np.full(len(ahead), history.mean())
    recent = history[-7 * weeks :]
    usual = recent.mean()
    drift = np.clip(history[-14:].mean() / usual, 0.5, 2.0) if usual > 0 else 1.0
    return np.resize(recent.reshape(weeks, 7).mean(0) * drift, len(ahead))


def ces(history: Floats, past: Days, ahead: Days) -> Floats:
    """Complex exponential smoothing, weekly season."""
    return _library("AutoCES", history, ahead, season_length=7)


def theta(history: Floats, past: Days, ahead: Days) -> Floats:
    """Dynamic optimised theta, weekly season."""
    return _library("DynamicOptimizedTheta", history, ahead, season_length=7)


def tsb(history: Floats, past: Days, ahead: Days) -> Floats:
    """Teunter-Syntetos-Babai for sales that come now and then."""
    return _library("TSB", history, ahead, alpha_d=0.1, alpha_p=0.05)


def _library(name: str, history: Floats, ahead: Days, **settings: Any) -> Floats:
    from statsforecast import models  # pyright: ignore[reportMissingTypeStubs]

    model: Any = getattr(models, name)(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean = model.forecast(y=history, h=len(ahead))["mean"]
    return np.nan_to_num(np.asarray(mean, dtype=np.float64))


def boosted(history: Floats, past: Days, ahead: Days) -> Floats:
    """Gradient boosting on recent levels, same-weekday means and the kind of the day ahead."""
    import lightgbm  # pyright: ignore[reportMissingTypeStubs]

    if len(history) < _LGBM_LEAST:
        return drifting_naive(history, past, ahead)
    kinds = np.concatenate([past.kinds, ahead.kinds])
    first = max(28, len(history) - _LGBM_DAYS)
    rows: list[Floats] = []
    targets: list[float] = []
    for origin in range(first, len(history) - 1):
        level = float(history[origin - 28 : origin].mean())
        if level <= 0:
            continue
        base = _origin_features(history, past.kinds, origin, level)
        for step in range(1, min(_LGBM_REACH, len(history) - origin) + 1, 3):
            rows.append(_row(base, int(kinds[origin + step - 1]), step))
            targets.append(float(history[origin + step - 1]) / level)
    level = float(history[-28:].mean())
    if len(rows) < _LGBM_LEAST or level <= 0:
        return drifting_naive(history, past, ahead)
    settings = {
        "objective": "l1", "num_leaves": 15, "learning_rate": 0.08, "min_data_in_leaf": 20,
        "num_threads": 1, "deterministic": True, "seed": 1, "verbose": -1,
    }  # fmt: skip
    train: Any = lightgbm
    booster = train.train(
        settings, train.Dataset(np.stack(rows), np.array(targets)), num_boost_round=100
    )
    base = _origin_features(history, past.kinds, len(history), level)
    asked = np.stack(
        [
            _row(base, int(kind), min(step, _LGBM_REACH))
            for step, kind in enumerate(ahead.kinds, start=1)
        ]
    )
    return np.asarray(booster.predict(asked), dtype=np.float64) * level


def _origin_features(history: Floats, kinds: Any, origin: int, level: float) -> Floats:
    before = history[origin - 28 : origin]
    same = [
        float(before[kinds[origin - 28 : origin] == kind].mean()) / level
        if (kinds[origin - 28 : origin] == kind).any()
        else np.nan
        for kind in range(KINDS)
    ]
    return np.array([before[-3:].mean() / level, before[-7:].mean() / level, *same])


def _row(base: Floats, kind: int, step: int) -> Floats:
    return np.concatenate([base[:2], [base[2 + kind], kind, step]])
