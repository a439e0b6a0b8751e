"""What changed in the tenders of our trade, and whose bids are opened now.

The state that the books showed some days ago is set beside today's. What a notice says is never
repeated here, apart from its title: only figures and days, and how many things changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aicfo_sdk import grouped, share
from aicfo_sdk.model import Advice, Tender

from .advice import margin_of, short_title
from .index import SUBJECT
from .reach import same_currency, the_merchant
from .search import profile, rank
from .shelf import Filters, shelf_of

if TYPE_CHECKING:
    from aicfo_sdk import Context

_MOST = 10
_OPENINGS = 3


class Change(NamedTuple):
    """One thing that changed, in both languages."""

    said: str
    said_zh: str


def tender_watch(ctx: Context) -> list[Advice]:
    """Return changes and openings; see the tool `tender_watch`."""
    text = profile(the_merchant(ctx.books))
    if not text:
        return []
    return [*_changed(ctx, text), *_opened(ctx, text)]


def changes(before: Tender, after: Tender) -> list[Change]:
    """Return what differs between two states of one tender, the weightiest first."""
    if after.status == "cancelled":
        return [Change("it was cancelled", "已终止")] if before.status != "cancelled" else []
    return [
        *_deadline(before, after),
        *_amounts(before, after),
        *_lots(before, after),
        *_counted(before, after),
    ]


def _deadline(before: Tender, after: Tender) -> Iterator[Change]:
    old, new = before.deadline, after.deadline
    if old and new and old != new:
        days = (new - old).days
        way, way_zh = ("later", "推迟") if days > 0 else ("earlier", "提前")
        yield Change(
            f"last day for bids moved from {old} to {new}, {abs(days)} days {way}",
            f"截止日由{old}改为{new}（{way_zh}{abs(days)}天）",
        )
    elif new and not old:
        yield Change(f"last day for bids is now stated: {new}", f"已公布截止日：{new}")
    elif old and not new:
        yield Change("the last day for bids was withdrawn", "截止日被撤回")
    elif after.deadline_time != before.deadline_time and after.deadline_time:
        yield Change(
            f"hour of the last day is now {after.deadline_time}",
            f"截止时间改为{after.deadline_time}",
        )


def _amounts(before: Tender, after: Tender) -> Iterator[Change]:
    if before.currency != after.currency:
        yield Change(f"amounts are in {after.currency} now", f"币种改为{after.currency}")
        return
    for name, said, said_zh in (
        ("value", "value", "预算"),
        ("ceiling", "ceiling price", "最高限价"),
        ("bond", "bid bond", "投标保证金"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            first = grouped(old) if old is not None else "not stated"
            last = grouped(new) if new is not None else "not stated"
            yield Change(
                f"{said} changed from {first} to {last}",
                f"{said_zh}由{_zh(first)}改为{_zh(last)}",
            )


def _zh(amount: str) -> str:
    return "未公布" if amount == "not stated" else amount


def _lots(before: Tender, after: Tender) -> Iterator[Change]:
    old, new = ({lot.number: lot for lot in one.lots} for one in (before, after))
    added, gone = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    other = sum(new[number] != old[number] for number in new.keys() & old.keys())
    if added or gone or other:
        yield Change(
            f"lots: {added} added, {gone} withdrawn, {other} changed",
            f"标段：新增{added}个，取消{gone}个，变更{other}个",
        )


def _counted(before: Tender, after: Tender) -> Iterator[Change]:
    for names, said, said_zh in (
        (("required", "qualifications"), "qualifications", "资格要求"),
        (("clauses",), "marked clauses", "标记条款"),
        (("scoring", "evaluation"), "evaluation", "评审办法"),
        (("payments", "performance_bond_ppm", "retention_ppm"), "payment terms", "付款条件"),
        (("starts", "ends", "delivery_days"), "contract period", "合同期限"),
    ):
        if any(getattr(before, name) != getattr(after, name) for name in names):
            yield Change(f"{said} changed: read the notice again", f"{said_zh}有变更，请重读公告")


def _changed(ctx: Context, text: str) -> Iterator[Advice]:
    books, today = ctx.books, ctx.today
    shelf = shelf_of(books)
    terms = shelf.index.terms(text)
    ours = shelf.index.holding({*terms.asked, *(word for near in terms.near for word in near)})
    since = today - timedelta(days=ctx.params.at("tender.watch_days", today))
    (updated,) = books.columns(Tender, "updated")
    rows = np.flatnonzero(ours & (updated > since.toordinal()))
    order: list[int] = rows[np.argsort(-updated[rows], kind="stable")].tolist()
    found = 0
    for row in order:
        states = books.states(Tender, shelf.ids[row])
        before = _known(states, since)
        seen = changes(before, states[-1]) if _matters(before, states[-1], today) else []
        if not seen:
            continue
        yield _advice(ctx, before, states[-1], seen)
        found += 1
        if found == _MOST:
            return


def _known(states: tuple[Tender, ...], since: date) -> Tender:
    """Return the state that showed on a day, or the first one when it appeared later."""
    return next((one for one in reversed(states) if one.updated <= since), states[0])


def _matters(before: Tender, after: Tender, today: date) -> bool:
    running = ("open", "planning")
    over = after.deadline is not None and after.deadline < today and after.status != "cancelled"
    return before.status in running and after.status in (*running, "cancelled") and not over


def _advice(ctx: Context, before: Tender, after: Tender, seen: list[Change]) -> Advice:
    cancelled = after.status == "cancelled"
    sooner = bool(before.deadline and after.deadline and after.deadline < before.deadline)
    title, said = short_title(after), "; ".join(one.said for one in seen)
    said_zh = "；".join(one.said_zh for one in seen)
    return Advice(
        id=f"tender:{after.id}:changed:{after.updated.isoformat()}",
        kind="info" if cancelled else "due" if sooner else "watch",
        money=0 if cancelled else _money(ctx, after),
        title=f"Tender changed: {title}: {seen[0].said}",
        title_zh=f"招标变更：{title}：{seen[0].said_zh}",
        detail=f"Between {before.updated.isoformat()} and {after.updated.isoformat()}: {said}.",
        detail_zh=f"{before.updated.isoformat()}至{after.updated.isoformat()}：{said_zh}。",
        evidence=(after.ref,),
    )


def _opened(ctx: Context, text: str) -> Iterator[Advice]:
    near: int = ctx.params.at("tender.opening_days", ctx.today)
    found = 0
    for ranked in rank(ctx, text, Filters(days=near)).best:
        tender = ranked.tender
        if tender.deadline is None or not ranked.fields & {*SUBJECT}:
            continue
        title, day = short_title(tender), tender.deadline.isoformat()
        hour = f" at {tender.deadline_time}" if tender.deadline_time else ""
        yield Advice(
            id=f"tender:{tender.id}:opening",
            kind="due",
            money=_money(ctx, tender),
            title=f"Bids are due and opened on {day}{hour}: {title}",
            title_zh=f"{day}{tender.deadline_time}截标并开标：{title}",
            detail="If a bid was written, hand it in before that hour; without one, nothing is "
            "lost by letting it pass.",
            detail_zh="已编制投标文件的请在截止前递交；未参与的可忽略。",
            evidence=(tender.ref,),
        )
        found += 1
        if found == _OPENINGS:
            return


def _money(ctx: Context, tender: Tender) -> int:
    """Return the expected margin at the usual chance, 0 where it cannot be told."""
    if not same_currency(tender, ctx.books.currency):
        return 0
    margin, _ = margin_of(ctx, tender, tender.value)
    return share(margin, ctx.params.at("tender.win_probability_ppm", ctx.today))
