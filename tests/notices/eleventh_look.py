"""Layouts of an army inquiry, a bank's own selection, a works tender and more, an eleventh look.

Written, labels and all, by one who had not seen the reader, and stored before it read them.
"""

# ruff: noqa: E501, ISC004 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from aicfo_sdk.capital import to_capital

from . import printing as p
from .eleventh_later import consultation_docx, works_standard
from .fourth_shared import usual
from .labels import labels
from .truth import COMPANIES, GOODS, PROCEDURES, SERVICES, make, with_lots
from .tuned import BASE, Made

NUMERALS = "一二三四五六七八九十"


def army_inquiry(seed: int) -> Made:
    """Return an army unit's inquiry: numbered sections, then the contacts as a table."""
    rng = random.Random(f"tenth army {seed}")
    t = make(seed, "goods").but(method="inquiry", evaluation="lowest_quote")
    unit = rng.choice(
        [f"{rng.randrange(31000, 96999)}部队", f"联勤保障部队第九{rng.choice('一六八')}〇医院"]
    )
    # Lowest price is how offers of an inquiry are compared, by its own rules.
    t = t.but(
        buyer=unit,
        title=f"{rng.choice(['', f'{t.published.year}年度'])}{rng.choice(GOODS)}",
        number=f"{t.published.year}-J{rng.choice('QLK')}{rng.randrange(1, 70):02d}-W{rng.randrange(1000, 9999)}",
    )
    d, u = t.deadline, t.published
    hour, minute = int(t.hour[:2]), t.hour[3:]
    when = rng.choice(
        [
            f"{d.year}年{d.month}月{d.day}日{hour}时{minute}分",
            f"{d.year}年{d.month:02d}月{d.day:02d}日{t.hour}",
            f"{d.year}年{d.month}月{d.day}日{'上午' if hour < 12 else '下午'}{hour if hour < 13 else hour - 12}:{minute}",
        ]
    )
    special = "".join(f"<p>（{i}）{q}；</p>" for i, (q, _) in enumerate(t.qualifications, 4))
    money = rng.choice(
        [f"{p.wan(t.ceiling)}万元", f"人民币{p.bare(t.ceiling)}元", f"{to_capital(t.ceiling)}"]
    )
    sections = [
        (
            "项目概况",
            f"<p>（一）项目名称：{t.title}</p><p>（二）项目编号：{t.number}</p>"
            f"<p>（三）最高限价：{money}，报价超出最高限价的，按无效报价处理。</p>"
            f"<p>（四）交货时间：合同签订后{t.delivery_days}日内。</p><p>（五）交货地点：采购单位指定地点。</p>",
        ),
        (
            "报价供应商资格条件",
            "<p>（1）符合《中华人民共和国政府采购法》第二十二条资格条件；</p><p>（2）国有企业、事业单位、军队单位或成立三年以上的非外资（含港澳台）独资或控股企业；</p>"
            f"<p>（3）未被列入军队采购失信名单；</p>{special}<p>（{len(t.qualifications) + 4}）{'允许两家以内供应商组成联合体参加报价' if t.consortium else '本项目不接受联合体报价'}。</p>",
        ),
        (
            "询价文件申领时间、地点、方式",
            f"<p>申领时间：{u.year}年{u.month}月{u.day}日起5个工作日，每日8:30至11:30、14:30至17:00。</p><p>申领方式：网上申领，发送授权书、营业执照扫描件至指定邮箱。</p><p>询价文件售价：免费。</p>",
        ),
        (
            "报价文件递交时间、地点、方式",
            f"<p>报价文件递交截止时间：{when}</p><p>报价文件递交地点：营区北门接待室。只接受现场递交，不接受邮寄。</p>",
        ),
        ("报价保证金", f"<p>金额：{p.bare(t.bond)}元，从基本账户电汇。</p>"),
        (
            "本项目相关信息发布媒介",
            "<p>军队采购网（www.plap.mil.cn）。其他媒介转载无效。</p>",
        ),
    ]
    if rng.random() < 0.5:
        sections[4], sections[5] = sections[5], sections[4]
    style = rng.choice(["{}、", "{}. "])
    body = "".join(
        f"<h4>{style.format(NUMERALS[i] if style[-1] == '、' else i + 1)}{head}</h4>{text}"
        for i, (head, text) in enumerate(sections)
    )
    last = style.format(NUMERALS[len(sections)] if style[-1] == "、" else len(sections) + 1)
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{t.title}询价公告-军队采购网</title></head><body>
<div class="top"><a>首页</a> | <a>采购公告</a> | <a>失信名单</a> | <a>下载中心</a></div><div class="crumb">当前位置：首页 &gt; 采购公告 &gt; 物资 &gt; 询价公告</div>
<h2>{t.title}询价公告</h2><div class="sub">公告类型：询价公告　　发布时间：{u:%Y-%m-%d}　　浏览次数：{rng.randrange(20, 900)}　　<a>收藏</a> <a>打印</a></div>
<p>{t.agency}受{t.buyer}委托，就{t.title}进行国内询价采购，欢迎符合条件的供应商参加报价。</p>{body}
<h4>{last}联系方式</h4><table border="1"><tr><td></td><td>采购单位</td><td>采购代理机构</td></tr><tr><td>名称</td><td>{t.buyer}</td><td>{t.agency}</td></tr>
<tr><td>联系人</td><td>刘助理</td><td>孙女士</td></tr><tr><td>电话</td><td>0371-6620{rng.randrange(1000, 9999)}</td><td>1360000{rng.randrange(1000, 9999)}</td></tr><tr><td>地址</td><td>/</td><td>{"".join(t.place)}长江路{rng.randrange(2, 90)}号</td></tr></table>
<p>监督电话：0371-6620{rng.randrange(1000, 9999)}</p><div class="foot">附件：询价文件申领登记表.docx　点击下载　　军队采购网 版权所有</div></body></html>"""
    truth = usual(t, "value- ceiling sme_reserved-", {})
    truth.pop("regime")  # the army buys under rules of its own, near those of the law it cites
    return html.encode(), ".html", truth


def bank_selection(seed: int) -> Made:
    """Return a bank's selection of a service by its own rules: dl pairs or rows of divs, 万元."""
    rng = random.Random(f"tenth bank {seed}")
    t = make(seed, "services")
    t = t.but(
        buyer=rng.choice(
            [
                f"{t.place[1]}农村商业银行股份有限公司",
                f"{t.place[1]}城市建设投资集团有限公司",
                f"中国邮政储蓄银行股份有限公司{t.place[1]}分行",
            ]
        ),
        title=f"{t.published.year}年{rng.choice(['总部', '营业网点', '本部'])}{rng.choice(SERVICES)}",
        number=f"{rng.choice(['BX', 'YGCG', 'CGBX'])}-{t.published.year}-{rng.randrange(1, 400):03d}",
        evaluation=rng.choice(["comprehensive_scoring", "lowest_evaluated_price"]),
    )
    hour = int(t.hour[:2])
    d = t.deadline
    when = rng.choice(
        [
            f"{d:%Y-%m-%d} {t.hour}",
            f"{d:%Y/%m/%d} {t.hour}:00",
            f"{d.year}年{d.month}月{d.day}日{'上午' if hour < 12 else '下午'}{hour if hour < 13 else hour - 12}时{'' if t.hour[3:] == '00' else t.hour[3:] + '分'}",
        ]
    )
    scored = t.evaluation == "comprehensive_scoring"
    how = (
        "综合评分法（" + "、".join(f"{name}{n // 1000}分" for _, name, n in t.scores) + "）"
        if scored
        else "最低评标价法"
    )
    bonded = rng.random() < 0.6
    name = rng.choice(["比选", "公开比选"])
    pairs = [
        (rng.choice(["项目编号", "采购编号", "比选编号"]), t.number),
        ("采购方式", name),
        (rng.choice(["采购人", "比选人", "采购单位"]), t.buyer),
        (rng.choice(["代理机构", "比选代理机构"]), t.agency),
        (
            rng.choice(["拦标价（万元）", "最高限价（万元，含税）"]),
            p.wan(t.ceiling),
        )
        if rng.random() < 0.5
        else (rng.choice(["拦标价", "最高限价（含税）"]), f"{p.wan(t.ceiling)}万元"),
        ("资金来源", "企业自筹，已落实"),
        ("服务期", p.span(t.delivery_days, rng)),
        ("服务地点", "".join(t.place)),
        (
            rng.choice(["申请人资格条件", "比选申请人资格要求"]),
            "<br>".join(f"{i}）{q}；" for i, (q, _) in enumerate(t.qualifications, 1)),
        ),
        ("联合体参选", rng.choice(["可以", "接受"]) if t.consortium else "不接受"),
        (
            "报名时间",
            f"{t.published:%Y-%m-%d} 09:00 至 {t.published + timedelta(days=5):%Y-%m-%d} 17:00",
        ),
        ("文件费用", "人民币300元/份，售后不退"),
        (rng.choice(["响应文件递交截止时间", "比选申请文件递交截止时间"]), when),
        ("比选时间及地点", "同递交截止时间，总部大楼十二层评审室"),
        ("比选保证金", f"{p.wan(t.bond)}万元" if bonded else "本项目不收取"),
        ("申请文件有效期", f"递交截止之日起{t.validity_days}天"),
        ("评审办法", how),
        ("公告发布媒体", "阳光采购服务平台、本公司官网"),
        ("联系人", "周经理 0731-8855" + str(rng.randrange(1000, 9999))),
    ]
    if rng.random() < 0.5:
        body = "<dl>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in pairs) + "</dl>"
    else:
        body = "".join(
            f'<div class="row"><div class="lab">{a}：</div><div class="val">{b}</div></div>'
            for a, b in pairs
        )
    html = f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>阳光采购服务平台</title></head><body><header><a>登录</a><a>供应商注册</a><a>帮助中心</a></header>
<h1>{t.title}{name}公告</h1><p class="tips">发布日期：{t.published:%Y-%m-%d} | 阅读 {rng.randrange(30, 700)} | 分享到：微信 微博 QQ空间</p>
<p>{t.buyer}对{t.title}以{name}方式选定服务商，项目按采购人内部采购管理办法实施，不属于依法必须招标的项目。</p>{body}
<footer>友情链接：国资委 | 招标投标公共服务平台　　客服热线 400-800-0000　　平台收取服务费800元，CA办理请见下载中心</footer></body></html>"""
    add = "value- ceiling region validity_days sme_reserved-" + (" scoring" if scored else "")
    truth = usual(t, add if bonded else f"{add} bond-", {})
    # A selection by the buyer's own rules is none of the procedures of either law.
    truth.pop("method")
    truth.pop("regime")
    return html.encode(), ".html", truth


def city_award(seed: int) -> Made:
    """Return a city's result of several lots: one table of who won what, one of what was bought."""
    rng = random.Random(f"tenth award {seed}")
    t = with_lots(make(seed, rng.choice(["services", "goods"]))).but(notice="award")
    kinds = rng.sample(SERVICES if t.category == "services" else GOODS, len(t.lots))
    t = t.but(lots=tuple((n, k, v) for k, (n, _, v) in zip(kinds, t.lots, strict=True)))
    word = "中标" if t.method == "open" else "成交"
    failed = t.lots[-1][0] if len(t.lots) == 3 and rng.random() < 0.5 else ""
    budgets, summed = rng.random() < 0.5, rng.random() < 0.5
    winners = dict(zip((no for no, _, _ in t.lots), rng.sample(COMPANIES, 3), strict=False))
    winners.pop(failed, None)
    paid = {no: value * rng.randrange(82, 99) // 10_000 * 100 for no, _, value in t.lots}
    in_wan = rng.random() < 0.4
    write = p.wan if in_wan else p.bare
    unit = "万元" if in_wan else "元"
    heads = ["包号", "标包名称", *(["预算金额（元）"] if budgets else [])]
    heads += [f"{word}供应商名称", "供应商地址", f"{word}金额（{unit}）"]
    rows = [
        [
            no,
            name,
            *([p.bare(value)] if budgets else []),
            winners.get(no, "废标（有效供应商不足三家）"),
            f"{t.place[1]}创业路{rng.randrange(1, 99)}号" if no in winners else "/",
            write(paid[no]) if no in winners else "/",
        ]
        for no, name, value in t.lots
    ]
    goods = [
        [no, winners[no], name, "详见响应文件", "1", "批"]
        for no, name, _ in t.lots
        if no in winners
    ]
    total = sum(paid[no] for no in winners)
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{t.place[1]}政府采购网</title></head><body><ul class="menu"><li>首页</li><li>采购公告</li><li>结果公告</li><li>政策法规</li></ul>
<h1>{t.title}{rng.choice([f"{word}结果公告", f"{word}公告", "中标（成交）结果公告"])}</h1><p class="src">信息来源：{t.agency}　　发布日期：{t.published:%Y-%m-%d}　　<a>打印</a> <a>分享</a></p>
<p>一、项目编号：{t.number}</p><p>二、项目名称：{t.title}</p><p>三、采购结果</p>{_table([heads, *rows])}{f"<p>合计{word}金额：{write(total)}{unit}</p>" if summed else ""}
<p>四、主要标的信息</p>{_table([["包号", "供应商名称", "标的名称", "规格型号", "数量", "单位"], *goods])}
<p>五、评审专家（单一来源采购人员）名单：张建国、李梅、王志强、陈晓（采购人代表）</p><p>六、代理服务收费标准及金额：按合同约定，共计{rng.randrange(30, 99)}00元，由{word}供应商支付。</p>
<p>七、公告期限</p><p>自本公告发布之日起1个工作日。</p><p>八、其他补充事宜</p><p>未{word}供应商可登录系统查看本单位得分与排序。</p>
<p>九、凡对本次公告内容提出询问，请按以下方式联系。</p><p>1.采购人信息</p><p>名　　称：{t.buyer}</p><p>联系方式：0516-8377{rng.randrange(1000, 9999)}</p><p>2.采购代理机构信息</p><p>名　　称：{t.agency}</p><p>地　　址：{t.place[1]}解放路99号</p><p>3.项目联系方式</p><p>项目联系人：高工</p>
<p>附件：中小企业声明函.pdf（下载次数 {rng.randrange(80)}）</p><div class="foot">{t.place[1]}财政局主办　　技术支持：某某软件　　ICP备案</div></body></html>"""
    lots = {(no, value if budgets else None) for no, _, value in t.lots}
    truth = labels(
        t,
        (*BASE, "agency"),
        awarded=total,
        lots=lots,
        suppliers=set(winners.values()),
    )
    truth.pop("regime")
    if not summed:
        truth.pop("awarded")  # only the sums of the lots stand there: adding them up is no mistake
    if budgets:
        truth.pop("value")  # the same of the lots' budgets
    return html.encode(), ".html", truth


def _table(rows: list[list[str]]) -> str:
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table border="1"><tbody>{"".join(lines)}</tbody></table>'


def county_change(seed: int) -> Made:
    """Return a county's correction in sentences, or its notice that a tender came to nothing."""
    rng = random.Random(f"tenth county {seed}")
    t = make(seed, rng.choice(["services", "goods"]))
    first = t.published - timedelta(days=rng.randrange(4, 15))
    bid = "投标" if t.method == "open" else "响应"
    tail = f"""四、凡对本次公告内容提出询问，请按以下方式联系
1.采购人信息
名    称：{t.buyer}
地    址：{t.place[2]}政府大院{rng.randrange(1, 9)}号楼
2.采购代理机构信息
名    称：{t.agency}
联系方式：0838-520{rng.randrange(1000, 9999)}
{p.day(t.published, rng)}
上一篇：无    下一篇：{rng.choice(SERVICES)}项目成交公告
扫一扫在手机打开当前页"""
    if rng.random() < 0.45:
        word = rng.choice(["废标", "终止"])
        why = rng.choice(
            [
                f"至{bid}文件提交截止时间，递交{bid}文件的供应商不足三家。",
                f"有效{bid}供应商不足三家，依法予以废标。",
                "因采购任务取消，采购活动终止。",
            ]
        )
        text = f"""首页 > 政府采购 > {word}公告
{t.title}{word}公告
一、项目基本情况
采购项目编号：{t.number}
采购项目名称：{t.title}
采购方式：{PROCEDURES[t.method]}
二、项目{word}的原因
{why}
三、其他补充事宜
采购人将视情况重新组织采购，请关注本网站。
{tail}"""
        truth = labels(t.but(notice="termination"), (*BASE, "agency", "method"))
        truth.pop("regime")
        return text.encode("gb18030"), ".txt", truth
    moved, capped = rng.random() < 0.6, rng.random() < 0.5
    before = p.moment(t.deadline - timedelta(days=rng.randrange(3, 7)), "09:00", rng)
    changes = ["原采购文件第三章技术参数第5条“质保期一年”，现更正为“质保期三年”。"]
    if moved:
        changes.append(
            f"原{bid}文件提交截止时间“{before}”，现更正为“{p.moment(t.deadline, t.hour, rng)}”。"
        )
    if capped:
        changes.append(
            f"原最高限价“{p.bare(t.ceiling + 3_000_000)}元”，现更正为“{p.bare(t.ceiling)}元”。"
        )
    items = "\n".join(f"{i}.{one}" for i, one in enumerate(changes, 1))
    text = f"""首页 > 政府采购 > 更正公告
{t.title}更正公告{rng.choice(["", "（一）", "（第一次）"])}
一、项目基本情况
原公告的采购项目编号：{t.number}
原公告的采购项目名称：{t.title}
首次公告日期：{p.day(first, rng)}
二、更正信息
更正事项：{rng.choice(["☑采购公告 ☑采购文件 □采购结果", "采购公告、采购文件"])}
更正内容：
{items}
更正日期：{p.day(t.published, rng)}
三、其他补充事宜
除上述内容外，原公告及采购文件其他内容不变，本公告与原文件不一致的，以本公告为准。
{tail}"""
    add = (["deadline", "deadline_time"] if moved else []) + (["ceiling"] if capped else [])
    truth = labels(t.but(notice="correction"), (*BASE, "agency", *add))
    truth.pop("regime")
    return text.encode(rng.choice(["utf-8", "gb18030"])), ".txt", truth


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "army inquiry, contact table": army_inquiry,
    "bank's selection, dl or div pairs": bank_selection,
    "consultation, DOCX with a data sheet": consultation_docx,
    "works, the standard announcement": works_standard,
    "city's award of lots": city_award,
    "county's correction or termination": county_change,
}
