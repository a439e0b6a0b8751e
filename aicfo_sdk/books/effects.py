"""What carrying out an action changes in the books: postings, new states, settled invoices.

Pure over the books port, so the commit, a preview and a shadow of the books ask the same rules.
Whether the money is there is not asked here: that needs the ledger of all days to come.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..actions import BILLS, BILLS_PLEDGED, Posting, postings
from ..errors import InsufficientFunds, LedgerError
from ..model.action import (
    Action,
    BuyFund,
    BuyStock,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    IssueGuarantee,
    Pay,
    PledgeBill,
    PresentBill,
    RedeemFund,
    RepayLoan,
    SetMarketingBudget,
    SubmitBid,
    Transfer,
)
from ..model.base import Record
from ..model.bill import Bill, Endorsement
from ..model.bill_steps import after
from ..model.finance import CreditLine, FundPosition, Loan
from ..model.merchant import Account, Counterparty, Merchant
from ..model.tender import Tender
from ..model.text import UntrustedText
from ..money import PPM
from .port import Books
from .posting import moved, total
from .settling import settled

_LONGEST_ID = 200

BillAction = EndorseBill | DiscountBill | PledgeBill | PresentBill

_STEPS = {
    "endorse_bill": "ask_endorsement",
    "discount_bill": "ask_discount",
    "pledge_bill": "ask_pledge",
    "present_bill": "present",
}
"""The step of the bill system with which each action begins."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Balanced legs of the entry, and the record states that hold afterwards."""

    postings: tuple[Posting, ...]
    records: tuple[Record, ...] = ()


def effects(action: Action, books: Books, *, ref: str) -> Effects:
    """Return what `action` changes in `books`; `ref` names it in the ids of new records.

    `books` should show everything known, whatever its day, so that nothing is moved twice.
    Raises: NotFound for an unknown record; LedgerError when a record's state does not allow it;
    InsufficientFunds when a credit line, loan, position or holding is too small.
    """
    _own_accounts(action, books)
    legs = postings(action)
    match action:
        case Pay():
            books.get(Counterparty, action.payee)
            extra, records = settled(action, books, ref)
            return Effects(total((*legs, *extra)), records)
        case EndorseBill():
            books.get(Counterparty, action.payee)
            extra, paid = settled(action, books, ref)
            more, bills = _move_bill(action, books)
            return Effects(total((*legs, *extra, *more)), (*bills, *paid))
        case DiscountBill() | PresentBill():
            more, bills = _move_bill(action, books)
            return Effects(total((*legs, *more)), bills)
        case PledgeBill():
            line = books.get(CreditLine, action.line)
            more, bills = _move_bill(action, books)
            return Effects(total((*legs, *more)), (*bills, *_secured(line, action)))
        case BuyFund() | RedeemFund():
            return Effects(legs, (_fund(action, books),))
        case DrawLoan():
            return Effects(legs, _draw(action, books, ref))
        case RepayLoan():
            return Effects(legs, _repay(action, books))
        case SubmitBid():
            _open_tender(action, books)
        case IssueGuarantee():
            books.get(Tender, action.tender)
        case BuyStock():
            books.get(Counterparty, action.payee)
        case Transfer() | SetMarketingBudget():
            pass
    return Effects(legs)


def _own_accounts(action: Action, books: Books) -> None:
    account = getattr(action, "account", None)
    if account:
        books.get(Account, account)
    if isinstance(action, Transfer):
        books.get(Account, action.to_account)
        if action.account == action.to_account:
            raise LedgerError("a transfer to the account it leaves", value=action.account)


def _move_bill(action: BillAction, books: Books) -> tuple[tuple[Posting, ...], tuple[Record, ...]]:
    """Return the states of a bill after a move of it, or of a part, and the legs of a split.

    The record keeps its id for the first part that stays; a part that moves, and a second part
    that stays, get ids of their own: `id/first-last`.
    """
    bill = _holding(action, books)
    _movable(bill, action)
    first, last = _range(bill, action)
    day = max(action.day, bill.updated)
    held = {
        "endorse_bill": "endorsed",
        "discount_bill": "discounted",
        "pledge_bill": "pledged",
        "present_bill": "settled",
    }[action.kind]
    change: dict[str, object] = {"updated": day, "held": held}
    if isinstance(action, EndorseBill):
        change["endorsements"] = (*bill.endorsements, _endorsement(action, books))
    legs = list(moved(action.amount, f"{BILLS}:{action.bill}", f"{BILLS}:{bill.id}"))
    if action.amount == bill.face:
        return tuple(legs), (bill.model_copy(update=change),)
    staying = [
        (start, end)
        for start, end in ((bill.range_start, first - 1), (last + 1, bill.range_end))
        if start <= end
    ]
    own, *others = staying
    records = [_part(bill, own, {"updated": day}, id=bill.id), _part(bill, (first, last), change)]
    for part in others:
        rest = _part(bill, part, {"updated": day})
        records.append(rest)
        legs.extend(moved(rest.face, f"{BILLS}:{rest.id}", f"{BILLS}:{bill.id}"))
    if isinstance(action, PledgeBill):
        old, new = f"{BILLS_PLEDGED}:{action.bill}", f"{BILLS_PLEDGED}:{records[1].id}"
        legs.extend(moved(action.amount, new, old))
    return tuple(legs), tuple(records)


def _holding(action: BillAction, books: Books) -> Bill:
    """Return the bill, or the holding of its package that the part went to when it was split."""
    bill = books.get(Bill, action.bill)
    first, last = action.range_start, action.range_end
    if not last or (bill.range_start <= first and last <= bill.range_end):
        return bill
    for other in books.all(Bill, number=bill.number, held="held", side="receivable"):
        if other.range_start <= first and last <= other.range_end:
            return other
    return bill


def _part(
    bill: Bill, part: tuple[int, int], change: dict[str, object], *, id: str | None = None
) -> Bill:
    first, last = part
    own = {
        "id": id or f"{bill.id}/{first}-{last}",
        "range_start": first,
        "range_end": last,
        "face": last - first + 1,
    }
    return bill.model_copy(update={**own, **change})


def _movable(bill: Bill, action: BillAction) -> None:
    presenting = isinstance(action, PresentBill)
    if bill.side != "receivable" or bill.held != "held":
        what = bill.held if bill.side == "receivable" else "the merchant's own debt"
        raise LedgerError("the bill is not held", value=bill.ref, where=f"it is {what}")
    if presenting and action.day < bill.matures:
        raise LedgerError(
            "the bill has not matured",
            value=bill.ref,
            mend=f"it can be presented from {bill.matures.isoformat()}",
        )
    if not presenting and action.day > bill.matures:
        raise LedgerError(
            "the bill is past its maturity", value=bill.ref, mend="present it for payment"
        )
    if not presenting and not bill.transferable:
        raise LedgerError(
            "the bill may not be transferred: its drawer marked it 不得转让",
            value=bill.ref,
            mend="hold it to maturity",
        )
    if bill.circulation == "locked":
        # The system lets the units go that are not locked; the books do not know which.
        raise LedgerError(
            f"the bill is {bill.state_said}: an earlier step with it is not finished",
            value=bill.ref,
            mend="finish or withdraw that first, then bring in the bill's new state",
        )
    after(_STEPS[action.kind], (bill.status, bill.circulation), where=bill.ref)


def _range(bill: Bill, action: BillAction) -> tuple[int, int]:
    """Return the first and last unit moved; (0, 0) for a bill that cannot be split."""
    first = action.range_start or bill.range_start
    last = action.range_end or bill.range_end
    inside = bill.range_start <= first and last <= bill.range_end
    units = last - first + 1 if bill.splittable else bill.face
    if not inside or units != action.amount:
        raise InsufficientFunds(
            "the holding does not contain this part of the bill",
            value=f"{action.amount} fen, units {first}-{last}",
            where=bill.ref,
            mend=f"held are {bill.face} fen, units {bill.range_start}-{bill.range_end}"
            + ("" if bill.splittable else ", moved only as a whole"),
        )
    return first, last


def _endorsement(action: EndorseBill, books: Books) -> Endorsement:
    merchants = list(books.records(Merchant).values())
    payee = books.get(Counterparty, action.payee)
    return Endorsement(
        day=action.day,
        endorser=merchants[0].name if merchants else UntrustedText(),
        endorsee=payee.name,
    )


def _fund(action: BuyFund | RedeemFund, books: Books) -> FundPosition:
    fund = books.get(FundPosition, action.fund)
    change = action.amount if isinstance(action, BuyFund) else -action.amount
    if fund.amount + change < 0:
        raise InsufficientFunds(
            "more than the position holds",
            value=action.amount,
            where=fund.ref,
            mend=f"at most {fund.amount}",
        )
    day = max(action.day, fund.updated)
    return fund.model_copy(update={"amount": fund.amount + change, "updated": day})


def _secured(line: CreditLine, action: PledgeBill) -> tuple[Record, ...]:
    """Return the line with what its lender lends on the bill on top, where the share is known."""
    if not line.pledge_ppm:
        return ()
    more = action.amount * line.pledge_ppm // PPM
    change = {"limit": line.limit + more, "updated": max(action.day, line.updated)}
    return (line.model_copy(update=change),)


def _draw(action: DrawLoan, books: Books, ref: str) -> tuple[Record, ...]:
    line = books.get(CreditLine, action.line)
    if action.day > line.expires:
        raise LedgerError(
            "the credit line has expired", value=line.ref, where=line.expires.isoformat()
        )
    if line.used + action.amount > line.limit:
        raise InsufficientFunds(
            "more than the credit line still gives",
            value=action.amount,
            where=line.ref,
            mend=f"at most {max(line.limit - line.used, 0)}",
        )
    loan = Loan(
        id=f"{ref}:{line.id}"[:_LONGEST_ID],
        updated=action.day,
        line=line.id,
        lender=line.lender,
        principal=action.amount,
        rate_ppm=action.rate_ppm,
        day_basis=line.day_basis,
        drawn=action.day,
        due=action.due,
    )
    used = {"used": line.used + action.amount, "updated": max(action.day, line.updated)}
    return loan, line.model_copy(update=used)


def _repay(action: RepayLoan, books: Books) -> tuple[Record, ...]:
    loan = books.get(Loan, action.loan)
    if action.line != (loan.line or loan.id):
        raise LedgerError(
            "the loan was drawn from another line",
            value=action.line,
            where=loan.ref,
            mend=f"name {loan.line or loan.id}",
        )
    if action.amount > loan.principal:
        raise InsufficientFunds(
            "more than the loan still is",
            value=action.amount,
            where=loan.ref,
            mend=f"at most {loan.principal}",
        )
    day = max(action.day, loan.updated)
    records: list[Record] = [
        loan.model_copy(update={"principal": loan.principal - action.amount, "updated": day})
    ]
    line = books.records(CreditLine).get(loan.line)
    if line is not None:
        used = max(line.used - action.amount, 0)
        day = max(action.day, line.updated)
        records.append(line.model_copy(update={"used": used, "updated": day}))
    return tuple(records)


def _open_tender(action: SubmitBid, books: Books) -> None:
    tender = books.get(Tender, action.tender)
    late = tender.deadline is not None and action.day > tender.deadline
    if tender.status != "open" or late:
        raise LedgerError(
            "the tender takes no bids",
            value=tender.ref,
            where="past its deadline" if late else tender.status,
        )
    if tender.currency != books.currency:
        raise LedgerError(
            "a bid in another currency than the books",
            value=tender.currency,
            where=tender.ref,
            mend=f"the books are in {books.currency}",
        )
