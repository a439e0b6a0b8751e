"""Layouts that the reader was written with: the official format and what portals make of it."""

# ruff: noqa: E501, ISC004 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

from . import printing as p
from .labels import Labels, labels
from .truth import EVALUATIONS, PROCEDURES, Truth, make, with_lots

Made = tuple[bytes, str, Labels]
"""The file, its suffix, and what it says."""

INVITED = (
    "agency",
    "value",
    "ceiling",
    "deadline",
    "deadline_time",
    "bond",
    "method",
    "evaluation",
    "sme_reserved",
    "consortium",
    "delivery_days",
    "qualifications",
    "required",
)
"""What most invitations print besides `BASE`."""

BASE = ("title", "number", "buyer", "notice", "regime", "category", "published")
SECTION_22 = "满足《中华人民共和国政府采购法》第二十二条规定"


def _sme(truth: Truth, rng: random.Random) -> str:
    if truth.sme == "whole":
        return rng.choice(
            [
                "本项目专门面向中小企业采购,供应商应为中小微企业、监狱企业或残疾人福利性单位。",
                "本项目属于专门面向中小企业采购的项目。",
            ]
        )
    return rng.choice(
        ["本项目非专门面向中小企业采购。", "本项目不属于专门面向中小企业采购的项目。"]
    )


def _joint(truth: Truth) -> str:
    return "接受" if truth.consortium else "不接受"


def _special(truth: Truth) -> list[str]:
    return [f"（{i}）{text}；" for i, (text, _) in enumerate(truth.qualifications, 1)]


def official_text(seed: int) -> Made:
    """财办库〔2020〕50号 as plain text, the public tender."""
    t, rng = (
        make(seed, random.Random(seed).choice(["goods", "services"])),
        random.Random(f"a{seed}"),
    )
    t = t.but(
        method="open", evaluation=rng.choice(["comprehensive_scoring", "lowest_evaluated_price"])
    )
    lines = [
        f"{t.title}公开招标公告",
        "项目概况",
        f"{t.title}招标项目的潜在投标人应在省政府采购网获取招标文件，并于"
        f"{p.moment(t.deadline, t.hour, rng)}前递交投标文件。",
        "一、项目基本情况",
        f"项目编号：{t.number}",
        f"项目名称：{t.title}",
        "采购方式：公开招标",
        f"预算金额：{p.yuan(t.value, rng)}",
        f"最高限价（如有）：{p.yuan(t.ceiling, rng)}",
        "采购需求：详见招标文件第三章。",
        f"合同履行期限：{p.span(t.delivery_days, rng)}",
        f"本项目（{'是' if t.consortium else '否'}）接受联合体投标。",
        "二、申请人的资格要求：",
        f"1.{SECTION_22}；",
        f"2.落实政府采购政策需满足的资格要求：{_sme(t, rng)}",
        "3.本项目的特定资格要求：",
        *_special(t),
        "三、获取招标文件",
        f"时间：{p.day(t.published, rng)}至{p.day(t.deadline, rng)}，每天上午8:30至12:00，下午14:00至17:30",
        "地点：省政府采购网",
        "方式：网上下载",
        "售价：0元",
        "四、提交投标文件截止时间、开标时间和地点",
        rng.choice(["", "提交投标文件截止时间："]) + p.moment(t.deadline, t.hour, rng),
        f"地点：{t.place[1]}公共资源交易中心第{rng.randrange(1, 9)}开标室",
        "五、公告期限",
        "自本公告发布之日起5个工作日。",
        "六、其他补充事宜",
        f"1.投标保证金：{p.yuan(t.bond, rng)}。",
        f"2.评标办法：{EVALUATIONS[t.evaluation]}。",
        "七、对本次招标提出询问，请按以下方式联系。",
        "1.采购人信息",
        f"名    称：{t.buyer}",
        f"地址：{''.join(t.place)}人民路18号",
        "联系方式：025-12345678",
        "2.采购代理机构信息（如有）",
        f"名    称：{t.agency}",
        "地　　址：中山路66号",
        "联系方式：025-87654321",
        "3.项目联系方式",
        "项目联系人：王工",
        "电　　话：13800000000",
        p.day(t.published, rng),
    ]
    return (
        "\n".join(lines).encode(),
        ".txt",
        labels(
            t,
            (
                *BASE,
                "agency",
                "value",
                "ceiling",
                "deadline",
                "deadline_time",
                "bond",
                "method",
                "evaluation",
                "sme_reserved",
                "consortium",
                "delivery_days",
                "qualifications",
                "required",
            ),
        ),
    )


def cloud_html(seed: int) -> Made:
    """A provincial platform: every value in a span of its own, lots as 标项."""
    rng = random.Random(f"b{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    if t.method in ("negotiation", "inquiry"):
        t = t.but(method="consultation", evaluation="comprehensive_scoring")
    if rng.random() < 0.5:
        t = with_lots(t)
    name = PROCEDURES[t.method]
    file = "招标文件" if t.method == "open" else "采购文件"
    bid = "投标文件" if t.method == "open" else "响应文件"

    def line(*parts: str) -> str:
        inner = "".join(
            part
            if i % 2 == 0
            else f'<span class="bookmark-item uuid-{rng.randrange(10**9)}">{part}</span>'
            for i, part in enumerate(parts)
        )
        return f'<p><span style="font-size: 18px;">    {inner} </span></p>'

    def head(text: str) -> str:
        return f'<p style="margin: 17px 0"><span style="font-size: 18px;"><strong>{text}</strong></span> </p>'

    lots = t.lots or (("1", t.title, t.value),)
    needs = "".join(
        f"<div><p><span>    标项{'一二三'[int(n) - 1]}<br/>     标项名称: <span>{lot}</span> <br/>     数量: <span>1</span> "
        f"<br/>     预算金额（元）: <span>{p.bare(v)}</span> <br/>     简要规格描述：<span>详见{file}</span> <br/>"
        "     备注：<span></span></span></p></div>"
        for n, lot, v in lots
    )
    when = p.moment(t.deadline, t.hour, rng)
    html = f"""<div class="detail"><p style="text-align:center"><strong>{t.buyer}关于{t.title}的{name}公告</strong></p>
<blockquote><p>项目概况</p><p><span>{t.title}</span>的潜在供应商应在<span>政采云平台</span>获取{file}，并于 <span>{when}</span>前提交{bid}。</p></blockquote>
{head("一、项目基本情况")}
{line("项目编号：", t.number)}{line("项目名称：", t.title)}{line("采购方式：", name)}
{line("预算金额（元）：", p.bare(t.value))}{line("最高限价（元）：", p.bare(t.ceiling))}
{line("采购需求：")}{needs}
{line("合同履约期限：", p.span(t.delivery_days, rng))}
{line("本项目（", "是" if t.consortium else "否", "）接受联合体投标。")}
{head("二、申请人的资格要求：")}
{line("1." + SECTION_22 + "；未被“信用中国”列入失信被执行人。")}
{line("2.落实政府采购政策需满足的资格要求：", _sme(t, rng))}
{line("3.本项目的特定资格要求：", "<br/>".join(_special(t)))}
{head(f"三、获取{file}")}
{line("时间：", p.day(t.published, rng), "至", p.day(t.deadline, rng), "，每天上午00:00至12:00")}
{line("售价（元）：", "0")}
{head(f"四、{bid}提交")}
{line("截止时间：", when)}{line("地点（网址）：", "政采云平台")}
{head("五、开启")}{line("开启时间：", when)}
{head("六、公告期限")}{line("自本公告发布之日起5个工作日。")}
{head("八、凡对本次采购提出询问、质疑、投诉，请按以下方式联系")}
{line("1.采购人信息")}{line("名    称：", t.buyer)}{line("地    址：", "".join(t.place))}
{line("2.采购代理机构信息")}{line("名    称：", t.agency)}{line("地    址：", "富春路1号")}
{line("3.同级政府采购监督管理部门")}{line("名    称：", t.place[1] + "财政局采监科")}
<p>发布时间：{p.day(t.published, rng)}</p></div>"""
    printed = [
        *BASE,
        "agency",
        "value",
        "ceiling",
        "deadline",
        "deadline_time",
        "method",
        "sme_reserved",
        "consortium",
        "delivery_days",
        "qualifications",
        "required",
    ]
    if t.lots:
        printed.append("lots")
    return html.encode(), ".html", labels(t, printed)


def summary_table(seed: int) -> Made:
    """The national site: a summary table above the text."""
    rng = random.Random(f"c{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    name = PROCEDURES[t.method]
    when = p.moment(t.deadline, t.hour, rng)

    def row(*cells: str) -> str:
        if len(cells) == 2:
            return f'<tr><td class="title">{cells[0]}</td><td colspan="3">{cells[1]}</td></tr>'
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    kind = {"goods": "货物/专用设备", "services": "服务/其他服务"}[t.category]
    html = f"""<!DOCTYPE html><html><head><meta charset="gb2312"><title>{t.title}{name}公告</title>
<style>.tc{{text-align:center}}</style><script>var a = "项目名称：假";</script></head><body>
<div class="vF_detail_header"><h2 class="tc">{t.title}{name}公告</h2>
<p class="tc"><span>{t.published:%Y年%m月%d日 %H:%M} 来源：中国政府采购网 【打印】</span></p></div>
<div class="table"><table><tr><td colspan="4"><b>公告概要：</b></td></tr>
<tr><td colspan="4"><b>公告信息：</b></td></tr>
{row("采购项目名称", t.title)}{row("品目", f"<p>{kind}</p>")}{row("采购单位", t.buyer)}
{row("行政区域", t.place[1], "公告时间", f"{t.published:%Y年%m月%d日 17:20}")}
{row("获取采购文件时间", f"{p.day(t.published, rng)}至{p.day(t.deadline, rng)}<br>每日上午:8:30 至 12:00")}
{row("响应文件递交截止时间" if t.method != "open" else "投标截止时间", when)}
{row("预算金额", f"￥{p.wan(t.value)}万元（人民币）")}
<tr><td colspan="4"><b>联系人及联系方式：</b></td></tr>
{row("项目联系人", "李女士")}{row("采购单位地址", "".join(t.place))}
{row("代理机构名称", t.agency)}{row("代理机构地址", "中山路66号")}{row("代理机构联系方式", "0571-12345678")}
</table></div>
<div class="vF_detail_content"><p>一、项目基本情况</p><p>项目编号：{t.number}</p><p>项目名称：{t.title}</p>
<p>采购方式：{name}</p><p>预算金额：{p.wan(t.value)}0000 万元（人民币）</p>
<p>最高限价（如有）：{p.wan(t.ceiling)}万元（人民币）</p>
<p>合同履行期限：{p.span(t.delivery_days, rng)}</p><p>本项目( {_joint(t)} )联合体投标。</p>
<p>二、申请人的资格要求：</p><p>1.{SECTION_22}；</p><p>2.落实政府采购政策需满足的资格要求：</p><p>{_sme(t, rng)}</p>
<p>3.本项目的特定资格要求：{"".join(_special(t))}</p>
<p>三、获取采购文件</p><p>时间：{p.day(t.published, rng)}至{p.day(t.deadline, rng)}</p>
<p>七、对本次采购提出询问，请按以下方式联系。</p><p>1.采购人信息</p><p>名 称：{t.buyer}　　　　　</p>
<p>2.采购代理机构信息</p><p>名 称：{t.agency}</p></div></body></html>"""
    if "." not in p.wan(t.value):
        html = html.replace(f"{p.wan(t.value)}0000 万元", f"{p.wan(t.value)}.000000 万元")
    truth = labels(
        t,
        (
            *BASE,
            "agency",
            "value",
            "ceiling",
            "deadline",
            "deadline_time",
            "method",
            "sme_reserved",
            "consortium",
            "delivery_days",
            "qualifications",
            "required",
        ),
        region=t.place[1],
        evaluation="lowest_quote" if t.method in ("negotiation", "inquiry") else None,
    )
    return html.encode("gb18030"), ".html", truth


def works_text(seed: int) -> Made:
    """A works tender under the 招标投标法, numbered 1., 1.1, from a trading centre."""
    t, rng = make(seed, "works"), random.Random(f"d{seed}")
    when = p.moment(t.deadline, t.hour, rng)
    lines = [
        f"{t.title}招标公告",
        f"（招标编号：{t.number}）",
        "1.招标条件",
        f"本招标项目{t.title}已由{t.place[1]}发展和改革局批准建设，招标人为{t.buyer}，建设资金来自财政资金。"
        "项目已具备招标条件，根据《中华人民共和国招标投标法》，现对该项目施工进行公开招标。",
        "2.项目概况与招标范围",
        f"2.1项目名称：{t.title}",
        f"2.2建设地点：{''.join(t.place)}",
        "2.3建设规模：详见工程量清单",
        f"2.4合同估算价：{p.yuan(t.value, rng)}",
        f"2.5招标控制价：{p.yuan(t.ceiling, rng)}",
        f"2.6计划工期：{t.delivery_days}日历天",
        "2.7标段划分：本项目划分为一个标段",
        "3.投标人资格要求",
        *[f"3.{i} {text}。" for i, (text, _) in enumerate(t.qualifications, 1)],
        f"3.{len(t.qualifications) + 1} 本次招标{_joint(t)}联合体投标。",
        "4.招标文件的获取",
        f"4.1 凡有意参加投标者，请于{p.day(t.published, rng)}至{p.day(t.deadline, rng)}登录电子交易平台下载招标文件。",
        "5.投标文件的递交",
        f"5.1 投标文件递交的截止时间（投标截止时间，下同）为{when}，地点为{t.place[1]}公共资源交易中心。",
        "5.2 逾期送达的投标文件，招标人不予受理。",
        "6.评标办法",
        f"本项目采用{EVALUATIONS[t.evaluation]}。",
        "7.投标保证金",
        f"7.1 投标保证金的金额：{p.yuan(t.bond, rng)}",
        "8.发布公告的媒介",
        f"本次招标公告在{t.place[0]}公共资源交易网上发布。",
        "9.联系方式",
        f"招 标 人：{t.buyer}",
        "地    址：建设大道1号",
        "联 系 人：张工",
        f"招标代理机构：{t.agency}",
        "地    址：和平路2号",
        p.chinese_day(t.published) if rng.random() < 0.4 else p.day(t.published, rng),
    ]
    data = "\r\n".join(lines)
    printed = (
        *BASE,
        "agency",
        "value",
        "ceiling",
        "deadline",
        "deadline_time",
        "bond",
        "method",
        "evaluation",
        "consortium",
        "delivery_days",
        "region",
        "qualifications",
        "required",
    )
    return (
        data.encode(rng.choice(["utf-8-sig", "gb18030"])),
        ".txt",
        labels(t, printed, sme_reserved=None),
    )


def document_docx(seed: int) -> Made:
    """A tender document in DOCX: cover, data sheet, marked requirements, scoring table."""
    from docx import Document

    rng = random.Random(f"e{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(
        method=(method := rng.choice(["open", "consultation"])),
        evaluation="comprehensive_scoring",
        notice="document",
    )
    file = "招标文件" if method == "open" else "磋商文件"
    doc: Any = Document()
    doc.add_heading(PROCEDURES[method] + file, 0)
    doc.add_paragraph(f"项目名称：{t.title}")
    doc.add_paragraph(f"项目编号：{t.number}")
    doc.add_paragraph(f"采 购 人：{t.buyer}")
    doc.add_paragraph(f"采购代理机构：{t.agency}")
    doc.add_paragraph(f"{t.published.year}年{t.published.month}月{t.published.day}日")
    doc.add_heading("第一章 供应商须知", 1)
    _grid(
        doc,
        [
            ["序号", "条款名称", "内容"],
            ["1", "采购方式", PROCEDURES[method]],
            ["2", "预算金额", p.yuan(t.value, rng)],
            ["3", "最高限价", p.yuan(t.ceiling, rng)],
            ["4", "投标保证金" if method == "open" else "磋商保证金", p.yuan(t.bond, rng)],
            [
                "5",
                "投标有效期" if method == "open" else "响应文件有效期",
                f"自提交截止之日起{t.validity_days}日历天",
            ],
            [
                "6",
                "提交投标文件截止时间" if method == "open" else "提交响应文件截止时间",
                p.moment(t.deadline, t.hour, rng),
            ],
            ["7", "合同履行期限", p.span(t.delivery_days, rng)],
            ["8", "是否接受联合体投标", "☑接受 □不接受" if t.consortium else "□接受 ☑不接受"],
            ["9", "是否专门面向中小企业采购", "■是 □否" if t.sme == "whole" else "□是 ■否"],
            ["10", "评审办法", "综合评分法"],
        ],
    )
    doc.add_heading("第二章 采购需求", 1)
    doc.add_paragraph(
        "注：带“★”的条款为实质性要求，不满足将导致投标无效；带“▲”的条款为重要技术指标，负偏离将扣分。"
    )
    doc.add_heading("一、技术要求", 2)
    half = len(t.stars) // 2
    for i, text in enumerate(t.stars[:half], 1):
        doc.add_paragraph(rng.choice([f"★{i}.{text}；", f"{i}.★{text}。", f"{i}、★ {text}"]))
    for i, text in enumerate(t.importants, half + 1):
        doc.add_paragraph(f"▲{i}.{text}；")
    doc.add_paragraph(f"{half + len(t.importants) + 1}.其余按国家标准执行。")
    doc.add_heading("二、参数表", 2)
    _grid(
        doc,
        [
            ["序号", "指标", "参数要求"],
            *[
                [f"{i}", f"指标{i}", f"★{text}"] if i % 2 else [f"★{i}", f"指标{i}", text]
                for i, text in enumerate(t.stars[half:], 1)
            ],
            ["9", "其他", "符合行业规范"],
        ],
    )
    doc.add_heading("第三章 评审办法和标准", 1)
    _grid(
        doc,
        [
            ["评审因素", "分值", "评分标准"],
            *[
                [
                    name,
                    rng.choice([f"{points // 1000}分", str(points // 1000)]),
                    "满足得满分，否则酌情扣分。",
                ]
                for _, name, points in t.scores
            ],
            ["合计", "100", ""],
        ],
    )
    stars = {*t.stars[:half]}
    rest = [f"指标{i}{text}" if i % 2 == 0 else text for i, text in enumerate(t.stars[half:], 1)]
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
        "sme_reserved",
        "consortium",
        "delivery_days",
        "importants",
        "scoring",
    )
    truth = labels(t, printed)
    truth["stars"] = {*map(_key, stars), *map(_key, rest)}
    truth.pop("regime")
    return _saved(doc), ".docx", truth


def _key(text: str) -> str:
    from .labels import _key as key  # pyright: ignore[reportPrivateUsage]

    return key(text)


def _grid(doc: Any, rows: list[list[str]]) -> None:
    table = doc.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text


def _saved(doc: Any) -> bytes:
    out = BytesIO()
    doc.save(out)
    return out.getvalue()


def correction_table(seed: int) -> Made:
    """A correction: a table of what stood before and what stands now."""
    t, rng = (
        make(seed, random.Random(seed).choice(["goods", "services"])),
        random.Random(f"f{seed}"),
    )
    t = t.but(notice="correction")
    old = p.moment(t.published, "09:00", rng)
    html = f"""<html><body><h1>{t.title}更正公告</h1><p>一、项目基本情况</p>
<p>原公告的采购项目编号：{t.number}</p><p>原公告的采购项目名称：{t.title}</p><p>首次公告日期：2025年8月1日</p>
<p>二、更正信息</p><p>更正事项：□采购公告 ☑采购文件 □采购结果</p><p>更正内容：</p>
<table border="1"><tr><th>序号</th><th>更正项</th><th>更正前内容</th><th>更正后内容</th></tr>
<tr><td>1</td><td>提交{"投标" if t.method == "open" else "响应"}文件截止时间</td><td>{old}</td><td>{p.moment(t.deadline, t.hour, rng)}</td></tr>
<tr><td>2</td><td>最高限价</td><td>{p.yuan(t.value, rng)}</td><td>{p.yuan(t.ceiling, rng)}</td></tr></table>
<p>更正日期：{p.day(t.published, rng)}</p><p>三、其他补充事宜</p><p>其他内容不变。</p>
<p>四、凡对本次公告内容提出询问，请按以下方式联系。</p><p>1.采购人信息</p><p>名称：{t.buyer}</p>
<p>2.采购代理机构信息</p><p>名称：{t.agency}</p></body></html>"""
    truth = labels(t, (*BASE, "agency", "ceiling", "deadline", "deadline_time"))
    truth.pop("regime")
    return html.encode(), ".html", truth


def award_html(seed: int) -> Made:
    """A result notice (中标公告 or 成交公告), or a termination."""
    t, rng = (
        make(seed, random.Random(seed).choice(["goods", "services"])),
        random.Random(f"g{seed}"),
    )
    word = "中标" if t.method == "open" else "成交"
    if rng.random() < 0.3:
        html = f"""<div><h2>{t.title}终止公告</h2><p>一、项目基本情况</p><p>采购项目编号：{t.number}</p>
<p>采购项目名称：{t.title}</p><p>二、项目终止的原因</p><p>通过符合性审查的供应商不足三家，本项目废标。</p>
<p>三、其他补充事宜</p><p>无</p><p>1.采购人信息</p><p>名 称：{t.buyer}</p><p>2.采购代理机构信息</p>
<p>名 称：{t.agency}</p><p>{p.day(t.published, rng)}</p></div>"""
        truth = labels(t.but(notice="termination"), (*BASE, "agency"))
        truth.pop("regime")
        return html.encode(), ".html", truth
    html = f"""<div><h2>{t.title}{word}公告</h2><p>一、项目编号：{t.number}</p><p>二、项目名称：{t.title}</p>
<p>三、{word}信息</p><p>供应商名称：{t.supplier}</p><p>供应商地址：{t.place[1]}建设路8号</p>
<p>{word}金额：{p.wan(t.award)}万元</p><p>四、主要标的信息</p>
<table><tr><td>名称</td><td>品牌</td><td>数量</td><td>单价</td></tr><tr><td>{t.title[-6:]}</td><td>国产</td><td>1</td><td>{p.bare(t.award)}</td></tr></table>
<p>五、评审专家名单：赵一、钱二、孙三</p><p>六、代理服务收费标准及金额：{rng.randrange(3000, 9000)}元</p>
<p>七、公告期限</p><p>自本公告发布之日起1个工作日。</p><p>九、凡对本次公告内容提出询问，请按以下方式联系。</p>
<p>1.采购人信息</p><p>名 称：{t.buyer}</p><p>2.采购代理机构信息</p><p>名 称：{t.agency}</p>
<p>公告日期：{p.day(t.published, rng)}</p></div>"""
    truth = labels(t.but(notice="award"), (*BASE, "agency", "awarded", "suppliers"))
    truth.pop("regime")
    return html.encode(), ".html", truth


def enterprise_table(seed: int) -> Made:
    """An enterprise portal: two pairs a row, full-width figures, the qualifications in one cell."""
    t, rng = (
        make(seed, random.Random(seed).choice(["goods", "services", "works"])),
        random.Random(f"h{seed}"),
    )
    t = t.but(
        method="open", evaluation=rng.choice(["comprehensive_assessment", "reviewed_lowest_price"])
    )
    needs = "<br>".join(f"{i}、{text}；" for i, (text, _) in enumerate(t.qualifications, 1))
    html = f"""<html><head><title>{t.title}招标公告 - 阳光采购平台</title></head><body><div class="nav">首页 &gt; 招标公告</div>
<h3>{t.title}招标公告</h3><div>发布时间：{t.published.isoformat()} 10:12:33　　浏览次数：{rng.randrange(999)}</div>
<table class="info"><tbody>
<tr><th>招标编号</th><td>{p.full_width(t.number) if rng.random() < 0.5 else t.number}</td><th>项目名称</th><td>{t.title}</td></tr>
<tr><th>招标人</th><td>{t.buyer}</td><th>招标代理机构</th><td>{t.agency}</td></tr>
<tr><th>招标方式</th><td>公开招标</td><th>最高投标限价（万元）</th><td>{p.wan(t.ceiling)}</td></tr>
<tr><th>项目地点</th><td>{"".join(t.place)}</td><th>工期/交货期</th><td>{t.delivery_days}天</td></tr>
<tr><th>投标保证金（元）</th><td>{p.full_width(p.bare(t.bond))}</td><th>是否接受联合体投标</th><td>{"是" if t.consortium else "否"}</td></tr>
<tr><th>投标人资格要求</th><td colspan="3">{needs}</td></tr>
<tr><th>评标办法</th><td>{EVALUATIONS[t.evaluation]}</td><th>投标截止时间</th><td>{p.full_width(f"{t.deadline:%Y-%m-%d} {t.hour}")}</td></tr>
</tbody></table></body></html>"""
    printed = (
        *BASE,
        "agency",
        "ceiling",
        "deadline",
        "deadline_time",
        "bond",
        "method",
        "evaluation",
        "consortium",
        "delivery_days",
        "region",
        "qualifications",
        "required",
    )
    truth = labels(t, printed, regime="tendering")
    return html.encode(), ".html", truth


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "official text": official_text,
    "cloud platform": cloud_html,
    "summary table": summary_table,
    "works text": works_text,
    "document DOCX": document_docx,
    "correction table": correction_table,
    "award and termination": award_html,
    "enterprise portal": enterprise_table,
}
