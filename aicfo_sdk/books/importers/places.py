"""Places and people of a city (点位表): CSV or XLSX with Chinese columns, one row per place.

Columns, found by name in any order; the first five must be there:
    类型              自有 (own), 候选 (candidate), 竞品 (rival), 商圈 (district)
    名称 · 经度 · 纬度 · 状态日期 (from when on it is so)
    编号              id of the row; else 类型:名称
    门店编号          of an own one: id of the store
    面积              square metres, as 平方米 or ㎡ in the column's name
    月租金 · 月运营费 · 装修费 · 押金     yuan
    人口              of a 商圈: people
    停业日            last trading day

All places must come from one map service: services in China shift coordinates differently.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ...errors import RecordError
from ...model.base import Record
from ...model.place import District, Site
from ...model.text import clean
from ..batch import Batch
from .papers import Once
from .table import Row, find_header
from .table import read as read_table

KIND = "places"

COLUMNS = {
    "kind": ("类型", "点位类型"),
    "name": ("名称", "点位名称", "门店名称"),
    "east": ("经度", "lng", "longitude"),
    "north": ("纬度", "lat", "latitude"),
    "updated": ("状态日期", "登记日期", "调研日期"),
}
OPTIONAL = {
    "id": ("编号", "点位编号"),
    "store": ("门店编号", "门店"),
    "area": ("面积", "面积(平方米)", "面积(㎡)", "使用面积"),
    "rent": ("月租金", "月租金(元)", "租金"),
    "running": ("月运营费", "月运营费(元)", "月人工及运营费"),
    "fitout": ("装修费", "装修费(元)", "开店投入"),
    "deposit": ("押金", "押金(元)", "押金及转让费"),
    "people": ("人口", "人数", "常住人口"),
    "closed": ("停业日", "停业日期"),
}

_KINDS = {
    "自有": "own", "自有门店": "own", "own": "own",
    "候选": "candidate", "候选点位": "candidate", "candidate": "candidate",
    "竞品": "rival", "竞争门店": "rival", "rival": "rival",
    "商圈": "district", "小区": "district", "district": "district",
}  # fmt: skip

_MOST_AREA, _MOST_PEOPLE = Decimal(10**8), Decimal(10**9)


def read(path: Path) -> Batch:
    """Return the places and districts of one file. Raises: RecordError for what is wrong in it."""
    head = find_header(read_table(path), COLUMNS, OPTIONAL, what="a list of places")
    found: Once[Record] = Once("place")
    for row in head.rows():
        found.add(_place(row), row.line, column="name", fail=row.error)
    return found.batch(KIND, head.table, currency="CNY")


def _place(row: Row) -> Record:
    word = clean(row.text("kind")).strip().casefold()
    kind = _KINDS.get(word)
    if kind is None:
        known = ", ".join(one for one in _KINDS if not one.isascii())
        raise row.error("no such kind of place", column="kind", value=word, mend=f"one of {known}")
    name = clean(row.text("name"))
    place: dict[str, Any] = {
        "id": row.text("id", "") or f"{kind}:{name}",
        "updated": row.day("updated"),
        "name": name,
        "east_e6": _degrees(row, "east", 180),
        "north_e6": _degrees(row, "north", 90),
    }
    if kind == "district":
        people = _number(row, "people", _MOST_PEOPLE)
        if people is None:
            raise row.error("a district without people", column="people", mend="write how many")
        return District(**place, people=int(people))
    store = row.text("store", "")
    if kind == "own" and not store:
        raise row.error(
            "an own store without its id", column="store", mend="write the id its sales carry"
        )
    area = _number(row, "area", _MOST_AREA)
    return Site(
        **place,
        kind=kind,  # pyright: ignore[reportArgumentType]  # one of the three left
        store=store if kind == "own" else "",
        area_cm2=0 if area is None else int((area * 10_000).to_integral_value()),
        rent_month=_money(row, "rent") or 0,
        running_month=_money(row, "running"),
        fitout=_money(row, "fitout") or 0,
        deposit=_money(row, "deposit") or 0,
        closed=row.day("closed") if row.text("closed", "") else None,
    )


def _degrees(row: Row, column: str, most: int) -> int:
    """Return millionths of a degree."""
    value = _decimal(row, column, row.text(column))
    if abs(value) > most:
        raise row.error(
            f"beyond {most} degrees", column=column, value=str(value), mend="write it like 120.5853"
        )
    return int((value * 1_000_000).to_integral_value())


def _number(row: Row, column: str, most: Decimal) -> Decimal | None:
    text = row.text(column, "")
    if not text:
        return None
    value = _decimal(row, column, text.replace(",", ""))
    if not 0 <= value <= most:
        raise row.error("cannot be", column=column, value=text, mend=f"from 0 to {most}")
    return value


def _decimal(row: Row, column: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _no_number(row, column, text)
    return value


def _no_number(row: Row, column: str, text: str) -> RecordError:
    return row.error("not a number", column=column, value=text, mend="write it like 120.5853")


def _money(row: Row, column: str) -> int | None:
    if not row.text(column, ""):
        return None
    amount = row.amount(column)
    if amount < 0:
        raise row.error("below zero", column=column, value=str(amount), mend="write what it costs")
    return amount
