"""The report of a run in a real browser: phone and desk, nothing cut off, no request, no error."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aicfo_sim import run
from aicfo_sim.report.assemble import experiment_report

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CUT_OFF = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const room = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < room.left - 1 || box.right > room.right + 1 || box.bottom > room.bottom + 1;
  }).map(text => text.textContent);
})"""
SILENT = """() => [...document.querySelectorAll('svg')].filter(svg =>
  svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label')
  || !svg.querySelector('title').textContent).length"""
OUTSIDE = """() => [...document.querySelectorAll('table, svg')].filter(box => {
  const room = box.closest('.scroll');
  return !room || room.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
}).length"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of a small run, in both languages."""
    folder = tmp_path_factory.mktemp("page") / "run"
    policies = ["owner", "hold_all", "all_t0"]
    run("default", merchants=12, days=70, seed=7, policies=policies, out=folder, shard=12)
    found = {lang: folder / f"{lang}.html" for lang in ("en", "zh")}
    for lang, path in found.items():
        experiment_report(folder, path, lang)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("NO CHROMIUM HERE: the report is NOT TESTED in a browser (apt: chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_report_is_readable(
    browser: Any, reports: dict[str, Path], width: int, lang: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(0)
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(reports[lang].as_uri())
    assert requests == [reports[lang].as_uri()]
    assert errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SILENT) == 0
    assert page.evaluate(OUTSIDE) == 0
    assert page.evaluate("document.querySelectorAll('svg').length") >= 6
    assert page.evaluate("document.querySelectorAll('section > h2').length") == 9
    page.close()
