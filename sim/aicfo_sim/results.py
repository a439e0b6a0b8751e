"""Result files: a manifest, a Parquet file per shard, one merged and sorted; the report's rows."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from aicfo_sdk.books.files import new_file, unwritten
from aicfo_sdk.errors import AicfoError, BooksError, InputError, NotFound

from .fen import Flags, Ints
from .outcome import COLUMNS
from .scenario import ARCHETYPES, Scenario
from .statistics import paired

# pyarrow's stubs leave most of the module untyped.
pq: Any = pyarrow.parquet

FORMAT = 1
"""Version of the result files; a change of meaning of any column raises it."""

MERGED = "results.parquet"
_MANIFEST = "manifest.json"
_RECORDED = "recorded"
_ORDER = ("replication", "merchant", "policy", *COLUMNS[1:])


def manifest(
    scenario: Scenario,
    *,
    merchants: int,
    days: int,
    seed: int,
    policies: tuple[str, ...],
    replications: int,
    shard: int,
) -> dict[str, Any]:
    """Return what names an experiment; `recorded` holds what may differ on resuming."""
    simd = cast(dict[str, Any], np.show_config(mode="dicts")).get("SIMD Extensions", {})
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest(),
        "warmup_days": scenario.warmup_days,
        "merchants": merchants,
        "days": days,
        "seed": seed,
        "policies": list(policies),
        "replications": replications,
        "shard": shard,
        "versions": {name: version(name) for name in ("aicfo-sim", "aicfo-sdk", "numpy", "simpy")},
        _RECORDED: {
            "python": platform.python_version(),
            "pyarrow": version("pyarrow"),
            "machine": platform.machine(),
            "cpu_features": sorted({*simd.get("baseline", ()), *simd.get("found", ())}),
        },
    }


def claim(folder: Path, wanted: dict[str, Any]) -> None:
    """Write the manifest into `folder`, or check that the one there is of the same experiment.

    Raises: BooksError for another experiment, InputError for a path that is no folder.
    """
    path = folder / _MANIFEST
    if path.is_file():
        found = read_manifest(folder)
        for key, value in wanted.items():
            if key != _RECORDED and found.get(key) != value:
                raise BooksError(
                    f"the folder holds another experiment: {key} is {found.get(key)}, not {value}",
                    where=str(folder),
                    mend="give another --out, or the same arguments to resume",
                )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("cannot write results here", value=str(folder), mend=str(error)) from None
    _put(path, json.dumps(wanted, indent=1, sort_keys=True).encode() + b"\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an experiment.

    Raises: NotFound, BooksError.
    """
    path = folder / _MANIFEST
    if not path.is_file():
        raise NotFound(
            "no experiment in this folder", value=str(folder), mend="run `aicfo sim run`"
        )
    try:
        return json.loads(path.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise BooksError("the manifest is not JSON", where=str(path)) from None


def shard_file(folder: Path, replication: int, shard: int) -> Path:
    """Return where a shard's results lie."""
    return folder / "shards" / f"run={replication:04d}" / f"shard={shard:06d}.parquet"


def write_shard(file: Path, columns: dict[str, Ints]) -> None:
    """Write a shard's rows, then their SHA-256 beside them: only with it the shard is done.

    Raises: BooksError when there is no room; nothing half-written is left.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(file, error) from None
    out = pa.BufferOutputStream()
    pq.write_table(_table(columns), out, compression="zstd")
    data: bytes = out.getvalue().to_pybytes()
    _put(file, data)
    _put(_seal(file), hashlib.sha256(data).hexdigest().encode() + b"\n")


def is_as_written(file: Path) -> bool:
    """Return whether a result file is there, neither cut nor changed."""
    try:
        return _seal(file).read_text("ascii").strip() == _digest(file)
    except (OSError, UnicodeDecodeError):
        return False


def clear_parts(folder: Path) -> None:
    """Remove what stopped processes had begun to write."""
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)


def merge(folder: Path, files: Sequence[Path]) -> tuple[str, int]:
    """Write all shards as one sorted file; return its SHA-256 and the number of rows.

    Raises: BooksError when there is no room; the shards stay, and nothing half-written is left.
    """
    parts = [pq.read_table(file, partitioning=None) for file in files]
    table = pa.concat_tables(parts)
    columns = {name: table[name].to_numpy() for name in _ORDER}
    order = np.lexsort((columns["policy"], columns["merchant"], columns["replication"]))
    sorted_columns = {name: column[order] for name, column in columns.items()}
    path = folder / MERGED
    with new_file(path, replace=True) as part:
        pq.write_table(_table(sorted_columns), part, compression="zstd", row_group_size=1_000_000)
        digest = _digest(part)
    try:
        _put(_seal(path), digest.encode() + b"\n")
    except AicfoError:
        # Without its seal nobody would believe it.
        path.unlink()
        raise
    return digest, len(order)


def read(folder: Path) -> tuple[dict[str, Any], dict[str, Ints]]:
    """Return manifest and merged columns of a finished experiment.

    Raises: NotFound, BooksError.
    """
    about = read_manifest(folder)
    path = folder / MERGED
    if not path.is_file():
        raise NotFound(
            "the experiment is not finished",
            value=str(folder),
            mend="resume it: `aicfo sim run` with the same arguments",
        )
    if not is_as_written(path):
        raise BooksError(
            "corrupt result file",
            value=str(path),
            mend="run `aicfo sim run` with the same arguments: it writes it anew",
        )
    try:
        table = pq.read_table(path)
        return about, {name: table[name].to_numpy() for name in _ORDER}
    except (pa.ArrowInvalid, KeyError) as error:
        raise BooksError("corrupt result file", value=str(error), where=str(path)) from None


def report(folder: Path | str) -> list[dict[str, Any]]:
    """Return the summary of an experiment: a row per archetype (and all) and policy.

    Means over merchants that were open at the end of the warm-up; amounts in fen. `vs_owner` and
    `vs_best_rule` are paired differences of final wealth: mean, 95 % intervals, noise floor. The
    best simple rule of an archetype is the one with the highest mean wealth in this run.
    """
    about, columns = read(Path(folder))
    names: list[str] = about["policies"]
    warm = columns["closed_day"]
    rows = list[dict[str, Any]]()
    first = {name: columns["policy"] == place for place, name in enumerate(names)}
    base = first[names[0]]
    # A firm that failed in the warm-up failed alike under every policy: no evidence for any.
    opened = np.ones(int(base.sum()), dtype=np.bool_)
    for chosen in first.values():
        opened &= ~((columns["survived"][chosen] == 0) & (warm[chosen] < int(about["warmup_days"])))
    kinds = columns["archetype"][base]
    codes: list[int] = np.unique(kinds).tolist()
    groups: list[tuple[str, Flags]] = [(ARCHETYPES[code], kinds == code) for code in codes]
    groups.append(("all", np.ones_like(opened)))
    for group, members in groups:
        keep = members & opened
        if not keep.any():
            continue
        values = {
            name: {key: columns[key][chosen][keep] for key in COLUMNS}
            for name, chosen in first.items()
        }
        rules = [name for name in names if name in ("hold_all", "always_discount")]
        best = max(rules, key=lambda name: float(values[name]["wealth"].mean()), default=None)
        for name in names:
            rows.append(_row(group, name, values, best, int(members.sum()), about["seed"]))
    return rows


def _row(
    group: str,
    name: str,
    values: dict[str, dict[str, Ints]],
    best: str | None,
    drawn: int,
    seed: int,
) -> dict[str, Any]:
    mine = values[name]

    def mean(key: str) -> float:
        return round(float(mine[key].mean()), 2)

    def against(other: str | None) -> dict[str, Any] | None:
        if other is None or other == name or other not in values:
            return None
        gap = paired(mine["wealth"], values[other]["wealth"], seed=seed)
        numbers = {key: _finite(getattr(gap, key)) for key in type(gap).__slots__ if key != "pairs"}
        return {"policy": other, "pairs": gap.pairs, **numbers}

    return {
        "archetype": group,
        "policy": name,
        "merchants": int(mine["merchant"].size),
        "failed_in_warmup": drawn - int(mine["merchant"].size),
        "survived_ppm": round(float(mine["survived"].mean()) * 1_000_000),
        "wealth": mean("wealth"),
        "gain": round(float((mine["wealth"] - mine["wealth_start"]).mean()), 2),
        "cash_p5": mean("cash_p5"),
        "cash_min": mean("cash_min"),
        "wage_late_days": mean("wage_late_days"),
        "supplier_late_days": mean("supplier_late_days"),
        "finance_cost": mean("finance_cost"),
        "actions": mean("actions"),
        "tenders_won": mean("tenders_won"),
        "vs_owner": against("owner"),
        "vs_best_rule": against(best),
    }


def _finite(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None


def _table(columns: dict[str, Ints]) -> pa.Table:
    return pa.table({name: pa.array(columns[name], type=pa.int64()) for name in _ORDER})


def _put(path: Path, content: bytes) -> None:
    with new_file(path, replace=True) as part:
        part.write_bytes(content)


def _seal(file: Path) -> Path:
    """Where the SHA-256 of a result file lies."""
    return file.with_suffix(".sha256")


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
