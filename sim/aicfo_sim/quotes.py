"""What institutions ask on a day to discount bills, as records."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aicfo_sdk.model import DiscountQuote, Record

from .draws.block import World
from .market import CLASSES, INSTITUTIONS, TENORS, takes


def quotes(world: World, t: int, counter: int) -> dict[str, Record]:
    """Return the quotes of day `t` by id, for a merchant whose first counter asks `counter` ppm
    over the market. They hold until the day before the next working day."""
    return dict(_quotes(world, t, counter))


@lru_cache(maxsize=256)
def _quotes(world: World, t: int, counter: int) -> tuple[tuple[str, Record], ...]:
    day = world.dates.at(t)
    until = world.dates.at(int(world.dates.roll(np.array([t + 1]))[0]) - 1)
    out: list[tuple[str, Record]] = []
    for place, institution in enumerate(INSTITUTIONS):
        for code, name in enumerate(CLASSES):
            for tenor in TENORS if takes(place, code) else ():
                rate = world.market.rate(
                    t, place, np.array([code]), np.array([tenor]), np.array([counter])
                )
                paper = f"Q-{institution}-{name}-{tenor:03d}"
                quote = DiscountQuote(
                    id=paper,
                    day=day,
                    valid_until=until,
                    institution=institution,
                    acceptor_class=name,
                    tenor_days=tenor,
                    rate_ppm=int(rate[0]),
                    fee=world.market.fee(place),
                )
                out.append((paper, quote))
    return tuple(sorted(out, key=lambda item: item[0]))
