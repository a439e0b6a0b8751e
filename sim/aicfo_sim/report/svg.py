"""Charts as inline SVG: no script, no network, light and dark by the page's CSS variables.

Every function returns one `<svg>` element as text. Numbers come in as plain values, labels are
escaped here. Colours are the classes `c1`, `c2`, `c3` … of the page's style sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

_WIDTH = 760


@dataclass(frozen=True, slots=True)
class Line:
    """A line over consecutive days: `values[i]` is the value on `start + i`; None is a gap."""

    label: str
    start: date
    values: Sequence[float | None]
    style: str = "c1"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A band between two lines over consecutive days."""

    label: str
    start: date
    low: Sequence[float]
    high: Sequence[float]
    style: str = "c1"


@dataclass(frozen=True, slots=True)
class Interval:
    """A point with its confidence interval."""

    label: str
    value: float
    low: float
    high: float
    style: str = "c1"
    note: str = ""


def time_chart(
    lines: Sequence[Line],
    bands: Sequence[Band] = (),
    *,
    title: str,
    unit: Callable[[float], str],
    mark: tuple[date, str] | None = None,
    floor: tuple[float, str] | None = None,
    height: int = 280,
) -> str:
    """Return lines and bands over days, with a labelled vertical `mark` and horizontal `floor`."""
    starts = [item.start for item in (*lines, *bands)]
    ends = [line.start + timedelta(days=len(line.values) - 1) for line in lines]
    ends += [band.start + timedelta(days=len(band.low) - 1) for band in bands]
    first, last = min(starts), max(ends)
    values = [v for line in lines for v in line.values if v is not None]
    values += [v for band in bands for v in (*band.low, *band.high)]
    values += [floor[0]] if floor else []
    ticks = nice_ticks(min(0.0, *values), max(values))
    plot = _Plot(first, last, ticks[0], ticks[-1], height)
    parts = [plot.grid(ticks, unit), plot.months()]
    for band in bands:
        upper = [plot.at(band.start, i, v) for i, v in enumerate(band.high)]
        lower = [plot.at(band.start, i, v) for i, v in enumerate(band.low)]
        points = " ".join(upper + lower[::-1])
        parts.append(f'<polygon class="band {band.style}" points="{points}"/>')
    if floor:
        y = plot.y(floor[0])
        parts.append(f'<line class="floor" x1="{plot.left}" x2="{plot.right}" y1="{y}" y2="{y}"/>')
        parts.append(
            f'<text class="small" x="{plot.right}" y="{y - 4:.1f}" text-anchor="end">'
            f"{escape(floor[1])}</text>"
        )
    for line in lines:
        parts += [
            f'<polyline class="line {line.style}{" dashed" * line.dashed}" points="{run}"/>'
            for run in _runs(line, plot)
        ]
    if mark:
        x = plot.x(mark[0])
        parts.append(f'<line class="mark" x1="{x}" x2="{x}" y1="{plot.top}" y2="{plot.bottom}"/>')
        parts.append(
            f'<text class="small" x="{x}" y="{plot.top - 6}" text-anchor="middle">'
            f"{escape(mark[1])}</text>"
        )
    keys = [(i.label, i.style, "band") for i in bands]
    keys += [(i.label, i.style, "dashed" if i.dashed else "line") for i in lines]
    return _svg(title, height + 26, [*parts, _legend(keys, height + 16)])


def forest(intervals: Sequence[Interval], *, title: str, unit: Callable[[float], str]) -> str:
    """Return a forest plot: one row per interval, the zero line marked."""
    ticks = nice_ticks(
        min(0.0, *(i.low for i in intervals)), max(0.0, *(i.high for i in intervals))
    )
    left, right, row = 250, _WIDTH - 30, 26
    height = 34 + row * len(intervals)
    span = ticks[-1] - ticks[0] or 1.0

    def x(value: float) -> float:
        return round(left + (value - ticks[0]) / span * (right - left), 1)

    parts = [
        f'<line class="grid" x1="{x(t)}" x2="{x(t)}" y1="8" y2="{height - 22}"/>'
        f'<text class="small" x="{x(t)}" y="{height - 6}" text-anchor="middle">'
        f"{escape(unit(t))}</text>"
        for t in ticks
    ]
    parts.append(f'<line class="axis" x1="{x(0)}" x2="{x(0)}" y1="8" y2="{height - 22}"/>')
    for index, item in enumerate(intervals):
        y = 22 + row * index
        said = f"{item.label}: {unit(item.value)} [{unit(item.low)}, {unit(item.high)}]"
        parts.append(
            f"<g><title>{escape(said)}</title>"
            f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(item.label)}</text>'
            f'<line class="whisker {item.style}" x1="{x(item.low)}" x2="{x(item.high)}"'
            f' y1="{y}" y2="{y}"/>'
            f'<circle class="dot {item.style}" cx="{x(item.value)}" cy="{y}" r="4.5"/></g>'
        )
    return _svg(title, height, parts)


def bars(
    rows: Sequence[tuple[str, float, str]], *, title: str, unit: Callable[[float], str]
) -> str:
    """Return horizontal bars: (label, value, style) per row, the value written at the end."""
    most = max((abs(value) for _, value, _ in rows), default=1.0) or 1.0
    left, row = 250, 26
    room = _WIDTH - left - 120
    parts: list[str] = []
    for index, (label, value, style) in enumerate(rows):
        y = 6 + row * index
        width = max(1.0, abs(value) / most * room)
        parts.append(
            f'<text x="{left - 12}" y="{y + 14}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="bar {style}" x="{left}" y="{y}" width="{width:.1f}" height="18" rx="3"/>'
            f'<text class="small" x="{left + width + 6:.1f}" y="{y + 14}">'
            f"{escape(unit(value))}</text>"
        )
    return _svg(title, 12 + row * len(rows), parts)


def graph(nodes: Sequence[tuple[str, str]], edges: Sequence[tuple[int, int]], *, title: str) -> str:
    """Return a DAG: (name, returns) per node, edges (from, to); levels run left to right."""
    level = [0] * len(nodes)
    for source, target in sorted(edges, key=lambda e: e[1]):
        level[target] = max(level[target], level[source] + 1)
    columns: dict[int, list[int]] = {}
    for index, depth in enumerate(level):
        columns.setdefault(depth, []).append(index)
    wide, tall, gap = 172, 42, 14
    step = max(wide + 24, (_WIDTH - wide) // max(1, len(columns) - 1)) if len(columns) > 1 else 0
    most = max(len(column) for column in columns.values())
    height = most * (tall + gap) + gap
    place: dict[int, tuple[float, float]] = {}
    for depth, column in columns.items():
        top = (height - len(column) * (tall + gap)) / 2
        for order, index in enumerate(column):
            place[index] = (4 + depth * step, top + order * (tall + gap) + gap / 2)
    parts: list[str] = []
    for source, target in edges:
        x1, y1 = place[source][0] + wide, place[source][1] + tall / 2
        x2, y2 = place[target][0], place[target][1] + tall / 2
        middle = (x1 + x2) / 2
        parts.append(
            f'<path class="edge" d="M{x1:.0f} {y1:.0f} C{middle:.0f} {y1:.0f} '
            f'{middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"/>'
        )
    for index, (name, returns) in enumerate(nodes):
        x, y = place[index]
        parts.append(
            f'<rect class="node" x="{x:.0f}" y="{y:.0f}" width="{wide}" height="{tall}" rx="7"/>'
            f'<text x="{x + 10:.0f}" y="{y + 18:.0f}">{escape(name)}</text>'
            f'<text class="small" x="{x + 10:.0f}" y="{y + 33:.0f}">→ {escape(returns)}</text>'
        )
    width = max(_WIDTH, int(max(x for x, _ in place.values()) + wide + 8))
    return _svg(title, height, parts, width=width)


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers that cover [low, high], about `count` of them."""
    if high <= low:
        high = low + 1.0
    raw = (high - low) / count
    size = 10.0 ** len(str(int(raw))) / 10 if raw >= 1 else 1.0
    while size > raw:
        size /= 10
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= raw)
    start = (low // step) * step
    ticks = [start]
    while ticks[-1] < high - step * 1e-9:
        ticks.append(start + step * len(ticks))
    return ticks


class _Plot:
    """Maps days and values to pixels."""

    left, right, top = 76, _WIDTH - 14, 22

    def __init__(self, first: date, last: date, low: float, high: float, height: int) -> None:
        self.first, self.low, self.span = first, low, (high - low) or 1.0
        self.days = max(1, (last - first).days)
        self.bottom = height - 24

    def x(self, day: date) -> float:
        share = (day - self.first).days / self.days
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / self.span
        return round(self.bottom - share * (self.bottom - self.top), 1)

    def at(self, start: date, offset: int, value: float) -> str:
        return f"{self.x(start + timedelta(days=offset))},{self.y(value)}"

    def grid(self, ticks: Sequence[float], unit: Callable[[float], str]) -> str:
        return "".join(
            f'<line class="grid" x1="{self.left}" x2="{self.right}" y1="{self.y(t)}"'
            f' y2="{self.y(t)}"/><text class="small" x="{self.left - 8}" y="{self.y(t) + 4}"'
            f' text-anchor="end">{escape(unit(t))}</text>'
            for t in ticks
        )

    def months(self) -> str:
        """Month marks, thinned so that they never touch."""
        starts = [
            day
            for day in (self.first + timedelta(days=i) for i in range(self.days + 1))
            if day.day == 1
        ]
        every = max(1, -(-len(starts) // 8))
        return "".join(
            f'<line class="grid" x1="{self.x(d)}" x2="{self.x(d)}" y1="{self.bottom}"'
            f' y2="{self.bottom + 4}"/><text class="small" x="{self.x(d)}"'
            f' y="{self.bottom + 17}" text-anchor="middle">{d.isoformat()[:7]}</text>'
            for d in starts[::every]
        )


def _runs(line: Line, plot: _Plot) -> list[str]:
    runs: list[list[str]] = [[]]
    for offset, value in enumerate(line.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(plot.at(line.start, offset, value))
    return [" ".join(run) for run in runs if run]


def _legend(keys: Sequence[tuple[str, str, str]], y: float) -> str:
    parts: list[str] = []
    x = 76.0
    for label, style, kind in keys:
        if not label:
            continue
        if kind == "band":
            parts.append(f'<rect class="band {style}" x="{x}" y="{y - 9}" width="18" height="10"/>')
        else:
            dashed = " dashed" if kind == "dashed" else ""
            parts.append(
                f'<line class="line {style}{dashed}" x1="{x}" x2="{x + 18}" y1="{y - 4}"'
                f' y2="{y - 4}"/>'
            )
        parts.append(f'<text class="small" x="{x + 24}" y="{y}">{escape(label)}</text>')
        x += 44 + sum(12 if ord(char) > 0x2E80 else 6.6 for char in label)
    return "".join(parts)


def _svg(title: str, height: float, parts: Sequence[str], *, width: int = _WIDTH) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
