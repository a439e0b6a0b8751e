"""Paying a debt early for the discount of its terms (现金折扣): docs/bill-rules.md, early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from aicfo_sdk import PPM, Context, Proposal, grouped, round_div
from aicfo_sdk.model import Pay

from .outlook import OWED, Debt, Holding, Option, Outlook
from .position import Payable

_YEAR = 365


def add_early(
    ctx: Context,
    payables: Sequence[Payable],
    debts: Sequence[Debt],
    holdings: list[Holding],
    options: list[Option],
) -> None:
    """Add what debts may be paid early, behind all bills: whole, in money, on a last day.

    Such a debt is like a bill that is bought for less than its face: its money goes on the day
    it is paid, and stays on the day it was due.
    """
    for place, (payable, debt) in enumerate(zip(payables, debts, strict=True)):
        days: dict[int, int] = {}
        for until, off in payable.early:
            # Of two last days that are one working day the first takes more off.
            days.setdefault((last_day(ctx, min(until, payable.due)) - ctx.today).days, off)
        if days:
            bill = len(holdings)
            holdings.append(Holding(f"{OWED}:{debt.id}", OWED, debt.amount, debt.due, False))
            options += [
                Option(
                    f"pay_early:{debt.id}:{day:05d}",
                    "pay_early",
                    bill,
                    day,
                    debt.amount,
                    debt.amount,
                    debt=place,
                    off=off,
                )
                for day, off in days.items()
            ]


def last_day(ctx: Context, until: date) -> date:
    """Return the last working day until a day on which money arrives, or today when none is."""
    working = ctx.calendar.is_working(until)
    return max(until if working else ctx.calendar.add_working(until, -1), ctx.today)


def pay_early(ctx: Context, payable: Payable, account: str) -> Proposal:
    """Return the proposal to pay all of a payable today, less what is taken off for it today."""
    off = payable.off(ctx.today)
    paid, until = payable.amount - off, next(day for day, _ in payable.early if day >= ctx.today)
    year = worth_a_year(paid, off, (payable.due - ctx.today).days)
    return Proposal(
        action=Pay(
            day=ctx.today,
            account=account,
            payee=payable.payee,
            amount=paid,
            settles=(payable.invoice,),
        ),
        reason=f"Pay invoice {payable.invoice}, due {payable.due}, by {until} with "
        f"{grouped(paid)} instead of {grouped(payable.amount)}: {grouped(off)} is taken off for "
        f"money {year}.",
        evidence=(f"Invoice:{payable.invoice}",),
        valid_until=until,
    )


def annual_ppm(paid: int, off: int, days: int) -> int | None:
    """Return what a discount is worth as a simple annual rate on the money paid, actual/365, ppm.

    d / (1 − d) × 365 / days; None for money that is due anyway.
    """
    return round_div(off * _YEAR * PPM, paid * days) if days > 0 else None


def worth_a_year(paid: int, off: int, days: int) -> str:
    """Return by how many days money is sooner, and what its discount is worth a year."""
    rate = annual_ppm(paid, off, days)
    if rate is None:
        return "that is due anyway"
    return f"{days} day{'s' if days > 1 else ''} sooner, {percent(rate)} % a year"


def percent(ppm: int) -> str:
    """Return a rate in per cent with two decimals."""
    hundredths = round_div(ppm, 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def without_early(outlook: Outlook) -> Outlook:
    """Return the outlook in which nobody is paid early: itself where no debt has terms.

    Options keep their places, for those that go stand last.
    """
    bills = [holding for holding in outlook.holdings if holding.kind != OWED]
    if len(bills) == len(outlook.holdings):
        return outlook
    options = [option for option in outlook.options if option.move != "pay_early"]
    return replace(outlook, holdings=bills, options=options)


def early_all(outlook: Outlook) -> dict[int, int]:
    """Every debt with terms is paid on the first day that takes something off; bills are held."""
    first: dict[int, int] = {}
    for index, option in enumerate(outlook.options):
        if option.move == "pay_early":
            first.setdefault(option.bill, index)
    return {index: outlook.options[index].upper for index in first.values()}
