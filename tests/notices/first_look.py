"""Layouts set aside once: read first at F1 0.938 and a recall of ★ of 0.824, then mended for.

They count as tuned on since.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from . import printing as p
from .labels import labels
from .truth import PROCEDURES, make, with_lots
from .tuned import BASE, Made, _grid, _key, _saved  # pyright: ignore[reportPrivateUsage]


def consultation_document(seed: int) -> Made:
    """A consultation document in plain text: chapters, marked demands broken at a width, scores in lines."""
    rng = random.Random(f"k{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method="consultation", evaluation="comprehensive_scoring", notice="document")
    marked = [("★", text) for text in t.stars] + [("▲", text) for text in t.importants]
    rng.shuffle(marked)

    def broken(text: str) -> str:
        return "\n".join(text[i : i + 38] for i in range(0, len(text), 38))

    demands = "\n".join(
        broken(f"2.{i} {mark}{text}。") if rng.random() < 0.5 else broken(f"{mark}2.{i}、{text}。")
        for i, (mark, text) in enumerate(marked, 1)
    )
    scores = "\n".join(
        f"（{i}）{name}（{points // 1000}分）：优得满分，良得一半，差不得分。"
        for i, (_, name, points) in enumerate(t.scores, 1)
    )
    text = f"""                    政 府 采 购
                竞 争 性 磋 商 文 件

    采购项目名称：{t.title}
    采购项目编号：{t.number}

    采购单位：{t.buyer}（盖章）
    代理机构：{t.agency}
    日  期：{p.chinese_day(t.published)}

第一章  磋商邀请

    {t.agency}受{t.buyer}委托，就{t.title}进行竞争性磋商采购，欢迎合格的供应商参加。
一、采购预算：人民币{p.wan(t.value)}万元，最高限价：人民币{p.wan(t.ceiling)}万元，超过最高限价的报价无效。
二、供应商资格条件：
1、符合《中华人民共和国政府采购法》第二十二条规定；
{chr(10).join(f"{i}、{text}；" for i, (text, _) in enumerate(t.qualifications, 2))}
三、本项目{"允许" if t.consortium else "不允许"}联合体参加磋商。
四、磋商响应文件递交截止时间及地点：{p.moment(t.deadline, t.hour, rng)}，逾期不予受理。

第二章  采购需求
说明：标注★号的为实质性响应条款，任何一条不满足按无效响应处理；标注▲号的为重要条款。
{demands}
2.{len(marked) + 1} 未标注的为一般要求。
服务期限：{p.span(t.delivery_days, rng)}

第三章  评审方法和评分标准
本项目采用综合评分法，满分100分。
{scores}

第四章  供应商须知
1.磋商保证金：{p.yuan(t.bond, rng)}，以转账或保函形式提交。
2.响应文件有效期：{t.validity_days}日历天。
"""
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
        "validity_days",
        "qualifications",
        "required",
        "stars",
        "importants",
        "scoring",
    )
    return text.encode(), ".txt", labels(t, printed)


def province_packages(seed: int) -> Made:
    """A provincial site: nested tables, 合同包 with a table of budgets, spans between the words."""
    rng = random.Random(f"l{seed}")
    t = with_lots(make(seed, rng.choice(["goods", "services"])))
    t = t.but(
        method=(m := rng.choice(["open", "consultation"])),
        evaluation="lowest_evaluated_price" if m == "open" else "comprehensive_scoring",
    )
    bid = "投标" if m == "open" else "响应"
    name = PROCEDURES[m]
    when = f"{t.deadline:%Y年%m月%d日} {t.hour.replace(':', '时')}分00秒"
    rows = "".join(
        f'<tr><td>{n}</td><td>{lot}</td><td>1(项)</td><td>详见采购文件</td><td class="r"><span>{p.bare(v)}</span></td><td><span>-</span></td></tr>'
        for n, lot, v in t.lots
    )
    packages = "".join(
        f"<p>采购包{n}(<span>{lot}</span>)特定资格要求如下:</p><div>{''.join(f'<p>({i}){text}。</p>' for i, (text, _) in enumerate(t.qualifications, 1))}</div>"
        for n, lot, _ in t.lots[:1]
    )
    html = f"""<html><head><meta charset="utf-8"><title>公告详情</title></head><body><table width="100%"><tr><td>
<div class="title">{t.title}{name}公告</div><div class="info"><span>公告时间：{t.published.isoformat()}</span><span>　公告来源：采购代理机构</span></div>
<p>项目概况</p><p><u>{t.title}</u>采购项目的潜在供应商应在<u>{t.place[0]}政府采购网</u>获取采购文件，并于<u>{when}</u>（北京时间）前递交{bid}文件。</p>
<h4>一、项目基本情况</h4><p>项目编号：<span>{t.number}</span></p><p>项目名称：<span>{t.title}</span></p><p>采购方式：<span>{name}</span></p>
<p>预算金额：<span>{t.value / 100:,.2f}</span>元</p><p>采购需求：</p>
<div><table border="1"><thead><tr><th>采购包</th><th>采购标的</th><th>数量（单位）</th><th>技术规格、参数及要求</th><th>品目预算(元)</th><th>最高限价(元)</th></tr></thead><tbody>{rows}</tbody></table></div>
<p>本采购包<span>{"接受" if t.consortium else "不接受"}</span>联合体投标</p><p>合同履行期限：<span>自合同签订之日起{t.delivery_days}日</span></p>
<h4>二、申请人的资格要求：</h4><p>1.满足《中华人民共和国政府采购法》第二十二条规定;</p>
<p>2.落实政府采购政策需满足的资格要求：<span>{"本采购包专门面向中小企业采购" if t.sme == "whole" else "本采购包不属于专门面向中小企业采购"}</span></p>
<p>3.本项目的特定资格要求：</p>{packages}
<h4>三、获取采购文件</h4><p>时间：<span>{t.published:%Y年%m月%d日}</span>至<span>{t.deadline:%Y年%m月%d日}</span>，每天上午<span>00:00:00</span>至<span>12:00:00</span></p>
<h4>四、{bid}文件提交</h4><p>截止时间：<span>{when}</span>（北京时间）</p><p>地点：<span>电子开标大厅</span></p>
<h4>五、开启</h4><p>时间：<span>{when}</span></p>
<h4>八、凡对本次采购提出询问，请按以下方式联系。</h4><p>1.采购人信息</p><p>名称：<span>{t.buyer}</span></p><p>地址：{"".join(t.place)}</p>
<p>2.采购代理机构信息(如有)</p><p>名称：<span>{t.agency}</span></p><p>3.项目联系方式</p><p>项目联系人：李四</p>
</td></tr></table></body></html>"""
    printed = (
        *BASE,
        "agency",
        "value",
        "deadline",
        "deadline_time",
        "method",
        "sme_reserved",
        "consortium",
        "delivery_days",
        "qualifications",
        "required",
        "lots",
    )
    return html.encode(), ".html", labels(t, printed)


def works_document(seed: int) -> Made:
    """A works tender document in DOCX: 前附表 with clause numbers, scoring grouped by merged cells."""
    from docx import Document

    t, rng = make(seed, "works"), random.Random(f"m{seed}")
    t = t.but(notice="document", evaluation="comprehensive_assessment")
    doc: Any = Document()
    doc.add_paragraph(t.title)
    doc.add_paragraph("招 标 文 件")
    doc.add_paragraph(f"招标编号：{t.number}")
    doc.add_paragraph(f"招标人：{t.buyer}")
    doc.add_paragraph(f"招标代理机构：{t.agency}")
    doc.add_paragraph(p.chinese_day(t.published))
    doc.add_paragraph("第二章 投标人须知")
    doc.add_paragraph("投标人须知前附表")
    needs = "\n".join(text for text, _ in t.qualifications)
    _grid(
        doc,
        [
            ["条款号", "条 款 名 称", "编 列 内 容"],
            ["1.1.2", "招标人", f"名称：{t.buyer}\n地址：人民路1号\n联系人：陈工"],
            ["1.1.3", "招标代理机构", f"名称：{t.agency}\n电话：0512-1234567"],
            ["1.1.4", "招标项目名称", t.title],
            ["1.1.5", "建设地点", "".join(t.place)],
            ["1.3.2", "计划工期", f"计划工期：{t.delivery_days}日历天"],
            ["1.4.1", "投标人资质条件、能力和信誉", needs],
            [
                "1.4.2",
                "是否接受联合体投标",
                "☒不接受\n□接受"
                if not t.consortium
                else "□不接受\n☒接受，应满足下列要求：联合体成员不超过2家",
            ],
            ["2.2.2", "投标截止时间", p.moment(t.deadline, t.hour, rng)],
            ["3.2.4", "最高投标限价", f"☑有，最高投标限价：{p.yuan(t.ceiling, rng)}\n□无"],
            ["3.3.1", "投标有效期", f"{t.validity_days}日历天（从投标截止之日算起）"],
            [
                "3.4.1",
                "投标保证金",
                f"是否要求投标人递交投标保证金：\n☑要求，投标保证金的形式：转账、保函\n投标保证金的金额：{p.yuan(t.bond, rng)}",
            ],
            ["7.3.1", "履约担保", "签约合同价的10%"],
        ],
    )
    doc.add_paragraph("第三章 评标办法（综合评估法）")
    table = doc.add_table(rows=len(t.scores) + 1, cols=4)
    for cell, text in zip(
        table.rows[0].cells, ["条款号", "评分因素", "评分因素", "评分标准"], strict=True
    ):
        cell.text = text
    table.rows[0].cells[1].merge(table.rows[0].cells[2])
    words = {
        "price": "投标报价评分标准",
        "technical": "施工组织设计评分标准",
        "business": "资信业绩评分标准",
    }
    for i, (group, name, points) in enumerate(t.scores, 1):
        for cell, text in zip(
            table.rows[i].cells,
            [
                f"2.2.4({i})",
                words[group],
                f"{name}（{points // 1000}分）",
                "按评标基准价及专家评议打分",
            ],
            strict=True,
        ):
            cell.text = text
    doc.add_paragraph("第七章 技术标准和要求")
    doc.add_paragraph("以下带星号（★）的要求为实质性要求，不满足的否决其投标。")
    for i, text in enumerate(t.stars, 1):
        doc.add_paragraph(rng.choice([f"{i}. {text}（★）", f"（{i}）★{text}；", f"★ {text}"]))
    printed = (
        *BASE,
        "agency",
        "ceiling",
        "deadline",
        "deadline_time",
        "bond",
        "evaluation",
        "consortium",
        "delivery_days",
        "validity_days",
        "region",
        "qualifications",
        "required",
        "stars",
        "scoring",
    )
    truth = labels(t, printed)
    truth.pop("method")
    truth["stars"] = {_key(text) for text in t.stars}
    return _saved(doc), ".docx", truth


def change_text(seed: int) -> Made:
    """A change in running text: 原…现更正为…, or a postponed deadline."""
    t, rng = make(seed), random.Random(f"n{seed}")
    t = t.but(notice="correction")
    old = p.moment(t.published, "09:00", rng)
    new = p.moment(t.deadline, t.hour, rng)
    how = [
        f"1、原招标文件中“投标截止时间：{old}”，现更正为“投标截止时间：{new}”。",
        f"1.投标截止时间由原定{old}延期至{new}，开标时间同步调整。",
        f"更正前：投标文件递交截止时间为{old}\n更正后：投标文件递交截止时间为{new}",
        f"原投标截止时间：{old}，现变更为：{new}；",
    ][rng.randrange(4)]
    text = f"""{t.title}变更公告（一）
发布日期：{t.published.isoformat()}
各潜在投标人：
现将{t.title}（项目编号：{t.number}）有关内容变更如下：
{how}
2、其他内容不变，请各投标人知悉。
采购人：{t.buyer}
采购代理机构：{t.agency}
"""
    truth = labels(t, (*BASE, "agency", "deadline", "deadline_time"))
    truth.pop("regime")
    return text.encode("gb18030"), ".txt", truth


def mobile_list(seed: int) -> Made:
    """A mobile page: names and values in lists and in pairs of boxes, the text below."""
    rng = random.Random(f"o{seed}")
    t = make(seed, rng.choice(["goods", "services"]))
    t = t.but(method=rng.choice(["inquiry", "negotiation"]), evaluation="lowest_quote")

    def pair(name: str, value: str) -> str:
        return f"<li><label>{name}：</label><em>{value}</em></li>"

    html = f"""<!doctype html><html><body><section class="hd"><h1>{t.title}{PROCEDURES[t.method]}公告</h1><time>{t.published:%Y-%m-%d %H:%M}</time></section>
<ul>{pair("采购单位", t.buyer)}{pair("代理机构", t.agency)}{pair("所属地区", "".join(t.place))}{pair("采购方式", PROCEDURES[t.method])}
{pair("项目编号", t.number)}{pair("预算金额", p.wan(t.value) + " 万元")}{pair("响应截止时间", f"{t.deadline:%Y/%m/%d} {t.hour}")}</ul>
<article><p><b>一、采购项目名称</b>：{t.title}</p><p><b>二、最高限价</b>：{p.yuan(t.ceiling, rng)}</p>
<p><b>三、供应商资格要求</b></p>{"".join(f"<p>{i}. {text}。</p>" for i, (text, _) in enumerate(t.qualifications, 1))}
<p>{len(t.qualifications) + 1}. 本项目{"接受" if t.consortium else "不接受"}联合体。</p>
<p><b>四、政府采购政策</b></p><p>本项目{"为专门面向中小企业采购的项目" if t.sme == "whole" else "非专门面向中小企业采购，对小微企业报价给予10%的扣除"}。</p>
<p><b>五、交货期</b>：{p.span(t.delivery_days, rng)}</p><p><b>六、保证金</b>：本项目不收取保证金。</p>
<p><b>七、成交原则</b>：质量和服务均能满足采购文件实质性响应要求且最后报价最低。</p></article></body></html>"""
    printed = (
        "title",
        "number",
        "buyer",
        "notice",
        "regime",
        "category",
        "published",
        "agency",
        "value",
        "ceiling",
        "deadline",
        "deadline_time",
        "method",
        "evaluation",
        "sme_reserved",
        "consortium",
        "delivery_days",
        "region",
        "qualifications",
        "required",
    )
    return html.encode(), ".html", labels(t, printed)


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "consultation document": consultation_document,
    "provincial packages": province_packages,
    "works document DOCX": works_document,
    "change in text": change_text,
    "mobile list": mobile_list,
}
