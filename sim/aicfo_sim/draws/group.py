"""Members of one archetype that are drawn together: whole columns, no loop over merchants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import rng, tables
from ..dates import Dates
from ..fen import Floats, Ints
from ..scenario import Figures
from ..shocks import Shocks
from ..tables import Bills, Dues, Receipts, Takings, Tenders, Traits
from .common import Drawn, Who

_LOG2_E = 1.4426950408889634


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Merchants of one archetype in one block; place `i` of every column is `merchants[i]`.

    `order_level` asks for takings order by order, `detail` for takings by channel beside their
    sums. Neither the size of the group nor who else is in it changes a merchant's draws.
    """

    seed: int
    replication: int
    archetype: int
    merchants: Ints
    figures: Figures
    market: Figures
    dates: Dates
    order_level: bool
    detail: bool
    shocks: Shocks

    @classmethod
    def of(cls, members: Sequence[Who], *, detail: bool) -> Group:
        """Return the group of members of one archetype of one world."""
        first = members[0]
        return cls(
            seed=first.seed,
            replication=first.replication,
            archetype=first.archetype,
            merchants=np.array([who.merchant for who in members], dtype=np.int64),
            figures=first.figures,
            market=first.market,
            dates=first.dates,
            order_level=first.order_level,
            detail=detail,
            shocks=first.shocks,
        )

    @property
    def size(self) -> int:
        """Number of merchants."""
        return self.merchants.size

    def who(self, place: int) -> Who:
        """Return one member."""
        return Who(
            seed=self.seed,
            replication=self.replication,
            merchant=int(self.merchants[place]),
            archetype=self.archetype,
            figures=self.figures,
            market=self.market,
            dates=self.dates,
            order_level=self.order_level,
            shocks=self.shocks,
        )

    def grid(self, name: str, first: int, count: int) -> Floats:
        """Return uniform draws in (0, 1) of a stream, indices `first` … × members."""
        return rng.grid(self.seed, self.replication, name, self.merchants, first, count)

    def cells(self, name: str, index: Ints, place: Ints) -> Floats:
        """Return uniform draws in (0, 1) of single cells of a stream: index × member."""
        return rng.cells(self.seed, self.replication, name, self.merchants[place], index)

    def normals(self, name: str, first: int, count: int) -> Floats:
        """Return standard normal draws of a stream, indices `first` … × members."""
        return rng.normals(self.seed, self.replication, name, self.merchants, first, count)

    def normal_rows(self, name: str, first: int, count: int) -> Iterator[tuple[slice, Floats]]:
        """Yield what `normals` returns by chunks of rows; each is gone with the next."""
        return rng.normal_rows(self.seed, self.replication, name, self.merchants, first, count)

    def trait(self, name: str) -> Floats:
        """Return one uniform draw in (0, 1) per member, its own for each name."""
        return self.grid(f"trait/{name}", 0, 1)[0]

    def uniform(self, key: str) -> Floats:
        """Return per member a uniform draw between the two ends of a figure."""
        low, high = self.figures.numbers(key)
        return low + (high - low) * self.trait(key)

    def median(self, key: str) -> Floats:
        """Return per member a lognormal draw around a figure's median with its spread."""
        from scipy.special import exp2, ndtri  # pyright: ignore[reportMissingTypeStubs]

        # exp2 of scipy is scalar code: its bits do not depend on a processor's vector units.
        spread = self.figures.spread(key) * _LOG2_E
        return self.figures.number(key) * exp2(spread * ndtri(self.trait(key)))

    def pick(self, key: str, name: str) -> Ints:
        """Return per member one of a figure's values, each equally likely, for a trait's name."""
        values = np.array(self.figures.numbers(key)).astype(np.int64)
        return values[self.whole(name, values.size)]

    def whole(self, name: str, count: int) -> Ints:
        """Return per member a whole number 0 … `count` − 1, each equally likely."""
        return (self.trait(name) * count).astype(np.int64)


class GroupDrawn(NamedTuple):
    """Everything that the runs of a group hold before any decision.

    `owner` of every row is the member's place. `sold`, `settled`, `fee` are days × members in
    fen, `transit` what was sold but not settled at the start of day 0. `takings` holds them by
    channel, a table per member, if the group asked for detail, else it is empty.
    """

    traits: Traits
    sold: Ints
    settled: Ints
    fee: Ints
    transit: Ints
    takings: tuple[Takings, ...]
    dues: Dues
    receipts: Receipts
    bills: Bills
    tenders: Tenders


def each(draw: Callable[[Who], Drawn]) -> Callable[[Group], GroupDrawn]:
    """Return what draws a group by drawing its members one by one."""

    def draw_each(group: Group) -> GroupDrawn:
        size, days = group.size, group.dates.days
        flows = np.empty((3, days, size), dtype=np.int64)
        transit = np.empty(size, dtype=np.int64)
        takings, rows = list[Takings](), list[Drawn]()
        for place in range(size):
            one = draw(group.who(place))
            taken = one.takings
            flows[0, :, place] = (taken.gross - taken.refunds).sum(axis=0)
            flows[1, :, place] = taken.settled.sum(axis=0)
            flows[2, :, place] = taken.fee.sum(axis=0)
            transit[place] = taken.transit.sum()
            takings.append(taken if group.detail else _NO_TAKINGS)
            rows.append(one._replace(takings=takings[-1]))
        dues, receipts, bills, tenders = joined(
            [(one.dues, one.receipts, one.bills, one.tenders) for one in rows],
            [np.array([place]) for place in range(size)],
        )
        return GroupDrawn(
            traits=tables.stack([one.traits for one in rows]),
            sold=flows[0],
            settled=flows[1],
            fee=flows[2],
            transit=transit,
            takings=tuple(takings) if group.detail else (),
            dues=dues,
            receipts=receipts,
            bills=bills,
            tenders=tenders,
        )

    return draw_each


def alone(drawn: GroupDrawn) -> Drawn:
    """Return the draws of a group of one, drawn in detail, as that merchant's."""
    return Drawn(
        drawn.traits, drawn.takings[0], drawn.dues, drawn.receipts, drawn.bills, drawn.tenders
    )


Rows = tuple[Dues, Receipts, Bills, Tenders]


def joined(parts: list[Rows], places: list[Ints]) -> Rows:
    """Return the tables of several draws as one; references between rows go on pointing right.

    `places[n]` gives for each owner of part `n` its place in the whole. The parts' own columns
    are changed. The owners of a single part are the whole.
    """
    if len(parts) == 1:
        return parts[0]
    sizes = [0, 0, 0]
    for (dues, receipts, bills, tenders), place in zip(parts, places, strict=True):
        for table in (dues, receipts, bills, tenders):
            table.owner = place[table.owner] if table.owner.size else table.owner
        if tenders.owner.size:
            for column in (dues.cond, receipts.cond, bills.cond):
                column[column >= 0] += sizes[2]
        if bills.owner.size:
            for column in (dues.bill, receipts.bill):
                column[column >= 0] += sizes[1]
            bills.recourse[bills.recourse >= 0] += sizes[0]
        for number, table in enumerate((dues, bills, tenders)):
            sizes[number] += table.owner.size
    return (
        tables.stack([part[0] for part in parts]),
        tables.stack([part[1] for part in parts]),
        tables.stack([part[2] for part in parts]),
        tables.stack([part[3] for part in parts]),
    )


_NONE = np.zeros(0, dtype=np.int64)
_NO_TAKINGS = Takings(*[_NONE] * 7)
