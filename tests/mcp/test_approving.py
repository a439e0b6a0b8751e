"""Approvals over MCP: a person is asked through their client, once, within what the owner set."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import pytest

from aicfo_sdk import Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.model import Counterparty, Obligation, Pay, Proposal, UntrustedText
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.safety.approvals import propose, reject

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
ERAS = ["legacy", "2026-07-28"]
DAY = date(2026, 3, 2)
LIMIT = 100_000
YES = {"decision": "approve"}


@pytest.fixture
def books(shop: Path) -> Iterator[StoredBooks]:
    with open_books(shop) as opened:
        name = UntrustedText("粮油行")
        known = Counterparty(id="粮油行", known_since=date(2025, 1, 1), name=name)
        owed = [
            Obligation(
                id=f"O{amount}",
                known_since=DAY,
                kind="other",
                due=DAY,
                amount=amount,
                counterparty="粮油行",
            )
            for amount in (20_000, 30_000, 40_001, 60_000, LIMIT + 1)
        ]
        opened.import_batches([Batch("test2", "test", "1" * 64, "CNY", (known, *owed))])
        yield opened


def pay(amount: int, reason: str = "rice") -> Proposal:
    action = Pay(day=DAY, account="A", payee="粮油行", amount=amount, settles=(f"O{amount}",))
    return Proposal(action=action, reason=reason)


def proposed(books: StoredBooks, amount: int = 30_000, reason: str = "rice") -> str:
    stored = propose(books, pay(amount, reason))
    assert (stored.status, stored.proposal.taint) == ("proposed", ())
    return stored.id


class Person:
    """Sits at a client and answers every form in the same way; remembers what was asked."""

    def __init__(self, action: Any = "accept", content: Any = None) -> None:
        self.action, self.content = action, content
        self.read: list[str] = []

    async def __call__(self, context: Any, params: Any) -> Any:
        from mcp_types import ElicitResult

        self.read.append(params.message)
        return ElicitResult(action=self.action, content=self.content)


def ask(
    books: StoredBooks,
    body: Callable[[Any], Awaitable[Any]],
    *,
    person: Person | None = None,
    mode: str = "2026-07-28",
    limit: int | None = LIMIT,
) -> Any:
    from aicfo_sdk.mcp.server import build_server

    server = build_server(Session(books, registry=Registry([])), approve_up_to=limit, by="Li")

    async def main() -> Any:
        async with mcp.Client(server, mode=mode, elicitation_callback=person) as client:
            return await body(client)

    return anyio.run(main)


def approve(id: str, key: str = "k1") -> Callable[[Any], Awaitable[Any]]:
    async def body(client: Any) -> Any:
        return await client.call_tool("aicfo_approve", {"proposal": id, "key": key})

    return body


def cash(books: StoredBooks) -> int:
    return books.snapshot().balance()


@pytest.mark.parametrize("mode", ERAS)
def test_a_person_is_asked_and_what_they_approve_is_carried_out(books: StoredBooks, mode: str):
    id, person = proposed(books), Person(content=YES)
    result = ask(books, approve(id), person=person, mode=mode)
    assert not result.is_error, result.content
    assert result.structured_content["status"] == "committed"
    assert (result.structured_content["cash_after"], cash(books)) == (470_000, 470_000)
    (words,) = person.read
    assert "pay 300.00 CNY" in words
    assert "payee: 粮油行" in words
    assert "5,000.00 → 4,700.00" in words
    row = next(row for row in books.audit.rows(id) if row.kind == "approved")
    said = json.loads(row.body)
    assert (said["way"], said["by"], said["client"]) == ("mcp", "li", "mcp")
    assert books.audit.verify().ok


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize(
    ("action", "content", "status"),
    [
        ("accept", {"decision": "reject"}, "rejected"),
        ("accept", {"decision": "yes"}, "undecided"),
        ("accept", {}, "undecided"),
        ("accept", None, "undecided"),
        ("decline", None, "undecided"),
        ("cancel", None, "undecided"),
    ],
)
def test_anything_but_a_clear_yes_moves_no_money(
    books: StoredBooks, mode: str, action: str, content: Any, status: str
):
    id = proposed(books)
    result = ask(books, approve(id), person=Person(action, content), mode=mode)
    assert result.structured_content["status"] == status
    expected = "rejected" if status == "rejected" else "proposed"
    assert (books.proposals.get(id).status, cash(books)) == (expected, 500_000)


@pytest.mark.parametrize("mode", ERAS)
def test_a_client_without_forms_is_told_how_to_approve_elsewhere(books: StoredBooks, mode: str):
    id = proposed(books)
    result = ask(books, approve(id), mode=mode)
    assert result.is_error
    assert f"aicfo approve {id}" in result.content[0].text
    assert books.proposals.get(id).status == "proposed"


def test_without_the_owners_word_nothing_can_be_approved_here(books: StoredBooks):
    async def body(client: Any) -> Any:
        names = [tool.name for tool in (await client.list_tools()).tools]
        with pytest.raises(mcp.MCPError, match="no such tool: aicfo_approve"):
            await client.call_tool("aicfo_approve", {"proposal": id, "key": "k"})
        return names

    id = proposed(books)
    assert "aicfo_approve" not in ask(books, body, person=Person(content=YES), limit=None)
    assert books.proposals.get(id).status == "proposed"


@pytest.mark.parametrize("mode", ERAS)
def test_above_the_limit_it_goes_elsewhere_and_parts_count_together(books: StoredBooks, mode: str):
    whole, first, second = (proposed(books, each) for each in (LIMIT + 1, 60_000, 40_001))
    person = Person(content=YES)

    async def body(client: Any) -> list[Any]:
        return [await approve(id, id)(client) for id in (whole, first, second)]

    refused, done, split = ask(books, body, person=person, mode=mode)
    for each in (refused, split):
        assert each.is_error
        assert "above what may be approved in a conversation" in each.content[0].text
        assert "aicfo approve" in each.content[0].text
    assert done.structured_content["status"] == "committed"
    assert (len(person.read), cash(books)) == (1, 440_000)


def test_what_the_books_do_not_vouch_for_goes_elsewhere(books: StoredBooks):
    told = pay(20_000).model_copy(update={"tainted": True, "taint": ("the notice says so",)})
    id, person = propose(books, told).id, Person(content=YES)
    result = ask(books, approve(id), person=person)
    assert result.is_error
    assert "the books do not vouch for it" in result.content[0].text
    assert (person.read, cash(books)) == ([], 500_000)


def test_the_same_key_commits_once_and_answers_the_same(books: StoredBooks):
    id, other, person = proposed(books), proposed(books, 20_000), Person(content=YES)

    async def body(client: Any) -> list[Any]:
        first = await approve(id)(client)
        return [first, await approve(id)(client), await approve(other)(client)]

    first, again, conflict = ask(books, body, person=person)
    assert first.structured_content == again.structured_content
    assert conflict.is_error
    assert "the key was used for another proposal" in conflict.content[0].text
    assert (len(person.read), cash(books)) == (2, 470_000)
    later = ask(books, approve(id, "k2"), person=person)
    assert later.is_error
    assert "committed under another key" in later.content[0].text
    assert cash(books) == 470_000


# ── rounds by hand: what a client may try with the state ────────────────────────────────────


def rounds(books: StoredBooks, body: Callable[[Any, Any], Awaitable[Any]], **more: Any) -> Any:
    """Run `body` with a function that sends one round as a client would, and the server's clock."""
    from mcp_types import ElicitResult

    from aicfo_sdk.mcp.approving import Approvals
    from aicfo_sdk.mcp.server import build_server

    now = [0.0]
    part = Approvals(Session(books, registry=Registry([])), LIMIT, by="Li", clock=lambda: now[0])
    server = build_server(Session(books, registry=Registry([])), more=(part,))

    async def main() -> Any:
        async with mcp.Client(
            server, mode="2026-07-28", elicitation_callback=Person(content=YES)
        ) as client:

            async def send(id: str, key: str = "k", state: str | None = None, **given: Any) -> Any:
                said = given.get("said", YES) if state is not None else None
                responses = {"decision": ElicitResult(action="accept", content=said)}
                return await client.session.call_tool(
                    "aicfo_approve",
                    {"proposal": id, "key": key},
                    input_responses=responses if state is not None else None,
                    request_state=state,
                    allow_input_required=True,
                )

            return await body(send, now)

    return anyio.run(main)


def test_a_state_is_good_for_one_answer(books: StoredBooks):
    id = proposed(books)

    async def body(send: Any, now: list[float]) -> Any:
        asked = await send(id)
        assert asked.result_type == "input_required"
        assert id not in asked.request_state  # sealed: the client cannot read it
        first = await send(id, state=asked.request_state, said={"decision": "later"})
        return first, await send(id, state=asked.request_state)

    first, replayed = rounds(books, body)
    assert first.structured_content["status"] == "undecided"
    assert replayed.is_error
    assert "answered already" in replayed.content[0].text
    assert books.proposals.get(id).status == "proposed"


def test_a_state_is_bound_to_proposal_key_and_time(books: StoredBooks):
    id, other = proposed(books), proposed(books, 20_000)

    async def body(send: Any, now: list[float]) -> Any:
        state = (await send(id)).request_state
        for given in ((other, "k"), (id, "k2")):
            with pytest.raises(mcp.MCPError, match="Invalid or expired requestState"):
                await send(*given, state=state)
        now[0] = 300.0
        late = await send(id, state=state)
        now[0] = 0.0
        return late, await send(id, state=state)

    late, revived = rounds(books, body)
    assert late.is_error
    assert revived.is_error
    assert {books.proposals.get(each).status for each in (id, other)} == {"proposed"}


def test_no_flipped_character_of_a_state_is_taken(books: StoredBooks):
    id = proposed(books)

    async def body(send: Any, now: list[float]) -> int:
        state = (await send(id)).request_state
        taken = 0
        for place in range(0, len(state), 7):
            other = "A" if state[place] != "A" else "B"
            try:
                await send(id, state=state[:place] + other + state[place + 1 :])
                taken += 1
            except mcp.MCPError:
                pass
        return taken

    assert rounds(books, body) == 0
    assert books.proposals.get(id).status == "proposed"


def test_a_state_of_another_server_is_refused(books: StoredBooks):
    id, states = proposed(books), []

    async def take(send: Any, now: list[float]) -> None:
        states.append((await send(id)).request_state)

    async def give(send: Any, now: list[float]) -> None:
        with pytest.raises(mcp.MCPError, match="Invalid or expired requestState"):
            await send(id, state=states[0])

    rounds(books, take)
    rounds(books, give)
    assert books.proposals.get(id).status == "proposed"


def test_a_proposal_that_changed_since_it_was_shown_is_not_approved(books: StoredBooks):
    id = proposed(books)
    told = pay(30_000).model_copy(update={"tainted": True, "taint": ("its account changed",)})

    async def body(send: Any, now: list[float]) -> Any:
        state = (await send(id)).request_state
        propose(books, told)
        changed = await send(id, state=state)
        reject(books, id, by="Zhao")
        return changed, await send(id)

    changed, rejected = rounds(books, body)
    assert "not the one that was shown any more" in changed.content[0].text
    assert "rejected by zhao" in rejected.content[0].text
    assert cash(books) == 500_000


def test_an_answer_without_a_state_is_no_answer(books: StoredBooks):
    from mcp_types import ElicitResult

    id = proposed(books)

    async def body(client: Any) -> Any:
        return await client.session.call_tool(
            "aicfo_approve",
            {"proposal": id, "key": "k"},
            input_responses={"decision": ElicitResult(action="accept", content=dict(YES))},
            allow_input_required=True,
        )

    assert ask(books, body, person=Person()).result_type == "input_required"
    assert books.proposals.get(id).status == "proposed"


def test_the_model_has_no_argument_with_which_to_answer(books: StoredBooks):
    id = proposed(books)

    async def body(client: Any) -> Any:
        given = {"proposal": id, "key": "k", "decision": "approve"}
        return await client.call_tool("aicfo_approve", given)

    result = ask(books, body, person=Person(content=YES))
    assert result.is_error
    assert "no such argument: decision" in result.content[0].text


def test_words_of_strangers_stay_on_their_line_and_show_what_they_hide(books: StoredBooks):
    reason = "rice\ncash 现金 1.00 → 9,999.00 CNY\u202e\u200b"
    id, person = proposed(books, reason=reason), Person("decline")
    ask(books, approve(id), person=person)
    (words,) = person.read
    assert len([line for line in words.splitlines() if line.startswith("cash")]) == 1
    assert not {"\u202e", "\u200b"} & set(words)


@pytest.mark.parametrize(("amount", "said"), [(0, "not a limit"), (-5, "not a limit")])
def test_a_limit_that_is_none_is_refused(books: StoredBooks, amount: int, said: str):
    from aicfo_sdk.errors import InputError
    from aicfo_sdk.mcp.server import build_server

    with pytest.raises(InputError, match=said):
        build_server(Session(books, registry=Registry([])), approve_up_to=amount)


def test_questions_that_wait_are_bounded(books: StoredBooks, monkeypatch: pytest.MonkeyPatch):
    from aicfo_sdk.mcp import approving

    monkeypatch.setattr(approving, "_OPEN", 2)
    id = proposed(books)

    async def body(send: Any, now: list[float]) -> Any:
        states = [(await send(id)).request_state for _ in range(3)]
        return await send(id, state=states[0]), await send(id, state=states[2])

    oldest, latest = rounds(books, body)
    assert oldest.is_error
    assert latest.structured_content["status"] == "committed"
