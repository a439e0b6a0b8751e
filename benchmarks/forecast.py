"""Forecasts of real daily series beside the peers frozen in `peers.toml`: 28 days, four origins.

    AICFO_DATA=/path/to/data python -m benchmarks forecast

AICFO_FORECAST_SHARE (default 0.2) is the share of each source's series that is forecast,
AICFO_FORECAST_SEED (default 1) draws them, AICFO_FORECAST_THOROUGH=1 adds the slow way. Shops of
koubei are those kept from all choosing of constants. "alike" divides each series by its own
average, "pooled" leaves sizes as they are; ranges are 95 % of a paired bootstrap over series.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from aicfo_cash_brain.forecast.contest import Effort, contest, contests
from aicfo_cash_brain.forecast.daykinds import Floats
from aicfo_cash_brain.forecast.profile import DECILES, Bands

from .forecast_data import ORIGINS, SOURCES, SPAN, Series, Window, folder, held_out
from .forecast_peers import PEERS, Peer

_DRAWS = 2_000
_NAIVE = "seasonal_naive"


def measure() -> dict[str, str]:
    """Return errors and coverage of each method on each source, and ours against the best peer."""
    where = folder()
    if where is None:
        print("forecast: SKIPPED, AICFO_DATA names no folder of data", file=sys.stderr)
        return {}
    share = float(os.environ.get("AICFO_FORECAST_SHARE", "0.2"))
    seed = int(os.environ.get("AICFO_FORECAST_SEED", "1"))
    methods: dict[str, Peer] = {"ours": alone, "ours, in a batch": together}
    if os.environ.get("AICFO_FORECAST_THOROUGH") == "1":
        methods["ours, thorough"] = partial(alone, effort="thorough")
    methods |= PEERS
    figures: dict[str, str] = {}
    for source, load in SOURCES.items():
        series = load(where)
        if source == "koubei":
            series = [shop for shop in series if held_out(shop.name)]
        order = np.random.default_rng(seed).permutation(len(series))
        chosen = [series[i] for i in order[: max(math.ceil(len(series) * share), 1)]]
        figures[f"{source}, series"] = f"{len(chosen)} of {len(series)}"
        results = {name: _result(chosen, method) for name, method in methods.items()}
        for name, result in results.items():
            figures[f"{source}, {name}"] = result.words()
        figures |= {f"{source}, {key}": words for key, words in _against(results).items()}
    return figures


def alone(windows: Sequence[Window], effort: Effort = "fast") -> list[Bands]:
    """Return the plugin's forecast of each series as one merchant's own books give it."""
    return [contest(w.history, w.past, w.ahead, effort).bands for w in windows]


def together(windows: Sequence[Window]) -> list[Bands]:
    """Return the plugin's forecast of series over the same days at once, else alone."""
    longest = max(windows, key=lambda window: len(window.history))
    if any(window.ahead.first != longest.ahead.first for window in windows):
        return alone(windows)
    histories = np.full((len(windows), len(longest.history)), np.nan)
    for row, window in zip(histories, windows, strict=True):
        row[len(row) - len(window.history) :] = window.history
    return [found.bands for found in contests(histories, longest.past, longest.ahead)]


@dataclass(frozen=True, slots=True)
class Result:
    """One method's errors: (2, n) alike and pooled, (n, 4) by week; shares of days and sums held.

    Errors over `sold` are WAPE, wQL and the error of the 28-day sum.
    """

    sold: Floats
    wape: Floats
    wql: Floats
    sums: Floats
    weeks: Floats
    held: float
    held_sums: float
    ms: float

    def words(self) -> str:
        """Return the figures in one line."""
        alike, pooled = (
            " / ".join(f"{e[k].sum() / self.sold[k].sum():.4f}" for e in self._errors())
            for k in (0, 1)
        )
        return (
            f"WAPE / wQL / sum alike {alike}, pooled {pooled}; "
            f"held {self.held:.3f}, sums {self.held_sums:.3f}; {self.ms:.1f} ms"
        )

    def _errors(self) -> tuple[Floats, Floats, Floats]:
        return self.wape, self.wql, self.sums


def _result(series: Sequence[Series], method: Peer) -> Result:
    count = len(series)
    sold, wape, wql, sums = (np.zeros((2, count)) for _ in range(4))
    weeks = np.zeros((count, SPAN // 7))
    held: list[float] = []
    held_sums: list[float] = []
    spent = 0.0
    method([series[0].window(1)])  # loads the libraries
    for origin in range(1, ORIGINS + 1):
        windows = [one.window(origin) for one in series]
        began = time.process_time()
        found = method(windows)
        spent += time.process_time() - began
        for place, (window, bands) in enumerate(zip(windows, found, strict=True)):
            truth, days, total = window.truth, bands.days[0], bands.sums[0]
            units = np.array([1 / max(window.scale(), 1e-9), 1.0])
            miss = truth[:, None] - days
            wide = 2 * np.maximum(DECILES * miss, (DECILES - 1) * miss).mean(1)
            sold[:, place] += np.abs(truth).sum() * units
            wape[:, place] += np.abs(miss[:, 4]).sum() * units
            wql[:, place] += wide.sum() * units
            sums[:, place] += abs(truth.sum() - total[4]) * units
            weeks[place] += np.abs(miss[:, 4]).reshape(-1, 7).sum(1) * units[0]
            held.append(float(((truth >= days[:, 0]) & (truth <= days[:, 8])).mean()))
            held_sums.append(float(total[0] <= truth.sum() <= total[8]))
    return Result(
        sold, wape, wql, sums, weeks,
        held=float(np.mean(held)), held_sums=float(np.mean(held_sums)),
        ms=spent / (ORIGINS * count) * 1e3,
    )  # fmt: skip


def _against(results: dict[str, Result]) -> dict[str, str]:
    """Return our error over the best peer's and over seasonal naive's."""
    ours, naive = results["ours"], results[_NAIVE]
    figures: dict[str, str] = {}
    for k, weighing in enumerate(("alike", "pooled")):
        for name in ("wape", "wql", "sums"):
            mine: Floats = getattr(ours, name)[k]
            peers: dict[str, Floats] = {peer: getattr(results[peer], name)[k] for peer in PEERS}
            best = min(peers, key=lambda peer: float(peers[peer].sum()))
            low, high = _ratio_range(mine, peers[best])
            ratio = mine.sum() / peers[best].sum() - 1
            figures[f"{name} {weighing} against {best}"] = (
                f"{ratio:+.1%} ({low:+.1%} … {high:+.1%})"
            )
    weeks = ours.weeks.sum(0) / naive.weeks.sum(0) - 1
    figures["WAPE by week against seasonal naive"] = " ".join(f"{week:+.1%}" for week in weeks)
    worse = (ours.wape[0] > naive.wape[0]).mean(), (ours.sums[0] > naive.sums[0]).mean()
    figures["series worse than seasonal naive"] = f"{worse[0]:.0%} on days, {worse[1]:.0%} on sums"
    return figures


def _ratio_range(mine: Floats, other: Floats) -> tuple[float, float]:
    """95 % of the ratios of sums, less one, over series drawn anew with replacement."""
    drawn = np.random.default_rng(0).integers(0, len(mine), (_DRAWS, len(mine)))
    low, high = np.percentile(mine[drawn].sum(1) / other[drawn].sum(1) - 1, [2.5, 97.5])
    return float(low), float(high)
