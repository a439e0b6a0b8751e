"""The faults of a block's stores as its researcher knows them: in no merchant's books."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..draws.block import Block
from ..draws.restaurant import stores_of
from ..scenario import ARCHETYPES
from .faults import KINDS, Label
from .stores import site_name

HEADS = ("merchant", "store", "kind", "first", "end", "depth_ppm")


def labels(block: Block) -> list[Label]:
    """Return every fault of the block's stores that touches a day of the run, by merchant and day.

    Days count from the first day of the warm-up, as in `Dates.at`.
    """
    traits, out = block.traits, list[Label]()
    for place in range(block.size):
        merchant = int(traits.merchant[place])
        stores = stores_of(block.world.who(merchant, ARCHETYPES[int(traits.archetype[place])]))
        rows = zip(
            stores.fault_store.tolist(),
            stores.fault_kind.tolist(),
            stores.fault_first.tolist(),
            stores.fault_end.tolist(),
            stores.fault_depth.tolist(),
            strict=True,
        )
        for store, kind, first, end, depth in rows:
            if end > 0:
                out.append(Label(merchant, site_name(store), KINDS[kind], first, end, depth))
    return out


def write_labels(rows: Iterable[Label], path: Path | str) -> Path:
    """Write labels as CSV with a head line; return the file."""
    import csv

    out = Path(path)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        writer.writerows(rows)
    return out
