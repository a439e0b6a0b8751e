"""The picture of a bill plan: a bar per bill until its payday, what is done with it, and cash.

Narrow enough for a phone; like `svg`, it returns one `<svg>` element and escapes every text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from .plot import Line, Plot, drawing, nice_ticks, runs_of, width_of

_WIDE, _CASH = 440, 170
_LABEL, _BAR, _LANE, _GAP = 16, 10, 16, 10
_STYLES = {"hold": "c1", "discount": "c2", "endorse": "c3", "pledge": "c4"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A move of a bill: `kind` as a plan names it, and what is written beside it."""

    day: date
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bill from today until its last day, with its moves."""

    label: str
    last: date
    marks: Sequence[Mark]


def bill_timeline(
    bars: Sequence[Bar],
    cash: Sequence[Line],
    *,
    title: str,
    today: date,
    unit: Callable[[float], str],
    floor: tuple[float, str],
) -> str:
    """Return the bars above and the cash lines with their floor beneath, over the same days."""
    last = max(bar.last for bar in bars)
    cash = [_until(line, last) for line in cash]
    values = [value for line in cash for value in line.values if value is not None]
    ticks = nice_ticks(min(0.0, floor[0], *values), max(floor[0], *values))
    lanes = [_lanes(bar, Plot(today, last, 0, 1, 0, width=_WIDE)) for bar in bars]
    tops, y = list[int](), 0
    for placed in lanes:
        tops.append(y)
        rows = 1 + max((lane for _, _, lane in placed), default=0)
        y += _LABEL + _BAR + 4 + _LANE * rows + _GAP
    plot = Plot(today, last, ticks[0], ticks[-1], y + _CASH, width=_WIDE, top=y + 16)
    parts = [plot.grid(ticks, unit), plot.dates()]
    for bar, top, placed in zip(bars, tops, lanes, strict=True):
        parts += _bar(bar, top, placed, plot)
    parts += _cash(cash, floor, plot)
    legend, rows = _legend([line for line in cash if line.label], plot.bottom + 40)
    return drawing(title, plot.bottom + 30 + 18 * rows, [*parts, legend], width=_WIDE, style="slim")


def _until(line: Line, last: date) -> Line:
    """Return a daily line cut at the last day of the picture."""
    days = (last - line.start).days + 1
    return Line(line.label, line.start, line.values[:days], line.style, line.dashed)


def _lanes(bar: Bar, plot: Plot) -> list[tuple[Mark, float, int]]:
    """Return each mark with the middle of its text and the first row where that touches none."""
    ends, found = list[float](), list[tuple[Mark, float, int]]()
    for mark in sorted(bar.marks, key=lambda mark: (mark.day, mark.kind, mark.text)):
        half = width_of(mark.text) / 2
        middle = max(min(plot.x(mark.day), plot.right - half), half + 2)
        lane = next((i for i, end in enumerate(ends) if end + 10 < middle - half), len(ends))
        ends[lane : lane + 1] = [middle + half]
        found.append((mark, middle, lane))
    return found


def _bar(bar: Bar, top: int, placed: list[tuple[Mark, float, int]], plot: Plot) -> list[str]:
    left, y = plot.left, top + _LABEL + 2
    wide = max(round(plot.x(bar.last) - left, 1), 2)
    parts = [
        f'<text class="small" x="{left}" y="{top + 12}">{escape(bar.label)}</text>',
        f'<rect class="stay" x="{left}" y="{y}" width="{wide}" height="{_BAR}" rx="3"/>',
    ]
    for mark, middle, lane in placed:
        style = _STYLES.get(mark.kind, "c0")
        parts.append(
            f"{_shape(mark.kind, plot.x(mark.day), y + _BAR / 2, style)}"
            f'<text class="said {style}" x="{middle:.1f}" y="{y + _BAR + 15 + _LANE * lane}"'
            f' text-anchor="middle">{escape(mark.text)}</text>'
        )
    return parts


def _shape(kind: str, x: float, y: float, style: str) -> str:
    """Return a mark that is told apart without its colour: square, circle, diamond, triangle."""
    if kind == "hold":
        return f'<rect class="bar {style}" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
    if kind == "discount":
        return f'<circle class="dot {style}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    corners = (
        [(0, -7), (7, 0), (0, 7), (-7, 0)] if kind == "endorse" else [(0, -7), (7, 6), (-7, 6)]
    )
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon class="dot {style}" points="{points}"/>'


def _cash(cash: Sequence[Line], floor: tuple[float, str], plot: Plot) -> list[str]:
    y, right = plot.y(floor[0]), plot.right
    above, said = round(y - 4, 1), escape(floor[1])
    drawn = [
        f'<polyline class="line {line.style}{" dashed" * line.dashed}" points="{run}"/>'
        for line in cash
        for run in runs_of(line, plot)
    ]
    # The words last: they stand clear of a line that crosses them.
    return [
        f'<line class="floor" x1="{plot.left}" x2="{right}" y1="{y}" y2="{y}"/>',
        *drawn,
        f'<text class="small clear" x="{right}" y="{above}" text-anchor="end">{said}</text>',
    ]


def _legend(lines: Sequence[Line], y: float) -> tuple[str, int]:
    """Return a row per line, for a phone has no room beside each other, and their number."""
    return (
        "".join(
            f'<line class="line {line.style}{" dashed" * line.dashed}" x1="{Plot.left}"'
            f' x2="{Plot.left + 18}" y1="{y - 4 + 18 * row}" y2="{y - 4 + 18 * row}"/>'
            f'<text class="small" x="{Plot.left + 24}" y="{y + 18 * row}">'
            f"{escape(line.label)}</text>"
            for row, line in enumerate(lines)
        ),
        len(lines),
    )
