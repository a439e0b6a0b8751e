"""A plugin that misbehaves hurts itself: some faults of the campaign, and what stopping costs."""

from __future__ import annotations

from datetime import date

import pytest

from aicfo_sdk import Context, MemoryBooks, Registry
from aicfo_sdk.errors import ToolFailed
from tests.faults.plugins import CASES, campaign, one

from .conftest import Mount

BOOKS = MemoryBooks([], as_of=date(2026, 3, 2))
MOOD = """
import os, time
plugin = Plugin("stranger", version="1")
@plugin.tool
def mood(ctx: Context, *, do: str = "") -> CashDemand:
    "Does what it is told."
    if do == "exit":
        os._exit(4)
    if do == "hang":
        time.sleep(3600)
    amount = {"negative": -5, "text": "5", "real": 5.5}.get(do, os.getpid())
    return CashDemand.model_construct(id="x", amount=amount, by=ctx.today, until=ctx.today)
"""


def test_the_campaign_has_twelve_faults_at_six_places():
    assert len(CASES) == 72


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "hook"),
    [
        ("hang", "need"),
        ("exit", "import"),
        ("fork", "proposal"),
        ("nan", "list"),
        ("huge", "call"),
        ("bad_utf8", "member"),
        ("changed_schema", "call"),
    ],
)
def test_a_run_survives(fault: str, hook: str):
    assert one(fault, hook).end != "unharmed"


@pytest.mark.slow
def test_a_share_of_the_campaign_runs():
    figures = campaign(0.01, 3)
    assert (figures["survived"], figures["cases"]) == (3, 3)


@pytest.mark.slow
def test_a_child_that_ends_starts_again_a_few_times_a_run(mounted: Mount):
    far = mounted(MOOD, restarts=1, deadline_seconds=120)
    registry = Registry([far.plugin], children={"stranger": far.child})
    mood = far.plugin.tools["mood"]
    for _ in range(2):
        with pytest.raises(ToolFailed, match="plugin stranger ended"):
            mood(Context(BOOKS), do="exit")
    with pytest.raises(ToolFailed, match=r"stopped 2 times in this run.*last time it ended"):
        mood(Context(BOOKS))
    registry.begin()
    assert mood(Context(BOOKS)).amount > 0


@pytest.mark.slow
def test_a_call_has_a_deadline_and_the_error_names_plugin_fault_and_mend(mounted: Mount):
    far = mounted(MOOD, deadline_seconds=0.5)
    with pytest.raises(ToolFailed) as failed:
        far.plugin.tools["mood"](Context(BOOKS), do="hang")
    assert str(failed.value) == (
        "plugin stranger did not answer within 0.5 seconds (stranger.mood); its process was "
        "stopped, it starts again at its next use; report it to the plugin's author"
    )


@pytest.mark.slow
@pytest.mark.parametrize("do", ["negative", "text", "real"])
def test_a_wrong_value_is_refused_and_the_child_goes_on(mounted: Mount, do: str):
    far = mounted(MOOD, deadline_seconds=120)
    mood = far.plugin.tools["mood"]
    process = mood(Context(BOOKS)).amount
    with pytest.raises(ToolFailed, match="plugin stranger returned no CashDemand: amount = "):
        mood(Context(BOOKS), do=do)
    assert mood(Context(BOOKS)).amount == process
