"""One result, whoever carries the tasks out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from aicfo_sim import Result, run
from aicfo_sim.scenario import Scenario, load

from aicfo_sdk import AicfoError, InputError, NotFound

TINY = "title: t\nstart: 2025-07-01\nwarmup_days: 10\nmix: {shop: 1, contractor: 1}\n"


def _tiny() -> Scenario:
    return replace(load("default"), warmup_days=10)


def _run(out: Path, **changes: Any) -> Result:
    given: dict[str, Any] = {
        "merchants": 5,
        "days": 15,
        "seed": 3,
        "policies": ["owner", "hold_all"],
        "shard": 2,
    }
    return run(_tiny(), out=out, **(given | changes))


def test_any_executor_gives_the_same_bytes_and_stays_open(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        ours = _run(tmp_path / "threads", executor=pool)
        assert pool.submit(int, 5).result() == 5
    assert ours.sha256 == _run(tmp_path / "here").sha256


class _Dead(Executor):
    """An executor whose workers die."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Future[Any]()
        future.set_exception(BrokenProcessPool("a process was ended abruptly"))
        return future


def test_a_worker_that_dies_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(AicfoError, match=r"a worker died.*shards are kept.*fewer workers"):
        _run(tmp_path, executor=_Dead())
    assert not (tmp_path / "results.parquet").exists()


def test_an_unknown_engine_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such engine: dask; known: local, ray"):
        _run(tmp_path / "out", engine="dask")
    assert not (tmp_path / "out").exists()


def test_without_ray_one_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NotFound, match=r"pip install 'aicfo-sim\[ray\]'"):
        _run(tmp_path, engine="ray")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="RAY IS NOT INSTALLED: its engine is untested")
def test_ray_with_two_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    scenario = tmp_path / "tiny.yaml"
    scenario.write_text(TINY, "utf-8")
    words = [
        *("run", str(scenario), "--merchants=5", "--days=15", "--seed=3", "--shard=2"),
        *("--policies=owner,hold_all", "--json"),
    ]
    digests = list[str]()
    for name in ("local", "ray"):
        # In a process of its own: Ray leaves threads and handlers behind.
        code = "import sys; from aicfo_sdk.cli import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [
                *(sys.executable, "-c", code, "sim", *words, "--workers=2"),
                *(f"--engine={name}", f"--out={tmp_path / name}"),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith("RAY_")},
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["rows"] == 10
        digests.append(found["sha256"])
    assert digests[0] == digests[1]
