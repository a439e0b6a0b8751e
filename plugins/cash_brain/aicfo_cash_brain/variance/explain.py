"""Cash today against the forecast of an earlier day, by driver, timing apart from the rest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import get_args

import numpy as np

from aicfo_sdk import Books, Context
from aicfo_sdk.model import (
    Bill,
    CashDriver,
    CashForecast,
    CashVariance,
    DriverVariance,
    Settlement,
    Transaction,
)

from ..cash.costs import commitments
from ..cash.funds import at_once
from ..cash.items import Ledger, open_ledger
from ..cash.outlook import forecast_cash, spending
from ..cash.receipts import (
    bill_habit,
    delays_of,
    may_pay,
    pooled_delays,
    waits,
    working_landing,
)
from ..cash.takings import takings_lag
from ..columns import among
from ..history import sales_history
from ..sales import forecast_sales
from .ahead import breakers, key_receipts
from .earlier import EarlierBooks

DRIVERS: tuple[CashDriver, ...] = get_args(CashDriver)
_OF_LINE: dict[str, CashDriver] = {
    "sale": "takings", "refund": "takings", "receipt": "receipts", "purchase": "payments",
    "fee": "payments", "rent": "payments", "tax": "taxes", "payroll": "payroll",
    "loan": "financing", "interest": "financing", "transfer": "financing",
    "owner": "one_off", "other": "one_off",
}  # fmt: skip
_OF_DUTY: dict[str, CashDriver] = {
    "payroll": "payroll", "tax": "taxes", "social": "taxes", "loan": "financing",
    "bond": "one_off",
}  # fmt: skip
"""Kind of an Obligation, or of a cost that comes again; every other is one of the payments."""
_FAR, _SHOWN = 3650, 8


@dataclass(slots=True)
class _Timing:
    """What is late or early of one driver: amount by record, money that came sooner positive."""

    by_ref: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))

    def add(self, ref: str, amount: int) -> None:
        if amount:
            self.by_ref[ref] += amount

    @property
    def total(self) -> int:
        return sum(self.by_ref.values())

    @property
    def refs(self) -> tuple[str, ...]:
        ranked = sorted(self.by_ref.items(), key=lambda each: (-abs(each[1]), each[0]))
        return tuple(ref for ref, _ in ranked if ref)[:_SHOWN]


def explain(ctx: Context, forecast: CashForecast, days: int) -> CashVariance:
    """Return how cash came out against the forecast of `days` days ago, to the minor unit."""
    since = ctx.today - timedelta(days=days)
    actual = ctx.books.balance() + sum(fund.amount for fund in at_once(ctx.books))
    receipts, breaks = key_receipts(ctx, forecast), breakers(forecast)
    (lines,) = ctx.books.columns(Transaction, "day")
    moved = lines > since.toordinal()
    if not moved.any() or moved.all():
        zero = tuple(
            DriverVariance(driver=each, expected=0, actual=0, variance=0, timing=0, permanent=0)
            for each in DRIVERS
        )
        return CashVariance(
            since=since, day=ctx.today, opening=actual, expected=actual, p10=actual, p90=actual,
            actual=actual, variance=0, timing=0, permanent=0, drivers=zero,
            receipts=receipts, breakers=breaks, buffer=forecast.buffer,
            note="cannot say: statements do not cover the days both before and after "
            f"{since.isoformat()}",
        )  # fmt: skip
    then = Context(
        EarlierBooks(ctx.books, since), params=ctx.params, calendar=ctx.calendar, seed=ctx.seed
    )
    sales = forecast_sales(then, horizon_days=days, store=None, effort="fast")
    said = forecast_cash(then, sales, days)
    drivers = _drivers(ctx, then, said, days)
    variance = sum(each.variance for each in drivers)
    timing = sum(each.timing for each in drivers)
    return CashVariance(
        since=since, day=ctx.today, opening=said.opening, expected=actual - variance,
        p10=said.p10[-1], p90=said.p90[-1], actual=actual, variance=variance, timing=timing,
        permanent=variance - timing, drivers=drivers, receipts=receipts,
        breakers=breaks, buffer=forecast.buffer, note=said.note,
        evidence=tuple(dict.fromkeys(ref for each in drivers for ref in each.evidence)),
    )  # fmt: skip


def _drivers(
    ctx: Context, then: Context, said: CashForecast, days: int
) -> tuple[DriverVariance, ...]:
    terms: int = ctx.params.at("cash_brain.default_terms_days", ctx.today)
    before, now = open_ledger(then.books, terms), open_ledger(ctx.books, terms)
    _, spend = spending(then, before, days)
    expected: dict[CashDriver, int] = dict.fromkeys(DRIVERS, 0)
    expected["takings"], expected["receipts"] = sum(said.sales), sum(said.receipts)
    for kind, part in spend.by_kind.items():
        driver = _OF_DUTY.get(kind, "payments")
        if driver != "payments":
            expected[driver] -= round(float(part.sum()))
    rest = sum(expected[each] for each in DRIVERS if each not in ("takings", "receipts"))
    expected["payments"] = -sum(said.payments) - rest

    actual = _actual(ctx.books, then.books)
    moves: dict[CashDriver, _Timing] = {each: _Timing() for each in DRIVERS}
    _takings(ctx, then, days, actual["takings"], moves["takings"])
    _receipts(ctx, then, before, now, days, expected["receipts"], moves["receipts"])
    fixed = sum(
        float(part.sum())
        for kind, part in spend.by_kind.items()
        if _OF_DUTY.get(kind, "payments") == "payments"
    )
    further = -expected["payments"] - round(fixed + float(spend.known_purchases.sum()))
    _payments(ctx, then, before, now, days, max(further, 0), moves)
    return tuple(
        DriverVariance(
            driver=each,
            expected=expected[each],
            actual=actual[each],
            variance=actual[each] - expected[each],
            timing=moves[each].total,
            permanent=actual[each] - expected[each] - moves[each].total,
            evidence=moves[each].refs,
        )
        for each in DRIVERS
    )


def _actual(books: Books, before: Books) -> dict[CashDriver, int]:
    """Return what statements show since, by driver; moves into funds at once are no change."""
    day, amount = books.columns(Transaction, "day", "amount")
    codes, kinds = books.labels(Transaction, "kind")
    rows = day > before.as_of.toordinal()
    found: dict[CashDriver, int] = dict.fromkeys(DRIVERS, 0)
    for code, kind in enumerate(kinds):
        chosen = amount[rows & (codes == code)]
        if kind == "bill":
            found["receipts"] += int(chosen[chosen > 0].sum())
            found["payments"] += int(chosen[chosen < 0].sum())
        elif kind in _OF_LINE:
            found[_OF_LINE[kind]] += int(chosen.sum())
    held = sum(fund.amount for fund in at_once(books))
    found["financing"] += held - sum(fund.amount for fund in at_once(before))
    return found


def _takings(ctx: Context, then: Context, days: int, received: int, out: _Timing) -> None:
    """Takings of days that should have arrived by their lag, and did not, or came before."""
    default: int = ctx.params.at("cash_brain.takings_lag_days", ctx.today)
    how = takings_lag(then.books, default)
    sold = sales_history(ctx.books).takings
    if how.measured and 0 < how.lag < len(sold):
        due = float(sold[-(days + how.lag) : -how.lag].sum()) * how.share
        out.add("", received - round(due))


def _receipts(
    ctx: Context, then: Context, before: Ledger, now: Ledger, days: int, expected: int, out: _Timing
) -> None:
    pooled, _ = pooled_delays(before)
    landing = working_landing(then.today, days, ctx.calendar)
    by_money = 1 - float(bill_habit(then.books).sum())
    paid = _paid_since(ctx.books, then.today)
    left = {item.invoice.id: item.left for item in now.receivables}
    for item in before.receivables:
        wait, never = waits(item, delays_of(item.invoice.counterparty, before, pooled), then.today)
        share = float((landing[np.minimum(wait, days + 1) - 1] < days).mean()) * (1 - never)
        hoped = round(item.left * share * by_money)
        expected -= hoped
        came = min(paid.get(item.invoice.id, 0), item.left)
        late = min(max(hoped - came, 0), left.get(item.invoice.id, 0))
        out.add(item.invoice.ref, max(came - hoped, 0) - late)
    for bill in then.books.records(Bill).values():
        if may_pay(bill):
            place = max((bill.matures - then.today).days, 1) - 1
            due = place < days and int(landing[place]) < days
            today = ctx.books.records(Bill).get(bill.id, bill)
            expected -= bill.face if due else 0
            if due and today.held in ("held", "pledged"):
                out.add(bill.ref, -bill.face)
            elif not due and today.held in ("discounted", "settled"):
                out.add(bill.ref, bill.face)
    _overdue(out, now, "receivables", then.today, ctx.today, max(expected, 0), -1)


def _payments(
    ctx: Context,
    then: Context,
    before: Ledger,
    now: Ledger,
    days: int,
    further: int,
    out: dict[CashDriver, _Timing],
) -> None:
    """Known payments: what was due by today and is open is late, what was due later is early."""
    far = commitments(then.books, before, ctx.calendar, _FAR)
    still = {each.ref: each.amount for each in commitments(ctx.books, now, ctx.calendar, _FAR)}
    paid = _paid_since(ctx.books, then.today)
    for each in far:
        driver = _OF_DUTY.get(each.kind, "payments")
        if each.day <= ctx.today:
            out[driver].add(each.ref, min(each.amount, still.get(each.ref, 0)))
        elif each.kind == "supplier":
            done = paid.get(each.ref.partition(":")[2], 0)
            out[driver].add(each.ref, -min(done, each.amount))
        else:
            out[driver].add(each.ref, -max(each.amount - still.get(each.ref, 0), 0))
    _overdue(out["payments"], now, "payables", then.today, ctx.today, further, 1)


def _overdue(
    out: _Timing, now: Ledger, side: str, since: date, today: date, most: int, sign: int
) -> None:
    """Add invoices written since that are past their day, as far as such were expected at all."""
    for item in now.receivables if side == "receivables" else now.payables:
        if item.invoice.issued > since and item.due <= today:
            part = min(item.left, most)
            most -= part
            out.add(item.invoice.ref, sign * part)


def _paid_since(books: Books, since: date) -> dict[str, int]:
    """Return by invoice what money settled after the day."""
    day, amount = books.columns(Settlement, "day", "amount")
    codes, invoices = books.labels(Settlement, "invoice")
    rows = (day > since.toordinal()) & among(books, Settlement, "by", "money")
    sums = np.zeros(len(invoices), dtype=np.int64)
    np.add.at(sums, codes[rows], amount[rows])
    return {invoices[row]: int(sums[row]) for row in np.flatnonzero(sums).tolist()}
