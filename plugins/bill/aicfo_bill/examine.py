"""A bill's verdict: all checks run on it, as the books stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

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

from .case import Case, OnHand
from .checks import CHECKS
from .names import plain_name


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
    codes = frozenset[str]()
    if overdue is None:
        overdue, codes = _listed(ctx)
    others = OnHand(ctx.books.all(Bill))
    parties = tuple(ctx.books.all(Counterparty))
    us = tuple(ctx.books.all(Merchant))
    known = _codes((*parties, *us))
    names = {party.id: str(party.name) for party in parties}
    invoices = ctx.books.records(Invoice)
    taken_off: dict[tuple[str, str], int] = defaultdict(int)
    for red in ctx.books.all(Invoice, status="red"):
        taken_off[red.counterparty, red.reverses] += abs(red.total)

    def make(bill: Bill) -> Case:
        return Case(
            bill,
            today=ctx.today,
            params=ctx.params,
            merchant=str(us[0].name) if us else "",
            others=others,
            parties=names,
            codes=known,
            invoices=invoices,
            reversed=taken_off,
            overdue=overdue,
            overdue_codes=codes,
            check_digit=check_digit,
        )

    return make


def _listed(ctx: Context) -> tuple[tuple[str, ...] | None, frozenset[str]]:
    """Return names and codes refused today by the list in the books, (None, none) without one."""
    known = list(ctx.books.all(OverdueAcceptor))
    shunned = [one for one in known if one.shunned(ctx.today)]
    codes = frozenset(one.uscc for one in shunned if one.uscc)
    return tuple(str(one.name) for one in shunned) if known else None, codes


def _codes(parties: Iterable[Counterparty | Merchant]) -> dict[str, frozenset[str]]:
    """Return the 统一社会信用代码 that the books have for each name."""
    found: dict[str, frozenset[str]] = {}
    for party in parties:
        if party.uscc:
            name = plain_name(party.name)
            found[name] = found.get(name, frozenset()) | {party.uscc}
    return found
