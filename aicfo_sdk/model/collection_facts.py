"""What tools conclude about takings on their way: sold by platform and store, come to the bank."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative, PpmNonNegative
from .base import EvidenceIds, Fact, Frozen, Id

CollectionFault = Literal["missing", "late", "short", "fee", "doubled", "unknown"]
"""未到账, 迟到账, 少到账, 手续费异常, 重复到账, 无对应销售."""


class CollectionLine(Frozen):
    """One store's takings through one platform: gross = refunds + received + fee + still out."""

    platform: str = Field(description="Channel of the DailySales.")
    store: Id = Field(description="Id of the Store.")
    gross: Fen = Field(description="Sold, minor units.")
    refunds: FenNonNegative = Field(description="Refunded, minor units.")
    fee: Fen = Field(description="Kept by the platform of what came, minor units.")
    received: Fen = Field(description="What the bank shows of it, after the fee, minor units.")
    pending: Fen = Field(description="Not due yet, minor units.")
    missing: Fen = Field(description="Due, and not there, minor units.")


class PlatformTerms(Frozen):
    """How a platform pays, as its past payments show."""

    platform: str = Field(description="Channel of the DailySales.")
    lag_days: int | None = Field(ge=0, description="Days from sale to money; none: not learnt.")
    fee_ppm: PpmNonNegative = Field(description="Usual fee, ppm of what was sold.")
    matched: int = Field(ge=0, description="Number of sales days matched to the minor unit.")
    days: int = Field(ge=0, description="Number of sales days that were due.")
    note: str = Field(default="", description="What limits it.")


class CollectionIssue(Frozen):
    """One thing that does not match."""

    platform: str = Field(description="Channel of the DailySales.")
    fault: CollectionFault = Field(description="What is wrong.")
    sold: date | None = Field(description="Sales day; none for money without a sale.")
    expected: date | None = Field(description="Day on which it should have come.")
    amount: Fen = Field(
        description="Minor units too few (missing, late, short), too much kept as a fee, or too "
        "much received."
    )
    evidence: EvidenceIds = Field(default=(), description="Records it rests on, each Type:id.")


class PartyShare(Frozen):
    """One party's part of what was received (分账)."""

    party: str = Field(description="Who gets it; empty: the merchant, who keeps the rest.")
    share_ppm: PpmNonNegative = Field(description="Its share, ppm of what was received.")
    amount: Fen = Field(description="Its part, minor units; all parts add up to what was received.")


class CollectionReport(Fact):
    """Takings of all platforms and stores against what the bank shows (多平台收款对账)."""

    VERSION: ClassVar[int] = 1

    first: date = Field(description="First sales day looked at.")
    last: date = Field(description="Last one, the as-of day.")
    lines: tuple[CollectionLine, ...] = Field(description="By platform and store.")
    platforms: tuple[PlatformTerms, ...] = Field(description="By platform.")
    issues: tuple[CollectionIssue, ...] = Field(default=(), description="Dearest first.")
    received: Fen = Field(description="What came, after fees, of all lines, minor units.")
    shares: tuple[PartyShare, ...] = Field(
        default=(), description="`received` split by the rule asked for, the merchant last."
    )
    note: str = Field(default="", description="What limits it.")
