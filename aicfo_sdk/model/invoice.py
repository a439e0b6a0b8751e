"""Invoices, what was paid on them, and money that moved."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from ..money import PPM, Fen, FenPositive, Ppm, share
from .base import Frozen, Id, Record
from .text import UntrustedText

TransactionKind = Literal[
    "sale",  # takings from customers
    "refund",  # takings given back (−), or an own purchase given back (+)
    "purchase",  # paid to a supplier for goods or services
    "receipt",  # a customer pays an invoice
    "transfer",  # between the merchant's own accounts: neither income nor cost
    "fee",  # platform or bank charges
    "interest",  # received (+) or paid (−)
    "loan",  # drawn (+) or repaid (−)
    "tax",
    "payroll",
    "rent",
    "bill",  # bill discounted or collected (+), bill paid (−)
    "opening",  # balance before the first line of a statement
    "owner",  # the owner puts in (+) or takes out (−)
    "other",
]


class EarlyDiscount(Frozen):
    """What is taken off an invoice that is paid whole, in money, by a day (现金折扣)."""

    until: date = Field(description="Last day on which it is granted.")
    discount_ppm: Ppm = Field(gt=0, lt=PPM, description="Share of what is owed, ppm.")


class Invoice(Record):
    """A sales or purchase invoice (发票). Red invoices (红字) have a negative total."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state: issue day, or the day it was voided.")
    number: str = Field(description="Invoice number as printed.")
    direction: Literal["sales", "purchase"] = Field(
        description="Sold by, or sold to, the merchant."
    )
    counterparty: Id = Field(description="Id of the Counterparty.")
    issued: date = Field(description="Day of issue.")
    due: date | None = Field(default=None, description="Day by which it is to be paid, if agreed.")
    early: tuple[EarlyDiscount, ...] = Field(
        default=(), description="Discounts for paying early (现金折扣), earliest and largest first."
    )
    net: Fen = Field(description="Amount before tax, minor units.")
    tax: Fen = Field(description="Tax, minor units.")
    total: Fen = Field(description="net + tax, minor units.")
    status: Literal["normal", "void", "red"] = Field(
        default="normal", description="正常, 作废 or 红冲 (a red invoice reverses another)."
    )
    reverses: str = Field(default="", description="Number of the invoice a red one reverses.")
    settled_at_sale: bool = Field(
        default=False, description="Paid on the spot; never a receivable or payable."
    )
    text: UntrustedText = Field(default=UntrustedText(""), description="Goods or remark.")

    @field_validator("early")
    @classmethod
    def _in_order(cls, early: tuple[EarlyDiscount, ...]) -> tuple[EarlyDiscount, ...]:
        for one, later in pairwise(early):
            if one.until >= later.until or one.discount_ppm <= later.discount_ppm:
                raise ValueError(
                    f"a discount until {later.until} of {later.discount_ppm} ppm after one until "
                    f"{one.until} of {one.discount_ppm}: a later day takes less off"
                )
        return early

    def discount_on(self, day: date, owed: int) -> int:
        """Return what is taken off `owed` minor units paid whole, in money, on `day`; 0 when late.

        A share of all that is still owed, tax included, rounded half to even.
        """
        return share(owed, next((one.discount_ppm for one in self.early if day <= one.until), 0))


class Settlement(Record):
    """Money, or a bill, that paid (part of) an invoice, or a discount for paying it early."""

    KNOWN: ClassVar[str] = "day"

    day: date = Field(description="Day it was settled.")
    invoice: Id = Field(description="Id of the Invoice.")
    amount: FenPositive = Field(description="Minor units settled.")
    by: Literal["money", "bill", "set_off", "discount"] = Field(
        default="money", description="Means; discount: taken off for paying early (现金折扣)."
    )
    source: str = Field(default="", description="Id of the Transaction or Bill that settled it.")


class Transaction(Record):
    """One line of a statement: money into (+) or out of (−) an own account (流水)."""

    KNOWN: ClassVar[str] = "day"

    day: date = Field(description="Booking day.")
    time: str = Field(default="", description="Time of day HH:MM:SS where the source has it.")
    account: Id = Field(description="Id of the own Account.")
    amount: Fen = Field(description="Minor units; positive is money in.")
    kind: TransactionKind = Field(description="What it was for.")
    counterparty: str = Field(default="", description="Id of the Counterparty, or empty.")
    counterparty_name: UntrustedText = Field(
        default=UntrustedText(""), description="Other party as the source writes it."
    )
    reference: str = Field(default="", description="The source's own transaction id.")
    text: UntrustedText = Field(default=UntrustedText(""), description="Purpose or remark (摘要).")


class Obligation(Record):
    """A payment that must be made on a day and has no invoice: payroll, tax, rent, bond …"""

    KNOWN: ClassVar[str] = "known_since"

    known_since: date = Field(description="Day from which the merchant knows of it.")
    kind: Literal["payroll", "tax", "social", "rent", "loan", "bond", "other"] = Field(
        description="What it is for."
    )
    due: date = Field(description="Day on which the money leaves.")
    amount: FenPositive = Field(description="Minor units to be paid.")
    counterparty: str = Field(default="", description="Id of the Counterparty, or empty.")
    paid: bool = Field(default=False, description="Whether it has been paid.")
