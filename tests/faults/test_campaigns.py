"""The harness of the fault campaigns tells failure from success; `.ci/run` runs the campaigns."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from . import Skipped, __main__, page
from .running import RESULT, Result, run_here


def planted(monkeypatch: pytest.MonkeyPatch, what: Exception | dict[str, Any]) -> Result:
    """Run a campaign that does just this."""
    module = ModuleType("tests.faults.planted", "A planted campaign.\n\nMore.")

    def campaign(share: float, seed: int) -> dict[str, Any]:
        if isinstance(what, Exception):
            raise what
        return {**what, "share": share, "seed": seed}

    vars(module)["campaign"] = campaign
    monkeypatch.setitem(sys.modules, "tests.faults.planted", module)
    return run_here("planted", 0.5, 3)


def test_a_broken_invariant_is_a_failure_that_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, AssertionError("2 doubled"))
    assert found["status"] == "failed"
    assert "2 doubled" in found["said"]
    assert "planted" in __main__.line("planted", found)


def test_a_crash_of_the_campaign_itself_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planted(monkeypatch, KeyError("x"))["status"] == "failed"
    assert planted(monkeypatch, ModuleNotFoundError("x", name="aicfo_sdk.x"))["status"] == "failed"


def test_figures_are_told_with_title_and_what_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, {"lost": 0, "skipped": ["no PostgreSQL"]})
    assert (found["status"], found["title"]) == ("held", "A planted campaign.")
    assert found["figures"] == {"lost": 0, "share": 0.5, "seed": 3}
    assert "SKIPPED  no PostgreSQL" in __main__.line("planted", found)


def test_what_cannot_run_here_is_skipped_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, Skipped("no PostgreSQL"))
    assert (found["status"], found["skipped"]) == ("skipped", ["no PostgreSQL"])
    missing = planted(monkeypatch, ModuleNotFoundError("No module named 'x'", name="x"))
    assert missing["status"] == "skipped"


def test_one_failure_fails_the_run_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fake(name: str, share: float, seed: int) -> Result:
        status = "failed" if name == "a" else "held"
        return Result(title=name, status=status, seconds=0.1, figures={}, skipped=[], said="why")

    monkeypatch.setattr(__main__, "names", lambda: ("a", "b"))
    monkeypatch.setattr(__main__, "run", fake)
    out = tmp_path / "result.json"
    assert __main__.main(["--share", "0.5", "--seed", "9", "--out", str(out)]) == 1
    written = json.loads(out.read_text("utf-8"))
    assert {name: result["status"] for name, result in written["campaigns"].items()} == {
        "a": "failed",
        "b": "held",
    }
    assert written["seed"] == 9
    assert {"python", "platform", "cpus"} <= set(written)
    assert {"commit", "dirty", "share"} <= set(written["campaigns"]["b"])
    assert "a FAILED: why" in capsys.readouterr().err
    assert __main__.main(["b"]) == 0


def test_a_campaign_run_alone_is_put_beside_the_others_and_names_its_commit(tmp_path: Path) -> None:
    out = tmp_path / "result.json"

    def ran(commit: str, share: float, seed: int, name: str) -> dict[str, Any]:
        told = {"commit": commit, "dirty": False, "share": share, "seed": seed}
        held = Result(title=name, status="held", seconds=1, figures={}, skipped=[], said="")
        found = __main__.merged(out, told, {name: held})
        out.write_text(json.dumps(found), "utf-8")
        return found

    ran("aaa", 1.0, 9, "kills")
    found = ran("bbb", 0.5, 9, "fuzz")
    assert page.commits(found) == "bbb: `fuzz` (share 0.5); aaa: `kills`"
    assert list(ran("ccc", 1.0, 8, "desk")["campaigns"]) == ["desk"]


def test_the_page_quotes_the_result_file() -> None:
    """`python -m tests.faults --page` writes it so."""
    text = page.PAGE.read_text("utf-8")
    assert page.filled(text, page.load(RESULT)) == text


def test_a_figure_that_the_result_lacks_is_named() -> None:
    figures = {"lost": 0, "kills": {"sqlite": 1000}}
    held: dict[str, Any] = {"status": "held", "figures": figures, "skipped": []}
    result = {"seed": 7, "campaigns": {"kills": held, "broken": {"status": "failed"}}}
    text = (
        "<!-- kills.kills.sqlite -->?<!-- / --> <!-- seed --><!-- / --> "
        "<!-- broken.x -->0<!-- / -->"
    )
    filled = page.filled(text, result)
    assert filled == (
        "<!-- kills.kills.sqlite -->1,000<!-- / --> <!-- seed -->7<!-- / --> "
        "<!-- broken.x -->failed<!-- / -->"
    )
    assert page.filled(filled, result) == filled
    with pytest.raises(KeyError, match="no 'doubled'"):
        page.filled("<!-- kills.doubled --><!-- / -->", result)
    held["skipped"].append("no PostgreSQL")
    assert "skipped" in page.filled("<!-- kills.kills.postgresql --><!-- / -->", result)
