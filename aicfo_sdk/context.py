"""What every tool gets as its first argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from .days import WorkCalendar, calendar
from .parameters import Parameters, parameters

if TYPE_CHECKING:
    from random import Random

    from .books.port import Books

    Guard = Callable[[Books], Books]


class Context:
    """One call's view of the world: the books as of a day, parameters, calendar, randomness.

    There is no clock and no global randomness in a tool: `today` is the books' as-of day, `rng`
    is seeded by `seed`, which the runner derives from the run's seed and the call's provenance.
    """

    __slots__ = ("_calendar", "_guard", "_params", "_rng", "_source", "seed")

    def __init__(
        self,
        books: Books,
        *,
        params: Parameters | None = None,
        calendar: WorkCalendar | None = None,
        seed: int = 0,
        guard: Guard | None = None,
    ) -> None:
        """`guard`, set by the runtime, narrows the books to what one tool declared."""
        self._source = books
        self._guard = guard
        self._params = params
        self._calendar = calendar
        self._rng: Random | None = None
        self.seed = seed

    @property
    def books(self) -> Books:
        """The merchant's books as of `today`, read only."""
        if self._guard is not None:
            self._source, self._guard = self._guard(self._source), None
        return self._source

    @property
    def today(self) -> date:
        """The day up to whose end the books know everything."""
        return self._source.as_of

    @property
    def params(self) -> Parameters:
        """Effective-dated legal and market numbers."""
        return self._params or parameters()

    @property
    def calendar(self) -> WorkCalendar:
        """Working days: those of China for books in CNY, else weekends only."""
        return self._calendar or calendar("CN" if self._source.currency == "CNY" else "")

    @property
    def rng(self) -> Random:
        """A generator of this call's own; numpy users seed theirs with `ctx.seed`."""
        if self._rng is None:
            from random import Random

            self._rng = Random(self.seed)
        return self._rng

    def seeded(self, seed: int) -> Context:
        """Return the same context with random numbers of another seed."""
        return Context(self.books, params=self._params, calendar=self._calendar, seed=seed)

    def guarded(self, guard: Guard) -> Context:
        """Return the same context over books narrowed by `guard` when they are first read."""
        return Context(
            self._source,
            params=self._params,
            calendar=self._calendar,
            seed=self.seed,
            guard=guard,
        )
