"""What tools conclude about several tenders at once: on which set to bid (投标组合)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative, FenPositive, PpmNonNegative
from .base import Fact, Frozen, TenderId


class PortfolioBid(Frozen):
    """One tender of the set to bid on."""

    tender: TenderId = Field(description="The tender.")
    price: FenPositive = Field(description="Best price by itself, minor units.")
    chance_ppm: PpmNonNegative = Field(description="Chance of winning at it, ppm.")
    profit_if_won: Fen = Field(description="Expected profit once won, minor units.")
    alone: Fen = Field(description="Expected profit of bidding on it alone, minor units.")
    load: FenNonNegative = Field(description="Capacity it takes once won, in the unit stated.")
    need: FenNonNegative = Field(description="Working capital it needs once won, P95.")


class PortfolioOut(Frozen):
    """One tender that was looked at and is not in the set."""

    tender: TenderId = Field(description="The tender.")
    why: Literal["gate", "not_priced", "loses", "too_large", "crowds", "bonds"] = Field(
        description="gate = the firm may not bid; not_priced = price or need cannot be told; loses "
        "= not worth it even alone; too_large = more than the firm can carry even alone; crowds = "
        "worth it alone, not beside the others; bonds = no cash left for its bid bond."
    )
    reason: str = Field(description="The same in words, with the figures.")
    change: Fen | None = Field(
        default=None,
        description="What adding it to the set would change of the expected profit, minor units.",
    )


class TenderPortfolio(Fact):
    """The set of open tenders to bid on under one capacity and one cash limit (投标组合)."""

    VERSION: ClassVar[int] = 1

    bids: tuple[PortfolioBid, ...] = Field(description="The set, the most valuable alone first.")
    left_out: tuple[PortfolioOut, ...] = Field(description="All others looked at, in their order.")
    profit: Fen = Field(
        default=0,
        description="Expected profit of the set, net of bids, bonds and contracts given up.",
    )
    greedy: Fen = Field(
        default=0,
        description="The same of the simple rule: take them by their profit alone for as long as "
        "all of them could be won and carried.",
    )
    everything: Fen | None = Field(
        default=None, description="The same of bidding on all; none when the bonds cannot be paid."
    )
    over_ppm: PpmNonNegative = Field(
        default=0, description="Chance that more is won than can be delivered or paid for, ppm."
    )
    wins_milli: int = Field(default=0, ge=0, description="Expected number of wins × 1,000.")
    unit: Literal["contracts", "sales"] = Field(
        description="What capacity is counted in: contracts at once × 1,000, or minor units of "
        "contract value a year."
    )
    capacity: FenNonNegative = Field(description="What can be taken on, in that unit.")
    cash: FenNonNegative = Field(
        description="Own cash above its buffer (P10) and free credit lines, minor units, on the "
        "tightest day that a contract of these needs money."
    )
    tightest: date | None = Field(default=None, description="That day.")
    exact: bool = Field(
        default=True, description="Whether every set was compared; else a program over drawn wins."
    )
    assumptions: tuple[str, ...] = Field(default=(), description="What was assumed, in words.")
    summary: str = Field(default="", description="The answer in one sentence, English.")
    summary_zh: str = Field(default="", description="The same, Chinese.")
