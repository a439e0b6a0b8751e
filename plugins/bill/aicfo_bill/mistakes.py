"""Whether characters swapped in a name are more likely a mistake than another firm's name.

A name that differs from a known one is either that one miswritten or another firm's. The first is
likely where the characters are taken for one another; the second where the new character is one
that names are made of, the word around it is still one, and the place is still a place.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from .signs import alike, near

MOST_SWAPPED = 2
_BRAND = 2
"""Characters of a brand, at least; what follows them says the trade."""

Swap = tuple[int, str, str]
"""Where, what the known name has, what stands for it."""


def swaps_between(known: str, name: str) -> list[Swap]:
    """Return the swaps that make `name` of `known`, which is as long."""
    return [
        (at, one, other)
        for at, (one, other) in enumerate(zip(known, name, strict=True))
        if one != other
    ]


def mistaken(known: str, name: str, swaps: list[Swap]) -> bool:
    """Return whether the swaps make `name` a miswritten `known`, rather than another name."""
    if not 0 < len(swaps) <= MOST_SWAPPED or elsewhere(known, name):
        return False
    if all(alike(one, other) for _, one, other in swaps):
        return True
    if _no_place(known, name):
        return True
    start = len(place_of(known))
    brand = range(start, start + _BRAND)
    if len(swaps) > 1 and (
        all(at in brand for at, _, _ in swaps) or _other_word(known, [at for at, _, _ in swaps])
    ):
        return False
    return all(
        near(one, other) or not _usual(other) or (at not in brand and _breaks(known, name, at))
        for at, one, other in swaps
    )


def _no_place(known: str, name: str) -> bool:
    """Return whether a place that exists is written as one that does not, all but a character."""
    place = place_of(known)
    wrong = sum(one != other for one, other in zip(place, name, strict=False))
    return wrong == 1 and not place_of(name)


def _other_word(known: str, places: list[int]) -> bool:
    """Return whether two swaps put another word in the place of a whole one."""
    first, last = places
    return last == first + 1 and is_word(known[first : last + 1])


def elsewhere(one: str, other: str) -> bool:
    """Return whether two names begin with places, each a real one, and not the same."""
    first, second = place_of(one), place_of(other)
    return not (first.startswith(second) or second.startswith(first))


def place_of(name: str) -> str:
    """Return the place that a name begins with, the longest that is one, or ""."""
    rests = _table("places.txt").get(name[:1], frozenset[str]())
    return next((name[:size] for size in (3, 2) if name[1:size] in rests), "")


def is_word(text: str) -> bool:
    """Return whether two characters are a word of the language."""
    return text[1:] in _table("words.txt").get(text[:1], frozenset[str]())


def _breaks(known: str, name: str, at: int) -> bool:
    """Return whether a word of the known name is none any more, nor part of another."""
    around = [slice(start, start + 2) for start in (at - 1, at) if start >= 0]
    was = any(is_word(known[span]) or place_of(known[span]) == known[span] for span in around)
    return was and not any(
        is_word(name[span]) or place_of(name[span]) == name[span] for span in around
    )


@cache
def _table(name: str) -> dict[str, frozenset[str]]:
    rows = [line.split(" ") for line in _lines(name)]
    return {key: frozenset(rests) for key, *rests in rows}


@cache
def _all_usual() -> frozenset[str]:
    return frozenset("".join(_lines("usual.txt")))


def _usual(char: str) -> bool:
    return char in _all_usual()


def _lines(name: str) -> list[str]:
    text = (files("aicfo_bill") / "alike" / name).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
