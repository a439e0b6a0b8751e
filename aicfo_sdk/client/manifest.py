"""What a tool says of itself across processes: written in the child, read strictly in the parent.

It stands under `aicfo/manifest` in the `_meta` of each tool of `tools/list`, beside the ordinary
MCP description, so any MCP client sees the tool and aicfo sees how it composes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Literal, cast, get_origin

from pydantic import BaseModel, ConfigDict, Field

from ..errors import RegistrationError
from ..model import facts, record_type
from ..model.base import Fact, digest
from ..plugin import Agent, Tool
from ..signature import Same
from .codec import VERSION, tag, untag

META = "aicfo/manifest"
_NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,79}$"
_FACT = r"^[A-Za-z_][A-Za-z0-9_]{0,79}@[0-9]{1,6}$"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class ParameterPart(_Part):
    """One argument that callers pass."""

    name: str = Field(pattern=_NAME)
    required: bool
    default: Any = None
    subject: str = Field(default="", pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,79}Id)?$")


class NeedPart(_Part):
    """One argument that the orchestrator fills."""

    name: str = Field(pattern=_NAME)
    kind: Literal["one", "all"]
    type: str = Field(pattern=_FACT)
    required: bool
    arguments: dict[str, Any] = {}


class FactPart(_Part):
    """A fact type of the plugin's own: bases that the core knows, and its JSON schema."""

    bases: tuple[str, ...] = ()
    schema_: dict[str, Any] = Field(alias="schema")


class AgentPart(_Part):
    """What makes a tool an agent."""

    instructions: str
    tools: tuple[str, ...]


class Manifest(_Part):
    """One tool, complete: the parent builds its own view of the tool from this alone."""

    version: Literal[1] = VERSION
    name: str = Field(pattern=r"^[a-z_][A-Za-z0-9_]{0,79}$")
    title: str = Field(default="", max_length=500)
    description: str = Field(default="", max_length=20_000)
    asks: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    external: bool = False
    informs: bool = False
    blocking: bool = False
    parameters: tuple[ParameterPart, ...] = ()
    positional: tuple[str, ...] = ()
    needs: tuple[NeedPart, ...] = ()
    returns: str = ""
    """Name of the fact type, "" for anything else (then the output schema tells)."""
    many: bool = False
    label: str = Field(default="JSON", max_length=200)
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    types: dict[str, FactPart] = {}
    agent: AgentPart | None = None
    wire: str = Field(default="", max_length=200)
    """Name on the wire, for tools of a server that knows nothing of aicfo."""

    def pin(self) -> dict[str, str]:
        """Return what approval binds to: digests of each part, and of all together."""
        whole = self.model_dump(mode="json", by_alias=True)
        if not self.informs:
            # What was approved before there was such a word stays approved.
            del whole["informs"]
        parts = {
            "description": [self.title, self.description, list(self.asks), whole["agent"]],
            "arguments": [whole["parameters"], whole["positional"], self.input_schema],
            "result": [self.returns, self.many, self.output_schema, whole["types"]],
            "reads": sorted(self.reads),
            "needs": whole["needs"],
        }
        return {"sha256": digest(whole)} | {name: digest(p)[:16] for name, p in parts.items()}


def describe(tool: Tool[..., Any]) -> Manifest:
    """Return the manifest of a tool, from its annotations.

    Raises: RegistrationError for what does not travel between processes.
    """
    signature = tool.signature
    types: dict[str, FactPart] = {}
    needs: list[NeedPart] = []
    for need in signature.needs:
        if need.kind == "ask":
            raise RegistrationError(
                "a tool that asks while it runs (NeedsAsk) does not run in a child process",
                value=need.name,
                where=tool.full_name,
                mend="take Needs or NeedsAll, or trust the plugin: [plugins] in_process",
            )
        needs.append(
            NeedPart(
                name=need.name,
                kind=need.kind,
                type=_named(need.type, types),
                required=need.required,
                arguments={name: _argument(value) for name, value in need.arguments},
            )
        )
    provides = signature.provides
    agent = None
    if isinstance(tool, Agent):
        agent = AgentPart(instructions=tool.instructions, tools=tool.tools)
    return Manifest(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        asks=tool.asks,
        reads=tuple(sorted(record_type(kind.__name__).__name__ for kind in tool.reads)),
        external=tool.external,
        informs=tool.informs,
        blocking=tool.blocking,
        parameters=tuple(
            ParameterPart(
                name=p.name,
                required=p.required,
                default=tag(p.default),
                subject=p.subject.__name__ if p.subject is not None else "",
            )
            for p in signature.parameters
        ),
        positional=signature.positional,
        needs=tuple(needs),
        returns=_named(provides, types) if provides is not None else "",
        many=signature.returns.many,
        label=signature.returns.label[:200],
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        types=types,
        agent=agent,
    )


def line(value: Any, longest: int = 20_000) -> str:
    """Return what a stranger wrote as one line that a terminal can show, "" for no text."""
    text = value[:longest] if isinstance(value, str) else ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def foreign(tool: dict[str, Any], facts: Collection[str] = ()) -> Manifest:
    """Return the manifest of a tool of any MCP server: plain arguments, open world, JSON result.

    It provides a fact only if it declares one (`_meta: {"aicfo/fact": "CashForecast@1"}`) that is
    among `facts`, which a person chose. Raises: RegistrationError for a tool that cannot be called
    by name, or whose output schema is not that of the fact it declares.
    """
    meta: Any = tool.get("_meta")
    fact: Any = cast("dict[str, Any]", meta).get("aicfo/fact") if isinstance(meta, dict) else None
    fact = fact if isinstance(fact, str) and fact in facts else ""
    wire, schema = tool.get("name"), tool.get("inputSchema")
    properties: Any = cast("dict[str, Any]", schema).get("properties", {}) if schema else {}
    if (
        not isinstance(wire, str)
        or not isinstance(schema, dict)
        or not isinstance(properties, dict)
    ):
        raise RegistrationError("an MCP tool without a name or input schema", value=wire)
    name = re.sub(r"[^a-z0-9_]+", "_", wire.lower()).strip("_") or "tool"
    required: Any = cast("dict[str, Any]", schema).get("required", [])
    names = [str(each) for each in cast("dict[str, Any]", properties)]
    return Manifest(
        name=name if name[0].isalpha() else f"tool_{name}",
        wire=wire,
        title=str(tool.get("title") or "")[:500],
        description=str(tool.get("description") or "")[:20_000],
        external=True,
        parameters=tuple(ParameterPart(name=each, required=each in required) for each in names),
        input_schema=cast("dict[str, Any]", schema) | {"properties": properties},
        output_schema=_checked(fact, tool.get("outputSchema"), wire)
        if fact
        else {"type": "object"},
        returns=fact,
    )


def _checked(fact: str, declared: Any, where: str) -> dict[str, Any]:
    """Return the schema of a fact, once what a stranger declares promises all of it."""
    kind = core_fact(fact)
    if kind is None:
        raise RegistrationError("no such fact", value=fact, where=where, mend="update aicfo")
    whole = fact_schema(kind)
    table = cast("dict[str, Any]", declared) if isinstance(declared, dict) else {}
    found: Any = table.get("properties")
    promised = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    # What the fact has a default for need not be said.
    needed = [name for name, p in whole["properties"].items() if "default" not in p]
    required: Any = table.get("required")
    for name in needed:
        if name not in promised or not isinstance(required, list) or name not in required:
            raise RegistrationError(
                f"its output schema does not promise {fact}", value=name, where=where
            )
    for name, part in promised.items():
        known = whole["properties"].get(name)
        said: Any = cast("dict[str, Any]", part).get("type") if isinstance(part, dict) else None
        if known is None or ("type" in known and said != known["type"]):
            raise RegistrationError(
                f"its output schema is not that of {fact}", value=name, where=where
            )
    return whole


def core_fact(name: str) -> type[Fact] | None:
    """Return the fact type of the core that goes by this versioned name, if any."""
    kind = getattr(facts, name.partition("@")[0], None)
    if isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Fact):
        return kind if kind is not Fact and kind.fact_name() == name else None
    return None


def fact_schema(kind: type[Fact]) -> dict[str, Any]:
    """Return the JSON schema of what a fact type looks like as a result."""
    return kind.model_json_schema(mode="serialization")


def _named(kind: type[Fact], types: dict[str, FactPart]) -> str:
    name = kind.fact_name()
    if core_fact(name) is not kind and name not in types:
        bases = [b for b in kind.__mro__[1:] if issubclass(b, Fact) and b is not Fact]
        types[name] = FactPart(
            bases=tuple(_named(base, types) for base in bases[:1]), schema=fact_schema(kind)
        )
    return name


def _argument(value: Any) -> Any:
    return {"$same": value.name} if isinstance(value, Same) else tag(value)


def need_argument(value: Any) -> Any:
    """Return the provider's argument that `describe` wrote."""
    if isinstance(value, dict) and "$same" in value:
        return Same(str(cast("dict[str, Any]", value)["$same"]))
    return untag(value)
