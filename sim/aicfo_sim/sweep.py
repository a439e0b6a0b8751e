"""Sweeps: the same experiment at many points of a scenario's figures, and what they move."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa

from aicfo_sdk.books.files import new_file
from aicfo_sdk.errors import BooksError, InputError

from . import store
from .experiment import run
from .query import SWEEP
from .results import report
from .scenario import Scenario, calibration, from_table, table_of
from .sensitivity import sensitivity

DESIGNS = ("grid", "lhs")
"""Every combination, or a Latin hypercube: each input's range cut in as many parts as points."""

_PLAN = "sweep.json"
_MOST = 10_000
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(x?)")

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Axis:
    """An input that varies: a key of the scenario file, and a range or a list of values.

    `times` multiplies the shipped figure (each entry of a list) in place of setting it.
    """

    key: str
    low: float = 0.0
    high: float = 0.0
    times: bool = False
    values: tuple[Value, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Axis:
        """Return the axis that `KEY=LOW..HIGH`, `KEY=LOW..HIGHx` or `KEY=A,B,C` means.

        Raises: InputError.
        """
        key, sign, said = text.partition("=")
        mend = "write --vary KEY=LOW..HIGH, KEY=LOW..HIGHx (times the shipped figure) or KEY=A,B"
        if not key or not sign or not said:
            raise InputError("cannot vary this", value=text, mend=mend)
        found = _RANGE.fullmatch(said)
        if found:
            low, high = float(found[1]), float(found[2])
            if low >= high:
                raise InputError("the lower end comes first", value=text, mend=mend)
            return cls(key, low, high, bool(found[3]))
        if ".." in said:
            raise InputError("cannot vary this", value=text, mend=mend)
        return cls(key, values=tuple(_plain(part) for part in said.split(",")))

    def at(self, share: float) -> Value:
        """Return the value at a share of the way, 0 to 1."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found: inputs of each point, a row per point, archetype and policy in `table`,
    and how much each input moved each result."""

    folder: Path
    table: Path
    points: tuple[dict[str, Value], ...]
    sensitivity: list[dict[str, Any]]


def design(axes: Sequence[Axis], kind: str, points: int, seed: int) -> list[dict[str, Value]]:
    """Return the inputs of each point.

    A grid has `points` values on each range and every combination; "lhs" has `points` points in
    all, a Latin hypercube of scipy from `seed`. Raises: InputError.
    """
    keys = [axis.key for axis in axes]
    if not keys or len(set(keys)) != len(keys):
        raise InputError("vary each key once", value=",".join(keys), mend="--vary KEY=LOW..HIGH")
    if kind not in DESIGNS:
        raise InputError("no such design", value=kind, mend="known: " + ", ".join(DESIGNS))
    if not 2 <= points <= _MOST:
        raise InputError("points out of bounds", value=points, mend=f"2 to {_MOST}")
    if kind == "lhs":
        qmc: Any = import_module("scipy.stats.qmc")
        shares = qmc.LatinHypercube(d=len(axes), seed=np.random.Generator(np.random.PCG64(seed)))
        sample: list[list[float]] = shares.random(points).tolist()
        return [
            {axis.key: axis.at(share) for axis, share in zip(axes, row, strict=True)}
            for row in sample
        ]
    steps = [
        axis.values or tuple(axis.at(float(share)) for share in np.linspace(0, 1, points))
        for axis in axes
    ]
    count = int(np.prod([len(values) for values in steps]))
    if count > _MOST:
        raise InputError("points out of bounds", value=count, mend=f"2 to {_MOST}")
    return [dict(zip(keys, values, strict=True)) for values in itertools.product(*steps)]


def sweep(
    scenario: str | Path,
    axes: Sequence[Axis],
    *,
    kind: str = "lhs",
    points: int = 32,
    merchants: int,
    days: int,
    seed: int,
    policies: Sequence[str],
    out: Path | str,
    progress: Callable[[int, int], None] | None = None,
    **more: Any,
) -> Sweep:
    """Run the experiment at every point and return what was found.

    Every point has the same seed, so that points differ by their inputs alone; `more` goes to
    `experiment.run`. Points that `out` already holds are not run again. Raises: InputError,
    NotFound, BooksError, Stopped.
    """
    found = design(axes, kind, points, seed)
    scenarios = [varied(scenario, axes, point) for point in found]
    folder = Path(out)
    _claim(folder, str(scenario), axes, kind, found, seed, policies)
    rows = list[dict[str, Any]]()
    for number, chosen in enumerate(scenarios):
        if progress is not None:
            progress(number, len(found))
        place = folder / f"point={number:04d}"
        run(
            chosen, merchants=merchants, days=days, seed=seed, policies=policies,
            out=place, paths=0, **more,
        )  # fmt: skip
        rows += [{"point": number, **_flat(row)} for row in report(place)]
    if progress is not None:
        progress(len(found), len(found))
    table = _write(folder / SWEEP, rows, found)
    return Sweep(folder, table, tuple(found), sensitivity(found, rows))


def varied(scenario: str | Path, axes: Sequence[Axis], point: Mapping[str, Value]) -> Scenario:
    """Return the scenario with the inputs of a point set; checked like any scenario file.

    Raises: InputError, NotFound.
    """
    name, table, where = table_of(scenario)
    for axis in axes:
        _set(table, axis, point[axis.key])
    return from_table(name, table, where)


def _set(table: dict[str, Any], axis: Axis, value: Value) -> None:
    section, *rest = axis.key.split(".")
    if section == "override" and len(rest) >= 2:
        target: dict[str, Any] = table.setdefault("override", {}).setdefault(rest[0], {})
        name = ".".join(rest[1:])
        shipped = target.get(name, _shipped(rest[0], name))
        target[name] = _scaled(shipped, value) if axis.times else _like(shipped, value)
        return
    if axis.times:
        raise InputError("only figures can be multiplied", value=axis.key, mend="override.…")
    *path, last = section, *rest
    for part in path:
        inner: Any = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise InputError("no such key", value=axis.key)
        table = cast(dict[str, Any], inner)
    # Keys outside `override` that have a range are whole numbers.
    table[last] = round(value) if isinstance(value, float) and not axis.values else value


def _shipped(archetype: str, name: str) -> Any:
    """Return the shipped value, or None for a figure that is not there: it is refused later."""
    rows = calibration(archetype).rows
    if name.endswith(".spread") and name.removesuffix(".spread") in rows:
        return rows[name.removesuffix(".spread")].get("spread")
    return rows.get(name, {}).get("value")


def _scaled(shipped: Any, value: Value) -> Any:
    if isinstance(shipped, list):
        return [_scaled(one, value) for one in cast(list[Any], shipped)]
    if isinstance(value, str) or not isinstance(shipped, (int, float)):
        return value
    return round(shipped * value) if isinstance(shipped, int) else shipped * value


def _like(shipped: Any, value: Value) -> Value:
    """Return a value of a range as the whole number that a figure of whole numbers wants."""
    return round(value) if isinstance(shipped, int) and isinstance(value, float) else value


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the summary with its paired differences side by side."""
    out = {key: value for key, value in row.items() if key not in ("vs_owner", "vs_best_rule")}
    for name in ("vs_owner", "vs_best_rule"):
        gap = row[name]
        for part in ("mean", "noise"):
            out[f"{name}_{part}"] = None if gap is None else gap[part]
    return out


def _claim(
    folder: Path,
    scenario: str,
    axes: Sequence[Axis],
    kind: str,
    found: Sequence[Mapping[str, Value]],
    seed: int,
    policies: Sequence[str],
) -> None:
    plan = {
        "scenario": scenario,
        "vary": [axis.key for axis in axes],
        "design": kind,
        "points": [dict(point) for point in found],
        "seed": seed,
        "policies": list(policies),
    }
    path = folder / _PLAN
    if path.is_file():
        if store.read_json(path) != plan:
            raise BooksError(
                "the folder holds another sweep",
                where=str(folder),
                mend="give another --out, or the same arguments to resume",
            )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("cannot write results here", value=str(folder), mend=str(error)) from None
    store.put_json(path, plan)


def _write(
    path: Path, rows: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Value]]
) -> Path:
    """Write one table: a row per point, archetype and policy, inputs first."""
    inputs: dict[str, list[Any]] = {
        key: [found[row["point"]][key] for row in rows] for key in found[0]
    }
    results: dict[str, list[Any]] = {key: [row[key] for row in rows] for key in rows[0]}
    table: Any = pa.table({**inputs, **results})
    with new_file(path, replace=True) as part:
        store.pq.write_table(table, part, compression="zstd")
    return path


def _plain(text: str) -> Value:
    text = text.strip()
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
