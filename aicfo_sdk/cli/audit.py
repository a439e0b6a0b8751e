"""`aicfo audit`: is everything as it was written? The head to keep, the whole audit to hand out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from .arguments import books_of, emit, parser
from .outputs import AuditOutput, ExportOutput

if TYPE_CHECKING:
    import argparse

    from ..books.audit import AuditReport
    from ..books.chain import Head
    from ..books.checks import Check


def run(words: list[str]) -> int:
    """Verify, print the head or export; exit code 1 when something is not as it was written."""
    made = parser("audit", "Check the audit chain, the records and the ledger; hand them out.")
    made.add_argument("what", choices=("verify", "head", "export"), metavar="verify|head|export")
    made.add_argument("file", nargs="?", type=Path, metavar="FILE", help="to export to")
    made.add_argument(
        "--head", metavar="SEQ:HASH", help="a head kept elsewhere: the chain must contain it"
    )
    made.add_argument(
        "--export", type=Path, metavar="FILE", help="verify an exported audit, without the books"
    )
    made.add_argument("--force", action="store_true", help="export over an existing file")
    options = made.parse_args(words)
    _check_words(options)
    if options.what == "export":
        return _export(options)
    if options.what == "head":
        head = books_of(options.books, checked=False).audit.head()
        print(f"{head.seq}:{head.hash}")
        return 0
    return _verify(options)


def head_of(given: str) -> Head:
    """Return the head that "SEQ:HASH" says, or a file that holds it. Raises: InputError."""
    from ..books.chain import Head

    text = given
    try:
        if Path(given).is_file():
            text = Path(given).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            "the head cannot be read", value=given, where="--head", mend=str(error)
        ) from None
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip())
    if found is None:
        raise InputError("not a head", value=text, where="--head", mend="SEQ:HASH")
    return Head(int(found[1]), found[2])


def _check_words(options: argparse.Namespace) -> None:
    if options.what == "export" and options.file is None:
        raise InputError("no file named", mend="aicfo audit export FILE")
    if options.what != "export" and options.file is not None:
        raise InputError(
            "a word too many",
            value=str(options.file),
            mend="books are named with --books, an exported audit with --export",
        )


def _export(options: argparse.Namespace) -> int:
    books = books_of(options.books)
    head, lines = books.audit.export(options.file, replace=options.force)
    output = ExportOutput(file=str(options.file), entries=lines)
    said = f"{lines} lines in {options.file}, up to head {head.seq}:{head.hash}"
    emit(output, options.json, [said])
    return 0


def _verify(options: argparse.Namespace) -> int:
    expected = head_of(options.head) if options.head else None
    report: AuditReport | Check
    if options.export:
        from ..books.transcript import verify_export

        name, report = str(options.export), verify_export(options.export, expected)
        total = report.trial_balance
    else:
        books = books_of(options.books, checked=False)
        name, report = books.location, books.audit.verify(expected)
        total = sum(books.ledger.trial_balance().values()) if report.ok else 0
    output = AuditOutput(
        ok=report.ok and total == 0,
        rows=report.rows,
        records=report.records,
        entries=report.entries,
        head_seq=report.head.seq,
        head_hash=report.head.hash,
        trial_balance=total,
        problems=list(report.problems),
    )
    word = "all is as it was written" if output.ok else "NOT as it was written"
    lines = [
        f"{name}: {word}",
        f"  {report.rows} audit rows, {report.records} records, {report.entries} ledger entries",
        f"  head {report.head.seq}:{report.head.hash} (keep it elsewhere; check with --head)",
        *(f"  problem: {text}" for text in report.problems),
    ]
    emit(output, options.json, lines)
    return 0 if output.ok else 1
