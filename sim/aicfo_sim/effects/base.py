"""What a merchant's effects multiply: its exogenous takings by store and channel, drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..draws import block as draws
from ..draws.restaurant import stores_of
from ..fen import Ints
from ..scenario import ARCHETYPES
from .ads import ADS, Response, first_days_mean, responses
from .stores import Stores

if TYPE_CHECKING:
    from ..draws.block import Block

FULL = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Exogenous columns of one merchant; never changed, shared by copies of a state."""

    worth: Ints
    """Takings less refunds, stores (own, then candidates) × channels × days, fen."""
    orders: Ints
    own: int
    """Rows of `worth` that the merchant's takings are the sum of."""
    lag: Ints
    arrives: Ints
    """What each channel settles by day before its fee, and that fee."""
    fee: Ints
    goods_ppm: int
    elasticity: int
    """Orders more per discount, ppm of ppm."""
    pull: int
    """Share of a promotion's extra orders that is missing afterwards, ppm."""
    stores: Stores
    ramp: int
    ads: tuple[str, ...]
    responses: tuple[Response, ...]
    habit: Ints
    """Spend by habit, advertising channels × days, fen; it is in Dues, its effect in `worth`."""
    pressure: Ints
    uplift: Ints


def base_of(block: Block, place: int) -> Base:
    """Return the base of a merchant of a block, drawn again where the block kept no channels."""
    traits = block.traits
    archetype = ARCHETYPES[int(traits.archetype[place])]
    who = block.world.who(int(traits.merchant[place]), archetype)
    takings = block.takings[place] if block.takings else draws.draw_merchant(who).takings
    stores, figures = stores_of(who), who.figures
    worth, orders = (takings.gross - takings.refunds)[None], takings.orders[None]
    if stores.own:
        worth, orders = stores.gross, stores.orders
    net: Ints = (takings.gross - takings.refunds).sum(axis=0)
    day = int(stores.worth_day[0]) if stores.own else first_days_mean(net)
    ads = ADS.get(archetype, ()) if "ads" in figures.rows else ()
    none = np.zeros((len(ads), net.size), dtype=np.int64)
    traded = "elasticity" in figures.rows
    source = who.stream("elasticity")
    elasticity, pull = (
        _between(figures.numbers(key), float(source.random())) if traded else 0
        for key in ("elasticity", "pull_forward")
    )
    goods = int(stores.goods_ppm[0])
    if not goods and "goods" in figures.rows:
        # The drawn cost share of these kinds stands in no table: the middle of its range.
        goods = _between(figures.numbers("goods"), 0.5)
    return Base(
        worth=worth,
        orders=orders,
        own=max(stores.own, 1),
        lag=takings.lag,
        arrives=takings.settled + takings.fee,
        fee=takings.fee,
        goods_ppm=goods,
        elasticity=elasticity,
        pull=pull,
        stores=stores,
        ramp=int(figures.number("ramp")) if stores.own else 1,
        ads=ads,
        responses=responses(who, len(ads), day) if ads else (),
        habit=stores.spend if stores.own else none,
        pressure=stores.pressure if stores.own else none,
        uplift=stores.uplift if stores.own else net * 0,
    )


def _between(ends: tuple[float, ...], draw: float) -> int:
    return round((ends[0] + (ends[1] - ends[0]) * draw) * FULL)
