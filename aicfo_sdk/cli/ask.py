"""`aicfo brief`, `aicfo plan` and `aicfo call`: questions to the installed tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..model.facts import Brief
from ..money import grouped
from ..redaction import redact
from .arguments import as_arguments, as_day, as_since, emit, note, parser, session
from .outputs import AnswerOutput, BriefOutput, DroppedOutput, PlanOutput, PlanStep
from .papers import proposal_lines, proposal_output
from .rows import answer_lines, rows_of, tables_of, write_csv
from .track import alarm_output, followed_lines, followed_since, print_track_record

if TYPE_CHECKING:
    import argparse

    from ..orchestrator.run import Run
    from ..orchestrator.session import Answer, Session
    from ..signature import Signature

_SHOWN = 7
"""Pieces of advice that a person is shown: more are read by nobody."""

_WORDS = {
    "en": {
        "cash": "cash",
        "none": "Nothing needs you today.",
        "missing": "not said",
        "dropped": "left out",
        "rests": "rests on",
        "ignored": "if ignored",
        "more": "{} more: --json shows them",
        "desk": "proposals (aicfo approve ID)",
    },
    "zh": {
        "cash": "现金",
        "none": "今天没有需要处理的事。",
        "missing": "未能说明",
        "dropped": "未采纳",
        "rests": "依据",
        "ignored": "如不处理",
        "more": "另有{}条, 见 --json",
        "desk": "待批建议（aicfo approve 编号）",
    },
}


def brief(words: list[str]) -> int:
    """Today's advice, ranked by money."""
    made = parser("brief", "Today's advice, ranked by money, with the proposals it implies.")
    made.add_argument("--as-of", metavar="DATE", type=as_day, help="the day (last one known)")
    made.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the advice")
    made.add_argument(
        "--track-record", action="store_true", help="how earlier advice came out, instead"
    )
    made.add_argument("--since", metavar="DATE", type=as_since, help="its first day")
    options = made.parse_args(words)
    if options.track_record:
        return print_track_record(options)
    if options.since is not None:
        raise InputError(
            "--since goes with --track-record",
            value=options.since.isoformat(),
            mend="add --track-record",
        )
    opened = session(options)
    answer = opened.call("core.brief")
    result = answer.run.result
    assert isinstance(result, Brief)
    followed = followed_since(opened.books, result.day)
    output = BriefOutput(
        day=result.day.isoformat(),
        currency=result.currency,
        cash=result.cash,
        advice=[item.model_dump(mode="json") for item in result.advice],
        proposals=[proposal_output(item) for item in answer.proposals],
        dropped=_dropped(answer.run),
        missing=list(answer.run.missing),
        record=answer.record,
        followed_up=[alarm_output(alarm) for alarm in followed],
    )
    lines = _brief_lines(result, answer, options.lang)
    emit(output, options.json, [*lines, *followed_lines(followed, options.lang)])
    return 0


def plan(words: list[str]) -> int:
    """The DAG for a goal; with --run also what it leads to."""
    made = parser("plan", "Which tools would answer a goal, and in which order.")
    made.add_argument("goal", metavar="GOAL", help="a question, a tool's name or a fact's name")
    made.add_argument("--run", action="store_true", help="carry the plan out as well")
    _question(made)
    options = made.parse_args(words)
    opened = session(options, books=options.run)
    found = opened.plan(options.goal, arguments=options.args, subjects=options.subject)
    answer = None
    if options.run:
        answer = opened.call(options.goal, options.args, subjects=options.subject)
    shape = found.as_dict()
    output = PlanOutput(
        goal=shape["goal"],
        steps=[PlanStep(**step) for step in shape["steps"]],
        notes=shape["notes"],
        answer=_answer_output(answer) if answer else None,
    )
    emit(output, options.json, [str(found), *(["", *_answer_lines(answer)] if answer else [])])
    return 0


def call(words: list[str]) -> int:
    """One tool, with all it rests on."""
    made = parser("call", "Call one tool; what it needs is filled by type.")
    made.add_argument("tool", metavar="TOOL", help="plugin.tool, or its bare name when unique")
    _question(made)
    made.add_argument("--csv", type=Path, metavar="FILE", help="write the answer's rows to a file")
    made.add_argument("--rows", metavar="FIELD", help="which rows --csv writes (the first)")
    made.add_argument("--force", action="store_true", help="write over an existing file")
    options = made.parse_args(words)
    opened = session(options)
    tool = opened.registry.tool(options.tool)
    if options.csv is not None:
        _check_csv(options, opened, tool.signature)
    answer = opened.call(tool, options.args, subjects=options.subject)
    emit(_answer_output(answer), options.json, _answer_lines(answer))
    if options.csv is not None:
        _write_csv(options, answer)
    return 0


def _check_csv(options: argparse.Namespace, opened: Session, signature: Signature) -> None:
    """Refuse what could not be written before anything is asked and recorded."""
    file: Path = options.csv
    books = opened.books.file
    if books and file.exists() and file.samefile(books):
        raise InputError("these are the books", value=str(file), mend="give another name")
    if file.exists() and not options.force:
        raise InputError("the file is there already", value=str(file), mend="use --force")
    schema = signature.output_schema()
    rows_of(schema, dict.fromkeys(tables_of(schema), ()), options.rows or "")


def _write_csv(options: argparse.Namespace, answer: Answer) -> None:
    from ..model.text import visible

    schema = answer.run.plan.root.tool.signature.output_schema()
    rows = rows_of(schema, answer.structured, options.rows or "")
    text = rows.csv(answer.run.books.currency, lambda text: visible(redact(text)))
    write_csv(text, options.csv, replace=options.force)
    note(f"{len(rows.values)} rows of {rows.name} in {options.csv}")


def _question(made: argparse.ArgumentParser) -> None:
    made.add_argument("--args", type=as_arguments, default={}, metavar="JSON", help="arguments")
    made.add_argument(
        "--subject", action="append", default=[], metavar="TYPE=ID", help="e.g. tender=T-2031"
    )
    made.add_argument("--as-of", metavar="DATE", type=as_day, help="the day (last one known)")


def _dropped(run: Run) -> list[DroppedOutput]:
    return [
        DroppedOutput(action=item.proposal.action.model_dump(mode="json"), reason=item.reason)
        for item in run.dropped
    ]


def _answer_output(answer: Answer) -> AnswerOutput:
    run = answer.run
    return AnswerOutput(
        goal=run.goal,
        tool=run.plan.root.tool.full_name,
        as_of=run.books.as_of.isoformat(),
        currency=run.books.currency,
        result=answer.structured,
        proposals=[proposal_output(item) for item in answer.proposals],
        dropped=_dropped(run),
        missing=list(run.missing),
        run=run.key,
        record=answer.record,
    )


def _answer_lines(answer: Answer) -> list[str]:
    run = answer.run
    shown = answer_lines(run.plan.root.tool.signature.output_schema(), answer.structured)
    unit = run.books.currency if shown else f"minor units of {run.books.currency}"
    lines = [f"as of {run.books.as_of.isoformat()}, amounts in {unit}"]
    summary = getattr(run.result, "summary", "")
    lines += [summary] if summary else []
    lines += shown or [json.dumps(answer.structured, ensure_ascii=False, indent=2)]
    return lines + _after(answer, "en")


def _brief_lines(result: Brief, answer: Answer, lang: str) -> list[str]:
    words = _WORDS[lang]
    cash = f"{words['cash']} {grouped(result.cash)} {result.currency}"
    lines = [f"{result.day.isoformat()}  {cash}", ""]
    for number, item in enumerate(result.advice[:_SHOWN], start=1):
        title = item.title_zh if lang == "zh" and item.title_zh else item.title
        detail = item.detail_zh if lang == "zh" and item.detail_zh else item.detail
        lines.append(f"{number:>2}. [{grouped(item.money)}] {title}")
        lines += [f"      {detail}"] if detail else []
        ignored = item.ignored_zh if lang == "zh" and item.ignored_zh else item.ignored
        lines += [f"      {words['ignored']}: {ignored}"] if ignored else []
        if item.evidence:
            shown = ", ".join(item.evidence[:4]) + (" …" if len(item.evidence) > 4 else "")
            lines.append(f"      {words['rests']}: {shown}")
    if (more := len(result.advice) - _SHOWN) > 0:
        lines.append(words["more"].format(more))
    if not result.advice:
        lines.append(words["none"])
    return lines + _after(answer, lang)


def _after(answer: Answer, lang: str) -> list[str]:
    words = _WORDS[lang]
    lines: list[str] = []
    if answer.proposals:
        lines += ["", words["desk"] + ":"]
        for item in answer.proposals:
            lines += proposal_lines(item)
    lines += [
        f"{words['dropped']}: {item.proposal.reason} {item.reason}" for item in answer.run.dropped
    ]
    lines += [f"{words['missing']}: {line}" for line in answer.run.missing]
    return lines
