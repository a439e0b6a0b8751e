"""What stands around a notice misleads nobody: menus, tables of parties, columns of no winner."""

from __future__ import annotations

from pathlib import Path

import pytest

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.model import Tender, clean

_PAGE = (
    "<html><body><ul><li>首页</li><li>采购公告</li><li>结果公告</li></ul>"
    "<h1>某区图书馆书架采购项目{kind}公告</h1><p>发布日期：2025-09-22</p>"
    "<p>一、项目编号：2025-JL78</p><p>二、项目名称：某区图书馆书架采购项目</p>{body}</body></html>"
)


def of(tmp_path: Path, kind: str, body: str) -> Tender:
    path = tmp_path / "a.html"
    path.write_text(_PAGE.format(kind=kind, body=body))
    (found,) = read(path).records
    assert isinstance(found, Tender)
    return found


@pytest.mark.parametrize(
    ("kind", "means"), [("成交", "award"), ("更正", "correction"), ("询价", "invitation")]
)
def test_the_entry_of_a_menu_does_not_say_what_a_notice_is(
    tmp_path: Path, kind: str, means: str
) -> None:
    body = "<p>预算金额：59万元</p><p>采购人：某区图书馆</p>"
    assert of(tmp_path, kind, body).notice == means


@pytest.mark.parametrize("corner", ["", "项目"])
def test_a_table_with_a_column_for_each_party_gives_each_its_name(
    tmp_path: Path, corner: str
) -> None:
    rows = (
        (corner, "采购单位", "采购代理机构"),
        ("名称", "某区图书馆", "某省信达项目管理有限公司"),
        ("联系人", "刘助理", "孙女士"),
    )
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    found = of(tmp_path, "询价", f"<p>预算金额：59万元</p><table>{cells}</table>")
    assert (clean(found.buyer), clean(found.agency)) == ("某区图书馆", "某省信达项目管理有限公司")


def test_a_unit_of_the_army_that_is_called_by_its_number_buys(tmp_path: Path) -> None:
    told = "<p>某省信达项目管理有限公司受43921部队委托，就书架采购进行询价。</p>"
    assert clean(of(tmp_path, "询价", told).buyer) == "43921部队"


def test_neither_a_column_nor_the_failure_of_a_lot_is_a_winner(tmp_path: Path) -> None:
    rows = (
        ("包号", "成交供应商名称", "成交金额（元）"),
        ("1", "某市德盛家具有限公司", "105700"),
        ("2", "废标（有效供应商不足三家）", "/"),
    )
    more = (("包号", "供应商名称", "标的名称"), ("1", "某市德盛家具有限公司", "书架"))
    tables = "".join(
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in table)
        + "</table>"
        for table in (rows, more)
    )
    found = of(tmp_path, "成交", tables)
    assert [clean(name) for name in found.suppliers] == ["某市德盛家具有限公司"]
