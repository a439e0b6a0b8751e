"""Bodies of `aicfo sim …` and `aicfo demo`: they take the words after it, return the exit code.

Errors are raised; the `aicfo` command shows them in one line and ends with their exit code.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from aicfo_sdk import InputError, grouped


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message, where=self.prog, mend=f"see `{self.prog} --help`")


def sim(argv: Sequence[str]) -> int:
    """Run `aicfo sim run|scenarios|report`; return 0. Raises: AicfoError."""
    arguments = _parser().parse_args(list(argv))
    return arguments.body(arguments)


def demo(argv: Sequence[str]) -> int:
    """Run `aicfo demo`; return 0. Raises: AicfoError."""
    from .demo.command import run

    return run(argv)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="aicfo sim", description="Paired simulations of synthetic merchants.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="paired experiment: every policy on the same draws")
    run.add_argument("scenario", metavar="SCENARIO", help="a built-in scenario or a .yaml file")
    run.add_argument("--merchants", type=int, default=100, metavar="N")
    run.add_argument("--days", type=int, default=365, metavar="D", help="after the warm-up")
    run.add_argument("--seed", type=int, default=7, metavar="S")
    run.add_argument("--policies", default="owner,hold_all,always_discount", metavar="a,b")
    run.add_argument("--replications", type=int, default=1, metavar="R")
    run.add_argument("--workers", type=int, default=1, metavar="W", help="changes no result")
    run.add_argument("--shard", type=int, metavar="M", help="merchants a task; changes no result")
    run.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="resumed if it is there"
    )
    run.set_defaults(body=_run)
    names = commands.add_parser("scenarios", help="the built-in scenarios")
    names.set_defaults(body=_scenarios)
    report = commands.add_parser("report", help="the summary of an experiment, and report.html")
    report.add_argument("folder", type=Path, metavar="DIR")
    report.add_argument("--lang", choices=("zh", "en"), default="en", help="of report.html")
    report.set_defaults(body=_report)
    for command in (run, names, report):
        command.add_argument("--json", action="store_true", help="machine-readable output")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from .experiment import Stopped

    asked: list[int] = []

    def end(number: int, _frame: object) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    # A thread cannot take signals; whoever runs this in one ends it otherwise.
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, end) if main else None
    try:
        return _experiment(arguments)
    except Stopped as stopped:
        print(
            f"aicfo sim run: stopped; {stopped}; the same command goes on with the rest",
            file=sys.stderr,
        )
        return 128 + (asked[0] if asked else signal.SIGINT)
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)


def _experiment(arguments: argparse.Namespace) -> int:
    from .experiment import run
    from .results import report

    result = run(
        arguments.scenario,
        merchants=arguments.merchants,
        days=arguments.days,
        seed=arguments.seed,
        policies=[name.strip() for name in arguments.policies.split(",")],
        replications=arguments.replications,
        workers=arguments.workers,
        shard=arguments.shard,
        out=arguments.out,
        progress=_bar if sys.stderr.isatty() else None,
    )
    rows = report(arguments.out)
    if arguments.json:
        found = {"folder": str(result.folder), "sha256": result.sha256, "rows": result.rows}
        print(json.dumps({**found, "summary": rows}, ensure_ascii=False))
        return 0
    print("\n".join(table(rows)))
    print(f"\n{result.rows} rows in {result.folder}, sha256 {result.sha256}")
    return 0


def _scenarios(arguments: argparse.Namespace) -> int:
    from .scenario import load, scenario_names

    rows = [
        {
            "name": name,
            "title": (scenario := load(name)).title,
            "start": scenario.start.isoformat(),
            "warmup_days": scenario.warmup_days,
            "mix": dict(scenario.mix),
        }
        for name in scenario_names()
    ]
    if arguments.json:
        print(json.dumps({"scenarios": rows}, ensure_ascii=False))
    else:
        print("\n".join(f"{row['name']:<12} {row['title']}" for row in rows))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from .report.experiment import experiment_report
    from .results import read_manifest, report

    rows = report(arguments.folder)
    page = arguments.folder / "report.html"
    experiment_report(read_manifest(arguments.folder), rows, page, arguments.lang)
    if arguments.json:
        print(json.dumps({"summary": rows, "page": str(page)}, ensure_ascii=False))
    else:
        print("\n".join(table(rows)))
        print(f"\nreport {page}")
    return 0


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the summary as lines of text, amounts in yuan."""
    heads = ("archetype", "policy", "firms", "survived", "wealth", "vs owner (95 %)", "P5 cash")
    late = ("late wages", "late suppliers", "finance cost")
    lines = [[*heads, *late]]
    for row in rows:
        gap = row["vs_owner"]
        against = "—"
        if gap is not None and gap["noise"] is not None:
            against = f"{_yuan(gap['mean'])} ± {_yuan(gap['noise'])}"
        lines.append(
            [
                row["archetype"],
                row["policy"],
                str(row["merchants"]),
                f"{row['survived_ppm'] / 10_000:.1f} %",
                _yuan(row["wealth"]),
                against,
                _yuan(row["cash_p5"]),
                f"{row['wage_late_days']:.2f} d",
                f"{row['supplier_late_days']:.2f} d",
                _yuan(row["finance_cost"]),
            ]
        )
    wide = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    return [
        "  ".join(
            cell.ljust(width) if n < 2 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, wide, strict=True))
        ).rstrip()
        for line in lines
    ]


def _yuan(fen: float) -> str:
    return grouped(round(fen)).split(".")[0]


def _bar(done: int, total: int) -> None:
    width = 30
    filled = width * done // max(total, 1)
    end = "\n" if done == total else ""
    bar = "█" * filled + "░" * (width - filled)
    print(f"\r{bar} {done}/{total} shards", end=end, file=sys.stderr, flush=True)
