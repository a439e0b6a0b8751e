"""What tools conclude about stores: how each earns its floor and staff, and which one slips."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative
from .base import EvidenceIds, Fact, Frozen, Id

StoreCause = Literal["traffic", "basket", "price", "stock_out", "mix", "competitor", "unknown"]


class StoreDrop(Frozen):
    """One store that sells less than the others and its own past lead one to expect."""

    store: Id = Field(description="The store.")
    cause: StoreCause = Field(
        description="Likely cause: fewer orders (客流), smaller orders (客单价), a price cut "
        "(价格), an empty shelf (缺货), one channel (渠道), slow loss as to a rival (竞争)."
    )
    first: date = Field(description="First day of the drop, as far as sales show it.")
    days: int = Field(ge=1, description="Days since then, the as-of day included.")
    depth_ppm: int = Field(
        ge=0, le=1_000_000, description="Takings missing of those expected, ppm."
    )
    lost: FenNonNegative = Field(description="Takings missed so far, minor units.")
    lost_day: FenNonNegative = Field(description="Takings missed a day at that depth, minor units.")
    confidence_ppm: int = Field(
        ge=0, le=1_000_000, description="Chance that it is a real drop of this store, ppm."
    )
    reason: str = Field(description="What was seen, one sentence, English.")
    reason_zh: str = Field(description="The same, Chinese.")
    evidence: EvidenceIds = Field(default=(), description="Records it rests on, each Type:id.")


class StoreFigures(Frozen):
    """One store over the days looked at. A figure that cannot be said is none, with the reason."""

    store: Id = Field(description="The store.")
    takings: Fen = Field(description="Takings of those days, minor units.")
    per_area: Fen | None = Field(
        default=None, description="坪效: takings a square metre and day open, minor units."
    )
    per_staff: Fen | None = Field(
        default=None, description="人效: takings a full-time equivalent and day open, minor units."
    )
    growth_ppm: int | None = Field(
        default=None,
        description="同店增长: takings against the same days a year before, with the days near "
        "Spring Festival set against those of that year's, ppm.",
    )
    detectable_ppm: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Depth of a drop that eight days of this store's sales show four times in "
        "five, ppm; none where drops cannot be looked for.",
    )
    note: str = Field(default="", description="What could not be said, and why.")


class StoreDiagnosis(Fact):
    """How the stores do, and which slipped (门店诊断)."""

    VERSION: ClassVar[int] = 1

    first: date = Field(description="First of the days that the figures are over.")
    last: date = Field(description="Last of them, the as-of day.")
    stores: tuple[StoreFigures, ...] = Field(description="By id.")
    growth_ppm: int | None = Field(
        default=None, description="Same-store growth of all stores that have one, ppm."
    )
    drops: tuple[StoreDrop, ...] = Field(default=(), description="Dearest first.")
    method: str = Field(default="", description="How drops are found, and how often wrongly.")
    note: str = Field(default="", description="What limits it, and what was set aside.")
