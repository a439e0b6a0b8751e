"""The sections of a bid that promise and quote: cover, letter, price, deviations, plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aicfo_sdk.model import DocumentLine, DocumentSection, FigureSource

from .clauses import HEADINGS, section_of
from .sheet import (
    Desk,
    Part,
    at,
    both,
    capital,
    day,
    line,
    money,
    percent,
    quote,
    row_number,
    table,
    whole,
)

if TYPE_CHECKING:
    from aicfo_sdk import Context
    from aicfo_sdk.model import ChecklistItem, Merchant, Tender

TODAY = FigureSource(kind="day")
_TITLE = 200
_CELL = 600
_MOST_SCORED = 12

_PLAN = {
    "goods": ("产品选型与技术参数", "供货与运输", "安装调试与培训", "验收", "质量保证与售后服务"),
    "works": (
        "工程概况与重点难点",
        "施工部署与进度",
        "质量保证措施",
        "安全文明施工",
        "人员与机械配置",
    ),
    "services": ("项目理解", "服务方案与流程", "人员配置与管理", "质量控制与考核", "应急预案"),
}


_DRAFTED = "（以下由模型起草，数字已与公告和账簿核对，内容须经本单位确认）"
_REVIEW = "逐句核对起草的内容，确认能够做到后再提交"


@dataclass(frozen=True, slots=True)
class Case:
    """What the sections of one bid are written from."""

    ctx: Context
    tender: Tender
    merchant: Merchant
    price: int
    price_source: FigureSource
    answers: Mapping[str, str]
    desk: Desk
    checklist: tuple[ChecklistItem, ...] = ()

    def with_checklist(self, items: tuple[ChecklistItem, ...]) -> Case:
        """Return the case with its checklist."""
        return replace(self, checklist=items)

    @property
    def name(self) -> Part:
        """Who bids."""
        return quote(self.merchant.name, at(self.merchant, "name"), _TITLE)

    @property
    def project(self) -> Part:
        """What is bid for."""
        return quote(self.tender.title, at(self.tender, "title"), _TITLE)

    @property
    def buyer(self) -> Part:
        """To whom."""
        if self.tender.buyer:
            return quote(self.tender.buyer, at(self.tender, "buyer"), _TITLE)
        return self.desk.gap("letter", "采购人名称", "公告未载明采购人：从招标文件抄录")

    def code(self, section: str) -> Part:
        """The bidder's 统一社会信用代码."""
        if self.merchant.uscc:
            return quote(self.merchant.uscc, at(self.merchant, "uscc"))
        return self.desk.gap(section, "统一社会信用代码", "营业执照")

    def signature(self, section: str) -> list[DocumentLine]:
        """The lines at the end of what is signed."""
        return [
            line("投标人（盖章）：", self.name, style="right"),
            line("法定代表人或授权代表（签字）：＿＿＿＿＿＿＿＿", style="right"),
            line("日期：", day(self.ctx.today, TODAY), style="right"),
        ]


def section(name: str, *blocks: object) -> DocumentSection:
    """Return a section of a bid under its heading."""
    return DocumentSection.model_validate(
        {"id": name, "heading": HEADINGS[name], "blocks": tuple(blocks)}
    )


def cover(case: Case) -> DocumentSection:
    """Return the cover."""
    tender = case.tender
    number = (
        ("项目编号：", quote(tender.number, at(tender, "number"), _TITLE))
        if tender.number
        else ("项目编号：", quote(tender.id, at(tender, "id"), _TITLE))
    )
    return section(
        "cover",
        line("投标文件", style="title"),
        line("项目名称：", case.project, style="subtitle"),
        line(*number, style="subtitle"),
        line("投标人：", case.name, style="subtitle"),
        line("日期：", day(case.ctx.today, TODAY), style="subtitle"),
    )


def letter(case: Case) -> DocumentSection:
    """Return the letter of bid: price in 大写 and figures, validity, promises."""
    tender = case.tender
    valid: tuple[Part, ...] = (
        (
            "投标有效期自提交投标文件截止之日起",
            whole(tender.validity_days, at(tender, "validity_days")),
            "日。",
        )
        if tender.validity_days
        else (
            "投标有效期：",
            case.desk.gap("letter", "投标有效期", "公告未载明：从招标文件抄录天数"),
            "。",
        )
    )
    deposit: tuple[Part, ...] = (
        ("我方按要求提供投标保证金", *both(tender.bond, at(tender, "bond")), "。")
        if tender.bond
        else ("公告未载明投标保证金。",)
    )
    return section(
        "letter",
        line("致：", case.buyer, style="strong"),
        line(
            case.name,
            "（统一社会信用代码：",
            case.code("letter"),
            "）收到贵方",
            case.project,
            "的采购公告和招标文件，决定参加投标，并作如下承诺：",
        ),
        line("（一）投标总报价为", *both(case.price, case.price_source), "。大写与小写不一致的，"
             "以大写为准。"),
        line("（二）", *valid),
        line("（三）", *deposit),
        line("（四）我方接受招标文件的全部实质性要求，偏离之处均已在偏离表中列明。"),
        line("（五）中标后，我方在规定期限内与采购人签订合同，并按合同履行全部义务。"),
        line("（六）我方提供的材料真实、有效，并对此承担责任。"),
        *case.signature("letter"),
    )  # fmt: skip


def authority(case: Case) -> DocumentSection:
    """Return proof and power of who signs; the books hold no persons, so names are gaps."""
    desk = case.desk
    who = desk.gap("authority", "法定代表人姓名", "法定代表人身份证复印件（正反面）")
    agent = desk.gap("authority", "授权代表姓名及身份证号码", "授权代表身份证复印件及授权人签字")
    return section(
        "authority",
        line("法定代表人身份证明", style="subtitle"),
        line(case.name, "（统一社会信用代码：", case.code("authority"), "）的法定代表人为", who,
             "，特此证明。"),
        line("授权委托书", style="subtitle"),
        line("兹授权", agent, "为我方代理人，代表我方参加", case.project,
             "的投标，签署、递交、澄清投标文件，处理与本次投标有关的事务。代理人无转委托权。"),
        *case.signature("authority"),
    )  # fmt: skip


def price_sheet(case: Case) -> DocumentSection:
    """Return the opening sheet: the total in both forms, and what it is for."""
    tender = case.tender
    term: tuple[Part, ...]
    if tender.delivery:
        term = (quote(tender.delivery, at(tender, "delivery"), _CELL),)
    elif tender.delivery_days:
        term = (whole(tender.delivery_days, at(tender, "delivery_days")), "日")
    elif tender.starts and tender.ends:
        term = (
            day(tender.starts, at(tender, "starts")),
            "至",
            day(tender.ends, at(tender, "ends")),
        )
    else:
        term = (case.desk.gap("price", "交付期限", "公告未载明：从招标文件抄录"),)
    detail = case.desk.gap("price", "分项报价", "分项单价、数量和合价，合计须等于投标总报价")
    return section(
        "price",
        table(
            (("项目", 3), ("内容", 7)),
            [
                (("项目名称",), (case.project,)),
                (("投标人",), (case.name,)),
                (("投标总报价（大写）",), ("人民币", capital(case.price, case.price_source))),
                (("投标总报价（小写）",), ("¥", money(case.price, case.price_source))),
                (("履行期限",), term),
                (("分项报价",), (detail,)),
            ],
        ),
        line("报价含税，包括完成本项目的全部费用。大写与小写不一致的，以大写为准。", style="note"),
        *case.signature("price"),
    )


def business(case: Case) -> DocumentSection:
    """Return the table of deviations from terms of business."""
    tender = case.tender
    terms: list[tuple[tuple[Part, ...], tuple[Part, ...]]] = []
    if tender.bond:
        terms.append((("投标保证金¥", money(tender.bond, at(tender, "bond"))), ()))
    if tender.performance_bond_ppm:
        rate = percent(tender.performance_bond_ppm, at(tender, "performance_bond_ppm"))
        terms.append((("履约保证金为合同价的", rate), ()))
    if tender.retention_ppm:
        rate = percent(tender.retention_ppm, at(tender, "retention_ppm"))
        held: tuple[Part, ...] = (
            ("，期限", whole(tender.retention_days, at(tender, "retention_days")), "日")
            if tender.retention_days
            else ()
        )
        terms.append((("质量保证金为结算价的", rate, *held), ()))
    for place, step in enumerate(tender.payments):
        when = whole(step.after_days, at(tender, "payments", place, "after_days"))
        rate = percent(step.share_ppm, at(tender, "payments", place, "share_ppm"))
        terms.append((("合同开始后", when, "日支付合同价的", rate), ()))
    for demand, _ in terms.copy():
        terms[terms.index((demand, ()))] = (demand, ("接受", "无偏离"))
    rows = [
        ((row_number(place),), demand, (answer[0],), (answer[1],))
        for place, (demand, answer) in enumerate(terms, start=1)
    ]
    return _deviations(case, "business", rows, "公告未载明商务条款，以招标文件为准。")


def technical(case: Case) -> DocumentSection:
    """Return the table of deviations from technical terms."""
    return _deviations(case, "technical", [], "公告未载明技术条款，以招标文件为准。")


def _deviations(
    case: Case, name: str, rows: list[tuple[tuple[Part, ...], ...]], none: str
) -> DocumentSection:
    for demand, reply in _clauses(case, name):
        answer: Part = reply or case.desk.gap(
            name, "响应内容", "对每条未响应条款写明响应内容和偏离情况"
        )
        verdict = "按响应内容" if reply else "待确认"
        rows.append(((row_number(len(rows) + 1),), demand, (answer,), (verdict,)))
    if not rows:
        return section(name, line(none))
    columns = (("序号", 1), ("招标要求", 6), ("投标响应", 4), ("偏离", 2))
    return section(name, table(columns, rows), *case.signature(name))


def _clauses(case: Case, name: str) -> list[tuple[tuple[Part, ...], Part | None]]:
    """Return each clause that a table answers, with the owner's reply, if given."""
    out: list[tuple[tuple[Part, ...], Part | None]] = []
    for item in case.checklist:
        if item.section != name or not item.id.startswith(("clauses/", "description/")):
            continue
        mark = "" if "★" in item.clause else "★"
        demand = (mark, quote(item.clause, item.source, _CELL))
        out.append((demand, _reply(case, item.id)))
    starred = {item.id for item in case.checklist}
    for place, clause in enumerate(case.tender.clauses):
        id = f"clauses/{place}"
        if id in starred or not clause.text or section_of(clause.section + clause.text) != name:
            continue
        mark = "▲" if clause.kind == "important" and "▲" not in clause.text else ""
        source = at(case.tender, "clauses", place, "text")
        out.append(((mark, quote(clause.text, source, _CELL)), _reply(case, id)))
    return out


def _reply(case: Case, id: str) -> Part | None:
    said = case.answers.get(id, "").strip()
    if not said:
        return None
    return quote(said, case.desk.give(f"answers/{id}", said))


def plan(case: Case) -> DocumentSection:
    """Return the technical plan: what is scored, else what its trade expects, and what was
    answered to each chapter."""
    blocks: list[DocumentLine] = []
    for place, (name, rule) in enumerate(_chapters(case.tender)):
        blocks.append(line(name, style="strong"))
        if rule is not None:
            blocks.append(line("评分标准：", rule, style="note"))
        blocks += _chapter(case, f"plan/{place}")
    return section("plan", *blocks)


def chapters(tender: Tender) -> dict[str, str]:
    """Return the chapters of the technical plan by the ids that answers go by."""
    found = _chapters(tender)
    return {
        f"plan/{place}": name if isinstance(name, str) else name.text
        for place, (name, _) in enumerate(found)
    }


def _chapters(tender: Tender) -> list[tuple[Part, Part | None]]:
    """Heading and scoring rule of each chapter."""
    found: list[tuple[Part, Part | None]] = []
    for place, item in enumerate(tender.scoring):
        if item.group not in ("technical", "") or not item.name or len(found) == _MOST_SCORED:
            continue
        name = quote(item.name, at(tender, "scoring", place, "name"), _TITLE)
        rule = quote(item.rule, at(tender, "scoring", place, "rule"), _CELL) if item.rule else None
        found.append((name, rule))
    return found or [(name, None) for name in _PLAN[tender.category or "services"]]


def _chapter(case: Case, id: str) -> list[DocumentLine]:
    """The owner's own words; else a model's, marked as such; else a gap."""
    for name, note in ((id, ""), (f"draft/{id}", _DRAFTED)):
        text = case.answers.get(name, "").strip()
        if not text:
            continue
        given = case.desk.give(f"answers/{name}", text)
        said = [line(note, style="note")] if note else []
        if note:
            case.desk.lacks("plan", f"{chapters(case.tender)[id]}（模型起草）", _REVIEW)
        parts = [" ".join(part.split()) for part in text.splitlines()]
        return said + [line(quote(part, given), style="item") for part in parts if part]
    gap = case.desk.gap("plan", "方案正文", "技术方案各章正文，按评分标准逐项编写")
    return [line(gap, style="item")]
