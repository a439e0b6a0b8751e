"""Amounts as people write them, by hand."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from aicfo_sim.report.figures import exact, percent, short, whole
from aicfo_sim.report.plot import Line, nice_ticks
from aicfo_sim.report.svg import Interval, Node, forest, graph, time_chart
from hypothesis import given
from hypothesis import strategies as st


def test_amounts_carry_currency_groups_and_sign() -> None:
    assert exact(123_456_789, "CNY") == "¥1,234,567.89"
    assert exact(-5, "GBP") == "−£0.05"
    assert exact(0, "XXX") == "XXX 0.00"
    assert whole(123_450, "CNY") == "¥1,234"  # half to even
    assert whole(123_550, "CNY") == "¥1,236"
    assert whole(-99, "CNY") == "−¥1"


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        (0, "¥0", "¥0"),
        (12_345, "¥123", "¥123"),
        (500_000, "¥5k", "¥5,000"),
        (-1_250_000, "−¥12.5k", "−¥1.25万"),
        (123_400_000, "¥1.23m", "¥123万"),
        (20_000_000_000, "¥200m", "¥2亿"),
        (99.9, "¥1", "¥1"),
    ],
)
def test_an_axis_is_short_in_either_language(amount: float, english: str, chinese: str) -> None:
    assert short("CNY", "en")(amount) == english
    assert short("CNY", "zh")(amount) == chinese


def test_shares_have_one_decimal_and_no_negative_zero() -> None:
    assert percent(359_926) == "36.0%"
    assert percent(-317_618, signed=True) == "−31.8%"
    assert percent(12_000, signed=True) == "+1.2%"
    assert percent(-400, signed=True) == "0.0%"


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_ticks_cover_what_is_drawn_and_stay_few(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    ticks = nice_ticks(low, high)
    slack = max(abs(low), abs(high), 1.0) * 1e-9
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 8
    assert all(a < b for a, b in pairwise(ticks))


@st.composite
def dags(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """A number of nodes and edges, each to a later node."""
    count = draw(st.integers(1, 9))
    node = st.integers(0, count - 1)
    pairs = draw(st.sets(st.tuples(node, node)))
    return count, sorted((a, b) for a, b in pairs if a < b)


@given(dags())
def test_a_graph_draws_every_box_apart_and_every_edge_downwards(
    drawn: tuple[int, list[tuple[int, int]]],
) -> None:
    count, edges = drawn
    nodes = [Node(f"n{i}", "T") for i in range(count)]
    svg = ElementTree.fromstring(graph(nodes, edges, title="t"))
    sides = ("x", "y", "width", "height")
    boxes = [tuple(float(rect.attrib[side]) for side in sides) for rect in svg.iter("rect")]
    assert len(boxes) == count
    for i, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[i + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    for a, b in edges:
        assert boxes[a][1] + boxes[a][3] <= boxes[b][1]
    width, height = map(float, svg.attrib["viewBox"].split()[2:])
    assert all(x + w <= width and y + h <= height for x, y, w, h in boxes)


def test_a_forest_says_its_figures_and_marks_zero() -> None:
    svg = forest([Interval("CFO", 5.0, -1.0, 11.0)], title="t", unit=lambda v: f"{v:g}")
    assert "5 [-1, 11]" in svg
    assert 'class="axis"' in svg


def test_a_line_breaks_where_a_day_is_missing() -> None:
    line = Line("l", date(2025, 1, 1), [1.0, None, 2.0, 3.0])
    svg = time_chart([line], title="t", unit=str)
    assert svg.count("<polyline") == 2
