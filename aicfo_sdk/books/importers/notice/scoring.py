"""The scoring table (评分标准) of a tender document, from its tables or its numbered lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from ....model.tender import ScoreItem
from ....model.text import UntrustedText
from .outline import Section, unnumbered
from .page import Line, Page, Row, unspanned

_MOST = 300
_LONGEST = 4_000
Group = Literal["price", "technical", "business", ""]

_ACT = "(?:评分|评审|评标|评议|评价|评定|评比|评选|打分|考核|测评|赋分|得分|计分|记分|比选)"
_POINTS_HEAD = re.compile(
    rf"^(?:{_ACT}|最高得?|标准|满|总|设定|应得|单项)*(?:分值|分数|满分|权重|权值|配分|占比|比重|分)+"
    r"(?:值|数|上限|分配|设定|权重|比例|占比|限)?(?:\(.*\)|/分)?$|^(?:赋分|得分)上?限?$"
)
_NAME_HEAD = re.compile(
    rf"^{_ACT}的?(?:因素|内容|项目?|指标|点|要素|要点|名称|科目|方面|事项)(?:名称)?(?:\(.*\))?$"
    r"|^(?:项目|内容|因素|指标|要素|打分项)(?:名称)?$"
)
_RULE_HEAD = re.compile(
    rf"{_ACT}.*(?:标准|细则|办法|说明|依据|规则|方法|要求|准则)|^(?:具体)?(?:说明|标准|细则|备注)$"
)
_GROUP_HEAD = re.compile(
    r"^(?:类别|评分类别|评审类别|分类|评分大类|一级指标|部分|评审项|评分部分|大类|评分因素|评审因素)$"
)
_POINTS = re.compile(
    r"(?:^|[^\d.])(?:0\s*[-~—–至到]\s*)?(\d{1,3}(?:\.\d{1,2})?)\s*(?:分|%)?(?:\)|$)"
)
_IN_BRACKETS = re.compile(
    r"[\[(【]\s*(?:满分|最高|共|总分|分值|计|权重|占|占比)?\s*:?\s*(?:0\s*[-~—–至到]\s*)?(\d{1,3}(?:\.\d{1,2})?)\s*(?:分|%)\s*(?:满分)?\s*[\])】]"
)
_ALONE = re.compile(r"(?:满分|最高)?(\d{1,3}(?:\.\d{1,2})?)分?")
_BEHIND = re.compile(
    r"^(.{2,30}?)\s*[:—,.…-]*\s*(?:满分|最高|最高得|计|占)?\s*(\d{1,3}(?:\.\d{1,2})?)\s*分(?:\s*[::。;,|]|\s|$)"
)
_NUMBER = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*\s*[.、)]?|\(\d{1,2}\)|\(?[一二三四五六七八九十]{1,3}[)、.]|[A-Z][.、])\s*"
)
_TOTAL = re.compile(r"^(?:合计|总计|总分|小计|满分)")
_HEADING = re.compile(
    r"评分(?:标准|细则|办法|表|因素|项)|评审(?:标准|因素|细则|办法)|评标(?:标准|办法|细则|方法)|综合评分|打分表|评分"
)
_PRICE = re.compile(r"价格|报价|投标价|商务报价|价款")
_BUSINESS = re.compile(
    r"商务|业绩|资信|信誉|认证|证书|资质|财务|售后|信用|企业实力|综合实力|履约|荣誉|企业"
)
_TECHNICAL = re.compile(
    r"技术|方案|服务|实施|施工|组织|人员|团队|质量|进度|安全|参数|配置|培训|应急|设备|设计|演示|响应"
)
_OF_GROUP = re.compile(r"(?:部分|分|评分|标|评审|因素|类)$")


def scoring(page: Page, sections: Sequence[Section]) -> tuple[ScoreItem, ...]:
    """Return the lines of the scoring table in order; () when the page has none."""
    found = list(_tables(page))
    if not found:
        found = list(_lines(page, sections))
    return tuple(found[:_MOST])


def group_of(text: str) -> Group:
    """Return the group that a heading or name tells: price, business, technical, or ""."""
    if _PRICE.search(text):
        return "price"
    if re.search(r"商务|资信|业绩|企业", text):
        return "business"
    if re.search(r"技术|方案|服务", text):
        return "technical"
    if _BUSINESS.search(text):
        return "business"
    return "technical" if _TECHNICAL.search(text) else ""


def _tables(page: Page) -> Iterator[ScoreItem]:
    columns: dict[str, int] = {}
    table = -1
    group: Group = ""
    for block in page.blocks:
        if not isinstance(block, Row):
            if group_line := _group_line(block.text):
                group = group_line
            continue
        heads = _columns(block.cells)
        if heads:
            columns, table = heads, block.table
            continue
        if block.table != table or not columns:
            continue
        made = _item(block, columns, group)
        if isinstance(made, ScoreItem):
            yield made
        elif made:
            group = made


def _group_line(text: str) -> Group:
    plain = _NUMBER.sub("", text)
    if len(plain) > 24 or not re.search(r"部分|评分|评审|分\)?$", plain):
        return ""
    return group_of(plain)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Return column by role when a row is the head of a scoring table."""
    found: dict[str, int] = {}
    # A cell merged out of two may say its head twice.
    plain = ["".join(dict.fromkeys(cell.split())) for cell in cells]
    for i, cell in enumerate(plain):
        if len(cell) > 20:
            return {}
        if _POINTS_HEAD.match(cell):
            found.setdefault("points", i)
        elif _RULE_HEAD.search(cell):
            if cell != "备注" or "rule" not in found:
                found["rule"] = i
        elif (
            _GROUP_HEAD.match(cell)
            and "group" not in found
            and i + 1 < len(plain)
            and any(_NAME_HEAD.search(other) for other in plain[i + 1 :])
        ):
            found["group"] = i
        elif _NAME_HEAD.search(cell):
            # Of two spanned columns of one head the second holds the finer name.
            if "name" in found and plain[found["name"]] == cell:
                found["group"] = found["name"]
            found["name"] = i
    scored = "points" in found or (
        "rule" in found and any("评分" in c or "评审" in c for c in plain)
    )
    return found if "name" in found and scored and len(found) > 1 else {}


def _item(row: Row, columns: dict[str, int], group: Group) -> ScoreItem | Group:
    cells = row.cells
    merged = unspanned(cells)
    first = "".join(merged[0].split()) if merged else ""
    if not merged or _TOTAL.match(_NUMBER.sub("", first)):
        return ""
    if len(merged) == 1 or (len(merged) == 2 and _NUMBER.fullmatch(merged[0])):
        return group_of(merged[-1])
    get = {role: cells[i] if i < len(cells) else "" for role, i in columns.items()}
    name = " ".join(get["name"].split())
    own: Group = group_of(get.get("group", "")) or group
    points = _points(get.get("points", "")) if "points" in columns else None
    if points is None:
        points = _bracketed(name) or _bracketed(get.get("rule", "")[:60])
    if points is None:
        return own if get.get("group") else ""
    name = _IN_BRACKETS.sub("", _NUMBER.sub("", name)).strip()
    if not name:
        return ""
    if not own or (_PRICE.search(name) and len(name) <= 8):
        own = group_of(name)
    return _made(own, name, points, get.get("rule", ""))


def _points(cell: str) -> int | None:
    found = _POINTS.search("".join(cell.split()))
    return _milli(found[1]) if found else None


def _bracketed(text: str) -> int | None:
    found = _IN_BRACKETS.search(text)
    return _milli(found[1]) if found else None


def _milli(points: str) -> int | None:
    whole, _, rest = points.partition(".")
    value = int(whole) * 1_000 + int((rest + "000")[:3])
    return value if value <= 1_000_000 else None


def _lines(page: Page, sections: Sequence[Section]) -> Iterator[ScoreItem]:
    """Yield the items of a scoring section written as lines, 名称(20分):标准."""
    ranges = [s for s in sections if _HEADING.search(s.heading)]
    group: Group = ""
    pending: ScoreItem | None = None
    seen: set[int] = set()
    for section in ranges:
        for index in range(section.start, section.end):
            block = page.blocks[index]
            if index in seen:
                continue
            seen.add(index)
            if isinstance(block, Line):
                made = _line_item(block.text, group)
            else:
                made = _headless(unspanned(block.cells), group)
            if made is None:
                continue
            if _is_group(made):
                if pending is not None:
                    yield pending
                group, pending = made.group, made
                continue
            pending = None
            yield made
    if pending is not None:
        yield pending


def _headless(cells: Sequence[str], group: Group) -> ScoreItem | None:
    """Return the item of a row in a table that names no columns: its name, its points, its rule."""
    rest = cells[1:] if cells and _NUMBER.fullmatch(f"{cells[0]}、") else cells
    for at, cell in enumerate(rest[1:], 1):
        points = _ALONE.fullmatch("".join(cell.split()))
        if points is not None:
            return _line_item(f"{rest[at - 1]}({points[1]}分):{' '.join(rest[at + 1 :])}", group)
    return None


def _is_group(item: ScoreItem) -> bool:
    return (
        not item.rule
        and bool(_OF_GROUP.search(item.name))
        and bool(
            re.search(
                r"^(?:价格|报价|投标报价|技术|商务|服务|资信|商务资信|技术服务|综合|施工组织设计)",
                item.name,
            )
        )
    )


def _line_item(text: str, group: Group) -> ScoreItem | None:
    plain = unnumbered(_NUMBER.sub("", text))
    found = _IN_BRACKETS.search(plain[:60])
    if found is not None:
        name, points = plain[: found.start()].strip(" :"), found[1]
        rule = plain[found.end() :].strip(" :。;")
    else:
        behind = _BEHIND.match(plain)
        if behind is None:
            return None
        name, points, rule = (
            behind[1].strip(" :.…—-|,"),
            behind[2],
            plain[behind.end() :].strip(" :"),
        )
    if (
        not 2 <= len(name) <= 30
        or _TOTAL.match(name)
        or re.search(r"[,。;]|得$|每|采用|评分法|总分", name)
    ):
        return None
    milli = _milli(points)
    if milli is None:
        return None
    own = group_of(name) if _OF_GROUP.search(name) or not group else group
    return _made(own or group, name, milli, rule)


def _made(group: Group, name: str, points: int, rule: str) -> ScoreItem:
    return ScoreItem(
        group=group,
        name=UntrustedText(name[:200]),
        points_milli=points,
        rule=UntrustedText(rule.strip()[:_LONGEST]),
    )
