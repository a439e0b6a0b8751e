"""`aicfo tools` and `aicfo plugins`: what is installed."""

from __future__ import annotations

from pathlib import Path

from ..config import Config, load_config
from ..errors import InputError
from ..registry import AnyTool, Registry, installed, mcp_name
from .arguments import Parser, emit, parser, session, table
from .mounting import add, add_options, approve_mounted, sign_in, sign_in_options
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

    `add NAME` first mounts an MCP server as a plugin; `approve NAME` takes the tools of a changed
    plugin as they are now; `sign-in NAME` has a person sign in at a mounted server;
    `export --to DIR` writes what other ecosystems want to know of them (server.json, MCPB,
    SKILL.md, agent card).
    """
    made = parser("plugins", "What is installed, and what is broken or changed.")
    asked = made.add_subparsers(
        dest="doing", metavar="add|approve|sign-in|export", parser_class=Parser
    )
    chosen = asked.add_parser("approve", help="take a changed plugin's tools as they are now")
    chosen.add_argument("name", metavar="NAME", help="the plugin")
    add_options(asked.add_parser("add", help="mount an MCP server as a plugin"))
    sign_in_options(asked.add_parser("sign-in", help="sign in (again) at a mounted server"))
    export = asked.add_parser("export", help="server.json, MCPB manifest, SKILL.md, agent card")
    export.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder")
    export.add_argument("--url", metavar="URL", help="where the server runs, for the agent card")
    export.add_argument("--force", action="store_true", help="write over existing files")
    options = made.parse_args(words)
    changes: dict[str, str] = {}
    if options.doing == "sign-in":
        sign_in(options, load_config(options.config))
    if options.doing == "add":
        add(options)
    if options.doing == "approve":
        changes = _approve(options.name, load_config(options.config))
    registry = session(options, books=False).registry
    written: list[str] = []
    if options.doing == "export":
        written = _export(registry, options.to, options.url, force=options.force)
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
        written=written,
        disabled=list(registry.config.disabled),
        providers={name: list(chosen) for name, chosen in registry.config.providers.items()},
    )
    rows = [
        [p.name, p.title, p.distribution, _place(p), ", ".join(p.provides) or "-"] for p in found
    ]
    lines = [f"approved: {options.name}.{tool} ({what})" for tool, what in changes.items()]
    lines += [f"written: {file}" for file in written] or table(rows)
    lines += [f"  broken: {b.name} ({b.distribution}): {b.error}" for b in registry.broken]
    lines += [
        f"  chosen: {name} by {', then '.join(chosen)}"
        for name, chosen in registry.config.providers.items()
    ]
    emit(output, options.json, lines)
    return 0


def _export(registry: Registry, folder: Path, url: str | None, *, force: bool) -> list[str]:
    """Write every file, or none where one is there already. Raises: InputError."""
    from ..mcp.projections import projections

    if url is not None and not url.startswith(("http://", "https://")):
        raise InputError("not a URL", value=url, where="--url", mend="like https://host/mcp")
    files = {folder / name: text for name, text in projections(registry, url).items()}
    there = [str(file) for file in files if file.exists()]
    if there and not force:
        raise InputError("the file is there already", value=there[0], mend="use --force")
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    except OSError as error:
        mend = error.strerror or "give another folder"
        raise InputError("cannot be written", value=str(folder), where="--to", mend=mend) from None
    return [str(file) for file in files]


def _place(plugin: PluginOutput) -> str:
    return plugin.runs_in + (f" ({', '.join(plugin.walls)})" if plugin.walls else "")


def _approve(name: str, config: Config) -> dict[str, str]:
    from ..client.mount import approve

    mounted = approve_mounted(name, config)
    return approve(installed(name), config) if mounted is None else mounted


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
