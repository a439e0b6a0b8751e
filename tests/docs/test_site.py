"""The documentation site: every page is reached, and the reference says all there is."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from typing import Any

import aicfo_sdk.model
from aicfo_sdk.cli.table import COMMANDS
from aicfo_sdk.parameters import parameters
from aicfo_sdk.registry import discover

ROOT = Path(__file__).parents[2]


def site() -> Any:
    spec = importlib.util.spec_from_file_location("site_builder", ROOT / "docs" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages(entries: list[dict[str, Any]]) -> set[str]:
    found: set[str] = set()
    for entry in entries:
        for value in entry.values():
            found |= pages(value) if isinstance(value, list) else {value}
    return found


def test_every_page_stands_in_the_navigation_and_every_entry_is_a_page():
    nav = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["nav"]
    written = {path.name for path in (ROOT / "docs").glob("*.md")}
    made = {f"reference/{name}.md" for name in site().reference()}
    assert pages(nav) == written | made | {"index.md"}


def test_the_reference_names_every_command_tool_model_and_parameter():
    text = site().reference()
    assert all(f"`aicfo {name}" in text["commands"] for name in COMMANDS)
    ours = ("core", "bill", "cash_brain", "tender")
    for name in discover().tools:
        if name.partition(".")[0] in ours:
            assert f"## `{name}`" in text["tools"]
    models = text["records"] + text["facts"] + text["actions"]
    for name in aicfo_sdk.model.RECORDS:
        assert f"## `{name}`" in models
    for name in parameters().names():
        assert f"| `{name}` |" in text["parameters"]


def test_the_front_page_links_only_to_pages_of_the_site():
    import re

    names = {path.name for path in (ROOT / "docs").glob("*.md")}
    for link in re.findall(r"\]\(([^)#]+)", site()._index()):
        assert link.startswith("http") or link in names, link
