"""Money in funds that pay out on the day they are asked: as good as money on the account."""

from __future__ import annotations

from datetime import date

from aicfo_sdk import Books, Context, Proposal
from aicfo_sdk.model import Account, CashForecast, FundPosition, RedeemFund


def at_once(books: Books) -> list[FundPosition]:
    """Return the funds with money in them that pay out on the same day, least paid first."""
    found = [
        fund
        for fund in books.records(FundPosition).values()
        if fund.amount > 0 and fund.notice_days == 0
    ]
    return sorted(found, key=lambda fund: (fund.rate_ppm, fund.id))


def redemptions(
    books: Books, account: str, amount: int, day: date, reason: str
) -> tuple[Proposal, ...]:
    """Return proposals that bring `amount` minor units to an account, or as much as there is."""
    found: list[Proposal] = []
    for fund in at_once(books):
        if amount <= 0 or fund.account not in (None, account):
            continue
        part = min(amount, fund.amount)
        amount -= part
        action = RedeemFund(day=day, account=account, fund=fund.id, amount=part)
        found.append(Proposal(action=action, reason=reason, evidence=(fund.ref,)))
    return tuple(found)


def fund_account(ctx: Context, fund: FundPosition) -> str:
    """Return the account that a fund is bought from: its own, else the fullest."""
    accounts = ctx.books.records(Account)
    if fund.account in accounts:
        return fund.account or ""
    return max(accounts, key=lambda id: (ctx.books.balance(id), id), default="")


def near_need(ctx: Context, forecast: CashForecast) -> int:
    """Return what the bad case takes from cash until the next working day's end, minor units."""
    days = (ctx.calendar.add_working(ctx.today, 1) - ctx.today).days
    return max(forecast.opening - min(forecast.p10[:days]), 0)
