"""Every script in examples/ runs as a user would run it, and says what it is there to say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import ROOT, SECONDS, matches

EXAMPLES = {
    "first_plugin.py": "plan for late.largest_late()\n…\nIf … comes a month late, cash falls to …\n"
    "rests on Invoice:…",
    "ask_books.py": "…\n2026-02-28  现金 100,037.00 CNY\n…\nYes: … is needed and covered …\n"
    "  P… proposed: …",
    "fund_tender.py": "plan for Can we fund tender T-2031?\n…\n"
    "winning at … would lay out … (P95),\n…\nYes: … is needed and covered …\n"
    "…discount_bill …\n…",
    "mcp_client.py": "…\ncore_funding … tender\n…\nexpected cash, fen: [9130000, …]\n"
    "error: InputError: …soon…",
    "paired_simulation.py": "120 rows, sha256 …: the same for the same seed\n"
    "…\ncontractor always_discount … firms, wealth … ± … against the owner\n…",
}


def test_every_script_has_something_to_say():
    assert sorted(p.name for p in (ROOT / "examples").glob("*.py")) == sorted(EXAMPLES)


def test_examples_are_short():
    for name in EXAMPLES:
        assert (ROOT / "examples" / name).read_text("utf-8").count("\n") <= 60, name


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / name)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=SECONDS,
        check=False,
    )
    printed = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, printed
    assert matches(EXAMPLES[name], printed), printed
    assert not list(tmp_path.iterdir()), "an example leaves nothing behind"
