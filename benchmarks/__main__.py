"""Runs the benchmarks and prints their figures: `python -m benchmarks [NAME …] [--out FILE]`."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

from aicfo_sim.commit import commit

NAMES = (
    "start_up",
    "calls",
    "front_door",
    "children",
    "composition",
    "commits",
    "forecast",
    "bills",
    "bill_worth",
    "late_room",
    "late_least",
    "levers",
    "fraud",
    "names",
    "engine",
    "simulator",
    "million",
    "cfo",
    "cfo_events",
    "cfo_light",
    "bound",
    "tenders",
    "chat",
    "diagnose",
    "diagnose_bound",
    "lock_bound",
    "notices",
    "tender_worth",
    "tender_need",
    "tender_chance",
)


def main() -> int:
    """Run each named benchmark; a benchmark that has nothing to run on says so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    for name in options.names:
        if name not in NAMES:
            parser.error(f"no such benchmark: {name}; there are {', '.join(NAMES)}")
        try:
            module = importlib.import_module(f"benchmarks.{name}")
        except ModuleNotFoundError as missing:
            print(f"{name}: SKIPPED, {missing.name} is not there", file=sys.stderr)
            continue
        print(f"== {name}: {str(module.__doc__).splitlines()[0]}")
        figures[name] = module.measure()
        for key, value in figures[name].items():
            print(f"   {key:<60} {value}")
    if options.out:
        record = {
            "commit": commit(Path(__file__).parent) or "unknown",
            "python": platform.python_version(),
            "machine": platform.machine(),
            "figures": figures,
        }
        options.out.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
