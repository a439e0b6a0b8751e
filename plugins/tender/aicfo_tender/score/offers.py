"""What is evaluated and what comes out: offers, scored offers, and the rounding of points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

POINT = 100
"""Scores are whole hundredths of a point."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One bid as opened: its price in minor units, its other points in hundredths of a point."""

    bidder: str
    price: int
    points: int = 0
    """Technical and business points together (技术分, 商务分)."""
    technical: int = 0
    """The technical points among them: what breaks a tie of points and price."""
    small: bool = False
    """A small or micro firm (小微企业), or one that is treated alike."""
    small_share_ppm: int = 0
    """What small partners of a consortium, or small subcontractors, take of the contract."""
    domestic: bool = True
    """Whether what is offered is a domestic product (本国产品)."""
    additions: int = 0
    """What the documents add to this bid for evaluation (缺漏项, 付款偏差), minor units."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One offer after evaluation; the contract is made at `offer.price`, never at `evaluated`."""

    offer: Offer
    evaluated: Fraction
    """Price used for evaluation (评审价), minor units, exact."""
    price_points: int
    """Hundredths of a point; 0 under a rule that compares prices alone."""
    total: int
    """Hundredths of a point."""
    rank: int
    """1 is the winner; offers that no rule tells apart share a rank."""


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, halves away from zero: 四舍五入, as the rules round points.

    Money is rounded by `aicfo_sdk.round_div`, points by this.
    """
    whole = (abs(value.numerator) * 2 + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def points(value: Fraction) -> int:
    """Return a score in hundredths of a point, rounded to two decimals (保留两位小数)."""
    return half_up(value * POINT)


def ranked(scored: list[Scored], keys: list[tuple[Fraction | int, ...]]) -> tuple[Scored, ...]:
    """Return the offers best first, ranked by ascending `keys`; equal keys share a rank."""
    order = sorted(range(len(scored)), key=lambda place: (keys[place], scored[place].offer.bidder))
    out: list[Scored] = []
    for place in order:
        rank = len(out) + 1
        if out and keys[place] == keys[order[len(out) - 1]]:
            rank = out[-1].rank
        out.append(replace(scored[place], rank=rank))
    return tuple(out)
