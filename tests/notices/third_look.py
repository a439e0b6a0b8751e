"""Layouts set aside a third time: read first at F1 0.941 and a recall of ★ of 1.0.

Thirty of the seventy-two files were not told to be notices at all unless their kind was named. Both
were mended then, so they count as tuned on since.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from aicfo_sdk.capital import to_capital

from . import printing as p
from .labels import labels
from .truth import make, with_lots
from .tuned import BASE, INVITED, Made, _key, _saved  # pyright: ignore[reportPrivateUsage]

_CHINESE = "一二三四五六七八九十"


def word_html(seed: int) -> Made:
    """A county's 竞争性谈判公告 pasted from Word: runs cut anywhere, headings in words, capitals first."""
    rng = random.Random(f"ta{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method="negotiation", evaluation="lowest_quote")

    def para(text: str) -> str:
        cut = rng.randrange(1, max(len(text) - 1, 2))
        return (
            '<p class="MsoNormal" style="text-indent:28.0pt"><span lang="EN-US"></span>'
            f'<span style="font-family:仿宋_GB2312">{text[:cut]}</span><span>{text[cut:]}<o:p></o:p></span></p>'
        )

    needs = [f"{i}、{text}；" for i, (text, _) in enumerate(t.qualifications, 1)]
    body = [
        f"{t.agency}受{t.buyer}委托，就{t.title}进行竞争性谈判采购，现邀请合格的供应商前来参加。",
        "一、项目名称及编号",
        f"项目名称：{t.title}",
        f"项目编号：{t.number}",
        "二、项目预算及控制价",
        f"采购预算：{to_capital(t.value)}（{p.bare(t.value)}元），控制价：{to_capital(t.ceiling)}（{p.bare(t.ceiling)}元），超过控制价的报价作无效响应处理。",
        "三、资金来源：财政资金，已落实",
        "四、供应商资格要求（须同时满足以下条件）",
        *needs,
        f"五、本次谈判{'允许' if t.consortium else '不允许'}联合体参加，{'专门面向中小企业采购' if t.sme == 'whole' else '不专门面向中小企业'}。",
        "六、合同履行期限",
        p.span(t.delivery_days, rng),
        "七、响应文件递交截止时间及谈判时间",
        f"{p.moment(t.deadline, t.hour, rng)}，逾期送达的响应文件恕不接受。",
        "八、谈判保证金",
        f"本项目谈判保证金为{to_capital(t.bond)}（¥{p.bare(t.bond)}），须从供应商基本账户汇出。"
        if t.bond
        else "本项目不收取谈判保证金。",
        "九、成交原则：在质量和服务均能满足采购文件实质性响应要求的前提下，按照最后报价由低到高的顺序推荐成交候选人。",
        "十、联系方式",
        f"采购人：{t.buyer} 联系人：王主任 电话：0371-55667788",
        f"采购代理机构：{t.agency} 联系人：小陈",
        p.day(t.published, rng),
    ]
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>详情</title><style>p{margin:0}</style></head>'
        f'<body><div class="nav"><a href="/">首页</a>&gt;<a href="/cg">采购公告</a></div><h1>{t.title}竞争性谈判公告</h1>'
        + "".join(map(para, body))
        + '<div class="foot">主办单位：县公共资源交易中心　备案号：豫ICP备00000000号</div></body></html>'
    )
    printed = (*BASE, *INVITED)
    truth = labels(t, printed)
    # 采购人 and 供应商 alone do not say which law; the form of words is the government's.
    truth.pop("regime")
    return html.encode("gbk", "xmlcharrefreplace"), ".html", truth


def spaced_inquiry(seed: int) -> Made:
    """A 询价公告 typed with spaces inside its words and values after wide gaps, numbered （一）."""
    rng = random.Random(f"tb{seed}")
    t = make(seed, "goods")
    t = t.but(method="inquiry", evaluation="lowest_quote")
    needs = "\n".join(f"      {i}. {text}" for i, (text, _) in enumerate(t.qualifications, 1))
    stars = "\n".join(f"  ★{i}. {text}。" for i, text in enumerate(t.stars, 1))
    marks = "\n".join(f"  ▲{i}. {text}。" for i, text in enumerate(t.importants, 1))
    text = f"""                 {t.title}
                 询  价  公  告

   根据《中华人民共和国政府采购法》及《政府采购非招标采购方式管理办法》（财政部令第74号），现对下列项目进行询价采购。

（一）项 目 编 号 ：  {t.number}
（二）项 目 名 称 ：  {t.title}
（三）采 购 单 位 ：  {t.buyer}
（四）采 购 方 式 ：  询价
（五）预 算 价 ：     {p.wan(t.value)} 万元（人民币）
（六）最 高 限 价 ：  {p.wan(t.ceiling)} 万元（人民币）
（七）交 货 期 ：     {p.span(t.delivery_days, rng)}
（八）报 价 有 效 期：{t.validity_days} 日历天
（九）供应商资格条件：
{needs}
（十）是否接受联合体：{"是" if t.consortium else "否"}
（十一）报价截止时间：{p.moment(t.deadline, t.hour, rng)}
（十二）询价保证金 ： {"无" if not t.bond else p.bare(t.bond) + " 元"}

采购需求（注：带“★”的条款为必须满足的条款，一项不满足即按无效报价处理；带“▲”的为重要参数）
{stars}
{marks}
  其余未注明的按国家标准执行。

                                              {t.buyer}
                                              {p.chinese_day(t.published)}
"""
    printed = (
        *BASE,
        "value",
        "ceiling",
        "deadline",
        "deadline_time",
        "bond",
        "method",
        "evaluation",
        "consortium",
        "delivery_days",
        "validity_days",
        "stars",
        "importants",
        "qualifications",
        "required",
    )
    truth = labels(t, printed)
    truth.pop("evaluation")
    return text.encode("utf-8-sig"), ".txt", truth


def state_owned_works(seed: int) -> Made:
    """A builder's 招标公告 in long sentences; sections of work in a table with days and ceilings."""
    rng = random.Random(f"tc{seed}")
    t = with_lots(make(seed, "works"))
    t = t.but(consortium=rng.random() < 0.3)
    rows = "".join(
        f"<tr><td>第{_CHINESE[int(number) - 1]}标段</td><td>{name}</td><td>{t.delivery_days}</td><td>{p.wan(value)}</td></tr>"
        for number, name, value in t.lots
    )
    needs = "".join(
        f"<div>3.{i + 1} {text}；</div>" for i, (text, _) in enumerate(t.qualifications)
    )
    how = "综合评估法" if t.evaluation == "comprehensive_assessment" else "经评审的最低投标价法"
    html = f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><script>var id="{rng.randrange(10**6)}";var items=[{{"t":"预算金额：1元"}}];</script></head>
<body><header>交通投资集团电子采购平台 | 登录 | 注册</header><main><h3>{t.title}招标公告</h3>
<div class="meta">招标编号：{t.number}　发布时间：{t.published.isoformat()} 17:{rng.randrange(10, 60)}　阅读次数：{rng.randrange(900)}</div>
<div>1. 招标条件</div>
<div>本招标项目{t.title}已由{t.place[1]}发展和改革委员会以发改投资〔{t.published.year}〕{rng.randrange(10, 99)}号批准建设，项目业主为{t.buyer}，建设资金来自企业自筹及财政补助，招标人为{t.buyer}，招标代理机构为{t.agency}。项目已具备招标条件，现对该项目的施工进行公开招标。</div>
<div>2. 项目概况与招标范围</div><div>2.1 建设地点：{"".join(t.place)}；</div><div>2.2 本次招标共分{len(t.lots)}个标段，估算总投资{p.wan(t.value)}万元，划分如下：</div>
<table><thead><tr><th>标段</th><th>内容</th><th>计划工期（日历天）</th><th>标段估算价（万元）</th></tr></thead><tbody>{rows}</tbody></table>
<div>3. 投标人资格要求</div>{needs}<div>3.9 本次招标{"接受" if t.consortium else "不接受"}联合体投标。</div>
<div>4. 投标文件的递交</div><div>4.1 投标文件递交的截止时间（投标截止时间，下同）为{p.moment(t.deadline, t.hour, rng)}，投标人应当在截止时间前通过电子交易平台递交。</div>
<div>5. 评标办法</div><div>本项目采用{how}，投标有效期为{t.validity_days}日历天（从投标截止之日算起），每标段投标保证金合计{p.wan(t.bond)}万元。</div>
<div>6. 联系方式</div><div>招 标 人：{t.buyer}<br>地　　址：{"".join(t.place)}<br>联 系 人：刘工</div><div>招标代理机构：{t.agency}<br>邮　　编：100000</div></main>
<aside>相关公告：<a>某某大桥加固工程招标公告（招标编号：ZB-0000-001）</a></aside></body></html>"""
    printed = (
        *BASE,
        "agency",
        "value",
        "deadline",
        "deadline_time",
        "bond",
        "method",
        "evaluation",
        "region",
        "consortium",
        "delivery_days",
        "validity_days",
        "lots",
        "qualifications",
        "required",
    )
    return html.encode(), ".html", labels(t.but(method="open"), printed)


def result_sections(seed: int) -> Made:
    """中标（成交）结果公告 after the official form: numbered sections, winners in a list, fees that are no price."""
    rng = random.Random(f"td{seed}")
    t = make(seed, rng.choice(["goods", "services"])).but(notice="award")
    text = f"""{t.title}中标（成交）结果公告

一、项目编号：{t.number}（招标文件编号：{t.number}）
二、项目名称：{t.title}
三、中标（成交）信息
供应商名称：{t.supplier}
供应商地址：{t.place[0]}{t.place[1]}高新区创业路{rng.randrange(1, 200)}号
中标（成交）金额：{p.wan(t.award)}（万元）
四、主要标的信息
序号  供应商名称  货物（服务）名称  数量  单价
1  {t.supplier}  详见投标文件  1  {p.bare(t.award)}
五、评审专家（单一来源采购人员）名单：张三、李四、王五
六、代理服务收费标准及金额：
参照发改价格〔2011〕534号文件，本项目代理费总金额：{rng.randrange(3, 30) / 10}万元（人民币）
七、公告期限
自本公告发布之日起1个工作日。
八、其它补充事宜
无
九、凡对本次公告内容提出询问，请按以下方式联系。
1.采购人信息
名    称：{t.buyer}
地    址：{"".join(t.place)}
联系方式：0351-2345678
2.采购代理机构信息
名    称：{t.agency}
地    址：{t.place[1]}中山路8号
3.项目联系方式
项目联系人：赵工
{p.day(t.published, rng)}
"""
    truth = labels(t, (*BASE, "agency", "awarded", "suppliers"))
    truth.pop("regime")
    return text.encode(), ".txt", truth


def consultation_docx(seed: int) -> Made:
    """A 磋商文件 in DOCX: ★ before, inside and behind its demands, points in the heading of each group."""
    from docx import Document

    rng = random.Random(f"te{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method="consultation", evaluation="comprehensive_scoring", notice="document")
    doc: Any = Document()
    doc.add_heading("竞争性磋商文件", 0)
    cover = doc.add_table(rows=0, cols=2)
    for name, value in (
        ("采购项目名称", t.title),
        ("采购项目编号", t.number),
        ("采购人名称", t.buyer),
        ("采购代理机构名称", t.agency),
        ("编制日期", p.chinese_day(t.published)),
    ):
        cells = cover.add_row().cells
        cells[0].text, cells[1].text = name, value
    doc.add_heading("第一章 磋商邀请", 1)
    doc.add_paragraph(
        f"1.1 本项目采购预算人民币{p.bare(t.value)}元，磋商报价最高限价人民币{p.bare(t.ceiling)}元。"
    )
    doc.add_paragraph(f"1.2 提交响应文件截止时间：{p.moment(t.deadline, t.hour, rng)}")
    doc.add_paragraph(
        f"1.3 磋商保证金金额：人民币{p.bare(t.bond)}元" if t.bond else "1.3 磋商保证金：本项目免收"
    )
    doc.add_paragraph(f"1.4 响应有效期：自提交响应文件截止之日起{t.validity_days}天")
    doc.add_paragraph(f"1.5 联合体：{'接受' if t.consortium else '不接受'}")
    doc.add_heading("第二章 供应商须知", 1)
    doc.add_paragraph("供应商应仔细阅读磋商文件，加注“★”的要求为实质性要求，不满足的响应无效。")
    doc.add_heading("第三章 采购需求", 1)
    for i, text in enumerate(t.stars):
        shape = i % 3
        if shape == 0:
            doc.add_paragraph(f"3.1.{i + 1} ★{text}。")
        elif shape == 1:
            doc.add_paragraph(f"★（{i + 1}）{text}；")
        else:
            doc.add_paragraph(f"{text}（★）")
    for text in t.importants:
        doc.add_paragraph(f"▲ {text}")
    doc.add_paragraph(f"服务（供货）期限：{p.span(t.delivery_days, rng)}")
    doc.add_heading("第四章 评审方法和标准", 1)
    doc.add_paragraph("本项目采用综合评分法，满分为100分。")
    words = {"price": "价格分", "technical": "技术分", "business": "商务分"}
    for group, name in words.items():
        items = [(item, points) for of, item, points in t.scores if of == group]
        if not items:
            continue
        doc.add_paragraph(f"{name}（{sum(points for _, points in items) // 1000}分）")
        table = doc.add_table(rows=1, cols=3)
        for cell, text in zip(
            table.rows[0].cells, ["评审因素", "分值（分）", "评审标准"], strict=True
        ):
            cell.text = text
        for item, points in items:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = item, str(points // 1000)
            cells[2].text = (
                "满足磋商文件要求且最后报价最低的为基准价，得满分"
                if group == "price"
                else "优得满分，良得一半，差不得分"
            )
    printed = (
        *BASE,
        "agency",
        "value",
        "ceiling",
        "deadline",
        "deadline_time",
        "bond",
        "validity_days",
        "method",
        "evaluation",
        "consortium",
        "delivery_days",
        "stars",
        "importants",
        "scoring",
    )
    truth = labels(t, printed)
    truth.pop("regime")
    truth["stars"] = {_key(text) for text in t.stars}
    return _saved(doc), ".docx", truth


def definition_list(seed: int) -> Made:
    """A platform that draws every field as a term and its description, budget by 采购包, times to the second."""
    rng = random.Random(f"tf{seed}")
    t = with_lots(make(seed, rng.choice(["goods", "services"])))
    t = t.but(
        method="open", evaluation=rng.choice(["comprehensive_scoring", "lowest_evaluated_price"])
    )
    lots = "".join(
        f"<dt>采购包{number}</dt><dd><dl><dt>采购包名称</dt><dd>{name}</dd><dt>采购包预算金额</dt><dd>{value / 100:,.2f}元</dd></dl></dd>"
        for number, name, value in t.lots
    )
    how = "综合评分法" if t.evaluation == "comprehensive_scoring" else "最低评标价法"
    h, m = t.hour.split(":")
    html = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{t.title}招标公告 - 政府采购云平台</title></head><body>
<ul class="crumbs"><li>您的位置</li><li>政府采购</li><li>招标公告</li></ul><h2 id="title">{t.title}招标公告</h2>
<p class="sub">发布日期 {t.published.year}-{t.published.month:02d}-{t.published.day:02d} | 来源 {t.agency} | 打印 | 收藏</p>
<dl><dt>项目编号</dt><dd>{t.number}</dd><dt>项目名称</dt><dd>{t.title}</dd><dt>采购方式</dt><dd>公开招标</dd><dt>预算总金额</dt><dd>{t.value / 100:,.2f}元</dd>
{lots}<dt>合同履约期限</dt><dd>{p.span(t.delivery_days, rng)}</dd><dt>本项目是否接受联合体投标</dt><dd>{"是" if t.consortium else "否"}</dd>
<dt>是否专门面向中小企业</dt><dd>{"是" if t.sme == "whole" else "否"}</dd><dt>评审方法</dt><dd>{how}</dd>
<dt>特定资格要求</dt><dd><ol>{"".join(f"<li>{text}</li>" for text, _ in t.qualifications)}</ol></dd>
<dt>投标文件提交截止时间</dt><dd>{t.deadline.year}年{t.deadline.month:02d}月{t.deadline.day:02d}日 {h}时{m}分00秒</dd>
<dt>投标保证金</dt><dd>{"不收取" if not t.bond else f"{t.bond / 100:,.2f}元（含各采购包）"}</dd>
<dt>采购人</dt><dd>名称：{t.buyer}；地址：{"".join(t.place)}；联系方式：025-66668888</dd>
<dt>采购代理机构</dt><dd>名称：{t.agency}；地址：{t.place[1]}解放路1号</dd></dl>
<footer>Copyright 2025 政府采购云平台 技术支持：某某科技有限公司</footer></body></html>"""
    printed = (
        *BASE,
        "agency",
        "value",
        "deadline",
        "deadline_time",
        "bond",
        "method",
        "evaluation",
        "sme_reserved",
        "consortium",
        "delivery_days",
        "lots",
        "qualifications",
        "required",
    )
    return html.encode(), ".html", labels(t, printed)


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "negotiation pasted from Word": word_html,
    "spaced inquiry": spaced_inquiry,
    "works in sections of a builder": state_owned_works,
    "result in sections": result_sections,
    "consultation document DOCX": consultation_docx,
    "terms and descriptions": definition_list,
}
