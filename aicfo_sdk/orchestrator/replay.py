"""Doing a recorded run again: the same snapshot, arguments and seed, the tools that are installed.

Step by step the new results are held against the recorded digests, so that whoever asks sees
whether it comes out the same today, else where it first comes out otherwise and why. What left
the machine the first time (external tools) is not repeated: their recorded answers stand in.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..books.run_record import Installed, RecordedError, RecordedStep, RunRecord
from ..books.runs import StoredRun
from ..books.store import StoredBooks
from ..errors import AicfoError, NotFound, PlanError, ToolFailed
from ..model.base import Frozen, canonical
from ..registry import AnyTool, Registry, discover
from .goals import Goal, subject_types
from .orchestrator import Orchestrator
from .plan import Plan
from .record import installed_of, needs_of, record_of, shown
from .run import LATE, NO_MODEL, arguments_of


class Compared(Frozen):
    """A step then and now; `then` and `now` are digests of results, or how it failed."""

    tool: str
    then: str
    now: str
    same: bool
    recalled: bool = Field(description="External: its recorded answer stood in.")


class Replay(Frozen):
    """How a run came out when it was done again."""

    run: str
    identical: bool
    steps: tuple[Compared, ...]
    first: str = Field(description='Where it first came out otherwise, or "".')
    why: tuple[str, ...] = Field(description="What explains that.")
    changed: tuple[str, ...] = Field(description="What is otherwise today, whether it told or not.")


def replay(
    books: StoredBooks,
    run: str | StoredRun,
    registry: Registry | None = None,
    *,
    policy: str = "",
) -> Replay:
    """Return how a recorded run comes out today; nothing is recorded, proposed or sent.

    `policy` is the digest of today's policy, "" to leave it out of what is compared.
    Raises: NotFound for an unknown run; BooksError when its record was changed, or the books are
    not those that it read.
    """
    registry = registry or discover()
    stored = books.runs.get(run) if isinstance(run, str) else run
    record = stored.record
    snapshot = books.snapshot_at(books.runs.heads(stored), record.as_of)
    if record.hidden:
        why = "an argument held a secret, and secrets are not kept"
        return _otherwise(stored, "before the first step", (why,), ())
    try:
        orchestrator = Orchestrator(registry, seed=record.seed)
        goal = _goal(record, registry)
        plan = orchestrator.plan(goal)
    except (NotFound, PlanError) as error:
        return _otherwise(stored, "before the first step", (str(error),), ())
    context = orchestrator.context(snapshot)
    installed = installed_of(
        plan.steps,
        params=context.params,
        calendar=context.calendar,
        config=registry.config,
        policy=policy or record.installed.policy,
    )
    changed = _changed(record.installed, installed)
    if (other := _other_plan(record, plan, goal)) is not None:
        return _otherwise(stored, other, ("the plan is another", *changed), changed)
    again = orchestrator.carry_out(goal, snapshot, journal=_Recorded(record))
    now = record_of(
        again,
        heads=snapshot.heads,
        seed=record.seed,
        maker=record.maker,
        installed=installed,
    )
    return _compared(stored, now, registry, changed)


class _Recalled(ToolFailed):
    """An external step's recorded error, word for word."""

    def __init__(self, error: RecordedError) -> None:
        super().__init__("")
        self.args, self._code = (error.text,), error.code

    @property
    def code(self) -> str:
        return self._code


class _Recorded:
    """A journal that answers for external tools, from the record."""

    def __init__(self, record: RunRecord) -> None:
        self._steps = {step.key: step for step in (*record.asked, *record.steps)}

    def known(self, tool: AnyTool, key: str) -> str | None:
        """Return the recorded answer of an external tool; None lets others be worked out."""
        step = self._steps.get(key)
        if not (tool.external or (step is not None and step.judged)):
            return None
        if step is not None and step.error is not None:
            raise _Recalled(step.error)
        if step is None or not step.kept:
            what = "was asked something else" if step is None else "answered too much to be kept"
            raise ToolFailed(
                f"an external tool is not asked again, and then it {what}", value=tool.full_name
            )
        return canonical(step.fact)

    def keep(self, tool: AnyTool, key: str, text: str) -> None:
        """Keep nothing: a replay leaves no trace."""


def _goal(record: RunRecord, registry: Registry) -> Goal:
    tool = registry.tool(record.tool)
    kinds = subject_types(registry)
    subjects: list[Any] = []
    for name, id in record.subjects:
        if name not in kinds:
            raise NotFound("no installed tool takes this subject", value=name)
        subjects.append(kinds[name](id))
    try:
        read = tool.arguments(_whole(tool, record), json=True)
        arguments = {name: read.get(name, value) for name, value in record.arguments.items()}
    except AicfoError:
        arguments = record.arguments  # they failed then, and do now
    return Goal(tool, arguments, tuple(subjects), record.goal)


def _whole(tool: AnyTool, record: RunRecord) -> dict[str, Any]:
    """The recorded arguments, with the subjects that fill the rest."""
    subjects = dict(record.subjects)
    filled = {
        p.name: subjects[name]
        for p in tool.signature.parameters
        if p.subject is not None and (name := p.subject.__name__.removesuffix("Id")) in subjects
    }
    return {**filled, **record.arguments}


def _other_plan(record: RunRecord, plan: Plan, goal: Goal) -> str | None:
    """Say where the plan of today is another, or return None."""
    subjects = {type(subject): subject for subject in goal.subjects}
    for number, then in enumerate(record.steps):
        if number >= len(plan.steps):
            return f"step {number + 1}, {then.tool}, is no longer in the plan"
        step = plan.steps[number]
        if step.tool.full_name != then.tool:
            return f"step {number + 1} was {then.tool} and is {step.tool.full_name}"
        if shown(arguments_of(step, subjects)) != then.arguments:
            return f"step {number + 1}, {then.tool}, is asked with other arguments"
        if needs_of(step) != then.needs:
            return f"step {number + 1}, {then.tool}, takes other steps' results"
    if len(plan.steps) > len(record.steps):
        return f"step {len(record.steps) + 1}, {plan.steps[-1].tool.full_name}, is new"
    return None


def _compared(
    stored: StoredRun, now: RunRecord, registry: Registry, changed: tuple[str, ...]
) -> Replay:
    then = stored.record
    steps = [_step(one, other, registry) for one, other in zip(then.steps, now.steps, strict=True)]
    first, why = "", ()
    for number, (step, one, other) in enumerate(zip(steps, then.steps, now.steps, strict=True), 1):
        if not step.same:
            first = f"step {number}, {step.tool}: {_short(step.then)} then, {_short(step.now)} now"
            why = _why(one, other, changed) + _asked(then, now)
            break
    else:
        if (then.proposals, then.dropped) != (now.proposals, now.dropped):
            first = "the proposals: " + _lists(_told(then), _told(now))
        elif (lines := _missing(then)) != _missing(now):
            first = "what is missing: " + _lists(lines, _missing(now))
        if first:
            why = changed or ("aicfo itself fits proposals together otherwise",)
    return Replay(
        run=stored.id,
        identical=not first,
        steps=tuple(steps),
        first=first,
        why=why,
        changed=changed,
    )


def _step(then: RecordedStep, now: RecordedStep, registry: Registry) -> Compared:
    one, other = (step.digest or str(step.error and step.error.text) for step in (then, now))
    return Compared(
        tool=then.tool,
        then=one,
        now=other,
        same=one == other,
        recalled=then.judged or registry.tool(then.tool).external,
    )


def _why(then: RecordedStep, now: RecordedStep, changed: tuple[str, ...]) -> tuple[str, ...]:
    """What explains the first step that came out otherwise; its inputs were the same."""
    found: list[str] = []
    if then.error is not None and then.error.text.startswith(LATE):
        found.append("the recorded run had no time left for it")
    if then.version != now.version:
        found.append(f"{then.tool} was of version {then.version}, is of {now.version}")
    elif then.manifest != now.manifest:
        found.append(f"{then.tool} declares something else under the same version")
    found += changed
    if not found:
        found.append(
            f"the same {then.tool} {then.version} answered otherwise over the same inputs: it is "
            "not deterministic, or its code changed under the same version"
        )
    return tuple(dict.fromkeys(found))


def _asked(then: RunRecord, now: RunRecord) -> tuple[str, ...]:
    """The first step asked for by a tool as it ran that came out otherwise."""
    known = {(step.tool, canonical(step.arguments)): step for step in then.asked}
    for step in now.asked:
        old = known.get((step.tool, canonical(step.arguments)))
        if old is not None and old.digest != step.digest:
            return (f"it asked {step.tool}, which answered otherwise",)
    return ()


def _changed(then: Installed, now: Installed) -> tuple[str, ...]:
    """Say what results depend on that is otherwise now."""
    found: list[str] = []
    if then.aicfo != now.aicfo:
        found.append(f"aicfo was of version {then.aicfo}, is of {now.aicfo}")
    for what, one, other in (
        ("plugin ", then.plugins, now.plugins),
        ("", then.libraries, now.libraries),
    ):
        for name in sorted(one.keys() | other.keys()):
            old, new = one.get(name, "not there"), other.get(name, "not there")
            if old != new:
                found.append(f"{what}{name} was {old}, is {new}")
    subjects = sorted(then.parameters.keys() | now.parameters.keys())
    return (
        *found,
        *(
            f"the parameters of {name} are others"
            for name in subjects
            if then.parameters.get(name) != now.parameters.get(name)
        ),
        *(
            f"the {what} is another"
            for what in ("calendar", "configuration", "policy")
            if getattr(then, what) != getattr(now, what)
        ),
    )


def _told(run: RunRecord) -> tuple[str, ...]:
    return (
        *(each.id for each in run.proposals),
        *(f"{each.id} dropped because {each.reason}" for each in run.dropped),
    )


def _missing(run: RunRecord) -> tuple[str, ...]:
    """What is missing; that a model did not conclude is not, for none is asked again."""
    return tuple(line for line in run.missing if NO_MODEL not in line)


def _lists(then: tuple[str, ...], now: tuple[str, ...]) -> str:
    """Say what only one of two lists has."""
    gone = [each for each in then if each not in now]
    new = [each for each in now if each not in then]
    parts = [*(f"only then {each}" for each in gone), *(f"only now {each}" for each in new)]
    return "; ".join(parts) or "in another order, or with another reason"


def _otherwise(
    stored: StoredRun, first: str, why: tuple[str, ...], changed: tuple[str, ...]
) -> Replay:
    return Replay(run=stored.id, identical=False, steps=(), first=first, why=why, changed=changed)


def _short(text: str) -> str:
    return text[:12] if len(text) == 64 and " " not in text else text
