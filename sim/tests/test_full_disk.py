"""A file can grow no more, whichever it is: one clear line, nothing half-written, and it goes on.

A limit on the size of files stands for the disk: the system refuses the same writes, on any
machine and without rights. `tests/faults/full_disk.py` does it with file systems that are full.
"""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from aicfo_sim import engines, store

from aicfo_sdk.cli import main

resource = pytest.importorskip("resource", reason="NO LIMITS ON FILES HERE")

RUN = ("sim", "run", "{}/tiny.yaml", "--merchants=3", "--days=5", "--shard=1", "--json")
SWEEP = (
    *("sim", "sweep", "{}/tiny.yaml", "--vary=override.market.bank_rate=0.5..2x", "--points=2"),
    *("--merchants=2", "--days=5", "--policies=owner,hold_all", "--json"),
)
TINY = "title: t\nstart: 2025-07-01\nwarmup_days: 5\nmix: {shop: 1, contractor: 1}\n"


@contextmanager
def _no_file_above(size: int) -> Generator[None]:
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def _said(folder: Path, words: tuple[str, ...], size: int = -1) -> tuple[int, str, str]:
    """Return exit code and what was printed; `size` is the largest file there can be."""
    (folder / "tiny.yaml").write_text(TINY, "utf-8")
    out, err = io.StringIO(), io.StringIO()
    given = [word.replace("{}", str(folder)) for word in (*words, "--out={}/out")]
    with redirect_stdout(out), redirect_stderr(err), _no_file_above(size):
        code = main(given)
    return code, out.getvalue(), err.getvalue()


def _files(folder: Path) -> list[int]:
    return sorted({path.stat().st_size for path in folder.rglob("*") if path.is_file()})


@pytest.mark.parametrize("words", [RUN, SWEEP], ids=["run", "sweep"])
def test_whichever_file_finds_no_room_it_is_one_line_and_the_work_goes_on(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "whole").mkdir()
    code, whole, _ = _said(tmp_path / "whole", words)
    assert code == 0
    sizes = [size for size in _files(tmp_path / "whole" / "out") if size]
    # No room for the largest file, the three largest, … and for nothing at all.
    for limit in [*(size - 1 for size in sizes[::-2]), 0]:
        folder = tmp_path / str(limit)
        folder.mkdir()
        code, _, said = _said(folder, words, limit)
        assert code == 2, limit
        assert said.count("\n") == 1
        assert "the disk is full" in said
        assert "free some space" in said
        left = [path.name for path in folder.rglob("*") if path.is_file()]
        assert not [name for name in left if name.endswith(".part")]
        for path in (folder / "out").rglob("results.parquet"):
            assert store.is_as_written(path)
        code, again, _ = _said(folder, words)
        assert code == 0
        one, other = (json.loads(text) for text in (whole, again))
        for key in ("sha256", "rows", "summary", "points", "sensitivity"):
            assert one.get(key) == other.get(key)


@pytest.mark.slow
def test_a_worker_that_finds_no_room_says_so_through_its_parent(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY, "utf-8")
    words = [word.replace("{}", str(tmp_path)) for word in (*RUN, "--workers=2", "--out={}/out")]
    code = (
        "import resource, sys\n"
        "from aicfo_sdk.cli import main\n"
        "if __name__ == '__main__':\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
        "    sys.exit(main(sys.argv[2:]))\n"
    )
    script = tmp_path / "limited.py"
    script.write_text(code, "utf-8")

    def said(size: int) -> subprocess.CompletedProcess[str]:
        given = [sys.executable, str(script), str(size), *words]
        return subprocess.run(given, capture_output=True, text=True, check=False)

    # The manifest is smaller than any shard's results.
    full = said(4_000)
    assert (full.returncode, full.stderr.count("\n")) == (2, 1), full.stderr
    assert "the disk is full" in full.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()
    assert not list((tmp_path / "out").rglob("*.part"))
    assert said(10**9).returncode == 0


@pytest.mark.parametrize(("words", "name"), [(RUN, "run"), (SWEEP, "sweep")], ids=["run", "sweep"])
@pytest.mark.parametrize("when", ["a shard is made", "results are merged"])
def test_asked_to_end_at_any_moment_it_ends_with_the_signals_code_and_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    name: str,
    when: str,
) -> None:
    place, attribute = (engines, "work") if when == "a shard is made" else (store, "merge")
    usual = getattr(place, attribute)

    def asked(*given: object) -> object:
        signal.raise_signal(signal.SIGTERM)
        return usual(*given)

    with monkeypatch.context() as patch:
        patch.setattr(place, attribute, asked)
        code, _, said = _said(tmp_path, words)
    assert code == 128 + signal.SIGTERM
    assert said.startswith(f"aicfo sim {name}: stopped; ")
    assert said.endswith("the same command goes on with the rest\n")
    assert said.count("\n") == 1
    assert not list(tmp_path.rglob("*.part"))
    assert _said(tmp_path, words)[0] == 0
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
