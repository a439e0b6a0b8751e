"""What each record does to the ledger: pure functions from record states to balanced legs.

One question is asked of every record: which legs does its new state add to what the previous
state already posted? A first state has no previous one. So a later state posts the difference,
history stays immutable, and each entry sums to 0.

Who is the source of truth, so that nothing is counted twice:

| record        | posts                                                                        |
|---------------|------------------------------------------------------------------------------|
| Transaction   | the money of its own account, against what it was for                         |
| Invoice       | receivable or payable against income or cost and VAT; a red one is negative;  |
|               | a void one takes back what its earlier state posted; paid on the spot: the till |
| Bill          | the holding against the receivable of the party it came from                  |
| Loan          | the named debt, see `_loan`                                                   |
| FundPosition  | the position, see `_fund`                                                     |
| Obligation    | nothing until it is paid: an action that settles it also posts its cost       |
| CreditLine    | nothing: what is drawn on it stands in its Loans                              |
| DailySales    | nothing: takings are posted by Transactions or Invoices                       |
| Settlement    | nothing: it says which invoice a posted movement paid; the action that takes  |
|               | a discount for paying early posts that too                                    |
| all others    | nothing                                                                       |

Both statements of a transfer between own accounts post against `assets:transit`, and both sides
of a bill that turns into money against `assets:bills_clearing`; what stays there is one-sided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ..actions import (
    BILLS,
    BILLS_PLEDGED,
    DEPOSITS,
    FINANCE_COST,
    FUNDS,
    LOANS,
    Posting,
    cash,
    payable,
    receivable,
)
from ..model.base import Record
from ..model.bill import Bill
from ..model.finance import FundPosition, Loan
from ..model.invoice import Invoice, Obligation, Transaction

_R = TypeVar("_R", bound=Record)

OPENING = "equity:opening"
TRANSIT = "assets:transit"
TILL = "assets:till"
BILLS_CLEARING = "assets:bills_clearing"
BILLS_ISSUED = "liabilities:bills"
UNASSIGNED = "unassigned"
"""Last level of an account whose party or loan the record does not name."""

POSTING_TYPES: tuple[type[Record], ...] = (Bill, FundPosition, Invoice, Loan, Transaction)
"""The record types that reach the ledger."""

_CONTRA = {
    "sale": "income:sales",
    "refund": "income:refunds",
    "transfer": TRANSIT,
    "fee": "expenses:fees",
    "loan": f"{LOANS}:{UNASSIGNED}",
    "tax": "expenses:tax",
    "payroll": "expenses:payroll",
    "rent": "expenses:rent",
    "bill": BILLS_CLEARING,
    "opening": OPENING,
    "owner": "equity:owner",
}
_OBLIGATION = {
    "payroll": "expenses:payroll",
    "social": "expenses:payroll",
    "tax": "expenses:tax",
    "rent": "expenses:rent",
    "loan": f"{LOANS}:{UNASSIGNED}",
    "bond": DEPOSITS,
    "other": "expenses:other",
}


def entries(record: Record, previous: Record | None = None) -> tuple[Posting, ...]:
    """Return the legs that `record` adds when `previous` was the state before it; they sum to 0.

    Assets and expenses grow by debits (+), liabilities, income and equity by credits (−).
    """
    match record:
        case Transaction():
            return difference(_transaction(record), _before(previous, Transaction, _transaction))
        case Invoice():
            return difference(_invoice(record), _before(previous, Invoice, _invoice))
        case Bill():
            return difference(_bill(record), _before(previous, Bill, _bill))
        case Loan():
            return _loan(record, previous if isinstance(previous, Loan) else None)
        case FundPosition():
            return _fund(record, previous if isinstance(previous, FundPosition) else None)
        case _:
            return ()


def accrual(obligation: Obligation, amount: int, payee: str) -> tuple[Posting, ...]:
    """Return the cost of an obligation that an action pays: debit the cost, credit the payee."""
    return moved(amount, _OBLIGATION[obligation.kind], payable(payee))


def early_discount(amount: int, payee: str) -> tuple[Posting, ...]:
    """Return the legs of a discount taken for paying early (现金折扣): less is owed, and finance
    cost falls (冲减财务费用), while cost and input tax stay as invoiced (总价法)."""
    return moved(amount, payable(payee), FINANCE_COST)


def moved(amount: int, debit: str, credit: str) -> tuple[Posting, ...]:
    """Return the two legs that move `amount` minor units; none for 0."""
    return total((Posting(debit, amount), Posting(credit, -amount)))


def total(legs: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return one leg per account in order of first mention, without those that cancel."""
    sums: dict[str, int] = {}
    for account, amount in legs:
        sums[account] = sums.get(account, 0) + amount
    return tuple(Posting(account, amount) for account, amount in sums.items() if amount)


def difference(new: Iterable[Posting], old: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return the legs that turn `old` into `new`."""
    return total((*new, *(Posting(account, -amount) for account, amount in old)))


def _before(
    previous: Record | None, kind: type[_R], legs: Callable[[_R], tuple[Posting, ...]]
) -> tuple[Posting, ...]:
    return legs(previous) if isinstance(previous, kind) else ()


def _transaction(line: Transaction) -> tuple[Posting, ...]:
    party = line.counterparty or UNASSIGNED
    match line.kind:
        case "receipt":
            contra = receivable(party)
        case "purchase":
            contra = payable(party)
        case "interest":
            contra = "income:interest" if line.amount > 0 else FINANCE_COST
        case "other":
            contra = "income:other" if line.amount > 0 else "expenses:other"
        case kind:
            contra = _CONTRA[kind]
    return moved(line.amount, cash(line.account), contra)


def _invoice(invoice: Invoice) -> tuple[Posting, ...]:
    if invoice.status == "void":
        return ()
    # From the total, so that an entry balances even where a paper's own sum is off by a fen.
    net = invoice.total - invoice.tax
    if invoice.direction == "sales":
        owed = TILL if invoice.settled_at_sale else receivable(invoice.counterparty)
        return total(
            (
                Posting(owed, invoice.total),
                Posting("income:sales", -net),
                Posting("liabilities:vat", -invoice.tax),
            )
        )
    owed = TILL if invoice.settled_at_sale else payable(invoice.counterparty)
    return total(
        (
            Posting("expenses:purchases", net),
            Posting("assets:vat", invoice.tax),
            Posting(owed, -invoice.total),
        )
    )


def _bill(bill: Bill) -> tuple[Posting, ...]:
    if bill.side == "payable":
        given = payable(bill.received_from or UNASSIGNED)
        gone = bill.held == "settled"
        return moved(bill.face, given, BILLS_CLEARING if gone else f"{BILLS_ISSUED}:{bill.id}")
    came = receivable(bill.received_from) if bill.received_from else OPENING
    match bill.held:
        case "held":
            now = f"{BILLS}:{bill.id}"
        case "pledged":
            now = f"{BILLS_PLEDGED}:{bill.id}"
        case "endorsed":
            now = payable(UNASSIGNED)
        case "discounted" | "settled":
            now = BILLS_CLEARING
    return moved(bill.face, now, came)


def _loan(loan: Loan, previous: Loan | None) -> tuple[Posting, ...]:
    """Name the debt. The money of a drawing or repayment is posted by the statement's own line.

    A loan first recorded on the day it was drawn takes its amount from what the statement shows
    as an unassigned loan; one recorded later was there before these books: opening equity.
    """
    unnamed = f"{LOANS}:{UNASSIGNED}"
    contra = OPENING if previous is None and loan.updated > loan.drawn else unnamed
    old = moved(previous.principal, unnamed, _debt(previous)) if previous else ()
    return difference(moved(loan.principal, contra, _debt(loan)), old)


def _debt(loan: Loan) -> str:
    return f"{LOANS}:{loan.line or loan.id}"


def _fund(fund: FundPosition, previous: FundPosition | None) -> tuple[Posting, ...]:
    """Follow the position: the first state is opening equity, a change is money in transit.

    The statement shows money moved into a fund as a transfer, which the change then clears;
    what stays in transit is the yield.
    """
    if previous is None:
        return moved(fund.amount, f"{FUNDS}:{fund.id}", OPENING)
    return moved(fund.amount - previous.amount, f"{FUNDS}:{fund.id}", TRANSIT)
