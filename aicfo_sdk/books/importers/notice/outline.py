"""The outline of a page: which lines are headings, and what stands under each.

A heading is told by its number, at any depth (第二章, 三、, (一), 4.1.2), by brackets around the
whole of it, or by the page's own markup (`Line.level`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .page import Line, Page, Row

_CHINESE = "一二三四五六七八九十"
_NUMBERED = re.compile(
    rf"(?P<chapter>第\s*[{_CHINESE}百\d]{{1,4}}\s*(?:章|节|部分|篇|卷))|(?P<main>[{_CHINESE}]{{1,3}}\s*[、.,:]\s*)"
    rf"|(?P<sub>\([{_CHINESE}]{{1,3}}\)\s*)|(?P<digit>\d{{1,2}}(?:\s*[、.．]\s*(?!\d)|\s+(?=[\u4e00-\u9fff]{{4,16}}$)))"
    r"|(?P<deep>\d{1,2}(?:\.\d{1,2}){1,4}(?:[、.]\s*|\s+|(?=[\u4e00-\u9fff]))(?![万元亿年月日天个台套米吨%\d]))"
)
_LEVELS = {"chapter": 0.0, "main": 1.0, "sub": 2.0, "digit": 3.0}
_LEAD = re.compile(
    rf"(?:第\s*[{_CHINESE}百\d]{{1,4}}\s*[章节条款项]|[{_CHINESE}]{{1,3}}\s*[、.,:]|[(\[]\s*[{_CHINESE}\d]{{1,3}}\s*[)\]]"
    r"|\d{1,2}(?:\.\d{1,2}){1,4}[、.)]?|\d{1,2}\s*(?:[、.)]|(?=[\u4e00-\u9fff])|\s)|[A-Za-z]\s*[、.)]|[IVX]{1,4}\s*[、.])\s*"
)
_BULLET = re.compile(r"(?:[^\w\s()\[\]【】《》\"“”¥/:+-]{1,3}|[-–—+]+(?=\s))\s*")
_BOX = re.compile(r"[【\[]\s*([^【】\[\]\d]{2,20})\s*[】\]]\s*:?")
"""A heading in brackets that stand in for its number."""
_ANNOUNCES = re.compile(
    r"(?:公告|公示|(?:招标|采购|磋商|谈判|询价|比选)文件|通知书|邀请书|邀请函|网|平台)$"
)
_OBTAINED = re.compile(r"获取|递交|提交|发售|购买|领取|下载|上传")
_COUNTED = re.compile(r"(\(?)(\d{1,2})\s*([、.．)]|(?=\s))(?!\d)")
_MOST_HEADINGS = 3_000
_DEEPEST = 6
_SENTENCE = re.compile(r"[。;!?]|,.{12,}")


class Section(NamedTuple):
    """A heading and what stands under it, down to the next heading of its level or above."""

    heading: str
    level: float
    start: int
    end: int


def unnumbered(text: str) -> str:
    """Return a line without the number and the sign before its words."""
    for lead in (_BULLET, _LEAD, _BULLET):
        if (found := lead.match(text)) is not None and found.end() < len(text):
            text = text[found.end() :]
    return text.strip()


def is_sentence(text: str) -> bool:
    """Return whether a text says something rather than names it."""
    return _SENTENCE.search(text) is not None


def is_numbered(text: str) -> bool:
    """Return whether a line begins with a number of an outline."""
    return _NUMBERED.match(text) is not None


def sections(page: Page) -> list[Section]:
    """Return the sections of a page by their headings, in order; they may lie in each other."""
    found: list[tuple[int, float, str]] = []
    lists = _Lists()
    for index, block in enumerate(page.blocks):
        if isinstance(block, Row):
            continue
        depth = lists.depth(block.text)
        deeper = (depth or 0) / 10
        heading = _heading(block)
        if heading is None and depth is not None:
            # No heading, but the next point of a list: what the one before it opened ends here.
            found.append((index, _LEVELS["digit"] + deeper, ""))
        if heading is not None:
            level, text = heading
            if level == _LEVELS["digit"]:
                level += deeper
            elif level < _LEVELS["digit"]:
                lists.counts.clear()
            found.append((index, level, text))
            if len(found) >= _MOST_HEADINGS:
                break
    out: list[Section] = []
    for i, (start, level, heading) in enumerate(found):
        end = next((at for at, other, _ in found[i + 1 :] if other <= level), len(page.blocks))
        if heading:
            out.append(Section(heading, level, start, end))
    return out


class _Lists:
    """How deep a line lies in lists numbered alike: 2、 has within it 1、 and 2、, then 3、."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, int]] = []

    def depth(self, text: str) -> int | None:
        """Count a line and return how many lists its own lies in; None where it is in none."""
        found = _COUNTED.match(text)
        if found is None:
            return None
        style, number = found[1] + found[3], int(found[2])
        within = list(self.counts)
        while within and within[-1] != (style, number - 1):
            within.pop()
        if within and number > 1:
            self.counts = [*within[:-1], (style, number)]
        elif number == 1 and len(self.counts) < _DEEPEST:
            self.counts.append((style, 1))
        else:
            self.counts = [(style, number)]
        return len(self.counts) - 1


def _heading(line: Line) -> tuple[float, str] | None:
    """Return level and words of a heading; None when a line is none."""
    text = line.text
    if (boxed := _BOX.fullmatch(text)) is not None:
        return 1.0, boxed[1]
    if len(text) > 60:
        return None
    number = _NUMBERED.match(text)
    if number is None:
        return _drawn(line)
    rest = text[number.end() :].strip()
    if not rest or is_sentence(rest.rstrip("。;")):
        return None
    kind = str(number.lastgroup)
    level = 3.0 + number["deep"].count(".") if kind == "deep" else _LEVELS[kind]
    if level > 1 and (":" in rest.rstrip(":") or len(rest) > 24):
        return None
    if kind == "deep" and rest.endswith(("。", ";", ",")):
        return None
    if line.level > 1 and kind != "chapter":
        level = min(level, _of_markup(line.level))
    return level, rest.rstrip(":")


def _drawn(line: Line) -> tuple[float, str] | None:
    plain = line.text.rstrip(": ")
    if line.level < 2 or not 2 <= len(plain) <= 24 or is_sentence(plain) or ":" in plain:
        return None
    if _ANNOUNCES.search(plain) and not _OBTAINED.search(plain):
        return None
    return _of_markup(line.level), plain


def _of_markup(level: int) -> float:
    """Return where a heading of the markup stands: above all numbers but chapters; bold below."""
    return 1.5 if level > 6 else 0.5 + level / 20
