"""A hundred finance questions: every wrong figure of a draft is caught, no right one doubted."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from aicfo_sdk.llm.figures import figures
from benchmarks.chat_questions import MERCHANTS, Question, answered, door, questions, right_value

SAMPLE = 6
"""Every so manieth question of one merchant is asked in the default suite."""


def held_to_account(question: Question) -> None:
    turn = answered(question)
    assert not turn.stopped
    if question.wrong:
        assert turn.caught, f"{question.wrong}: {question.draft}"
    else:
        assert turn.caught == (), f"{question.draft}: {turn.caught}"
    if question.wrong and question.stubborn:
        assert turn.marked
        assert re.search(r"\[(?:无依据：|no evidence: )", turn.answer)
    else:
        assert turn.answer == question.right
    for link in turn.links:
        if link.evidence and not link.evidence.startswith("question#"):
            assert same(link.figure, right_value(question, link.evidence), link.value), link


def same(figure: str, told: int | str, value: str) -> bool:
    """Whether a figure is what the deterministic orchestrator says, reckoned in decimals here."""
    if isinstance(told, str):
        return (
            True if told in ("reckoned", "day") else figure.lstrip("-¥") in told or told in figure
        )
    assert str(told) == value
    digits = Decimal(re.sub(r"[^\d.]", "", figure))
    units = {"亿": 10**10, "万": 10**6, "million": 10**8, "%": 10**4}
    unit = next((size for word, size in units.items() if word in figure), None)
    plain = unit is None and re.search(r"天|days", figure)
    scale = Decimal(1 if plain else unit or 100)
    last = Decimal(10) ** digits.as_tuple().exponent  # type: ignore[operator]
    return abs(digits * scale - abs(told)) * 2 <= last * scale


@pytest.mark.slow
def test_there_are_a_hundred_and_thirty_are_wrong_in_many_ways():
    found = questions()
    wrong = [question for question in found if question.wrong]
    assert len(found) >= 100
    assert len(wrong) >= 30
    assert {question.merchant for question in wrong} == set(MERCHANTS)
    kinds = {question.wrong for question in wrong}
    assert kinds >= {
        "wrong unit", "swapped fields", "off by rounding", "percent for bp", "another tool's",
        "wrong sum", "sign", "minor units", "another day", "another quantile",
    }  # fmt: skip


def test_a_sample_of_them():
    for question in questions("contractor")[::SAMPLE]:
        held_to_account(question)


@pytest.mark.slow
def test_all_of_them():
    for question in questions():
        held_to_account(question)


def test_answers_worded_freely_are_not_doubted():
    """Words that the questions above do not use: what is right stays as it is written."""
    tool = door("contractor").orchestrator.registry.tool("core.funding")
    run = door("contractor").orchestrator.run(
        tool, books=door("contractor").books, arguments={"tender": "T-2031"}
    )
    plan = run.result
    calls = (("core_brief", {}), ("core_funding", {"tender": "T-2031"}))
    for draft in (
        (
            f"要做 T-2031，总共得准备{plan.demand / 1e6:.1f}万元左右，目前渠道只能解决"
            f"{plan.covered / 1e6:.0f}万元，剩下的{plan.uncovered / 1e6:.2f}万元还没有着落。"
        ),
        (
            f"You would have to find about CNY {plan.demand / 1e8:.2f} million for T-2031. Bills "
            f"and credit lines give {plan.covered / 100:,.0f}, so that "
            f"{plan.uncovered / 100:,.0f} remain open; interest and fees come to "
            f"{plan.cost / 100:,.2f}."
        ),
        (
            f"- 需求：{plan.demand / 100:,.2f}\n- 覆盖：{plan.covered / 100:,.2f}\n"
            f"- 缺口：{plan.uncovered / 100:,.2f}\n共有 {len(plan.pieces)} 笔安排。"
        ),
        (
            f"| 项目 | 金额 |\n|---|---|\n| 资金需求 | {plan.demand / 100:,.2f} |\n"
            f"| 成本 | {plan.cost / 100:,.2f} |"
        ),
        "目前没有足够的资金来源；请一定先催收，再考虑第二步。",
    ):
        question = Question("contractor", "T-2031 的资金从哪里来？", calls, draft, draft)
        turn = answered(question)
        assert turn.caught == (), (draft, turn.caught)
        assert len(turn.links) == len(figures(draft))
