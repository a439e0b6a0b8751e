"""The loop end to end through real litellm, against a scripted OpenAI-shaped server."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.config import LlmRules
from aicfo_sdk.errors import ModelError
from aicfo_sdk.llm.conversation import Conversation
from aicfo_sdk.llm.record import replay_turn
from aicfo_sdk.llm.through_litellm import Litellm
from aicfo_sdk.llm.transport import Done, Patience, Text, ToolCall, reply_of
from aicfo_sdk.orchestrator.session import Session

from .server import Calls, Cut, Model, Refused, Said, serving

# Its import alone costs seconds of CPU: once, for all of them.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

# Found, not imported: its import asks the network for prices, which ours switches off first.
if find_spec("litellm") is None:
    pytest.skip("the extra aicfo-sdk[llm] is not installed", allow_module_level=True)

BRIEF = Calls([("core_brief", {})])


class Talk:
    """What a conversation with a scripted model came to."""

    def __init__(
        self,
        books: Path,
        script: Sequence[Said],
        question: str,
        *,
        stream: bool = True,
        fallbacks: tuple[str, ...] = (),
        **limits: Any,
    ) -> None:
        self.waits: list[float] = []
        with serving(script) as model, open_books(books) as opened, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.model: Model = model
            rules = LlmRules(
                model="openai/scripted", api_base=model.url, fallbacks=fallbacks, **limits
            )
            session = Session(opened)
            talk = Conversation(
                session,
                rules=rules,
                transport=Litellm(rules, stream=stream),
                sleep=self.waits.append,
            )
            answered = talk.ask(question)
            self.turn = answered.turn
            stored = session.runs.get(answered.record)
            self.replayed = replay_turn(session, stored)

    @property
    def told(self) -> list[str]:
        """What the model was told by tools in its last request."""
        messages = self.model.requests[-1]["messages"]
        return [message["content"] for message in messages if message["role"] == "tool"]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_right_calls_lead_to_an_answer_whose_figure_is_linked(shop: Path, stream: bool):
    with open_books(shop) as books:
        cash = Session(books).snapshot().balance()
    shown = f"{cash // 100:,}.{cash % 100:02d}"
    talk = Talk(shop, [BRIEF, f"现金为{shown}元。"], "账上还有多少钱？", stream=stream)
    assert talk.turn.answer == f"现金为{shown}元。"
    assert [(link.evidence, link.value) for link in talk.turn.links] == [("c1#/cash", str(cash))]
    assert (talk.turn.read, talk.turn.written, talk.turn.rounds) == (200, 20, 2)
    assert talk.replayed.identical
    assert talk.replayed.steps[0].recalled


def test_wrong_arguments_unknown_tools_and_broken_json_come_back_with_the_mend(shop: Path):
    script = [
        Calls([("cash_brain_cash_forecast", {"horizon_days": "soon"})]),
        Calls([("core_breif", {}), ("core_brief", '{"a": ')]),
        Calls([("core_brief", {"day": 3})]),
        "没有可说的。",
    ]
    talk = Talk(shop, script, "现金预测如何？")
    wrong, unknown, broken, extra = talk.told
    assert "horizon_days" in wrong
    assert "no such tool" in unknown
    assert "core_brief" in unknown
    assert "not JSON" in broken
    assert "day" in extra
    assert talk.turn.answer == "没有可说的。"
    assert talk.replayed.identical


def test_an_endless_loop_ends_at_the_rounds(shop: Path):
    talk = Talk(shop, [Calls([("core_brief", {})])], "What should I do?", rounds=6)
    assert talk.turn.rounds <= 6
    assert talk.turn.stopped == "rounds"
    assert talk.turn.answer.startswith("Not answered")
    assert len([call for call in talk.turn.calls if call.given is not None]) == 1
    assert talk.replayed.identical


def test_a_rate_limit_is_waited_for_as_long_as_it_says(shop: Path):
    talk = Talk(shop, [Refused(429, "7"), "好。"], "在吗？")
    assert talk.waits == [7.0]
    assert talk.turn.answer == "好。"


def test_a_server_error_and_a_cut_stream_are_tried_again(shop: Path):
    talk = Talk(shop, [Refused(500), Cut("现金为一百万", 3), "好。"], "在吗？")
    assert talk.waits == [1.0, 2.0]
    assert talk.turn.answer == "好。"
    assert len(talk.model.requests) == 3


def test_a_model_that_is_refused_gives_way_to_the_next(shop: Path):
    talk = Talk(shop, [Refused(401), "好。"], "在吗？", fallbacks=("openai/second",))
    assert talk.turn.model == "openai/second"
    assert talk.model.requests[-1]["model"] == "second"


def test_when_no_model_answers_the_error_says_what_each_said(shop: Path):
    with pytest.raises(ModelError, match="no model answered"):
        Talk(shop, [Refused(401)], "在吗？")


def test_a_stream_that_ends_without_its_last_word_is_no_reply():
    with serving([Cut("half a sentence", 6)]) as model:
        transport = Litellm(LlmRules(model="openai/x", api_base=model.url))
        pieces = transport.complete("openai/x", [{"role": "user", "content": "?"}], [],
                                    most=10, seconds=5)  # fmt: skip
        found = list(pieces)
    assert not any(isinstance(piece, Done) for piece in found)
    assert any(isinstance(piece, Text) for piece in found)


def test_two_calls_in_one_reply_keep_their_names_and_arguments():
    with serving([Calls([("one", {"a": 1}), ("two", {"b": "二"})])]) as model:
        transport = Litellm(LlmRules(model="openai/x", api_base=model.url))
        reply = reply_of(
            transport, ["openai/x"], [{"role": "user", "content": "?"}], [],
            most=10, left=lambda: 5.0, patience=Patience(lambda seconds: None),
        )  # fmt: skip
    assert reply.calls[0] == ToolCall("k0", "one", '{"a": 1}')
    assert reply.calls[1].name == "two"
    assert reply.usage.read == 100
