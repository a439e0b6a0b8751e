"""The places and people that the books know, on a plane of metres."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import District, Site, Store

from ..forecast.daykinds import Floats

_METRES = 111_320 / 1e6
"""Metres in a millionth of a degree of a great circle."""

_FAR, _FAR_SPACINGS = 3_000.0, 3.0
"""A place farther than that from everybody the books know is in another town."""

_MOST_CELLS = 2_000_000
"""Places times districts beyond which the least peopled districts are left out."""


@dataclass(frozen=True, slots=True)
class City:
    """Districts and places in metres from their middle; places are own, then candidates, rivals."""

    people: Floats
    at: Floats
    """Districts × 2."""
    own: tuple[Site, ...]
    candidates: tuple[Site, ...]
    rivals: tuple[Site, ...]
    places: Floats
    """Places × 2."""
    area: Floats
    """Square metres of each place."""
    spacing: float
    """Usual distance of a district's middle to the next one's."""
    notes: tuple[str, ...]

    def squares(self) -> Floats:
        """Return squared distances in square metres, districts × places."""
        gap = self.at[:, None, :] - self.places[None, :, :]
        return (gap**2).sum(axis=2)


def read_city(books: Books) -> City | str:
    """Return what the books know of the city, or why that is too little."""
    districts = [one for one in books.records(District).values() if one.people > 0]
    sites = [
        one
        for one in books.records(Site).values()
        if one.closed is None or one.closed >= books.as_of
    ]
    if not sites:
        return "the books know no places: import own stores, candidates and rivals (点位表)"
    if not districts:
        return "the books know no districts with people: without them a place has no value"
    if not any(one.kind == "rival" for one in sites):
        return "the books know no rival's place: how people choose cannot be told"
    notes: list[str] = []
    limit = max(_MOST_CELLS // len(sites), 1)
    if len(districts) > limit:
        notes.append(f"{len(districts) - limit} districts with the fewest people left out")
        districts = sorted(districts, key=lambda one: (-one.people, one.id))[:limit]
    points = [(one.east_e6, one.north_e6) for one in (*districts, *sites)]
    flat = _plane(np.array(points, dtype=np.float64))
    at, places = flat[: len(districts)], flat[len(districts) :]
    spacing = _spacing(at)
    near = np.array([((at - place) ** 2).sum(axis=1).min() for place in places])
    far = near > max(_FAR, _FAR_SPACINGS * spacing) ** 2
    if far.any():
        notes.append(f"{int(far.sum())} places set aside: nobody is known to live near them")
    known = {store.id: store for store in books.records(Store).values()}
    areas = np.array([_area(one, known) for one in sites])
    chosen: list[int] = []
    kinds: dict[str, list[Site]] = {"own": [], "candidate": [], "rival": []}
    for kind, some in kinds.items():
        for place, one in enumerate(sites):
            if one.kind != kind or far[place] or _gone(one, known, books):
                continue
            if kind == "candidate" and not areas[place]:
                notes.append(f"{one.id}: its area is not known")
                continue
            some.append(one)
            chosen.append(place)
    said = areas[areas > 0]
    if not said.size:
        return "the books know no store's area"
    if (areas[chosen] == 0).any():
        notes.append("stores without area are taken as of the usual one")
    return City(
        people=np.array([one.people for one in districts], dtype=np.float64),
        at=at,
        own=tuple(kinds["own"]),
        candidates=tuple(kinds["candidate"]),
        rivals=tuple(kinds["rival"]),
        places=places[chosen],
        area=np.where(areas > 0, areas, np.median(said))[chosen],
        spacing=spacing,
        notes=tuple(notes),
    )


def _plane(points: Floats) -> Floats:
    """Return longitude and latitude (millionths of a degree) as metres from their median.

    Distances within a city are right to a thousandth on such a plane.
    """
    middle = np.median(points, axis=0)
    east = cos(radians(float(middle[1]) / 1e6))
    return (points - middle) * np.array([_METRES * east, _METRES])


def _spacing(at: Floats) -> float:
    """Return the median distance to the next district; of one alone, 1,000 m."""
    if len(at) < 2:
        return 1_000.0
    some = at[: min(len(at), 200)]
    square = ((some[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)
    square[square == 0] = np.inf
    nearest = square.min(axis=1)
    nearest = nearest[np.isfinite(nearest)]
    return float(np.sqrt(np.median(nearest))) if nearest.size else 1_000.0


def _area(one: Site, known: dict[str, Store]) -> float:
    """Return square metres, 0 where nothing says them."""
    store = known.get(one.store) if one.kind == "own" else None
    return (one.area_cm2 or (store.area_cm2 if store else 0)) / 10_000


def _gone(one: Site, known: dict[str, Store], books: Books) -> bool:
    store = known.get(one.store) if one.kind == "own" else None
    return store is not None and store.closed is not None and store.closed < books.as_of
