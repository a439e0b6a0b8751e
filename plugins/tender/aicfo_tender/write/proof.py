"""The sections of a bid that prove: qualifications, track record, bid bond."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from aicfo_sdk.model import Counterparty, DocumentSection, FigureSource, Invoice, Tender

from ..funding import won
from ..qualifications import answer
from .sections import Case, section
from .sheet import Part, at, both, day, line, money, quote, row_number, table

if TYPE_CHECKING:
    from aicfo_sdk.model import DocumentLine

_YEARS = timedelta(days=3 * 365)
_MOST = 8
_CUSTOMERS = 5
_COPY = "复印件加盖公章，并核对有效期"


def qualification(case: Case, upwards: list[str]) -> DocumentSection:
    """Return what the firm holds against what is required; copies are brought by the owner."""
    tender, merchant = case.tender, case.merchant
    rows: list[tuple[tuple[Part, ...], ...]] = []
    used: set[str] = set()
    listed = [item for item in case.checklist if item.section == "qualification"]
    for number, item in enumerate(listed, start=1):
        demand: tuple[Part, ...] = (quote(item.clause, item.source),)
        if item.id.startswith("required/"):
            # The bare names of a record are not cleaned as texts of a notice are.
            place = int(item.id.partition("/")[2])
            demand = (quote(tender.required[place], item.source),)
        said = case.answers.get(item.id, "").strip()
        held: tuple[Part, ...]
        if said:
            held = (quote(said, case.desk.give(f"answers/{item.id}", said)),)
        elif item.status == "answered":
            names = dict.fromkeys(
                part.held for part in answer(item.clause, merchant.qualifications, upwards)
            )
            used |= set(names)
            held = _held(case, list(names))
        else:
            held = (case.desk.gap("qualification", "资格证明材料", "见待补清单逐项所列"),)
        rows.append(((row_number(number),), demand, held))
    blocks: list[object] = []
    if rows:
        blocks.append(table((("序号", 1), ("资格要求", 6), ("证明材料", 6)), rows))
    else:
        blocks.append(line("公告未载明特定资格要求，以招标文件为准。"))
    others = [name for name in merchant.qualifications if name not in used]
    if others:
        blocks.append(line("另持有以下资质：", style="strong"))
        blocks += [line(*_held(case, [name]), style="item") for name in others]
    for name in merchant.qualifications:
        case.desk.lacks("qualification", f"{name}证书", _COPY)
    blocks.append(line("基本情况", style="strong"))
    blocks.append(line("名称：", case.name, style="item"))
    blocks.append(line("统一社会信用代码：", case.code("qualification"), style="item"))
    if merchant.capital:
        paid = money(merchant.capital, at(merchant, "capital"))
        blocks.append(line("实缴资本：¥", paid, style="item"))
    case.desk.lacks("qualification", "营业执照副本", "复印件加盖公章")
    return section("qualification", *blocks)


def _held(case: Case, names: list[str]) -> tuple[Part, ...]:
    out: list[Part] = []
    for name in names:
        place = case.merchant.qualifications.index(name)
        out += ["、" if out else "", quote(name, at(case.merchant, "qualifications", place))]
    return (*out, "（后附复印件）")


def track_record(case: Case) -> DocumentSection:
    """Return past awards and the largest customers by invoices of the last three years."""
    books, merchant = case.ctx.books, case.merchant
    first = case.ctx.today - _YEARS
    rows: list[tuple[tuple[Part, ...], ...]] = []
    awards = [
        tender
        for tender in books.all(Tender, status="awarded")
        if tender.awarded and tender.currency == "CNY" and tender.updated >= first
        and won(tender, merchant)
    ]  # fmt: skip
    for tender in sorted(awards, key=lambda one: (-(one.awarded or 0), one.id))[:_MOST]:
        rows.append(
            (
                (row_number(len(rows) + 1),),
                (quote(tender.title, at(tender, "title"), 200),),
                (quote(tender.buyer, at(tender, "buyer"), 200),) if tender.buyer else ("—",),
                ("¥", money(tender.awarded or 0, at(tender, "awarded"))),
                ("中标公告，", day(tender.updated, at(tender, "updated"))),
            )
        )
    rows += _customers(case, len(rows))
    if not rows:
        gap = case.desk.gap(
            "record", "业绩", "账簿没有中标记录和销项发票：如有业绩，提供合同复印件"
        )
        return section("record", line(gap))
    columns = (("序号", 2), ("项目", 6), ("客户", 6), ("金额", 5), ("依据", 6))
    case.desk.lacks("record", "业绩证明", "表中各项的合同、中标通知书或验收证明复印件")
    return section("record", table(columns, rows))


def _customers(case: Case, before: int) -> list[tuple[tuple[Part, ...], ...]]:
    books, last = case.ctx.books, case.ctx.today
    first = last - _YEARS
    sums: dict[str, int] = defaultdict(int)
    for invoice in books.all(Invoice, direction="sales"):
        if invoice.status != "void" and first <= invoice.issued <= last:
            sums[invoice.counterparty] += invoice.total
    known = books.records(Counterparty)
    best = sorted(
        ((amount, id) for id, amount in sums.items() if amount > 0 and id in known),
        key=lambda one: (-one[0], one[1]),
    )
    rows: list[tuple[tuple[Part, ...], ...]] = []
    for amount, id in best[:_CUSTOMERS]:
        source = FigureSource(
            kind="sum",
            ref="Invoice",
            field="total",
            where=(("counterparty", id), ("direction", "sales"), ("status", "normal|red")),
            by="issued",
            first=first,
            last=last,
        )
        rows.append(
            (
                (row_number(before + len(rows) + 1),),
                ("供货或服务",),
                (quote(known[id].name, at(known[id], "name"), 200),),
                ("¥", money(amount, source)),
                ("近三年销项发票合计（含税）",),
            )
        )
    return rows


def bond(case: Case) -> DocumentSection:
    """Return the bid bond with the place of its proof."""
    tender = case.tender
    if not tender.bond:
        return section("bond", line("公告未载明投标保证金。"))
    said = case.answers.get("bond", "").strip()
    proof: Part = (
        quote(said, case.desk.give("answers/bond", said))
        if said
        else case.desk.gap("bond", "保证金凭证", "汇款回单，或银行、保险、担保机构出具的投标保函")
    )
    blocks: list[DocumentLine] = [
        line("投标保证金：", *both(tender.bond, at(tender, "bond")), "。"),
        line("缴纳凭证：", proof),
    ]
    if tender.deadline:
        due = day(tender.deadline, at(tender, "deadline"))
        blocks.insert(1, line("缴纳期限：", due, "提交投标文件截止前。"))
    return section("bond", *blocks)
