"""The cash brain (资金大脑): forecasts a merchant's sales and cash, and says what to look at today.

The tools only pass on to the modules beside them, which load numpy when first called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from aicfo_sdk import Context, Needs, Plugin, Same, With
from aicfo_sdk.model import (
    Account,
    Advice,
    Bill,
    CashDemand,
    CashForecast,
    CashVariance,
    CollectionReport,
    Counterparty,
    CreditLine,
    DailySales,
    District,
    FundPosition,
    Invoice,
    LiquidityPlan,
    Loan,
    MarketingPlan,
    Merchant,
    Obligation,
    PeerIndex,
    PriceLock,
    SalesForecast,
    Settlement,
    Site,
    SiteMap,
    SitePlan,
    StockLot,
    Store,
    StoreDiagnosis,
    StoreId,
    TradeWatch,
    Transaction,
)

Horizon = Annotated[int, Field(strict=True, ge=1, le=366, description="Days to forecast.")]
SalesAhead = Annotated[Needs[SalesForecast], With(horizon_days=Same("horizon_days"))]

plugin = Plugin(
    "cash_brain",
    version="0.1.0",
    title="资金大脑",
    description="Forecasts sales and cash with quantiles, and gives daily advice ranked by money.",
)

_SALES = (DailySales, Transaction, Invoice, Store)
_CASH = (*_SALES, Account, Bill, Counterparty, FundPosition, Loan, Obligation, Settlement)


@plugin.tool(
    reads=_SALES,
    title="销售预测",
    asks=["预测销售额", "下个月能卖多少", "forecast sales", "how much will we sell"],
)
def sales_forecast(
    ctx: Context,
    *,
    horizon_days: Horizon = 91,
    store: StoreId | None = None,
    effort: Literal["fast", "thorough"] = "fast",
) -> SalesForecast:
    """Daily sales to come with P10, P50 and P90 in minor units, and the error measured on the past.

    `effort="thorough"` also tries library methods, in seconds instead of milliseconds.
    """
    from .sales import forecast_sales

    return forecast_sales(ctx, horizon_days=horizon_days, store=store, effort=effort)


@sales_forecast.batch
def _sales_forecasts(
    contexts: Sequence[Context],
    *,
    horizon_days: int,
    store: StoreId | None,
    effort: Literal["fast", "thorough"],
) -> list[SalesForecast]:
    from .sales import forecast_many

    return forecast_many(contexts, horizon_days=horizon_days, store=store, effort=effort)


@plugin.tool(
    reads=_CASH,
    title="现金流预测",
    asks=["预测现金流", "未来三个月现金够不够", "forecast cash", "will we run out of money"],
)
def cash_forecast(ctx: Context, *, sales: SalesAhead, horizon_days: Horizon = 91) -> CashForecast:
    """Cash at each day's end if no new decision is taken, with quantiles, minor units."""
    from .cash.outlook import forecast_cash

    return forecast_cash(ctx, sales, horizon_days)


@plugin.tool(
    reads=_CASH,
    title="现金差异分析",
    asks=[
        "现金为什么和预测不一样",
        "现金差异怎么解释",
        "why is cash not what was forecast",
        "cash variance against the last forecast",
    ],
)
def cash_variance(
    ctx: Context,
    *,
    forecast: Needs[CashForecast],
    days: Annotated[int, Field(strict=True, ge=1, le=91, description="Days to look back.")] = 28,
) -> CashVariance:
    """Cash today against the forecast of some days ago, by driver, timing and permanent."""
    from .variance.explain import explain

    return explain(ctx, forecast, days)


@plugin.tool(
    reads=[Counterparty],
    title="现金异动提醒",
    asks=["安全垫取决于哪一笔到账", "which receipt matters most"],
    informs=True,
)
def cash_surprises(ctx: Context, *, variance: Needs[CashVariance]) -> list[Advice]:
    """A warning when cash came out below its band, and of a receipt that the buffer hangs on."""
    from .advice.variance import surprise_advice

    return surprise_advice(ctx, variance)


@plugin.tool(
    reads=[Account, DailySales, Transaction],
    title="多平台结算对账",
    asks=["各平台结算对账", "平台结算到账没有", "reconcile platform settlements with the bank"],
)
def collection_report(
    ctx: Context,
    *,
    days: Annotated[int, Field(strict=True, ge=7, le=364, description="Sales days.")] = 56,
    shares: dict[str, int] | None = None,
) -> CollectionReport:
    """Takings by platform and store against the bank to the minor unit, and what does not match.

    `shares` splits what was received (分账): party → ppm; the merchant keeps the rest.
    """
    from .collection.report import collect

    return collect(ctx, days, shares or {})


@plugin.tool(
    title="平台未结算提醒",
    asks=["哪个平台还没结算", "which platform has not paid us"],
    informs=True,
)
def unpaid_platforms(ctx: Context, *, report: Needs[CollectionReport]) -> list[Advice]:
    """Platforms whose payments are missing, late or short, with what is due."""
    from .advice.collection import collection_advice

    return collection_advice(ctx, report)


@plugin.tool(title="资金缺口", asks=["资金缺口有多大", "how much cash are we short"])
def cash_gap(ctx: Context, *, forecast: Needs[CashForecast]) -> list[CashDemand]:
    """Money needed for P50 cash to keep its buffer and, for four weeks, P10 to stay above 0."""
    from .advice.cash import gap

    return gap(forecast)


@plugin.tool(title="现金底线预警", asks=["现金会不会断", "when does cash fall too low"])
def cash_floor(ctx: Context, *, forecast: Needs[CashForecast]) -> list[Advice]:
    """A warning when cash may fall below its buffer: the first day, and how deep."""
    from .advice.cash import floor_advice

    return floor_advice(ctx, forecast)


@plugin.tool(
    reads=[Account, CreditLine, FundPosition, Loan],
    title="贷款提前还款与置换",
    asks=["哪些贷款可以提前还", "贷款太贵怎么置换", "which loans should we pay back early"],
)
def dear_loans(ctx: Context, *, forecast: Needs[CashForecast]) -> list[Advice]:
    """Loans that idle money or a cheaper credit line can pay back, and what that saves."""
    from .advice.loans import loan_advice

    return loan_advice(ctx, forecast)


@plugin.tool(
    reads=[CreditLine, FundPosition],
    title="流动性分层",
    asks=["闲钱分几层放", "理财放多少", "how much money can be locked", "liquidity tiers"],
)
def liquidity_plan(ctx: Context, *, forecast: Needs[CashForecast]) -> LiquidityPlan:
    """What should lie in each fund with notice, with a shortfall chance of at most 1 %."""
    from .cash.tiers import liquidity

    return liquidity(ctx, forecast)


@plugin.tool(
    reads=[Account, FundPosition, Loan],
    title="闲置资金",
    asks=["有没有闲钱", "闲置资金怎么放", "is any cash idle"],
)
def idle_cash(
    ctx: Context, *, forecast: Needs[CashForecast], plan: Needs[LiquidityPlan] | None = None
) -> list[Advice]:
    """Money that earns more in a fund, as far as the bad case can spare it, or must come back."""
    from .advice.cash import idle_advice

    return idle_advice(ctx, forecast, plan)


@plugin.tool(
    reads=[Bill, Counterparty, Invoice, Loan, Obligation, Settlement, Transaction],
    title="大额待付",
    asks=["最近有哪些大额付款", "which big payments are coming"],
)
def payments_due(ctx: Context, *, forecast: Needs[CashForecast]) -> list[Advice]:
    """The large known payments of the next two weeks, largest first."""
    from .advice.cash import due_advice

    return due_advice(ctx, forecast)


@plugin.tool(
    reads=[Counterparty, Invoice, Settlement, Transaction],
    title="逾期应收",
    asks=["谁欠款逾期了", "哪些应收款逾期", "who pays late", "which receivables are overdue"],
    informs=True,
)
def late_customers(ctx: Context) -> list[Advice]:
    """Customers who are later with a payment than they usually are, dearest first."""
    from .advice.customers import late_advice

    return late_advice(ctx)


@plugin.tool(
    reads=[Counterparty, Invoice],
    title="客户流失与退货",
    asks=["哪些客户在流失", "哪些客户退货多", "which customers buy less", "who returns goods"],
    informs=True,
)
def shrinking_customers(ctx: Context) -> list[Advice]:
    """Customers who buy less than before or return much, ranked by the money at stake."""
    from .advice.customers import trade_advice

    return trade_advice(ctx)


StoreDays = Annotated[int, Field(strict=True, ge=7, le=364, description="Days of the figures.")]


@plugin.tool(
    reads=[DailySales, StockLot, Store],
    title="门店诊断",
    asks=[
        "哪家门店业绩下滑",
        "门店坪效人效怎么样",
        "同店增长多少",
        "which store slipped and why",
        "same-store growth and sales per square metre",
    ],
)
def store_diagnosis(ctx: Context, *, days: StoreDays = 28) -> StoreDiagnosis:
    """坪效, 人效 and same-store growth of each store, and drops with their likely cause."""
    from .stores.diagnosis import diagnose

    return diagnose(ctx, days=days)


@store_diagnosis.batch
def _store_diagnoses(contexts: Sequence[Context], *, days: int) -> list[StoreDiagnosis]:
    from .stores.diagnosis import diagnose_many

    return diagnose_many(contexts, days=days)


@plugin.tool(
    title="门店下滑预警",
    asks=["门店为什么卖得少了", "why does a store sell less"],
    informs=True,
)
def slipping_stores(ctx: Context, *, diagnosis: Needs[StoreDiagnosis]) -> list[Advice]:
    """Stores that sell less than the others and their past lead one to expect, dearest first."""
    from .advice.stores import drop_advice

    return drop_advice(ctx, diagnosis)


@plugin.tool(
    reads=[Counterparty, FundPosition, Invoice, Loan, StockLot],
    title="锁价测算",
    asks=["现在该不该囤货", "哪些原料值得锁价", "which goods should we buy forward", "price lock"],
)
def price_lock(ctx: Context, *, forecast: Needs[CashForecast]) -> PriceLock:
    """Which goods to buy forward: expected rise beyond loss, storage and funding, within a CVaR."""
    from .goods.lock import price_lock as judged

    return judged(ctx, forecast)


@plugin.tool(
    reads=[Account, Counterparty, Invoice],
    title="锁价采购建议",
    asks=["锁价采购建议", "should we lock prices today"],
)
def forward_purchase(ctx: Context, *, lock: Needs[PriceLock]) -> list[Advice]:
    """Goods worth buying forward today or before the next order, what that saves and risks."""
    from .advice.goods import lock_advice

    return lock_advice(ctx, lock)


@plugin.tool(
    reads=(*_SALES, Obligation),
    title="推广预算测算",
    asks=["推广费怎么分", "哪个推广渠道有效", "how should the marketing budget be split"],
)
def marketing_plan(ctx: Context, *, forecast: Needs[CashForecast]) -> MarketingPlan:
    """What each advertising channel adds to sales, with its interval, and what it should get."""
    from .marketing.plan import marketing

    return marketing(ctx, forecast)


@plugin.tool(title="推广预算建议", asks=["推广预算建议", "what should we spend on advertising"])
def marketing_budget(ctx: Context, *, plan: Needs[MarketingPlan]) -> list[Advice]:
    """Budgets worth setting anew, and the experiment that would say more."""
    from .advice.marketing import budget_advice

    return budget_advice(ctx, plan)


@plugin.tool(
    reads=[DailySales, District, Invoice, Site, Store, Transaction],
    title="选址",
    asks=[
        "新店开在哪里",
        "选址",
        "哪家店该关",
        "where would a new store pay",
        "which store should we close",
    ],
)
def site_plan(ctx: Context) -> SitePlan:
    """What each candidate site would bring net of what it takes from own stores, best first."""
    from .sites.plan import plan_sites

    return plan_sites(ctx)


@plugin.tool(
    reads=[District, Site, Store],
    title="选址地图",
    asks=["选址地图", "门店地图", "map of stores and sites"],
)
def site_map(ctx: Context, *, plan: Needs[SitePlan]) -> SiteMap:
    """A picture of people, own stores, rivals and candidates, as SVG."""
    from .sites.picture import draw_map

    return draw_map(ctx, plan)


@plugin.tool(
    reads=[Site, Store],
    title="开店与关店建议",
    asks=["下一家店开在哪里", "要不要关店", "where to expand next"],
    informs=True,
)
def where_to_expand(
    ctx: Context, *, plan: Needs[SitePlan], forecast: Needs[CashForecast]
) -> list[Advice]:
    """The best place for a new store that cash can pay for, and stores that pay more closed."""
    from .advice.sites import site_advice

    return site_advice(ctx, plan, forecast)


@plugin.tool(
    reads=[*_SALES, Merchant, PeerIndex],
    title="行业对比",
    asks=["和同行比怎么样", "行业对比", "how do we do against our trade", "compare with peers"],
)
def trade_watch(ctx: Context, *, sales: Needs[SalesForecast]) -> TradeWatch:
    """The merchant against an index of its trade, and what the trend means for the next quarter."""
    from .peers import watch

    return watch(ctx, sales)


@plugin.tool(
    title="跑输同行预警",
    asks=["是不是跑输同行了", "do we fall behind our trade"],
    reads=[PeerIndex],
    informs=True,
)
def trade_gap(ctx: Context, *, watch: Needs[TradeWatch]) -> list[Advice]:
    """A word when the merchant falls behind its trade, or gains on it, by more than chance."""
    from .advice.peers import peer_advice

    return peer_advice(ctx, watch)
