"""What a kind of case is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .books_of import Scene

Severity = Literal["warning", "refuse"]


@dataclass(frozen=True, slots=True)
class Forgery:
    """`make` alters a sound case and says how; `codes` → the least severity that finds it."""

    make: Callable[[Scene], str]
    codes: dict[str, Severity]


@dataclass(frozen=True, slots=True)
class Sound:
    """`make` leaves the case sound; warnings with the `allowed` codes are no false alarm."""

    make: Callable[[Scene], str]
    allowed: frozenset[str] = frozenset()
