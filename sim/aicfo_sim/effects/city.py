"""Who shops where: Huff shares of the people of a grid, in whole ppm."""

from __future__ import annotations

import numpy as np

from ..fen import Ints
from .stores import Stores

GRID = 16
"""Cells a side."""

CELL = 400
"""Metres a cell."""

NEAR = 300
"""Metres added to every distance in quadrature: nobody lives at distance 0 of a store."""

PPM = 1_000_000


def centres() -> tuple[Ints, Ints]:
    """Return x and y of the cells' centres in metres, row by row."""
    line = np.arange(GRID, dtype=np.int64) * CELL + CELL // 2
    return np.tile(line, GRID), np.repeat(line, GRID)


def huff(x: Ints, y: Ints, area_cm2: Ints) -> Ints:
    """Return the share of each cell's spending that each store gets, cells × stores, ppm.

    P = A / d² over the sum (Huff 1963 with exponents 1 and 2), in whole numbers, so that it is the
    same on every processor; the largest share of a cell takes what rounding leaves, so each cell
    sums to 1,000,000.
    """
    cx, cy = centres()
    square = (cx[:, None] - x[None, :]) ** 2 + (cy[:, None] - y[None, :]) ** 2 + NEAR**2
    pull = area_cm2[None, :] * PPM // square
    shares = pull * PPM // pull.sum(axis=1)[:, None]
    shares[np.arange(shares.shape[0]), shares.argmax(axis=1)] += PPM - shares.sum(axis=1)
    return shares


def potential(stores: Stores, rows: Ints) -> Ints:
    """Return the people that each of `rows` draws when those and the rivals trade, × 1,000,000.

    `rows` are rows of own stores and candidates.
    """
    rivals = np.arange(stores.own + stores.candidates, stores.x.size)
    every = np.concatenate([rows, rivals])
    shares = huff(stores.x[every], stores.y[every], stores.area_cm2[every])
    return (shares[:, : rows.size] * stores.people[:, None]).sum(axis=0)


def kept(stores: Stores, opened: Ints) -> Ints:
    """Return what each own store and candidate keeps of its drawn takings, ppm.

    `opened` are the candidates (rows) that trade beside the own stores. An own store keeps the
    share of its people that they leave to it; a candidate is drawn as if it opened alone, so
    it keeps what the others leave of that. A candidate that is not open has 0.
    """
    own = np.arange(stores.own)
    out = np.zeros(stores.own + stores.candidates, dtype=np.int64)
    rows = np.concatenate([own, opened])
    now = potential(stores, rows)
    alone = np.concatenate(
        [
            potential(stores, own),
            *(potential(stores, np.append(own, row))[-1:] for row in opened.tolist()),
        ]
    )
    out[rows] = now * PPM // np.maximum(alone, 1)
    return out
