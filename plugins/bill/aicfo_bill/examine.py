"""A bill's verdict: all checks run on it, as the books stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aicfo_sdk import Context
from aicfo_sdk.model import (
    Bill,
    BillCheck,
    BillId,
    Counterparty,
    Finding,
    Invoice,
    Merchant,
    OverdueAcceptor,
)

from .case import Case, on_hand
from .checks import CHECKS


def examine(case: Case) -> BillCheck:
    """Return every finding on one bill, what ran and what could not be checked.

    One refusal refuses the bill; a warning asks for care; what was not checked proves nothing.
    """
    findings = list[Finding]()
    ran, skipped = list[str](), list[str]()
    for code, check in CHECKS.items():
        found = check(case)
        if found is None:
            skipped.append(code)
            continue
        ran.append(code)
        findings += found
    worst = {finding.severity for finding in findings}
    return BillCheck(
        bill=BillId(case.bill.id),
        verdict="refuse"
        if "refuse" in worst
        else "take_with_care"
        if "warning" in worst
        else "take",
        findings=tuple(findings),
        checked=tuple(ran),
        not_checked=tuple(skipped),
        evidence=(case.bill.ref, *case.bill.invoices),
    )


def case_maker(
    ctx: Context,
    *,
    overdue: Sequence[str] | None = None,
    check_digit: Callable[[str], bool] | None = None,
) -> Callable[[Bill], Case]:
    """Return a function that sets a bill into the books, read once for all bills.

    Without `overdue` the list is the one in the books, if any is. Reads Bill, Counterparty,
    Invoice, Merchant and OverdueAcceptor.
    """
    if overdue is None:
        overdue = _listed(ctx)
    others = tuple(bill for bill in ctx.books.all(Bill) if on_hand(bill))
    names = tuple(str(party.name) for party in ctx.books.all(Counterparty))
    invoices = ctx.books.records(Invoice)
    merchant = next((str(one.name) for one in ctx.books.all(Merchant)), "")

    def make(bill: Bill) -> Case:
        return Case(
            bill,
            today=ctx.today,
            params=ctx.params,
            merchant=merchant,
            others=others,
            names=names,
            invoices=invoices,
            overdue=overdue,
            check_digit=check_digit,
        )

    return make


def _listed(ctx: Context) -> tuple[str, ...] | None:
    """Return the names whose bills are refused today by the list in the books, None without one."""
    known = list(ctx.books.all(OverdueAcceptor))
    return tuple(str(one.name) for one in known if one.shunned(ctx.today)) if known else None
