"""The picture of a bill plan: what it shows, and that it shows it on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from aicfo_sim.demo.bills import cash_along
from aicfo_sim.demo.output import BillMoveOutput, BillOutput, BillsOutput, StoryOutput
from aicfo_sim.demo.pages import demo_words
from aicfo_sim.demo.pages.bills import blocks
from aicfo_sim.report.page import Chart, Page, Panel, Table, render
from aicfo_sim.report.plot import Line
from aicfo_sim.report.timeline import Bar, Mark, bill_timeline

from aicfo_sdk.model import BillId, BillMove, CashForecast

from .conftest import EVIL
from .test_browser import CUT_OFF, FLAGS, TOUCHING

TODAY = date(2025, 6, 30)


def bill(place: int, face: int, payday: str) -> BillOutput:
    return BillOutput(
        id=f"B{place}", number=f"51034351705852025021463840{place:04d}", face=face, payday=payday
    )


def move(bill: str, kind: str, amount: int, day: str, **given: Any) -> BillMoveOutput:
    plain: dict[str, Any] = {"payable": "", "institution": "", "cost": 0, "reason": "why"}
    return BillMoveOutput(bill=bill, move=kind, amount=amount, day=day, **{**plain, **given})


@pytest.fixture
def rich() -> BillsOutput:
    """Every kind of move, some on neighbouring days, and hostile words."""
    waves = [20_000_000 + 300_000 * (day % 23) - 200_000 * (day % 31) for day in range(182)]
    return BillsOutput(
        bills=[
            bill(0, 7_443_460, "2025-07-02"),
            bill(1, 12_345_678, "2025-08-15"),
            bill(2, 10_656_648, "2025-09-29"),
            bill(3, 9_900_000_000, "2025-12-22"),
        ],
        moves=[
            move("B0", "hold", 7_443_460, "2025-07-02"),
            move("B1", "discount", 5_000_000, "2025-06-30", institution=EVIL, cost=1_234),
            move("B1", "discount", 5_000_000, "2025-07-07", institution="bank", cost=1_000),
            move("B1", "hold", 2_345_678, "2025-08-15"),
            move("B2", "endorse", 10_656_648, "2025-09-29", payable=EVIL, reason=EVIL),
            move("B3", "endorse", 3_300_000_000, "2025-12-19", payable="I2"),
            move("B3", "pledge", 3_300_000_000, "2025-12-20"),
            move("B3", "hold", 3_300_000_000, "2025-12-22"),
        ],
        start="2025-07-01",
        cash=waves,
        cash_held=[level - 15_000_000 for level in waves],
        floor=5_811_690,
        wealth=12_345_678,
        hold_all=12_340_000,
        discount_all=12_350_000,
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_move_of_each_bill_is_drawn_and_said(rich: BillsOutput, lang: str) -> None:
    chart, table = blocks(rich, "2025-06-30", "CNY", demo_words(lang))
    assert isinstance(chart, Chart)
    assert isinstance(table, Table)
    svg = ElementTree.fromstring(chart.svg)
    texts = ["".join(text.itertext()) for text in svg.iter("text")]
    words = {"en": ("hold", "discount", "endorse"), "zh": ("持有", "贴现", "背书")}[lang]
    assert [text for text in texts if text.startswith(words[0])] == [
        f"{words[0]} ¥74,434.60",
        f"{words[0]} ¥23,456.78",
        f"{words[0]} ¥33,000,000.00",
    ]
    assert texts.count(f"{words[1]} ¥50,000.00") == 2
    assert f"{words[2]} ¥106,566.48" in texts
    assert len(table.rows) == len(rich.moves)
    assert "+¥57" in chart.caption
    assert "−¥43" in chart.caption
    bars = [rect for rect in svg.iter("rect") if rect.get("class") == "stay"]
    wide = [float(bar.attrib["width"]) for bar in bars]
    assert len(bars) == 4
    assert wide == sorted(wide)
    # 2 of the 175 days until the last payday; both lines are cut there, not at the horizon.
    assert wide[0] == pytest.approx(wide[3] * 2 / 175, abs=0.1)
    width = float(svg.attrib["viewBox"].split()[2])
    for line in svg.iter("polyline"):
        places = [float(point.split(",")[0]) for point in line.attrib["points"].split()]
        assert len(places) == 175
        assert max(places) <= width


def test_a_plan_without_bills_draws_nothing_and_many_are_said_to_be_more(
    rich: BillsOutput,
) -> None:
    say = demo_words("en")
    empty = rich.model_copy(update={"bills": [], "moves": []})
    assert blocks(empty, "2025-06-30", "CNY", say) == []
    many = rich.model_copy(
        update={"bills": [bill(place, 100, "2025-07-04") for place in range(30)]}
    )
    chart, _ = blocks(many, "2025-06-30", "CNY", say)
    assert isinstance(chart, Chart)
    assert chart.svg.count('class="stay"') == 12
    assert "Of 30 bills 12 are drawn." in chart.caption
    # Those that move come first.
    assert all(f"{place:04d} ·" in chart.svg for place in (1, 2, 3))


def test_kinds_of_moves_are_told_apart_by_shape_and_words_are_escaped() -> None:
    marks = [Mark(TODAY, kind, EVIL) for kind in ("hold", "discount", "endorse", "pledge")]
    svg = bill_timeline(
        [Bar(EVIL, TODAY + timedelta(days=9), marks)],
        [Line(EVIL, TODAY, [1.0, 2.0])],
        title=EVIL,
        today=TODAY,
        unit=str,
        floor=(0.5, EVIL),
    )
    assert "<script" not in svg
    root = ElementTree.fromstring(svg)
    shapes = [node for node in root.iter() if "dot" in (node.get("class") or "")]
    kinds = [(node.tag, len(node.get("points", "").split())) for node in shapes]
    assert kinds == [("circle", 0), ("polygon", 4), ("polygon", 3)]
    assert len([node for node in root.iter("rect") if node.get("class") == "bar c1"]) == 1


def test_cash_along_a_plan_is_the_forecast_with_its_moves_by_hand() -> None:
    levels = (1_000, 1_000, 1_000, 1_500, 900)
    forecast = CashForecast(
        start=TODAY + timedelta(days=1), opening=1_000, p10=levels, p50=levels, p90=levels
    )

    def planned(bill: str, kind: Any, amount: int, after: int, cost: int = 0) -> BillMove:
        day = TODAY + timedelta(days=after)
        return BillMove(bill=BillId(bill), move=kind, amount=amount, day=day, cost=cost)

    paydays = {"A": TODAY + timedelta(days=4), "B": TODAY + timedelta(days=90)}
    moves = [
        planned("A", "discount", 500, 0, cost=7),  # today: there from the first day on
        planned("B", "endorse", 200, 5),  # not paid in money on day 5, missed after the horizon
        planned("B", "hold", 50, 90),
    ]
    assert cash_along(forecast, moves, paydays) == [1_493, 1_493, 1_493, 1_493, 1_093]
    assert cash_along(forecast, [], paydays) == list(levels)


def test_the_story_plans_the_bills_that_are_left(told_story: StoryOutput) -> None:
    found = told_story.bills
    sold = {item.resource for item in told_story.decisions if item.kind == "discount_bill"}
    assert sold
    assert found.bills
    assert {each.id for each in found.bills} == {each.bill for each in found.moves}
    by_bill = {each.id: 0 for each in found.bills}
    for each in found.moves:
        by_bill[each.bill] += each.amount
    assert by_bill == {each.id: each.face for each in found.bills}
    assert found.wealth >= max(found.hold_all, found.discount_all)
    if all(each.move == "hold" for each in found.moves):
        assert found.cash == found.cash_held


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("NO CHROMIUM HERE: the picture is NOT TESTED in a browser (apt: chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_picture_is_readable_on_a_phone_without_moving_it(
    browser: Any, rich: BillsOutput, tmp_path: Path, width: int, lang: str
) -> None:
    say = demo_words(lang)
    panel = Panel("bills", "t", "a", tuple(blocks(rich, "2025-06-30", "CNY", say)))
    path = tmp_path / "page.html"
    path.write_text(render(Page(lang, "t", "l", (panel,), say.under("page"))), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.goto(path.as_uri())
    assert requests == [path.as_uri()]
    assert errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(TOUCHING) == []
    box = page.locator("svg.slim").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    # What is written is at least 8 pixels high on the glass.
    assert 12 * box["width"] / 440 >= 8
    page.close()
