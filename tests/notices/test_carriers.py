"""What a notice says is read whatever carries it and whatever its names are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.importers.notice.naming import field_named
from aicfo_sdk.model import Tender

from . import carriers
from .measure import tally, together

_MOST = max(map(len, carriers.WORDS.values()))


@pytest.mark.parametrize("carrier", carriers.CARRIERS)
def test_the_same_pairs_are_read_from_every_carrier(carrier: str) -> None:
    at = carriers.CARRIERS.index(carrier)
    for word in (0, 1 + at % (_MOST - 1)):
        found = together(
            tally({carrier: lambda seed, w=word: carriers.made(carrier, 31 * at + seed, w)}, each=2)
        )
        assert found.total() == 1.0, (word, found.errors)


@pytest.mark.parametrize("word", range(_MOST))
def test_a_field_is_known_by_any_name_that_portals_give_it(word: int) -> None:
    layouts = {
        name: lambda seed, name=name: carriers.made(name, seed + word, word)
        for name in ("rows of a table", "divs in a div", "lines below", "docx paragraphs")
    }
    found = together(tally(layouts, each=2))
    assert found.total() == 1.0, found.errors


@pytest.mark.parametrize(
    "name",
    (
        "联系人 采购人地址 代理机构地址 开户行 资金来源 报名截止时间 "
        "获取招标文件时间 质保期 付款方式 公告期限 开标地点 递交地点 代理服务费 "
        "采购需求 采购内容 招标范围 项目联系人 质疑截止时间 投标保证金缴纳时间 "
        "保证金缴纳截止时间 监督部门 行业主管部门 评标委员会 合同编号 采购计划编号 "
        "项目代码 标段编号 标段名称 公开招标 竞争性磋商 综合评分法 货物 服务 "
        "工程 接受 不接受 服务内容 商务要求 技术要求 资格审查 单价 总价 "
        "响应文件 投标文件 项目 施工 质疑期限"
    ).split(),
)
def test_names_of_other_things_and_values_are_no_names_of_fields(name: str) -> None:
    assert field_named(name) is None


def test_bold_words_within_a_sentence_name_nothing(tmp_path: Path) -> None:
    path = tmp_path / "notice.html"
    path.write_text(
        "<html><body><h1>某校保洁服务采购公告</h1><p>项目编号：A-1</p><p>项目名称：某校保洁服务</p>"
        "<p>采购人：某校</p><p>发布时间：2026-03-01</p><p>投标截止时间：2026年3月20日9时</p>"
        "<p>超过<b>最高限价</b>的报价无效，<b>保证金</b>须从基本账户转出。</p>"
        "<p>投标人应注意<b>投标有效期</b>与<b>服务期限</b>的要求。</p></body></html>"
    )
    (found,) = read(path).records
    assert isinstance(found, Tender)
    assert (found.ceiling, found.bond, found.validity_days, found.delivery_days) == (
        None,
        0,
        None,
        None,
    )


def test_what_a_form_hides_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "form.html"
    rows = {"项目编号": "A-1", "项目名称": "某校保洁服务", "采购人": "某校", "预算金额": "9万元"}
    fields = "".join(f'<p>{n}：<input type="text" value="{v}"></p>' for n, v in rows.items())
    path.write_text(
        f"<html><body><h1>采购公告</h1>{fields}<p>发布时间：2026-03-01</p><p>投标截止时间："
        '2026年3月20日9时</p><input type="hidden" value="最高限价：8万元"></body></html>'
    )
    (found,) = read(path).records
    assert isinstance(found, Tender)
    assert (found.number, found.value, found.ceiling) == ("A-1", 9_000_000, None)
