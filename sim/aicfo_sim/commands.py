"""Bodies of `aicfo sim …` and `aicfo demo`: they take the words after it, return the exit code.

Errors are raised; the `aicfo` command shows them in one line and ends with their exit code.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from aicfo_sdk import InputError

if TYPE_CHECKING:
    from .experiment import Result
    from .sequential import Sequential

_AMOUNT = re.compile(r"(\d+(?:\.\d{1,2})?)\s*(yuan|元|fen|分|)")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message, where=self.prog, mend=f"see `{self.prog} --help`")


def sim(argv: Sequence[str]) -> int:
    """Run `aicfo sim COMMAND`; return 0, or 128 + the signal that ended it. Raises: AicfoError."""
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
    _experiment_words(run)
    run.add_argument(
        "--replications", type=int, metavar="R", help="with --precision at most so many"
    )
    run.add_argument("--paths", type=int, default=500, metavar="N", help="merchants with paths")
    run.add_argument("--bound", action="store_true", help="with the clairvoyant bound")
    run.add_argument(
        "--bound-also",
        metavar="tenders,closing",
        help="what the bound may choose besides money: bids, the day on which a firm closes",
    )
    run.add_argument(
        "--precision",
        metavar="50yuan",
        help="more replications until every difference is known to ± so much",
    )
    run.set_defaults(body=_interruptible(_run))
    compare = commands.add_parser("compare", help="what a plugin is worth: with it and without")
    _experiment_words(compare, scenario="default", policies=None)
    compare.add_argument(
        "--plugin", required=True, metavar="PATH", help="a plugin's folder, or an installed one"
    )
    compare.add_argument("--lang", choices=("zh", "en"), default="en", help="of report.html")
    compare.set_defaults(body=_interruptible(_compare))
    sweep = commands.add_parser("sweep", help="the same experiment over ranges of figures")
    _experiment_words(sweep)
    sweep.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="KEY=LOW..HIGH",
        help="e.g. override.shop.ticket_cv=0.5..1.5; 0.8..1.2x multiplies; A,B,C lists",
    )
    sweep.add_argument("--design", default="lhs", metavar="grid|lhs")
    sweep.add_argument("--points", type=int, default=32, metavar="N", help="grid: on each range")
    sweep.set_defaults(body=_interruptible(_sweep))
    query = commands.add_parser("query", help="SQL over a run: tables results, paths")
    query.add_argument("folder", type=Path, metavar="DIR")
    query.add_argument("sql", metavar="SQL")
    query.set_defaults(body=_query)
    labels = commands.add_parser("labels", help="faults of stores, for scoring diagnoses: CSV")
    labels.add_argument("scenario", metavar="SCENARIO")
    labels.add_argument("--merchants", type=int, default=100, metavar="N")
    labels.add_argument("--days", type=int, default=365, metavar="D", help="after the warm-up")
    labels.add_argument("--seed", type=int, default=7, metavar="S")
    labels.add_argument("--replication", type=int, default=0, metavar="R")
    labels.set_defaults(body=_labels)
    names = commands.add_parser("scenarios", help="the built-in scenarios")
    names.set_defaults(body=_scenarios)
    report = commands.add_parser("report", help="the summary of an experiment, and report.html")
    report.add_argument("folder", type=Path, metavar="DIR")
    report.add_argument("--lang", choices=("zh", "en"), default="en", help="of report.html")
    report.set_defaults(body=_report)
    validate = commands.add_parser("validate", help="the simulated world beside real records")
    validate.add_argument("scenario", nargs="?", default="default", metavar="SCENARIO")
    validate.add_argument(
        "--against",
        default="shipped",
        metavar="shipped|PATH",
        help="held-out statistics that are shipped, or a file, folder or books of your own",
    )
    validate.add_argument("--days", type=int, metavar="D", help="else those of the records")
    validate.add_argument("--strict", action="store_true", help="exit code 1 if not all fits")
    validate.set_defaults(body=_validate)
    calibrate = commands.add_parser("calibrate", help="a scenario fitted to records")
    calibrate.add_argument("records", metavar="FILE|FOLDER|BOOKS")
    calibrate.add_argument("--out", type=Path, required=True, metavar="FILE.yaml")
    calibrate.set_defaults(body=_calibrate)
    for command in (validate, calibrate):
        command.add_argument("--archetype", metavar="A", help="as which firms are taken")
        command.add_argument(
            "--merchants", type=int, default=200, metavar="N", help="drawn of each"
        )
        command.add_argument("--seed", type=int, default=7, metavar="S")
    for command in (run, compare, sweep, query, labels, names, report, validate, calibrate):
        command.add_argument("--json", action="store_true", help="machine-readable output")
    return parser


def _experiment_words(
    command: argparse.ArgumentParser,
    *,
    scenario: str | None = None,
    policies: str | None = "owner,hold_all,always_discount",
) -> None:
    """Add what run, sweep and compare share; a scenario by default need not be named."""
    add = command.add_argument
    many = "?" if scenario else None
    said = "a built-in scenario or a .yaml file"
    add("scenario", nargs=many, default=scenario, metavar="SCENARIO", help=said)
    add("--merchants", type=int, default=100, metavar="N")
    add("--days", type=int, default=365, metavar="D", help="after the warm-up")
    add("--seed", type=int, default=7, metavar="S")
    if policies is not None:
        add("--policies", default=policies, metavar="a,b")
    add("--workers", type=int, default=1, metavar="W", help="changes no result")
    add("--engine", default="local", metavar="local|ray", help="changes no result")
    add("--shard", type=int, metavar="M", help="merchants a task; changes no result")
    add("--out", type=Path, required=True, metavar="DIR", help="resumed if it is there")


def _interruptible(
    body: Callable[[argparse.Namespace], int],
) -> Callable[[argparse.Namespace], int]:
    """Return `body` so that SIGTERM and Ctrl-C end it with its finished shards kept."""

    def guarded(arguments: argparse.Namespace) -> int:
        from .experiment import Stopped

        asked: list[int] = []

        def end(number: int, _frame: object) -> None:
            asked.append(number)
            if len(asked) == 1:  # asked again, it is ending already
                raise KeyboardInterrupt

        # A thread cannot take signals; whoever runs this in one ends it otherwise.
        main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGTERM, end) if main else None
        try:
            return body(arguments)
        except KeyboardInterrupt as stopped:
            name = body.__name__.strip("_")
            kept = stopped if isinstance(stopped, Stopped) else "finished shards are kept"
            print(
                f"aicfo sim {name}: stopped; {kept}; the same command goes on with the rest",
                file=sys.stderr,
            )
            return 128 + (asked[0] if asked else signal.SIGINT)
        finally:
            if main:
                signal.signal(signal.SIGTERM, before)

    return guarded


def _shared(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "merchants": arguments.merchants,
        "days": arguments.days,
        "seed": arguments.seed,
        "policies": [name.strip() for name in arguments.policies.split(",")],
        "workers": arguments.workers,
        "engine": arguments.engine,
        "shard": arguments.shard,
        "out": arguments.out,
    }


def _run(arguments: argparse.Namespace) -> int:
    from .ablation import ablation
    from .experiment import run
    from .printing import Bar, cost_line, cost_rows, plugin_table, summary_table
    from .results import read_manifest, report

    bar = Bar() if sys.stderr.isatty() else None
    also = arguments.bound_also
    bound = also.split(",") if also is not None else arguments.bound
    given = {**_shared(arguments), "paths": arguments.paths, "bound": bound}
    ended: Sequential | None = None
    if arguments.precision is None:
        times = 1 if arguments.replications is None else arguments.replications
        result = run(arguments.scenario, replications=times, progress=bar, **given)
    else:
        ended = _until(arguments, given, bar)
        result, times = ended.result, ended.replications
    rows, plugins = report(arguments.out), ablation(arguments.out)
    cost = cost_rows(read_manifest(arguments.out), result.spent, times)
    if arguments.json:
        found = {"folder": str(result.folder), "sha256": result.sha256, "rows": result.rows}
        more = {"summary": rows, "plugins": plugins, "cost": cost, "sequential": _ended(ended)}
        print(json.dumps({**found, **more}, ensure_ascii=False))
        return 0
    print("\n".join(summary_table(rows)))
    if plugins:
        print("\n" + "\n".join(plugin_table(plugins)))
    if ended is not None:
        print("\n" + "\n".join(_looks(ended)))
    _where(result)
    print(cost_line(cost))
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from .compare import run_compare

    return run_compare(arguments)


def _until(
    arguments: argparse.Namespace, given: dict[str, Any], bar: Callable[[int, int], None] | None
) -> Sequential:
    from .experiment import plan
    from .sequential import CAP, FIRST, until

    cap = CAP if arguments.replications is None else arguments.replications
    chosen = plan(arguments.scenario, replications=cap, **given)
    return until(chosen, precision=amount(arguments.precision), first=min(FIRST, cap), progress=bar)


def _ended(ended: Sequential | None) -> dict[str, Any] | None:
    if ended is None:
        return None
    rows = [
        {
            "replications": look.replications,
            "policy": look.policy,
            "against": look.against,
            "mean": look.mean,
            "half_width": look.half_width,
        }
        for look in ended.rows
    ]
    return {
        "wanted": ended.wanted,
        "reached": ended.reached,
        "replications": ended.replications,
        "looks": ended.looks,
        "rows": rows,
    }


def _looks(ended: Sequential) -> list[str]:
    from .printing import columns, yuan

    how = "reached" if ended.reached else "not reached"
    looks = f"{ended.looks} looks" if ended.looks > 1 else "one look"
    head = (
        f"± {yuan(ended.wanted)} {how} after {ended.replications} replications; "
        f"intervals hold for {looks}"
    )
    lines = [["policy", "against", "difference"]]
    lines += [
        [look.policy, look.against, f"{yuan(look.mean)} ± {yuan(look.half_width)}"]
        for look in ended.rows
        if look.replications == ended.replications
    ]
    return [head, *columns(lines, left=2)]


def _where(result: Result) -> None:
    print(f"\n{result.rows} rows in {result.folder}, sha256 {result.sha256}")


def _sweep(arguments: argparse.Namespace) -> int:
    from .printing import Bar, columns
    from .sweep import Axis, sweep

    found = sweep(
        arguments.scenario,
        [Axis.parse(text) for text in arguments.vary],
        kind=arguments.design,
        points=arguments.points,
        progress=Bar("points") if sys.stderr.isatty() else None,
        **_shared(arguments),
    )
    if arguments.json:
        told = {"folder": str(found.folder), "table": str(found.table)}
        more = {"points": found.points, "sensitivity": found.sensitivity}
        print(json.dumps({**told, **more}, ensure_ascii=False))
        return 0
    lines = [["input", "result", "archetype", "policy", "rank correlation", "p", "first order"]]
    for row in found.sensitivity:
        numbers = [row[key] for key in ("rank_correlation", "p_value", "first_order")]
        words = [row[key] for key in ("input", "output", "archetype", "policy")]
        lines.append([*words, *("—" if one is None else f"{one:.2f}" for one in numbers)])
    print("\n".join(columns(lines, left=4)))
    print(f"\n{len(found.points)} points, one table: {found.table}")
    return 0


def _query(arguments: argparse.Namespace) -> int:
    from .printing import columns
    from .query import plain, query

    names, rows = query(arguments.folder, arguments.sql)
    cells = plain(rows)
    if arguments.json:
        print(json.dumps({"columns": names, "rows": cells}, ensure_ascii=False))
    elif names:
        lines = [names, *(["" if one is None else str(one) for one in row] for row in cells)]
        print("\n".join(columns(lines, left=0)))
    return 0


def _labels(arguments: argparse.Namespace) -> int:
    from .draws import world
    from .effects.labels import HEADS, world_labels
    from .scenario import load

    for word in ("merchants", "days"):
        if not 1 <= getattr(arguments, word) <= 1_000_000:
            raise InputError(f"{word} out of bounds", value=getattr(arguments, word), mend="from 1")
    where = world(
        load(arguments.scenario),
        days=arguments.days,
        seed=arguments.seed,
        replication=arguments.replication,
    )
    rows = world_labels(where, range(arguments.merchants))
    if arguments.json:
        print(json.dumps({"labels": [row._asdict() for row in rows]}, ensure_ascii=False))
    else:
        print("\n".join(",".join(map(str, row)) for row in [HEADS, *rows]))
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
            "held_out": scenario.held_out,
        }
        for name in scenario_names()
    ]
    if arguments.json:
        print(json.dumps({"scenarios": rows}, ensure_ascii=False))
    else:
        print("\n".join(f"{row['name']:<13} {row['title']}" for row in rows))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from .ablation import ablation
    from .printing import plugin_table, summary_table
    from .report.assemble import experiment_report
    from .results import report

    rows, plugins = report(arguments.folder), ablation(arguments.folder)
    page = arguments.folder / "report.html"
    experiment_report(arguments.folder, page, arguments.lang)
    if arguments.json:
        found = {"summary": rows, "plugins": plugins, "page": str(page)}
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(summary_table(rows)))
        if plugins:
            print("\n" + "\n".join(plugin_table(plugins)))
        print(f"\nreport {page}")
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    from .validation.command import run_validate

    return run_validate(arguments)


def _calibrate(arguments: argparse.Namespace) -> int:
    from .validation.command import run_calibrate

    return run_calibrate(arguments)


def amount(text: str) -> int:
    """Return an amount such as 50yuan, 50元, 5000fen or 50 (yuan), fen. Raises: InputError."""
    found = _AMOUNT.fullmatch(text.strip())
    fen = Decimal(found[1]) * (1 if found[2] in ("fen", "分") else 100) if found else Decimal(0)
    if not fen or fen != int(fen):
        raise InputError("not an amount", value=text, mend="write it like 50yuan or 5000fen")
    return int(fen)
