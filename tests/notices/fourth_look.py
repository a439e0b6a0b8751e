"""Layouts written after the reader, without looking at it: what more portals make of the formats.

Written blind against the reader of commit 59df490, as the earlier sets were.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from aicfo_sdk.capital import to_capital

from . import printing as p
from .fourth_later import (
    award_table,
    correction_table,
    docx_document,
    failed_text,
    sole_source,
)
from .fourth_shared import KIND, WHOLE, draws, government, usual
from .truth import EVALUATIONS, PROCEDURES, make, with_lots
from .tuned import Made


def central_summary(seed: int) -> Made:
    """Return a page of the central portal: the summary table in pairs of columns, then the text."""
    rng, t = draws(seed), government(seed, "open", "consultation")
    act = {"open": ("招标", "投标"), "consultation": ("磋商", "响应")}[t.method]
    at = f"{t.deadline:%Y年%m月%d日} {t.hour[:2]}点{t.hour[3:]}分"
    special = "".join(f"<p>　　（{i}）{q}；</p>" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{t.title}{PROCEDURES[t.method]}公告</title></head><body>
<div class="vT_z"><p><a href="/">首页</a>&gt;<a href="/cggg/">政采公告</a>&gt;<a>地方公告</a></p></div>
<h2 class="tc">{t.title}{PROCEDURES[t.method]}公告</h2><p class="tc"><span id="pubTime">{t.published:%Y年%m月%d日} 18:54</span> 来源：<span>中国政府采购网</span>【<a>打印</a>】</p>
<div class="table"><table width="600"><tr><td colspan="4"><b>公告概要：</b></td></tr>
<tr><td class="title" colspan="4"><b>公告信息：</b></td></tr>
<tr><td class="title">采购项目名称</td><td colspan="3">{t.title}</td></tr>
<tr><td class="title">品目</td><td colspan="3">{KIND[t.category][:2]}/其他{KIND[t.category][:2]}</td></tr>
<tr><td class="title">采购单位</td><td colspan="3">{t.buyer}</td></tr>
<tr><td class="title">行政区域</td><td>{t.place[1]}</td><td class="title">公告时间</td><td>{t.published:%Y年%m月%d日} 18:54</td></tr>
<tr><td class="title">获取采购文件时间</td><td colspan="3">{t.published:%Y年%m月%d日}至{t.published:%Y年%m月}28日<br>每日上午:8:30 至 12:00&nbsp;下午:14:00 至 17:30（北京时间，法定节假日除外）</td></tr>
<tr><td class="title">响应文件递交地点</td><td colspan="3">{t.place[1]}公共资源交易中心三楼</td></tr>
<tr><td class="title">{"响应文件开启时间" if t.method != "open" else "开标时间"}</td><td colspan="3">{at}</td></tr>
<tr><td class="title">预算金额</td><td colspan="3">￥{t.value / 1_000_000:.6f}万元（人民币）</td></tr>
<tr><td colspan="4"><b>联系人及联系方式：</b></td></tr>
<tr><td class="title">项目联系人</td><td colspan="3">王工</td></tr>
<tr><td class="title">采购单位</td><td colspan="3">{t.buyer}</td></tr>
<tr><td class="title">采购单位联系方式</td><td colspan="3">李老师 025-88990011</td></tr>
<tr><td class="title">代理机构名称</td><td colspan="3">{t.agency}</td></tr></table></div>
<div class="vF_detail_content"><p><strong>项目概况</strong></p>
<p><u>{t.title}</u>&nbsp;{act[0]}项目的潜在供应商应在线上获取{act[0]}文件，并于<u>{at}</u>（北京时间）前{"递交投标文件" if act[1] == "投标" else "提交响应文件"}。</p>
<p><strong>一、项目基本情况</strong></p><p>项目编号：<span>{t.number}</span></p><p>项目名称：{t.title}</p><p>采购方式：{PROCEDURES[t.method]}</p>
<p>预算金额：{t.value / 1_000_000:.6f} 万元（人民币）</p><p>最高限价（如有）：{t.ceiling / 1_000_000:.6f} 万元（人民币）</p>
<p>采购需求：详见采购文件第五章。</p><p>合同履行期限：自合同签订之日起{t.delivery_days}日</p><p>本项目( {"接受" if t.consortium else "不接受"} )联合体投标。</p>
<p><strong>二、申请人的资格要求：</strong></p><p>1.满足《中华人民共和国政府采购法》第二十二条规定；</p><p>2.落实政府采购政策需满足的资格要求：</p><p>{WHOLE if t.sme == "whole" else "无"}</p><p>3.本项目的特定资格要求：</p>{special}
<p><strong>三、获取{act[0]}文件</strong></p><p>售价：￥500.0 元，本公告包含的文件售价总和</p>
<p><strong>四、{act[1]}文件提交</strong></p><p>截止时间：{at}（北京时间）</p>
<p><strong>五、公告期限</strong></p><p>自本公告发布之日起5个工作日。</p>
<p><strong>七、凡对本次采购提出询问，请按以下方式联系。</strong></p><p>1.采购人信息</p><p>名 称：{t.buyer}　　　　</p><p>地址：{"".join(t.place)}人民路1号</p><p>2.采购代理机构信息</p><p>名 称：{t.agency}</p><p>地　址：{t.place[1]}建设路{rng.randrange(9, 99)}号</p></div>
<div style="display:none">预算金额：1元</div></body></html>"""
    given: dict[str, Any] = {"sme_reserved": "whole" if t.sme == "whole" else None}
    return (
        html.encode(),
        ".html",
        usual(t, "ceiling bond-", given | {"region": t.place[1]}, evaluation=False),
    )


def zhejiang_spans(seed: int) -> Made:
    """Return a page of the Zhejiang cloud: every value in a bookmark span, lots as paragraphs."""
    rng, t = draws(seed), with_lots(government(seed, "open", "consultation"))
    word = "投标" if t.method == "open" else "响应"

    def mark(value: object) -> str:
        return f'<span class="bookmark-item uuid-{rng.randrange(10**9)} code-0000{rng.randrange(9)} editDisable single-line-text-input-box-cls">{escape(str(value))}</span>'

    lots = "".join(
        f"<p style='text-indent:2em'>标项{'一二三四'[int(no) - 1]}</p><p>标项名称: {mark(name)}</p><p>数量: {mark('不限')}</p><p>预算金额（元）: {mark(p.bare(value))}</p><p>简要规格描述或项目基本概况介绍、用途：{mark('详见采购文件')}</p><p>备注：</p>"
        for no, name, value in t.lots
    )
    special = "".join(
        f"<p>标项{i}：{q}；</p>" if i > 9 else f"<p>3.{i} {q}；</p>"
        for i, (q, _) in enumerate(t.qualifications, 1)
    )
    span = f"合同签订之日起{t.delivery_days}日历天"
    html = f"""<div id="template-center-mark"><style>#template-center-mark .selectTdClass{{background-color:#edf5fa !important}}</style>
<p style="text-align:center"><strong>{t.buyer}关于{t.title}的{PROCEDURES[t.method]}公告</strong></p>
<div style="border:2px solid"><p>项目概况</p><p>{mark(t.title)}招标项目的潜在投标人应在政采云平台（https://www.zcygov.cn/）获取（下载）采购文件，并于 {mark(f"{t.deadline:%Y年%m月%d日} {t.hour}")}（北京时间）前递交（上传）{word}文件。</p></div>
<p><strong>一、项目基本情况</strong></p><p>&nbsp;&nbsp;&nbsp; 项目编号：{mark(t.number)}</p><p>&nbsp;&nbsp;&nbsp; 项目名称：{mark(t.title)}</p><p>采购方式：{mark(PROCEDURES[t.method])}</p><p>&nbsp;预算金额（元）：{mark(p.bare(t.value))}</p><p>最高限价（元）：{mark(",".join(p.bare(v) for _, _, v in t.lots))}</p><p>采购需求：</p>{lots}
<p>合同履约期限：标项 1、2{"、3" if len(t.lots) > 2 else ""}，{mark(span)}</p><p>本项目（{mark("是" if t.consortium else "否")}）接受联合体投标。</p>
<p><strong>二、申请人的资格要求：</strong></p><p>1.满足《中华人民共和国政府采购法》第二十二条规定；未被“信用中国”（www.creditchina.gov.cn)列入失信被执行人名单；</p><p>2.落实政府采购政策需满足的资格要求：{mark("专门面向中小企业" if t.sme == "whole" else "无")}</p><p>3.本项目的特定资格要求：</p>{special}
<p><strong>三、获取招标文件</strong></p><p>时间：/至{mark(f"{t.deadline:%Y年%m月%d日}")} ，每天上午{mark("00:00至12:00")} ，下午{mark("12:00至23:59")}</p><p>售价（元）：{mark(0)}</p>
<p><strong>四、提交{word}文件截止时间、开标时间和地点</strong></p><p>提交{word}文件截止时间：{mark(f"{t.deadline:%Y年%m月%d日} {t.hour}")}（北京时间）</p><p>{word}地点（网址）：政采云平台</p><p>开标时间：{mark(f"{t.deadline:%Y年%m月%d日} {t.hour}")}</p>
<p><strong>五、采购意向公开链接</strong></p><p><strong>六、公告期限</strong></p><p>自本公告发布之日起5个工作日。</p><p><strong>八、凡对本次招标提出询问，请按以下方式联系</strong></p><p>1.采购人信息</p><p>名&nbsp;&nbsp;&nbsp; 称：{mark(t.buyer)}</p><p>地&nbsp;&nbsp;&nbsp; 址：{mark("".join(t.place) + "学府路8号")}</p><p>传真：/</p><p>项目联系人（询问）：{mark("陈")}</p><p>2.采购代理机构信息</p><p>名&nbsp; 称：{mark(t.agency)}</p><p>地&nbsp; 址：/</p><p>3.同级政府采购监督管理部门</p><p>名&nbsp;称：{mark(t.place[1] + "财政局")}</p></div>"""
    page = f'<html><head><meta charset="utf-8"><meta name="PubDate" content="{t.published} 10:22"></head><body><div>发布时间：{t.published:%Y-%m-%d}</div>{html}</body></html>'
    given: dict[str, Any] = {"sme_reserved": "whole" if t.sme == "whole" else None}
    return page.encode(), ".html", usual(t, "lots bond-", given, evaluation=False)


def guangdong_gbk(seed: int) -> Made:
    """Return a page of Guangdong in GB18030: packages with their tables, conditions by package."""
    t = with_lots(government(seed, "open", "consultation", "negotiation"))
    joint = "接受" if t.consortium else "不接受"
    packs = "".join(
        f"<p>采购包{no}({name}):</p><p>采购包预算金额：{value / 100:,.2f}元</p><table border=1><tr><td>品目号</td><td>品目名称</td><td>采购标的</td><td>数量（单位）</td><td>技术规格、参数及要求</td><td>品目预算(元)</td><td>最高限价(元)</td></tr><tr><td>{no}-1</td><td>其他服务</td><td>{name}</td><td>1(项)</td><td>详见采购文件</td><td>{value / 100:,.2f}</td><td>-</td></tr></table><p>本采购包{joint}联合体投标</p><p>合同履行期限：自合同签订之日起{t.delivery_days}日</p>"
        for no, name, value in t.lots
    )
    special = "".join(f"<p>({i}){q}。</p>" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><div class="noticeArea">
<p class="info-title">{t.title}{PROCEDURES[t.method]}公告</p><p class="info-source">发布机构：{t.agency}　发布时间：{t.published:%Y-%m-%d %H:%M:%S}</p>
<div class="innercontent"><h3>项目概况</h3><p>{t.title}采购项目的潜在供应商应在广东政府采购智慧云平台获取采购文件，并于 {t.deadline:%Y年%m月%d日} {t.hour.replace(":", "时")}分00秒 （北京时间）前递交文件。</p>
<h3>一、项目基本情况</h3><p>项目编号：{t.number}</p><p>项目名称：{t.title}</p><p>采购方式：{PROCEDURES[t.method]}</p><p>预算金额：{t.value / 100:,.2f}元</p><p>采购需求：</p>{packs}
<h3>二、申请人的资格要求：</h3><p>1.投标供应商应具备《政府采购法》第二十二条规定的条件，提供下列材料：</p><p>1）具有独立承担民事责任的能力；</p><p>2）有依法缴纳税收和社会保障资金的良好记录；</p><p>2.落实政府采购政策需满足的资格要求：</p><p>采购包1（{t.lots[0][1]}）落实政府采购政策需满足的资格要求如下:</p><p>{"采购包整体专门面向中小企业" if t.sme == "whole" else "无"}</p><p>3.本项目的特定资格要求：</p>{special}
<h3>三、获取采购文件</h3><p>时间：{t.published:%Y年%m月%d日} 至 {t.deadline:%Y年%m月%d日} ，每天上午 00:00:00 至 12:00:00 （北京时间,法定节假日除外）</p><p>售价：免费获取</p>
<h3>四、提交响应文件截止时间、开标时间和地点</h3><p>{t.deadline:%Y年%m月%d日} {t.hour.replace(":", "时")}分00秒 （北京时间）</p><p>递交文件地点：线上</p>
<h3>七、对本次采购提出询问，请按以下方式联系。</h3><p>1.采购人信息</p><p>名称：{t.buyer}</p><p>地址：{"".join(t.place)}</p><p>2.采购代理机构信息</p><p>名称：{t.agency}</p><p>3.项目联系方式</p><p>项目联系人：周小姐</p><p style="text-align:right">{t.agency}</p><p style="text-align:right">{t.published:%Y年%m月%d日}</p></div></div></body></html>"""
    given: dict[str, Any] = {"sme_reserved": "whole" if t.sme == "whole" else None}
    return html.encode("gb18030"), ".html", usual(t, "lots bond-", given, evaluation=False)


def works_prose(seed: int) -> Made:
    """Return a works notice of a trading centre as pasted text: the figures stand in sentences."""
    rng, t = draws(seed), make(seed, "works")
    wide = p.full_width if rng.random() < 0.4 else str
    y, m, d = t.deadline.year, t.deadline.month, t.deadline.day
    h, minute = t.hour.split(":")
    special = "\n".join(f"3.1.{i} {q}；" for i, (q, _) in enumerate(t.qualifications, 1))
    text = f"""{t.title}招标公告
发布日期：{t.published:%Y-%m-%d}  信息来源：{t.place[1]}公共资源交易中心  阅读次数：{rng.randrange(999)}
（招标编号：{t.number}）
1. 招标条件
本招标项目{t.title}已由{t.place[1]}发展和改革委员会以发改投资〔{t.published.year}〕{rng.randrange(99)}号批准建设，项目业主为{t.buyer}，建设资金来自财政资金，出资比例为100%，招标人为{t.buyer}，招标代理机构为{t.agency}。项目已具备招标条件，现对该项目的施工进行公开招标。
2. 项目概况与招标范围
2.1 建设地点：{"".join(t.place)}。
2.2 工程规模：改造道路{rng.randrange(300, 900)}米，合同估算价{p.wan(t.value)}万元。
2.3 计划工期：{wide(str(t.delivery_days))}日历天。
2.4 招标范围：施工图纸及工程量清单所示全部内容。
2.5 最高投标限价：{wide(p.wan(t.ceiling))}万元（大写：{to_capital(t.ceiling)}）。
3. 投标人资格要求
3.1 本次招标要求投标人须满足以下条件：
{special}
3.2 本次招标{"接受" if t.consortium else "不接受"}联合体投标。
4. 招标文件的获取
4.1 凡有意参加投标者，请于{t.published.year}年{t.published.month}月{t.published.day}日至{y}年{m}月{d}日，登录电子交易平台下载电子招标文件，每套售价0元。
5. 投标文件的递交
5.1 投标文件递交的截止时间（投标截止时间，下同）为{wide(str(y))}年{wide(str(m))}月{wide(str(d))}日{wide(h.lstrip("0"))}时{wide(minute)}分，投标人应在截止时间前通过电子交易平台递交。
5.2 逾期送达的投标文件，电子交易平台将予以拒收。
6. 投标保证金
6.1 本项目投标保证金的金额为人民币{to_capital(t.bond)}（{p.bare(t.bond)}元），投标有效期为{t.validity_days}天，自投标截止之日起算。
7. 评标办法
本项目采用{EVALUATIONS[t.evaluation]}。
8. 发布公告的媒介
本次招标公告同时在中国招标投标公共服务平台、{t.place[1]}公共资源交易网上发布。
9. 联系方式
招 标 人：{t.buyer}          招标代理机构：{t.agency}
地    址：{"".join(t.place)}胜利街          地    址：{t.place[1]}中山路
联 系 人：赵先生              联 系 人：钱女士
"""
    # A sum of the plan is told as 合同估算价, which is the estimate.
    return (
        text.encode(),
        ".txt",
        usual(t, "ceiling validity_days sme_reserved- method", {"region": "".join(t.place)}),
    )


def enterprise_list(seed: int) -> Made:
    """Return a request for quotations of a state enterprise's platform: a definition list."""
    t = government(seed, "inquiry")
    rows = [
        ("询比价单号", t.number),
        ("项目名称", t.title),
        ("采购单位", t.buyer),
        ("采购类型", KIND[t.category][:2]),
        ("采购方式", "公开询比价"),
        ("发布时间", f"{t.published:%Y-%m-%d} 09:12:33"),
        ("报价截止时间", f"{t.deadline:%Y-%m-%d} {t.hour}:00"),
        ("最高限价（含税）", f"{t.ceiling / 100:,.2f} 元"),
        ("项目预算", f"{p.wan(t.value)} 万元"),
        ("报价保证金", f"{t.bond // 100} 元" if t.bond else "无需缴纳"),
        ("交货/服务期", f"{t.delivery_days}天"),
        ("报价有效期", f"{t.validity_days}天"),
        ("评审办法", "最低报价法"),
        ("是否接受联合体", "是" if t.consortium else "否"),
    ]
    pairs = "".join(
        f"<dl class='item'><dt>{k}</dt><dd><span>{escape(v)}</span></dd></dl>" for k, v in rows
    )
    special = "".join(f"<li>{q}</li>" for q, _ in t.qualifications)
    html = f"""<html><head><meta charset="utf-8"><title>阳光采购平台</title></head><body><nav>首页 | 招标公告 | 询比价公告 | 中标公示</nav>
<h1>{t.title}询比价公告</h1><section class="base">{pairs}</section>
<section><h3>供应商资格要求</h3><ol>{special}</ol></section>
<section><h3>物资清单</h3><table><thead><tr><th>行号</th><th>物料名称</th><th>单位</th><th>数量</th></tr></thead><tbody><tr><td>10</td><td>{t.title[:8]}</td><td>项</td><td>1</td></tr></tbody></table></section>
<section><h3>联系方式</h3><div class="row"><div>联系人：</div><div>孙经理</div></div></section><footer>Copyright 2025 技术支持：400-000-0000</footer></body></html>"""
    made = usual(t, "agency- ceiling validity_days sme_reserved-", {"evaluation": "lowest_quote"})
    made.pop("regime")  # an enterprise's own rules; either reading of the law is arguable
    return html.encode(), ".html", made


def university_paste(seed: int) -> Made:
    """Return a university's notice as pasted from a chat: marks, brackets, amounts in capitals."""
    rng, t = draws(seed), government(seed, "consultation", "negotiation", "inquiry")
    half = "上午" if int(t.hour[:2]) < 12 else "下午"
    hour = int(t.hour[:2]) - (12 if int(t.hour[:2]) > 12 else 0)
    week = "一二三四五六日"[t.deadline.weekday()]
    special = "\n".join(f"{'①②③④'[i]}{q}" for i, (q, _) in enumerate(t.qualifications))
    text = f"""【采购公告】{t.title}{PROCEDURES[t.method]}公告

因工作需要，{t.buyer}（以下简称“采购人”）拟对{t.title}进行{PROCEDURES[t.method]}，欢迎符合条件的供应商参加。

🔹项目名称 {t.title}
🔹项目编号 {t.number}
🔹采购预算 人民币{to_capital(t.value)}（¥{t.value / 100:,.2f}）
🔹最高限价 同采购预算
🔹服务期限 自合同签订之日起{t.delivery_days}天

【供应商资格】
{special}
{"可以" if t.consortium else "不得"}以联合体形式参加。

【报名与文件领取】
即日起至{t.published.month}月28日，工作时间到资产处{rng.randrange(100, 500)}室领取，工本费200元。

【响应文件递交】
⏰截止时间 {t.deadline.year}年{t.deadline.month}月{t.deadline.day}日（周{week}）{half}{hour}:{t.hour[3:]}
📍地点 行政楼{rng.randrange(100, 500)}会议室

【保证金】
磋商保证金 ¥{t.bond // 100} 元，从单位账户转出。

【评审】
{"综合评分法" if t.method == "consultation" else "在满足采购需求的前提下，按最终报价最低原则确定成交供应商"}

☎联系：吴老师 0512-6655{rng.randrange(1000, 9999)}

{t.buyer}
{p.chinese_day(t.published)}
"""
    made = usual(t, "agency- sme_reserved- ceiling", {"ceiling": t.value})
    made.pop("regime")
    return text.encode(), ".txt", made


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "central summary table": central_summary,
    "zhejiang spans": zhejiang_spans,
    "guangdong packages, GB18030": guangdong_gbk,
    "works in sentences": works_prose,
    "enterprise definition list": enterprise_list,
    "university paste": university_paste,
    "award tables, GB18030": award_table,
    "correction table": correction_table,
    "failed procurement": failed_text,
    "sole source table": sole_source,
    "document with controls, docx": docx_document,
}
