"""A throw-away PostgreSQL server and databases in it, for tests and fault campaigns alike."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_START_SECONDS = 60


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine, or it cannot be started."""


@contextmanager
def server(*, flushing: bool = True) -> Iterator[str]:
    """URL of a PostgreSQL server of our own, with its default database; gone afterwards.

    Without `flushing` it does not wait for the disk. Raises: NoPostgres.
    """
    binaries = _binaries()
    if binaries is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
        raise NoPostgres("NO POSTGRESQL HERE: books on PostgreSQL are NOT TESTED (apt: postgresql)")
    user = _as_postgres()
    with tempfile.TemporaryDirectory(prefix="aicfo-pg-") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data, log = Path(folder) / "data", Path(folder) / "log"
        subprocess.run(
            [*user, binaries / "initdb", "-D", data, "-U", "aicfo", "-A", "trust", "--no-sync",
             "-E", "UTF8", "--locale", "C"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*user, binaries / "postgres", "-D", data, "-p", str(port), "-k", folder,
                 "-c", "listen_addresses=127.0.0.1", "-c", f"fsync={'on' if flushing else 'off'}"],
                stdout=out, stderr=out, cwd=folder,
            )  # fmt: skip
        try:
            _wait(data / "postmaster.pid", process, log)
            yield f"postgresql://aicfo@127.0.0.1:{port}/postgres"
        finally:
            # runuser stays in between, so the signal goes to the recorded process itself.
            pid_file = data / "postmaster.pid"
            if pid_file.exists():
                os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGINT)
            process.wait(timeout=30)


@contextmanager
def database(server_url: str, name: str = "") -> Iterator[str]:
    """URL of an empty database on that server; dropped afterwards."""
    import psycopg
    from psycopg import sql

    name = name or f"books_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield server_url.rsplit("/", 1)[0] + "/" + name
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


def _binaries() -> Path | None:
    """The newest PostgreSQL server of this machine: Debian's place, else the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb")
    return places[-1].parent if places else Path(found).resolve().parent if found else None


def _as_postgres() -> list[str]:
    """initdb refuses to run as root, so there the server runs as its own user."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _wait(pid_file: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if pid_file.exists() and "ready" in pid_file.read_text():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")
