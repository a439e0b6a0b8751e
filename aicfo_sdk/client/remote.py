"""The parent's side: a plugin whose tools run in a child, as good as one in this process.

A remote tool is an ordinary `Tool`: its function sends the call, its signature comes from the
manifest. What returns is validated as if a stranger had sent it, which is so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import to_json

from .. import errors
from ..context import Context
from ..errors import AicfoError, InputError, RegistrationError, ToolFailed
from ..model import record_type
from ..model.base import Fact
from ..plugin import Agent, Plugin, Tool
from ..signature import NeedParameter, Parameter, Returns, Signature
from .child import Child
from .codec import pack_call, untag
from .manifest import Manifest, line, need_argument
from .types import FactTypes, subject_type, value_type

_PASSED_ON = frozenset(
    "InputError AmountError NotFound PlanError OpenArgument ToolRetry ToolFailed UndeclaredRead "
    "SolverError".split()
)
"""Errors that a plugin may end in; any other name becomes ToolFailed."""


class RemoteSignature(Signature):
    """What a manifest says; arguments are checked by name here and by value in the child."""

    def __init__(
        self,
        tool: str,
        manifest: Manifest,
        parameters: tuple[Parameter, ...],
        needs: tuple[NeedParameter, ...],
        returns: Returns,
    ) -> None:
        super().__init__(tool, parameters, needs, returns, manifest.positional)
        self._manifest = manifest

    def validator(self) -> Callable[[dict[str, Any], bool], dict[str, Any]]:
        """Return a function that checks names and passes values on."""
        names = tuple(p.name for p in self.parameters)
        required = tuple(p.name for p in self.parameters if p.required)

        def validate(given: dict[str, Any], json: bool) -> dict[str, Any]:
            for name in required:
                if name not in given:
                    raise InputError("a required argument is missing", value=name, where=self.tool)
            for name in given:
                if name not in names:
                    mend = "arguments: " + (", ".join(names) or "none")
                    raise InputError("no such argument", value=name, where=self.tool, mend=mend)
            return dict(given)

        return validate

    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments, as the plugin gave it."""
        return self._manifest.input_schema

    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the result, as the plugin gave it."""
        return self._manifest.output_schema

    def read(self, structured: Any) -> Any:
        """Return a result from what the child sent. Raises: ValidationError."""
        if not self._is_object and isinstance(structured, dict):
            structured = cast("dict[str, Any]", structured).get("result")
        return self._adapter.validate_json(to_json(structured), strict=True)


class RemoteTool(Tool[..., Any]):
    """A tool in a child."""

    def __init__(self, plugin: Plugin, manifest: Manifest, child: Child, types: FactTypes) -> None:
        """Raises: RegistrationError when the manifest does not hold together."""
        name = manifest.name

        def send(context: Context, /, **given: Any) -> Any:
            return self._send(context, given)

        send.__name__, send.__doc__ = name, line(manifest.description)
        super().__init__(
            send,
            plugin=plugin,
            reads=[record_type(kind) for kind in manifest.reads],
            title=line(manifest.title),
            asks=[line(ask) for ask in manifest.asks],
            external=manifest.external,
            informs=manifest.informs,
            blocking=manifest.blocking,
        )
        self.manifest, self._child = manifest, child
        self._remote = self._signature = _signature(self.full_name, manifest, types)

    @property
    def description(self) -> str:
        """What the plugin says it does."""
        return self.fn.__doc__ or ""

    def returned_fact(self) -> type[Fact] | None:
        """The fact type that this tool returns, one or many."""
        kind = self._remote.returns.type
        return kind if isinstance(kind, type) and issubclass(kind, Fact) else None

    def _send(self, context: Context, given: dict[str, Any]) -> Any:
        needs = {need.name: given.pop(need.name, None) for need in self._remote.needs}
        child = self._child

        def meta() -> dict[str, Any]:
            if self.manifest.wire:
                return {}  # a server that knows nothing of aicfo gets nothing of the books
            key, kinds = child.sent
            known = kinds if key == context.books.key else set[str]()
            call = pack_call(context, self.reads, known, needs)
            child.sent = context.books.key, known | set(self.manifest.reads)
            return {"aicfo/call": call}

        answer = child.call(self.manifest.wire or self.name, given, meta, self.full_name)
        if answer.get("isError") is True:
            raise _error(answer, self.full_name)
        structured = answer.get("structuredContent")
        if structured is None and self.manifest.wire:
            structured = {"text": _text(answer)}
        try:
            return self._remote.read(structured)
        except ValidationError as error:
            raise ToolFailed(
                f"plugin {child.program.name} {_told(error, self._remote.returns.label)}",
                where=self.full_name,
                mend="report it to the plugin's author",
            ) from None


class RemoteAgent(RemoteTool, Agent[..., Any]):
    """An agent whose deterministic body runs in a child."""

    def __init__(self, plugin: Plugin, manifest: Manifest, child: Child, types: FactTypes) -> None:
        super().__init__(plugin, manifest, child, types)
        assert manifest.agent is not None
        self.instructions = manifest.agent.instructions
        self.tools = manifest.agent.tools


def remote_tool(plugin: Plugin, manifest: Manifest, child: Child, types: FactTypes) -> RemoteTool:
    """Return the tool that a manifest describes, added to `plugin`. Raises: RegistrationError."""
    kind = RemoteAgent if manifest.agent is not None else RemoteTool
    tool = kind(plugin, manifest, child, types)
    plugin.add(tool)
    return tool


def _signature(where: str, manifest: Manifest, types: FactTypes) -> RemoteSignature:
    parameters = tuple(
        Parameter(
            p.name,
            Any,
            p.required,
            untag(p.default),
            subject_type(p.subject) if p.subject else None,
        )
        for p in manifest.parameters
    )
    needs = tuple(
        NeedParameter(
            need.name,
            need.kind,
            types.resolve(need.type, manifest.types),
            need.required,
            tuple(sorted((n, need_argument(value)) for n, value in need.arguments.items())),
            need.kind == "one" and not need.arguments,
        )
        for need in manifest.needs
    )
    names = [p.name for p in parameters]
    if len({*names, *(need.name for need in needs)}) < len(names) + len(needs):
        raise RegistrationError("two arguments share a name", value=names, where=where)
    properties: Any = manifest.input_schema.get("properties")
    described = cast("dict[str, Any]", properties) if isinstance(properties, dict) else {}
    if set(described) != set(names) or not all(isinstance(p, dict) for p in described.values()):
        raise RegistrationError("an input schema of other arguments", value=names, where=where)
    for schema in (manifest.input_schema, manifest.output_schema):
        if schema.get("type") != "object":
            raise RegistrationError("a schema of no object", value=schema, where=where)
    if manifest.returns:
        kind: Any = types.resolve(manifest.returns, manifest.types)
    else:
        kind = value_type(_inner(manifest))
    returns = Returns(kind, manifest.many, "" if manifest.returns else manifest.label)
    return RemoteSignature(where, manifest, parameters, needs, returns)


def _inner(manifest: Manifest) -> dict[str, Any]:
    """The schema of the value itself: what is no object stands under `result`, untitled."""
    schema = manifest.output_schema
    inner: Any = schema
    if "title" not in schema and set(schema.get("properties", ())) == {"result"}:
        inner = schema["properties"]["result"]
    if manifest.many:
        inner = cast("dict[str, Any]", inner).get("items") if isinstance(inner, dict) else None
    if not isinstance(inner, dict):
        raise RegistrationError("a result without a schema", where=manifest.name)
    return cast("dict[str, Any]", inner) | {"$defs": schema.get("$defs", {})}


def _error(answer: dict[str, Any], where: str) -> AicfoError:
    """The error that a tool ended in: its own where it may end in that, else ToolFailed."""
    meta: Any = answer.get("_meta")
    said: Any = cast("dict[str, Any]", meta).get("aicfo/error") if isinstance(meta, dict) else None
    if not isinstance(said, dict):
        return ToolFailed("the tool says it failed", value=_text(answer), where=where)
    parts = cast("dict[str, Any]", said)
    kind = (
        getattr(errors, str(parts.get("code"))) if parts.get("code") in _PASSED_ON else ToolFailed
    )
    value = parts.get("value")
    return kind(
        str(parts.get("what", "")),
        value=None if value is None else str(value),
        where=str(parts.get("where", "")),
        mend=str(parts.get("mend", "")),
    )


def _text(answer: dict[str, Any]) -> str:
    content: Any = answer.get("content")
    parts = cast("list[Any]", content) if isinstance(content, list) else []
    tables = [cast("dict[str, Any]", part) for part in parts if isinstance(part, dict)]
    return "\n".join(str(part.get("text", "")) for part in tables)


def _told(error: ValidationError, label: str) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "result"
    shown = errors.show(first.get("input"))
    return f"returned no {label}: {place} = {shown}, {first['msg'].lower()}"
