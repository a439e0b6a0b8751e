"""Names as they stand on Chinese bills, and what forgers do to characters.

Banks and finance companies exist (as of 2025, from memory); firms are put together. Characters
that look or sound alike were collected by hand, by shape and by pinyin, before any checker.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

BIG_BANKS = (
    "中国工商银行 中国农业银行 中国银行 中国建设银行 交通银行 中国邮政储蓄银行 招商银行 中信银行 "
    "中国光大银行 华夏银行 中国民生银行 平安银行 兴业银行 上海浦东发展银行 广发银行 浙商银行 "
    "渤海银行 恒丰银行"
).split()
CITY_BANKS = (
    "北京银行 上海银行 江苏银行 宁波银行 南京银行 杭州银行 徽商银行 成都银行 盛京银行 天津银行 "
    "哈尔滨银行 长沙银行 郑州银行 青岛银行 重庆银行 苏州银行 厦门银行 西安银行 贵阳银行 兰州银行 "
    "齐鲁银行 中原银行 江西银行 九江银行 甘肃银行 晋商银行 泸州银行 威海银行 贵州银行 河北银行"
).split()
NEAR_BANKS = (
    "宁波通商银行 宁波东海银行 湖州银行 温州银行 台州银行 广州银行 泉州银行 柳州银行 沧州银行 "
    "锦州银行 赣州银行 湖北银行 湖南银行 海南银行 青海银行 四川银行 四川天府银行 厦门国际银行 "
    "重庆三峡银行 重庆富民银行 浙江稠州商业银行 浙江泰隆商业银行 浙江民泰商业银行 浙江网商银行 "
    "温州民商银行 绍兴银行 嘉兴银行 金华银行 莱商银行 临商银行 齐商银行 东营银行 烟台银行 "
    "潍坊银行 日照银行 长安银行 长城华西银行 吉林银行 龙江银行 大连银行 营口银行 丹东银行 "
    "广东华兴银行 广东南粤银行 东莞银行 珠海华润银行 桂林银行 广西北部湾银行 富滇银行 昆仑银行 "
    "北京中关村银行 上海华瑞银行 天津金城银行 深圳前海微众银行 江苏苏商银行 福建海峡银行 "
    "汉口银行 湖南三湘银行 四川新网银行 乌鲁木齐银行 宁夏银行 承德银行 唐山银行 廊坊银行"
).split()
RURAL_BANKS = (
    "北京农村商业银行 上海农村商业银行 广州农村商业银行 重庆农村商业银行 成都农村商业银行 "
    "杭州联合农村商业银行 江苏江南农村商业银行 江苏常熟农村商业银行 江苏张家港农村商业银行 "
    "江苏江阴农村商业银行 江苏苏州农村商业银行 无锡农村商业银行 青岛农村商业银行 "
    "浙江绍兴瑞丰农村商业银行 东莞农村商业银行 广东顺德农村商业银行 佛山农村商业银行 "
    "天津农村商业银行 武汉农村商业银行 江苏紫金农村商业银行 江苏昆山农村商业银行"
).split()
FINANCE = (
    "中油财务有限责任公司 中国石化财务有限责任公司 中国电力财务有限公司 南方电网财务有限公司 "
    "海尔集团财务有限责任公司 美的集团财务有限公司 珠海格力集团财务有限责任公司 "
    "上海汽车集团财务有限责任公司 一汽财务有限公司 东风汽车财务有限公司 宝武集团财务有限责任公司 "
    "中铁财务有限责任公司 中国铁建财务有限公司 中交财务有限公司 中建财务有限公司 "
    "中国华能财务有限责任公司 三峡财务有限责任公司 中核财务有限责任公司 万向财务有限公司 "
    "中粮财务有限责任公司 五矿集团财务有限责任公司 招商局集团财务有限公司 航天科技财务有限责任公司 "
    "海信集团财务有限公司 国机财务有限责任公司 兵工财务有限责任公司 中船财务有限责任公司"
).split()
KNOWN = frozenset([*BIG_BANKS, *CITY_BANKS, *NEAR_BANKS, *RURAL_BANKS, *FINANCE])

CITIES = (
    "杭州 宁波 湖州 潮州 温州 台州 绍兴 嘉兴 金华 苏州 无锡 常州 扬州 徐州 南通 广州 惠州 梅州 "
    "深圳 东莞 佛山 泉州 漳州 福州 厦门 济南 青岛 烟台 德州 滨州 郑州 武汉 荆州 长沙 株洲 郴州 "
    "成都 泸州 达州 重庆 西安 兰州 天津 沧州 合肥 亳州 滁州 赣州 柳州 钦州 贺州 锦州"
).split()
MARKS = (
    "恒泰 宏达 鑫隆 瑞丰 天成 华阳 德力 金茂 通源 永固 明辉 兴旺 盛世 嘉禾 昌荣 远航 安泰 "
    "东升 利群 博远 启明 正大 广源 伟业 福星 宝利 新元 长青 光明 汇丰 百川 同方 立信 泰和 "
    "凯旋 锦绣 丰华 顺达 和盛 润泽 佳美 中兴 海通 大成 三元 友邦 万隆 裕丰 祥云 景程"
).split()
TRADES = (
    "化工 机械 纺织 建材 电子科技 新材料 包装制品 汽车零部件 贸易 物资 食品 服饰 家居用品 "
    "电气设备 钢铁 建筑工程 医疗器械 塑料制品 环保科技 供应链管理"
).split()
FORMS = ("有限公司", "有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司")
AFFILIATES = (
    ("华为技术有限公司", "华为终端有限公司"),
    ("比亚迪汽车工业有限公司", "比亚迪汽车销售有限公司"),
    ("小米通讯技术有限公司", "小米科技有限责任公司"),
    ("万科置业有限公司", "万科物业服务有限公司"),
    ("格力电器股份有限公司", "格力电工有限公司"),
    ("三一重工股份有限公司", "三一重机有限公司"),
    ("海尔智家股份有限公司", "海尔电器集团有限公司"),
    ("中石化化工销售有限公司华东分公司", "中石化化工销售有限公司华南分公司"),
    ("宁德时代新能源科技股份有限公司", "宁德时代润智软件科技有限公司"),
)
NUMBERED = (
    ("中铁四局集团有限公司", "中铁五局集团有限公司"),
    ("中铁一局集团有限公司", "中铁十一局集团有限公司"),
    ("中国建筑第三工程局有限公司", "中国建筑第五工程局有限公司"),
    ("中国建筑第八工程局有限公司", "中国建筑第四工程局有限公司"),
    ("中交第一公路工程局有限公司", "中交第二公路工程局有限公司"),
    ("中国水利水电第七工程局有限公司", "中国水利水电第十四工程局有限公司"),
    ("中国二十冶集团有限公司", "中国十七冶集团有限公司"),
)
RENAMED_BANKS = (
    ("华融湘江银行", "湖南银行"),
    ("江苏苏宁银行", "江苏苏商银行"),
    ("梅州客商银行", "广东客商银行"),
)
NEAR_CITIES = (
    ("湖州", "潮州"),
    ("广州", "贺州"),
    ("常州", "漳州"),
    ("徐州", "滁州"),
    ("惠州", "贺州"),
    ("柳州", "郴州"),
    ("泸州", "达州"),
    ("台州", "泰州"),
    ("福州", "抚州"),
    ("锦州", "荆州"),
)

_SHAPE = (
    "工土士王干 商啇南 农衣 业亚 国囯固圆囤 建健律 设没 交文校 通道涌 招昭沼 信倍佶 光先 大太犬天 "
    "华毕桦 夏复 民氏 生主牛 平乎 安宴 浦埔蒲 发友拨 广厂产 浙淅晰 渤勃 恒桓垣 丰半豊 宁守字 "
    "波坡彼玻 京亰景 杭抗航 州洲川 成戍城 都郡 盛盆 天夭夫 津律 江汪红 苏办 徽微徵 北比此 上土止 "
    "海侮梅 重里量 庆厌床 青清靑 岛鸟 长张 沙纱莎 郑邓 银根垠 行衍 泰秦春奉 宏弘 达迖 鑫金 隆窿 "
    "瑞端 阳杨扬 德徳 力刀 茂戊 源原塬 永水 固因 明朋 辉晖 兴共 旺旰 世卋 嘉喜 禾木 昌晶 荣萦 远沅 "
    "东车 升井 利刹 群郡 博傅 启肩 正止 伟炜 业亚 福褔 宝玉 新斩 元无 汇江 百白 同向 方万 立亢 "
    "和秋 "
    "凯剀 旋施 锦绵 顺须 润闰 泽择 佳住 美羹 中申 三二 友反 万方 裕袷 祥详 云去 程桯 油泊 石右 "
    "电申 财材 网冈 铁轶 粮粗 集隼 团困 汽气 车东 东乐 武式 技枝 机杌 械戒 材村 贸贺 化北 电龟 子予"
).split()
_SOUND = (
    "工公功 商尚伤 农浓侬 建健见 设社 交郊焦 通同铜 招召昭 信鑫欣 光广 华花桦 夏厦 民明闽 生升声 "
    "平坪萍 安鞍 兴星新 浦普 发法 广光 浙哲折 渤博 恒衡横 丰峰锋枫 宁凝柠 波坡播 南楠男 京晶 "
    "杭航 州洲舟 成城诚 都督 盛胜圣 天添 津金 江疆 苏酥 徽辉 北贝 上尚 海亥 庆清 青清 岛道 长常 "
    "沙莎 郑正 银寅 泰太 宏鸿弘 达大 鑫新 隆龙 瑞锐 阳洋杨 德得 力利 茂贸 源元原 永勇 固故 明名 "
    "辉晖 旺望 世市 嘉佳 禾和 昌长 荣融 远元 东冬 升生 利力 博波 启起 正政 伟威 福富 宝保 新鑫 "
    "汇惠 百佰 同铜 立利 和合 锦金 顺舜 润闰 泽则 佳嘉 美每 中忠 万皖 裕玉 祥翔 云芸 程成 油由 "
    "石实 "
    "电典 铁贴 集吉 汽气 武伍 科可 机基 械谢 化华 纺访 织知"
).split()


def _pairs(groups: Sequence[str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for group in groups:
        for char in group:
            found.setdefault(char, set()).update(set(group) - {char})
    return {char: "".join(sorted(others)) for char, others in found.items()}


LOOKS, SOUNDS = _pairs(_SHAPE), _pairs(_SOUND)

# What a font draws alike and NFKC leaves as it is: kana, radicals, marks that combine.
GLYPHS = {
    "工": "エ", "力": "カ", "口": "ロ", "二": "ニ", "八": "ハ", "一": "ー", "千": "チ", "夕": "タ",
    "卜": "ト", "民": "⺠", "长": "⻓", "车": "⻋", "马": "⻢", "门": "⻔", "金": "釒",
    "黄": "⻩", "青": "⻘", "贝": "⻉",
}  # fmt: skip
MARKS_THAT_COMBINE = "\u0332\u0323\u0307\u20dd\u0331"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e"


def firm(rng: random.Random) -> str:
    """Return the name of a firm that was put together."""
    city = rng.choice(CITIES) + rng.choice(["", "", "市"])
    return city + rng.choice(MARKS) + rng.choice(TRADES) + rng.choice(FORMS)


def branch(rng: random.Random, bank: str) -> str:
    """Return how a bank stands on a bill as acceptor: head office or branch."""
    city = rng.choice(CITIES)
    return bank + rng.choice(
        [
            "股份有限公司",
            "股份有限公司",
            f"股份有限公司{city}分行",
            f"股份有限公司{city}市分行营业部",
            f"{city}分行",
            f"股份有限公司{city}高新支行",
            "",
        ]
    )


def swapped(rng: random.Random, name: str, within: slice) -> tuple[str, str]:
    """Return `name` with one character of a part replaced by one alike, and what was done."""
    start, stop, _ = within.indices(len(name))
    chances = [
        (index, other, how)
        for index in range(start, stop)
        for how, table in (("looks", LOOKS), ("sounds", SOUNDS))
        for other in table.get(name[index], "")
    ]
    rng.shuffle(chances)
    for index, other, how in chances:
        changed = name[:index] + other + name[index + 1 :]
        if not any(changed.startswith(real) for real in KNOWN):
            return changed, f"{name[index]} → {other}, {how} alike"
    index = rng.randrange(start, stop - 1)
    mixed = name[:index] + name[index + 1] + name[index] + name[index + 2 :]
    return mixed, f"{name[index : index + 2]} turned round"


def uscc(rng: random.Random, region: str = "330100") -> str:
    """Return a 统一社会信用代码 that is valid in both of its check characters."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "MA" + "".join(rng.choice(signs) for _ in range(6))
    ten = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(ten.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    head = "91" + region + body + "0123456789X0"[(11 - total % 11) % 11]
    weighted = sum(signs.index(char) * pow(3, place, 31) for place, char in enumerate(head))
    return head + signs[(31 - weighted % 31) % 31]
