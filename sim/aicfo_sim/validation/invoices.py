"""Moments of one firm's invoices, sales or purchases."""

from __future__ import annotations

import numpy as np

from ..fen import Floats, Ints
from .streams import LAGS, RED, VALID, VOID, Invoices
from .takings import calendar_of

SHORTEST = 180
"""Days below which nothing is measured."""

FEWEST = 12
"""Invoices in force below which nothing is measured."""

YEAR = 365.0


def invoice_moments(one: Invoices) -> dict[str, float]:
    """Return what can be measured of a firm's invoices, by moment; what cannot is left out."""
    plain = one.kind == VALID
    if one.days < SHORTEST or int(plain.sum()) < FEWEST:
        return {}
    fen, day = one.fen[plain], one.day[plain]
    net = int(one.fen[one.kind != VOID].sum())
    daily = _by_day(one, day, fen)
    active = np.flatnonzero(daily > 0)
    logs = np.log(fen)
    weekend = calendar_of(one.first, one.days).weekday >= 5
    written = one.kind.size
    party = np.bincount(np.unique(one.party[plain], return_inverse=True)[1], weights=fen)
    parts: Floats = party / party.sum()
    demand = daily[active]
    out = {
        "size": float(np.median(fen)) / 100.0,
        "size_log_sd": float(logs.std()),
        "active_days": active.size / one.days,
        "invoices_day": fen.size / active.size,
        "day_cv2": float((demand.std() / demand.mean()) ** 2),
        "weekend": float(daily[weekend].sum() / daily.sum()),
        "void": float((one.kind == VOID).sum()) / written,
        "red": float((one.kind == RED).sum()) / written,
        "top_party": float(parts.max()),
        "parties": float(1.0 / (parts**2).sum()),
    }
    if net > 0:
        out["level"] = out["level_spread"] = net / 100.0 / one.days * YEAR
    if active.size > 1:
        out["gap"] = float(np.diff(active).mean())
    out |= _months(one, daily)
    away = np.log1p(daily / 100.0)
    away = away - away.mean()
    size = float((away**2).sum())
    for lag in LAGS:
        if size > 0:
            out[f"acf_{lag}"] = float((away[lag:] * away[:-lag]).sum() / size)
    return {name: value for name, value in out.items() if name not in one.unknown}


def _by_day(one: Invoices, day: Ints, fen: Ints) -> Floats:
    return np.bincount(day, weights=fen, minlength=one.days).astype(np.float64)


def sizes(one: Invoices) -> Floats:
    """Return each invoice in force over the firm's median one."""
    fen = one.fen[one.kind == VALID].astype(np.float64)
    return fen / np.median(fen) if fen.size else fen


def gaps(one: Invoices) -> Floats:
    """Return the days from each active day to the next."""
    days: Ints = np.unique(one.day[one.kind == VALID])
    return np.diff(days).astype(np.float64)


def _months(one: Invoices, daily: Floats) -> dict[str, float]:
    """Return each month's value a day over the mean day, from the last whole years; growth is
    left in, so a firm counts only with whole years."""
    whole = int(one.days // YEAR)
    if not whole:
        return {}
    cut = slice(one.days - round(whole * YEAR), None)
    month = calendar_of(one.first, one.days).month[cut]
    worth = daily[cut]
    if worth.sum() <= 0:
        return {}
    sums, days = (
        np.bincount(month, weights=values, minlength=13)[1:]
        for values in (worth, np.ones(worth.size))
    )
    factors = sums / days / worth.mean()
    return {f"month_{n:02d}": float(v) for n, v in enumerate(factors, start=1)}
