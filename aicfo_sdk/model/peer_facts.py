"""Figures of a trade that the owner brings, and how the merchant does against them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from .base import Fact, Frozen, Record
from .site_facts import MoneyRange
from .text import UntrustedText


class PeerIndex(Record):
    """One month of an index of a trade's sales in a district (行业指数, 同行指数)."""

    KNOWN: ClassVar[str] = "published"

    published: date = Field(description="First day on which it is known.")
    trade: UntrustedText = Field(description="Trade, as the source names it.")
    district: UntrustedText = Field(
        default=UntrustedText(""), description="District it is for, or empty."
    )
    month: date = Field(description="First day of the month.")
    index_milli: int = Field(
        strict=True,
        gt=0,
        le=10**12,
        description="Sales of the month on a fixed base (定基), thousandths; not growth.",
    )
    source: UntrustedText = Field(
        default=UntrustedText(""), description="Who made it: an association, a platform, oneself."
    )


class PeerMonth(Frozen):
    """The merchant and its peers in one period."""

    first: date = Field(description="First day; January and February are one period.")
    months: int = Field(ge=1, le=2, description="Months in it.")
    own_milli: int = Field(ge=0, description="Own sales a month, the first period = 100,000.")
    peers_milli: int = Field(ge=0, description="The peers' index, the first period = 100,000.")
    gap_ppm: int = Field(description="Own against peers since the first period, ppm.")


class TradeWatch(Fact):
    """The merchant against its trade and district (行业对比)."""

    VERSION: ClassVar[int] = 1

    trade: str = Field(default="", description="Trade of the peers.")
    district: str = Field(default="", description="District of the peers.")
    source: str = Field(default="", description="Whose index it is.")
    periods: tuple[PeerMonth, ...] = Field(default=(), description="Oldest first.")
    trend_ppm: int | None = Field(
        default=None, description="What the merchant gains on its peers a quarter, P50, ppm."
    )
    trend_p10: int | None = Field(default=None, description="The same, P10, ppm.")
    trend_p90: int | None = Field(default=None, description="The same, P90, ppm.")
    expected: int = Field(
        default=0, description="Takings forecast for the next quarter, P50, minor units."
    )
    takings: MoneyRange | None = Field(
        default=None,
        description="What the trend adds to those of the next quarter if it goes on, minor units.",
    )
    cash: MoneyRange | None = Field(
        default=None,
        description="What of that is left after goods and fees, minor units; none where the books "
        "do not show what a sale leaves.",
    )
    method: str = Field(default="", description="How it is reckoned.")
    note: str = Field(default="", description="What limits it, or why nothing can be said.")
