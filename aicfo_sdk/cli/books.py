"""`aicfo books`: backups while the books are in use, bringing them back, checks, upgrades."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import InputError
from .arguments import Parser, emit
from .audit import head_of
from .outputs import BooksOutput

if TYPE_CHECKING:
    import argparse

    from ..books.backup import Copied


def run(words: list[str]) -> int:
    """Run `aicfo books backup|restore|check|upgrade`; exit code 1 when a check finds something."""
    options = _arguments().parse_args(words)
    body = {"backup": _backup, "restore": _restore, "check": _check, "upgrade": _upgrade}
    output, lines = body[options.what](options)
    emit(output, options.json, lines)
    return 0 if output.ok else 1


def _arguments() -> Parser:
    made = Parser(prog="aicfo books", description="Back up, restore, check and upgrade books.")
    actions = made.add_subparsers(dest="what", required=True, metavar="WHAT")
    backup = actions.add_parser("backup", help="a copy of books in use, as one file")
    backup.add_argument("books", nargs="?", metavar="BOOKS", help="file or URL (else $AICFO_BOOKS)")
    backup.add_argument("--to", required=True, type=Path, metavar="FILE")
    backup.add_argument("--force", action="store_true", help="write over an existing file")
    restore = actions.add_parser("restore", help="put the books of a backup in place")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--to", required=True, metavar="BOOKS", help="file or URL")
    restore.add_argument(
        "--replace", action="store_true", help="the books in place are kept as NAME.replaced"
    )
    check = actions.add_parser("check", help="the database's own check, all chains, the ledger")
    check.add_argument("books", nargs="?", metavar="BOOKS", help="file or URL (else $AICFO_BOOKS)")
    check.add_argument(
        "--head", metavar="FILE", help="a head kept elsewhere (or SEQ:HASH) that must be contained"
    )
    upgrade = actions.add_parser("upgrade", help="bring books of an older version forward")
    upgrade.add_argument("books", nargs="?", metavar="BOOKS", help="file or URL")
    upgrade.add_argument(
        "--copy", type=Path, metavar="FILE", help="where the old books go (BOOKS.versionN)"
    )
    for action in (backup, restore, check, upgrade):
        action.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def _named(options: argparse.Namespace) -> str:
    target = options.books or os.environ.get("AICFO_BOOKS")
    if not target:
        raise InputError("no books named", mend="give BOOKS or set AICFO_BOOKS")
    return target


def _backup(options: argparse.Namespace) -> tuple[BooksOutput, list[str]]:
    from ..books.backup import backup

    done = backup(_named(options), options.to, replace=options.force)
    return _copied("backup", done), [f"backup in {done.target}, checked", *_held(done)]


def _restore(options: argparse.Namespace) -> tuple[BooksOutput, list[str]]:
    from ..books.backup import restore

    done = restore(options.file, options.to, replace=options.replace)
    lines = [f"{done.target}: restored from {options.file}, checked", *_held(done)]
    if done.kept:
        lines.append(f"  the books that were there are now {done.kept}")
    return _copied("restore", done), lines


def _check(options: argparse.Namespace) -> tuple[BooksOutput, list[str]]:
    from ..books.checks import check

    target = _named(options)
    found = check(target, head_of(options.head) if options.head else None)
    output = BooksOutput(
        what="check",
        ok=found.ok,
        target=target,
        version=found.version,
        rows=found.rows,
        records=found.records,
        entries=found.entries,
        problems=list(found.problems),
        head_seq=found.head.seq,
        head_hash=found.head.hash,
    )
    word = "all is as it was written" if found.ok else "DAMAGED"
    lines = [f"{target}: {word}", *(f"  problem: {text}" for text in found.problems)]
    if found.ok:
        lines.append(
            f"  {found.rows} audit rows, {found.records} records, {found.entries} ledger entries"
        )
        lines.append(f"  head {found.head.seq}:{found.head.hash} (keep it elsewhere)")
    else:
        lines.append("  mend: aicfo books restore FILE --to BOOKS --replace, from a backup")
    return output, lines


def _upgrade(options: argparse.Namespace) -> tuple[BooksOutput, list[str]]:
    from ..books.migrations import upgrade

    target = _named(options)
    done = upgrade(target, copy=options.copy)
    output = BooksOutput(
        what="upgrade",
        ok=True,
        target=target,
        version=done.after,
        kept=None if done.copy is None else str(done.copy),
        head_seq=done.head.seq,
        head_hash=done.head.hash,
    )
    if done.copy is None:
        return output, [f"{target}: is of version {done.after} already"]
    return output, [
        f"{target}: brought from version {done.before} to {done.after}",
        f"  the old books are kept in {done.copy}",
    ]


def _copied(what: Literal["backup", "restore"], done: Copied) -> BooksOutput:
    return BooksOutput(
        what=what,
        ok=True,
        target=done.target,
        version=done.version,
        rows=done.rows,
        records=done.records,
        entries=done.entries,
        kept=None if done.kept is None else str(done.kept),
        head_seq=done.head.seq,
        head_hash=done.head.hash,
    )


def _held(done: Copied) -> list[str]:
    return [
        f"  {done.rows} audit rows, {done.records} records, {done.entries} ledger entries",
        f"  head {done.head.seq}:{done.head.hash} (keep it elsewhere; check with --head)",
    ]
