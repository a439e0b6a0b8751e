"""Names of firms as they are registered: place, brand, trade, legal form."""

from __future__ import annotations

import random

from .words import Words

FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


class Draw:
    """One case while it is made: whom the books know, and what the acceptor shows."""

    def __init__(self, rng: random.Random, words: Words) -> None:
        """Draw the merchant and the firms that its books know."""
        self.rng, self.words = rng, words
        self.merchant = self.firm()
        self.known: list[str] = [self.firm() for _ in range(8)]
        self.codes: dict[str, str] = {one: self.code() for one in self.known}
        self.shown = ""

    def brand(self) -> str:
        """Two characters of a brand, now and then three."""
        return "".join(self.rng.sample(self.words.brand, 3 if self.rng.random() < 0.15 else 2))

    def parts(self) -> tuple[str, str, str, str]:
        """Place, brand, trade, legal form of a firm."""
        rng, words = self.rng, self.words
        group = "集团" if rng.random() < 0.15 else ""
        trade = rng.choice(words.trades) + group
        return rng.choice(words.places), self.brand(), trade, rng.choice(FORMS)

    def firm(self) -> str:
        """A firm's whole name."""
        return "".join(self.parts())

    def know(self, name: str) -> str:
        """Enter a firm in the books in place of one drawn before."""
        self.known[self.rng.randrange(1, len(self.known))] = name
        self.codes[name] = self.code()
        return name

    def code(self) -> str:
        """A well-formed 统一社会信用代码."""
        rng = self.rng
        body = "91" + f"{rng.randrange(110_000, 659_000):06d}"
        body += "MA" + "".join(rng.choice(_DIGITS) for _ in range(7))
        total = sum(
            _DIGITS.index(char) * weight for char, weight in zip(body, _WEIGHTS, strict=True)
        )
        return body + _DIGITS[(31 - total % 31) % 31]
