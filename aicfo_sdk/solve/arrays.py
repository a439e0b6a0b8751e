"""A problem as arrays: in the order of its names, as a minimisation, scaled by powers of two."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

JITTER = 1e-6
_TIE = 1e-2  # columns that cost nothing are jittered like a hundredth of the dearest
_ROOM = 2.0**20  # quantities are scaled below this, so that 1e-9 stays above float noise


@dataclass(slots=True)
class Columns:
    """What is given of the columns of a problem, in the order in which they were added."""

    names: list[str] = field(default_factory=list[str])
    place: dict[str, int] = field(default_factory=dict[str, int])
    cost: list[float] = field(default_factory=list[float])
    lower: list[float] = field(default_factory=list[float])
    upper: list[float] = field(default_factory=list[float])
    integer: list[bool] = field(default_factory=list[bool])


@dataclass(slots=True)
class Rows:
    """What is given of its rows: limits, and where among the terms (place of a column,
    coefficient) those of each row end."""

    names: list[str] = field(default_factory=list[str])
    place: dict[str, int] = field(default_factory=dict[str, int])
    lower: list[float] = field(default_factory=list[float])
    upper: list[float] = field(default_factory=list[float])
    ends: list[int] = field(default_factory=list[int])
    column: list[int] = field(default_factory=list[int])
    coefficient: list[float] = field(default_factory=list[float])

    def span(self, row: int) -> tuple[int, int]:
        """Return where the terms of a row begin and end."""
        return (self.ends[row - 1] if row else 0), self.ends[row]


class Arrays:
    """A problem in canonical order, as a minimisation, and scaled by powers of two (exact).

    `where` and `row_where` tell the canonical place of a column and a row by the place they were
    given. What a change of the problem touches is changed here in place; `scale` then makes the
    rest anew.
    """

    def __init__(self, maximise: bool, columns: Columns, rows: Rows) -> None:
        """Put columns and rows in the order of their names."""
        import numpy as np

        self.sign = -1.0 if maximise else 1.0
        by_name, self.where = _sorted(columns.names)
        self.names: list[str] = [columns.names[place] for place in by_name.tolist()]
        self.integer: NDArray[np.bool_] = np.array(columns.integer, dtype=np.bool_)[by_name]
        self.given: Floats = np.array(columns.cost, dtype=np.float64)[by_name]
        self._lower: Floats = np.array(columns.lower, dtype=np.float64)[by_name]
        self._upper: Floats = np.array(columns.upper, dtype=np.float64)[by_name]
        rows_by_name, self.row_where = _sorted(rows.names)
        self.row_names: list[str] = [rows.names[place] for place in rows_by_name.tolist()]
        self._row_lower: Floats = np.array(rows.lower, dtype=np.float64)[rows_by_name]
        self._row_upper: Floats = np.array(rows.upper, dtype=np.float64)[rows_by_name]

        index = self.where[np.array(rows.column, dtype=np.int64)]
        value = np.array(rows.coefficient, dtype=np.float64)
        sizes = np.diff(np.array(rows.ends, dtype=np.int64), prepend=0)
        owner = np.repeat(self.row_where, sizes)
        order = np.lexsort((index, owner))
        order = order[value[order] != 0]
        self._owner, self._coefficient = owner[order], value[order]
        self.index = index[order].astype(np.int32)
        self._term: Ints = np.full(len(value), -1, dtype=np.int64)
        self._term[order] = np.arange(len(order))
        self.start = np.searchsorted(self._owner, np.arange(len(sizes))).astype(np.int32)
        # A row over integer columns alone keeps its own size; any other is counted in units.
        self._mixed = np.zeros(len(sizes), dtype=np.bool_)
        np.logical_or.at(self._mixed, self._owner, ~self.integer[self.index])
        self.scale()

    def set_column(self, place: int, cost: float, lower: float, upper: float) -> None:
        """Change what a column costs and may be."""
        at = self.where[place]
        self.given[at], self._lower[at], self._upper[at] = cost, lower, upper

    def set_row(self, place: int, lower: float, upper: float) -> None:
        """Change what a row may come to."""
        at = self.row_where[place]
        self._row_lower[at], self._row_upper[at] = lower, upper

    def set_term(self, place: int, number: float) -> bool:
        """Change a coefficient; return whether that can be: what is 0, or was, has no place."""
        at = self._term[place]
        if at < 0 or number == 0:
            return False
        self._coefficient[at] = number
        return True

    def scale(self) -> None:
        """Count quantities, costs and rows in powers of two that suit them."""
        import numpy as np

        divisible = ~self.integer
        quantities = (self._lower[divisible], self._upper[divisible])
        sizes = np.abs(np.concatenate([*quantities, self._row_lower, self._row_upper]))
        largest = float(sizes[np.isfinite(sizes)].max(initial=1.0))
        unit = 1.0 if largest <= _ROOM else 2.0 ** math.ceil(math.log2(largest / _ROOM))
        self.unit: Floats = np.where(self.integer, 1.0, unit)
        # Tolerances of costs count for each unit of a quantity, but only once for a yes or no,
        # whatever that costs.
        costs = np.abs(self.given * self.unit)
        dearest = float(costs[divisible].max(initial=0.0)) or float(costs.max(initial=0.0))
        self.cost_unit = 2.0 ** math.floor(math.log2(dearest)) if dearest else 1.0
        self.cost: Floats = self.sign * self.given * self.unit / self.cost_unit
        self.lower: Floats = self._lower / self.unit
        self.upper: Floats = self._upper / self.unit
        self.row_unit: Floats = np.where(self._mixed, unit, 1.0)
        self.value: Floats = self._coefficient * self.unit[self.index] / self.row_unit[self._owner]
        self.row_lower: Floats = self._row_lower / self.row_unit
        self.row_upper: Floats = self._row_upper / self.row_unit

    @property
    def jitter(self) -> Floats:
        """What the jitter adds to the scaled costs: never enough to make a problem unbounded.

        A column that is open upward is made dearer, one open downward cheaper, one open both
        ways is left alone: no direction that the problem leaves open gains by it.
        """
        import numpy as np

        # A yes or no costs as much as very many units, so each sort is measured by its own.
        size = np.abs(self.cost)
        for sort in (self.integer, ~self.integer):
            dearest = float(size[sort].max(initial=0.0)) or float(size.max(initial=0.0)) or 1.0
            size[sort] = np.maximum(size[sort], _TIE * dearest)
        sign = np.where(np.isfinite(self.lower), 1.0, np.where(np.isfinite(self.upper), -1.0, 0.0))
        return JITTER * self._share * size * sign

    @property
    def jittered(self) -> Floats:
        """Scaled costs with the jitter."""
        return self.cost + self.jitter

    @cached_property
    def _share(self) -> Floats:
        """A number from 0 to 1 for each column, by its name alone."""
        import numpy as np

        words = b"".join(map(_word, self.names))
        return np.frombuffer(words, dtype="<u8").astype(np.float64) / 2.0**64


def _sorted(names: list[str]) -> tuple[Ints, Ints]:
    """Return the places of names in their order, and the order of each place."""
    import numpy as np

    by_name = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    where = np.empty(len(names), dtype=np.int64)
    where[by_name] = np.arange(len(names))
    return by_name, where


@lru_cache(maxsize=32_768)
def _word(name: str) -> bytes:
    """Return eight bytes that stand for a name: plans name the same days again and again."""
    return blake2b(name.encode(), digest_size=8).digest()
