"""What is kept of a run: everything needed to do it again and to see where it came out otherwise.

No clock is read and no duration kept, so the same run over the same books leaves the same record.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

from .. import __version__
from ..books.chain import Heads
from ..books.run_record import (
    Installed,
    RecordedError,
    RecordedHeads,
    RecordedProposal,
    RecordedStep,
    RunRecord,
)
from ..books.runs import keep_step
from ..books.store import StoredBooks
from ..config import Config
from ..days import WorkCalendar
from ..errors import AicfoError
from ..model.base import SubjectId, canonical, digest
from ..model.proposal import Proposal
from ..parameters import Parameters
from ..redaction import MASK, redact, redacted
from ..registry import AnyTool
from .goals import Goal
from .plan import Step
from .results import digest_of
from .run import Asked, Outcome, Run, arguments_of

KEPT_BYTES = 64 * 2**10
"""A larger result than this is recorded by its digest alone."""


def record_of(run: Run, *, heads: Heads, seed: int, maker: str, installed: Installed) -> RunRecord:
    """Return the record of a run over stored books."""
    subjects = {type(subject): subject for subject in run.asked.subjects}
    steps = [
        _step(step, arguments_of(step, subjects), outcome)
        for step, outcome in zip(run.plan.steps, run.outcomes, strict=True)
    ]
    return RunRecord(
        goal=plain(run.goal),
        tool=run.asked.tool.full_name,
        arguments=shown(run.asked.arguments),
        subjects=named(run.asked.subjects),
        as_of=run.books.as_of,
        seed=seed,
        maker=plain(maker),
        heads=RecordedHeads(**heads._asdict()),
        installed=installed,
        steps=tuple(steps),
        asked=tuple(
            _step(*asked) for asked in {a.outcome.key: a for a in _asked(run.outcomes)}.values()
        ),
        proposals=tuple(_proposal(proposal) for proposal in run.proposals),
        dropped=tuple(_proposal(each.proposal, each.reason) for each in run.dropped),
        missing=tuple(plain(line) for line in run.missing),
        error=_error(run.error),
        key=run.key,
        hidden=MASK in canonical([shown(run.asked.arguments), named(run.asked.subjects)]),
    )


def request_of(goal: Goal, books_key: str, seed: int, installed: Installed) -> str:
    """Return the digest of what is asked, of which books, with which tables."""
    return digest(
        [
            goal.tool.full_name,
            shown(goal.arguments),
            named(goal.subjects),
            books_key,
            seed,
            installed.parameters,
            installed.calendar,
        ]
    )


def installed_of(
    steps: tuple[Step, ...],
    *,
    params: Parameters,
    calendar: WorkCalendar,
    config: Config,
    policy: str,
) -> Installed:
    """Return what results depend on besides books and arguments; `policy` is its digest."""
    return Installed(
        aicfo=__version__,
        plugins={step.tool.plugin.name: step.tool.version for step in steps},
        libraries=libraries(),
        parameters=_parameters(params),
        calendar=_calendar(calendar),
        configuration=digest(_rules(config)),
        providers=config.providers,
        policy=policy,
    )


class Kept:
    """A run's journal in its books: the long steps that one before it left, and its own."""

    def __init__(self, books: StoredBooks, request: str, goal: Goal, day: date) -> None:
        self._books, self._request, self._goal, self._day = books, request, goal, day
        self._found: dict[str, str] | None = None
        self._lock = Lock()
        self._open = True

    def known(self, tool: AnyTool, key: str) -> str | None:
        """Return what a broken-off run found, as JSON. Raises: BooksError when it was changed."""
        with self._lock:
            if self._found is None:
                self._found = self._books.runs.kept(self._request)
            return self._found.get(key)

    def keep(self, tool: AnyTool, key: str, text: str) -> None:
        """Keep the result of a step, in a transaction of its own."""
        with self._books.transaction() as writer:
            # Asked under the lock of all writers: a thread that was given up may come late.
            if self._open:
                keep_step(
                    writer,
                    self._day,
                    request=self._request,
                    goal=self._goal.tool.full_name,
                    key=key,
                    tool=tool.full_name,
                    body=text,
                )

    def close(self) -> None:
        """Keep nothing any more: the record of the whole run takes over."""
        self._open = False


def named(subjects: tuple[SubjectId, ...]) -> tuple[tuple[str, str], ...]:
    """Return subjects as pairs of record type and id."""
    return tuple((type(s).__name__.removesuffix("Id"), plain(str(s))) for s in subjects)


def shown(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as they are kept: JSON values, without secrets."""
    return redacted(plain(arguments)) if arguments else {}


def needs_of(step: Step) -> dict[str, Any]:
    """Return need → numbers of the steps that fill it, or the tool that it asks."""
    return {
        need.name: [index + 1 for index in need.steps]
        if need.ask is None
        else {"asks": need.ask.root.tool.full_name}
        for need in step.needs
    }


def plain(value: Any) -> Any:
    """Return a value as JSON values that any database can hold and any reader may see."""
    if isinstance(value, str):
        # Half a surrogate pair, as a broken command line gives it, has no UTF-8.
        text = str(value).encode("utf-8", "backslashreplace").decode()
        return redact(text, anew=False)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value).items()
        return {plain(str(name)): plain(each) for name, each in pairs}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in cast("list[Any]", value)]
    from pydantic_core import to_jsonable_python

    return plain(to_jsonable_python(value, fallback=str))


@cache
def libraries() -> dict[str, str]:
    """Return Python's version and those of the libraries that numbers pass through."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for name in ("highspy", "numpy", "pydantic"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


@cache
def manifest_of(tool: AnyTool) -> str:
    """Return the digest of what a tool declares: another one is another tool."""
    signature = tool.signature
    return digest(
        [
            tool.full_name,
            tool.version,
            tool.description,
            sorted(kind.__name__ for kind in tool.reads),
            [tool.external, tool.blocking, *[True] * tool.informs],
            tool.input_schema(),
            [
                [n.name, n.kind, n.type.fact_name(), n.required, repr(n.arguments)]
                for n in signature.needs
            ],
            signature.returns.label,
            signature.provides.fact_name() if signature.provides else "",
        ]
    )


@cache
def _parameters(params: Parameters) -> dict[str, str]:
    """Digest of each subject's tables ("bill", "loan" …)."""
    subjects: dict[str, list[Any]] = {}
    for name in params.names():
        rows = [plain(_fields(row)) for row in params.rows(name)]
        subjects.setdefault(name.partition(".")[0], []).append([name, rows])
    return {subject: digest(rows) for subject, rows in subjects.items()}


@cache
def _calendar(calendar: WorkCalendar) -> str:
    return digest(plain(calendar.table()))


def _rules(config: Config) -> list[list[str]]:
    """The configuration without the places of files: their content counts, not where they lie."""
    chosen = {"providers": sorted(config.providers.items())}
    return [
        [name, repr(chosen.get(name, value))]
        for name, value in _fields(config).items()
        # What a model said is recorded; which one is asked changes no tool's result.
        if name != "llm" and not isinstance(value, Path | None)
    ]


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _step(step: Step, arguments: dict[str, Any], outcome: Outcome) -> RecordedStep:
    text = outcome.text
    kept = bool(text) and len(text.encode()) <= KEPT_BYTES
    return RecordedStep(
        tool=step.tool.full_name,
        version=step.tool.version,
        manifest=manifest_of(step.tool),
        arguments=shown(arguments),
        needs=needs_of(step),
        key=outcome.key,
        digest=digest_of(text) if text else "",
        size=len(text.encode()),
        fact=json.loads(text) if kept else None,
        kept=kept,
        reused=outcome.reused,
        judged=outcome.judged,
        error=_error(outcome.error),
    )


def _asked(outcomes: tuple[Outcome, ...]) -> Iterator[Asked]:
    for outcome in outcomes:
        yield from outcome.asked


def _proposal(proposal: Proposal, reason: str = "") -> RecordedProposal:
    return RecordedProposal(
        id=proposal.id,
        digest=digest(proposal),
        evidence=proposal.evidence,
        reason=plain(reason),
    )


def _error(error: AicfoError | None) -> RecordedError | None:
    return None if error is None else RecordedError(code=error.code, text=plain(str(error)))
