"""Who the merchant is, where it trades, which accounts it owns, whom it deals with."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from .base import Id, Record
from .text import UntrustedText


class Merchant(Record):
    """The firm whose books these are (商户). One per books."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    name: UntrustedText = Field(description="Registered name.")
    uscc: str = Field(default="", description="统一社会信用代码, 18 characters, or empty.")
    country: str = Field(default="CN", description="ISO 3166 alpha-2; chooses the calendar.")
    industry: str = Field(default="", description="What it does, in the owner's words.")
    region: str = Field(default="", description="Province or region it works in.")
    employees: int = Field(default=0, ge=0, description="People employed, full-time equivalents.")
    capital: int = Field(default=0, ge=0, description="Paid-in capital in minor units.")
    qualifications: tuple[str, ...] = Field(
        default=(),
        description="Licences and certificates held (资质), as their registers name them.",
    )
    products: tuple[str, ...] = Field(
        default=(), description="Goods and services it sells; what tender search ranks by."
    )


class Store(Record):
    """A shop or an online shop of the merchant (门店)."""

    KNOWN: ClassVar[str] = "opened"

    opened: date = Field(description="First trading day.")
    closed: date | None = Field(default=None, description="Last trading day, or none.")
    name: str = Field(default="", description="What the owner calls it.")
    area_cm2: int = Field(default=0, ge=0, description="Sales floor in square centimetres.")
    staff: int = Field(default=0, ge=0, description="Full-time equivalents at work there.")


class Account(Record):
    """A place where the merchant's own money is: bank account or payment wallet (账户)."""

    KNOWN: ClassVar[str] = "opened"

    opened: date = Field(description="First day in these books.")
    kind: Literal["bank", "wallet", "cash"] = Field(description="Bank account, wallet or till.")
    provider: str = Field(default="", description="Bank or platform, e.g. wechat, alipay, ICBC.")
    number: str = Field(default="", description="Account number or wallet id as on statements.")
    name: str = Field(default="", description="Account holder as on statements.")


class Counterparty(Record):
    """A customer, supplier, lender or other party (往来单位)."""

    KNOWN: ClassVar[str] = "known_since"

    known_since: date = Field(description="First day it appears in the books.")
    name: UntrustedText = Field(description="Name as it stands in the papers.")
    uscc: str = Field(default="", description="统一社会信用代码, checked, or empty.")
    country: str = Field(default="", description="Country as the source names it.")
    terms_days: int | None = Field(
        default=None, ge=0, le=3650, description="Agreed payment terms in days, when known."
    )
    accepts_bills: tuple[Literal["bank", "trade", "supply_chain"], ...] = Field(
        default=(), description="Kinds of bills this supplier takes as payment."
    )
    payee_account: Id | None = Field(
        default=None, description="Account number that payments to it go to, when known."
    )
