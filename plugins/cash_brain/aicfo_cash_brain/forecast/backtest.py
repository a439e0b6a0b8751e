"""How the forecast did on the past of the same series, and bands widened or narrowed by that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .daykinds import Days, Flags, Floats
from .profile import WINDOW, Bands, forecast_bands

ORIGINS, SPAN = 4, 28
"""Forecasts made from the past, and the days each is judged over; origins lie `SPAN` apart."""

ENOUGH = WINDOW + ORIGINS * SPAN
"""Days of history from which on no forecast looks further back, last festivals apart."""

_LEAST_HISTORY = 28
# Four windows say little of the width that the next will need: they count a quarter.
_CALIBRATION_WEIGHT = 336.0
_CALIBRATION_BOUNDS = (0.75, 1.5)


@dataclass(frozen=True, slots=True)
class Score:
    """Error on the past of one series: shares of actual sales, and how often the band held."""

    wape: float
    coverage: float
    sum_error: float
    origins: int


@dataclass(frozen=True, slots=True)
class Scored:
    """Calibrated bands of n series with the scores of the method and of seasonal naive."""

    bands: Bands
    own: list[Score]
    naive: list[Score]


def origins(history: Floats) -> int:
    """Return how many past origins every row's history allows, 0 to `ORIGINS`."""
    length = int((~np.isnan(history)).sum(1).min())
    return max(0, min(ORIGINS, (length - _LEAST_HISTORY) // SPAN))


def forecast_scored(history: Floats, past: Days, ahead: Days) -> Scored:
    """Return bands calibrated on the past of each row, and the scores measured there.

    All rows share their days, and none depends on another; NaN stands before a series begins, and
    changes nothing where what follows is `ENOUGH` days or more. Every past origin sees only what
    was known on its day. Rows whose history allows no origin are left uncalibrated with scores of
    0 origins.
    """
    rows, width = history.shape
    count = origins(history)
    if not count:
        bands = forecast_bands(history, [past] * rows, [ahead] * rows)
        empty = [Score(0.0, 0.0, 0.0, 0)] * rows
        return Scored(bands, empty, empty)
    keep = width - SPAN * count
    truths: list[Floats] = []
    naives: list[Floats] = []
    histories: list[Floats] = []
    pasts: list[Days] = []
    aheads: list[Days] = []
    for step in range(1, count + 1):
        end = width - SPAN * step
        histories.append(history[:, end - keep : end])
        pasts += [past.part(end - keep, end)] * rows
        aheads += [past.part(end, end + SPAN)] * rows
        truths.append(history[:, end : end + SPAN])
        naives.append(np.tile(history[:, end - 7 : end], (1, SPAN // 7)))
    tested = forecast_bands(np.concatenate(histories), pasts, aheads)
    truth = np.stack(truths).transpose(1, 0, 2)
    middle = _by_row(tested.days[:, :, 4], rows, count)
    low = _by_row(tested.days[:, :, 0], rows, count)
    high = _by_row(tested.days[:, :, 8], rows, count)

    scale = _calibration(truth, middle, low, high)
    bands = forecast_bands(history, [past] * rows, [ahead] * rows)
    centre = bands.days[:, :, 4:5]
    days = centre + (bands.days - centre) * scale[:, None, None]
    positive = np.nanmin(history, axis=1) >= 0
    days = np.where(positive[:, None, None], np.maximum(days, 0.0), days)
    low, high = (middle + (edge - middle) * scale[:, None, None] for edge in (low, high))
    inside = (truth >= low) & (truth <= high)
    sums = _by_row(tested.sums[:, 4], rows, count)
    naive = np.stack(naives).transpose(1, 0, 2)
    return Scored(
        Bands(days, bands.sums),
        _scores(truth, middle, sums, inside),
        _scores(truth, naive, naive.sum(2), np.zeros(truth.shape, dtype=np.bool_)),
    )


def _by_row(values: Floats, rows: int, count: int) -> Floats:
    """Rearrange (origins × rows, …) to (rows, origins, …)."""
    return np.moveaxis(values.reshape(count, rows, *values.shape[1:]), 0, 1)


def _calibration(truth: Floats, middle: Floats, low: Floats, high: Floats) -> Floats:
    """Factor on the half-bands that would have held 80 % of past days, shrunk to 1; (n,)."""
    half = np.where(truth >= middle, high - middle, middle - low)
    miss = np.abs(truth - middle) / np.maximum(half, 1e-9)
    # Exact hits on a closed day (0 forecast, 0 sold) carry no news about the width.
    miss = np.where((half > 0) | (truth != middle), miss, np.nan)
    flat = miss.reshape(len(truth), -1)
    count = (~np.isnan(flat)).sum(1)
    ordered = np.sort(flat, 1)
    place = np.minimum((0.8 * (count + 1)).astype(np.int64), np.maximum(count - 1, 0))
    wanted = np.take_along_axis(ordered, place[:, None], 1)[:, 0]
    wanted = np.clip(np.nan_to_num(wanted, nan=1.0), *_CALIBRATION_BOUNDS)
    return (wanted * count + _CALIBRATION_WEIGHT) / (count + _CALIBRATION_WEIGHT)


def _flat(values: Floats) -> Floats:
    return np.ascontiguousarray(values).reshape(len(values), -1)


def _scores(truth: Floats, middle: Floats, sums: Floats, inside: Flags) -> list[Score]:
    # Row by row in one order, so that the company a series is in does not show in the last bit.
    sold = np.maximum(_flat(np.abs(truth)).sum(1), 1e-9)
    wape = _flat(np.abs(truth - middle)).sum(1) / sold
    miss = np.abs(truth.sum(2) - sums).sum(1) / sold
    held = inside.mean((1, 2))
    count = truth.shape[1]
    return [
        Score(float(w), float(c), float(s), count) for w, c, s in zip(wape, held, miss, strict=True)
    ]
