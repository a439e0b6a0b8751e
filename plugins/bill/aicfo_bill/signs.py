"""Characters that are taken for one another: drawn alike, read alike, or of another script.

The tables are in `alike/`; how they were made stands at their heads.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

# Components that stand alone in no name, though they have a code of their own.
_PARTS = frozenset("亻氵刂忄扌犭艹辶釒訁糹飠钅纟饣讠宀冖阝灬罒衤礻疒")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
# What registered names of firms are written with: Hanzi, ASCII, and the marks of Chinese text.
_USUAL = re.compile("[\x20-\x7e\n\t\u00b7\u2014\u2018-\u201d\u2022\u3001-\u3011\u30fb〇]")
_RETROFLEX = re.compile("^([zcs])h")
_NASAL = re.compile("(?<=[aei])ng$")


@lru_cache(maxsize=100_000)
def alike(one: str, other: str) -> bool:
    """Return whether two characters are taken for one another, by the eye or by the ear.

    Sounds are compared without tone, zh as z, ng as n, as most of the south speaks.
    """
    low, high = sorted((one, other))
    nothing = frozenset[str]()
    return high in _shapes().get(low, "") or not _sounds().get(one, nothing).isdisjoint(
        _sounds().get(other, nothing)
    )


@lru_cache(maxsize=100_000)
def near(one: str, other: str) -> bool:
    """Return whether one character may stand for another where all the rest of a name is the same.

    More than `alike`: what shares a part, holds the other or a stroke more; and any character that
    GB 2312 does not have, for hardly a name is written with one.
    """
    low, high = sorted((one, other))
    return high in _nears().get(low, "") or alike(one, other) or _is_rare(one) or _is_rare(other)


def _is_rare(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


@lru_cache(maxsize=10_000)
def odd_signs(name: str) -> str:
    """Return what a Chinese name has that no registered name has: kana, radicals, added marks."""
    if not _HAN.search(name):
        return ""
    return "".join(
        char for char in name if char in _PARTS or not (_HAN.match(char) or _USUAL.match(char))
    )


@cache
def _shapes() -> dict[str, str]:
    return dict(_rows("shapes.txt"))


@cache
def _nears() -> dict[str, str]:
    return dict(_rows("near.txt"))


@cache
def _sounds() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for syllable, chars in _rows("sounds.txt"):
        folded = _NASAL.sub("n", _RETROFLEX.sub(r"\1", syllable))
        for char in chars:
            found.setdefault(char, set()).add(folded)
    return {char: frozenset(sounds) for char, sounds in found.items()}


def _rows(name: str) -> list[tuple[str, str]]:
    text = (files("aicfo_bill") / "alike" / name).read_text("utf-8")
    rows = [line.split(" ") for line in text.splitlines() if not line.startswith("#")]
    return [(key, chars) for key, chars in rows]
