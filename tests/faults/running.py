"""Finds the campaigns, runs each in a process of its own, and says where and on what."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, TypedDict

from . import Skipped

ROOT = Path(__file__).parents[2]
SEED = 20260302
RESULT = ROOT / "docs" / "reliability.json"

# Written by the harness itself: they say nothing of what was tried.
_OWN = (":!docs/reliability.json", ":!docs/reliability.md")


class Result(TypedDict):
    """What became of one campaign."""

    title: str
    status: str
    seconds: float
    figures: dict[str, Any]
    skipped: list[str]
    said: str


def names() -> tuple[str, ...]:
    """Return the names of all campaigns: the modules here that define `campaign`."""
    folder = Path(__file__).parent
    found = [part.name for part in pkgutil.iter_modules([str(folder)]) if not part.ispkg]
    # Read, not imported: a campaign whose own packages are missing is listed all the same.
    return tuple(
        name
        for name in sorted(found)
        if "\ndef campaign(" in (folder / f"{name}.py").read_text("utf-8")
    )


def run(name: str, share: float, seed: int) -> Result:
    """Run one campaign in a process of its own, so that none brings down another."""
    with tempfile.TemporaryDirectory(prefix="aicfo-faults-") as folder:
        out = Path(folder) / "result.json"
        words = [sys.executable, "-m", f"{__package__}.running", name, repr(share), str(seed), out]
        started = time.monotonic()
        done = subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        if out.exists():
            return json.loads(out.read_text("utf-8"))
        said = f"its process ended with {done.returncode} and without a result"
        return _result("", "failed", time.monotonic() - started, said=said)


def run_here(name: str, share: float, seed: int) -> Result:
    """Run one campaign in this process. A campaign that fails is a result as well."""
    started = time.monotonic()
    title = ""
    try:
        module = importlib.import_module(f"{__package__}.{name}")
        title = str(module.__doc__).splitlines()[0]
        figures: dict[str, Any] = module.campaign(share, seed)
    except (Skipped, ModuleNotFoundError) as missing:
        if isinstance(missing, ModuleNotFoundError) and _is_ours(missing):
            return _result(title, "failed", time.monotonic() - started, said=_trace())
        return _result(title, "skipped", time.monotonic() - started, skipped=[str(missing)])
    except Exception:  # noqa: BLE001 - whatever it is, it is what this run found out
        return _result(title, "failed", time.monotonic() - started, said=_trace())
    skipped = [str(what) for what in figures.pop("skipped", [])]
    return _result(title, "held", time.monotonic() - started, figures=figures, skipped=skipped)


def record(share: float, seed: int) -> dict[str, Any]:
    """Return what a result file says of the code, the size and the machine."""
    changed = _git("status", "--porcelain", "--", ".", *_OWN)
    return {
        "commit": _git("describe", "--always", "--tags") or "unknown",
        "dirty": bool(changed),
        "share": share,
        "seed": seed,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
    }


def _result(
    title: str,
    status: str,
    seconds: float,
    *,
    figures: dict[str, Any] | None = None,
    skipped: list[str] | None = None,
    said: str = "",
) -> Result:
    return {
        "title": title,
        "status": status,
        "seconds": round(seconds, 1),
        "figures": figures or {},
        "skipped": skipped or [],
        "said": said,
    }


def _is_ours(missing: ModuleNotFoundError) -> bool:
    return (missing.name or "").split(".")[0] in ("tests", "aicfo_sdk", "aicfo_sim", "")


def _trace() -> str:
    return traceback.format_exc(limit=-12)[-6000:]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    _name, _share, _seed, _out = sys.argv[1:]
    _found = run_here(_name, float(_share), int(_seed))
    Path(_out).write_text(json.dumps(_found, ensure_ascii=False), "utf-8")
