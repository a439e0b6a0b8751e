"""What a brief is made of: advice, and what a piece of advice expects."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative
from .base import Fact, Id
from .expectation import Expectation
from .proposal import Proposal


class Advice(Fact):
    """One thing worth doing or knowing today; the brief ranks it by money (建议)."""

    VERSION: ClassVar[int] = 1

    id: Id = Field(description="Identity within a run; equal ids are the same advice.")
    kind: Literal["risk", "opportunity", "due", "watch", "info"] = Field(description="What it is.")
    money: FenNonNegative = Field(
        description="What it is worth, or what is at stake, minor units: the rank of the brief."
    )
    title: str = Field(description="One line, English.")
    title_zh: str = Field(default="", description="One line, Chinese.")
    detail: str = Field(default="", description="What was seen and what to do, English.")
    detail_zh: str = Field(default="", description="The same, Chinese.")
    proposals: tuple[Proposal, ...] = Field(default=(), description="Actions it implies.")
    confidence_ppm: int | None = Field(
        default=None, ge=0, le=1_000_000, description="Chance that it is so, ppm, where measured."
    )
    ignored: str = Field(default="", description="What happens if nothing is done, English.")
    ignored_zh: str = Field(default="", description="The same, Chinese.")
    expects: Expectation | None = Field(
        default=None,
        description="What will be so if nothing is done, as the books can judge it later; none: "
        "nobody says afterwards whether it came true.",
    )


class Brief(Fact):
    """Today's advice, dearest first (每日简报)."""

    VERSION: ClassVar[int] = 1

    day: date = Field(description="The day it is for.")
    cash: Fen = Field(description="Cash on hand at the end of that day, minor units.")
    currency: str = Field(description="ISO 4217 code of all amounts.")
    advice: tuple[Advice, ...] = Field(
        description="Ranked by expected money (money times confidence, where it is measured), "
        "dearest first; what is due before what can wait, where that is equal."
    )
