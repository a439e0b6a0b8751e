"""What tools conclude about places: where a new store would pay, and which store does not."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from ..money import Fen, FenNonNegative
from .base import Fact, Frozen, Id


class MoneyRange(Frozen):
    """An amount that is not known: how low, how likely, how high."""

    p10: Fen = Field(description="One time in ten it is less, minor units.")
    p50: Fen = Field(description="As likely more as less, minor units.")
    p90: Fen = Field(description="One time in ten it is more, minor units.")


class SiteFigures(Frozen):
    """A store that could be opened, judged as the only new one. Years are of full trade."""

    site: Id = Field(description="The candidate Site.")
    takings_year: MoneyRange = Field(description="Takings of the new store a year.")
    lost_year: MoneyRange = Field(description="Takings that it would take from the own stores.")
    profit_year: MoneyRange = Field(
        description="What the firm earns more a year, before income tax and fitting-out: takings "
        "less those lost, at the contribution margin, less rent and running costs."
    )
    upfront: FenNonNegative = Field(description="Fitting-out and deposit, minor units.")
    payback_months: int | None = Field(
        default=None, ge=0, description="Until profit has paid fitting-out; none: never, as P50."
    )
    payback_early: int | None = Field(default=None, ge=0, description="The same with P90 profit.")
    payback_late: int | None = Field(default=None, ge=0, description="The same with P10 profit.")
    break_even_day: FenNonNegative = Field(
        description="Takings a day at which the firm earns as much as without the store and its "
        "fitting-out is paid over its life, minor units."
    )
    value: MoneyRange = Field(
        description="Profit over the store's life less fitting-out, minor units; no discounting."
    )
    gain_ppm: int = Field(ge=0, le=1_000_000, description="Chance that `value` is above 0, ppm.")


class StoreClosing(Frozen):
    """An own store that earns more closed than open."""

    store: Id = Field(description="The Store.")
    takings_year: FenNonNegative = Field(description="What it takes a year now, minor units.")
    kept_year: MoneyRange = Field(description="Of that, what the own other stores take over.")
    costs_year: FenNonNegative = Field(
        description="Rent and wages that end, its share by area of what the firm pays."
    )
    gain_year: MoneyRange = Field(description="What the firm earns more a year without it.")
    gain_ppm: int = Field(ge=0, le=1_000_000, description="Chance that the gain is above 0, ppm.")


class SitePlan(Fact):
    """Where a new store would pay, and which does not (选址)."""

    VERSION: ClassVar[int] = 1

    first: date = Field(description="First day of the sales that it rests on.")
    last: date = Field(description="Last of them, the as-of day.")
    sites: tuple[SiteFigures, ...] = Field(default=(), description="Candidates, by id.")
    shortlist: tuple[Id, ...] = Field(
        default=(),
        description="Candidates that pay, best first; each but the first is judged with those "
        "before it open.",
    )
    closings: tuple[StoreClosing, ...] = Field(
        default=(),
        description="Stores that pay more closed, best first; each but the first is "
        "judged with those before it closed.",
    )
    size_exponent_ppm: int = Field(
        default=0, description="Exponent of the floor area in the fitted Huff model, mean, ppm."
    )
    distance_exponent_ppm: int = Field(
        default=0, description="Exponent of distance in it (people go less far), mean, ppm."
    )
    unexplained_ppm: int = Field(
        default=0,
        ge=0,
        description="Typical distance of a store's takings from what the model says, ppm.",
    )
    margin_ppm: int = Field(
        default=0, ge=0, description="Takings left after goods and fees, ppm of takings."
    )
    method: str = Field(default="", description="How it is reckoned.")
    note: str = Field(default="", description="What limits it, or why nothing can be said.")


class SiteMap(Fact):
    """A picture of people, own stores, candidates and rivals (选址地图)."""

    VERSION: ClassVar[int] = 1

    svg: str = Field(description="The picture, one `<svg>` element; empty without places.")
    note: str = Field(default="", description="What it shows and leaves out.")
