"""`aicfo new` and `aicfo check`: a plugin to begin with, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run
from .test_cli import fits, one_clear_line


def test_a_new_plugin_is_written_whole_and_says_what_to_do_next(aicfo: Run, tmp_path: Path):
    done = aicfo("new", "invoice_finance", "--json")
    fits(done, "new")
    assert "aicfo_invoice_finance/__init__.py" in done.json["files"]
    assert {path.name for path in tmp_path.iterdir()} == {"invoice_finance"}
    for path in (tmp_path / "invoice_finance").rglob("*"):
        if path.is_file():
            assert "@" not in path.read_text("utf-8").replace("@v", "").replace("@p", "")


def test_what_is_there_is_never_written_over(aicfo: Run, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    one_clear_line(aicfo("new", "mine"), "something is there already", "another name")
    one_clear_line(aicfo("new", "Mine"), "not a name for a plugin", "invoice_finance")
    one_clear_line(aicfo("new", "bill"), "the name of one of ours")
    one_clear_line(aicfo("new", "x", "--into", "nowhere"), "no such folder", "--into")
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_check_prints_findings_and_exits_with_1(aicfo: Run, tmp_path: Path):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "aicfo-empty"\n[project.entry-points."aicfo.plugins"]\n'
        'empty = "aicfo_empty:plugin"\n',
        "utf-8",
    )
    done = aicfo("check", folder, "--junit", tmp_path / "out.xml", "--archetype", "shop")
    assert done.code == 1
    assert "loads: the plugin cannot be loaded" in done.out
    assert "no package or module aicfo_empty" in done.out
    assert 'failures="1"' in (tmp_path / "out.xml").read_text("utf-8")
    one_clear_line(aicfo("check", tmp_path), "no plugin's folder")
    one_clear_line(aicfo("check", "nobodys"), "neither a folder nor an installed plugin")
    one_clear_line(aicfo("check", folder, "--deadline", "0"), "no such deadline")
