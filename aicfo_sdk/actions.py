"""What each action does to the ledger: pure functions that every bank uses."""

from __future__ import annotations

from typing import Any, NamedTuple

from .errors import InputError
from .model.action import (
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
from .money import interest


class Posting(NamedTuple):
    """One leg of an entry: positive is debit, negative is credit; a whole entry sums to 0."""

    account: str
    amount: int


def cash(account: str) -> str:
    """Ledger account of an own money account."""
    return f"assets:cash:{account}"


def payable(counterparty: str) -> str:
    """Ledger account of what is owed to a supplier."""
    return f"liabilities:payables:{counterparty}"


def receivable(counterparty: str) -> str:
    """Ledger account of what a customer owes."""
    return f"assets:receivables:{counterparty}"


BILLS = "assets:bills"
BILLS_PLEDGED = "assets:bills_pledged"
FUNDS = "assets:funds"
DEPOSITS = "assets:deposits"
STOCK = "assets:stock"
LOANS = "liabilities:loans"
FINANCE_COST = "expenses:finance"


def postings(action: Action) -> tuple[Posting, ...]:
    """Return the balanced postings of `action` on the day it is carried out.

    Assets and expenses grow by debits (+), liabilities and income by credits (−). Actions that
    move no money (`SetMarketingBudget`) have none.
    """
    match action:
        case Pay():
            return _move(action.amount, payable(action.payee), cash(action.account))
        case Transfer():
            return _move(action.amount, cash(action.to_account), cash(action.account))
        case EndorseBill():
            return _move(action.amount, payable(action.payee), f"{BILLS}:{action.bill}")
        case DiscountBill():
            cost = discount_cost(action)
            return _legs(
                Posting(cash(action.account), action.amount - cost),
                Posting(FINANCE_COST, cost),
                Posting(f"{BILLS}:{action.bill}", -action.amount),
            )
        case PledgeBill():
            return _move(action.amount, f"{BILLS_PLEDGED}:{action.bill}", f"{BILLS}:{action.bill}")
        case PresentBill():
            return _move(action.amount, cash(action.account), f"{BILLS}:{action.bill}")
        case BuyFund():
            return _move(action.amount, f"{FUNDS}:{action.fund}", cash(action.account))
        case RedeemFund():
            return _move(action.amount, cash(action.account), f"{FUNDS}:{action.fund}")
        case DrawLoan():
            return _legs(
                Posting(cash(action.account), action.amount - action.fee),
                Posting(FINANCE_COST, action.fee),
                Posting(f"{LOANS}:{action.line}", -action.amount),
            )
        case RepayLoan():
            return _legs(
                Posting(f"{LOANS}:{action.line}", action.amount),
                Posting(FINANCE_COST, action.interest),
                Posting(cash(action.account), -action.amount - action.interest),
            )
        case SubmitBid():
            return _move(action.amount, f"{DEPOSITS}:{action.tender}", cash(action.account))
        case IssueGuarantee():
            return _move(action.fee, FINANCE_COST, cash(action.account))
        case BuyStock():
            return _move(action.amount, f"{STOCK}:{action.item}", cash(action.account))
        case SetMarketingBudget():
            return ()


def discount_cost(action: DiscountBill) -> int:
    """Interest plus fee of a discount, fen: face × rate × days / 360, half-even."""
    return interest(action.amount, action.rate_ppm, action.days, 360) + action.fee


def proceeds(action: Action) -> int:
    """Return the net change of own cash in minor units: positive brings money in."""
    return sum(leg.amount for leg in postings(action) if leg.account.startswith("assets:cash:"))


def with_amount(action: Action, amount: int, *, skip: int = 0) -> Action:
    """Return the same action over `amount` minor units.

    A bill move over a part of a splittable holding takes its units from the start of the range,
    after `skip` units of the holding that other moves take.
    Raises: InputError when the amount is not positive, exceeds the action's own, or would split
    a bill that cannot be split.
    """
    if amount <= 0 or amount > action.amount:
        raise InputError(
            "amount outside the action",
            value=amount,
            where=action.kind,
            mend=f"between 1 and {action.amount}",
        )
    changes: dict[str, Any] = {"amount": amount}
    if isinstance(action, EndorseBill | DiscountBill | PledgeBill | PresentBill):
        if action.range_end:
            changes["range_start"] = action.range_start + skip
            changes["range_end"] = action.range_start + skip + amount - 1
        elif amount != action.amount:
            raise InputError(
                "a bill that cannot be split is moved whole", value=amount, where=action.bill
            )
    return action.model_copy(update=changes)


def _move(amount: int, debit: str, credit: str) -> tuple[Posting, ...]:
    return _legs(Posting(debit, amount), Posting(credit, -amount))


def _legs(*legs: Posting) -> tuple[Posting, ...]:
    return tuple(leg for leg in legs if leg.amount)
