"""Asks a plugin's tools over books, each time as if it were the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..books.port import Books
from ..config import Config
from ..errors import AicfoError, PlanError
from ..model import record_type
from ..model.base import Fact, canonical
from ..orchestrator.orchestrator import Orchestrator
from ..orchestrator.run import Run
from ..plugin import Plugin
from ..registry import AnyTool, Registry, discover
from .limits import limited
from .odd import sample

LIMIT = 60.0
"""Seconds after which a run is ended."""
_SUBJECTS = 2
"""Ids of each subject type that a tool is asked about, per books."""


class Trial:
    """A plugin among the installed ones of this process, its own tools chosen where two offer."""

    def __init__(self, plugin: Plugin, *, seed: int = 0, limit: float = LIMIT) -> None:
        self.plugin, self._seed, self._limit = plugin, seed, limit
        self._registry = registry_with(plugin)
        self._planner = self.orchestrator()

    def orchestrator(self) -> Orchestrator:
        """Return one that knows nothing yet."""
        return Orchestrator(self._registry, seed=self._seed)

    def plan_error(self, tool: AnyTool, arguments: dict[str, Any]) -> PlanError | None:
        """Return why a tool cannot be planned among what is installed, or None."""
        try:
            self._planner.plan(tool, arguments=arguments)
        except PlanError as error:
            return error
        return None

    def asked(self, tool: AnyTool, books: Books) -> Iterator[dict[str, Any]]:
        """Yield the arguments to ask a tool with over these books: one set for each subject.

        Nothing where a required argument has no value that could be thought of.
        """
        schema = tool.input_schema()
        given: dict[str, Any] = {}
        about = {p.name: p.subject for p in tool.signature.parameters if p.subject is not None}
        for parameter in tool.signature.parameters:
            if not parameter.required or parameter.name in about:
                continue
            value = sample(schema["properties"].get(parameter.name, {}))
            if value is None:
                return
            given[parameter.name] = value
        required = {p.name for p in tool.signature.parameters if p.required}
        sets = [given]
        for name, kind in about.items():
            ids = sorted(books.records(record_type(kind.__name__.removesuffix("Id"))))[:_SUBJECTS]
            if name in required:
                sets = [{**own, name: id} for own in sets for id in ids]
            else:
                sets += [{**given, name: id} for id in ids[:1]]
        # What the tools it rests on must be told, where it cannot be planned without.
        if self.plan_error(tool, given) is not None and not required & set(about):
            for name, kind in self._planner.about(tool).items():
                ids = sorted(books.records(record_type(kind.__name__.removesuffix("Id"))))
                sets = [{**own, name: id} for own in sets for id in ids[:_SUBJECTS]]
        yield from sets

    def run(self, tool: AnyTool, books: Books, arguments: dict[str, Any]) -> Run | AicfoError:
        """Return one run by a new orchestrator, or why there is none.

        Raises: Endless when it lasts longer than the trial's limit.
        """
        made = self.orchestrator()
        try:
            goal = made.goal(tool, books=books, arguments=arguments)
            with limited(self._limit):
                return made.carry_out(goal, books)
        except AicfoError as error:
            return error


def registry_with(*plugins: Plugin) -> Registry:
    """Return the installed plugins with these among them, in this process.

    They take the place of installed ones of the same names, and come first where two offer one
    fact. Installed ones that would need a process of their own are left out.
    """
    names = tuple(plugin.name for plugin in plugins)
    installed = discover(Config(disabled=names))
    others = [own for name, own in installed.plugins.items() if name not in installed.children]
    everything = Registry([*others, *plugins])
    chosen: dict[str, tuple[str, ...]] = {}
    for plugin in plugins:
        chosen |= _chosen(plugin, everything)
    return Registry([*others, *plugins], config=Config(providers=chosen))


def answer(tool: AnyTool, run: Run | AicfoError) -> str:
    """Return what a run came to as text that can be compared: its result, or its error."""
    error = run if isinstance(run, AicfoError) else run.error
    if error is not None or isinstance(run, AicfoError):
        return f"{type(error).__name__}: {error}"
    return canonical(tool.signature.structured(run.result))


def _chosen(plugin: Plugin, registry: Registry) -> dict[str, tuple[str, ...]]:
    """Put the plugin's providers before those of others, wherever there are two of one fact."""
    chosen: dict[str, tuple[str, ...]] = {}
    for tool in plugin.tools.values():
        try:
            kind = tool.returned_fact()
        except AicfoError:
            continue
        for base in kind.__mro__ if kind is not None else ():
            if base is Fact or not issubclass(base, Fact):
                break
            names = [one.full_name for one in registry.providers(base)]
            if len(names) > 1 and not any(
                one.signature.returns.many for one in registry.providers(base)
            ):
                own = [name for name in names if name.partition(".")[0] == plugin.name]
                chosen[base.__name__] = (*own, *(name for name in names if name not in own))
    return chosen
