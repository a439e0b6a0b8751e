"""Names that a reader takes for one another, and names that come close.

*Alike* is what the eye cannot tell apart: other alphabets (Cyrillic, Greek …), 0 and O, 1 and l,
traditional and simplified characters, spacing, punctuation, invisible characters. The idea is
the skeleton of Unicode Technical Standard 39; a letter with two shapes keeps both readings, so
that Greek nu is held for v and for n without v and n being held for one another.

*Near* is what a hurried reader confuses: one character more, less or other; the same words in
another order; another legal form. Names that only count (甲 and 乙, A and B, 12 and 13) are not
near, for ordinary books are full of them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from ..model.merchant import Counterparty

_FORMS = re.compile(
    "(?:股份有限|有限责任|有限|责任|股份|集团|总)公司$|公司$|集团$|股份$|(?:普通|有限)合伙$"
    "|个体工商户$|个人独资$"
)
_WORDS = frozenset(
    {
        "co",
        "company",
        "corp",
        "corporation",
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "bv",
        "pty",
        "the",
        "and",
    }
)
_COUNTED = (
    "甲乙丙丁戊己庚辛壬癸",
    "〇零一二三四五六七八九十百0123456789",
    "东西南北中",
    "上下前后左右",
)
_SHORTEST, _SHORTEST_LATIN = 4, 6


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """Return a name as one of its readings, without what is no letter or digit.

    Two names with one skeleton look alike; not every two that look alike have one skeleton.
    """
    _, first = _readings()
    return "".join(first.get(char, char) for char in _seen(name)).casefold()


def alike(name: str, other: str) -> bool:
    """Return whether a reader cannot tell the two names apart."""
    one, two = _seen(name), _seen(other)
    if not one or len(one) != len(two):
        return False
    readings, _ = _readings()
    return all(
        a == b or not readings.get(a, {a}).isdisjoint(readings.get(b, {b}))
        for a, b in zip(one, two, strict=True)
    )


def near(name: str, other: str) -> str:
    """Return in what the two names come close, "" when they do not."""
    one, two = core(name), core(other)
    if len(one) < 2 or _only_counted(one, two) or _lettered(name, other):
        return ""
    if one == two or _bag(name) == _bag(other):
        return "the same words in another order or legal form"
    shortest = _SHORTEST_LATIN if one.isascii() and two.isascii() else _SHORTEST
    if min(len(one), len(two)) >= shortest and _one_edit(one, two):
        return "one character more, less or other"
    return ""


@lru_cache(maxsize=65_536)
def core(name: str) -> str:
    """Return the part of a firm's name that names it: the skeleton without the legal form."""
    text = "".join(_core_words(name))
    shorter = _FORMS.sub("", text)
    while shorter and shorter != text:
        text, shorter = shorter, _FORMS.sub("", shorter)
    return text


class Names:
    """The names of all counterparties, to find those that a name is like."""

    def __init__(self, parties: Mapping[str, Counterparty]) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        self._liked: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {}
        self._shapes: _Index = defaultdict(list)
        self._bags: _Index = defaultdict(list)
        self._halves: dict[tuple[int, bool, str], list[str]] = defaultdict(list)
        for id, party in parties.items():
            self._names[id] = tuple(dict.fromkeys((id, str(party.name))))
            for name in self._names[id]:
                self._shapes[_shape(name)].append(id)
                self._bags[_bag(name)].append(id)
                text = core(name)
                half = len(text) // 2
                self._halves[len(text), True, text[:half]].append(id)
                self._halves[len(text), False, text[half:]].append(id)

    def like(self, id: str) -> tuple[tuple[str, ...], dict[str, str]]:
        """Return the ids whose names look like those of a party, and near ones with the reason."""
        if id not in self._liked:
            self._liked[id] = self._like(id)
        return self._liked[id]

    def _like(self, id: str) -> tuple[tuple[str, ...], dict[str, str]]:
        mine = self._names.get(id, (id,))
        same: dict[str, None] = {}
        close: dict[str, str] = {}
        for name in mine:
            for other in self._shapes.get(_shape(name), ()):
                if other != id and any(alike(name, theirs) for theirs in self._names[other]):
                    same[other] = None
        for name in mine:
            for other in self._close(name):
                if other == id or other in same or other in close:
                    continue
                reason = next(filter(None, (near(name, own) for own in self._names[other])), "")
                if reason:
                    close[other] = reason
        return tuple(same), close

    def _close(self, name: str) -> dict[str, None]:
        """Return the ids that may be near: one edit leaves one half of a name as it was."""
        found = dict.fromkeys(self._bags.get(_bag(name), ()))
        text = core(name)
        for length in (len(text) - 1, len(text), len(text) + 1):
            half = length // 2
            found |= dict.fromkeys(self._halves.get((length, True, text[:half]), ()))
            rest = text[len(text) - (length - half) :] if length > half else ""
            found |= dict.fromkeys(self._halves.get((length, False, rest), ()))
        return found


_Index = defaultdict[str, list[str]]


@lru_cache(maxsize=65_536)
def _seen(name: str) -> str:
    """Return the letters and digits of a name as the eye groups them, case aside.

    Capital I and L keep their case: I looks like l, L does not.
    """
    text = unicodedata.normalize("NFKC", name).replace("rn", "m").replace("vv", "w")
    text = "".join(char if char in "IL" else char.casefold() for char in text)
    text = unicodedata.normalize("NFKD", text)
    return "".join(filter(_spells, text))


@lru_cache(maxsize=65_536)
def _shape(name: str) -> str:
    """Return the coarsest form: equal for all names that may look alike."""
    classes = _classes()
    return "".join(classes.get(char, char) for char in _seen(name))


@lru_cache(maxsize=65_536)
def _bag(name: str) -> str:
    """Return what stays the same when the words of a name change places."""
    text = core(name)
    if text.isascii():
        return " ".join(sorted(_core_words(name)))
    return "".join(sorted(text))


@lru_cache(maxsize=65_536)
def _core_words(name: str) -> tuple[str, ...]:
    spaced = "".join(
        char if _spells(char) or unicodedata.category(char)[0] == "M" else " "
        for char in unicodedata.normalize("NFKC", name)
        if unicodedata.category(char) != "Cf"
    )
    words = [skeleton(word) for word in spaced.split()]
    named = [word for word in words if word and word not in _WORDS]
    return tuple(named or words)


def _spells(char: str) -> bool:
    """Return whether a character is a letter or digit, or is read as one (as radicals are)."""
    return unicodedata.category(char)[0] in "LN" or char in _readings()[1]


@cache
def _tables() -> tuple[tuple[str, ...], dict[str, str]]:
    text = (files(__package__ or "aicfo_sdk.safety") / "confusables.toml").read_text("utf-8")
    values = tomllib.loads(text)
    return tuple(values["hanzi"].split()), values["letters"]


@cache
def _readings() -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """Return what each character can be read as, and the one reading that its skeleton takes."""
    groups, letters = _tables()
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for char in group:
            found[char].add(group[0])
    for letter, chars in letters.items():
        for char in chars:
            found[char] |= {char, letter}
    first = {char: min(read, key=lambda text: (not text.isascii(), text))
             for char, read in found.items()}  # fmt: skip
    for group in groups:
        first |= dict.fromkeys(group, group[0])
    # ASCII, where case tells l from I and L.
    found |= {"0": {"o", "0"}, "1": {"l", "1"}, "l": {"l", "L"}, "I": {"i", "l"}}
    return {char: frozenset(read) for char, read in found.items()}, first


@cache
def _classes() -> dict[str, str]:
    """Return for each character the first of all that its readings join it to."""
    joined: dict[str, str] = {}

    def root(char: str) -> str:
        while joined.setdefault(char, char) != char:
            char = joined[char]
        return char

    for char, read in _readings()[0].items():
        for reading in read:
            joined[root(char)] = root(reading)
    return {char: root(char) for char in joined}


def _only_counted(one: str, two: str) -> bool:
    """Return whether two names differ in nothing but a number, a letter or another counter."""
    if one == two:
        return False
    if re.sub("[0-9]+", "", one) == re.sub("[0-9]+", "", two):
        return True
    if abs(len(one) - len(two)) > 1:
        return False
    start, end = _difference(one, two)
    first, second = one[start : len(one) - end], two[start : len(two) - end]
    if max(len(first), len(second)) > 1:
        return False
    for counters in _COUNTED:
        if all(char in counters for char in first + second):
            return True
    # A letter on its own counts; within a word it spells.
    around = one[max(start - 1, 0) : start] + one[len(one) - end :][:1]
    alone = not any(char.isascii() and char.isalpha() for char in around)
    return alone and (first + second).isascii() and (first + second).isalpha()


def _lettered(name: str, other: str) -> bool:
    """Return whether two names differ in one word, and that word is a letter in both."""
    pairs = zip(_core_words(name), _core_words(other), strict=False)
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    same_length = len(_core_words(name)) == len(_core_words(other))
    return same_length and len(differing) == 1 and all(len(word) == 1 for word in differing[0])


def _difference(one: str, two: str) -> tuple[int, int]:
    """Return how many characters the two share at their beginning and, of the rest, the end."""
    most = min(len(one), len(two))
    start = next((at for at in range(most) if one[at] != two[at]), most)
    left = most - start
    end = next((at for at in range(left) if one[-1 - at] != two[-1 - at]), left)
    return start, end


def _one_edit(one: str, two: str) -> bool:
    start, end = _difference(one, two)
    return max(len(one), len(two)) - start - end <= 1
