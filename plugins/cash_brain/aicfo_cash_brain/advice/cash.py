"""Advice from the cash forecast: a floor that may be broken, money that lies idle, what is due."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sdk import Context, NotFound, Proposal, interest
from aicfo_sdk.model import Account, Advice, BuyFund, CashDemand, CashForecast, FundPosition

from ..cash.costs import commitments
from ..cash.items import open_ledger
from .loans import idle, repayments
from .words import day_zh, money

# Beyond four weeks there is time to act on a bad outcome when it draws nearer.
_NEAR_DAYS = 28
_STAGES = (("cash_gap", 7), ("cash_gap:four_weeks", _NEAR_DAYS), ("cash_gap:later", 366))
_DUE_DAYS, _DUE_SHOWN, _DUE_SHARE = 14, 5, 0.05
_WORTH = 100


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
    likely = any(middle < forecast.buffer for middle in forecast.p50)
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
        )
    ]


def idle_advice(ctx: Context, forecast: CashForecast) -> list[Advice]:
    """Return advice on money that even the bad case does not need for four weeks.

    Loans dearer than the fund come first (`loan_advice` says so): only what is left is idle.

    Idle is the least of P10 over those weeks, less the buffer. What is gained is the difference
    between a money fund and a demand deposit; where the books hold a fund that pays out within a
    day, buying into it is proposed. Nothing is said in a currency without known yields.
    """
    days: int = ctx.params.at("cash_brain.idle_days", ctx.today)
    spare = idle(ctx, forecast)
    if ctx.books.currency != "CNY" or not spare:
        return []
    funds = [
        fund
        for fund in ctx.books.records(FundPosition).values()
        if fund.notice_days <= 1 and fund.rate_ppm > 0
    ]
    fund = max(funds, key=lambda found: (found.rate_ppm, found.id), default=None)
    try:
        deposit: int = ctx.params.at("finance.demand_deposit_ppm", ctx.today)
        rate: int = fund.rate_ppm if fund else ctx.params.at("finance.money_fund_ppm", ctx.today)
    except NotFound:
        return []
    spare -= sum(part.amount + part.interest for part in repayments(ctx, spare, rate))
    yields = f"{rate / 10_000:.2f} %", f"{deposit / 10_000:.2f} %"
    proposals: tuple[Proposal, ...] = ()
    refs = forecast.evidence
    if fund is not None:
        balances = {id: ctx.books.balance(id) for id in ctx.books.records(Account)}
        account = max(balances, key=lambda id: (balances[id], id), default="")
        spare = min(spare, balances.get(account, 0))
        refs = (fund.ref, *refs)
        if spare > 0:
            reason = (
                f"Not needed for {days} days even in the bad case; "
                f"earns {yields[0]} a year instead of {yields[1]}."
            )
            action = BuyFund(day=ctx.today, account=account, fund=fund.id, amount=spare)
            proposals = (Proposal(action=action, reason=reason, evidence=refs),)
    gain = interest(max(spare, 0), rate - deposit, days, 365)
    if gain < _WORTH:
        return []
    return [
        Advice(
            id="idle_cash",
            kind="opportunity",
            money=gain,
            title=f"{money(ctx, spare)} lie idle: {money(ctx, gain)} to earn in {days} days",
            title_zh=f"闲置资金{money(ctx, spare)}, 放入货币基金{days}天约多得{money(ctx, gain)}",
            detail=(
                f"Even in the bad tenth of cases this money is not needed for {days} days and the "
                f"buffer of {money(ctx, forecast.buffer)} stays. A money fund yields {yields[0]} "
                f"a year, a demand deposit {yields[1]}."
            ),
            detail_zh=(
                f"即使在十分之一的坏情形下, {days}天内也用不到这笔钱, 安全垫"
                f"{money(ctx, forecast.buffer)}仍在。货币基金年化{yields[0]}, "
                f"活期{yields[1]}。"
            ),
            proposals=proposals,
            evidence=refs,
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
