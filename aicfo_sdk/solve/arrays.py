"""A problem as arrays: in the order of its names, as a minimisation, scaled by powers of two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

JITTER = 1e-6
_TIE = 1e-2  # columns that cost nothing are jittered like a hundredth of the dearest
_ROOM = 2.0**20  # quantities are scaled below this, so that 1e-9 stays above float noise

Columns = Mapping[str, tuple[float, float, float, bool]]
"""By name: cost, lower, upper, integer."""

Rows = Mapping[str, tuple[Mapping[str, float], float, float]]
"""By name: coefficients by column, lower, upper."""


class Arrays:
    """A problem in canonical order, as a minimisation, and scaled by powers of two (exact).

    What a change of the problem touches is changed in place; `scale` then makes the rest anew.
    """

    def __init__(self, maximise: bool, columns: Columns, rows: Rows) -> None:
        """Put columns and rows in the order of their names."""
        import numpy as np

        self.names = sorted(columns)
        self.row_names = sorted(rows)
        self.sign = -1.0 if maximise else 1.0
        table = np.array([columns[name] for name in self.names], dtype=np.float64).reshape(-1, 4)
        self.integer: NDArray[np.bool_] = table[:, 3] > 0
        self.given: Floats = table[:, 0].copy()
        self._bounds: Floats = table[:, 1:3].copy()
        limits = np.array([rows[name][1:] for name in self.row_names], dtype=np.float64)
        self._limits: Floats = limits.reshape(-1, 2)

        self._column = {name: index for index, name in enumerate(self.names)}
        self._row = {name: index for index, name in enumerate(self.row_names)}
        terms = [rows[name][0] for name in self.row_names]
        index = np.array([self._column[key] for row in terms for key in row], dtype=np.int32)
        value = np.array([number for row in terms for number in row.values()], dtype=np.float64)
        owner = np.repeat(np.arange(len(terms)), [len(row) for row in terms])
        order = np.lexsort((index, owner))
        order = order[value[order] != 0]
        self._owner, self.index, self._coefficient = owner[order], index[order], value[order]
        self.start = np.searchsorted(self._owner, np.arange(len(terms))).astype(np.int32)
        # A row over integer columns alone keeps its own size; any other is counted in units.
        self._mixed = np.zeros(len(self.row_names), dtype=np.bool_)
        np.logical_or.at(self._mixed, self._owner, ~self.integer[self.index])
        self.scale()

    def set_column(self, name: str, cost: float, lower: float, upper: float) -> None:
        """Change what a column costs and may be."""
        place = self._column[name]
        self.given[place] = cost
        self._bounds[place] = lower, upper

    def set_row(self, name: str, lower: float, upper: float) -> None:
        """Change what a row may come to."""
        self._limits[self._row[name]] = lower, upper

    def set_term(self, row: str, column: str, number: float) -> bool:
        """Change a coefficient; return whether it has a place (a zero has none)."""
        import numpy as np

        at, wanted = self._row[row], self._column[column]
        first = int(self.start[at])
        last = int(self.start[at + 1]) if at + 1 < len(self.start) else len(self.index)
        place = first + int(np.searchsorted(self.index[first:last], wanted))
        if place == last or self.index[place] != wanted or number == 0:
            return False
        self._coefficient[place] = number
        return True

    def scale(self) -> None:
        """Count quantities, costs and rows in powers of two that suit them."""
        import numpy as np

        bounds, limits = self._bounds, self._limits
        sizes = np.abs(np.concatenate([bounds[~self.integer].ravel(), limits.ravel()]))
        largest = float(sizes[np.isfinite(sizes)].max(initial=1.0))
        unit = 1.0 if largest <= _ROOM else 2.0 ** math.ceil(math.log2(largest / _ROOM))
        self.unit: Floats = np.where(self.integer, 1.0, unit)
        dearest = float(np.abs(self.given * self.unit).max(initial=0.0))
        self.cost_unit = 2.0 ** math.floor(math.log2(dearest)) if dearest else 1.0
        self.cost: Floats = self.sign * self.given * self.unit / self.cost_unit
        self.lower: Floats = bounds[:, 0] / self.unit
        self.upper: Floats = bounds[:, 1] / self.unit
        self.row_unit: Floats = np.where(self._mixed, unit, 1.0)
        self.value: Floats = self._coefficient * self.unit[self.index] / self.row_unit[self._owner]
        self.row_lower: Floats = limits[:, 0] / self.row_unit
        self.row_upper: Floats = limits[:, 1] / self.row_unit

    @property
    def jitter(self) -> Floats:
        """What the jitter adds to the scaled costs: never enough to make a problem unbounded.

        A column that is open upward is made dearer, one open downward cheaper, one open both
        ways is left alone: no direction that the problem leaves open gains by it.
        """
        import numpy as np

        size = np.maximum(np.abs(self.cost), _TIE * float(np.abs(self.cost).max(initial=0.0)))
        if not size.any():
            size = np.ones_like(size)
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


@lru_cache(maxsize=32_768)
def _word(name: str) -> bytes:
    """Return eight bytes that stand for a name: plans name the same days again and again."""
    return blake2b(name.encode(), digest_size=8).digest()
