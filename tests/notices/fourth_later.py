"""The fourth set's notices after the invitation, and its document; written blind like it."""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

from io import BytesIO
from typing import Any

from . import printing as p
from .fourth_shared import draws, government, usual
from .labels import labels
from .truth import EVALUATIONS, PROCEDURES
from .tuned import Made


def award_table(seed: int) -> Made:
    """Return a notice of award with its tables in GB18030 and fees that are no award."""
    rng, t = draws(seed), government(seed, "open", "consultation").but(notice="award")
    rest = "".join(f"<td>{rng.choice('张王李赵')}某{i}</td>" for i in range(3))
    html = f"""<html><head><meta charset="gbk"><title>结果公告</title></head><body><h1>{t.title}结果公告</h1><div class="sub">发布时间: {t.published} 16:01 | 浏览 {rng.randrange(999)}</div>
<p>一、项目编号：{t.number}</p><p>二、项目名称：{t.title}</p><p>三、采购结果</p>
<table><caption>合同包1({t.title}):</caption><tr><th>供应商名称</th><th>供应商地址</th><th>中标（成交）金额</th><th>评审总得分</th></tr><tr><td>{t.supplier}</td><td>高新区科技路{rng.randrange(9, 99)}号</td><td>{t.award / 100:,.2f}元</td><td>9{rng.randrange(9)}.{rng.randrange(10, 99)}</td></tr></table>
<p>四、主要标的信息</p><table><tr><th>品目号</th><th>标的名称</th><th>品牌</th><th>数量</th><th>单价</th></tr><tr><td>1-1</td><td>{t.title}</td><td>/</td><td>1</td><td>{t.award / 100:,.2f}</td></tr></table>
<p>五、评审专家（单一来源采购人员）名单：</p><table><tr>{rest}</tr></table><p>六、代理服务收费标准及金额：</p><p>代理服务费收费标准：按计价格[2002]1980号</p><p>代理服务费金额：合同包1：{rng.randrange(5, 30) / 10}万元</p>
<p>七、公告期限：自本公告发布之日起1个工作日。</p><p>八、其他补充事宜：采购预算{p.bare(t.value)}元；采购方式：{PROCEDURES[t.method]}</p>
<p>九、凡对本次公告内容提出询问，请按以下方式联系。</p><p>1.采购人信息</p><p>名&#160;称：{t.buyer}</p><p>地址：{"".join(t.place)}</p><p>2.采购代理机构信息（如有）</p><p>名&#160;称：{t.agency}</p></body></html>"""
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
    return html.encode("gb18030"), ".html", made


def correction_table(seed: int) -> Made:
    """Return a correction: a table of what it was and what it is; the later hour holds."""
    rng, t = draws(seed), government(seed, "open", "consultation").but(notice="correction")
    before = t.deadline.replace(day=1)
    clock = t.hour.replace(":", "时") + "分"
    text = f"""<html><head><meta charset="utf-8"></head><body><h2>{t.title}更正公告（第一次）</h2><ul>
<li>一、项目基本情况</li><li>原公告的采购项目编号：{t.number}</li><li>原公告的采购项目名称：{t.title}</li><li>首次公告日期：{t.published:%Y年%m月%d日}</li>
<li>二、更正信息</li><li>更正事项：<label><input type=checkbox>采购公告</label> <label><input type=checkbox checked>采购文件</label></li><li>更正内容：
<table border=1><tr><th>序号</th><th>更正项</th><th>更正前内容</th><th>更正后内容</th></tr><tr><td>1</td><td>投标文件递交截止时间、开标时间</td><td>{before:%Y年%m月%d日} 09时00分</td><td>{t.deadline:%Y年%m月%d日} {clock}</td></tr><tr><td>2</td><td>采购预算</td><td>{p.bare(t.value + 1_000_000)}元</td><td>{p.bare(t.value)}元</td></tr></table></li>
<li>更正日期：{t.published.replace(day=28):%Y年%m月%d日}</li><li>三、其他补充事宜：其他内容不变，采购方式仍为{PROCEDURES[t.method]}。</li><li>四、凡对本次公告内容提出询问，请按以下方式联系。</li><li>1.采购人信息</li><li>名称：{t.buyer}</li><li>联系方式：0{rng.randrange(300, 999)}-8822{rng.randrange(1000, 9999)}</li><li>2.采购代理机构信息</li><li>名称：{t.agency}</li></ul></body></html>"""
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
            "deadline",
            "deadline_time",
        ),
        published=t.published.replace(day=28),
    )
    return text.encode(), ".html", made


def failed_text(seed: int) -> Made:
    """Return a notice that the procurement failed, as text."""
    t = government(seed, "open", "consultation", "negotiation").but(notice="termination")
    text = f"""{t.title}废标公告

{t.agency}受{t.buyer}委托，就{t.title}（项目编号：{t.number}）组织{PROCEDURES[t.method]}，现将有关结果公告如下：

一、采购人：{t.buyer}
二、采购预算：{p.wan(t.value)}万元
三、采购公告发布日期：{t.published:%Y年%m月%d日}
四、废标理由：至投标截止时间，递交文件的供应商不足三家，根据有关规定予以废标。
五、代理机构：{t.agency}
感谢各供应商对本项目的支持！

{t.agency}
{t.published.replace(day=28):%Y年%m月%d日}
"""
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
        ),
    )
    return text.encode(), ".txt", made


def sole_source(seed: int) -> Made:
    """Return the publicity of a single source: a supplier is foreseen, none is awarded."""
    t = government(seed, "single_source")
    html = f"""<html><head><meta charset="utf-8"></head><body><table class="detail"><tr><th colspan=2>单一来源采购公示</th></tr>
<tr><th>一、项目信息</th><td></td></tr><tr><th>采购人</th><td>{t.buyer}</td></tr><tr><th>项目名称</th><td>{t.title}</td></tr><tr><th>项目编号</th><td>{t.number}</td></tr><tr><th>拟采购的货物或服务的说明</th><td>{t.title}一批，详见论证意见</td></tr><tr><th>拟采购的货物或服务的预算金额（元）</th><td>{p.bare(t.value)}</td></tr><tr><th>采用单一来源采购方式的原因及说明</th><td>只能从唯一供应商处采购。</td></tr>
<tr><th>二、拟定供应商信息</th><td><table><tr><td>名称</td><td>{t.supplier}</td></tr><tr><td>地址</td><td>科技园1号</td></tr></table></td></tr>
<tr><th>三、公示期限</th><td>{t.published:%Y年%m月%d日}至{t.published.replace(day=28):%Y年%m月%d日}</td></tr>
<tr><th>四、联系方式</th><td><table><tr><td>采购代理机构</td><td>{t.agency}</td></tr><tr><td>财政部门</td><td>{t.place[1]}财政局</td></tr></table></td></tr><tr><th>发布日期</th><td>{t.published:%Y/%m/%d}</td></tr></table></body></html>"""
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
            "regime",
            "category",
        ),
    )
    made.pop("notice")  # a publicity before the procurement has no kind of its own
    return html.encode(), ".html", made


def docx_document(seed: int) -> Made:
    """Return a document with its data sheet in controls, a text box, and demands in a table."""
    from docx import Document
    from docx.oxml import parse_xml

    t = government(seed, "open", "consultation").but(notice="document")
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    bid, file = ("投标", "招标文件") if t.method == "open" else ("响应", "磋商文件")
    document = Document()
    document.add_paragraph(PROCEDURES[t.method])
    document.add_heading(file, 0)
    body = document.element.body
    for name, value in (
        ("项目名称", t.title),
        ("项目编号", t.number),
        ("采 购 人", t.buyer),
        ("采购代理机构", t.agency),
    ):
        body.insert(
            len(body) - 1,
            parse_xml(
                f"<w:p {w}><w:r><w:t>{name}：</w:t></w:r><w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>{value}</w:t></w:r></w:sdtContent></w:sdt></w:p>"
            ),
        )
    document.add_paragraph(p.chinese_day(t.published))
    document.add_heading("第二章 供应商须知", 1)
    sheet = document.add_table(rows=0, cols=3)
    for row in (
        ("序号", "条款名称", "编列内容"),
        ("1", "采购预算", f"{p.wan(t.value)}万元"),
        ("2", "最高限价", f"{p.wan(t.ceiling)}万元，超过最高限价的{bid}无效"),
        ("3", "联合体", "■不接受　□接受" if not t.consortium else "□不接受　■接受"),
        ("4", f"{bid}保证金", f"金额：{t.bond // 100}元；交纳方式：保函或转账"),
        ("5", f"{bid}有效期", f"提交{bid}文件截止之日起{t.validity_days}个日历日"),
        ("6", "履行期限", f"合同签订后{t.delivery_days}日内"),
        (
            "7",
            f"{bid}文件提交截止时间",
            f"{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{t.hour}（北京时间）",
        ),
        ("8", "评审方法", EVALUATIONS[t.evaluation]),
    ):
        for cell, value in zip(sheet.add_row().cells, row, strict=True):
            cell.text = value
    document.add_heading("第三章 采购需求", 1)
    half = len(t.stars) // 2
    table = document.add_table(rows=1, cols=3)
    for cell, value in zip(table.rows[0].cells, ("序号", "重要性", "技术参数要求"), strict=True):
        cell.text = value
    rows = (
        [("★", one) for one in t.stars[:half]]
        + [("▲", one) for one in t.importants]
        + [("", "外观整洁，标识清晰")]
    )
    for at, (sign, one) in enumerate(rows, 1):
        for cell, value in zip(table.add_row().cells, (str(at), sign, one), strict=True):
            cell.text = value
    document.add_paragraph("（二）商务要求")
    for at, one in enumerate(t.stars[half:], 1):
        document.add_paragraph(f"{at}、★{one}。")
    document.add_heading("第四章 评审办法", 1)
    scores = document.add_table(rows=1, cols=4)
    for cell, value in zip(
        scores.rows[0].cells, ("评审内容", "评分因素", "分值", "评分标准"), strict=True
    ):
        cell.text = value
    groups = {"price": "报价部分", "technical": "技术部分", "business": "商务部分"}
    last: Any = None
    for group, name, points in sorted(t.scores, key=lambda one: list(groups).index(one[0])):
        cells = scores.add_row().cells
        if last is not None and last[0] == group:
            last = (group, last[1].merge(cells[0]))
        else:
            cells[0].text = groups[group]
            last = (group, cells[0])
        for cell, value in zip(
            cells[1:],
            (name, f"{points // 1000}分", "由评审专家按响应情况评分，缺项不得分"),
            strict=True,
        ):
            cell.text = value
    out = BytesIO()
    document.save(out)
    made = usual(
        t,
        "ceiling validity_days stars importants scoring qualifications- required- sme_reserved-",
        {},
    )
    return out.getvalue(), ".docx", made
