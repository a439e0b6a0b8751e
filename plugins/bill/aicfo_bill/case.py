"""What a check looks at, and how it says what it found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aicfo_sdk import Parameters
from aicfo_sdk.model import Bill, Finding, Invoice

from .names import core_name, plain_name

Found = list[Finding] | None
"""Findings of a check, or None when it could not be made."""

DRAFT_LAW = "《票据法》"
EXCHANGE = "上海票据交易所 新一代票据业务系统"


class OnHand:
    """The bills that the merchant holds as assets, by package and by acceptor, added up once.

    Every bill on hand is held against all of them, so that many bills cost as little each as few.
    """

    def __init__(self, bills: Iterable[Bill] = ()) -> None:
        self._bills = {bill.id: bill for bill in bills if on_hand(bill)}
        self._packages: dict[str, list[Bill]] = defaultdict(list)
        self._accepted: dict[str, int] = defaultdict(int)
        for bill in self._bills.values():
            self._packages[bill.number].append(bill)
            self._accepted[core_name(bill.acceptor)] += bill.face
        self._face = sum(self._accepted.values())

    def of_package(self, number: str) -> Sequence[Bill]:
        """Return the holdings of one package, in the order given."""
        return self._packages.get(number, ())

    def share(self, bill: Bill) -> tuple[int, int, int]:
        """Return face by the bill's acceptor, all face, fen, and the number of bills, with `bill`
        among them as it is given."""
        acceptor = core_name(bill.acceptor)
        same, total, count = self._accepted.get(acceptor, 0), self._face, len(self._bills)
        known = self._bills.get(bill.id)
        if known is not None:
            same -= known.face if core_name(known.acceptor) == acceptor else 0
            total, count = total - known.face, count - 1
        return same + bill.face, total + bill.face, count + 1


@dataclass(frozen=True, slots=True)
class Case:
    """A bill with everything its checks look at.

    `others` are the merchant's bills on hand, `invoices` the invoices in the books by id,
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
    others: OnHand = field(default_factory=OnHand)
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
