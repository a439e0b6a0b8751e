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
    asked = [
        _quotes(world, t, place, 0 if place else counter) for place, _ in enumerate(INSTITUTIONS)
    ]
    return dict(sorted((item for some in asked for item in some), key=lambda item: item[0]))


@lru_cache(maxsize=1024)
def _quotes(world: World, t: int, place: int, counter: int) -> tuple[tuple[str, Record], ...]:
    """Return what one institution asks; only the first counter asks each merchant its own price."""
    day = world.dates.at(t)
    until = world.dates.at(int(world.dates.roll(np.array([t + 1]))[0]) - 1)
    taken = [code for code in range(len(CLASSES)) if takes(place, code)]
    asked = [(code, tenor) for code in taken for tenor in TENORS]
    codes, tenors = np.array(asked, dtype=np.int64).T
    rates = world.market.rate(t, place, codes, tenors, np.full_like(codes, counter))
    institution, fee = INSTITUTIONS[place], world.market.fee(place)
    out: list[tuple[str, Record]] = []
    for (code, tenor), rate in zip(asked, rates.tolist(), strict=True):
        paper = f"Q-{institution}-{CLASSES[code]}-{tenor:03d}"
        quote = DiscountQuote(
            id=paper,
            day=day,
            valid_until=until,
            institution=institution,
            acceptor_class=CLASSES[code],
            tenor_days=tenor,
            rate_ppm=rate,
            fee=fee,
        )
        out.append((paper, quote))
    return tuple(out)
