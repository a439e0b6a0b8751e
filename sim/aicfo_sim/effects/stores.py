"""The stores of a chain and what surrounds them, as columns drawn once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..fen import Ints


@dataclass(slots=True)
class Stores:
    """A chain's own stores, then sites where it could open one, then rivals, on a city's grid.

    `x`, `y` (metres) and `area_cm2` have a row per own store, candidate and rival; `staff`,
    `opened`, `fitout`, `cost_day`, `gross` and `orders` one per own store and candidate. What a
    candidate takes is drawn as if it alone opened; nothing of it happens until it does.
    """

    counts: Ints
    """Own stores, candidates, rivals."""
    x: Ints
    y: Ints
    area_cm2: Ints
    people: Ints
    """People of each cell of the grid, row by row."""
    staff: Ints
    opened: Ints
    """First trading day; of a candidate, the day by which it could open at the earliest."""
    fitout: Ints
    """What opening costs at once, fen; 0 for own stores."""
    cost_day: Ints
    """Rent and wages of a candidate a day, fen; own stores' are in Dues."""
    gross: Ints
    """Takings in fen, stores × channels × days; own stores sum to the merchant's takings."""
    orders: Ints
    goods_ppm: Ints
    """Cost of goods, ppm of takings at list prices; one entry."""
    price: Ints
    """Purchase price of each item by day, ppm of its price in `unit_price`."""
    unit_price: Ints
    """Fen for one unit (kg) of each item."""
    use_day: Ints
    """Mean use of each item a day, thousandths of a unit."""
    keeps: Ints
    """Days for which each item can be kept."""
    loss_ppm: Ints
    """Share of each item that perishes a day."""
    room_days: Ints
    """How many days' use of an item can be stored; one entry."""
    storage: Ints
    """What storing a unit of each item costs a day, thousandths of a fen."""
    worth_day: Ints
    """Takings of the own stores expected a day, fen, without advertising; one entry."""
    spend: Ints
    """What the owner spends on advertising by habit, channels × days, fen."""
    pressure: Ints
    """The adstock that this leaves at each day's end, channels × days, fen."""
    uplift: Ints
    """What it adds to demand by day, ppm: part of `gross`."""
    fault_store: Ints
    fault_kind: Ints
    fault_first: Ints
    fault_end: Ints
    """First day after the fault."""
    fault_depth: Ints
    """Share of orders or of order value lost, ppm."""

    @property
    def own(self) -> int:
        """Number of own stores."""
        return int(self.counts[0])

    @property
    def candidates(self) -> int:
        """Number of sites where a store could be opened."""
        return int(self.counts[1])


_SHAPES = {
    "counts": (3,),
    "goods_ppm": (1,),
    "room_days": (1,),
    "worth_day": (1,),
    "gross": (0, 3, 0),
    "orders": (0, 3, 0),
    "spend": (0, 0),
    "pressure": (0, 0),
}


def no_stores() -> Stores:
    """Return a table without stores."""
    return Stores(
        **{name: np.zeros(_SHAPES.get(name, (0,)), dtype=np.int64) for name in Stores.__slots__}
    )


def site_name(place: int) -> str:
    """Return the id of a store's records by its row."""
    return f"STORE-{place + 1}"
