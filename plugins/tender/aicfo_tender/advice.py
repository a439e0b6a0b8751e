"""What the brief says about tenders: good ones about to close, and those that were won.

The money of an open tender is its expected margin: value × (1 − cost share) × chance of winning,
all three assumed where the notice and the merchant do not say (parameters `tender.*`). It counts
only where the contract is within the merchant's reach; else it is 0 and the line is information.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from aicfo_sdk import PPM, grouped, share
from aicfo_sdk.model import Advice, NoBid, Tender

from .funding import sign_by, won
from .gate import Case, check
from .reach import reach_ppm, same_currency, the_merchant, yearly_sales
from .search import profile, rank

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import Merchant

_MOST = 3
_TITLE = 80


def tender_advice(ctx: Context) -> list[Advice]:
    """Return advice on tenders; see the tool `tender_advice`."""
    merchant = the_merchant(ctx.books)
    if merchant is None:
        return []
    return [*_won(ctx, merchant), *_closing(ctx, merchant)]


def _won(ctx: Context, merchant: Merchant) -> list[Advice]:
    today = ctx.today
    within: int = ctx.params.at("tender.contract_within_days", today)
    out: list[Advice] = []
    for tender in ctx.books.all(Tender, status="awarded"):
        last = sign_by(tender, within)
        if not won(tender, merchant) or last < today:
            continue
        value = tender.awarded if tender.awarded is not None else tender.value
        money, priced = margin_of(ctx, tender, value)
        title, day = short_title(tender), last.isoformat()
        out.append(
            Advice(
                id=f"tender:{tender.id}:sign",
                kind="due",
                money=money,
                title=f"Won: {title}. Sign the contract by {day}",
                title_zh=f"已中标：{title}，请在{day}前签订合同",
                detail=f"Award published {tender.updated.isoformat()}. {priced} Ask for the "
                "funding need of this tender before signing.",
                detail_zh=f"中标公告日期{tender.updated.isoformat()}。"
                f"{_priced_zh(tender, value)}签约前请先测算垫资需求。",
                evidence=(tender.ref, merchant.ref),
            )
        )
    return out


def _closing(ctx: Context, merchant: Merchant) -> list[Advice]:
    today, books, params = ctx.today, ctx.books, ctx.params
    text = profile(merchant)
    near: int = params.at("tender.advice_days", today)
    if not text or not any(_closes(tender, today, near) for tender in books.all(Tender)):
        return []
    sales = yearly_sales(books)
    chance: int = params.at("tender.win_probability_ppm", today)
    far: int = params.at("tender.reach_far_ppm", today)
    case: Case | None = None
    out: list[Advice] = []
    for ranked in rank(ctx, text).best:
        tender = ranked.tender
        # A word found in the text alone is too weak to trouble an owner with.
        if not _closes(tender, today, near) or not ranked.fields & {"title", "codes"}:
            continue
        case = (
            replace(case, tender=tender)
            if case
            else Case(tender, merchant, today, books.currency, books.balance(), sales, params)
        )
        findings = check(case)
        reach = reach_ppm(tender, sales, books.currency)
        if any(found.severity == "refuse" for found in findings) or (reach or 0) > far:
            continue
        margin, priced = margin_of(ctx, tender, tender.value)
        out.append(_bid(ctx, ranked.reasons, tender, merchant, margin, chance, priced, reach))
        if len(out) == _MOST:
            break
    return out


def _bid(
    ctx: Context,
    reasons: tuple[str, ...],
    tender: Tender,
    merchant: Merchant,
    margin: int,
    chance: int,
    priced: str,
    reach: int | None,
) -> Advice:
    assert tender.deadline is not None  # `_closes` chose it by its deadline
    left = (tender.deadline - ctx.today).days
    money = share(margin, chance) if reach is not None else 0
    title = short_title(tender)
    if money:
        worth = f"{priced} At one chance in {round(PPM / chance)} that is {grouped(money)}."
        worth_zh = (
            f"{_priced_zh(tender, tender.value)}按中标概率{chance / 10_000:g}%估算，"
            f"期望毛利{grouped(money)}。"
        )
    else:
        worth = "What it is worth to this firm is unknown (no value, no sales, or other currency)."
        worth_zh = "对本企业的价值未知（无预算、无销售记录或币种不同）。"
    return Advice(
        id=f"tender:{tender.id}:bid",
        kind="opportunity" if money else "info",
        money=money,
        title=f"Tender closes in {left} days: {title}",
        title_zh=f"招标还剩{left}天截止：{title}",
        detail=f"{worth} Why: {'; '.join(reasons)}. Nothing found that would void a bid.",
        detail_zh=f"{worth_zh}截止日{tender.deadline.isoformat()}，未发现否决投标的情形。",
        evidence=(tender.ref, merchant.ref),
        expects=NoBid(tender=tender.id, by=tender.deadline) if left > 0 else None,
    )


def _closes(tender: Tender, today: date, near: int) -> bool:
    return (
        tender.status == "open"
        and tender.deadline is not None
        and 0 <= (tender.deadline - today).days <= near
    )


def margin_of(ctx: Context, tender: Tender, value: int | None) -> tuple[int, str]:
    """Return the margin in minor units (0 when it cannot be told) and how it was reckoned."""
    if value is None or not same_currency(tender, ctx.books.currency):
        return 0, "Its value is not stated in the books' currency."
    cost = tender.cost_share_ppm
    assumed = cost is None
    if cost is None:
        kind = tender.category or "services"
        cost = ctx.params.at(f"tender.{kind}.cost_share_ppm", ctx.today)
    margin = share(value, max(PPM - cost, 0))
    how = "assumed" if assumed else "by your own estimate"
    return margin, (
        f"Value {grouped(value)} {tender.currency}; at a cost of {cost / 10_000:g} % ({how}) "
        f"the margin is {grouped(margin)}."
    )


def _priced_zh(tender: Tender, value: int | None) -> str:
    return f"金额{grouped(value)} {tender.currency}。" if value is not None else ""


def short_title(tender: Tender) -> str:
    """Return the title on one line, cut where it is long."""
    title = " ".join(tender.title.split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
