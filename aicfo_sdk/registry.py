"""What is installed: plugins by entry point, tools by name, providers by type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .config import Config
from .errors import AicfoError, ApprovalRequired, NotFound, RegistrationError
from .model.base import Fact
from .plugin import Plugin, Tool

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from .client.child import Child
    from .client.mount import Mounted
    from .client.types import FactTypes

GROUP = "aicfo.plugins"
"""Entry-point group: each entry names a `Plugin` object."""

AnyTool = Tool[..., Any]

_SUPPLIERS = {
    "SalesForecast": "aicfo-cash-brain",
    "CashForecast": "aicfo-cash-brain",
    "BillCheck": "aicfo-bill",
    "BillPlan": "aicfo-bill",
    "TenderMatches": "aicfo-tender",
    "BidGate": "aicfo-tender",
    "FundingNeed": "aicfo-tender",
}
"""Which distribution supplies a fact that nobody installed provides: said in error messages."""

FIRST_PARTY = frozenset(
    {"aicfo-sdk", "aicfo-bill", "aicfo-cash-brain", "aicfo-sim", "aicfo-tender"}
)
"""Distributions whose plugins run in this process; `[plugins] in_process` trusts further ones."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An installed plugin that could not be loaded, and why."""

    name: str
    distribution: str
    error: str


class Registry:
    """The tools of a set of plugins, found by name and by the type they return.

    `refused` are tools (`plugin.tool`) that changed since somebody approved them; `warnings` are
    lines for a person about names in the configuration that nothing answers to; `children` are
    the processes of plugins that run outside this one, by plugin name.
    Raises, when built: RegistrationError for two plugins of one name.
    """

    def __init__(
        self,
        plugins: Iterable[Plugin],
        *,
        config: Config | None = None,
        broken: Iterable[Broken] = (),
        distributions: dict[str, str] | None = None,
        refused: dict[str, str] | None = None,
        warnings: Iterable[str] = (),
        children: dict[str, Child] | None = None,
    ) -> None:
        self.config = config or Config()
        self.broken = tuple(broken)
        self.distributions = distributions or {}
        self.refused = refused or {}
        self.warnings = tuple(warnings)
        self.children = children or {}
        self.plugins: dict[str, Plugin] = {}
        for plugin in plugins:
            if plugin.name in self.plugins:
                raise RegistrationError(
                    "two installed plugins share a name", value=plugin.name, mend="rename one"
                )
            if plugin.name not in self.config.disabled:
                self.plugins[plugin.name] = plugin
        self.tools: dict[str, AnyTool] = {
            tool.full_name: tool
            for plugin in self.plugins.values()
            for tool in plugin.tools.values()
        }

    @cached_property
    def _by_type(self) -> dict[type[Fact], tuple[AnyTool, ...]]:
        found: dict[type[Fact], list[AnyTool]] = {}
        for tool in self.tools.values():
            kind = tool.returned_fact()
            # A tool satisfies every base of what it returns, up to but without Fact itself.
            for base in kind.__mro__ if kind is not None else ():
                if base is Fact:
                    break
                if issubclass(base, Fact):
                    found.setdefault(base, []).append(tool)
        return {kind: tuple(tools) for kind, tools in found.items()}

    def providers(self, kind: type[Fact]) -> tuple[AnyTool, ...]:
        """Return the tools that return `kind` or a subclass of it, in installation order."""
        return self._by_type.get(kind, ())

    def kinds(self) -> tuple[type[Fact], ...]:
        """Every fact type that an installed tool provides."""
        return tuple(self._by_type)

    def fact(self, name: str) -> type[Fact]:
        """Return the fact type that some installed tool provides under this name.

        "CashForecast" and "CashForecast@1" both name it. Raises: NotFound.
        """
        for kind in self._by_type:
            if name in (kind.__name__, kind.fact_name()):
                return kind
        known = ", ".join(sorted(kind.__name__ for kind in self._by_type))
        raise NotFound("no installed tool provides this", value=name, mend=f"provided: {known}")

    def tool(self, name: str) -> AnyTool:
        """Return a tool by `plugin.tool`, by its MCP name, or by its bare name when unique.

        Raises: NotFound; ApprovalRequired for a tool that changed since it was approved.
        """
        found = self.tools.get(name)
        if found is not None:
            return found
        for full_name, why in self.refused.items():
            if name in (full_name, mcp_name(full_name)):
                raise ApprovalRequired(
                    "this tool is not as it was approved", value=full_name, mend=why
                )
        matches = [
            tool for tool in self.tools.values() if name in (tool.name, mcp_name(tool.full_name))
        ]
        if len(matches) == 1:
            return matches[0]
        mend = "installed: " + ", ".join(sorted(self.tools))
        if matches:
            mend = "say which: " + ", ".join(tool.full_name for tool in matches)
        raise NotFound("no such tool", value=name, mend=mend)

    def begin(self) -> None:
        """A run begins: plugins that were stopped too often in another get another chance."""
        for child in self.children.values():
            child.begin()

    def why_absent(self, name: str) -> str:
        """Return why a plugin or tool of that name offers nothing, or "" when nothing is known."""
        for broken in self.broken:
            if name in (broken.name, broken.name.partition(".")[0]):
                return f"{broken.name}: {broken.error}"
        return ""

    def supplier(self, kind: type[Fact]) -> str:
        """Return which distribution would provide a fact, or "" when unknown."""
        return _SUPPLIERS.get(kind.__name__, "")


def mcp_name(full_name: str) -> str:
    """Return the name under which MCP and model clients know a tool: letters, digits, `_`."""
    return full_name.replace(".", "_")


def discover(config: Config | None = None, *, extra: Iterable[Plugin] = ()) -> Registry:
    """Return a registry of every installed plugin, the core's own tools first.

    Plugins of our own distributions, and those that the configuration trusts, run in this
    process; any other runs in a child process that starts when one of its tools is used. A plugin
    that cannot be loaded is listed in `registry.broken` and hurts no other. `extra` adds plugins
    of the caller's own.
    """
    config = config or Config()
    found = _Found(config)
    entries = _entry_points()
    strangers: list[EntryPoint] = []
    for entry in entries:
        if entry.name in config.disabled:
            continue
        if _trusted(entry, config):
            found.load(entry)
        else:
            strangers.append(entry)
    if strangers or config.servers:
        found.mount(strangers)
    found.settle()
    registry = Registry(
        [*found.plugins.values(), *extra],
        config=config,
        broken=found.broken,
        distributions=found.distributions,
        refused=found.refused,
        children=found.children,
    )
    names = {entry.name for entry in entries} | set(registry.plugins)
    registry.warnings = tuple(_unknown_names(registry, names))
    return registry


def installed(name: str) -> EntryPoint:
    """Return the entry point of an installed plugin. Raises: NotFound."""
    entries = {entry.name: entry for entry in _entry_points()}
    if name not in entries:
        known = ", ".join(sorted(entries))
        raise NotFound(
            "no plugin of this name is installed", value=name, mend=f"installed: {known}"
        )
    return entries[name]


def _entry_points() -> list[EntryPoint]:
    from importlib.metadata import entry_points

    # Sorted, so that provider order does not depend on the file system.
    return sorted(entry_points(group=GROUP), key=lambda e: (e.name != "core", e.name, _dist(e)))


def _dist(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""


def _trusted(entry: EntryPoint, config: Config) -> bool:
    name = entry.dist.name.lower().replace("_", "-") if entry.dist else ""
    return name in FIRST_PARTY or not {entry.name, name}.isdisjoint(config.plugins.in_process)


@dataclass(slots=True)
class _Found:
    """What discovery has so far."""

    config: Config
    plugins: dict[str, Plugin] = field(default_factory=dict[str, Plugin])
    owners: dict[str, list[EntryPoint]] = field(default_factory=dict[str, "list[EntryPoint]"])
    broken: list[Broken] = field(default_factory=list[Broken])
    distributions: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    children: dict[str, Child] = field(default_factory=dict[str, "Child"])

    def load(self, entry: EntryPoint) -> None:
        """Load a plugin into this process."""
        try:
            plugin = entry.load()
            if not isinstance(plugin, Plugin):
                raise RegistrationError(
                    "the entry point does not name a Plugin", value=entry.value, where=entry.name
                )
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import may do anything
            self._break(entry, error)
            return
        self._take(entry, plugin)

    def mount(self, entries: list[EntryPoint]) -> None:
        """Read what plugins in processes of their own offer."""
        from .client.mount import mount_entry
        from .client.types import FactTypes

        types = FactTypes(
            kind
            for plugin in self.plugins.values()
            for tool in plugin.tools.values()
            if (kind := _own_fact(tool)) is not None
        )
        for entry in entries:
            try:
                mounted = mount_entry(entry, self.config, types)
            except Exception as error:  # noqa: BLE001 - what a stranger says of itself may be anything
                self._break(entry, error)
                continue
            name = mounted.plugin.name
            if not self._take(entry, mounted.plugin):
                mounted.child.stop()
                continue
            self._child(mounted, entry.name, _dist(entry))
        for name in self.config.servers:
            if name not in self.config.disabled:
                self._server(name, types)

    def _server(self, name: str, types: FactTypes) -> None:
        """Mount an MCP server of the configuration; it takes no other plugin's name."""
        from .client.mount import mount_server

        where = self.config.servers[name].url or "command"
        try:
            if name in self.plugins:
                raise RegistrationError(
                    "an installed plugin has this name", value=name, mend="name the server anew"
                )
            mounted = mount_server(name, self.config, types)
        except Exception as error:  # noqa: BLE001 - what a stranger says of itself may be anything
            said = (
                str(error) if isinstance(error, AicfoError) else f"{type(error).__name__}: {error}"
            )
            self.broken.append(Broken(name, where, " ".join(said.split())))
            return
        self.plugins[name] = mounted.plugin
        self.distributions[name] = where
        self._child(mounted, name, where)

    def _child(self, mounted: Mounted, name: str, where: str) -> None:
        """Take what runs in a process of its own; what it may not offer is said."""
        plugin = mounted.plugin.name
        self.children[plugin] = mounted.child
        for tool, why in mounted.refused.items():
            self.broken.append(Broken(f"{plugin}.{tool}", where, why))
        for tool, what in mounted.changed.items():
            why = f"changed since it was approved: {what}; "
            why += f"look at it, then aicfo plugins approve {name}"
            self.refused[f"{plugin}.{tool}"] = why
            self.broken.append(Broken(f"{plugin}.{tool}", where, why))

    def settle(self) -> None:
        """Drop plugins whose name is claimed twice: nobody can say which one is meant."""
        for name, entries in self.owners.items():
            if len(entries) == 1:
                continue
            both = " and ".join(sorted({_dist(entry) for entry in entries}))
            for entry in entries:
                error = f"two installed plugins share the name {name}: {both}; uninstall one"
                self.broken.append(Broken(name, _dist(entry), error))
            for table in (self.plugins, self.distributions, self.children):
                table.pop(name, None)
            for full_name in [n for n in self.refused if n.partition(".")[0] == name]:
                del self.refused[full_name]

    def _take(self, entry: EntryPoint, plugin: Plugin) -> bool:
        """Take a plugin unless its name is taken; a stranger never takes that of a trusted one."""
        before = self.owners.get(plugin.name)
        if before is not None and _trusted(before[0], self.config) > _trusted(entry, self.config):
            owner = _dist(before[0])
            self.broken.append(
                Broken(plugin.name, _dist(entry), f"its name is that of a trusted plugin, {owner}")
            )
            return False
        self.owners.setdefault(plugin.name, []).append(entry)
        self.plugins[plugin.name] = plugin
        self.distributions[plugin.name] = _dist(entry)
        return before is None

    def _break(self, entry: EntryPoint, error: BaseException) -> None:
        text = str(error) if isinstance(error, AicfoError) else f"{type(error).__name__}: {error}"
        self.broken.append(Broken(entry.name, _dist(entry), " ".join(text.split())))


def _own_fact(tool: AnyTool) -> type[Fact] | None:
    try:
        kind = tool.returned_fact()
    except RegistrationError:
        return None
    known = kind is not None and kind.__module__.startswith("aicfo_sdk.")
    return None if known else kind


def _unknown_names(registry: Registry, names: set[str]) -> Iterable[str]:
    """Lines about names in the configuration that nothing answers to, each with the nearest."""
    from .model import facts

    config = registry.config
    broken = {broken.name.partition(".")[0] for broken in registry.broken}
    offered = names | broken
    for name in config.disabled:
        if name not in offered:
            yield _said("disabled", name, offered)
    for fact, chosen in config.providers.items():
        kinds = {kind.__name__ for kind in registry.kinds()} | set(vars(facts))
        if fact not in kinds:
            yield _said("providers", fact, {kind.__name__ for kind in registry.kinds()})
        for name in chosen:
            if name not in registry.tools and name not in offered:
                yield _said(f"providers.{fact}", name, offered | set(registry.tools))


def _said(where: str, name: str, known: set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1, 0.5)
    mend = f"did you mean {near[0]}?" if near else "there are " + ", ".join(sorted(known))
    return f"configuration, {where}: nothing installed is called {name!r}; {mend}"
