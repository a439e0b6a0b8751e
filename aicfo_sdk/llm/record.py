"""A turn in the books' runs: everything needed to do it again without the model.

One record a turn, beside those of the tool calls themselves: the question and what was said before,
each request by its digest with the whole reply, each tool call by the digest of its result, the
answer with what its figures rest on. Done again, the recorded replies stand in for the model and
the tools run over the snapshot of then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from ..books.run_record import (
    RecordedError,
    RecordedHeads,
    RecordedProposal,
    RecordedStep,
    RunRecord,
)
from ..books.runs import StoredRun, record_run
from ..errors import BooksError, ModelError
from ..model.base import canonical, digest
from ..orchestrator.orchestrator import Orchestrator
from ..orchestrator.record import installed_of, manifest_of, plain, shown
from ..orchestrator.replay import Compared, Replay
from ..orchestrator.results import digest_of
from .budget import Budget
from .doors import BooksDoor
from .loop import Asked, Chat, Turn
from .toolbox import Called
from .transport import CallPiece, Done, Message, Piece, Reply, Text, ToolCall, Usage

if TYPE_CHECKING:
    from ..books.snapshot import Snapshot
    from ..orchestrator.session import Session

CHAT = "chat"
"""What stands as the tool of a recorded turn."""

_MODEL, _ANSWER = "model", "answer"


def record_turn(
    session: Session, chat: Chat, turn: Turn, snapshot: Snapshot, before: Sequence[tuple[str, str]]
) -> str:
    """Record a turn that `chat` took over `snapshot`, after the turns `before`; return its id."""
    record = turn_record(session, chat, turn, snapshot, before)
    with session.books.transaction() as writer:
        return record_run(writer, digest([CHAT, turn.question, snapshot.key]), record)


def turn_record(
    session: Session, chat: Chat, turn: Turn, snapshot: Snapshot, before: Sequence[tuple[str, str]]
) -> RunRecord:
    """Return the record of a turn."""
    context = session.orchestrator.context(snapshot)
    used = [call.given.run for call in turn.calls if call.given is not None]
    installed = installed_of(
        tuple(step for run in used for step in run.plan.steps),
        params=context.params,
        calendar=context.calendar,
        config=session.config,
        policy=digest(session.policy),
    )
    arguments = {
        "question": turn.question,
        "before": [list(pair) for pair in before],
        "models": list(chat.models),
        "rounds": chat.budget.rounds,
        "tokens": chat.budget.tokens,
    }
    steps = (*map(_step, turn.steps), _answer(turn))
    return RunRecord(
        goal=plain(turn.question),
        tool=CHAT,
        arguments=shown(arguments),
        subjects=(),
        as_of=snapshot.as_of,
        seed=session.orchestrator.seed,
        maker="aicfo chat",
        heads=RecordedHeads(**snapshot.heads._asdict()),
        installed=installed,
        steps=steps,
        asked=(),
        proposals=tuple(
            RecordedProposal(
                id=each.id,
                digest=digest(each),
                evidence=each.evidence,
                reason=plain(each.reason),
            )
            for each in turn.proposals
        ),
        dropped=(),
        missing=(),
        key=digest([step.key for step in steps]),
        hidden=shown(arguments) != arguments,
    )


def replay_turn(session: Session, stored: StoredRun) -> Replay:
    """Return how a recorded turn comes out today; no model is asked, nothing is recorded.

    Raises: BooksError when the record was changed, is of no turn, or the books are others.
    """
    record = stored.record
    if record.tool != CHAT:
        raise BooksError("not a recorded turn of aicfo chat", value=stored.id)
    if record.hidden:
        why = ("the question held a secret, and secrets are not kept",)
        return _otherwise(stored, "before the first step", why)
    snapshot = session.books.snapshot_at(session.runs.heads(stored), record.as_of)
    replies = [_reply(step) for step in record.steps if step.tool.startswith(_MODEL + ":")]
    limits = Budget(rounds=int(record.arguments["rounds"]), tokens=int(record.arguments["tokens"]))
    chat = Chat(
        BooksDoor(Orchestrator(session.registry, seed=record.seed), snapshot),
        _Recorded(replies),
        [str(name) for name in record.arguments["models"]],
        # What ended the turn by money or time ends it here by what was asked until then.
        budget=replace(limits, rounds=max(min(limits.rounds, len(replies)), 1))
        if record.steps[-1].arguments.get("stopped")
        else limits,
        clock=lambda: 0.0,
        sleep=lambda seconds: None,
        history=[(str(q), str(a)) for q, a in record.arguments["before"]],
    )
    before = list(chat.history)
    try:
        turn = chat.ask(str(record.arguments["question"]))
    except ModelError as error:
        return _otherwise(stored, "the model was asked something else", (str(error),))
    now = turn_record(session, chat, turn, snapshot, before)
    return _compared(stored, now)


class _Recorded:
    """Answers with what a model answered then."""

    def __init__(self, replies: list[Reply]) -> None:
        self._replies = iter(replies)

    def complete(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        most: int,
        seconds: float,
    ) -> Iterator[Piece]:
        """Yield the next recorded reply. Raises: ModelError when there is none."""
        reply = next(self._replies, None)
        if reply is None:
            raise ModelError("the recorded turn asked no more")
        yield Text(reply.text)
        for place, call in enumerate(reply.calls):
            yield CallPiece(place, call.id, call.name, call.arguments)
        yield reply.usage
        yield Done(reply.reason)


def _step(step: Asked | Called) -> RecordedStep:
    if isinstance(step, Asked):
        reply = step.reply
        fact = {
            "text": plain(reply.text),
            "calls": [plain([call.id, call.name, call.arguments]) for call in reply.calls],
            "read": reply.usage.read,
            "written": reply.usage.written,
            "reason": reply.reason,
        }
        text = canonical(fact)
        return RecordedStep(
            tool=f"{_MODEL}:{reply.model}",
            version="",
            manifest="",
            arguments={"request": step.request},
            needs={},
            key=digest([step.request, text]),
            digest=digest_of(text),
            size=len(text.encode()),
            fact=fact,
            kept=True,
        )
    given = step.given
    text = canonical(given.result) if given is not None else step.answer
    return RecordedStep(
        tool=step.tool.full_name if step.tool else step.name,
        version=step.tool.version if step.tool else "",
        manifest=manifest_of(step.tool) if step.tool else "",
        arguments=shown(step.arguments),
        needs={},
        key=given.run.key if given is not None else digest([step.name, step.answer]),
        digest=digest_of(text),
        size=len(text.encode()),
        error=RecordedError(code="ToolError", text=plain(step.error)) if step.error else None,
    )


def _answer(turn: Turn) -> RecordedStep:
    fact = {
        "answer": plain(turn.answer),
        "draft": plain(turn.draft),
        "figures": [link.model_dump() for link in turn.links],
        "caught": [link.model_dump() for link in turn.caught],
    }
    text = canonical(fact)
    return RecordedStep(
        tool=_ANSWER,
        version="",
        manifest="",
        arguments={"stopped": turn.stopped} if turn.stopped else {},
        needs={},
        key=digest_of(text),
        digest=digest_of(text),
        size=len(text.encode()),
        fact=fact,
        kept=True,
    )


def _reply(step: RecordedStep) -> Reply:
    fact = cast("dict[str, Any]", step.fact)
    calls = tuple(ToolCall(*map(str, call)) for call in fact["calls"])
    usage = Usage(int(fact["read"]), int(fact["written"]))
    model = step.tool.partition(":")[2]
    return Reply(str(fact["text"]), calls, model, usage, str(fact["reason"]))


def _compared(stored: StoredRun, now: RunRecord) -> Replay:
    then = stored.record
    steps: list[Compared] = []
    first = ""
    for number, (one, other) in enumerate(zip(then.steps, now.steps, strict=False), 1):
        asked = one.tool.startswith(_MODEL + ":")
        same = one.digest == other.digest and one.arguments == other.arguments
        # Of a model's step what it was told is compared: its answer is the recorded one.
        same = same if asked else same and one.tool == other.tool
        steps.append(
            Compared(tool=one.tool, then=one.digest, now=other.digest, same=same, recalled=asked)
        )
        if not same and not first:
            what = "the model is told something else" if asked else "the result is another"
            first = f"step {number}, {one.tool}: {what}"
    if not first and len(then.steps) != len(now.steps):
        first = f"{len(then.steps)} steps then, {len(now.steps)} now"
    changed = tuple(
        f"{name} was {old}, is {now.installed.plugins[name]}"
        for name, old in then.installed.plugins.items()
        if now.installed.plugins.get(name, old) != old
    )
    why = (changed or ("a tool, its words, or what a model is told is another",)) if first else ()
    return Replay(
        run=stored.id,
        identical=not first,
        steps=tuple(steps),
        first=first,
        why=why,
        changed=changed,
    )


def _otherwise(stored: StoredRun, first: str, why: tuple[str, ...]) -> Replay:
    return Replay(run=stored.id, identical=False, steps=(), first=first, why=why, changed=())
