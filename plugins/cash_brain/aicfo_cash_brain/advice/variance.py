"""Advice from the variance: cash below the band that was forecast, a receipt all hangs on."""

from __future__ import annotations

from aicfo_sdk import Context
from aicfo_sdk.model import Advice, CashDriver, CashVariance, KeyReceipt

from .words import day_zh, money, party_name

_WORDS: dict[CashDriver, tuple[str, str]] = {
    "takings": ("takings", "营业收款"),
    "receipts": ("customers' receipts", "客户回款"),
    "payments": ("payments", "采购与费用"),
    "taxes": ("taxes", "税费"),
    "payroll": ("payroll", "工资"),
    "financing": ("financing", "融资"),
    "one_off": ("one-off items", "一次性收支"),
}
_NAMED = 2


def surprise_advice(ctx: Context, variance: CashVariance) -> list[Advice]:
    """Return a warning when cash came out below P10, and one of the receipt the buffer hangs on."""
    out: list[Advice] = []
    if variance.actual < variance.p10 and variance.variance < 0:
        out.append(_below(ctx, variance))
    if variance.receipts and variance.receipts[0].breaks is not None:
        out.append(_receipt(ctx, variance.receipts[0]))
    return out


def _below(ctx: Context, found: CashVariance) -> Advice:
    worst = sorted(found.drivers, key=lambda each: (each.variance, each.driver))[:_NAMED]
    worst = [each for each in worst if each.variance < 0]
    english = ", ".join(f"{_WORDS[d.driver][0]} {money(ctx, d.variance)}" for d in worst)
    chinese = "、".join(f"{_WORDS[d.driver][1]}{money(ctx, d.variance)}" for d in worst)
    missing = money(ctx, -found.variance)
    timing, rest = money(ctx, found.timing), money(ctx, found.permanent)
    return Advice(
        id="cash_variance",
        kind="risk" if found.permanent < found.timing else "watch",
        money=-found.variance,
        title=f"Cash is {missing} less than forecast on {found.since.isoformat()}",
        title_zh=f"现金比{day_zh(found.since)}的预测少{missing}",
        detail=(
            f"Nine times in ten it would have been {money(ctx, found.p10)} or more. Most of it: "
            f"{english}. Late or early: {timing}; not expected back: {rest}."
        ),
        detail_zh=(
            f"十有九次应不少于{money(ctx, found.p10)}。主要来自: {chinese}。"
            f"时间差异{timing}, 永久差异{rest}。"
        ),
        evidence=found.evidence,
    )


def _receipt(ctx: Context, key: KeyReceipt) -> Advice:
    who = party_name(ctx, key.party) if key.party else key.ref
    amount, short = money(ctx, key.amount), money(ctx, key.short)
    first = key.breaks
    assert first is not None
    return Advice(
        id=f"key_receipt:{key.ref}",
        kind="watch",
        money=key.short,
        title=f"The buffer hangs on {amount} of {who}",
        title_zh=f"安全垫取决于{who}的{amount}回款",
        detail=(
            f"It falls due on {key.due.isoformat()}. Without it the expected cash is below its "
            f"buffer from {first.isoformat()}, by up to {short}. Confirm the day of payment now."
        ),
        detail_zh=(
            f"到期日{day_zh(key.due)}。若未到账, 预期现金自{day_zh(first)}起低于安全垫, "
            f"最多缺{short}。请现在确认付款日期。"
        ),
        evidence=(key.ref,),
    )
