"""The Chinese words of a list of bills and what they mean; the first of each meaning is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Literal

from ...days import parse_day
from ...errors import InputError
from ...model import bill_steps as steps
from ...model.bill import AcceptorClass, BillCirculation, BillStatus
from ...model.bill_steps import CIRCULATION_ZH, STATUS_ZH

if TYPE_CHECKING:
    from ...model.bill_steps import Pair

Kind = Literal["bank", "trade", "supply_chain_bank", "supply_chain_trade"]
Held = Literal["held", "pledged", "endorsed", "discounted", "settled"]
Side = Literal["receivable", "payable"]

BY_FINANCE_COMPANY = "财务公司承兑汇票"

KINDS: dict[str, Kind] = {
    "银行承兑汇票": "bank",
    "电子银行承兑汇票": "bank",
    "银承": "bank",
    "银票": "bank",
    "AC01": "bank",
    BY_FINANCE_COMPANY: "bank",
    "商业承兑汇票": "trade",
    "电子商业承兑汇票": "trade",
    "商承": "trade",
    "商票": "trade",
    "AC02": "trade",
    "供应链票据(银行承兑)": "supply_chain_bank",
    "供应链票据（银行承兑）": "supply_chain_bank",
    "供应链票据(商业承兑)": "supply_chain_trade",
    "供应链票据（商业承兑）": "supply_chain_trade",
}
CLASSES: dict[str, AcceptorClass] = {
    "国有大行": "state_bank",
    "国有银行": "state_bank",
    "国股": "state_bank",
    "股份制银行": "joint_stock_bank",
    "城商行": "city_bank",
    "城市商业银行": "city_bank",
    "农商行": "rural_bank",
    "农村商业银行": "rural_bank",
    "财务公司": "finance_company",
    "强商票": "strong_trade",
    "弱商票": "weak_trade",
}
STATUS: dict[str, BillStatus] = {
    **{zh: word for word, zh in STATUS_ZH.items()},
    "CS01": "issued",
    "CS02": "accepted",
    "CS03": "received",
    "CS04": "matured",
    "CS05": "terminated",
    "CS06": "settled",
}
CIRCULATION: dict[str, BillCirculation] = {
    **{zh: word for word, zh in CIRCULATION_ZH.items()},
    "TF0101": "pending",
    "TF0301": "transferable",
    "TF0302": "locked",
    "TF0303": "not_transferable",
    "TF0304": "pledged",
    "TF0305": "redeemable",
    "TF0401": "collecting",
    "TF0402": "claimed",
    "TF0501": "ended",
}
ALONE: dict[BillStatus, BillCirculation] = {
    "issued": "pending",
    "accepted": "pending",
    "received": "transferable",
    "matured": "transferable",
    "terminated": "ended",
    "settled": "ended",
}
"""The 流通标志 of a 票据状态 that stands without one."""
ECDS: dict[str, Pair] = {
    "出票已登记": steps.ISSUED,
    "提示承兑待签收": steps.ISSUED_LOCKED,
    "提示承兑已签收": steps.ACCEPTED,
    "提示收票待签收": steps.ACCEPTED_LOCKED,
    "提示收票已签收": steps.FREE,
    "背书待签收": steps.LOCKED,
    "背书已签收": steps.FREE,
    "买断式贴现待签收": steps.LOCKED,
    "买断式贴现已签收": steps.FREE,
    "回购式贴现已签收": steps.REDEEMABLE,
    "回购式贴现赎回已签收": steps.FREE,
    "质押待签收": steps.LOCKED,
    "质押已签收": steps.PLEDGED,
    "质押解除已签收": steps.FREE,
    "提示付款待签收": steps.PRESENTED,
    "逾期提示付款待签收": steps.PRESENTED,
    "提示付款已拒付": steps.CLAIMED,
    "逾期提示付款已拒付": steps.CLAIMED,
    "拒付追索待签收": steps.CLAIMED,
    "拒付追索待清偿": steps.CLAIMED,
    "非拒付追索待清偿": steps.CLAIMED,
    "票据已结清": steps.SETTLED,
    "票据已作废": steps.ENDED,
}
"""States of the old system (ECDS), one word for the pair; a refusal counts as a claim already."""
HELD: dict[str, Held] = {
    "持有": "held",
    "持有中": "held",
    "在库": "held",
    "持有票据": "held",
    "已质押": "pledged",
    "质押": "pledged",
    "已质押票据": "pledged",
    "已背书": "endorsed",
    "已背书转让": "endorsed",
    "背书转让": "endorsed",
    "转出票据": "endorsed",
    "已贴现": "discounted",
    "已贴现票据": "discounted",
    "已结清": "settled",
    "已兑付": "settled",
}
SIDES: dict[str, Side] = {
    "应收": "receivable",
    "应收票据": "receivable",
    "应付": "payable",
    "应付票据": "payable",
    "收到票据": "receivable",
    "付出票据": "payable",
}
TRANSFERABLE: dict[str, bool] = {
    "可转让": True,
    "可再转让": True,
    "能": True,
    "是": True,
    "EM00": True,
    "不可转让": False,
    "不得转让": False,
    "不能": False,
    "否": False,
    "EM01": False,
}
RECOURSE: dict[str, bool] = {
    "有追索权": True,
    "带追索权": True,
    "有": True,
    "是": True,
    "无追索权": False,
    "不带追索权": False,
    "无": False,
    "否": False,
}
YES = frozenset({"是", "可", "可分包"})
NO = frozenset({"否", "不可", "不可分包"})
STOP = "不得转让"


def fields(text: str, mark: str) -> list[str]:
    """Return the parts of `text` between marks; a backslash takes the next character as it is."""
    parts, escaped = [""], False
    for char in text:
        if escaped:
            parts[-1] += "\n" if char == "n" else char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == mark:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def escape(text: str, marks: str) -> str:
    """Return `text` so that `fields` gives it back whole."""
    for mark in "\\" + marks:
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", "\\n")


def links(text: str) -> Iterator[tuple[date, str, str, bool]]:
    """Yield day, endorser, endorsee and whether the bill may be passed on.

    Raises: ValueError saying what is wrong.
    """
    for link in _whole(text):
        parts = [part.strip() for part in fields(link, "|")]
        if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] != STOP):
            raise ValueError(f"{link!r} has no day, endorser and endorsee")
        if not parts[1] or not parts[2]:
            raise ValueError(f"{link!r} lacks a party")
        try:
            day = parse_day(parts[0])
        except InputError as error:
            raise ValueError(str(error)) from None
        yield day, parts[1], parts[2], len(parts) == 3


def _whole(text: str) -> Iterator[str]:
    """Yield the links, still escaped."""
    link, escaped = "", False
    for char in text:
        if char == ";" and not escaped:
            yield link
            link = ""
            continue
        escaped = char == "\\" and not escaped
        link += char
    if link.strip():
        yield link
