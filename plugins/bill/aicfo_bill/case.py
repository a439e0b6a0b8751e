"""What a check looks at, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aicfo_sdk import Parameters
from aicfo_sdk.model import Bill, Finding, Invoice

from .names import plain_name

Found = list[Finding] | None
"""Findings of a check, or None when it could not be made."""

DRAFT_LAW = "《票据法》"
EXCHANGE = "上海票据交易所 新一代票据业务系统"


@dataclass(frozen=True, slots=True)
class Case:
    """A bill with everything its checks look at.

    `others` are the merchant's other bills on hand, `invoices` the invoices in the books by id,
    `reversed` what red invoices took off one, by its counterparty and number, `parties` the names
    of counterparties by id, `codes` the 统一社会信用代码 that the books have for a name, `overdue`
    the names on the exchange's overdue list (持续逾期名单), None when no list was given, and
    `overdue_codes` their codes. `check_digit` judges the 30th digit: no algorithm is public, so
    there is none here.
    """

    bill: Bill
    today: date
    params: Parameters
    merchant: str = ""
    others: Sequence[Bill] = ()
    parties: Mapping[str, str] = field(default_factory=dict[str, str])
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    invoices: Mapping[str, Invoice] = field(default_factory=dict[str, Invoice])
    reversed: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    overdue: Sequence[str] | None = None
    overdue_codes: frozenset[str] = frozenset()
    check_digit: Callable[[str], bool] | None = None

    @property
    def on_hand(self) -> bool:
        """Whether the merchant holds it as an asset, free or pledged."""
        return on_hand(self.bill)

    def same(self, one: str, other: str) -> bool:
        """Return whether two names are one party's: alike but for signs, or known by one code.

        A firm that changed its name keeps its code, so the books may know it by both.
        """
        one, other = plain_name(one), plain_name(other)
        return one == other or not self.codes_of(one).isdisjoint(self.codes_of(other))

    def codes_of(self, name: str) -> frozenset[str]:
        """Return the codes that the books have for a name."""
        return self.codes.get(plain_name(name), frozenset())


def on_hand(bill: Bill) -> bool:
    """Return whether the merchant holds a bill as an asset, free or pledged."""
    return bill.side == "receivable" and bill.held in ("held", "pledged")


def refuse(code: str, message: str, action: str, source: str) -> list[Finding]:
    """Return the one finding that refuses the bill."""
    return [Finding(code=code, severity="refuse", message=message, action=action, source=source)]


def warn(code: str, message: str, action: str, source: str) -> list[Finding]:
    """Return the one finding that asks for care."""
    return [Finding(code=code, severity="warning", message=message, action=action, source=source)]
