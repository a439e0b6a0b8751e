"""What the books hold for a plan: bills that may move, payables that bills may pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from aicfo_sdk import Context, NotFound
from aicfo_sdk.model import (
    Account,
    Bill,
    BillCheck,
    Counterparty,
    DiscountQuote,
    Invoice,
    Settlement,
)

from .examine import case_maker, examine
from .quote import payday


@dataclass(frozen=True, slots=True)
class Payable:
    """An open purchase invoice: fen still owed, the day it is due, the bills its supplier takes.

    `early`: last days and the fen that are taken off for paying all of it in money until then.
    """

    invoice: str
    payee: str
    amount: int
    due: date
    takes: frozenset[str]
    early: tuple[tuple[date, int], ...] = ()

    def off(self, day: date) -> int:
        """Return what is taken off for paying all of it in money on a day, fen."""
        return next((off for until, off in self.early if day <= until), 0)


def held_bills(ctx: Context) -> list[Bill]:
    """Return the bills that the merchant holds free as assets, ordered by id."""
    return [bill for bill in ctx.books.all(Bill, side="receivable", held="held") if not bill.over]


def checked_bills(ctx: Context) -> list[tuple[Bill, BillCheck]]:
    """Return each held bill with its check."""
    case = case_maker(ctx)
    return [(bill, examine(case(bill))) for bill in held_bills(ctx)]


def movable_bills(ctx: Context) -> list[Bill]:
    """Return the held bills that can be endorsed or discounted today and that no check refuses."""
    return [bill for bill, check in checked_bills(ctx) if may_move(ctx, bill, check)]


def may_move(ctx: Context, bill: Bill, check: BillCheck) -> bool:
    """Return whether a held bill can be endorsed, discounted or pledged today."""
    return (
        check.verdict != "refuse"
        and bill.transferable
        and (bill.status, bill.circulation) == ("received", "transferable")
        and bill.matures > ctx.today
        and payday(bill, ctx.calendar) > ctx.today
    )


def open_payables(ctx: Context, last: date) -> list[Payable]:
    """Return what suppliers who take bills are owed until `last`, and what may be paid early for a
    discount until then, in the order of the books.

    Settlements and red invoices are taken off; an invoice without an agreed day is left out,
    because paying it by bill would change a payment that no forecast can place.
    """
    codes, paid = ctx.books.labels(Settlement, "invoice")
    (part,) = ctx.books.columns(Settlement, "amount")
    settled: dict[str, int] = defaultdict(int)
    for code, amount in zip(codes.tolist(), part.tolist(), strict=True):
        settled[paid[code]] += amount
    reversed_: dict[tuple[str, str], int] = defaultdict(int)
    for invoice in ctx.books.all(Invoice, direction="purchase", status="red"):
        if invoice.reverses:
            reversed_[invoice.counterparty, invoice.reverses] += min(invoice.total, 0)
    parties = ctx.books.records(Counterparty)
    found = list[Payable]()
    total, spot = ctx.books.columns(Invoice, "total", "settled_at_sale")
    owed = (total > 0) & (spot == 0)
    for name, word in (("direction", "purchase"), ("status", "normal")):
        codes, words = ctx.books.labels(Invoice, name)
        owed &= codes == (words.index(word) if word in words else -1)
    ids = list(ctx.books.records(Invoice))
    chosen: list[int] = owed.nonzero()[0].tolist()
    for row in chosen:
        if total[row] <= settled.get(ids[row], 0):
            continue
        invoice = ctx.books.get(Invoice, ids[row])
        party = parties.get(invoice.counterparty)
        if party is None or not (party.accepts_bills or invoice.early):
            continue
        due = invoice.due
        if due is None and party.terms_days is not None:
            due = invoice.issued + timedelta(days=party.terms_days)
        back = reversed_.get((invoice.counterparty, invoice.number), 0)
        amount = invoice.total + back - settled.get(invoice.id, 0)
        if due is None or amount <= 0:
            continue
        early = tuple(
            (one.until, off)
            for one in invoice.early
            if one.until >= ctx.today
            and min(one.until, due) <= last
            and (off := invoice.discount_on(one.until, amount))
        )
        # Due later, it may be paid early by then, but no bill can be said to pay it.
        takes = frozenset(party.accepts_bills if due <= last else ())
        if takes or early:
            found.append(Payable(invoice.id, party.id, amount, due, takes, early))
    return found


def own_account(ctx: Context) -> str:
    """Return the id of the account that proceeds reach: the first bank account, or any, or ""."""
    accounts = sorted(ctx.books.all(Account), key=lambda a: (a.kind != "bank", a.id))
    return accounts[0].id if accounts else ""


def minimum_piece(ctx: Context, bill: Bill) -> int:
    """Return the least of a bill that may move, fen: all of it when it cannot be split."""
    if not bill.splittable:
        return bill.face
    return min(ctx.params.at("bill.minimum_piece", ctx.today), bill.face)


def deposit_ppm(ctx: Context) -> int:
    """Return what money left in the account earns a year, ppm; 0 where no table says."""
    try:
        return ctx.params.at("finance.demand_deposit_ppm", ctx.today)
    except NotFound:
        return 0


def quotes_of(ctx: Context) -> list[DiscountQuote]:
    """Return all discount quotes in the books."""
    return list(ctx.books.all(DiscountQuote))


def quotes_by_class(ctx: Context) -> dict[str, list[DiscountQuote]]:
    """Return all discount quotes in the books, by the class of acceptor that they are for."""
    found: dict[str, list[DiscountQuote]] = defaultdict(list)
    for quote in quotes_of(ctx):
        found[quote.acceptor_class].append(quote)
    return found


def bill_class(bill: Bill) -> str:
    """Return the kind of bill as suppliers name what they take."""
    return "supply_chain" if bill.kind.startswith("supply_chain") else bill.kind


class Units:
    """Hands out disjoint sub-ranges of bills, lowest units first."""

    def __init__(self, bills: Mapping[str, Bill]) -> None:
        self._bills = bills
        self._next = {id: bill.range_start for id, bill in bills.items()}

    def take(self, bill: str, amount: int) -> tuple[int, int]:
        """Return first and last unit of the next `amount` fen; (0, 0) for a bill moved whole."""
        if not self._bills[bill].splittable:
            return 0, 0
        first = self._next[bill]
        self._next[bill] = first + amount
        return first, first + amount - 1
