"""Then execute: run a plan's steps over one snapshot of the books, each step once.

Each result is keyed by provenance (tool, version, arguments, keys of its inputs, snapshot,
seed). A step that fails is left out where many were asked for, and the run says what is missing;
where its answer was needed, the failure is the run's.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from ..books.port import Books
from ..context import Context
from ..errors import AicfoError, InputError, ToolFailed
from ..model.base import Fact, SubjectId
from ..model.proposal import Proposal
from .plan import Binding, Plan, Step, Subject


class Outcome(NamedTuple):
    """What became of a step: a value, or the error that it ended in."""

    key: str
    value: Any
    error: AicfoError | None


@dataclass(slots=True)
class Runner:
    """Runs plans over one snapshot; results are shared among the plans of one run."""

    context: Context
    seed: int = 0
    store: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    missing: list[str] = field(default_factory=list[str])

    @property
    def books(self) -> Books:
        """The snapshot that every step reads."""
        return self.context.books

    def run(self, plan: Plan, subjects: dict[type[SubjectId], SubjectId]) -> list[Outcome]:
        """Return the outcome of each step, in plan order.

        Synchronous plans run as a straight loop; a tool that declares blocking work gets a
        thread, and what does not depend on it goes on.
        """
        if not any(step.tool.blocking for step in plan.steps):
            outcomes: list[Outcome] = []
            for step in plan.steps:
                outcomes.append(self._step(step, outcomes, subjects))
            return outcomes
        return self._threaded(plan, subjects)

    def _threaded(self, plan: Plan, subjects: dict[type[SubjectId], SubjectId]) -> list[Outcome]:
        done: dict[int, Outcome] = {}
        flying: dict[Future[Outcome], int] = {}
        waiting = {step.index: step for step in plan.steps}
        with ThreadPoolExecutor(thread_name_prefix="aicfo-step") as pool:
            while waiting or flying:
                ready = [s for s in waiting.values() if all(i in done for i in s.depends)]
                for step in ready:
                    del waiting[step.index]
                    if step.tool.blocking:
                        future = pool.submit(self._step, step, dict(done), subjects)
                        flying[future] = step.index
                    else:
                        done[step.index] = self._step(step, done, subjects)
                if not ready and flying:
                    finished, _ = wait(flying, return_when=FIRST_COMPLETED)
                    for future in finished:
                        done[flying.pop(future)] = future.result()
        return [done[index] for index in range(len(plan.steps))]

    def _step(
        self,
        step: Step,
        outcomes: list[Outcome] | dict[int, Outcome],
        subjects: dict[type[SubjectId], SubjectId],
    ) -> Outcome:
        tool = step.tool
        given = {
            name: subjects[value.type] if isinstance(value, Subject) else value
            for name, value in step.arguments
        }
        needs: dict[str, Any] = {}
        keys: list[str] = []
        for binding in step.needs:
            if binding.kind == "ask":
                needs[binding.name] = self._asker(binding, subjects)
                continue
            inputs = [outcomes[index] for index in binding.steps]
            keys += [outcome.key for outcome in inputs]
            if binding.kind == "all":
                needs[binding.name] = self._gather(binding, step, inputs)
            elif inputs and inputs[0].error is None:
                needs[binding.name] = inputs[0].value
            elif inputs and binding.required:
                return Outcome("failed", None, inputs[0].error)
            else:
                if inputs:
                    self._note(f"{tool.full_name} goes without {binding.name}: {inputs[0].error}")
                needs[binding.name] = None
        key = self._key(step, given, keys)
        known = self.store.get(key)
        if known is not None and not tool.external:
            return known
        try:
            context = Context(
                self.books,
                params=self.context.params,
                calendar=self.context.calendar,
                seed=int(key[:15], 16),
            )
            value = tool.invoke(context, tool.arguments(given), needs)
            outcome = Outcome(key, value, None)
        except AicfoError as error:
            outcome = Outcome(key, None, error)
        self.store[key] = outcome
        return outcome

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

    def _asker(self, binding: Binding, subjects: dict[type[SubjectId], SubjectId]) -> Any:
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
            outcome = self.run(plan, own)[-1]
            if outcome.error is not None:
                raise outcome.error
            return outcome.value

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
    `plugin.tool`.
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

    def fact(self, kind: type[Fact]) -> Any:
        """Return the first value of a type among the run's steps.

        Raises: ToolFailed when no step concluded one.
        """
        for _, value in self.facts:
            if isinstance(value, kind):
                return value
        raise ToolFailed("this run concluded no such fact", value=kind.__name__, where=self.goal)


def proposals_in(value: Any) -> list[Proposal]:
    """Return every proposal inside a result, in the order they stand, each once."""
    found: dict[str, Proposal] = {}
    _collect(value, found)
    return list(found.values())


def _collect(value: Any, found: dict[str, Proposal]) -> None:
    if isinstance(value, Proposal):
        found.setdefault(value.id, value)
    elif isinstance(value, list | tuple):
        for item in cast("list[Any]", value):
            _collect(item, found)
    elif isinstance(value, Fact):
        for name in type(value).model_fields:
            _collect(getattr(value, name), found)
