"""Then execute: run a plan's steps over one snapshot of the books, each step once.

Each result is keyed by provenance (tool, version, arguments, keys of its inputs, snapshot,
seed). A step that fails is left out where many were asked for, and the run says what is missing;
where its answer was needed, the failure is the run's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, Protocol, cast

from ..books.port import Books
from ..context import Context
from ..errors import AicfoError, InputError, ToolFailed
from ..model.base import Fact, SubjectId
from ..model.merchant import Merchant
from ..model.proposal import Proposal
from ..plugin import Agent
from ..registry import AnyTool
from ..stopping import current
from .goals import Goal
from .plan import Binding, Plan, Step, Subject
from .results import digest_of, restored, text_of, unchanged, without_secrets


class Outcome(NamedTuple):
    """What became of a step: a value, or the error that it ended in.

    `text` is the value as canonical JSON, where results are checked; `asked` are the steps that
    the tool asked for as it ran; `reused` says that an earlier run had worked it out, `judged` that
    a model concluded it in the place of an agent's body.
    """

    key: str
    value: Any
    error: AicfoError | None
    text: str = ""
    asked: tuple[Asked, ...] = ()
    reused: bool = False
    judged: bool = False


class Asked(NamedTuple):
    """A step that a tool asked for as it ran, and what became of it."""

    step: Step
    arguments: dict[str, Any]
    outcome: Outcome


class Prepared(NamedTuple):
    """What a step is called with: arguments checked, needs resolved, and the key of its result."""

    key: str
    context: Context
    arguments: dict[str, Any]
    needs: dict[str, Any]
    asked: list[Asked]


class Judge(Protocol):
    """What concludes in the place of an agent's body: a model behind the tools it may call."""

    def __call__(
        self,
        agent: Agent[..., Any],
        context: Context,
        arguments: dict[str, Any],
        needs: dict[str, Any],
        asked: list[Asked],
    ) -> Any:
        """Return what the agent's annotation promises; add the steps it asked for to `asked`.

        Raises: AicfoError when the body is to conclude instead; the run says why.
        """
        ...


class Journal(Protocol):
    """Where long steps are kept as they finish, so that a broken-off run need not repeat them."""

    def known(self, tool: AnyTool, key: str) -> str | None:
        """Return the kept result of a step as JSON. Raises: ToolFailed to forbid working it out."""
        ...

    def keep(self, tool: AnyTool, key: str, text: str) -> None:
        """Keep the result of a step that has just finished."""
        ...


def _endless() -> float | None:
    return None


@dataclass(slots=True)
class Runner:
    """Runs plans over one snapshot; results are shared among the plans of one run.

    `checked` holds every result against its type and its own text, and every input against what
    it was before a tool had it. `left` says how many seconds the run still has, None without end:
    when there are none, only the goal's own step is still begun. `journal` keeps the results of
    tools that declare external or blocking work. `judge` concludes in the place of agents' bodies,
    None leaves it to them.
    """

    context: Context
    seed: int = 0
    store: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    checked: bool = True
    left: Callable[[], float | None] = _endless
    journal: Journal | None = None
    judge: Judge | None = None
    missing: list[str] = field(default_factory=list[str])
    _ground: str = ""

    @property
    def books(self) -> Books:
        """The snapshot that every step reads."""
        return self.context.books

    def run(
        self, plan: Plan, subjects: dict[type[SubjectId], SubjectId], *, goal: bool = False
    ) -> list[Outcome]:
        """Return the outcome of each step, in plan order; `goal` marks the plan of the run itself.

        Synchronous plans run as a straight loop; a tool that declares blocking work gets a
        thread, and what does not depend on it goes on.
        """
        last = plan.root.index if goal else -1
        if any(step.tool.blocking for step in plan.steps):
            return self._threaded(plan, subjects, last)
        outcomes: list[Outcome] = []
        for step in plan.steps:
            _begins(plan, step, len(outcomes), goal)
            outcome = self._step(plan, step, outcomes, subjects, step.index == last)
            outcomes.append(self.finished(step, outcome))
        return outcomes

    def _threaded(
        self, plan: Plan, subjects: dict[type[SubjectId], SubjectId], last: int
    ) -> list[Outcome]:
        done: dict[int, Outcome] = {}
        flying: set[int] = set()
        waiting = {step.index: step for step in plan.steps}
        landed: SimpleQueue[tuple[int, Outcome | BaseException]] = SimpleQueue()

        def fly(step: Step, before: dict[int, Outcome]) -> None:
            try:
                found = self._step(plan, step, before, subjects, step.index == last)
                landed.put((step.index, found))
            except BaseException as error:  # noqa: BLE001 - raised again where the run waits
                landed.put((step.index, error))

        while waiting or flying:
            ready = [s for s in waiting.values() if all(i in done for i in s.depends)]
            for step in ready:
                del waiting[step.index]
                _begins(plan, step, len(done), last >= 0)
                if step.tool.blocking:
                    flying.add(step.index)
                    # A daemon: a tool that never returns must not keep the process alive.
                    Thread(
                        target=copy_context().run,
                        args=(fly, step, dict(done)),
                        name="aicfo-step",
                        daemon=True,
                    ).start()
                else:
                    outcome = self._step(plan, step, done, subjects, step.index == last)
                    done[step.index] = self.finished(step, outcome)
            if ready or not flying:
                continue
            try:
                index, found = landed.get(timeout=None if last in flying else self.left())
            except Empty:
                for index in flying:
                    done[index] = Outcome(_FAILED, None, _late(plan.steps[index].tool))
                flying.clear()
                continue
            if isinstance(found, BaseException):
                raise found
            if index in flying:
                flying.remove(index)
                done[index] = self.finished(plan.steps[index], found)
        return [done[index] for index in range(len(plan.steps))]

    def _step(
        self,
        plan: Plan,
        step: Step,
        outcomes: list[Outcome] | dict[int, Outcome],
        subjects: dict[type[SubjectId], SubjectId],
        last: bool,
    ) -> Outcome:
        made = self.prepare(plan, step, outcomes, subjects, last)
        if isinstance(made, Outcome):
            return made
        tool = step.tool
        if self.judge is not None and isinstance(tool, Agent):
            try:
                value: Any = self.judge(tool, made.context, made.arguments, made.needs, made.asked)
                found = self.conclude(plan, step, outcomes, made, value)
                if found.error is None:
                    return found._replace(judged=True)
                raise found.error
            except AicfoError as error:
                self._note(f"{tool.full_name} {NO_MODEL}: {error}")
        try:
            value = tool.invoke(made.context, made.arguments, made.needs)
        except AicfoError as error:
            value = error
        return self.conclude(plan, step, outcomes, made, value)

    def prepare(
        self,
        plan: Plan,
        step: Step,
        outcomes: list[Outcome] | dict[int, Outcome],
        subjects: dict[type[SubjectId], SubjectId],
        last: bool,
    ) -> Prepared | Outcome:
        """Return what a step is called with, or its outcome where it need not be called."""
        tool = step.tool
        given = arguments_of(step, subjects)
        asked: list[Asked] = []
        needs: dict[str, Any] = {}
        for binding in step.needs:
            if binding.kind == "ask":
                needs[binding.name] = self._asker(binding, subjects, asked)
                continue
            inputs = [outcomes[index] for index in binding.steps]
            if binding.kind == "all":
                needs[binding.name] = self._gather(binding, step, inputs)
            elif inputs and inputs[0].error is None:
                needs[binding.name] = inputs[0].value
            elif inputs and binding.required:
                return Outcome(_FAILED, None, inputs[0].error)
            else:
                if inputs:
                    self._note(f"{tool.full_name} goes without {binding.name}: {inputs[0].error}")
                needs[binding.name] = None
        key = self._key(
            step, given, [_mark(plan.steps[index].tool, outcomes[index]) for index in step.depends]
        )
        known = self.store.get(key)
        if known is not None and not tool.external:
            return known
        left = self.left()
        if left is not None and left <= 0 and not last:
            return Outcome(key, None, _late(tool))
        try:
            long = _is_long(tool) or isinstance(tool, Agent)
            text = self.journal.known(tool, key) if self.journal and long else None
            if text is not None:
                # Of agents only what a model concluded is ever kept.
                judged = isinstance(tool, Agent)
                return Outcome(key, restored(tool, text), None, text, reused=True, judged=judged)
            arguments = tool.arguments(given)
        except AicfoError as error:
            return Outcome(key, None, error)
        return Prepared(key, self._context(step, given), arguments, needs, asked)

    def conclude(
        self,
        plan: Plan,
        step: Step,
        outcomes: list[Outcome] | dict[int, Outcome],
        made: Prepared,
        value: Any,
    ) -> Outcome:
        """Return the outcome of a step that gave a value, or the error it ended in."""
        tool, asked = step.tool, made.asked
        try:
            self._untouched(plan, step, outcomes)
            if isinstance(value, AicfoError):
                raise value
            text = ""
            if self.checked or _is_open(tool, asked):
                value, text = without_secrets(tool, value, text_of(tool, value))
        except AicfoError as error:
            return Outcome(made.key, None, error, asked=tuple(asked))
        return Outcome(made.key, value, None, text, tuple(asked))

    def _context(self, step: Step, given: dict[str, Any]) -> Context:
        """Return what a step gets: the books, and random numbers of its own.

        They depend on the call, the day, the firm and its cash, not on the whole snapshot: else a
        stranger's remark would draw other numbers, and so move amounts.
        """
        books = self.books
        if not self._ground:
            firms = ",".join(books.records(Merchant))
            self._ground = f"{books.as_of.isoformat()}\x1f{books.balance()}\x1f{firms}"
        tool, arguments = step.tool, repr(sorted(given.items()))
        text = "\x1f".join([tool.full_name, tool.version, arguments, self._ground, str(self.seed)])
        return self.context.seeded(int(hashlib.sha256(text.encode()).hexdigest()[:15], 16))

    def finished(self, step: Step, outcome: Outcome) -> Outcome:
        """Share a new result with the steps to come, and with a run after this one broke off."""
        tool = step.tool
        if outcome.error is not None or self.store.get(outcome.key) is outcome:
            return outcome
        if not outcome.judged and not _is_open(tool, outcome.asked):
            self.store[outcome.key] = outcome
        if self.journal and (outcome.judged or _is_long(tool)) and not outcome.reused:
            self.journal.keep(tool, outcome.key, outcome.text)
        return outcome

    def _untouched(
        self, plan: Plan, step: Step, outcomes: list[Outcome] | dict[int, Outcome]
    ) -> None:
        """Raise when a tool changed what it was given, and set that right for those after it."""
        if not self.checked:
            return
        for index in step.depends:
            outcome, giver = outcomes[index], plan.steps[index].tool
            if outcome.error is None and not unchanged(giver, outcome.value, outcome.text):
                _set_right(outcome.value, restored(giver, outcome.text))
                raise ToolFailed(
                    "a tool changed what it was given",
                    value=giver.signature.returns.label,
                    where=step.tool.full_name,
                    mend="work on a copy",
                )

    def _gather(self, binding: Binding, step: Step, inputs: list[Outcome]) -> tuple[Any, ...]:
        values: list[Any] = []
        for outcome in inputs:
            value: Any = outcome.value
            if outcome.error is not None:
                self._note(
                    f"{step.tool.full_name} goes without one {binding.name}: {outcome.error}"
                )
            elif isinstance(value, list):
                values += cast("list[Any]", value)
            else:
                values.append(value)
        return tuple(values)

    def _asker(
        self, binding: Binding, subjects: dict[type[SubjectId], SubjectId], asked: list[Asked]
    ) -> Any:
        plan = binding.ask
        if plan is None:
            return None
        names = {
            p.name: p.subject for p in plan.root.tool.signature.parameters if p.subject is not None
        }

        def ask(**chosen: str) -> Any:
            own = dict(subjects)
            for name, value in chosen.items():
                kind = names.get(name)
                if kind is None:
                    raise InputError(
                        "no such subject to ask about",
                        value=name,
                        where=plan.root.tool.full_name,
                        mend="subjects: " + (", ".join(names) or "none"),
                    )
                own[kind] = kind(value)
            outcomes = self.run(plan, own)
            for step, outcome in zip(plan.steps, outcomes, strict=True):
                asked.extend([*outcome.asked, Asked(step, arguments_of(step, own), outcome)])
            if outcomes[-1].error is not None:
                raise outcomes[-1].error
            return outcomes[-1].value

        return ask

    def _key(self, step: Step, given: dict[str, Any], inputs: list[str]) -> str:
        text = "\x1f".join(
            [
                step.tool.full_name,
                step.tool.version,
                repr(sorted(given.items())),
                *inputs,
                self.books.key,
                str(self.seed),
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def _note(self, text: str) -> None:
        if text not in self.missing:
            self.missing.append(text)


_FAILED = "failed"
"""Key of a step that was never begun: it has no provenance."""


def arguments_of(step: Step, subjects: dict[type[SubjectId], SubjectId]) -> dict[str, Any]:
    """Return a step's arguments with the goal's subjects filled in."""
    return {
        name: subjects[value.type] if isinstance(value, Subject) else value
        for name, value in step.arguments
    }


def _mark(tool: AnyTool, outcome: Outcome) -> str:
    """How the key of a step says which input it had: by provenance, where that tells the value."""
    if outcome.error is not None:
        return f"without {outcome.key}"
    key = outcome.key
    telling = outcome.judged or _is_open(tool, outcome.asked)
    return f"{key} {digest_of(outcome.text)}" if telling else key


def _is_open(tool: AnyTool, asked: Sequence[Asked]) -> bool:
    """Whether a result came from outside: the same call may give another one."""
    return tool.external or any(
        a.outcome.judged or _is_open(a.step.tool, a.outcome.asked) for a in asked
    )


def _is_long(tool: AnyTool) -> bool:
    return tool.external or tool.blocking


NO_MODEL = "went without a model"
"""What a run says of an agent whose body concluded because the model did not."""

LATE = "the time of this run is over"


def _begins(plan: Plan, step: Step, done: int, goal: bool) -> None:
    """Say that a step begins, to whoever follows the run. Raises: GivenUp."""
    if (question := current()) is None:
        return
    if goal:
        question.step(done, len(plan.steps), step.tool.title or step.tool.full_name)
    else:
        question.check()


def _late(tool: AnyTool) -> ToolFailed:
    return ToolFailed(LATE, where=tool.full_name, mend="give it longer")


def _set_right(value: Any, fresh: Any) -> None:
    """Make a changed result again what it was, wherever it has been handed already."""
    if isinstance(value, list):
        value[:] = fresh
    else:
        object.__setattr__(value, "__dict__", vars(fresh))


@dataclass(frozen=True, slots=True)
class Dropped:
    """A proposal that does not fit beside those before it, and why."""

    proposal: Proposal
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a goal led to.

    `result` is the goal's answer, `proposals` the actions that fit beside each other, `dropped`
    those that do not, `missing` what could not be said and why, `facts` every step's value by
    `plugin.tool`; `asked` is the goal as it was understood, `outcomes` what became of each step of
    the plan, `error` why the goal's own step has no answer.
    """

    goal: str
    plan: Plan
    result: Any
    proposals: tuple[Proposal, ...]
    dropped: tuple[Dropped, ...]
    missing: tuple[str, ...]
    facts: tuple[tuple[str, Any], ...]
    key: str
    books: Books
    asked: Goal
    outcomes: tuple[Outcome, ...]
    error: AicfoError | None = None

    def fact(self, kind: type[Fact]) -> Any:
        """Return the first value of a type among the run's steps.

        Raises: ToolFailed when no step concluded one.
        """
        for _, value in self.facts:
            if isinstance(value, kind):
                return value
        raise ToolFailed("this run concluded no such fact", value=kind.__name__, where=self.goal)
