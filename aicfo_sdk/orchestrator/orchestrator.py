"""One object to ask: understand a goal, plan it by type, run it, fit the proposals together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from ..books.port import Books
from ..context import Context
from ..days import WorkCalendar
from ..errors import NotFound, PlanError
from ..model import record_type
from ..model.base import Fact, SubjectId
from ..model.proposal import Proposal, proposals_in
from ..parameters import Parameters
from ..plugin import Tool
from ..registry import Registry
from .goals import Goal, ids_in, subject_types, understand
from .plan import Plan, Planner, Subject, choose_tool
from .run import Journal, Judge, Outcome, Run, Runner
from .shadow import fit
from .together import run_together

__all__ = ["Goal", "Orchestrator", "Plan", "Run"]

Asked = str | type[Fact] | Tool[..., Any] | Goal

_MOST = 4_096
"""Plans, and results over one snapshot, that are remembered from one question to the next."""
"""What a goal may be: free text, a tool's or fact's name, a fact type, a tool, a `Goal`."""


class Orchestrator:
    """Answers goals with the tools of a registry.

    Plans are compiled once per (tool, arguments, subject types) and serve every merchant.
    `seed` seeds the random numbers of tools; equal inputs and seed give equal results. `checked`
    holds each result against its declared type throughout, and each input against what it was;
    only who trusts every installed tool, as the simulator does, goes without. `judge` concludes in
    the place of agents' bodies, one merchant at a time; without one, and for many, the bodies do.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        seed: int = 0,
        params: Parameters | None = None,
        calendar: WorkCalendar | None = None,
        checked: bool = True,
        judge: Judge | None = None,
    ) -> None:
        self.registry, self.seed, self.judge = registry, seed, judge
        self._params, self._calendar, self._checked = params, calendar, checked
        self._plans: dict[Any, Plan] = {}
        self._known: dict[str, dict[str, Outcome]] = {}
        self._about: dict[Tool[..., Any], dict[str, type[SubjectId]]] = {}

    def goal(
        self,
        asked: Asked,
        *,
        books: Books | None = None,
        arguments: Mapping[str, Any] | None = None,
        subjects: Iterable[SubjectId | str] = (),
    ) -> Goal:
        """Return the goal that was asked for.

        `subjects` are ids, typed or written `tender=T-2031`; an argument that names a subject
        (`{"tender": "T-2031"}`) counts as one. Raises: PlanError, NotFound.
        """
        if isinstance(asked, Goal):
            return asked
        text = ""
        given = [self._subject(subject) for subject in subjects]
        if isinstance(asked, Tool):
            tool = asked
        elif isinstance(asked, type):
            tool = self._provider(asked)
        else:
            found, kind = choose_tool(self.registry, asked.strip())
            if kind is not None:
                found = self._provider(kind)
            if found is None:
                meant = understand(asked, self.registry, books)
                found, text = meant.tool, meant.text
                given += meant.subjects or self._only_subject(meant, books)
            tool = found
        own: dict[str, Any] = {}
        about = self.about(tool) if arguments else {}
        for name, value in (arguments or {}).items():
            subject = about.get(name)
            if subject is None:
                own[name] = value
            elif not isinstance(value, str) or not value.strip():
                raise PlanError(
                    "a subject is given by its id", value=value, where=f"{tool.full_name} {name}"
                )
            else:
                given.append(subject(value))
        return Goal(tool, own, tuple(dict.fromkeys(given)), text)

    def _only_subject(self, meant: Goal, books: Books | None) -> tuple[SubjectId, ...]:
        """The one id in a question, where its tool can only be asked about one kind of thing."""
        ids, kinds = ids_in(meant.text), tuple(self.about(meant.tool).values())
        if len(ids) != 1 or len(kinds) != 1:
            return ()
        if books is not None:
            books.get(record_type(kinds[0].__name__.removesuffix("Id")), ids[0])
        return (kinds[0](ids[0]),)

    def about(self, tool: Tool[..., Any]) -> dict[str, type[SubjectId]]:
        """Return argument name → subject type, for every subject that the tool or those it
        rests on can be asked about."""
        if tool not in self._about:
            own = {p.name: p.subject for p in tool.signature.parameters if p.subject is not None}
            kinds = subject_types(self.registry)
            open_ones = {
                p.name: None for p in tool.signature.parameters if p.required and not p.subject
            }
            planner = Planner(self.registry, tuple(kinds.values()))
            try:
                steps = planner.plan(tool, open_ones, tool.full_name).steps
            except PlanError:
                steps = ()  # it cannot run as installed: what it takes itself is all to tell
            used = {
                value.type
                for step in steps
                for _, value in step.arguments
                if isinstance(value, Subject)
            }
            rest = {n.lower(): k for n, k in kinds.items() if k in used - set(own.values())}
            self._about[tool] = own | rest
        return self._about[tool]

    def input_schema(self, tool: Tool[..., Any]) -> dict[str, Any]:
        """Return the JSON Schema of what `tool` can be asked: its own arguments and the subjects
        of those it rests on, flat and exact."""
        schema = deepcopy(tool.input_schema())
        for name, kind in self.about(tool).items():
            noun = kind.__name__.removesuffix("Id")
            if name not in schema["properties"]:
                schema["properties"][name] = {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 200,
                    "description": f"Id of the {noun} this is about, if any.",
                }
            else:
                schema["properties"][name].setdefault("description", f"Id of a {noun}.")
        return schema

    def plan(
        self,
        asked: Asked,
        *,
        books: Books | None = None,
        arguments: Mapping[str, Any] | None = None,
        subjects: Iterable[SubjectId | str] = (),
    ) -> Plan:
        """Return the whole DAG of tool calls for a goal; nothing runs.

        Raises: PlanError and its kinds.
        """
        return self._compiled(self.goal(asked, books=books, arguments=arguments, subjects=subjects))

    def run(
        self,
        asked: Asked,
        *,
        books: Books,
        arguments: Mapping[str, Any] | None = None,
        subjects: Iterable[SubjectId | str] = (),
    ) -> Run:
        """Return what a goal leads to over one snapshot of the books.

        Raises: PlanError and its kinds; what the goal's own tool raises, or what one that it
        cannot do without raises.
        """
        run = self.carry_out(
            self.goal(asked, books=books, arguments=arguments, subjects=subjects), books
        )
        if run.error is not None:
            raise run.error
        return run

    def carry_out(
        self,
        goal: Goal,
        books: Books,
        *,
        journal: Journal | None = None,
        left: Callable[[], float | None] | None = None,
    ) -> Run:
        """Return what a goal leads to, also when its own step fails: `error` of the run says so.

        `journal` and `left` as in `Runner`. Raises: PlanError and its kinds.
        """
        plan = self._compiled(goal)
        self.registry.begin()
        runner = Runner(
            self.context(books),
            seed=self.seed,
            store=self._stores([books])[0],
            checked=self._checked,
            left=left or (lambda: None),
            journal=journal,
            judge=self.judge,
        )
        subjects = {type(subject): subject for subject in goal.subjects}
        return _concluded(goal, plan, runner, runner.run(plan, subjects, goal=True))

    def run_many(
        self,
        asked: Asked,
        *,
        books: Sequence[Books],
        arguments: Mapping[str, Any] | None = None,
        subjects: Iterable[SubjectId | str] = (),
    ) -> list[Run]:
        """Return what one goal leads to over each of many merchants' books, in their order.

        Each run is what `run` gives for those books alone; one that failed says so in its `error`.
        Tools with a batch body work for all at once. Raises: PlanError and its kinds.
        """
        goal = self.goal(asked, arguments=arguments, subjects=subjects)
        plan = self._compiled(goal)
        self.registry.begin()
        runners = [
            Runner(self.context(own), seed=self.seed, store=store, checked=self._checked)
            for own, store in zip(books, self._stores(books), strict=True)
        ]
        named = {type(subject): subject for subject in goal.subjects}
        return [
            _concluded(goal, plan, runner, outcomes)
            for runner, outcomes in zip(runners, run_together(runners, plan, named), strict=True)
        ]

    def context(self, books: Books) -> Context:
        """Return what the tools of a run over these books get, their own seeds aside."""
        return Context(books, params=self._params, calendar=self._calendar)

    def _stores(self, books: Sequence[Books]) -> list[dict[str, Outcome]]:
        """Results over the snapshots that were asked last: a second question about the same books
        forecasts nothing twice. Results are keyed by provenance, so sharing changes none."""
        keys = [own.key for own in books]
        if any(key not in self._known for key in keys):
            self._known = {key: self._known.get(key, {}) for key in keys}
        for key in keys:
            _bound(self._known[key])
        return [self._known[key] for key in keys]

    def _compiled(self, goal: Goal) -> Plan:
        types = tuple(type(subject) for subject in goal.subjects)
        key = (goal.tool, tuple(sorted(goal.arguments.items())), types)
        try:
            known = self._plans.get(key)
        except TypeError:
            known, key = None, None  # arguments that cannot be hashed are planned anew
        if known is None:
            planner = Planner(self.registry, types)
            known = planner.plan(goal.tool, goal.arguments, goal.label)
            if key is not None:
                _bound(self._plans)
                self._plans[key] = known
        return known

    def _provider(self, kind: type[Fact]) -> Tool[..., Any]:
        many = [t for t in self.registry.providers(kind) if t.signature.returns.many]
        scalar = [t for t in self.registry.providers(kind) if not t.signature.returns.many]
        if many and not scalar:
            raise PlanError(
                f"{kind.__name__} is given in lists by several tools",
                value=", ".join(tool.full_name for tool in many),
                mend="name one of these tools",
            )
        return Planner(self.registry, ()).provider(kind, None)

    def _subject(self, subject: SubjectId | str) -> SubjectId:
        if isinstance(subject, SubjectId):
            return subject
        name, separator, value = subject.partition("=")
        kinds = subject_types(self.registry)
        kind = kinds.get(name.strip().title())
        if not separator or not value.strip() or kind is None:
            raise NotFound(
                "not a subject",
                value=subject,
                mend="write one of " + ", ".join(f"{n.lower()}=ID" for n in kinds),
            )
        return kind(value.strip())


def _bound(remembered: dict[Any, Any]) -> None:
    """Forget the older half where a server's clients have asked ever other things."""
    if len(remembered) > _MOST:
        for key in list(remembered)[: _MOST // 2]:
            remembered.pop(key, None)  # another thread may be here as well


def _concluded(goal: Goal, plan: Plan, runner: Runner, outcomes: list[Outcome]) -> Run:
    """Return a run from what became of its steps: proposals that fit together, facts, its key."""
    last = outcomes[-1]
    proposed: list[Proposal] = []
    if last.error is None and plan.root.tool.effect == "propose":
        proposed = proposals_in(last.value)
    kept, dropped = fit(proposed, runner.books)
    facts: list[tuple[str, Any]] = []
    for step, outcome in zip(plan.steps, outcomes, strict=True):
        if outcome.error is None:
            items: Any = outcome.value if step.tool.signature.returns.many else [outcome.value]
            facts += [(step.tool.full_name, item) for item in items]
    return Run(
        goal=goal.label,
        plan=plan,
        result=last.value,
        proposals=kept,
        dropped=dropped,
        missing=(*plan.notes, *runner.missing),
        facts=tuple(facts),
        key=hashlib.sha256("".join(o.key for o in outcomes).encode()).hexdigest(),
        books=runner.books,
        asked=goal,
        outcomes=tuple(outcomes),
        error=last.error,
    )
