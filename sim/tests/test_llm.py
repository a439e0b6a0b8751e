"""A language model as a simulated firm's CFO: the same protocol, the same policy, no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Policy, Run
from aicfo_sim.engine import run as live
from aicfo_sim.policies import Owner, policy, reads_books
from aicfo_sim.policies.cfo import Cfo, installed
from aicfo_sim.policies.llm import LlmCfo
from aicfo_sim.scenario import load
from aicfo_sim.state import State

from aicfo_sdk import NotFound
from aicfo_sdk.config import LlmRules
from aicfo_sdk.errors import ModelError
from aicfo_sdk.llm.transport import CallPiece, Done, Piece, Text

DAYS = 25


class Obedient:
    """Calls the tool that the question names, then says nothing of note."""

    def __init__(self, *, fails: bool = False) -> None:
        self.asked, self._fails = 0, fails

    def complete(
        self,
        model: str,
        messages: Sequence[dict[str, Any]],
        tools: Sequence[dict[str, Any]],
        *,
        most: int,
        seconds: float,
    ) -> Iterator[Piece]:
        self.asked += 1
        if self._fails:
            raise ModelError("no such model")
        if messages[-1]["role"] == "tool":
            yield Text("请按建议办理。")
        else:
            wanted = "core_brief" if "简报" in str(messages[-1]["content"]) else "core_funding"
            yield CallPiece(0, "a", wanted, json.dumps({}))
        yield Done()


def lived(decider: Policy) -> State:
    where = world(load("default"), days=DAYS, seed=5)
    block = draw_block(where, [where.who(number) for number in range(2)], detail=True)
    state = State(block, journal=True)
    live(Run(block, state, decider), 0, DAYS)
    return state


def llm(transport: Obedient) -> LlmCfo:
    rules = LlmRules(model="scripted")
    return LlmCfo(installed(), name="llm:scripted", rules=rules, transport=lambda _: transport)


def test_a_model_that_asks_the_tools_fares_as_the_cfo_who_asks_them() -> None:
    transport = Obedient()
    by_model, by_cfo = lived(llm(transport)), lived(Cfo(installed()))
    assert transport.asked > 0
    assert by_model.asked.sum() > 0
    assert by_model.ledger.balances.tolist() == by_cfo.ledger.balances.tolist()
    assert by_model.actions.tolist() == by_cfo.actions.tolist()


def test_a_model_that_never_answers_leaves_the_owner_alone() -> None:
    decider = llm(Obedient(fails=True))
    assert lived(decider).ledger.balances.tolist() == lived(Owner()).ledger.balances.tolist()
    assert decider.notes["Brief: ModelError"] > 0


def test_the_policy_goes_by_its_models_name(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = policy("llm:openai/small")
    assert found.name == "llm:openai/small"
    assert reads_books(found)
    with pytest.raises(NotFound, match="llm:MODEL"):
        policy("llm:")
