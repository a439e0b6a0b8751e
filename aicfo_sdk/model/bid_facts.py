"""What tools conclude about one's own bids: the chance to win, the price, the decision."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from ..money import Fen, FenNonNegative, FenPositive, PpmNonNegative
from .base import Fact, Frozen, TenderId
from .facts import Finding
from .proposal import Proposal


class WinChance(Fact):
    """The chance that a bid at a price wins a tender, with its interval (中标概率)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    price: FenPositive = Field(description="Price bid, minor units.")
    chance_ppm: PpmNonNegative = Field(description="Chance of winning, ppm.")
    low_ppm: PpmNonNegative = Field(
        description="5 % quantile over what is not known of the market and of our own offer, ppm."
    )
    high_ppm: PpmNonNegative = Field(description="The same, 95 % quantile.")
    friedman_ppm: PpmNonNegative = Field(
        description="Chance that every rival bids more, rivals taken as independent (Friedman)."
    )
    gates_ppm: PpmNonNegative = Field(description="1 / (1 + Σ F/(1 − F)) over the rivals (Gates).")
    rivals_milli: int = Field(ge=0, description="Expected number of other bidders × 1,000.")
    awards: int = Field(ge=0, description="Past awards in the books that moved the prior.")
    assumptions: tuple[str, ...] = Field(default=(), description="What was assumed, in words.")


class BidPoint(Frozen):
    """One price of the curve."""

    price: FenPositive = Field(description="Price bid, minor units.")
    chance_ppm: PpmNonNegative = Field(description="Chance of winning by the rule of the tender.")
    friedman_ppm: PpmNonNegative = Field(description="The same by Friedman, on price alone.")
    gates_ppm: PpmNonNegative = Field(description="The same by Gates, on price alone.")
    profit: Fen = Field(
        description="Expected profit of bidding, net of what the bid, its bond and its funding "
        "cost, minor units."
    )


class BidPrice(Fact):
    """The bid that maximises expected profit, with the whole curve (报价测算)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    price: FenPositive = Field(description="Best price to bid, minor units, tax included.")
    chance_ppm: PpmNonNegative = Field(description="Chance of winning at it, ppm.")
    low_ppm: PpmNonNegative = Field(description="5 % quantile of that chance, ppm.")
    high_ppm: PpmNonNegative = Field(description="95 % quantile of that chance, ppm.")
    profit: Fen = Field(description="Expected profit of bidding at it, minor units.")
    profit_if_won: Fen = Field(
        description="Expected profit once won: whoever wins tends to have guessed the cost too "
        "low, so this is less than price less estimate, minor units."
    )
    cost: FenNonNegative = Field(description="Cost of the work as estimated, minor units.")
    cost_if_won: FenNonNegative = Field(
        description="Cost of the work expected where the bid wins, minor units."
    )
    bid_cost: FenNonNegative = Field(description="What writing the bid costs, minor units.")
    bond_cost: FenNonNegative = Field(description="What money costs while the bond is out.")
    funding_cost: FenNonNegative = Field(description="What the contract's money costs, once won.")
    friedman: FenPositive = Field(description="Best price by Friedman's chance, minor units.")
    gates: FenPositive = Field(description="Best price by Gates' chance, minor units.")
    rule: str = Field(description="Rule of evaluation that was simulated, in words.")
    curve: tuple[BidPoint, ...] = Field(description="Prices looked at, lowest first.")
    warnings: tuple[Finding, ...] = Field(default=(), description="What to mind about the price.")
    awards: int = Field(ge=0, description="Past awards in the books that moved the prior.")
    assumptions: tuple[str, ...] = Field(default=(), description="What was assumed, in words.")


class BidDecision(Fact):
    """Whether to bid, and at which price (投标决策)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    go: bool = Field(description="Whether to bid.")
    price: FenPositive | None = Field(default=None, description="Price to bid, minor units.")
    chance_ppm: PpmNonNegative = Field(default=0, description="Chance of winning at it, ppm.")
    worth: Fen = Field(
        default=0,
        description="Expected profit of bidding, net of bid, bond and the funding that was found, "
        "minor units.",
    )
    needs: FenNonNegative = Field(
        default=0, description="Money that must be found if it is won (P95), minor units."
    )
    uncovered: FenNonNegative = Field(
        default=0, description="What no source covers of that, minor units."
    )
    apply_by: date | None = Field(
        default=None,
        description="Last day to apply for it, so that it is there in time, if any is short.",
    )
    reasons: tuple[Finding, ...] = Field(description="Why, the weightiest first.")
    summary: str = Field(default="", description="The answer in one sentence, English.")
    summary_zh: str = Field(default="", description="The same, Chinese.")
    proposals: tuple[Proposal, ...] = Field(
        default=(), description="The bid, when it is a go, after what pays its bond."
    )
