"""The bill market of a replication: who accepts bills, who is in trouble, who is listed for it.

Every acceptor goes in and out of trouble month by month, at a rate that follows from its class
and a weakness of its own that nobody sees. In trouble it pays most bills late or never, wherever
they are held; those late bills put it on the official list, from whose publication on everybody
knows. Rule of the list: ≥ 3 late bills in six months, and a balance overdue at the month's end or a
late bill in that month; listed three times in six months, no institution takes its bills for two
years (《商业汇票承兑、贴现与再贴现管理办法》2022, 上海票据交易所 商业汇票信息披露).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import rng
from ..dates import PAD, Dates
from ..fen import Flags, Floats, Ints
from ..scenario import Figures

WINDOW = 6
"""Months that the rule of the list looks back on."""

LATE_BILLS = 3
"""Late bills in the window that put an acceptor on the list."""

BARRED = 24
"""Months for which a persistently late acceptor's bills are taken by no institution."""

_YEAR = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Acceptors:
    """Acceptors by number, and what became of each by month (months × acceptors).

    `first` gives the first number of each class and one more; `chance` sums the shares of an
    acceptor in its class. `month` is the month of each day −PAD … of the day table, `edition` the
    last month whose list is out by that day (−1: none).
    """

    code: Ints
    first: Ints
    chance: Floats
    month: Ints
    edition: Ints
    published: Ints
    """Day on which the list of each month comes out."""
    trouble: Flags
    listed: Flags
    persistent: Flags
    """Found persistently late by the list of the month."""
    shunned: Flags
    """Listed then, or barred for long."""

    def pick(self, codes: Ints, draw: Floats) -> Ints:
        """Return an acceptor of each class in `codes` for uniform draws, large ones more often."""
        out = np.zeros(codes.size, dtype=np.int64)
        for code in np.unique(codes).tolist():
            own = codes == code
            low, high = int(self.first[code]), int(self.first[code + 1])
            place = np.searchsorted(self.chance[low:high], draw[own], side="right")
            out[own] = low + np.minimum(place, high - low - 1)
        return out

    def in_trouble(self, days: Ints, acceptors: Ints) -> Flags:
        """Return who pays badly on a day. Nobody in the world knows."""
        return self.trouble[self.month[days + PAD], acceptors]

    def is_listed(self, days: Ints | int, acceptors: Ints) -> Flags:
        """Return who is on the list that is out on a day."""
        edition = self.edition[np.asarray(days) + PAD]
        return self.listed[edition, acceptors] & (edition >= 0)

    def is_refused(self, days: Ints | int, acceptors: Ints) -> Flags:
        """Return whose bills no institution takes on a day: listed now, or barred for long."""
        edition = self.edition[np.asarray(days) + PAD]
        return self.shunned[edition, acceptors] & (edition >= 0)


def overdue_list(late: Ints, balance: Flags) -> tuple[Flags, Flags]:
    """Return who is listed, and who is found persistently late, for each month × acceptor.

    `late` counts the bills paid late in a month, `balance` says what was overdue at its end. The
    rule is the one at the head of this file.
    """
    listed = (_rolling(late, WINDOW) >= LATE_BILLS) & (balance | (late > 0))
    return listed, listed & (_rolling(listed.astype(np.int64), WINDOW) >= LATE_BILLS)


def barred(persistent: Flags) -> Flags:
    """Return who is barred in each month: found persistently late in it or the 23 before."""
    return _rolling(persistent.astype(np.int64), BARRED) > 0


def _rolling(counts: Ints, window: int) -> Ints:
    """Return the sums of each month and those before it, `window` months in all."""
    total = np.concatenate([np.zeros((1, counts.shape[1]), np.int64), counts.cumsum(axis=0)])
    last = np.arange(1, counts.shape[0] + 1, dtype=np.int64)
    return total[last] - total[np.maximum(last - window, 0)]


@lru_cache(maxsize=8)
def acceptors(figures: Figures, seed: int, replication: int, dates: Dates) -> Acceptors:
    """Return the bill market that all merchants of a replication share.

    `figures` are the market's. What happens by a month is the same however long the run is.
    """
    counts = [int(count) for count in figures.numbers("acceptors")]
    size, classes = sum(counts), np.arange(len(counts))
    code = np.repeat(classes, counts)
    first = np.concatenate([[0], np.cumsum(counts)])
    chance = np.concatenate([_shares(count) for count in counts])

    def stream(name: str) -> np.random.Generator:
        return rng.stream(seed, replication, rng.MARKET, f"acceptors/{name}")

    weakness = stream("weakness").gamma(1.0, 1.0, size)
    enter = np.minimum(np.array(figures.numbers("trouble_year"))[code] * weakness / _YEAR, 0.5)
    leave = figures.number("trouble_end") / _YEAR
    starts = dates.month_starts
    months = starts.size
    turn = stream("trouble").random((months, size))
    trouble = np.zeros((months, size), dtype=np.bool_)
    before: Flags = stream("opening").random(size) < enter / (enter + leave)
    for month in range(months):
        trouble[month] = (before & (turn[month] >= leave)) | (~before & (turn[month] < enter))
        before = trouble[month]
    usual = figures.number("late_bills_usual") * weakness * (enter > 0)
    bad = figures.number("late_bills_trouble")
    late = stream("late").poisson(np.where(trouble, bad, usual)).astype(np.int64)
    unpaid = stream("balance").random((months, size)) < np.where(trouble, 0.8, 0.1)
    listed, persistent = overdue_list(late, unpaid & (late > 0))
    days = np.arange(-PAD, dates.rolled.size - PAD)
    published = np.append(starts[1:], starts[-1] + 31) + int(figures.number("list_day")) - 1
    return Acceptors(
        code=code,
        first=first,
        chance=chance,
        month=np.maximum(np.searchsorted(starts, days, side="right") - 1, 0),
        edition=np.searchsorted(published, days, side="right") - 1,
        published=published,
        trouble=trouble,
        listed=listed,
        persistent=persistent,
        shunned=listed | barred(persistent),
    )


def _shares(count: int) -> Floats:
    """Return summed shares of the bills of a class: the k-th acceptor's is as 1 / (k + 2)."""
    weight = 1.0 / np.arange(3, count + 3)
    return np.cumsum(weight) / weight.sum()
