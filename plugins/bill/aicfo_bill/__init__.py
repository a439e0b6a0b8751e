"""The bill manager (票据管家): checks, plans, prices and settles commercial bills.

This module only registers the tools; what computes is loaded when a tool is first called.
"""

from __future__ import annotations

from datetime import date

from aicfo_sdk import Context, Needs, Plugin
from aicfo_sdk.model import (
    Account,
    Advice,
    Bill,
    BillCalendar,
    BillCheck,
    BillId,
    BillPlan,
    BillQuote,
    CashDemand,
    CashForecast,
    CashSource,
    ContingentBills,
    Counterparty,
    CreditLine,
    DiscountQuote,
    EarlyPayments,
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
def bill_plan(
    ctx: Context,
    *,
    forecast: Needs[CashForecast],
    exact: bool = False,
    uncertain: bool = False,
) -> BillPlan:
    """The best use of the bills on hand against the cash forecast, with a proven bound.

    Looks for a plan within 1 basis point of face of the best there is, `exact` within a tenth,
    which may take longer; `gap_ppm` says what was reached. Never worse than a simple rule, such as
    to hold or to discount all. `uncertain` judges it by the forecast's bad, middle and good case at
    once, not by the middle alone. Amounts in fen.
    """
    from .plan import make_plan

    return make_plan(ctx, forecast, exact=exact, uncertain=uncertain)


@plugin.tool(reads=_PLANNED, title="票据可筹资金")
def bill_sources(ctx: Context) -> list[CashSource]:
    """What discounting each bill would bring, and which payables a bill could pay instead."""
    from .sources import cash_sources

    return cash_sources(ctx)


@plugin.tool(title="票据资金缺口")
def bill_demand(ctx: Context, *, forecast: Needs[CashForecast]) -> list[CashDemand]:
    """What cash lacks up to the next working day: what bills, and lines beside them, must cover.

    The funding tool picks the cheapest of all sources for it. Another plugin's demand for the same
    gap takes its place where it is larger.
    """
    from .demand import cash_demand

    return cash_demand(ctx, forecast)


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


@plugin.tool(
    reads=[Bill, Merchant, OverdueAcceptor],
    title="或有票据负债",
    asks=[
        "What could come back to us from bills we endorsed or discounted?",
        "How much do we still answer for on bills passed on?",
        "已背书和已贴现的票据还有多少可能被追索？",
        "票据或有负债有多少？",
    ],
)
def bill_contingent(ctx: Context) -> ContingentBills:
    """Bills endorsed or discounted and not settled: how much, until when, by acceptor.

    Those refused or claimed have fallen due; those whose acceptor is on today's overdue list may
    be next. Amounts in fen of face; interest and costs of a claim come on top.
    """
    from .contingent import contingent_bills

    return contingent_bills(ctx)


@plugin.tool(
    reads=[Bill, Merchant, OverdueAcceptor],
    title="票据到期日历",
    asks=[
        "Show the maturity calendar of our bills",
        "When do our bills have to be presented or paid?",
        "票据到期日历",
        "各张票据哪天到期、哪天要兑付？",
    ],
)
def bill_calendar(ctx: Context, *, days: int = 90) -> BillCalendar:
    """What the bills bring day by day: to present until when, to pay, to claim, what lapses.

    `days`: how many to show, from the books' day on, 1 to 366. Raises: InputError for others.
    """
    from .maturities import calendar_of

    return calendar_of(ctx, days)


@plugin.tool(
    reads=[*_CHECKED, CreditLine, DiscountQuote, Settlement],
    title="票据比价",
    asks=[
        "What does it cost to discount bill {bill}?",
        "Is it cheaper to discount bill {bill} or to borrow?",
        "From which day is discounting bill {bill} cheaper than a loan?",
        "票据 {bill} 贴现还是借款划算？",
        "票据 {bill} 贴现要多少钱？",
        "票据 {bill} 哪天起贴现比贷款便宜？",
    ],
)
def bill_quote(
    ctx: Context,
    bill: BillId,
    *,
    amount: int | None = None,
    day: date | None = None,
    remote: bool = False,
) -> BillQuote:
    """What each way to turn a bill into money or payment costs, best first, with break-even days.

    Discount, pledge, endorse, borrow and keep it, hold; to the fen. `amount`: money needed, fen
    (else as much as the bill brings); `day`: when (else the books' day); `remote`: paper whose
    acceptor is in another place. Raises: NotFound; InputError for a bill that is not on hand.
    """
    from .compare import compare

    return compare(ctx, bill, amount=amount, day=day, remote=remote)


@plugin.tool(
    reads=[*_CHECKED, CreditLine, DiscountQuote, Settlement],
    title="提前付款比价",
    asks=[
        "Which suppliers should we pay early for the discount?",
        "Is an early payment discount worth it?",
        "哪些货款提前付有现金折扣？",
        "提前付款享受现金折扣划算吗？",
    ],
)
def early_payments(ctx: Context) -> EarlyPayments:
    """What open invoices take off for paying early, a year, beside what money costs a year.

    Money on hand, the cheapest credit line, the cheapest bill to sell; each in whole fen and in
    words. Whether the cash is there on the day is what `bill_plan` plans.
    """
    from .early_quote import early_quote

    return early_quote(ctx)
