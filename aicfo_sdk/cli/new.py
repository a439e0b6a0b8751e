"""`aicfo new`: a plugin to begin with, in Python or as an MCP server in TypeScript."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from ..errors import InputError
from .arguments import emit, parser
from .outputs import NewOutput

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_SUFFIX = ".tmpl"
_PYTHON, _TYPESCRIPT = "plugin", "mcp_typescript"
_INSTALLING = ('pip install -e ".[dev]"', "aicfo check .", "pytest")
_MOUNTING = (
    "npm install",
    "npm test",
    'aicfo plugins add @NAME@ --fact Advice@1 --read . --command node "$PWD/dist/src/main.js"',
)
_RESERVED = frozenset({"core", "bill", "cash_brain", "tender", "sdk", "sim", "seeds"})


def run(words: list[str]) -> int:
    """Write a new plugin's folder, whole or not at all."""
    made = parser("new", "Write a plugin to begin with: one tool, tests, CI.", books=False)
    made.add_argument("name", metavar="NAME", help="like invoice_finance")
    made.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="where (here)")
    made.add_argument(
        "--mcp-typescript", action="store_true", help="an MCP server in TypeScript, to be mounted"
    )
    options = made.parse_args(words)
    name = _checked(options.name)
    folder: Path = options.into / name
    files = write(name, folder, template=_TYPESCRIPT if options.mcp_typescript else _PYTHON)
    commands = [f"cd {folder}", *(_MOUNTING if options.mcp_typescript else _INSTALLING)]
    commands = [command.replace("@NAME@", name) for command in commands]
    output = NewOutput(folder=str(folder), files=files, next=commands)
    lines = [f"made {folder}/", *(f"  {file}" for file in files), "", "go on with"]
    emit(output, options.json, [*lines, *(f"  {command}" for command in commands)])
    return 0


def write(name: str, folder: Path, *, template: str = _PYTHON) -> list[str]:
    """Write a template's files into a new folder; return their names within it.

    Raises: InputError when something is there already or cannot be written.
    """
    if folder.exists():
        raise InputError("something is there already", value=str(folder), mend="take another name")
    if not folder.parent.is_dir():
        raise InputError("no such folder", value=str(folder.parent), where="--into")
    words = name.split("_")
    filled = {
        "NAME": name,
        "PACKAGE": f"aicfo_{name}",
        "DISTRIBUTION": f"aicfo-{'-'.join(words)}",
        "FACT": "".join(map(str.capitalize, words)),
        "TITLE": " ".join([words[0].capitalize(), *words[1:]]),
    }
    source = _TEMPLATES / template
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".aicfo-new-") as scratch:
            made = Path(scratch) / name
            files = sorted(_written(path, source, made, filled) for path in _files(source))
            shutil.move(made, folder)
    except OSError as error:
        raise InputError(
            "the folder cannot be written", value=str(folder), mend=error.strerror or "check it"
        ) from None
    return files


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > 40 or name in _RESERVED:
        mend = "lower-case words joined by _, at most 40 characters, like invoice_finance"
        if name in _RESERVED:
            mend = "this is the name of one of ours; take another"
        raise InputError("not a name for a plugin", value=name, mend=mend)
    return name


def _files(source: Path) -> list[Path]:
    return [path for path in source.rglob(f"*{_SUFFIX}") if path.is_file()]


def _written(path: Path, source: Path, made: Path, filled: dict[str, str]) -> str:
    place = path.relative_to(source).as_posix().removesuffix(_SUFFIX)
    place = place.replace("PACKAGE", filled["PACKAGE"]).replace("NAME", filled["NAME"])
    text = path.read_text("utf-8")
    for word, value in filled.items():
        text = text.replace(f"@{word}@", value)
    target = made / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8", newline="\n")
    return place
