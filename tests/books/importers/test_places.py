"""Lists of places and indices of peers: each cell becomes its field, what is wrong is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk.books.importers import detect, peers, places
from aicfo_sdk.books.store import create_with
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model import District, Merchant, PeerIndex, Site, UntrustedText

HEAD = "类型,编号,名称,门店编号,经度,纬度,面积(平方米),月租金,月运营费,装修费,押金,人口,状态日期"
CANDIDATE = "候选,C1,铺位,,120.5853,30.0000005,110.5,18000.00,42000,190000,36000,,2026-01-01"
OWN = "自有,P1,一店,S1,120.6,30.0,80,,,,,,2026-01-01"
PEOPLE = "商圈,D1,府山,,120.58,29.99,,,,,,62000,2026-01-01"
EXAMPLES = Path(__file__).parents[3] / "examples" / "files"


def _csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_every_cell_of_a_place_becomes_its_field(tmp_path: Path) -> None:
    batch = places.read(_csv(tmp_path / "p.csv", HEAD, CANDIDATE, OWN, PEOPLE))
    site, own, district = batch.records
    assert site == Site(
        id="C1", updated=date(2026, 1, 1), kind="candidate", name="铺位", east_e6=120_585_300,
        north_e6=30_000_000, area_cm2=1_105_000, rent_month=1_800_000, running_month=4_200_000,
        fitout=19_000_000, deposit=3_600_000,
    )  # fmt: skip
    assert isinstance(own, Site)
    assert (own.kind, own.store, own.running_month) == ("own", "S1", None)
    assert isinstance(district, District)
    assert district.people == 62_000


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (CANDIDATE.replace("候选", "仓库"), "no such kind of place"),
        (CANDIDATE.replace("120.5853", "220.5"), "beyond 180 degrees"),
        (CANDIDATE.replace("120.5853", "东经"), "not a number"),
        (CANDIDATE.replace("120.5853", "NaN"), "not a number"),
        (CANDIDATE.replace("110.5", "-3"), "cannot be"),
        (CANDIDATE.replace("18000.00", "-1.00"), "below zero"),
        (OWN.replace("S1", ""), "an own store without its id"),
        (PEOPLE.replace("62000", ""), "a district without people"),
    ],
)
def test_what_is_wrong_in_a_place_is_named_with_its_line(
    row: str, what: str, tmp_path: Path
) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        places.read(_csv(tmp_path / "p.csv", HEAD, OWN.replace("P1", "P0"), row))
    assert "line 3" in str(caught.value)


def test_an_index_is_read_in_thousandths_and_known_at_the_months_end(tmp_path: Path) -> None:
    rows = ("行业,月份,指数,来源", "餐饮,2026-02,88.4,协会", "餐饮,2026年3月,1,协会")
    first, second = peers.read(_csv(tmp_path / "i.csv", *rows)).records
    assert isinstance(first, PeerIndex)
    assert (first.month, first.published) == (date(2026, 2, 1), date(2026, 2, 28))
    assert first.index_milli == 88_400
    assert isinstance(second, PeerIndex)
    assert (second.month, second.index_milli) == (date(2026, 3, 1), 1_000)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("餐饮,2026-13,88.4,", "no such month"),
        ("餐饮,2026-02,0,", "not an index"),
        ("餐饮,2026-02,-4.1,", "not an index"),
        ("餐饮,2026-02,inf,", "not an index"),
    ],
)
def test_what_is_wrong_in_an_index_is_named(row: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=what):
        peers.read(_csv(tmp_path / "i.csv", "行业,月份,指数,来源", row))


def test_two_figures_for_one_month_are_an_error(tmp_path: Path) -> None:
    rows = ("行业,月份,指数,来源", "餐饮,2026-02,88.4,协会", "餐饮,2026-02,89.4,协会")
    with pytest.raises(RecordError, match="two different"):
        peers.read(_csv(tmp_path / "i.csv", *rows))


def test_an_index_is_no_money_and_goes_into_books_of_any_currency(tmp_path: Path) -> None:
    batch = peers.read(_csv(tmp_path / "i.csv", "行业,月份,指数", "餐饮,2026-02,88.4"))
    me = Merchant(id="me", updated=date(2026, 2, 28), name=UntrustedText("M"), country="GB")
    _, result = create_with([batch], str(tmp_path / "a.books"), merchant=me, currency="GBP")
    assert (batch.rows, result.refused) == (1, 0)


def test_the_kind_is_told_by_the_columns() -> None:
    assert detect.detect(EXAMPLES / "chain/places.csv") == "places"
    assert detect.detect(EXAMPLES / "chain/peers.csv") == "peers"
    assert len(detect.read(EXAMPLES / "chain/places.csv").records) == 11
    assert len(detect.read(EXAMPLES / "chain/peers.csv").records) == 8
