"""Advice from the comparison with the trade: falling behind, or gaining, beyond chance."""

from __future__ import annotations

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import Advice, MoneyRange, TradeWatch

from .words import money


def peer_advice(ctx: Context, watch: TradeWatch) -> list[Advice]:
    """Return a word where P10 to P90 of the trend leave out 0 and a quarter's takings feel it."""
    effect = watch.takings
    if effect is None or effect.p10 <= 0 <= effect.p90:
        return []
    least: int = ctx.params.at("cash_brain.trade_least_ppm", ctx.today)
    if abs(effect.p50) * PPM < least * watch.expected:
        return []
    return [_advice(ctx, watch, effect)]


def _advice(ctx: Context, watch: TradeWatch, effect: MoneyRange) -> Advice:
    behind = effect.p50 < 0
    trend = abs(watch.trend_ppm or 0) / 10_000
    left = watch.cash
    amount, low, high = (money(ctx, abs(one)) for one in (effect.p50, effect.p10, effect.p90))
    # The name of a trade stands in a file that others may have written: it is quoted, no more.
    cash = f" Of that, {money(ctx, abs(left.p50))} is cash after goods and fees." if left else ""
    cash_zh = f"其中扣除货款与手续费后的现金约{money(ctx, abs(left.p50))}。" if left else ""
    do = (
        "See store_diagnosis for which store, then prices and offers of the peers."
        if behind
        else "Look what does it, and do more of it."
    )
    do_zh = (
        "请先看门店诊断找出哪家店, 再比对同行的价格与活动。" if behind else "请找出原因并加以扩大。"
    )
    word, word_zh = ("behind", "落后") if behind else ("ahead of", "领先")
    return Advice(
        id="trade_gap",
        kind="risk" if behind else "info",
        money=abs((left or effect).p50),
        title=f"Falls {word} its trade by {trend:.1f} % a quarter"
        if behind
        else f"Moves {word} its trade by {trend:.1f} % a quarter",
        title_zh=f"每季{word_zh}同行约{trend:.1f}%",
        detail=(
            f"Over {len(watch.periods)} periods own sales and the index of peers drift apart. If "
            f"that goes on, the next quarter's takings differ by {amount} (from {low} to {high}) "
            f"from the {money(ctx, watch.expected)} expected.{cash} {do}"
        ),
        detail_zh=(
            f"近{len(watch.periods)}期自身销售与同行指数走势分化。若持续, 下季营业额将比预期的"
            f"{money(ctx, watch.expected)}{'少' if behind else '多'}{amount}({low}至{high})。"
            f"{cash_zh}{do_zh}"
        ),
        ignored=f"About {amount} {'less' if behind else 'more'} sold in the next quarter.",
        ignored_zh=f"下季约{'少' if behind else '多'}卖{amount}。",
        evidence=watch.evidence[-12:],
    )
