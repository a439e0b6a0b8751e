"""What a plugin says of itself: names, versions, descriptions, units, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from ..errors import AicfoError, PlanError, RegistrationError
from ..model import facts
from ..model.base import Fact, Record, SubjectId
from ..plugin import Plugin
from ..registry import AnyTool
from .behaviour import place_of
from .distribution import Distribution, Entry
from .rules import Finding
from .trial import Trial

_UNIT = re.compile(
    r"minor unit|fen\b|分|cents?\b|pence|ppm|parts per million|basis point|per ?cent|%|\bday|日|天"
    r"|\bdate|week|month|year|hour|minute|second|\bnumber\b|\bcount|how many|how often|个|次"
    r"|square|metre|meter|thousandth|share of|times|index|position|place|rank|from 0|from 1|at most"
    r"|version|score|points|byte|character|kilogram|gram|litre|piece|unit",
    re.IGNORECASE,
)
_ID = re.compile(r"\{(\w+)\}")


def manifest_findings(plugin: Plugin, of: Distribution, entry: Entry) -> Iterator[Finding]:
    """Yield what the plugin, its tools and its own facts break without being asked anything."""
    if entry.name != plugin.name:
        seen = f"{entry.name} and {plugin.name}"
        yield Finding("entry-point", plugin.name, 0, "pyproject.toml", seen)
    if of.version and plugin.version != of.version:
        seen = f"{plugin.version} in the plugin, {of.version} in the distribution"
        yield Finding("version", plugin.name, 0, "pyproject.toml", seen)
    if not any(_is_sdk(line) for line in of.requires):
        seen = ", ".join(of.requires) or "it depends on nothing"
        yield Finding("dependency", of.name, 0, "pyproject.toml", seen)
    if not plugin.description:
        yield Finding("described", plugin.name, 0, "", "the plugin")
    for tool in plugin.tools.values():
        yield from _tool(tool)


def signature_findings(plugin: Plugin) -> Iterator[Finding]:
    """Yield tools whose signature cannot be read: nothing else can be said of those."""
    for tool in plugin.tools.values():
        try:
            _ = tool.signature, tool.input_schema(), tool.output_schema()
        except RegistrationError as error:
            file, line = place_of(tool)
            yield Finding("signature", tool.full_name, line, file, str(error))
        except Exception as error:  # noqa: BLE001 - pydantic says in many ways that a type is none
            file, line = place_of(tool)
            seen = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            yield Finding("signature", tool.full_name, line, file, seen)


def question_findings(trial: Trial) -> Iterator[Finding]:
    """Yield example questions that are understood as another tool's, or as none."""
    made = trial.orchestrator()
    for tool in trial.plugin.tools.values():
        file, line = place_of(tool)
        for asked in tool.asks:
            # An id as nobody's books hold one; what it is about stands before it.
            text = _ID.sub(lambda found: f"{found[1][0].upper()}-1", asked)
            try:
                meant = made.goal(text).tool.full_name
            except PlanError as error:
                meant = str(error)
            except AicfoError:
                continue  # an id that no books hold: its place was understood
            if meant != tool.full_name:
                seen = f"{asked!r} leads to {meant}"
                yield Finding("question", tool.full_name, line, file, seen)
                break


def _tool(tool: AnyTool) -> Iterator[Finding]:
    file, line = place_of(tool)

    def found(rule: str, seen: str) -> Finding:
        return Finding(rule, tool.full_name, line, file, seen)

    if not tool.description:
        yield found("described", "the tool has no docstring")
    if not tool.title:
        yield found("described", "the tool has no title")
    described = (tool.__doc__ or "") + str(tool.description)
    for name, part in tool.input_schema()["properties"].items():
        subject = any(p.name == name and p.subject for p in tool.signature.parameters)
        # An argument may be described in the docstring, as `name`, or in its Field.
        text = str(part.get("description", "")) + (described if name in described else "")
        if _is_number(part) and not subject and not _UNIT.search(f"{text} {name}"):
            yield found("unit", f"argument {name}")
    for kind in _own_models(tool.signature.returns.type):
        if issubclass(kind, Fact) and _shadows(kind):
            yield found("fact-name", kind.__name__)
        for name, info in kind.model_fields.items():
            if name == "evidence":
                continue
            if not info.description:
                yield found("field", f"{kind.__name__}.{name}")
            if _holds(info.annotation, float):
                yield found("float", f"{kind.__name__}.{name}")
            elif _holds(info.annotation, int) and not _UNIT.search(f"{info.description} {name}"):
                yield found("unit", f"{kind.__name__}.{name}")


def _is_sdk(requirement: str) -> bool:
    name = re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]
    return name.lower().replace("_", "-").replace(".", "-") in ("aicfo-sdk", "aicfo")


def _is_number(schema: dict[str, Any]) -> bool:
    kinds = [schema.get("type"), *(arm.get("type") for arm in schema.get("anyOf", ()))]
    return "integer" in kinds or "number" in kinds


def _shadows(kind: type[Fact]) -> bool:
    known = vars(facts).get(kind.__name__)
    return isinstance(known, type) and issubclass(known, Fact) and not issubclass(kind, known)


def _own_models(kind: Any, seen: set[type[BaseModel]] | None = None) -> list[type[BaseModel]]:
    """Return the models that stand anywhere in a type and are not the SDK's own."""
    seen = set() if seen is None else seen
    if isinstance(kind, type) and get_origin(kind) is None:
        if not issubclass(kind, BaseModel) or kind in seen:
            return []
        seen.add(kind)
        inner = [
            found
            for info in kind.model_fields.values()
            for found in _own_models(info.annotation, seen)
        ]
        ours = kind.__module__.startswith("aicfo_sdk.")
        return inner if ours or issubclass(kind, Record) else [kind, *inner]
    return [found for arm in get_args(kind) for found in _own_models(arm, seen)]


def _holds(kind: Any, wanted: type) -> bool:
    if isinstance(kind, type) and get_origin(kind) is None:
        if issubclass(kind, bool | SubjectId):
            return False
        return issubclass(kind, wanted)
    return any(_holds(arm, wanted) for arm in get_args(kind))
