"""What is installed: plugins by entry point, tools by name, providers by type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .config import Config
from .errors import AicfoError, NotFound, RegistrationError
from .model.base import Fact
from .plugin import Plugin, Tool
from .signature import return_fact

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


@dataclass(frozen=True, slots=True)
class Broken:
    """An installed plugin that could not be loaded, and why."""

    name: str
    distribution: str
    error: str


class Registry:
    """The tools of a set of plugins, found by name and by the type they return.

    Raises, when built: RegistrationError for two plugins of one name.
    """

    def __init__(
        self,
        plugins: Iterable[Plugin],
        *,
        config: Config | None = None,
        broken: Iterable[Broken] = (),
        distributions: dict[str, str] | None = None,
    ) -> None:
        self.config = config or Config()
        self.broken = tuple(broken)
        self.distributions = distributions or {}
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
            kind = return_fact(tool.fn, tool.full_name)
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

        Raises: NotFound.
        """
        found = self.tools.get(name)
        if found is not None:
            return found
        matches = [
            tool for tool in self.tools.values() if name in (tool.name, mcp_name(tool.full_name))
        ]
        if len(matches) == 1:
            return matches[0]
        mend = "installed: " + ", ".join(sorted(self.tools))
        if matches:
            mend = "say which: " + ", ".join(tool.full_name for tool in matches)
        raise NotFound("no such tool", value=name, mend=mend)

    def supplier(self, kind: type[Fact]) -> str:
        """Return which distribution would provide a fact, or "" when unknown."""
        return _SUPPLIERS.get(kind.__name__, "")


def mcp_name(full_name: str) -> str:
    """Return the name under which MCP and model clients know a tool: letters, digits, `_`."""
    return full_name.replace(".", "_")


def discover(config: Config | None = None, *, extra: Iterable[Plugin] = ()) -> Registry:
    """Return a registry of every installed plugin, the core's own tools first.

    A plugin that cannot be loaded is listed in `registry.broken` and hurts no other.
    `extra` adds plugins of the caller's own.
    """
    from importlib.metadata import entry_points

    config = config or Config()
    plugins: list[Plugin] = []
    broken: list[Broken] = []
    distributions: dict[str, str] = {}
    # Sorted, so that provider order does not depend on the file system.
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name != "core", e.name)):
        distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
        if entry.name in config.disabled:
            continue
        try:
            plugin = entry.load()
            if not isinstance(plugin, Plugin):
                raise RegistrationError(
                    "the entry point does not name a Plugin", value=entry.value, where=entry.name
                )
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import may do anything
            text = (
                str(error) if isinstance(error, AicfoError) else f"{type(error).__name__}: {error}"
            )
            broken.append(Broken(entry.name, distribution, " ".join(text.split())))
            continue
        distributions[plugin.name] = distribution
        plugins.append(plugin)
    return Registry([*plugins, *extra], config=config, broken=broken, distributions=distributions)
