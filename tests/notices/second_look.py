"""Layouts set aside after the first mends: read first at F1 0.887 and a recall of ★ of 1.0.

They were mended for then, and count as tuned on since.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from . import printing as p
from .labels import labels
from .truth import make
from .tuned import BASE, INVITED, Made, _grid, _key, _saved  # pyright: ignore[reportPrivateUsage]


def bracketed_text(seed: int) -> Made:
    """A regional mirror: names in 【】 and short lines without colons, values on the line below."""
    rng = random.Random(f"q{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method="open", evaluation="lowest_evaluated_price")
    needs = "\n".join(f"（{'一二三'[i]}）{text}。" for i, (text, _) in enumerate(t.qualifications))
    text = f"""{t.title}公开招标采购公告
{t.published.year}-{t.published.month:02d}-{t.published.day:02d} 08:30:00 来源：{t.place[0]}公共资源交易网
【项目编号】{t.number}
【项目名称】{t.title}
【采购人】{t.buyer}
【采购代理机构】{t.agency}
【采购方式】公开招标
【预算金额】{p.wan(t.value)}万元
【最高限价】{p.wan(t.ceiling)}万元
一、采购内容
本项目采购内容详见招标文件，项目按照《中华人民共和国政府采购法》组织实施，采用最低评标价法评审。
二、投标人资格要求
{needs}
三、服务期限
{p.span(t.delivery_days, rng)}
四、联合体
本项目{"接受" if t.consortium else "不接受"}联合体投标。
五、投标截止时间和开标时间
{p.moment(t.deadline, t.hour, rng)}
六、投标保证金
人民币{p.bare(t.bond)}元整，于投标截止时间前到账。
七、政策功能
{"本项目整体预留，专门面向中小企业采购。" if t.sme == "whole" else "本项目不专门面向中小企业。"}
"""
    printed = (*BASE, *INVITED)
    return text.encode(), ".txt", labels(t, printed)


def columns_html(seed: int) -> Made:
    """A county site: one table with names above and values below, the rest in long sentences."""
    rng = random.Random(f"r{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method="consultation", evaluation="comprehensive_scoring")
    when = f"{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{int(t.hour[:2])}时{t.hour[3:]}分"
    html = f"""<html><body><center><font size="5">{t.title}竞争性磋商公告</font></center>
<p>{t.agency}（以下简称“代理机构”）受{t.buyer}的委托，对{t.title}以竞争性磋商方式组织采购，欢迎符合条件的供应商参加。</p>
<table border=1 cellspacing=0><tr><td>项目编号</td><td>项目名称</td><td>预算金额（万元）</td><td>最高限价（万元）</td><td>服务期限</td></tr>
<tr><td>{t.number}</td><td>{t.title}</td><td>{p.wan(t.value)}</td><td>{p.wan(t.ceiling)}</td><td>{t.delivery_days}日历天</td></tr></table>
<p>一、供应商应具备的资格条件</p>{"".join(f"<p>{i}、{text}；</p>" for i, (text, _) in enumerate(t.qualifications, 1))}
<p>二、本项目{"非" if t.sme == "no" else ""}专门面向中小企业采购，{"" if t.consortium else "不"}接受联合体。</p>
<p>三、供应商须于{when}（北京时间）前将响应文件送达{t.place[1]}公共资源交易中心，逾期不予接收。</p>
<p>四、磋商保证金为人民币{p.bare(t.bond)}元。评审采用综合评分法。</p>
<p>五、采购人：{t.buyer}　　地址：{"".join(t.place)}　　联系人：周工</p><p>代理机构：{t.agency}　　电话：0898-66668888</p>
<p align="right">{p.chinese_day(t.published)}</p></body></html>"""
    printed = (*BASE, *INVITED)
    return html.encode("gb18030"), ".htm", labels(t, printed)


def candidates_html(seed: int) -> Made:
    """中标候选人公示 of a works tender: the candidates ranked in a table."""
    t, rng = make(seed, "works"), random.Random(f"s{seed}")
    t = t.but(notice="award")
    others = rng.sample(["四川宏图建筑工程有限公司", "河北远大路桥有限公司"], 2)
    html = f"""<html><body><h2>{t.title}中标候选人公示</h2><p>公示日期：{p.day(t.published, rng)}</p>
<table><tr><td>招标项目名称</td><td colspan=3>{t.title}</td></tr><tr><td>招标编号</td><td>{t.number}</td><td>招标人</td><td>{t.buyer}</td></tr>
<tr><td>招标代理机构</td><td colspan=3>{t.agency}</td></tr></table>
<table><tr><th>排名</th><th>中标候选人</th><th>投标报价（元）</th></tr>
<tr><td>第一中标候选人</td><td>{t.supplier}</td><td>{p.bare(t.award)}</td></tr>
<tr><td>第二中标候选人</td><td>{others[0]}</td><td>{p.bare(t.award + 1_000_000)}</td></tr>
<tr><td>第三中标候选人</td><td>{others[1]}</td><td>{p.bare(t.award + 2_000_000)}</td></tr></table>
<p>依据《中华人民共和国招标投标法实施条例》，公示期不少于3日。</p></body></html>"""
    return html.encode(), ".html", labels(t, (*BASE, "agency", "awarded", "suppliers"))


def needs_docx(seed: int) -> Made:
    """采购需求 of a public buyer in DOCX: a column that marks the mandatory demands, scores in two levels."""
    from docx import Document

    rng = random.Random(f"u{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method="open", evaluation="comprehensive_scoring", notice="document")
    doc: Any = Document()
    doc.add_paragraph(f"{t.title}").alignment = 1
    doc.add_paragraph("公开招标文件")
    doc.add_paragraph(f"（项目编号：{t.number}）")
    doc.add_paragraph(f"采购人（盖章）：{t.buyer}")
    doc.add_paragraph(f"采购代理机构（盖章）：{t.agency}")
    doc.add_paragraph(f"发布日期：{p.day(t.published, rng)}")
    doc.add_paragraph("第一部分 投标邀请")
    doc.add_paragraph(f"1. 预算金额为{p.wan(t.value)}万元，最高限价为{p.wan(t.ceiling)}万元。")
    doc.add_paragraph(f"2. 投标截止时间：{p.moment(t.deadline, t.hour, rng)}。")
    doc.add_paragraph(f"3. 合同履行期限：{p.span(t.delivery_days, rng)}。")
    doc.add_paragraph(f"4. 投标有效期：{t.validity_days}天。")
    doc.add_paragraph(f"5. 本项目{'可以' if t.consortium else '不'}接受联合体投标。")
    doc.add_paragraph("第二部分 采购需求一览表")
    doc.add_paragraph("重要性一栏：“★”表示实质性要求，不得负偏离；“▲”表示重要指标。")
    rows = (
        [(text, "★") for text in t.stars]
        + [(text, "▲") for text in t.importants]
        + [("按行业惯例执行", "")]
    )
    rng.shuffle(rows)
    _grid(
        doc,
        [
            ["序号", "重要性", "指标要求"],
            *[[str(i), mark, text] for i, (text, mark) in enumerate(rows, 1)],
        ],
    )
    doc.add_paragraph("第三部分 评标办法及评分细则")
    doc.add_paragraph("本次评标采用综合评分法，总分100分。")
    words = {"price": "价格部分", "technical": "技术部分", "business": "商务部分"}
    table = doc.add_table(rows=len(t.scores) + 1, cols=4)
    for cell, text in zip(
        table.rows[0].cells, ["评分类别", "评分项目", "评分细则", "分值"], strict=True
    ):
        cell.text = text
    ordered = sorted(t.scores, key=lambda one: one[0])
    for i, (group, name, points) in enumerate(ordered, 1):
        for cell, text in zip(
            table.rows[i].cells,
            [words[group], name, f"横向比较，最高得{points // 1000}分", f"0-{points // 1000}分"],
            strict=True,
        ):
            cell.text = text
    truth = labels(
        t,
        (
            *BASE,
            "agency",
            "value",
            "ceiling",
            "deadline",
            "deadline_time",
            "validity_days",
            "method",
            "evaluation",
            "consortium",
            "delivery_days",
            "stars",
            "importants",
            "scoring",
        ),
    )
    truth.pop("regime")
    truth["stars"] = {_key(text) for text in t.stars}
    return _saved(doc), ".docx", truth


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "bracketed text": bracketed_text,
    "columns of a county site": columns_html,
    "ranked candidates": candidates_html,
    "needs document DOCX": needs_docx,
}
