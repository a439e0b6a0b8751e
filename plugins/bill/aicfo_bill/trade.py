"""What stands behind a bill: the invoices or contracts of a real trade (真实贸易背景)."""

from __future__ import annotations

from aicfo_sdk import grouped
from aicfo_sdk.model import Finding, Invoice

from .case import DRAFT_LAW, Case, Found, warn

_CODE, _SOURCE = "trade_background", DRAFT_LAW + "第十条"


def trade_background(case: Case) -> Found:
    """Invoices that hold, of whoever gave the bill, at least as large together as the bill."""
    bill = case.bill
    if not bill.invoices:
        return warn(
            _CODE,
            "no invoice or contract stands behind it",
            "file the invoice with it: a discount asks for it",
            _SOURCE,
        )
    found, worth, all_known = list[Finding](), 0, True
    for ref in bill.invoices:
        kind, _, id = ref.rpartition(":")
        invoice = case.invoices.get(id)
        if kind not in ("", "Invoice"):
            all_known = False
        elif invoice is None:
            all_known = False
            found += warn(
                _CODE, f"invoice {id} behind it is not in the books", "import it", _SOURCE
            )
        else:
            faults = [*_void(case, invoice), *_of_others(case, invoice)]
            found += faults
            worth += 0 if faults else _left(case, invoice)
    if all_known and not found and worth < bill.face:
        found += warn(
            _CODE,
            f"the invoices behind it come to {grouped(worth)}, the bill to {grouped(bill.face)}",
            "file the invoice or contract for the rest: a discount asks for it",
            _SOURCE,
        )
    return found


def _void(case: Case, invoice: Invoice) -> list[Finding]:
    """Return what is wrong with an invoice that was voided or reversed."""
    if invoice.status == "normal" and _left(case, invoice) > 0:
        return []
    said = "reversed by a red one" if invoice.status == "normal" else invoice.status
    return warn(
        _CODE,
        f"invoice {invoice.id} behind it is {said}",
        "ask what stands behind the bill now",
        _SOURCE,
    )


def _left(case: Case, invoice: Invoice) -> int:
    """Return what red invoices left of an invoice, minor units."""
    return invoice.total - case.reversed.get((invoice.counterparty, invoice.number), 0)


def _of_others(case: Case, invoice: Invoice) -> list[Finding]:
    """Return what is wrong with an invoice that is not the merchant's to who gave the bill."""
    bill = case.bill
    if bill.side != "receivable":
        return []
    if invoice.direction != "sales":
        return warn(
            _CODE,
            f"invoice {invoice.id} behind it is one that the merchant has to pay",
            "name the sale that the bill paid for",
            _SOURCE,
        )
    buyer, giver = case.parties.get(invoice.counterparty, ""), _giver(case)
    if invoice.counterparty == bill.received_from or not (buyer and giver):
        return []
    if case.same(buyer, giver):
        return []
    return warn(
        _CODE,
        f"invoice {invoice.id} behind it went to {buyer}, but {giver} gave the bill",
        "ask why another firm pays, and keep its agreement with the bill",
        _SOURCE,
    )


def _giver(case: Case) -> str:
    """Return the name of who gave the merchant the bill, or "" when the papers do not say."""
    bill = case.bill
    if bill.received_from in case.parties:
        return case.parties[bill.received_from]
    for link in reversed(bill.endorsements):
        if case.same(link.endorsee, case.merchant):
            return str(link.endorser)
    return str(bill.drawer) if case.same(bill.payee, case.merchant) else ""
