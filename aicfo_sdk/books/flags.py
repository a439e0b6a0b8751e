"""Account flags: what the balance of a ledger account may never do, on any day, as data.

A flag is for an account and each one below it, one by one. The nearest one above counts: a flag
of `assets:cash:bank` before one of `assets:cash`. Own cash never falls below zero unless the
books say otherwise; what is drawn on a credit line is bounded by the record of the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from ..actions import Posting
from ..errors import InsufficientFunds
from ..model.base import Frozen
from ..money import FenNonNegative, grouped

Rule = Literal["credits_must_not_exceed_debits", "debits_must_not_exceed_credits", "none"]

PENDING = "equity:pending"
"""Where the legs of pending actions stand: `equity:pending:credits:ACCOUNT` and `…:debits:…`."""

CASH = "assets:cash"


class Flag(Frozen):
    """One flag. Minor units; debits are positive."""

    account: str = Field(min_length=1, description="Ledger account, or the levels above some.")
    rule: Rule = Field(description="What may never be; `none` lifts a flag of the levels above.")
    allowance: FenNonNegative = Field(
        default=0, description="By how much it may be all the same, an overdraft for instance."
    )


DEFAULTS = (Flag(account=CASH, rule="credits_must_not_exceed_debits"),)


def pending_legs(legs: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return the legs by which an entry stands in the ledger while it is pending.

    They leave every posted balance as it is: debits and credits stand apart under `PENDING`.
    """
    return tuple(
        Posting(f"{PENDING}:{'debits' if leg.amount > 0 else 'credits'}:{leg.account}", leg.amount)
        for leg in legs
    )


def reversed_legs(legs: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return the legs that take others back."""
    return tuple(Posting(leg.account, -leg.amount) for leg in legs)


def flag_of(account: str, flags: Mapping[str, Flag]) -> Flag | None:
    """Return the flag that counts for an account, or None."""
    name = account
    while name:
        found = flags.get(name)
        if found is not None:
            return None if found.rule == "none" else found
        name = name.rpartition(":")[0]
    return None


def is_below(account: str, top: str) -> bool:
    """Return whether an account is `top` or below it."""
    return account == top or account.startswith(f"{top}:")


def overstepped(flag: Flag, account: str, amount: int, free: int, day: str) -> InsufficientFunds:
    """Return the error for a leg of `amount` where only `free` is left from `day` on."""
    cash = is_below(account, CASH)
    name = account.removeprefix(f"{CASH}:") if cash else account
    zero = "zero" if not flag.allowance else f"its allowance of {grouped(flag.allowance)}"
    what = f"the account would fall below {zero}"
    if flag.rule == "debits_must_not_exceed_credits":
        what = "the account's debits would exceed its credits"
    elif not cash:
        what = "the account's credits would exceed its debits"
    return InsufficientFunds(
        what,
        value=grouped(abs(amount)),
        where=f"{name} on {day} or after",
        mend=f"{grouped(max(free, 0))} is free",
    )
