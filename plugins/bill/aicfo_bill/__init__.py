"""The bill manager (票据管家): checks, plans, prices and settles commercial bills.

This module only registers the tools; what computes is loaded when a tool is first called.
"""

from __future__ import annotations

from aicfo_sdk import Context, Needs, Plugin
from aicfo_sdk.model import (
    Account,
    Advice,
    Bill,
    BillCheck,
    BillId,
    BillPlan,
    CashForecast,
    CashSource,
    Counterparty,
    CreditLine,
    DiscountQuote,
    Invoice,
    Merchant,
    OverdueAcceptor,
    Settlement,
)

__all__ = ["plugin"]

plugin = Plugin(
    "bill",
    version="0.1.0",
    title="票据管家",
    description="Checks commercial bills, plans what to endorse, discount and hold, offers funds.",
)

_CHECKED = [Bill, Counterparty, Invoice, Merchant, OverdueAcceptor]
_PLANNED = [*_CHECKED, Account, CreditLine, DiscountQuote, Settlement]


@plugin.tool(
    reads=[*_CHECKED, DiscountQuote],
    title="票据审验",
    asks=[
        "Is bill {bill} safe to take?",
        "Check bill {bill}",
        "票据 {bill} 能收吗？",
        "审验票据 {bill}",
    ],
)
def check_bill(ctx: Context, bill: BillId, *, overdue: tuple[str, ...] | None = None) -> BillCheck:
    """Whether a bill is safe to hold or take, and at what discount: each finding with its rule.

    `worth` and `discount_ppm` are the price at which to take it, none when it is refused; `summary`
    says it in a sentence. `overdue`: names on the exchange's list of acceptors that pay late,
    instead of the list in the books; without either that check stands under `not_checked`.
    Raises: NotFound for an unknown bill.
    """
    from .examine import case_maker, examine
    from .worth import valued

    one = ctx.books.get(Bill, bill)
    return valued(ctx, one, examine(case_maker(ctx, overdue=overdue)(one)))


@plugin.tool(
    reads=_PLANNED,
    title="票据支付方案",
    asks=[
        "What should we do with our bills?",
        "Which bills should we endorse, discount or hold?",
        "手上的票据怎么用最划算？",
        "哪些票据背书、哪些贴现、哪些持有？",
    ],
)
def bill_plan(ctx: Context, *, forecast: Needs[CashForecast], exact: bool = False) -> BillPlan:
    """The best use of the bills on hand against the cash forecast, with a proven bound.

    By linear program and repair; `exact` solves the integer program, which takes longer. Never
    worse than holding all bills or discounting all at once. Amounts in fen.
    """
    from .plan import make_plan

    return make_plan(ctx, forecast, exact=exact)


@plugin.tool(reads=_PLANNED, title="票据可筹资金")
def bill_sources(ctx: Context) -> list[CashSource]:
    """What discounting each bill would bring, and which payables a bill could pay instead."""
    from .sources import cash_sources

    return cash_sources(ctx)


@plugin.tool(
    reads=_PLANNED,
    title="票据提醒",
    asks=[
        "Which bills need attention today?",
        "Which bills mature soon?",
        "今天有哪些票据要处理？",
        "哪些票据快到期了？",
    ],
)
def bill_advice(ctx: Context, *, plan: Needs[BillPlan] | None = None) -> list[Advice]:
    """Bills that fail checks, mature or must be paid, and what the plan is worth in money."""
    from .advice import advise

    return advise(ctx, plan)
