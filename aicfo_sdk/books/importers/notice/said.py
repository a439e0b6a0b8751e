"""What a page says, read once: its names with their values, its lines, its sections, its text."""

from __future__ import annotations

import re

from ....model.tender import NoticeFlag
from .labels import Pair, pairs
from .outline import Section, sections
from .page import Line, Page

_NO_VALUE = re.compile(r"^(?:/|无|详见.*|见.*|-+|待定|另行通知|同预算.*)$")
HEAD_LINES, FOOT_LINES = 14, 14
"""Lines at the beginning and the end in which a notice presents and signs itself."""


class MissingError(ValueError):
    """A page that lacks what a tender cannot be without; the text says what."""


class Said:
    """A page taken apart; `notes` and `flags` collect what cannot be taken as it stands."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = page.text()
        self.sections: list[Section] = sections(page)
        self.pairs: list[Pair] = pairs(page)
        self.lines = [block.text for block in page.blocks if isinstance(block, Line)]
        self.notes: list[str] = []
        self.flags: list[NoticeFlag] = []

    def all(self, name: str) -> list[Pair]:
        """Return the pairs of a field that hold a value, in order."""
        return [
            pair
            for pair in self.pairs
            if pair.field == name and not _NO_VALUE.match(pair.value.strip())
        ]

    def first(self, name: str) -> str:
        """Return the first value of a field, or nothing."""
        found = self.all(name)
        return found[0].value if found else ""
