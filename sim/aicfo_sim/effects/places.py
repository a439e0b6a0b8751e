"""The city in a chain's papers: who lives where, own stores, rivals, sites on offer.

An owner can walk through his city, so all of it is known from the first day and none of it
changes but by a store that opens. What the papers do not hold: how far people go, what a large
floor draws, what luck a site has. Rivals that open later (faults) have no place, and stand in none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from aicfo_sdk.model import District, Record, Site
from aicfo_sdk.money import round_div

from ..dates import Dates
from .city import centres
from .stores import Stores, site_name

_EAST, _NORTH = 120_000_000, 0
"""Where metres are counted from: no real place; on the equator a degree is as long either way."""

_METRES = 111_320
"""Metres of a degree."""

_YEAR_MONTHS = 12


def sites(stores: Stores, dates: Dates, opened: Mapping[int, int], rent: int) -> dict[str, Record]:
    """Return own stores, candidates and rivals by id; `opened` are candidates with first days.

    `rent` is the part of a candidate's running costs that is rent, ppm.
    """
    first, out = dates.at(-1), dict[str, Record]()
    named = stores.own + stores.candidates
    for row in range(stores.x.size):
        store = row < stores.own or row in opened
        month = round_div(int(stores.cost_day[row]) * 365, _YEAR_MONTHS) if row < named else 0
        part = round_div(month * rent, 1_000_000)
        out[_name(row, named)] = Site(
            id=_name(row, named),
            # The day of the decision: the store itself trades from the next one on.
            updated=dates.at(opened[row] - 1) if row in opened else first,
            kind="own" if store else "candidate" if row < named else "rival",
            store=site_name(row) if store else "",
            east_e6=_degrees(int(stores.x[row]), _EAST),
            north_e6=_degrees(int(stores.y[row]), _NORTH),
            area_cm2=int(stores.area_cm2[row]),
            rent_month=part,
            running_month=month - part if month else None,
            fitout=int(stores.fitout[row]) if row < named else 0,
        )
    return dict(sorted(out.items()))


def districts(stores: Stores, dates: Dates) -> dict[str, Record]:
    """Return the people of each cell of the city's grid by id."""
    return _districts(tuple(stores.people.tolist()), dates.at(-1).toordinal())


@lru_cache(maxsize=16)
def _districts(people: tuple[int, ...], first: int) -> dict[str, Record]:
    x, y = centres()
    day = date.fromordinal(first)
    return {
        f"CELL-{cell + 1:03d}": District(
            id=f"CELL-{cell + 1:03d}",
            updated=day,
            east_e6=_degrees(int(x[cell]), _EAST),
            north_e6=_degrees(int(y[cell]), _NORTH),
            people=count,
        )
        for cell, count in enumerate(people)
    }


def _name(row: int, named: int) -> str:
    return f"SITE-{row + 1:02d}" if row < named else f"RIVAL-{row - named + 1:02d}"


def _degrees(metres: int, origin: int) -> int:
    return origin + round_div(metres * 1_000_000, _METRES)
