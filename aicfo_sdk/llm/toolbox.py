"""The tools as a model sees them in one turn: a short list, each call checked, each result kept.

Where many tools are installed only those nearest the question are listed; `find_tools` brings
others. Whatever a model writes wrong comes back to it as an error that says what to change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, cast

from ..errors import AicfoError, InputError
from ..mcp.untrusted import untrusted_places
from ..model.base import canonical, digest
from ..model.text import visible
from ..orchestrator.goals import nearest
from ..redaction import redact
from ..registry import AnyTool, mcp_name
from . import calculate
from .doors import Door, Given, registry_of
from .evidence import Evidence, Leaf, leaves, resolved
from .shown import shown
from .transport import ToolCall

_FEW = 12
"""So many tools are listed all at once."""
_FIRST = 8
"""Of more, so many are listed at first."""
_FOUND = 5
_MOST_CHARACTERS = 24_000
"""A longer result is cut: the model asks for its parts with `look`."""

FIND, LOOK = "find_tools", "look"


@dataclass(frozen=True, slots=True)
class Called:
    """One tool call of a turn: what the model wrote and what came of it."""

    id: str
    """c1, c2 …: how evidence names it."""
    name: str
    arguments: dict[str, Any]
    tool: AnyTool | None = None
    given: Given | None = None
    error: str = ""
    answer: str = ""
    """What the model was told."""
    repeated: bool = False


@dataclass
class Toolbox:
    """The tools of one turn; `allowed` are full names, None for all installed.

    `raw` shows results as they are, in minor units and ppm: for a model that answers with a value.
    """

    door: Door
    evidence: Evidence
    question: str
    allowed: Iterable[str] | None = None
    raw: bool = False
    calls: list[Called] = field(default_factory=list[Called])
    repeats: int = 0

    def __post_init__(self) -> None:
        registry = registry_of(self.door)
        names = None if self.allowed is None else set(self.allowed)
        self._tools = {
            mcp_name(name): tool
            for name, tool in sorted(registry.tools.items())
            if names is None or name in names
        }
        ranked = [t for t in nearest(self.question, registry) if t in self._tools.values()]
        self._listed = ranked if len(ranked) <= _FEW else ranked[:_FIRST]
        self._all = len(self._listed) == len(self._tools)
        self._known: dict[str, Called] = {}

    def list(self) -> list[dict[str, Any]]:
        """Return the tools in the shape of a chat completion's `tools`."""
        own = [_function(mcp_name(tool.full_name), _about(tool), self._schema(tool))
               for tool in self._listed]  # fmt: skip
        own.append(_function(calculate.NAME, _CALCULATE, calculate.SCHEMA))
        own.append(_function(LOOK, _LOOK, _LOOK_SCHEMA))
        if not self._all:
            own.append(_function(FIND, _FIND, _FIND_SCHEMA))
        return own

    def prepared(self, wanted: ToolCall) -> Called:
        """Return a call that is read and checked, not run: `error` says why it cannot be."""
        id = f"c{len(self.calls) + 1}"
        name = wanted.name.strip()
        try:
            arguments = _arguments(wanted.arguments)
        except InputError as error:
            return self._kept(Called(id, name, {}, error=str(error)))
        tool = self._tools.get(name) or self._tools.get(mcp_name(name))
        if tool is None and name not in (calculate.NAME, LOOK, FIND):
            near = get_close_matches(name, self._tools, n=3, cutoff=0.4) or list(self._tools)[:5]
            error = InputError(
                "no such tool", value=name, mend=f"tools: {', '.join(near)}; {FIND} finds others"
            )
            return self._kept(Called(id, name, arguments, error=str(error)))
        return self._kept(Called(id, name, arguments, tool))

    def run(self, call: Called) -> Called:
        """Run a prepared call and return it with what the model is told; never raises for what a
        model may have written."""
        if call.error:
            return self._told(call, error=call.error)
        key = digest([call.name, call.arguments])
        before = self._known.get(key)
        if before is not None:
            self.repeats += 1
            again = f"the same call was made before: its answer stands under {before.id}"
            return self._told(call, error=again, repeated=True)
        try:
            done = self._done(call)
        except AicfoError as error:
            return self._told(call, error=f"{error.code}: {error}")
        self._known[key] = done
        return done

    def _done(self, call: Called) -> Called:
        if call.name == calculate.NAME:
            found = calculate.calculate(self.evidence, call.id, call.arguments)
            return self._told(call, content={"call": call.id, **found})
        if call.name == LOOK:
            return self._told(call, content={"call": call.id, **self._look(call)})
        if call.name == FIND:
            return self._told(call, content={"call": call.id, "tools": self._find(call.arguments)})
        tool = call.tool
        assert tool is not None
        given = self.door.call(tool, call.arguments)
        # The orchestrator has taken secrets out of every result already.
        schema, result = _result_schema(tool), given.result
        self.evidence.add_result(call.id, schema, result, call.arguments)
        content: dict[str, Any] = {
            "call": call.id,
            "tool": tool.full_name,
            "currency": self.evidence.currency,
            "result": result if self.raw else shown(schema, schema.get("$defs", {}), result),
            "untrusted": untrusted_places(schema),
        }
        if given.proposals:
            content["proposals"] = [
                {"id": each.id, "reason": _said(each.reason)} for each in given.proposals
            ]
            content["note"] = "proposals wait for a person; nothing has been paid"
        if given.run.dropped:
            content["dropped"] = [_said(f"{d.proposal.id}: {d.reason}") for d in given.run.dropped]
        if given.run.missing:
            content["missing"] = [_said(line) for line in given.run.missing]
        return self._told(call, content=content, given=given)

    def _look(self, call: Called) -> dict[str, Any]:
        """More of an earlier result: one value or list, from a place on."""
        place = call.arguments.get("place")
        start = call.arguments.get("start", 0)
        if not isinstance(place, str) or not isinstance(start, int) or isinstance(start, bool):
            raise InputError("look takes a place and a start", value=call.arguments, where=LOOK)
        owner, _, pointer = place.partition("#")
        source = next((c for c in self.calls if c.id == owner and c.given is not None), None)
        if source is None or source.given is None or source.tool is None:
            raise InputError("no such result", value=place, where=LOOK, mend="c1#/rows")
        schema: Any = _result_schema(source.tool)
        definitions = schema.get("$defs", {})
        fact = str(schema.get("title", ""))
        value: Any = source.given.result
        names: tuple[str, ...] = ()
        for part in filter(None, pointer.split("/")):
            part = part.replace("~1", "/").replace("~0", "~")
            found = resolved(schema, definitions, value)
            if isinstance(value, dict) and part in value:
                value = cast("dict[str, Any]", value)[part]
                schema, names = found.get("properties", {}).get(part, {}), (*names, part)
            elif (
                isinstance(value, list)
                and part.isdecimal()
                and int(part) < len(cast("list[Any]", value))
            ):
                value, schema = cast("list[Any]", value)[int(part)], found.get("items", {})
            else:
                raise InputError("no such place", value=place, where=LOOK, mend=f"{owner}#/…")
        if isinstance(value, list):
            rows = cast("list[Any]", value)
            schema = resolved(schema, definitions, value).get("items", {})
            for at, row in list(enumerate(rows))[start : start + 20]:
                self._add(source, fact, definitions, schema, row, f"{pointer}/{at}", names)
            name = names[-1] if names else ""
            told = {
                str(at): shown(schema, definitions, row, name)
                for at, row in list(enumerate(rows))[start : start + 20]
            }
            return {"place": place, "values": told, "of": len(rows)}
        self._add(source, fact, definitions, schema, value, pointer, names)
        return {
            "place": place,
            "value": shown(schema, definitions, value, names[-1] if names else ""),
        }

    def _add(
        self,
        source: Called,
        fact: str,
        definitions: Any,
        schema: Any,
        value: Any,
        pointer: str,
        names: tuple[str, ...],
    ) -> None:
        about = frozenset(v for v in source.arguments.values() if isinstance(v, str))
        for leaf in leaves(source.id, schema, value, about, fact, definitions, pointer, names):
            if isinstance(leaf, Leaf):
                self.evidence.add(leaf)
            else:
                self.evidence.add_text(
                    source.id, leaf.pointer, leaf.text, leaf.ids, foreign=leaf.foreign
                )

    def _find(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        query = arguments.get("query")
        if not isinstance(query, str) or not query.strip():
            raise InputError("find_tools takes a query", value=arguments, where=FIND)
        ranked = [t for t in nearest(query, registry_of(self.door)) if t in self._tools.values()]
        found = ranked[:_FOUND]
        self._listed += [tool for tool in found if tool not in self._listed]
        return [{"name": mcp_name(tool.full_name), "does": _about(tool)} for tool in found]

    def _schema(self, tool: AnyTool) -> dict[str, Any]:
        return self.door.orchestrator.input_schema(tool)

    def _kept(self, call: Called) -> Called:
        self.calls.append(call)
        return call

    def _told(
        self,
        call: Called,
        *,
        content: dict[str, Any] | None = None,
        error: str = "",
        given: Given | None = None,
        repeated: bool = False,
    ) -> Called:
        told: dict[str, Any] = content or {"call": call.id, "error": _said(error)}
        text = redact(json.dumps(told, ensure_ascii=False, separators=(",", ":")))
        if len(text) > _MOST_CHARACTERS:
            text = text[:_MOST_CHARACTERS] + f' … cut: {LOOK} at parts, as "{call.id}#/…"'
        done = Called(call.id, call.name, call.arguments, call.tool, given, error, text, repeated)
        self.calls[int(call.id[1:]) - 1] = done
        return done


def _arguments(text: str) -> dict[str, Any]:
    """Return a call's arguments. Raises: InputError that says how to write them."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "the arguments are not JSON", value=text, mend=f"{error}; write one JSON object"
        ) from None
    if not isinstance(value, dict):
        raise InputError("arguments are one JSON object", value=text, mend='write {"name": value}')
    try:
        canonical(value)
    except (ValueError, RecursionError):
        raise InputError("the arguments hold what JSON cannot", value=text) from None
    return cast("dict[str, Any]", value)


@cache
def _result_schema(tool: AnyTool) -> dict[str, Any]:
    return tool.output_schema()


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _said(text: str) -> str:
    return visible(redact(text, anew=False))


def _about(tool: AnyTool) -> str:
    title = f"{tool.title}: " if tool.title else ""
    waits = " Records proposals for a person to approve." if tool.effect == "propose" else ""
    return title + tool.description + waits


def _function(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": about, "parameters": schema},
    }


_CALCULATE = (
    "Reckons with values of results, exactly. Every figure of an answer that is not a value of a "
    "result itself (a sum, a difference, a share) comes from here."
)
_LOOK = "More of an earlier result that was cut short: a list from a place on, or one value."
_LOOK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "place": {"type": "string", "description": "Call and JSON pointer, as c1#/p10"},
        "start": {"type": "integer", "minimum": 0, "default": 0},
    },
    "required": ["place"],
    "additionalProperties": False,
}
_FIND = "Finds other installed tools by what they answer; those found can then be called."
_FIND_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"query": {"type": "string"}},
    "required": ["query"],
    "additionalProperties": False,
}
