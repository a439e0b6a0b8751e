"""The conformance kit finds each planted fault, with its line, and passes what is good."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from aicfo_sdk.cli.new import write
from aicfo_sdk.errors import InputError, NotFound
from aicfo_sdk.testing import RULES, Report, check
from aicfo_sdk.testing.junit import junit
from aicfo_sdk.testing.source import source_findings

from .planted import OTHERWISE, PLANTED

NEW_PROCESS = {"weight"}
"""Rules that only a new process shows broken."""


def planted(rule: str, folder: Path, name: str = "") -> Path:
    """Write the scaffold of `aicfo new` with one fault in it."""
    name = name or f"bad_{rule.replace('-', '_')}"
    write(name, folder / name)
    words = {"NAME": name, "PACKAGE": f"aicfo_{name}"}
    words["FACT"] = "".join(word.capitalize() for word in name.split("_"))

    def filled(text: str) -> str:
        for word, value in words.items():
            text = re.sub(rf"\b{word}\b", value, text)
        return text

    for file, old, new in PLANTED[rule]:
        path = folder / name / filled(file)
        text = path.read_text("utf-8")
        assert filled(old) in text, f"{rule}: {file} has no {filled(old)!r}"
        changed = text.replace(filled(old), filled(new)) if old else text + filled(new)
        path.write_text(changed, "utf-8")
    return folder / name


def test_every_rule_has_a_planted_fault():
    assert sorted(PLANTED) == sorted(RULES)


@pytest.mark.parametrize("rule", sorted(set(PLANTED) - NEW_PROCESS))
def test_a_planted_fault_is_found_with_its_place_and_mend(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)  # which one of the faults leaves
    report = check(
        planted(rule, tmp_path),
        archetypes=("shop", *MORE.get(rule, ())),
        deadline=0.25 if rule == "deadline" else 600.0,
        new_process=False,
    )
    found = report.of(rule)
    assert found, report.text
    assert RULES[rule].mend in found[0].text
    allowed = {rule} | ALSO.get(rule, set())
    assert {finding.rule for finding in report.findings} <= allowed, report.text
    if rule not in WITHOUT_LINE:
        assert found[0].line > 0
        assert (tmp_path / f"bad_{rule.replace('-', '_')}" / found[0].file).is_file()


@pytest.mark.parametrize(("rule", "line", "imports"), OTHERWISE)
def test_a_fault_written_another_way_is_found(rule: str, line: str, imports: str, tmp_path: Path):
    (tmp_path / "odd.py").write_text(f"{imports}\n\n\n{line}\n", "utf-8")
    found = source_findings([tmp_path / "odd.py"], tmp_path, own=set())
    assert {(one.rule, one.line) for one in found} == {(rule, 4)}


@pytest.mark.parametrize(
    "line",
    [
        "date.fromisoformat('2026-03-02')",
        "import_module('decimal').Decimal(1)",
        "getattr(date, 'max')",
        "with suppress(ValueError): ...",
        "Path('a').name",
    ],
)
def test_what_only_looks_like_a_fault_is_none(line: str, tmp_path: Path):
    imports = "from contextlib import suppress\nfrom datetime import date\n"
    imports += "from importlib import import_module\nfrom pathlib import Path\n"
    (tmp_path / "fine.py").write_text(f"{imports}\n{line}\n", "utf-8")
    assert not list(source_findings([tmp_path / "fine.py"], tmp_path, own=set()))


def test_a_tool_that_ends_the_process_is_a_finding_and_not_the_end_of_the_check(tmp_path: Path):
    folder = planted("process", tmp_path, "bad_exit")
    (source,) = folder.glob("aicfo_*/__init__.py")
    source.write_text(source.read_text("utf-8").replace("os.chdir('/')", "os._exit(3)"), "utf-8")
    (found,) = check(folder, archetypes=("shop",)).findings
    assert found.rule == "crash"
    assert "ended with code 3" in found.seen


def test_a_tool_that_never_ends_is_ended_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("aicfo_sdk.testing.conformance.LIMIT", 1.0)
    folder = planted("process", tmp_path, "bad_loop")
    (source,) = folder.glob("aicfo_*/__init__.py")
    text = source.read_text("utf-8").replace("os.chdir('/')", "while True: pass")
    source.write_text(text, "utf-8")
    for new_process in (True, False):
        report = check(folder, archetypes=("shop",), deadline=0.1, new_process=new_process)
        assert [found.rule for found in report.findings] == ["deadline"], report.text
        assert "does not come to an end" in report.text


MORE = {"memory": ("ecommerce",)}
"""Merchants besides a shop on which a fault shows."""
WITHOUT_LINE = {"loads", "entry-point", "version", "dependency", "weight"}
ALSO = {
    # What fails on ordinary books fails on odd ones too; what is never the same is not repeated.
    "crash": {"odd-books", "odd-argument"},
    "future": {"crash", "odd-books", "odd-argument"},
    "repeat": {"memory", "future"},
    "memory": {"repeat"},
    "effect": {"repeat", "future"},
}
"""What a planted fault brings with it of need."""


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(NEW_PROCESS))
def test_a_fault_that_only_a_new_process_shows_is_found(rule: str, tmp_path: Path):
    report = check(planted(rule, tmp_path), archetypes=("shop",))
    assert {finding.rule for finding in report.findings} == {rule}, report.text


@pytest.mark.slow
def test_an_order_of_sets_that_shows_in_an_answer_is_found(tmp_path: Path):
    folder = tmp_path / "bad_sets"
    write("bad_sets", folder)
    source = folder / "aicfo_bad_sets" / "__init__.py"
    text = source.read_text("utf-8")
    one = "tuple(line.ref for line in paid)"
    assert one in text
    source.write_text(text.replace(one, "tuple({line.ref for line in paid})"), "utf-8")
    report = check(folder, archetypes=("shop",))
    assert {finding.rule for finding in report.findings} == {"repeat"}, report.text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bill", "cash_brain", "tender"])
def test_our_own_plugins_break_no_rule(name: str):
    report = check(name)
    assert report.ok, report.text
    assert len(report.merchants) == 3


def test_a_new_plugin_breaks_no_rule(tmp_path: Path):
    write("fresh_start", tmp_path / "fresh_start")
    report = check(tmp_path / "fresh_start", archetypes=("shop",), new_process=False)
    assert report.ok, report.text
    assert report.tools == ("fresh_start.fresh_start",)


def test_a_folder_that_is_no_plugins_says_what_to_do(tmp_path: Path):
    with pytest.raises(InputError, match=r"pyproject\.toml cannot be read"):
        check(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', "utf-8")
    with pytest.raises(InputError, match=r"offers no plugin.*aicfo new"):
        check(tmp_path)
    with pytest.raises(NotFound, match="installed: bill"):
        check("no_such_plugin")


def test_findings_are_written_as_junit_with_a_case_for_each_rule():
    from aicfo_sdk.testing import Finding

    found = Finding("clock", "x.y", 7, "x/__init__.py", "date.today()\x00<")
    report = Report("x 1", ("x",), ("x.y",), (), (found,), ("a note",))
    root = ElementTree.fromstring(junit(report))
    assert (root.get("tests"), root.get("failures")) == (str(len(RULES)), "1")
    failure = root.find("testcase[@name='clock']/failure")
    assert failure is not None
    assert failure.text is not None
    assert "x/__init__.py:7" in failure.text


def test_the_page_lists_the_rules_as_they_are():
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text("utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", page, re.MULTILINE)
    assert listed[: len(RULES)] == [(name, rule.what) for name, rule in RULES.items()]
