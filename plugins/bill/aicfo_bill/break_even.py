"""From which day on discounting a bill is cheaper than a loan, or than leaving it idle.

Every working day is priced in whole fen; nothing is interpolated, for the curve of discount rates
may fall with the tenor and fees may turn the answer more than once. Definition:
docs/bill-rules.md, break-even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from aicfo_sdk import Context, grouped, interest
from aicfo_sdk.model import BillBreakEven, BillStretch, CreditLine

from .deals import Deal, Market
from .position import deposit_ppm
from .quote import BASIS


@dataclass(frozen=True, slots=True)
class _Day:
    """What the same money costs on a day by discounting, and the other way; fen."""

    day: date
    discount: int
    other: int

    @property
    def cheaper(self) -> bool:
        return self.discount < self.other


def break_even(
    ctx: Context, market: Market, start: date, need: int | None, lines: Sequence[CreditLine]
) -> list[BillBreakEven]:
    """Return the break-even days against each line that is large enough, and against holding.

    Looks at each working day from `start` until the payday. `need` is the money needed from the
    day until then; None stands for what the whole bill brings.
    """
    sold = _discounts(ctx, market, start, need)
    if not sold:
        return []
    found = list[BillBreakEven]()
    for line in lines:
        loans = [(day, deal, market.borrow(line, day, deal.received)) for day, deal in sold]
        # From the day on which the line has expired there is nothing to compare with.
        days = [
            _Day(day, deal.cost, loan.cost)
            for day, deal, loan in loans
            if loan is not None and not loan.short
        ]
        if len(days) == sum(day <= line.expires for day, _ in sold) and days:
            found.append(_found("borrow", line.id, days))
    yearly = deposit_ppm(ctx)
    idle = [
        _Day(day, deal.cost, interest(deal.received, yearly, market.days_left(day), BASIS))
        for day, deal in sold
    ]
    return [*found, _found("hold", "", idle)]


def _discounts(
    ctx: Context, market: Market, start: date, need: int | None
) -> list[tuple[date, Deal]]:
    """Return the cheapest discount of each working day that brings the need, or all it can."""
    found = list[tuple[date, Deal]]()
    for offset in range(market.days_left(start)):
        day = start + timedelta(days=offset)
        deal = market.best_discount(day, need) if ctx.calendar.is_working(day) else None
        if deal is not None:
            found.append((day, deal))
    return found


def _found(against: str, line: str, days: list[_Day]) -> BillBreakEven:
    stretches = [
        BillStretch(first=run[0].day, last=run[-1].day)
        for cheaper, each in groupby(days, key=lambda day: day.cheaper)
        if cheaper and (run := list(each))
    ]
    place = next((index for index, day in enumerate(days) if day.cheaper), None)
    shown, before = days[place or 0], days[place - 1] if place else None
    said, said_zh = _sentences(against, line, days, place, stretches)
    return BillBreakEven.model_validate(
        {
            "against": against,
            "line": line,
            "first": None if place is None else shown.day,
            "discount_before": before.discount if before else None,
            "other_before": before.other if before else None,
            "discount_on": shown.discount,
            "other_on": shown.other,
            "stretches": tuple(stretches),
            "last_day": days[-1].day,
            "said": said,
            "said_zh": said_zh,
        }
    )


def _sentences(
    against: str, line: str, days: list[_Day], place: int | None, stretches: list[BillStretch]
) -> tuple[str, str]:
    """Return the answer in English and in Chinese."""
    loan = against == "borrow"
    other = f"a loan on {line}" if loan else "leaving the bill idle, which forgoes deposit interest"
    other_zh = f"用额度 {line} 借款" if loan else "持票不动（少得活期利息）"
    start, last = days[0], days[-1]
    if place is None:
        return (
            (
                f"Until {last.day} discounting is on no day cheaper than {other}; on {start.day} "
                f"it costs {grouped(start.discount)} against {grouped(start.other)}."
            ),
            (
                f"到 {last.day} 为止，贴现没有一天比{other_zh}便宜；{start.day} 贴现成本 "
                f"{grouped(start.discount)}，另一方式 {grouped(start.other)}。"
            ),
        )
    on, stretch = days[place], stretches[0]
    until = (
        ("", "")
        if stretch.last == last.day
        else (f" until {stretch.last}", f"（到 {stretch.last} 为止）")
    )
    said = (
        f"From {on.day} on{until[0]} discounting is cheaper than {other}: "
        f"{grouped(on.discount)} against {grouped(on.other)} on that day"
    )
    said_zh = (
        f"自 {on.day} 起{until[1]}贴现比{other_zh}便宜：当日 {grouped(on.discount)} 对 "
        f"{grouped(on.other)}"
    )
    if place:
        before = days[place - 1]
        said += f", {grouped(before.discount)} against {grouped(before.other)} on {before.day}"
        said_zh += f"，{before.day} 为 {grouped(before.discount)} 对 {grouped(before.other)}"
    if more := len(stretches) - 1:
        again = stretches[1].first
        said += f"; once more from {again}" if more == 1 else f"; {more} times more, from {again}"
        said_zh += f"；{again} 起又便宜" + (f"，共另有 {more} 段" if more > 1 else "")
    return said + ".", said_zh + "。"
