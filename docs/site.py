"""Builds the documentation site: `python docs/site.py [--strict]`.

The reference is made from the code: every public name, tool, command, record, fact, action and
parameter. What has no description fails the build, as it fails the suite.
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
import typing
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from aicfo_sdk import discover
from aicfo_sdk.cli.table import COMMANDS
from aicfo_sdk.model import RECORDS, Action, Fact
from aicfo_sdk.parameters import parameters

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "docs"
MODULES = ("aicfo_sdk", "aicfo_sdk.model", "aicfo_sdk.testing", "aicfo_sim")


def main(words: list[str]) -> int:
    """Write build/docs, then build/site. Returns the builder's exit code."""
    if BUILD.exists():
        shutil.rmtree(BUILD)
    shutil.copytree(ROOT / "docs", BUILD, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (BUILD / "index.md").write_text(_index(), "utf-8")
    for name, text in reference().items():
        path = BUILD / "reference" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    zensical = Path(sys.executable).with_name("zensical")
    return subprocess.run([zensical, "build", "--clean", *words], cwd=ROOT, check=False).returncode


def reference() -> dict[str, str]:
    """Return the reference pages, by name without `.md`."""
    pages: dict[str, Callable[[], Iterable[str]]] = {
        "commands": _commands,
        "tools": _tools,
        "names": _names,
        "records": lambda: _models("Records", "What is so, by the merchant's papers.", _records()),
        "facts": lambda: _models("Facts", "What tools conclude.", _facts()),
        "actions": lambda: _models("Actions", "What tools may propose.", _actions()),
        "parameters": _parameters,
    }
    return {name: "\n".join(make()) + "\n" for name, make in pages.items()}


def _index() -> str:
    """Return the README with its links turned to this site's pages."""
    text = (ROOT / "README.md").read_text("utf-8")
    text = text.replace("](docs/", "](")
    # What stands beside docs/ in the repository has no page here.
    return re.sub(r"\[([^\]]+)\]\((?!https?:|#)(?![\w.-]+\.md)[^)]*\)", r"\1", text)


def _commands() -> Iterable[str]:
    yield "# Commands\n"
    yield "Every command takes `--json` and `--help`. Exit codes: 0 done, 1 failed, 2 bad input, "
    yield "3 denied or approval needed.\n"
    yield "| command | does |\n|---|---|"
    for name, command in COMMANDS.items():
        usage = f"aicfo {name} {command.usage}".strip()
        yield f"| `{_cell(usage)}` | {_cell(command.summary)} |"


def _tools() -> Iterable[str]:
    yield "# Tools\n"
    yield "What the plugins of this repository offer; MCP clients write `_` for the dot.\n"
    for full_name, tool in sorted(discover().tools.items()):
        yield f"## `{full_name}`\n\n{tool.title} · {tool.effect}\n\n{_text(tool.fn)}\n"
        needs = ", ".join(f"`{need.type.__name__}`" for need in tool.signature.needs)
        reads = ", ".join(f"`{kind.__name__}`" for kind in sorted(tool.reads, key=str))
        yield f"Returns `{tool.signature.returns.label}`.\n"
        yield f"Rests on {needs or 'nothing'}; reads {reads or 'no records'}.\n"
        for asked in tool.asks:
            yield f"- “{asked}”"
        yield ""


def _names() -> Iterable[str]:
    yield "# Public names\n"
    for module in MODULES:
        loaded = import_module(module)
        yield f"## {module}\n"
        for name in loaded.__all__:
            value = getattr(loaded, name)
            if module == "aicfo_sdk.model" and _is(value, BaseModel):
                continue  # on the pages of records, facts and actions, field by field
            yield f"### `{name}`\n"
            if callable(value) and not typing.get_origin(value):
                yield f'```python title=""\n{name}{_signature(value)}\n```\n'
            if isinstance(value, type) or inspect.isfunction(value):
                yield f"{_text(value)}\n"


def _models(title: str, about: str, kinds: list[type[BaseModel]]) -> Iterable[str]:
    yield f"# {title}\n\n{about} Amounts are whole minor units.\n"
    for kind in kinds:
        yield f"## `{kind.__name__}`\n\n{_text(kind)}\n\n| field | type | is |\n|---|---|---|"
        for name, field in kind.model_fields.items():
            said = field.description or ""
            if not said and name != "kind":
                raise SystemExit(f"{kind.__name__}.{name} has no description")
            yield f"| `{name}` | `{_type(field.annotation)}` | {_cell(said)} |"
        yield ""


def _records() -> list[type[BaseModel]]:
    import aicfo_sdk.model as model

    return [getattr(model, name) for name in RECORDS]


def _facts() -> list[type[BaseModel]]:
    import aicfo_sdk.model as model

    found = [getattr(model, name) for name in model.__all__]
    return [kind for kind in found if _is(kind, Fact) and kind is not Fact]


def _actions() -> list[type[BaseModel]]:
    return list(typing.get_args(typing.get_args(Action)[0]))


def _parameters() -> Iterable[str]:
    yield "# Parameters\n"
    yield "Numbers of law and market, each from a day on, with its source. A number that was not "
    yield "checked against its source says so.\n"
    yield "| name | value | from | until | source | checked |\n|---|---|---|---|---|---|"
    known = parameters()
    for name in known.names():
        for row in known.rows(name):
            checked = "yes" if row.verified else "no"
            cells = [f"`{name}`", str(row.value), str(row.since), str(row.until or "")]
            cells += [row.source, checked]
            yield f"| {' | '.join(map(_cell, cells))} |"


def _text(value: Any) -> str:
    text = inspect.getdoc(value)
    if not text:
        raise SystemExit(f"{getattr(value, '__qualname__', value)} has no docstring")
    return text


def _signature(value: Any) -> str:
    try:
        return str(inspect.signature(value))
    except (TypeError, ValueError):
        return "(…)"


def _type(kind: Any) -> str:
    text = kind.__name__ if isinstance(kind, type) and not typing.get_args(kind) else str(kind)
    return re.sub(r"\b(?:typing|datetime|aicfo_sdk[\w.]*)\.", "", text).replace("|", "or")


def _is(kind: Any, base: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, base)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
