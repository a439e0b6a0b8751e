"""What charts are drawn with: the plane of days and values, lines on it, the element itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

WIDTH = 760


@dataclass(frozen=True, slots=True)
class Line:
    """A line: `values[i]` is the value on `start + i × every` days; None is a gap."""

    label: str
    start: date
    values: Sequence[float | None]
    style: str = "c1"
    dashed: bool = False
    every: int = 1
    steps: bool = False
    """The value holds until the next one, as a count does."""


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


class Plot:
    """Maps days and values to pixels; `height` and `width` are those of the whole drawing."""

    left = 76

    def __init__(
        self,
        first: date,
        last: date,
        low: float,
        high: float,
        height: int,
        *,
        width: int = WIDTH,
        top: int = 22,
    ) -> None:
        self.width, self.right, self.top = width, width - 14, top
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

    def dates(self) -> str:
        """Days under the axis: months over a long time, every so many weeks over a short one."""
        days = [self.first + timedelta(days=offset) for offset in range(self.days + 1)]
        if self.days > 150:
            marks, shown = [day for day in days if day.day == 1], "%Y-%m"
        else:
            marks, shown = [day for day in days if day.weekday() == 0], "%m-%d"
        every = max(1, -(-len(marks) // ((self.right - self.left) // 74)))
        return "".join(
            f'<line class="grid" x1="{self.x(d)}" x2="{self.x(d)}" y1="{self.bottom}"'
            f' y2="{self.bottom + 4}"/><text class="small"'
            f' x="{min(self.x(d), self.width - 24)}" y="{self.bottom + 17}" text-anchor="middle">'
            f"{d.strftime(shown)}</text>"
            for d in marks[::every]
        )

    def weeks(self, word: str, begin: date) -> str:
        """Weeks since `begin` under the axis, the word for a week at its end."""
        before, count = (self.first - begin).days // 7, self.days // 7
        every = next((n for n in (1, 2, 4, 13, 26, 52) if count <= 13 * n), 104)
        marks = [
            (before + number, self.first + timedelta(days=7 * number))
            for number in range(count + 1)
        ]
        room = self.right - width_of(word) - 14
        return "".join(
            f'<line class="grid" x1="{self.x(d)}" x2="{self.x(d)}" y1="{self.bottom}"'
            f' y2="{self.bottom + 4}"/><text class="small" x="{self.x(d)}" y="{self.bottom + 17}"'
            f' text-anchor="middle">{number}</text>'
            for number, d in marks[::every]
            if self.x(d) < room
        ) + (
            f'<text class="small" x="{self.right}" y="{self.bottom + 17}" text-anchor="end">'
            f"{escape(word)}</text>"
        )


def runs_of(line: Line, plot: Plot) -> list[str]:
    """Return the points of each stretch of a line that has no gap."""
    runs: list[list[str]] = [[]]
    for offset, value in enumerate(line.values):
        if value is None:
            runs.append([])
        else:
            before = line.values[offset - 1] if offset and line.steps else None
            if before is not None:
                runs[-1].append(plot.at(line.start, offset * line.every, before))
            runs[-1].append(plot.at(line.start, offset * line.every, value))
    return [" ".join(run) for run in runs if run]


def width_of(text: str) -> float:
    """Return about how many pixels a text takes at 13 px."""
    return sum(13 if ord(char) > 0x2E80 else 7.0 for char in text)


def drawing(
    title: str, height: float, parts: Sequence[str], *, width: int = WIDTH, style: str = ""
) -> str:
    """Return the `<svg>` element that holds the parts, named for those who cannot see it."""
    shape = f' class="{style}"' if style else ""
    return (
        f'<svg{shape} viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
