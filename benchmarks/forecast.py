"""Measures the sales forecast on real shops against seasonal naive and library methods.

    AICFO_DATA=/path/to/data python -m benchmarks.forecast [--series 200] [--peers]

Reads koubei/, sme_invoices/ and online_retail/ below $AICFO_DATA; four rolling origins, 28 days.
WAPE, wQL (mean pinball loss at nine deciles × 2 / mean) and the error of the 28-day sum are
pooled over all series; coverage is the share of days inside P10–P90.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from aicfo_cash_brain.forecast.backtest import forecast_scored
from aicfo_cash_brain.forecast.contest import contest
from aicfo_cash_brain.forecast.daykinds import Days, Floats, trading_days
from aicfo_cash_brain.forecast.profile import DECILES, Bands, forecast_bands

from aicfo_sdk import calendar

Series = dict[str, tuple[date, Floats]]
Method = Callable[[Floats, Days, Days], Bands]
ORIGINS, SPAN = 4, 28


def koubei(folder: Path) -> Series:
    """Return payments per day of each shop; a missing day is a day without payments."""
    days: dict[str, dict[date, float]] = defaultdict(dict)
    with gzip.open(folder / "koubei" / "daily_payments.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            days[row["shop_id"]][date.fromisoformat(row["time_stamp"])] = float(row["count"])
    return {shop: _dense(values, date(2016, 10, 31)) for shop, values in days.items()}


def sme_invoices(folder: Path) -> Series:
    """Return valid sales invoices per day of each firm, red ones subtracted."""
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for name in ("labelled", "unlabelled"):
        with gzip.open(folder / "sme_invoices" / f"{name}_sales.csv.gz", "rt") as file:
            for row in csv.DictReader(file):
                if row["status"].startswith("有效"):
                    days[row["firm"]][date.fromisoformat(row["date"])] += float(row["total"])
    return {firm: _dense(values, max(values)) for firm, values in days.items()}


def online_retail(folder: Path) -> Series:
    """Return the wholesaler's net invoice lines per day."""
    days: dict[date, float] = defaultdict(float)
    with gzip.open(folder / "online_retail" / "2009_2010.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["InvoiceDate"][:10])
            days[day] += int(row["Quantity"]) * float(row["Price"])
    return {"wholesaler": _dense(days, max(days))}


def _dense(values: dict[date, float], last: date) -> tuple[date, Floats]:
    first = min(values)
    out = np.zeros((last - first).days + 1)
    for day, value in values.items():
        if day <= last:
            out[(day - first).days] = value
    return first, out


def profile(history: Floats, past: Days, ahead: Days) -> Bands:
    """The plugin's own method, calibrated on each series' past."""
    return forecast_scored(history, past, ahead).bands


def contested(history: Floats, past: Days, ahead: Days) -> Bands:
    """What the tool gives by default: the profile unless a drifting naive did better."""
    return contest(history[0], past, ahead).bands


def raw_profile(history: Floats, past: Days, ahead: Days) -> Bands:
    """The same without the calibration pass: what a large batch would run."""
    return forecast_bands(history, [past], [ahead])


def seasonal_naive(history: Floats, past: Days, ahead: Days) -> Bands:
    """Last week again; bands from the past errors of just that."""
    last = np.tile(history[:, -7:], (1, SPAN // 7))
    errors = np.concatenate(
        [
            history[:, lag:] - history[:, :-lag]
            for lag in range(7, SPAN + 1, 7)
            if lag < history.shape[1]
        ],
        1,
    )
    spread = np.nanquantile(errors, DECILES, axis=1).T
    spread -= spread[:, 4:5]
    weeks = np.add.reduceat(history, range(history.shape[1] % 7, history.shape[1] - 6, 7), axis=1)
    steps = np.nanquantile(weeks[:, 4:] - weeks[:, :-4], DECILES, axis=1).T * (SPAN / 7)
    return Bands(
        last[:, :, None] + spread[:, None, :], last.sum(1)[:, None] + steps - steps[:, 4:5]
    )


def library(name: str) -> Method:
    """A statsforecast model with its own normal intervals."""

    def run(history: Floats, past: Days, ahead: Days) -> Bands:
        from statsforecast import models

        model = getattr(models, name)(season_length=7)
        levels = [20, 40, 60, 80]
        out = model.forecast(y=history[0], h=SPAN, level=levels)
        columns = [out[f"lo-{level}"] for level in reversed(levels)]
        columns += [out["mean"], *(out[f"hi-{level}"] for level in levels)]
        days = np.maximum(np.stack(columns, 1), 0)[None]
        return Bands(days, days.sum(1))

    return run


def measure(series: Series, method: Method, country: str) -> dict[str, float]:
    """Return the pooled figures of one method."""
    total: dict[str, float] = defaultdict(float)
    days_of = calendar(country)
    for first, sales in series.values():
        for origin in range(1, ORIGINS + 1):
            end = len(sales) - SPAN * origin
            start = max(end - 420, 0)
            past = trading_days(days_of, first + timedelta(days=start), end - start)
            ahead = trading_days(days_of, first + timedelta(days=end), SPAN)
            truth = sales[end : end + SPAN]
            began = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                bands = method(sales[None, start:end], past, ahead)
            total["ms"] += (time.process_time() - began) * 1e3
            day, whole = bands.days[0], bands.sums[0]
            scale = sales[start:end].mean()
            if scale <= 0:
                continue
            # Each series counts alike, whatever its size.
            truth, day, whole = truth / scale, day / scale, whole / scale
            total["sold"] += abs(truth).sum()
            total["wape"] += abs(truth - day[:, 4]).sum()
            miss = truth[:, None] - day
            total["wql"] += 2 * np.maximum(DECILES * miss, (DECILES - 1) * miss).mean(1).sum()
            total["sum"] += abs(truth.sum() - whole[4])
            total["days"] += SPAN
            total["coverage"] += ((truth >= day[:, 0]) & (truth <= day[:, 8])).sum()
            total["windows"] += 1
            total["sum_coverage"] += whole[0] <= truth.sum() <= whole[8]
    return {
        "wape": total["wape"] / total["sold"],
        "wql": total["wql"] / total["sold"],
        "sum": total["sum"] / total["sold"],
        "coverage": total["coverage"] / total["days"],
        "sum_coverage": total["sum_coverage"] / total["windows"],
        "ms": total["ms"] / total["windows"],
    }


def main() -> int:
    """Print one table per source."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=200, help="at most so many series a source")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true", help="also AutoCES and Theta (slow)")
    given = parser.parse_args()
    where = os.environ.get("AICFO_DATA")
    if not where or not Path(where).is_dir():
        print("SKIPPED benchmarks.forecast: AICFO_DATA names no folder of data", file=sys.stderr)
        return 0
    methods: dict[str, Method] = {
        "seasonal naive": seasonal_naive,
        "profile": profile,
        "profile, not calibrated": raw_profile,
        "tool (fast contest)": contested,
    }
    if given.peers:
        methods |= {"AutoCES": library("AutoCES"), "Theta": library("DynamicOptimizedTheta")}
    for load, country in ((koubei, "CN"), (sme_invoices, "CN"), (online_retail, "GB")):
        series = {
            name: (first, sales)
            for name, (first, sales) in load(Path(where)).items()
            if len(sales) >= SPAN * ORIGINS + 84 and sales[: -SPAN * ORIGINS].mean() > 0
        }
        names = sorted(series)
        chosen = np.random.default_rng(given.seed).permutation(len(names))[: given.series]
        series = {names[i]: series[names[i]] for i in chosen}
        print(f"\n{load.__name__}: {len(series)} series, {ORIGINS} origins, {SPAN} days")
        print(f"{'method':26}{'WAPE':>8}{'wQL':>8}{'sum':>8}{'P10-90':>8}{'sum':>8}{'ms':>8}")
        for name, method in methods.items():
            row = measure(series, method, country)
            print(f"{name:26}" + "".join(f"{value:8.3f}" for value in row.values()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
