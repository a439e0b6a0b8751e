"""`aicfo import`: files into books, all of them or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import AmountError, InputError
from .arguments import emit, parser
from .outputs import ImportedFile, ImportOutput, RefusedRow

if TYPE_CHECKING:
    import argparse

    from ..books.batch import Batch
    from ..books.intake import ImportResult
    from ..books.store import StoredBooks

_SHOWN = 5


def run(words: list[str]) -> int:
    """Read every file first, then take all of them in one transaction."""
    options = _arguments().parse_args(words)
    target = options.into or os.environ.get("AICFO_BOOKS")
    if not target:
        raise InputError("no books named", mend="give --into BOOKS or set AICFO_BOOKS")
    from ..books.importers.detect import read_known

    given = {
        "own": tuple(options.own) or None,
        "own_uscc": options.own_uscc,
        "account": options.account,
        "bank": options.bank,
        "mapping": options.mapping,
        "terms_days": options.terms_days,
        "encoding": options.encoding,
        "merchant": options.merchant,
        "lenient_ids": options.lenient_ids or None,
        "published": options.published,
    }
    batches = [read_known(path, options.kind, **given) for path in options.files]
    books, result, created = _take(target, options, batches)
    output = ImportOutput(
        books=books.location,
        created=created,
        currency=books.currency,
        files=[
            ImportedFile(
                file=file.source,
                kind=file.kind,
                rows=file.rows,
                new=file.new,
                same=file.same,
                matched=file.matched,
                refused=[
                    RefusedRow(line=row.line, reason=row.reason, value=row.value)
                    for row in file.refused
                ],
                notes=list(file.notes),
            )
            for file in result.files
        ],
        new=result.new,
        same=result.same,
        matched=result.matched,
        refused=result.refused,
        last_day=books.last_day().isoformat(),
    )
    emit(output, options.json, _lines(output))
    return 0


def _arguments() -> argparse.ArgumentParser:
    made = parser("import", "Read files into books: all of them, or none.", books=False)
    made.add_argument("files", nargs="+", metavar="FILE", type=Path)
    made.add_argument("--into", metavar="BOOKS", help="file or URL; made when it is not there")
    made.add_argument("--kind", help="format of the files (told by their content)")
    made.add_argument("--merchant", metavar="NAME", help="name of the firm, for new books")
    made.add_argument("--currency", metavar="CODE", help="of new books (the files' own)")
    made.add_argument(
        "--own",
        action="append",
        default=[],
        metavar="TEXT",
        help="own account number or name: money between own accounts is no sale (repeatable)",
    )
    made.add_argument("--own-uscc", metavar="CODE", help="own 统一社会信用代码, for e-invoices")
    made.add_argument("--account", metavar="ID", help="id of the own account a statement is of")
    made.add_argument("--bank", metavar="BANK", help="mapping of a bank statement: name or file")
    made.add_argument("--mapping", metavar="NAME", help="mapping of an invoice table: name or file")
    made.add_argument("--terms-days", type=int, metavar="DAYS", help="payment terms if none stated")
    made.add_argument("--published", metavar="DAY", help="day of a notice that states none")
    made.add_argument("--encoding", help="of text files (told by their bytes)")
    made.add_argument(
        "--lenient-ids", action="store_true", help="keep parties whose 统一社会信用代码 is wrong"
    )
    return made


def _take(
    target: str, options: argparse.Namespace, batches: list[Batch]
) -> tuple[StoredBooks, ImportResult, bool]:
    """Return the books, what became of the files, and whether the books were made."""
    from ..books.database import is_empty
    from ..books.store import create_with, open_books

    if not is_empty(target):
        books = open_books(target)
        if options.currency and options.currency != books.currency:
            raise AmountError(
                "the books are in another currency",
                value=options.currency,
                where=books.location,
                mend=f"they are in {books.currency}; leave --currency out, or make new books",
            )
        return books, books.import_batches(batches), False
    from ..model.merchant import Merchant
    from ..model.text import UntrustedText

    days = [record.known for batch in batches for record in batch.records]
    if not days:
        raise InputError("the files hold nothing to import", value=str(options.files[0]))
    country = {"CNY": "CN", "GBP": "GB", "EUR": "", "USD": "US"}
    currency = options.currency or _currency(batches)
    found = [r for batch in batches for r in batch.records if isinstance(r, Merchant)]
    merchant = (
        found[0]
        if found
        else Merchant(
            id="me",
            updated=min(days),
            name=UntrustedText(options.merchant or _holder(batches)),
            uscc=options.own_uscc or "",
            country=country.get(currency, ""),
        )
    )
    books, result = create_with(batches, target, merchant=merchant, currency=currency)
    return books, result, True


def _holder(batches: list[Batch]) -> str:
    """The one name that the accounts are held under; "" when the files give none or several.

    An invented name would be compared with those on bills and invoices.
    """
    from ..model.merchant import Account

    accounts = (r for batch in batches for r in batch.records if isinstance(r, Account))
    names = {account.name for account in accounts if account.name}
    return names.pop() if len(names) == 1 else ""


def _currency(batches: list[Batch]) -> str:
    """The one currency of all files but notices, which keep their own."""
    notices = ("ocds", "notice")
    found = sorted({b.currency for b in batches if b.currency and b.kind not in notices})
    if len(found) > 1:
        raise InputError(
            "files of two currencies cannot go into one books",
            value=" and ".join(found),
            mend="import them into separate books",
        )
    return found[0] if found else "CNY"


def _lines(output: ImportOutput) -> list[str]:
    made = "made " if output.created else ""
    lines = [f"{made}{output.books}: {output.new} new records, {output.same} known already"]
    for file in output.files:
        lines.append(f"  {file.file} ({file.kind}): {file.rows} rows, {file.new} new records")
        reasons: dict[str, list[RefusedRow]] = {}
        for row in file.refused:
            reasons.setdefault(row.reason, []).append(row)
        for reason, rows in reasons.items():
            where = ", ".join(str(row.line) for row in rows[:_SHOWN])
            more = " …" if len(rows) > _SHOWN else ""
            lines.append(f"    not taken: {len(rows)} × {reason} (line {where}{more})")
        lines += [f"    {text}" for text in file.notes]
    lines.append(f"  the books now know everything up to {output.last_day}")
    return lines
