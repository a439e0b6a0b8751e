"""What securities of a tender cost in each form: money, guarantee, loan (保证金, 保函, 贷款)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative, FenPositive, PpmNonNegative
from .base import EvidenceIds, Fact, Frozen, TenderId


class BondWay(Frozen):
    """One way to give a security, with all that it costs from its first to its last day."""

    way: Literal["cash", "guarantee", "loan"] = Field(description="现金, 保函, 借款缴纳现金.")
    party: str = Field(default="", description="CreditLine of a loan; else empty.")
    cost: FenNonNegative = Field(description="Fee, interest, and yield given up, minor units.")
    locked: FenNonNegative = Field(description="Own money tied up meanwhile, minor units.")
    rate_ppm: PpmNonNegative = Field(description="Annual rate it was reckoned at, ppm.")
    possible: bool = Field(description="Whether own cash or the line suffices.")
    assumed: bool = Field(description="Whether nobody quoted this price.")
    why: str = Field(description="How it was reckoned.")
    evidence: EvidenceIds = Field(default=(), description="CreditLine it rests on.")


class BondItem(Frozen):
    """One security and the ways to give it, cheapest possible one first."""

    kind: Literal["bid", "performance", "retention"] = Field(
        description="投标保证金, 履约保证金, 质量保证金."
    )
    amount: FenPositive = Field(description="Minor units.")
    first: date = Field(description="Day it is given.")
    last: date = Field(description="Day it should come back.")
    days: int = Field(ge=0, description="Days between them.")
    ways: tuple[BondWay, ...] = Field(description="Possible ones first, cheapest first.")


class BondChoice(Fact):
    """Money, guarantee or loan for each security of a tender (保证金方式比较)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    price: FenPositive = Field(description="Price it was reckoned for, minor units.")
    items: tuple[BondItem, ...] = Field(description="Each security the notice asks for.")
    cost: FenNonNegative = Field(description="Of the cheapest possible ways together.")
    freed: FenNonNegative = Field(description="Own money that they free against all in cash.")
    assumptions: tuple[str, ...] = Field(default=(), description="What was assumed, in words.")
    summary: str = Field(default="", description="The answer in one sentence.")
