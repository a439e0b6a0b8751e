"""Bodies of `aicfo sim validate` and `aicfo sim calibrate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aicfo_sdk.errors import InputError

from ..printing import columns
from .compare import Comparison, MomentRow, validate
from .fit import Fitted, calibrate


def run_validate(arguments: argparse.Namespace) -> int:
    """Print the comparison; return 0, or with `--strict` 1 when something lies outside its band."""
    found = validate(
        arguments.scenario,
        archetype=arguments.archetype,
        against=arguments.against,
        merchants=arguments.merchants,
        days=arguments.days,
        seed=arguments.seed,
    )
    if arguments.json:
        print(json.dumps(found.table(), ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(lines_of(found)))
    return int(arguments.strict and found.outside > 0)


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Fit, write the scenario, print what moved; return 0."""
    out: Path = arguments.out
    if out.suffix not in (".yaml", ".yml"):
        raise InputError("a scenario file ends in .yaml", value=str(out), mend="--out fitted.yaml")
    found = calibrate(
        arguments.records,
        archetype=arguments.archetype,
        merchants=arguments.merchants,
        seed=arguments.seed,
    )
    try:
        out.write_text(found.scenario.text(), "utf-8")
    except OSError as error:
        mend = str(error.strerror)
        raise InputError("the scenario cannot be written", value=str(out), mend=mend) from None
    if arguments.json:
        print(json.dumps({**found.table(), "out": str(out)}, ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join([*fit_lines(found), "", f"scenario {out}"]))
    return 0


def fit_lines(found: Fitted) -> list[str]:
    """Return what was fitted as lines of text: figures, then the distance of each moment."""
    whom = f"{found.stream} of {found.firms} firms"
    out = [f"{found.archetype} fitted to {whom}, {found.first} to {found.last}", ""]
    for key, value in found.override.items():
        out.append(f"  {key}: {str(value).strip('[]')}")
    lines = [["moment", "records", "shipped", "distance", "fitted", "distance"]]
    for old, new in zip(found.before, found.after, strict=True):
        values = [
            number(new.real),
            number(old.simulated),
            far(old),
            number(new.simulated),
            far(new),
        ]
        lines.append([new.moment, *values])
    mean_before, mean_after = (f"{one:.2f}" for one in found.mean_distances)
    lines.append(["mean of absolute distances", "", "", mean_before, "", mean_after])
    out += ["", *columns(lines, left=1)]
    return [*out, *(f"note: {note}" for note in found.notes)]


def lines_of(found: Comparison) -> list[str]:
    """Return a comparison as lines of text: per archetype, stream and part a table."""
    out = list[str]()
    keys = dict.fromkeys((row.archetype, row.stream, row.part) for row in found.moments)
    for key in keys:
        rows = [r for r in found.moments if (r.archetype, r.stream, r.part) == key]
        shapes = [r for r in found.shapes if (r.archetype, r.stream, r.part) == key]
        firms = max(row.firms for row in rows)
        out += ["", f"{key[0]}, {key[1]}, {_PARTS[key[2]]} ({firms} real firms)"]
        heads = ["moment", "real", "band", "simulated", "fits", "distance", "unit"]
        table = [[*heads[:-1]], *map(_cells, rows)]
        units = [heads[-1], *(row.unit for row in rows)]
        whole = columns(table, left=1)
        wide = max(map(len, whole))
        out += [f"{line:<{wide}}  {unit}" for line, unit in zip(whole, units, strict=True)]
        if shapes:
            lines = [["distribution", "KS", "by chance", "fits"]]
            lines += [
                [row.shape, f"{row.ks:.3f}", f"{row.limit:.3f}", _yes(row.inside)] for row in shapes
            ]
            out += ["", *columns(lines, left=1)]
    inside, every = len(found.moments) + len(found.shapes) - found.outside, found.moments
    total = len(every) + len(found.shapes)
    out += ["", f"{inside} of {total} fit" if total else "nothing was compared"]
    return [*out[1:], *(f"note: {note}" for note in found.notes)]


_PARTS = {
    "firms": "held-out firms, time of the fit",
    "later": "held-out firms, held-out time",
    "records": "the records given",
}


def _cells(row: MomentRow) -> list[str]:
    band = f"{number(row.low)} … {number(row.high)}"
    return [row.moment, number(row.real), band, number(row.simulated), _yes(row.inside), far(row)]


def far(row: MomentRow) -> str:
    """Return a distance in SDs between firms with its sign."""
    return "—" if row.distance is None else f"{row.distance:+.2f}"


def _yes(inside: bool) -> str:
    return "yes" if inside else "no"


def number(value: float) -> str:
    """Return a number as people read it: three digits behind the point, or grouped and whole."""
    return (
        f"{value:,.0f}"
        if abs(value) >= 1000
        else f"{value:.3f}"
        if abs(value) < 100
        else f"{value:.1f}"
    )
