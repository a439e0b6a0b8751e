"""`aicfo runs` and `aicfo replay`: what was asked, and whether it comes out the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..money import grouped
from .arguments import books_of, emit, parser, session, table
from .outputs import ComparedStep, ReplayOutput, RunLine, RunsOutput, UnfinishedLine

if TYPE_CHECKING:
    from ..books.run_record import Chapter, RecordedStep
    from ..books.runs import StoredRun
    from ..orchestrator.replay import Replay
    from ..orchestrator.session import Session


def runs(words: list[str]) -> int:
    """The latest recorded runs, the last one first, and those that were broken off."""
    made = parser("runs", "The latest recorded runs, and those that were broken off.")
    made.add_argument("--limit", type=int, default=20, metavar="N", help="how many (20)")
    options = made.parse_args(words)
    if not 0 < options.limit <= 1_000_000:
        raise InputError(
            "not a number of runs", value=options.limit, where="--limit", mend="1 or more"
        )
    found = books_of(options.books).runs
    lines = [_line(run) for run in found.latest(options.limit)]
    broken = [UnfinishedLine(tool=each.goal, kept=list(each.steps)) for each in found.unfinished()]
    text = table(
        [
            [
                line.run,
                line.as_of,
                line.status,
                line.goal,
                f"{line.steps} steps, {len(line.proposals)} proposals"
                + (f", {line.missing} missing" if line.missing else ""),
            ]
            for line in lines
        ]
    )
    text += [
        f"  broken off: {each.tool}; ask again and it goes on from {', '.join(each.kept)}"
        for each in broken
    ]
    emit(RunsOutput(runs=lines, unfinished=broken), options.json, text or ["no run is recorded"])
    return 0


def replay(words: list[str]) -> int:
    """Do a recorded run again; exit code 1 when it comes out otherwise."""
    made = parser("replay", "Do a recorded run again, or tell what came of it.")
    made.add_argument("run", metavar="RUN", help="id of a run, or of a proposal that it made")
    made.add_argument(
        "--offline", action="store_true", help="run no tool: tell what happened, from the records"
    )
    options = made.parse_args(words)
    if options.offline:
        from ..books.story import story

        books = books_of(options.books)
        stored = books.runs.get(options.run)
        chapters = story(books, stored)
        output = ReplayOutput(run=stored.id, record=stored.record, proposals=list(chapters))
        emit(output, options.json, [*_told(stored), *_chapters(chapters)])
        return 0
    opened = session(options)
    stored = opened.runs.get(options.run)
    found = _again(opened, stored)
    output = ReplayOutput(
        run=stored.id,
        identical=found.identical,
        steps=[ComparedStep(**step.model_dump()) for step in found.steps],
        first=found.first,
        why=list(found.why),
        changed=list(found.changed),
    )
    emit(output, options.json, _replayed(stored, found))
    return 0 if found.identical else 1


def _again(opened: Session, stored: StoredRun) -> Replay:
    """Do a run again; a turn of `aicfo chat` with the recorded replies in the model's place."""
    from ..llm.record import CHAT, replay_turn

    return replay_turn(opened, stored) if stored.record.tool == CHAT else opened.replay(stored)


def _line(run: StoredRun) -> RunLine:
    record = run.record
    return RunLine(
        run=run.id,
        audit=run.source,
        as_of=record.as_of.isoformat(),
        goal=record.goal,
        tool=record.tool,
        status="failed" if record.error else "done",
        error=record.error.text if record.error else "",
        steps=len(record.steps),
        proposals=[each.id for each in record.proposals],
        dropped=len(record.dropped),
        missing=len(record.missing),
    )


def _replayed(run: StoredRun, found: Replay) -> list[str]:
    word = "identical" if found.identical else "DIFFERENT"
    lines = [f"{run.id}  {run.record.goal}, as of {run.record.as_of.isoformat()}: {word}"]
    lines += table(
        [
            [
                str(number),
                "same" if step.same else "other",
                step.tool,
                _short(step.then) + ("" if step.same else f" → {_short(step.now)}"),
                "from the record" if step.recalled else "",
            ]
            for number, step in enumerate(found.steps, start=1)
        ]
    )
    if found.first:
        lines += [f"first otherwise: {found.first}", *(f"  because {why}" for why in found.why)]
    elif found.changed:
        lines += [
            "otherwise today, without a difference:",
            *(f"  {each}" for each in found.changed),
        ]
    return lines


def _told(run: StoredRun) -> list[str]:
    record = run.record
    heads = record.heads
    lines = [
        f"{run.id}  {record.goal}",
        f"  asked by {record.maker} as of {record.as_of.isoformat()}, audit row {run.source}",
        f"  over {heads.record_row} records and {heads.entry_id} ledger entries",
        "",
        f"plan: {record.tool}",
    ]
    lines += table(
        [
            [str(n), step.tool, step.version, _asked(step.arguments, step.needs), _came(step)]
            for n, step in enumerate(record.steps, start=1)
        ]
    )
    lines += [f"  asked on the way: {step.tool} {_came(step)}" for step in record.asked]
    lines += [f"not said: {line}" for line in record.missing]
    lines += [f"left out: {each.id}, because {each.reason}" for each in record.dropped]
    lines += [f"failed: {record.error.text}"] if record.error else []
    return lines if record.proposals else [*lines, "no proposal came of it"]


def _asked(arguments: dict[str, Any], needs: dict[str, Any]) -> str:
    parts = [f"{name}={value}" for name, value in arguments.items()]
    for name, steps in needs.items():
        takes = f"asks {steps['asks']}" if isinstance(steps, dict) else ", ".join(map(str, steps))
        parts.append(f"{name} ← {takes or 'nothing'}")
    return "; ".join(parts)


def _came(step: RecordedStep) -> str:
    if step.error is not None:
        return f"failed: {step.error.text}"
    kept = "" if step.kept else f" ({step.size} bytes, by digest only)"
    return f"{_short(step.digest)}{kept}" + (" from a broken-off run" if step.reused else "")


def _chapters(chapters: tuple[Chapter, ...]) -> list[str]:
    lines: list[str] = []
    for chapter in chapters:
        kind = str(chapter.action["kind"]).replace("_", " ")
        amount = grouped(int(chapter.action["amount"]))
        lines += ["", f"{chapter.id}  {chapter.status}  {kind} {amount}", f"  {chapter.reason}"]
        for source in chapter.evidence:
            where = f"audit row {source.audit} ({source.file})" if source.audit else "derived"
            lines.append(f"  rests on {source.ref}: {where}")
        for event in chapter.events:
            by = f" by {event.by}" if event.by else ""
            run = f", run {event.run}" if event.run else ""
            lines.append(f"  audit row {event.audit}  {event.day}  {event.kind}{by}{run}")
        for entry in chapter.entries:
            lines.append(
                f"  ledger entry {entry.id}  {entry.day}, sealed by audit row {entry.audit}"
            )
            lines += [
                f"    {account:<40} {grouped(amount):>18}" for account, amount in entry.postings
            ]
            lines += [f"    shown by {line}" for line in entry.seen]
    return lines


def _short(text: str) -> str:
    return text[:12] if len(text) == 64 and " " not in text else text
