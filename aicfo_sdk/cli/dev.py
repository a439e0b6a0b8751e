"""`aicfo dev`: a plugin while it is being written, asked again after each save."""

from __future__ import annotations

import json
import shlex
import sys
import time as clocks
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..actions import postings
from ..errors import AicfoError, InputError, NotFound
from ..money import grouped
from .arguments import as_day, books_of, emit, note, parser
from .outputs import DevOutput, DevProposal, DroppedOutput, PlanStep
from .rows import answer_lines

if TYPE_CHECKING:
    import argparse

    from ..books.port import Books
    from ..model.proposal import Proposal
    from ..orchestrator.run import Run
    from ..registry import AnyTool
    from ..testing.reload import Loaded

_ABOUT = "Load a plugin's folder again on each save, and ask its tools. Its code runs here."
_INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"
_RECORDS = 4
"""Records that an answer rests on which are shown whole; the others are counted."""


def run(words: list[str]) -> int:
    """Ask one tool and end, or ask again after each save until Ctrl-C; 1 when an answer failed."""
    options = _options(words)
    if options.tool and not options.watch:
        return _once(options)
    if options.json:
        raise InputError("--json is for one call", mend="name a TOOL, without --watch")
    from ..model.text import visible
    from ..redaction import redact
    from ..testing.reload import changes

    note(f"aicfo dev: watching {options.target}, Ctrl-C ends it")
    try:
        for number in changes(options.target, sleep=lambda: clocks.sleep(options.every)):
            lines = [f"── load {number + 1} " + "─" * 60, *round_lines(options)]
            print(visible(redact("\n".join(lines))))
            sys.stdout.flush()
    except KeyboardInterrupt:
        return 0
    return 0


def round_lines(options: argparse.Namespace) -> list[str]:
    """Return what one look at the source shows: an error, or the answers of its tools."""
    from ..testing.reload import loaded_again

    try:
        found = loaded_again(options.target)
        if found.error:
            return [f"cannot be loaded: {found.distribution}", *_inset(found.error)]
        books = _books(options)
        lines = _head(found, books, options)
        for tool in _tools(found, options.tool):
            lines += ["", *_asked(tool, books, options)]
    except AicfoError as error:
        return [str(error)]
    return [*lines, "", *_next(options)]


# ── one question ────────────────────────────────────────────────────────────────────────────


def _once(options: argparse.Namespace) -> int:
    from ..testing.reload import loaded_again

    found = loaded_again(options.target)
    if found.error:
        raise InputError("the plugin cannot be loaded", value=found.distribution, mend=found.error)
    (tool,) = _tools(found, options.tool)
    output, lines, code = _answered(tool, _books(options), options)
    emit(output, options.json, lines)
    return code


def _asked(tool: AnyTool, books: Books, options: argparse.Namespace) -> list[str]:
    """Return what a tool says, asked as the command line says, or else as the kit would ask it."""
    given = None
    if not options.tool:
        from ..testing.trial import Trial

        given = next(Trial(tool.plugin, seed=options.seed).asked(tool, books), None)
        if given is None:
            how = shlex.join(["aicfo", "dev", str(options.target), tool.name, "NAME=VALUE"])
            return [f"{tool.full_name} needs arguments: {how}"]
    try:
        return _answered(tool, books, options, given)[1]
    except AicfoError as error:
        return [f"{tool.full_name}: {error}"]


def _answered(
    tool: AnyTool,
    books: Books,
    options: argparse.Namespace,
    given: dict[str, Any] | None = None,
) -> tuple[DevOutput, list[str], int]:
    """Return what a question led to, as JSON and in lines, and the exit code that says so."""
    from ..testing.reload import told
    from ..testing.trial import Trial

    asking = Trial(tool.plugin, seed=options.seed).orchestrator()
    if given is None:
        given = _arguments(options.given, asking.input_schema(tool))
    goal = asking.goal(tool, books=books, arguments=given, subjects=options.subject)
    done = asking.carry_out(goal, books)
    error = told(done.error, Path(options.target).resolve()) if done.error is not None else ""
    output = _output(tool, done, options, error)
    return output, _lines(tool, done, output), done.error.exit_code if done.error else 0


def _output(tool: AnyTool, done: Run, options: argparse.Namespace, error: str) -> DevOutput:
    shape = done.plan.as_dict()
    result = None if done.error is not None else tool.signature.structured(done.result)
    evidence = list(getattr(done.result, "evidence", ())) if result is not None else []
    return DevOutput(
        target=str(options.target),
        tool=tool.full_name,
        books=_said_of(options),
        as_of=done.books.as_of.isoformat(),
        currency=done.books.currency,
        steps=[PlanStep(**step) for step in shape["steps"]],
        result=result,
        evidence={ref: _record(ref, done.books) for ref in evidence},
        proposals=[_proposal(each) for each in done.proposals],
        dropped=[
            DroppedOutput(action=each.proposal.action.model_dump(mode="json"), reason=each.reason)
            for each in done.dropped
        ],
        missing=list(done.missing),
        error=error,
    )


def _lines(tool: AnyTool, done: Run, output: DevOutput) -> list[str]:
    lines = [str(done.plan)]
    if output.error:
        lines += ["failed:", *_inset(output.error)]
    if output.result is not None:
        shown = answer_lines(tool.signature.output_schema(), output.result)
        unit = output.currency if shown else f"minor units of {output.currency}"
        lines += [f"as of {output.as_of}, amounts in {unit}"]
        said = {name: value for name, value in output.result.items() if name != "evidence"}
        lines += shown or [json.dumps(said, ensure_ascii=False, indent=2)]
    if output.evidence:
        lines.append("rests on:")
        for ref, record in list(output.evidence.items())[:_RECORDS]:
            said = "NOT in the books" if record is None else _short(record)
            lines.append(f"  {ref}  {said}")
        if (more := len(output.evidence) - _RECORDS) > 0:
            lines.append(f"  and {more} more: --json shows them")
    for each, proposal in zip(output.proposals, done.proposals, strict=True):
        action = proposal.action
        lines.append(f"proposes: {action.kind} {grouped(action.amount)} on {action.day}")
        lines.append(f"    {each.reason}")
        lines += [f"    {grouped(amount):>16}  {account}" for account, amount in each.postings]
        lines += [] if each.postings else ["    posts nothing"]
    lines += [f"left out: {each.action['kind']}: {each.reason}" for each in output.dropped]
    lines += [f"not said: {line}" for line in output.missing]
    return lines


def _proposal(proposal: Proposal) -> DevProposal:
    return DevProposal(
        action=proposal.action.model_dump(mode="json"),
        reason=proposal.reason,
        evidence=list(proposal.evidence),
        postings=[(leg.account, leg.amount) for leg in postings(proposal.action)],
    )


def _record(ref: str, books: Books) -> dict[str, Any] | None:
    from ..model import RECORDS, record_type

    kind, _, id = ref.partition(":")
    found = books.records(record_type(kind)).get(id) if kind in RECORDS else None
    return None if found is None else found.model_dump(mode="json", exclude_defaults=True)


# ── what the command line says ──────────────────────────────────────────────────────────────


def _options(words: list[str]) -> argparse.Namespace:
    made = parser("dev", _ABOUT)
    made.add_argument("target", metavar="PATH", type=Path, help="the plugin's folder")
    made.add_argument("tool", metavar="TOOL", nargs="?", default="", help="ask only this one, once")
    made.add_argument("given", metavar="NAME=VALUE", nargs="*", help="its arguments")
    made.add_argument(
        "--subject", action="append", default=[], metavar="TYPE=ID", help="about whom"
    )
    made.add_argument("--watch", action="store_true", help="ask TOOL again after each save")
    made.add_argument("--archetype", default="contractor", metavar="NAME", help="whose books")
    made.add_argument("--seed", type=int, default=7, help="of the merchant")
    made.add_argument("--as-of", metavar="DATE", type=as_day, help="the day of --books")
    made.add_argument("--save", type=Path, metavar="FILE", help="write the merchant's books there")
    made.add_argument("--every", type=float, default=0.5, metavar="SECONDS", help="between looks")
    options = made.parse_args(words)
    if not 0.01 <= options.every <= 3600:
        raise InputError("no such pause", value=options.every, where="--every", mend="0.01 to 3600")
    if options.books and options.save:
        raise InputError("--save is for a synthetic merchant", mend="leave out --books")
    if options.save and options.save.exists():
        raise InputError("the file is there already", value=str(options.save), where="--save")
    return options


def _arguments(words: list[str], schema: dict[str, Any]) -> dict[str, Any]:
    """Return NAME=VALUE words as arguments: text where the tool takes text, else JSON."""
    found: dict[str, Any] = {}
    for word in words:
        name, mark, text = word.partition("=")
        if not mark or not name:
            raise InputError("an argument is NAME=VALUE", value=word, mend="like horizon_days=30")
        if name in found:
            raise InputError("an argument is given twice", value=name)
        field: Any = schema["properties"].get(name, {})
        arms = [field, *field.get("anyOf", ())]
        found[name] = text
        if not any(arm.get("type") == "string" for arm in arms):
            try:
                found[name] = json.loads(text)
            except ValueError:
                continue  # the tool says what it takes
    return found


def _tools(found: Loaded, name: str) -> list[AnyTool]:
    tools = [tool for plugin in found.plugins for tool in plugin.tools.values()]
    if not name:
        return tools
    chosen = [tool for tool in tools if name in (tool.name, tool.full_name)]
    if not chosen:
        mend = "it has " + ", ".join(tool.name for tool in tools)
        raise NotFound("this plugin has no such tool", value=name, mend=mend)
    return chosen[:1]


def _books(options: argparse.Namespace) -> Books:
    if options.books:
        from ..orchestrator.session import Session

        return Session(books_of(options.books), as_of=options.as_of).snapshot()
    from ..testing.merchants import sandbox_maker

    made = sandbox_maker()(options.archetype, seed=options.seed, day=options.as_of)
    if options.save is not None and not options.save.exists():
        from ..testing.client import stored

        stored(made, options.save).close()
    return made


def _said_of(options: argparse.Namespace) -> str:
    return options.books or f'sandbox("{options.archetype}", seed={options.seed})'


def _head(found: Loaded, books: Books, options: argparse.Namespace) -> list[str]:
    names = [tool.full_name for plugin in found.plugins for tool in plugin.tools.values()]
    cash = f"cash {grouped(books.balance())} {books.currency}"
    return [
        f"{found.distribution}: {', '.join(names) or 'no tools'}",
        f"on {_said_of(options)}, {books.as_of.isoformat()}, {cash}",
    ]


def _next(options: argparse.Namespace) -> list[str]:
    """Return how to ask one tool, and how to look at all in the MCP Inspector."""
    place = shlex.quote(str(options.target))
    books = str(options.books or options.save or "BOOKS")
    serve = shlex.join(["aicfo", "serve", "--books", books])
    lines = [f"one tool:   aicfo dev {place} TOOL NAME=VALUE", f"check:      aicfo check {place}"]
    lines.append(f"in a browser, once `pip install -e {place}` is done:")
    if books == "BOOKS":
        lines.append("  (--save FILE writes this merchant's books)")
    return [*lines, f"  npx {_INSPECTOR} -- {serve}"]


def _inset(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]


def _short(record: dict[str, Any]) -> str:
    shown = [f"{name}={value}" for name, value in record.items() if name != "id"]
    text = " ".join(shown)
    return text if len(text) <= 120 else text[:119] + "…"
