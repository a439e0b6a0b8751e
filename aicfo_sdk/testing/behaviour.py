"""What a plugin's tools do when they are asked, over ordinary books and odd ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..books.port import Books, MemoryBooks
from ..context import Context
from ..errors import AicfoError, ToolFailed, UndeclaredRead
from ..model import RECORDS
from ..model.base import Fact, Record, canonical, digest
from ..model.proposal import proposals_in
from ..orchestrator.run import Run
from ..orchestrator.shadow import fit
from ..registry import AnyTool
from .limits import Endless
from .odd import all_records, odd_arguments, odd_books
from .rules import Finding
from .trial import Trial, answer
from .watch import Call, Watched, watching

Found = Iterator[tuple[str, str]]
"""Rule and what was seen."""


def tool_findings(
    trial: Trial,
    tool: AnyTool,
    merchants: Sequence[Books],
    *,
    deadline: float,
) -> Iterator[Finding]:
    """Yield what one tool breaks over these merchants' books, each rule once.

    `deadline` is in seconds of one call of the body.
    """
    file, line = place_of(tool)
    told: set[str] = set()
    try:
        for rule, seen in _all(trial, tool, merchants, deadline):
            if rule not in told:
                told.add(rule)
                yield Finding(rule, tool.full_name, line, file, seen)
    except Endless as error:
        yield endless(tool, str(error))


def endless(tool: AnyTool, after: str) -> Finding:
    """Return the finding of a tool whose run had to be ended."""
    file, line = place_of(tool)
    seen = f"ended after {after}: a run does not come to an end by itself"
    return Finding("deadline", tool.full_name, line, file, seen)


def place_of(tool: AnyTool) -> tuple[str, int]:
    """Return file and line of a tool's body, as far as they are known."""
    import inspect

    body = inspect.unwrap(tool.fn)
    code = getattr(body, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code is not None else ("", 0)


def _all(
    trial: Trial,
    tool: AnyTool,
    merchants: Sequence[Books],
    deadline: float,
) -> Found:
    calls: list[Call] = []
    first = next(((own, a) for own in merchants for a in trial.asked(tool, own)), None)
    before = ""
    if first is not None:
        with watching(tool) as seen:
            before = _told(trial, tool, *first)
        # What it changes for good, it changes the first time.
        yield from (("process", what) for what in seen.changed)
    for books in merchants:
        for arguments in trial.asked(tool, books):
            with watching(tool) as seen:
                yield from _ordinary(trial, tool, books, arguments)
            yield from _watched(tool, seen, deadline)
            calls += seen.calls[:1]
            if "crash" not in _rules(trial, tool, books, arguments):
                yield from _future(trial, tool, books, arguments)
    if first is not None:
        books, arguments = first
        after = _told(trial, tool, books, arguments)
        if before != after and not tool.external:
            yield "memory", _difference(before, after)
        yield from _odd_arguments(trial, tool, books, arguments)
        yield from _odd_books(trial, tool, books, arguments)
    yield from _batch(tool, calls)


def _told(trial: Trial, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> str:
    return answer(tool, trial.run(tool, _copy(books, all_records(books)), arguments))


def _rules(trial: Trial, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> set[str]:
    return {rule for rule, _ in _failure(tool, trial.run(tool, books, arguments), "crash")}


def _ordinary(trial: Trial, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> Found:
    """Ask twice over copies of the same books, and look at the answer and at the books."""
    records = all_records(books)
    copy = _copy(books, records)
    before = _state(copy)
    run = trial.run(tool, copy, arguments)
    failed = list(_failure(tool, run, "crash"))
    yield from failed
    if _state(copy) != before:
        yield "effect", "the records that it was given are not what they were"
        return
    if failed or tool.external:
        return
    again = trial.run(tool, _copy(books, all_records(books)), arguments)
    if answer(tool, run) != answer(tool, again):
        yield "repeat", _difference(answer(tool, run), answer(tool, again))
    if isinstance(run, AicfoError) or run.error is not None:
        return
    yield from _evidence(run, copy)
    for proposal in proposals_in(run.result):
        kept, dropped = fit([proposal], copy)
        if not kept:
            yield "proposal", f"{proposal.action.kind}: {dropped[0].reason}"


def _failure(tool: AnyTool, run: Run | AicfoError, rule: str) -> Found:
    """Sort the error that a run ended in: what a tool says on purpose is no fault."""
    error = run if isinstance(run, AicfoError) else run.error
    if isinstance(error, UndeclaredRead):
        if tool.full_name in error.where:
            yield "read", str(error.value)
    elif isinstance(error, ToolFailed) and error.where.startswith(tool.full_name):
        if error.what.startswith("a tool raised an unexpected error"):
            yield rule, str(error.value)
        elif "declares" in error.what or "result" in error.what:
            yield "promise", str(error)
        elif "changed what it was given" in error.what:
            yield "effect", f"it changed a {error.value}"


def _evidence(run: Run, books: Books) -> Found:
    result: Any = run.result
    items: list[Any] = result if run.plan.root.tool.signature.returns.many else [result]
    for fact in items:
        for ref in fact.evidence if isinstance(fact, Fact) else ():
            kind, _, id = ref.partition(":")
            # Evidence may also name a fact or a file; what is said to be a record must be one.
            if kind in RECORDS and id not in books.records(_kind(kind)):
                yield "evidence", ref
                return


def _kind(name: str) -> type[Record]:
    from ..model import record_type

    return record_type(name)


def _watched(tool: AnyTool, seen: Watched, deadline: float) -> Found:
    if seen.connected and not tool.external:
        yield "network", seen.connected[0]
    if seen.wrote:
        yield "files", seen.wrote[0]
    if seen.changed:
        yield "process", seen.changed[0]
    slowest = max((call.seconds for call in seen.calls), default=0.0)
    if slowest > deadline and not tool.external:
        yield "deadline", f"{slowest:.1f} s, more than {deadline:g} s"


def _future(trial: Trial, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> Found:
    """Ask over the simulator's own books, which know more than they show, and over a plain copy."""
    if tool.external:
        return
    plain, own = (
        _told(trial, tool, books, arguments),
        answer(tool, trial.run(tool, books, arguments)),
    )
    if plain != own:
        yield "future", _difference(plain, own)


def _odd_arguments(trial: Trial, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> Found:
    schema = trial.orchestrator().input_schema(tool)
    for odd in odd_arguments(schema, arguments):
        try:
            found = list(_failure(tool, trial.run(tool, books, odd), "odd-argument"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the arguments brought it about
            found = [("odd-argument", f"{type(error).__name__}: {error}")]
        for rule, seen in found:
            changed = {k: v for k, v in odd.items() if arguments.get(k, ...) is not v}
            yield rule, f"{str(changed)[:80]}: {seen}"


def _odd_books(trial: Trial, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> Found:
    for what, odd in odd_books(all_records(books), books.as_of):
        asked = list(trial.asked(tool, odd)) or [arguments]
        for rule, seen in _failure(tool, trial.run(tool, odd, asked[0]), "odd-books"):
            yield rule, f"{what}: {seen}"


def _batch(tool: AnyTool, calls: list[Call]) -> Found:
    """Hold the batch body against the tool itself: alone, together, in another order."""
    if tool.many is None:
        return
    names = {parameter.name for parameter in tool.signature.parameters}
    alike: list[Call] = []
    for call in calls:
        own = {k: v for k, v in call.given.items() if k in names}
        if not alike or own == {k: v for k, v in alike[0].given.items() if k in names}:
            alike.append(call)
    for order in (alike, alike[::-1], alike[:1]):
        if not order:
            return
        given = {k: v for k, v in order[0].given.items() if k in names}
        needs = [{k: v for k, v in call.given.items() if k not in names} for call in order]
        columns = {name: [own[name] for own in needs] for name in needs[0]}
        contexts = [_fresh(call.context) for call in order]
        try:
            found: Sequence[Any] = tool.many(contexts, **given, **columns)
            together = [canonical(tool.signature.structured(found[i])) for i in range(len(order))]
        except Exception as error:  # noqa: BLE001 - a batch body that raises is asked one by one
            yield "batch", f"{type(error).__name__}: {error}"
            return
        for call, text in zip(order, together, strict=True):
            alone = canonical(
                tool.signature.structured(tool.fn(_fresh(call.context), **call.given))
            )
            if alone != text:
                yield "batch", _difference(alone, text)
                return


def _fresh(context: Context) -> Context:
    """Return the same context with its random numbers at their beginning."""
    return context.seeded(context.seed)


def _copy(books: Books, records: list[Record]) -> MemoryBooks:
    return MemoryBooks(
        [record.model_copy() for record in records],
        as_of=books.as_of,
        currency=books.currency,
        balances=_balances(books),
    )


def _balances(books: Books) -> dict[str, int]:
    from ..model.merchant import Account

    return {id: books.balance(id) for id in books.records(Account)}


def _state(books: MemoryBooks) -> str:
    values = [record.model_dump(mode="json") for record in all_records(books)]
    return digest([values, _balances(books)])


def _difference(one: str, other: str) -> str:
    """Return the first place where two answers part, a little of each."""
    at = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start = max(at - 30, 0)
    return f"…{one[start : at + 30]}… and …{other[start : at + 30]}…"
