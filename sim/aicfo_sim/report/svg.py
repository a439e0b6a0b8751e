"""Charts as inline SVG: no script, no network, light and dark by the page's CSS variables.

Every function returns one `<svg>` element as text. Numbers come in as plain values, labels are
escaped here. Colours are the classes `c1`, `c2`, `c3` … of the page's style sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from .plot import WIDTH, Line, Plot, drawing, nice_ticks, runs_of, width_of


@dataclass(frozen=True, slots=True)
class Band:
    """A band between two lines; the days are those of `Line`."""

    label: str
    start: date
    low: Sequence[float]
    high: Sequence[float]
    style: str = "c1"
    every: int = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """A point with its confidence interval; `noise` is how far from zero chance alone reaches."""

    label: str
    value: float
    low: float
    high: float
    style: str = "c1"
    noise: float = 0.0


def time_chart(
    lines: Sequence[Line],
    bands: Sequence[Band] = (),
    *,
    title: str,
    unit: Callable[[float], str],
    mark: tuple[date, str] | None = None,
    floor: tuple[float, str] | None = None,
    height: int = 280,
    span: tuple[float, float] | None = None,
    counted: tuple[str, date] | None = None,
) -> str:
    """Return lines and bands over days, with a labelled vertical `mark` and horizontal `floor`.

    `span` is what the vertical axis covers, so that several charts share one; else it covers all
    values and zero. With `counted`, the word for a week and the day when the first one begins,
    weeks are counted along the axis instead of dates.
    """
    starts = [item.start for item in (*lines, *bands)]
    ends = [line.start + timedelta(days=(len(line.values) - 1) * line.every) for line in lines]
    ends += [band.start + timedelta(days=(len(band.low) - 1) * band.every) for band in bands]
    first, last = min(starts), max(ends)
    values = [v for line in lines for v in line.values if v is not None]
    values += [v for band in bands for v in (*band.low, *band.high)]
    values += [floor[0]] if floor else []
    ticks = nice_ticks(*(span or (min(0.0, *values), max(values))))
    plot = Plot(first, last, ticks[0], ticks[-1], height)
    parts = [plot.grid(ticks, unit), plot.weeks(*counted) if counted else plot.dates()]
    for band in bands:
        upper = [plot.at(band.start, i * band.every, v) for i, v in enumerate(band.high)]
        lower = [plot.at(band.start, i * band.every, v) for i, v in enumerate(band.low)]
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
            for run in runs_of(line, plot)
        ]
    if mark:
        x = plot.x(mark[0])
        half = width_of(mark[1]) / 2
        middle = min(max(x, plot.left + half), plot.right - half)
        parts.append(f'<line class="mark" x1="{x}" x2="{x}" y1="{plot.top}" y2="{plot.bottom}"/>')
        parts.append(
            f'<text class="small" x="{middle:.1f}" y="{plot.top - 6}" text-anchor="middle">'
            f"{escape(mark[1])}</text>"
        )
    keys = [(i.label, i.style, "band") for i in bands]
    keys += [(i.label, i.style, "dashed" if i.dashed else "line") for i in lines]
    legend, rows = _legend(keys, height + 16)
    return drawing(title, height + 6 + 20 * rows, [*parts, legend])


def forest(intervals: Sequence[Interval], *, title: str, unit: Callable[[float], str]) -> str:
    """Return a forest plot: one row per interval with its figures, the zero line marked.

    Where an interval has a noise floor, a grey bar of that reach lies behind it around zero.
    """
    ticks = nice_ticks(
        min(0.0, *(min(i.low, -i.noise) for i in intervals)),
        max(0.0, *(max(i.high, i.noise) for i in intervals)),
    )
    said = [(i, f"{unit(i.value)} [{unit(i.low)}, {unit(i.high)}]") for i in intervals]
    left = _label_room([i.label for i in intervals])
    right = WIDTH - max(width_of(text) for _, text in said) - 16
    row = 28
    height = 30 + row * len(intervals)
    span = ticks[-1] - ticks[0]

    def x(value: float) -> float:
        return round(left + (value - ticks[0]) / span * (right - left), 1)

    parts = [
        f'<line class="grid" x1="{x(t)}" x2="{x(t)}" y1="4" y2="{height - 24}"/>'
        f'<text class="small" x="{x(t)}" y="{height - 8}" text-anchor="middle">'
        f"{escape(unit(t))}</text>"
        for t in _thinned(ticks, unit, (right - left) / span)
    ]
    parts.append(f'<line class="axis" x1="{x(0)}" x2="{x(0)}" y1="4" y2="{height - 24}"/>')
    for index, (item, text) in enumerate(said):
        y = 18 + row * index
        if item.noise:
            wide = x(item.noise) - x(-item.noise)
            parts.append(
                f'<rect class="noise" x="{x(-item.noise)}" y="{y - 9}" width="{wide:.1f}"'
                f' height="18" rx="3"/>'
            )
        parts.append(
            f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(item.label)}</text>'
            f'<line class="whisker {item.style}" x1="{x(item.low)}" x2="{x(item.high)}"'
            f' y1="{y}" y2="{y}"/>'
            f'<circle class="dot {item.style}" cx="{x(item.value)}" cy="{y}" r="4.5"/>'
            f'<text class="small" x="{WIDTH - 4}" y="{y + 4}" text-anchor="end">'
            f"{escape(text)}</text>"
        )
    return drawing(title, height, parts)


def bars(
    rows: Sequence[tuple[str, float, str]], *, title: str, unit: Callable[[float], str]
) -> str:
    """Return horizontal bars: (label, value, style) per row, the value written at the end."""
    most = max((abs(value) for _, value, _ in rows), default=1.0) or 1.0
    left, row = _label_room([label for label, _, _ in rows]), 28
    room = WIDTH - left - max((width_of(unit(value)) for _, value, _ in rows), default=0) - 12
    parts: list[str] = []
    for index, (label, value, style) in enumerate(rows):
        y = 4 + row * index
        width = max(1.0, abs(value) / most * room)
        parts.append(
            f'<text x="{left - 12}" y="{y + 14}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="bar {style}" x="{left}" y="{y}" width="{width:.1f}" height="19" rx="3"/>'
            f'<text class="small" x="{left + width + 6:.1f}" y="{y + 14}">'
            f"{escape(unit(value))}</text>"
        )
    return drawing(title, 8 + row * len(rows), parts)


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a graph: its name, what it gives, and its colour."""

    name: str
    gives: str
    style: str = "c0"


def graph(nodes: Sequence[Node], edges: Sequence[tuple[int, int]], *, title: str) -> str:
    """Return a DAG from top to bottom; each edge (from, to) goes to a later node.

    A node stands right above the first that takes it, so that edges stay short.
    """
    level = [0] * len(nodes)
    for source, target in sorted(edges, key=lambda edge: -edge[0]):
        level[source] = max(level[source], level[target] + 1)
    rows: dict[int, list[int]] = {}
    for index, height in enumerate(level):
        rows.setdefault(max(level) - height, []).append(index)
    wide = max(width_of(text) for node in nodes for text in (node.name, f"→ {node.gives}")) + 24
    tall, gap, between = 44.0, 16.0, 34.0
    most = max(len(row) for row in rows.values())
    width = max(WIDTH, most * (wide + gap) + gap)
    place: dict[int, tuple[float, float]] = {}
    for depth, row in rows.items():
        start = (width - len(row) * (wide + gap) + gap) / 2
        for order, index in enumerate(row):
            place[index] = (start + order * (wide + gap), 2 + depth * (tall + between))
    parts: list[str] = []
    for source, target in edges:
        x1, y1 = place[source][0] + wide / 2, place[source][1] + tall
        x2, y2 = place[target][0] + wide / 2, place[target][1]
        bend = (y1 + y2) / 2
        parts.append(
            f'<path class="edge" d="M{x1:.0f} {y1:.0f} C{x1:.0f} {bend:.0f} '
            f'{x2:.0f} {bend:.0f} {x2:.0f} {y2:.0f}"/>'
        )
    for index, node in enumerate(nodes):
        x, y = place[index]
        parts.append(
            f'<rect class="node {node.style}" x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}"'
            f' height="{tall:.0f}" rx="7"/>'
            f'<text x="{x + 12:.0f}" y="{y + 18:.0f}">{escape(node.name)}</text>'
            f'<text class="small" x="{x + 12:.0f}" y="{y + 35:.0f}">→ {escape(node.gives)}</text>'
        )
    return drawing(title, len(rows) * (tall + between) - between + 4, parts, width=round(width))


def _legend(keys: Sequence[tuple[str, str, str]], y: float) -> tuple[str, int]:
    """Return the legend and its number of rows."""
    parts: list[str] = []
    x, rows = float(Plot.left), 1
    for label, style, kind in keys:
        if not label:
            continue
        wide = 44 + width_of(label)
        if x > Plot.left and x + wide > WIDTH:
            x, y, rows = float(Plot.left), y + 20, rows + 1
        if kind == "band":
            parts.append(
                f'<rect class="band {style}" x="{x:.0f}" y="{y - 9}" width="18" height="10"/>'
            )
        else:
            dashed = " dashed" if kind == "dashed" else ""
            parts.append(
                f'<line class="line {style}{dashed}" x1="{x:.0f}" x2="{x + 18:.0f}" y1="{y - 4}"'
                f' y2="{y - 4}"/>'
            )
        parts.append(f'<text class="small" x="{x + 24:.0f}" y="{y}">{escape(label)}</text>')
        x += wide
    return "".join(parts), rows


def _thinned(
    ticks: Sequence[float], unit: Callable[[float], str], pixels: float
) -> Sequence[float]:
    """Return the ticks whose labels do not touch, zero among them; `pixels` per unit of value."""
    wide = max(width_of(unit(t)) for t in ticks) + 12
    step = (ticks[1] - ticks[0]) * pixels
    every = max(1, -(-int(wide) // max(1, int(step))))
    zero = min(range(len(ticks)), key=lambda i: abs(ticks[i]))
    return [tick for index, tick in enumerate(ticks) if (index - zero) % every == 0]


def _label_room(labels: Sequence[str]) -> int:
    return min(300, 20 + round(max((width_of(label) for label in labels), default=0)))
