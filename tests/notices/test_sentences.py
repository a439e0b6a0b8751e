"""What notices say in sentences rather than beside names, in the turns of phrase that they use."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.model import Tender

HEAD = """某校物业服务项目{kind}
发布时间：2026-03-05
项目编号：ZC-1
项目名称：某校物业服务项目
采购人：某市第三中学
"""
CLOSES = "投标截止时间：2026年3月20日9时30分\n"
_WHEN = "2026年3月20日9时30分"


def told(tmp_path: Path, text: str, *, kind: str = "采购公告") -> Tender:
    path = tmp_path / "notice.txt"
    path.write_text(HEAD.format(kind=kind) + text + "\n")
    (found,) = read(path).records
    assert isinstance(found, Tender)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "投标文件应于{w}前递交至开标室。",
        "投标文件递交的截止时间为{w}，地点为开标室。",
        "请于{w}前将响应文件密封送达采购中心。",
        "供应商须在{w}（北京时间）前提交响应文件。",
        "报价截止到{w}。",
        "响应文件须于{w}之前上传至平台。",
        "应答文件递交截止时间定于{w}。",
        "首次响应文件提交截止时间及地点：{w}，开标室",
        "投标人应在{w}前完成投标文件的上传。",
        "递交响应文件截止时间：{w}止",
        "投标截止时间和开标时间均为{w}。",
        "响应文件递交时间：2026年3月20日9时00分至9时30分",
        "提交响应文件时间：截至{w}",
        "参选文件递交截止日为{w}",
        "报价时间：2026-03-18 09:00 至 2026-03-20 09:30",
        "投标文件递交起止时间：2026年3月18日9时至{w}",
        "响应文件最晚提交时间为{w}。",
        "请各供应商务必于{w}前将纸质响应文件送至招标办。",
        "投标文件提交的截止时间（投标截止时间，下同）为{w}",
        "投标截止时间：2026年三月二十日上午九点半",
        "投标截止时间：20260320 09:30",
    ],
)
def test_the_day_until_which_bids_are_taken(tmp_path: Path, text: str) -> None:
    found = told(tmp_path, text.format(w=_WHEN))
    assert (found.deadline, found.deadline_time) == (date(2026, 3, 20), "09:30")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("value", 59_800_000, "本项目预算金额为人民币59.8万元（含税）。"),
        ("value", 59_800_000, "预算金额（万元）：59.8"),
        ("value", 59_800_000, "预算控制在59.8万元以内"),
        ("value", 59_800_000, "资金预算约为59.8万元"),
        ("value", 59_800_000, "总预算为伍拾玖万捌仟元"),
        ("value", 59_800_000, "预算金额:人民币(大写)伍拾玖万捌仟元整(小写)¥598000.00"),
        ("bond", 1_000_000, "供应商应于截止前交纳磋商保证金1万元"),
        ("bond", 1_000_000, "本项目需缴纳保证金10000元"),
        ("bond", 1_000_000, "须提交金额为10000元的投标保证金。"),
        ("bond", 0, "本项目不收取投标保证金。"),
        ("bond", 0, "无需缴纳投标保证金"),
        ("bond", 0, "履约保证金：10000元"),
        ("delivery_days", 90, "服务期3个月"),
        ("delivery_days", 90, "供货周期为90个日历天"),
        ("delivery_days", 90, "须在合同签订后90日内完成交货"),
        ("delivery_days", 90, "计划工期：90 日历天，计划开工日期：2026年5月1日"),
        ("validity_days", 90, "投标有效期自投标截止之日起90日历天"),
        ("validity_days", 90, "报价有效期不少于90天"),
        ("validity_days", 90, "响应有效期为递交截止后3个月"),
        ("consortium", False, "谢绝联合体投标"),
        ("consortium", False, "联合体投标：本项目不接受"),
        ("consortium", False, "投标人不得以联合体形式参与投标"),
        ("consortium", True, "[√]接受 [ ]不接受联合体投标"),
        ("consortium", True, "允许联合体，联合体成员不超过2家"),
        ("evaluation", "comprehensive_scoring", "评定方法：综合打分"),
        ("evaluation", "lowest_quote", "成交原则：最低价成交"),
    ],
)
def test_what_a_sentence_says_of_a_field(tmp_path: Path, field: str, value: Any, text: str) -> None:
    assert getattr(told(tmp_path, CLOSES + text), field) == value


@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("遴选公告", "invitation"),
        ("询比采购公告", "invitation"),
        ("采购公告（第二次）", "invitation"),
        ("评标结果公示", "award"),
        ("中选结果公告", "award"),
        ("变更通知", "correction"),
        ("答疑公告", "correction"),
        ("暂停公告", "termination"),
        ("采购失败公告", "termination"),
    ],
)
def test_the_kind_is_what_the_headline_announces(tmp_path: Path, kind: str, notice: str) -> None:
    assert told(tmp_path, CLOSES, kind=kind).notice == notice


@pytest.mark.parametrize(
    "text",
    [
        "投标保证金须于2026年3月18日17时前到账。",
        "答疑截止时间为2026年3月10日17时。",
        "超出预算10%以上的报价无效。",
        "质保期为24个月，付款期限为30天。",
        "合同签订后30日内支付预付款100000元。",
        "类似项目业绩合同金额不低于100万元。",
        "违约金为合同金额的5%，即每日500元。",
    ],
)
def test_what_a_sentence_says_of_other_things_becomes_no_field(tmp_path: Path, text: str) -> None:
    found = told(tmp_path, CLOSES + text)
    assert (found.value, found.ceiling, found.bond) == (None, None, 0)
    assert (found.delivery_days, found.validity_days, found.awarded) == (None, None, None)
    assert found.deadline == date(2026, 3, 20)
