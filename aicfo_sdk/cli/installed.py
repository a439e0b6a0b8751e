"""`aicfo tools` and `aicfo plugins`: what is installed."""

from __future__ import annotations

from ..config import Config, load_config
from ..registry import AnyTool, installed, mcp_name
from .arguments import Parser, emit, parser, session, table
from .outputs import BrokenOutput, PluginOutput, PluginsOutput, ToolOutput, ToolsOutput


def tools(words: list[str]) -> int:
    """Every tool with its effect, what it returns and what it needs."""
    options = parser("tools", "What can be called.").parse_args(words)
    opened = session(options, books=False)
    found = [opened.registry.tools[name] for name in sorted(opened.registry.tools)]
    output = ToolsOutput(
        tools=[_tool(tool, opened.orchestrator.input_schema(tool)) for tool in found]
    )
    rows = [
        [tool.full_name, tool.effect, tool.signature.returns.label, tool.description]
        for tool in found
    ]
    emit(output, options.json, table(rows))
    return 0


def plugins(words: list[str]) -> int:
    """Every plugin with its distribution, tools and facts; and what could not be loaded.

    `approve NAME` first takes the tools of a changed plugin as they are now.
    """
    made = parser("plugins", "What is installed, and what is broken or changed.")
    asked = made.add_subparsers(dest="doing", metavar="approve NAME", parser_class=Parser)
    chosen = asked.add_parser("approve", help="take a changed plugin's tools as they are now")
    chosen.add_argument("name", metavar="NAME", help="the plugin")
    options = made.parse_args(words)
    changes = _approve(options.name, load_config(options.config)) if options.doing else {}
    registry = session(options, books=False).registry
    found = [
        PluginOutput(
            name=plugin.name,
            version=plugin.version,
            title=plugin.title,
            description=plugin.description,
            distribution=registry.distributions.get(plugin.name, ""),
            tools=sorted(plugin.tools),
            provides=sorted(
                {
                    kind.fact_name()
                    for tool in plugin.tools.values()
                    if (kind := tool.signature.provides) is not None
                }
            ),
            runs_in="a child process" if plugin.name in registry.children else "this process",
            walls=list(registry.children[plugin.name].walls)
            if plugin.name in registry.children
            else [],
        )
        for plugin in registry.plugins.values()
    ]
    output = PluginsOutput(
        plugins=found,
        broken=[
            BrokenOutput(name=b.name, distribution=b.distribution, error=b.error)
            for b in registry.broken
        ],
        disabled=list(registry.config.disabled),
        providers={name: list(chosen) for name, chosen in registry.config.providers.items()},
    )
    rows = [
        [p.name, p.title, p.distribution, _place(p), ", ".join(p.provides) or "-"] for p in found
    ]
    lines = [f"approved: {options.name}.{tool} ({what})" for tool, what in changes.items()]
    lines += table(rows)
    lines += [f"  broken: {b.name} ({b.distribution}): {b.error}" for b in registry.broken]
    lines += [
        f"  chosen: {name} by {', then '.join(chosen)}"
        for name, chosen in registry.config.providers.items()
    ]
    emit(output, options.json, lines)
    return 0


def _place(plugin: PluginOutput) -> str:
    return plugin.runs_in + (f" ({', '.join(plugin.walls)})" if plugin.walls else "")


def _approve(name: str, config: Config) -> dict[str, str]:
    from ..client.mount import approve

    return approve(installed(name), config)


def _tool(tool: AnyTool, schema: dict[str, object]) -> ToolOutput:
    return ToolOutput(
        name=tool.full_name,
        mcp_name=mcp_name(tool.full_name),
        plugin=tool.plugin.name,
        title=tool.title or tool.name,
        description=tool.description,
        effect=tool.effect,
        returns=tool.signature.returns.label,
        reads=sorted(kind.__name__ for kind in tool.reads),
        needs=[f"{need.kind}:{need.type.fact_name()}" for need in tool.signature.needs],
        external=tool.external,
        input_schema=schema,
        output_schema=tool.output_schema(),
    )
