"""Who buys, who runs the procedure and who won, as names beside a field or in a sentence."""

from __future__ import annotations

import re
from typing import Literal

from ....model.text import UntrustedText
from .said import FOOT_LINES, Said
from .values import moment

_HEAD = 3_000
"""A notice presents its parties within so many characters."""

_NAME = r"(?:\d{5}部队|[\u4e00-\u9fff()]{4,40}?)"
_ROLE = "采购人|招标人|采购单位|招标单位|采购代理机构|招标代理机构|代理机构"
_DEFINED = re.compile(
    rf"(?:^|[,。;:\s]|由|受)\s*(?P<name>{_NAME})\s*"
    rf"\((?:以下(?:简)?称|下称)?\s*:?\s*[\"“'‘]?(?P<role>{_ROLE})[\"”'’]?[^()]{{0,4}}\)"
)
"""某医院(以下简称"采购人"), 某医院(采购人)."""

_ASKED = re.compile(
    rf"(?:^|[,。;:\s])(?P<agency>{_NAME})(?:\([^()]{{0,20}}\))?受\s*(?P<buyer>{_NAME})(?:\([^()]{{0,20}}\))?的?委托"
)
"""某公司受某医院委托."""

_ASKS = re.compile(
    rf"(?:^|[,。;:\s])(?P<buyer>{_NAME})(?:\([^()]{{0,20}}\))?(?:特|现|已)?委托\s*(?P<agency>{_NAME})"
    r"(?:\([^()]{0,20}\))?(?=于|对|就|组织|以|代理(?!有限|公司|机构|集团|咨询)|负责|作为|[,。])"
)
"""某医院委托某公司于近日."""

_NOBODY = re.compile(r"名称$|^(?:废标|流标|终止|采购失败|有效\S{0,6}不足)")
"""A name of a column, or why a lot has no winner."""

_SIGNER = re.compile(
    r"[\u4e00-\u9fff()]{3,30}(?:医院|中心|学校|中学|小学|大学|学院|局|委员会|政府|馆|站|院|所|办公室|协会|法院|检察院)"
)
_OWNER = re.compile(
    rf"(?:(?:业主|建设单位|发包人|招标人|采购人|采购单位|招标单位)(?:单位)?(?:为|是|系)|业主(?:单位)?|建设单位)\s*(?P<name>{_NAME})"
    r"(?=\s*(?:[,。;(]|已|现|拟))"
)
"""某工程的业主某局已落实资金, 招标人为某局."""

_AGENT = re.compile(
    rf"(?:委托\s*(?P<name>{_NAME})(?=\s*(?:为|担任|作为)[^,。;]{{0,8}}代理)"
    rf"|代理机构(?:为|是|系)\s*(?P<named>{_NAME})(?=\s*[,。;]))"
)
"""现委托某公司为招标代理机构, 代理机构为某公司."""


def party(said: Said, name: Literal["buyer", "agency"]) -> str:
    """Return the name of a party, "" when the notice does not give it."""
    for pair in said.all(name):
        if re.fullmatch(r"[\d\s()-]{6,}", pair.value):
            continue
        plain = re.split(
            r"\n|;|。|,?\s*(?:地\s*址|联系人|电\s*话|联系电话|联系方式)\s*:?", pair.value
        )[0]
        plain = re.sub(r"^(?:名称|全称)\s*:\s*|\((?:盖|公|签)章?[^()]{0,6}\)", "", plain).strip(
            " ,、"
        )
        if len(plain) > 1 and not re.match(r"信息|的|或|和|应|须|委托", plain):
            return plain
    told = _in_prose(said.text[:_HEAD], name)
    return told or ("" if name == "agency" else _signed(said))


def _signed(said: Said) -> str:
    """Return who signs a notice above its day, where no agency does: 某医院, 2026年3月5日."""
    if said.all("agency") or _in_prose(said.text[:_HEAD], "agency"):
        return ""
    for above, below in zip(
        said.lines[-2:-FOOT_LINES:-1], said.lines[:-FOOT_LINES:-1], strict=False
    ):
        day = moment(below)
        if day is not None and len("".join(below.split())) <= day.end - day.start + 2:
            return above if _SIGNER.fullmatch(above) else ""
    return ""


def _in_prose(text: str, name: Literal["buyer", "agency"]) -> str:
    for told in _DEFINED.finditer(text):
        if told["role"].endswith("代理机构") == (name == "agency"):
            return re.sub(r"^(?:因工作需要|受)", "", told["name"])
    told = _ASKED.search(text) or _ASKS.search(text)
    if told:
        return told[name]
    if name == "buyer":
        owner = _OWNER.search(text)
        return owner["name"] if owner else ""
    agent = _AGENT.search(text)
    return (agent["name"] or agent["named"]) if agent else ""


def suppliers(said: Said) -> tuple[UntrustedText, ...]:
    """Return the winners that a notice of award names, at most fifty."""
    names: dict[str, None] = {}
    for pair in said.all("supplier"):
        for name in re.split(r"[\n;]", pair.value):
            plain = re.split(r"\(?(?:地址|联系|统一社会)|,", name)[0].strip(" 。:")
            if 3 < len(plain) < 80 and not _NOBODY.search(plain):
                names[plain] = None
    return tuple(UntrustedText(name) for name in names)[:50]
