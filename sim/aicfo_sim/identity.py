"""Names and numbers of synthetic firms: they look right and are never calculated with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from . import rng
from .draws.common import Who

if TYPE_CHECKING:
    from faker import Faker
    from numpy.random import Generator

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"

REGIONS = ("浙江", "江苏", "广东", "山东", "四川", "湖北", "福建", "河南")
_AREA = ("330106", "320104", "440106", "370102", "510107", "420106", "350102", "410105")
_CITY = ("杭州", "南京", "广州", "济南", "成都", "武汉", "福州", "郑州")

_TRADE = {
    "shop": ("便利店", "小吃店", "水果店", "面馆", "奶茶店"),
    "ecommerce": ("电子商务有限公司", "服饰有限公司", "家居用品有限公司"),
    "contractor": ("建设工程有限公司", "机电安装有限公司", "装饰工程有限公司"),
    "manufacturer": ("精密机械有限公司", "五金制品有限公司", "电气设备有限公司"),
    "restaurant": ("餐饮管理有限公司", "家常菜馆", "面馆连锁"),
    "farmer": ("家庭农场", "种植专业合作社", "果园"),
}
INDUSTRY = {
    "shop": "零售和餐饮",
    "ecommerce": "网络零售",
    "contractor": "建筑安装",
    "manufacturer": "通用零部件制造",
    "restaurant": "连锁餐饮",
    "farmer": "种植业",
}
PRODUCTS = {
    "shop": ("日用百货", "饮料", "小吃"),
    "ecommerce": ("服装", "家居用品"),
    "contractor": ("机电安装", "水电改造", "装饰装修", "维修养护"),
    "manufacturer": ("机械零部件", "五金件", "电气配件"),
    "restaurant": ("堂食", "外卖"),
    "farmer": ("小麦", "玉米", "稻谷", "水果"),
}
SOLD = {"contractor": "工程款", "farmer": "农产品款"}
"""What an archetype's invoices are for; others sell goods."""

INVOICING = ("contractor", "manufacturer")
"""Archetypes that sell on invoice to named customers."""

LICENCES = {
    "contractor": "建筑工程施工总承包三级",
    "manufacturer": "质量管理体系认证ISO9001",
}
"""The qualification that firms of an archetype hold."""

_STATE = ("工商", "农业", "", "建设", "交通", "邮政储蓄")
_JOINT = "招商 中信 光大 华夏 民生 平安 兴业 上海浦东发展 广发 浙商 渤海 恒丰".split()
_BUYERS = ("住房保障中心", "第一中学", "人民医院", "公路管理局")
_RIVALS = 12


@dataclass(frozen=True, slots=True)
class Firm:
    """Name, 统一社会信用代码, account number of a firm."""

    name: str
    uscc: str
    account: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The merchant and those it deals with."""

    own: Firm
    region: str
    employees: int
    suppliers: tuple[Firm, ...]
    customers: tuple[Firm, ...]
    landlord: Firm
    rivals: tuple[Firm, ...]
    """Who else bids where it bids."""
    buyers: tuple[Firm, ...]


@cache
def _faker() -> Faker:
    from faker import Faker

    return Faker("zh_CN")


def identity(who: Who, archetype: str, notices: Sequence[int] = ()) -> Identity:
    """Return the names of a merchant, from a stream of their own.

    `notices` are the regions of the tenders that reach it, in steps from its own, in the order of
    days; a longer run only adds buyers.
    """
    source = who.stream("names")
    fake = _faker()
    fake.seed_instance(int(source.integers(2**31)))
    place = int(source.integers(len(REGIONS)))

    def firm(name: str, at: int = place) -> Firm:
        return Firm(name, uscc(source, _AREA[at]), _digits(source, 19, "6"))

    taken = set[str]()

    def company() -> str:
        # Two parties of one firm never share a name: a payment to either would be stopped.
        while (name := str(fake.company())) in taken:
            pass
        taken.add(name)
        return name

    trades = _TRADE[archetype]
    trade = trades[int(source.integers(len(trades)))]
    own = f"{_CITY[place]}{fake.last_name()}{fake.first_name()}{trade}"
    suppliers = int(who.figures.number("suppliers"))
    customers = int(who.figures.number("customers")) if "customers" in who.figures.rows else 0
    return Identity(
        own=firm(own),
        region=REGIONS[place],
        employees=int(source.integers(2, 8) if archetype == "shop" else source.integers(5, 60)),
        suppliers=tuple(firm(company()) for _ in range(suppliers)),
        customers=tuple(firm(company()) for _ in range(customers)),
        landlord=firm(company()),
        rivals=tuple(firm(company()) for _ in range(_RIVALS if archetype in INVOICING else 0)),
        buyers=tuple(
            firm(f"{_CITY[at]}市{_BUYERS[number % len(_BUYERS)]}", at)
            for number, step in enumerate(notices)
            for at in ((place + step) % len(REGIONS),)
        ),
    )


@lru_cache(maxsize=8)
def acceptor_firms(seed: int, replication: int, codes: tuple[int, ...]) -> tuple[Firm, ...]:
    """Return the acceptors of a replication's bill market; `codes` are their classes.

    Large banks bear their names, all others names that nobody bears.
    """
    source = rng.stream(seed, replication, rng.MARKET, "acceptors/names")
    fake = _faker()
    fake.seed_instance(int(source.integers(2**31)))
    out, taken = dict[str, Firm](), dict[int, int]()
    for code in codes:
        number = taken[code] = taken.get(code, -1) + 1
        name = _acceptor(fake, code, number)
        while name in out:  # the list of late payers knows them by name
            name = _acceptor(fake, code, number)
        area = _AREA[int(source.integers(len(_AREA)))]
        out[name] = Firm(name, uscc(source, area), "")
    return tuple(out.values())


def _acceptor(fake: Faker, code: int, number: int) -> str:
    prefix = f"{fake.city_name()}{fake.company_prefix()}"
    if code == 0 and number < len(_STATE):
        # 交通银行 is the one of the six without 中国 before its name.
        return f"{'' if _STATE[number] == '交通' else '中国'}{_STATE[number]}银行股份有限公司"
    if code == 1 and number < len(_JOINT):
        return f"{_JOINT[number]}银行股份有限公司"
    if code < 3:
        return f"{prefix}商业银行股份有限公司"
    if code == 3:
        return f"{prefix}农村商业银行股份有限公司"
    if code == 4:
        return f"{prefix}集团财务有限责任公司"
    return f"{prefix}实业股份有限公司" if code == 5 else f"{prefix}贸易有限公司"


def uscc(source: Generator, area: str) -> str:
    """Return a 统一社会信用代码 with good check characters.

    Source: GB 32100, its organisation part GB 11714.
    """
    from stdnum.cn import uscc as standard

    body = _digits(source, 8)
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = (11 - sum(w * int(c) for w, c in zip(weights, body, strict=True))) % 11
    number = f"91{area}{body}{'X' if check == 10 else check}"
    return number + standard.calc_check_digit(number)


def bill_number(source: Generator, code: str, day: date) -> str:
    """Return a bill number of the right shape: kind, bank number, date, serial, check digit.

    No public algorithm for the last digit is known: it is drawn like the serial.
    """
    return f"{code}{_digits(source, 12, '1')}{day:%Y%m%d}{_digits(source, 9)}"


def _digits(source: Generator, count: int, first: str = "") -> str:
    drawn = source.integers(10, size=count - len(first)).tolist()
    return first + "".join(map(str, drawn))
