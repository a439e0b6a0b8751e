"""Simulated firms beside real ones: which moments and distributions fit, and how far others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from math import exp, hypot, log
from pathlib import Path
from typing import Any

import numpy as np

from aicfo_sdk.errors import InputError

from ..scenario import Scenario, load
from .records import Records, read_records
from .sample import (
    FEWEST,
    P10_TO_P90,
    Band,
    Sample,
    Shape,
    Statistics,
    band,
    distance,
    measure,
    one_number,
    statistics,
)
from .shipped import SOURCES, shipped
from .simulated import simulated
from .streams import STREAMS, Moment, streams_of

HELD_OUT = ("firms", "later")
"""Parts of the shipped statistics that are compared: figures may be fitted to the rest."""

MOST_MERCHANTS = 10_000
_SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class MomentRow:
    """One moment, real and simulated.

    `low` to `high` holds 95 % of what a sample of that size of the same firms gives, the chance of
    the simulated sample included. `distance` is simulated less real in SDs between firms.
    """

    archetype: str
    stream: str
    part: str
    moment: str
    unit: str
    real: float
    low: float
    high: float
    simulated: float
    inside: bool
    distance: float | None
    firms: int


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """One distribution: the Kolmogorov–Smirnov distance and what chance alone stays below."""

    archetype: str
    stream: str
    part: str
    shape: str
    ks: float
    limit: float
    inside: bool
    firms: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rows of a validation; `notes` say what could not be compared."""

    scenario: str
    against: str
    merchants: int
    seed: int
    moments: tuple[MomentRow, ...]
    shapes: tuple[ShapeRow, ...]
    notes: tuple[str, ...]

    @property
    def outside(self) -> int:
        """Return how many rows lie outside their bands."""
        return sum(not row.inside for row in (*self.moments, *self.shapes))

    def table(self) -> dict[str, Any]:
        """Return everything as plain values, numbers as they are."""
        return {**asdict(self), "outside": self.outside}


def validate(
    scenario: str | Path = "default",
    *,
    archetype: str | None = None,
    against: str | Path = "shipped",
    merchants: int = 200,
    days: int | None = None,
    seed: int = 7,
) -> Comparison:
    """Return simulated streams beside held-out statistics, or beside records at a path.

    Each archetype of the scenario's mix, or `archetype` alone, is drawn `merchants` times with the
    scenario's figures on the days of the real records (`days`: so many days from the scenario's
    start instead). Raises: AicfoError.
    """
    chosen = load(scenario)
    for name, value, most in (("merchants", merchants, MOST_MERCHANTS), ("days", days or 56, 3660)):
        least = 20 if name == "merchants" else 56
        if not least <= value <= most:
            mend = f"{least} to {most}"
            raise InputError(f"{name} out of bounds", value=value, mend=mend)
    if not 0 <= seed < 2**63:
        raise InputError("seed out of bounds", value=seed, mend="0 to 2**63 - 1")
    names = _archetypes(chosen, archetype)
    records = None if str(against) == "shipped" else _read(against, chosen, names)
    notes = list(records.notes) if records else []
    moments, shapes = list[MomentRow](), list[ShapeRow]()
    for name in names:
        real = shipped(name) if records is None else _own(records, name, seed)
        parts = HELD_OUT if records is None else ("records",)
        for part in parts:
            for stream, found in real.get(part, {}).items():
                first, last = found.first, found.last
                if days:
                    first, last = (
                        chosen.start,
                        date.fromordinal(chosen.start.toordinal() + days - 1),
                    )
                drawn = simulated(
                    stream,
                    chosen,
                    name,
                    first=first,
                    last=last,
                    merchants=merchants,
                    seed=seed,
                    spans=() if days else found.spans,
                )
                moments += moment_rows(name, part, found, drawn, seed)
                shapes += shape_rows(name, part, found, drawn, seed)
        if not any(row.archetype == name for row in moments):
            notes.append(_nothing(name, records is None))
    return Comparison(
        chosen.name, str(against), merchants, seed, tuple(moments), tuple(shapes), tuple(notes)
    )


def _archetypes(scenario: Scenario, archetype: str | None) -> list[str]:
    names = [name for name, weight in scenario.mix.items() if weight]
    if archetype is None:
        return names
    if archetype not in names:
        raise InputError(
            "no such archetype in this scenario",
            value=archetype,
            where=scenario.name,
            mend="its mix has " + ", ".join(names),
        )
    return [archetype]


def _read(place: str | Path, scenario: Scenario, names: Sequence[str]) -> Records:
    first = next((name for name in names if "takings" in streams_of(name)), None)
    ticket = scenario.figures(first).numbers("ticket") if first else (0.0,)
    return read_records(place, order_value=float(np.mean(ticket)))


def _own(records: Records, archetype: str, seed: int) -> dict[str, dict[str, Statistics]]:
    """Return the statistics of a user's own records, those of one or two firms without bands."""
    out = dict[str, Statistics]()
    for stream in streams_of(archetype):
        sample = measure(stream, records.of(stream, archetype), online=archetype == "ecommerce")
        if sample.firms:
            out[stream] = few(sample, seed)
    return {"records": out}


def few(sample: Sample, seed: int) -> Statistics:
    """Return statistics; of one or two firms the moments stand without a band of their own."""
    found = statistics(sample, seed)
    if len(sample.firms) >= FEWEST:
        return found
    bands = dict[str, Band]()
    for one in STREAMS[sample.stream].moments:
        values = sample.column(one.name)
        if values.size and one.over != "spread":
            value = one_number(values, one.over)
            bands[one.name] = Band(value, value, value, value, value, values.size)
    return replace(found, bands=bands)


def _nothing(archetype: str, from_shipped: bool) -> str:
    if not streams_of(archetype):
        return f"{archetype}: draws no stream that is compared"
    if from_shipped and archetype not in SOURCES:
        return f"{archetype}: no statistics of real firms are shipped; give records with --against"
    return f"{archetype}: no records that are long enough"


def moment_rows(
    archetype: str,
    part: str,
    real: Statistics,
    drawn: Sample,
    seed: int,
    *,
    yard: Sample | None = None,
) -> list[MomentRow]:
    """Return a row for each moment that both have.

    The band is widened by the simulated sample's own chance. One or two real firms have no band:
    then it is that in which 95 % of single firms of `yard` (the simulated ones) lie, and their SD
    measures distances.
    """
    measured = yard or drawn
    out = list[MomentRow]()
    for moment in STREAMS[real.stream].moments:
        theirs, ours = real.bands.get(moment.name), band(drawn, moment, seed)
        other = ours if yard is None else band(measured, moment, seed)
        if theirs is None or ours is None or other is None:
            continue
        low, high = _band(theirs, ours, measured, moment)
        spread, gap = _apart(theirs, ours, other, moment)
        if moment.over == "spread":
            spread = max(high - low, _SMALL) / 3.92
        out.append(
            MomentRow(
                archetype=archetype,
                stream=real.stream,
                part=part,
                moment=moment.name,
                unit=moment.unit,
                real=theirs.value,
                low=low,
                high=high,
                simulated=ours.value,
                inside=bool(low - _SMALL <= ours.value <= high + _SMALL),
                distance=gap / spread if spread > _SMALL else None if abs(gap) > _SMALL else 0.0,
                firms=theirs.firms,
            )
        )
    return out


def _in_yuan(moment: Moment, *bands: Band) -> bool:
    """Whether a moment is an amount that is never 0: amounts are compared by their ratio."""
    values = [value for one in bands for value in (one.low, one.p10, one.value)]
    return moment.unit.startswith("yuan") and min(values) > 0


def _apart(theirs: Band, ours: Band, yard: Band, moment: Moment) -> tuple[float, float]:
    """Return the SD between firms and how far simulated lies from real, in the same measure."""
    measure_by = theirs if theirs.firms >= FEWEST else yard
    if _in_yuan(moment, theirs, ours, yard):
        return log(measure_by.p90 / measure_by.p10) / P10_TO_P90, log(ours.value / theirs.value)
    return measure_by.spread, ours.value - theirs.value


def _band(theirs: Band, ours: Band, yard: Sample, moment: Moment) -> tuple[float, float]:
    if theirs.firms < FEWEST:
        values = yard.column(moment.name)
        low, high = np.quantile(values - np.median(values), [0.025, 0.975]).tolist()
        return theirs.value - max(high, 0.0), theirs.value - min(low, 0.0)
    if _in_yuan(moment, theirs, ours):
        half = log(ours.high / ours.low) / 2
        low = hypot(log(theirs.value / theirs.low), half)
        high = hypot(log(theirs.high / theirs.value), half)
        return theirs.value * exp(-low), theirs.value * exp(high)
    half = (ours.high - ours.low) / 2
    low = theirs.value - hypot(theirs.value - theirs.low, half)
    return low, theirs.value + hypot(theirs.high - theirs.value, half)


def shape_rows(
    archetype: str, part: str, real: Statistics, drawn: Sample, seed: int
) -> list[ShapeRow]:
    """Return a row for each distribution that both have."""
    out = list[ShapeRow]()
    mine = statistics(drawn, seed).shapes
    for name, theirs in real.shapes.items():
        ours: Shape | None = mine.get(name)
        if ours is None:
            continue
        far = distance(np.array(theirs.quantiles), drawn.shapes[name].ravel())
        limit = hypot(theirs.limit, ours.limit)
        out.append(
            ShapeRow(archetype, real.stream, part, name, far, limit, far <= limit, theirs.firms)
        )
    return out
