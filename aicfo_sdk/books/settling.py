"""What a payment settles: invoices, in whole or in part, and obligations.

Pure over the books port. A discount for paying early (现金折扣) is taken where the invoice's own
terms grant it: docs/bill-rules.md, early-settle.
"""

from __future__ import annotations

from typing import Literal

from ..actions import Posting
from ..errors import LedgerError
from ..model.action import EndorseBill, Pay
from ..model.base import Record, digest
from ..model.invoice import Invoice, Obligation, Settlement
from .port import Books
from .posting import accrual, early_discount

_LONGEST_ID = 200


def settled(
    action: Pay | EndorseBill, books: Books, ref: str
) -> tuple[tuple[Posting, ...], tuple[Record, ...]]:
    """Return the costs and the states of what the payment settles, in the order it names them.

    Money that pays the rest of an invoice less the discount its terms grant on the day pays all
    of it. `ref` names the action in the ids of settlements.
    Raises: NotFound; LedgerError for what is not owed to the payee, or not so much.
    """
    left = action.amount
    legs: list[Posting] = []
    records: list[Record] = []
    for name in dict.fromkeys(action.settles):
        id = name.removeprefix("Invoice:").removeprefix("Obligation:")
        obligation = books.records(Obligation).get(id)
        if obligation is not None and id not in books.records(Invoice):
            if obligation.paid or obligation.amount > left:
                raise LedgerError(
                    "an obligation is paid once and whole",
                    value=obligation.ref,
                    where=f"it is {'paid' if obligation.paid else obligation.amount}",
                    mend=f"{left} minor units were left to pay it",
                )
            left -= obligation.amount
            known = max(action.day, obligation.known_since)
            records.append(obligation.model_copy(update={"paid": True, "known_since": known}))
            legs.extend(accrual(obligation, obligation.amount, action.payee))
            continue
        invoice = _payable_invoice(id, action, books)
        off = _early_discount(invoice, action, left, books)
        amount = min(left, _open_amount(invoice, books))
        if amount <= 0:
            raise LedgerError(
                "the invoice is settled, or the payment is used up",
                value=invoice.ref,
                mend="leave it out of what the payment settles",
            )
        left -= amount
        means: Literal["money", "bill"] = "money" if isinstance(action, Pay) else "bill"
        records.append(_settlement(f"{ref}>{id}", action, id, amount, means, ref))
        if off:
            records.append(_settlement(f"{ref}>{id}>off", action, id, off, "discount", ref))
            legs.extend(early_discount(off, action.payee))
    if action.settles and left:
        raise LedgerError(
            "the payment is more than what it settles",
            value=action.amount,
            where=", ".join(action.settles),
            mend=f"{action.amount - left} minor units are open",
        )
    return tuple(legs), tuple(records)


def _settlement(
    id: str,
    action: Pay | EndorseBill,
    invoice: str,
    amount: int,
    by: Literal["money", "bill", "discount"],
    ref: str,
) -> Settlement:
    return Settlement(
        id=id if len(id) <= _LONGEST_ID else digest(id),
        day=action.day,
        invoice=invoice,
        amount=amount,
        by=by,
        source=ref,
    )


def _early_discount(invoice: Invoice, action: Pay | EndorseBill, left: int, books: Books) -> int:
    """Return what the invoice's own terms take off, when money pays all the rest of it in time."""
    if not invoice.early or isinstance(action, EndorseBill):
        return 0
    owed = _open_amount(invoice, books) + taken_back(invoice, books)
    off = invoice.discount_on(action.day, owed)
    return off if left == owed - off else 0


def taken_back(invoice: Invoice, books: Books) -> int:
    """Return what red invoices take off an invoice, minor units: 0 or below."""
    return sum(
        min(red.total, 0)
        for red in books.all(Invoice, counterparty=invoice.counterparty, reverses=invoice.number)
        if red.status == "red" and red.direction == invoice.direction
    )


def _payable_invoice(id: str, action: Pay | EndorseBill, books: Books) -> Invoice:
    invoice = books.get(Invoice, id)
    if invoice.direction != "purchase" or invoice.counterparty != action.payee:
        raise LedgerError(
            "this invoice is not owed to the payee",
            value=invoice.ref,
            where=f"{invoice.direction} invoice of {invoice.counterparty}",
            mend=f"pay {invoice.counterparty}, or leave it out",
        )
    return invoice


def _open_amount(invoice: Invoice, books: Books) -> int:
    if invoice.status == "void" or invoice.settled_at_sale:
        return 0
    return invoice.total - sum(part.amount for part in books.all(Settlement, invoice=invoice.id))
