"""On which of the open tenders to bid together: one capacity, one purse (投标组合).

Each tender is gated, priced and sized by whichever tools do that; here they are set against each
other. Working capital is the P95 of each contract for as long as it needs any, against own cash
(P10, above its buffer) and free credit lines; capacity is contracts at once, or turnover.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from aicfo_sdk import PPM, AicfoError, ToolRetry, grouped, share
from aicfo_sdk.model import (
    Advice,
    CreditLine,
    PortfolioBid,
    PortfolioOut,
    Tender,
    TenderId,
    TenderPortfolio,
)

from .choice import EXACT, MOST_BIDS, Limits, Option, best_set, greedy, value_of
from .funding import won
from .index import SUBJECT
from .reach import the_merchant, yearly_sales, yearly_value
from .search import profile, rank
from .shelf import Filters, shelf_of

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import BidGate, BidPrice, CashForecast, FundingNeed

Why: TypeAlias = Literal["gate", "not_priced", "loses", "too_large", "crowds", "bonds"]

_MOST = 24
_DRAWS = 48
"""Draws of wins where there are too many tenders to compare every set."""
_ONE = 1_000
"""One contract, in thousandths."""


@dataclass(frozen=True, slots=True)
class Asks:
    """The tools that judge one tender."""

    gate: Callable[[str], BidGate]
    price: Callable[[str], BidPrice]
    need: Callable[[str], FundingNeed]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A tender that the firm may bid for, priced and sized."""

    tender: Tender
    price: BidPrice
    need: FundingNeed

    @property
    def first(self) -> date:
        """First day on which it takes money."""
        starts = self.tender.starts or self.need.by
        return min(starts, self.need.by)


@dataclass(frozen=True, slots=True)
class _Purse:
    """Own cash by day, and the lines that are open then."""

    forecast: CashForecast
    lines: tuple[CreditLine, ...]

    def free(self, day: date) -> int:
        """Return what can be used on a day, minor units: P10 above the buffer, and free lines."""
        at = (day - self.forecast.start).days
        levels = self.forecast.p10
        own = levels[min(at, len(levels) - 1)] if levels and at >= 0 else self.forecast.opening
        lent = sum(line.limit - line.used for line in self.lines if line.expires >= day)
        return max(own - self.forecast.buffer, 0) + max(lent, 0)

    def tightest(self, first: date, until: date) -> date:
        """Return the day of a span on which least can be used, the first of several."""
        last = self.forecast.start + timedelta(days=max(len(self.forecast.p10) - 1, 0))
        ends = [line.expires + timedelta(days=1) for line in self.lines]
        inside = [day for day in (*ends, until) if first <= day <= until]
        days = (min(until, last) - first).days
        looked = [first, *(first + timedelta(days=n) for n in range(days + 1)), *inside]
        return min(sorted(looked), key=self.free)


def tender_portfolio(
    ctx: Context,
    tenders: Sequence[str] | None,
    contracts_at_once: int | None,
    limit: int,
    forecast: CashForecast,
    asks: Asks,
) -> TenderPortfolio:
    """Return the set to bid on; see the tool `tender_portfolio`."""
    _check(limit, contracts_at_once, tenders)
    notes: list[str] = []
    looked = _looked_at(ctx, tenders, limit)
    candidates, left = _judged(looked, asks)
    capacity = _capacity(ctx, contracts_at_once, notes)
    lines = tuple(line for line in ctx.books.all(CreditLine) if line.limit > line.used)
    purse = _Purse(forecast, lines)
    days = sorted(
        {one.first for one in candidates}
        | {purse.tightest(one.first, max(one.first, one.need.until)) for one in candidates}
    )
    limits = Limits(
        load=capacity,
        cash=tuple(purse.free(day) for day in days),
        bonds=purse.free(ctx.today),
    )
    options = [_option(ctx, one, days, contracts_at_once is not None) for one in candidates]
    chosen = best_set(options, limits, draws=_DRAWS, seed=ctx.seed)
    tightest = min(days, key=purse.free, default=None)
    value, wins = value_of(options, chosen, limits), sum(options[at].chance for at in chosen)
    whole = (
        value_of(options, range(len(options)), limits).profit if len(options) <= MOST_BIDS else None
    )
    out = [*left, *_left_out(options, chosen, limits)]
    place = {one.id: at for at, one in enumerate(looked)}
    bids = sorted(chosen, key=lambda at: (-options[at].alone, options[at].id))
    return TenderPortfolio(
        bids=tuple(_bid(candidates[at], options[at]) for at in bids),
        left_out=tuple(sorted(out, key=lambda one: place[str(one.tender)])),
        profit=round(value.profit),
        greedy=round(value_of(options, greedy(options, limits), limits).profit),
        everything=None if whole is None or whole == -float("inf") else round(whole),
        over_ppm=round(value.over * PPM),
        wins_milli=round(wins * 1_000),
        unit="contracts" if contracts_at_once is not None else "sales",
        capacity=capacity,
        cash=purse.free(tightest or ctx.today),
        tightest=tightest,
        exact=len(options) <= EXACT,
        assumptions=(*notes, *_ASSUMED),
        summary=_said(len(bids), len(looked), value.profit, value.over),
        summary_zh=_said_zh(len(bids), len(looked), value.profit, value.over),
        evidence=tuple(
            dict.fromkeys(
                (
                    *(one.ref for one in looked),
                    *(line.ref for line in lines),
                    *forecast.evidence,
                )
            )
        ),
    )


def portfolio_advice(portfolio: TenderPortfolio) -> list[Advice]:
    """Return one line on which tenders to bid for, when more than one is worth it alone."""
    crowded = [one for one in portfolio.left_out if one.why in ("crowds", "bonds")]
    if not portfolio.bids or len(portfolio.bids) + len(crowded) < 2:
        return []
    names = ", ".join(str(one.tender) for one in portfolio.bids)
    over = portfolio.over_ppm / 10_000
    rest = "; ".join(f"{one.tender}: {one.reason}" for one in crowded)
    return [
        Advice(
            id="tender:portfolio",
            kind="opportunity",
            money=max(portfolio.profit, 0),
            title=f"Bid for {len(portfolio.bids)} tenders together: "
            f"{grouped(portfolio.profit)} expected",
            title_zh=f"建议同时投{len(portfolio.bids)}个标，期望收益{grouped(portfolio.profit)}",
            detail=f"Bid on {names}. Chance of winning more than can be carried: {over:.1f} %."
            + (f" Leave out {rest}" if rest else ""),
            detail_zh=f"投标：{names}。中标超出履约或资金能力的概率{over:.1f}%。"
            + (f"暂不投：{'、'.join(str(one.tender) for one in crowded)}。" if crowded else ""),
            evidence=portfolio.evidence,
        )
    ]


_ASSUMED = (
    "bids win independently of each other",
    "each contract needs its P95 for as long as it needs money at all",
    "a contract that is won and cannot be carried is given up: its bid bond and a fine are lost",
)


def _check(limit: int, contracts: int | None, tenders: Sequence[str] | None) -> None:
    for name, value, low, high in (
        ("limit", limit, 1, _MOST),
        ("contracts_at_once", contracts, 0, 10_000),
        ("number of tenders", None if tenders is None else len(tenders), 0, _MOST),
    ):
        if value is not None and not low <= value <= high:
            raise ToolRetry(
                f"{name} out of range",
                value=cast("object", value),
                where="tender_portfolio",
                mend=f"use {low} to {high}",
            )


def _looked_at(ctx: Context, tenders: Sequence[str] | None, limit: int) -> list[Tender]:
    """Return the tenders named, or those of our trade that are open, the best matches first."""
    if tenders is not None:
        return [ctx.books.get(Tender, id) for id in dict.fromkeys(tenders)]
    text = profile(the_merchant(ctx.books))
    if text:
        # A word found in the text alone is too weak a sign of our trade.
        fit = (one.tender for one in rank(ctx, text).best if one.fields & {*SUBJECT})
        return list(islice(fit, limit))
    shelf = shelf_of(ctx.books)
    rows = shelf.wanted(Filters(), ctx.today.toordinal()).nonzero()[0].tolist()
    places = sorted(rows, key=lambda row: (int(shelf.deadline[row]), row))
    return [ctx.books.get(Tender, shelf.ids[row]) for row in places[:limit]]


def _judged(looked: Sequence[Tender], asks: Asks) -> tuple[list[_Candidate], list[PortfolioOut]]:
    found, left = list[_Candidate](), list[PortfolioOut]()
    for tender in looked:
        try:
            gate = asks.gate(tender.id)
            refused = [one for one in gate.findings if one.severity == "refuse"]
            if refused:
                left.append(_out(tender.id, "gate", refused[0].message))
                continue
            found.append(_Candidate(tender, asks.price(tender.id), asks.need(tender.id)))
        except AicfoError as error:
            left.append(_out(tender.id, "not_priced", str(error)))
    return found, left


def _capacity(ctx: Context, contracts: int | None, notes: list[str]) -> int:
    """Return what can be taken on beside the contracts that are running: thousandths, or value."""
    merchant, today = the_merchant(ctx.books), ctx.today
    running = [
        one
        for one in ctx.books.all(Tender, status="awarded")
        if won(one, merchant) and (one.ends is None or one.ends >= today)
    ]
    if contracts is not None:
        notes.append(f"{contracts} contracts at once, of which {len(running)} are running")
        return max(contracts - len(running), 0) * _ONE
    sales = yearly_sales(ctx.books)
    most = share(sales, ctx.params.at("tender.capacity_ppm", today))
    busy = sum(yearly_value(one) or 0 for one in running)
    notes.append(
        f"capacity by turnover: contracts worth {grouped(most)} a year, of which {grouped(busy)} "
        "are running (assumed; give contracts_at_once for the number of crews)"
    )
    return max(most - busy, 0)


def _option(ctx: Context, one: _Candidate, days: Sequence[date], counted: bool) -> Option:
    price, need = one.price, one.need
    fine = share(price.price, ctx.params.at("tender.withdrawal_ppm", ctx.today))
    needed = [need.need_p95 if one.first <= day <= need.until else 0 for day in days]
    yearly = yearly_value(one.tender.model_copy(update={"value": price.price})) or 0
    return Option(
        id=one.tender.id,
        chance=price.chance_ppm / PPM,
        gain=price.profit_if_won,
        cost=price.bid_cost + price.bond_cost,
        penalty=one.tender.bond + fine,
        load=_ONE if counted else yearly,
        needs=tuple(needed),
        bond=one.tender.bond,
    )


def _bid(one: _Candidate, option: Option) -> PortfolioBid:
    return PortfolioBid(
        tender=TenderId(one.tender.id),
        price=one.price.price,
        chance_ppm=one.price.chance_ppm,
        profit_if_won=one.price.profit_if_won,
        alone=round(option.alone),
        load=option.load,
        need=one.need.need_p95,
    )


def _left_out(
    options: Sequence[Option], chosen: Sequence[int], limits: Limits
) -> list[PortfolioOut]:
    """Return why each option that is not chosen is not, and what it would change."""
    before = value_of(options, chosen, limits)
    out: list[PortfolioOut] = []
    for place, one in enumerate(options):
        if place in chosen:
            continue
        after = value_of(options, (*chosen, place), limits)
        change = None if after.profit == -float("inf") else round(after.profit - before.profit)
        short = max(
            (need - cash for need, cash in zip(one.needs, limits.cash, strict=True)), default=0
        )
        if one.alone <= 0:
            said = f"alone it is expected to lose {grouped(round(-one.alone))}"
            out.append(_out(one.id, "loses", said, change))
        elif one.load > limits.load:
            said = f"it takes {one.load / max(limits.load, 1):.1f} × the capacity that is free"
            if not limits.load:
                said = "no capacity is free"
            out.append(_out(one.id, "too_large", said, change))
        elif short > 0:
            said = f"{grouped(short)} of its working capital is missing even if nothing else is won"
            out.append(_out(one.id, "too_large", said, change))
        elif change is None:
            said = f"no cash is left for its bid bond of {grouped(one.bond)} beside the others"
            out.append(_out(one.id, "bonds", said))
        else:
            said = (
                f"worth {grouped(round(one.alone))} alone; beside the others it would change the "
                f"expected profit by {grouped(change)} and the chance of winning too much from "
                f"{before.over * 100:.1f} to {after.over * 100:.1f} %"
            )
            out.append(_out(one.id, "crowds", said, change))
    return out


def _out(tender: str, why: Why, reason: str, change: int | None = None) -> PortfolioOut:
    return PortfolioOut(tender=TenderId(tender), why=why, reason=reason, change=change)


def _said(bids: int, looked: int, profit: float, over: float) -> str:
    if not looked:
        return "No open tender suits."
    if not bids:
        return f"Bid on none of the {looked} tenders looked at."
    return (
        f"Bid on {bids} of {looked} tenders: {grouped(round(profit))} expected, "
        f"{over * 100:.1f} % chance of winning more than can be carried."
    )


def _said_zh(bids: int, looked: int, profit: float, over: float) -> str:
    if not looked:
        return "没有合适的在招项目。"
    if not bids:
        return f"{looked}个项目均不建议投标。"
    return (
        f"建议投{looked}个项目中的{bids}个，期望收益{grouped(round(profit))}，"
        f"中标超出承接能力的概率{over * 100:.1f}%。"
    )
