"""The code blocks of a Markdown page, and how each kind of them is proven.

What a fence says:

    python                   run as a file of its own; a `text` block right after it is its output
    console                  each `$ ` line runs in a shell; the lines under it are its output
    json, toml, yaml         must parse
    anything title="a/b.py"  is written to that file; with `add` it is added at its end
    text, mermaid            prose

In expected output `…` stands for anything within a line, a line of only `…` for any lines. A
command may end in another code than 0 when its line says so: `# exit 2`. All blocks of a page
run in one folder, one after the other.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
RUN = ("python", "console", "json", "toml", "yaml")
PROSE = ("text", "mermaid")

_FENCE = re.compile(r"^```(\w*)([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'title="([^"]+)"')
_EXIT = re.compile(r"#\s*exit (\d+)\s*$")
SECONDS = 1200
"""Against a command that hangs: a busy machine takes minutes for what takes seconds elsewhere."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the rest of the fence, its text, the line it starts on."""

    language: str
    info: str
    text: str
    line: int
    output: str | None = None

    @property
    def title(self) -> str:
        """The file that it is written to, or ""."""
        found = _TITLE.search(self.info)
        return found[1] if found else ""


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page; a `text` block right after a `python` one becomes its output."""
    source = page.read_text("utf-8")
    found: list[Block] = []
    end = 0
    for match in _FENCE.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        block = Block(match[1], match[2].strip(), match[3], line)
        last = found[-1] if found else None
        touching = not source[end : match.start()].strip()
        if block.language == "text" and touching and last and last.language == "python":
            found[-1] = Block(last.language, last.info, last.text, last.line, block.text)
        else:
            found.append(block)
        end = match.end()
    return found


@dataclass
class Page:
    """A page being run in `folder`, where pip also installs what the page installs."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        site = self.folder / ".site"
        places = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AICFO_", "PYTEST_"))},
            "PATH": os.pathsep.join(places),
            "PYTHONPATH": str(site),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "100",
            # What aicfo remembers of the plugins that a page installs stays with the page.
            "AICFO_HOME": str(self.folder / ".aicfo"),
            # What a reader's pip would fetch is here already, and the suite's own venv stays as is.
            "PIP_TARGET": str(site),
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PIP_UPGRADE": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }
        # A reader stands in a clone: the examples are there, and so are its settings for pytest.
        for name in ("examples", "pyproject.toml", "conftest.py"):
            (self.folder / name).symlink_to(ROOT / name)

    def prove(self, block: Block, where: str) -> None:
        """Run, parse or write one block. Raises: AssertionError naming page and line."""
        if block.title:
            self._write(block)
        elif block.language == "python":
            self._python(block, where)
        elif block.language == "console":
            self._console(block, where)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "yaml":
            yaml.safe_load(block.text)
        else:
            assert block.language in PROSE, f"{where}: a block of no known kind: {block.language!r}"

    def _write(self, block: Block) -> None:
        path = self.folder / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_text("utf-8") if block.info.endswith(" add") else ""
        path.write_text(old + block.text, "utf-8")

    def _python(self, block: Block, where: str) -> None:
        script = self.folder / f"line_{block.line}.py"
        script.write_text(block.text, "utf-8")
        code, out = self._run([sys.executable, "-W", "error", str(script)])
        assert code == 0, f"{where} ended with {code}:\n{out}"
        if block.output is not None:
            assert matches(block.output, out), f"{where} printed\n{out}\nnot\n{block.output}"

    def _console(self, block: Block, where: str) -> None:
        for command, expected in commands(block.text):
            if command.startswith("export "):
                name, _, value = command.removeprefix("export ").partition("=")
                self.env[name] = value
                continue
            wanted = int(found[1]) if (found := _EXIT.search(command)) else 0
            # The suite is itself a `make test`: of make only the way there is shown to exist.
            folder, shown = self.folder, command
            if command.startswith("make "):
                folder, shown = ROOT, command.replace("make ", "make -n ", 1)
            code, out = self._run(["bash", "-c", shown], folder)
            assert code == wanted, f"{where}: `{command}` ended with {code}:\n{out}"
            if expected.strip():
                assert matches(expected, out), (
                    f"{where}: `{command}` printed\n{out}\nnot\n{expected}"
                )

    def _run(self, words: list[str], folder: Path | None = None) -> tuple[int, str]:
        done = subprocess.run(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=folder or self.folder,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")


def commands(text: str) -> list[tuple[str, str]]:
    """Return each command of a console block with the output shown under it."""
    found: list[tuple[str, list[str]]] = []
    going_on = False
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif going_on:
            found[-1] = (found[-1][0] + "\n" + line, [])
        else:
            assert found, f"a console block starts with a `$ ` line, not {line!r}"
            found[-1][1].append(line)
        going_on = found[-1][0].endswith("\\") and not found[-1][1]
    return [(command, "\n".join(lines)) for command, lines in found]


def matches(expected: str, printed: str) -> bool:
    """Whether what was printed is what the page shows, `…` standing for anything."""
    parts: list[str] = []
    for line in expected.strip("\n").splitlines():
        if line.strip() == "…":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n")
    lines = "".join(line.rstrip() + "\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch("".join(parts), lines) is not None
