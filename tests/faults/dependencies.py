"""What a poisoned package could do here: nothing unpinned, nothing that runs at every start.

A `.pth` file runs whenever an interpreter starts, imported or not. Only those of our own editable
installs and of two known development tools may be in this environment.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from subprocess import run
from typing import Any

from .running import ROOT

_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-faults.lock")
_KNOWN_PTH = re.compile(r"_editable_impl_aicfo_\w+|a1_coverage|distutils-precedence|_virtualenv")
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_NEVER_AT_START = ("litellm", "mcp", "openai", "sqlalchemy", "numpy", "aiohttp", "requests")


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return what is pinned, what starts by itself, and how many packages the core needs."""
    pinned = sum(_pinned((ROOT / name).read_text("utf-8"), name) for name in _LOCKS)
    site = Path(sysconfig.get_paths()["purelib"])
    starting = [path.name for path in site.glob("*.pth")]
    unknown = [name for name in starting if not _KNOWN_PTH.fullmatch(name.removesuffix(".pth"))]
    assert not unknown, f"they run at every start of Python: {unknown}"
    core, llm = _needed("aicfo-sdk", ""), _needed("aicfo-sdk", "llm")
    assert "litellm" not in core
    loaded = _loaded()
    assert not loaded, f"`import aicfo_sdk` loads {loaded}"
    return {
        "pinned_by_hash": pinned,
        "unpinned": 0,
        "pth_files": len(starting),
        "unknown_pth_files": 0,
        "packages_in_core": len(core),
        "packages_more_with_llm": len(llm - core),
    }


def _pinned(text: str, name: str) -> int:
    """Return how many packages a lock pins; each to one version and its hashes."""
    entries = re.split(r"\n(?=\S)", "\n" + text.strip())
    entries = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
    for entry in entries:
        first = entry.strip().splitlines()[0]
        assert "==" in first, f"{name}: {first}"
        assert "--hash=sha256:" in entry, f"{name}: {first} has no hash"
        assert "://" not in entry, f"{name}: {first} names a place to fetch it from"
    return len(entries)


def _needed(name: str, extra: str) -> set[str]:
    """Return all packages that one needs, by what is installed, itself left out."""
    found: set[str] = set()
    waiting = [(name, extra)]
    while waiting:
        one, wanted = waiting.pop()
        try:
            lines = distribution(one).requires or []
        except PackageNotFoundError:
            continue
        for line in lines:
            needs, _, marker = line.partition(";")
            asked = re.search(r"""extra\s*==\s*["']([\w-]+)["']""", marker)
            if asked is not None and asked[1] != wanted:
                continue
            part = _NAME.match(needs.strip())
            key = part[0].lower().replace("_", "-") if part else ""
            if key and key not in found:
                found.add(key)
                waiting.append((key, ""))
    return {key for key in found if _is_installed(key) and not key.startswith("aicfo")}


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _loaded() -> list[str]:
    """Return which heavy packages a bare import of the SDK loads."""
    code = f"import sys, aicfo_sdk; print([n for n in {_NEVER_AT_START!r} if n in sys.modules])"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [] if done.stdout.strip() == "[]" else [done.stdout.strip()]
