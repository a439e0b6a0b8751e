"""Which figures of an answer are supported, and what is said of those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from aicfo_sdk.errors import InputError
from aicfo_sdk.llm.calculate import calculate
from aicfo_sdk.llm.evidence import Evidence
from aicfo_sdk.money import LIMIT

MONEY = {"type": "integer", "minimum": -LIMIT, "maximum": LIMIT}
RATE = {"type": "integer", "maximum": 10_000_000}
SCHEMA: dict[str, Any] = {
    "title": "FundingPlan",
    "type": "object",
    "properties": {
        "demand": MONEY,
        "covered": MONEY,
        "cost": MONEY,
        "left": MONEY,
        "rate_ppm": RATE,
        "day": {"type": "string", "format": "date"},
        "note": {"type": "string", "maxLength": 100_000},
        "why": {"type": "string"},
        "pieces": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"source": {"type": "string"}, "cost": MONEY},
            },
        },
    },
}
RESULT: dict[str, Any] = {
    "demand": 11_873_420,
    "covered": 5_000_000,
    "cost": 26_758,
    "left": -700_000,
    "rate_ppm": 35_000,
    "day": "2026-03-14",
    "note": "现金余额 9,999,999 元",
    "why": "Costs 1,234.50 in the end.",
    "pieces": [{"source": "B-1", "cost": 20_000}, {"source": "B-2", "cost": 6_758}],
}


@pytest.fixture
def evidence() -> Evidence:
    made = Evidence("CNY")
    made.add_result("c1", SCHEMA, RESULT, {})
    return made


@pytest.mark.parametrize(
    "text",
    [
        "需求约12万元",
        "Demand is ¥118,734.20 and the cost is 267.58.",
        "能覆盖5万元，利率3.5%（350个基点）",
        "On 2026-03-14, or 3月14日, it is due.",
        "B-1 的成本为200元，B-2 的成本为67.58元",
        "a shortfall of 7,000",
        "-7,000.00 yuan",
        "2 pieces",
        "in the end 1,234.50",
    ],
)
def test_supported(evidence: Evidence, text: str):
    links = evidence.check(text)
    assert links
    assert [link.why for link in links] == [""] * len(links)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("需求约13万元", "no result"),
        ("需求 118,734.20 万元", "the unit is wrong"),
        ("需求 11,873,420 元", "the unit is wrong"),
        ("$118,734.20", "these books are in CNY"),
        ("成本 118,734.20 元", "no cost of the results"),
        ("the cost is 50,000", "no cost of the results"),
        ("利率35个基点", "no result|unit"),
        ("left are +7,000", "sign"),
        ("left are 7,000 yuan", "sign"),
        ("成本 -267.58 元", "sign"),
        ("B-2 的成本为200元", "nothing about B-2"),
        ("成本为200元", "say whose"),
        ("现金余额 9,999,999 元", "no result"),
        ("On 15 March 2026", "no result"),
        ("3 pieces", "no result"),
        ("利息 50,000 元", "no result holds interest"),
    ],
)
def test_unsupported(evidence: Evidence, text: str, why: str):
    import re

    faults = [link for link in evidence.check(text) if not link.evidence]
    assert faults
    assert re.search(why, faults[0].why)


def test_every_link_names_call_and_pointer(evidence: Evidence):
    (link,) = evidence.check("利率3.5%")
    assert (link.evidence, link.value) == ("c1#/rate_ppm", "35000")


def test_the_question_supports_only_what_no_field_says_otherwise(evidence: Evidence):
    evidence.add_text("question", "", "我想付 90,000 元，需求是 80,000 吗？", frozenset())
    assert evidence.check("付 90,000 元可以")[0].evidence == "question#"
    assert evidence.check("需求是 80,000")[0].evidence == ""


def test_sums_are_reckoned_exactly_and_then_count(evidence: Evidence):
    told = calculate(evidence, "c2", {"op": "sum", "values": ["c1#/demand", "50,000.00"]})
    assert told["value"] == "168,734.20 CNY (≈ 16.87万)"
    assert evidence.check("合计 168,734.20 元")[0].evidence == "c2#/value"
    calculate(evidence, "c3", {"op": "percent", "values": ["c1#/cost", "c1#/covered"]})
    assert evidence.check("占比 0.535%")[0].evidence == "c3#/value"
    calculate(evidence, "c4", {"op": "product", "values": ["c1#/demand", "3.5%"]})
    assert evidence.check("得 4,155.70 元")[0].evidence == "c4#/value"


@pytest.mark.parametrize(
    "given",
    [
        {"op": "sum", "values": ["c1#/demand", "77.77"]},
        {"op": "sum", "values": ["c1#/demand", "3.5%"]},
        {"op": "sum", "values": ["c1#/demand"]},
        {"op": "power", "values": ["c1#/demand", "c1#/cost"]},
        {"op": "percent", "values": ["c1#/demand", "c9#/none"]},
        {"op": "product", "values": ["c1#/demand", "c1#/cost"]},
        {"op": "sum", "values": "c1#/demand"},
        {"op": "sum", "values": ["c1#/demand", {}]},
        {"op": "sum", "values": ["c1#/demand", "c1#/cost"], "scale": 2},
    ],
)
def test_what_cannot_be_reckoned_is_refused(evidence: Evidence, given: dict[str, Any]):
    with pytest.raises(InputError):
        calculate(evidence, "c2", given)


def test_a_quotient_by_nothing_is_refused(evidence: Evidence):
    evidence.add_result("c7", SCHEMA, {**RESULT, "demand": 0, "pieces": []}, {})
    with pytest.raises(InputError, match="not 0"):
        calculate(evidence, "c8", {"op": "percent", "values": ["c1#/cost", "c7#/demand"]})
