"""The funding need of a tender, and the demand that funding has to meet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from aicfo_sdk import ToolFailed, ToolRetry, grouped
from aicfo_sdk.model import CashDemand, FundingNeed, Tender, TenderId

from .contract import size_contract
from .need import own_cash, quantile, simulate
from .reach import same_currency, the_merchant
from .words import normal

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import CashForecast, Merchant

_HIGHEST_PRICE = 10**12
_MEDIAN, _HIGH, _LOW = 500_000, 950_000, 50_000


def funding_need(
    ctx: Context, tender: str, price: int | None, forecast: CashForecast
) -> FundingNeed:
    """Return what winning a tender needs; see the tool `funding_need`."""
    books, today = ctx.books, ctx.today
    notice = books.get(Tender, tender)
    amount = price_of(notice, price, the_merchant(books), books.currency)
    sized = size_contract(notice, amount, today, ctx.params)
    own = own_cash(forecast, today.toordinal())
    paths = simulate(
        sized.contract,
        sized.risk,
        own,
        paths=ctx.params.at("tender.paths", today),
        seed=ctx.seed,
    )
    short = quantile(paths.short, _HIGH)
    if short:
        # One path in twenty is short before `by`, one in twenty after `until`.
        first = quantile(paths.first_short[paths.first_short >= 0], _LOW)
        last = quantile(paths.last_short, _HIGH)
    else:
        first = sized.contract.start
        last = max(quantile(paths.repaid, _HIGH), first)
    notes = list(sized.assumptions)
    lead: int = ctx.params.at("tender.loan_lead_days", today)
    first_day = today + timedelta(days=first)
    likely = paths.first_short[paths.first_short >= 0]
    half = quantile(paths.short, _MEDIAN) > 0
    apply_by = first_day - timedelta(days=lead) if short else None
    if apply_by is not None:
        notes.append(_lead(ctx, lead, apply_by))
    end = today + timedelta(days=len(own.p50) - 1)
    if last >= len(own.p50):
        notes.append(f"own cash after {end.isoformat()} stays as forecast for that day")
    return FundingNeed(
        tender=TenderId(tender),
        price=amount,
        need_p50=quantile(paths.need, _MEDIAN),
        need_p95=quantile(paths.need, _HIGH),
        short_p50=quantile(paths.short, _MEDIAN),
        short_p95=short,
        short_mean=round(float(paths.short.mean())),
        short_days=round(float(paths.money_days.mean() / max(paths.short.mean(), 1.0))),
        late_days=tuple((money, round(days * 1000)) for money, days in paths.late),
        margin_mean=round(float(paths.margin.mean())),
        by=first_day,
        apply_by=apply_by,
        by_p50=today + timedelta(days=quantile(likely, _MEDIAN)) if half else None,
        lead_days=lead if short else None,
        until=today + timedelta(days=last),
        assumptions=tuple(notes),
        evidence=(notice.ref, *forecast.evidence),
    )


def _lead(ctx: Context, lead: int, apply_by: date) -> str:
    source = ctx.params.get("tender.loan_lead_days", ctx.today).source
    late = " That day has passed: apply today." if apply_by < ctx.today else ""
    return f"a lender takes {lead} days ({source}): apply by {apply_by.isoformat()}.{late}"


def tender_demand(need: FundingNeed) -> list[CashDemand]:
    """Return the one demand of a tender that own cash cannot carry, or none."""
    if need.short_p95 == 0:
        return []
    return [
        CashDemand(
            id=f"tender:{need.tender}",
            amount=need.short_p95,
            by=need.by,
            until=need.until,
            purpose=f"working capital of tender {need.tender}: enough in 95 of 100 cases "
            f"(half need at most {grouped(need.short_p50)})",
            evidence=need.evidence,
        )
    ]


def won(tender: Tender, merchant: Merchant | None) -> bool:
    """Return whether the tender was awarded to the merchant, by its name."""
    return (
        merchant is not None
        and tender.status == "awarded"
        and normal(merchant.name) in {normal(name) for name in tender.suppliers}
    )


def price_of(notice: Tender, given: int | None, merchant: Merchant | None, currency: str) -> int:
    """Return the price that a contract is reckoned for: given, awarded or published.

    Raises: ToolFailed when the tender is over or in another currency; ToolRetry without a price.
    """
    where = notice.ref
    if not same_currency(notice, currency):
        raise ToolFailed(
            "the contract is in another currency than the books",
            value=f"{notice.currency}, books in {currency}",
            where=where,
            mend=f"size it in books kept in {notice.currency}; amounts are never converted",
        )
    ours = won(notice, merchant)
    if notice.status == "cancelled" or (notice.status == "awarded" and not ours):
        winner = f" to {notice.suppliers[0]}" if notice.suppliers else ""
        raise ToolFailed(
            "there is nothing to fund: the tender is over",
            value=notice.status + winner,
            where=where,
            mend="choose a tender that is open, or one that the merchant won",
        )
    price = given if given is not None else ((notice.awarded if ours else None) or notice.value)
    if not price:
        raise ToolRetry(
            "the notice states no value",
            where=where,
            mend="give the price you would bid: price=… in minor units",
        )
    if not 0 < price <= _HIGHEST_PRICE:
        raise ToolRetry(
            "price out of range", value=price, where=where, mend=f"use 1 to {_HIGHEST_PRICE}"
        )
    return price


def sign_by(tender: Tender, within: int) -> date:
    """Return the last day on which the contract must be signed, from the award notice's day."""
    return tender.updated + timedelta(days=within)
