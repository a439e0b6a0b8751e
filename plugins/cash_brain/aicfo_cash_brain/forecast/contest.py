"""The forecast of one series by the method that did best on its own past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .backtest import SPAN, Score, Scored, forecast_scored, origins
from .daykinds import Days, Floats
from .profile import Bands
from .rivals import Rival, boosted, ces, theta, tsb

Effort = Literal["fast", "thorough"]

PROFILE, NAIVE = "weekday profile × level", "seasonal naive"
# A rival must be better by a fifth on days and sums together: four origins are little proof, and
# on real shops a smaller lead on the past made the forecast worse (benchmarks/forecast.py).
_MARGIN = 0.8
_SPORADIC = 0.5


@dataclass(frozen=True, slots=True)
class Chosen:
    """Bands of the winner; `scores` by method name, the winner first, seasonal naive in it."""

    method: str
    bands: Bands
    scores: dict[str, Score]


def contest(history: Floats, past: Days, ahead: Days, effort: Effort = "fast") -> Chosen:
    """Return the winner's bands for one series; `history` is (T,), the last day the latest.

    "fast" is the profile method alone, in a few milliseconds: a choice by the past of one series,
    even by a wide margin, made forecasts of real series worse. "thorough" lets it meet complex
    exponential smoothing, theta, gradient boosting and, for sporadic sales, TSB, in seconds. A
    rival's bands are the profile's, moved to its median.
    """
    return contests(history[None, :], past, ahead, effort)[0]


def contests(histories: Floats, past: Days, ahead: Days, effort: Effort = "fast") -> list[Chosen]:
    """Return the winner's bands for each of n series over the same days; `histories` is (n, T).

    A series may begin after the first day: NaN stands before, and `backtest.ENOUGH` days follow.
    Each is what `contest` gives for its own days alone, to the last bit.
    """
    scored = forecast_scored(histories, past, ahead)
    begins = np.isnan(histories).sum(1).tolist()
    return [
        _chosen(history[start:], past.part(start, len(past)), ahead, effort, scored, row)
        for row, (history, start) in enumerate(zip(histories, begins, strict=True))
    ]


def _chosen(
    history: Floats,
    past: Days,
    ahead: Days,
    effort: Effort,
    scored: Scored,
    row: int,
) -> Chosen:
    bands = Bands(scored.bands.days[row : row + 1], scored.bands.sums[row : row + 1])
    own, naive = scored.own[row], scored.naive[row]
    count = origins(history[None, :])
    if not count:
        return Chosen(PROFILE, bands, {})
    rivals: dict[str, Rival] = {}
    if effort == "thorough":
        rivals = {"AutoCES": ces, "theta": theta, "gradient boosting": boosted}
        if np.mean(history == 0) > _SPORADIC:
            rivals["TSB"] = tsb
    best, best_loss, scores = PROFILE, _loss(own) * _MARGIN, {PROFILE: own, NAIVE: naive}
    for name, rival in rivals.items():
        scores[name] = _score(rival, history, past, count)
        if _loss(scores[name]) < best_loss:
            best, best_loss = name, _loss(scores[name])
    if best != PROFILE:
        middle = rivals[best](history, past, ahead)
        half = bands.days[0, :, 8] - bands.days[0, :, 0]
        bands = _moved(bands, middle, floor=bool((history >= 0).all()))
        scores[best] = _with_coverage(scores[best], rivals[best], history, past, count, half)
    ordered = {best: scores.pop(best), NAIVE: scores.pop(NAIVE)}
    return Chosen(best, bands, ordered | scores)


def _loss(score: Score) -> float:
    return score.wape + score.sum_error


def _windows(history: Floats, past: Days, count: int) -> list[tuple[Floats, Days, Days, Floats]]:
    """What was known at each past origin, and what came after it."""
    out: list[tuple[Floats, Days, Days, Floats]] = []
    for step in range(1, count + 1):
        end = len(history) - SPAN * step
        days = past.part(0, end), past.part(end, end + SPAN)
        out.append((history[:end], *days, history[end : end + SPAN]))
    return out


def _score(rival: Rival, history: Floats, past: Days, count: int) -> Score:
    missed = summed = sold = 0.0
    for known, before, after, truth in _windows(history, past, count):
        guess = rival(known, before, after)
        missed += float(np.abs(truth - guess).sum())
        summed += abs(float(truth.sum() - guess.sum()))
        sold += float(np.abs(truth).sum())
    sold = max(sold, 1e-9)
    return Score(missed / sold, 0.0, summed / sold, count)


def _with_coverage(
    score: Score, rival: Rival, history: Floats, past: Days, count: int, half: Floats
) -> Score:
    """Add how often a band of today's width around the rival's median held on the past."""
    width = float(np.median(half[:SPAN])) / 2
    held = [
        float((np.abs(truth - rival(known, before, after)) <= width).mean())
        for known, before, after, truth in _windows(history, past, count)
    ]
    return Score(score.wape, float(np.mean(held)), score.sum_error, score.origins)


def _moved(bands: Bands, middle: Floats, *, floor: bool) -> Bands:
    shift = middle - bands.days[0, :, 4]
    days = bands.days + shift[None, :, None]
    sums = bands.sums + float(shift.sum())
    if floor:
        days, sums = np.maximum(days, 0.0), np.maximum(sums, 0.0)
    return Bands(days, sums)
