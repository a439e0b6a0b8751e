from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aicfo_sim import Result, run
from aicfo_sim.results import read, report

from aicfo_sdk import AicfoError, InputError, NotFound
from aicfo_sdk.errors import BooksError

RULES = ("owner", "hold_all", "always_discount")


def _run(out: Path, *, policies: tuple[str, ...] = RULES, **changes: Any) -> Result:
    given: dict[str, Any] = {"merchants": 10, "days": 30, "seed": 3, "shard": 4} | changes
    return run("default", policies=policies, out=out, **given)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return _run(tmp_path_factory.mktemp("once"))


@pytest.mark.parametrize(("workers", "shard"), [(2, 4), (1, 3), (2, 10)])
def test_the_same_seed_gives_the_same_bytes(
    once: Result, tmp_path: Path, workers: int, shard: int
) -> None:
    again = _run(tmp_path, workers=workers, shard=shard)
    assert again.sha256 == once.sha256
    for name in ("results.parquet", "paths.parquet"):
        assert (tmp_path / name).read_bytes() == (once.folder / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "shard"), [(5, 2)])
def test_five_workers_give_the_same_bytes(
    once: Result, tmp_path: Path, workers: int, shard: int
) -> None:
    assert _run(tmp_path, workers=workers, shard=shard).sha256 == once.sha256


@pytest.mark.slow
def test_with_the_orchestrator_in_two_processes_the_bytes_are_the_same(tmp_path: Path) -> None:
    policies = ("owner", "cfo")
    given = {"policies": policies, "merchants": 4, "days": 8}
    apart = _run(tmp_path / "apart", **given, workers=2, shard=2)
    shards = sorted((tmp_path / "apart").glob("shards/*/*.parquet"))
    shards[0].unlink()  # as if it had been killed before that one
    again = _run(tmp_path / "apart", **given, shard=2)
    assert apart.sha256 == again.sha256 == _run(tmp_path / "one", **given, shard=4).sha256


def test_with_the_orchestrator_too_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    results = [
        _run(tmp_path / str(shard), policies=("owner", "cfo"), merchants=4, days=8, shard=shard)
        for shard in (4, 3)
    ]
    assert results[0].sha256 == results[1].sha256


def test_another_seed_gives_other_bytes(once: Result, tmp_path: Path) -> None:
    assert _run(tmp_path, seed=4).sha256 != once.sha256


def test_replications_are_other_merchants(tmp_path: Path) -> None:
    _run(tmp_path, replications=2, merchants=4)
    _, columns = read(tmp_path)
    first, second = (columns["wealth"][columns["replication"] == n] for n in (0, 1))
    assert first.size == second.size == 4 * len(RULES)
    assert (first != second).all()


def test_finished_shards_are_not_run_again(once: Result) -> None:
    files = sorted(once.folder.glob("shards/*/*.parquet"))
    assert len(files) == 3
    before = [file.stat().st_mtime_ns for file in files]
    steps: list[tuple[int, int]] = []
    again = run(
        "default",
        merchants=10,
        days=30,
        seed=3,
        shard=4,
        policies=RULES,
        out=once.folder,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert again.sha256 == once.sha256
    assert steps == [(3, 3)]
    assert [file.stat().st_mtime_ns for file in files] == before


def test_a_run_killed_half_way_ends_as_if_it_had_not_been(once: Result, tmp_path: Path) -> None:
    # It kills itself when the first of its shards is done, so that it never gets to the end.
    code = (
        "import os, signal\n"
        "from aicfo_sim import run\n"
        "run('default', merchants=10, days=30, seed=3, shard=4,"
        f" policies={RULES!r}, out={str(tmp_path)!r},"
        " progress=lambda done, total: done and os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    child = subprocess.run([sys.executable, "-c", code], check=False)
    assert child.returncode == -signal.SIGKILL
    assert list(tmp_path.glob("shards/*/*.parquet"))
    assert not (tmp_path / "results.parquet").exists()
    # What a kill in the middle of a write leaves behind is never read.
    half = tmp_path / "shards" / "run=0000" / "shard=000002.99999.part"
    half.write_bytes(b"half a file")
    assert _run(tmp_path).sha256 == once.sha256


# What the parent does when the first of its shards is done, so that it never gets to the end.
_ASKED_TO_END = """
import os, signal, sys
from aicfo_sim import engines
from aicfo_sdk.cli import main
one, several = engines.work, engines.as_completed
def work(task):
    try:
        return one(task)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
def as_completed(waiting):
    for future in several(waiting):
        yield future
        os.kill(os.getpid(), signal.SIGTERM)
if __name__ == "__main__":
    engines.as_completed = as_completed
    if "--workers=1" in sys.argv:
        engines.work = work
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_asked_to_end_keeps_its_shards_and_says_how_to_go_on(
    once: Result, tmp_path: Path, workers: int
) -> None:
    code, out = tmp_path / "asked.py", tmp_path / "out"
    code.write_text(_ASKED_TO_END)
    words = [
        *("sim", "run", "default", "--merchants=10", "--days=30", "--seed=3", "--shard=4"),
        *(f"--policies={','.join(RULES)}", f"--workers={workers}", f"--out={out}"),
    ]
    child = subprocess.run(
        [sys.executable, str(code), *words], capture_output=True, text=True, check=False
    )
    assert child.returncode == 128 + signal.SIGTERM, child.stderr
    kept = len(list(out.glob("shards/*/*.sha256")))
    assert 1 <= kept <= 3
    assert child.stderr.endswith(
        f"aicfo sim run: stopped; {kept} of 3 shards are done and kept; "
        "the same command goes on with the rest\n"
    )
    assert not (out / "results.parquet").exists()
    assert not list(out.rglob(".*.part"))
    assert _run(out).sha256 == once.sha256


def test_a_cut_or_changed_shard_is_made_again(once: Result, tmp_path: Path) -> None:
    _run(tmp_path)
    shards = sorted(tmp_path.glob("shards/*/*.parquet"))
    whole = shards[0].read_bytes()
    at = len(whole) // 2
    shards[0].write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    shards[1].write_bytes(shards[1].read_bytes()[:-1])
    shards[2].with_suffix(".sha256").unlink()
    (tmp_path / "results.parquet").unlink()
    assert _run(tmp_path).sha256 == once.sha256
    assert shards[0].read_bytes() == whole


def test_a_cut_or_changed_result_is_named(tmp_path: Path) -> None:
    result = _run(tmp_path)
    file = tmp_path / "results.parquet"
    whole = file.read_bytes()
    for at in (0, 4, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:at])
        with pytest.raises(BooksError, match="corrupt result file"):
            report(tmp_path)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 64]) + whole[at + 1 :])
        with pytest.raises(BooksError, match="corrupt result file"):
            report(tmp_path)
    assert _run(tmp_path).sha256 == result.sha256
    assert report(tmp_path)


@pytest.mark.parametrize(
    "change", [{"seed": 4}, {"merchants": 11}, {"days": 31}, {"shard": 5}, {"replications": 2}]
)
def test_a_folder_of_another_experiment_is_not_resumed(
    once: Result, change: dict[str, Any]
) -> None:
    manifest = (once.folder / "manifest.json").read_bytes()
    with pytest.raises(BooksError, match="another experiment"):
        _run(once.folder, **change)
    assert (once.folder / "manifest.json").read_bytes() == manifest


def test_the_manifest_names_what_the_result_depends_on(once: Result) -> None:
    about = json.loads((once.folder / "manifest.json").read_text())
    assert about["seed"] == 3
    assert set(about["versions"]) == {*("aicfo-sim", "aicfo-sdk", "numpy", "scipy", "simpy")}
    assert about["recorded"]["cpu_features"]
    assert len(about["scenario_digest"]) == 64


def test_the_summary_pairs_each_policy_with_the_owner_and_the_best_rule(once: Result) -> None:
    rows = report(once.folder)
    assert [row["archetype"] for row in rows[:: len(RULES)]] == [
        "shop",
        "ecommerce",
        "contractor",
        "all",
    ]
    for row in rows:
        if row["policy"] == "owner":
            assert row["vs_owner"] is None
            assert row["vs_best_rule"]["policy"] in RULES[1:]
        else:
            assert row["vs_owner"]["policy"] == "owner"
    everyone = rows[-1]
    gap = everyone["wealth"] - rows[-3]["wealth"]
    assert everyone["vs_owner"]["mean"] == pytest.approx(gap, abs=0.02)
    assert everyone["vs_owner"]["noise"] < everyone["vs_owner"]["unpaired_noise"]


@pytest.mark.parametrize(
    "change",
    [
        {"merchants": 0},
        {"days": 0},
        {"seed": -1},
        {"workers": 0},
        {"shard": 0},
        {"replications": 0},
    ],
)
def test_numbers_out_of_bounds_are_refused_before_anything_is_written(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        _run(tmp_path / "out", **change)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("policies", [(), ("owner", "owner"), ("owner", "clever")])
def test_policies_are_known_and_named_once(tmp_path: Path, policies: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        _run(tmp_path / "out", policies=policies)


def test_an_unfinished_or_corrupt_experiment_is_said_plainly(once: Result, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no experiment"):
        report(tmp_path)
    (tmp_path / "manifest.json").write_bytes((once.folder / "manifest.json").read_bytes())
    with pytest.raises(NotFound, match="not finished"):
        report(tmp_path)
    (tmp_path / "results.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(BooksError, match="corrupt"):
        report(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"{")
    with pytest.raises(AicfoError, match="not JSON"):
        report(tmp_path)
