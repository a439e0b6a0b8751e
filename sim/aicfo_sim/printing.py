"""What `aicfo sim` shows a person: tables of text, amounts in yuan, progress with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from aicfo_sdk import grouped

_WIDTH = 30


def summary_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the summary as lines of text, amounts in yuan."""
    heads = ["archetype", "policy", "firms", "survived", "wealth", "vs owner (95 %)"]
    heads += ["vs best rule", "P5 cash", "late wages", "late suppliers", "unpaid", "finance cost"]
    lines = [
        [
            row["archetype"],
            row["policy"],
            str(row["merchants"]),
            f"{row['survived_ppm'] / 10_000:.1f} %",
            yuan(row["wealth"]),
            gap_text(row["vs_owner"]),
            gap_text(row["vs_best_rule"]),
            yuan(row["cash_p5"]),
            f"{row['wage_late_days']:.2f} d",
            f"{row['supplier_late_days']:.2f} d",
            yuan(row["unpaid_suppliers"]),
            yuan(row["finance_cost"]),
            yuan(row["idle_cash"]),
        ]
        for row in rows
    ]
    table = [[*heads, "idle cash"], *lines]
    if any(row["captured"] for row in rows):
        shares = ["captured", *(_share(row["captured"]) for row in rows)]
        table = [[*line, share] for line, share in zip(table, shares, strict=True)]
    return columns(table, left=2)


def plugin_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return what plugins add as lines of text."""
    lines = [["archetype", "plugin", "way", "adds (95 %)"]]
    lines += [[row["archetype"], row["plugin"], row["way"], gap_text(row["gap"])] for row in rows]
    return columns(lines, left=3)


def gap_text(gap: dict[str, Any] | None) -> str:
    """Return a paired difference with its noise floor, yuan."""
    if gap is None or gap["noise"] is None:
        return "—"
    return f"{yuan(gap['mean'])} ± {yuan(gap['noise'])}"


def _share(found: dict[str, Any] | None) -> str:
    return "—" if found is None or found["share"] is None else f"{found['share'] * 100:.0f} %"


def cost_rows(
    about: dict[str, Any], spent: dict[str, int], replications: int
) -> list[dict[str, Any]]:
    """Return CPU seconds by part of the work, and for 365 days of one merchant of that part."""
    firms, days, warm = about["merchants"] * replications, about["days"], about["warmup_days"]
    lived = {"draws": days + warm, "warm-up": warm, **dict.fromkeys(about["policies"], days)}
    if "bound" in spent:
        lived["bound"] = days * len(about["policies"])
    rows = list[dict[str, Any]]()
    for part, length in lived.items():
        micros, years = spent.get(part, 0), firms * length / 365
        each = micros / 1e6 / years if years else 0.0
        rows.append({"part": part, "cpu_seconds": micros / 1e6, "per_merchant_year": each})
    return rows


def cost_line(rows: Sequence[dict[str, Any]]) -> str:
    """Return what the run cost in a line."""
    parts = [f"{row['part']} {row['per_merchant_year'] * 1000:.3g} ms" for row in rows]
    total = sum(row["cpu_seconds"] for row in rows)
    return f"CPU per merchant-year: {', '.join(parts)}; {total:.1f} s in all"


def columns(lines: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Return cells in columns; the first `left` of them stand left, the rest right."""
    wide = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    return [
        "  ".join(
            cell.ljust(width) if n < left else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, wide, strict=True))
        ).rstrip()
        for line in lines
    ]


def yuan(fen: float) -> str:
    """Return whole yuan, grouped."""
    return grouped(round(fen)).split(".")[0]


class Bar:
    """Progress on a terminal with the time left, told by what was done since this start."""

    def __init__(self, what: str = "shards", clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._clock = what, clock
        self._start = clock()
        self._first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        self._first = done if self._first is None else min(self._first, done)
        fresh = done - self._first
        left = ""
        if fresh and done < total:
            seconds = (self._clock() - self._start) * (total - done) / fresh
            left = f", {duration(seconds)} left"
        filled = _WIDTH * done // max(total, 1)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        end = "\n" if done == total else ""
        text = f"{bar} {done}/{total} {self._what}{left}"
        print(f"\r{text:<70}", end=end, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a time as people say it: 42 s, 3 min 5 s, 2 h 7 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
