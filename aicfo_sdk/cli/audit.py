"""`aicfo audit verify`: is everything as it was written?"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InputError
from .arguments import books_of, emit, parser
from .outputs import AuditOutput


def _head(given: str) -> tuple[int, str]:
    """Return the row number and hash of "SEQ:HASH", or of a file that holds it."""
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
    return int(found[1]), found[2]


def run(words: list[str]) -> int:
    """Verify the chain, the records and the ledger; exit code 1 when something is wrong."""
    made = parser("audit", "Check the audit chain, the records and the ledger.")
    made.add_argument("what", choices=("verify", "head"), help="verify, or print the head")
    made.add_argument(
        "--head", metavar="SEQ:HASH", help="a head kept elsewhere: the chain must contain it"
    )
    options = made.parse_args(words)
    from ..books.chain import Head

    books = books_of(options.books)
    if options.what == "head":
        head = books.audit.head()
        print(f"{head.seq}:{head.hash}")
        return 0
    expected = None
    if options.head:
        expected = Head(*_head(options.head))
    report = books.audit.verify(expected)
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
        f"{books.location}: {word}",
        f"  {report.rows} audit rows, {report.records} records, {report.entries} ledger entries",
        f"  head {report.head.seq}:{report.head.hash} (keep it elsewhere; check with --head)",
        *(f"  problem: {text}" for text in report.problems),
    ]
    emit(output, options.json, lines)
    return 0 if output.ok else 1
