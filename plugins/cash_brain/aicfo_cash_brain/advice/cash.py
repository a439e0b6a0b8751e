"""Advice from the cash forecast: a floor that may be broken, money that lies idle, what is due."""

from __future__ import annotations

from datetime import date, timedelta

from aicfo_sdk import Context, NotFound, Proposal, interest
from aicfo_sdk.model import (
    Advice,
    BuyFund,
    CashAbove,
    CashBelow,
    CashDemand,
    CashForecast,
    FundPosition,
    LiquidityPlan,
)

from ..cash.costs import commitments
from ..cash.funds import fund_account, near_need, redemptions
from ..cash.items import open_ledger
from .loans import idle, repayments
from .tiers import tier_advice
from .words import day_zh, money

# Beyond four weeks there is time to act on a bad outcome when it draws nearer.
_NEAR_DAYS = 28
_STAGES = (("cash_gap", 7), ("cash_gap:four_weeks", _NEAR_DAYS), ("cash_gap:later", 366))
_DUE_DAYS, _DUE_SHOWN, _DUE_SHARE = 14, 5, 0.05
_WORTH = 100
_LATE_DAYS = 7
"""Days by which a shortage may come later than expected and still be the one foretold."""


def gap(forecast: CashForecast) -> list[CashDemand]:
    """Return the money needed so that the expected path keeps its buffer, by when it is needed.

    Missing on a day is the larger of buffer less P50 and, in the next four weeks, 0 less P10. What
    is missing at most within a week is the first demand; what is missing beyond it within four
    weeks, and later, are demands of their own, so that nothing is borrowed before it is needed.
    Each is there from the first day that lacks more than the demands before it, to the last.
    """
    short: list[tuple[int, int]] = []
    for step, (low, middle) in enumerate(zip(forecast.p10, forecast.p50, strict=True)):
        missing = forecast.buffer - middle
        if step < _NEAR_DAYS:
            missing = max(missing, -low)
        if missing > 0:
            short.append((step, missing))
    found: list[CashDemand] = []
    met = 0
    for name, end in _STAGES:
        level = max((missing for step, missing in short if step < end), default=0)
        if level <= met:
            continue
        days = [step for step, missing in short if missing > met]
        found.append(
            CashDemand(
                id=name,
                amount=level - met,
                by=forecast.start + timedelta(days=days[0]),
                until=forecast.start + timedelta(days=days[-1]),
                purpose="Keep the expected cash above its buffer and the bad case above zero "
                "(预期现金不低于安全垫, 四周内的坏情形不为负)",
                evidence=forecast.evidence,
            )
        )
        met = level
    return found


def floor_advice(ctx: Context, forecast: CashForecast) -> list[Advice]:
    """Return a warning when cash may fall below its buffer: first day, depth, how sure."""
    below = [
        (forecast.start + timedelta(days=step), forecast.buffer - low)
        for step, low in enumerate(forecast.p10)
        if low < forecast.buffer
    ]
    if not below:
        return []
    first, depth = below[0][0], max(amount for _, amount in below)
    worst = next(day for day, amount in below if amount == depth)
    likely_on = next(
        (
            forecast.start + timedelta(days=step)
            for step, middle in enumerate(forecast.p50)
            if middle < forecast.buffer
        ),
        None,
    )
    likely = likely_on is not None
    empty = next(
        (
            forecast.start + timedelta(days=step)
            for step, middle in enumerate(forecast.p50)
            if middle < 0
        ),
        None,
    )
    english = (
        f"In the bad tenth of cases cash falls below its buffer of {money(ctx, forecast.buffer)} "
        f"from {first.isoformat()}; at worst {money(ctx, depth)} are missing, on "
        f"{worst.isoformat()}. "
        + (
            "The expected path falls below it too. "
            if likely
            else "The expected path stays above. "
        )
        + (f"Without action money is expected to run out on {empty.isoformat()}. " if empty else "")
        + "Collect what is overdue, put off what can wait, or arrange money before that day."
    )
    chinese = (
        f"在十分之一的坏情形下, {day_zh(first)}起现金将低于安全垫{money(ctx, forecast.buffer)}, "
        f"最多缺{money(ctx, depth)}（{day_zh(worst)}）。"
        + ("预期路径也会低于安全垫。" if likely else "预期路径仍在安全垫之上。")
        + (f"如不采取措施, 预计{day_zh(empty)}现金用尽。" if empty else "")
        + "请催收逾期款、推迟可缓支出, 或提前安排资金。"
    )
    return [
        Advice(
            id="cash_floor",
            kind="risk" if likely else "watch",
            money=depth,
            title=f"Cash may fall {money(ctx, depth)} below its buffer from {first.isoformat()}",
            title_zh=f"{day_zh(first)}起现金可能低于安全垫, 最多缺{money(ctx, depth)}",
            detail=english,
            detail_zh=chinese,
            evidence=forecast.evidence,
            expects=_short_by(forecast, likely_on),
        )
    ]


def _short_by(forecast: CashForecast, likely: date | None) -> CashBelow | None:
    """Return the claim that cash falls below its buffer, where the expected path does.

    A week is allowed beyond the day on which that path first falls below. What only the bad
    tenth of cases holds is a chance, which no single outcome proves or refutes.
    """
    if likely is None:
        return None
    last = forecast.start + timedelta(days=len(forecast.p50) - 1)
    by = min(likely + timedelta(days=_LATE_DAYS), last)
    return CashBelow(amount=forecast.buffer, by=by)


def idle_advice(
    ctx: Context, forecast: CashForecast, plan: LiquidityPlan | None = None
) -> list[Advice]:
    """Return advice on money that earns more in a fund, or on fund money that the account needs.

    Loans dearer than the fund come first (`loan_advice` says so): only what is left is idle.

    Into a fund that pays out a day after it is asked goes what even the bad case does not need for
    four weeks: the least of P10 over those weeks, less the buffer. One that pays out at once is as
    good as the account, so all goes there that even the bad case leaves until the next working
    day, when somebody looks again. What is gained is the difference to a demand deposit over four
    weeks. Without a fund in the books nothing is proposed, without known yields nothing is said.
    Where a plan of tiers is there, funds with notice are its matter (`tier_advice`).
    """
    if plan is not None and plan.tiers:
        return tier_advice(ctx, forecast, plan)
    days: int = ctx.params.at("cash_brain.idle_days", ctx.today)
    funds = sorted(
        (
            fund
            for fund in ctx.books.records(FundPosition).values()
            if fund.notice_days <= 1 and fund.rate_ppm > 0
        ),
        key=lambda found: (-found.rate_ppm, found.id),
    )
    if ctx.books.currency != "CNY" or not forecast.p10:
        return []
    try:
        deposit: int = ctx.params.at("finance.demand_deposit_ppm", ctx.today)
        rate: int = (
            funds[0].rate_ppm if funds else ctx.params.at("finance.money_fund_ppm", ctx.today)
        )
    except NotFound:
        return []
    spare = idle(ctx, forecast)
    owed = sum(part.amount + part.interest for part in repayments(ctx, spare, rate))
    spare -= owed
    if not funds:
        return _spare(ctx, forecast, spare, days, (rate, deposit), ())
    account = fund_account(ctx, funds[0])
    held = ctx.books.balance(account)
    needed = near_need(ctx, forecast)
    free = held - owed - needed
    moved = 0
    proposals: list[Proposal] = []
    for fund in funds:
        if fund_account(ctx, fund) != account:
            continue
        at_once = fund.notice_days == 0
        part = min(free, held) if at_once else min(spare, held)
        if part > 0:
            kept = "until the next working day" if at_once else f"for {days} days"
            reason = (
                f"Not needed {kept} even in the bad case; "
                f"earns {fund.rate_ppm / 10_000:.2f} % a year instead of {deposit / 10_000:.2f} %."
            )
            action = BuyFund(day=ctx.today, account=account, fund=fund.id, amount=part)
            refs = (fund.ref, *forecast.evidence)
            proposals.append(Proposal(action=action, reason=reason, evidence=refs))
            spare, free, held, moved = spare - part, free - part, held - part, moved + part
    if not proposals:
        return _needed(ctx, account, needed - max(held - owed, 0))
    return _spare(ctx, forecast, moved, days, (rate, deposit), tuple(proposals))


def _spare(
    ctx: Context,
    forecast: CashForecast,
    spare: int,
    days: int,
    rates: tuple[int, int],
    proposals: tuple[Proposal, ...],
) -> list[Advice]:
    """Return what idle money could earn; nothing when that is not worth the words."""
    gain = interest(max(spare, 0), rates[0] - rates[1], days, 365)
    if gain < _WORTH:
        return []
    fund, deposit = (f"{rate / 10_000:.2f} %" for rate in rates)
    refs = tuple(dict.fromkeys(ref for one in proposals for ref in one.evidence))
    return [
        Advice(
            id="idle_cash",
            kind="opportunity",
            money=gain,
            title=f"{money(ctx, spare)} lie idle: {money(ctx, gain)} to earn in {days} days",
            title_zh=f"闲置资金{money(ctx, spare)}, 放入货币基金{days}天约多得{money(ctx, gain)}",
            detail=(
                "Even in the bad tenth of cases this money is not needed before it can be had "
                f"back, and the buffer of {money(ctx, forecast.buffer)} stays within reach. A "
                f"money fund yields {fund} a year, a demand deposit {deposit}."
            ),
            detail_zh=(
                "即使在十分之一的坏情形下, 赎回到账前也用不到这笔钱, 安全垫"
                f"{money(ctx, forecast.buffer)}随时可用。货币基金年化{fund}, 活期{deposit}。"
            ),
            proposals=proposals,
            evidence=refs or forecast.evidence,
            expects=CashAbove(
                amount=max(spare, 0) + forecast.buffer, by=ctx.today + timedelta(days=days)
            )
            if spare <= idle(ctx, forecast)
            else None,
        )
    ]


def _needed(ctx: Context, account: str, lacking: int) -> list[Advice]:
    """Return advice to take back from funds that pay at once what the account will lack."""
    reason = "The account needs it before the next working day's end, in the bad case."
    proposals = redemptions(ctx.books, account, lacking, ctx.today, reason)
    amount = sum(one.action.amount for one in proposals if one.action.kind == "redeem_fund")
    if not amount:
        return []
    return [
        Advice(
            id="redeem_fund",
            kind="due",
            money=amount,
            title=f"Take {money(ctx, amount)} out of the fund: the account needs it tomorrow",
            title_zh=f"赎回货币基金{money(ctx, amount)}: 账户明日要用",
            detail=reason,
            detail_zh="在坏情形下, 账户在下一个工作日结束前需要这笔钱。",
            proposals=proposals,
            evidence=tuple(ref for one in proposals for ref in one.evidence),
        )
    ]


def due_advice(ctx: Context, forecast: CashForecast) -> list[Advice]:
    """Return the large known payments of the next two weeks, largest first, at most five.

    Large is 5 % or more of all payments expected over the forecast's horizon.
    """
    terms: int = ctx.params.at("cash_brain.default_terms_days", ctx.today)
    known = commitments(ctx.books, open_ledger(ctx.books, terms), ctx.calendar, _DUE_DAYS)
    least = sum(forecast.payments) * _DUE_SHARE
    large = sorted(
        (payment for payment in known if payment.amount >= least),
        key=lambda payment: (-payment.amount, payment.ref),
    )
    out: list[Advice] = []
    for payment in large[:_DUE_SHOWN]:
        step = (payment.day - forecast.start).days
        after = forecast.p50[step] if step < len(forecast.p50) else forecast.opening
        amount = money(ctx, payment.amount)
        word, zh = _KINDS.get(payment.kind, _KINDS["other"])
        out.append(
            Advice(
                id=f"due:{payment.ref}",
                kind="due",
                money=payment.amount,
                title=f"{amount} to be paid on {payment.day.isoformat()}: {word}",
                title_zh=f"{day_zh(payment.day)}须支付{amount}: {zh}",
                detail=f"Expected cash that evening: {money(ctx, after)}.",
                detail_zh=f"当日末预期现金: {money(ctx, after)}。",
                evidence=(payment.ref,),
            )
        )
    return out


_KINDS = {
    "supplier": ("supplier invoice", "供应商货款"),
    "payroll": ("payroll", "工资"),
    "tax": ("tax", "税款"),
    "social": ("social insurance", "社保"),
    "rent": ("rent", "房租"),
    "loan": ("loan repayment", "还贷本息"),
    "bond": ("bond or deposit", "保证金"),
    "bill": ("bill payable", "应付票据兑付"),
    "other": ("commitment", "应付款项"),
}
