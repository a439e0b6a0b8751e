"""The cash forecast as a fact: sales, receipts and payments put together path by path."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from aicfo_sdk import Context
from aicfo_sdk.model import Account, Bill, CashForecast, SalesForecast

from ..forecast.daykinds import Floats
from ..history import sales_history
from .costs import LOOK_BACK, Commitment, Costs, commitments, costs
from .funds import at_once
from .items import Ledger, open_ledger
from .paths import sales_paths
from .receipts import (
    bill_habit,
    may_pay,
    payment_kernel,
    pooled_delays,
    receipt_paths,
    working_landing,
)
from .takings import Takings, takings_lag

PATHS = 256
_LIMIT = 10**13


def forecast_cash(ctx: Context, sales: SalesForecast, horizon_days: int) -> CashForecast:
    """Return cash at each day's end if no new decision is taken, money at once in funds included.

    Where the sales forecast is shorter than `horizon_days`, its last seven days go on.
    """
    books, today = ctx.books, ctx.today
    rng = np.random.default_rng(ctx.seed)
    terms: int = ctx.params.at("cash_brain.default_terms_days", today)
    ledger = open_ledger(books, terms)
    pooled, measured = pooled_delays(ledger)
    history = sales_history(books)
    credit = history.credit_share()
    takings = takings_lag(books, ctx.params.at("cash_brain.takings_lag_days", today))

    sold = _lengthened(sales_paths(sales, PATHS, rng), horizon_days)
    taken = sold * (1 - credit)
    money = _delayed(taken, history.takings, takings) * takings.share
    receipts = receipt_paths(ledger, pooled, today, horizon_days, PATHS, ctx.calendar, rng)
    receipts += _spread_out(sold * credit, payment_kernel(pooled, terms, horizon_days))
    habit = bill_habit(books)
    if habit.any():
        # Settled by bill is not yet money: that comes when the bill matures.
        receipts = receipts * (1 - habit.sum()) + _spread_out(receipts, habit)
    bills, refs = _bills(ctx, horizon_days)
    receipts += bills

    known, spend = spending(ctx, ledger, horizon_days)
    paid = spend.fixed + spend.known_purchases + _further_purchases(sold, spend)

    funds = sum(fund.amount for fund in at_once(books))
    opening = books.balance() + funds
    cash = opening + np.cumsum(money + receipts - paid, axis=1)
    low, middle, high = _quantiles(cash, (0.1, 0.5, 0.9))
    lows = _lowest(cash)
    expected = paid.mean(0)
    buffer_days: int = ctx.params.at("cash_brain.buffer_days", today)
    buffer = round(float(expected.sum()) * buffer_days / horizon_days) if horizon_days else 0
    has_account = bool(books.records(Account)) or opening != 0
    largest = sorted(known, key=lambda payment: -payment.amount)[:20]
    owed = sorted(ledger.receivables, key=lambda item: -item.left)[:20]
    return CashForecast(
        start=today + timedelta(days=1),
        opening=opening,
        p10=_whole(low),
        p50=_whole(middle),
        p90=_whole(high),
        low_p1=_whole(lows[0]),
        low_worst=_whole(lows[1]),
        sales=_whole(money.mean(0)),
        receipts=_whole(receipts.mean(0)),
        payments=_whole(expected),
        buffer=min(max(buffer, 0), _LIMIT),
        assumptions=tuple(
            _assumptions(ledger, measured, takings, credit, terms, spend, buffer_days)
        ),
        note=_note(sales, has_account),
        evidence=(
            *(payment.ref for payment in largest),
            *(item.invoice.ref for item in owed),
            *refs,
        ),
    )


def spending(ctx: Context, ledger: Ledger, horizon: int) -> tuple[list[Commitment], Costs]:
    """Return all known payments of the next `horizon` days, and the costs that rest on them."""
    terms: int = ctx.params.at("cash_brain.default_terms_days", ctx.today)
    known = commitments(ctx.books, ledger, ctx.calendar, horizon)
    total = sales_history(ctx.books).total
    days = min(len(total), LOOK_BACK)
    sold = float(total[-days:].sum()) if days else 0.0
    return known, costs(ctx.books, known, sold, days, horizon, terms)


def _lowest(cash: Floats) -> tuple[Floats, Floats]:
    """Return by day the lowest cash up to it: 1 % quantile, mean of the hundredth below it.

    Of whole paths, so a path that is short on any day before counts as short once.
    """
    few = max(len(cash) // 100, 1)
    low = np.partition(np.minimum.accumulate(cash, axis=1), few, axis=0)
    return low[few], low[:few].mean(0)


def _quantiles(paths: Floats, shares: tuple[float, ...]) -> list[Floats]:
    """Return quantiles over the paths of each day, between two paths by linear interpolation."""
    ordered = np.sort(paths.T.copy(), axis=1)
    out: list[Floats] = []
    for share in shares:
        place = share * (ordered.shape[1] - 1)
        low = int(place)
        high = min(low + 1, ordered.shape[1] - 1)
        out.append(ordered[:, low] + (ordered[:, high] - ordered[:, low]) * (place - low))
    return out


def _lengthened(paths: Floats, horizon: int) -> Floats:
    have = paths.shape[1]
    if have >= horizon:
        return paths[:, :horizon]
    if not have:
        return np.zeros((len(paths), horizon))
    week = paths[:, -min(7, have) :]
    more = np.tile(week, (1, -(-(horizon - have) // week.shape[1])))
    return np.concatenate([paths, more], axis=1)[:, :horizon]


def _delayed(taken: Floats, before: Floats, takings: Takings) -> Floats:
    """Shift takings by the lag; those of the last days before arrive first."""
    if not takings.lag:
        return taken
    waiting = np.zeros(takings.lag)
    tail = before[-takings.lag :]
    if len(tail):
        waiting[-len(tail) :] = tail
    first = np.broadcast_to(waiting, (len(taken), takings.lag))
    return np.concatenate([first, taken], axis=1)[:, : taken.shape[1]]


def _spread_out(daily: Floats, kernel: Floats) -> Floats:
    """Each day's amount, `kernel[k]` of it k days later; what lies beyond the horizon is left."""
    out = np.zeros_like(daily)
    horizon = daily.shape[1]
    for later in np.flatnonzero(kernel[:horizon]).tolist():
        out[:, later:] += daily[:, : horizon - later] * kernel[later]
    return out


def _further_purchases(sold: Floats, spend: Costs) -> Floats:
    """Purchases beyond the supplier invoices already known, per path and day.

    With suppliers' terms known, what is bought for a sale to come is paid that much later, and all
    that falls due before is in the books already. Without, known invoices count first.
    """
    if spend.purchase_terms.size:
        return _spread_out(sold * spend.purchase_share, spend.purchase_terms)
    wanted = np.cumsum(sold, axis=1) * spend.purchase_share
    missing = wanted - np.cumsum(spend.known_purchases)
    total = np.maximum.accumulate(np.maximum(missing, 0.0), axis=1)
    return np.diff(total, axis=1, prepend=0.0)


def _bills(ctx: Context, horizon: int) -> tuple[Floats, list[str]]:
    """Money from bills on hand that mature, and their references."""
    out = np.zeros(horizon + 1)
    landing = working_landing(ctx.today, horizon, ctx.calendar)
    refs: list[str] = []
    for bill in ctx.books.records(Bill).values():
        if not may_pay(bill):
            continue
        place = max((bill.matures - ctx.today).days, 1) - 1
        if place < horizon:
            out[landing[place]] += bill.face
            refs.append(bill.ref)
    return out[:horizon], refs


def _assumptions(
    ledger: Ledger,
    measured: bool,
    takings: Takings,
    credit: float,
    terms: int,
    spend: Costs,
    buffer_days: int,
) -> list[str]:
    out: list[str] = []
    if credit < 1:
        how = "measured on statements" if takings.measured else "assumed: no statement shows it"
        out.append(f"Takings arrive after {takings.lag} days, {takings.share:.1%} of them ({how}).")
    if ledger.receivables or credit:
        source = "each customer's past delays" if measured else "assumed delays of 0 to 30 days"
        out.append(
            f"Invoices are paid by {source}; without agreed terms they are net {terms} days."
        )
    if credit:
        out.append(f"{credit:.0%} of sales are invoiced and paid later.")
    if ledger.assumed:
        out.append("The books hold no payments: invoices past their due day are taken as paid.")
    out += spend.assumptions
    out.append(f"The buffer is {buffer_days} days of average payments.")
    return out


def _note(sales: SalesForecast, has_account: bool) -> str:
    notes = [sales.note] if sales.note else []
    if not has_account:
        notes.append("the books hold no account: the line shows the change of cash, not its level")
    return "; ".join(notes)


def _whole(values: Floats) -> tuple[int, ...]:
    return tuple(np.clip(np.rint(values), -_LIMIT, _LIMIT).astype(np.int64).tolist())
