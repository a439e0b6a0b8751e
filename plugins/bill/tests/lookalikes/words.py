"""What a set of words has: places, brands, trades, banks, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`shapes`, `sounds`, `traditional`: families of characters, each for the others.

    `sisters`: pairs of real places, "a b;c d". `banks` and `finance` are imitated,
    `genuine_banks` are judged as they are.
    """

    places: Sequence[str]
    sisters: str
    brand: str
    trades: Sequence[str]
    banks: Sequence[str]
    genuine_banks: Sequence[str]
    finance: Sequence[str]
    shapes: str
    sounds: str
    traditional: str
    inserted: str
