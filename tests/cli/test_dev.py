"""`aicfo dev`: a plugin's tools asked again after each save, or one of them once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import aicfo_sdk.cli.dev as dev
from aicfo_sdk.testing.reload import changes, loaded_again, stamps

from .conftest import Run
from .test_cli import fits, one_clear_line

PROJECT = """
[project]
name = "aicfo-lender"
version = "0.1.0"
dependencies = ["aicfo-sdk"]
[project.entry-points."aicfo.plugins"]
lender = "aicfo_lender:plugin"
"""
SOURCE = '''
"""Draws what is asked for."""
from datetime import timedelta
from aicfo_sdk import Context, Plugin
from aicfo_sdk.model import Advice, CreditLine, DrawLoan, Proposal

plugin = Plugin("lender", version="0.1.0")

@plugin.tool(reads=[CreditLine])
def draw(ctx: Context, amount: int = 10_000, word: str = "so") -> Advice:
    """Advice to draw an amount, minor units."""
    if amount < 0:
        raise ValueError("below nothing")
    line = next(ctx.books.all(CreditLine))
    action = DrawLoan(day=ctx.today, line=line.id, account="A", amount=amount, fee=1,
                      rate_ppm=40_000, due=ctx.today + timedelta(days=30))
    proposal = Proposal(action=action, reason=word, evidence=(line.ref,))
    return Advice(id="draw", kind="info", money=amount, title="Draw", proposals=(proposal,),
                  evidence=(line.ref, "CreditLine:gone"))
'''


@pytest.fixture
def lender(tmp_path: Path) -> Path:
    folder = tmp_path / "lender"
    (folder / "aicfo_lender").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT, "utf-8")
    (folder / "aicfo_lender/__init__.py").write_text(SOURCE, "utf-8")
    return folder


def saved(folder: Path, old: str, new: str) -> None:
    path = folder / "aicfo_lender/__init__.py"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    # Within the same second and of the same size, as an editor may.
    os.utime(path, ns=(0, path.stat().st_mtime_ns))


def test_one_call_shows_plan_answer_evidence_and_postings(aicfo: Run, lender: Path, shop: Path):
    done = aicfo("dev", lender, "draw", "amount=2500", "word=007", "--books", shop, "--json")
    fits(done, "dev")
    said = done.json
    assert [step["tool"] for step in said["steps"]] == ["lender.draw"]
    assert said["result"]["money"] == 2500
    assert said["evidence"]["CreditLine:L"]["lender"] == "MYbank"
    assert said["evidence"]["CreditLine:gone"] is None
    (proposal,) = said["proposals"]
    assert proposal["reason"] == "007", "text stays text"
    assert dict(proposal["postings"])["assets:cash:A"] == 2499
    assert sum(amount for _, amount in proposal["postings"]) == 0
    shown = aicfo("dev", lender, "lender.draw", "--books", shop).out
    assert "plan for lender.draw()" in shown
    assert "NOT in the books" in shown
    assert "proposes: draw_loan 100.00 on 2026-03-02" in shown
    assert "99.99  assets:cash:A" in shown


def test_it_writes_nothing_into_the_books(aicfo: Run, lender: Path, shop: Path):
    assert aicfo("dev", lender, "draw", "--books", shop).code == 0
    assert aicfo("proposals", "--books", shop, "--json").json["proposals"] == []
    assert aicfo("runs", "--books", shop, "--json").json["runs"] == []


def test_what_goes_wrong_is_told_with_its_line(aicfo: Run, lender: Path, shop: Path):
    failed = aicfo("dev", lender, "draw", "amount=-1", "--books", shop)
    assert failed.code == 1
    assert 'aicfo_lender/__init__.py:13  raise ValueError("below nothing")' in failed.out
    wrong = aicfo("dev", lender, "draw", "amount=much", "--books", shop)
    assert (wrong.code, "a bad argument: much (lender.draw argument amount)" in wrong.out) == (2, 1)
    one_clear_line(aicfo("dev", lender, "draw", "amount", "--books", shop), "NAME=VALUE")
    one_clear_line(aicfo("dev", lender, "lend", "--books", shop), "no such tool", "draw")
    one_clear_line(aicfo("dev", lender, "--json"), "one call")
    one_clear_line(aicfo("dev", lender, "draw", "--every", "0"), "no such pause")
    one_clear_line(aicfo("dev", shop.parent / "nowhere", "draw"), "not a plugin's folder")


Step = Callable[[], None]


def looks(*steps: Step) -> Step:
    """A pause in which the next step happens; after the last one comes Ctrl-C."""
    left: Iterator[Step] = iter(steps)

    def sleep() -> None:
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    return sleep


def nothing() -> None:
    return None


def test_a_change_is_told_once_when_it_has_settled(lender: Path):
    (lender / "dist").mkdir()
    sleep = looks(
        nothing,
        lambda: saved(lender, "so", "s1"),
        lambda: saved(lender, "s1", "s2"),
        nothing,
        (lender / "dist/made.py").touch,
        nothing,
    )
    seen = changes(lender, sleep=sleep)
    assert (next(seen), next(seen)) == (0, 1)
    with pytest.raises(KeyboardInterrupt):
        next(seen)
    assert all("dist" not in path.parts for path in stamps(lender))


def test_the_loop_goes_on_after_a_source_that_cannot_be_loaded(
    aicfo: Run, lender: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    def write(project: str) -> None:
        (lender / "pyproject.toml").write_text(project, "utf-8")

    sleep = looks(
        lambda: saved(lender, '"so"', '"no"'), nothing,
        lambda: saved(lender, "def draw", "def draw("), nothing,
        lambda: write("["), nothing,
        lambda: write(PROJECT), nothing,
        lambda: saved(lender, "def draw(", "def draw"), nothing,
    )  # fmt: skip
    monkeypatch.setattr(dev.clocks, "sleep", lambda seconds: sleep())
    done = aicfo("dev", lender, "--books", shop)
    assert done.code == 0
    rounds = done.out.split("── load ")[1:]
    assert [text[0] for text in rounds] == list("123456")
    assert "    so\n" in rounds[0]
    assert "    no\n" in rounds[1]
    assert "aicfo_lender/__init__.py:10" in rounds[2]
    assert "SyntaxError" in rounds[2]
    assert "not TOML" in rounds[3]
    assert "SyntaxError" in rounds[4]
    assert "    no\n" in rounds[5]
    assert f"npx {dev._INSPECTOR} -- aicfo serve --books {shop}" in rounds[0]


def test_the_source_is_read_anew_however_fast_it_was_saved(lender: Path):
    one = loaded_again(lender)
    saved(lender, '"so"', '"no"')
    two = loaded_again(lender)
    words = [found.plugins[0].tools["draw"].fn.__defaults__ for found in (one, two)]
    assert words == [(10_000, "so"), (10_000, "no")]
    assert not list(lender.rglob("*.pyc"))


def test_a_new_plugin_answers_at_once_on_a_synthetic_merchant(aicfo: Run, tmp_path: Path):
    assert aicfo("new", "first_try").code == 0
    done = aicfo("dev", "first_try", "first_try", "--archetype", "shop", "--save", "shop.books")
    assert done.code == 0
    assert "plan for first_try.first_try()" in done.out
    assert '"days": 28' in done.out
    assert aicfo("audit", "verify", "--books", "shop.books").code == 0
    one_clear_line(aicfo("dev", "first_try", "first_try", "--save", "shop.books"), "there already")
