"""Shocks that hit whole sectors and run along supplier–customer links, as tables by day.

A drop of demand and late payment pass from a sector to its suppliers, a rise of prices to its
customers: later by a lag, weaker by the link's weight and a damping, until they have died out.
Events are planned in the scenario or arrive by lot in each replication; nothing that a merchant
does changes them. Without either every factor is exactly neutral: `Shocks.any` is false and no
table is ever read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, get_args

import numpy as np
from pydantic import Field, model_validator

from aicfo_sdk.money import PPM

from . import rng
from .dates import Dates
from .fen import Floats, Ints, round_div
from .scenario import ARCHETYPES, calibration
from .scenario_file import Section

Kind = Literal["demand", "price", "late", "platform"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a shock does: takes demand away (ppm of it), makes supplies dearer (ppm of their price),
makes customers pay later (days), makes platforms settle later (days)."""

DEMAND, PRICE, LATE, PLATFORM = range(4)

MOST = (950_000, 3_000_000, 365, 90)
"""Largest sum of shocks of each kind on one day."""

_DAYS = (LATE, PLATFORM)


class Event(Section):
    """One shock on a known day."""

    kind: Kind = Field(description="what it does")
    sector: str = Field(default="", description="the sector that it hits first; empty: all")
    region: int | None = Field(default=None, ge=0, description="the region; without it all")
    start: date = Field(description="first day")
    days: int = Field(ge=1, le=1000, description="how long it lasts where it begins")
    depth: float = Field(
        gt=0, le=365, description="share of demand lost or of price added, or days of delay"
    )


class Arrival(Section):
    """Shocks that come by lot, each replication its own."""

    kind: Kind = Field(description="what they do")
    sectors: list[str] = Field(
        default_factory=list[str], description="sectors, one of which each hits; empty: any"
    )
    regional: bool = Field(default=False, description="each hits one region instead of all")
    per_year: float = Field(gt=0, le=50, description="expected number a year")
    days: list[int] = Field(min_length=2, max_length=2, description="least and most days")
    depth: list[float] = Field(
        min_length=2, max_length=2, description="least and most depth, as in an event"
    )

    @model_validator(mode="after")
    def _ends(self) -> Arrival:
        for key, ends, most in (("days", self.days, 1000), ("depth", self.depth, 365)):
            if not 0 < ends[0] <= ends[1] <= most:
                raise ValueError(f"{key}: the lower end first, above 0, at most {most}")
        return self


class ShockPlan(Section):
    """Shocks to whole sectors; none unless events or arrivals are given."""

    events: list[Event] = Field(default_factory=list[Event], description="shocks on known days")
    arrivals: list[Arrival] = Field(
        default_factory=list[Arrival], description="shocks that come by lot"
    )

    @model_validator(mode="after")
    def _named(self) -> ShockPlan:
        known = sectors()
        asked = [event.sector for event in self.events if event.sector]
        asked += [name for arrival in self.arrivals for name in arrival.sectors]
        for name in asked:
            if name not in known:
                raise ValueError(f"no sector {name!r}; known: {', '.join(known)}")
        most = int(calibration("sectors").number("regions"))
        for event in self.events:
            if event.region is not None and event.region >= most:
                raise ValueError(f"no region {event.region}; known: 0 to {most - 1}")
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Shocks:
    """What hits each sector and region on each day: kinds × sectors × regions × days.

    `PPM` of demand lost or price added, days of delay; a day outside the table has none.
    """

    seed: int
    replication: int
    table: Ints

    @property
    def any(self) -> bool:
        """Whether there is any shock at all."""
        return bool(self.table.size)

    def of(self, kind: int, archetype: int, merchants: Ints, days: Ints) -> Ints:
        """Return the shock on day numbers, days × merchants; call it only if there is `any`."""
        sector = _sector_of(archetype)
        inside = np.clip(days, 0, self.table.shape[3] - 1)
        found = self.table[kind, sector][:, inside][self.regions(merchants)].T
        return np.where(inside[:, None] == days[:, None], found, 0)

    def left(self, archetype: int, merchants: Ints, first: int, count: int) -> Floats:
        """Return the share of demand that is left, days from `first` × merchants."""
        lost = self.of(DEMAND, archetype, merchants, np.arange(first, first + count))
        return 1.0 - lost / PPM

    def at(self, kind: int, archetype: int, merchants: Ints, days: Ints) -> Ints:
        """Return the shock for pairs of merchant and day, one each."""
        inside = np.clip(days, 0, self.table.shape[3] - 1)
        found = self.table[kind, _sector_of(archetype), self.regions(merchants), inside]
        return np.where(inside == days, found, 0)

    def regions(self, merchants: Ints) -> Ints:
        """Return the region of each merchant."""
        draws = rng.grid(self.seed, self.replication, "region", merchants, 0, 1)[0]
        return (draws * self.table.shape[2]).astype(np.int64)


@cache
def sectors() -> tuple[str, ...]:
    """Return the names of all sectors, in the order of their first link."""
    figures = calibration("sectors")
    names = dict.fromkeys(figures.value("archetypes").values())
    for customer, supplier, *_ in figures.value("links"):
        names |= dict.fromkeys((customer, supplier))
    return tuple(names)


@cache
def links() -> tuple[Ints, Ints]:
    """Return weights in ppm, sectors × sectors: row = who is hit next, column = from whom.

    The first matrix runs upstream (a customer's loss as part of a supplier's sales), the second
    downstream (a supplier's price as part of a customer's purchases).
    """
    names = sectors()
    up, down = np.zeros((2, len(names), len(names)), dtype=np.int64)
    for customer, supplier, of_sales, of_purchases in calibration("sectors").value("links"):
        buyer, seller = names.index(customer), names.index(supplier)
        up[seller, buyer] = round(of_sales * PPM)
        down[buyer, seller] = round(of_purchases * PPM)
    return up, down


def shocks(plan: ShockPlan, seed: int, replication: int, days: Dates, start: int) -> Shocks:
    """Return the shocks of one replication; those by lot begin on day `start` or later."""
    figures = calibration("sectors")
    regions = int(figures.number("regions"))
    shape = (len(KINDS), len(sectors()), regions, days.days)
    if not plan.events and not plan.arrivals:
        return Shocks(seed, replication, np.zeros(0, dtype=np.int64))
    table = np.zeros(shape, dtype=np.int64)
    for event in plan.events:
        sector = sectors().index(event.sector) if event.sector else None
        first = days.number(event.start)
        _hit(table, event.kind, sector, event.region, (first, event.days, event.depth))
    for number, arrival in enumerate(plan.arrivals):
        _arrive(table, arrival, number, seed, replication, start)
    spread(table)
    for kind, most in enumerate(MOST):
        np.minimum(table[kind], most, out=table[kind])
    return Shocks(seed, replication, table)


def _hit(
    table: Ints,
    kind: Kind,
    sector: int | None,
    region: int | None,
    shape: tuple[int, int, float],
) -> None:
    """Add one event, given by first day, length and depth, where it strikes first."""
    first, length, depth = shape
    code = KINDS.index(kind)
    size = max(1, round(depth)) if code in _DAYS else round(depth * PPM)
    where = table[code]
    rows = slice(None) if sector is None else slice(sector, sector + 1)
    columns = slice(None) if region is None else slice(region, region + 1)
    where[rows, columns, max(first, 0) : max(first + length, 0)] += size


def _arrive(
    table: Ints, arrival: Arrival, number: int, seed: int, replication: int, start: int
) -> None:
    """Add the events of one arrival: a day's five draws decide what begins on it."""
    count = max(table.shape[3] - start, 0)
    source = rng.stream(seed, replication, rng.MARKET, f"shocks/{number}")
    draws = source.random((count, 5))
    names = arrival.sectors or list(sectors())
    for step in np.flatnonzero(draws[:, 0] < arrival.per_year / 365).tolist():
        _, which, place, length, depth = draws[step].tolist()
        region = int(place * table.shape[2]) if arrival.regional else None
        shape = (
            start + step,
            arrival.days[0] + int(length * (arrival.days[1] - arrival.days[0] + 1)),
            arrival.depth[0] + depth * (arrival.depth[1] - arrival.depth[0]),
        )
        sector = sectors().index(names[int(which * len(names))])
        _hit(table, arrival.kind, sector, region, shape)


def spread(table: Ints) -> None:
    """Add to the shocks of a table what they do to suppliers and customers, in place.

    What platforms hold back makes sellers pay their suppliers later: it goes on as lateness.
    """
    up, down = links()
    _pass_on(table[DEMAND], table[DEMAND], up)
    _pass_on(table[PRICE], table[PRICE], down)
    _pass_on(table[LATE], table[LATE] + table[PLATFORM], up)


def _pass_on(into: Ints, source: Ints, weights: Ints) -> None:
    """Add to `into` what each hop of a shock at its `source` brings, sectors × regions × days."""
    figures = calibration("sectors")
    lag = int(figures.number("lag_days"))
    part = round_div(weights * round(figures.number("damping") * PPM), PPM)
    wave, days = source, source.shape[2]
    for _ in range(int(figures.number("hops"))):
        moved: Ints = np.zeros_like(source)
        moved[:, :, lag:] = wave[:, :, : max(days - lag, 0)]
        flat = part @ moved.reshape(moved.shape[0], -1)
        wave: Ints = round_div(flat, PPM).reshape(source.shape)
        if not wave.any():
            break
        into += wave


@cache
def _sector_of(archetype: int) -> int:
    name = calibration("sectors").value("archetypes")[ARCHETYPES[archetype]]
    return sectors().index(name)
