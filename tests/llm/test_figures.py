"""Figures of Chinese and English text: what each says, how exactly, and what is none."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.llm.figures import figures, one


def read(text: str) -> list[tuple[str, str, float]]:
    return [(found.text, found.kind, float(found.value)) for found in figures(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("约12万元", "money", 12_000_000),
        ("¥118,734.20", "money", 11_873_420),
        ("￥１２,３４５．６０", "money", 1_234_560),
        ("1.2亿元", "money", 12_000_000_000),
        ("12.3 万", "plain", 123_000),
        ("二十三万元", "money", 23_000_000),
        ("壹拾贰万叁仟元整", "money", 12_300_000),
        ("两千零五元", "money", 200_500),
        ("1亿2000万元", "money", 12_000_000_000),
        ("RMB 1.19 million", "money", 119_000_000),
        ("CNY 3.5bn", "money", 350_000_000_000),
        ("$3k", "money", 300_000),
        ("minus 3,000 yuan", "money", -300_000),
        ("¥-5,000", "money", -500_000),
        ("负5000元", "money", -500_000),
        ("250 fen", "money", 250),
        ("3.5%", "share", 35_000),
        ("百分之三点五", "share", 35_000),
        ("3 个百分点", "share", 30_000),
        ("35 bps", "share", 3_500),
        ("35个基点", "share", 3_500),
        ("5‰", "share", 5_000),
        ("三成", "share", 300_000),
        ("30天", "days", 30),
        ("90 days", "days", 90),
        ("三张票据", "plain", 3),
        ("two bills", "plain", 2),
        ("118,734.20", "plain", 118_734.2),
        ("2026-03-14", "date", 20_260_314),
        ("2026年3月14日", "date", 20_260_314),
        ("3月14日", "date", 314),
        ("14 March 2026", "date", 20_260_314),
        ("March 14, 2026", "date", 20_260_314),
    ],
)
def test_one_figure(text: str, kind: str, value: float):
    assert [(k, v) for _, k, v in read(text)] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "一个办法，一定要十分小心，万一不行就一起想办法",
        "第一步、第12条",
        "tender T-2031, bill B0007, invoice I0000068, P50 and P95, T+0",
        "at 12:30, in 2026, Q1 2026, 2026年",
        "1. pay\n2. wait",
        "c1#/cash [c2#/p10/3]",
        "account 6222021234567890123",
        "one way, the other one",
    ],
)
def test_what_is_no_figure(text: str):
    assert read(text) == []


def test_a_range_gives_its_unit_to_its_first_figure():
    assert [value for _, _, value in read("12-15万元")] == [12_000_000, 15_000_000]
    assert [value for _, _, value in read("10%至15%")] == [100_000, 150_000]
    assert [value for _, _, value in read("12万至15万元")] == [12_000_000, 15_000_000]
    assert [value for _, _, value in read("between 3 to 5%")] == [30_000, 50_000]


@pytest.mark.parametrize(
    ("text", "value", "says"),
    [
        ("12万元", 11_873_420, True),
        ("约12万元", 11_873_420, True),
        ("11.9万元", 11_873_420, True),
        ("11.8万元", 11_873_420, False),
        ("¥118,734.20", 11_873_420, True),
        ("¥118,734", 11_873_420, True),
        ("¥118,734.21", 11_873_420, False),
        ("¥120,000", 11_873_420, False),
        ("about ¥120,000", 11_873_420, True),
        ("超过11万元", 11_873_420, True),
        ("超过12万元", 11_873_420, False),
        ("近12万元", 11_873_420, True),
        ("不到11万元", 11_873_420, False),
        ("more than ¥118,000", 11_873_420, True),
        ("11万多元", 11_873_420, True),
        ("3.5%", 35_449, True),
        ("3.5%", 35_501, False),
    ],
)
def test_a_figure_says_a_value_that_rounds_to_the_digits_it_shows(
    text: str, value: int, says: bool
):
    (found,) = figures(text)
    assert found.says(Fraction(value)) is says


@given(st.integers(min_value=0, max_value=10**13 - 1))
def test_every_amount_as_our_own_tools_write_it_is_read_to_the_fen(minor: int):
    text = f"{minor // 100:,}.{minor % 100:02d}"
    found = one(f"¥{text}")
    assert found is not None
    assert (found.value, found.step) == (minor, 1)


@given(st.text(max_size=200))
def test_any_text_is_read_and_figures_stand_where_they_say(text: str):
    last = 0
    for found in figures(text):
        assert last <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        last = found.end
