"""`aicfo export`: the ledger for other book-keeping programs."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from .arguments import as_day, books_of, emit, parser
from .outputs import ExportOutput


def run(words: list[str]) -> int:
    """Write the ledger as beancount text; an existing file is kept unless --force is given."""
    made = parser("export", "Write the ledger as beancount text.")
    made.add_argument("--to", required=True, type=Path, metavar="FILE")
    made.add_argument("--until", type=as_day, metavar="DATE", help="entries up to this day")
    made.add_argument("--force", action="store_true", help="write over an existing file")
    options = made.parse_args(words)
    books = books_of(options.books)
    if books.file and options.to.exists() and options.to.samefile(books.file):
        raise InputError("these are the books", value=str(options.to), mend="give another name")
    if options.to.exists() and not options.force:
        raise InputError("the file is there already", value=str(options.to), mend="use --force")
    from ..books.exporters.beancount import write

    entries = list(books.ledger.entries(until=options.until))
    write(entries, options.to, currency=books.currency)
    output = ExportOutput(file=str(options.to), entries=len(entries))
    emit(output, options.json, [f"{len(entries)} entries in {options.to}"])
    return 0
