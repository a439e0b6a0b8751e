"""The words of notices: BM25 over weighted fields, in numpy arrays.

Fields are weighted by counting their words several times, the simple extension of BM25 to several
fields (Robertson, Zaragoza, Taylor 2004). A word counts at most once in a title and twice in a
text, while the length of the field counts in full: repeating a word never raises a notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .words import code_tokens, surfaces, tokens, trades_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aicfo_sdk.model import Tender

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

FIELDS = ("title", "codes", "buyer", "description")
_WEIGHT = (4, 2, 1, 1)
_MOST_TIMES = (1, 1, 1, 2)
"""How often one word counts in a field."""

SUBJECT = ("title", "codes")
"""Fields that say what is bought; a word in the text alone is a weak sign."""

_RELATED = 0.4
"""Weight of a word of the same trade beside a word that was asked for."""

_K1, _B = 1.2, 0.6


class Terms(NamedTuple):
    """What a query looks for: words asked for, names or codes of each of its trades, and how to
    show each."""

    asked: tuple[str, ...]
    near: tuple[tuple[str, ...], ...]
    shown: dict[str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One notice that holds words of the query: BM25 score and (word as asked, field) found."""

    id: str
    score: float
    found: tuple[tuple[str, str], ...]


class Index:
    """BM25 over notices, whose rows stand in the order given."""

    def __init__(self, tenders: Iterable[Tender]) -> None:
        self.ids: list[str] = []
        place: defaultdict[str, int] = defaultdict(count().__next__)
        words, sizes = list[int](), list[int]()
        for tender in tenders:
            self.ids.append(tender.id)
            for found in _words(tender):
                words += map(place.__getitem__, found)
                sizes.append(len(found))
        self._place = dict(place)
        self._rank_words(
            np.array(words, dtype=np.int64),
            np.array(sizes, dtype=np.int64).reshape(len(self.ids), len(FIELDS)),
        )

    def _rank_words(self, words: Ints, sizes: Ints) -> None:
        """Keep, word by word, the rows that hold it, in which fields, and what it weighs there.

        `words` stand row by row and field by field; `sizes` says how many there are of each.
        """
        notices, fields = sizes.shape
        cells: Ints = np.arange(notices * fields, dtype=np.int64)
        cell = np.repeat(cells, sizes.ravel())
        key, often = np.unique(words * (notices * fields) + cell, return_counts=True)
        field, pair = key % fields, key // fields
        often = np.minimum(often, np.take(_MOST_TIMES, field)) * np.take(_WEIGHT, field)
        first = np.flatnonzero(np.diff(pair, prepend=-1))
        times = np.add.reduceat(often, first) if len(first) else often
        bits = np.bitwise_or.reduceat(1 << field, first) if len(first) else field
        word, self._rows = np.divmod(pair[first], max(notices, 1))
        holds = np.bincount(word, minlength=len(self._place))
        rarity = np.log1p((notices - holds + 0.5) / (holds + 0.5))
        length = sizes @ np.array(_WEIGHT)
        size = length / max(length.sum() / max(notices, 1), 1.0)
        spread = times + (_K1 * (1 - _B + _B * size))[self._rows]
        self._weight = rarity[word] * times / spread
        self._fields = bits.astype(np.uint8)
        self._starts = np.concatenate([[0], np.cumsum(holds)])

    def terms(self, query: str) -> Terms:
        """Return those words of a query, and of the trades that it names, that any notice holds."""
        asked = tuple(word for word in dict.fromkeys(tokens(query)) if word in self._place)
        groups, names = list[tuple[str, ...]](), dict[str, str]()
        for words in trades_of(query):
            known = [word for word in words if word in self._place]
            names.update((word, words[word]) for word in known)
            for coded in (False, True):
                if group := tuple(word for word in known if (":" in word) is coded):
                    groups.append(group)
        return Terms(asked, tuple(groups), names | surfaces(query))

    def scores(self, terms: Terms) -> Floats:
        """Return the score of each row; 0 where it holds none of the words.

        Of the names of one trade the best counts, and of its codes: naming it in many ways is
        worth no more.
        """
        out = np.zeros(len(self.ids))
        for word in terms.asked:
            at = self._at(word)
            out[self._rows[at]] += self._weight[at]
        for words in terms.near:
            best = np.zeros(len(self.ids))
            for word in words:
                at = self._at(word)
                rows = self._rows[at]
                best[rows] = np.maximum(best[rows], self._weight[at])
            out += _RELATED * best
        return out

    def holding(self, words: Iterable[str], fields: tuple[str, ...] = SUBJECT) -> Flags:
        """Return for each row whether one of the fields holds one of the words."""
        mask = sum(1 << FIELDS.index(name) for name in fields)
        out = np.zeros(len(self.ids), dtype=np.bool_)
        for word in words:
            if word in self._place:
                at = self._at(word)
                out[self._rows[at]] |= (self._fields[at] & mask) > 0
        return out

    def found(self, terms: Terms, row: int) -> tuple[tuple[str, str], ...]:
        """Return (word as asked, field) for what a row holds of a query."""
        near = (word for words in terms.near for word in words)
        return tuple(
            (terms.shown[word], name)
            for word in dict.fromkeys((*terms.asked, *near))
            for name in self._fields_of(word, row)
        )

    def hits(self, query: str) -> list[Hit]:
        """Return the notices that hold a word of `query` or of its trade, in their order."""
        terms = self.terms(query)
        scores = self.scores(terms)
        return [
            Hit(self.ids[row], float(scores[row]), self.found(terms, row))
            for row in np.flatnonzero(scores > 0).tolist()
        ]

    def _fields_of(self, word: str, row: int) -> tuple[str, ...]:
        at = self._at(word)
        place = int(np.searchsorted(self._rows[at], row))
        if place == at.stop - at.start or self._rows[at][place] != row:
            return ()
        bits = int(self._fields[at][place])
        return tuple(name for field, name in enumerate(FIELDS) if bits >> field & 1)

    def _at(self, word: str) -> slice:
        place = self._place[word]
        return slice(int(self._starts[place]), int(self._starts[place + 1]))


def _words(tender: Tender) -> tuple[list[str], ...]:
    """Return the words of each of `FIELDS`."""
    return (
        tokens(tender.title),
        code_tokens(tender.codes),
        tokens(tender.buyer),
        tokens(tender.description),
    )
