"""Where the payee and the amount of an action come from, asked of the books, not of its tool.

A tool may say that its proposal rests on text of strangers; whether it does is found out here.
The payee must be a party that the owner entered, or one that this firm paid before. The amount
must be explained by a record: what is open of the invoices it settles, a bill's face and a quote,
a line, a loan. What is not explained so is `tainted`: a person decides, no mandate covers it.

Nothing here reads text to decide: only ids, amounts, days, and the books' own audit of who
brought a record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, exists, or_, select

from ..actions import payable
from ..books.chain import Heads
from ..books.importers.detect import KINDS
from ..books.memory import memory_of
from ..books.port import Books
from ..books.schema import AUDIT, ENTRIES, POSTINGS, RECORDS
from ..books.settling import taken_back
from ..model.action import (
    Action,
    BuyStock,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    IssueGuarantee,
    Pay,
    PresentBill,
    RepayLoan,
    SubmitBid,
)
from ..model.base import Record
from ..model.bill import Bill, DiscountQuote
from ..model.finance import CreditLine, Loan
from ..model.invoice import Invoice, Obligation, Settlement
from ..model.merchant import Counterparty
from ..model.proposal import Proposal
from ..model.sales import StockLot
from ..model.tender import Tender
from ..money import grouped, interest
from ..redaction import redact, redacted

PAPERS = frozenset(KINDS) - {"records"}
"""Kinds of imported files whose names and numbers strangers write; `records` is the owner's."""

_THOUSAND = 1_000


def marked(proposal: Proposal, books: Books, connection: Connection, heads: Heads) -> Proposal:
    """Return the proposal as `tainted`, with the reasons, when the books do not vouch for it.

    `books` is what is known on the day; `connection` reads their audit, and sees `heads`. What a
    tool called tainted stays so: taint is added here, never taken away. Secrets in its words are
    masked.
    """
    said = {"reason": redact(proposal.reason), "evidence": tuple(redacted(proposal.evidence))}
    if said != {"reason": proposal.reason, "evidence": proposal.evidence}:
        proposal = proposal.model_copy(update=said)
    found = tuple(dict.fromkeys((*proposal.taint, *reasons(proposal, books, connection, heads))))
    if not found:
        return proposal
    return proposal.model_copy(update={"tainted": True, "taint": found})


def reasons(
    proposal: Proposal, books: Books, connection: Connection, heads: Heads
) -> Iterator[str]:
    """Yield why payee or amount of a proposal are not vouched for by the books."""
    yield from _payee(proposal.action, connection, heads)
    yield from unexplained(proposal.action, books)
    yield from _notices(proposal, connection, heads)


@dataclass(frozen=True, slots=True)
class _State:
    """A stored state of a record: its fields, who brought it, and in which file."""

    body: dict[str, Any]
    paper: bool
    file: str


# Built once: putting a statement together costs as much as running it.
_STATES = (
    select(RECORDS.c.body, AUDIT.c.kind, AUDIT.c.subject, AUDIT.c.body)
    .join(AUDIT, AUDIT.c.seq == RECORDS.c.source)
    .where(RECORDS.c.kind == bindparam("kind"), RECORDS.c.id == bindparam("id"))
    .order_by(RECORDS.c.known, RECORDS.c.row)
)
_PAID = select(
    exists(
        select(POSTINGS.c.entry)
        .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry)
        .where(
            POSTINGS.c.account == bindparam("account"),
            POSTINGS.c.amount > 0,
            or_(ENTRIES.c.key.is_not(None), ENTRIES.c.ref.like("Transaction:%")),
        )
    )
)


def _states(connection: Connection, heads: Heads, kind: type[Record], id: str) -> list[_State]:
    asked = {"kind": kind.__name__, "id": id}
    known: dict[tuple[type[Record], str], list[_State]] = (
        memory_of(connection.engine).about(heads).setdefault("states", {})
    )
    if (kind, id) not in known:
        known[kind, id] = [
            _State(
                json.loads(body), act == "imported" and json.loads(said)["kind"] in PAPERS, subject
            )
            for body, act, subject, said in connection.execute(_STATES, asked)
        ]
    return known[kind, id]


def _payee(action: Action, connection: Connection, heads: Heads) -> Iterator[str]:
    if not isinstance(action, Pay | EndorseBill | BuyStock):
        return
    states = _states(connection, heads, Counterparty, action.payee)
    if not states:
        yield f"the books hold no party {action.payee}"
        return
    if all(state.paper for state in states) and not _paid(connection, action.payee):
        yield f"{action.payee} was first seen in {states[0].file} and never paid before"
    codes = sorted({state.body.get("uscc") or "" for state in states} - {""})
    if len(codes) > 1:
        yield f"{action.payee} stands with several codes: {', '.join(codes)}"
    accounts = [state for state in states if state.body.get("payee_account")]
    if accounts and accounts[-1].paper:
        yield f"the account of {action.payee} is known from {accounts[-1].file} alone"


def _paid(connection: Connection, payee: str) -> bool:
    """Whether a statement shows money paid to the party, or these books carried out such an act.

    By the ledger: what an invoice posts there does not count, only what settled it.
    """
    return bool(connection.scalar(_PAID, {"account": payable(payee)}))


def unexplained(action: Action, books: Books) -> Iterator[str]:
    """Yield what of an amount no record of the books explains; nothing when one does."""
    match action:
        case Pay():
            yield from _settled(action, books)
        case EndorseBill():
            yield from _face(action.bill, action.amount, books)
            yield from _settled(action, books)
        case PresentBill():
            yield from _face(action.bill, action.amount, books)
        case DiscountBill():
            yield from _face(action.bill, action.amount, books)
            yield from _quoted(action, books)
        case DrawLoan():
            yield from _line(action, books)
        case RepayLoan():
            yield from _loan(action, books)
        case BuyStock():
            yield from _stock(action, books)
        case SubmitBid():
            yield from _bond(action, books)
        case _:
            pass


def _settled(action: Pay | EndorseBill, books: Books) -> Iterator[str]:
    """What a payment to a party may be: what is open of the papers it settles, no more."""
    if not action.settles:
        yield "no invoice or obligation explains the amount: it settles none"
        return
    explained = 0
    ids = (name.removeprefix("Invoice:").removeprefix("Obligation:") for name in action.settles)
    for id in dict.fromkeys(ids):
        invoice = books.records(Invoice).get(id)
        obligation = books.records(Obligation).get(id)
        if invoice is not None:
            if invoice.direction != "purchase" or invoice.counterparty != action.payee:
                yield f"{invoice.ref} is not owed to {action.payee}"
            else:
                explained += _open(invoice, books)
        elif obligation is None:
            yield f"the books hold no invoice or obligation {id}"
        elif obligation.counterparty not in ("", action.payee):
            yield f"{obligation.ref} is owed to {obligation.counterparty}"
        elif not obligation.paid:
            explained += obligation.amount
    if action.amount > explained:
        more = f"{grouped(action.amount)} is more than the {grouped(explained)}"
        yield f"{more} that is open of what it settles"


def _open(invoice: Invoice, books: Books) -> int:
    if invoice.status != "normal" or invoice.settled_at_sale:
        return 0
    settled = sum(part.amount for part in books.all(Settlement, invoice=invoice.id))
    return max(invoice.total + taken_back(invoice, books) - settled, 0)


def _face(bill: str, amount: int, books: Books) -> Iterator[str]:
    held = books.records(Bill).get(bill)
    if held is None:
        yield f"the books hold no bill {bill}"
    elif amount > held.face:
        yield f"{grouped(amount)} is more than the {grouped(held.face)} of bill {bill}"


def _quoted(action: DiscountBill, books: Books) -> Iterator[str]:
    """A discount costs what the institution quoted, at most."""
    quotes = [
        quote
        for quote in books.all(DiscountQuote, institution=action.institution)
        if quote.day <= action.day <= quote.valid_until and action.days <= quote.tenor_days
    ]
    if not quotes:
        yield f"no quote of {action.institution} for {action.days} days is in the books"
        return
    if action.rate_ppm > max(quote.rate_ppm for quote in quotes):
        yield f"{action.rate_ppm} ppm is more than {action.institution} quoted"
    if action.fee > max(quote.fee for quote in quotes):
        yield f"a fee of {grouped(action.fee)} is more than {action.institution} quoted"


def _line(action: DrawLoan, books: Books) -> Iterator[str]:
    line = books.records(CreditLine).get(action.line)
    if line is None:
        yield f"the books hold no credit line {action.line}"
        return
    if action.amount > line.limit - line.used:
        yield f"{grouped(action.amount)} is more than {line.ref} still gives"
    if action.rate_ppm > line.rate_ppm or action.fee > line.fee:
        yield f"rate or fee is more than {line.ref} says"


def _loan(action: RepayLoan, books: Books) -> Iterator[str]:
    loan = books.records(Loan).get(action.loan)
    if loan is None:
        yield f"the books hold no loan {action.loan}"
        return
    if action.amount > loan.principal:
        yield f"{grouped(action.amount)} is more than the {grouped(loan.principal)} of {loan.ref}"
    days = max((action.day - loan.drawn).days, 0)
    if action.interest > interest(action.amount, loan.rate_ppm, days, loan.day_basis):
        yield f"interest of {grouped(action.interest)} is more than {loan.ref} bore so far"


def _stock(action: BuyStock, books: Books) -> Iterator[str]:
    costs = [lot.unit_cost for lot in books.all(StockLot, item=action.item)]
    if not costs:
        yield f"no price of {action.item} is in the books"
    elif action.amount * _THOUSAND > max(costs) * action.quantity_milli:
        yield f"the price is above the {grouped(max(costs))} that {action.item} cost"


def _bond(action: SubmitBid, books: Books) -> Iterator[str]:
    tender = books.records(Tender).get(action.tender)
    if tender is not None and action.amount > tender.bond:
        yield f"{grouped(action.amount)} is more than the bond of {grouped(tender.bond)}"


def _notices(proposal: Proposal, connection: Connection, heads: Heads) -> Iterator[str]:
    """A notice that strangers published vouches for nothing, whatever rests on it."""
    named = {ref.removeprefix("Tender:") for ref in proposal.evidence if ref.startswith("Tender:")}
    if isinstance(proposal.action, SubmitBid | IssueGuarantee):
        named.add(proposal.action.tender)
    for id in sorted(named):
        states = _states(connection, heads, Tender, id)
        if not states or any(state.paper for state in states):
            yield f"it rests on Tender:{id}, a notice that strangers published"
