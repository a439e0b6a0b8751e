"""Plan first: resolve a goal into a DAG of tool calls by type, before anything runs.

A plan depends on the goal's type, its arguments, the *types* of its subjects, the installed
tools and the configured providers; never on text in records. So one plan serves every merchant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from ..errors import (
    AmbiguousProvider,
    MissingProvider,
    NotFound,
    OpenArgument,
    PlanCycle,
    PlanError,
)
from ..model.base import Fact, SubjectId
from ..registry import AnyTool, Registry
from ..signature import NeedParameter, Same

Arguments = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Stands in a plan for the goal's subject of this type, filled in when it runs."""

    type: type[SubjectId]

    def __repr__(self) -> str:
        return f"<{self.type.__name__}>"


class Binding(NamedTuple):
    """How one need of a step is filled: by other steps' results, or by a plan to ask."""

    name: str
    kind: str
    required: bool
    steps: tuple[int, ...] = ()
    ask: Plan | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call: bound arguments and where its needs come from."""

    index: int
    tool: AnyTool
    arguments: Arguments
    needs: tuple[Binding, ...]

    @property
    def depends(self) -> tuple[int, ...]:
        """Indices of the steps whose results it takes."""
        return tuple(index for binding in self.needs for index in binding.steps)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which they can run, the last being the goal's own."""

    goal: str
    steps: tuple[Step, ...]
    subjects: tuple[type[SubjectId], ...]
    notes: tuple[str, ...] = ()

    @property
    def root(self) -> Step:
        """The step that answers the goal."""
        return self.steps[-1]

    def __str__(self) -> str:
        return render(self)

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON values: goal, steps with tool, arguments and needs, notes."""
        return {
            "goal": self.goal,
            "steps": [
                {
                    "step": step.index + 1,
                    "tool": step.tool.full_name,
                    "version": step.tool.version,
                    "returns": step.tool.signature.returns.label,
                    "effect": step.tool.effect,
                    "arguments": {name: _shown(value) for name, value in step.arguments},
                    "needs": {
                        need.name: [index + 1 for index in need.steps]
                        if need.ask is None
                        else {"asks": need.ask.root.tool.full_name}
                        for need in step.needs
                    },
                }
                for step in self.steps
            ],
            "notes": list(self.notes),
        }


def render(plan: Plan) -> str:
    """Return the plan as text, one step a line, with the steps that each one takes."""
    lines = [f"plan for {plan.goal}"]
    width = max(len(step.tool.full_name) for step in plan.steps)
    for step in plan.steps:
        args = ", ".join(f"{name}={_shown(value)}" for name, value in step.arguments)
        takes: list[str] = []
        for need in step.needs:
            if need.ask is not None:
                takes.append(f"{need.name} asks {need.ask.root.tool.full_name}")
            elif need.steps:
                takes.append(f"{need.name} ← {', '.join(str(i + 1) for i in need.steps)}")
            else:
                takes.append(f"{need.name} ← nothing")
        line = f"{step.index + 1:>3}  {step.tool.full_name:<{width}}  → "
        line += step.tool.signature.returns.label
        if args:
            line += f"  ({args})"
        if takes:
            line += "  [" + "; ".join(takes) + "]"
        lines.append(line)
    lines += [f"     note: {note}" for note in plan.notes]
    return "\n".join(lines)


@dataclass(slots=True)
class Planner:
    """Resolves goals over one registry; one use per goal."""

    registry: Registry
    subjects: tuple[type[SubjectId], ...]
    notes: list[str] = field(default_factory=list[str])
    _steps: list[Step] = field(default_factory=list[Step])
    _memo: dict[tuple[AnyTool, Arguments], int] = field(
        default_factory=dict[tuple[AnyTool, Arguments], int]
    )
    _stack: list[tuple[AnyTool, Arguments]] = field(default_factory=list[tuple[AnyTool, Arguments]])
    _plain: dict[type[Fact], int] = field(default_factory=dict[type[Fact], int])
    """Step of a type that was needed without arguments: nothing in it depends on who asks."""

    def plan(self, tool: AnyTool, arguments: dict[str, Any], goal: str) -> Plan:
        """Return the plan that answers `goal` by calling `tool`.

        Raises: MissingProvider, AmbiguousProvider, PlanCycle, OpenArgument.
        """
        root = self._step(tool, arguments, "")
        return self._cut(root, goal)

    def provider(self, kind: type[Fact], requester: AnyTool | None) -> AnyTool:
        """Return the one tool that provides `kind` to `requester`.

        Raises: MissingProvider, AmbiguousProvider, PlanCycle.
        """
        chain = self._chain(kind)
        if chain:
            if requester not in chain:
                return chain[0]
            after = chain.index(requester) + 1
            if after < len(chain):
                return chain[after]
            raise PlanCycle(
                f"{kind.__name__} needs itself and no provider is left",
                value=requester.full_name,
                mend=f"name one more in providers.{kind.__name__}",
            )
        found = [t for t in self.registry.providers(kind) if not t.signature.returns.many]
        if not found:
            raise self._missing(kind, requester)
        if len(found) > 1:
            names = sorted(tool.full_name for tool in found)
            raise AmbiguousProvider(
                f"{len(names)} installed tools return {kind.__name__}",
                value=" and ".join(names),
                where=_where(requester),
                mend=f'choose in aicfo.toml: [providers] {kind.__name__} = "'
                f'{found[0].plugin.name}"',
            )
        return found[0]

    def _chain(self, kind: type[Fact]) -> list[AnyTool]:
        tools: list[AnyTool] = []
        found = [t for t in self.registry.providers(kind) if not t.signature.returns.many]
        for name in self.registry.config.providers.get(kind.__name__, ()):
            matching = [t for t in found if name in (t.full_name, t.plugin.name)]
            if not matching:
                offered = ", ".join(t.full_name for t in found) or "none"
                absent = self.registry.why_absent(name)
                raise MissingProvider(
                    f"the configured provider of {kind.__name__} is "
                    + ("not usable" if absent else "not installed"),
                    value=name,
                    where=f"providers.{kind.__name__}",
                    mend=absent or f"installed providers: {offered}",
                )
            if len(matching) > 1:
                raise AmbiguousProvider(
                    f"plugin {name} has several tools that return {kind.__name__}",
                    value=" and ".join(t.full_name for t in matching),
                    mend="name plugin.tool in the configuration",
                )
            tools += matching
        return tools

    def _missing(self, kind: type[Fact], requester: AnyTool | None) -> MissingProvider:
        supplier = self.registry.supplier(kind)
        broken = [b for b in self.registry.broken if supplier.startswith(b.distribution or "?")]
        mend = f"install {supplier}" if supplier else "install a plugin that returns it"
        if broken:
            mend = f"plugin {broken[0].name} is installed but broken: {broken[0].error}"
        return MissingProvider(
            "no installed tool returns this type",
            value=kind.__name__,
            where=_where(requester),
            mend=mend,
        )

    def _step(self, tool: AnyTool, given: dict[str, Any], asker: str) -> int:
        arguments = self._bind(tool, given, asker)
        key = (tool, cast("Arguments", _frozen(arguments)))
        try:
            known = self._memo.get(key)
        except TypeError:
            raise PlanError(
                "arguments of a plan are plain values", value=dict(arguments), where=tool.full_name
            ) from None
        if known is not None:
            return known
        if key in self._stack:
            path = [t.full_name for t, _ in self._stack[self._stack.index(key) :]]
            raise PlanCycle(
                "a tool needs, through others, its own answer",
                value=" → ".join([*path, tool.full_name]),
                mend="break the circle, or list a chain of providers in the configuration",
            )
        self._stack.append(key)
        own = dict(arguments)
        needs: list[Binding] = []
        for need in tool.signature.needs:
            known = self._plain.get(need.type) if need.plain else None
            if known is None:
                needs.append(self._bound(tool, need, own))
            else:
                needs.append(Binding(need.name, "one", need.required, (known,)))
        self._stack.pop()
        index = len(self._steps)
        self._steps.append(Step(index, tool, arguments, tuple(needs)))
        self._memo[key] = index
        return index

    def _bind(self, tool: AnyTool, given: dict[str, Any], asker: str) -> Arguments:
        bound: dict[str, Any] = {}
        for parameter in tool.signature.parameters:
            if parameter.name in given:
                bound[parameter.name] = given[parameter.name]
            elif parameter.required:
                bound[parameter.name] = self._subject(tool, parameter.name, parameter.subject)
        extra = sorted(set(given) - {p.name for p in tool.signature.parameters})
        if extra:
            names = ", ".join(p.name for p in tool.signature.parameters) or "none"
            raise PlanError(
                "no such argument",
                value=extra[0],
                where=tool.full_name + (f", asked by {asker}" if asker else ""),
                mend=f"its arguments: {names}",
            )
        return tuple(sorted(bound.items()))

    def _subject(self, tool: AnyTool, name: str, kind: type[SubjectId] | None) -> Subject:
        where = f"{tool.full_name} argument {name}"
        if kind is None:
            raise OpenArgument(
                "nothing fills a required argument",
                value=name,
                where=where,
                mend=f"give it, or forward it with With({name}=…)",
            )
        matching = self.subjects.count(kind)
        if matching == 0:
            noun = kind.__name__.removesuffix("Id")
            raise OpenArgument(
                f"the goal names no {noun}", where=where, mend=f"name one {noun.lower()} by its id"
            )
        if matching > 1:
            raise OpenArgument(
                f"the goal names {matching} subjects of type {kind.__name__}",
                where=where,
                mend="ask about one at a time",
            )
        return Subject(kind)

    def _bound(self, tool: AnyTool, need: NeedParameter, own: dict[str, Any]) -> Binding:
        given = {name: self._forwarded(tool, value, own) for name, value in need.arguments}
        if need.kind == "all":
            return Binding(need.name, "all", True, self._all(tool, need, given))
        try:
            provider = self.provider(need.type, tool)
            if need.kind == "ask":
                return Binding(need.name, "ask", need.required, ask=self._ask(provider, given))
            step = self._step(provider, given, tool.full_name)
        except MissingProvider:
            if need.required:
                raise
            self.notes.append(f"{tool.full_name} goes without {need.type.__name__}")
            return Binding(need.name, need.kind, False)
        if need.plain and need.type.__name__ not in self.registry.config.providers:
            self._plain[need.type] = step
        return Binding(need.name, "one", need.required, (step,))

    def _all(self, tool: AnyTool, need: NeedParameter, given: dict[str, Any]) -> tuple[int, ...]:
        steps: list[int] = []
        for provider in self.registry.providers(need.type):
            if provider is tool:
                continue
            names = {p.name for p in provider.signature.parameters}
            fitting = {name: value for name, value in given.items() if name in names}
            depth = len(self._stack)
            try:
                steps.append(self._step(provider, fitting, tool.full_name))
            except (OpenArgument, MissingProvider) as error:
                # One of many may stay out: the plan says so and the rest goes on.
                del self._stack[depth:]
                self.notes.append(f"{provider.full_name} left out: {error}")
        return tuple(steps)

    def _ask(self, provider: AnyTool, given: dict[str, Any]) -> Plan:
        open_types = [
            p.subject
            for p in provider.signature.parameters
            if p.subject is not None and p.required and p.name not in given
        ]
        inner = Planner(
            self.registry,
            tuple(dict.fromkeys([*open_types, *self.subjects])),
            _stack=self._stack,
        )
        root = inner._step(provider, given, "a tool that asks")
        return inner._cut(root, provider.signature.returns.label)

    def _forwarded(self, tool: AnyTool, value: Any, own: dict[str, Any]) -> Any:
        if not isinstance(value, Same):
            return value
        if value.name in own:
            return own[value.name]
        for parameter in tool.signature.parameters:
            if parameter.name == value.name and not parameter.required:
                return parameter.default
        raise OpenArgument(
            "Same() forwards an argument that the tool does not have",
            value=value.name,
            where=tool.full_name,
        )

    def _cut(self, root: int, goal: str) -> Plan:
        """Keep the steps that the root rests on, renumbered in running order."""
        wanted: set[int] = set()
        todo = [root]
        while todo:
            index = todo.pop()
            if index not in wanted:
                wanted.add(index)
                todo += [i for i in self._steps[index].depends if i not in wanted]
        notes = tuple(dict.fromkeys(self.notes))
        if len(wanted) == len(self._steps):
            return Plan(goal, tuple(self._steps), self.subjects, notes)
        order = {old: new for new, old in enumerate(sorted(wanted))}
        steps = tuple(
            Step(
                order[old],
                step.tool,
                step.arguments,
                tuple(
                    Binding(b.name, b.kind, b.required, tuple(order[i] for i in b.steps), b.ask)
                    for b in step.needs
                ),
            )
            for old in sorted(wanted)
            for step in (self._steps[old],)
        )
        return Plan(goal, steps, self.subjects, notes)


def choose_tool(registry: Registry, name: str) -> tuple[AnyTool | None, type[Fact] | None]:
    """Return the tool or the fact type that a word names, or (None, None)."""
    try:
        return registry.tool(name), None
    except NotFound:
        pass
    try:
        return None, registry.fact(name)
    except NotFound:
        return None, None


def _where(requester: AnyTool | None) -> str:
    return f"needed by {requester.full_name}" if requester else "asked for by the goal"


def _shown(value: Any) -> Any:
    if isinstance(value, Subject):
        return repr(value)
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)


def _frozen(value: Any) -> Any:
    """Return a value that can be hashed and is equal for equal arguments: lists and mappings,
    which clients give, cannot be hashed themselves."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return ("{}", *((name, _frozen(item)) for name, item in sorted(items)))
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in cast("list[Any]", value))
    return value
