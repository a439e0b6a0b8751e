"""Start-up: CPU of imports and of --help over bare Python, as ratios to pydantic's own import."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

_RUNS = 11
_CODES = {
    "bare": "pass",
    "from pydantic import BaseModel": "from pydantic import BaseModel",
    "import aicfo_sdk": "import aicfo_sdk",
    "from aicfo_sdk import Context, Needs, Plugin, Orchestrator": (
        "from aicfo_sdk import Context, Needs, Plugin, Orchestrator"
    ),
    "from aicfo_sdk.model import CashForecast, Tender, TenderId": (
        "from aicfo_sdk.model import CashForecast, Tender, TenderId"
    ),
    "aicfo --help": "from aicfo_sdk.cli import main; main(['--help'])",
}


def measure() -> dict[str, str]:
    """Return median CPU milliseconds and the ratio to pydantic's import, bare Python taken off."""
    taken: dict[str, list[float]] = {name: [] for name in _CODES}
    for turn in range(_RUNS + 1):
        for name, code in _CODES.items():  # in turn, so that a drifting machine hits all alike
            seconds = _cpu(code)
            if turn:
                taken[name].append(seconds)
    median = {name: statistics.median(values) for name, values in taken.items()}
    pydantic = median["from pydantic import BaseModel"] - median["bare"]
    return {
        name: f"{over * 1e3:7.1f} ms   {over / pydantic:.2f} ×"
        for name, over in ((n, v - median["bare"]) for n, v in median.items() if n != "bare")
    }


def _cpu(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
