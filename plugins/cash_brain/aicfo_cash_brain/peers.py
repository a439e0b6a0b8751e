"""The merchant against its trade: own sales and an index of peers over the same months."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import exp, log, sqrt
from statistics import NormalDist, median

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import Merchant, MoneyRange, PeerIndex, PeerMonth, SalesForecast, TradeWatch

from .history import sales_history
from .sites.trade import margin_of

_QUARTER = 3.0
_LEAD = 1.5
"""Months from now to the middle of the next quarter."""

_BASE = 100_000
_MOST = 10**13
_Z80 = NormalDist().inv_cdf(0.9)

_METHOD = (
    "Own sales a month against the index of the same months, January and February as one, so that "
    "a festival that moves between them is no gain; trend by Theil and Sen, interval by Sen."
)


@dataclass(frozen=True, slots=True)
class _Period:
    first: date
    months: int
    own: float
    peers: float

    @property
    def middle(self) -> float:
        """Months since year 0 to its middle."""
        return self.first.year * 12 + self.first.month + self.months / 2

    @property
    def gap(self) -> float:
        """Log of own sales over the index."""
        return log(self.own / self.peers)


def watch(ctx: Context, sales: SalesForecast) -> TradeWatch:
    """Return how the merchant did against its peers; why not, where nothing can be said."""
    rows = list(ctx.books.records(PeerIndex).values())
    if not rows:
        return TradeWatch(note="cannot say: the books hold no index of peers (行业指数)")
    own = _own_months(ctx)
    series = defaultdict[tuple[str, str, str], dict[date, PeerIndex]](dict)
    notes: list[str] = []
    for row in rows:
        key, month = (str(row.trade), str(row.district), str(row.source)), row.month.replace(day=1)
        known = series[key].get(month)
        # Of two figures for a month the later word counts, then the id: never the order of a file.
        if known is None or (known.published, known.id) < (row.published, row.id):
            series[key][month] = row
    key = max(series, key=lambda one: (_like(ctx, one), len(series[one].keys() & own.keys()), one))
    if len(series) > 1:
        notes.append(f"{len(series) - 1} other indices are in the books")
    trade, district, source = key
    chosen = series[key]
    periods = _periods(own, chosen)
    said = TradeWatch(
        trade=trade,
        district=district,
        source=source,
        periods=_shown(periods),
        evidence=tuple(chosen[month].ref for month in sorted(chosen.keys() & own.keys())),
    )
    least: int = ctx.params.at("cash_brain.trade_least_periods", ctx.today)
    if len(periods) < least:
        why = f"cannot say: {len(periods)} months with both own sales and the index, {least} needed"
        return said.model_copy(update={"note": "; ".join([why, *notes])})
    low, middle, high = trend([(one.middle, one.gap) for one in periods])
    margin = margin_of(ctx.books)
    if margin is None:
        notes.append("the books show no purchases: what of it is cash is not known")
    expected = max(sales.sum_p50, 0) * 91 // max(len(sales.p50), 1)
    takings = [expected * (exp(_bounded(slope) * _LEAD) - 1) for slope in (low, middle, high)]
    return said.model_copy(
        update={
            "trend_ppm": _quarter(middle),
            "trend_p10": _quarter(low),
            "trend_p90": _quarter(high),
            "expected": expected,
            "takings": _range(takings),
            "cash": None if margin is None else _range([margin * amount for amount in takings]),
            "method": _METHOD,
            "note": "; ".join(notes),
        }
    )


def trend(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return P10, P50 and P90 of the slope through points of distinct places.

    The median of all pairs' slopes (Theil 1950, Sen 1968); the interval is that of Kendall's rank
    statistic, which asks nothing of the distribution and shrugs off a month gone wrong.
    """
    slopes = sorted((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2))
    count, pairs = len(points), len(slopes)
    wide = _Z80 * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    first = max(int((pairs - wide) / 2), 0)
    last = min(int((pairs + wide) / 2) + 1, pairs - 1)
    return slopes[first], median(slopes), slopes[last]


def _own_months(ctx: Context) -> dict[date, float]:
    """Return own sales of each whole month that has any; a month in part says nothing."""
    past = sales_history(ctx.books)
    total = past.total
    sums: dict[date, float] = defaultdict(float)
    days: dict[date, int] = defaultdict(int)
    for step, amount in enumerate(total.tolist()):
        day = date.fromordinal(past.first.toordinal() + step)
        month = day.replace(day=1)
        sums[month] += amount
        days[month] += 1
    return {
        month: sums[month]
        for month, count in days.items()
        if count == monthrange(month.year, month.month)[1] and sums[month] > 0
    }


def _periods(own: dict[date, float], peers: dict[date, PeerIndex]) -> list[_Period]:
    """Return the months that both have; January and February are one or, if one lacks, none."""
    out: list[_Period] = []
    for month in sorted(own.keys() & peers.keys()):
        if month.month > 2:
            out.append(_Period(month, 1, own[month], peers[month].index_milli))
            continue
        pair = (month.replace(month=1), month.replace(month=2))
        if month.month == 2 or not all(one in own and one in peers for one in pair):
            continue
        own_month = sum(own[one] for one in pair) / 2
        index = sum(peers[one].index_milli for one in pair) / 2
        out.append(_Period(month, 2, own_month, index))
    return out


def _shown(periods: list[_Period]) -> tuple[PeerMonth, ...]:
    if not periods:
        return ()
    begin = periods[0]
    return tuple(
        PeerMonth(
            first=one.first,
            months=one.months,
            own_milli=min(round(one.own / begin.own * _BASE), _MOST),
            peers_milli=min(round(one.peers / begin.peers * _BASE), _MOST),
            gap_ppm=min(round((one.own / begin.own / (one.peers / begin.peers) - 1) * PPM), _MOST),
        )
        for one in periods
    )


def _like(ctx: Context, key: tuple[str, str, str]) -> tuple[bool, bool]:
    """Return whether an index is of the merchant's own trade, and of its region."""
    for who in ctx.books.records(Merchant).values():
        return (bool(who.industry) and who.industry == key[0], who.region == key[1] != "")
    return (False, False)


def _bounded(slope: float) -> float:
    """Return a monthly slope within what a quarter may be moved by: half or double."""
    most = log(2) / _LEAD
    return min(max(slope, -most), most)


def _quarter(slope: float) -> int:
    return round((exp(_bounded(slope) * _QUARTER) - 1) * PPM)


def _range(amounts: list[float]) -> MoneyRange:
    low, middle, high = (round(min(max(amount, -_MOST), _MOST)) for amount in amounts)
    return MoneyRange(p10=low, p50=middle, p90=high)
