"""How the next money for advertising should be split: equal marginal return, in profit (推广预算).

What a channel adds to sales is worth the margin on it. Every step of spending goes where it brings
most, as long as it brings more than itself and the bad case of cash can spare it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import CashForecast, ChannelResponse, Invoice, MarketingPlan, Transaction

from ..columns import among, bought
from ..forecast.daykinds import Floats
from ..history import sales_history
from .response import WEEK, Responses, respond
from .spending import Spending, spendings

_LEAST_WEEKS = 20
_MARGIN_DAYS = 182
_STEP = 0.0005
"""Step of a budget, share of sales."""

_SWING = 0.3
_WIDE = 1.5
"""An interval of an effect this many times its middle is worth an experiment."""

_METHOD = (
    "Adstock and Hill curve per channel; heights and shapes weighted by what they explain of "
    "weekly log sales around a wandering level; steps of spending by marginal profit"
)


def marketing(ctx: Context, forecast: CashForecast) -> MarketingPlan:
    """Return what each channel brings and should get; books without advertising say nothing."""
    none = MarketingPlan(
        channels=(), sales_day=0, margin_ppm=0, gain_day=0, gain_low=0, gain_high=0
    )
    history = sales_history(ctx.books)
    sales = history.total
    weeks = sales.size // WEEK
    found, aside = spendings(ctx.books, weeks * WEEK) if weeks else ([], 0)
    note = f"{aside} lines of advertising that name no channel set aside" if aside else ""
    if not found:
        said = "no statement line names an advertising channel: what one would bring is not known"
        return none.model_copy(update={"cannot_say": (said,), "note": note})
    if weeks < _LEAST_WEEKS or float(np.median(sales[-_MARGIN_DAYS:])) < 1:
        said = f"{weeks} weeks of sales, {_LEAST_WEEKS} are needed"
        return none.model_copy(update={"cannot_say": (said,), "note": note})
    margin = _margin(ctx, sales)
    if margin is None:
        said = "no purchases in the books: what extra sales leave is not known"
        return none.model_copy(update={"cannot_say": (said,), "note": note})
    days = weeks * WEEK
    answers = respond(
        sales[-days:],
        np.array([one.days for one in found]),
        # The same draws every day: a plan does not change by chance.
        np.random.default_rng(0),
        top=int(ctx.params.at("cash_brain.ads_top_ppm", ctx.today)) / PPM,
        none=int(ctx.params.at("cash_brain.ads_none_ppm", ctx.today)) / PPM,
    )
    return _plan(ctx, forecast, found, sales, margin, answers).model_copy(update={"note": note})


def _margin(ctx: Context, sales: Floats) -> float | None:
    """Return what is left of takings after goods and the platforms' fees; None if nobody knows."""
    books, since = ctx.books, ctx.today.toordinal() - _MARGIN_DAYS
    sold = float(sales[-_MARGIN_DAYS:].sum())
    issued, total = books.columns(Invoice, "issued", "total")
    billed = bought(books)
    goods = float(total[billed & (issued > since)].sum())
    codes, names = books.labels(Invoice, "counterparty")
    coded: list[int] = np.unique(codes[billed]).tolist()
    suppliers = [names[code] for code in coded]
    day, amount = books.columns(Transaction, "day", "amount")
    recent = day > since
    bills = among(books, Transaction, "kind", "purchase") & recent
    if suppliers:
        # Of other payments nobody knows whether they grow with sales: services do not.
        bills &= among(books, Transaction, "counterparty", *suppliers)
    paid = -float(amount[bills].sum())
    ids, fees = list(books.records(Transaction)), 0
    for row in np.flatnonzero(among(books, Transaction, "kind", "fee") & recent).tolist():
        line = books.get(Transaction, ids[row])
        fees += 0 if line.text.startswith("推广费") else -line.amount
    # What is invoiced may not be paid yet, and what is paid at once is never invoiced.
    cost = max(goods, paid)
    if sold <= 0 or cost <= 0:
        return None
    return min(max(1 - (cost + max(fees, 0)) / sold, 0.0), 1.0)


def _plan(
    ctx: Context,
    forecast: CashForecast,
    found: list[Spending],
    sales: Floats,
    margin: float,
    answers: Responses,
) -> MarketingPlan:
    day = float(np.median(sales[-_MARGIN_DAYS:]))
    now = np.array([one.now for one in found]) / day
    most = int(ctx.params.at("cash_brain.ads_most_ppm", ctx.today)) / PPM
    days = int(ctx.params.at("cash_brain.ads_days", ctx.today))
    limit = min(most, float(now.sum()) + _spare(forecast, days) / days / day)
    grid = _grid(most)
    curves = np.array([answers.expected(place, grid) for place in range(len(found))])
    wanted = _split(curves * margin, grid, limit)
    gain = np.zeros(answers.weight.size)
    for place in range(len(found)):
        more = answers.effect(place, wanted[place]) - answers.effect(place, float(now[place]))
        gain += margin * more - (wanted[place] - float(now[place]))
    expected = float(answers.weight @ gain)
    low, high = answers.quantiles(gain, 0.1, 0.9)
    return MarketingPlan(
        channels=tuple(
            _channel(one, answers, place, wanted[place], day, margin, days)
            for place, one in enumerate(found)
        ),
        sales_day=round(day),
        margin_ppm=round(margin * PPM),
        gain_day=round(expected * day),
        gain_low=round(low * day),
        gain_high=round(high * day),
        method=f"{_METHOD}; {answers.weeks} weeks",
        evidence=tuple(f"Transaction:{ref}" for one in found for ref in one.ids),
    )


def _spare(forecast: CashForecast, days: int) -> int:
    ahead = forecast.p10[:days]
    return max(min(forecast.opening, *ahead) - forecast.buffer, 0) if len(ahead) == days else 0


@lru_cache(maxsize=4)
def _grid(most: float) -> Floats:
    grid = np.arange(0.0, most + _STEP / 2, _STEP)
    grid.flags.writeable = False
    return grid


def _split(profit: Floats, grid: Floats, limit: float) -> list[float]:
    """Return the spend of each channel that equalises marginal profit, shares of sales.

    Along the concave hull of each curve, so that a channel with a threshold is left out or passed.
    """
    steps = list[tuple[float, int, int, int]]()
    for place, curve in enumerate(profit):
        at = 0
        while at < grid.size - 1:
            slopes = (curve[at + 1 :] - curve[at]) / (grid[at + 1 :] - grid[at])
            best = int(np.argmax(slopes))
            if slopes[best] <= 1.0:
                break
            steps.append((-float(slopes[best]), place, at, at + 1 + best))
            at += 1 + best
    wanted, left = [0] * len(profit), limit
    for _, place, first, last in sorted(steps):
        cost = float(grid[last] - grid[first])
        if first == wanted[place] and cost <= left + 1e-12:
            wanted[place] = last
            left -= cost
    return [float(grid[step]) for step in wanted]


def _channel(
    one: Spending,
    answers: Responses,
    place: int,
    wanted: float,
    day: float,
    margin: float,
    days: int,
) -> ChannelResponse:
    at = wanted or one.now / day or 0.005
    effect = answers.effect(place, at)
    low, high = answers.quantiles(effect, 0.1, 0.9)
    middle = float(answers.weight @ effect)
    before, after = answers.expected(place, np.array([at, at + _STEP])).tolist()
    keep, half = answers.shape_of(place)
    week = one.days[-(one.days.size // WEEK * WEEK) :].reshape(-1, WEEK).sum(axis=1)
    on = int((week > 0).sum())
    trial = round(at * day * (1 - _SWING if wanted else 1))
    wide = high - low > _WIDE * middle
    return ChannelResponse(
        channel=one.channel,
        spend_day=one.now,
        weeks_on=on,
        weeks_off=int(week.size) - on,
        at_day=round(at * day),
        effect_ppm=round(middle * PPM),
        effect_low_ppm=round(low * PPM),
        effect_high_ppm=round(high * PPM),
        keep_ppm=round(keep * PPM),
        half_day=round(half * day),
        wanted_day=round(wanted * day),
        marginal_ppm=round((after - before) / _STEP * margin * PPM),
        experiment_day=trial if wide else 0,
        experiment_days=days // 2 if wide else 0,
        # Spending less costs at most the sales it would have brought; more, at most the spending.
        experiment_cost=round(
            days // 2 * day * (margin * high * _SWING if wanted else at) if wide else 0
        ),
    )
