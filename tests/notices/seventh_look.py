"""Layouts written after the reader was mended for the sixth set, for a seventh first read."""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from . import printing as p
from .fourth_shared import government, usual
from .labels import labels
from .truth import EVALUATIONS, PROCEDURES, make
from .tuned import Made


def grouped_rows(seed: int) -> Made:
    """Return a page whose rows are grouped by a first column that spans them."""
    t = government(seed, "open", "consultation")
    special = "".join(f"<p>（{i}）{q}</p>" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<html><head><meta charset="utf-8"></head><body><h1 class="cg-title">{t.title}采购公告</h1><div class="cg-sub"><span>发布人：{t.agency}</span><span>发布日期：{t.published:%Y年%m月%d日}</span></div>
<table border="1"><tr><td rowspan="4">项目信息</td><td>项目号</td><td>{t.number}</td></tr><tr><td>项目名称</td><td>{t.title}</td></tr><tr><td>采购方式</td><td>{PROCEDURES[t.method]}</td></tr><tr><td>预算金额（元）</td><td>{t.value / 100:,.2f}</td></tr>
<tr><td rowspan="2">单位信息</td><td>采购人</td><td>{t.buyer}</td></tr><tr><td>采购代理机构</td><td>{t.agency}</td></tr>
<tr><td rowspan="3">时间要求</td><td>文件发售期</td><td>{t.published:%Y年%m月%d日}-{t.published.replace(day=28):%Y年%m月%d日}</td></tr><tr><td>递交响应文件截止时间</td><td>{t.deadline:%Y年%m月%d日}北京时间{t.hour}</td></tr><tr><td>履行期</td><td>{t.delivery_days}天</td></tr>
<tr><td rowspan="3">其他</td><td>是否接受联合体</td><td>{"接受" if t.consortium else "不接受"}</td></tr><tr><td>保证金（元）</td><td>{p.bare(t.bond)}</td></tr><tr><td>特定资格条件</td><td>{special}</td></tr></table></body></html>"""
    return html.encode(), ".html", usual(t, "sme_reserved-", {}, evaluation=False)


def group_company(seed: int) -> Made:
    """Return a works notice of a state group as text: numbered in depth, no line without."""
    t = make(seed, "works")
    special = "\n".join(f"3.2.{i} {q}。" for i, (q, _) in enumerate(t.qualifications, 1))
    text = f"""招 标 公 告

招标编号：{t.number}
{t.published:%Y/%m/%d}

1 总则
1.1 {t.title}（以下简称“本工程”）的业主{t.buyer}已落实建设资金，现委托{t.agency}为招标代理机构进行国内公开招标。
1.2 本次招标遵循《中华人民共和国招标投标法》。
2 工程简况
2.1 工程名称：{t.title}
2.2 工程地点：{"".join(t.place)}
2.3 招标估算：{p.wan(t.value)}万元；招标限价：{p.wan(t.ceiling)}万元。
2.4 要求工期：总日历天数{t.delivery_days}天。
3 投标人条件
3.1 投标人应为独立法人。
3.2 专项条件：
{special}
3.3 {"允许" if t.consortium else "不允许"}联合体形式投标。
4 招标文件的取得
4.1 时间：{t.published.year}年{t.published.month}月{t.published.day}日起，每日8:30～17:00。
5 投标文件递交
5.1 投标文件最迟应于{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{int(t.hour[:2])}:{t.hour[3:]}前上传至电子招标平台。
6 投标保证金
6.1 金额：{p.bare(t.bond)}元；形式：保函。
7 评标
7.1 采用{EVALUATIONS[t.evaluation]}，投标文件有效期{t.validity_days}天。
"""
    return (
        text.encode("gb18030"),
        ".txt",
        usual(t, "ceiling validity_days sme_reserved-", {"region": "".join(t.place)}),
    )


def weighted_docx(seed: int) -> Made:
    """Return a document in Word: demands in a table by kind, scores as full marks by heading rows."""
    from docx import Document

    t = government(seed, "open").but(notice="document")
    document = Document()
    document.add_heading(t.title, 0)
    document.add_paragraph("招 标 文 件")
    for line in (
        f"（项目编号：{t.number}）",
        f"采购人：{t.buyer}",
        f"代理机构：{t.agency}",
        f"日期：{p.chinese_day(t.published)}",
        "第一部分 招标邀请",
        "一、基本信息",
    ):
        document.add_paragraph(line)
    for line in (
        f"1、资金预算：人民币 {p.wan(t.value)} 万元",
        "2、采购方式：公开招标",
        f"3、实施期限：{t.delivery_days} 日历日",
        f"4、投标截止与开标：{t.deadline:%Y 年 %m 月 %d 日} {t.hour} 整",
        f"5、投标有效期：{t.validity_days} 天",
    ):
        document.add_paragraph(line)
    document.add_paragraph("第二部分 用户需求")
    document.add_paragraph("凡标有“★”的条款为必须满足的条款，否则投标无效；标有“▲”的为重要条款。")
    table = document.add_table(rows=1, cols=3)
    for cell, value in zip(table.rows[0].cells, ("条款类别", "编号", "具体要求"), strict=True):
        cell.text = value
    for kind, sign, texts in (("实质性条款", "★", t.stars), ("重要条款", "▲", t.importants)):
        for i, one in enumerate(texts, 1):
            for cell, value in zip(
                table.add_row().cells, (kind, f"2.{i}", f"{sign}{one}"), strict=True
            ):
                cell.text = value
    document.add_paragraph("第三部分 评分细则（综合评分法）")
    scores = document.add_table(rows=1, cols=4)
    for cell, value in zip(
        scores.rows[0].cells, ("序号", "评分项目", "满分值", "评分细则"), strict=True
    ):
        cell.text = value
    for group, head in (("price", "价格评审"), ("technical", "技术评审"), ("business", "商务评审")):
        row = scores.add_row().cells
        row[0].merge(row[3]).text = head
        for i, (_, name, points) in enumerate([one for one in t.scores if one[0] == group], 1):
            for cell, value in zip(
                scores.add_row().cells,
                (str(i), name, f"{points // 1000}.0", "按细则计分"),
                strict=True,
            ):
                cell.text = value
    out = BytesIO()
    document.save(out)
    made = usual(
        t,
        "validity_days stars importants scoring bond- qualifications- required- consortium- sme_reserved-",
        {},
    )
    return out.getvalue(), ".docx", made


def lot_results(seed: int) -> Made:
    """Return a result whose pairs stand as bold words and text, the fee beside the award."""
    t = government(seed, "open", "consultation").but(notice="award")
    html = f"""<html><head><meta charset="utf-8"><title>中标公告</title></head><body><center><font size=5>{t.title}中标公告</font></center><p align=right>{t.published:%Y-%m-%d}</p>
<p><b>采购项目编号</b>：{t.number}<br><b>采购项目名称</b>：{t.title}<br><b>采购方式</b>：{PROCEDURES[t.method]}<br><b>采购预算</b>：{p.bare(t.value)}元</p>
<p><b>中标人</b>：{t.supplier}<br><b>中标人地址</b>：经开区创业路2号<br><b>中标价（人民币）</b>：{p.bare(t.award)}元<br><b>招标代理费</b>：3500元（由中标人支付）</p>
<p><b>采购人</b>：{t.buyer}<br><b>联系人</b>：冯老师<br><b>采购代理机构</b>：{t.agency}<br><b>联系人</b>：陈工</p><p>质疑期：自公告期满之日起七个工作日内。</p></body></html>"""
    made = labels(
        t,
        (
            "title",
            "number",
            "buyer",
            "agency",
            "value",
            "published",
            "method",
            "notice",
            "regime",
            "category",
            "awarded",
            "suppliers",
        ),
    )
    return html.encode(), ".html", made


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "rows in groups": grouped_rows,
    "group company's works, GB18030": group_company,
    "document with full marks, docx": weighted_docx,
    "result in bold words": lot_results,
}
