"""Layouts of yet other portals, written after the reader was mended for the fifth set.

Nothing of the reader was tried on them before their first read.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from aicfo_sdk.capital import to_capital

from . import printing as p
from .fourth_shared import KIND, WHOLE, draws, government, usual
from .labels import labels
from .truth import EVALUATIONS, PROCEDURES, make, with_lots
from .tuned import Made


def older_format(seed: int) -> Made:
    """Return a page of the format before 2020: a preamble, parties with addresses, sums in (一)."""
    t = government(seed, "open", "consultation")
    at = f"{t.deadline.year}年{t.deadline.month:02d}月{t.deadline.day:02d}日 {t.hour}"
    special = "".join(f"{i}）{q}；<br>" for i, (q, _) in enumerate(t.qualifications, 2))
    html = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><table width="98%"><tr><td align="center"><strong>{t.title}{PROCEDURES[t.method]}公告</strong></td></tr><tr><td align="center">{t.published.year}年{t.published.month:02d}月{t.published.day:02d}日 17:20 来源：本网 【<a href="#">显示公告概要</a>】</td></tr>
<tr><td><p>{t.agency}受{t.buyer}委托，根据《中华人民共和国政府采购法》等有关规定，现对{t.title}进行{PROCEDURES[t.method]}招标，欢迎合格的供应商前来投标。</p>
<p>项目名称：{t.title}</p><p>项目编号：{t.number}</p><p>项目联系方式：</p><p>项目联系人：韩先生</p><p>项目联系电话：010-62345678</p>
<p>采购单位联系方式：</p><p>采购单位：{t.buyer}</p><p>采购单位地址：{"".join(t.place)}青年路15号</p><p>采购单位联系方式：沈老师，010-69998888</p>
<p>代理机构联系方式：</p><p>代理机构：{t.agency}</p><p>代理机构联系人：韩先生 010-62345678</p><p>代理机构地址： {t.place[1]}长安街1号</p>
<p><strong>一、采购项目的名称、数量、简要规格描述或项目基本概况介绍：</strong></p><p>{t.title}，1项，服务/交货期限为合同签订后{t.delivery_days}日。</p>
<p><strong>二、对供应商资格要求（供应商资格条件）：</strong></p><p>1）符合政府采购法第二十二条要求；<br>{special}9）本项目{"允许" if t.consortium else "不允许"}联合体投标。</p>
<p><strong>三、磋商和响应文件时间及地点等：</strong></p><p>预算金额：{p.wan(t.value)} 万元（人民币）</p><p>谈判时间：{at}</p><p>获取磋商文件时间：{t.published.year}年{t.published.month:02d}月{t.published.day:02d}日 09:00 至 {t.deadline.year}年{t.deadline.month:02d}月{t.deadline.day:02d}日 09:00(双休日及法定节假日除外)</p><p>响应文件递交时间：{at}（北京时间）</p><p>响应文件开启时间：{at}（北京时间）</p>
<p><strong>四、其它补充事宜：</strong></p><p>1、本项目采用{EVALUATIONS[t.evaluation]}。</p><p>2、保证金：{p.bare(t.bond)}元，以保函、支票形式递交。</p>
<p><strong>五、采购项目需要落实的政府采购政策：</strong></p><p>{WHOLE + "。" if t.sme == "whole" else "节能产品、环境标志产品。"}</p></td></tr></table></body></html>"""
    return (
        html.encode(),
        ".html",
        usual(t, "", {"sme_reserved": "whole" if t.sme == "whole" else None}),
    )


def tabbed_works(seed: int) -> Made:
    """Return a works notice copied from a browser: tabs between cells, sections with own prices."""
    t = with_lots(make(seed, "works"))
    lots = "\n".join(
        f"{no}标段\t{name}\t{p.wan(value)}\t{t.delivery_days}" for no, name, value in t.lots
    )
    special = "\n".join(f"3.{i} {q}。" for i, (q, _) in enumerate(t.qualifications, 1))
    text = f"""当前位置：首页 > 交易信息 > 工程建设 > 招标公告
{t.title}招标公告
[ 发布时间：{t.published:%Y-%m-%d} ] [ 字体：大 中 小 ]
项目编号\t{t.number}\t项目类型\t{KIND["works"][:2]}
招标人\t{t.buyer}\t代理机构\t{t.agency}
一、项目概况
1.1 本项目建设地点位于{"".join(t.place)}，总投资约{p.wan(t.value)}万元，资金来源为自筹。
1.2 标段划分如下：
标段号\t标段名称\t招标控制价（万元）\t工期（日历天）
{lots}
二、招标依据：《中华人民共和国招标投标法》
三、投标人资格条件
{special}
本项目{"接受" if t.consortium else "不接受"}联合体投标
四、投标截止
投标截止时间（开标时间）：{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{t.hour[:2]}：{t.hour[3:]}（北京时间）
五、其他
（1）评标办法：{EVALUATIONS[t.evaluation]}
（2）投标保证金：每标段{p.wan(t.bond)}万元
（3）投标有效期：{t.validity_days}日历天
"""
    made = usual(
        t, "validity_days lots sme_reserved- title", {"lots": {(no, None) for no, _, _ in t.lots}}
    )
    # 总投资 is all it says of the value; the procedure and, in a sentence, the place go unnamed.
    for name in ("method", "region"):
        made.pop(name)
    return text.encode("gb18030"), ".txt", made


def hospital_selection(seed: int) -> Made:
    """Return a hospital's own selection: few words, the hour of applying before that of offers."""
    rng, t = draws(seed), government(seed, "inquiry").but(evaluation="comprehensive_scoring")
    special = "".join(f"<p>{i}.{q}；</p>" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<html><head><meta charset="utf-8"><title>{t.title}院内比选公告-{t.buyer}</title></head><body><div class="menu"><a>医院概况</a><a>新闻中心</a><a>招标采购</a><a>就医指南</a></div>
<div class="article"><h2>{t.title}院内比选公告</h2><div class="info">作者：采购办　日期：{t.published:%Y-%m-%d}　点击数：{rng.randrange(2000)}</div>
<p>我院拟对下列项目进行院内比选，欢迎有意向的公司报名参加。</p><p><b>一、项目信息</b></p><p>1、项目名称：{t.title}</p><p>2、项目编号：{t.number}</p><p>3、控制价：{p.bare(t.ceiling)}元/年，超出控制价的报价无效</p><p>4、服务期限：{t.delivery_days}天</p>
<p><b>二、参选人资格要求</b></p>{special}<p><b>三、报名</b></p><p>报名截止时间：{t.published.replace(day=28):%Y年%m月%d日} 17：30，报名邮箱：cgb@example.com</p>
<p><b>四、比选文件递交</b></p><p>比选文件递交截止及比选时间：{t.deadline:%Y年%m月%d日} {t.hour}，逾期不予受理。</p><p><b>五、评选办法</b>：综合评分法</p><p><b>六、采购人</b>：{t.buyer}，联系电话：0{rng.randrange(300, 999)}-33{rng.randrange(10**5, 10**6)}</p></div></body></html>"""
    made = usual(t, "agency- value- ceiling bond- consortium- sme_reserved- method-", {})
    for name in ("regime", "method"):  # 院内比选 is no procedure of the law
        made.pop(name)
    return html.encode(), ".html", made


def wrapped_document(seed: int) -> Made:
    """Return a document whose text was taken out of a PDF: lines of one width, page numbers."""
    t = government(seed, "open", "consultation").but(notice="document")

    def wrapped(text: str, width: int = 34) -> str:
        return "\n".join(text[i : i + width] for i in range(0, len(text), width))

    stars = "\n".join(
        wrapped(f"{'★' if i % 2 else ''}{i}.{'' if i % 2 else '★'}{one}。")
        for i, one in enumerate(t.stars, 1)
    )
    important = "\n".join(wrapped(f"▲({i}){one}；") for i, one in enumerate(t.importants, 1))
    scores = "\n".join(
        wrapped(
            f"{i}.{name}（{points // 1000}分）：根据响应情况横向比较，优得满分，良得一半，差不得分。"
        )
        for i, (_, name, points) in enumerate(t.scores, 1)
    )
    special = "\n".join(wrapped(f"（{i}）{q}。") for i, (q, _) in enumerate(t.qualifications, 1))
    word = "投标" if t.method == "open" else "响应"
    text = f"""政府采购项目
{"公开招标" if t.method == "open" else "竞争性磋商"}文件
项目名称：{t.title}
项目编号：{t.number}
采购人：{t.buyer}
采购代理机构：{t.agency}
编制日期：{t.published:%Y年%m月%d日}
- 1 -
目  录
第一章 {"投标" if t.method == "open" else "磋商"}邀请 ................ 3
第二章 采购需求 ................ 8
第三章 评审标准 ................ 20
- 2 -
第一章 {"投标" if t.method == "open" else "磋商"}邀请
一、项目基本情况
采购预算：￥{t.value / 100:,.2f}元
最高限价：￥{t.ceiling / 100:,.2f}元
采购方式：{PROCEDURES[t.method]}
合同履行期限：自合同签订生效之日起{t.delivery_days}日历天
是否接受联合体：{"是" if t.consortium else "否"}
二、供应商的资格要求
{special}
三、{word}文件递交截止时间和地点
{wrapped(f"{word}文件应于{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{t.hour.replace(':', '时')}分（北京时间）之前递交至{t.place[1]}公共资源交易中心开标室。")}
- 3 -
第二章 采购需求
一、说明：标“★”项为实质性要求，不满足作无效{word}处理；
标“▲”项为重要指标。
二、技术和服务要求
{stars}
{important}
- 8 -
第三章 评审标准
本项目采用综合评分法，总分为100分。
{scores}
- 20 -
"""
    return (
        text.encode(),
        ".txt",
        usual(t, "ceiling bond- stars importants scoring sme_reserved-", {}),
    )


def jiangsu_result(seed: int) -> Made:
    """Return a result in paragraphs: the winner's pairs in a quoted block, sums in 万元."""
    rng, t = draws(seed), government(seed, "open", "consultation", "inquiry").but(notice="award")
    html = f"""<html><head><meta charset="utf-8"></head><body><div class="detail_con"><h1>{t.buyer}{t.title}成交结果公告</h1><p class="time">发布日期： {t.published:%Y-%m-%d} 15:0{rng.randrange(9)}:11</p>
<p>一、项目编号：{t.number}（采购文件编号：{t.number}）</p><p>二、项目名称：{t.title}</p><p>三、成交信息</p><blockquote><p>供应商名称：{t.supplier}</p><p>供应商统一社会信用代码：91320100MA1XXXXX{rng.randrange(10, 99)}</p><p>供应商地址：江北新区星火路{rng.randrange(9, 99)}号</p><p>成交金额：{p.wan(t.award)}（万元）</p></blockquote>
<p>四、主要标的信息</p><table border="1"><tr><td>服务类</td></tr><tr><td>名称：{t.title}</td></tr><tr><td>服务范围：详见采购文件</td></tr><tr><td>服务时间：{t.delivery_days}天</td></tr></table>
<p>五、评审小组成员名单：许某、何某、吕某（采购人代表）</p><p>六、代理服务费：由成交供应商支付，金额{rng.randrange(2, 9)}500元</p><p>七、公告期限</p><p>自本公告发布之日起1个工作日。</p><p>八、采购方式：{PROCEDURES[t.method]}</p>
<p>九、联系方式</p><p>采 购 人：{t.buyer}</p><p>地　　址：{"".join(t.place)}</p><p>代理机构：{t.agency}</p></div></body></html>"""
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
            "delivery_days",
        ),
    )
    return html.encode(), ".html", made


def auction_spans(seed: int) -> Made:
    """Return a request on a marketplace: labels and values in spans of one line, tags between."""
    t = government(seed, "inquiry")
    pairs = (
        ("需求标题", t.title),
        ("竞价单号", t.number),
        ("采购单位", t.buyer),
        ("预算总价", f"{t.value / 100:,.2f}元"),
        ("竞价方式", "最低价成交"),
        ("竞价开始时间", f"{t.published} 08:00:00"),
        ("竞价截止时间", f"{t.deadline} {t.hour}:00"),
        ("送货期限", f"竞价成交后{t.delivery_days}天内"),
        ("发布时间", f"{t.published} 08:00:00"),
    )
    rows = "".join(
        f'<div class="row"><span class="k">{k}：</span><span class="v">{v}</span></div>'
        for k, v in pairs
    )
    special = "".join(f"<p>{i}、{q}</p>" for i, (q, _) in enumerate(t.qualifications, 1))
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>网上竞价公告</title></head><body><h1>{t.title}竞价公告</h1>{rows}<h4>报价要求</h4><p>报价含税、含运费。</p><h4>供应商资质要求</h4>{special}</body></html>"""
    made = usual(t, "agency- bond- consortium- sme_reserved-", {"evaluation": "lowest_quote"})
    for name in ("regime", "method"):  # a marketplace's auction is no procedure of the law
        made.pop(name)
    return html.encode(), ".html", made


def boxed_docx(seed: int) -> Made:
    """Return a notice in Word whose whole text stands in the one cell of a framed table."""
    from docx import Document

    t = government(seed, "consultation", "negotiation")
    document = Document()
    document.add_paragraph(f"{t.buyer}{t.title}")
    document.add_paragraph(f"{PROCEDURES[t.method]}公告")
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "项目概况"
    for line in (
        f"{t.title}的潜在供应商应在交易平台获取采购文件，并于{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{t.hour[:2]}点{t.hour[3:]}分（北京时间）前提交响应文件。",
        "一、项目基本情况",
        f"项目编号：{t.number}",
        f"项目名称：{t.title}",
        f"采购方式：☑{PROCEDURES[t.method]}　□询价",
        f"预算金额：{to_capital(t.value)}（￥{t.value / 100:.2f}）",
        f"合同履行期限：签订合同之日起{t.delivery_days}天",
        f"本项目是否接受联合体投标：{'☑是 □否' if t.consortium else '□是 ☑否'}。",
        "二、申请人的资格要求",
        "1.满足《中华人民共和国政府采购法》第二十二条规定；",
        f"2.落实政府采购政策需满足的资格要求：{'☑专门面向中小企业 □非专门面向中小企业' if t.sme == 'whole' else '□专门面向中小企业 ☑非专门面向中小企业'}",
        "3.本项目的特定资格要求：",
        *(f"3.{i}{q}" for i, (q, _) in enumerate(t.qualifications, 1)),
        "三、获取采购文件",
        f"时间：{t.published.year}年{t.published.month}月{t.published.day}日至{t.published.year}年{t.published.month}月28日",
        "四、响应文件提交",
        f"截止时间：{t.deadline.year}年{t.deadline.month}月{t.deadline.day}日{t.hour[:2]}点{t.hour[3:]}分（北京时间）",
        "七、凡对本次采购提出询问，请按以下方式联系。",
        f"采购人信息　名称：{t.buyer}　地址：{''.join(t.place)}",
        f"采购代理机构信息　名称：{t.agency}　地址：{t.place[1]}",
    ):
        cell.add_paragraph(line)
    document.add_paragraph(f"{t.published.year}年{t.published.month}月{t.published.day}日")
    out = BytesIO()
    document.save(out)
    return out.getvalue(), ".docx", usual(t, "bond-", {}, evaluation=False)


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "format before 2020": older_format,
    "works with tabs, GB18030": tabbed_works,
    "hospital's own selection": hospital_selection,
    "document out of a PDF": wrapped_document,
    "result in paragraphs": jiangsu_result,
    "marketplace spans": auction_spans,
    "framed notice, docx": boxed_docx,
}
