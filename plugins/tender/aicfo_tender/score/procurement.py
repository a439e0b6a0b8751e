"""政府采购法: 综合评分法 and 最低评标价法, with the price deductions that only this law knows.

Price points = base / evaluated price × weight × 100, the base being the lowest evaluated price of
the offers that qualify. Sources: 财政部令第87号 art. 54, 55, 57; 财库〔2020〕46号 art. 9;
财库〔2022〕19号; 国办发〔2025〕34号.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from aicfo_sdk import PPM, InputError

from .offers import Offer, Scored, points, ranked

if TYPE_CHECKING:
    from datetime import date

    from aicfo_sdk import Parameters

FEWEST = 3
"""Fewer qualified offers than this void the procurement (政府采购法 art. 36)."""


@dataclass(frozen=True, slots=True)
class Deductions:
    """What comes off a price for evaluation, ppm of the bid."""

    small: int
    consortium: int
    consortium_from: int
    """Share of the contract, ppm, that small partners must take for the consortium's deduction."""
    domestic: int


def deductions(
    params: Parameters,
    day: date,
    *,
    category: str,
    set_aside: bool,
    small_ppm: int | None = None,
    mixed_origin: bool = False,
) -> Deductions:
    """Return what the law of `day` takes off, `small_ppm` being what the notice states.

    A notice's own figure is kept within the law's bounds; without one the lower bound holds.
    Inside a set-aside for small firms (专门面向中小企业) nothing comes off for size. Domestic
    products are preferred only where foreign ones compete (`mixed_origin`).
    """
    kind = ".works" if category == "works" else ""
    low, high = params.at(f"tender.sme_deduction_ppm{kind}", day)
    low_joint, _ = params.at(f"tender.consortium_deduction_ppm{kind}", day)
    small = low if small_ppm is None else min(max(small_ppm, low), high)
    return Deductions(
        small=0 if set_aside else small,
        consortium=0 if set_aside else low_joint,
        consortium_from=params.at("tender.consortium_small_share_ppm", day),
        domestic=params.at("tender.domestic_preference_ppm", day) if mixed_origin else 0,
    )


def evaluated(offer: Offer, less: Deductions) -> Fraction:
    """Return the price used for evaluation, minor units, exact.

    Both deductions are taken off the bid as offered. A small firm has its own, never the
    consortium's on top.
    """
    off = 0
    if offer.small:
        off = less.small
    elif offer.small_share_ppm >= less.consortium_from > 0:
        off = less.consortium
    if offer.domestic:
        off += less.domestic
    return Fraction(offer.price * (PPM - off), PPM)


def qualified(offers: Sequence[Offer], ceiling: int | None) -> list[Offer]:
    """Return the offers at or below the ceiling; above the budget a bid is void.

    Raises: InputError for a price that is not positive.
    """
    for offer in offers:
        if offer.price <= 0:
            raise InputError("a bid must be positive", value=offer.price, where=offer.bidder)
    return [offer for offer in offers if ceiling is None or offer.price <= ceiling]


def by_points(
    offers: Sequence[Offer], less: Deductions, *, weight_ppm: int, ceiling: int | None = None
) -> tuple[Scored, ...]:
    """Return the qualified offers by 综合评分法, best first; none when fewer than three qualify.

    `weight_ppm` is the weight of the price in 100 points. Equal points go to the lower bid, then
    to the better technical offer (art. 57).
    """
    found = qualified(offers, ceiling)
    if len(found) < FEWEST:
        return ()
    prices = [evaluated(offer, less) for offer in found]
    base, full = min(prices), Fraction(weight_ppm * 100, PPM)
    scored: list[Scored] = []
    for offer, price in zip(found, prices, strict=True):
        got = points(base / price * full)
        scored.append(Scored(offer, price, got, got + offer.points, 0))
    return ranked(scored, [(-s.total, s.offer.price, -s.offer.technical) for s in scored])


def by_price(
    offers: Sequence[Offer], less: Deductions, *, ceiling: int | None = None
) -> tuple[Scored, ...]:
    """Return the qualified offers by 最低评标价法, lowest evaluated price first (art. 54)."""
    found = qualified(offers, ceiling)
    if len(found) < FEWEST:
        return ()
    scored = [Scored(offer, evaluated(offer, less), 0, 0, 0) for offer in found]
    return ranked(scored, [(s.evaluated, s.offer.price, -s.offer.technical) for s in scored])
