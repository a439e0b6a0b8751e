"""The report of an experiment: its figures are those of the results, its words are honest."""

from __future__ import annotations

from pathlib import Path

import pytest
from aicfo_sim import run
from aicfo_sim.report.assemble import experiment_page
from aicfo_sim.report.page import Panel
from aicfo_sim.report.rows import Found, find

POLICIES = ("owner", "hold_all", "all_t0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve merchants of all kinds for ten weeks under simple rules."""
    out = tmp_path_factory.mktemp("report") / "run"
    run("default", merchants=12, days=70, seed=7, policies=POLICIES, out=out, shard=12)
    return out


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    """The run as its report reads it."""
    return find(folder)


def panel(found: Found, key: str, lang: str = "en") -> Panel:
    """Return one panel of the page."""
    return next(panel for panel in experiment_page(found, lang).panels if panel.key == key)


def test_a_report_has_every_panel_in_both_languages(found: Found) -> None:
    for lang in ("en", "zh"):
        page = experiment_page(found, lang)
        keys = [panel.key for panel in page.panels]
        assert keys == [
            "effects", "beside", "sources", "captured", "cash", "survival", "tale", "placebo",
            "setup",
        ]  # fmt: skip
        assert all(panel.answer for panel in page.panels)
