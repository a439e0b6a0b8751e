"""A picture of the city as SVG text: the same records give the same bytes."""

from __future__ import annotations

from html import escape

import numpy as np

from aicfo_sdk import Context
from aicfo_sdk.model import SiteMap, SitePlan

from ..forecast.daykinds import Floats
from .city import City, read_city

_SIDE, _EDGE, _LEGEND = 640, 24, 44
_COLOURS = {"own": "#1f6feb", "candidate": "#d29922", "rival": "#6e7781"}
_MOST_SHADED = 2_000


def draw_map(ctx: Context, plan: SitePlan) -> SiteMap:
    """Return the picture; shortlisted candidates carry their rank."""
    city = read_city(ctx.books)
    if isinstance(city, str):
        return SiteMap(svg="", note=f"no picture: {city}")
    ranks = {name: place + 1 for place, name in enumerate(plan.shortlist)}
    closing = {one.store for one in plan.closings}
    scale = _Scale(city)
    height = scale.height + _LEGEND
    box = f'viewBox="0 0 {_SIDE} {height}" role="img"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="12">',
        "<title>选址地图 · Map of sites</title>",
        f'<rect width="{_SIDE}" height="{height}" fill="#ffffff"/>',
        *_people(city, scale),
    ]
    kinds = (("rival", city.rivals), ("own", city.own), ("candidate", city.candidates))
    first = {"own": 0, "candidate": len(city.own)}
    first["rival"] = len(city.own) + len(city.candidates)
    for kind, sites in kinds:
        for number, site in enumerate(sites):
            x, y = scale.at(city.places[first[kind] + number])
            label = ""
            if kind == "candidate":
                rank = f"#{ranks[site.id]} " if site.id in ranks else ""
                label = rank + (site.name or site.id)
            elif kind == "own":
                label = (site.name or site.store or site.id) + " ✕" * (site.store in closing)
            parts.append(_mark(kind, x, y, label, listed=site.id in ranks))
    parts += _legend(scale.height)
    return SiteMap(
        svg="".join([*parts, "</svg>"]),
        note="; ".join(
            ["darker: more people; #1 is the best site; ✕ pays more closed", *city.notes]
        ),
        evidence=tuple(one.ref for one in (*city.own, *city.candidates)),
    )


class _Scale:
    """Metres of the city on the picture."""

    def __init__(self, city: City) -> None:
        every = np.concatenate([city.at, city.places])
        low, high = every.min(axis=0), every.max(axis=0)
        span = max(float((high - low).max()), 1.0)
        self._low, self._high = low, high
        self._factor = (_SIDE - 2 * _EDGE) / span
        self.height = round(float(high[1] - low[1]) * self._factor) + 2 * _EDGE
        self.cell = max(round(city.spacing * self._factor), 2)

    def at(self, point: Floats) -> tuple[int, int]:
        """Return whole pixels from the left and from the top; north is up."""
        x = _EDGE + float(point[0] - self._low[0]) * self._factor
        y = _EDGE + float(self._high[1] - point[1]) * self._factor
        return round(x), round(y)


def _people(city: City, scale: _Scale) -> list[str]:
    """Return a square for each district, the more people the darker."""
    most = float(city.people.max())
    order = np.argsort(-city.people, kind="stable")[:_MOST_SHADED]
    out: list[str] = []
    for place in sorted(order.tolist()):
        x, y = scale.at(city.at[place])
        shade = round(60 * float(city.people[place]) / most)
        half = scale.cell // 2
        out.append(
            f'<rect x="{x - half}" y="{y - half}" width="{scale.cell}" height="{scale.cell}" '
            f'fill="#8250df" fill-opacity="0.{shade:02d}"/>'
        )
    return out


def _mark(kind: str, x: int, y: int, label: str, *, listed: bool) -> str:
    colour = _COLOURS[kind]
    if kind == "rival":
        return f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
    width = ' stroke="#1a7f37" stroke-width="3"' if listed else ""
    shape = (
        f'<circle cx="{x}" cy="{y}" r="7" fill="{colour}"{width}/>'
        if kind == "own"
        else f'<path d="M{x} {y - 8}l8 8l-8 8l-8 -8z" fill="{colour}"{width}/>'
    )
    end = ' text-anchor="end"' if x > _SIDE * 3 // 4 else ""
    shift = -11 if end else 11
    return f'{shape}<text x="{x + shift}" y="{y + 4}"{end}>{escape(label)}</text>'


def _legend(top: int) -> list[str]:
    words = (("own", "自有 own"), ("candidate", "候选 candidate"), ("rival", "竞品 rival"))
    return [
        _mark(kind, _EDGE + 8 + number * 180, top + 16, "", listed=False)
        + f'<text x="{_EDGE + 22 + number * 180}" y="{top + 20}">{text}</text>'
        for number, (kind, text) in enumerate(words)
    ]
