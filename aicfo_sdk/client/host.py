"""The child's side: an MCP server over stdio for one plugin.

A plain loop that reads a line, does what it says and writes a line. It speaks the part of MCP
that tools need (initialize, ping, tools/list, tools/call); any MCP client can list the tools.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, BinaryIO, cast

from pydantic_core import from_json, to_json

from ..errors import AicfoError, RegistrationError, show
from ..plugin import Plugin, Tool
from .codec import SliceBooks, unpack_call, unpack_need
from .manifest import META, describe

_PROTOCOLS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
_PARSE_ERROR, _NO_METHOD, _BAD_PARAMS, _BROKEN = -32700, -32601, -32602, -32000


def serve_entry(entry: str, walls: tuple[str, ...]) -> None:
    """Load `module:attribute` and serve it until standard input ends."""
    wire_in, wire_out = _claimed()
    plugin: Plugin | None = None
    broken = ""
    try:
        plugin = load(entry)
    except BaseException as error:  # noqa: BLE001 - a stranger's import may do anything
        broken = reason(error)
    Host(plugin, broken, walls, wire_out).serve(wire_in)
    # Threads that the plugin left behind do not keep the process.
    os._exit(0)


def load(entry: str) -> Plugin:
    """Return the plugin that an entry point names. Raises: what its import raises."""
    module, _, attribute = entry.partition(":")
    found: Any = importlib.import_module(module)
    for name in attribute.split(".") if attribute else ():
        found = getattr(found, name)
    if not isinstance(found, Plugin):
        raise RegistrationError("the entry point does not name a Plugin", value=entry)
    return found


def reason(error: BaseException) -> str:
    """Return an error as one line, its class named unless it is our own."""
    text = str(error) if isinstance(error, AicfoError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def _claimed() -> tuple[BinaryIO, BinaryIO]:
    """Return the wire's two ends; what the plugin prints or reads goes elsewhere."""
    wire_in, wire_out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(wire_in, "rb"), os.fdopen(wire_out, "wb", buffering=0)


class Host:
    """Answers the requests of one connection."""

    def __init__(
        self, plugin: Plugin | None, broken: str, walls: tuple[str, ...], out: BinaryIO
    ) -> None:
        self._plugin, self._broken, self._walls, self._out = plugin, broken, walls, out
        self._books: SliceBooks | None = None
        self._refused: dict[str, str] = {}

    def serve(self, lines: BinaryIO) -> None:
        """Answer each line until there are no more."""
        for line in lines:
            try:
                message = from_json(line)
            except ValueError:
                self._send({"id": None, "error": _error(_PARSE_ERROR, "not JSON")})
                continue
            asked = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
            if "method" not in asked or "id" not in asked:
                continue
            params: Any = asked.get("params")
            given = cast("dict[str, Any]", params) if isinstance(params, dict) else {}
            self._send({"id": asked["id"], **self._answer(str(asked["method"]), given)})

    def _send(self, message: dict[str, Any]) -> None:
        try:
            frame = to_json({"jsonrpc": "2.0", **message})
        except Exception as error:  # noqa: BLE001 - a result may hold anything
            said = {"code": _BROKEN, "message": reason(error)}
            frame = to_json({"jsonrpc": "2.0", "id": message["id"], "error": said})
        unsent = memoryview(frame + b"\n")
        while unsent:
            unsent = unsent[self._out.write(unsent) or 0 :]

    def _answer(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "ping":
            return {"result": {}}
        if method not in ("initialize", "tools/list", "tools/call"):
            return {"error": _error(_NO_METHOD, f"no such method: {method}")}
        if self._plugin is None:
            return {"error": _error(_BROKEN, self._broken)}
        try:
            if method == "initialize":
                return {"result": self._initialize(self._plugin, params)}
            if method == "tools/list":
                return {"result": self._list(self._plugin)}
            return self._call(self._plugin, params)
        except BaseException as error:  # noqa: BLE001 - the plugin's code ran
            return {"error": _error(_BROKEN, reason(error))}

    def _initialize(self, plugin: Plugin, params: dict[str, Any]) -> dict[str, Any]:
        asked = params.get("protocolVersion")
        return {
            "protocolVersion": asked if asked in _PROTOCOLS else _PROTOCOLS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {
                "name": plugin.name,
                "title": plugin.title,
                "version": plugin.version,
                "description": plugin.description,
            },
            "_meta": {"aicfo/walls": list(self._walls)},
        }

    def _list(self, plugin: Plugin) -> dict[str, Any]:
        tools: list[dict[str, Any]] = []
        for tool in plugin.tools.values():
            try:
                tools.append(listed(tool))
            except Exception as error:  # noqa: BLE001 - annotations are code of the plugin's
                tools.append(
                    {
                        "name": tool.name,
                        "inputSchema": {"type": "object"},
                        "_meta": {"aicfo/refused": reason(error)},
                    }
                )
        return {"tools": tools}

    def _call(self, plugin: Plugin, params: dict[str, Any]) -> dict[str, Any]:
        tool = plugin.tools.get(str(params.get("name")))
        meta: dict[str, Any] = params.get("_meta") or {}
        call: dict[str, Any] | None = meta.get("aicfo/call")
        if tool is None:
            return {"error": _error(_BAD_PARAMS, "no such tool")}
        if call is None:
            return {"error": _error(_BAD_PARAMS, "a call carries its books; ask through aicfo")}
        try:
            self._books, context = unpack_call(call, self._books)
            needs = {
                need.name: unpack_need(call["needs"][need.name], need.type)
                for need in tool.signature.needs
                if need.name in call["needs"]
            }
            given = tool.arguments(params.get("arguments") or {}, json=True)
            result = tool.invoke(context, given, needs)
            structured = tool.signature.structured(result)
        except AicfoError as error:
            return {"result": _failed(error)}
        return {"result": {"content": [], "structuredContent": structured}}


def listed(tool: Tool[..., Any]) -> dict[str, Any]:
    """Return a tool as `tools/list` shows it."""
    manifest = describe(tool)
    return {
        "name": manifest.name,
        "title": manifest.title or manifest.name,
        "description": manifest.description,
        "inputSchema": manifest.input_schema,
        "outputSchema": manifest.output_schema,
        "annotations": {
            "readOnlyHint": tool.effect == "read",
            "destructiveHint": False,
            "idempotentHint": not tool.external,
            "openWorldHint": tool.external,
        },
        "_meta": {META: manifest.model_dump(mode="json", by_alias=True)},
    }


def _failed(error: AicfoError) -> dict[str, Any]:
    said = {
        "code": error.code,
        "what": error.what,
        "value": None if error.value is None else show(error.value),
        "where": error.where,
        "mend": error.mend,
    }
    text = f"{error.code}: {error}"
    return {
        "content": [{"type": "text", "text": text}],
        "isError": True,
        "_meta": {"aicfo/error": said},
    }


def _error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


if __name__ == "__main__":
    serve_entry(sys.argv[1], ())
