"""The loop: a model asks tools until it answers, and its answer's figures are held to account.

Each turn: the plan of every tool call is told before it runs; what a model writes wrong comes back
as an error; the draft's figures are checked, corrected once by the model, and marked where nothing
supports them. Rounds, tokens, seconds and money have limits. Nothing that is read in a result
changes which tools there are, what the policy says, or what a person must approve.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from ..errors import AicfoError
from ..model.base import digest
from ..model.proposal import Proposal
from ..model.text import visible
from ..redaction import redact
from . import prompts
from .budget import Budget, Meter, Price
from .doors import Door, today_of
from .evidence import QUESTION, Evidence, Link
from .spans import Spans
from .toolbox import Called, Toolbox
from .transport import Message, Patience, Reply, ToolCall, Transport, estimate, reply_of

if TYPE_CHECKING:
    from ..books.proposals import StoredProposal

_MOST_REPEATS = 3
_MOST_WRITTEN = 4096

Kind = Literal["planning", "plan", "tool", "checking", "answer"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a turn, as it happens."""

    kind: Kind
    data: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the model and its reply; `request` is the digest of all that it was told."""

    request: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one question.

    `links` say what each figure of the model's last draft rests on; `marked` are those that
    nothing supports and that `answer` marks. `stopped` is the limit that ended the turn, "" for
    none. `spent` is in minor units of the model's price.
    """

    question: str
    answer: str
    draft: str
    links: tuple[Link, ...]
    caught: tuple[Link, ...]
    steps: tuple[Asked | Called, ...]
    proposals: tuple[Proposal, ...]
    stored: tuple[StoredProposal, ...]
    model: str
    rounds: int
    read: int
    written: int
    spent: int
    stopped: str = ""
    faults: tuple[str, ...] = ()
    """What `verify` still finds wrong."""

    @property
    def marked(self) -> tuple[Link, ...]:
        """The figures that the answer marks."""
        return tuple(link for link in self.links if not link.evidence)

    @property
    def calls(self) -> tuple[Called, ...]:
        """The tool calls, in order."""
        return tuple(step for step in self.steps if isinstance(step, Called))


@dataclass
class Chat:
    """Turns of one conversation behind one door.

    `models` are asked in this order where one fails. `allowed` are full names of the tools that
    may be called, None for all. `emit` is told each `Event` as it happens. `clock` counts seconds,
    `sleep` waits them.
    """

    door: Door
    transport: Transport
    models: Sequence[str]
    budget: Budget = field(default_factory=Budget)
    price: Price | None = None
    allowed: Iterable[str] | None = None
    instructions: str = ""
    emit: Callable[[Event], None] = lambda event: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    spans: Spans = field(default_factory=Spans)
    history: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    verify: Callable[[str, Toolbox], list[str]] | None = None
    """What holds an answer to account in place of the check of its figures, for an agent whose
    answer is a value: it returns what is wrong."""
    corrections: int = 1
    """How often a model may correct its answer."""

    def ask(self, question: str, *, context: str = "") -> Turn:
        """Return what comes of a question; `context` is data that it is asked with.

        Raises: ModelError when no model answers; InputError for a budget without a price.
        """
        self.emit(Event("planning", {"question": question}))
        with self.spans.agent(self.models[0]):
            turn = _Turn(self, question, context).run()
        self.history.append((question, turn.answer))
        self.emit(Event("answer", {"text": turn.answer, "marked": len(turn.marked)}))
        return turn


class _Turn:
    """One turn as it goes."""

    def __init__(self, chat: Chat, question: str, context: str) -> None:
        self.chat, self.question = chat, question
        self.language: prompts.Language = prompts.language_of(question)
        self.meter = Meter(chat.budget, chat.price, chat.clock)
        self.patience = Patience(chat.sleep)
        books = chat.door.books
        self.evidence = Evidence(books.currency)
        self.evidence.add_text(QUESTION, "", question, frozenset())
        day = today_of(chat.door)
        self.evidence.add_day(QUESTION, "/today", day)
        self.box = Toolbox(
            chat.door, self.evidence, question, chat.allowed, raw=chat.verify is not None
        )
        self.steps: list[Asked | Called] = []
        told = prompts.system(self.language, day.isoformat(), books.currency, chat.instructions)
        self.messages: list[Message] = [{"role": "system", "content": told}]
        for asked, answered in chat.history:
            self.messages.append({"role": "user", "content": asked})
            self.messages.append({"role": "assistant", "content": answered})
        said = f"{question}\n\n{context}" if context else question
        self.messages.append({"role": "user", "content": said})

    def run(self) -> Turn:
        emptied, corrected = False, 0
        caught: tuple[Link, ...] = ()
        while True:
            tools = self.box.list() if self._may_call() else []
            if not tools and self.messages[-1].get("role") == "tool":
                self.messages.append({"role": "user", "content": prompts.last(self.language)})
            limit = self.meter.over(estimate(self.messages, tools))
            if limit:
                return self._ended("", (), caught, limit)
            reply = self._asked(tools)
            if reply.calls and tools:
                self._call(reply)
                continue
            text = visible(redact(reply.text)).strip()
            if not text:
                if emptied or reply.calls:
                    return self._ended("", (), caught, "rounds")
                emptied = True
                self._say(reply, prompts.empty(self.language))
                continue
            if self.chat.verify is not None:
                links, faults = (), []
                said = self.chat.verify(text, self.box)
            else:
                links = self.evidence.check(text)
                faults = [link for link in links if not link.evidence]
                said = [f"{link.figure}: {link.why}" for link in faults]
            self.chat.emit(Event("checking", {"figures": len(links), "unsupported": len(said)}))
            again = corrected < self.chat.corrections
            if said and again and self.meter.rounds < self.meter.budget.rounds:
                corrected += 1
                caught = caught or tuple(faults)
                self._say(reply, prompts.correction(self.language, said))
                continue
            return replace(self._ended(text, links, caught or tuple(faults), ""),
                           faults=tuple(said) if self.chat.verify else ())  # fmt: skip

    def _may_call(self) -> bool:
        last = self.meter.rounds + 1 >= self.meter.budget.rounds
        return not last and self.box.repeats < _MOST_REPEATS

    def _asked(self, tools: list[dict[str, Any]]) -> Reply:
        coming = estimate(self.messages, tools)
        self.meter.begin()
        request = digest([self.messages, tools])
        with self.chat.spans.chat(self.chat.models[0]) as span:
            reply = reply_of(
                self.chat.transport,
                self.chat.models,
                self.messages,
                tools,
                most=min(self.meter.room(coming), _MOST_WRITTEN),
                left=lambda: self.meter.left,
                patience=self.patience,
            )
            span.used(reply)
        self.meter.used(reply.usage.read, reply.usage.written)
        self.steps.append(Asked(request, reply))
        return reply

    def _call(self, reply: Reply) -> None:
        """Tell the plan of a reply's calls, then run them one after the other."""
        wanted = _numbered(reply.calls, len(self.box.calls))
        self.messages.append(
            {
                "role": "assistant",
                "content": reply.text or None,
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": call.arguments or "{}"},
                    }
                    for call in wanted
                ],
            }
        )
        prepared = [self.box.prepared(call) for call in wanted]
        self.chat.emit(Event("plan", {"calls": [self._planned(call) for call in prepared]}))
        for call, asked in zip(prepared, wanted, strict=True):
            with self.chat.spans.tool(call.tool.full_name if call.tool else call.name, asked.id):
                done = self.box.run(call)
            self.steps.append(done)
            self.chat.emit(Event("tool", {"call": done.id, "tool": done.name, "error": done.error}))
            self.messages.append({"role": "tool", "tool_call_id": asked.id, "content": done.answer})

    def _planned(self, call: Called) -> dict[str, Any]:
        steps: list[str] = []
        if call.tool is not None and not call.error:
            try:
                plan = self.chat.door.orchestrator.plan(
                    call.tool, books=self.chat.door.books, arguments=call.arguments
                )
                steps = [step.tool.full_name for step in plan.steps]
            except AicfoError as error:
                steps = [f"{error.code}: {error}"]
        name = call.tool.full_name if call.tool else call.name
        return {"call": call.id, "tool": name, "arguments": call.arguments, "steps": steps}

    def _say(self, reply: Reply, text: str) -> None:
        self.messages.append({"role": "assistant", "content": reply.text})
        self.messages.append({"role": "user", "content": text})

    def _ended(
        self, draft: str, links: tuple[Link, ...], caught: tuple[Link, ...], limit: str
    ) -> Turn:
        answer = draft if not limit else prompts.stopped(self.language, limit)
        for link in reversed(links):
            if not link.evidence:
                mark = prompts.marked(self.language, link.figure)
                answer = answer[: link.start] + mark + answer[link.end :]
        given = [c.given for c in self.steps if isinstance(c, Called) and c.given is not None]
        proposals = {each.id: each for one in given for each in one.proposals}
        stored = {each.id: each for one in given for each in one.stored}
        replies = [step.reply for step in self.steps if isinstance(step, Asked)]
        return Turn(
            question=self.question,
            answer=answer,
            draft=draft,
            links=links,
            caught=caught,
            steps=tuple(self.steps),
            proposals=tuple(proposals.values()),
            stored=tuple(stored.values()),
            model=replies[-1].model if replies else self.chat.models[0],
            rounds=self.meter.rounds,
            read=self.meter.read,
            written=self.meter.written,
            spent=self.meter.spent,
            stopped=limit,
        )


def _numbered(calls: tuple[ToolCall, ...], before: int) -> list[ToolCall]:
    """Return calls with ids of their own where a model left them out or gave one twice."""
    seen = set[str]()
    found: list[ToolCall] = []
    for place, call in enumerate(calls, start=before + 1):
        id = call.id if call.id and call.id not in seen else f"call_{place}"
        seen.add(id)
        found.append(ToolCall(id, call.name, call.arguments))
    return found
