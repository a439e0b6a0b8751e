"""What the owner should know about the bills today, in money."""

from __future__ import annotations

from collections import defaultdict

from aicfo_sdk import Context, Proposal, grouped
from aicfo_sdk.model import Advice, Bill, BillCheck, BillPlan, BillWaiting, Finding, PresentBill

from .alerts import alerts
from .contingent import presentment_ends
from .position import checked_bills, own_account
from .quote import payday
from .rules import OWNER

_LABELS = {
    "number_format": ("bill number", "票据号码有误"),
    "number_kind": ("kind of bill", "票据种类与号码不符"),
    "number_date": ("date in the number", "号码中的日期不符"),
    "check_digit": ("check digit", "校验位不符"),
    "sub_range": ("sub-range", "子票区间与金额不符"),
    "package_limit": ("package limit", "超过票据包上限"),
    "overlap": ("the same units held twice", "子票区间重叠"),
    "tenor": ("tenor", "期限超过规定"),
    "transferable": ("not transferable", "不得转让"),
    "chain": ("endorsement chain", "背书不连续"),
    "chain_loop": ("endorsed back", "回头背书"),
    "state": ("state", "票据状态异常"),
    "acceptor_kind": ("acceptor is no bank", "承兑人不是银行"),
    "acceptor_overdue": ("acceptor pays late", "承兑人在逾期名单上"),
    "acceptor_name": ("look-alike acceptor", "承兑人名称疑似仿冒"),
    "acceptor_uscc": ("acceptor's code", "承兑人统一社会信用代码有误"),
    "trade_background": ("no trade behind it", "缺少真实贸易背景"),
    "concentration": ("concentration", "承兑人过于集中"),
}


_PRESENTED = ("collecting", "claimed")


def advise(ctx: Context, plan: BillPlan | None) -> list[Advice]:
    """Return today's advice on bills: refused, doubtful, to present, to pay, and the plan."""
    checked = checked_bills(ctx)
    found = [*_refused(checked), *_doubtful(checked), *_to_present(ctx, checked), *_to_pay(ctx)]
    found += alerts(ctx)
    if plan is not None:
        found += _planned(ctx, plan)
    return found


def _refused(checked: list[tuple[Bill, BillCheck]]) -> list[Advice]:
    found = list[Advice]()
    for bill, check in checked:
        bad = [f for f in check.findings if f.severity == "refuse" and f.code in _LABELS]
        if bad:
            zh = "；".join(dict.fromkeys(_LABELS[f.code][1] for f in bad))
            found.append(
                Advice(
                    id=f"bill:refuse:{bill.id}",
                    kind="risk",
                    money=bill.face,
                    title=f"Bill {bill.id} over {grouped(bill.face)} fails {len(bad)} check(s)",
                    title_zh=f"票据 {bill.id}（{grouped(bill.face)} 元）未通过审验：{zh}",
                    detail=_sentences(bad),
                    detail_zh=f"票号 {bill.number}，承兑人 {bill.acceptor}：{zh}。"
                    "核实之前不要接收、背书或贴现。",
                    evidence=check.evidence,
                )
            )
    return found


def _doubtful(checked: list[tuple[Bill, BillCheck]]) -> list[Advice]:
    """One advice per kind of warning, over all bills that have it."""
    by_code: dict[str, list[tuple[Bill, Finding]]] = defaultdict(list)
    for bill, check in checked:
        for finding in check.findings:
            if finding.severity == "warning" and finding.code in _LABELS:
                by_code[finding.code].append((bill, finding))
    found = list[Advice]()
    for code, rows in by_code.items():
        en, zh = _LABELS[code]
        bills = {bill.id: bill for bill, _ in rows}
        face = sum(bill.face for bill in bills.values())
        # Of bills of one acceptor the same is said; once is enough.
        said = list({(one.message, one.action): one for _, one in rows}.values())
        shown = "、".join(list(bills)[:5]) + ("…" if len(bills) > 5 else "")
        found.append(
            Advice(
                id=f"bill:warn:{code}",
                kind="watch",
                money=face,
                title=f"{len(bills)} bill(s) over {grouped(face)}: {en}",
                title_zh=f"{len(bills)} 张票据（{grouped(face)} 元）：{zh}",
                detail=_sentences(said[:5]),
                detail_zh=f"涉及票据 {shown}：{zh}，请核实。",
                evidence=tuple(bill.ref for bill in bills.values()),
            )
        )
    return found


def _to_present(ctx: Context, checked: list[tuple[Bill, BillCheck]]) -> list[Advice]:
    found, account = list[Advice](), own_account(ctx)
    closing: int = ctx.params.at("bill.closing_days", ctx.today)
    for bill, check in checked:
        notices = [finding for finding in check.findings if finding.code == "maturity"]
        if not notices or bill.circulation in _PRESENTED:
            continue
        last = presentment_ends(ctx, bill)
        left = (last - ctx.today).days
        amount = grouped(bill.face)
        proposals: tuple[Proposal, ...] = ()
        if ctx.today < bill.matures:
            title = f"Bill {bill.id} over {amount} matures {bill.matures}"
            title_zh = f"票据 {bill.id}（{amount} 元）将于 {bill.matures} 到期"
            zh = f"到期后最迟 {last} 前提示付款。"
        elif 0 <= left <= closing:
            title = f"Only {left} day(s) left to present bill {bill.id} over {amount}: until {last}"
            title_zh = f"票据 {bill.id}（{amount} 元）提示付款期仅剩 {left} 天，{last} 截止"
            zh = "逾期提示付款将丧失对前手的追索权。"
        elif left > closing:
            title = f"Present bill {bill.id} over {amount} until {last}"
            title_zh = f"票据 {bill.id}（{amount} 元）已到期，须在 {last} 前提示付款"
            zh = "逾期提示付款将丧失对前手的追索权。"
        else:
            title = f"Bill {bill.id} over {amount} was not presented in time"
            title_zh = f"票据 {bill.id}（{amount} 元）已过提示付款期"
            zh = "请立即说明原因并提示付款；目前只有出票人和承兑人仍承担责任。"
        if ctx.today >= bill.matures and account and bill.circulation != "locked":
            proposals = (
                Proposal(
                    action=PresentBill(
                        day=ctx.calendar.next_working(ctx.today),
                        bill=bill.id,
                        amount=bill.face,
                        range_start=bill.range_start,
                        range_end=bill.range_end,
                        account=account,
                    ),
                    reason=f"{title}: {notices[0].action}.",
                    evidence=(bill.ref,),
                    valid_until=last if ctx.today <= last else None,
                ),
            )
        found.append(
            Advice(
                id=f"bill:present:{bill.id}",
                kind="risk" if left <= closing else "due",
                money=bill.face,
                title=title,
                title_zh=title_zh,
                detail=_sentences(notices),
                detail_zh=zh,
                proposals=proposals,
                evidence=(bill.ref,),
                # Once the time is over there is nothing left to come true.
                expects=BillWaiting(bill=bill.id, by=last) if ctx.today < last else None,
            )
        )
    return found


def _to_pay(ctx: Context) -> list[Advice]:
    """Bills that the merchant itself accepted or issued and must soon pay."""
    notice: int = ctx.params.at("bill.notice_days", ctx.today)
    found = list[Advice]()
    for bill in ctx.books.all(Bill, side="payable", held="held"):
        day = payday(bill, ctx.calendar)
        if not bill.over and 0 <= (day - ctx.today).days <= notice:
            found.append(
                Advice(
                    id=f"bill:pay:{bill.id}",
                    kind="due",
                    money=bill.face,
                    title=f"Have {grouped(bill.face)} ready on {day} for our bill {bill.id}",
                    title_zh=f"{day} 前备足 {grouped(bill.face)} 元兑付我方票据 {bill.id}",
                    detail=f"It matures {bill.matures}; paid late three times in six months, a "
                    "firm is put on the public overdue list.",
                    detail_zh="六个月内三次以上逾期的承兑人会被列入逾期名单。",
                    evidence=(bill.ref,),
                )
            )
    return found


def _planned(ctx: Context, plan: BillPlan) -> list[Advice]:
    over_hold, over_discount = plan.wealth - plan.hold_all, plan.wealth - plan.discount_all
    found = list[Advice]()
    if plan.shortage:
        day = plan.shortage_day or ctx.today
        found.append(
            Advice(
                id="bill:shortage",
                kind="risk",
                money=plan.shortage,
                title=f"Even with all bills {grouped(plan.shortage)} is missing from {day}",
                title_zh=f"用尽票据后，{day} 起仍缺 {grouped(plan.shortage)} 元",
                detail="No mix of endorsing, discounting, pledging and the credit lines in the "
                "books keeps cash above zero; look for other money or later payments.",
                detail_zh="背书、贴现、质押和现有授信都不足以使现金不低于零，请另筹资金或协商延期付款。",
                evidence=plan.evidence,
            )
        )
    saved = max(over_hold, over_discount, 0)
    if saved:
        cost = sum(max(move.cost, 0) for move in plan.moves)
        paid = sum(move.amount for move in plan.moves if move.move == "endorse")
        sold = sum(move.amount for move in plan.moves if move.move == "discount")
        early, early_zh = _early(plan)
        worth, worth_zh = _worth(plan)
        beyond, beyond_zh = _beyond(plan)
        title = (
            f"Bill plan: {grouped(over_hold)} better than holding all, "
            f"{grouped(over_discount)} better than discounting all"
        )
        title_zh = (
            f"票据方案：比全部持有多 {grouped(over_hold)} 元，"
            f"比全部贴现多 {grouped(over_discount)} 元"
        )
        if not any(move.bill for move in plan.moves):
            title = f"Paying early: {grouped(saved)} better than paying when due"
            title_zh = f"提前付款：比到期付款多 {grouped(saved)} 元"
        found.append(
            Advice(
                id="bill:plan",
                kind="opportunity",
                money=saved,
                title=title,
                title_zh=title_zh,
                detail=f"Endorse {grouped(paid)}, discount {grouped(sold)} at a cost of "
                f"{grouped(cost)}, hold the rest.{early} At most "
                f"{grouped(max(plan.bound - plan.wealth, 0))} better is possible. Being short of "
                f"cash is priced in.{beyond}{worth}",
                detail_zh=f"背书支付 {grouped(paid)} 元，贴现 {grouped(sold)} 元"
                f"（成本 {grouped(cost)} 元），其余持有到期。{early_zh}{beyond_zh}{worth_zh}",
                proposals=plan.proposals,
                evidence=plan.evidence,
            )
        )
    return found


def _early(plan: BillPlan) -> tuple[str, str]:
    """Return what is paid early and what that takes off, in both languages or ""."""
    moves = [move for move in plan.moves if move.move == "pay_early"]
    if not moves:
        return "", ""
    off, first = grouped(sum(-move.cost for move in moves)), moves[0]
    owed = grouped(sum(move.amount for move in moves))
    return (
        f" Pay {owed} early for {off} off, first {first.payable} on {first.day}.",
        f"提前付清 {owed} 元，享受现金折扣 {off} 元，最早为 {first.day} 的 {first.payable}。",
    )


def _beyond(plan: BillPlan) -> tuple[str, str]:
    """Return what the plan saves against the owner's habit and the best rule, in both languages."""
    saved = {rule.rule: rule.saved for rule in plan.rules if rule.saved is not None}
    if OWNER not in saved:
        return "", ""
    best = next(iter(saved))
    habit, over = grouped(saved[OWNER]), grouped(saved[best])
    english = (
        f" It saves {habit} against the owner's habit ({OWNER}) and {over} against the best "
        f"simple rule ({best})."
    )
    return english, f"比老板习惯（{OWNER}）多 {habit} 元，比最好的简单规则（{best}）多 {over} 元。"


def _worth(plan: BillPlan) -> tuple[str, str]:
    """Return what money is worth to the plan where it is worth most, in both languages or ""."""
    if not plan.prices:
        return "", ""
    dearest = max(plan.prices, key=lambda price: price.value_ppm)
    rest = "" if dearest.first == dearest.last else f" to {dearest.last}"
    fen = _fen(dearest.value_ppm)
    return (
        f" One more yuan from {dearest.first}{rest} is worth {fen} fen more than itself.",
        f"{dearest.first} 起每多一元现金，方案多赚 {fen} 分。",
    )


def _fen(value_ppm: int) -> str:
    """Return what a yuan gains, in fen with two decimals."""
    return f"{value_ppm // 10_000}.{value_ppm % 10_000 // 100:02d}"


def _sentences(findings: list[Finding]) -> str:
    return " ".join(f"{finding.message}; {finding.action}." for finding in findings)
