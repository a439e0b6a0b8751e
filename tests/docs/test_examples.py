"""Every script in examples/ runs as a user would run it, and says what it is there to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from ..llm.server import Calls, serving
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
    "ablation_notebook.py": "bill    last …±…\nbill    alone …±…",
    "bank_feed.py": "first 4\nagain 0\nbalance 1,470.41 EUR\n"
    "refused: not an amount: 89,9.9 (line 2); write it like 1234.50",
    "invoice_finance.py": "Yes: … at a cost of 424.58 …\nYes: … at a cost of 393.36 …\n"
    "advance:I0000085: … at a cost of …\n…assets:cash:BANK\n…\n…liabilities:loans:…",
    "llm_client.py": "asks core_brief {}\nYou have enough cash.",
    "replace_forecast.py": "…cash_brain.cash_forecast …\n  lowest P10: …\n  …\n"
    "…past.as_it_was …\n  lowest P10: …\n  …",
    "rl_baseline.py": "round 1: best of 12 gains … yuan a world\n"
    "on 24 unseen worlds: … ± … yuan against the owner",
    "paired_simulation.py": "120 rows, sha256 …: the same for the same seed\n"
    "…\ncontractor always_discount … firms, wealth … ± … against the owner\n…",
}

WORDS = {"rl_baseline.py": ["1"]}
"""What a script is given here, where its own choice takes longer."""


def test_every_script_has_something_to_say():
    assert sorted(p.name for p in (ROOT / "examples").glob("*.py")) == sorted(EXAMPLES)


def test_examples_are_short():
    for name in EXAMPLES:
        assert (ROOT / "examples" / name).read_text("utf-8").count("\n") <= 70, name


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str, tmp_path: Path):
    with ExitStack() as open_ones:
        words, model = WORDS.get(name, []), None
        if name == "ablation_notebook.py":
            _needs("marimo")
        if name == "llm_client.py":
            _needs("litellm")
            script = [Calls([("core_brief", {})]), "You have enough cash."]
            model = open_ones.enter_context(serving(script))
            words = ["openai/scripted", model.url, "How is our cash?"]
        _runs(name, words, tmp_path)
        if model is not None:
            told = model.requests[-1]["messages"][-1]
            answer, _ = json.JSONDecoder().raw_decode(told["content"])
            assert answer["cash"] > 0, "it was told what the tool said"


def _needs(package: str) -> None:
    # Looked for, not imported: litellm's import costs seconds.
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: THIS EXAMPLE WAS NOT TRIED")


def _runs(name: str, words: list[str], tmp_path: Path) -> None:
    # litellm warns of its own use of pydantic.
    strict = [] if name == "llm_client.py" else ["-W", "error"]
    done = subprocess.run(
        [sys.executable, *strict, str(ROOT / "examples" / name), *words],
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
