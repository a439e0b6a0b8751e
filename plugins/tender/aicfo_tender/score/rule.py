"""The rule by which a tender is evaluated, as its notice states it, else as is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aicfo_sdk import PPM

from .procurement import FEWEST, deductions
from .tendering import Benchmark

if TYPE_CHECKING:
    from datetime import date

    from aicfo_sdk import Parameters
    from aicfo_sdk.model import Tender

Method = Literal["points", "price", "deviation", "reviewed"]
"""综合评分法, 最低评标价法 (and 最后报价最低), 综合评估法, 经评审的最低投标价法."""

_METHODS: dict[str, Method] = {
    "comprehensive_scoring": "points",
    "lowest_evaluated_price": "price",
    "lowest_quote": "price",
    "comprehensive_assessment": "deviation",
    "reviewed_lowest_price": "reviewed",
}
_NAMES: dict[Method, str] = {
    "points": "综合评分法",
    "price": "最低评标价法",
    "deviation": "综合评估法",
    "reviewed": "经评审的最低投标价法",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How one tender is evaluated: all that the simulation of it has to know."""

    method: Method
    weight_ppm: int
    """Weight of the price in 100 points; 0 where prices alone are compared."""
    small_ppm: int
    """Deduction on small firms' prices, for evaluation only."""
    bonus_ppm: int
    """What is added to small firms' price points instead (deviation rules)."""
    ceiling: int | None
    benchmark: Benchmark
    fewest: int
    notes: tuple[str, ...]

    @property
    def said(self) -> str:
        """The rule in words."""
        words = [_NAMES[self.method]]
        if self.weight_ppm:
            words.append(f"price {self.weight_ppm / 10_000:g} of 100 points")
        if self.small_ppm:
            words.append(f"small firms' prices less {self.small_ppm / 10_000:g} %")
        if self.bonus_ppm:
            words.append(f"small firms' price points and {self.bonus_ppm / 10_000:g} %")
        return ", ".join(words)


def rule_of(tender: Tender, params: Parameters, day: date) -> Rule:
    """Return the rule of a tender; what the notice leaves open is assumed and noted."""
    notes: list[str] = []
    method = _METHODS.get(tender.evaluation)
    if method is None:
        method = "deviation" if tender.regime == "tendering" else "points"
        notes.append(f"no evaluation method stated: taken as {_NAMES[method]}")
    weight = 0
    if method in ("points", "deviation"):
        weight = _weight(tender)
        if not weight:
            assessed = "assessment_" if method == "deviation" else ""
            weight = params.at(f"tender.{assessed}price_weight_ppm", day)
            notes.append(f"no price points stated: {weight / 10_000:g} of 100 assumed")
    small = bonus = 0
    if method in ("points", "price"):
        small = deductions(
            params,
            day,
            category=tender.category,
            set_aside=tender.sme_reserved == "whole",
            small_ppm=tender.sme_deduction_ppm,
        ).small
        if tender.sme_deduction_ppm is None and small:
            notes.append(f"no deduction for small firms stated: {small / 10_000:g} % assumed")
    elif method == "deviation" and tender.sme_reserved != "whole":
        bonus, _ = params.at("tender.small_bonus_ppm", day)
    if method == "deviation":
        notes.append(
            "benchmark taken as the mean of the valid bids, one point lost for each 1 % above it "
            "and half a point for each 1 % below"
        )
    ceiling = tender.ceiling if tender.ceiling is not None else tender.value
    return Rule(method, weight, small, bonus, ceiling, Benchmark(), FEWEST, tuple(notes))


def _weight(tender: Tender) -> int:
    """Return the share of the price among the points of the scoring table, ppm."""
    total = sum(item.points_milli for item in tender.scoring)
    price = sum(item.points_milli for item in tender.scoring if item.group == "price")
    return price * PPM // total if total else 0
