"""Tenders (招标): one record per contracting process, releases merged."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative, PpmNonNegative
from .base import Frozen, Record
from .text import UntrustedText


class Milestone(Frozen):
    """A payment the buyer makes: share of the price so many days after the contract starts."""

    share_ppm: PpmNonNegative = Field(description="Share of the contract price, ppm.")
    after_days: int = Field(ge=0, le=3650, description="Days after contract start it falls due.")


class Tender(Record):
    """A tender as known on a day; amendments and cancellations are later states."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state (release date).")
    title: UntrustedText = Field(description="Title of the notice.")
    description: UntrustedText = Field(default=UntrustedText(""), description="Text of the notice.")
    buyer: UntrustedText = Field(default=UntrustedText(""), description="采购人 / 招标人.")
    status: Literal["planning", "open", "closed", "awarded", "cancelled"] = Field(
        description="Stage of the process as published."
    )
    published: date = Field(description="Day the first notice appeared.")
    deadline: date | None = Field(default=None, description="Last day for bids, if stated.")
    currency: str = Field(default="CNY", description="ISO 4217 code of the amounts below.")
    value: FenNonNegative | None = Field(
        default=None, description="Budget or estimate, minor units."
    )
    value_min: FenNonNegative | None = Field(
        default=None, description="Lower estimate, minor units."
    )
    awarded: FenNonNegative | None = Field(default=None, description="Award value, minor units.")
    suppliers: tuple[UntrustedText, ...] = Field(default=(), description="Winners, once awarded.")
    category: Literal["goods", "services", "works", ""] = Field(
        default="", description="Main kind."
    )
    codes: tuple[str, ...] = Field(default=(), description="Classification codes, SCHEME:code.")
    regions: tuple[str, ...] = Field(default=(), description="Places of delivery.")
    procedure: str = Field(default="", description="Procurement method as the notice names it.")
    regime: Literal["government_procurement", "tendering", "uk", ""] = Field(
        default="", description="政府采购法, 招标投标法, or the law of the source."
    )
    sme_suitable: bool | None = Field(default=None, description="Marked as suitable for SMEs.")
    starts: date | None = Field(default=None, description="Contract start, if stated.")
    ends: date | None = Field(default=None, description="Contract end, if stated.")
    bond: FenNonNegative = Field(default=0, description="Bid bond (投标保证金), minor units.")
    performance_bond_ppm: PpmNonNegative = Field(default=0, description="履约保证金, ppm of price.")
    retention_ppm: PpmNonNegative = Field(default=0, description="质保金, ppm of settlement.")
    retention_days: int = Field(default=0, ge=0, description="Days the retention is held.")
    payments: tuple[Milestone, ...] = Field(
        default=(), description="What the buyer pays when; empty = not stated."
    )
    cost_share_ppm: PpmNonNegative | None = Field(
        default=None, description="The merchant's own cost estimate, ppm of the price."
    )
    required: tuple[str, ...] = Field(
        default=(), description="Qualifications without which a bid is void (资格条件)."
    )
    documents: tuple[str, ...] = Field(default=(), description="Addresses of documents.")
