"""What tools conclude about what a firm can move: where its money lies."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from ..money import Fen, FenNonNegative, Ppm, PpmNonNegative
from .base import Fact, Frozen, Id


class LiquidityTier(Frozen):
    """One fund of a liquidity plan: what is in it, what should be."""

    fund: Id = Field(description="Id of the FundPosition.")
    notice_days: int = Field(ge=0, description="Days from redemption to money.")
    rate_ppm: Ppm = Field(description="Annual yield now, ppm.")
    held: FenNonNegative = Field(description="What is in it, minor units.")
    wanted: FenNonNegative = Field(description="What should be in it, minor units.")
    until: date = Field(description="Day by which money that goes in today can be back.")
    limit: Fen = Field(
        description="What may lie in this and slower funds beyond what does, minor units: the "
        "lowest cash up to `until` in all but the shortfall chance, less the forecast's buffer. "
        "Below 0 it has to come back."
    )


class LiquidityPlan(Fact):
    """Where idle money should lie, by how fast it can be had back (流动性分层)."""

    VERSION: ClassVar[int] = 1

    at_hand: FenNonNegative = Field(
        description="On the account and in funds that pay at once, minor units."
    )
    shortfall_ppm: PpmNonNegative = Field(
        description="Chance kept to that money at hand does not last until slower money is back."
    )
    tiers: tuple[LiquidityTier, ...] = Field(description="Funds with notice, fastest first.")
    gain: FenNonNegative = Field(
        description="Yield beyond that of money at hand over `days`, less the expected cost of "
        "borrowing in the cases beyond the chance, minor units."
    )
    days: int = Field(ge=1, description="Days until the plan is made anew, at the latest.")
    note: str = Field(default="", description="What limits it.")
