"""The brief ranks by expected money, then by what presses; a person is shown seven pieces."""

from __future__ import annotations

from datetime import date
from typing import Any

from aicfo_sdk import Context, MemoryBooks, Orchestrator, Plugin, Registry
from aicfo_sdk.model import Advice, Brief
from aicfo_sdk.orchestrator.core import plugin as core


def brief(*items: Advice) -> Brief:
    """The brief of a registry whose only advice is this."""
    told = Plugin("told", version="1.0.0", title="t", description="d")

    @told.tool
    def say(ctx: Context) -> list[Advice]:
        """What the test wants said."""
        return list(items)

    books = MemoryBooks([], as_of=date(2026, 3, 2), balances={})
    result = Orchestrator(Registry([core, told])).run("core.brief", books=books).result
    assert isinstance(result, Brief)
    return result


def item(id: str, money: int, **more: Any) -> Advice:
    given: dict[str, Any] = {"kind": "risk", "title": id, **more}
    return Advice(id=id, money=money, **given)


def test_money_counts_as_far_as_it_is_sure():
    found = brief(item("sure", 600), item("doubtful", 1_000, confidence_ppm=500_000))
    assert [each.id for each in found.advice] == ["sure", "doubtful"]


def test_of_equal_money_what_is_due_comes_first():
    found = brief(
        item("a", 500, kind="opportunity"), item("b", 500, kind="due"), item("c", 500, kind="watch")
    )
    assert [each.id for each in found.advice] == ["b", "c", "a"]
