"""The eleventh set's consultation document and its works tender: see eleventh_look.py."""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

import random
from datetime import timedelta
from io import BytesIO
from typing import Any

from . import printing as p
from .fourth_shared import government, usual
from .truth import make
from .tuned import Made


def consultation_docx(seed: int) -> Made:
    """Return a consultation document in DOCX: a data sheet, ★ clauses, a table of points."""
    from docx import Document

    rng = random.Random(f"tenth docx {seed}")
    t = government(seed, "consultation").but(notice="document")
    # A consultation calls the price what it is there: the offer made in it.
    t = t.but(scores=(("price", "磋商报价", t.scores[0][2]), *t.scores[1:]))
    doc: Any = Document()
    for line in (
        f"{t.place[1]}政府采购",
        "竞争性磋商文件",
        f"项目名称：{t.title}",
        f"采购编号：{t.number}",
        f"采购人：{t.buyer}",
        f"采购代理机构：{t.agency}",
        rng.choice(
            [
                p.chinese_day(t.published),
                f"{t.published.year}年{t.published.month}月{t.published.day}日",
            ]
        ),
        "目  录",
        "第一章 供应商须知……2",
        "第二章 采购需求……9",
        "第三章 评审方法……15",
    ):
        doc.add_paragraph(line)
    doc.add_heading("第一章 供应商须知", 1)
    doc.add_paragraph("供应商须知前附表")
    whole = t.sme == "whole"
    rows = [
        ("采购依据", "《中华人民共和国政府采购法》、财库〔2014〕214号"),
        (
            "采购预算及最高限价",
            f"采购预算：{p.bare(t.value)}元；最高限价：{p.bare(t.ceiling)}元。报价超过最高限价的响应无效。",
        )
        if rng.random() < 0.5
        else ("采购预算", f"人民币{p.wan(t.value)}万元"),
        (
            "落实政府采购政策",
            f"是否专门面向中小企业采购：{'☑是 □否' if whole else '□是 ☑否'}；所属行业：{t.industry}",
        ),
        ("联合体", f"本项目{'接受' if t.consortium else '不接受'}联合体参加磋商"),
        ("履行期限", p.span(t.delivery_days, rng)),
        ("磋商有效期", f"响应文件提交截止之日起{t.validity_days}天"),
        ("磋商保证金", f"金额：{p.bare(t.bond)}元；形式：电汇、保函，不接受现金"),
        ("履约保证金", "合同金额的5%"),
        (
            rng.choice(["提交首次响应文件截止时间", "响应文件递交截止时间及地点"]),
            p.moment(t.deadline, t.hour, rng) + f"，{t.place[1]}公共资源交易中心三楼",
        ),
        ("响应文件份数", "正本1份，副本2份，电子版U盘1份"),
        ("评审方法", "综合评分法，满分100分"),
        ("代理服务费", "参照计价格〔2002〕1980号，由成交供应商支付"),
    ]
    ceiling = rows[1][0] != "采购预算"
    _grid(
        doc,
        [
            ["序号", "条款名称", "内容"],
            *[[str(i), name, text] for i, (name, text) in enumerate(rows, 1)],
        ],
    )
    doc.add_paragraph("供应商资格要求")
    doc.add_paragraph("1.满足《中华人民共和国政府采购法》第二十二条规定；")
    doc.add_paragraph("2.本项目的特定资格要求：")
    for i, (q, _) in enumerate(t.qualifications, 1):
        doc.add_paragraph(f"2.{i} {q}；")
    doc.add_heading("第二章 采购需求", 1)
    doc.add_paragraph(
        "说明：标注“★”的为实质性要求，任何一项不满足即作无效响应处理；标注“▲”的为重要指标。"
    )
    half = len(t.stars) // 2
    form = rng.choice(["★{}.{}；", "{}、★{}。", "（{}）★{}"])
    doc.add_paragraph("一、技术及服务要求")
    for i, one in enumerate(t.stars[:half], 1):
        doc.add_paragraph(form.format(i, one))
    for i, one in enumerate(t.importants, half + 1):
        doc.add_paragraph(form.replace("★", "▲").format(i, one))
    doc.add_paragraph("二、商务要求")
    for i, one in enumerate(t.stars[half:], 1):
        doc.add_paragraph(form.format(i, one))
    doc.add_paragraph(f"{len(t.stars) - half + 1}、未尽事宜由双方在合同中约定。")
    doc.add_heading("第三章 评审方法", 1)
    group = {"price": "价格部分", "technical": "技术部分", "business": "商务部分"}
    unit = rng.choice(["分", ""])
    _grid(
        doc,
        [
            ["评分项目", "评审因素", "分值", "评分标准"],
            *[
                [group[kind], name, f"{n // 1000}{unit}", "由磋商小组按响应情况横向比较打分"]
                for kind, name, n in t.scores
            ],
            ["合计", "", f"100{unit}", ""],
        ],
    )
    out = BytesIO()
    doc.save(out)
    add = "validity_days stars importants scoring" + (" ceiling" if ceiling else "")
    return out.getvalue(), ".docx", usual(t, add, {})


def _grid(doc: Any, rows: list[list[str]]) -> None:
    table = doc.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text


def works_standard(seed: int) -> Made:
    """Return a works tender as the standard announcement of 2017 has it, in plain text."""
    rng = random.Random(f"tenth works {seed}")
    t = make(seed, "works")
    u = t.published
    when = p.moment(t.deadline, t.hour, rng)
    money = rng.choice([f"约{p.wan(t.value)}万元", f"{p.bare(t.value)}元"])
    limit = rng.random() < 0.6
    how = rng.random() < 0.5
    names = {"comprehensive_assessment": "综合评估法"}
    facts = [
        f"建设地点：{''.join(t.place)}",
        "建设规模：详见施工图纸及工程量清单",
        f"合同估算价：{money}",
        f"{rng.choice(['计划工期', '工期要求'])}：{t.delivery_days}日历天",
        "质量要求：符合国家现行验收规范合格标准",
        "招标范围：施工图纸范围内的全部工程内容，缺陷责任期24个月",
    ]
    if limit:
        facts.insert(3, f"最高投标限价：{p.bare(t.ceiling)}元")
    needs = [q for q, _ in t.qualifications]
    lines = [
        f"{t.title}{rng.choice(['', '施工'] if not t.title.endswith('施工') else [''])}招标公告",
        f"招标项目编号：{t.number}",
        f"发布日期：{u:%Y-%m-%d}    来源：{t.place[1]}公共资源交易中心    字号：大 中 小",
        "1. 招标条件",
        f"本招标项目{t.title}（项目名称）已由{t.place[1]}发展和改革委员会以{t.place[1][0]}发改投〔{u.year}〕{rng.randrange(10, 400)}号批准建设，项目业主为{t.buyer}，建设资金来自{rng.choice(['财政资金', '上级补助及地方配套'])}，项目出资比例为100%，招标人为{t.buyer}，招标代理机构为{t.agency}。项目已具备招标条件，现对该项目的施工进行公开招标。",
        "2. 项目概况与招标范围",
        *[f"2.{i} {fact}。" for i, fact in enumerate(facts, 1)],
        "3. 投标人资格要求",
        "3.1 本次招标要求投标人须具备以下条件：",
        *[f"3.1.{i} {q}；" for i, q in enumerate(needs, 1)],
        f"3.2 本次招标{'接受' if t.consortium else '不接受'}联合体投标。"
        + ("联合体投标的，联合体各方不得超过2家。" if t.consortium else ""),
        "3.3 投标人不得存在被列入失信被执行人名单的情形。",
        "4. 招标文件的获取",
        f"4.1 凡有意参加投标者，请于{p.day(u, rng)}至{p.day(u + timedelta(days=5), rng)}（北京时间，下同），登录电子交易平台下载招标文件。",
        "4.2 招标文件每套售价0元，图纸押金500元，退还图纸时退还（不计利息）。",
        "5. 投标文件的递交",
        f"5.1 投标文件递交的截止时间为{when}，投标人应在截止时间前通过电子交易平台递交电子投标文件。",
        "5.2 逾期送达的投标文件，电子交易平台将予以拒收。",
        f"5.3 投标保证金：人民币{rng.choice([p.wan(t.bond) + '万元', p.bare(t.bond) + '元'])}，以转账、保函或保险形式提交；投标有效期{t.validity_days}日历天。",
        *(
            [f"5.4 本项目评标采用{names.get(t.evaluation, '经评审的最低投标价法')}。"]
            if how
            else []
        ),
        "6. 发布公告的媒介",
        f"本次招标公告同时在中国招标投标公共服务平台、{t.place[0]}公共资源交易网上发布。",
        "7. 联系方式",
        f"招 标 人：{t.buyer}    招标代理机构：{t.agency}",
        f"地    址：{t.place[2]}府前街{rng.randrange(1, 60)}号    地    址：{t.place[1]}金融大厦{rng.randrange(3, 30)}层",
        "联 系 人：何主任    联 系 人：马工",
        "开户银行：建设银行营业部    账    号：3300161000000000",
        "【打印本页】【关闭窗口】  主办单位版权所有",
    ]
    add = "region validity_days sme_reserved-" + (" ceiling" if limit else "")
    truth = usual(t, add, {}, evaluation=how)
    return "\r\n".join(lines).encode(rng.choice(["utf-8", "gb18030"])), ".txt", truth
