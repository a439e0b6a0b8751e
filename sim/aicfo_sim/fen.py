"""Whole-array twins of `aicfo_sdk.money`: the same half-even rounding over int64 columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aicfo_sdk.money import PPM

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def round_div(numerator: Ints, denominator: int) -> Ints:
    """Return numerator / denominator rounded half to even, `aicfo_sdk.money.round_div` per entry.

    `denominator` is positive; |numerator| must stay below 2**62.
    """
    quotient = numerator // denominator
    twice = numerator - quotient * denominator
    twice *= 2
    # Twice the remainder against the denominator; an odd quotient takes a tie up.
    twice += quotient & 1
    return quotient + (twice > denominator)


def share(amount: Ints, ppm: Ints | int) -> Ints:
    """Return `ppm` parts per million of each amount, fen."""
    return round_div(amount * ppm, PPM)


def interest(principal: Ints, rate_ppm: Ints | int, days: Ints | int, basis: int) -> Ints:
    """Return simple interest per entry, fen; `basis` is the contract's days of the year.

    Exact while principal × rate × days stays below 2**62: up to 700 million yuan at 15 % for 400
    days. The world draws no merchant of that size.
    """
    return round_div(principal * rate_ppm * days, PPM * basis)


def to_fen(yuan: Floats) -> Ints:
    """Return yuan as whole fen, half to even: floats end here, early, before any sum."""
    return np.rint(yuan * 100.0).astype(np.int64)


def per_merchant(owners: Ints, amounts: Ints, count: int) -> Ints:
    """Return the sum of `amounts` by owner, an array of `count` merchants."""
    out = np.zeros(count, dtype=np.int64)
    np.add.at(out, owners, amounts)
    return out
