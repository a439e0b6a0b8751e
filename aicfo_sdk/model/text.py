"""Text that strangers wrote: tender notices, remarks, names on bills.

`UntrustedText` marks it by type from the importer onward. It is normalised once (NFKC), loses
what the eye cannot see (control and format characters, variation selectors, fillers, floods of
combining marks), and may be shown and searched, but never chooses a tool, a payee or an amount.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_KEPT = frozenset("\n\t")
_MOST_MARKS = 4
"""Combining marks in a row that a script may need; more only hide what stands beside them."""

# Nearly all text of this trade: ASCII, common Chinese and its marks, all of them NFKC already.
_COMMON = re.compile("[\\x20-\\x7e\u3001-\u3003\u3008-\u3011\u4e00-\u9fa5]*").fullmatch
# And nearly all the rest: Latin, Japanese, Hangul syllables, full-width forms. What is in it and
# printable has nothing to hide.
_PLAIN = re.compile(
    "[\n\t\\x20-\\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2100-\u22ff"
    "\u2460-\u27ff\u3001-\u3029\u3030-\u3098\u309b-\u3163\u3190-\u9fff\uac00-\ud7a3\uff01-\uff9f]*"
).fullmatch
# Printable by category, yet drawn as nothing.
_UNSEEN = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef\U0001d173-\U0001d17a]"
)
# Drawn as a gap, though no space by category, or a space that NFKC leaves as it is.
_GAP = re.compile("[\u115f\u1160\u1680\u2028\u2029\u2800\u3164\uffa0\U0001d159]")


_NO_LINES = str.maketrans("", "", "\n\t")


class UntrustedText(str):
    """Text from outside, normalised and stripped of what the eye cannot see."""

    __slots__ = ()

    def __new__(cls, value: str = "") -> UntrustedText:
        # A record validates once more what its importer made: that was cleaned already.
        return value if type(value) is cls else super().__new__(cls, clean(value))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(max_length=100_000)
        )


def clean(value: str) -> str:
    """Return `value` in NFKC without what cannot be seen; doing it again changes nothing.

    Control, format, surrogate, private and unassigned characters go (line ends and tabs stay),
    and so do variation selectors and other marks without a shape. What is drawn as a gap becomes
    a space. Of many combining marks in a row the first few stay.
    """
    if value.isascii():
        if value.isprintable():
            return value
        return "".join(char for char in value if char.isprintable() or char in _KEPT)
    if _COMMON(value):
        return value
    value = unicodedata.normalize("NFKC", value)
    if value.isprintable() and _PLAIN(value):
        return value
    for _ in range(_MOST_MARKS):
        before, value = value, unicodedata.normalize("NFKC", _seen(value))
        if value == before:
            break
    return value


def hidden(value: str) -> bool:
    """Return whether `value` holds something that `clean` takes away or turns into a space."""
    if value.isprintable() and (value.isascii() or _PLAIN(value)):
        return False
    return _seen(value) != value


def visible(value: str) -> str:
    """Return `value` as it may be shown: what the eye cannot see is written as an escape.

    Line ends and tabs stay. For ids and other text that was not cleaned when it came in.
    """
    if _PLAIN(value) and value.translate(_NO_LINES).isprintable():
        return value
    return "".join(
        char.encode("unicode_escape").decode() if _unseen(char) else char for char in value
    )


def _unseen(char: str) -> bool:
    hides = _UNSEEN.match(char) or _GAP.match(char) or unicodedata.category(char)[0] == "C"
    return bool(hides) and char not in _KEPT


def _seen(value: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in _GAP.sub(" ", _UNSEEN.sub("", value)):
        category = unicodedata.category(char)
        if category[0] == "C" and char not in _KEPT:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
