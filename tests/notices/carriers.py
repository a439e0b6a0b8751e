"""The same names and values in many mechanical carriers: what is said is one, how it is drawn many.

Each carrier takes the facts of a tender as (name, value) and draws them; a reader that knows names
and values reads the same from all of them. The words of the names vary too: `WORDS` holds what
portals call each field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from . import printing as p
from .fourth_shared import draws, government, usual
from .truth import PROCEDURES, Truth
from .tuned import Made

Pairs = list[tuple[str, str]]
_NUMBERS = "一二三四五六七八九"

WORDS: dict[str, tuple[str, ...]] = {
    "title": (
        "项目名称",
        "采购项目标题",
        "询比项目名称",
        "采购需求名称",
        "项目全称",
        "比选项目名称",
    ),
    "number": ("项目编号", "采购单编号", "遴选编号", "项目编码", "询价文件编号", "招标书编号"),
    "buyer": ("采购人", "采购方名称", "需求单位", "业主名称", "购买主体", "发起单位", "遴选人"),
    "agency": ("代理机构", "受托机构", "采购代理人", "集采机构", "社会代理机构", "委托代理单位"),
    "procedure": ("采购方式", "采购组织方式", "项目采购形式", "招采方式", "采购模式"),
    "value": ("预算金额", "项目概算", "采购预算总额", "批复预算", "经费预算", "预算资金总额"),
    "ceiling": ("最高限价", "总价上限", "报价最高限价", "最高响应总价限额", "控制总价", "封顶价"),
    "deadline": (
        "响应文件提交截止时间",
        "报价文件最迟递交时间",
        "应答截止时点",
        "投标文件上传截止时间",
        "参选文件递交截止时间",
        "投标结束时间",
    ),
    "bond": ("投标保证金", "响应担保金额", "保证金额度", "诚意金", "比选保证金金额"),
    "delivery": ("合同履行期限", "供货周期", "服务年限", "交付时限", "合同执行期", "工作周期"),
    "validity": ("投标有效期", "响应文件有效期限", "报价有效时间", "应答有效期"),
    "consortium": ("是否接受联合体", "联合体参与", "能否联合投标", "联合体形式"),
    "region": ("项目所在地", "实施区域", "交货地址", "服务区域", "所属辖区"),
    "published": ("发布日期", "挂网时间", "公告起始时间", "信息发布日期", "上网时间"),
    "conditions": (
        "供应商资格要求",
        "投标人资格条件",
        "申请人的资格要求",
        "供应商资质要求",
        "准入条件",
    ),
}
"""What portals call each field; the first of each is the official word or the usual one."""


def facts(t: Truth, word: int) -> Pairs:
    """Return the names and values of a tender; `word` chooses among the names, 0 the usual ones."""
    said = {
        "title": t.title,
        "number": t.number,
        "buyer": t.buyer,
        "agency": t.agency,
        "procedure": PROCEDURES[t.method],
        "value": f"{t.value / 100:,.2f}元",
        "ceiling": f"{p.wan(t.ceiling)}万元",
        "deadline": f"{t.deadline:%Y年%m月%d日} {t.hour}",
        "bond": f"{p.bare(t.bond)}元",
        "delivery": f"合同签订后{t.delivery_days}日历天",
        "validity": f"{t.validity_days}日历天",
        "consortium": "接受" if t.consortium else "不接受",
        "region": "".join(t.place),
        "published": f"{t.published:%Y-%m-%d}",
        "conditions": "".join(f"{i}、{q}；" for i, (q, _) in enumerate(t.qualifications, 1)),
    }
    return [(WORDS[name][word % len(WORDS[name])], value) for name, value in said.items()]


def _each(form: str) -> Callable[[Pairs], str]:
    """Return a carrier that draws each pair alike; {n} name, {v} value, {i} number."""

    def draw(pairs: Pairs) -> str:
        return "".join(
            form.format(n=name, v=value, i=i, c=_NUMBERS[i % 9])
            for i, (name, value) in enumerate(pairs, 1)
        )

    return draw


def _in_rows(pairs: Pairs, each: int) -> Iterator[Pairs]:
    for start in range(0, len(pairs), each):
        yield pairs[start : start + each]


def _abreast(pairs: Pairs) -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td>{n}</td><td>{v}</td>" for n, v in row) + "</tr>"
        for row in _in_rows(pairs, 2)
    )
    return f"<table>{rows}</table>"


def _above(pairs: Pairs) -> str:
    rows = "".join(
        "".join(f"<th>{n}</th>" for n, _ in row)
        + "</tr><tr>"
        + "".join(f"<td>{v}</td>" for _, v in row)
        + "</tr><tr>"
        for row in _in_rows(pairs, 5)
    )
    return f"<table><tr>{rows}</tr></table>"


def _grouped(pairs: Pairs) -> str:
    rows = ""
    for i, group in enumerate(_in_rows(pairs, 4)):
        for at, (name, value) in enumerate(group):
            first = f'<td rowspan="{len(group)}">第{_NUMBERS[i]}组</td>' if not at else ""
            rows += f"<tr>{first}<td>{name}</td><td>{value}</td></tr>"
    return f"<table>{rows}</table>"


def _apart(pairs: Pairs) -> str:
    names = "".join(f"<div>{n}</div>" for n, _ in pairs)
    return f"<div>{names}</div><div>{''.join(f'<div>{v}</div>' for _, v in pairs)}</div>"


HTML: dict[str, Callable[[Pairs], str]] = {
    "rows of a table": lambda pairs: (
        "<table>" + _each("<tr><td>{n}</td><td>{v}</td></tr>")(pairs) + "</table>"
    ),
    "rows with heads and colons": lambda pairs: (
        "<table>" + _each("<tr><th>{n}：</th><td>{v}</td></tr>")(pairs) + "</table>"
    ),
    "rows with a number before": lambda pairs: (
        "<table><tr><td>序号</td><td>条款名称</td><td>内容</td></tr>"
        + _each("<tr><td>{i}</td><td>{n}</td><td>{v}</td></tr>")(pairs)
        + "</table>"
    ),
    "two pairs a row": _abreast,
    "names above values": _above,
    "rows in groups": _grouped,
    "name and value in one cell": lambda pairs: (
        "<table>" + _each("<tr><td><b>{n}</b>{v}</td><td></td></tr>")(pairs) + "</table>"
    ),
    "a table in each cell": lambda pairs: (
        "<table>"
        + _each("<tr><td>{n}</td><td><table><tr><td>{v}</td></tr></table></td></tr>")(pairs)
        + "</table>"
    ),
    "a table for the page": lambda pairs: (
        "<table><tr><td>"
        + _each("<table><tr><td>{n}</td><td>{v}</td></tr></table>")(pairs)
        + "</td></tr></table>"
    ),
    "dl": lambda pairs: "<dl>" + _each("<dt>{n}</dt><dd>{v}</dd>")(pairs) + "</dl>",
    "dl with colons in divs": lambda pairs: (
        "<dl>" + _each("<div><dt>{n}：</dt><dd>{v}</dd></div>")(pairs) + "</dl>"
    ),
    "list items, bold": lambda pairs: "<ul>" + _each("<li><b>{n}</b>{v}</li>")(pairs) + "</ul>",
    "list items, strong and a space": lambda pairs: (
        "<ol>" + _each("<li><strong>{n}</strong> {v}</li>")(pairs) + "</ol>"
    ),
    "list items, colons": lambda pairs: "<ul>" + _each("<li>{n}：{v}</li>")(pairs) + "</ul>",
    "list items, bare spans": lambda pairs: (
        "<ul>" + _each("<li><span>{n}</span><span>{v}</span></li>")(pairs) + "</ul>"
    ),
    "list items, label and em": lambda pairs: (
        "<ul>" + _each("<li><label>{n}</label><em>{v}</em></li>")(pairs) + "</ul>"
    ),
    "spans with classes": _each(
        '<div class="r"><span class="k">{n}</span><span class="v">{v}</span></div>'
    ),
    "spans one behind the other": lambda pairs: (
        "<p>" + _each("<span>{n}</span><span>{v}</span>")(pairs) + "</p>"
    ),
    "divs in a div": _each('<div class="row"><div>{n}</div><div>{v}</div></div>'),
    "fonts": _each('<p><font color="#999">{n}</font><font>{v}</font></p>'),
    "links": _each('<p><a name="x">{n}</a> <u>{v}</u></p>'),
    "cards": _each('<div class="card"><h4>{n}</h4><p>{v}</p></div>'),
    "cards, value strong": _each('<div class="card"><p>{n}</p><p><strong>{v}</strong></p></div>'),
    "cards, value a heading": _each('<div class="card"><span>{n}</span><h3>{v}</h3></div>'),
    "broken lines": lambda pairs: "<p>" + _each("{n}：{v}<br>")(pairs) + "</p>",
    "broken between": _each("<p><b>{n}</b><br/>{v}</p>"),
    "hard spaces": _each("<p>{n}&nbsp;&nbsp;&nbsp;{v}</p>"),
    "wide spaces": _each("<p>　　{n}　{v}</p>"),
    "a form": _each('<div><label>{n}</label><input type="text" value="{v}" readonly></div>'),
    "sections": _each("<section><h3>{n}</h3><div><p>{v}</p></div></section>"),
    "names in numbered headings": _each("<h3>{c}、{n}</h3><p>{v}</p>"),
    "names apart from values": _apart,
}
TEXT: dict[str, Callable[[Pairs], str]] = {
    "colons": _each("{n}：{v}\n"),
    "narrow colons": _each("{n}: {v}\n"),
    "tabs": _each("{n}\t{v}\n"),
    "lines below": _each("{n}\n{v}\n"),
    "lines below, colons": _each("{n}：\n{v}\n"),
    "spaces": _each("{n}    {v}\n"),
    "dots": _each("● {n}：{v}\n"),
    "dashes before": _each("- {n}：{v}\n"),
    "dashes between": _each("{n} —— {v}\n"),
    "arrows": _each("{n} → {v}\n"),
    "signs of equality": _each("{n} = {v}\n"),
    "bars": _each("{n} | {v}\n"),
    "leaders": _each("{n}……{v}\n"),
    "brackets": _each("【{n}】{v}\n"),
    "brackets around both": _each("【{n}：{v}】\n"),
    "corners": _each("「{n}」{v}\n"),
    "numbers": _each("{i}. {n}：{v}\n"),
    "numbers, no colon": _each("{i}、{n} {v}\n"),
    "numbers in brackets": _each("（{i}）{n}：{v}\n"),
    "numbers in depth": _each("2.1.{i} {n}：{v}\n"),
    "numbers in depth, lines below": _each("3.{i} {n}\n{v}\n"),
    "numerals, lines below": _each("{c}、{n}\n{v}\n"),
    "numerals in brackets": _each("（{c}）{n}：{v}\n"),
    "numerals, one line": _each("{c}、{n}：{v}\n"),
    "markdown list": _each("- **{n}**：{v}\n"),
    "markdown list, colon inside": _each("* **{n}：** {v}\n"),
    "markdown headings": _each("### {n}\n\n{v}\n\n"),
    "markdown table": lambda pairs: "|项|值|\n|---|---|\n" + _each("| {n} | {v} |\n")(pairs),
    "markdown table, bold": lambda pairs: (
        "| 项 | 值 |\n| :-- | :-- |\n" + _each("| **{n}** | {v} |\n")(pairs)
    ),
    "box": lambda pairs: "┌───┬───┐\n" + _each("│ {n} │ {v} │\n")(pairs) + "└───┴───┘\n",
}


def _docx(write: Callable[[Any, Pairs], None]) -> Callable[[str, Pairs], bytes]:
    def draw(head: str, pairs: Pairs) -> bytes:
        from docx import Document

        document = Document()
        document.add_paragraph(head)
        write(document, pairs)
        out = BytesIO()
        document.save(out)
        return out.getvalue()

    return draw


def _paragraphs(form: str) -> Callable[[Any, Pairs], None]:
    def write(document: Any, pairs: Pairs) -> None:
        for i, (name, value) in enumerate(pairs, 1):
            for line in form.format(n=name, v=value, i=i, c=_NUMBERS[i % 9]).split("\n"):
                document.add_paragraph(line)

    return write


def _runs(document: Any, pairs: Pairs) -> None:
    for name, value in pairs:
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(value)


def _headings(document: Any, pairs: Pairs) -> None:
    for name, value in pairs:
        document.add_heading(name, 2)
        document.add_paragraph(value)


def _cells(each: int) -> Callable[[Any, Pairs], None]:
    def write(document: Any, pairs: Pairs) -> None:
        table = document.add_table(rows=0, cols=2 * each)
        for row in _in_rows(pairs, each):
            cells = table.add_row().cells
            for at, (name, value) in enumerate(row):
                cells[2 * at].text, cells[2 * at + 1].text = name, value

    return write


DOCX: dict[str, Callable[[str, Pairs], bytes]] = {
    "docx paragraphs": _docx(_paragraphs("{n}：{v}")),
    "docx tabs": _docx(_paragraphs("{n}\t{v}")),
    "docx lines below": _docx(_paragraphs("{n}\n{v}")),
    "docx numbers in depth": _docx(_paragraphs("1.{i} {n}：{v}")),
    "docx bold runs": _docx(_runs),
    "docx headings": _docx(_headings),
    "docx table": _docx(_cells(1)),
    "docx table, two pairs a row": _docx(_cells(2)),
}


def made(carrier: str, seed: int, word: int) -> Made:
    """Return a tender in a carrier, with its labels."""
    t = government(seed, "open", "consultation", "inquiry")
    if draws(seed).random() < 0.5:
        t = t.but(ceiling=t.value)
    pairs = facts(t, word)
    head = f"{t.title}{'询价' if t.method == 'inquiry' else '采购'}公告"
    foot = "依据：《中华人民共和国政府采购法》。"
    if carrier in HTML:
        body = f"<h1>{head}</h1>{HTML[carrier](pairs)}<p>{foot}</p>"
        data, suffix = f"<html><body>{body}</body></html>".encode(), ".html"
    elif carrier in TEXT:
        data, suffix = f"{head}\n{TEXT[carrier](pairs)}{foot}\n".encode(), ".txt"
    else:
        data, suffix = DOCX[carrier](head, [*pairs, ("依据", foot)]), ".docx"
    truth = usual(t, "ceiling validity_days region sme_reserved-", {}, evaluation=False)
    return data, suffix, truth


CARRIERS = (*HTML, *TEXT, *DOCX)
