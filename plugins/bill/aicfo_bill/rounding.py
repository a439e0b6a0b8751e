"""How far a plan in whole fen may stand above the program, which counts in fractions of a fen."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from aicfo_sdk import PPM

from .outlook import Option, Outlook
from .quote import BASIS

_HALF = Fraction(1, 2)


def most_gained(outlook: Outlook) -> float:
    """Return the fen that a plan may gain over the program by rounding, at most.

    Half a fen for the interest of each deal, and of deals no more than the minimum pieces of a
    bill allow; a bill that moves whole gains nothing, for the program has its interest in whole
    fen. Money gained so earns its yield, and spares a shortage. Then half a fen each for the
    yield, for each line, for the deepest and for the late shortage.
    """
    owned: dict[int, list[Option]] = defaultdict(list)
    for option in outlook.options:
        if not option.whole and _charged(option):
            owned[option.bill].append(option)
    holdings = outlook.holdings
    deals = sum((_gained(holdings[bill].face, owned[bill]) for bill in owned), Fraction())
    spared = Fraction(outlook.yield_ppm, BASIS) + outlook.late_ppm
    each = 1 + (spared * outlook.horizon + outlook.short_ppm) / PPM
    # The cases' costs are weighed and rounded once more.
    once = bool(outlook.yield_ppm) + len(outlook.lines) + 2 + bool(outlook.cases)
    return float(deals * each + _HALF * once)


def _charged(option: Option) -> bool:
    """Return whether interest may be a fraction of a fen, or a loan be one."""
    return option.pledge is not None or bool(option.offer and option.offer.rate_ppm and option.days)


def _gained(face: int, options: list[Option]) -> Fraction:
    """Return what the deals that a bill is large enough for may gain."""
    least = min(option.lower for option in options)
    return min(len(options), face // max(least, 1)) * max(map(_of_one, options))


def _of_one(option: Option) -> Fraction:
    """Half a fen of interest; what rounding takes off a loan bears none besides."""
    if option.pledge is None:
        return _HALF
    return _HALF + Fraction(option.pledge.rate_ppm * option.days, PPM * option.pledge.basis)
