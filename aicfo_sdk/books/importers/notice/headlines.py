"""What a notice calls itself and what is bought: its headline, and the title of its project."""

from __future__ import annotations

import re

from .page import Line
from .said import HEAD_LINES, Said

_LONGEST = 500
_NAMES = 4
"""Characters beside the words for a kind of notice that say of what it is."""
_ANNOUNCES = re.compile(
    r"公告|公示|邀请|通知书|(?:招标|磋商|谈判|采购|询价|比选)\s*文件|采购需求|采购意向"
    r"|(?:变更|更正|延期|澄清|答疑|补充|终止|暂停)通知$"
)
_NOT_A_HEADLINE = re.compile(
    r"[::。]|\|.*\||网$|公告(?:概要|期限|内容|信息|正文)|获取|>|首页|关于我们|招标文件的"
)
_TAG = re.compile(r"^【[^【】]{2,10}】")
"""A word that a list of messages puts before each headline."""
_KIND = re.compile(
    r"[\s_|—-]*(?:的)?(?:公开|公开招标|竞争性磋商|竞争性谈判|询价|询比价?|比选|遴选|竞价|征集|发包|竞包|选聘|"
    r"单一来源|邀请招标|(?:招标|采购|磋商|谈判|询价|比选)文件|采购|招标|中标|成交|结果|更正|变更|终止|废标|流标|的|延期|澄清|资格预审|合同)*"
    r"(?:公告|公示|邀请书|通知书|文件)(?:\(.{0,16}\))?$"
)
_ABOUT = re.compile(r"^[^,。;:]{0,40}?关于(?:对|组织|开展)?")
"""某局关于某项目的更正公告."""
_BOUGHT = re.compile(r"(?:项目|采购|工程|服务|设备)(?:\(.{0,16}\))?$")
_CALLED = re.compile(
    r"(?:本(?:次)?(?:采购|招标|比选|询价)项目|(?:项目|工程)名称)(?:为|是)\s*([^,。;:(]{5,80}?)\s*[,(]"
)
"""本采购项目为某项目(编号…)."""


def headline(said: Said) -> str:
    """Return the line that announces: the first, or where that is bare one that says of what.

    采购公告 alone may be an entry of a menu.
    """
    found = [
        plain
        for text in [*said.lines[:HEAD_LINES], said.page.title]
        # 招 标 文 件 is spaced out on a cover.
        if 4 <= len(plain := re.sub(r"\s+", "", text)) <= 120
        and _ANNOUNCES.search(plain)
        and not _NOT_A_HEADLINE.search(plain)
    ]
    if not found:
        return _TAG.sub("", re.sub(r"\s+", "", said.page.title))
    bare = found[0].endswith(("公告", "公示")) and len(_KIND.sub("", found[0])) < _NAMES
    fuller = (
        one
        for one in found[1:]
        if one != found[0]
        and (one.endswith(found[0]) or (bare and len(_KIND.sub("", one)) >= _NAMES))
    )
    return _TAG.sub("", next(fuller, found[0]))


def title(said: Said, announced: str) -> str:
    """Return what a notice calls its project; `announced` is its headline."""
    found = said.all("title")
    # The name of the project beats what it buys (采购项目:…).
    found.sort(key=lambda pair: not pair.name.endswith("名称"))
    if found:
        return found[0].value.split("\n")[0].strip(" 。;")[:_LONGEST]
    if (told := _CALLED.search(said.text)) is not None:
        return told[1]
    stripped = _ABOUT.sub("", _KIND.sub("", announced))
    if len(stripped) > 3:
        return stripped[:_LONGEST]
    return _cover(said, announced) or _drawn_large(said)


def _drawn_large(said: Said) -> str:
    """Return the page's heading where it names what is bought and no line announces it."""
    lines = (block for block in said.page.blocks if isinstance(block, Line) and block.level == 1)
    return next((line.text[:_LONGEST] for line in lines if _BOUGHT.search(line.text)), "")


def _cover(said: Said, announced: str) -> str:
    """Return the line above the words 招标文件 of a cover, else the one below."""
    head = [re.sub(r"\s+", "", text) for text in said.lines[:HEAD_LINES]]
    if announced not in head:
        return ""
    at = head.index(announced)
    for text in (*head[max(at - 2, 0) : at][::-1], *head[at + 1 : at + 2]):
        if 5 < len(text) < 80 and not re.search(r"[:。,|]|^\(", text):
            return text
    return ""
