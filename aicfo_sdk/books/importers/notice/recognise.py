"""Whether a text is a Chinese notice or tender document, and not another paper that speaks of one.

Statements, invoices, contracts and news use the same words in passing. A notice puts them before
values, as names of its fields, under a headline that announces.
"""

from __future__ import annotations

import re
from html import unescape
from unicodedata import normalize

from .labels import pairs
from .page import Page

_MARKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"项目名称|工程名称|采购项目名称",
        r"项目编号|招标编号|采购编号|磋商编号|谈判编号",
        r"采购人|招标人|采购单位|招标单位",
        r"投标文件|响应文件|报价文件|报价截止|中标|成交供应商",
        r"预算金额|预算总?价|最高限价|控制价|限价|采购预算",
        r"(?:招标|采购|磋商|谈判|询价|更正|变更|终止|中标|成交|结果)\s*(?:公告|公示|文件)|采购意向",
        r"资格要求|资格条件|评标办法|评标方法|综合评分|评审办法",
    )
)
_MARKS_ENOUGH = 3
_NAMED_ENOUGH = 3
_OWN_ENOUGH = 4
_OWN = frozenset(
    (
        "number agency ceiling deadline opening bond procedure evaluation consortium validity sme"
    ).split()
)
"""Fields that hardly any paper but a notice gives a name of their own."""
_HEADLINE = re.compile(
    r"^(?![^\n]*(?:招聘|拍卖|转让|出让|招租|出租|招生|招考|(?:资产|车辆|物资|设备|房产|国有)[^\n]{0,8}处置|处置(?:结果)?公[告示]))"
    r"[^:。\n|]{0,80}(?:公告|公示|邀请书|邀请函|通知书|采购需求|采购意向|(?:招标|采购|磋商|谈判|询价|比选)文件)"
    r"(?:\([^()]{0,16}\))?$"
)
_OTHER_PAPER = re.compile(
    r"^[^:。\n|]{0,60}(?:合同|合同书|协议|协议书|发票|\(普通发票\)|对账单|流水|交易明细|回单|账单|收据)(?:\(.{0,16}\))?$"
)
_HEAD = 40
"""Lines within which a notice has its headline; a portal puts its menu before it."""
_FIRST = 3

_TAG = re.compile(r"<[^<>]{0,2000}>")
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])[ \t\u00a0\u3000]+(?=[\u4e00-\u9fff])")


def may_announce(text: str) -> bool:
    """Return whether a text, markup and all, has any word of a tender: a glance before reading."""
    plain = normalize("NFKC", unescape(_TAG.sub("", text.replace("\u200b", ""))))
    return any(mark.search(_BETWEEN.sub("", plain)) for mark in _MARKS)


def announces(page: Page) -> bool:
    """Return whether a page announces or is a tender: it gives values to the names of one."""
    found = {pair.field for pair in pairs(page)}
    dense = _BETWEEN.sub("", page.text())
    head = [line.strip() for line in dense.split("\n") if line.strip()][:_HEAD]
    headline = any(_HEADLINE.match(line) for line in head)
    if not headline and any(_OTHER_PAPER.match(line) for line in head[:_FIRST]):
        return False
    if headline and len(found) >= _OWN_ENOUGH and len(found & _OWN) > 1:
        return True
    marks = sum(1 for mark in _MARKS if mark.search(dense))
    if marks >= _MARKS_ENOUGH and (len(found) >= _NAMED_ENOUGH or (headline and found)):
        return True
    # Enterprises have words of their own for the parties; what they ask for has the same names.
    own = found & _OWN
    return len(own) >= _OWN_ENOUGH and bool(own & {"deadline", "opening"})
