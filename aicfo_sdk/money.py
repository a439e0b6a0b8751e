"""Money as whole minor units (fen, pence), rates as whole parts per million, one rounding.

Amounts are Python integers of the books' minor unit, bounded by 10**13 (100 billion yuan), so
that amount × ppm × days stays far from what a 64-bit column could silently wrap. There is one
rounding function, `round_div`, half to even; nothing else in aicfo rounds money.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from .errors import AmountError

LIMIT = 10**13
"""Largest amount in minor units, either sign."""

PPM = 1_000_000
"""One hundred per cent in parts per million."""

Fen = Annotated[int, Field(strict=True, ge=-LIMIT, le=LIMIT)]
"""Whole minor units of the books' currency (CNY: fen, 0.01 yuan; GBP: pence)."""

FenPositive = Annotated[int, Field(strict=True, gt=0, le=LIMIT)]
"""Whole minor units, above zero."""

FenNonNegative = Annotated[int, Field(strict=True, ge=0, le=LIMIT)]
"""Whole minor units, zero or more."""

Ppm = Annotated[int, Field(strict=True, ge=-10 * PPM, le=10 * PPM)]
"""A rate or share in parts per million: 1 % is 10,000."""

PpmNonNegative = Annotated[int, Field(strict=True, ge=0, le=10 * PPM)]
"""A rate or share in parts per million, zero or more."""

# ASCII digits only: int() and Decimal() would also take full-width digits and underscores.
_AMOUNT = re.compile(
    r"([+-]?)[ ]?(?:[¥￥$£€][ ]?)?([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]*))?",
    re.ASCII,
)


def round_div(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half to even, exact at any size.

    Raises: ZeroDivisionError when `denominator` is 0.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    twice = rest * 2
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return quotient


def share(amount: int, ppm: int) -> int:
    """Return `ppm` parts per million of `amount`, in minor units."""
    return round_div(amount * ppm, PPM)


def interest(principal: int, rate_ppm: int, days: int, basis: int) -> int:
    """Return simple interest in minor units.

    `rate_ppm` is the annual rate in parts per million, `days` the calendar days, `basis` the
    days of the year that the contract counts with (360 for bills and money market, 365 for
    most loans).
    """
    return round_div(principal * rate_ppm * days, PPM * basis)


def split(total: int, weights: Sequence[int | float]) -> list[int]:
    """Return `total` divided in proportion to `weights`, summing to `total` exactly.

    Largest remainder; ties go to the earlier entry, so the answer depends on nothing else.
    Raises: AmountError when no weight is positive or one is negative.
    """
    if not weights or not all(0 <= weight < math.inf for weight in weights) or not any(weights):
        raise AmountError(
            "weights must be non-negative with a positive sum", value=list(weights)[:5]
        )
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = math.lcm(*(denominator for _, denominator in ratios))
    whole_weights = [numerator * (common // denominator) for numerator, denominator in ratios]
    whole = sum(whole_weights)
    parts: list[int] = []
    rests: list[int] = []
    for weight in whole_weights:
        part, rest = divmod(total * weight, whole)
        parts.append(part)
        rests.append(rest)
    order = sorted(range(len(parts)), key=lambda i: (-rests[i], i))
    # Each part was rounded down, so fewer units are missing than there are parts.
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def checked(amount: int, *, where: str = "") -> int:
    """Return `amount` when it lies within the bounds of `Fen`.

    Raises: AmountError.
    """
    if not -LIMIT <= amount <= LIMIT:
        raise AmountError(
            "amount out of bounds",
            value=amount,
            where=where,
            mend=f"amounts lie within ±{LIMIT} minor units",
        )
    return amount


def parse(text: str, *, where: str = "") -> int:
    """Return the minor units of an amount written with at most two decimals ("1,234.50", "¥3").

    Strict: ASCII digits, optional sign, currency mark and comma groups of three; no exponent,
    no parentheses, no more than two significant decimals.
    Raises: AmountError.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or (found[1] and found[2]):
        raise AmountError("not an amount", value=text, where=where, mend="write it like 1234.50")
    decimals = (found[4] or "").rstrip("0")
    if len(decimals) > 2:
        raise AmountError(
            "more than two decimals", value=text, where=where, mend="amounts are in minor units"
        )
    digits = found[3].replace(",", "")
    if len(digits) > 15:
        raise AmountError("amount out of bounds", value=text, where=where)
    minor = int(digits) * 100 + int((decimals + "00")[:2])
    return checked(-minor if "-" in (found[1], found[2]) else minor, where=where)


def grouped(amount: int) -> str:
    """Return `amount` in major units with two decimals and comma groups: 123450 → "1,234.50"."""
    sign = "-" if amount < 0 else ""
    major, minor = divmod(abs(amount), 100)
    return f"{sign}{major:,}.{minor:02d}"


def plain(amount: int) -> str:
    """Return `amount` in major units with two decimals and no groups: 123450 → "1234.50"."""
    sign = "-" if amount < 0 else ""
    major, minor = divmod(abs(amount), 100)
    return f"{sign}{major}.{minor:02d}"
