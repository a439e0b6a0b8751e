"""Many firms measured: moments with bands, whole distributions, distances between two samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ..fen import Floats
from ..rng import MARKET, stream
from .invoices import gaps, invoice_moments, sizes
from .streams import STREAMS, Firm, Invoices, Moment, Over, Takings, last_day
from .takings import changes, relative, takings_moments

RESAMPLES = 400
_EACH = 50
"""Quantiles by which each firm stands in a pooled distribution, so that all weigh the same."""
_GRID = 100
"""Steps of a shipped quantile table."""
_EDGE = 0.005
"""The outermost quantiles of a table: the extremes would tell of single firms."""
_SPANS = 10
P10_TO_P90 = 2.563
"""SDs of a normal distribution between its 10 % and 90 % quantiles."""
_LEAST = 0.01
"""Smallest level, yuan: it is only measured where there is any."""
FEWEST = 3
"""Firms that a moment needs for a band."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What was measured of firms: `values` is firms × moments (nan: not measurable).

    `shapes` holds for each distribution the quantiles of each firm, firms × points, or one value
    a firm. `spans` is each firm's number of days.
    """

    stream: str
    firms: tuple[str, ...]
    values: Floats
    shapes: dict[str, Floats]
    spans: tuple[int, ...]
    first: date
    last: date

    def column(self, moment: str) -> Floats:
        """Return the firms' values of a moment, those that have one."""
        place = [one.name for one in STREAMS[self.stream].moments].index(moment)
        column = self.values[:, place]
        return column[np.isfinite(column)]


@dataclass(frozen=True, slots=True)
class Band:
    """A moment of many firms: the value with a 95 % bootstrap interval over firms, and how firms
    differ: 10 % and 90 % quantiles, and the robust SD between them."""

    value: float
    low: float
    high: float
    p10: float
    p90: float
    firms: int

    @property
    def spread(self) -> float:
        """Return the SD between firms that the two quantiles stand for."""
        return (self.p90 - self.p10) / P10_TO_P90


@dataclass(frozen=True, slots=True)
class Shape:
    """A distribution as 101 quantiles, and the Kolmogorov–Smirnov distance that a resample of the
    same firms stays below in 95 % of cases."""

    quantiles: tuple[float, ...]
    limit: float
    firms: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is kept of a sample: nothing of a single firm."""

    stream: str
    firms: int
    first: date
    last: date
    spans: tuple[int, ...]
    bands: dict[str, Band] = field(default_factory=dict[str, Band])
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])


def measure(name: str, firms: Sequence[Firm], *, online: bool = False) -> Sample:
    """Return what can be measured of firms of a stream; those too short or too small are left out.

    `online`: the firms sell on platforms, whose campaigns are no ordinary days.
    """
    kept, rows, shapes = list[Firm](), list[list[float]](), dict[str, list[Floats]]()
    moments = STREAMS[name].moments
    for firm in firms:
        found = (
            takings_moments(firm, online=online)
            if isinstance(firm, Takings)
            else invoice_moments(firm)
        )
        if not found:
            continue
        kept.append(firm)
        rows.append([found.get(one.name, np.nan) for one in moments])
        for shape, values in _shapes(firm, found, online=online).items():
            shapes.setdefault(shape, []).append(values)
    points = (np.arange(_EACH) + 0.5) / _EACH
    pooled = {
        shape: np.stack(
            [np.quantile(values, points) if values.size > 1 else values for values in each]
        )
        for shape, each in shapes.items()
    }
    return Sample(
        stream=name,
        firms=tuple(firm.name for firm in kept),
        values=np.array(rows, dtype=np.float64).reshape(len(kept), len(moments)),
        shapes=pooled,
        spans=tuple(firm.days for firm in kept),
        first=min((firm.first for firm in kept), default=date.min),
        last=max((last_day(firm) for firm in kept), default=date.min),
    )


def _shapes(firm: Firm, found: dict[str, float], *, online: bool) -> dict[str, Floats]:
    out = {"level": np.log([found["level"]])} if found.get("level", 0.0) > 0 else {}
    if isinstance(firm, Invoices):
        each = {"size": sizes(firm), "gap": gaps(firm)}
    else:
        each = {"day": relative(firm), "change": changes(firm, online=online)}
    return out | {name: values for name, values in each.items() if values.size > 1}


def one_number(values: Floats, over: Over) -> float:
    """Return what many firms' values of a moment come to."""
    return float(_numbers(values[None, :], over)[0])


def _numbers(rows: Floats, over: Over) -> Floats:
    """Return the same of each row."""
    if over == "mean":
        return rows.mean(axis=1)
    if over == "spread":
        return np.log(np.maximum(rows, _LEAST)).std(axis=1)
    return np.median(rows, axis=1)


def band(sample: Sample, moment: Moment, seed: int = 0) -> Band | None:
    """Return a moment of a sample with its band, or None below three firms."""
    values = sample.column(moment.name)
    if values.size < FEWEST:
        return None
    source = stream(seed, 0, MARKET, f"validation/{moment.name}")
    drawn = values[source.integers(values.size, size=(RESAMPLES, values.size))]
    low, high = np.quantile(_numbers(drawn, moment.over), [0.025, 0.975]).tolist()
    p10, p90 = np.quantile(values, [0.1, 0.9]).tolist()
    value = one_number(values, moment.over)
    if moment.over == "spread":
        p10 = p90 = value
    return Band(value, low, high, p10, p90, values.size)


def statistics(sample: Sample, seed: int = 0) -> Statistics:
    """Return moments with bands and distributions of a sample: what may be shipped of it."""
    points = np.linspace(0, 1, _SPANS + 1)
    spans: list[float] = np.quantile(sample.spans, points).tolist() if sample.spans else []
    bands = {
        one.name: found
        for one in STREAMS[sample.stream].moments
        if (found := band(sample, one, seed)) is not None
    }
    return Statistics(
        stream=sample.stream,
        firms=len(sample.firms),
        first=sample.first,
        last=sample.last,
        spans=tuple(map(round, spans)),
        bands=bands,
        shapes={
            name: _shape(rows, name, seed)
            for name, rows in sample.shapes.items()
            if rows.shape[0] >= FEWEST
        },
    )


def _shape(rows: Floats, name: str, seed: int) -> Shape:
    table = np.quantile(rows, np.clip(np.linspace(0, 1, _GRID + 1), _EDGE, 1 - _EDGE))
    source = stream(seed, 0, MARKET, f"validation/shape/{name}")
    count = rows.shape[0]
    far = [
        distance(table, rows[source.integers(count, size=count)].ravel())
        for _ in range(RESAMPLES // 4)
    ]
    return Shape(tuple(table.tolist()), float(np.quantile(far, 0.95)), count)


def distance(quantiles: Floats, values: Floats) -> float:
    """Return the Kolmogorov–Smirnov distance of values from a table of evenly spaced quantiles.

    Where the table stands still (many equal values) both ends of the step count.
    """
    ordered = np.sort(values)
    steps = quantiles.size - 1
    points = np.unique(quantiles)
    below = np.searchsorted(quantiles, points, side="left") / steps
    up_to = (np.searchsorted(quantiles, points, side="right") - 1) / steps
    found_below = np.searchsorted(ordered, points, side="left") / ordered.size
    found_up_to = np.searchsorted(ordered, points, side="right") / ordered.size
    # Between two quantiles the table says nothing: each side is taken at its nearer end.
    high = np.maximum(found_below - up_to, 0.0)
    low = np.maximum(below - found_up_to, 0.0)
    inside = np.abs((below + up_to) / 2 - (found_below + found_up_to) / 2)
    return float(np.max(np.maximum(np.maximum(high, low), inside)))
