"""Runs fault campaigns, prints a line for each, and writes one result file.

`python -m tests.faults [NAME …] [--share 0.01] [--seed N] [--jobs N] [--out FILE]`
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import page
from .running import SEED, Result, names, record, run

_NOT_SHOWN = ("skipped",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run each named campaign (all without a name); 1 when one fails, the others go on."""
    known = names()
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--share", type=float, default=1.0, help="of the whole size (default 1)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"(default {SEED})")
    parser.add_argument("--jobs", type=int, default=1, help="campaigns at a time (default 1)")
    parser.add_argument(
        "--out",
        type=Path,
        help="write the result file here; other campaigns of a file with this seed stay in it",
    )
    parser.add_argument(
        "--page", action="store_true", help="run nothing; write docs/reliability.md's figures"
    )
    options = parser.parse_args(arguments)
    if options.page:
        page.write()
        return 0
    if unknown := set(options.names) - set(known):
        parser.error(f"no such campaign: {', '.join(sorted(unknown))}; there are {known}")
    if not 0 < options.share <= 1:
        parser.error("--share is above 0 and at most 1")
    chosen: list[str] = options.names or list(known)
    # The state of the tree counts as it is now: the result file itself will change it.
    told = record(options.share, options.seed)
    print(f"commit {told['commit']}, share {options.share}, seed {options.seed}", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(run, name, options.share, options.seed) for name in chosen]
        results: dict[str, Result] = {}
        for name, future in zip(chosen, waiting, strict=True):
            results[name] = future.result()
            print(line(name, results[name]), flush=True)
    if options.out:
        text = json.dumps(merged(options.out, told, results), indent=2, ensure_ascii=False)
        options.out.write_text(text + "\n", "utf-8")
    failed = [name for name, result in results.items() if result["status"] == "failed"]
    for name in failed:
        print(f"\n{name} FAILED: {results[name]['said']}", file=sys.stderr)
    return 1 if failed else 0


def merged(path: Path, told: dict[str, Any], results: dict[str, Result]) -> dict[str, Any]:
    """Return what a result file will hold: these campaigns, and the others it held.

    Each names its commit and its share. A file of another seed begins anew.
    """
    campaigns: dict[str, Any] = {}
    if path.exists():
        found = json.loads(path.read_text("utf-8"))
        if found["seed"] == told["seed"]:
            campaigns = found["campaigns"]
    each = {name: told[name] for name in ("commit", "dirty", "share")}
    for name, result in results.items():
        campaigns[name] = {**each, **result}
    about = {name: value for name, value in told.items() if name not in each}
    return {**about, "campaigns": dict(sorted(campaigns.items()))}


def line(name: str, result: Result) -> str:
    """Return what is printed of one campaign."""
    figures = ", ".join(
        f"{key} {_short(value)}"
        for key, value in result["figures"].items()
        if key not in _NOT_SHOWN
    )
    text = f"{name:<12} {result['status']:<8} {result['seconds']:>7.1f} s  {figures}"
    for missing in result["skipped"]:
        text += f"\n{name:<12} SKIPPED  {missing}"
    return text


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {_short(part)}" for key, part in value.items()) + ")"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
