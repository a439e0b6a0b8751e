"""An answer depends on what the books say: not on which books say it, who is asked beside, in
what order, or what was solved before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aicfo_sim.books import MerchantBooks
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import DRAWERS
from aicfo_sim.engine import Run, run
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.policies.cfo import installed
from aicfo_sim.scenario import load
from aicfo_sim.state import State

from aicfo_sdk import Books, MemoryBooks, Orchestrator
from aicfo_sdk.model import RECORDS, Brief, FundingPlan, record_type

DAYS = (95, 100)


@pytest.fixture(scope="module")
def books() -> list[MerchantBooks]:
    """Books of one merchant of each kind on two days, when nobody has much cash."""
    where = world(replace(load("default"), warmup_days=60), days=50, seed=6)
    members = [where.who(number, name) for number, name in enumerate(DRAWERS)]
    block = draw_block(where, members, detail=True)
    block.traits.opening //= 2
    state, first, found = State(block, journal=True), 0, list[MerchantBooks]()
    papers = [Papers(block, state, place) for place in range(block.size)]
    for day in DAYS:
        run(Run(block, state, Owner()), first, day + 1)
        found += [one.books(day) for one in papers]
        first = day + 1
    return found


def _plain(books: MerchantBooks) -> MemoryBooks:
    records = [r for name in RECORDS for r in books.records(record_type(name)).values()]
    return MemoryBooks(records, as_of=books.as_of)


def _said(answer: Any) -> tuple[list[tuple[str, str]], list[str], str]:
    """Return what an answer proposes, what it found, and how it failed."""
    proposals = [(one.action.model_dump_json(), one.reason) for one in answer.proposals]
    facts = [fact.model_dump_json() for _, fact in answer.facts]
    return proposals, facts, str(answer.error or "")


def _alone(goal: type[Any], books: Books) -> tuple[list[tuple[str, str]], list[str], str]:
    return _said(Orchestrator(installed(), checked=False).run_many(goal, books=[books])[0])


@pytest.mark.slow
@pytest.mark.parametrize("goal", [Brief, FundingPlan])
def test_whichever_books_batch_order_or_question_before_the_answer_is_the_same(
    books: list[MerchantBooks], goal: type[Any]
) -> None:
    alone = [_alone(goal, one) for one in books]
    assert alone == [_alone(goal, _plain(one)) for one in books]
    cfo = Orchestrator(installed(), checked=False)
    assert alone == [_said(answer) for answer in cfo.run_many(goal, books=books)]
    # The same orchestrator again, in another order, mixed with books of another make.
    mixed = [one if n % 2 else _plain(one) for n, one in enumerate(books)][::-1]
    assert alone[::-1] == [_said(answer) for answer in cfo.run_many(goal, books=mixed)]
    assert any(proposals for proposals, _, _ in alone)
