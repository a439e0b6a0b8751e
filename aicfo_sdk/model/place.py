"""Where a firm trades and could trade: places of stores and rivals, and the people around them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative
from .base import Record

DegreesEast = Annotated[int, Field(strict=True, ge=-180_000_000, le=180_000_000)]
DegreesNorth = Annotated[int, Field(strict=True, ge=-90_000_000, le=90_000_000)]
AreaCm2 = Annotated[int, Field(strict=True, ge=0, le=10**12)]


class Site(Record):
    """A place where a store of one's own is, where one could be, or where a rival's is (点位)."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    kind: Literal["own", "candidate", "rival"] = Field(
        description="A store of the merchant (自有), a site on offer (候选), a rival's (竞品)."
    )
    name: str = Field(default="", max_length=200, description="What the owner calls it.")
    store: str = Field(default="", max_length=200, description="Of an own one: id of the Store.")
    east_e6: DegreesEast = Field(description="Longitude, millionths of a degree.")
    north_e6: DegreesNorth = Field(description="Latitude, millionths of a degree.")
    area_cm2: AreaCm2 = Field(default=0, description="Sales floor in square centimetres.")
    rent_month: FenNonNegative = Field(default=0, description="Rent a month, minor units.")
    running_month: FenNonNegative | None = Field(
        default=None,
        description="Wages, power and other running costs a month beside rent, minor units; none: "
        "as the own stores' by area.",
    )
    fitout: FenNonNegative = Field(
        default=0, description="Of a candidate: what opening costs at once (装修), minor units."
    )
    deposit: FenNonNegative = Field(
        default=0, description="Of a candidate: deposit and transfer fee (押金), minor units."
    )
    closed: date | None = Field(default=None, description="Last trading day, or none.")


class District(Record):
    """People who live or work around a point: a block, a street, a mall (商圈)."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    name: str = Field(default="", max_length=200, description="What the owner calls it.")
    east_e6: DegreesEast = Field(description="Longitude of its middle, millionths of a degree.")
    north_e6: DegreesNorth = Field(description="Latitude of its middle, millionths of a degree.")
    people: int = Field(strict=True, ge=0, le=10**9, description="People there.")
