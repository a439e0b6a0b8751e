"""The chance to win at a price, and the price that maximises what is expected from bidding.

Expected profit of a bid = Σ over simulated evaluations that it wins of (price − cost there), less
what funding costs where it wins, less what the bid and its bond cost in any case. Friedman's and
Gates' chances (price alone, rivals independent) stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aicfo_sdk import PPM, ToolFailed, ToolRetry, grouped, round_div, share
from aicfo_sdk.model import (
    BidPoint,
    BidPrice,
    Finding,
    Tender,
    TenderId,
    WinChance,
)

from .lateness import free_money, late_cost, missing, open_lines
from .market import Drawn, Draws, Market, draw, friedman_and_gates, is_away, learned, prior
from .reach import same_currency, the_merchant
from .score.rule import Rule, rule_of
from .score.wins import wins

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import FundingNeed, Merchant

Floats: TypeAlias = NDArray[np.float64]

_COARSE, _FINE = 25, 25
_NEAR, _DEGREE = 0.08, 4
"""How far around the best of the coarse grid the fine one looks, and the degree it is smoothed."""
_LEVELS = 64
"""Values of the unknown levels that the interval of a chance is taken from."""
_LOW, _HIGH = 0.05, 0.95
_YEAR = 365
_LOWEST, _HIGHEST = 0.7, 1.6
"""Prices looked at, as multiples of the cost estimate; never above the ceiling."""


@dataclass(frozen=True, slots=True)
class Case:
    """One tender as it is priced: its rule, what is known of rivals, what it would cost."""

    tender: Tender
    rule: Rule
    market: Market
    away: bool
    small: bool
    estimate: int
    cost: int
    seed: int
    draws: int
    notes: tuple[str, ...]

    def drawn(self, draws: Draws | None = None) -> Drawn:
        """Return simulated evaluations."""
        return draw(
            self.market,
            self.rule,
            draws or _draws(self.draws, self.market.prior.most, self.seed),
            cost=self.cost,
            estimate=self.estimate,
            away=self.away,
            small=self.small,
        )

    def interval(self, price: int) -> tuple[int, int]:
        """Return the 5 and 95 % quantiles of the chance over the unknown levels, ppm."""
        every = _draws(self.draws, self.market.prior.most, self.seed).with_levels(_LEVELS)
        won = wins(self.drawn(every).field, self.rule, np.array([float(price)]))[0]
        chances = won.reshape(_LEVELS, -1).mean(axis=1)
        low, high = np.quantile(chances, (_LOW, _HIGH))
        return round(float(low) * PPM), round(float(high) * PPM)


@dataclass(frozen=True, slots=True)
class Costs:
    """What bidding costs: in any case (`bid`, `bond`) and once won (`funding`), minor units."""

    bid: int = 0
    bond: int = 0
    funding: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """Prices, lowest first, with what each brings."""

    prices: Floats
    chance: Floats
    friedman: Floats
    gates: Floats
    profit: Floats


def win_chance(ctx: Context, tender: str, price: int | None) -> WinChance:
    """Return the chance at a price; see the tool `win_chance`."""
    case = price_case(ctx, tender)
    bid = price if price is not None else usual_price(case)
    if bid <= 0:
        raise ToolRetry(
            "price out of range", value=bid, where=case.tender.ref, mend="use 1 or more"
        )
    drawn, at = case.drawn(), np.array([float(bid)])
    friedman, gates = friedman_and_gates(drawn, case.market.prior.spread, at)
    low, high = case.interval(bid)
    return WinChance(
        tender=TenderId(tender),
        price=bid,
        chance_ppm=_ppm(wins(drawn.field, case.rule, at)[0].mean()),
        low_ppm=low,
        high_ppm=high,
        friedman_ppm=_ppm(friedman[0]),
        gates_ppm=_ppm(gates[0]),
        rivals_milli=round(float(drawn.field.there.sum(axis=1).mean()) * 1000),
        awards=case.market.awards,
        assumptions=case.notes,
        evidence=(case.tender.ref,),
    )


def bid_price(ctx: Context, tender: str, need: FundingNeed | None) -> BidPrice:
    """Return the best price with its curve; see the tool `bid_price`."""
    case = price_case(ctx, tender)
    notes = list(case.notes)
    costs = _costs(ctx, case, need, notes)
    drawn = case.drawn()
    curve, best = optimum(case, drawn, costs)
    price = int(curve.prices[best])
    won = wins(drawn.field, case.rule, np.array([float(price)]))[0]
    cost = float(drawn.cost[won].mean()) if won.any() else float(drawn.cost.mean())
    low, high = case.interval(price)
    return BidPrice(
        tender=TenderId(tender),
        price=price,
        chance_ppm=_ppm(curve.chance[best]),
        low_ppm=low,
        high_ppm=high,
        profit=round(float(curve.profit[best])),
        profit_if_won=price - round(cost) - costs.funding,
        cost=case.cost,
        cost_if_won=round(cost),
        bid_cost=costs.bid,
        bond_cost=costs.bond,
        funding_cost=costs.funding,
        friedman=_best_of(curve, curve.friedman, case.cost + costs.funding),
        gates=_best_of(curve, curve.gates, case.cost + costs.funding),
        rule=case.rule.said,
        curve=tuple(
            BidPoint(
                price=int(curve.prices[place]),
                chance_ppm=_ppm(curve.chance[place]),
                friedman_ppm=_ppm(curve.friedman[place]),
                gates_ppm=_ppm(curve.gates[place]),
                profit=round(float(curve.profit[place])),
            )
            for place in range(curve.prices.size)
        ),
        warnings=tuple(_warnings(ctx, case, drawn, price)),
        awards=case.market.awards,
        assumptions=tuple(notes),
        evidence=(case.tender.ref, *(need.evidence if need else ())),
    )


def price_case(ctx: Context, tender: str) -> Case:
    """Return all that pricing a tender needs.

    Raises: ToolFailed when it is over or in another currency than the books, ToolRetry when no
    value is known.
    """
    books, today = ctx.books, ctx.today
    notice, merchant = books.get(Tender, tender), the_merchant(books)
    if not same_currency(notice, books.currency):
        raise ToolFailed(
            "the tender is in another currency than the books",
            value=f"{notice.currency}, books in {books.currency}",
            where=notice.ref,
            mend=f"price it in books kept in {notice.currency}",
        )
    if notice.status in ("awarded", "cancelled"):
        raise ToolFailed(
            "there is nothing to bid for: the tender is over",
            value=notice.status,
            where=notice.ref,
            mend="choose a tender that is open",
        )
    estimate = notice.value or notice.ceiling
    if not estimate:
        raise ToolRetry(
            "the notice states neither a value nor a ceiling",
            where=notice.ref,
            mend="record the value in the Tender",
        )
    notes: list[str] = []
    part = notice.cost_share_ppm
    if part is None:
        kind = notice.category or "services"
        part = ctx.params.at(f"tender.{kind}.cost_share_ppm", today)
        notes.append(f"cost {part / 10_000:g} % of the value (assumed)")
    cost = share(estimate, part)
    if cost <= 0:
        raise ToolRetry(
            "the cost estimate is zero", where=notice.ref, mend="correct cost_share_ppm"
        )
    rule = rule_of(notice, ctx.params, today)
    at = prior(ctx.params, today)
    market = learned(books, merchant, at, notice.id)
    notes.append(
        f"{at.fewest} to {at.most} rivals, who bid {np.exp(market.mean[2]):.3f} × what the work "
        f"costs an able firm (assumed; moved by {market.awards} awards in the books)"
    )
    return Case(
        tender=notice,
        rule=rule,
        market=market,
        away=is_away(notice, merchant.region if merchant else ""),
        small=_small(merchant, ctx, notes),
        estimate=estimate,
        cost=cost,
        seed=ctx.params.at("tender.draws", today),
        draws=ctx.params.at("tender.draws", today),
        notes=(*rule.notes, *notes),
    )


def usual_price(case: Case) -> int:
    """Return the estimate, or the ceiling where that is lower: what no valid bid is above."""
    return min(case.estimate, case.rule.ceiling or case.estimate)


def optimum(case: Case, drawn: Drawn, costs: Costs) -> tuple[Curve, int]:
    """Return the curve, a coarse grid and a fine one around its best, and the place of
    the best."""
    step = price_step(case.estimate)
    top = min(case.rule.ceiling or case.estimate * 2, round(case.cost * _HIGHEST))
    low = min(round(case.cost * _LOWEST), top)
    coarse = _grid(low, top, _COARSE, step)
    first = _curve(case, drawn, costs, coarse)
    near = float(coarse[int(np.argmax(first.profit))])
    fine = _grid(
        round(max(near * (1 - _NEAR), low)), round(min(near * (1 + _NEAR), top)), _FINE, step
    )
    curve = _curve(case, drawn, costs, np.union1d(coarse, fine))
    # What the draws leave of noise is smoothed by a polynomial around the best.
    around = np.flatnonzero((curve.prices >= fine[0]) & (curve.prices <= fine[-1]))
    if around.size <= _DEGREE + 1:
        return curve, int(np.argmax(curve.profit))
    scaled = curve.prices[around] / near - 1.0
    smooth = np.polyval(np.polyfit(scaled, curve.profit[around], _DEGREE), scaled)
    return curve, int(around[int(np.argmax(smooth))])


def price_step(estimate: int) -> int:
    """Return what prices are rounded to: a hundred yuan, one yuan below an estimate of 100,000."""
    return 10_000 if estimate >= 10_000_000 else 100


def expected_profit(case: Case, drawn: Drawn, costs: Costs, prices: Floats) -> Floats:
    """Return the expected profit of bidding each price, minor units."""
    won = wins(drawn.field, case.rule, prices)
    size = drawn.cost.size
    earned = prices * won.sum(axis=1) - won @ drawn.cost - costs.funding * won.sum(axis=1)
    return earned / size - costs.bid - costs.bond


def _curve(case: Case, drawn: Drawn, costs: Costs, prices: Floats) -> Curve:
    won = wins(drawn.field, case.rule, prices)
    chance = won.mean(axis=1)
    earned = (prices - costs.funding) * chance - (won @ drawn.cost) / drawn.cost.size
    friedman, gates = friedman_and_gates(drawn, case.market.prior.spread, prices)
    return Curve(prices, chance, friedman, gates, earned - costs.bid - costs.bond)


def _grid(low: int, top: int, count: int, step: int) -> Floats:
    """Return prices from low to top, whole steps, the top itself kept even if it is none."""
    inner = np.floor(np.linspace(low, top, count) / step) * step
    return np.unique(np.append(inner[inner >= max(low, 1)], max(top, 1)))


def _best_of(curve: Curve, chance: Floats, cost: int) -> int:
    return int(curve.prices[int(np.argmax((curve.prices - cost) * chance))])


def _costs(ctx: Context, case: Case, need: FundingNeed | None, notes: list[str]) -> Costs:
    """Return what bid, bond and funding cost, the money at the cheapest that lines give."""
    today, params = ctx.today, ctx.params
    lines = open_lines(ctx)
    rate = lines[0].rate_ppm if lines else params.at("tender.money_ppm", today)
    if not lines:
        notes.append(f"money at {rate / 10_000:g} % a year: the books hold no line (assumed)")
    wait = sum(
        params.at(f"tender.{name}", today)
        for name in ("evaluation_days", "signing_days", "bond_refund_days")
    )
    # Counted from the last day for bids: it need not be paid before.
    bond = round_div(case.tender.bond * rate * wait, PPM * _YEAR)
    funding = 0
    if need is None:
        notes.append("the contract's funding is not in the price: nothing sized it")
    else:
        free = free_money(lines)
        borrowed = (need.short_mean or 0) - missing(need, free)
        for line in lines:
            taken = min(borrowed, line.limit - line.used)
            funding += round_div(taken * line.rate_ppm * (need.short_days or 0), PPM * _YEAR)
            borrowed -= taken
        funding += late_cost(ctx, need, free)
    bid = share(case.estimate, params.at("tender.bid_cost_ppm", today))
    notes.append(f"writing the bid costs {grouped(bid)} (assumed)")
    return Costs(bid, bond, funding)


def _warnings(ctx: Context, case: Case, drawn: Drawn, price: int) -> list[Finding]:
    out: list[Finding] = []
    for name, measure, what in (
        ("abnormal_ceiling_ppm", case.rule.ceiling, "of the budget"),
        ("abnormal_mean_ppm", round(float(np.median(drawn.level))), "of what rivals may bid"),
    ):
        row = ctx.params.get(f"tender.{name}", ctx.today)
        if measure and price < share(measure, row.value):
            out.append(
                Finding(
                    code="abnormally_low",
                    severity="warning",
                    message=f"{grouped(price)} is below {row.value / 10_000:g} % {what} "
                    f"({grouped(measure)}).",
                    action="Expect to be asked in writing to show your costs; else bid more.",
                    source=row.source if row.verified else f"{row.source} [not verified]",
                )
            )
    if price < case.cost:
        out.append(
            Finding(
                code="below_cost",
                severity="warning",
                message=f"{grouped(price)} is below the cost estimate of {grouped(case.cost)}.",
                action="A bid below cost may be rejected (招标投标法 art. 33); check the estimate.",
                source="《招标投标法》第33、41条, from memory [not verified]",
            )
        )
    return out


def _small(merchant: Merchant | None, ctx: Context, notes: list[str]) -> bool:
    people = merchant.employees if merchant else 0
    if not people:
        notes.append("size of the firm unknown: taken as small")
    return people <= ctx.params.at("tender.sme_max_employees", ctx.today)


@lru_cache(maxsize=4)
def _draws(count: int, most: int, seed: int) -> Draws:
    return Draws(count, most, seed)


def _ppm(chance: float) -> int:
    return round(float(chance) * PPM)
