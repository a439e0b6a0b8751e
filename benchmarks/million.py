"""Million: 1,000,000 merchants for 365 days under `owner`, two workers: minutes and memory.

`AICFO_SIM_SHARE` per cent of the merchants are run (default 1; 100 is the whole), and minutes are
told as they are and for all, with what it takes to start counted once. `AICFO_SIM_SCENARIO` names
the scenario (default `reference`), run at day fidelity; `AICFO_SIM_WORKERS` its workers (default
2). It is the shipped command, with its files; memory is the sum of what all of its processes hold
at once, sampled ten times a second, pages that they share counted for each.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from aicfo_sim.scenario import load

_MERCHANTS, _DAYS, _EVERY = 1_000_000, 365, 0.1
_MIB = 1 << 20


def measure() -> dict[str, str]:
    """Return merchants, minutes, peak memory, and CPU seconds a merchant-year."""
    share = float(os.environ.get("AICFO_SIM_SHARE", "1")) / 100
    name = os.environ.get("AICFO_SIM_SCENARIO", "reference")
    workers = int(os.environ.get("AICFO_SIM_WORKERS", "2"))
    merchants = max(1, round(_MERCHANTS * share))
    scenario = replace(load(name), fidelity="day")
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / f"{name}.yaml", Path(folder) / "out"
        file.write_text(scenario.text(), "utf-8")
        words = f"sim run {file} --days {_DAYS} --seed 1 --policies owner --workers {workers}"
        command = [sys.executable, "-m", "aicfo_sdk.cli", *words.split()]
        # A firm each starts the workers, and little else.
        few = [*command, "--merchants", str(workers), "--shard", "1", "--out", f"{out}-start"]
        starting, idle, *_ = _watched(few)
        seconds, cpu, peak, most = _watched(
            [*command, "--merchants", str(merchants), "--out", str(out)]
        )
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    lived = merchants * (_DAYS + scenario.warmup_days)
    whole = _MERCHANTS / merchants
    all_seconds = starting + (seconds - starting) * whole if merchants < _MERCHANTS else seconds
    all_cpu = idle + (cpu - idle) * whole if merchants < _MERCHANTS else cpu
    return {
        "scenario": f"{name}, day fidelity, {scenario.warmup_days} days of warm-up",
        "merchants": f"{merchants:,} of {_MERCHANTS:,}, {workers} workers",
        "minutes": f"{seconds / 60:,.2f}   for all: {all_seconds / 60:,.2f} (bar 10)",
        "CPU minutes": f"{cpu / 60:,.2f}   for all: {all_cpu / 60:,.2f}",
        "  of them to start": f"{idle / 60:,.2f}",
        "CPU seconds a merchant-year": f"{all_cpu / _MERCHANTS:.6f}",
        "merchant-days a CPU second, warm-up counted": f"{whole * lived / all_cpu:,.0f}",
        "peak of all processes together, MiB": f"{peak / _MIB:,.0f} (bar 2,000)",
        "  the largest process": f"{most / _MIB:,.0f}",
        "files, bytes a merchant": f"{size / merchants:,.0f}",
    }


def _watched(command: list[str]) -> tuple[float, float, int, int]:
    """Run a command; return its seconds and CPU seconds, the most bytes that it and its children
    held at once, and the most that one of them did."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start, peak, most = time.monotonic(), 0, 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            held = [_resident(pid) for pid in _tree(process.pid)]
            peak, most = max(peak, sum(held)), max(most, *held)
            time.sleep(_EVERY)
    if process.returncode:
        raise SystemExit(f"the run ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu, peak, most


def _tree(pid: int) -> list[int]:
    """Return a process and all that it started, as Linux tells."""
    found = [pid]
    for parent in found:
        for file in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in file.read_text("ascii").split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def _resident(pid: int) -> int:
    """Return the bytes of memory that a process holds, 0 when it ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
