"""Files of an experiment: a manifest, sealed Parquet shards, and one sorted file made of them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from aicfo_sdk.books.files import new_file, unwritten
from aicfo_sdk.errors import AicfoError, BooksError, NotFound

from .commit import commit
from .fen import Ints
from .outcome import COLUMNS
from .scenario import Scenario

# pyarrow's stubs leave most of the module untyped.
pq: Any = pyarrow.parquet

FORMAT = 3
"""Version of the result files; a change of meaning of any column raises it."""

MERGED, PATHS = "results.parquet", "paths.parquet"
"""Final outcomes, one row per replication, merchant and policy; weekly cash of the first few."""

ORDER = ("replication", "merchant", "policy", *COLUMNS[1:])
PATH_ORDER = ("replication", "merchant", "policy", "day", "cash", "fund")
"""Columns of the two files; rows are sorted by the first three (and `day`)."""

ROW_GROUP = 1 << 17
"""Rows of a group: large, so that few headers are read; some 25 MB of memory while merging."""

_MANIFEST, _RECORDED, _SPENT = "manifest.json", "recorded", ".spent.json"

_NEEDED: dict[str, type] = {
    "format": int,
    "scenario": str,
    "scenario_digest": str,
    "warmup_days": int,
    "merchants": int,
    "days": int,
    "seed": int,
    "policies": list,
    "replications": int,
    "versions": dict,
    _RECORDED: dict,
}
"""What readers take from a manifest."""

Columns = dict[str, Ints]


def manifest(
    scenario: Scenario,
    *,
    merchants: int,
    days: int,
    seed: int,
    policies: tuple[str, ...],
    replications: int,
    shard: int,
    paths: int,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what names an experiment; `recorded` holds what may differ on resuming.

    Its `commits` are those of the code that made shards, where it ran from a checkout; more than
    one when a run was gone on with by other code of the same versions.
    """
    simd = cast(dict[str, Any], np.show_config(mode="dicts")).get("SIMD Extensions", {})
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest(),
        "held_out": scenario.held_out,
        "warmup_days": scenario.warmup_days,
        "merchants": merchants,
        "days": days,
        "seed": seed,
        "policies": list(policies),
        "replications": replications,
        "shard": shard,
        "paths": paths,
        **(more or {}),
        "versions": {
            name: version(name) for name in ("aicfo-sim", "aicfo-sdk", "numpy", "scipy", "simpy")
        },
        _RECORDED: {
            "scenario": scenario.text(),
            "python": platform.python_version(),
            "pyarrow": version("pyarrow"),
            "commits": [commit()] if commit() else [],
            "machine": platform.machine(),
            "cpu_features": sorted({*simd.get("baseline", ()), *simd.get("found", ())}),
        },
    }


def claim(folder: Path, wanted: dict[str, Any]) -> None:
    """Write the manifest into `folder`, or check that the one there is of the same experiment.

    The caller is alone there. Raises: BooksError for another experiment.
    """
    path = folder / _MANIFEST
    if not path.is_file():
        put_json(path, wanted)
        return
    found = read_manifest(folder)
    for key, value in wanted.items():
        if key != _RECORDED and found.get(key) != value:
            raise BooksError(
                f"the folder holds another experiment: {key} is {found.get(key)}, not {value}",
                where=str(folder),
                mend="give another --out, or the same arguments to resume",
            )
    before = found[_RECORDED].setdefault("commits", [])
    more = [one for one in wanted[_RECORDED]["commits"] if one not in before]
    if more:
        before += more
        put_json(path, found)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an experiment.

    Raises: NotFound, BooksError.
    """
    path = folder / _MANIFEST
    if not path.is_file():
        raise NotFound(
            "no experiment in this folder", value=str(folder), mend="run `aicfo sim run`"
        )
    about = read_json(path)
    if about.get("format") == FORMAT:
        lacks = [key for key, kind in _NEEDED.items() if type(about.get(key)) is not kind]
        if lacks:
            raise BooksError("the manifest lacks or misstates", value=lacks[0], where=str(path))
    return about


def shard_file(folder: Path, replication: int, shard: int) -> Path:
    """Return where a shard's results lie; its paths and its cost lie beside them."""
    return folder / "shards" / f"run={replication:04d}" / f"shard={shard:06d}.parquet"


def write_shard(file: Path, columns: Columns, paths: Columns, spent: Mapping[str, int]) -> None:
    """Write a shard's rows and paths, sorted, then their SHA-256: only with it the shard is done.

    `spent` is CPU time by policy, µs; no result depends on it.
    Raises: BooksError when there is no room; nothing half-written is left.
    """
    for place in (file, _paths_of(file)):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritten(place, error) from None
    put_json(file.with_suffix(_SPENT), dict(spent))
    for place, table, order in ((_paths_of(file), paths, PATH_ORDER), (file, columns, ORDER)):
        out = pa.BufferOutputStream()
        with _writer(out, order) as writer:
            writer.write_table(_table(sort(table, order), order), row_group_size=ROW_GROUP)
        data: bytes = out.getvalue().to_pybytes()
        _put(place, data)
        _put(_seal(place), hashlib.sha256(data).hexdigest().encode() + b"\n")


def is_done(file: Path) -> bool:
    """Return whether a shard is there with its paths, neither cut nor changed."""
    return is_as_written(file) and is_as_written(_paths_of(file))


def is_as_written(file: Path) -> bool:
    """Return whether a result file is there, neither cut nor changed."""
    try:
        return _seal(file).read_text("ascii").strip() == _digest(file)
    except (OSError, UnicodeDecodeError):
        return False


def clear_parts(folder: Path) -> None:
    """Remove what ended processes had begun to write; the caller is alone there."""
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)


def merge(folder: Path, files: Sequence[Path]) -> tuple[str, int]:
    """Write all shards, given in order, as one file; return its SHA-256 and the number of rows.

    Memory does not grow with the rows: shards are sorted and lie in order, so they are read one
    after the other and written by row groups of one size, whatever the shards' sizes are.
    Raises: BooksError when there is no room; the shards stay, and nothing half-written is left.
    """
    _merge(folder / PATHS, [_paths_of(file) for file in files], PATH_ORDER)
    return _merge(folder / MERGED, files, ORDER)


def spent(files: Sequence[Path]) -> dict[str, int]:
    """Return CPU time by policy, µs, of the shards whose cost is known; draws and warm-up apart."""
    total = dict[str, int]()
    for file in files:
        try:
            found = json.loads(file.with_suffix(_SPENT).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        for name, micros in found.items():
            total[name] = total.get(name, 0) + int(micros)
    return total


def read_shards(files: Sequence[Path], names: Sequence[str]) -> Columns:
    """Return some columns of shards, one after the other. Raises: BooksError."""
    return _joined([_columns(file, names) for file in files], names)


def read(
    folder: Path, names: Sequence[str] = ORDER, file: str = MERGED
) -> tuple[dict[str, Any], Columns]:
    """Return manifest and merged columns of a finished experiment, all or those named.

    `file` is `MERGED` or `PATHS`, whose columns are `PATH_ORDER`.

    Raises: NotFound, BooksError.
    """
    about = read_manifest(folder)
    return about, _columns(finished(folder, file), names)


def finished(folder: Path, name: str = MERGED) -> Path:
    """Return where a merged file lies, as it was written.

    Raises: NotFound for an experiment that is not there or not finished; BooksError for a file
    that was cut or changed, or is of another version.
    """
    about = read_manifest(folder)
    if about.get("format") != FORMAT:
        raise BooksError(
            "results of another version",
            value=about.get("format"),
            where=str(folder),
            mend=f"this version reads {FORMAT}; run the experiment again",
        )
    path = folder / name
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
    return path


def sort(columns: Columns, order: Sequence[str]) -> Columns:
    """Return rows sorted by replication, merchant, policy and, for paths, day."""
    keys = ["replication", "merchant", "policy", *(["day"] if "day" in order else [])]
    rows = np.lexsort([columns[key] for key in reversed(keys)])
    return {name: columns[name][rows] for name in order}


def read_json(path: Path) -> dict[str, Any]:
    """Return the object that a JSON file holds. Raises: BooksError."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError):
        raise BooksError("the manifest is not JSON", where=str(path)) from None
    if not isinstance(found, dict):
        raise BooksError("the manifest is not a JSON object", where=str(path))
    return cast(dict[str, Any], found)


def put_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all. Raises: BooksError."""
    _put(path, json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")


def seal(path: Path) -> str:
    """Write a file's SHA-256 beside it and return it. Raises: BooksError; the file is gone then."""
    digest = _digest(path)
    try:
        _put(_seal(path), digest.encode() + b"\n")
    except AicfoError:
        # Without its seal nobody would believe it.
        path.unlink()
        raise
    return digest


def _merge(path: Path, files: Sequence[Path], order: Sequence[str]) -> tuple[str, int]:
    count = 0
    with new_file(path, replace=True) as part, _writer(part, order) as writer:
        for group in _groups(files, order):
            writer.write_table(_table(group, order), row_group_size=ROW_GROUP)
            count += group[order[0]].size
    return seal(path), count


def _groups(files: Sequence[Path], order: Sequence[str]) -> Iterator[Columns]:
    """Yield the rows of files in groups of exactly `ROW_GROUP`, the last one shorter."""
    held, waiting = list[Columns](), 0
    for file in files:
        columns = _columns(file, order)
        held.append(columns)
        waiting += columns[order[0]].size
        while waiting >= ROW_GROUP:
            whole = _joined(held, order)
            yield {name: column[:ROW_GROUP] for name, column in whole.items()}
            held = [{name: column[ROW_GROUP:] for name, column in whole.items()}]
            waiting -= ROW_GROUP
    if waiting:
        yield _joined(held, order)


def _columns(file: Path, names: Sequence[str]) -> Columns:
    """Return columns of a result file. Raises: BooksError."""
    try:
        source = pq.ParquetFile(file)
        lacks = [name for name in names if name not in source.schema_arrow.names]
        if lacks:
            raise BooksError("a result file lacks a column", value=lacks[0], where=str(file))
        # One at a time: as Arrow and as numpy each is there twice.
        return {name: source.read(columns=[name])[name].to_numpy() for name in names}
    except (pa.ArrowException, OSError) as error:
        raise BooksError("corrupt result file", value=str(error), where=str(file)) from None


def _joined(parts: Sequence[Columns], order: Sequence[str]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in order}


def _writer(where: Any, order: Sequence[str]) -> Any:
    """A Parquet writer: integers by their differences, which mostly are small, then zstd."""
    return pq.ParquetWriter(
        where,
        pa.schema([(name, pa.int64()) for name in order]),
        compression="zstd",
        use_dictionary=False,
        column_encoding=dict.fromkeys(order, "DELTA_BINARY_PACKED"),
        write_statistics=["replication", "merchant", "policy"],
    )


def _table(columns: Columns, order: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array(columns[name], type=pa.int64()) for name in order})


def _put(path: Path, content: bytes) -> None:
    with new_file(path, replace=True) as part:
        part.write_bytes(content)


def _paths_of(file: Path) -> Path:
    """Where the paths of a shard lie."""
    return file.parents[2] / "paths" / file.parent.name / file.name


def _seal(file: Path) -> Path:
    """Where the SHA-256 of a result file lies."""
    return file.with_suffix(".sha256")


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
