"""The contract's draft after the award, and what in its terms is unusual or unlawful.

Each finding carries the id of its rule (docs: the table in this plugin's README).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from aicfo_sdk import PPM, ToolFailed, ToolRetry, grouped, share
from aicfo_sdk.model import (
    ContractDraft,
    DocumentSection,
    FigureSource,
    Finding,
    Tender,
    TenderId,
)

from ..funding import sign_by, won
from ..reach import the_merchant
from .sheet import Desk, Part, at, both, day, law, line, percent, quote, table, whole
from .sheet import row_number as numbered

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import Merchant

Party = Literal["public", "large", "other"]

_HIGHEST = 10**12
_BACK_TO_BACK = re.compile(
    r"背靠背|(?:以|待|在)[^，。；\n]{0,30}(?:业主|建设单位|第三方|财政|上级|拨款|最终用户|总包)[^，。；\n]{0,20}"
    r"(?:付款|支付|拨付|到账|到位|拨款)|(?:收到|取得)[^，。；\n]{0,24}(?:款项|拨款|资金|付款|工程款)[^，。；\n]{0,8}"
    r"后[^。；\n]{0,20}(?:支付|付款)|pay[- ]when[- ]paid|pay[- ]if[- ]paid"
)
_FORCED_BILLS = re.compile(
    r"(?:只|仅|必须|一律|应当?)[^，。；\n]{0,10}(?:以|接受|使用|采用)[^，。；\n]{0,10}(?:商业汇票|承兑汇票|商票|供应链票据"
    r"|应收账款电子凭证|电子债权凭证)|(?:强制|不得拒绝|不得拒收)[^，。；\n]{0,16}(?:汇票|商票|票据|电子凭证)"
)
_NO_GUARANTEE = re.compile(
    r"(?:不接受|不得(?:以|使用|采用)|不允许|拒绝|拒收)[^，。；\n]{0,12}(?:保函|保证保险|担保)"
    r"|(?:仅|只|必须)[^，。；\n]{0,8}(?:现金|转账|电汇|汇款)"
)
_BONDS = re.compile(r"保证金|保函|质保金|担保")
_AFTER = re.compile(
    r"(?:收到|交付|验收|结算|开票|发票|工程|货物|服务|之日)[^。；\n]{0,24}?(\d{1,4})\s*"
    r"(个工作日|个自然日|个日历日|日历天|天|日|个月)[^。；\n]{0,12}(?:付|支付|付清|付款)"
)
_ORDER_802 = "《保障中小企业款项支付条例》国务院令第802号"


def contract_draft(
    ctx: Context, tender: str, price: int | None, buyer_kind: Party, terms: str
) -> ContractDraft:
    """Return the contract's draft; see the tool `contract_draft`."""
    books = ctx.books
    notice, merchant = books.get(Tender, tender), the_merchant(books)
    if merchant is None or not won(notice, merchant):
        raise ToolFailed(
            "the tender was not awarded to this firm, by these books",
            value=notice.status,
            where=notice.ref,
            mend="import the award notice; its suppliers name the merchant as the books do",
        )
    if notice.currency not in ("CNY", "XXX") or books.currency != "CNY":
        raise ToolFailed("contracts are drafted in CNY", value=notice.currency, where=notice.ref)
    desk = Desk()
    amount = notice.awarded if price is None else price
    if not amount or not 0 < amount <= _HIGHEST:
        raise ToolRetry(
            "the award states no price that can be used", value=amount, mend="give price=… in fen"
        )
    stated = price is None or price == notice.awarded
    where = at(notice, "awarded") if stated else desk.give("price", amount)
    said = desk.give("terms", terms) if terms.strip() else None
    within: int = ctx.params.at("tender.contract_within_days", ctx.today)
    sections = (
        _section("title", "", line("合同草案", style="subtitle")),
        _parties(notice, merchant, amount, where, desk),
        _delivery(notice, desk),
        _payment(ctx, notice, amount, where, buyer_kind, desk),
        _securities(ctx, notice, amount, where),
        _rest(notice, terms, said, desk),
    )
    return ContractDraft(
        title="合同草案",
        day=ctx.today,
        currency="CNY",
        tender=TenderId(tender),
        price=amount,
        performance_bond=share(amount, notice.performance_bond_ppm),
        retention=share(amount, notice.retention_ppm),
        sections=sections,
        given=desk.given,
        missing=desk.missing,
        findings=(
            *_findings(ctx, notice, amount, buyer_kind, terms),
            Finding(
                code="contract.sign_by",
                severity="info",
                message=f"To be signed by {sign_by(notice, within).isoformat()}, {within} days "
                "after the award notice.",
                action="Agree the open points before that day.",
                source=ctx.params.get("tender.contract_within_days", ctx.today).source,
            ),
        ),
        evidence=(notice.ref, merchant.ref),
    )


def _parties(
    tender: Tender, merchant: Merchant, price: int, where: FigureSource, desk: Desk
) -> DocumentSection:
    buyer: Part = (
        quote(tender.buyer, at(tender, "buyer"), 200)
        if tender.buyer
        else desk.gap("parties", "采购人名称", "中标通知书")
    )
    code: Part = (
        quote(merchant.uscc, at(merchant, "uscc"))
        if merchant.uscc
        else desk.gap("parties", "统一社会信用代码", "营业执照")
    )
    number: Part = (
        quote(tender.number, at(tender, "number"), 200)
        if tender.number
        else quote(tender.id, at(tender, "id"), 200)
    )
    return _section(
        "parties",
        "一、当事人、标的和价款",
        line("甲方（采购人）：", buyer),
        line("乙方（供应商）：", quote(merchant.name, at(merchant, "name"), 200),
             "（统一社会信用代码：", code, "）"),
        line("标的：", quote(tender.title, at(tender, "title"), 200),
             "（项目编号：", number, "）。"),
        line("合同价款：", *both(price, where), "，含税。大写与小写不一致的，以大写为准。"),
    )  # fmt: skip


def _delivery(tender: Tender, desk: Desk) -> DocumentSection:
    term: tuple[Part, ...]
    if tender.delivery:
        term = (quote(tender.delivery, at(tender, "delivery"), 600),)
    elif tender.starts and tender.ends:
        term = (
            day(tender.starts, at(tender, "starts")),
            "至",
            day(tender.ends, at(tender, "ends")),
        )
    else:
        term = (desk.gap("delivery", "履行期限", "招标文件或投标文件中的期限"),)
    return _section(
        "delivery",
        "二、履行期限和验收",
        line("履行期限：", *term, "。"),
        line("甲方在乙方提出验收申请后组织验收；逾期不验收又不说明理由的，视为验收合格。验收期限：",
             desk.gap("delivery", "验收期限", "与采购人约定的验收天数"), "。"),
    )  # fmt: skip


def _payment(
    ctx: Context, tender: Tender, price: int, where: FigureSource, party: Party, desk: Desk
) -> DocumentSection:
    blocks: list[object] = []
    if tender.payments:
        rows: list[tuple[tuple[Part, ...], ...]] = []
        for place, step in enumerate(tender.payments):
            rate = at(tender, "payments", place, "share_ppm")
            part = FigureSource(kind="share", parts=(where, rate))
            days = at(tender, "payments", place, "after_days")
            rows.append(
                (
                    (numbered(place + 1),),
                    ("合同开始后", whole(step.after_days, days), "日"),
                    (percent(step.share_ppm, rate),),
                    both(share(price, step.share_ppm), part),
                )
            )
        columns = (("序号", 2), ("付款条件成就", 5), ("比例", 3), ("金额", 9))
        blocks.append(table(columns, rows))
    else:
        blocks.append(
            line("付款进度：", desk.gap("payment", "付款进度", "招标文件的付款条款"), "。")
        )
    name = _days_rule(party)
    limit: int = ctx.params.at(name, ctx.today)
    blocks += [
        line("每笔款项自付款条件成就之日起", _parameter(name, limit), "日内以货币支付。"
             "甲方不以收到第三方付款作为支付条件，不强制乙方接受汇票等非现金方式。",
             "依据：", law(_ORDER_802), "。"),
        line("逾期支付的，每日按应付未付金额的",
             percent(ctx.params.at("finance.late_interest_day_ppm", ctx.today),
                     FigureSource(kind="parameter", field="finance.late_interest_day_ppm")),
             "支付逾期利息。"),
    ]  # fmt: skip
    return _section("payment", "三、付款", *blocks)


def _securities(ctx: Context, tender: Tender, price: int, where: FigureSource) -> DocumentSection:
    blocks: list[object] = []
    for field, ppm, words in (
        ("performance_bond_ppm", tender.performance_bond_ppm, "履约保证金"),
        ("retention_ppm", tender.retention_ppm, "质量保证金"),
    ):
        if not ppm:
            blocks.append(line(words, "：无。"))
            continue
        rate = at(tender, field)
        part = FigureSource(kind="share", parts=(where, rate))
        blocks.append(
            line(words, "为合同价款的", percent(ppm, rate), "，即", *both(share(price, ppm), part),
                 "。乙方可以保函代替现金，甲方应予接受。")
        )  # fmt: skip
    if tender.retention_ppm:
        name = "tender.retention_days"
        held = (
            whole(tender.retention_days, at(tender, "retention_days"))
            if tender.retention_days
            else _parameter(name, ctx.params.at(name, ctx.today))
        )
        blocks.append(line("质量保证金在验收合格之日起", held, "日后返还。"))
    back = "tender.bond_refund_days"
    days: int = ctx.params.at(back, ctx.today)
    blocks.append(line("投标保证金在本合同签订后", _parameter(back, days), "日内退还。"))
    return _section("securities", "四、保证金", *blocks)


def _rest(tender: Tender, terms: str, said: FigureSource | None, desk: Desk) -> DocumentSection:
    blocks: list[object] = [
        line(
            "争议由双方协商解决；协商不成的，",
            desk.gap("rest", "争议解决方式", "诉讼法院或仲裁机构"),
            "。",
        ),
    ]
    if said is not None:
        blocks.append(line("采购人提出的条款（未经审查，逐条见审查意见）：", style="strong"))
        blocks.append(line(quote(terms, said), style="item"))
    blocks += [
        line("甲方（盖章）：＿＿＿＿＿＿＿＿　　乙方（盖章）：＿＿＿＿＿＿＿＿"),
        line("签订日期：＿＿＿＿＿＿＿＿"),
    ]
    return _section("rest", "五、其他", *blocks)


def _section(name: str, heading: str, *blocks: object) -> DocumentSection:
    return DocumentSection.model_validate(
        {"id": name, "heading": heading, "blocks": tuple(blocks), "new_page": False}
    )


def _parameter(name: str, value: int):
    return whole(value, FigureSource(kind="parameter", field=name))


def _days_rule(party: Party) -> str:
    """Return the parameter of the days within which this buyer must pay."""
    return "finance.large_firm_payment_days" if party == "large" else "finance.public_payment_days"


def _findings(
    ctx: Context, tender: Tender, price: int, party: Party, terms: str
) -> Iterator[Finding]:
    """Yield what is unusual or unlawful in the notice's and the buyer's terms."""
    text = "\n".join((terms, tender.description, *(clause.text for clause in tender.clauses)))
    yield from _worded(text)
    yield from _late_terms(ctx, text, party)
    for code, ppm, name, what in (
        ("contract.performance_bond", tender.performance_bond_ppm,
         "tender.performance_bond_max_ppm", "performance bond"),
        ("contract.retention", tender.retention_ppm, "tender.retention_max_ppm", "retention"),
    ):  # fmt: skip
        row = ctx.params.get(name, ctx.today)
        if ppm > row.value:
            yield Finding(
                code=code,
                severity="warning",
                message=f"The {what} of {ppm / 10_000:g} % ({grouped(share(price, ppm))}) is "
                f"above the limit of {row.value / 10_000:g} % "
                f"({grouped(share(price, row.value))}).",
                action="Have it lowered before signing.",
                source=row.source,
            )
    stated = sum(step.share_ppm for step in tender.payments) + tender.retention_ppm
    if tender.payments and stated != PPM:
        yield Finding(
            code="contract.payments_sum",
            severity="warning",
            message=f"Payments and retention add up to {stated / 10_000:g} % of the price.",
            action="Have the payments add up to the whole price.",
        )


def _worded(text: str) -> Iterator[Finding]:
    for code, pattern, message, action, source in (
        ("contract.back_to_back", _BACK_TO_BACK,
         "Payment hangs on a third party's payment (背靠背)",
         "Strike it out: such a term is forbidden towards small firms.", f"{_ORDER_802} 第九条"),
        ("contract.forced_bills", _FORCED_BILLS,
         "Bills or electronic receipts are forced on the supplier",
         "Strike it out, or price the discount in.", _ORDER_802),
    ):  # fmt: skip
        for found in pattern.finditer(text):
            yield Finding(
                code=code,
                severity="warning",
                message=f"{message}: “{found[0][:120]}”.",
                action=action,
                source=source,
            )
    for sentence in re.split(r"[。；\n]", text):
        if _BONDS.search(sentence) and _NO_GUARANTEE.search(sentence):
            yield Finding(
                code="contract.guarantee_refused",
                severity="warning",
                message=f"A guarantee is refused: “{sentence.strip()[:120]}”.",
                action="A guarantee must be accepted in place of cash.",
                source=_ORDER_802,
            )


def _late_terms(ctx: Context, text: str, party: Party) -> Iterator[Finding]:
    """Yield payment terms beyond the days of order 802."""
    if party == "other":
        return
    usual = ctx.params.get(_days_rule(party), ctx.today)
    most: int = (
        ctx.params.at("finance.public_payment_days_most", ctx.today)
        if party == "public"
        else usual.value
    )
    for found in _AFTER.finditer(text):
        number, unit = int(found[1]), found[2]
        # Twenty working days are at least 28 calendar days; a month counts as 30.
        days = number * 30 if unit == "个月" else number * 7 // 5 if "工作" in unit else number
        if days <= usual.value:
            continue
        beyond = days > most
        yield Finding(
            code="contract.pay_days",
            severity="warning" if beyond else "info",
            message=f"Payment in {days} days: “{found[0][:120]}”; "
            + (f"beyond the {most} allowed." if beyond else f"{usual.value} unless agreed."),
            action=f"Ask for {usual.value} days.",
            source=usual.source,
        )
