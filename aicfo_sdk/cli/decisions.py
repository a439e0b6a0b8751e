"""What was done with proposals, shown; `aicfo settle` and `aicfo void` for pending ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..money import grouped
from .arguments import as_day, emit, parser, session
from .outputs import DecisionOutput
from .papers import proposal_lines, proposal_output

if TYPE_CHECKING:
    from ..books.store import StoredBooks
    from ..safety.answers import Committed, Held, Leg


def settle(words: list[str]) -> int:
    """Post what a pending proposal reserved: all of it, or less."""
    made = parser("settle", "Post what a pending proposal reserved.")
    made.add_argument("key", metavar="KEY", help="key of the hold (the proposal's id)")
    made.add_argument("--amount", type=int, metavar="MINOR", help="less than was held")
    made.add_argument("--day", type=as_day, metavar="DATE", help="day it is posted (today's books)")
    options = made.parse_args(words)
    from ..safety.holds import settle as settle_it

    books = session(options).books
    before = books.audit.head()
    done = settle_it(books, options.key, amount=options.amount, day=options.day)
    repeated = books.audit.head() == before
    show_done(books, (done,), as_json=options.json, repeated=repeated)
    return 0


def void(words: list[str]) -> int:
    """Give back what a pending proposal reserved."""
    made = parser("void", "Give back what a pending proposal reserved.")
    made.add_argument("key", metavar="KEY", help="key of the hold (the proposal's id)")
    options = made.parse_args(words)
    from ..safety.holds import void as void_it

    books = session(options).books
    ended = void_it(books, options.key)
    stored = books.proposals.get(ended.proposal)
    output = DecisionOutput(proposal=proposal_output(stored), entry=ended.entry)
    emit(output, options.json, proposal_lines(stored))
    return 0


def show_done(
    books: StoredBooks, done: Sequence[Committed], *, as_json: bool, repeated: bool
) -> None:
    """Show what was committed, one action or a linked group."""
    stored = [books.proposals.get(answer.proposal) for answer in done]
    legs = [leg for answer in done for leg in answer.postings]
    output = DecisionOutput(
        proposal=proposal_output(stored[-1]),
        entry=done[-1].entry,
        postings=_pairs(legs),
        cash_before=done[0].cash_before,
        cash_after=done[-1].cash_after,
        repeated=repeated,
        linked=[proposal_output(item) for item in stored] if len(stored) > 1 else [],
    )
    lines = [
        *(line for item in stored for line in proposal_lines(item)),
        *_leg_lines(legs),
        f"    cash {grouped(done[0].cash_before)} → {grouped(done[-1].cash_after)} "
        f"{books.currency}, ledger entry {done[-1].entry}, audit row {done[-1].audit}"
        + _again(repeated),
    ]
    emit(output, as_json, lines)


def show_held(books: StoredBooks, held: Held, *, as_json: bool, repeated: bool) -> None:
    """Show what was reserved."""
    stored = books.proposals.get(held.proposal)
    output = DecisionOutput(
        proposal=proposal_output(stored),
        entry=held.entry,
        postings=_pairs(held.postings),
        cash_before=held.free_before,
        cash_after=held.free_after,
        repeated=repeated,
        until=held.until.isoformat(),
    )
    lines = [
        *proposal_lines(stored),
        *_leg_lines(held.postings),
        f"    pending until {held.until.isoformat()}: free cash {grouped(held.free_before)} → "
        f"{grouped(held.free_after)} {books.currency}, ledger entry {held.entry}"
        + _again(repeated),
        f"    aicfo settle {held.key} posts it, aicfo void {held.key} gives it back",
    ]
    emit(output, as_json, lines)


def _pairs(legs: Iterable[Leg]) -> list[list[str | int]]:
    return [[leg.account, leg.amount] for leg in legs]


def _leg_lines(legs: Iterable[Leg]) -> list[str]:
    return [f"    {leg.account:<40} {grouped(leg.amount):>18}" for leg in legs]


def _again(repeated: bool) -> str:
    return " (done before; nothing was done again)" if repeated else ""
