"""Layouts of a grid company, an inquiry, a university and a hospital, for an eighth first read.

Written, labels and all, by one who had not seen the reader, and stored before it read them.
Two labels were put right after that: 控制总价 and a column of 最高限价 are ceilings, no budgets.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from aicfo_sdk.capital import to_capital

from . import printing as p
from .fourth_shared import WHOLE, government, usual
from .truth import make, with_lots
from .tuned import Made


def grid_company(seed: int) -> Made:
    """Return a grid company's tender for goods as text: packages in a tabbed table, dotted dates."""
    t = with_lots(make(seed, "goods").but(method="open"))
    rows = "\n".join(
        f"SG-{seed % 90 + 10}\t包{no}\t{name}\t批\t{p.wan(value)}" for no, name, value in t.lots
    )
    special = "\n".join(f"（{i}）{q}。" for i, (q, _) in enumerate(t.qualifications, 1))
    text = f"""{t.title}招标公告
（招标编号：{t.number}）
公告时间：{t.published.year}.{t.published.month:02d}.{t.published.day:02d}
1. 招标条件
本次招标项目{t.title}已具备招标条件，招标人为{t.buyer}，招标代理机构为{t.agency}，资金来自企业自有资金。现依照《中华人民共和国招标投标法》进行公开招标，欢迎合格的潜在投标人参加。
2. 招标范围
分标编号\t包号\t包名称\t单位\t最高限价（万元）
{rows}
交货期：合同生效后{t.delivery_days}日历天。
3. 投标人资格要求
3.1 通用资格要求：投标人须依法设立并有效存续，未被列入失信名单。
3.2 专用资格要求：
{special}
3.3 本次招标{"接受" if t.consortium else "不接受"}联合体投标。
4. 招标文件的获取
凡有意参加者，请于{t.published.year}.{t.published.month:02d}.{t.published.day:02d} 09:00至{t.published.year}.{t.published.month:02d}.28 17:00在电子商务平台下载，招标文件售价0元。
5. 投标文件的递交
5.1 投标文件递交的截止时间（即开标时间，下同）为{t.deadline.year}.{t.deadline.month:02d}.{t.deadline.day:02d} {t.hour}，逾期上传的平台不予接收。
5.2 投标保证金：人民币{to_capital(t.bond)}（¥{t.bond / 100:,.2f}），投标有效期为自投标截止之日起{t.validity_days}天。
6. 联系方式
招 标 人：{t.buyer}
地    址：{"".join(t.place)}电力路9号
招标代理机构：{t.agency}
联 系 人：郑工
"""
    given = {
        "regime": "tendering",
        "lots": {(no, None) for no, _, _ in t.lots},
        "value": None,
        "sme_reserved": None,
    }
    return text.encode(), ".txt", usual(t, "validity_days", given, evaluation=False)


def inquiry_cards(seed: int) -> Made:
    """Return an inquiry of a marketplace: list items with the name and value in two spans."""
    t = government(seed, "inquiry")
    hour, minute = int(t.hour[:2]), t.hour[3:]
    half = f"上午{hour}点{minute}分" if hour < 12 else f"下午{hour - 12}点{minute}分"
    special = "；".join(f"{i}.{q}" for i, (q, _) in enumerate(t.qualifications, 1))
    pairs = (
        ("询价单号", t.number),
        ("询价项目", t.title),
        ("采购单位", t.buyer),
        ("受托代理", t.agency),
        ("控制总价", f"¥ {t.value / 100:,.2f}"),
        ("报价起始", f"{t.published:%Y-%m-%d} 09:00:00"),
        (
            "报价截止",
            f"{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{half}",
        ),
        ("供货期限", f"签约后{t.delivery_days}个自然日"),
        ("报价保证金", f"{t.bond / 100:,.2f}元"),
        ("供应商要求", special),
        ("联合体", "允许" if t.consortium else "不允许"),
        ("面向企业", WHOLE if t.sme == "whole" else "不限"),
    )
    items = "".join(
        f'<li><span class="k">{a}</span><span class="v">{b}</span></li>' for a, b in pairs
    )
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{t.title} - 询价公告</title></head><body><nav><a>首页</a><a>询价大厅</a><a>供应商入驻</a></nav><h2>{t.title}询价公告</h2><div class="meta">发布：{t.published:%Y-%m-%d %H:%M} 浏览：{seed % 400}次</div><ul class="detail">{items}</ul><p>采购依据：《中华人民共和国政府采购法》。</p><footer>技术支持：某某科技 客服 400-000-0000</footer></body></html>"""
    whole = "whole" if t.sme == "whole" else None
    given = {"sme_reserved": whole, "value": None, "ceiling": t.value}
    return html.encode(), ".html", usual(t, "", given)


def university_docx(seed: int) -> Made:
    """Return a university's consultation document: a table of what bidders must know, ★ in a list."""
    from docx import Document

    t = government(seed, "consultation").but(notice="document")
    document = Document()
    for line in ("竞争性磋商文件", f"项目名称：{t.title}", f"项目编号：{t.number}"):
        document.add_paragraph(line)
    document.add_paragraph(f"采 购 人：{t.buyer}")
    document.add_paragraph(f"采购代理机构：{t.agency}")
    document.add_paragraph(f"{p.chinese_day(t.published)}")
    document.add_paragraph("第一章 供应商须知前附表")
    rows = (
        ("采购预算", f"{p.wan(t.value)}万元，最高限价：{p.wan(t.ceiling)}万元"),
        (
            "响应文件提交截止时间和地点",
            f"时间：{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{int(t.hour[:2])}时{t.hour[3:]}分；地点：行政楼三层会议室",
        ),
        ("磋商有效期", f"自提交响应文件截止之日起{t.validity_days}日"),
        ("磋商保证金", f"人民币{p.bare(t.bond)}元整"),
        ("服务期限", f"{t.delivery_days}天"),
        ("是否接受联合体", "☑接受 □不接受" if t.consortium else "□接受 ☑不接受"),
        ("评审方法", "综合评分法"),
    )
    table = document.add_table(rows=1, cols=3)
    heads = ("序号", "内容", "说明与要求")
    for cell, value in zip(table.rows[0].cells, heads, strict=True):
        cell.text = value
    for i, (name, value) in enumerate(rows, 1):
        for cell, text in zip(table.add_row().cells, (str(i), name, value), strict=True):
            cell.text = text
    document.add_paragraph("第二章 供应商的资格条件")
    document.add_paragraph("一、满足《中华人民共和国政府采购法》第二十二条规定；")
    document.add_paragraph("二、本项目的特定资格要求：")
    for i, (q, _) in enumerate(t.qualifications, 1):
        document.add_paragraph(f"{i}、{q}；")
    document.add_paragraph("第三章 采购需求")
    document.add_paragraph("注：带“★”条款不满足的，响应无效；带“▲”条款作为评分依据。")
    for i, one in enumerate(t.stars, 1):
        document.add_paragraph(f"{i}. ★{one}。")
    for i, one in enumerate(t.importants, len(t.stars) + 1):
        document.add_paragraph(f"{i}. ▲{one}。")
    document.add_paragraph("第四章 评审标准")
    scores = document.add_table(rows=1, cols=3)
    for cell, value in zip(scores.rows[0].cells, ("评审因素", "分值", "评审标准"), strict=True):
        cell.text = value
    for _, name, points in t.scores:
        values = (name, f"{points // 1000}分", "由磋商小组比较后打分")
        for cell, value in zip(scores.add_row().cells, values, strict=True):
            cell.text = value
    out = BytesIO()
    document.save(out)
    add = "ceiling validity_days stars importants scoring sme_reserved-"
    return out.getvalue(), ".docx", usual(t, add, {})


def hospital_sentences(seed: int) -> Made:
    """Return a hospital's negotiation in running sentences with full-width digits, no label lines."""
    t = government(seed, "negotiation")
    d, u = t.deadline, t.published
    special = "".join(
        f"<p>{p.full_width(str(i))}．{q}。</p>" for i, (q, _) in enumerate(t.qualifications, 1)
    )
    when = p.full_width(f"{d.year}年{d.month}月{d.day}日{t.hour[:2]}时{t.hour[3:]}分")
    html = f"""<html><head><meta charset="utf-8"></head><body><div class="article"><h1>{t.title}竞争性谈判公告</h1><p class="info">来源：招标办 时间：{u:%Y/%m/%d}</p>
<p>根据《中华人民共和国政府采购法》，{t.agency}受{t.buyer}的委托，就{t.title}（项目编号：{t.number}）组织竞争性谈判，欢迎符合条件的供应商参加。</p>
<p><b>一、采购内容及预算</b></p><p>本项目预算为人民币{p.full_width(p.wan(t.value))}万元，超出预算的报价按无效处理。合同履行期限为{p.full_width(str(t.delivery_days))}天。</p>
<p><b>二、供应商应具备的条件</b></p>{special}<p>本项目{"接受" if t.consortium else "拒绝"}联合体参与。</p>
<p><b>三、报名</b></p><p>请于{u.year}年{u.month}月{u.day}日至{u.year}年{u.month}月28日（节假日除外）到招标办登记。</p>
<p><b>四、递交与谈判</b></p><p>响应文件应当在{when}（北京时间）之前送达门诊楼五楼会议室，迟到的文件拒收。谈判同时开始。</p>
<p><b>五、保证金</b></p><p>参加谈判须于递交前交纳保证金{p.full_width(p.bare(t.bond))}元。</p><p style="text-align:right">{t.buyer}</p><p style="text-align:right">{u.year}年{u.month}月{u.day}日</p></div></body></html>"""
    return html.encode(), ".html", usual(t, "sme_reserved-", {})


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "grid company's packages": grid_company,
    "inquiry in list items": inquiry_cards,
    "university's consultation, docx": university_docx,
    "hospital in sentences, full width": hospital_sentences,
}
