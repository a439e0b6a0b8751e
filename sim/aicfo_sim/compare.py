"""`aicfo sim compare`: what a plugin is worth, as one table and one picture."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from aicfo_sdk.testing import find

from .policies.names import WITH


def run_compare(arguments: argparse.Namespace) -> int:
    """Run owner, CFO without and CFO with a plugin on the same draws; print what it adds.

    An installed plugin is left out of the arm without it; one in a folder joins the arm with it.
    Raises: InputError, NotFound.
    """
    from .ablation import ablation
    from .experiment import run
    from .printing import Bar, plugin_table, summary_table
    from .report.assemble import experiment_report
    from .results import report

    without, with_it = arms(arguments.plugin)
    out: Path = arguments.out
    run(
        arguments.scenario,
        merchants=arguments.merchants,
        days=arguments.days,
        seed=arguments.seed,
        policies=["owner", without, with_it],
        workers=arguments.workers,
        engine=arguments.engine,
        shard=arguments.shard,
        out=out,
        progress=Bar() if sys.stderr.isatty() else None,
    )
    page = out / "report.html"
    experiment_report(out, page, arguments.lang)
    rows, added = report(out), ablation(out)
    if arguments.json:
        found = {"plugin": arguments.plugin, "without": without, "with": with_it}
        more = {"folder": str(out), "summary": rows, "plugins": added, "page": str(page)}
        print(json.dumps({**found, **more}, ensure_ascii=False))
        return 0
    print("\n".join(summary_table(rows)))
    print("\n" + "\n".join(plugin_table(added)))
    print(f"\nreport {page}")
    return 0


def arms(plugin: str) -> tuple[str, str]:
    """Return the policies without and with a plugin. Raises: InputError, NotFound."""
    from .policies.cfo import installed

    found = find(plugin)
    names = [entry.name for entry in found.entries]
    there = [name for name in names if name in installed().plugins]
    if Path(plugin).is_dir():
        return "".join(["cfo", *(f"-{name}" for name in there)]), f"{WITH}{plugin}"
    return f"cfo-{plugin}", "cfo"
