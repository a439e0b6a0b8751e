"""The plan of sites as a fact: what each candidate would bring, and which store pays closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import MoneyRange, Site, SiteFigures, SitePlan, StoreClosing

from ..forecast.daykinds import Floats
from .city import City, read_city
from .huff import Fitted, fit, flags, quantiles
from .trade import YEAR, Trade, read_trade

_MOST = 10**13
"""Minor units beyond which an amount is no shop's."""

_METHOD = (
    "Huff shares of {people:,.0f} people in {districts} districts over {own} own stores and "
    "{rivals} rivals; exponents of size and distance weighed over a grid by {fitted} stores' "
    "takings of {days} days and what is usual elsewhere; margin from purchases and fees."
)


def plan_sites(ctx: Context) -> SitePlan:
    """Return what the candidates would bring; without enough to go on, why nothing can be said."""
    city = read_city(ctx.books)
    if isinstance(city, str):
        return _silent(ctx, city)
    trade = read_trade(ctx.books)
    if isinstance(trade, str):
        return _silent(ctx, trade)
    least: int = ctx.params.at("cash_brain.site_least_stores", ctx.today)
    rows = [row for row, one in enumerate(city.own) if one.store in trade.settled]
    if len(rows) < least:
        return _silent(
            ctx, f"{len(rows)} own stores with place and takings are too few: {least} are needed"
        )
    if trade.margin is None:
        return _silent(ctx, "the books show no purchases: what a sale leaves is not known")
    taken = np.array([trade.year[city.own[row].store] for row in rows])
    fitted = fit(city, np.array(rows, dtype=np.int64), taken)
    if fitted is None:
        return _silent(ctx, "no district is near the stores")
    judge = _Judge(ctx, city, trade, fitted, trade.margin)
    return judge.plan(len(rows))


def _silent(ctx: Context, why: str) -> SitePlan:
    return SitePlan(first=ctx.today, last=ctx.today, note=f"cannot say: {why}")


@dataclass(frozen=True, slots=True)
class _Draws:
    """What a store that opens would do, a value for each draw of the fitted models; fen a year."""

    takings: Floats
    lost: Floats
    profit: Floats
    value: Floats


class _Judge:
    """Weighs opening and closing with the fitted models."""

    def __init__(
        self, ctx: Context, city: City, trade: Trade, fitted: Fitted, margin: float
    ) -> None:
        self._ctx, self._city, self._trade, self._fitted = ctx, city, trade, fitted
        self._margin = margin
        self._life: int = ctx.params.at("cash_brain.site_life_years", ctx.today)
        self._ramp: int = ctx.params.at("cash_brain.site_ramp_days", ctx.today)
        self._sure: int = ctx.params.at("cash_brain.site_least_chance_ppm", ctx.today)
        self._sure_to_close: int = ctx.params.at("cash_brain.site_close_chance_ppm", ctx.today)
        self._own_year = np.array([trade.year.get(one.store, 0.0) for one in city.own])
        area = float(city.area[: len(city.own)].sum())
        self._running = trade.payroll_year / area if area > 0 else 0.0
        """Wages a year and square metre of the own stores."""
        self._own_area = area

    def plan(self, fitted_stores: int) -> SitePlan:
        """Return the fact."""
        city, trade, fitted = self._city, self._trade, self._fitted
        notes = list(city.notes)
        judged: dict[int, _Draws] = {}
        for place, site in enumerate(city.candidates):
            row = len(city.own) + place
            why = self._unknown(site)
            if why:
                notes.append(f"{site.id}: {why}")
            else:
                judged[row] = self._draws(row, ())
        figures = [self._figures(row, draws) for row, draws in judged.items()]
        if not judged:
            notes.append("no candidate to judge")
        if trade.days < YEAR - 1:
            notes.append(f"a year is taken from {trade.days} days: its season is not in it")
        return SitePlan(
            first=trade.first,
            last=self._ctx.today,
            sites=tuple(sorted(figures, key=lambda one: one.site)),
            shortlist=self._shortlist(judged),
            closings=tuple(self._closings()),
            size_exponent_ppm=round(fitted.size * PPM),
            distance_exponent_ppm=round(fitted.distance * PPM),
            unexplained_ppm=round(fitted.spread * PPM),
            margin_ppm=round(self._margin * PPM),
            method=_METHOD.format(
                people=city.people.sum(),
                districts=len(city.people),
                own=len(city.own),
                rivals=len(city.rivals),
                fitted=fitted_stores,
                days=trade.days,
            ),
            note="; ".join(notes),
            evidence=(
                *(one.ref for one in (*city.own, *city.candidates)),
                *trade.evidence,
            ),
        )

    def _unknown(self, site: Site) -> str:
        if not site.rent_month:
            return "its rent is not known"
        if site.running_month is None and self._running <= 0:
            return "neither its running costs nor the own stores' wages are known"
        return ""

    def _draws(self, row: int, before: Sequence[int]) -> _Draws:
        """Return what the candidate in `row` brings where those in `before` are open too.

        What it takes from those counts as lost like what it takes from own stores.
        """
        fitted, city = self._fitted, self._city
        own = len(city.own)
        news: list[float] = []
        lost: list[float] = []
        for shape in fitted.shapes:
            was = shape.drawn(city.people, flags(city, *before))
            now = shape.drawn(city.people, flags(city, *before, row))
            gone = 1 - np.divide(now, was, out=np.ones_like(was), where=was > 0)
            worth = self._own_year / np.maximum(was[:own], 1e-300)
            # A person drawn is worth what an own store's is, on average over the own stores.
            others = float(sum(was[other] * gone[other] for other in before))
            mean = float(np.exp(np.log(worth[worth > 0]).mean())) if (worth > 0).any() else 0.0
            news.append(float(now[row]))
            lost.append(float((self._own_year * gone[:own]).sum()) + others * mean)
        of = fitted.of
        takings = np.exp(fitted.worth + fitted.luck) * np.array(news)[of]
        less = np.array(lost)[of]
        profit = self._margin * (takings - less) - self._costs(row)
        ramp = takings * self._margin * self._ramp / (2 * YEAR)
        value = profit * self._life - self._site(row).fitout - ramp
        return _Draws(takings, less, profit, value)

    def _costs(self, row: int) -> float:
        site = self._site(row)
        running = (
            self._running * float(self._city.area[row])
            if site.running_month is None
            else site.running_month * 12.0
        )
        return site.rent_month * 12.0 + running

    def _site(self, row: int) -> Site:
        return self._city.candidates[row - len(self._city.own)]

    def _figures(self, row: int, draws: _Draws) -> SiteFigures:
        site, weights = self._site(row), self._fitted.weights
        profit = quantiles(draws.profit, weights)
        ramp = quantiles(draws.takings, weights)[1] * self._margin * self._ramp / (2 * YEAR)
        cost = site.fitout + ramp
        lost = quantiles(draws.lost, weights)[1]
        even = 0.0
        if self._margin > 0:
            even = (self._costs(row) + site.fitout / self._life) / self._margin + lost
        late, middle, early = (_months(cost, amount) for amount in profit)
        return SiteFigures(
            site=site.id,
            takings_year=_range(draws.takings, weights),
            lost_year=_range(draws.lost, weights),
            profit_year=_range(draws.profit, weights),
            upfront=site.fitout + site.deposit,
            payback_months=middle,
            payback_early=early,
            payback_late=late,
            break_even_day=_bounded(even / YEAR),
            value=_range(draws.value, weights),
            gain_ppm=_chance(draws.value, weights),
        )

    def _shortlist(self, judged: dict[int, _Draws]) -> tuple[str, ...]:
        """Return the candidates that pay, best first, each with those before it open."""
        weights, chosen = self._fitted.weights, list[int]()
        left: dict[int, _Draws] = dict(judged)
        while left:
            best = max(left, key=lambda row: (quantiles(left[row].value, weights)[1], -row))
            draws = left.pop(best)
            if quantiles(draws.value, weights)[1] <= 0:
                break
            if _chance(draws.value, weights) < self._sure:
                continue
            chosen.append(best)
            left = {row: self._draws(row, chosen) for row in left}
        return tuple(self._site(row).id for row in chosen)

    def _closings(self) -> list[StoreClosing]:
        """Return the stores that pay more closed, best first; one at least stays open."""
        city, closed, found = self._city, list[int](), list[StoreClosing]()
        rows = {row: one for row, one in enumerate(city.own) if one.store in self._trade.settled}
        if not self._trade.payroll_year:
            return []
        while len(closed) + 1 < len(city.own):
            judged = {row: self._closing(row, closed) for row in rows if row not in closed}
            best = max(judged, key=lambda row: (judged[row].gain_year.p50, -row), default=None)
            if best is None or judged[best].gain_year.p50 <= 0:
                break
            if judged[best].gain_ppm < self._sure_to_close:
                break
            found.append(judged[best])
            closed.append(best)
        return found

    def _closing(self, row: int, closed: Sequence[int]) -> StoreClosing:
        """Return what closing one brings where those in `closed` are closed too."""
        year, weights = self._own_year, self._fitted.weights
        costs, kept = self._saved(row, self._city.own[row]), list[float]()
        took = list[float]()
        for shape in self._fitted.shapes:
            first, was, now = (
                shape.drawn(self._city.people, flags(self._city, without=gone))[: year.size]
                for gone in ((), closed, (*closed, row))
            )
            worth = np.divide(year, first, out=np.zeros_like(first), where=first > 0)
            others = np.arange(year.size) != row
            took.append(float(was[row] * worth[row]))
            kept.append(float(((now - was) * worth)[others & (now > 0)].sum()))
        takings, stays = (np.array(part)[self._fitted.of] for part in (took, kept))
        gain = costs - self._margin * (takings - stays)
        return StoreClosing(
            store=self._city.own[row].store,
            takings_year=_bounded(float(year[row])),
            kept_year=_range(stays, weights),
            costs_year=_bounded(costs),
            gain_year=_range(gain, weights),
            gain_ppm=_chance(gain, weights),
        )

    def _saved(self, row: int, one: Site) -> float:
        """Return rent and wages a year that end with a store, by area where it says none."""
        part = float(self._city.area[row]) / self._own_area
        rent = one.rent_month * 12.0 or self._trade.rent_year * part
        if one.running_month is not None:
            return rent + one.running_month * 12.0
        return rent + self._trade.payroll_year * part


def _months(cost: float, profit_year: int) -> int | None:
    """Return months until a profit has paid a cost; none beyond a hundred years."""
    if profit_year <= 0 or cost > profit_year * 100.0:
        return None
    return ceil(cost * 12 / profit_year)


def _chance(values: Floats, weights: Floats) -> int:
    return min(max(round(float(weights[values > 0].sum()) * PPM), 0), PPM)


def _range(values: Floats, weights: Floats) -> MoneyRange:
    low, middle, high = quantiles(np.clip(values, -_MOST, _MOST), weights)
    return MoneyRange(p10=low, p50=middle, p90=high)


def _bounded(value: float) -> int:
    return round(min(max(value, 0.0), _MOST))
