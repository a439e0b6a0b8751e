"""SQL over the files of a run: tables `results` and `paths`, policies and archetypes by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from aicfo_sdk.errors import BooksError, InputError

from .scenario import ARCHETYPES
from .store import PATHS, finished, read_manifest

SWEEP = "sweep.parquet"
"""The one table of a sweep."""

_VIEWS = {
    "results": "CREATE VIEW results AS SELECT r.* REPLACE (p.name AS policy, a.name AS archetype) "
    "FROM read_parquet({file}) r JOIN policies p ON p.code = r.policy "
    "JOIN archetypes a ON a.code = r.archetype",
    "paths": "CREATE VIEW paths AS SELECT r.* REPLACE (p.name AS policy) "
    "FROM read_parquet({file}) r JOIN policies p ON p.code = r.policy",
    "sweep": "CREATE VIEW sweep AS SELECT * FROM read_parquet({file})",
}


def open_results(folder: Path | str) -> Any:
    """Return a DuckDB connection over a finished experiment: tables `results` and `paths`, or over
    a sweep: table `sweep`.

    `results` has a row per replication, merchant and policy, columns as in docs/simulation.md with
    `policy` and `archetype` as names; `paths` the weekly `cash` and `fund` of the first merchants
    by `day`. Amounts are fen. The connection reads these files alone: no other file, no network,
    and nothing can be written outside its own memory. Raises: NotFound, BooksError.
    """
    duckdb: Any = import_module("duckdb")
    place = Path(folder)
    if (place / SWEEP).is_file():
        tables, named = {"sweep": place / SWEEP}, {}
    else:
        tables = {"results": finished(place), "paths": finished(place, PATHS)}
        named = {"policies": read_manifest(place)["policies"], "archetypes": list(ARCHETYPES)}
    connection = duckdb.connect(":memory:", config={"threads": 2})
    for table, names in named.items():
        connection.execute(f"CREATE TABLE {table} (code BIGINT, name VARCHAR)")
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", list(enumerate(names)))
    allowed = {table: _quoted(str(file.resolve())) for table, file in tables.items()}
    connection.execute(f"SET allowed_paths = [{', '.join(allowed.values())}]")
    connection.execute("SET enable_external_access = false")
    try:
        for table, file in allowed.items():
            connection.execute(_VIEWS[table].format(file=file))
    except duckdb.Error as error:
        connection.close()
        raise BooksError(
            "the result file cannot be read", value=_line(error), where=str(place)
        ) from None
    connection.execute("SET lock_configuration = true")
    return connection


def query(folder: Path | str, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return names of columns and rows of one SQL statement over a run's files.

    Raises: InputError for a statement that DuckDB refuses; NotFound, BooksError.
    """
    duckdb: Any = import_module("duckdb")
    connection = open_results(folder)
    try:
        found = connection.execute(sql)
        return [column[0] for column in found.description or ()], found.fetchall()
    except duckdb.Error as error:
        raise InputError("the query cannot be answered", value=sql, where=_line(error)) from None
    finally:
        connection.close()


def plain(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows with values that JSON has; others as text."""
    return [
        [
            one if one is None or isinstance(one, (int, str)) or _is_number(one) else str(one)
            for one in row
        ]
        for row in rows
    ]


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _is_number(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
