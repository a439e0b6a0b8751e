"""Layouts of the army, a telecom, a hospital, a village and four public portals, for a ninth look.

Written, labels and all, by one who had not seen the reader, and stored before it read them.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from aicfo_sdk.capital import to_capital

from . import printing as p
from .fourth_shared import government, usual
from .labels import labels
from .truth import EVALUATIONS, GOODS, make, with_lots
from .tuned import Made

_WEEK = "一二三四五六日"
ARMY_STARS = (
    "防水等级不低于IPX6,并提供具有CMA标志的检测报告",
    "工作温度范围:-41℃~+46℃",
    "整机重量≤12.5kg(不含包装)",
    "自交货之日起质保期不少于36个月,质保期内免费上门维修",
    "随装配发中文使用说明书、合格证及装箱清单各1份",
    "主要面料断裂强力(经向)≥1800N",
)
HOSPITAL_STARS = (
    "具备双通道同步采集功能,采样频率≥1000Hz",
    "主机与耗材为同一品牌,耗材须可单独挂网采购",
    "开机自检时间≤60s",
    "提供接口与我院HIS、LIS系统对接,对接费用包含在报价内",
    "锂电池续航时间不少于4小时",
)
WORKS_NEEDS = (
    (
        "具备住房城乡建设主管部门核发的建筑工程施工总承包三级及以上资质",
        "建筑工程施工总承包三级及以上资质",
    ),
    ("具有有效的安全生产许可证", "安全生产许可证"),
    ("拟派项目经理须具有建筑工程专业二级及以上注册建造师执业资格,且未担任其他在建工程项目经理", ""),
    ("近五年完成过合同金额不低于200万元的类似工程业绩", ""),
)


def _needs(seed: int) -> tuple[tuple[str, str], ...]:
    return tuple(random.Random(f"needs {seed}").sample(WORKS_NEEDS, 3))


def _cn(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def _half(hour: str) -> str:
    h = int(hour[:2])
    minutes = "" if hour.endswith(":00") else f"{hour[3:]}分"
    return f"上午{h}时{minutes}" if h < 12 else f"下午{h - 12}时{minutes}"


def army(seed: int) -> Made:
    """Return the army net's open tender for goods: numbered heads, a table of goods, ★ and ▲."""
    rng = random.Random(f"ninth army {seed}")
    t = make(seed, "goods")
    what = rng.choice(["野营帐篷", "单兵净水装置", "便携式电源", "训练防护器材"])
    t = t.but(
        method="open",
        evaluation="comprehensive_scoring",
        title=f"{what}采购项目",
        number=f"{t.published.year}-JL{rng.randrange(10, 99)}-W{rng.randrange(1000, 9999)}",
        buyer=f"驻{t.place[1]}某部队保障部",
        stars=tuple(rng.sample(ARMY_STARS, 4)),
    )
    needs = "".join(
        f"<p>（{n}）{q}；</p>" for n, (q, _) in zip("四五六", t.qualifications, strict=False)
    )
    clauses = [f"★{one}" for one in t.stars] + [f"▲{one}" for one in t.importants]
    demands = "".join(f"<p>{i}.{one}；</p>" for i, one in enumerate(clauses, 1))
    bond = (
        f"投标保证金为人民币{to_capital(t.bond)}，以电汇方式于投标截止前到账。"
        if t.bond
        else "本项目免收投标保证金。"
    )
    html = f"""<html><head><meta charset="utf-8"><title>军队采购网</title></head><body>
<div class="crumb">当前位置：<a>首页</a>&gt;<a>采购公告</a>&gt;<a>公开招标公告</a></div><h1>{t.title}公开招标公告</h1>
<div class="sub">发布时间：{t.published:%Y-%m-%d} | 有效期至：{t.published + timedelta(days=5):%Y-%m-%d} | 阅读：{rng.randrange(90, 900)} | <a>收藏</a> <a>打印</a></div>
<p>我部就以下项目进行国内公开招标采购，采购资金已全部落实，欢迎符合条件的供应商参加投标。</p>
<p><strong>一、项目名称：</strong>{t.title}</p><p><strong>二、项目编号：</strong>{t.number}</p><p><strong>三、项目概况：</strong></p>
<table border="1"><tr><td>序号</td><td>物资名称</td><td>计量单位</td><td>数量</td><td>最高限价（万元）</td><td>交货时间</td><td>交货地点</td></tr>
<tr><td>1</td><td>{what}</td><td>套</td><td>{rng.randrange(20, 300)}</td><td>{p.wan(t.ceiling)}</td><td>合同签订后{t.delivery_days}日历日内</td><td>{"".join(t.place)}</td></tr></table>
<p><strong>四、投标供应商资格条件：</strong></p><p>（一）符合军队采购供应商资格条件，具有独立承担民事责任的能力；</p><p>（二）单位负责人为同一人或者存在直接控股、管理关系的不同供应商，不得同时参加同一包的采购活动；</p><p>（三）未被列入军队采购失信名单；</p>{needs}
<p>（{"四五六七"[len(t.qualifications)]}）本项目{"接受" if t.consortium else "不接受"}联合体投标。</p>
<p><strong>五、主要技术要求</strong>（标注“★”的为实质性要求，有一项不满足即作无效投标处理；标注“▲”的为重要指标）</p>{demands}
<p><strong>六、招标文件申领</strong></p><p>申领时间：{_cn(t.published)}至{_cn(t.published + timedelta(days=5))}，每日8:30-11:30，14:30-17:00。申领方式：现场或网上申领，免费。</p>
<p><strong>七、投标与开标</strong></p><p>投标开始时间：{_cn(t.deadline)}8时00分；投标截止时间及开标时间：{_cn(t.deadline)}{t.hour[:2]}时{t.hour[3:]}分（北京时间）；逾期送达的投标文件不予受理。</p>
<p><strong>八、评标方法：</strong>综合评分法。</p><p><strong>九、投标保证金：</strong>{bond}</p>
<p><strong>十、联系方式</strong></p><p>采购单位：{t.buyer}</p><p>联系人：刘助理　电话：0000-6688{seed % 90 + 10}</p><p>采购代理机构：{t.agency}</p><p>纪检监督电话：0000-668800</p>
<div class="foot">版权所有 军队采购网 | 网站声明 | 供应商服务热线</div></body></html>"""
    add = "value- ceiling region stars importants sme_reserved-"
    truth = usual(t, add, {})
    truth.pop("regime")  # the army buys by rules of its own, which the notice does not name
    return html.encode(), ".html", truth


def telecom_selection(seed: int) -> Made:
    """Return a telecom branch's selection (比选) by its own rules: 1., 1.1 and facts in sentences."""
    rng = random.Random(f"ninth telecom {seed}")
    t = make(seed, "services")
    short = t.place[0].removesuffix("省").removesuffix("自治区").removesuffix("壮族")
    what = rng.choice(["营业厅保洁服务", "客户经理外呼支撑服务", "基站代维服务", "车辆租赁服务"])
    t = t.but(
        title=f"中国移动{short}公司{t.place[1].removesuffix('市')}分公司{t.published.year}年{what}采购项目",
        buyer=f"中国移动通信集团{short}有限公司{t.place[1].removesuffix('市')}分公司",
        number=f"CMCC-{rng.choice('ABCD')}{rng.randrange(10**7, 10**8)}",
        evaluation="comprehensive_scoring",
    )
    span = {365: "一年", 730: "两年"}.get(t.delivery_days, f"{t.delivery_days}个日历日")
    needs = "".join(f"<p>3.{i} {q}。</p>" for i, (q, _) in enumerate(t.qualifications, 2))
    n = len(t.qualifications) + 2
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>采购与招标网</title><script>window.x={{}};</script></head><body><div id="top">用户登录 | 供应商注册 | 帮助中心</div><div id="tt">比选公告</div><h2>{t.title}_比选公告</h2>
<p class="zi">来源单位：{t.buyer}　发布时间：{t.published:%Y年%m月%d日}</p>
<p>1. 采购条件</p><p>本采购项目为{t.title}（采购项目编号：{t.number}），采购人为{t.buyer}，采购代理机构为{t.agency}。项目资金由企业自筹，已落实。项目已具备采购条件，现进行公开比选，有意向的潜在应答人（以下简称应答人）可前来应答。</p>
<p>2. 项目概况与采购内容</p><p>2.1 项目概况：为满足日常经营需要，采购{what}，具体见比选文件。</p><p>2.2 本项目设置最高应答限价，应答总价不含税不得高于{t.ceiling / 100:,.2f}元，否则其应答将被否决。</p><p>2.3 服务期限：自合同签订之日起{span}。</p><p>2.4 本项目不划分采购包，中选份数为1份。</p>
<p>3. 应答人资格要求</p><p>3.1 应答人须具有独立法人资格或为其分支机构，并能开具增值税专用发票。</p>{needs}<p>3.{n} 本项目{"接受" if t.consortium else "不接受"}联合体应答。</p>
<p>4. 资格审查方法：本项目将进行资格后审。</p><p>5. 比选文件的获取</p><p>凡有意参加者，请于{_cn(t.published)}17时至{_cn(t.published + timedelta(days=4))}17时（北京时间）登录电子采购系统下载，文件售价0元。</p>
<p>6. 应答文件的递交</p><p>6.1 应答文件递交的截止时间（应答截止时间，下同）为{_cn(t.deadline)}{int(t.hour[:2])}时{t.hour[3:]}分（北京时间），应答人须在此之前将应答文件上传至系统。</p><p>6.2 本项目不收取应答保证金。</p><p>7. 评审办法：采用综合评分法。</p>
<p>8. 发布公告的媒介：本公告仅在采购与招标网上发布，其他媒介转发无效。</p><p>9. 联系方式</p><p>采购人：{t.buyer}<br>地址：{"".join(t.place)}和平路{seed % 200}号<br>联系人：周先生<br>采购代理机构：{t.agency}<br>电子邮件：zb@example.com</p><p>附件：<a>应答人信息登记表.xlsx</a></p></body></html>"""
    add = "value- ceiling method- sme_reserved-"
    return html.encode(), ".html", usual(t, add, {"regime": None, "bond": None})


def standard_works(seed: int) -> Made:
    """Return the standard notice of 2017 for works as DOCX: paragraphs, and a table of contacts."""
    from docx import Document

    rng = random.Random(f"ninth works {seed}")
    t = make(seed, "works").but(qualifications=_needs(seed))
    total = t.value * rng.randrange(150, 300) // 10**11 / 100 + 1
    bond = (
        f"人民币（大写）{to_capital(t.bond)}（小写：{t.bond / 100:.2f}元）"
        if t.bond
        else "本项目不要求提交投标保证金"
    )
    joint = (
        "3.2 本次招标接受联合体投标。联合体投标的，联合体成员不得超过2家，并应签订联合体协议书。"
        if t.consortium
        else "3.2 本次招标不接受联合体投标。"
    )
    document: Any = Document()
    document.add_heading(f"{t.title}招标公告", 0)
    for line in (
        "1. 招标条件",
        f"本招标项目{t.title}（招标项目编号：{t.number}）已由{t.place[1]}行政审批局以审批投〔{t.published.year}〕{rng.randrange(9, 99)}号批准建设，项目业主为{t.buyer}，建设资金来自财政资金，项目出资比例为100%，招标人为{t.buyer}。项目已具备招标条件，依据《中华人民共和国招标投标法》等规定，现对该项目的施工进行公开招标。",
        "2. 项目概况与招标范围",
        f"2.1 建设地点：{''.join(t.place)}。",
        f"2.2 建设规模：工程总投资约{total:.2f}亿元，本次招标为其中一部分。",
        f"2.3 本标段合同估算价：{p.wan(t.value)}万元。",
        f"2.4 招标控制价（最高投标限价）：{t.ceiling / 100:,.2f}元。",
        f"2.5 计划工期：{t.delivery_days}日历天；缺陷责任期：24个月。",
        "2.6 招标范围：施工图纸及工程量清单所示全部内容。",
        "3. 投标人资格要求",
        "3.1 本次招标要求投标人须具备以下条件：",
        *[f"3.1.{i} {q}；" for i, (q, _) in enumerate(t.qualifications, 1)],
        joint,
        "4. 招标文件的获取",
        f"凡有意参加投标者，请于{_cn(t.published)}9时00分至{_cn(t.published + timedelta(days=5))}17时00分（北京时间，下同），登录公共资源电子交易平台下载电子招标文件。",
        "5. 投标文件的递交",
        f"5.1 投标文件递交的截止时间为{_cn(t.deadline)}{int(t.hour[:2])}时{t.hour[3:]}分，投标人应在截止时间前通过电子交易平台递交电子投标文件。",
        "5.2 逾期送达的投标文件，电子交易平台将予以拒收。",
        f"5.3 投标保证金：{bond}。",
        f"5.4 投标有效期：{t.validity_days}日历天（从投标截止之日算起）。",
        f"6. 评标办法：{EVALUATIONS[t.evaluation]}",
        "7. 发布公告的媒介",
        "本次招标公告同时在中国招标投标公共服务平台、省公共资源交易网上发布。",
        "8. 联系方式",
    ):
        document.add_paragraph(line)
    rows = (
        (f"招标人：{t.buyer}", f"招标代理机构：{t.agency}"),
        ("地  址：市民大道6号", "地  址：科技路88号A座"),
        ("联系人：孙科长", "联系人：吴工"),
    )
    table = document.add_table(rows=3, cols=2)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    document.add_paragraph(p.chinese_day(t.published))
    out = BytesIO()
    document.save(out)
    return out.getvalue(), ".docx", usual(t, "ceiling region validity_days sme_reserved-", {})


def hospital_own(seed: int) -> Made:
    """Return a hospital's own selection (院内遴选) as DOCX: ★ beside numbers, points in brackets."""
    from docx import Document

    rng = random.Random(f"ninth hospital {seed}")
    t = make(seed, "goods")
    value = rng.randrange(30, 480) * 100_000
    hospital = t.place[1] + rng.choice(["第二人民医院", "中医医院", "口腔医院"])
    what = rng.choice(["多参数监护仪", "高频电刀", "超声骨密度仪", "电子内窥镜清洗工作站"])
    t = t.but(
        title=f"{hospital}{what}采购项目",
        buyer=hospital,
        value=value,
        number=f"YNLX-{t.published.year}-{rng.randrange(1, 200):03d}",
        evaluation="comprehensive_scoring",
        stars=tuple(rng.sample(HOSPITAL_STARS, 3)),
    )
    document: Any = Document()
    document.add_paragraph(hospital)
    document.add_paragraph(f"关于{what}采购项目院内遴选的公告")
    for line in (
        "各潜在供应商：",
        "因临床工作需要，根据《医院采购管理办法》，我院拟对以下项目进行院内公开遴选，现将有关事宜公告如下：",
        f"一、项目编号：{t.number}",
        f"二、项目名称：{t.title}",
        f"三、采购数量及预算：{rng.randrange(1, 6)}台，总预算{p.wan(t.value)}万元",
        "四、技术参数（打“★”项为必须满足项，任何一项负偏离即取消资格）：",
    ):
        document.add_paragraph(line)
    demands = [("★", one) for one in t.stars] + [("▲", one) for one in t.importants]
    demands = [*demands[:1], ("", "具有中文操作界面"), *demands[1:]]
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "序号", "参数要求"
    for i, (mark, text) in enumerate(demands, 1):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = f"{mark}{i}", text
    for line in (
        "五、供应商资格要求：",
        "1、具有独立承担民事责任的能力；",
        *[f"{i}、{q}；" for i, (q, _) in enumerate(t.qualifications, 2)],
        f"六、报名时间：{_cn(t.published)}至{_cn(t.published + timedelta(days=3))}（工作日8:00-17:30），将报名表发送至邮箱cgb@example.com。",
        f"七、遴选文件递交截止时间：{_cn(t.deadline)}（星期{_WEEK[t.deadline.weekday()]}）{t.hour}，地点：行政楼4楼采购办。",
        f"八、供货时间：签订合同后{t.delivery_days}天内。",
        "九、评审办法：综合评分法，满分100分，其中：",
        *[
            f"（{i}）{name}（{points // 1000}分）；"
            for i, (_, name, points) in enumerate(t.scores, 1)
        ],
        "十、联系人：采购办 何老师  电话：0000-1234567",
        "附件：1.报名表  2.报价单",
        hospital,
        _cn(t.published),
    ):
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    add = "agency- method- bond- consortium- sme_reserved- stars importants scoring"
    return out.getvalue(), ".docx", usual(t, add, {"regime": None})


def province_list(seed: int) -> Made:
    """Return a province's consultation as a definition list, packages reserved in part."""
    t = with_lots(government(seed, "consultation"))
    first = "采购包1专门面向中小企业采购，其余采购包不专门面向中小企业采购"
    needs = "<br/>".join(f"({i}){q}" for i, (q, _) in enumerate(t.qualifications, 1))
    when = f"{t.deadline:%Y年%m月%d日} {t.hour[:2]}时{t.hour[3:]}分00秒"
    rows = "".join(
        f"<tr><td>{no}</td><td>{name}</td><td>1项</td><td>{value / 100:,.2f}</td><td>详见附件</td></tr>"
        for no, name, value in t.lots
    )
    pairs = (
        ("采购项目编号", t.number),
        ("采购项目名称", t.title),
        ("采购方式", "竞争性磋商"),
        ("采购预算总额（元）", f"{t.value / 100:,.2f}"),
        ("合同履约期限", f"自合同生效之日起{t.delivery_days}日内"),
        ("联合体", f"本项目{'允许' if t.consortium else '不允许'}联合体参加磋商"),
        ("基本资格", "符合《中华人民共和国政府采购法》第二十二条规定的条件"),
        ("落实政府采购政策", first),
        ("特定资格", needs),
        (
            "文件获取",
            f"{t.published:%Y年%m月%d日}至{t.published + timedelta(days=5):%Y年%m月%d日}，凭CA登录系统免费获取",
        ),
        ("响应文件提交截止时间", when),
        ("响应文件开启时间", when),
        ("磋商保证金", "各采购包均按其预算的1%收取"),
        ("评审方法", "综合评分法"),
        ("公告期限", "3个工作日"),
        ("采购人", t.buyer),
        ("采购人地址", "".join(t.place) + "府前街1号"),
        ("采购代理机构", t.agency),
        ("代理机构联系人", "陈小姐 020-00000000"),
    )
    items = "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in pairs)
    html = f"""<!doctype html><html><head><meta charset="utf-8"><title>{t.title}竞争性磋商公告-政府采购网</title></head><body><header><ul><li>首页</li><li>信息公告</li><li>监督检查</li></ul></header><main><h1>{t.title}竞争性磋商公告</h1><div>发布机构：{t.agency} 发布日期：{t.published:%Y-%m-%d %H:%M:%S} 【<a>大</a> <a>中</a> <a>小</a>】</div><dl>{items}</dl><h4>采购包情况</h4><table><thead><tr><th>采购包</th><th>采购包名称</th><th>数量</th><th>采购包预算（元）</th><th>技术要求</th></tr></thead><tbody>{rows}</tbody></table><p>相关附件：<a href="/f/1.pdf">委托代理协议.pdf</a></p></main><footer>主办：财政厅 备案号：X备00000000号</footer></body></html>"""
    return html.encode(), ".html", usual(t, "lots", {"sme_reserved": "part", "bond": None})


def works_result(seed: int) -> Made:
    """Return a trading centre's result of a works tender: pairs in a table, two a row."""
    rng = random.Random(f"ninth result {seed}")
    t = make(seed, "works").but(notice="award")
    pairs = (
        ("招标项目名称", t.title, "招标项目编号", t.number),
        ("招标人", t.buyer, "招标代理机构", t.agency),
        ("招标方式", "公开招标", "最高投标限价（元）", f"{t.ceiling / 100:.2f}"),
        (
            "中标候选人公示期",
            f"{t.published - timedelta(days=5)}至{t.published - timedelta(days=2)}",
            "公告类型",
            "中标结果公告",
        ),
        ("中标人", t.supplier, "统一社会信用代码", f"91{rng.randrange(10**14, 10**15)}X"),
        ("中标价（元）", f"{t.award / 100:.2f}", "中标工期", f"{t.delivery_days}日历天"),
        ("项目负责人", "马某某", "证书编号", f"苏2{rng.randrange(10**11, 10**12)}"),
    )
    rows = "".join(
        f"<tr><th>{a}</th><td>{b}</td><th>{c}</th><td>{d}</td></tr>" for a, b, c, d in pairs
    )
    html = f"""<html><head><title>公共资源交易中心</title><meta charset="gb2312"></head><body><div>您的位置：首页 &gt;&gt; 交易信息 &gt;&gt; 工程建设 &gt;&gt; 中标结果</div><h3>{t.title}中标结果公告</h3><p align="center">信息时间：{t.published:%Y/%m/%d}　　点击数：{rng.randrange(20, 400)}</p><p>根据《中华人民共和国招标投标法》及其实施条例的规定，本项目评标工作已结束，中标候选人公示期内无异议，现将中标结果公告如下：</p><table width="98%">{rows}</table><p>联系电话：0000-5550{seed % 100:02d}　监督部门：住房和城乡建设局</p><div>上一篇：无　下一篇：某道路工程中标结果公告</div></body></html>"""
    shown = "title number buyer agency method ceiling suppliers awarded delivery_days published"
    printed = [*shown.split(), "notice", "category", "regime"]
    return html.encode("gb18030"), ".html", labels(t, printed)


def village(seed: int) -> Made:
    """Return a village committee's small works in GB18030 text, by the township's own rules."""
    rng = random.Random(f"ninth village {seed}")
    t = make(seed, "works")
    name = rng.choice(["双桥", "石埠", "新丰", "柳河"])
    town = rng.choice(["清溪镇", "龙潭镇", "白马乡"])
    ceiling = rng.randrange(80, 1900) * 20_000 + 4_000_000
    t = t.but(
        title=town
        + name
        + "村"
        + rng.choice(["通组路硬化工程", "文化广场修缮工程", "灌溉渠道清淤工程"]),
        buyer=f"{t.place[2]}{town}{name}村民委员会",
        number=f"{rng.choice('QLB')}XE{t.published.year}{rng.randrange(1, 90):03d}",
        ceiling=ceiling,
        bond=rng.choice([200_000, 300_000, 500_000]),
        delivery_days=rng.choice([20, 25, 40, 60]),
        evaluation="reviewed_lowest_price",
        qualifications=_needs(seed)[:2],
    )
    needs = "\r\n".join(f"  {i}.{q}；" for i, (q, _) in enumerate(t.qualifications, 1))
    text = f"""{t.title}发包公告

    经村民代表会议表决通过，并报{town}人民政府备案，按照《{town}小型工程项目交易管理暂行办法》，我村拟公开发包{t.title}，现公告如下：
一、交易编号：{t.number}
二、发包人：{t.buyer}
三、工程地点：{"".join(t.place)}{town}{name}村
四、资金来源：村集体资金及一事一议奖补
五、发包控制价：{to_capital(t.ceiling)}（￥{t.ceiling // 100}元），报价超出者作废标处理
六、工期：自开工之日起{t.delivery_days}天完工
七、竞包人资格：
{needs}
  {len(t.qualifications) + 1}.本工程{"可以" if t.consortium else "不得"}以联合体形式参加。
八、报名：{t.published.month}月{t.published.day}日至{(t.published + timedelta(days=4)).month}月{(t.published + timedelta(days=4)).day}日到{town}公共资源交易站登记，资料费100元，售后不退。
九、竞包保证金：{t.bond // 100}元，未中选的三日内无息退回。
十、竞包文件递交截止时间：{_cn(t.deadline)}{_half(t.hour)}，地点：{town}公共资源交易站（政府大院一楼），过时不候。
十一、定标办法：经评审的最低投标价法。
十二、履约保证金：中选价的5%。
    监督举报电话：0000-77{seed % 90 + 10}（镇纪委）

                    {t.buyer}
                    {_cn(t.published)}
""".replace("\r\n", "\n")
    truth = usual(t, "agency- value- ceiling region sme_reserved-", {"regime": None})
    truth["region"] = f"{''.join(t.place)}{town}{name}村"
    truth.pop("method")  # 公开发包 is no procedure of either law
    return text.encode("gb18030"), ".txt", truth


def university_delay(seed: int) -> Made:
    """Return a university's second correction in sentences: the deadline and the ceiling change."""
    t = government(seed, "open").but(notice="correction")
    school = t.place[1].removesuffix("市") + "理工大学"
    t = t.but(buyer=school, title=school + GOODS[seed % len(GOODS)], category="goods")
    before = t.deadline - timedelta(days=6)
    html = f"""<html><head><meta charset="utf-8"><title>{t.title}延期及更正公告（二）</title></head><body><div class="logo">{school}招标与采购管理中心</div><div class="col">通知公告 / 更正公告</div><article><h2>{t.title}更正公告（第二次）</h2><time>{t.published:%Y.%m.%d}</time>
<section><h4>项目信息</h4><span>项目编号</span>：<b>{t.number}</b><br><span>项目名称</span>：<b>{t.title}</b></section>
<section><h4>更正事项</h4><ol><li>原定投标截止时间及开标时间{_cn(before)}09:00，现更正为{_cn(t.deadline)}{t.hour}，地点不变。</li><li>原最高限价{p.wan(t.value + 5_000_000)}万元，现更正为{p.wan(t.ceiling)}万元。</li><li>除上述内容外，招标文件其他内容不变，本更正公告为招标文件的组成部分。</li></ol></section>
<section><h4>联系方式</h4><p>采购人：{school}，联系人：邓老师</p><p>代理机构：{t.agency}，联系人：小范</p></section><p>特此公告，由此带来的不便敬请谅解。</p></article><div class="share">分享到：微信 微博</div></body></html>"""
    shown = "title number buyer agency published deadline deadline_time ceiling notice category"
    truth = labels(t, shown.split())
    truth.pop("regime")
    return html.encode(), ".html", truth


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "army's open tender": army,
    "telecom's selection": telecom_selection,
    "standard works notice, docx": standard_works,
    "hospital's own selection, docx": hospital_own,
    "province's packages, definition list": province_list,
    "result of a works tender": works_result,
    "village's small works": village,
    "university's second correction": university_delay,
}
