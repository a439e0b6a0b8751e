"""The page: self-contained, nothing that strangers wrote can act in it, the same every time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from aicfo_sim.demo.output import DemoOutput
from aicfo_sim.demo.pages import build, demo_words
from aicfo_sim.demo.summary import summary_lines
from aicfo_sim.report.page import render

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Tags(HTMLParser):
    """Collects tags and attributes, and that every tag is closed where it should be."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    return tags


def test_the_page_needs_no_network_and_runs_no_script(either: DemoOutput) -> None:
    html = render(build(either))
    tags = parsed(html)
    names = {name for name, _ in tags.seen}
    assert not names & {"script", "img", "iframe", "link", "object", "embed", "form", "base"}
    for _, attributes in tags.seen:
        assert not {"src", "style", "srcdoc", "action"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in html


def test_what_strangers_wrote_is_shown_and_does_nothing(either: DemoOutput) -> None:
    tags = parsed(render(build(either)))
    shown = "".join(tags.text)
    assert shown.count("<script>alert('x')</script>") >= 3  # advice, refusal and notice
    assert not any(name == "script" for name, _ in tags.seen)


def test_the_page_names_its_language(either: DemoOutput) -> None:
    tags = parsed(render(build(either)))
    assert tags.seen[0] == ("html", {"lang": "zh-CN" if either.lang == "zh" else "en"})


def test_each_panel_has_its_own_day_and_source(either: DemoOutput) -> None:
    page = build(either)
    days = {either.wholesaler.as_of, either.notices.as_of, either.story.as_of, "2025-07-01"}
    assert len(page.panels) == len(days) == 4
    for panel, day in zip(page.panels, sorted(days), strict=True):
        assert day in panel.as_of
        assert panel.source
        assert panel.answer.endswith((".", "。", "！"))
        assert panel.how


def test_the_same_demo_gives_the_same_bytes(either: DemoOutput) -> None:
    assert render(build(either)) == render(build(either))


def test_no_raw_minor_units_are_shown(found: DemoOutput) -> None:
    text = "".join(parsed(render(build(found))).text)
    for amount in (found.story.demand, found.story.cash_before, found.wholesaler.file_total):
        assert str(amount) not in text


def test_every_chart_is_well_formed(either: DemoOutput) -> None:
    charts = re.findall(r"<svg.*?</svg>", render(build(either)), re.DOTALL)
    assert len(charts) >= 6
    for chart in charts:
        root = ElementTree.fromstring(chart)
        width, height = map(float, root.attrib["viewBox"].split()[2:])
        for text in root.iter("text"):
            assert 0 <= float(text.attrib["x"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height


def test_the_summary_fits_on_one_screen(either: DemoOutput) -> None:
    lines = "\n".join(summary_lines(either, "out", demo_words(either.lang))).split("\n")
    assert len(lines) <= 45
    assert any("out/report.html" in line for line in lines)
