"""A tender of the simulated world as the notice that the merchant reads on a day."""

from __future__ import annotations

from typing import Any

from aicfo_sdk.model import Milestone, Tender, UntrustedText

from .dates import Dates
from .draws.contractor import milestones
from .identity import Firm
from .tables import Tenders

WORKS = ("教学楼装修工程", "水电改造工程", "机电安装工程", "道路照明维修工程")


def tender_record(
    dates: Dates,
    tenders: Tenders,
    row: int,
    t: int,
    *,
    id: str,
    buyer: Firm,
    work: str,
    winner: str,
    region: str,
) -> Tender:
    """Return the notice in `row` as published by day `t`; `winner` is our own name if we won.

    Payment days are those of the milestones; the days that the law gives a public buyer to pay
    come on top, as in real notices.
    """
    day = {name: int(getattr(tenders, name)[row]) for name in Tenders.__slots__}
    status: Any = "open"
    updated = day["published"]
    if t >= day["award"]:
        status, updated = "awarded", day["award"]
    elif t > day["deadline"]:
        status, updated = "closed", day["deadline"] + 1
    suppliers = ()
    if status == "awarded":
        suppliers = (UntrustedText(winner or "其他投标人"),)
    price = day["price"]
    return Tender(
        id=id,
        updated=dates.at(updated),
        title=UntrustedText(f"{buyer.name}{work}"),
        description=UntrustedText("机电安装、水电改造、装饰装修"),
        buyer=UntrustedText(buyer.name),
        status=status,
        published=dates.at(day["published"]),
        deadline=dates.at(day["deadline"]),
        value=price,
        awarded=price if status == "awarded" else None,
        suppliers=suppliers,
        category="works",
        regions=(region,),
        procedure="公开招标",
        regime="tendering",
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
        required=("建筑工程施工总承包三级",),
    )
