"""What tools conclude about a past forecast: where cash came out otherwise, and what breaks it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative, FenPositive
from .base import EvidenceIds, Fact, Frozen, Id

CashDriver = Literal["takings", "receipts", "payments", "taxes", "payroll", "financing", "one_off"]
"""营业收款, 客户回款, 采购与费用, 税费, 工资, 融资, 一次性."""


class DriverVariance(Frozen):
    """How one driver of cash came out against the forecast; money in is positive."""

    driver: CashDriver = Field(
        description="takings less refunds; receipts of invoices and bills; payments for goods, "
        "rent, fees and bills; taxes with social insurance; payroll; financing (loans, interest, "
        "moves that no fund of the books shows); one_off (owner and other)."
    )
    expected: Fen = Field(description="Mean of the forecast's paths, minor units.")
    actual: Fen = Field(description="What statements show, minor units.")
    variance: Fen = Field(description="actual − expected, minor units.")
    timing: Fen = Field(
        description="Of it, what records name that are late (still open) or early (settled before "
        "it was expected), minor units."
    )
    permanent: Fen = Field(description="variance − timing: not expected back, minor units.")
    evidence: EvidenceIds = Field(default=(), description="Late and early records, largest first.")


class KeyReceipt(Frozen):
    """One expected receipt, and what its absence would do to cash."""

    ref: Id = Field(description="Invoice or bill, Type:id.")
    party: str = Field(description="Id of the Counterparty it comes from, or empty.")
    amount: FenPositive = Field(description="What is still to come, minor units.")
    due: date = Field(description="Day it falls due.")
    likely: date | None = Field(
        description="Day by which it is there in half of the cases; none where not in sight."
    )
    breaks: date | None = Field(
        description="First day on which P50 without it is below the buffer, though with it it is "
        "not; none where its absence alone breaks nothing."
    )
    short: FenNonNegative = Field(
        description="What is missing to the buffer at worst without it, minor units."
    )


class CashBreaker(Frozen):
    """The least of one thing that brings expected cash below its buffer."""

    what: Literal["nothing", "takings_lower", "receipts_later", "payments_higher"] = Field(
        description="nothing: the forecast as it stands does (P50); else the one change that does."
    )
    change_ppm: int = Field(
        default=0, ge=0, description="By how much takings fall or payments rise, ppm of expected."
    )
    delay_days: int = Field(default=0, ge=0, description="Days by which all receipts come later.")
    day: date = Field(description="First day on which P50 is then below the buffer.")


class CashVariance(Fact):
    """Cash today against what the forecast of an earlier day said (现金差异分析)."""

    VERSION: ClassVar[int] = 1

    since: date = Field(description="As-of day of the forecast compared with.")
    day: date = Field(description="The as-of day.")
    opening: Fen = Field(description="Cash at the end of `since`, minor units.")
    expected: Fen = Field(description="Cash expected for today: mean of the paths, minor units.")
    p10: Fen = Field(description="10 % quantile of that forecast for today, minor units.")
    p90: Fen = Field(description="90 % quantile of that forecast for today, minor units.")
    actual: Fen = Field(description="Cash today, money at once in funds included, minor units.")
    variance: Fen = Field(description="actual − expected: the sum over drivers, minor units.")
    timing: Fen = Field(description="Of it, what is only late or early, minor units.")
    permanent: Fen = Field(description="Of it, the rest, minor units.")
    drivers: tuple[DriverVariance, ...] = Field(description="All seven, in this order.")
    receipts: tuple[KeyReceipt, ...] = Field(
        default=(), description="The three to come that matter most to the buffer, first the most."
    )
    breakers: tuple[CashBreaker, ...] = Field(
        default=(), description="What would bring cash below its buffer, and when."
    )
    buffer: FenNonNegative = Field(
        default=0, description="Buffer of today's forecast, minor units."
    )
    note: str = Field(default="", description="What limits it.")
