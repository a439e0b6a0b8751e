"""A tender of the simulated world as the notice that the merchant reads on a day.

The fields are those that an importer fills from OCDS releases of a Chinese portal; how bids are
evaluated stands in the text, as in real notices.
"""

from __future__ import annotations

from typing import Any

from aicfo_sdk.model import Milestone, ScoreItem, Tender, UntrustedText

from .dates import Dates
from .draws.tenders import milestones
from .identity import LICENCES, REGIONS, Identity
from .tables import LOWEST, Tenders
from .tender_market import NOBODY, OURS

CATEGORIES: tuple[Any, ...] = ("goods", "services", "works")

OTHER_LICENCES = ("公路工程施工总承包二级", "园林绿化工程养护一级", "信息系统集成二级")
"""Licences that no merchant of this world holds."""

_OURS = (
    ("机电设备采购", "五金管件采购"),
    ("水电维修养护服务", "设备运行维护服务"),
    ("教学楼装修工程", "水电改造工程", "机电安装工程", "道路照明维修工程"),
)
_THEIRS = (
    ("信息化设备采购", "苗木采购"),
    ("园林绿化养护服务", "信息系统运维服务"),
    ("道路大修工程", "公园绿化工程", "机房建设工程"),
)
"""What is bought, by category: work of the firm's trade, and of others."""


def tender_record(
    dates: Dates,
    tenders: Tenders,
    row: int,
    t: int,
    *,
    id: str,
    own: Identity,
    archetype: str,
    number: int,
    won: int,
    price: int,
) -> Tender:
    """Return the notice in `row`, the firm's `number`-th, as published by day `t`.

    `won` is who got it, as `State.winner` says, `price` the firm's own bid. Payment days are
    those of the milestones; the days that the law gives a public buyer to pay come on top, as in
    real notices.
    """
    day = {name: int(getattr(tenders, name)[row]) for name in _PLAIN}
    status: Any = "open"
    updated, awarded, suppliers = day["published"], None, ()
    if t >= day["award"]:
        status = "cancelled" if won == NOBODY else "awarded"
        updated = day["award"]
    elif t > day["deadline"]:
        status, updated = "closed", day["deadline"] + 1
    if status == "awarded":
        awarded = price if won == OURS else int(tenders.rival_price[row, won - 1])
        name = own.own.name if won == OURS else own.rivals[(number + won) % len(own.rivals)].name
        suppliers = (UntrustedText(name),)
    buyer, fits = own.buyers[number].name, bool(day["fits"])
    works = (_OURS if fits else _THEIRS)[day["category"]]
    lowest = day["method"] == LOWEST
    return Tender(
        id=id,
        updated=dates.at(updated),
        title=UntrustedText(f"{buyer}{works[number % len(works)]}"),
        description=UntrustedText(_terms(day, fits)),
        buyer=UntrustedText(buyer),
        status=status,
        published=dates.at(day["published"]),
        deadline=dates.at(day["deadline"]),
        value=day["estimate"],
        awarded=awarded,
        suppliers=suppliers,
        category=CATEGORIES[day["category"]],
        regions=(REGIONS[(REGIONS.index(own.region) + day["region"]) % len(REGIONS)],),
        procedure="竞争性谈判" if lowest else "竞争性磋商",
        method="negotiation" if lowest else "consultation",
        evaluation="lowest_evaluated_price" if lowest else "comprehensive_scoring",
        scoring=() if lowest else _table(day["weight_ppm"]),
        sme_deduction_ppm=day["preference_ppm"],
        ceiling=day["estimate"],
        regime="government_procurement",
        sme_suitable=True,
        starts=dates.at(day["starts"]),
        ends=dates.at(day["ends"]),
        bond=day["bond"],
        performance_bond_ppm=day["performance_ppm"],
        retention_ppm=day["retention_ppm"],
        retention_days=day["retention_days"],
        payments=tuple(
            Milestone(share_ppm=part, after_days=after)
            for part, after, held in milestones(tenders, row)
            if not held
        ),
        cost_share_ppm=day["cost_ppm"],
        required=(LICENCES[archetype] if fits else OTHER_LICENCES[number % len(OTHER_LICENCES)],),
    )


_PLAIN = tuple(name for name in Tenders.__slots__ if not name.startswith("rival_"))


def _table(weight_ppm: int) -> tuple[ScoreItem, ...]:
    """Return the scoring table: what the price is worth, and all the rest."""
    price = weight_ppm // 10
    return (
        ScoreItem(group="price", name=UntrustedText("价格分"), points_milli=price),
        ScoreItem(
            group="technical", name=UntrustedText("技术商务分"), points_milli=100_000 - price
        ),
    )


def _terms(day: dict[str, int], fits: bool) -> str:
    """Return what the notice says of the work and of how bids are evaluated."""
    work = "机电安装、水电改造、装饰装修" if fits else "道路、绿化、信息化"
    less = f"小微企业价格扣除{day['preference_ppm'] // 10_000}%"
    if day["method"] == LOWEST:
        return f"{work}。评审方法：最低评标价法，{less}，超过预算的报价无效。"
    points = day["weight_ppm"] // 10_000
    return f"{work}。评审方法：综合评分法，价格分{points}分，{less}，超过预算的报价无效。"
