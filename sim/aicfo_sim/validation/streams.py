"""What is compared: a shop's takings by day, a firm's invoices; and what is measured of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ..fen import Ints

VALID, RED, VOID = range(3)
"""Kinds of invoices: in force, negative (it takes one back), void."""

LAGS = (1, 7, 14, 28)
"""Lags of autocorrelation, days."""

Over = Literal["median", "mean", "spread"]
"""How a moment of many firms becomes one number: median, mean, or the SD of its logarithm."""


@dataclass(frozen=True, slots=True, eq=False)
class Takings:
    """Takings of one shop or store by day, fen, from `first` on; a day without any is 0.

    `orders` counts payments by day where they are known, else it is empty.
    """

    name: str
    first: date
    fen: Ints
    orders: Ints

    @property
    def days(self) -> int:
        """Number of days."""
        return self.fen.size


@dataclass(frozen=True, slots=True, eq=False)
class Invoices:
    """Sales or purchase invoices of one firm: day (from `first` on), fen, party, kind; by day.

    `days` is the length of the time that they cover. Red ones are negative, void ones count only
    as written. `unknown` names moments of which the source says nothing.
    """

    name: str
    first: date
    days: int
    day: Ints
    fen: Ints
    party: Ints
    kind: Ints
    unknown: tuple[str, ...] = ()


Firm = Takings | Invoices


@dataclass(frozen=True, slots=True)
class Moment:
    """One number that is measured of each firm, and how many firms give one."""

    name: str
    unit: str
    over: Over = "median"


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ACF = tuple(Moment(f"acf_{lag}", "correlation") for lag in LAGS)
_MONTHS = tuple(f"month_{n:02d}" for n in range(1, 13))

TAKINGS = (
    Moment("level", "yuan a day"),
    Moment("level_spread", "log-SD between firms", "spread"),
    Moment("orders", "payments a day"),
    Moment("order_value", "yuan"),
    Moment("days_without", "share of days"),
    Moment("cv", "SD / mean"),
    Moment("noise", "log-SD of a day"),
    Moment("week_change", "log-SD of a week on the week before"),
    Moment("slow_change", "log-SD of a week on eight weeks before"),
    Moment("growth", "log a year"),
    *(Moment(name, "factor") for name in _WEEK),
    Moment("holiday", "factor"),
    Moment("spring_before", "factor"),
    Moment("spring_during", "factor"),
    Moment("peak_618", "factor"),
    Moment("peak_1111", "factor"),
    *(Moment(name, "factor") for name in _MONTHS),
    *_ACF,
)
"""Moments of takings; how each is measured: docs/validation.md."""

INVOICES = (
    Moment("level", "yuan a year"),
    Moment("level_spread", "log-SD between firms", "spread"),
    Moment("size", "yuan, median"),
    Moment("size_log_sd", "log-SD"),
    Moment("active_days", "share of days"),
    Moment("invoices_day", "on an active day"),
    Moment("gap", "days between active days"),
    Moment("day_cv2", "squared CV of an active day"),
    Moment("weekend", "share of value"),
    Moment("void", "share of invoices"),
    Moment("red", "share of invoices"),
    Moment("top_party", "share of value"),
    Moment("parties", "number that counts"),
    *(Moment(name, "factor", "mean") for name in _MONTHS),
    *_ACF,
)
"""Moments of invoices."""

TAKINGS_SHAPES = ("level", "day", "change")
"""Distributions of takings compared whole: level by firm; a day over the firm's mean day; a day
over the same weekday a week before, log."""

INVOICES_SHAPES = ("level", "size", "gap")
"""The same of invoices: yearly sum by firm; an invoice over the firm's median; days between."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A kind of records that real firms have and that some archetypes of the world draw."""

    name: str
    moments: tuple[Moment, ...]
    shapes: tuple[str, ...]
    archetypes: tuple[str, ...]


STREAMS = {
    "takings": Stream("takings", TAKINGS, TAKINGS_SHAPES, ("shop", "ecommerce", "restaurant")),
    "sales": Stream("sales", INVOICES, INVOICES_SHAPES, ("contractor", "manufacturer")),
    "purchases": Stream("purchases", INVOICES, INVOICES_SHAPES, ("contractor", "manufacturer")),
}
"""All streams by name."""


def streams_of(archetype: str) -> tuple[str, ...]:
    """Return the streams that an archetype draws; the farmer has none that could be compared."""
    return tuple(name for name, one in STREAMS.items() if archetype in one.archetypes)


def last_day(firm: Firm) -> date:
    """Return the last day that a firm's records cover."""
    return firm.first + timedelta(days=firm.days - 1)


def within(firm: Firm, first: date, last: date) -> Firm | None:
    """Return the part of a firm's records from `first` to `last`, or None where there is none."""
    begin = max(0, (first - firm.first).days)
    end = min(firm.days, (last - firm.first).days + 1)
    if end <= begin:
        return None
    start = firm.first + timedelta(days=begin)
    if isinstance(firm, Takings):
        part = slice(begin, end)
        return Takings(firm.name, start, firm.fen[part], firm.orders[part])
    rows = (firm.day >= begin) & (firm.day < end)
    columns = (firm.fen[rows], firm.party[rows], firm.kind[rows])
    return Invoices(
        firm.name, start, end - begin, firm.day[rows] - begin, *columns, unknown=firm.unknown
    )
