"""One result, whoever carries the tasks out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from aicfo_sim import Result, run
from aicfo_sim.alone import alone
from aicfo_sim.scenario import Scenario, load

from aicfo_sdk import AicfoError, InputError, NotFound
from aicfo_sdk.errors import BooksError

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


@pytest.mark.slow
def test_a_pool_of_ones_own_processes_gives_the_same_bytes(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        ours = _run(tmp_path / "processes", executor=pool)
    assert ours.sha256 == _run(tmp_path / "here").sha256


class _Backwards(Executor):
    """An executor that begins with the last task, when all are there."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.calls = list[tuple[Future[Any], Callable[[], Any]]]()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Future[Any]()
        self.calls.append((future, lambda: fn(*args, **kwargs)))
        if len(self.calls) == self.total:
            for waiting, call in reversed(self.calls):
                waiting.set_result(call())
        return future


def test_the_order_in_which_tasks_end_changes_no_byte(tmp_path: Path) -> None:
    ours = _run(tmp_path / "backwards", executor=_Backwards(3))
    assert ours.sha256 == _run(tmp_path / "here").sha256


def test_two_runs_at_once_in_one_folder_are_kept_apart(tmp_path: Path) -> None:
    once = _run(tmp_path)
    with (
        alone(tmp_path),
        pytest.raises(BooksError, match=r"another run is at work in this folder.*another --out"),
    ):
        _run(tmp_path)
    assert _run(tmp_path).sha256 == once.sha256


def test_a_run_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from aicfo_sim.alone import alone\n"
        "with alone(Path(sys.argv[1])):\n"
        "    print('in', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"in\n"
        with pytest.raises(BooksError, match="another run"), alone(tmp_path):
            pass
        child.kill()
    with alone(tmp_path):
        pass


def test_what_killed_runs_had_begun_to_write_is_cleared_away(tmp_path: Path) -> None:
    once = _run(tmp_path)
    for place in ("", "shards/run=0000", "paths/run=0000"):
        (tmp_path / place / ".shard=000001.parquet.x1y2.part").write_bytes(b"half")
    assert _run(tmp_path).sha256 == once.sha256
    assert not list(tmp_path.rglob("*.part"))


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


class _Answered(Exception):
    """As Ray wraps what a call raised: its own text, and the error as `cause`."""

    def __init__(self, cause: Exception | None) -> None:
        super().__init__("Traceback of a worker\\nin many lines")
        self.cause = cause


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (_Answered(BooksError("the disk is full", mend="free some space")), "^the disk is full;"),
        (_Answered(None), "a worker died.*shards are kept"),
    ],
)
def test_what_a_worker_of_ray_raised_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    def fail(_: object) -> Future[Any]:
        told = Future[Any]()
        told.set_exception(raised)
        return told

    class _Ref:
        future = fail

    ray: Any = SimpleNamespace(
        is_initialized=lambda: True,
        remote=lambda _: SimpleNamespace(remote=lambda *_: _Ref()),
        cancel=lambda *_, **__: None,
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    with pytest.raises(AicfoError, match=said):
        _run(tmp_path, engine="ray")


class _Child(NamedTuple):
    """A process, as psutil shows it."""

    name: str
    killed: list[str]

    def __hash__(self) -> int:
        return hash(self.name)

    def kill(self) -> None:
        self.killed.append(self.name)


def test_ray_that_does_not_start_is_tried_again_and_then_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    running, killed = ["mine"], list[str]()

    def init(**_: object) -> None:
        nonlocal tries
        tries += 1
        running.append(f"ray {tries}")
        raise Exception("timed out during startup\nwith more lines")

    ray = SimpleNamespace(is_initialized=lambda: False, init=init, shutdown=lambda: None)
    monkeypatch.setitem(sys.modules, "ray", ray)

    def children(*, recursive: bool) -> list[_Child]:
        assert recursive
        return [_Child(name, killed) for name in running if name not in killed]

    psutil = SimpleNamespace(Process=lambda: SimpleNamespace(children=children))
    monkeypatch.setitem(sys.modules, "psutil", psutil)
    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(AicfoError, match="Ray did not start: timed out during startup; try again"):
        _run(tmp_path, engine="ray")
    assert tries == 3
    assert killed == ["ray 1", "ray 2", "ray 3"]
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    with pytest.raises(AicfoError, match="cluster cannot be reached: timed out"):
        _run(tmp_path, engine="ray")
    assert tries == 4


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="RAY IS NOT INSTALLED: its engine is untested")
def test_ray_killed_asked_to_end_and_resumed_gives_the_bytes_of_a_local_run(
    tmp_path: Path,
) -> None:
    """Two workers on this machine: kill -9 after a shard, SIGTERM after another, then the rest."""
    scenario = tmp_path / "tiny.yaml"
    scenario.write_text(TINY, "utf-8")

    def ended(engine: str, signals: int, out: Path) -> subprocess.CompletedProcess[str]:
        words = [
            *("sim", "run", str(scenario), "--merchants=9", "--days=15", "--seed=3", "--shard=2"),
            *("--policies=owner,hold_all", "--json", "--workers=2"),
            *(f"--engine={engine}", f"--out={out}"),
        ]
        # In a process of its own: Ray leaves threads and handlers behind. On a busy machine it
        # may give up starting, which is none of what is shown here.
        for last in (False, False, False, True):
            done = subprocess.run(
                [sys.executable, "-c", _ENDS_ITSELF, str(signals), *words],
                capture_output=True,
                text=True,
                check=False,
                env={k: v for k, v in os.environ.items() if not k.startswith("RAY_")},
            )
            if last or "Ray did not start" not in done.stderr:
                return done
        raise AssertionError

    def kept() -> int:
        return len(list((tmp_path / "ray").glob("shards/*/*.sha256")))

    killed = ended("ray", signal.SIGKILL, tmp_path / "ray")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert kept() >= 1
    asked = ended("ray", signal.SIGTERM, tmp_path / "ray")
    if kept() < 5:  # else the workers of the killed run had got to the end
        assert asked.returncode == 128 + signal.SIGTERM, asked.stderr
        assert "shards are done and kept; the same command goes on" in asked.stderr
    digests = list[str]()
    for engine in ("ray", "local"):
        done = ended(engine, 0, tmp_path / engine)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["rows"] == 18
        digests.append(found["sha256"])
    assert digests[0] == digests[1]


_ENDS_ITSELF = """
import os, sys
from aicfo_sdk.cli import main
from aicfo_sim import engines, experiment
if int(sys.argv[1]):
    usual = experiment.carry_out
    def carry_out(*given):
        for one in usual(*given):
            yield one
            os.kill(os.getpid(), int(sys.argv[1]))
    experiment.carry_out = carry_out
sys.exit(main(sys.argv[2:]))
"""
