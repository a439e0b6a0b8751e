"""What tools conclude about bills as the days go by: what may come back, what is due when; and
about paying early."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative, FenPositive, PpmNonNegative
from .base import BillId, Fact, Frozen, InvoiceId
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


class EarlyPayment(Frozen):
    """What one last day of an invoice's terms takes off, beside what the money for it costs."""

    invoice: InvoiceId = Field(description="Invoice paid.")
    payee: str = Field(description="Id of the Counterparty paid.")
    day: date = Field(description="Last working day on which the money is in time.")
    due: date = Field(description="Day by which it is to be paid anyway.")
    owed: FenPositive = Field(description="What is owed then, fen.")
    off: FenPositive = Field(description="What is taken off, fen (现金折扣).")
    paid: FenNonNegative = Field(description="What is paid early, fen.")
    days: int = Field(ge=0, description="Days sooner than due.")
    annual_ppm: int | None = Field(
        description="off / paid × 365 / days: a simple annual rate, ppm; none when due anyway."
    )
    idle: FenNonNegative = Field(description="What money on hand would earn in these days, fen.")
    source: str = Field(
        default="", description="Where the money can be raised for least, Type:id; empty: nowhere."
    )
    cost: FenNonNegative | None = Field(
        default=None, description="What raising it costs, interest and fee, fen."
    )
    cost_ppm: PpmNonNegative | None = Field(
        default=None, description="The same as a simple annual rate on what is paid, ppm."
    )
    verdict: Literal["raise", "spare", "no"] = Field(
        description="Worth it with money raised for it; with money to spare; not at all."
    )
    gain: Fen = Field(description="off − cost, or off − idle where only spare money is worth it.")
    why: str = Field(description="The comparison, English.")
    why_zh: str = Field(description="The same, Chinese.")


class EarlyPayments(Fact):
    """What open invoices take off for paying early, beside the cost of money (提前付款比价)."""

    VERSION: ClassVar[int] = 1

    payments: tuple[EarlyPayment, ...] = Field(
        description="Each last day of each invoice, by what money paid then earns a year."
    )
    summary: str = Field(description="In one sentence, English.")
    summary_zh: str = Field(description="The same, Chinese.")
