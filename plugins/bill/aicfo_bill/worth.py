"""What a bill that was checked is worth today, and the verdict in a sentence that owners follow."""

from __future__ import annotations

from collections.abc import Iterable

from aicfo_sdk import PPM, Context, grouped, round_div, share
from aicfo_sdk.model import Bill, BillCheck, DiscountQuote

from .quote import ASSUMED, best, days_charged, offers

_CARE = "bill.care_ppm."


def valued(ctx: Context, bill: Bill, check: BillCheck) -> BillCheck:
    """Return the check with what the bill is worth and a summary; a refused bill has no price.

    Worth is the face less what discounting the whole bill today would cost at the best price for
    its class and remaining days, less a share of the face for each warning: a bill is worth what
    the next taker gives for it. Source: docs/bill-rules.md, worth. Reads DiscountQuote.
    """
    if check.verdict == "refuse":
        reasons = [f.message for f in check.findings if f.severity == "refuse"]
        return check.model_copy(
            update={
                "summary": f"Do not take it: {reasons[0]}.",
                "summary_zh": f"不要收：审验发现 {len(reasons)} 处问题，"
                "核实之前不要接收、背书或贴现。",
            }
        )
    cost, at, at_zh = _discount(ctx, bill, ctx.books.all(DiscountQuote))
    warned = sorted({f.code for f in check.findings if f.severity == "warning"})
    care = min(sum(ctx.params.at(_CARE + code, ctx.today) for code in warned), PPM)
    doubt = share(bill.face, care)
    worth = max(bill.face - cost - doubt, 0)
    discount = round_div((bill.face - worth) * PPM, bill.face)
    said = _per_cent(discount)
    if warned:
        more = f", {grouped(doubt)} for {len(warned)} doubt(s) ({', '.join(warned)})"
        more_zh = f"，另因 {len(warned)} 项疑点扣 {grouped(doubt)} 元"
        take, take_zh = "Take it with care", "谨慎收票"
    else:
        more = more_zh = ""
        take, take_zh = "Take it", "可以收"
    left = _unproven(check)
    return check.model_copy(
        update={
            "worth": worth,
            "discount_ppm": discount,
            "summary": f"{take} at a discount of {said}: of its face {grouped(bill.face)} it is "
            f"worth {grouped(worth)} today, {grouped(cost)} less for {at}{more}.{left[0]}",
            "summary_zh": f"{take_zh}，按面额折让 {said}：票面 {grouped(bill.face)} 元，今天值 "
            f"{grouped(worth)} 元，扣除{at_zh} {grouped(cost)} 元{more_zh}。{left[1]}",
        }
    )


def _discount(ctx: Context, bill: Bill, quotes: Iterable[DiscountQuote]) -> tuple[int, str, str]:
    """Return what discounting the whole bill today costs, and that in words."""
    days = days_charged(bill, ctx.today, ctx.calendar, ctx.params)
    if days <= 0:
        return 0, "time: it is due", "已到期，贴现成本"
    offer = best(offers(bill, days, ctx.today, quotes, ctx.params), bill.face, days)
    who, who_zh = (
        ("an assumed market price", "市场价（假设）")
        if offer.institution == ASSUMED
        else (offer.institution, offer.institution)
    )
    rate = _per_cent(offer.rate_ppm)
    return (
        min(offer.cost(bill.face, days), bill.face),
        f"{days} days at {rate} ({who})",
        f"贴现 {days} 天、年利率 {rate}（{who_zh}）的成本",
    )


def _unproven(check: BillCheck) -> tuple[str, str]:
    """Return what could not be checked though it matters: whether the acceptor pays late."""
    if "acceptor_overdue" not in check.not_checked:
        return "", ""
    return (
        " Whether its acceptor is on the overdue list was not checked: the books have no list.",
        "承兑人是否在逾期名单上未核对（账中没有名单）。",
    )


def _per_cent(ppm: int) -> str:
    """Return ppm as per cent with the places it needs, two at least."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{f'{rest:04d}'.rstrip('0'):0<2} %"
