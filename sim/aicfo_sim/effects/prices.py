"""Purchase prices by day: a weekly path that reverts to its mean, with rare jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..fen import Ints

if TYPE_CHECKING:
    from ..draws.common import Who

LOW, HIGH = 500_000, 2_000_000
"""Bounds of a price, ppm of its mean."""


def price_path(who: Who, item: int, first: int) -> Ints:
    """Return the price of an item on days 0 … end of the run, ppm of its mean.

    AR(1) by week from day `first` (before 0) on, on two streams in week order, so a price does not
    depend on how many days follow it. It changes weekly, as a supplier's list does.
    """
    figures, days = who.figures, who.dates.days
    weeks = (days - first) // 7 + 1
    steps = who.stream(f"price{item}").normal(0.0, figures.numbers("price_sd")[item], weeks)
    jumps = who.stream(f"jump{item}").random(weeks) < figures.number("price_jump_year") / 52
    keep, size = figures.numbers("price_keep")[item], figures.number("price_jump")
    gap, path = 0.0, list[int]()
    for step, jump in zip(steps.tolist(), jumps.tolist(), strict=True):
        gap = keep * gap + step + (size if jump else 0.0)
        path.append(min(HIGH, max(LOW, 1_000_000 + round(gap * 1_000_000))))
    return np.repeat(np.array(path, dtype=np.int64), 7)[-first : days - first]
