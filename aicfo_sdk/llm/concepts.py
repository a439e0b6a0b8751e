"""What numbers are called: by the words before them in a text, and by the fields that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

DIMENSIONS = ("row", "measure", "quantile")

_CLAUSE = re.compile(
    r"[。；;！!？?\n、]|[，,](?!\d{3}(?!\d))|\.(?!\d)|\b(?:but|while|whereas)\b|而"
)


def concepts_of(fact: str, names: tuple[str, ...]) -> frozenset[str]:
    """Return what a field holds, as `measure:cash`; `names` lead to it, `fact` is its root's type.

    A list's places are no names. A qualified name ("pieces.cash") counts before the bare one.
    """
    if not names:
        return frozenset()
    fields, _ = _table()
    last = names[len(names) - 1]
    above = names[-2] if len(names) > 1 else fact
    found = fields.get(f"{above}.{last}") or fields.get(f"{fact}.{last}")
    own = fields.get(last, frozenset[str]())
    if found:
        kinds = {name.partition(":")[0] for name in found}
        return found | {name for name in own if name.partition(":")[0] not in kinds}
    return own


def rows_of(texts: Iterable[str]) -> frozenset[str]:
    """Return what a row is by its texts ("discount"), as `row:discount`."""
    fields, _ = _table()
    found = [fields.get(f"={text}", frozenset[str]()) for text in texts]
    return frozenset[str]().union(*found)


def named(text: str, start: int, end: int, floor: int) -> dict[str, str]:
    """Return dimension → concept that the words around a figure name, those before it first.

    `start` and `end` are the figure's, `floor` is where the figure before it ends.
    """
    begin = floor
    for match in _CLAUSE.finditer(text, floor, start):
        begin = match.end()
    sentence = max(text.rfind(mark, 0, start) for mark in ("。", "\n", ". ", "；", "; ")) + 1
    stop = _CLAUSE.search(text, end)
    behind = re.match(r"\s?(?:元|yuan|CNY)?\s?(?:的|of |in )\s?", text[end:])
    after = text[end : stop.start() if stop else len(text)] if behind else ""
    found: dict[str, str] = {}
    _, words = _table()
    for dimension, pattern, meanings in words:
        last = None
        # A row is named once in a sentence, what is measured in each clause.
        for match in pattern.finditer(text, sentence if dimension == "row" else begin, start):
            last = match
        if last is None and behind:
            last = pattern.match(after, behind.end())
        if last is not None:
            found[dimension] = f"{dimension}:{meanings[last.group().lower()]}"
    return found


@cache
def _table() -> tuple[
    dict[str, frozenset[str]], tuple[tuple[str, re.Pattern[str], dict[str, str]], ...]
]:
    import tomllib
    from importlib.resources import files

    raw = tomllib.loads((files(__package__ or "") / "concepts.toml").read_text("utf-8"))
    fields: dict[str, frozenset[str]] = {}
    words: list[tuple[str, re.Pattern[str], dict[str, str]]] = []
    for dimension in DIMENSIONS:
        meanings: dict[str, str] = {}
        for concept, entry in raw[dimension].items():
            for field in [*entry.get("fields", ()), *(f"={v}" for v in entry.get("values", ()))]:
                fields[field] = fields.get(field, frozenset()) | {f"{dimension}:{concept}"}
            meanings |= {word.lower(): concept for word in entry["words"]}
        # The longest first: 未覆盖 is not 覆盖.
        forms = sorted(meanings, key=lambda word: (-len(word), word))
        pattern = "|".join(rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in forms)
        words.append((dimension, re.compile(pattern, re.IGNORECASE | re.ASCII), meanings))
    return fields, tuple(words)
