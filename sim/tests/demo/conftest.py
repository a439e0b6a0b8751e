"""The panels, each made once: notices and story for real, the two slow ones from a few figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from aicfo_sim.demo.notices import notices
from aicfo_sim.demo.output import (
    AdviceOutput,
    DemoOutput,
    ForecastOutput,
    NoticesOutput,
    ReceiptsOutput,
    RefusedReason,
    SimulationOutput,
    Source,
    StoryOutput,
    WholesalerOutput,
)
from aicfo_sim.demo.settings import load_settings
from aicfo_sim.demo.story import story
from aicfo_sim.report.rows import policy_rows

EVIL = "<script>alert('x')</script><img src=http://evil.example/x>"


def quiet(text: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="session")
def real_notices(tmp_path_factory: pytest.TempPathFactory) -> NoticesOutput:
    """The panel of the real notices, as the demo makes it."""
    return notices(tmp_path_factory.mktemp("notices"), load_settings().notices, quiet)


@pytest.fixture(scope="session")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], StoryOutput]:
    """Tell the contractor's story as the demo does, each time in another folder."""

    def told(lang: str) -> StoryOutput:
        folder = tmp_path_factory.mktemp("story")
        return story(folder, folder / "its files", load_settings().story, lang, quiet)

    return told


@pytest.fixture(scope="session")
def told_story(tell: Callable[[str], StoryOutput]) -> StoryOutput:
    """The contractor's story in English."""
    return tell("en")


@pytest.fixture
def found(real_notices: NoticesOutput, told_story: StoryOutput) -> DemoOutput:
    """A whole demo, with hostile text in what strangers wrote."""
    first = real_notices.matches[0].model_copy(update={"title": EVIL, "buyer": EVIL})
    hostile = real_notices.model_copy(update={"matches": [first, *real_notices.matches[1:]]})
    return DemoOutput(
        report="report.html",
        lang="en",
        wholesaler=_wholesaler(),
        notices=hostile,
        story=told_story,
        simulation=_simulation(),
    )


def summary_rows() -> list[dict[str, object]]:
    """Two kinds of firms under two policies, as `aicfo_sim.results.report` gives them."""

    def row(kind: str, policy: str, gap: dict[str, object] | None) -> dict[str, object]:
        return {
            "archetype": kind,
            "policy": policy,
            "merchants": 5,
            "survived_ppm": 1_000_000,
            "wealth": 12_345_678.5,
            "finance_cost": 120.0,
            "cash_p5": 55_000.0,
            "wage_late_days": 0.0,
            "supplier_late_days": 1.5,
            "vs_owner": gap,
            "vs_best_rule": None,
        }

    gain = {"policy": "owner", "pairs": 5, "mean": 50_000.0, "low": 10_000.0, "high": 90_000.0}
    loss = {"policy": "owner", "pairs": 5, "mean": -50_000.0, "low": -90_000.0, "high": -10_000.0}
    return [
        row("shop", "owner", None),
        row("shop", "cfo", gain),
        row("contractor", "owner", None),
        row("contractor", "cfo", loss),
        row("all", "owner", None),
        row("all", "cfo", gain),
    ]


@pytest.fixture
def rows() -> list[dict[str, object]]:
    """The summary of a small experiment."""
    return summary_rows()


def _simulation() -> SimulationOutput:
    return SimulationOutput(
        scenario="default",
        start="2025-07-01",
        days=180,
        merchants=10,
        seed=7,
        currency="CNY",
        sha256="0" * 64,
        rows=policy_rows(summary_rows()),
    )


def _wholesaler() -> WholesalerOutput:
    days = 28
    sold = [100_000 + 10_000 * (day % 7) for day in range(days)]
    forecast = ForecastOutput(
        start="2010-11-01",
        method="weekday profile × level",
        p10=[value - 30_000 for value in sold],
        p50=[value - 5_000 for value in sold],
        p90=[value + 30_000 for value in sold],
        actual=sold,
        naive=sold[::-1],
        sum_p10=3_000_000,
        sum_p50=3_500_000,
        sum_p90=4_000_000,
        sum_actual=sum(sold),
        sum_naive=sum(sold),
        wape_ppm=40_000,
        naive_wape_ppm=120_000,
        sum_error_ppm=-38_461,
        naive_sum_error_ppm=0,
        coverage_ppm=1_000_000,
        past_wape_ppm=None,
        past_naive_wape_ppm=None,
        note="",
        history_start="2010-10-04",
        history=sold,
    )
    return WholesalerOutput(
        source=Source(name="File", source="https://example.org", licence="CC", attribution="A."),
        as_of="2010-10-31",
        currency="GBP",
        rows=10,
        invoices=7,
        credit_notes=1,
        customers=3,
        refused=[RefusedReason(reason=EVIL, rows=2, amount=-1234, lines=[5, 9])],
        file_total=100_000,
        refused_total=-1234,
        books_sales=101_234,
        trial_balance=0,
        audit_ok=True,
        entries=8,
        to_the_penny=True,
        forecast=forecast,
        receipts=ReceiptsOutput(
            terms_days=30,
            start="2010-11-01",
            by_week=[1, 2, 3, 4],
            total=10,
            assumptions=["Net 30."],
        ),
        advice=[
            AdviceOutput(
                kind="watch",
                money=5_000,
                title=EVIL,
                title_zh=EVIL,
                detail="why",
                detail_zh="原因",
                evidence=["Invoice:1"],
            )
        ],
    )


@pytest.fixture(params=["en", "zh"])
def either(request: pytest.FixtureRequest, found: DemoOutput) -> DemoOutput:
    """The demo in either language."""
    return found.model_copy(update={"lang": request.param})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "demo"
