"""A line that its markup made of pieces: a name and its value, told apart by no colon.

`<b>项目编号</b>A-1`, `<label>预算</label><span>9万元</span>`: the eye sees two, the text is one.
"""

from __future__ import annotations

import re

from .page import MAX_LINE
from .spotted import field_of, labels_in

SEAM = "\x1f"
"""Stands where one piece of a line ends and the next begins."""

_MOST_PIECES = 200
_IN_NAME = 6
"""Pieces into which word processors split one name, at most."""
_LONGEST_NAME = 40
_PAIR = 2
_FIGURE = re.compile(r"\d.*\d|\d\s*(?:万元|元|天)")
_POINTS = re.compile(r"\s*\d{1,3}(?:\.\d+)?\s*分\s*")
_TOLD = re.compile(r"(?:[(（][^()（）]{0,20}[)）])?\s*[:：]")
"""A colon, perhaps behind a note in brackets, tells the name from its value already."""


def joined(text: str) -> str:
    """Return lines without their seams, a colon put between names and values that stood apart."""
    if SEAM not in text:
        return text
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    # Points stand apart from their name and their rule: 报价|30分|最低价得满分.
    pieces = [
        f" {piece} " if _POINTS.fullmatch(piece) else piece for piece in line.split(SEAM) if piece
    ]
    if len(pieces) < 2 or len(pieces) > _MOST_PIECES or len(line) > MAX_LINE:
        return "".join(pieces)
    if len(shown := [piece for piece in pieces if piece.strip()]) == _PAIR:
        first, last = shown
        if (
            _is_name(last)
            and _FIGURE.search(first)
            and not _is_name(first)
            and not first.rstrip().endswith((":", "："))
        ):
            # A figure drawn large above its name.
            return f"{last}:{first}"
    out: list[str] = []
    at, after_name = 0, True
    while at < len(pieces):
        # A name is looked for where a line or a value ends, never in the midst of a sentence.
        end = _name(pieces, at) if after_name else 0
        if not end:
            out.append(pieces[at])
            after_name = bool(out) and not pieces[at].strip()
            at += 1
            continue
        value = _value(pieces, end)
        name = "".join(pieces[at:end])
        rest = "".join(pieces[end:]).lstrip()
        told = not rest or name.rstrip().endswith((":", "：")) or _is_told(name, rest)
        if out:
            out.append(" ")
        out += [name, "" if told else ":", *pieces[end:value]]
        at, after_name = value, True
    return "".join(out)


def _is_told(name: str, rest: str) -> bool:
    """Return whether a colon tells the name, or a longer one of which it is the beginning."""
    if _TOLD.match(rest):
        return True
    whole = (name.strip() + rest[:_LONGEST_NAME]).replace("：", ":")
    found = labels_in(whole)
    return bool(found) and found[0].start == 0 and found[0].end > len(name.strip()) + 1


def _name(pieces: list[str], at: int) -> int:
    """Return where a name that begins at a piece ends, the longest; 0 when none does."""
    best, text = 0, ""
    for end in range(at + 1, min(at + _IN_NAME, len(pieces)) + 1):
        text += pieces[end - 1]
        if len(text) > _LONGEST_NAME:
            break
        if _is_name(text):
            best = end
    return best


def _value(pieces: list[str], start: int) -> int:
    """Return where the value behind a name ends: at the next piece that is a name."""
    at = start
    while at < len(pieces) and (at == start or not _name(pieces, at)):
        at += 1
    return at


def _is_name(text: str) -> bool:
    plain = text.strip().replace("（", "(").replace("）", ")").rstrip("：:")
    return field_of(plain) is not None
