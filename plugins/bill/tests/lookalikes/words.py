"""What a set of words has: places, brands, trades, banks, and what is taken for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`shapes`, `sounds`, `traditional`: families of characters, each for the others.

    `sisters`: pairs of real places, "a b;c d". `banks` and `finance` are imitated,
    `genuine_banks` are judged as they are.
    """

    places: list[str]
    sisters: str
    brand: str
    trades: list[str]
    banks: list[str]
    genuine_banks: list[str]
    finance: list[str]
    shapes: str
    sounds: str
    traditional: str
    inserted: str
