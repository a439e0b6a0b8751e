"""The SME declaration (中小企业声明函), filled in as far as the books bear it.

Form and contents: 财库〔2020〕46号, annex. A false one is punished as fraud, so a size class is
stated only when people, turnover and, where the trade counts them, assets are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sections import Case, section
from .sheet import Part, at, law, line, money, quote, whole
from .size import CLASSES, size_class, trade_of, turnover

if TYPE_CHECKING:
    from aicfo_sdk.model import DocumentSection

_NAME = "sme"


def declaration(case: Case, assets: int | None) -> tuple[DocumentSection, bool]:
    """Return the declaration, and whether it is complete; `assets` in fen, given by the owner."""
    tender, merchant, desk = case.tender, case.merchant, case.desk
    before = len(desk.missing)
    trade = trade_of(tender.industry) or trade_of(merchant.industry)
    sold = turnover(case.ctx.books)
    people: Part = (
        whole(merchant.employees, at(merchant, "employees"))
        if merchant.employees
        else desk.gap(_NAME, "从业人员人数", "上年末从业人员人数（社保缴纳名册）")
    )
    income: Part = (
        money(sold.amount, sold.source)
        if sold.amount is not None
        else desk.gap(_NAME, "上年度营业收入", f"上年度利润表（{sold.why}）")
    )
    owned: Part = (
        money(assets, desk.give("assets", assets))
        if assets is not None
        else desk.gap(_NAME, "上年末资产总额", "上年末资产负债表（以 assets 给出，单位分）")
    )
    industry: Part = (
        quote(tender.industry, at(tender, "industry"), 100)
        if tender.industry
        else (trade or desk.gap(_NAME, "所属行业", "招标文件明确的中小企业划分标准所属行业"))
    )
    size: str | None = None
    if trade and merchant.employees and sold.amount is not None:
        size = size_class(
            case.ctx.params, case.ctx.today, trade, merchant.employees, sold.amount, assets
        )
    named: Part = size or desk.gap(_NAME, "企业规模类型", "补齐上列数据后按划型标准判定")
    if size == CLASSES[0]:
        # A large firm has nothing to declare.
        return section(
            _NAME,
            line("按划型标准，投标人为大型企业，不适用本声明函。依据：",
                 law("《中小企业划型标准规定》（工信部联企业〔2011〕300号）"), "。"),
        ), False  # fmt: skip
    does: tuple[Part, ...]
    if tender.category == "goods":
        maker = desk.gap(_NAME, "制造商名称", "货物制造商的名称及其上年度数据（自产的写本企业）")
        does = ("制造商为", maker, "；投标人")
    elif tender.category == "works":
        does = ("承建企业为",)
    else:
        does = ("承接企业为",)
    complete = len(desk.missing) == before
    return section(
        _NAME,
        line("根据", law("《政府采购促进中小企业发展管理办法》（财库〔2020〕46号）"), "，",
             case.name, "就参加", case.buyer, "的", case.project, "采购活动声明如下："),
        line("（一）标的为", case.project, "，属于", industry, "；", *does, case.name,
             "，从业人员", people, "人，营业收入为¥", income, "，资产总额为¥", owned,
             "，属于", named, "。"),
        line("（二）上述企业不是大企业的分支机构，控股股东不是大企业，与大企业的负责人也不是同一人。"),
        line("（三）以上内容真实；如有虚假，愿依法承担责任。"),
        line("营业收入取自账簿上一年度销项发票不含税金额；招标文件附有声明函格式的，"
             "以其格式填写。", style="note"),
        *case.signature(_NAME),
    ), complete  # fmt: skip
