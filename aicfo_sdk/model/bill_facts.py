"""What tools conclude about bills as the days go by: what may come back, what is due when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative, FenPositive
from .base import BillId, Fact, Frozen
from .text import UntrustedText


class ContingentBill(Frozen):
    """One bill that the merchant passed on and still answers for."""

    bill: BillId = Field(description="The bill, or the part of it that was passed on.")
    passed: Literal["endorsed", "discounted"] = Field(description="How it was passed on.")
    amount: FenPositive = Field(description="Its face, fen: what may come back, before interest.")
    acceptor: UntrustedText = Field(description="Who should pay it.")
    to: UntrustedText = Field(
        default=UntrustedText(""),
        description="Who took it from us, where the chain says.",
    )
    matures: date = Field(description="Day of maturity.")
    stage: Literal["running", "unproven", "claimed"] = Field(
        description="Not yet due to be presented or still in its window; window over and nothing "
        "heard; refused or claimed (追索中): a liability that has fallen due."
    )
    until: date | None = Field(
        default=None, description="Last day on which it can come back; none once it was claimed."
    )
    acceptor_listed: bool = Field(
        default=False, description="Whether the acceptor's bills are refused by today's list."
    )


class AcceptorExposure(Frozen):
    """What one acceptor's failure would bring back."""

    acceptor: UntrustedText = Field(description="Who should pay.")
    amount: FenPositive = Field(description="Sum of the bills passed on, fen.")
    listed: bool = Field(default=False, description="Whether it is on today's overdue list.")


class ContingentBills(Fact):
    """Endorsed and discounted bills that are not settled: contingent liabilities (或有负债)."""

    VERSION: ClassVar[int] = 1

    total: FenNonNegative = Field(description="All of them, fen.")
    due: FenNonNegative = Field(description="Those refused or claimed: fallen due, fen.")
    listed: FenNonNegative = Field(description="Those whose acceptor is on today's list, fen.")
    bills: tuple[ContingentBill, ...] = Field(description="Each bill, those fallen due first.")
    acceptors: tuple[AcceptorExposure, ...] = Field(description="By acceptor, largest first.")


class BillEvent(Frozen):
    """One thing that a bill brings on a day."""

    day: date = Field(description="When it can or must first be done; never before today.")
    until: date = Field(description="Last day for it; before `day` when it is late.")
    what: Literal["present", "pay", "claim", "recourse_ends"] = Field(
        description="Present a held bill; pay one of one's own; claim a refused one from those "
        "before; one passed on can come back no more."
    )
    bill: BillId = Field(description="The bill.")
    amount: FenPositive = Field(description="Its face, fen.")
    party: UntrustedText = Field(description="The acceptor, or whom a bill of one's own is paid.")


class BillCalendar(Fact):
    """What the bills bring in the days to come (票据到期日历)."""

    VERSION: ClassVar[int] = 1

    first: date = Field(description="First day, the books' own.")
    last: date = Field(description="Last day.")
    to_receive: FenNonNegative = Field(description="Face of the bills to present, fen.")
    to_pay: FenNonNegative = Field(description="Face of the bills to pay, fen.")
    events: tuple[BillEvent, ...] = Field(description="By day.")
