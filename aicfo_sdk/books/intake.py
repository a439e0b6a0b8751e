"""Takes batches into stored books: what is new, what is known, what contradicts, what it posts.

Order of files does not matter, and a file taken twice changes nothing: records are told apart
by type, id and known day. All or nothing: one error and the transaction is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..errors import AmountError, InputError, RecordError
from ..model import RECORDS
from ..model.base import Record
from ..model.bill import Bill
from ..model.invoice import Transaction
from ..model.merchant import Counterparty, Merchant
from ..model.tender import Tender
from ..model.text import hidden
from .batch import Batch, Refused
from .bill_course import broken
from .history import History, State
from .matching import Commitments
from .openings import opening_id, reconcile
from .posting import POSTING_TYPES, difference, entries
from .states import ACCUMULATING, accumulated
from .writer import Writer

_ANY_CURRENCY = (Tender, Counterparty)
"""Record types that carry no amount in the currency of the books."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: numbers of records, and the rows that its importer refused."""

    source: str
    kind: str
    rows: int
    new: int
    same: int
    matched: int
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of all files of one import.

    `new` record states were added, `same` were known already, `matched` of the new ones showed
    something the books already had posted (a committed action, an opening balance that earlier
    statements lead up to, a holding known by another id); `refused` rows were not taken.
    """

    files: tuple[FileResult, ...]
    new: int
    same: int
    matched: int
    refused: int


def take_in(
    writer: Writer, batches: Sequence[Batch], *, currency: str, merchant: str
) -> ImportResult:
    """Write the batches and return what became of them.

    Raises: AmountError for another currency; RecordError when a file contradicts what is known;
    InputError for a second merchant or an unknown type of record.
    """
    for batch in batches:
        _check(batch, currency=currency, merchant=merchant)
    history = History(writer.connection, [r for batch in batches for r in batch.records])
    commitments = Commitments(writer.connection)
    files = tuple(_take_file(writer, batch, history, commitments) for batch in batches)
    writer.flush()
    accounts = {
        record.account
        for batch in batches
        for record in batch.records
        if isinstance(record, Transaction)
    }
    bridged = reconcile(writer, sorted(accounts))
    return ImportResult(
        files,
        new=sum(file.new for file in files),
        same=sum(file.same for file in files),
        matched=sum(file.matched for file in files) + bridged,
        refused=sum(len(file.refused) for file in files),
    )


def post(writer: Writer, record: Record, history: History) -> None:
    """Post what a new state adds, and take it back from the state after it, if there is one."""
    before, after = history.around(record)
    legs = entries(record, before)
    if legs:
        writer.entry(record.known, record.ref, _text(record), legs)
    if after is not None:
        fix = difference(entries(after, record), entries(after, before))
        if fix:
            writer.entry(after.known, after.ref, f"after an earlier state: {_text(after)}", fix)


def _take_file(
    writer: Writer, batch: Batch, history: History, commitments: Commitments
) -> FileResult:
    new = same = 0
    renamed = 0
    matched: list[list[str | int]] = []
    notes = list(batch.notes)
    last = max((record.known for record in batch.records), default=None)
    for record in sorted(batch.records, key=lambda record: record.known):
        taken = _under_known_id(record, history)
        if _is_known(taken, history, batch):
            same += 1
            continue
        if isinstance(taken, Bill):
            renamed += taken.id != record.id
            notes += _course(taken, history, batch, batch.lines.get((record.ref, record.known), 0))
        match = commitments.take(taken) if isinstance(taken, Transaction) else None
        if match is not None:
            matched.append(match.write(writer))
        elif isinstance(taken, POSTING_TYPES):
            post(writer, taken, history)
        history.add(taken, writer.record(taken))
        new += 1
    writer.audit(
        last or history.last_day(),
        "imported",
        batch.source,
        {
            "kind": batch.kind,
            "digest": batch.digest,
            "currency": batch.currency,
            "rows": batch.rows,
            "new": new,
            "same": same,
            "refused": len(batch.refused),
            "matched": matched,
        },
    )
    return FileResult(
        batch.source,
        batch.kind,
        batch.rows,
        new,
        same,
        len(matched) + renamed,
        batch.refused,
        tuple(notes),
    )


def _check(batch: Batch, *, currency: str, merchant: str) -> None:
    for record in batch.records:
        if type(record).__name__ not in RECORDS:
            raise InputError(
                "books hold no such type of record",
                value=type(record).__name__,
                where=batch.source,
                mend="one of " + ", ".join(RECORDS),
            )
        if hidden(record.id):
            # Two ids that look alike to the person who approves must not be two things.
            raise RecordError(
                "an id with characters that cannot be seen", file=batch.source, value=record.id
            )
        if isinstance(record, Merchant) and record.id != merchant:
            raise InputError(
                "books of another merchant",
                value=record.id,
                where=batch.source,
                mend=f"these are the books of {merchant}; one merchant per books",
            )
        if batch.currency not in ("", currency) and not isinstance(record, _ANY_CURRENCY):
            raise AmountError(
                "another currency than the books have",
                value=batch.currency,
                where=batch.source,
                mend=f"these books are in {currency}; import the file into books in "
                f"{batch.currency}",
            )


def _under_known_id(record: Record, history: History) -> Record:
    """Return the record under the id that the books know the same thing by."""
    if isinstance(record, Transaction) and record.kind == "opening":
        return record.model_copy(update={"id": opening_id(record)})
    if isinstance(record, Bill) and not history.states(record):
        known = history.holding(record)
        if known is not None:
            return record.model_copy(update={"id": known})
    return record


def _course(bill: Bill, history: History, batch: Batch, line: int) -> Iterator[str]:
    """Yield what is strange between a bill's new state and those just before and after it.

    Raises: RecordError when one cannot follow the other.
    """
    before, after = history.neighbours(bill)
    pairs = [(before.record(Bill), bill, before.imported)] if before else []
    pairs += [(bill, after.record(Bill), True)] if after else []
    for old, new, by_paper in pairs:
        found = broken(old, new, by_paper=by_paper)
        if found is None:
            continue
        days = f"states of {old.updated.isoformat()} and {new.updated.isoformat()}"
        if found.impossible:
            raise RecordError(
                f"a later state that cannot follow: {found.what}",
                file=batch.source,
                line=line,
                value=bill.ref,
                mend=f"{days}; {found.mend}",
            )
        yield f"{bill.ref}: {found.what} ({days}); taken as the file says"


def _is_known(record: Record, history: History, batch: Batch) -> bool:
    """Whether the books have this state. Raises: RecordError when they have a contrary one."""
    states = [state for state in history.states(record) if state.known <= record.known]
    if isinstance(record, ACCUMULATING):
        if not states:
            return False
        so_far = [state.record(type(record)) for state in states]
        return accumulated([*so_far, record]) == accumulated(so_far)
    same_day = [state for state in states if state.known == record.known and state.imported]
    if not same_day:
        return False
    if any(_agree(record, state) for state in same_day):
        return True
    if isinstance(record, Tender) and _adds(record, same_day):
        return False
    raise RecordError(
        "the file contradicts what the books know",
        file=batch.source,
        value=record.ref,
        mend=f"both are of {record.known.isoformat()} and they differ in "
        f"{', '.join(_differing(record, same_day[0]))}; correct the file, or leave it out",
    )


def _adds(tender: Tender, states: Sequence[State]) -> bool:
    """Whether a notice stands beside those of its day instead of against them.

    One of another kind does, and so does one correction beside another.
    """
    if not tender.notice:
        return False
    others = [state.record(Tender).notice for state in states]
    return tender.notice == "correction" or tender.notice not in others


def _agree(record: Record, state: State) -> bool:
    if isinstance(record, Transaction) and record.kind == "opening":
        return record.amount == state.record(Transaction).amount
    return record == state.record(type(record))


def _differing(record: Record, state: State) -> Iterable[str]:
    other = state.record(type(record))
    for name in type(record).model_fields:
        if getattr(record, name) != getattr(other, name):
            yield name


def _text(record: Record) -> str:
    match record:
        case Transaction():
            return " ".join(filter(None, (record.kind, record.counterparty_name, record.text)))
        case _:
            number = getattr(record, "number", "")
            return " ".join(filter(None, (type(record).__name__, number)))
