"""Advice on loans: what idle money or a cheaper line can pay back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aicfo_sdk import Context, Proposal, interest
from aicfo_sdk.model import (
    Account,
    Advice,
    CashForecast,
    CreditLine,
    DrawLoan,
    Loan,
    RepayLoan,
)

from ..cash.funds import redemptions
from .words import money

_WORTH = 100


@dataclass(frozen=True, slots=True)
class Repayment:
    """Principal and interest of a loan that idle money can pay back today."""

    loan: Loan
    amount: int
    interest: int


def idle(ctx: Context, forecast: CashForecast) -> int:
    """Return what even the bad case leaves above the buffer for `cash_brain.idle_days` days.

    0 when the forecast does not reach that far. Minor units.
    """
    days: int = ctx.params.at("cash_brain.idle_days", ctx.today)
    near = forecast.p10[:days]
    if len(near) < days:
        return 0
    return max(min(forecast.opening, *near) - forecast.buffer, 0)


def repayments(ctx: Context, spare: int, least_ppm: int = 0) -> list[Repayment]:
    """Return the loans that `spare` minor units can pay back, dearest first, the last in part.

    Loans at `least_ppm` a year or less are kept: the money earns more elsewhere.
    """
    found: list[Repayment] = []
    for loan in _dearest(ctx):
        if loan.rate_ppm <= least_ppm:
            break
        owed = _interest(ctx, loan, loan.principal)
        amount = min(loan.principal, spare * loan.principal // (loan.principal + owed))
        if amount <= 0:
            break
        part = Repayment(loan, amount, _interest(ctx, loan, amount))
        spare -= part.amount + part.interest
        found.append(part)
    return found


def loan_advice(ctx: Context, forecast: CashForecast) -> list[Advice]:
    """Return advice to pay dear loans back, from idle money, else from a cheaper line.

    What is saved is interest until the loan is due, less that of the line drawn and its fee.
    """
    account = _paying_account(ctx)
    if not account:
        return []
    by_id = {part.loan.id: part for part in repayments(ctx, idle(ctx, forecast))}
    lines = {line.id: line.limit - line.used for line in ctx.books.records(CreditLine).values()}
    cash = ctx.books.balance(account)
    out: list[Advice] = []
    for loan in _dearest(ctx):
        part = by_id.get(loan.id)
        own = part.amount if part else 0
        saved = _until_due(ctx, loan, own)
        proposals: list[Proposal] = []
        if part:
            reason = f"Idle money; {_percent(loan)} is saved."
            lacking = part.amount + part.interest - cash
            proposals += redemptions(ctx.books, account, lacking, ctx.today, reason)
            cash = max(-lacking, 0)
            proposals.append(_repay(ctx, part, account, reason))
        rest = loan.principal - own
        line = _cheaper(ctx, loan, rest, lines)
        if line is not None:
            amount = min(rest, lines[line.id] - line.fee)
            lines[line.id] -= amount + line.fee
            # The interest due so far was owed anyway.
            saved += _until_due(ctx, loan, amount) - _swap_cost(ctx, loan, line, amount)
            reason = f"{_percent(line)} a year instead of {_percent(loan)}, until the same day."
            draw = DrawLoan(
                day=ctx.today,
                line=line.id,
                account=account,
                amount=amount + line.fee,
                rate_ppm=line.rate_ppm,
                due=loan.due,
                fee=line.fee,
            )
            proposals.append(Proposal(action=draw, reason=reason, evidence=(line.ref, loan.ref)))
            swap = Repayment(loan, amount, _interest(ctx, loan, amount))
            proposals.append(_repay(ctx, swap, account, reason))
        if saved >= _WORTH and proposals:
            out.append(_advice(ctx, loan, saved, tuple(proposals)))
    return out


def _advice(ctx: Context, loan: Loan, saved: int, proposals: tuple[Proposal, ...]) -> Advice:
    amount = money(ctx, loan.principal)
    return Advice(
        id=f"loan:{loan.id}",
        kind="opportunity",
        money=saved,
        title=f"Loan of {amount} at {_percent(loan)} can be paid back: {money(ctx, saved)} saved",
        title_zh=f"年化{_percent(loan)}的贷款{amount}可提前归还或置换, 约省{money(ctx, saved)}",
        detail=f"It is due on {loan.due.isoformat()}. Even in the bad case the money is not needed "
        "before, or a cheaper line stands in. Ask the lender whether early repayment costs a fee.",
        detail_zh=f"{loan.due.isoformat()}到期。即使在坏情形下也用不到这笔钱, "
        "或可用更便宜的额度置换。请先向贷款方确认提前还款是否收费。",
        proposals=proposals,
        evidence=(loan.ref,),
    )


def _repay(ctx: Context, part: Repayment, account: str, reason: str) -> Proposal:
    action = RepayLoan(
        day=ctx.today,
        loan=part.loan.id,
        line=part.loan.line,
        account=account,
        amount=part.amount,
        interest=part.interest,
    )
    return Proposal(action=action, reason=reason, evidence=(part.loan.ref,))


def _dearest(ctx: Context) -> list[Loan]:
    """Loans of a line that are not due yet, dearest first."""
    open_ones = [
        loan
        for loan in ctx.books.records(Loan).values()
        if loan.principal and loan.line and loan.due > ctx.today
    ]
    return sorted(open_ones, key=lambda loan: (-loan.rate_ppm, loan.due, loan.id))


def _cheaper(ctx: Context, loan: Loan, rest: int, left: dict[str, int]) -> CreditLine | None:
    """The line on which the rest of a loan costs least, when that is less than it costs now."""
    best: tuple[int, str] | None = None
    lines = ctx.books.records(CreditLine)
    for line in lines.values():
        amount = min(rest, left[line.id] - line.fee)
        if amount <= 0 or line.id == loan.line or line.expires < loan.due:
            continue
        saved = _until_due(ctx, loan, amount) - _swap_cost(ctx, loan, line, amount)
        if saved >= _WORTH and (best is None or (-saved, line.id) < best):
            best = (-saved, line.id)
    return lines[best[1]] if best else None


def _swap_cost(ctx: Context, loan: Loan, line: CreditLine, amount: int) -> int:
    """Fee and interest until the loan's due day; the fee is drawn as well."""
    drawn = amount + line.fee
    return line.fee + interest(drawn, line.rate_ppm, _left(ctx, loan), line.day_basis)


def _left(ctx: Context, loan: Loan) -> int:
    return (loan.due - ctx.today).days


def _until_due(ctx: Context, loan: Loan, amount: int) -> int:
    return interest(amount, loan.rate_ppm, _left(ctx, loan), loan.day_basis)


def _interest(ctx: Context, loan: Loan, amount: int) -> int:
    """Interest from the day of drawing; the lender's own figure holds."""
    since: date = loan.drawn
    return max(interest(amount, loan.rate_ppm, (ctx.today - since).days, loan.day_basis), 0)


def _percent(priced: Loan | CreditLine) -> str:
    return f"{priced.rate_ppm / 10_000:.2f} %"


def _paying_account(ctx: Context) -> str:
    """The account that loans are paid into and back from: a bank's where there is one."""
    accounts = sorted(ctx.books.all(Account), key=lambda a: (a.kind != "bank", a.id))
    return accounts[0].id if accounts else ""
