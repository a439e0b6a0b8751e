"""The statistics of real records that `seeds/` ships, and how a file of them is written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from .sample import Band, Shape, Statistics
from .streams import Firm

SOURCES = {
    "shop": "takings",
    "contractor": "invoices_building",
    "manufacturer": "invoices_other",
}
"""Archetype → file of `aicfo_seeds/statistics/` that it is compared with."""

PARTS = {
    "fit": "firms and time that figures may be fitted to",
    "firms": "other firms, the same time",
    "later": "other firms, later",
}
"""Parts of a shipped file; the last two are held out."""

_DIGITS = 5


def held_out(source: str, firm: str) -> bool:
    """Return whether a firm belongs to the held-out half: by a digest of source and id alone."""
    return sha256(f"{source}:{firm}".encode()).digest()[0] % 2 == 1


@cache
def shipped(archetype: str) -> dict[str, dict[str, Statistics]]:
    """Return the shipped statistics of an archetype by part and stream; empty where none are."""
    if archetype not in SOURCES:
        return {}
    entry = files("aicfo_seeds") / "statistics" / f"{SOURCES[archetype]}.toml"
    table = tomllib.loads(entry.read_text("utf-8"))
    return {
        part: {name: _statistics(name, found) for name, found in table[part].items()}
        for part in PARTS
        if part in table
    }


def _statistics(stream: str, table: Mapping[str, Any]) -> Statistics:
    return Statistics(
        stream=stream,
        firms=table["firms"],
        first=table["first"],
        last=table["last"],
        spans=tuple(table["spans"]),
        bands={name: Band(*row) for name, row in table["moments"].items()},
        shapes={
            name: Shape(tuple(row["quantiles"]), row["limit"], row["firms"])
            for name, row in table["shapes"].items()
        },
    )


def split(
    source: str, firms: Sequence[Firm], until: date
) -> dict[str, tuple[list[Firm], date, date]]:
    """Return the parts of a source: firms by half, first and last day; later is after `until`."""
    first = min(firm.first for firm in firms)
    last = date.fromordinal(max(firm.first.toordinal() + firm.days - 1 for firm in firms))
    after = date.fromordinal(until.toordinal() + 1)
    theirs = [firm for firm in firms if held_out(source, firm.name)]
    ours = [firm for firm in firms if not held_out(source, firm.name)]
    return {
        "fit": (ours, first, until),
        "firms": (theirs, first, until),
        "later": (theirs, after, last),
    }


def text(head: str, about: Mapping[str, str], parts: Mapping[str, Mapping[str, Statistics]]) -> str:
    """Return a file of statistics as TOML; numbers are rounded to five significant digits."""
    lines = [f"# {line}" for line in head.splitlines()]
    lines += ["", *(f'{key} = "{value}"' for key, value in about.items())]
    for part, streams in parts.items():
        for name, one in streams.items():
            lines += ["", f"[{part}.{name}]", f"firms = {one.firms}"]
            lines += [f"first = {one.first}", f"last = {one.last}", f"spans = {list(one.spans)}"]
            lines += ["", f"[{part}.{name}.moments]"]
            for moment, band in one.bands.items():
                row = (band.value, band.low, band.high, band.p10, band.p90)
                lines.append(f"{moment} = [{', '.join(map(_short, row))}, {band.firms}]")
            for shape, found in one.shapes.items():
                lines += ["", f"[{part}.{name}.shapes.{shape}]", f"limit = {_short(found.limit)}"]
                lines.append(f"firms = {found.firms}")
                rows = [found.quantiles[n : n + 10] for n in range(0, len(found.quantiles), 10)]
                lines.append("quantiles = [")
                lines += [f"    {', '.join(map(_short, row))}," for row in rows]
                lines.append("]")
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    rounded = float(f"{value:.{_DIGITS}g}")
    return repr(rounded + 0.0)
