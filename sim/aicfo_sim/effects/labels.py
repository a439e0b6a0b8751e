"""The faults of a block's stores as its researcher knows them: in no merchant's books."""

from __future__ import annotations

from collections.abc import Iterable

from ..draws.block import Block, World
from ..draws.restaurant import stores_of
from .faults import KINDS, Label
from .stores import site_name

HEADS = ("merchant", "store", "kind", "first", "end", "depth_ppm")


def labels(block: Block) -> list[Label]:
    """Return every fault of the block's stores that touches a day of the run, by merchant and day.

    Days count from the first day of the warm-up, as in `Dates.at`.
    """
    return world_labels(block.world, block.traits.merchant.tolist())


def world_labels(world: World, merchants: Iterable[int]) -> list[Label]:
    """Return the same of some merchants of a world, drawing nothing else of them."""
    out = list[Label]()
    for merchant in merchants:
        stores = stores_of(world.who(merchant))
        for row in range(stores.fault_first.size):
            first, end = int(stores.fault_first[row]), int(stores.fault_end[row])
            if end > 0:
                kind = KINDS[int(stores.fault_kind[row])]
                store = site_name(int(stores.fault_store[row]))
                depth = int(stores.fault_depth[row])
                out.append(Label(merchant, store, kind, first, end, depth))
    return out
