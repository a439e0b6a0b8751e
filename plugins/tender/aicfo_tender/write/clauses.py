"""Mandatory clauses of a notice (实质性条款), and what answers each: the books, the owner, nobody.

Every clause comes out answered or missing, none is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aicfo_sdk import grouped
from aicfo_sdk.model import ChecklistItem, FigureSource, UntrustedText

from ..qualifications import answer
from .sheet import at

if TYPE_CHECKING:
    from aicfo_sdk.model import Merchant, Tender

HEADINGS = {
    "cover": "",
    "letter": "一、投标函",
    "authority": "二、法定代表人身份证明及授权委托书",
    "price": "三、开标一览表",
    "business": "四、商务条款偏离表",
    "technical": "五、技术条款偏离表",
    "qualification": "六、资格证明文件",
    "sme": "七、中小企业声明函",
    "plan": "八、技术方案提纲",
    "record": "九、业绩表",
    "bond": "十、投标保证金缴纳证明",
}

_BRING = (
    ("社会保障|社保|纳税|税收", "近期缴纳税收和社会保障资金的凭证复印件，加盖公章"),
    ("财务|会计|审计|资信", "上一年度财务报表或审计报告，或银行资信证明，加盖公章"),
    ("违法记录|信用中国|失信|信用记录", "无重大违法记录的书面声明及信用查询截图，加盖公章"),
    ("营业执照|民事责任|法人", "营业执照副本复印件，加盖公章"),
    ("设备|专业技术能力", "设备清单和专业技术人员证明材料，加盖公章"),
    ("业绩|类似项目|合同", "类似项目的合同、中标通知书或验收证明复印件"),
    ("授权|原厂|厂家|代理", "制造商出具的授权书原件"),
    ("人员|项目经理|建造师|社保证明", "相关人员的证书、劳动合同和社保证明"),
    ("检测|检验|报告", "有资质机构出具的检测报告复印件"),
    ("样品", "样品，以及样品交接单"),
)


_MOST_STARRED = 300


@dataclass(frozen=True, slots=True)
class Demand:
    """A clause with its place; `section` is where its answer belongs."""

    id: str
    text: str
    source: FigureSource
    starred: bool
    section: str


def demands(tender: Tender) -> Iterator[Demand]:
    """Yield every mandatory clause of a notice: ★ clauses, qualifications, bounds."""
    seen: set[str] = set()
    for place, clause in enumerate(tender.clauses):
        if clause.kind == "mandatory" and clause.text:
            seen.add(_same(clause.text))
            yield Demand(
                f"clauses/{place}",
                clause.text,
                at(tender, "clauses", place, "text"),
                True,
                section_of(clause.section + clause.text),
            )
    yield from _starred(tender, seen)
    for place, text in enumerate(tender.required):
        yield Demand(
            f"required/{place}", text, at(tender, "required", place), False, "qualification"
        )
    for place, text in enumerate(tender.qualifications):
        if text:
            yield Demand(
                f"qualifications/{place}",
                text,
                at(tender, "qualifications", place),
                False,
                "qualification",
            )
    for name, value, words, section in (
        ("ceiling", tender.ceiling, "报价不得超过最高限价", "price"),
        ("value", None if tender.ceiling else tender.value, "报价不得超过采购预算", "price"),
        ("bond", tender.bond or None, "按时足额缴纳投标保证金", "bond"),
    ):
        if value is not None:
            yield Demand(name, f"{words}{grouped(value)}元", at(tender, name), True, section)
    if tender.validity_days:
        text = f"投标有效期不少于{tender.validity_days}日"
        yield Demand("validity_days", text, at(tender, "validity_days"), True, "letter")
    if tender.sme_reserved == "whole":
        text = "专门面向中小企业采购，须提交中小企业声明函"
        yield Demand("sme_reserved", text, at(tender, "sme_reserved"), True, "sme")


def _starred(tender: Tender, seen: set[str]) -> Iterator[Demand]:
    """Yield ★ lines of the notice's text that its clauses do not hold."""
    for number, text in enumerate(tender.description.splitlines()):
        text = text.strip()
        if "★" not in text or not _same(text):
            continue
        if any(_same(text) in one or one in _same(text) for one in seen):
            continue
        seen.add(_same(text))
        source = at(tender, "description")
        if len(seen) > _MOST_STARRED:
            # Nobody writes so many; the rest is one item, so that none is passed over.
            yield Demand("description/rest", text, source, True, "technical")
            return
        yield Demand(f"description/{number}", text, source, True, section_of(text))


def section_of(text: str) -> str:
    """Return where the answer to a clause belongs: terms of business, or technical ones."""
    if re.search(
        r"付款|支付|结算|交货|工期|履约|质保|保修|售后|违约|商务|验收|保证金|有效期", text
    ):
        return "business"
    if re.search(r"资质|资格|证书|许可证|营业执照|业绩", text):
        return "qualification"
    return "technical"


def checklist(
    tender: Tender,
    merchant: Merchant,
    price: int,
    answers: Mapping[str, str],
    upwards: list[str],
    declared: bool,
) -> tuple[ChecklistItem, ...]:
    """Return each mandatory clause with what answers it; `declared`: the SME form is complete."""
    out: list[ChecklistItem] = []
    for one in demands(tender):
        said, bring = _answer(one, tender, merchant, price, answers, upwards, declared)
        out.append(
            ChecklistItem(
                id=one.id,
                clause=UntrustedText(one.text),
                source=one.source,
                starred=one.starred,
                status="answered" if said else "missing",
                section=one.section,
                heading=HEADINGS[one.section],
                answer=said,
                bring="" if said else bring,
            )
        )
    return tuple(out)


def _answer(
    one: Demand,
    tender: Tender,
    merchant: Merchant,
    price: int,
    answers: Mapping[str, str],
    upwards: list[str],
    declared: bool,
) -> tuple[str, str]:
    """Return what answers a clause, or "" and what to bring."""
    given = answers.get(one.id, "").strip()
    if one.id in ("ceiling", "value"):
        most = tender.ceiling if one.id == "ceiling" else tender.value
        if most is not None and price <= most:
            return f"报价{grouped(price)}元，未超过", ""
        return "", "报价高于限额即为无效投标：降低报价"
    if given:
        return given, ""
    if one.id == "validity_days":
        return "投标函承诺", ""
    if one.id == "sme_reserved":
        return ("中小企业声明函", "") if declared else ("", "补齐中小企业声明函所缺数据")
    if one.id == "bond":
        return "", "汇款回单，或银行、保险、担保机构出具的投标保函"
    if one.section == "qualification":
        found = answer(one.text, merchant.qualifications, upwards)
        if found and all(part.outcome == "met" for part in found):
            return "、".join(dict.fromkeys(part.held for part in found)), ""
    if one.id == "description/rest":
        return "", f"公告的★条款多于{_MOST_STARRED}条：其余各条请对照原文逐条响应"
    for words, bring in _BRING:
        if re.search(words, one.text):
            return "", bring
    if one.section == "qualification":
        return "", "该项资格的证明材料复印件，加盖公章"
    return "", f"对该条款的逐条响应（以 answers 的 {one.id} 给出）"


def _same(text: str) -> str:
    return re.sub(r"[★\s\d.、.()（）]+", "", text)
