"""`aicfo audit verify`: is everything as it was written?"""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from .arguments import books_of, emit, parser
from .outputs import AuditOutput


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
        text = (
            Path(options.head).read_text("ascii") if Path(options.head).is_file() else options.head
        )
        seq, separator, link = text.strip().partition(":")
        if not separator or not seq.isdigit():
            raise InputError("not a head", value=text, where="--head", mend="SEQ:HASH")
        expected = Head(int(seq), link)
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
