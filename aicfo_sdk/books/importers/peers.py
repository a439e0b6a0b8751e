"""An index of a trade (行业指数): CSV or XLSX with Chinese columns, one row per month.

Columns, found by name in any order; the first three must be there:
    行业 · 月份 (2026-03, 2026年3月 or a day in it)
    指数              sales of the month on a fixed base (定基), above 0; never growth (同比, 环比)
    区域 · 来源
    发布日            first day on which it was known; else the month's last day
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ...model.peer_facts import PeerIndex
from ...model.text import UntrustedText, clean
from ..batch import Batch
from .papers import Once
from .table import Row, find_header
from .table import read as read_table

KIND = "peers"

COLUMNS = {
    "trade": ("行业", "业态"),
    "month": ("月份", "月"),
    "index": ("指数", "定基指数", "销售指数"),
}
OPTIONAL = {
    "district": ("区域", "商圈", "地区"),
    "source": ("来源", "数据来源"),
    "published": ("发布日", "发布日期"),
}

_MONTH = re.compile(r"([0-9]{4})\s*[-/.年]?\s*([0-9]{1,2})\s*月?", re.ASCII)
_MOST = Decimal(10**9)


def read(path: Path) -> Batch:
    """Return the index of one file, a record a month. Raises: RecordError for what is wrong."""
    head = find_header(read_table(path), COLUMNS, OPTIONAL, what="an index of peers")
    found: Once[PeerIndex] = Once("month of an index")
    for row in head.rows():
        found.add(_index(row), row.line, column="month", fail=row.error)
    # An index is no money: it belongs into books of any currency.
    return found.batch(KIND, head.table, currency="")


def _index(row: Row) -> PeerIndex:
    trade, district, source = (
        UntrustedText(row.text(name, "" if name != "trade" else None))
        for name in ("trade", "district", "source")
    )
    month = _month(row)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    published = row.day("published", last)
    if published < month:
        raise row.error(
            "published before the month", column="published", value=published.isoformat()
        )
    return PeerIndex(
        id=f"{trade}|{district}|{source}|{month:%Y-%m}",
        published=published,
        trade=trade,
        district=district,
        month=month,
        index_milli=_milli(row),
        source=source,
    )


def _month(row: Row) -> date:
    text = clean(row.text("month"))
    found = _MONTH.fullmatch(text)
    if found is None:
        return row.day("month").replace(day=1)
    try:
        return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise row.error(
            "no such month", column="month", value=text, mend="write it like 2026-03"
        ) from None


def _milli(row: Row) -> int:
    text = row.text("index").replace(",", "")
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not Decimal("0.001") <= value <= _MOST:
        raise row.error("not an index", column="index", value=text, mend="a number above 0")
    return int((value * 1_000).to_integral_value())
