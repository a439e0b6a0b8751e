"""Size of a firm by its trade (中小企业划型): large, medium, small or micro, or why not told.

A firm is of the largest class all of whose floors it reaches, 工信部联企业〔2011〕300号.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from aicfo_sdk.model import DailySales, FigureSource, Invoice

if TYPE_CHECKING:
    from aicfo_sdk import Books, Parameters

CLASSES = ("大型企业", "中型企业", "小型企业", "微型企业")

_TRADES = (
    ("建筑|施工|安装工程|机电", "建筑业"),
    ("软件|信息技术|系统集成", "软件和信息技术服务业"),
    ("物业", "物业管理"),
    ("餐饮|食堂|团餐", "餐饮业"),
    ("住宿|酒店|宾馆", "住宿业"),
    ("批发|贸易", "批发业"),
    ("零售|超市|便利店", "零售业"),
    ("仓储", "仓储业"),
    ("邮政|快递", "邮政业"),
    ("运输|物流|货运", "交通运输业"),
    ("租赁|商务服务", "租赁和商务服务业"),
    ("制造|生产|加工|采矿|工业", "工业"),
    ("农业|林业|畜牧|渔业|农、林", "农林牧渔业"),
    ("电信|互联网|信息传输", "信息传输业"),
    ("房地产开发", "房地产开发经营"),
    ("其他未列明|保洁|清洁|家政", "其他未列明行业"),
)


@dataclass(frozen=True, slots=True)
class Turnover:
    """Sales before tax of the calendar year before, with where they stand; None and why not."""

    amount: int | None
    source: FigureSource
    year: int
    why: str = ""


def trade_of(text: str) -> str:
    """Return the trade of the classification that a text names, or "" when it names none."""
    named = next((trade for _, trade in _TRADES if trade in text), "")
    if named:
        return named
    for words, trade in _TRADES:
        if re.search(words, text):
            return trade
    return ""


def turnover(books: Books) -> Turnover:
    """Return the invoiced sales before tax of the last whole calendar year, if the books bear it.

    They do when they reach back to the January of that year and hold no daily takings beyond what
    was invoiced.
    """
    year = books.as_of.year - 1
    first, last = date(year, 1, 1), date(year, 12, 31)
    source = FigureSource(
        kind="sum",
        ref="Invoice",
        field="net",
        where=(("direction", "sales"), ("status", "normal|red")),
        by="issued",
        first=first,
        last=last,
    )
    sales = [
        invoice for invoice in books.all(Invoice, direction="sales") if invoice.status != "void"
    ]
    within = [invoice for invoice in sales if first <= invoice.issued <= last]
    if not within:
        return Turnover(None, source, year, "账簿没有该年度的销项发票")
    if min(invoice.issued for invoice in sales) > date(year, 1, 31):
        return Turnover(None, source, year, "账簿不是从该年度一月开始")
    takings = sum(row.amount for row in books.all(DailySales) if first <= row.day <= last)
    if takings > sum(invoice.total for invoice in within):
        return Turnover(None, source, year, "日销售额多于已开票金额，发票不足以说明营业收入")
    amount = sum(invoice.net for invoice in within)
    return Turnover(amount if amount > 0 else None, source, year, "红冲后营业收入不为正")


def size_class(
    params: Parameters, day: date, trade: str, people: int, sales: int, assets: int | None
) -> str | None:
    """Return the class; None when its trade counts assets and they are not known.

    `sales` and `assets` in fen. Raises: NotFound for a trade that the classification lacks.
    """
    floors: list[list[int]] = params.at(f"tender.sme_floors.{trade}", day)
    if assets is None and any(row[2] for row in floors):
        return None
    have = (people, sales, assets or 0)
    for name, row in zip(CLASSES, floors, strict=False):
        if all(own >= floor for own, floor in zip(have, row, strict=True)):
            return name
    return CLASSES[-1]
