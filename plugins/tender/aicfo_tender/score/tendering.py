"""招标投标法: 综合评估法 and 经评审的最低投标价法, with benchmarks taken from the bids themselves.

The tender documents publish how the benchmark (评标基准价) is made and what a deviation from it
costs; `Benchmark` holds what they publish. Prices carry no deduction for small firms: public works
under this law that score price by deviation add a share to a small firm's price points instead
(财库〔2020〕46号 art. 9). Form of the rules: 《标准施工招标文件》(2007), 评标办法.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from aicfo_sdk import PPM, InputError

from .offers import POINT, Offer, Scored, half_up, points, ranked
from .procurement import FEWEST, qualified

Kind = Literal["mean", "trimmed", "drop", "mixed", "lowest"]
"""平均价, 去掉最高最低后的平均价, 平均价下浮, 与最高限价复合, 最低价."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How the documents make the benchmark and score the deviation from it."""

    kind: Kind = "mean"
    trim_from: int = 5
    """Fewest bids at which the highest and the lowest are left out."""
    drop_ppm: int = 0
    """What comes off the mean (下浮率); also of a trimmed or mixed one when it is not 0."""
    ceiling_ppm: int = 0
    """Weight of the ceiling in a mixed benchmark; the mean has the rest."""
    above: int = 100
    """Hundredths of a point lost for each 1 % above the benchmark."""
    below: int = 50
    """The same for each 1 % below it."""
    least: int = 0
    """Fewest price points, hundredths."""


def benchmark(prices: Sequence[int], rule: Benchmark, ceiling: int | None = None) -> Fraction:
    """Return the benchmark price of valid bids in minor units, exact.

    Raises: InputError without a bid, or for a mixed benchmark without a ceiling.
    """
    if not prices:
        raise InputError("no valid bid to take a benchmark from", value=0)
    used = sorted(prices)
    if rule.kind == "lowest":
        return Fraction(used[0])
    if rule.kind == "trimmed" and len(used) >= max(rule.trim_from, 3):
        used = used[1:-1]
    mean = Fraction(sum(used), len(used))
    if rule.kind == "mixed":
        if ceiling is None:
            raise InputError(
                "a mixed benchmark needs the ceiling", value=rule.kind, mend="give the 最高投标限价"
            )
        mean = (mean * (PPM - rule.ceiling_ppm) + ceiling * rule.ceiling_ppm) / PPM
    return mean * (PPM - rule.drop_ppm) / PPM


def deviation(price: int, base: Fraction) -> Fraction:
    """Return 偏差率 in per cent, rounded to two decimals as the standard documents do."""
    return Fraction(half_up((price - base) / base * 100 * POINT), POINT)


def price_points(price: int, base: Fraction, rule: Benchmark, full: int) -> int:
    """Return price points, hundredths: `full` at the benchmark, less for every 1 % away."""
    away = deviation(price, base)
    lost = away * rule.above if away > 0 else -away * rule.below
    return max(full - half_up(lost), rule.least)


def by_points(
    offers: Sequence[Offer],
    rule: Benchmark,
    *,
    weight_ppm: int,
    ceiling: int | None = None,
    small_bonus_ppm: int = 0,
) -> tuple[Scored, ...]:
    """Return the valid offers by 综合评估法, best first; none when fewer than three are valid.

    `small_bonus_ppm` of its own price points is added to a small firm's. Equal points go to the
    lower bid (标准文件); what is still equal shares a rank, and the buyer chooses.
    """
    found = qualified(offers, ceiling)
    if len(found) < FEWEST:
        return ()
    base = benchmark([offer.price for offer in found], rule, ceiling)
    full = points(Fraction(weight_ppm * 100, PPM))
    scored: list[Scored] = []
    for offer in found:
        got = price_points(offer.price, base, rule, full)
        if offer.small:
            got = half_up(Fraction(got * (PPM + small_bonus_ppm), PPM))
        scored.append(Scored(offer, Fraction(offer.price), got, got + offer.points, 0))
    return ranked(scored, [(-s.total, s.offer.price) for s in scored])


def by_price(offers: Sequence[Offer], *, ceiling: int | None = None) -> tuple[Scored, ...]:
    """Return the valid offers by 经评审的最低投标价法, lowest evaluated price first.

    The evaluated price is the bid and what the documents add to it; equal ones go to the lower
    bid.
    """
    found = qualified(offers, ceiling)
    if len(found) < FEWEST:
        return ()
    scored = [Scored(o, Fraction(o.price + o.additions), 0, 0, 0) for o in found]
    return ranked(scored, [(s.evaluated, s.offer.price) for s in scored])
