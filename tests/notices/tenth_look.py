"""Layouts of a state firm's platform, a railway's depot, a bank and five public ones, a tenth look.

Written, labels and all, by one who had not seen the reader, and stored before it read them. The
reader was not mended for what it misses here: what the next portal can expect.
"""

# ruff: noqa: E501 - markup stands here as its portals write it

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aicfo_sdk.capital import to_capital

from . import printing as p
from .fourth_shared import government, usual
from .labels import labels
from .ninth_look import _cn, _needs  # pyright: ignore[reportPrivateUsage]
from .truth import EVALUATIONS, make
from .tuned import Made, _grid, _saved  # pyright: ignore[reportPrivateUsage]

DEPOT_STARS = (
    "水泥须为旋窑生产,出厂温度不高于60℃",
    "每批物资须随车提供出厂合格证和质量证明书",
    "数量以现场过磅为准,误差超过±3‰的按实收结算",
    "供应商须接受商业承兑汇票或供应链金融方式支付,比例不超过结算额的50%",
)
BANK_STARS = (
    "供应商承诺三年内服务单价不上调",
    "驻点服务人员须经我行背景审查,未通过的3个工作日内更换",
    "须与我行签订保密协议,数据不得出行内网络",
    "发生一级故障时15分钟内响应、4小时内恢复",
)
OFFICE_STARS = (
    "夜间值守不少于2人,且须持保安员证上岗",
    "管理处主任须具有5年以上物业管理经验",
    "垃圾日产日清,每日清运不少于2次",
    "服务人员社会保险由成交供应商依法缴纳",
    "电梯困人时30分钟内到场处置",
)


def _in_words(hour: str) -> str:
    """Return an hour in Chinese numerals: 14:30 is 下午二时三十分."""
    h = int(hour[:2])
    half = "上午" if h < 12 else "下午"
    return f"{half}{'零一二三四五六七八九十'[h % 12]}时{'三十分' if hour[3:] == '30' else '整'}"


def single_source(seed: int) -> Made:
    """Return a university's publicity of a single source: the supplier thought of, no deadline."""
    rng = random.Random(f"tenth single {seed}")
    t = make(seed, "goods")
    school = t.place[1].removesuffix("市") + rng.choice(["师范学院", "医科大学", "农业大学"])
    thing = rng.choice(
        ["冷冻电镜冷台升级套件", "核磁共振谱仪探头", "质谱仪离子源", "文献数据库服务器"]
    )
    t = t.but(
        title=f"{school}{thing}采购项目",
        buyer=school,
        method="single_source",
        value=rng.randrange(60, 400) * 1_000_000 + rng.choice([0, 250_000, 800_000]),
    )
    html = f"""<html><head><meta charset="utf-8"><title>单一来源公示_{school}</title></head><body><div class="nav">首页　学校概况　采购信息　资料下载</div><div class="title">{t.title}单一来源采购公示</div><div class="date">日期：{t.published:%Y-%m-%d}　作者：招投标中心　点击：[{seed % 500}]</div><div class="txt">
<p>一、项目信息</p><p>采购人：{school}</p><p>项目名称：{t.title}</p><p>拟采购的货物或服务的说明：{thing}1套，用于现有设备的升级。</p><p>拟采购的货物或服务的预算金额：{p.wan(t.value)}万元（人民币）</p><p>采用单一来源采购方式的原因及说明：该产品与原有设备配套，依据《中华人民共和国政府采购法》第三十一条第（一）项，只能从唯一供应商处采购。</p>
<p>二、拟定供应商信息</p><p>名称：{t.supplier}</p><p>地址：高新区创业路{seed % 90 + 1}号</p>
<p>三、公示期限</p><p>{_cn(t.published)}至{_cn(t.published + timedelta(days=7))}（公示期限不得少于5个工作日）</p>
<p>四、其他补充事宜</p><p>任何供应商对采用单一来源采购方式公示有异议的，可以在公示期内将书面意见反馈给采购人，并同时抄送财政部门。</p>
<p>五、联系方式</p><p>1.采购人</p><p>联系人：高老师　联系地址：大学城南路1号　联系电话：0000-8600000</p><p>2.财政部门</p><p>联系人：政府采购处</p><p>3.采购代理机构</p><p>名称：{t.agency}</p><p>联系人：小秦</p><p>六、附件：专业人员论证意见.pdf</p></div></body></html>"""
    shown = "title buyer agency value published method regime category"
    truth = labels(t, shown.split())
    # A publicity is neither an invitation nor an award, and its supplier has won nothing yet.
    del truth["notice"], truth["suppliers"]
    return html.encode(), ".html", truth


def state_firm_cards(seed: int) -> Made:
    """Return a state firm's negotiation on a platform: cards of label and value, own rules."""
    rng = random.Random(f"tenth firm {seed}")
    t = make(seed, "services")
    kind = rng.choice(["城市建设投资集团", "公共交通集团", "水务发展"])
    firm = f"{t.place[1].removesuffix('市')}{kind}有限公司"
    what = rng.choice(["办公区安保服务", "厂区绿化养护服务", "年度财务审计服务", "员工体检服务"])
    t = t.but(
        title=f"{firm}{what}",
        buyer=firm,
        method="negotiation",
        evaluation="lowest_quote",
        number=f"YGCG{t.published:%Y%m%d}{rng.randrange(100, 999)}",
    )
    days = t.delivery_days
    span = {45: "45天", 365: "1年", 730: "2年"}.get(days, f"{days // 30}个月")
    needs = "<br>".join(f"{'①②③④'[i]}{q}；" for i, (q, _) in enumerate(t.qualifications))
    cards = f"""基本信息;采购单名称|{t.title};采购单编号|{t.number};采购单位|{firm};采购方式|竞争性谈判;采购类别|服务类;预算金额（含税）|￥{t.value / 100:,.2f};资金来源|企业自筹
时间安排;发布时间|{t.published:%Y-%m-%d} 16:{seed % 50 + 10}:08;报名截止时间|{t.published + timedelta(days=5):%Y-%m-%d} 17:00:00;响应截止时间|{t.deadline:%Y-%m-%d} {t.hour}:00
响应要求;服务期|自合同签订之日起{span};供应商资格要求|{needs};是否允许联合体|{"允许" if t.consortium else "不允许"};是否收取保证金|否;成交原则|满足采购要求且最后报价最低的供应商为成交供应商
联系方式;联系人|招采部 蒋经理;联系电话|0000-6123456;监督电话|0000-6123400"""
    body = ""
    for card in cards.splitlines():
        head, *pairs = card.split(";")
        items = "".join(
            f'<div class="item"><label>{name}</label><div class="val">{value}</div></div>'
            for name, value in (pair.split("|") for pair in pairs)
        )
        body += f'<div class="card"><div class="hd">{head}</div>{items}</div>'
    html = f"""<!DOCTYPE html><html lang="zh"><head><meta charset="UTF-8"><title>国企阳光采购平台</title></head><body><div class="bar">您好，请<a>登录</a> <a>免费注册</a></div><div class="steps">公告 &gt; 报名 &gt; 响应 &gt; 谈判 &gt; 成交</div><h1>{t.title}</h1><span class="tag">竞争性谈判公告</span>{body}<button>我要报名</button><div class="rec">相关推荐：某某集团复印纸询价</div><div class="ft">本平台由国有资产监督管理委员会指导建设</div></body></html>"""
    add = "agency- sme_reserved-"
    return html.encode(), ".html", usual(t, add, {"regime": None, "bond": None})


def railway_depot(seed: int) -> Made:
    """Return a railway builder's inquiry for materials as DOCX: lots by table, ★ after numbers."""
    from docx import Document

    rng = random.Random(f"tenth depot {seed}")
    t = make(seed, "goods")
    buyer = f"中铁{rng.choice('一二四七')}局集团有限公司{t.place[1]}绕城高速项目经理部"
    things = rng.sample(["P.O42.5散装水泥", "机制砂", "5-31.5mm碎石", "HRB400E螺纹钢"], 2)
    t = t.but(
        title=f"{t.place[1]}绕城高速项目地材采购",
        buyer=buyer,
        number=f"CREC-WZ-{t.published.year}-{rng.randrange(1, 400):04d}",
        method="inquiry",
        evaluation="lowest_quote",
        stars=tuple(rng.sample(DEPOT_STARS, 3)),
    )
    last = len(t.qualifications) + 2
    document: Any = Document()
    document.add_heading(f"{t.title}询价公告", 1)
    document.add_paragraph(f"询价编号：{t.number}")
    document.add_paragraph(
        f"{buyer}（以下简称“采购人”）因施工生产需要，依据公司《物资采购管理办法》，现对{t.title}进行公开询价，欢迎有供货能力的供应商参加报价。"
    )
    document.add_paragraph("1.询价内容")
    head = ["包件号", "物资名称", "计量单位", "暂定数量", "最高限价（元，不含税）"]
    rows = [
        [str(i), name, "吨", f"{rng.randrange(300, 900)}", f"{rng.randrange(40, 300) * 1000}"]
        for i, name in enumerate(things, 1)
    ]
    _grid(document, [head, *rows])
    needs = "\n".join(f"2.{i}{q}。" for i, (q, _) in enumerate(t.qualifications, 2))
    stars = "\n".join(f"3.{i}★{one}。" for i, one in enumerate(t.stars, 1))
    rest = f"""1.1交货地点：{"".join(t.place)}
1.2供货期：合同签订后{t.delivery_days}天
2.供应商资格要求
2.1具有独立企业法人资格，具备增值税一般纳税人资格。
{needs}
2.{last}本次询价{"接受" if t.consortium else "不接受"}联合体报价。
3.技术及商务条款（★条款为否决性条款，不响应者报价无效）
{stars}
3.4其他未尽事宜在合同中约定。
4.询价文件获取
{t.published:%Y.%m.%d}至{t.published + timedelta(days=5):%Y.%m.%d}登录物资采购平台免费下载。
5.报价
5.1报价截止时间：{t.deadline:%Y.%m.%d} {t.hour}，采用线上报价。
5.2报价有效期：{t.validity_days}天。
5.3报价保证金：按所报包件报价额的2%缴纳。
6.定标原则：在满足询价文件实质性要求的前提下，最低报价者成交。
7.联系方式
联 系 人：物资部 罗部长
电    话：0000-00000000
采购人：{buyer}
{t.published:%Y年%m月%d日}"""
    for line in rest.splitlines():
        document.add_paragraph(line)
    add = "agency- value- validity_days region stars sme_reserved- lots"
    given = {"regime": None, "bond": None, "lots": {("1", None), ("2", None)}}
    return _saved(document), ".docx", usual(t, add, given)


def bank_letter(seed: int) -> Made:
    """Return a rural bank's letter of invitation in GB18030: sums and days in Chinese numerals."""
    rng = random.Random(f"tenth bank {seed}")
    t = make(seed, "services")
    bank = t.place[1].removesuffix("市") + "农村商业银行股份有限公司"
    what = rng.choice(["自助设备运维服务", "档案集中管理服务", "押运及守库服务", "客服外包服务"])
    t = t.but(
        title=f"{t.published.year}年{what}项目",
        buyer=bank,
        number=f"{rng.choice(['HTNSH', 'RCB', 'NSYH'])}-{t.published:%Y%m}-{rng.randrange(1, 60):02d}",
        method="invited",
        evaluation="comprehensive_scoring",
        value=rng.randrange(40, 600) * 1_000_000,
        bond=rng.randrange(1, 6) * 1_000_000,
        stars=tuple(rng.sample(BANK_STARS, 3)),
    )
    needs = "\n".join(f"    （{'一二三四'[i]}）{q}；" for i, (q, _) in enumerate(t.qualifications))
    stars = "\n".join(f"    ★{i}、{one}。" for i, one in enumerate(t.stars, 1))
    scores = "\n".join(
        f"{i}\t{name}\t{points // 1000}\t由评标小组酌情打分"
        for i, (_, name, points) in enumerate(t.scores, 1)
    )
    text = f"""投 标 邀 请 书

编号：{t.number}

{t.supplier}：
    {bank}（以下称招标人）根据本行集中采购管理办法，决定对{t.title}采用邀请招标方式采购，现邀请贵单位参加投标，有关事项告知如下：
一、项目名称
    {t.title}
二、预算金额
    人民币{to_capital(t.value)}。
三、服务期限
    {t.delivery_days}日历天，自合同生效之日起算。
四、投标人资格条件
{needs}
    本项目{"接受" if t.consortium else "不接受"}联合体投标。
五、实质性要求（带★的条款须逐条响应，缺一不可）
{stars}
六、投标保证金
    人民币{to_capital(t.bond)}，于投标截止前汇入招标人账户，未中标的五个工作日内退还。
七、投标文件的递交
    请于{p.chinese_day(t.deadline)}{_in_words(t.hour)}前（投标截止时间）将密封的投标文件送至本行总部大楼九楼会议室，逾期恕不接收。投标文件自截止之日起{t.validity_days}日内有效。
八、评标办法
    综合评分法，满分一百分：
序号\t评分项\t分值\t评分细则
{scores}
    请在收到本邀请书后两日内以书面形式回复是否参加。

招标人：{bank}
联系人：综合部 唐女士
{p.chinese_day(t.published)}
"""
    add = "agency- validity_days stars scoring sme_reserved-"
    truth = usual(t, add, {})
    del truth["regime"]  # a tender by its word, but by the bank's own rules
    return text.encode("gb18030"), ".txt", truth


def negotiation_document(seed: int) -> Made:
    """Return a street office's negotiation document as DOCX: marks stand in a column of their own."""
    from docx import Document

    rng = random.Random(f"tenth office {seed}")
    t = make(seed, "services")
    office = t.place[2] + rng.choice(["滨河街道办事处", "新城街道办事处", "朝阳街道办事处"])
    t = t.but(
        title=f"{office}便民服务中心物业管理服务",
        buyer=office,
        method="negotiation",
        evaluation="lowest_quote",
        notice="document",
        stars=tuple(rng.sample(OFFICE_STARS, 4)),
    )
    whole = t.sme == "whole"

    def yes(is_so: bool) -> str:
        return "☑" if is_so else "□"

    bond = f"人民币{t.bond / 100:,.2f}元，以非现金形式提交" if t.bond else "不收取"
    document: Any = Document()
    opening = f"""政府采购
竞争性谈判文件
项目名称：{t.title}
项目编号：{t.number}
采购人：{office}
代理机构：{t.agency}
{_cn(t.published)}
目  录
第一章 谈判邀请……1
第二章 谈判须知……4
第三章 采购需求……12
第一章 谈判邀请
{t.agency}受{office}委托，根据《中华人民共和国政府采购法》及《政府采购非招标采购方式管理办法》，对{t.title}组织竞争性谈判。
一、供应商资格条件
（一）符合《中华人民共和国政府采购法》第二十二条规定；"""
    for line in opening.splitlines():
        document.add_paragraph(line)
    for n, (q, _) in zip("二三四五", t.qualifications, strict=False):
        document.add_paragraph(f"（{n}）{q}；")
    document.add_paragraph("第二章 谈判须知")
    document.add_paragraph("须知前附表")
    facts = f"""预算金额|{p.bare(t.value)}元
最高限价|{p.bare(t.ceiling)}元，最后报价超过最高限价的无效
服务地点|{"".join(t.place)}
服务期|{t.delivery_days}日
中小企业政策|{yes(whole)}本项目专门面向中小企业采购 {yes(not whole)}本项目不专门面向中小企业采购
联合体|{yes(t.consortium)}接受联合体 {yes(not t.consortium)}不接受联合体
谈判保证金|{bond}
响应文件有效期|提交响应文件截止之日起{t.validity_days}日历日
响应文件提交截止时间|{t.deadline:%Y年%m月%d日}{t.hour}（北京时间），地点：{t.place[1]}政府采购服务大厅
成交原则|质量和服务均能满足实质性响应要求且最后报价最低"""
    _grid(document, [line.split("|") for line in facts.splitlines()])
    document.add_paragraph("第三章 采购需求")
    document.add_paragraph("说明：“重要性”一栏标注★的，不满足则响应无效；标注▲的为重要要求。")
    demands = [*((one, "★") for one in t.stars), *((one, "▲") for one in t.importants)]
    demands = [("服务区域建筑面积约6800平方米", ""), *demands, ("其他按国家标准执行", "")]
    rows = [[str(i), text, mark] for i, (text, mark) in enumerate(demands, 1)]
    _grid(document, [["序号", "服务内容及要求", "重要性"], *rows])
    document.add_paragraph("第四章 合同主要条款")
    document.add_paragraph("采购人每季度末支付服务费的25%。")
    add = "ceiling region validity_days stars importants"
    return _saved(document), ".docx", usual(t, add, {})


def consultation_result(seed: int) -> Made:
    """Return the result of a consultation: a table of the winner, another of those that lost."""
    rng = random.Random(f"tenth result {seed}")
    t = government(seed, "consultation").but(notice="award")
    losers = "".join(
        f"<tr><td>{name}</td><td>得分较低</td><td>{rng.randrange(600, 880) / 10}</td></tr>"
        for name in ("天津博远科技有限公司", "合肥众诚商贸有限公司")
    )
    html = f"""<html><head><meta charset="utf-8"><title>{t.title}</title><style>td{{border:1px solid}}</style></head><body><div id="nav">政府采购 / 结果公告 / 成交公告</div><h2>{t.buyer}关于{t.title}竞争性磋商的成交结果公告</h2><p>公告发布时间：{t.published.year}年{t.published.month:02d}月{t.published.day:02d}日 18:02</p>
<p>一、项目编号：{t.number}</p><p>二、项目名称：{t.title}</p><p>三、采购方式：竞争性磋商</p><p>四、成交结果</p>
<table><thead><tr><th>序号</th><th>成交供应商名称</th><th>成交供应商地址</th><th>成交金额（元）</th><th>评审总得分</th></tr></thead><tbody><tr><td>1</td><td>{t.supplier}</td><td>{t.place[1]}创新大道{rng.randrange(9, 99)}号</td><td>{t.award / 100:,.2f}</td><td>{rng.randrange(880, 980) / 10}</td></tr></tbody></table>
<p>五、未成交供应商情况</p><table><tr><th>供应商名称</th><th>未成交原因</th><th>得分</th></tr>{losers}</table>
<p>六、评审小组成员名单：吴某、郑某、王某（采购人代表）</p><p>七、代理服务收费标准及金额：参照计价格〔2002〕1980号文件，收费金额{rng.randrange(30, 200) / 100}万元，由成交供应商支付</p><p>八、公告期限：自本公告发布之日起1个工作日</p><p>九、凡对本次公告内容提出询问，请按以下方式联系</p>
<table><tr><td>采购人名称</td><td>{t.buyer}</td></tr><tr><td>采购人联系电话</td><td>0000-3300000</td></tr><tr><td>采购代理机构名称</td><td>{t.agency}</td></tr><tr><td>项目联系人</td><td>阮工</td></tr></table><p>附件信息：<a>中小企业声明函.pdf</a>（1.2M） <a>磋商文件.docx</a>（380K）</p></body></html>"""
    shown = "title number buyer agency method awarded suppliers published notice category"
    truth = labels(t, shown.split())
    del truth["regime"], truth["evaluation"]
    return html.encode(), ".html", truth


def failed_text(seed: int) -> Made:
    """Return a failed tender in text: the earlier notice's day and a plan's number beside its own."""
    rng = random.Random(f"tenth failed {seed}")
    t = government(seed, "open", "inquiry", "negotiation").but(notice="termination")
    name = {"open": "公开招标", "inquiry": "询价", "negotiation": "竞争性谈判"}[t.method]
    reason = rng.choice(
        [
            "递交文件的供应商不足三家",
            "实质性响应的供应商不足三家",
            "采购任务取消",
            "所有报价均超过预算",
        ]
    )
    text = f"""【废标公告】{t.title}废标公告
字号：大 中 小   打印   关闭
发布日期：{t.published:%Y/%m/%d}   信息来源：{t.agency}

采购人：{t.buyer}
采购代理机构：{t.agency}
采购项目名称：{t.title}
采购项目编号：{t.number}
采购计划编号：JH{rng.randrange(10**9, 10**10)}
采购方式：{name}
预算金额：{t.value / 100:.2f}元
采购公告发布日期：{t.published - timedelta(days=22):%Y/%m/%d}
废标原因：{reason}，根据《中华人民共和国政府采购法》第三十六条的规定，本项目予以废标。
评审委员会成员：陈某、林某、黄某
其他事项：采购人将视情况重新组织采购，请各供应商留意后续公告。

联系地址：{"".join(t.place)}解放路{rng.randrange(1, 99)}号
联系电话：0000-2200000
版权所有：政府采购管理办公室    网站标识码：0000000000
"""
    shown = "title number buyer agency method value published notice category regime"
    truth = labels(t, shown.split())
    del truth["evaluation"]
    return text.encode(), ".txt", truth


def works_sections(seed: int) -> Made:
    """Return a trading centre's works tender in sections: a total in 亿元, each section in 万元."""
    rng = random.Random(f"tenth sections {seed}")
    t = make(seed, "works")
    place = t.place
    value = rng.randrange(10_200, 39_000) * 1_000_000
    first = value * 6 // 10 // 1_000_000 * 1_000_000
    road = rng.choice(["迎宾大道", "滨江路", "科创一路", "环城北路"])
    t = t.but(
        title=f"{place[2]}{road}新建工程施工",
        buyer=place[1] + rng.choice(["住房和城乡建设局", "交通运输局"]),
        value=value,
        lots=(("1", "K0+000至K3+200", first), ("2", "K3+200至终点", value - first)),
        qualifications=_needs(seed),
    )
    rows = "".join(
        f"<tr><td>{no}</td><td>{road}{name}段</td><td>{p.wan(one)}</td><td>道路、排水、照明</td></tr>"
        for no, name, one in t.lots
    )
    needs = "".join(f"<p>（{i}）{q}。</p>" for i, (q, _) in enumerate(t.qualifications, 1))

    def row(name: str, value: str) -> str:
        return f'<tr><td class="l">{name}</td><td class="r">{value}</td></tr>'

    html = f"""<html><head><meta charset="utf-8"><title>全国公共资源交易平台（{place[0]}）</title></head><body><div>今天是 星期三　无障碍阅读　移动端</div><h2>[{place[1]}]{t.title}招标公告</h2><div>发布时间：{t.published:%Y-%m-%d %H:%M}　来源：{place[1]}公共资源交易中心　<a>查看原文</a></div>
<table class="detail">{row("招标项目名称", t.title)}{row("招标项目编号", t.number)}{row("招标人", t.buyer)}{row("招标代理", t.agency)}{row("招标方式", "公开招标")}{row("资格审查方式", "资格后审")}{row("工程建设地点", "".join(place))}{row("合同估算总价", f"{value / 10**10:.4f}亿元")}{row("计划工期", f"各标段均为{t.delivery_days}日历天")}
{row("标段划分", f"<table><tr><th>标段</th><th>标段名称</th><th>合同估算价（万元）</th><th>主要内容</th></tr>{rows}</table>")}{row("投标人资格条件", needs)}{row("联合体投标", "接受" if t.consortium else "不接受")}{row("评标办法", EVALUATIONS[t.evaluation])}{row("投标保证金", "各标段合同估算价的1%，以电子保函或转账形式提交")}
{row("招标文件获取时间", f"{t.published:%Y-%m-%d} 至 {t.published + timedelta(days=6):%Y-%m-%d}")}{row("投标文件递交截止时间", f"{t.deadline:%Y-%m-%d} {t.hour}")}{row("开标时间", f"{t.deadline:%Y-%m-%d} {t.hour}")}{row("开标地点", "市民中心三楼第五开标室")}{row("法律依据", "《中华人民共和国招标投标法》及其实施条例")}</table>
<p>异议受理：招标人及其代理机构；投诉受理：行政监督部门。</p><div class="bottom">技术支持 010-0000000 建议使用1920×1080分辨率浏览</div></body></html>"""
    return html.encode(), ".html", usual(t, "region lots sme_reserved-", {"bond": None})


LAYOUTS: dict[str, Callable[[int], Made]] = {
    "single source publicity": single_source,
    "state firm's cards": state_firm_cards,
    "railway depot's inquiry, docx": railway_depot,
    "bank's letter of invitation": bank_letter,
    "negotiation document, marks in a column": negotiation_document,
    "result of a consultation": consultation_result,
    "failed tender": failed_text,
    "works in sections": works_sections,
}
