"""The tender assistant (招投标助手): finds, scores, writes and funds tenders.

This module only registers the tools; what computes is loaded when a tool is first called.
"""

from __future__ import annotations

from typing import Annotated, Literal

from aicfo_sdk import Context, Needs, NeedsAsk, Plugin, With
from aicfo_sdk.model import (
    Account,
    Advice,
    BidDecision,
    BidDocument,
    BidGate,
    BidPrice,
    BondChoice,
    CashDemand,
    CashForecast,
    ContractDraft,
    Counterparty,
    CreditLine,
    DailySales,
    FundingNeed,
    FundingPlan,
    FundPosition,
    Invoice,
    Merchant,
    Tender,
    TenderId,
    TenderMatches,
    TenderPortfolio,
    Transaction,
    WinChance,
)

__all__ = ["plugin"]

plugin = Plugin(
    "tender",
    version="0.1.0",
    title="招投标助手",
    description="Finds tenders that suit, checks whether one may bid, sizes the funding.",
)


@plugin.tool(
    reads=[Tender, Merchant, DailySales, Invoice, Counterparty],
    title="搜索招标",
    asks=[
        "Which tenders suit us?",
        "Find tenders we could bid for",
        "有哪些适合我们的招标项目？",
        "帮我找商机",
    ],
)
def search_tenders(
    ctx: Context,
    *,
    query: str = "",
    limit: int = 20,
    include_planning: bool = False,
    region: str = "",
    value_from: int | None = None,
    value_to: int | None = None,
    days: int | None = None,
) -> TenderMatches:
    """Open tenders that suit a query, or without one the merchant's own trade, best first.

    `query`: words in Chinese or English, at most 2,000 characters; `limit`: 1 to 200 matches;
    `include_planning`: also tenders that are announced but not open yet. `region`, `value_from`
    and `value_to` (minor units) and `days` (until the last day for bids) leave out what does not
    fit; a notice that does not say stays. Each match says why it ranks where it does: words, what
    the merchant sells and has delivered, region, size. Raises: ToolRetry for an empty query when
    the books do not say what the merchant sells, and for a limit or filter out of range.
    """
    from .search import search
    from .shelf import Filters

    return search(ctx, query, limit, Filters(include_planning, region, value_from, value_to, days))


@plugin.tool(
    reads=[Tender, Merchant, Account, DailySales, Invoice],
    title="资格审查",
    asks=["May we bid for tender {tender}?", "{tender}这个标我们能投吗？", "{tender} 资格审查"],
)
def bid_gate(ctx: Context, tender: TenderId) -> BidGate:
    """Whether the merchant may bid: deadline, status, qualifications, size, bonds, value.

    Each finding says what was found, what to do and the rule it rests on.
    """
    from .gate import bid_gate

    return bid_gate(ctx, tender)


@plugin.tool(
    reads=[Tender, Merchant, Invoice, DailySales, Counterparty],
    title="编写投标文件",
    asks=["Write the bid for tender {tender}", "{tender}的投标文件", "编写{tender}投标文件"],
)
def bid_document(
    ctx: Context,
    tender: TenderId,
    *,
    price: int | None = None,
    price_capital: str = "",
    answers: dict[str, str] | None = None,
    assets: int | None = None,
) -> BidDocument:
    """The bid for a tender from the books and the notice, with checklist and what is missing.

    `price`: the price bid in fen; `price_capital`: the same in 大写, which governs where both are
    given and differ; `answers`: clause id of the checklist → the owner's reply; `assets`: total
    assets at the last year's end in fen, for the SME declaration. `aicfo write bid` makes the
    file. Raises: ToolRetry without a price or for an answer to no clause; ToolFailed for a tender
    that is over, in another currency than CNY, or when the books do not say who bids.
    """
    from .write.bid import bid_document

    return bid_document(ctx, tender, price, price_capital, answers or {}, assets)


@plugin.tool(
    reads=[Tender, Merchant],
    title="起草合同",
    asks=["Draft the contract of tender {tender}", "{tender}的合同草案", "起草{tender}合同"],
)
def contract_draft(
    ctx: Context,
    tender: TenderId,
    *,
    price: int | None = None,
    buyer_kind: Literal["public", "large", "other"] = "public",
    terms: str = "",
) -> ContractDraft:
    """The contract of a tender that was won, with what in its terms is unusual or unlawful.

    `price` in fen, without it the award's; `buyer_kind`: a public body, a large firm, or another,
    which decides the days of payment; `terms`: the buyer's own terms, which are checked beside
    the notice's. `aicfo write contract` makes the file. Raises: ToolFailed when the books do not
    show that the merchant won it; ToolRetry when no price is known.
    """
    from .write.agreement import contract_draft

    return contract_draft(ctx, tender, price, buyer_kind, terms)


@plugin.tool(
    reads=[Tender, Merchant],
    title="垫资测算",
    asks=[
        "How much money does tender {tender} need?",
        "{tender}中标后要垫多少钱？",
        "{tender} 垫资需求",
    ],
)
def funding_need(
    ctx: Context,
    tender: TenderId,
    *,
    price: int | None = None,
    forecast: Needs[CashForecast],
) -> FundingNeed:
    """Working capital that winning this tender would need, P50 and P95, in minor units.

    `price`: the price bid, minor units; without it the award or the published value. `need_*` is
    −min of the contract's cumulative cash; `short_*` is what own cash above its buffer, as
    forecast, leaves uncovered. Raises: ToolFailed when the tender is over or in another currency
    than the books; ToolRetry when no value is known.
    """
    from .funding import funding_need

    return funding_need(ctx, tender, price, forecast)


@plugin.tool(
    title="垫资缺口",
)
def tender_demand(ctx: Context, tender: TenderId, *, need: Needs[FundingNeed]) -> list[CashDemand]:
    """The money that funding must find for this tender (its P95 shortage), or nothing."""
    from .funding import tender_demand

    return tender_demand(need)


@plugin.tool(
    reads=[Tender, Merchant],
    title="中标概率",
    asks=[
        "What is our chance of winning tender {tender}?",
        "{tender}中标概率多大？",
    ],
)
def win_chance(ctx: Context, tender: TenderId, *, price: int | None = None) -> WinChance:
    """The chance that a bid wins, with its interval, by the rule of the tender.

    `price`: the price bid, minor units; without it the published value. Rivals are a prior moved
    by the awards in the books. Raises: ToolFailed when the tender is over or in another currency
    than the books; ToolRetry when no value is known.
    """
    from .pricing import win_chance

    return win_chance(ctx, tender, price)


@plugin.tool(
    reads=[Tender, Merchant, CreditLine],
    title="报价测算",
    asks=[
        "Which price is best for tender {tender}?",
        "What price should we bid for tender {tender}?",
        "{tender}报多少价合适？",
        "{tender} 报价测算",
    ],
)
def bid_price(
    ctx: Context, tender: TenderId, *, need: Needs[FundingNeed] | None = None
) -> BidPrice:
    """The bid that maximises expected profit net of bid, bond and funding cost, with the curve.

    Friedman's and Gates' best stand beside it. Raises: as `win_chance`.
    """
    from .pricing import bid_price

    return bid_price(ctx, tender, need)


@plugin.tool(
    reads=[Tender, Account, CreditLine, FundPosition],
    title="投标决策",
    asks=[
        "Is tender {tender} worth bidding for?",
        "Should we bid for tender {tender} or not?",
        "{tender}这个标要不要投？",
        "{tender} 投标决策",
    ],
)
def bid_decision(
    ctx: Context,
    tender: TenderId,
    *,
    gate: Needs[BidGate],
    price: Needs[BidPrice],
    need: Needs[FundingNeed],
    plan: Needs[FundingPlan],
) -> BidDecision:
    """Whether to bid and at which price: the gate, the expected profit, the funding.

    The bid is proposed when all three say so.
    """
    from .decision import bid_decision

    return bid_decision(ctx, tender, gate, price, need, plan)


@plugin.tool(
    reads=[Tender, Merchant, DailySales, Invoice, Counterparty, CreditLine],
    title="投标组合",
    asks=[
        "Which tenders should we bid on together?",
        "Which set of open tenders is best for us?",
        "这几个标一起投哪些合适？",
        "投标组合",
    ],
)
def tender_portfolio(
    ctx: Context,
    *,
    tenders: tuple[TenderId, ...] | None = None,
    contracts_at_once: int | None = None,
    limit: int = 12,
    forecast: Needs[CashForecast],
    gate: NeedsAsk[BidGate],
    price: NeedsAsk[BidPrice],
    need: NeedsAsk[FundingNeed],
) -> TenderPortfolio:
    """The set of open tenders to bid on under one capacity and one cash limit, and why not others.

    `tenders`: those to choose from, at most 24; without it the `limit` (1 to 24) that suit the
    merchant best. `contracts_at_once`: how many the firm can carry out at once (crews); without
    it a year's turnover stands for capacity. Raises: ToolRetry for an argument out of range.
    """
    from .portfolio import Asks, tender_portfolio

    asks = Asks(
        lambda one: gate(tender=one), lambda one: price(tender=one), lambda one: need(tender=one)
    )
    return tender_portfolio(ctx, tenders, contracts_at_once, limit, forecast, asks)


@plugin.tool(
    title="投标组合建议",
    informs=True,
)
def portfolio_advice(
    ctx: Context, *, best: Annotated[Needs[TenderPortfolio], With(limit=6)]
) -> list[Advice]:
    """Which of the open tenders to bid on together, when more than one is worth it alone.

    Money is the expected profit of the set. The six that suit best are looked at.
    """
    from .portfolio import portfolio_advice

    return portfolio_advice(best)


@plugin.tool(
    reads=[Tender, Merchant, Account, DailySales, Invoice, Counterparty],
    title="招投标建议",
    informs=True,
)
def tender_advice(ctx: Context) -> list[Advice]:
    """Tenders worth a look today: good ones about to close, and contracts to sign.

    Money is the expected margin: value × margin × chance of winning, assumed unless known.
    """
    from .advice import tender_advice

    return tender_advice(ctx)


@plugin.tool(
    reads=[Tender, Merchant, DailySales, Invoice, Counterparty],
    title="招标变更提醒",
    asks=[
        "What has changed in the tenders that suit us?",
        "关注的招标有什么变化？",
        "招标变更提醒",
    ],
    informs=True,
)
def tender_watch(ctx: Context) -> list[Advice]:
    """What changed in tenders of our trade: deadline, amounts, lots, terms, cancelled; openings.

    What the books knew of a notice two weeks ago is set beside what they know today. Money is the
    expected margin, 0 where it cannot be told. Books without history show openings alone.
    """
    from .changes import tender_watch

    return tender_watch(ctx)


@plugin.tool(
    reads=[Tender, Merchant, Account, CreditLine],
    title="保证金方式比较",
    asks=[
        "Bond, guarantee or loan for tender {tender}?",
        "{tender}的保证金用现金还是保函？",
        "{tender} 保函还是保证金",
    ],
)
def bond_choice(ctx: Context, tender: TenderId, *, price: int | None = None) -> BondChoice:
    """What each security of a tender costs as cash, as a guarantee and as a loan, cheapest first.

    `price`: the price bid, minor units; without it the award or the published value. Securities
    are the bid bond, the performance bond and the retention. Raises: as `funding_need`.
    """
    from .bonds import bond_choice

    return bond_choice(ctx, tender, price)


@plugin.tool(
    reads=[Tender, Merchant, Transaction],
    title="履约跟踪",
    informs=True,
)
def contract_advice(ctx: Context) -> list[Advice]:
    """Money that contracts bring back and when: payments, bonds, retention; late ones flagged.

    Money is the amount due. What came in is known by its exact amount in the statements.
    """
    from .milestones import contract_advice

    return contract_advice(ctx)
