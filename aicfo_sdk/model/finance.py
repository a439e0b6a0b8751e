"""Loans, credit lines and money funds."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative, Ppm, PpmNonNegative
from .base import Id, Record


class Loan(Record):
    """Money owed to a lender."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    line: str = Field(default="", description="Id of the CreditLine it was drawn from, or empty.")
    lender: str = Field(description="Who lent it.")
    principal: FenNonNegative = Field(description="Outstanding principal, minor units.")
    rate_ppm: Ppm = Field(description="Annual rate, ppm.")
    day_basis: Literal[360, 365] = Field(default=365, description="Days of the year for interest.")
    drawn: date = Field(description="Day it was drawn.")
    due: date = Field(description="Day it must be repaid.")


class CreditLine(Record):
    """A line the merchant may draw on."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    lender: str = Field(description="Who grants it.")
    limit: FenNonNegative = Field(description="Most that may be outstanding, minor units.")
    used: FenNonNegative = Field(default=0, description="Outstanding now, minor units.")
    rate_ppm: Ppm = Field(description="Annual rate, ppm.")
    day_basis: Literal[360, 365] = Field(default=365, description="Days of the year for interest.")
    fee: FenNonNegative = Field(default=0, description="Fixed fee per drawing, minor units.")
    expires: date = Field(description="Last day for drawing.")
    pledge_ppm: PpmNonNegative | None = Field(
        default=None,
        description="Share of a pledged bill's face lent beyond the limit, ppm (质押率); none: no.",
    )


class FundPosition(Record):
    """Money in a fund or wealth product (余利宝, 理财)."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    product: str = Field(description="Name of the product.")
    amount: FenNonNegative = Field(description="Redeemable value, minor units.")
    rate_ppm: Ppm = Field(description="Annual yield now, ppm.")
    notice_days: int = Field(default=0, ge=0, description="Days from redemption to money.")
    account: Id | None = Field(default=None, description="Account that redemptions go to.")
