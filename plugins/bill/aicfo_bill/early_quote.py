"""What a discount for paying early is worth a year, beside what money costs: in words.

Rules: docs/bill-rules.md, early.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from aicfo_sdk import Context, grouped, interest
from aicfo_sdk.model import CreditLine, EarlyPayment, EarlyPayments, InvoiceId

from .deals import Market
from .early import annual_ppm, last_day, percent, worth_a_year
from .position import Payable, deposit_ppm, movable_bills, open_payables, quotes_by_class
from .quote import BASIS, price_class

_AHEAD = timedelta(days=3_650)

_SAID = {
    "raise": ("worth raising money for", "筹资付款也划算"),
    "spare": ("worth it with money to spare only", "仅有闲钱时划算"),
    "no": ("not worth it", "不划算"),
}


class _Money(NamedTuple):
    cost: int
    source: str


def early_quote(ctx: Context) -> EarlyPayments:
    """Return each discount that open invoices still grant, the dearest to forgo first."""
    raised = _Raised(ctx)
    found = [
        _compared(ctx, payable, until, off, raised)
        for payable in open_payables(ctx, ctx.today + _AHEAD)
        for until, off in payable.early
    ]
    found.sort(key=_order)
    summary, summary_zh = _summary(found)
    return EarlyPayments(
        payments=tuple(found),
        summary=summary,
        summary_zh=summary_zh,
        evidence=tuple(
            dict.fromkeys(
                name for one in found for name in (f"Invoice:{one.invoice}", one.source) if name
            )
        ),
    )


def _order(one: EarlyPayment) -> tuple[bool, int, str, date]:
    """Due anyway first, then what money paid early earns most."""
    return one.annual_ppm is not None, -(one.annual_ppm or 0), one.invoice, one.day


class _Raised:
    """The cheapest money that lines and bills give whole on a day."""

    def __init__(self, ctx: Context) -> None:
        quotes = quotes_by_class(ctx)
        self._lines = sorted(ctx.books.all(CreditLine), key=lambda line: line.id)
        self._markets = [
            Market(ctx, bill, quotes[price_class(bill)], remote=False)
            for bill in movable_bills(ctx)
        ]

    def cheapest(self, amount: int, day: date, until: date) -> _Money | None:
        """Return what raising `amount` fen costs until a day; a bill sold costs until it pays."""
        return min((*self._drawn(amount, day, until), *self._sold(amount, day)), default=None)

    def _drawn(self, amount: int, day: date, until: date) -> Iterator[_Money]:
        for line in self._lines:
            principal = amount + line.fee
            if principal <= line.limit - line.used and day <= line.expires:
                rate, days = max(line.rate_ppm, 0), (until - day).days
                charged = interest(principal, rate, max(days, 0), line.day_basis)
                yield _Money(charged + line.fee, line.ref)

    def _sold(self, amount: int, day: date) -> Iterator[_Money]:
        for market in self._markets:
            if market.bill.face > amount and day < market.payday:
                deal = market.best_discount(day, amount)
                if deal and not deal.short:
                    yield _Money(deal.cost, market.bill.ref)


def _compared(
    ctx: Context, payable: Payable, until: date, off: int, raised: _Raised
) -> EarlyPayment:
    day, paid = last_day(ctx, min(until, payable.due)), payable.amount - off
    days = max((payable.due - day).days, 0)
    idle = interest(paid, deposit_ppm(ctx), days, BASIS)
    money = raised.cheapest(paid, day, payable.due)
    verdict: Literal["raise", "spare", "no"] = (
        "raise" if money and off > money.cost else "spare" if off > idle else "no"
    )
    rate, said = annual_ppm(paid, off, days), _SAID[verdict]
    cost_ppm = annual_ppm(paid, money.cost, days) if money else None
    yearly = "" if rate is None else f"，折年 {percent(rate)}%"
    earns = percent(annual_ppm(paid, idle, days) or 0)
    other = "no line or bill could raise it"
    other_zh = "没有额度或票据可筹到这笔钱"
    if money:
        cost, share = grouped(money.cost), percent(cost_ppm or 0)
        other = f"raising it costs {cost} ({share} %) at least, from {money.source}"
        other_zh = f"筹资最低成本 {cost}（折年 {share}%），来自 {money.source}"
    return EarlyPayment(
        invoice=InvoiceId(payable.invoice),
        payee=payable.payee,
        day=day,
        due=payable.due,
        owed=payable.amount,
        off=off,
        paid=paid,
        days=days,
        annual_ppm=rate,
        idle=idle,
        source=money.source if money else "",
        cost=money.cost if money else None,
        cost_ppm=cost_ppm,
        verdict=verdict,
        gain=off - (money.cost if money and verdict == "raise" else idle),
        why=f"{grouped(paid)} on {day} instead of {grouped(payable.amount)} on {payable.due}: "
        f"{grouped(off)} off for money {worth_a_year(paid, off, days)}. Money on hand would earn "
        f"{grouped(idle)} ({earns} %), {other}: {said[0]}.",
        why_zh=f"{day} 付 {grouped(paid)}，代替 {payable.due} 付 {grouped(payable.amount)}："
        f"早付 {days} 天，省 {grouped(off)}{yearly}。账上的钱同期收益 {grouped(idle)}"
        f"（折年 {earns}%），{other_zh}：{said[1]}。",
    )


def _summary(found: list[EarlyPayment]) -> tuple[str, str]:
    if not found:
        return (
            "No open invoice takes anything off for paying early.",
            "没有可享受现金折扣的未付发票。",
        )
    best = dict[str, EarlyPayment]()
    for one in found:
        known = best.get(one.invoice)
        best[one.invoice] = max(known, one, key=lambda each: each.gain) if known else one
    worth = {
        verdict: [one for one in best.values() if one.verdict == verdict]
        for verdict in ("raise", "spare")
    }
    gain = grouped(sum(one.gain for part in worth.values() for one in part))
    off = grouped(sum(one.off for one in best.values()))
    raised, spare = (len(worth[verdict]) for verdict in ("raise", "spare"))
    take = "s take" if len(best) > 1 else " takes"
    return (
        (
            f"{len(best)} open invoice{take} up to {off} off for paying early: {raised} worth "
            f"raising money for, {spare} with money to spare only; together {gain} after what the "
            "money costs."
        ),
        (
            f"{len(best)} 张未付发票提前付款最多可省 {off}：{raised} 张筹资付款也划算，"
            f"{spare} 张仅有闲钱时划算；扣除资金成本共省 {gain}。"
        ),
    )
