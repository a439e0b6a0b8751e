"""A scenario file as it is read: YAML with known keys only, each described where it is declared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, create_model

from aicfo_sdk.errors import InputError
from aicfo_sdk.safety.strict import read_strictly

Archetype = Literal["shop", "ecommerce", "contractor", "restaurant", "manufacturer", "farmer"]

ARCHETYPES: tuple[Archetype, ...] = get_args(Archetype)
"""All archetypes; a result holds the position, so new ones are added at the end."""

ROOMS: dict[str, str] = {"shocks": "aicfo_sim.shocks:ShockPlan"}
"""Section of a scenario file → module and class of its model, a `Section`; what a room of the
world is told. Its defaults must leave the world as it is without the section."""

_NAMES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true`, `false`",
    "object": "table",
    "null": "nothing",
}
_LARGEST = 1_000_000
_DEEPEST = 20


class Section(BaseModel):
    """One section of a scenario file: strict types, unknown keys refused, every key described."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Rules(Section):
    """When policies are asked and when a firm has failed.

    A merchant closes when wages, suppliers or loans have been overdue for more than so many days;
    closing costs `severance_months` of wages.
    """

    trigger_days: int = Field(
        default=28, ge=1, le=366, description="longest the CFO is not asked, days"
    )
    wage_days: int = Field(default=45, ge=0, le=3650, description="days wages may be late")
    supplier_days: int = Field(default=90, ge=0, le=3650, description="days suppliers may wait")
    loan_days: int = Field(default=60, ge=0, le=3650, description="days a loan may be overdue")
    severance_months: int = Field(
        default=1, ge=0, le=24, description="months of wages closing costs"
    )


class ScenarioFile(Section):
    """The keys of a scenario file that belong to no room."""

    title: str = Field(min_length=1, description="one line for people")
    start: date = Field(description="first day after the warm-up")
    mix: dict[Archetype, Annotated[int, Field(ge=0, le=10_000)]] = Field(
        description="archetype → whole share; repeated over the merchants in this order"
    )
    warmup_days: int = Field(
        default=270, ge=0, le=1000, description="days lived under the owner first"
    )
    fidelity: Literal["day", "order"] = Field(
        default="day", description="daily takings drawn at once, or as orders"
    )
    held_out: bool = Field(default=False, description="its figures were kept out of tuning")
    shard: int = Field(
        default=1000, ge=1, le=100_000, description="merchants a task; changes no result"
    )
    shard_cfo: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="the same where a policy asks plugins; changes no result",
    )
    rules: Rules = Field(
        default=Rules(), description="when policies are asked and when a firm has failed"
    )
    override: dict[Literal[Archetype, "market"], dict[str, Any]] = Field(
        default_factory=dict[Literal[Archetype, "market"], dict[str, Any]],
        description="archetype or market → calibration figure → value; `figure.spread` → log-SD",
    )


def rooms() -> dict[str, type[Section]]:
    """Return the sections that rooms of the world declare, by key."""
    return {key: _model(place) for key, place in ROOMS.items()}


def parse(raw: bytes, where: str) -> dict[str, Any]:
    """Return the keys of a scenario file, not yet checked. Raises: InputError."""
    if len(raw) > _LARGEST:
        raise InputError("too large for a scenario", value=f"{len(raw)} bytes", where=where)
    try:
        found: Any = yaml.load(raw.decode("utf-8"), _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError("not usable YAML", value=error.problem, where=where + line) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise InputError("not usable YAML", value=str(error), where=where) from None
    if not isinstance(found, dict):
        raise InputError("a scenario is a table of keys", value=found, where=where)
    table = cast(dict[Any, Any], found)
    wrong = _other_than_text(table)
    if wrong is not None:
        mend = "quote it; YAML reads yes, no, on, off and numbers as values"
        raise InputError("a key is not a word", value=wrong, where=where, mend=mend)
    return table


def check(table: Mapping[str, Any], where: str) -> tuple[ScenarioFile, dict[str, Section]]:
    """Return the checked keys of a scenario, and the sections of rooms by key.

    `where` is the file, for errors. Raises: InputError.
    """
    file = read_strictly(_whole(), table, what="the scenario", where=where)
    if not sum(file.mix.values()):
        raise InputError("the mix is empty", value=dict(file.mix), where=f"{where}: mix")
    return file, {key: getattr(file, key) for key in ROOMS}


def keys_table() -> str:
    """Return every key of a scenario file as a Markdown table: what docs/scenarios.md holds."""
    schema = _whole().model_json_schema()
    lines = ["| key | value | default | says |", "|---|---|---|---|", *_rows(schema, schema, "")]
    return "\n".join(lines) + "\n"


def _model(place: str) -> type[Section]:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


@cache
def _whole() -> type[ScenarioFile]:
    fields: dict[str, Any] = {
        key: (kind, Field(kind(), description=(kind.__doc__ or "").split("\n")[0]))
        for key, kind in rooms().items()
    }
    return create_model("WholeScenarioFile", __base__=ScenarioFile, **fields)


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without what a scenario has no use for: aliases, tags, keys given twice."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        reader: Any = self  # the parser's part has no types
        event = reader.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _unusable("an alias (*)", event)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _unusable("nested too deep", event)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set[str]()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise _unusable(f"the key {name!r} stands twice", key)
            seen.add(name)
        return super().construct_mapping(node, deep)


def _unusable(what: str, place: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=place.start_mark)


def _other_than_text(value: Any) -> Any:
    """Return the first key that is no text, or None."""
    if isinstance(value, dict):
        for key, held in cast(dict[Any, Any], value).items():
            found = key if not isinstance(key, str) else _other_than_text(held)
            if found is not None:
                return found
    if isinstance(value, list):
        each = cast(list[Any], value)
        return next((f for held in each if (f := _other_than_text(held)) is not None), None)
    return None


def _rows(whole: Mapping[str, Any], table: Mapping[str, Any], path: str) -> list[str]:
    rows = list[str]()
    needed = table.get("required", ())
    for key, entry in table["properties"].items():
        kind: Mapping[str, Any] = _resolved(whole, entry)
        inner = kind
        mark = ""
        if kind.get("type") == "array":
            inner, mark = _resolved(whole, kind["items"]), "[]"
        default = "required" if key in needed else f"`{_shown(entry.get('default'))}`"
        if "properties" in inner:
            default = "" if key not in needed else default
        says = entry.get("description", kind.get("description", "")).replace("|", "\\|")
        rows.append(f"| `{path}{key}{mark}` | {_value(whole, kind)} | {default} | {says} |")
        if "properties" in inner:
            rows += _rows(whole, inner, f"{path}{key}{mark}.")
    return rows


def _resolved(whole: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in entry:
        return {**whole["$defs"][entry["$ref"].rsplit("/", 1)[1]], **entry}
    return entry


def _value(whole: Mapping[str, Any], kind: Mapping[str, Any]) -> str:
    """Return in words what may stand for a key."""
    if "anyOf" in kind:
        return " or ".join(_value(whole, _resolved(whole, one)) for one in kind["anyOf"])
    if "enum" in kind:
        return ", ".join(f"`{_shown(one)}`" for one in kind["enum"])
    if "const" in kind:
        return f"`{_shown(kind['const'])}`"
    if kind.get("type") == "array":
        return "list of " + _value(whole, _resolved(whole, kind["items"]))
    if kind.get("format") == "date":
        return "date"
    name = _NAMES.get(str(kind.get("type", "any")), "any")
    low = kind.get("minimum", kind.get("exclusiveMinimum"))
    high = kind.get("maximum", kind.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f"{name}, {low} to {high}"
    return f"{name}, at least {low}" if low is not None else name


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str({} if value is None else value)


def main() -> None:
    """Write the table of keys into docs/scenarios.md of this checkout."""
    page = Path(__file__).parents[2] / "docs" / "scenarios.md"
    head = page.read_text("utf-8").split("| key |")[0].rstrip()
    page.write_text(f"{head}\n\n{keys_table()}", "utf-8")


if __name__ == "__main__":
    main()
