"""What was asked of the books and what came of it: recorded runs, each sealed by an audit row.

A run's record holds all that is needed to do it again (tool, arguments, subjects, snapshot, seed)
and to see what came of it (steps with the digests of their results, proposals, what was missing).
While a run goes on, its long steps are kept one by one; the record that ends it closes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, func, select

from ..errors import BooksError, NotFound
from ..model.base import canonical, digest
from .chain import Heads
from .database import Database
from .run_record import RunRecord
from .schema import AUDIT, RUNS, STEPS
from .writer import Writer


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as the books hold it; `source` is the number of the audit row that seals it."""

    id: str
    request: str
    source: int
    record: RunRecord


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that was broken off: its goal's tool and the long steps that are kept of it."""

    request: str
    goal: str
    steps: tuple[str, ...]


class Runs:
    """The recorded runs of one books, for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, id: str) -> StoredRun:
        """Return a run by its id, or by the id of a proposal that it put on the desk.

        Raises: NotFound naming the latest runs; BooksError when the record was changed.
        """
        with self._database.read() as connection:
            rows = connection.execute(select(RUNS).where(RUNS.c.id == id)).mappings().all()
            if not rows and (run := _run_of(connection, id)):
                rows = connection.execute(select(RUNS).where(RUNS.c.id == run)).mappings().all()
            if not rows:
                latest = connection.scalars(
                    select(RUNS.c.id).order_by(RUNS.c.source.desc()).limit(3)
                ).all()
                mend = "the latest are " + ", ".join(latest) if latest else "none is recorded"
                raise NotFound("no such run", value=id, where="these books", mend=mend)
            return _read(connection, rows[0])

    def heads(self, run: StoredRun) -> Heads:
        """Return where the chains ended when a run read the books.

        Raises: BooksError when these books never ended there.
        """
        heads = run.record.heads.heads()
        with self._database.read() as connection:
            found = connection.scalar(select(AUDIT.c.hash).where(AUDIT.c.seq == heads.audit_seq))
        if found != heads.audit_hash:
            raise BooksError(
                "these are not the books that the run read",
                value=run.id,
                where=f"audit row {heads.audit_seq}",
                mend="see aicfo audit verify",
            )
        return heads

    def latest(self, limit: int = 20) -> tuple[StoredRun, ...]:
        """Return the latest runs, the last one first. Raises: BooksError for a changed one."""
        query = select(RUNS).order_by(RUNS.c.source.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(
                _read(connection, row) for row in connection.execute(query).mappings().all()
            )

    def of(self, tool: str, *, until: date, since: date | None = None) -> Iterator[StoredRun]:
        """Yield the runs of a tool as of days through `until`, in the order they were recorded.

        `since` leaves out those as of earlier days. Raises: BooksError for a changed one.
        """
        query = select(RUNS.c.id).where(RUNS.c.tool == tool, RUNS.c.as_of <= until.isoformat())
        if since is not None:
            query = query.where(RUNS.c.as_of >= since.isoformat())
        with self._database.read() as connection:
            # One by one: a year of them is more than one wants in memory at once.
            for id in connection.scalars(query.order_by(RUNS.c.source)).all():
                row = connection.execute(select(RUNS).where(RUNS.c.id == id)).mappings().one()
                yield _read(connection, row)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Return what is kept of runs that were broken off and not asked again."""
        ended = (
            select(RUNS.c.request, func.max(RUNS.c.source).label("last"))
            .group_by(RUNS.c.request)
            .subquery()
        )
        query = (
            select(STEPS.c.request, STEPS.c.goal, STEPS.c.tool)
            .outerjoin(ended, ended.c.request == STEPS.c.request)
            .where(STEPS.c.source > func.coalesce(ended.c.last, 0))
            .order_by(STEPS.c.source)
        )
        found: dict[str, tuple[str, list[str]]] = {}
        with self._database.read() as connection:
            for request, goal, tool in connection.execute(query):
                found.setdefault(request, (goal, []))[1].append(tool)
        return tuple(Unfinished(key, goal, tuple(s)) for key, (goal, s) in found.items())

    def kept(self, request: str) -> dict[str, str]:
        """Return step key → result as JSON, of the long steps of a run that was broken off.

        Raises: BooksError when one of them was changed.
        """
        last = select(func.coalesce(func.max(RUNS.c.source), 0)).where(RUNS.c.request == request)
        query = select(STEPS).where(
            STEPS.c.request == request, STEPS.c.source > last.scalar_subquery()
        )
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(STEPS.c.source)).mappings().all():
                if _sealed(connection, row["source"], "step") != step_seal(row):
                    raise _changed(f"a step of {row['goal']}")
                found[str(row["key"])] = str(row["body"])
        return found


def record_run(writer: Writer, request: str, run: RunRecord) -> str:
    """Add a run with the audit row that seals it, and return its id."""
    body = canonical(run)
    id = "R" + digest([writer.source, request, body])[:12]
    row = {
        "id": id,
        "request": request,
        "tool": run.tool,
        "as_of": run.as_of.isoformat(),
        "body": body,
        "source": writer.source,
    }
    writer.add(RUNS, **row)
    writer.audit(run.as_of, "run", id, {"run": run_seal(row)})
    return id


def keep_step(writer: Writer, day: date, **values: str) -> None:
    """Add a finished long step: `request`, `goal`, `key`, `tool` and `body`, its result as JSON."""
    row = {**values, "source": writer.source}
    writer.add(STEPS, **row)
    writer.audit(day, "step", values["request"], {"step": step_seal(row)})


def run_seal(row: Mapping[Any, Any] | RowMapping) -> str:
    """Return the digest by which an audit row vouches for a recorded run."""
    return digest([row[name] for name in ("id", "request", "tool", "as_of", "body", "source")])


def step_seal(row: Mapping[Any, Any] | RowMapping) -> str:
    """Return the digest by which an audit row vouches for a kept step."""
    return digest([row[name] for name in ("source", "request", "goal", "key", "tool", "body")])


def _read(connection: Connection, row: RowMapping) -> StoredRun:
    if _sealed(connection, row["source"], "run") != run_seal(row):
        raise _changed(str(row["id"]))
    try:
        record = RunRecord.model_validate_json(row["body"])
    except ValidationError:
        raise BooksError(
            "a run recorded by another version of aicfo",
            value=row["id"],
            mend="read it with that version",
        ) from None
    return StoredRun(row["id"], row["request"], row["source"], record)


def _run_of(connection: Connection, proposal: str) -> str | None:
    """The run that first put a proposal on the desk."""
    query = select(AUDIT.c.body).where(AUDIT.c.subject == proposal).order_by(AUDIT.c.seq)
    for body in connection.scalars(query):
        run = cast("dict[str, Any]", json.loads(body)).get("run")
        if run:
            return str(run)
    return None


def _sealed(connection: Connection, source: int, kind: str) -> str | None:
    body = connection.scalar(
        select(AUDIT.c.body).where(AUDIT.c.seq == source, AUDIT.c.kind == kind)
    )
    return None if body is None else cast("dict[str, Any]", json.loads(body)).get(kind)


def _changed(what: str) -> BooksError:
    return BooksError(
        "what was recorded of a run is not what was written",
        value=what,
        mend="see aicfo audit verify, and restore the books from a copy",
    )
