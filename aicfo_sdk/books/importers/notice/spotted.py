"""Names of fields found in a text: as the whole of it, before a colon, or at its start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from .names import any_of
from .naming import FIELD_OF, field_named
from .outline import unnumbered

SUMS = frozenset(("value", "ceiling", "bond", "award"))
_SPACE = re.compile(r"\s+")
_PREFIX = (
    "(?:本项目的?|本次(?:采购|招标)?|该项目|本标段|本工程|本采购项目|本招标项目|本项目采购|本包|本采购包"
    "|原公告的?|原采购公告的?|原)?"
)
_NOTE = r"(?:\s*\((?P<note>[^()]{0,40}(?:\([^()]{0,20}\)[^()]{0,20})?)\))?"
_UNNAMED_NOTE = r"(?:\s*\([^()]{0,40}(?:\([^()]{0,20}\)[^()]{0,20})?\))?"
HAN = "\u4e00-\u9fff"


ALL = any_of(FIELD_OF, spaced=True)
_BEFORE = rf"(?<![{HAN}A-Za-z\"“])"
_ALSO = rf"(?:\s*[/、及和或]\s*(?:{ALL}))?"
# A figure with its unit needs no colon before it: 工期90日历天.
_MEASURED = (
    r"(?=\s*(?:约|共计|合计|暂定|预计|不超过)?\s*\d[\d,.]*\s*(?:万元|亿元|元|日历天|日历日|天))"
)
LABEL = re.compile(
    rf"{_BEFORE}{_PREFIX}(?P<name>{ALL}){_ALSO}{_NOTE}"
    rf"\s*(?::|为(?:人民币)?(?=\s*(?:[\d¥人]|自|合同|签订))|(?=(?:人民币|¥)\s*[¥\d])|{_MEASURED})"
)
_STRETCHED = rf"[{HAN}](?:[ ]+[{HAN}]){{1,9}}"
_WORDS = rf"(?:{_STRETCHED}|[{HAN}](?:[{HAN}/、]|\([{HAN}/、]{{1,8}}\)(?=[{HAN}])){{1,24}})"
_FOREIGN = r"(?:\s*/?\s*[A-Za-z][A-Za-z .&'-]{1,40})?"
TOLD = re.compile(rf"{_BEFORE}(?P<name>{_WORDS}{_UNNAMED_NOTE}{_FOREIGN})\s*:")
"""Any words before a colon."""
_NUMERAL = r"(?:\d|[壹贰叁肆伍陆柒捌玖]|[一二两三四五六七八九十]{1,3}个?(?:月|年|周|天|日|工作日))"
_LINKED = re.compile(
    rf"{_BEFORE}(?P<name>[{HAN}]{{2,18}}?{_UNNAMED_NOTE})\s*"
    rf"(?:(?:应|须|均|暂|约|最迟)?(?:为|是|定于|定为)(?=[^,。;:\n]{{0,16}}?{_NUMERAL})"
    r"|(?:不少于|不超过|不低于|不高于|控制在|至少|到|至|约|共|即)?"
    rf"(?=\s*(?:(?:约|共计|合计)?(?:人民币|¥|RMB)?\s*{_NUMERAL}|自[{HAN}]{{4}})))"
)
"""A name in a sentence, with a figure, a day or a span behind it: 总预算约为9万元, 服务期3个月."""
_FIGURED = frozenset("value ceiling bond deadline opening delivery validity".split())
_SIGNS = r"(?:[→⇒=∶︰▶►»>|│]|[-—–]{1,3}|\.{2,}|…+|·{2,}|_{2,})"
APART = re.compile(
    rf"(?P<name>(?:{_PREFIX}{ALL}|{_WORDS}){_UNNAMED_NOTE})(?:\s*{_SIGNS}\s*|\s+)(?=[^\s:])"
)
"""A name at the start of a line, with its value a space or a sign behind it."""
BEHIND = re.compile(rf"(?<=\s)(?P<name>(?:{ALL}|{_WORDS}){_UNNAMED_NOTE})\s+(?=\S)")
"""The next name in such a line."""
BOXED = re.compile(r"[【\[「『〔<]\s*([^【】\[\]「」『』〔〕<>:]{2,24})\s*[】\]」』〕>]\s*:?\s*")
_NAME_ONLY = re.compile(rf"(?:{_PREFIX})(?P<name>.+)")
_TRAILING = re.compile(rf"(?P<name>.+?){_NOTE}")
_WITHIN = re.compile(r"\([^()]*\)")
_OF = re.compile(rf"[{HAN}]{{2,14}}的(?P<name>.+)")
_LATIN = re.compile(r"\(?[A-Za-z][A-Za-z .&'/-]*\)?")
_FORMER = re.compile(r"(?:原|首次)[^:]{0,8}(?:公告|公示|发布)[^:]{0,6}(?:日期|时间)")
"""The day of the notice that this one changes."""
_HAN_ONLY = re.compile(rf"[{HAN}]{{2,}}")
_FEW = 50
"""More names than this stand in no sentence."""
_EITHER = re.compile(r"[/、]|或者|以及|及|和|或|与|暨|兼|即")


class Label(NamedTuple):
    """A name found in a line, from `start` to the end of its colon."""

    start: int
    end: int
    field: str
    note: str
    name: str


Named = tuple[str, str, str]
"""Field, note in brackets, name."""


@lru_cache(maxsize=8_192)
def field_of(cell: str) -> Named | None:
    """Return field, note and name when a text holds nothing but the name of a field."""
    if len(cell) > 60:
        return None
    plain = unnumbered(one_line(cell)).rstrip(" :")
    if _FORMER.match(plain):
        return None
    for name, note in _readings(_SPACE.sub("", plain)):
        if (field := field_named(name)) is not None:
            return field, note, name
    # 预算金额 Budget says it twice.
    own = _LATIN.sub("", plain).strip(" /()|")
    return field_of(own) if own != plain and _HAN_ONLY.fullmatch(own) else None


def _readings(plain: str) -> Iterator[tuple[str, str]]:
    """Yield what a name may be, each with its note, the whole of it first."""
    ways = [(plain, "")]
    if (found := _TRAILING.fullmatch(plain)) is not None and found["note"] is not None:
        ways.append((found["name"], found["note"]))
    if "(" in plain and (bare := _WITHIN.sub("", plain)) != plain:
        ways.append((bare, ""))
    for name, note in ways:
        yield name, note
        if (prefixed := _NAME_ONLY.fullmatch(name)) is not None:
            yield prefixed["name"], note
    for name, note in ways:
        # 货物或服务的预算金额 is the budget; 供应商的名称 is nobody that a tender names.
        owned = _OF.fullmatch(name)
        if owned is not None and field_named(owned["name"]) in SUMS:
            yield owned["name"], note
        first, *others = _EITHER.split(name)
        if others and len(first) > 1 and all(map(field_named, others)):
            yield first, note
        if others and field_named(others[-1]) in SUMS and not field_named(first):
            yield others[-1], note


def labels_in(text: str) -> list[Label]:
    """Return the names with a colon that a line holds, in order."""
    found = [
        Label(m.start(), m.end(), FIELD_OF[name], m["note"] or "", name)
        for m in LABEL.finditer(text)
        if not _FORMER.match(m[0])
        for name in (_SPACE.sub("", m["name"]),)
    ]
    ends = {one.end for one in found}
    for told in TOLD.finditer(text):
        if told.end() in ends:
            continue
        if (named := field_of(told["name"])) is not None:
            found.append(Label(told.start(), told.end(), *named))
    told_at = [(one.start, one.end) for one in found]
    for linked in _LINKED.finditer(text):
        if any(start < linked.end() and linked.start() < end for start, end in told_at[:_FEW]):
            continue
        if (named := field_of(linked["name"])) is not None and named[0] in _FIGURED:
            found.append(Label(linked.start(), linked.end(), *named))
    return sorted(found)


def one_line(cell: str) -> str:
    return cell.replace("\n", "").strip()
