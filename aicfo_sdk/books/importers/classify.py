"""What a statement line is for: text → kind, by the rules of `mappings/kinds.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ...model.invoice import TransactionKind
from .movements import data_file


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: TransactionKind
    words: tuple[str, ...]
    unless: tuple[str, ...]
    sign: str
    label: str


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            rule["kind"],
            tuple(rule["any"]),
            tuple(rule.get("none", ())),
            rule.get("sign", ""),
            rule["label"],
        )
        for rule in data_file("kinds")["rule"]
    )


@cache
def _any_word() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for rule in _rules() for word in rule.words))


def kind_of(text: str, amount: int) -> TransactionKind:
    """Return the kind of a line from its words and its sign; receipt or purchase by default."""
    if _any_word().search(text) is None:
        return "receipt" if amount > 0 else "purchase"
    sign = "in" if amount > 0 else "out"
    for rule in _rules():
        if (
            rule.sign in ("", sign)
            and any(word in text for word in rule.words)
            and not any(word in text for word in rule.unless)
        ):
            return rule.kind
    return "receipt" if amount > 0 else "purchase"


def label_of(kind: TransactionKind, amount: int, text: str, name: str = "") -> str:
    """Return `text`, with or replaced by a label if the line would else be told as another kind.

    `name` is the other party, which is looked at as well. A kind without words of its own (sale,
    other) is written as trade, that is receipt or purchase.
    """
    wanted: TransactionKind = kind
    label = next((rule.label for rule in _rules() if rule.kind == kind), "")
    if not label or kind_of(label, amount) != kind:
        wanted, label = ("receipt" if amount > 0 else "purchase"), "货款"
    for candidate in (text, f"{label} {text}".strip()):
        if kind_of(f"{candidate} {name}", amount) == wanted:
            return candidate
    return label
