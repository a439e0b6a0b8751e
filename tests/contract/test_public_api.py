"""The public surface is written down, and nothing of it goes undocumented.

`public_api.json` is changed by hand, on purpose, together with what it names.
"""

from __future__ import annotations

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import aicfo_sdk
import aicfo_sdk.model
from aicfo_sdk.cli.table import COMMANDS
from aicfo_sdk.registry import discover

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = json.loads(
    Path(__file__).with_name("public_api.json").read_text("utf-8")
)
MODULES = ("aicfo_sdk", "aicfo_sdk.model", "aicfo_sdk.testing", "aicfo_sim")
PLAIN = {"PPM", "RECORDS", "RULES"}
"""Constants: what they say stands beside them in the source."""


def public(module: str) -> dict[str, Any]:
    loaded = import_module(module)
    return {name: getattr(loaded, name) for name in loaded.__all__}


@pytest.mark.parametrize("module", MODULES)
def test_the_public_names_are_those_of_the_contract(module: str):
    assert import_module(module).__all__ == CONTRACT["names"][module]


def test_names_are_sorted_as_a_reader_looks_for_them():
    for module, names in CONTRACT["names"].items():
        constants = [n for n in names if n.isupper()]
        classes = [n for n in names if not n.isupper() and n[0].isupper()]
        rest = [n for n in names if n not in constants and n not in classes]
        assert names == sorted(constants) + sorted(classes) + sorted(rest), module


def test_commands_are_those_of_the_contract():
    assert sorted(COMMANDS) == CONTRACT["commands"]


def test_tools_and_what_they_return_are_those_of_the_contract():
    tools = discover().tools.values()
    ours = {t.full_name: t.signature.returns.label for t in tools if t.plugin.name in _OURS}
    assert ours == CONTRACT["tools"]


def test_entry_point_groups_are_those_of_the_contract():
    groups: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("**/pyproject.toml")):
        if {".venv", "third_party"} & set(path.parts):
            continue
        project = tomllib.loads(path.read_text("utf-8")).get("project", {})
        for group, entries in project.get("entry-points", {}).items():
            groups.setdefault(group, []).extend(entries)
    assert {group: sorted(names) for group, names in groups.items()} == CONTRACT["entry_points"]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_says_what_it_is(module: str):
    import typing

    for name, value in public(module).items():
        if name in PLAIN or typing.get_origin(value) is not None:
            continue
        text = vars(value).get("__doc__") if isinstance(value, type) else value.__doc__
        assert text, f"{module}.{name} has no docstring"
        for part, method in _methods(value):
            assert method.__doc__, f"{module}.{name}.{part} has no docstring"


@pytest.mark.parametrize("name", aicfo_sdk.model.__all__)
def test_every_field_of_a_model_is_described(name: str):
    model = getattr(aicfo_sdk.model, name)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return
    for field, info in model.model_fields.items():
        # A discriminator holds one word and says it.
        assert info.description or field == "kind", f"{name}.{field} has no description"


def test_every_tool_has_a_title_and_a_line_of_text():
    for tool in discover().tools.values():
        if tool.plugin.name not in _OURS:
            continue
        assert tool.title, f"{tool.full_name} has no title"
        assert tool.description, f"{tool.full_name} has no docstring"
        first = (tool.__doc__ or "").split("\n")[0]
        assert first.endswith("."), f"{tool.full_name}: the first line is a whole sentence"


def test_every_command_stands_in_the_readme():
    text = (ROOT / "README.md").read_text("utf-8")
    for command in COMMANDS:
        assert re.search(rf"`aicfo {command}[ `]", text), f"aicfo {command} is not in README.md"


def test_every_tool_of_a_plugin_stands_in_its_readme():
    for plugin in ("bill", "cash_brain", "tender"):
        text = (ROOT / "plugins" / plugin / "README.md").read_text("utf-8")
        for name in discover().plugins[plugin].tools:
            assert f"`{name}" in text, f"{plugin}.{name} is not in plugins/{plugin}/README.md"


_OURS = ("core", "bill", "cash_brain", "tender")


def _methods(value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, type) or not value.__module__.startswith("aicfo_"):
        return []
    return [
        (name, part.fget if isinstance(part, property) else part)
        for name, part in vars(value).items()
        if not name.startswith("_")
        and (isinstance(part, property) or callable(part))
        and not _inherits_text(value, name)
    ]


def _inherits_text(value: type, name: str) -> bool:
    """Whether a base says already what a method of this name does."""
    return any(getattr(vars(base).get(name), "__doc__", None) for base in value.__mro__[1:])
