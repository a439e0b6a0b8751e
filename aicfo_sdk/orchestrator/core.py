"""The core's own plugin: credit lines as sources, the funding plan, the daily brief."""

from __future__ import annotations

from datetime import timedelta

from ..context import Context
from ..model.action import DrawLoan
from ..model.facts import Advice, Brief, CashDemand, CashSource, FundingPlan
from ..model.finance import CreditLine
from ..model.merchant import Account
from ..money import PPM, round_div
from ..plugin import NeedsAll, Plugin

plugin = Plugin(
    "core",
    version="0.1.0",
    title="核心",
    description="Credit lines as cash sources, the cheapest funding mix, the daily brief.",
)

_LONGEST = timedelta(days=365)


@plugin.tool(reads=[CreditLine, Account], title="授信额度作为资金来源")
def credit_lines(ctx: Context) -> list[CashSource]:
    """What the credit lines in the books could still give, priced by the day."""
    accounts = sorted(ctx.books.all(Account), key=lambda a: (a.kind != "bank", a.id))
    if not accounts:
        return []
    sources: list[CashSource] = []
    for line in ctx.books.all(CreditLine):
        left = line.limit - line.used
        until = min(line.expires, ctx.today + _LONGEST)
        if left <= line.fee or until < ctx.today:
            continue
        sources.append(
            CashSource(
                id=f"draw:{line.id}",
                resource=line.ref,
                capacity=left,
                limit=left,
                first=ctx.today,
                until=until,
                annual_ppm=line.rate_ppm,
                day_basis=line.day_basis,
                fee=line.fee,
                action=DrawLoan(
                    day=ctx.today,
                    line=line.id,
                    account=accounts[0].id,
                    amount=left,
                    rate_ppm=line.rate_ppm,
                    due=until,
                    fee=line.fee,
                ),
                evidence=(line.ref,),
            )
        )
    return sources


@plugin.tool(
    title="融资方案",
    blocking=False,
    asks=[
        "Can we fund tender {tender}?",
        "Can we afford to win tender {tender}? How would we finance it?",
        "Where does the money for {tender} come from?",
        "How do we cover the cash gap? What is the cheapest way to raise money?",
        "能不能垫得起 {tender}？",
        "{tender} 这个标的资金从哪里来？够不够钱做？",
        "资金缺口怎么补最便宜？怎么融资？",
    ],
)
def funding(
    ctx: Context, *, demands: NeedsAll[CashDemand], sources: NeedsAll[CashSource]
) -> FundingPlan:
    """The cheapest mix of sources (discount, endorse, borrow …) that meets all cash demands."""
    from .funding import fund

    return fund(demands, sources, today=ctx.today)


_URGENT = ("due", "risk", "watch", "opportunity", "info")


def _rank(item: Advice) -> tuple[int, int, str]:
    """Expected money first, then what presses most."""
    sure = PPM if item.confidence_ppm is None else item.confidence_ppm
    return -round_div(item.money * sure, PPM), _URGENT.index(item.kind), item.id


@plugin.tool(
    reads=[Account],
    title="每日简报",
    asks=[
        "What should I do today?",
        "Give me the morning brief. What needs my attention?",
        "今天该做什么？",
        "每日简报，有什么要注意的？",
    ],
)
def brief(ctx: Context, *, advice: NeedsAll[Advice]) -> Brief:
    """Today's advice of all plugins, dearest first, each thing once."""
    unique: dict[str, Advice] = {}
    for item in advice:
        known = unique.get(item.id)
        if known is None or known.money < item.money:
            unique[item.id] = item
    return Brief(
        day=ctx.today,
        cash=ctx.books.balance(),
        currency=ctx.books.currency,
        advice=tuple(sorted(unique.values(), key=_rank)),
    )
