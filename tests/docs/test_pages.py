"""Every code block of the documentation runs and prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .pages import ROOT, Page, blocks, commands, matches

# The Chinese tutorial shows the blocks of the English one, which another test makes sure of.
SAME = ROOT / "docs" / "tutorial.zh.md"
SLOW = (
    "README.md",
    *(
        f"docs/{n}.md"
        for n in (
            "tutorial safety policy mcp chat importing simulation experiments validation watch "
            "conformance plugin.zh importing.zh"
        ).split()
    ),
)
PAGES = sorted(
    page
    for pattern in ("README.md", "docs/*.md", "plugins/*/README.md", "sim/README.md")
    for page in ROOT.glob(pattern)
)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name(page), marks=[pytest.mark.slow] * (name(page) in SLOW))
        for page in PAGES
        if page != SAME and blocks(page)
    ],
)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path):
    running = Page(tmp_path)
    for block in blocks(page):
        running.prove(block, f"{name(page)} line {block.line}")


def test_both_languages_of_the_tutorial_show_the_same_code():
    english, chinese = (blocks(ROOT / "docs" / f) for f in ("tutorial.md", "tutorial.zh.md"))
    assert [(b.language, b.info, b.text) for b in english] == [
        (b.language, b.info, b.text) for b in chinese
    ]


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{name(page)} links to {target}"


def test_output_is_compared_line_by_line_with_gaps_where_the_page_says_so():
    assert matches("a … c\n…\nd\n", "a b c\nx\ny\nd\n")
    assert matches("…\nd", "d")
    assert not matches("a\nd", "a\nb\nd")
    assert not matches("a.c", "abc")
    assert not matches("a", "a\nb")


def test_a_command_goes_on_after_a_backslash():
    assert commands("$ a \\\n  b\nout\n$ c # exit 2\n") == [
        ("a \\\n  b", "out"),
        ("c # exit 2", ""),
    ]


def test_a_page_that_is_wrong_fails(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n```\n\n```text\n2\n```\n\n```console\n$ false\n```\n")
    wrong_output, wrong_code = blocks(page)
    (tmp_path / "run").mkdir()
    running = Page(tmp_path / "run")
    with pytest.raises(AssertionError, match="printed"):
        running.prove(wrong_output, "page")
    with pytest.raises(AssertionError, match="ended with 1"):
        running.prove(wrong_code, "page")
