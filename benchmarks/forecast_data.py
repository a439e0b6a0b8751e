"""Real daily series for the forecast's benchmark, read from the folder that AICFO_DATA names."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from aicfo_cash_brain.forecast.daykinds import Days, Floats, trading_days

from aicfo_sdk import calendar

ORIGINS, SPAN, LOOK_BACK = 4, 28, 420

_LEAST = SPAN * ORIGINS + 84
"""Days a series must have: twelve weeks before the first origin."""


@dataclass(frozen=True, slots=True)
class Series:
    """One shop's, firm's or item's sales per day from `first`."""

    name: str
    first: date
    sales: Floats
    country: str

    def window(self, origin: int) -> Window:
        """Return what was known `origin` × 28 days before the end, and the 28 days after."""
        end = len(self.sales) - SPAN * origin
        start = max(end - LOOK_BACK, 0)
        days = trading_days(
            calendar(self.country), self.first + timedelta(days=start), end - start + SPAN
        )
        return Window(
            self.name,
            self.sales[start:end],
            days.part(0, end - start),
            days.part(end - start, end - start + SPAN),
            self.sales[end : end + SPAN],
        )


@dataclass(frozen=True, slots=True)
class Window:
    """A history of at most 420 days, and the 28 days that came after it."""

    name: str
    history: Floats
    past: Days
    ahead: Days
    truth: Floats

    def scale(self) -> float:
        """Average daily sales of the history, so that every series counts alike."""
        return float(np.abs(self.history).mean())


def folder() -> Path | None:
    """Return the folder of data: $AICFO_DATA, else `shared/data` beside the checkout, or None."""
    given = os.environ.get("AICFO_DATA")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    where = Path(given) if given else beside
    return where if where.is_dir() else None


def held_out(shop: str) -> bool:
    """Whether a shop is kept from all choosing of constants: one of two, by its id's hash."""
    return hashlib.sha256(shop.encode()).digest()[0] % 2 == 1


def koubei(where: Path) -> list[Series]:
    """Return payments per day of each shop; a missing day is a day without payments."""
    days: dict[str, dict[date, float]] = defaultdict(dict)
    with gzip.open(where / "koubei" / "daily_payments.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            days[row["shop_id"]][date.fromisoformat(row["time_stamp"])] = float(row["count"])
    return _series(days, "CN", date(2016, 10, 31))


def sme_invoices(where: Path) -> list[Series]:
    """Return valid sales invoices per day of each firm, red ones subtracted, to its last."""
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for name in ("labelled", "unlabelled"):
        with gzip.open(where / "sme_invoices" / f"{name}_sales.csv.gz", "rt") as file:
            for row in csv.DictReader(file):
                if row["status"].startswith("有效"):
                    days[row["firm"]][date.fromisoformat(row["date"])] += float(row["total"])
    return _series(days, "CN")


def supermarket(where: Path) -> list[Series]:
    """Return takings per day of each vegetable that sold on most days of its last 308."""
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    with (where / "supermarket" / "daily_sales.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["销售日期"])
            days[row["单品编码"]][day] += float(row["total_qty"]) * float(row["avg_price"])
    return [item for item in _series(days, "CN") if (item.sales[-308:] != 0).mean() > 0.5]


def online_retail(where: Path) -> list[Series]:
    """Return the wholesaler's net invoice lines per day."""
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    with gzip.open(where / "online_retail" / "2009_2010.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["InvoiceDate"][:10])
            days["wholesaler"][day] += int(row["Quantity"]) * float(row["Price"])
    return _series(days, "GB")


SOURCES = {
    "koubei": koubei,
    "supermarket": supermarket,
    "sme_invoices": sme_invoices,
    "online_retail": online_retail,
}


def _series(
    days: dict[str, dict[date, float]], country: str, last: date | None = None
) -> list[Series]:
    """Return those long enough for all origins, dense from the first day to the last."""
    out: list[Series] = []
    for name, values in sorted(days.items()):
        first, end = min(values), last or max(values)
        sales = np.zeros((end - first).days + 1)
        for day, value in values.items():
            if day <= end:
                sales[(day - first).days] = value
        if len(sales) >= _LEAST and sales[: -SPAN * ORIGINS][-LOOK_BACK:].any():
            out.append(Series(name, first, sales, country))
    return out
