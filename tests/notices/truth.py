"""What a made-up tender is, before any layout prints it; every value follows from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

PLACES = (
    ("江苏省", "南京市", "江宁区"),
    ("浙江省", "杭州市", "富阳区"),
    ("山东省", "临沂市", "兰山区"),
    ("四川省", "成都市", "郫都区"),
    ("广东省", "佛山市", "南海区"),
    ("湖南省", "岳阳市", "君山区"),
    ("内蒙古自治区", "包头市", "昆都仑区"),
    ("河北省", "邢台市", "襄都区"),
    ("福建省", "泉州市", "丰泽区"),
    ("贵州省", "六盘水市", "钟山区"),
    ("陕西省", "西安市", "雁塔区"),
    ("广西壮族自治区", "南宁市", "青秀区"),
)
BUYERS = (
    "人民医院",
    "第三中学",
    "教育局",
    "公安局",
    "城市管理局",
    "农业农村局",
    "市场监督管理局",
    "妇幼保健院",
    "自然资源局",
    "职业技术学院",
    "水务局",
    "机关事务服务中心",
    "图书馆",
    "疾病预防控制中心",
)
AGENCIES = (
    "华诚工程咨询集团有限公司",
    "中鼎招标代理有限公司",
    "信达项目管理有限公司",
    "公共资源交易中心",
    "国信招标集团股份有限公司",
    "正大建设咨询有限公司",
    "天宏招标(集团)有限公司",
)
SERVICES = (
    "办公楼物业管理服务",
    "校园保洁服务",
    "食堂食材配送服务",
    "信息系统运维服务",
    "安保服务",
    "绿化养护服务",
    "档案数字化加工服务",
    "公务用车租赁服务",
    "医疗废物处置服务",
    "网络安全等级保护测评服务",
)
GOODS = (
    "教学一体机采购",
    "彩色超声诊断仪采购",
    "办公家具采购",
    "执法记录仪采购",
    "实验室仪器设备采购",
    "消防器材采购",
    "护理床采购",
    "服务器及存储设备采购",
    "学生宿舍床具采购",
    "流式细胞分析仪采购",
)
WORKS = (
    "老旧小区雨污分流改造工程施工",
    "教学楼外墙维修工程",
    "市政道路罩面工程施工",
    "综合楼装修工程施工",
    "农村饮水安全巩固提升工程施工",
    "体育场塑胶跑道改造工程",
    "污水管网新建工程施工",
    "门诊楼改扩建工程施工",
)
COMPANIES = (
    "南京明亮保洁有限公司",
    "杭州云启信息技术有限公司",
    "成都恒远建设工程有限公司",
    "佛山德盛医疗器械有限公司",
    "西安博文教育装备有限公司",
    "泉州安泰保安服务有限公司",
)
STARS = (
    "投标人须在采购人所在地设有固定服务场所,接到通知后2小时内到达现场",
    "设备须提供原厂三年免费质保,质保期自验收合格之日起计算",
    "处理器主频不低于2.6GHz,核心数不少于32核",
    "项目负责人须全程驻场,不得兼任其他项目职务",
    "所投产品须具有国家强制性产品认证(CCC)证书",
    "保洁人员不少于18人,年龄均在55周岁以下",
    "系统须支持国产操作系统和国产数据库",
    "交货地点为采购人指定地点,运输及安装费用由中标人承担",
    "探测器分辨率≥3.5LP/mm",
    "食材须当日配送,冷链食品全程温度不高于4℃",
    "付款方式:验收合格后三十日内支付合同价款的95%",
    "施工期间须保证道路半幅通行,夜间设置警示灯具",
)
IMPORTANTS = (
    "具备远程诊断功能,并提供功能截图",
    "屏幕亮度≥400cd/㎡",
    "投标人具有同类项目业绩的优先考虑",
    "提供不少于2次的现场培训",
    "噪声不高于45dB(A)",
    "支持断点续传和自动备份",
)
SPECIAL = (
    (
        "具有建设行政主管部门颁发的市政公用工程施工总承包三级及以上资质",
        "市政公用工程施工总承包三级及以上资质",
    ),
    ("具有有效的保安服务许可证", "保安服务许可证"),
    ("具有有效的食品经营许可证", "食品经营许可证"),
    ("具有建筑工程施工总承包二级及以上资质", "建筑工程施工总承包二级及以上资质"),
    ("具有医疗器械经营许可证", "医疗器械经营许可证"),
    ("投标人须为在中华人民共和国境内注册的独立法人", ""),
    ("近三年内承担过至少1个类似项目业绩", ""),
    ("拟派项目经理须具备机电工程专业二级及以上注册建造师执业资格", ""),
)
SCORES = (
    ("technical", "项目实施方案"),
    ("technical", "技术参数响应"),
    ("technical", "应急预案"),
    ("technical", "人员配备"),
    ("technical", "质量保证措施"),
    ("business", "类似业绩"),
    ("business", "企业信用"),
    ("business", "售后服务承诺"),
    ("business", "管理体系认证"),
)
PROCEDURES = {
    "open": "公开招标",
    "consultation": "竞争性磋商",
    "negotiation": "竞争性谈判",
    "inquiry": "询价",
    "single_source": "单一来源",
    "invited": "邀请招标",
}
EVALUATIONS = {
    "comprehensive_scoring": "综合评分法",
    "lowest_evaluated_price": "最低评标价法",
    "comprehensive_assessment": "综合评估法",
    "reviewed_lowest_price": "经评审的最低投标价法",
}


@dataclass(frozen=True)
class Truth:
    """One tender as it is; amounts in fen."""

    seed: int
    title: str
    number: str
    buyer: str
    agency: str
    place: tuple[str, str, str]
    category: str
    method: str
    evaluation: str
    value: int
    ceiling: int
    bond: int
    published: date
    deadline: date
    hour: str
    delivery_days: int
    validity_days: int
    consortium: bool
    sme: str
    industry: str
    qualifications: tuple[tuple[str, str], ...]
    stars: tuple[str, ...]
    importants: tuple[str, ...]
    scores: tuple[tuple[str, str, int], ...]
    lots: tuple[tuple[str, str, int], ...] = ()
    supplier: str = ""
    award: int = 0
    notice: str = "invitation"
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    def but(self, **changes: Any) -> Truth:
        """Return the same tender with other values."""
        return replace(self, **changes)


def make(seed: int, category: str = "") -> Truth:
    """Return the tender of a seed."""
    rng = random.Random(f"notice {seed}")
    place = rng.choice(PLACES)
    category = category or rng.choice(["services", "goods", "works"])
    what = rng.choice({"services": SERVICES, "goods": GOODS, "works": WORKS}[category])
    buyer = rng.choice([place[1], place[1] + place[2]]) + rng.choice(BUYERS)
    published = date(2025, 9, 1) + timedelta(days=rng.randrange(300))
    deadline = published + timedelta(days=rng.randrange(8, 35))
    value = rng.choice(
        [rng.randrange(50, 990) * 1_000_000, rng.randrange(500_000, 90_000_000) * 10]
    )
    value -= value % 100
    ceiling = value if rng.random() < 0.4 else value * rng.randrange(90, 100) // 100
    ceiling -= ceiling % 100
    works = category == "works"
    method = "open" if works else rng.choice(list(PROCEDURES)[:4])
    if works:
        evaluation = rng.choice(["comprehensive_assessment", "reviewed_lowest_price"])
    elif method == "open":
        evaluation = rng.choice(["comprehensive_scoring", "lowest_evaluated_price"])
    else:
        evaluation = "comprehensive_scoring" if method == "consultation" else "lowest_quote"
    price = rng.choice([30, 10, 40, 35])
    rest = rng.sample(SCORES, rng.randrange(3, 6))
    points = _split(rng, 100 - price, len(rest))
    scores = (
        ("price", "投标报价", price * 1000),
        *((group, name, one * 1000) for (group, name), one in zip(rest, points, strict=True)),
    )
    year = published.year
    number = rng.choice(
        [
            f"{rng.choice('HJZSX')}CCG{rng.choice(['FY', 'ZB'])}{year}-{rng.randrange(999):03d}",
            f"{year}-JL{rng.randrange(10, 99)}-F{rng.randrange(1000, 9999)}",
            f"[{rng.randrange(350000, 360000)}]XMCG[GK]{year}{rng.randrange(100, 999):03d}",
            f"E{rng.randrange(10**15, 10**16)}",
            f"GXZC{year}-G3-{rng.randrange(100000, 999999)}-ZDZB",
            f"{rng.choice(['苏采', '浙政采', '川采'])}-{year}-{rng.randrange(1, 999):03d}号",
        ]
    )
    return Truth(
        seed=seed,
        title=f"{rng.choice([place[1], '', f'{year}年'])}{buyer.removeprefix(place[1])}{what}"
        + ("" if works else "项目"),
        number=number,
        buyer=buyer,
        agency=rng.choice(AGENCIES) if rng.random() < 0.5 else place[0] + rng.choice(AGENCIES),
        place=place,
        category=category,
        method=method,
        evaluation=evaluation,
        value=value,
        ceiling=ceiling,
        bond=min(value // 100 * rng.choice([1, 2]) // 100_000 * 100_000, 80_000_000),
        published=published,
        deadline=deadline,
        hour=rng.choice(["09:00", "09:30", "10:00", "14:30", "15:00"]),
        delivery_days=rng.choice([30, 45, 60, 90, 120, 180, 365, 730]),
        validity_days=rng.choice([60, 90, 120]),
        consortium=rng.random() < 0.3,
        sme=rng.choice(["whole", "no", "no"]) if not works else rng.choice(["", "no"]),
        industry=rng.choice(["物业管理", "工业", "软件和信息技术服务业", "其他未列明行业"])
        if not works
        else "建筑业",
        qualifications=tuple(rng.sample(SPECIAL, rng.randrange(1, 4))),
        stars=tuple(rng.sample(STARS, rng.randrange(2, 6))),
        importants=tuple(rng.sample(IMPORTANTS, rng.randrange(1, 4))),
        scores=scores,
        supplier=rng.choice(COMPANIES),
        award=value * rng.randrange(80, 99) // 100 // 100 * 100,
    )


def with_lots(truth: Truth) -> Truth:
    """Return the tender in two or three lots whose budgets add up to its own."""
    rng = random.Random(f"lots {truth.seed}")
    count = rng.randrange(2, 4)
    each = truth.value // count // 1_000_000 * 1_000_000
    values = [each] * (count - 1) + [truth.value - each * (count - 1)]
    names = rng.sample([*SERVICES, *GOODS], count)
    return truth.but(
        lots=tuple(
            (str(i), name, value)
            for i, (name, value) in enumerate(zip(names, values, strict=True), 1)
        )
    )


def _split(rng: random.Random, total: int, count: int) -> list[int]:
    cuts = sorted(rng.sample(range(1, total), count - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
