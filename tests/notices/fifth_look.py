"""Layouts of further portals, written before the reader was mended for the fourth set.

Their first read after that mending is the figure that says what an unseen layout can expect.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from aicfo_sdk.capital import to_capital

from . import printing as p
from .fourth_shared import KIND, government, usual
from .labels import labels
from .truth import EVALUATIONS, PROCEDURES, make, with_lots
from .tuned import Made


def military_docx(seed: int) -> Made:
    """Return a forces' notice as DOCX: one table of packages with merged head, a text box."""
    from docx import Document
    from docx.oxml import parse_xml

    t = with_lots(government(seed, "open", "inquiry", "negotiation"))
    document = Document()
    document.add_heading(f"{t.title}{PROCEDURES[t.method]}公告", 0)
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    body = document.element.body
    body.insert(
        len(body) - 1,
        parse_xml(
            f"<w:p {names}><w:r><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>发布时间：{t.published:%Y年%m月%d日}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
        ),
    )
    for line in (
        f"我部就以下项目进行{PROCEDURES[t.method]}，采购资金已全部落实，欢迎符合条件的供应商参加。",
        f"一、项目名称：{t.title}",
        f"二、项目编号：{t.number}",
        "三、项目概况",
    ):
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=4)
    table.rows[0].cells[0].merge(
        table.rows[0].cells[3]
    ).text = "采购内容一览表（最高限价单位：万元）"
    for cell, value in zip(
        table.rows[1].cells, ("包号", "标的名称", "数量", "预算金额（万元）"), strict=True
    ):
        cell.text = value
    for number, name, value in t.lots:
        for cell, text in zip(
            table.add_row().cells,
            (f"第{'一二三'[int(number) - 1]}包", name, "1项", p.wan(value)),
            strict=True,
        ):
            cell.text = text
    lines = [
        f"（一）项目总预算：{p.wan(t.value)}万元。",
        f"（二）交付时间：合同签订后{t.delivery_days}日内。",
        "四、投标供应商资格条件",
        "（一）符合《中华人民共和国政府采购法》第二十二条资格条件；",
        *(f"（{'二三四五'[i]}）{q}；" for i, (q, _) in enumerate(t.qualifications)),
        f"（六）本项目{'接受' if t.consortium else '不接受'}联合体投标。",
        "五、采购文件申领时间、地点、方式",
        f"申领时间：{t.published:%Y年%m月%d日}至{t.deadline:%Y年%m月%d日}，每日上午8:30至11:30。",
        "六、投标截止时间、地点及开标",
        f"（一）投标开始时间：{t.deadline:%Y年%m月%d日}08时00分。",
        f"（二）投标截止及开标时间：{t.deadline:%Y年%m月%d日}{t.hour[:2]}时{t.hour[3:]}分。",
        f"七、投标保证金：人民币{to_capital(t.bond)}。" if t.bond else "七、投标保证金：免收。",
        f"八、评审办法：{EVALUATIONS.get(t.evaluation, '最低价法')}。",
        f"九、采购单位：{t.buyer}，联系人：刘助理，手机：13800000000",
        f"十、采购代理机构：{t.agency}，联系人：马工",
    ]
    for line in lines:
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    return out.getvalue(), ".docx", usual(t, "lots sme_reserved-", {})


def exchange_pairs(seed: int) -> Made:
    """Return a trading centre's works page: two pairs a row, a day in Chinese numerals."""
    t = make(seed, "works")
    hour, minute = (int(one) for one in t.hour.split(":"))
    digits = "零一二三四五六七八九"
    spoken = (
        ("十" + (digits[hour - 10] if hour > 10 else "") if hour >= 10 else digits[hour])
        + "时"
        + ({0: "整", 30: "三十分"}[minute])
    )
    special = "<br/>".join(f"{i}、{q}。" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<html><head><meta charset="utf-8"><title>{t.place[1]}公共资源交易网</title></head><body><div class="ewb-info"><h3 class="ewb-info-tt">{t.title}施工招标公告</h3><p>【信息时间：{t.published:%Y/%m/%d}　阅读次数：<i>12</i>】</p>
<table class="ewb-tb"><tr><th>招标项目编号</th><td>{t.number}</td><th>项目名称</th><td>{t.title}</td></tr>
<tr><th>招标人</th><td>{t.buyer}</td><th>招标代理</th><td>{t.agency}</td></tr>
<tr><th>项目所在区域</th><td>{"".join(t.place)}</td><th>招标方式</th><td>公开招标</td></tr>
<tr><th>资格审查方式</th><td>资格后审</td><th>评标办法</th><td>{EVALUATIONS[t.evaluation]}</td></tr>
<tr><th>投资估算（万元）</th><td>{p.wan(t.value)}</td><th>招标控制价（元）</th><td>{t.ceiling / 100:,.2f}</td></tr>
<tr><th>工期（日历天）</th><td>{t.delivery_days}</td><th>保证金金额（元）</th><td>{p.bare(t.bond)}</td></tr>
<tr><th>是否允许联合体</th><td>{"允许" if t.consortium else "不允许"}</td><th>招标文件售价</th><td>0元</td></tr>
<tr><th>文件获取截止</th><td>{t.published.replace(day=28)} 17:00</td><th>递交截止时间</th><td>{p.chinese_day(t.deadline)}{spoken}</td></tr>
<tr><th>投标人资质要求</th><td colspan="3">{special}</td></tr>
<tr><th>联系人</th><td>何工</td><th>监督部门</th><td>{t.place[1]}住房和城乡建设局</td></tr></table></div></body></html>"""
    return (
        html.encode("utf-8"),
        ".html",
        usual(t, "ceiling sme_reserved-", {"region": "".join(t.place)}),
    )


def packages_by_letter(seed: int) -> Made:
    """Return a purchase notice with packages A, B in a table, their sums in 万元 and conditions."""
    t = with_lots(government(seed, "consultation", "inquiry"))
    special = "；".join(q for q, _ in t.qualifications)
    rows = "".join(
        f"<tr><td>{'ABC'[int(no) - 1]}</td><td>{name}</td><td>1</td><td>{special if no == '1' else '同A包'}</td><td>{p.wan(value)}</td></tr>"
        for no, name, value in t.lots
    )
    html = f"""<html><head><meta charset="utf-8"></head><body><div align="center"><b>{t.buyer}{t.title}</b></div><div align="center"><b>{PROCEDURES[t.method]}公告</b></div>
<div><b>一、采购人：</b>{t.buyer}&emsp;地址：{"".join(t.place)}（文化路）&emsp;联系方式：0531-8899{seed % 9000 + 1000}</div>
<div><b>采购代理机构：</b>{t.agency}&emsp;地址：{t.place[1]}（解放路）</div>
<div><b>二、采购项目名称：</b>{t.title}</div><div><b>采购项目编号（采购计划编号）：</b>{t.number}</div>
<div><b>采购项目分包情况：</b></div><table border="1"><tr><td>标包</td><td>货物服务名称</td><td>数量</td><td>投标人资格要求</td><td>本包预算金额（单位：万元）</td></tr>{rows}</table>
<div><b>三、获取磋商文件</b></div><div>1.时间：{t.published:%Y年%m月%d日}8时30分至{t.published.replace(day=28):%Y年%m月%d日}17时00分（北京时间，法定节假日除外）</div><div>2.售价：300元/包</div>
<div><b>四、公告期限：</b>{t.published:%Y年%m月%d日} 至 {t.published.replace(day=28):%Y年%m月%d日}</div>
<div><b>五、递交响应文件时间及地点</b></div><div>1.时间：{t.deadline:%Y年%m月%d日}8时00分至{t.deadline:%Y年%m月%d日}{t.hour[:2]}时{t.hour[3:]}分（北京时间）</div><div>2.地点：公共资源交易中心</div>
<div><b>六、采购项目联系方式：</b></div><div>联系人：{t.agency} 郑工</div><div>发布人：{t.agency}</div><div>发布时间：{t.published:%Y年%m月%d日}</div></body></html>"""
    lots = {("ABC"[int(no) - 1], value) for no, _, value in t.lots}
    made = usual(
        t, "value- bond- sme_reserved- consortium- delivery_days-", {"lots": lots}, evaluation=False
    )
    made.pop("value")  # the sum over the packages may be made or not: nothing prints it
    return html.encode(), ".html", made


def word_export(seed: int) -> Made:
    """Return a document saved as a page: marks before, behind and in numbers; spans in rows."""
    t = government(seed, "consultation", "open").but(notice="document")
    shapes = ("<p>★{0}.{1}</p>", "<p>{0}、{1}（★）。</p>", "<tr><td>{0}</td><td>★ {1}；</td></tr>")
    stars = ""
    for i, one in enumerate(t.stars, 1):
        shape = shapes[i % 3].format(i, one)
        stars += f"<table>{shape}</table>" if shape.startswith("<tr") else shape
    important = "".join(f"<p>▲{9 + i}.{one}</p>" for i, one in enumerate(t.importants))
    heads = {"price": "价格分", "technical": "技术分", "business": "商务分"}
    rows = ""
    for group, head in heads.items():
        mine = [(name, points) for one, name, points in t.scores if one == group]
        for at, (name, points) in enumerate(mine):
            first = (
                f"<td rowspan={len(mine)}>{head}<br>（{sum(x for _, x in mine) // 1000}分）</td>"
                if not at
                else ""
            )
            rows += f"<tr>{first}<td>{name}</td><td>{points // 1000}</td><td>方案完整得{points // 1000}分，一般得1分，未提供不得分。</td></tr>"
    html = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv=Content-Type content="text/html; charset=gb2312"><style>p.MsoNormal{{margin:0cm}}</style></head><body lang=ZH-CN><div class=WordSection1>
<p class=MsoNormal align=center><b><span style='font-size:26pt'>{"招标文件" if t.method == "open" else "磋商文件"}</span></b></p><p class=MsoNormal>项目名称：<u>{t.title}</u></p><p class=MsoNormal>采购编号：<u>{t.number}</u></p><p class=MsoNormal>采购人（盖章）：<u>{t.buyer}</u></p><p class=MsoNormal>代理机构（盖章）：<u>{t.agency}</u></p><p class=MsoNormal>{t.published.year}年{t.published.month}月{t.published.day}日</p>
<p><b>第一章　采购邀请</b></p><p>{t.buyer}的{t.title}采用{PROCEDURES[t.method]}方式组织采购。</p><p>1、预算：{p.bare(t.value)}元。报价超过预算的无效。</p><p>2、服务期（交货期）：{t.delivery_days}日历天</p><p>3、保证金：本项目需交纳保证金{p.bare(t.bond)}元</p><p>4、递交截止：{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{int(t.hour[:2])}时{t.hour[3:]}分</p><p>5、有效期：自递交截止之日起{t.validity_days}天。</p>
<p><b>第二章　项目需求</b></p><p>说明：带“★”的条款为实质性要求，不满足按无效处理；带“▲”的为重要参数。</p>{stars}{important}
<p><b>第三章　评审办法</b></p><p>本次评审采用{EVALUATIONS[t.evaluation]}，满分100分。</p><table class=MsoTableGrid border=1><tr><td>评审项目</td><td>评审因素</td><td>满分</td><td>评审标准</td></tr>{rows}<tr><td colspan=2>合计</td><td>100</td><td></td></tr></table></div></body></html>"""
    return (
        html.encode("gb18030"),
        ".html",
        usual(
            t,
            "validity_days stars importants scoring qualifications- required- sme_reserved- consortium-",
            {},
        ),
    )


def award_chat(seed: int) -> Made:
    """Return a result as text of a chat: the sum in capitals, the other bidders named too."""
    t = government(seed, "consultation", "negotiation", "inquiry").but(notice="award")
    text = f"""{t.title}成交公告
{t.published.year}.{t.published.month}.{t.published.day}
{t.buyer}（采购人）委托{t.agency}于近日对{t.title}（编号{t.number}）以{PROCEDURES[t.method]}方式进行了采购，现公布结果：
1、成交供应商：{t.supplier}
   成交金额：人民币{to_capital(t.award)}（小写：{t.award / 100:,.2f}元）
   服务期：详见合同
2、参加供应商：甲乙丙商贸有限公司、丁戊科技有限公司、{t.supplier}
3、评审小组：周某、吴某、郑某
4、本公告期限1个工作日
"""
    made = labels(
        t,
        (
            "title",
            "number",
            "buyer",
            "agency",
            "published",
            "method",
            "notice",
            "regime",
            "category",
            "awarded",
            "suppliers",
        ),
    )
    return text.encode("utf-8-sig"), ".txt", made


def correction_prose(seed: int) -> Made:
    """Return a correction in sentences: what it was, and what it now is."""
    t = government(seed, "open", "consultation").but(notice="correction")
    before = t.deadline.replace(day=1)
    text = f"""关于{t.title}的变更公告

各潜在供应商：
    {t.agency}受{t.buyer}委托组织的{t.title}（项目编号：{t.number}，采购方式：{PROCEDURES[t.method]}），现就采购文件作如下变更：
    一、原“响应文件递交截止时间：{before.year}年{before.month}月{before.day}日9:00”，现变更为“响应文件递交截止时间：{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{t.hour}”。
    二、原预算金额{p.wan(t.value + 2_000_000)}万元，现调整为{p.wan(t.value)}万元。
    三、其余内容不变，请各供应商知悉。

采购人：{t.buyer}
采购代理机构：{t.agency}
{t.published:%Y年%m月%d日}
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
            "deadline",
            "deadline_time",
        ),
    )
    return text.encode(), ".txt", made


def enterprise_divs(seed: int) -> Made:
    """Return a state enterprise's call for offers: labels and values in sibling divs, no colon."""
    t = government(seed, "inquiry", "negotiation")
    rows: list[tuple[str, Any]] = [
        ("采购项目", t.title),
        ("采购编号", t.number),
        ("采购主体", t.buyer),
        ("采购组织机构", t.agency),
        ("采购形式", "询价采购" if t.method == "inquiry" else "谈判采购"),
        ("标的类别", KIND[t.category][:2]),
        ("公告发布日期", f"{t.published:%Y.%m.%d}"),
        ("控制总价", f"¥{t.ceiling / 100:,.2f}"),
        ("应答截止时间", f"{t.deadline:%Y.%m.%d} {t.hour}"),
        ("应答保证金", f"{p.wan(t.bond)}万元" if t.bond else "不收取"),
        ("履约期限", f"签约后{t.delivery_days}个自然日"),
        ("联合体应答", "允许" if t.consortium else "不允许"),
    ]
    pairs = "".join(
        f'<div class="el-row"><div class="lab">{k}</div><div class="val">{v}</div></div>'
        for k, v in rows
    )
    special = "".join(f"<div>（{i}）{q}；</div>" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<!doctype html><html><head><meta charset="utf-8"><title>集团电子采购平台-采购公告</title></head><body><div class="hd">集团电子采购平台</div><div class="bd">{pairs}<div class="tt">应答人资格</div>{special}<div class="tt">评审方式</div><div>最低价成交</div><div class="tt">公告媒介</div><div>本公告仅在集团电子采购平台发布。</div></div></body></html>"""
    made = usual(t, "value- ceiling sme_reserved-", {"evaluation": "lowest_quote"})
    made.pop("regime")  # an enterprise's own rules; either reading of the law is arguable
    return html.encode(), ".html", made


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "forces' notice, docx": military_docx,
    "trading centre, pairs of pairs": exchange_pairs,
    "packages by letter": packages_by_letter,
    "document saved as a page": word_export,
    "award in a chat": award_chat,
    "correction in sentences": correction_prose,
    "enterprise divs": enterprise_divs,
}
