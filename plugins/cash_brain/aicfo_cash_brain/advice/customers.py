"""Advice on customers: who is late, who buys less than usual, who sends goods back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, factorial
from statistics import median

from aicfo_sdk import Context
from aicfo_sdk.model import Advice, Invoice, InvoicesOpen

from ..cash.items import OpenItem, open_ledger
from ..columns import credit_sales, those
from .words import money, party_name

_SHOWN = 10
_USUAL_SLACK = 7
_CALLED_DAYS = 14
"""A late customer that has not paid half within so many days was rightly called late."""
_SPANS = (91, 56)
_LEAST_ORDERS = 4
_CHANCE = 0.1
_DROP, _STEADY_ORDERS = 0.5, 6
_RETURN_SHARE, _RETURN_TIMES = 0.1, 2.0
_EVIDENCE = 12


def late_advice(ctx: Context) -> list[Advice]:
    """Return customers whose invoices are overdue by more than they usually are, dearest first.

    Usual is the median delay of the customer's past payments plus a week. Books without any
    payment say nothing about who is late.
    """
    terms: int = ctx.params.at("cash_brain.default_terms_days", ctx.today)
    ledger = open_ledger(ctx.books, terms)
    if ledger.assumed:
        return []
    late: dict[str, list[OpenItem]] = defaultdict(list)
    for item in ledger.receivables:
        party = item.invoice.counterparty
        usual = median(ledger.delays[party]) if ledger.delays.get(party) else 0
        if (ctx.today - item.due).days > usual + _USUAL_SLACK:
            late[party].append(item)
    ranked = sorted(late, key=lambda party: (-sum(item.left for item in late[party]), party))
    out: list[Advice] = []
    for party in ranked[:_SHOWN]:
        items = late[party]
        total = sum(item.left for item in items)
        oldest = max((ctx.today - item.due).days for item in items)
        usual = round(median(ledger.delays[party])) if ledger.delays.get(party) else None
        name, amount = party_name(ctx, party), money(ctx, total)
        habit = f" It usually pays {usual} days after the due day." if usual is not None else ""
        habit_zh = f"该客户通常在到期后{usual}天付款。" if usual is not None else ""
        out.append(
            Advice(
                id=f"late:{party}",
                kind="risk",
                money=total,
                title=f"{name} is late with {amount}, the oldest by {oldest} days",
                title_zh=f"{name}逾期未付{amount}, 最长已逾期{oldest}天",
                detail=f"{len(items)} open invoices are past their due day.{habit} Call it today.",
                detail_zh=f"{len(items)}张发票已过付款期。{habit_zh}建议今天催收。",
                evidence=tuple(item.invoice.ref for item in items[:_EVIDENCE]),
                expects=InvoicesOpen(
                    party=party,
                    invoices=tuple(item.invoice.id for item in items),
                    amount=total - total // 2,
                    by=ctx.today + timedelta(days=_CALLED_DAYS),
                ),
            )
        )
    return out


@dataclass(slots=True)
class _Trade:
    """One customer's trade in the recent span and in the one before it."""

    bought: int = 0
    before: int = 0
    returned: int = 0
    days: set[date] = field(default_factory=set[date])
    days_before: set[date] = field(default_factory=set[date])
    orders: list[Invoice] = field(default_factory=list[Invoice])
    returns: list[Invoice] = field(default_factory=list[Invoice])


def trade_advice(ctx: Context) -> list[Advice]:
    """Return customers who buy less than before or return much, by money at stake, at most ten.

    The last 91 days are compared with the 91 before (56 where history is shorter). A customer
    shrinks when its order days are too few to be chance (Poisson, one in ten) or its money fell
    by half over many orders, both beyond what the whole firm lost; at stake is what is missing
    against that. It returns much when a tenth of its purchases, and twice the firm's share, came
    back; at stake is what came back. Invoices settled on the spot are left out: their buyers are
    often nobody in particular.
    """
    (issued,) = ctx.books.columns(Invoice, "issued")
    invoices = those(ctx.books, credit_sales(ctx.books) & (issued <= ctx.today.toordinal()))
    first = min((invoice.issued for invoice in invoices), default=ctx.today)
    length = (ctx.today - first).days + 1
    span = next((span for span in _SPANS if length >= 2 * span), None)
    if span is None:
        return []
    trades = _trades(invoices, ctx.today, span)
    bought = sum(trade.bought for trade in trades.values())
    before = sum(trade.before for trade in trades.values())
    returned = sum(trade.returned for trade in trades.values())
    # A firm that grows does not excuse a customer; one that shrinks explains part of it.
    trend = min(bought / before, 1.0) if before > 0 else 1.0
    days = sum(len(trade.days) for trade in trades.values())
    days_before = sum(len(trade.days_before) for trade in trades.values())
    pace = min(days / days_before, 1.0) if days_before else 1.0
    usual_return = returned / bought if bought > 0 else 0.0
    found: list[Advice] = []
    for party, trade in trades.items():
        if _shrinks(trade, trend, pace):
            found.append(_shrinking(ctx, party, trade, trend, span))
        least = max(_RETURN_SHARE, _RETURN_TIMES * usual_return)
        if len(trade.returns) > 1 and trade.returned > least * trade.bought:
            found.append(_returning(ctx, party, trade, span))
    return sorted(found, key=lambda advice: (-advice.money, advice.id))[:_SHOWN]


def _trades(invoices: list[Invoice], today: date, span: int) -> dict[str, _Trade]:
    recent = today - timedelta(days=span)
    earlier = today - timedelta(days=2 * span)
    trades: dict[str, _Trade] = defaultdict(_Trade)
    for invoice in invoices:
        if invoice.issued <= earlier:
            continue
        trade = trades[invoice.counterparty]
        if invoice.issued > recent:
            if invoice.total < 0:
                trade.returned -= invoice.total
                trade.returns.append(invoice)
            else:
                trade.bought += invoice.total
                trade.days.add(invoice.issued)
        elif invoice.total > 0:
            trade.before += invoice.total
            trade.days_before.add(invoice.issued)
        if invoice.total > 0:
            trade.orders.append(invoice)
    return trades


def _shrinks(trade: _Trade, trend: float, pace: float) -> bool:
    if len(trade.days_before) < _LEAST_ORDERS or trade.bought >= trade.before * trend:
        return False
    expected = len(trade.days_before) * pace
    rare = _poisson_at_most(len(trade.days), expected) <= _CHANCE
    halved = trade.bought < trade.before * trend * (1 - _DROP)
    return rare or (halved and len(trade.days_before) >= _STEADY_ORDERS)


def _poisson_at_most(count: int, mean: float) -> float:
    if mean > 100:
        # Normal is close enough there and cannot overflow.
        return 0.0 if count < mean - 1.2816 * mean**0.5 else 1.0
    return sum(exp(-mean) * mean**k / factorial(k) for k in range(min(count, 200) + 1))


def _shrinking(ctx: Context, party: str, trade: _Trade, trend: float, span: int) -> Advice:
    missing = max(round(trade.before * trend) - trade.bought, 0)
    name, amount = party_name(ctx, party), money(ctx, missing)
    last = max(invoice.issued for invoice in trade.orders)
    newest = sorted(trade.orders, key=lambda invoice: (invoice.issued, invoice.id))[-_EVIDENCE:]
    return Advice(
        id=f"shrinking:{party}",
        kind="risk",
        money=missing,
        title=f"{name} buys less: {amount} missing in {span} days",
        title_zh=f"{name}采购减少: {span}天内少买{amount}",
        detail=(
            f"{money(ctx, trade.bought)} on {len(trade.days)} days against "
            f"{money(ctx, trade.before)} on {len(trade.days_before)} days in the {span} days "
            f"before; last order {last.isoformat()}. Ask why before it is gone."
        ),
        detail_zh=(
            f"近{span}天{len(trade.days)}个下单日共{money(ctx, trade.bought)}, 此前{span}天"
            f"{len(trade.days_before)}个下单日共{money(ctx, trade.before)}; 最近一单"
            f"{last.isoformat()}。建议尽快回访。"
        ),
        evidence=tuple(invoice.ref for invoice in newest),
    )


def _returning(ctx: Context, party: str, trade: _Trade, span: int) -> Advice:
    name, amount = party_name(ctx, party), money(ctx, trade.returned)
    worst = sorted(trade.returns, key=lambda invoice: (invoice.total, invoice.id))[:_EVIDENCE]
    return Advice(
        id=f"returns:{party}",
        kind="watch",
        money=trade.returned,
        title=f"{name} returned {amount} in {span} days",
        title_zh=f"{name}近{span}天退货{amount}",
        detail=(
            f"{len(trade.returns)} credit notes against purchases of {money(ctx, trade.bought)}. "
            "Look for a faulty item or a wrong delivery."
        ),
        detail_zh=(
            f"{len(trade.returns)}张红字发票, 同期采购{money(ctx, trade.bought)}。"
            "请检查商品质量或发货差错。"
        ),
        evidence=tuple(invoice.ref for invoice in worst),
    )
