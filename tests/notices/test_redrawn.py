"""Notices of every layout read the same when a portal draws or stores them a little differently."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .measure import tally, together
from .test_layouts import LAYOUTS
from .tuned import Made

Redraw = Callable[[str], str]
_NAME = r"(?<=>)([\u4e00-\u9fff]{2,14})[：:](?=[^<>/\s][^<>]*<)"


def _framed(page: str) -> str:
    menu = "<div><a>首页</a> <a>通知公告</a></div><div>您的位置：首页 &gt; 采购公告</div>"
    foot = "<div><p>主办：某市交易中心</p><p>上一篇：某医院空调维修公告</p><p>【打印】</p></div>"
    page = re.sub(r"(<body[^>]*>)", rf"\1{menu}", page, count=1)
    return page.replace("</body>", f"{foot}</body>")


PAGES: dict[str, Redraw] = {
    "names in spans": lambda page: re.sub(_NAME, r"<span>\1</span>：", page),
    "names in bold": lambda page: re.sub(_NAME, r"<strong>\1：</strong>", page),
    "capital tags": lambda page: re.sub(
        r"<(/?)([a-z0-9]+)", lambda tag: f"<{tag[1]}{tag[2].upper()}", page
    ),
    "divs for paragraphs": lambda page: re.sub(r"<(/?)p\b", r"<\1div", page),
    "line ends within tags": lambda page: re.sub(
        r"(<(?:td|th|p|li|dd|dt|div|span)\b[^>]*>)", "\\1\n        ", page
    ),
    "a menu and a foot": _framed,
}
TEXTS: dict[str, Redraw] = {
    "narrow signs": lambda text: (
        text.replace("：", ":").replace("（", "(").replace("）", ")").replace("，", ",")
    ),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "spaces behind the colons": lambda text: text.replace("：", "： "),
}
ENCODINGS = ("gb18030", "utf-8-sig", "utf-16")


def decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-16")


def redrawn(made: Made, draw: Redraw, encoding: str = "utf-8") -> Made:
    data, suffix, truth = made
    text = re.sub(r"charset=([\"']?)[\w-]+", rf"charset=\g<1>{encoding}", draw(decoded(data)))
    return text.encode(encoding), suffix, truth


def read_alike(suffixes: tuple[str, ...], draw: Redraw, encoding: str = "utf-8") -> None:
    layouts = {
        name: lambda seed, layout=layout: redrawn(layout(seed + 70_000), draw, encoding)
        for name, layout in LAYOUTS.items()
        if layout(0)[1] in suffixes
    }
    found = together(tally(layouts, each=1))
    assert found.total() >= 0.99, found.errors
    assert found.recall("stars") == 1.0, found.errors
    assert not found.unread


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_alike_whatever_its_tags(name: str) -> None:
    read_alike((".html", ".htm"), PAGES[name])


@pytest.mark.parametrize("name", TEXTS)
def test_a_page_or_text_is_read_alike_whatever_its_signs(name: str) -> None:
    read_alike((".html", ".htm", ".txt"), TEXTS[name])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_page_or_text_is_read_alike_in_any_encoding(encoding: str) -> None:
    read_alike((".html", ".htm", ".txt"), str, encoding)


def test_a_text_is_read_alike_as_paragraphs_of_a_document() -> None:
    from io import BytesIO

    from docx import Document

    def document(made: Made) -> Made:
        paper = Document()
        for line in decoded(made[0]).splitlines():
            if line.strip():
                paper.add_paragraph(line)
        out = BytesIO()
        paper.save(out)
        return out.getvalue(), ".docx", made[2]

    layouts = {
        name: lambda seed, layout=layout: document(layout(seed + 70_000))
        for name, layout in LAYOUTS.items()
        if layout(0)[1] == ".txt"
    }
    found = together(tally(layouts, each=1))
    assert found.total() >= 0.99, found.errors
    assert found.recall("stars") == 1.0, found.errors
