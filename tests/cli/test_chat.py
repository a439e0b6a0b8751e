"""`aicfo chat`: one question, a talk with approvals at the prompt, what is said without a model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Context, Plugin, Registry, discover
from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import Advice, DrawLoan, Proposal
from benchmarks.chat_questions import Script

from .conftest import Run
from .test_cli import fits

plugin = Plugin("toy", version="1", title="Toy", description="Borrows.")


@plugin.tool(asks=["Where could money come from?"])
def borrow(ctx: Context) -> list[Advice]:
    """Draws 1,000.00 on the credit line."""
    action = DrawLoan(
        day=ctx.today,
        line="L",
        account="A",
        amount=100_000,
        rate_ppm=36_500,
        due=date(2026, 6, 1),
    )
    proposal = Proposal(action=action, reason="Cheap money.", evidence=())
    return [Advice(id="x", kind="info", money=100_000, title="Borrow", proposals=(proposal,))]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a scripted model in litellm's place, and one more plugin beside the installed ones."""
    full = discover()
    registry = Registry([*full.plugins.values(), plugin])
    monkeypatch.setattr("aicfo_sdk.registry.discover", lambda config: registry)
    monkeypatch.setenv("AICFO_MODEL", "scripted")

    def script(*replies: str | Sequence[Any]) -> Script:
        made = Script(replies)
        monkeypatch.setattr("aicfo_sdk.llm.conversation.transport_of", lambda rules: made)
        return made

    return script


def lines(monkeypatch: pytest.MonkeyPatch, *said: str) -> None:
    left = list(said)

    def read(prompt: str = "") -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr("builtins.input", read)


def test_one_question_is_answered_recorded_and_replayed(aicfo: Run, shop: Path, scripted: Any):
    scripted([("core_brief", {})], "现金为5,000.00元。")
    done = aicfo("chat", "账上还有多少钱？", "--books", shop, "--json")
    fits(done, "chat")
    assert done.code == 0
    assert done.json["answer"] == "现金为5,000.00元。"
    assert done.json["figures"][0]["evidence"] == "c1#/cash"
    assert done.json["tools"][0]["tool"] == "core.brief"
    assert "core.brief" in done.err
    record = done.json["record"]
    again = aicfo("replay", record, "--books", shop, "--json")
    fits(again, "replay")
    assert again.json["identical"] is True
    told = aicfo("replay", record, "--offline", "--books", shop)
    assert "账上还有多少钱？" in told.out
    assert "model:scripted" in told.out
    assert aicfo("runs", "--books", shop).out.count("账上还有多少钱？") == 1
    assert aicfo("audit", "verify", "--books", shop).code == 0


def test_an_unsupported_figure_is_marked_for_a_person_too(aicfo: Run, shop: Path, scripted: Any):
    scripted([("core_brief", {})], "Cash is 6,000.", "Cash is 6,000.")
    done = aicfo("chat", "How much cash is there?", "--books", shop)
    assert "[no evidence: 6,000]" in done.out
    assert "no cash of the results" in done.out or "no result holds it" in done.out


def test_a_talk_puts_each_proposal_to_the_person(
    aicfo: Run, shop: Path, scripted: Any, monkeypatch: pytest.MonkeyPatch
):
    scripted([("toy_borrow", {})], "One proposal waits.")
    lines(monkeypatch, "Where could money come from?", "y", "")
    done = aicfo("chat", "--books", shop, "--by", "owner")
    assert done.code == 0
    assert "committed" in done.out
    with open_books(shop) as books:
        assert books.snapshot().balance() == 600_000


@pytest.mark.parametrize(
    ("said", "status"), [("n", "rejected"), ("", "proposed"), ("x", "proposed")]
)
def test_without_a_yes_nothing_moves(
    aicfo: Run, shop: Path, scripted: Any, monkeypatch: pytest.MonkeyPatch, said: str, status: str
):
    scripted([("toy_borrow", {})], "One proposal waits.")
    lines(monkeypatch, "Where could money come from?", said, "exit")
    assert aicfo("chat", "--books", shop, "--by", "owner").code == 0
    with open_books(shop) as books:
        assert [item.status for item in books.proposals.all(None)] == [status]
        assert books.snapshot().balance() == 500_000


def test_what_the_policy_wants_two_for_is_not_done_by_a_yes(
    aicfo: Run, shop: Path, scripted: Any, monkeypatch: pytest.MonkeyPatch
):
    policy = 'name = "two"\n[rules.draw_loan]\napproval_above = 1\nsecond_person_above = 2\n'
    Path("policy.toml").write_text(policy, "utf-8")
    Path("aicfo.toml").write_text('policy = "policy.toml"\n', "utf-8")
    scripted([("toy_borrow", {})], "One proposal waits.")
    lines(monkeypatch, "Where could money come from?", "y")
    done = aicfo("chat", "--books", shop, "--by", "owner")
    assert "another person" in done.err
    with open_books(shop) as books:
        assert books.snapshot().balance() == 500_000


def test_a_model_that_fails_does_not_end_the_talk(
    aicfo: Run, shop: Path, scripted: Any, monkeypatch: pytest.MonkeyPatch
):
    scripted("Fine.")
    lines(monkeypatch, "One?", " ", "")
    done = aicfo("chat", "--books", shop)
    assert "Fine." in done.out
    assert done.code == 0


def test_a_limit_ends_with_exit_code_1(aicfo: Run, shop: Path, scripted: Any):
    scripted(*[[("core_brief", {})]] * 9)
    done = aicfo("chat", "What should I do?", "--books", shop, "--rounds", "3", "--json")
    assert (done.code, done.json["stopped"], done.json["rounds"]) == (1, "rounds", 3)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chat", "?"], "no model is configured"),
        (["chat", "--json"], "--json takes one question"),
        (["chat", "?", "--model", "m", "--budget", "5"], "input_price"),
        (["chat", "?", "--model", "m", "--rounds", "0"], "positive whole number"),
        (["chat", " ", "--model", "m"], "an empty question"),
    ],
)
def test_what_cannot_be_done_says_how(aicfo: Run, shop: Path, words: list[str], says: str):
    done = aicfo(*words, "--books", shop)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_without_litellm_all_else_works_and_chat_says_so(
    aicfo: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    real = find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *more: None if name == "litellm" else real(name, *more),
    )
    done = aicfo("chat", "?", "--books", shop, "--model", "m")
    assert done.code == 2
    assert "aicfo-sdk[llm]" in done.err
    assert aicfo("call", "core.brief", "--books", shop).code == 0


def test_the_configuration_says_model_limits_and_price(
    aicfo: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    made: list[Any] = []

    def litellm(rules: Any) -> Script:
        made.append(rules)
        return Script(["Fine."])

    monkeypatch.setattr("aicfo_sdk.llm.conversation.transport_of", litellm)
    monkeypatch.delenv("AICFO_MODEL", raising=False)
    Path("aicfo.toml").write_text(
        '[llm]\nmodel = "a/b"\nfallbacks = ["c/d"]\ninput_price = 1\noutput_price = 2\nmoney = 9\n',
        "utf-8",
    )
    done = aicfo("chat", "Well?", "--books", shop, "--json", "--tokens", "100000")
    assert json.loads(done.out)["answer"] == "Fine."
    assert (made[0].model, made[0].fallbacks, made[0].money, made[0].tokens) == (
        "a/b", ("c/d",), 9, 100_000
    )  # fmt: skip
    Path("aicfo.toml").write_text("[llm]\nmodel = 3\n", "utf-8")
    assert "llm.model is a text" in aicfo("chat", "Well?", "--books", shop).err
