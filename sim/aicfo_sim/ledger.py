"""Double entry for a block of merchants, with the money of everyone they deal with beside it."""

from __future__ import annotations

import numpy as np

from aicfo_sdk import actions
from aicfo_sdk.errors import Unbalanced

from .fen import Ints
from .names import WEALTH_ID

(
    CASH,
    TRANSIT,
    RECEIVABLES,
    BILLS,
    FUND,
    DEPOSITS,
    PAYABLES,
    LOANS,
    EQUITY,
    INCOME,
    COSTS,
    FINANCE,
    STOCK,
    FIXTURES,
    INVESTED,
) = range(15)
"""Accounts of a merchant. Debits are positive; assets less liabilities is its wealth."""

BALANCE_SHEET = (
    CASH,
    TRANSIT,
    RECEIVABLES,
    BILLS,
    FUND,
    DEPOSITS,
    PAYABLES,
    LOANS,
    STOCK,
    FIXTURES,
    INVESTED,
)

CUSTOMERS, SUPPLIERS, STAFF, LANDLORD, STATE, BANK, OWNERS = range(7)
"""Parties that money comes from and goes to."""

DISCOUNT_COST, LOAN_COST, LATE_COST, FUND_INCOME = range(4)
"""What financing cost and what the fund paid, by what the other leg of the entry was: bills,
loans, payables; the fund itself. Memos beside the accounts, not accounts."""

_MEMOS = (
    (DISCOUNT_COST, FINANCE, BILLS, 1),
    (LOAN_COST, FINANCE, LOANS, 1),
    (LATE_COST, FINANCE, PAYABLES, 1),
    (FUND_INCOME, INCOME, FUND, -1),
    (FUND_INCOME, INCOME, INVESTED, -1),
)

_PREFIXES = (
    ("assets:cash:", CASH),
    (actions.BILLS + ":", BILLS),
    (f"{actions.FUNDS}:{WEALTH_ID}", INVESTED),
    (actions.FUNDS + ":", FUND),
    (actions.DEPOSITS + ":", DEPOSITS),
    (actions.STOCK + ":", STOCK),
    ("liabilities:payables:", PAYABLES),
    (actions.LOANS + ":", LOANS),
    (actions.FINANCE_COST, FINANCE),
)


def account(name: str) -> int:
    """Return the account that a posting of `aicfo_sdk.actions` falls on.

    Raises: Unbalanced for an account that the simulated firm does not keep.
    """
    for prefix, number in _PREFIXES:
        if name.startswith(prefix):
            return number
    raise Unbalanced("the simulated firm keeps no such account", value=name)


class Ledger:
    """Balances of accounts × merchants and money of parties × merchants, int64 fen.

    An entry is a set of legs that sum to 0 for every merchant; its cash leg is at the same time
    money that one party gives or takes, so money is neither made nor lost.
    """

    def __init__(self, opening: Ints) -> None:
        """Open with each merchant's cash, brought in by its owner."""
        self.balances = np.zeros((15, opening.size), dtype=np.int64)
        self.money = np.zeros((7, opening.size), dtype=np.int64)
        self.memo = np.zeros((len(_MEMOS), opening.size), dtype=np.int64)
        self.entry(OWNERS, (CASH, opening), (EQUITY, -opening))

    @property
    def cash(self) -> Ints:
        """Cash in the bank by merchant, fen."""
        return self.balances[CASH]

    def entry(self, party: int | None, *legs: tuple[int, Ints]) -> None:
        """Post one entry per merchant; `party` gives the cash (or takes it, when negative)."""
        for number, amount in legs:
            self.balances[number] += amount
            if number == CASH:
                if party is None:
                    raise Unbalanced("cash that comes from nobody", value=number)
                self.money[party] -= amount
        numbers = [number for number, _ in legs]
        if FINANCE in numbers or (INCOME in numbers and (FUND in numbers or INVESTED in numbers)):
            amounts = dict(legs)
            for memo, kind, beside, sign in _MEMOS:
                if kind in amounts and beside in amounts:
                    self.memo[memo] += sign * amounts[kind]

    def at(self, merchant: int, party: int | None, *legs: tuple[int, int]) -> None:
        """Post one entry of one merchant; `party` as in `entry`.

        Raises: Unbalanced.
        """
        if sum(amount for _, amount in legs):
            raise Unbalanced("an entry whose legs do not sum to 0", value=legs)
        for number, amount in legs:
            self.balances[number, merchant] += amount
            if number == CASH:
                if party is None:
                    raise Unbalanced("cash that comes from nobody", value=number)
                self.money[party, merchant] -= amount

    def trade(self, settled: Ints, fee: Ints, sold: Ints) -> None:
        """Post a day's trade: `settled` comes from customers less `fee`; `sold` is on its way."""
        balances, gone = self.balances, settled + fee
        balances[CASH] += settled
        self.money[CUSTOMERS] -= settled
        balances[COSTS] += fee
        balances[TRANSIT] += sold
        balances[TRANSIT] -= gone
        balances[INCOME] -= sold

    def some(self, party: int | None, owners: Ints, *legs: tuple[int, Ints]) -> None:
        """Post one entry per row for the merchants in `owners`, who may come more than once;
        `party` as in `entry`."""
        for number, amount in legs:
            np.add.at(self.balances[number], owners, amount)
            if number == CASH:
                if party is None:
                    raise Unbalanced("cash that comes from nobody", value=number)
                np.subtract.at(self.money[party], owners, amount)
        amounts = dict(legs)
        for memo, kind, beside, sign in _MEMOS:
            if kind in amounts and beside in amounts:
                np.add.at(self.memo[memo], owners, sign * amounts[kind])

    def pay(self, owed: Ints, places: Ints, amount: Ints) -> None:
        """Pay `owed` by merchant out of cash, off the payables: the sum of rows of `amount`, each
        for a place in `money` as one row (party × merchants + merchant)."""
        self.balances[CASH] -= owed
        self.balances[PAYABLES] += owed
        np.add.at(self.money.reshape(-1), places, amount)

    def post(self, merchant: int, party: int, postings: tuple[actions.Posting, ...]) -> None:
        """Post the legs of one action for one merchant.

        Raises: Unbalanced.
        """
        if sum(leg.amount for leg in postings):
            raise Unbalanced("an action whose postings do not sum to 0", value=postings)
        for leg in postings:
            number = account(leg.account)
            self.balances[number, merchant] += leg.amount
            if number == CASH:
                self.money[party, merchant] -= leg.amount
        numbers = {account(leg.account) for leg in postings}
        for memo, kind, beside, sign in _MEMOS:
            if kind in numbers and beside in numbers:
                legs = (leg.amount for leg in postings if account(leg.account) == kind)
                self.memo[memo, merchant] += sign * sum(legs)

    def check(self) -> None:
        """Check that every merchant's accounts and the money of all parties sum to 0.

        Raises: Unbalanced.
        """
        if self.balances.sum(axis=0).any():
            raise Unbalanced("accounts do not sum to 0", value=self.balances.sum(axis=0).tolist())
        if (self.balances[CASH] + self.money.sum(axis=0)).any():
            raise Unbalanced("money was made or lost", value=self.money.sum(axis=0).tolist())

    def wealth(self) -> Ints:
        """Return assets less liabilities by merchant, fen."""
        return self.balances[list(BALANCE_SHEET)].sum(axis=0)

    def copy(self) -> Ledger:
        """Return a ledger with the same balances that moves on its own."""
        twin = Ledger.__new__(Ledger)
        twin.balances, twin.money = self.balances.copy(), self.money.copy()
        twin.memo = self.memo.copy()
        return twin
