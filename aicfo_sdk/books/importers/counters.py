"""The counters that wallet bills carry (共N笔记录, 收入：n笔 x元), checked against the rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import RecordError
from ...money import parse, plain
from .table import Header

_TOTAL = re.compile(r"^共\s*([0-9]+)\s*笔")
_SIDE = re.compile(
    r"^(已?收入|已?支出|中性交易|不计收支)\s*[:：]\s*([0-9]+)\s*笔[\s,，]*([0-9][0-9,]*(?:\.[0-9]+)?)?"
)
_MOST_DIGITS = 18
_CAVEAT = "统计逻辑不同"


@dataclass(slots=True)
class _Sum:
    count: int = 0
    amount: int = 0


class Counters:
    """Counts rows and sums by side ("in", "out", "neutral") and compares them with the file's."""

    def __init__(self, header: Header, *, neutral: tuple[str, ...]) -> None:
        self._header = header
        self._stated: dict[str, tuple[str, int, int | None]] = {}
        self._total: int | None = None
        self._caveat = False
        self._sums = {"in": _Sum(), "out": _Sum(), "neutral": _Sum()}
        self._back = 0
        self._names = {"收入": "in", "已收入": "in", "支出": "out", "已支出": "out"}
        self._names.update(dict.fromkeys(neutral, "neutral"))
        for cell in header.above():
            self.read(cell)

    def read(self, cell: str) -> None:
        """Take note of a cell of the preamble or footer if it is a counter."""
        self._caveat = self._caveat or _CAVEAT in cell
        if found := _TOTAL.match(cell):
            self._total = self._whole(found[1])
        elif (found := _SIDE.match(cell)) and (side := self._names.get(found[1])):
            amount = parse(found[3]) if found[3] else None
            self._stated[side] = (found[1], self._whole(found[2]), amount)

    def count(self, side: str, amount: int, *, back: bool = False) -> None:
        """Count one row; `back` marks a refund, which some bills take off what was spent."""
        total = self._sums[side]
        total.count += 1
        total.amount += amount
        if back:
            self._back += amount

    def check(self) -> tuple[str, ...]:
        """Return notes on sums that the file itself says may differ.

        Raises: RecordError naming both numbers when a counter disagrees with the rows.
        """
        rows = sum(total.count for total in self._sums.values())
        if self._total is not None and self._total != rows:
            raise self._error(f"the file says 共{self._total}笔记录 but holds {rows} rows")
        notes: list[str] = []
        for side, (name, count, amount) in self._stated.items():
            total = self._sums[side]
            if count != total.count:
                raise self._error(
                    f"the file says {name} {count}笔 but holds {total.count} such rows"
                )
            if amount is None or amount in (total.amount, total.amount - self._back):
                continue
            text = f"the file says {name} {plain(amount)}元 but its rows sum to " + plain(
                total.amount
            )
            if not self._caveat:
                raise self._error(text)
            notes.append(f"{text}; the file says itself that such sums may differ")
        return tuple(notes)

    def _whole(self, digits: str) -> int:
        if len(digits) > _MOST_DIGITS:
            # Python reads no number of thousands of digits, and no file has so many rows.
            raise self._error(f"the file states a number of rows of {len(digits)} digits")
        return int(digits)

    def _error(self, what: str) -> RecordError:
        return RecordError(
            what, file=self._header.table.where, mend="the file is incomplete; export it again"
        )
