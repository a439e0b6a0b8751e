"""Forms of tables, cards and corrections that no layout of the sets happens to use."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.model import Tender

PAIRS = (
    ("项目名称", "校园保洁服务项目"),
    ("采购单位", "某市第三中学"),
    ("预算金额", "59.8万元"),
    ("项目编号", "ZC-1"),
    ("投标截止时间", "2026-03-20 09:30"),
    ("发布时间", "2026-03-05"),
)


def one(path: Path, text: str) -> Tender:
    path.write_text(text)
    (found,) = read(path).records
    assert isinstance(found, Tender)
    return found


def of_page(tmp_path: Path, body: str, head: str = "采购公告") -> Tender:
    return one(tmp_path / "a.html", f"<html><body><h1>{head}</h1>{body}</body></html>")


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


NAMES, VALUES = zip(*PAIRS, strict=True)
FORMS = {
    "columns of other things between": table(
        ("序号", NAMES[0], "联系人", NAMES[1], "联系电话", *NAMES[2:], "备注"),
        ("1", VALUES[0], "王老师", VALUES[1], "025-1", *VALUES[2:], ""),
    ),
    "names above values, thrice": table(NAMES[:2], VALUES[:2], NAMES[2:4], VALUES[2:4])
    + table(NAMES[4:], VALUES[4:]),
    "three pairs a row": table(
        *(tuple(x for pair in PAIRS[at : at + 3] for x in pair) for at in (0, 3))
    ),
    "an empty cell between": table(*((name, "", value) for name, value in PAIRS)),
    "a colon in a cell of its own": table(*((name, "：", value) for name, value in PAIRS)),
    "units and hours in cells of their own": table(
        *((n, v, "") for n, v in PAIRS if n not in ("预算金额", "投标截止时间")),
        ("预算金额", "59.8", "万元"),
        ("投标截止时间", "2026-03-20", "09:30"),
    ),
    "name above value in one cell": table(
        *(tuple(f"{n}<br>{v}" for n, v in PAIRS[at : at + 3]) for at in (0, 3))
    ),
    "a sign of need before the name": "".join(
        f"<div><label><em>*</em>{n}</label><span>{v}</span></div>" for n, v in PAIRS
    ),
    "a button behind the value": "".join(
        f"<li><span>{n}</span><span>{v}</span><button>复制</button></li>" for n, v in PAIRS
    ),
    "names in two tongues": table(*((f"{name}/Item", value) for name, value in PAIRS)),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_or_card_is_read_in_any_form(tmp_path: Path, form: str) -> None:
    found = of_page(tmp_path, FORMS[form])
    assert (found.title, found.buyer, found.number) == (VALUES[0], VALUES[1], VALUES[3])
    assert (found.value, found.published) == (59_800_000, date(2026, 3, 5))
    assert (found.deadline, found.deadline_time) == (date(2026, 3, 20), "09:30")


FACTS = "".join(f"<p>{name}：{value}</p>" for name, value in PAIRS if name != "投标截止时间")
_OLD, _NEW = "2026年3月15日9时", "2026年3月20日9时30分"


@pytest.mark.parametrize(
    "text",
    [
        f"将投标截止时间由{_OLD}变更为{_NEW}",
        f"投标截止时间由原定的{_OLD}延期至{_NEW}。",
        f"原投标截止时间：{_OLD}</p><p>现投标截止时间：{_NEW}",
        f"更正前：投标截止时间{_OLD}</p><p>更正后：投标截止时间{_NEW}",
        f"投标截止时间更正为：{_NEW}（原为{_OLD}）",
        f"原文：投标截止时间为{_OLD}；修改为：投标截止时间为{_NEW}",
    ],
)
def test_a_correction_counts_as_it_stands_now(tmp_path: Path, text: str) -> None:
    found = of_page(tmp_path, f"{FACTS}<p>{text}</p>", "校园保洁服务项目更正公告")
    assert (found.notice, found.deadline) == ("correction", date(2026, 3, 20))


@pytest.mark.parametrize(
    ("before", "after"),
    [("更正前", "更正后"), ("原公告内容", "更正为"), ("原文", "修改为"), ("旧值", "新值")],
)
def test_a_table_of_changes_is_read_under_any_heads(
    tmp_path: Path, before: str, after: str
) -> None:
    rows = table(("序号", "更正事项", before, after), ("1", "投标截止时间", _OLD, _NEW))
    found = of_page(tmp_path, FACTS + rows, "校园保洁服务项目更正公告")
    assert found.deadline == date(2026, 3, 20)


def test_the_winners_of_lots_are_all_named_and_no_sum_is_made_up(tmp_path: Path) -> None:
    rows = table(
        ("包号", "包名称", "中标供应商", "中标金额（万元）"),
        ("1", "教学一体机", "西安博文教育装备有限公司", "50"),
        ("2", "办公家具", "佛山德盛家具有限公司", "30"),
    )
    found = of_page(tmp_path, FACTS + rows, "设备采购项目中标公告")
    assert {str(name) for name in found.suppliers} == {
        "西安博文教育装备有限公司",
        "佛山德盛家具有限公司",
    }
    assert found.awarded is None


def test_the_day_of_the_notice_before_is_not_that_of_this_one(tmp_path: Path) -> None:
    body = FACTS.replace("发布时间", "原公告发布日期") + "<p>公告日期：2026-03-21</p>"
    found = of_page(tmp_path, body, "校园保洁服务项目流标公告")
    assert (found.notice, found.published) == ("termination", date(2026, 3, 21))


def test_lines_broken_at_a_width_are_put_together(tmp_path: Path) -> None:
    title = "江苏省南京市江宁区人民政府机关事务服务中心办公楼物业管理服务项目"
    demand = (
        "具有建设行政主管部门颁发的市政公用工程施工总承包三级及以上资质，并在人员方面有相应能力"
    )
    lines = (
        f"项目名称：{title}",
        "采购人：江苏省南京市江宁区人民政府机关事务管理服务中心后勤保障处",
        "投标文件递交截止时间：响应文件应当在规定的时间即2026年3月20日9时30分前递交。",
        "三、供应商资格要求",
        f"1.{demand}；",
    )
    broken = (line[at : at + 28] for line in lines for at in range(0, len(line), 28))
    text = "\n".join(("物业采购公告", "2026年3月5日", "项目编号：ZC-1", *broken, ""))
    found = one(tmp_path / "a.txt", text)
    assert (found.title, found.deadline) == (title, date(2026, 3, 20))
    assert [str(one).rstrip(";") for one in found.qualifications] == [demand.replace("，", ",")]


def test_who_signs_is_the_buyer_where_no_agency_does(tmp_path: Path) -> None:
    body = FACTS.replace("<p>采购单位：某市第三中学</p>", "")
    signed = "<p>投标保证金：无</p><p>某市人民医院</p><p>2026年3月5日</p>"
    assert of_page(tmp_path, body + signed).buyer == "某市人民医院"
    agency = "<p>代理机构：信达项目管理有限公司</p>"
    assert of_page(tmp_path, body + agency + signed).buyer == ""
