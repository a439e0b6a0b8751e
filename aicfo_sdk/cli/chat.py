"""`aicfo chat`: questions to a language model over the tools, with approvals at the prompt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..errors import AicfoError, InputError
from .arguments import as_day, emit, model_rules, note, parser, session
from .decisions import show_done
from .desk import approve_one, person
from .outputs import ChatFigure, ChatOutput, ChatTool
from .papers import proposal_lines, proposal_output

if TYPE_CHECKING:
    from ..books.proposals import StoredProposal
    from ..llm.conversation import Answered, Conversation
    from ..llm.loop import Event
    from ..orchestrator.session import Session

_WORDS = {
    "zh": {
        "hello": "请提问；空行或 exit 结束。",
        "desk": "待批建议（aicfo approve 编号）",
        "decide": "批准 {id} 吗？y 批准并执行，n 拒绝，回车留待以后：",
        "no": "在对话中拒绝",
        "rests": "依据",
    },
    "en": {
        "hello": "Ask; an empty line or exit ends.",
        "desk": "proposals (aicfo approve ID)",
        "decide": "Approve {id}? y approves and carries out, n rejects, Enter leaves it: ",
        "no": "turned down in chat",
        "rests": "rests on",
    },
}


def chat(words: list[str]) -> int:
    """Ask a model, which asks the tools; exit code 1 when a limit ended the question."""
    made = parser("chat", "Ask a language model over the tools; figures are held to account.")
    made.add_argument("question", metavar="QUESTION", nargs="?", help="one question (else a talk)")
    made.add_argument("--model", metavar="NAME", help="litellm's name (else $AICFO_MODEL, [llm])")
    made.add_argument("--api-base", metavar="URL", help="an OpenAI-shaped server of one's own")
    made.add_argument("--budget", type=_whole, metavar="MINOR", help="most one question may cost")
    made.add_argument("--tokens", type=_whole, metavar="N", help="most tokens of one question")
    made.add_argument("--rounds", type=_whole, metavar="N", help="most requests of one question")
    made.add_argument("--seconds", type=_whole, metavar="N", help="longest one question may take")
    made.add_argument("--by", help="who approves (the system's user)")
    made.add_argument("--as-of", metavar="DATE", type=as_day, help="the day (last one known)")
    options = made.parse_args(words)
    if options.json and options.question is None:
        raise InputError("--json takes one question", mend='aicfo chat "QUESTION" --json')
    opened = session(options)
    from ..llm.conversation import Conversation

    talk = Conversation(opened, rules=model_rules(options, opened.config.llm), emit=_told)
    if options.question is not None:
        answered = talk.ask(options.question)
        emit(_output(answered), options.json, _lines(answered))
        return 1 if answered.turn.stopped else 0
    return _talk(talk, opened, options.by)


def _talk(talk: Conversation, opened: Session, by: str | None) -> int:
    """Questions line by line, until an empty one; each proposal is put to the person."""
    print(f"{_WORDS['zh']['hello']} {_WORDS['en']['hello']}")
    while question := _line("> ").strip():
        if question.lower() in ("exit", "quit", "退出"):
            break
        try:
            answered = talk.ask(question)
        except AicfoError as error:
            note(f"aicfo chat: {error}")
            continue
        emit(_output(answered), False, _lines(answered))
        for item in answered.turn.stored:
            _decide(opened, item, by, _language(question))
    return 0


def _decide(opened: Session, item: StoredProposal, by: str | None, language: str) -> None:
    """Put one proposal to the person at the prompt, by the same road as `aicfo approve`."""
    from ..safety.approvals import reject
    from ..safety.commit import commit

    books = opened.books
    if books.proposals.get(item.id).status not in ("proposed", "approved"):
        return
    said = _line(_WORDS[language]["decide"].format(id=item.id)).strip().lower()
    try:
        if said in ("y", "yes", "是", "批准"):
            approve_one(books, item.id, by=by, policy=opened.policy, way="chat")
            done = commit(books, item.id, policy=opened.policy)
            show_done(books, (done,), as_json=False, repeated=False)
        elif said in ("n", "no", "否", "拒绝"):
            turned = reject(books, item.id, by=person(by), why=_WORDS[language]["no"])
            print("\n".join(proposal_lines(turned)))
    except AicfoError as error:
        note(f"aicfo chat: {error}")


def _told(event: Event) -> None:
    """Say on stderr what is about to be done, before it is."""
    if event.kind == "planning":
        note("…")
    elif event.kind == "plan":
        for call in event.data["calls"]:
            steps = " → ".join(call["steps"])
            note(f"  {call['call']}  {call['tool']} {call['arguments'] or ''}  {steps}".rstrip())
    elif event.kind == "tool" and event.data["error"]:
        note(f"  {event.data['call']}  {event.data['error']}")
    elif event.kind == "checking" and event.data["unsupported"]:
        note(f"  {event.data['unsupported']} of {event.data['figures']} figures lack evidence")


def _lines(answered: Answered) -> list[str]:
    turn = answered.turn
    words = _WORDS[_language(turn.question)]
    lines = [turn.answer]
    if turn.links:
        lines.append("")
    for link in turn.links:
        if link.evidence:
            lines.append(f"  {link.figure}  {words['rests']} {link.evidence}")
        else:
            lines.append(f"  {link.figure}  {link.why}")
    if turn.stored:
        lines += ["", words["desk"] + ":"]
        lines += [line for item in turn.stored for line in proposal_lines(item)]
    return [*lines, "", f"  {answered.record}  {turn.model}, {turn.read + turn.written} tokens"]


def _output(answered: Answered) -> ChatOutput:
    turn = answered.turn
    return ChatOutput(
        question=turn.question,
        answer=turn.answer,
        figures=[
            ChatFigure(figure=x.figure, evidence=x.evidence, value=x.value, why=x.why)
            for x in turn.links
        ],
        caught=[
            ChatFigure(figure=x.figure, evidence=x.evidence, value=x.value, why=x.why)
            for x in turn.caught
        ],
        tools=[
            ChatTool(
                call=call.id,
                tool=call.tool.full_name if call.tool else call.name,
                arguments=call.arguments,
                error=call.error,
                record=call.given.record if call.given else "",
            )
            for call in turn.calls
        ],
        proposals=[proposal_output(item) for item in turn.stored],
        model=turn.model,
        rounds=turn.rounds,
        tokens_read=turn.read,
        tokens_written=turn.written,
        spent=turn.spent,
        stopped=turn.stopped,
        record=answered.record,
    )


def _language(question: str) -> str:
    from ..llm.prompts import language_of

    return language_of(question)


def _line(prompt: str) -> str:
    """Return a line from the person, "" at the end of input."""
    try:
        return input(prompt)
    except EOFError:
        print(file=sys.stdout)
        return ""


def _whole(text: str) -> int:
    """Parse a positive whole number. Raises: InputError."""
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= 10**12:
        raise InputError("not a positive whole number", value=text)
    return int(text)
