"""Advice from the collection report: what a platform has not paid, or paid short."""

from __future__ import annotations

from aicfo_sdk import Context
from aicfo_sdk.model import Advice, CollectionReport

from .words import day_zh, money

_SAID = ("missing", "late", "short")


def collection_advice(ctx: Context, report: CollectionReport) -> list[Advice]:
    """Return one warning for each platform whose payments are missing, late or short."""
    out: list[Advice] = []
    for platform in sorted({issue.platform for issue in report.issues}):
        found = [i for i in report.issues if i.platform == platform and i.fault in _SAID]
        total = sum(issue.amount for issue in found)
        days = sorted(issue.sold for issue in found if issue.sold is not None)
        if total <= 0:
            continue
        amount, first = money(ctx, total), days[0]
        out.append(
            Advice(
                id=f"collection:{platform}",
                kind="watch" if all(issue.fault == "late" for issue in found) else "risk",
                money=total,
                title=f"{platform} has not paid {amount} that is due",
                title_zh=f"{platform}有{amount}到期未到账",
                detail=f"{len(days)} sales days, the first {first.isoformat()}, are missing, late "
                "or short against the bank. Ask the platform for its settlement list.",
                detail_zh=f"共{len(days)}个销售日（最早{day_zh(first)}）未到账、迟到或少到。"
                "请向平台索取结算明细核对。",
                evidence=tuple(dict.fromkeys(ref for i in found for ref in i.evidence)),
            )
        )
    return out
