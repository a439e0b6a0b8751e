"""The conformance kit: everything that a good plugin does, tried in one go.

    report = check("my_plugin/")
    assert report.ok, report.text

Or as a test class, where each rule is a test of its own:

    class TestMine(PluginConformance):
        target = "my_plugin/"
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from ..books.port import Books
from ..errors import AicfoError, NotFound
from ..model.base import digest
from ..plugin import Plugin
from ..registry import AnyTool
from .behaviour import endless, place_of, tool_findings
from .distribution import Distribution, Entry, find, load
from .manifest import manifest_findings, question_findings, signature_findings
from .merchants import ARCHETYPES, merchants
from .rules import RULES, Finding, one_line
from .source import source_findings
from .trial import LIMIT, Trial, answer

_CHILD_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found."""

    distribution: str
    plugins: tuple[str, ...]
    tools: tuple[str, ...]
    merchants: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    """What could not be tried, and why."""

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.findings

    @property
    def text(self) -> str:
        """All findings and notes, one a line."""
        return "\n".join([*(found.text for found in self.findings), *self.notes])

    def of(self, rule: str) -> tuple[Finding, ...]:
        """Return the findings of one rule."""
        return tuple(found for found in self.findings if found.rule == rule)


def check(
    target: str | Path,
    *,
    archetypes: Sequence[str] = ARCHETYPES,
    seed: int = 7,
    deadline: float = 10.0,
    new_process: bool = True,
) -> Report:
    """Return what a plugin breaks: a folder with its `pyproject.toml`, or an installed name.

    Its code runs in this process, with your rights, over one synthetic merchant of each archetype;
    one call may take `deadline` seconds, and a run that lasts longer than six times that (at least
    a minute) is ended. With `new_process` a second process answers everything first, in which sets
    have another order; a plugin that ends that process is not asked in this one. Equal arguments
    give equal findings, the deadline's aside. Raises: InputError, NotFound for a target that is no
    plugin's.
    """
    found = find(target)
    notes: list[str] = []
    findings = [*found.findings, *source_findings(found.files, found.root, found.own)]
    plugins = list(_loaded(found, findings))
    where = _merchants(archetypes, seed, notes)
    unreadable = {plugin.name: list(signature_findings(plugin)) for plugin, _ in plugins}
    limit = max(LIMIT, 6 * deadline)
    said: dict[str, Any] = {}
    if new_process and plugins and not any(unreadable.values()):
        said = _other_process(target, where, seed, limit, notes)
        findings += [Finding("weight", plugins[0][0].name, 0, "", heavy) for heavy in said["heavy"]]
    for plugin, entry in plugins:
        if unreadable[plugin.name]:
            findings += unreadable[plugin.name]
            continue
        findings += manifest_findings(plugin, found, entry)
        if "ended" in said:
            findings.append(Finding("crash", plugin.name, 0, "", said["ended"]))
            continue
        trial = Trial(plugin, limit=limit)
        findings += question_findings(trial)
        for tool in plugin.tools.values():
            if why := _untried(trial, tool, where):
                notes.append(f"{tool.full_name} was not tried: {why}")
            if (after := said.get("endless", {}).get(tool.full_name)) is not None:
                findings.append(endless(tool, after))
                continue
            broken = list(
                tool_findings(trial, tool, [books for _, books in where], deadline=deadline)
            )
            findings += broken
            if "answers" in said and not any(one.rule == "deadline" for one in broken):
                findings += _repeated(trial, tool, where, said["answers"])
    return Report(
        distribution=f"{found.name} {found.version}".strip(),
        plugins=tuple(plugin.name for plugin, _ in plugins),
        tools=tuple(t.full_name for plugin, _ in plugins for t in plugin.tools.values()),
        merchants=tuple(f"{archetype}, seed {seed}" for archetype, _ in where),
        findings=_sorted(findings, found.root),
        notes=tuple(notes),
    )


def _loaded(found: Distribution, findings: list[Finding]) -> Iterator[tuple[Plugin, Entry]]:
    missing = {finding.where for finding in findings if finding.rule == "loads"}
    for entry in found.entries:
        if entry.name in missing:
            continue
        try:
            yield load(entry), entry
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an import may raise anything
            said = (
                str(error) if isinstance(error, AicfoError) else f"{type(error).__name__}: {error}"
            )
            findings.append(Finding("loads", entry.name, 0, entry.value, " ".join(said.split())))


Where = list[tuple[str, Books]]


def _merchants(archetypes: Sequence[str], seed: int, notes: list[str]) -> Where:
    try:
        return list(zip(archetypes, merchants(archetypes, seed), strict=True))
    except NotFound as error:
        if "install aicfo-sim" not in str(error):
            raise
        notes.append(f"tools were not asked anything: {error}")
        return []


def _untried(trial: Trial, tool: AnyTool, where: Where) -> str:
    """Return why no merchant's books let this tool be asked, or ""."""
    why = ""
    for _, books in where:
        sets = list(trial.asked(tool, books))
        errors = [trial.plan_error(tool, arguments) for arguments in sets]
        if any(error is None for error in errors):
            return ""
        why = str(errors[0]) if errors else "no value was found for what it must be given"
    return why


def _other_process(
    target: str | Path, where: Where, seed: int, limit: float, notes: list[str]
) -> dict[str, Any]:
    """Ask a new process, in which sets have another order.

    Returns what importing loads (`heavy`), and digests of `answers`, or how the process `ended`.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "answers.json")
        names = ",".join(archetype for archetype, _ in where)
        given = str(Path(target).resolve()) if Path(target).is_dir() else str(target)
        words = [sys.executable, "-m", "aicfo_sdk.testing.child", given, names, str(seed)]
        own = os.environ.get("PYTHONHASHSEED", "random")
        environment = {
            **os.environ,
            "PYTHONHASHSEED": "1" if own != "1" else "2",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        try:
            done = subprocess.run(
                [*words, str(limit), str(out)], capture_output=True, text=True, check=False,
                env=environment, timeout=max(_CHILD_SECONDS, 10 * limit),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            return {"heavy": [], "ended": f"asking its tools did not end in {error.timeout:g} s"}
        except OSError as error:
            notes.append(f"a new process was not asked: {type(error).__name__}: {error}")
            return {"heavy": []}
        if not out.is_file():
            why = one_line(done.stderr[-300:]) or "without a word"
            code = f"a new process that asked its tools ended with code {done.returncode}: {why}"
            return {"heavy": [], "ended": code}
        return json.loads(out.read_text("utf-8"))


def _repeated(trial: Trial, tool: AnyTool, where: Where, told: dict[str, str]) -> Iterator[Finding]:
    """Hold a tool's answers against what it said in the other process."""
    for key, text in _answers(trial, tool, where):
        if told.get(key, digest(text)) != digest(text):
            file, line = place_of(tool)
            seen = "another process, with another order of sets, says something else"
            yield Finding("repeat", tool.full_name, line, file, seen)
            return


def _answers(trial: Trial, tool: AnyTool, where: Where) -> Iterator[tuple[str, str]]:
    if tool.external:
        return
    for place, (_, books) in enumerate(where):
        for number, arguments in enumerate(trial.asked(tool, books)):
            told = answer(tool, trial.run(tool, books, arguments))
            yield f"{tool.full_name} {place} {number}", told


def _sorted(findings: list[Finding], root: Path) -> tuple[Finding, ...]:
    """Return findings in the order of the rules, each once, files told from the folder."""
    order = {rule: place for place, rule in enumerate(RULES)}
    found: dict[tuple[str, str, str, int], Finding] = {}
    for one in findings:
        path = Path(one.file)
        if path.is_absolute() and path.is_relative_to(root):
            one = one._replace(file=path.relative_to(root).as_posix())
        one = one._replace(seen=one_line(one.seen))
        found.setdefault((one.rule, one.where, one.file, one.line), one)
    return tuple(sorted(found.values(), key=lambda f: (order[f.rule], f.file, f.line, f.where)))


@lru_cache(maxsize=8)
def _checked(target: str, archetypes: tuple[str, ...], seed: int, deadline: float) -> Report:
    return check(target, archetypes=archetypes, seed=seed, deadline=deadline)


class PluginConformance:
    """A pytest class with one test a rule; set `target` to a folder or an installed name."""

    target: ClassVar[str | Path]
    archetypes: ClassVar[Sequence[str]] = ARCHETYPES
    seed: ClassVar[int] = 7
    deadline: ClassVar[float] = 10.0

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Make a test of each rule."""
        if "conformance_rule" in metafunc.fixturenames:
            metafunc.parametrize("conformance_rule", list(RULES))

    def test_conformance(self, conformance_rule: str) -> None:
        """Fail with each finding of one rule on a line."""
        report = _checked(str(self.target), tuple(self.archetypes), self.seed, self.deadline)
        found = report.of(conformance_rule)
        assert not found, "\n".join(["", *(finding.text for finding in found)])
