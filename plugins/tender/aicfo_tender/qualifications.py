"""Whether a qualification held meets one required: same family, and a level at least as good.

A requirement may list alternatives (…或…) and several parts (…、…, …且…). Levels are compared only
on the same ladder of the same family: 二级 meets 三级, 甲级 meets 乙级, and where the higher number
is the better one (等级保护, CMMI; parameter `tender.ladder_upwards`) 三级 meets 二级.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .words import is_chinese, normal

Outcome = Literal["met", "level_too_low", "level_unknown", "missing"]

_LEVEL = re.compile(
    r"(?P<jia>[甲乙丙丁])级|(?P<credit>a{1,3})级|(?P<number>[特一二三四五六七八九壹贰叁肆伍]|[1-9])级"
    r"|(?:level|grade|class)(?P<word>[1-9])"
)
_CMMI = re.compile(r"(cmmi|dcmm)(?:level|ml|-)?([1-5])级?")
_NUMBERS = {"特": 0} | {
    char: rank
    for row in ("一二三四五六七八九", "壹贰叁肆伍", "123456789")
    for rank, char in enumerate(row, start=1)
}
_ISO = re.compile(r"(?:iso(?:/iec)?|gb/t|gb)[-:]?(\d{4,5})(?:[-:]\d+)*(?:[-:](?:19|20)\d\d)?")
_ISO_NAMES = {
    "职业健康安全管理体系": "iso45001",
    "质量管理体系": "iso9001",
    "环境管理体系": "iso14001",
    "信息安全管理体系": "iso27001",
    "信息技术服务管理体系": "iso20000",
    "食品安全管理体系": "iso22000",
    "qualitymanagementsystem": "iso9001",
    "environmentalmanagementsystem": "iso14001",
    "informationsecuritymanagementsystem": "iso27001",
}
# The Chinese national standards that adopt the ISO ones (GB/T 19001 = ISO 9001 …).
_ADOPTED = {"19001": "9001", "24001": "14001", "45001": "45001", "22080": "27001", "24405": "20000"}
_ABOVE = re.compile(
    r"\(含\)|(?:及|或|含|和)?(?:其)?以上|或更高|不低于|至少|orabove|orhigher|atleast"
)
_FILLER = re.compile(
    r"资质等级证书|资质证书|资格证书|资质等级|资质|资格|认证证书|认证|证书|具有|具备|持有|取得|有效的|有效"
    r"|期内|投标人|供应商|企业|须|应|需|的|certificate|certification|certified|accreditation|valid"
)
_OR = re.compile(r"或者|或|\bor\b")
_AND = re.compile(r"[、;；]|且|\band\b")
_MARKS = re.compile(r"[\s()（）\[\]【】《》\"'“”,，.。:：]+")


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification read from its name: what it is for, and its rank on its ladder.

    `rank` grows with quality and is None when the name gives no level.
    """

    text: str
    family: str
    ladder: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one required part; `held` names the closest one held, or is empty."""

    required: str
    outcome: Outcome
    held: str


def read(text: str, upwards: Sequence[str]) -> Qualification:
    """Return a qualification's family and level; `upwards` names families that count upwards."""
    plain = _ABOVE.sub("", re.sub(r"\s+", "", normal(text)))
    graded = _CMMI.search(plain)
    if graded is not None:
        return Qualification(text, graded[1], "number", int(graded[2]))
    rank, ladder = None, ""
    found = _LEVEL.search(plain)
    if found is not None:
        plain = plain[: found.start()] + plain[found.end() :]
        kind = found.lastgroup or ""
        mark = found[kind]
        if kind == "jia":
            ladder, rank = "jia", -"甲乙丙丁".index(mark)
        elif kind == "credit":
            ladder, rank = "credit", len(mark)
        elif kind == "word":
            ladder, rank = "level", int(mark)
        else:
            up = any(normal(name) in plain for name in upwards)
            ladder, rank = "number", _NUMBERS[mark] if up else -_NUMBERS[mark]
    return Qualification(text, _family(plain), ladder, rank)


def meets(held: Qualification, required: Qualification) -> Outcome:
    """Return whether `held` meets `required`, and if not, by what it fails."""
    ours, theirs = held.family, required.family
    if not theirs or not ours:
        return "missing"
    # A held qualification that is narrower than the one asked for meets it (建筑工程施工总承包 for
    # 施工总承包), never the other way round; a name of one or two characters proves nothing.
    long_enough = len(theirs) >= (3 if is_chinese(theirs) else 6)
    if ours != theirs and not (long_enough and theirs in ours):
        return "missing"
    if required.rank is None:
        return "met"
    if held.rank is None or held.ladder != required.ladder:
        return "level_unknown"
    return "met" if held.rank >= required.rank else "level_too_low"


def answer(required: str, held: Sequence[str], upwards: Sequence[str]) -> list[Answer]:
    """Return one answer per part of a requirement, each the best of its alternatives."""
    ours = [read(text, upwards) for text in held]
    out: list[Answer] = []
    plain = _ABOVE.sub("", normal(required))
    for part in _AND.split(plain):
        if not _MARKS.sub("", part):
            continue
        options = [read(option, upwards) for option in _OR.split(part)]
        best: tuple[int, Answer] = (len(_ORDER), Answer(part.strip(), "missing", ""))
        for option in options:
            for own in ours:
                outcome = meets(own, option)
                if outcome != "missing" and _ORDER.index(outcome) < best[0]:
                    best = (_ORDER.index(outcome), Answer(part.strip(), outcome, own.text))
        out.append(best[1])
    return out


_ORDER: tuple[Outcome, ...] = ("met", "level_too_low", "level_unknown", "missing")


def _family(plain: str) -> str:
    for name, standard in _ISO_NAMES.items():
        if name in plain:
            return standard
    found = _ISO.search(plain)
    if found is not None:
        number = found[1]
        if plain[found.start()] == "g":
            number = _ADOPTED.get(number, number)
        return f"iso{number}"
    return _MARKS.sub("", _FILLER.sub("", plain))
