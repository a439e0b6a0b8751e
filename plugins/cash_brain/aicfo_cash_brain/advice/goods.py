"""Advice to buy goods forward, as the price lock finds."""

from __future__ import annotations

from aicfo_sdk import Context, Proposal
from aicfo_sdk.model import Account, Advice, BuyStock, Counterparty, Invoice, ItemPrice, PriceLock

from .words import money


def lock_advice(ctx: Context, lock: PriceLock) -> list[Advice]:
    """Return one piece of advice for all goods worth locking; money is what it saves.

    What is to be bought on a later day is proposed for the working day after it: until then
    somebody looks again whether the price still stands.
    """
    account = max(
        (one.id for one in ctx.books.records(Account).values() if one.kind == "bank"),
        key=lambda id: (ctx.books.balance(id), id),
        default="",
    )
    left = ctx.books.balance(account) if account else 0
    chosen, proposals = list[ItemPrice](), list[Proposal]()
    for item in sorted(lock.items, key=lambda one: (-one.saves, one.item)):
        if not item.quantity_milli or not 0 < item.amount <= left or item.saves <= 0:
            continue
        left -= item.amount
        chosen.append(item)
        proposals.append(_proposal(ctx, lock, item, account))
    if not chosen:
        return []
    saves = sum(item.saves for item in chosen)
    paid = sum(item.amount for item in chosen)
    names = ", ".join(item.item for item in chosen)
    risk = sum(item.cvar for item in chosen)
    return [
        Advice(
            id="price_lock",
            kind="opportunity",
            money=saves,
            title=f"Buy forward for {money(ctx, paid)} ({names}): saves about {money(ctx, saves)}",
            title_zh=f"锁价采购{money(ctx, paid)}（{names}）, 预计节省{money(ctx, saves)}",
            detail=" ".join(
                f"{item.item}: {money(ctx, item.price)} a unit, tends to "
                f"{money(ctx, item.tends_low)}–{money(ctx, item.tends_high)}; "
                f"{item.days_supply} days' supply. {item.reason}"
                for item in chosen
            )
            + f" In the worst twentieth of cases it loses {money(ctx, risk)}.",
            detail_zh="".join(
                f"{item.item}: 现价{money(ctx, item.price)}, 趋向{money(ctx, item.tends_low)}至"
                f"{money(ctx, item.tends_high)}, 够用{item.days_supply}天。{item.reason_zh}"
                for item in chosen
            )
            + f"最坏的5%情形平均损失{money(ctx, risk)}。",
            proposals=tuple(proposals),
            evidence=tuple(dict.fromkeys(ref for one in proposals for ref in one.evidence)),
            ignored=f"The next orders cost about {money(ctx, saves)} more.",
            ignored_zh=f"后续进货约多付{money(ctx, saves)}。",
        )
    ]


def _proposal(ctx: Context, lock: PriceLock, item: ItemPrice, account: str) -> Proposal:
    later = item.day > ctx.today
    action = BuyStock(
        day=ctx.calendar.add_working(item.day, 1) if later else ctx.today,
        account=account,
        payee=item.supplier,
        item=item.item,
        quantity_milli=item.quantity_milli,
        amount=item.amount,
    )
    supplier = ctx.books.get(Counterparty, item.supplier)
    invoices = ctx.books.records(Invoice)
    own = [
        ref
        for ref in lock.evidence
        if ref.startswith("Invoice:")
        and invoices[ref.removeprefix("Invoice:")].counterparty == item.supplier
    ]
    return Proposal(action=action, reason=item.reason, evidence=(supplier.ref, *own))
