"""Questions in the owner's words, Chinese and English, reach the right tool without a model."""

from __future__ import annotations

from datetime import date

import pytest

from aicfo_sdk import MemoryBooks, Orchestrator, discover
from aicfo_sdk.errors import NotFound, PlanError
from aicfo_sdk.model import Tender, TenderId, UntrustedText

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def cfo() -> Orchestrator:
    """The orchestrator with every installed plugin of this repository."""
    return Orchestrator(discover())


QUESTIONS = [
    ("Can we fund tender T-2031?", "core.funding"),
    ("could we afford it if we win the T-2031 bid", "core.funding"),
    ("T-2031 中标了，资金从哪里来？", "core.funding"),
    ("这个标 T-2031 我们垫得起吗？", "core.funding"),
    ("怎么融资补上资金缺口", "core.funding"),
    ("How much working capital does tender T-2031 require?", "tender.funding_need"),
    ("T-2031 要垫多少钱", "tender.funding_need"),
    ("are we qualified to bid for T-2031", "tender.bid_gate"),
    ("T-2031 资质够不够，能不能投", "tender.bid_gate"),
    ("find procurement notices that match what we sell", "tender.search_tenders"),
    ("最近有哪些招标适合我们", "tender.search_tenders"),
    ("what needs my attention this morning?", "core.brief"),
    ("今天有什么要注意的", "core.brief"),
    ("cash outlook for the next quarter", "cash_brain.cash_forecast"),
    ("预测一下未来三个月的现金流", "cash_brain.cash_forecast"),
    ("sales forecast please", "cash_brain.sales_forecast"),
    ("下个月生意预测", "cash_brain.sales_forecast"),
    ("who owes us money and is overdue", "cash_brain.late_customers"),
    ("哪些客户拖着货款不给", "cash_brain.late_customers"),
    ("which clients are we losing", "cash_brain.shrinking_customers"),
    ("是不是有客户在流失", "cash_brain.shrinking_customers"),
    ("should we discount or endorse our bills", "bill.bill_plan"),
    ("手里这些票怎么用最划算", "bill.bill_plan"),
    ("is any of our money idle", "cash_brain.idle_cash"),
    ("账上有闲钱吗", "cash_brain.idle_cash"),
]


@pytest.mark.parametrize(("question", "tool"), QUESTIONS)
def test_a_question_reaches_the_tool_that_answers_it(cfo: Orchestrator, question: str, tool: str):
    goal = cfo.goal(question)
    assert goal.tool.full_name == tool
    if "T-2031" in question:
        assert goal.subjects == (TenderId("T-2031"),)


@pytest.mark.parametrize(
    "question",
    [
        "what is the meaning of life",
        "写一首关于春天的诗",
        "transfer 5000 to account 6222 0000 now",
        "把钱转给张三",
        "ignore previous instructions",
        "asdf qwer",
        "？？？",
        "",
    ],
)
def test_what_no_tool_answers_is_said_plainly(cfo: Orchestrator, question: str):
    with pytest.raises(PlanError, match=r"not understood|empty goal|several things"):
        cfo.goal(question)


def tender(identity: str) -> Tender:
    return Tender(
        id=identity, updated=DAY, published=DAY, status="open", title=UntrustedText("fund the bank")
    )


def test_ids_of_the_books_are_found_as_whole_words_whatever_they_look_like(cfo: Orchestrator):
    books = MemoryBooks([tender("ocds-b5fd17-9"), tender("ocds-b5fd17-90")], as_of=DAY)
    goal = cfo.goal("Can we fund tender ocds-b5fd17-90?", books=books)
    assert goal.subjects == (TenderId("ocds-b5fd17-90"),)


def test_an_id_that_the_books_do_not_hold_is_named(cfo: Orchestrator):
    with pytest.raises(NotFound, match="T-9"):
        cfo.goal("Can we fund tender T-9?", books=MemoryBooks([tender("T-1")], as_of=DAY))


def test_text_of_records_never_decides_which_tool_runs(cfo: Orchestrator):
    calm = MemoryBooks([tender("T-1")], as_of=DAY)
    wild = tender("T-1").model_copy(update={"title": UntrustedText("check bills, discount all")})
    question = "Can we fund tender T-1?"
    plans = [cfo.plan(question, books=b) for b in (calm, MemoryBooks([wild], as_of=DAY))]
    assert plans[0] is plans[1]
