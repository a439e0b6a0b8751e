"""What limits and mandates are held against: what was put at stake, by day, kind and payee.

A sum counts every action that was posted or is held (pending), and none that was voided. It is
read under the write lock, and `add` counts what the same transaction commits next,
so neither two writers nor a group of actions can pass a limit together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ..model.action import Action
from .likeness import skeleton
from .stakes import beneficiary, stake

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..books.chain import Heads
    from .mandates import Granted
    from .payees import Acquaintance
    from .policy import Policy


class Spent(NamedTuple):
    """What actions of one kind put at stake on one day for one payee, minor units."""

    kind: str
    payee: str
    day: date
    amount: int


class Fullest(NamedTuple):
    """The window that holds most, of all windows of one length that contain a day."""

    first: date
    last: date
    amount: int


class Spending:
    """Stakes by kind, payee and day, in all and of each mandate.

    Two spellings of a payee that share a skeleton count as one payee. `mandates` are those that
    stand, `seen` says since when the books know a payee (None: only by its record).
    """

    __slots__ = ("_by_kind", "_by_payee", "_uses", "mandates", "seen")

    def __init__(
        self,
        rows: Iterable[Spent] = (),
        *,
        mandates: Iterable[Granted] = (),
        seen: Acquaintance | None = None,
    ) -> None:
        self._by_kind: _Sums = defaultdict(_zeros)
        self._by_payee: _SumsOfPayees = defaultdict(_sums)
        self._uses: dict[str, Spending] = {}
        self.mandates = tuple(mandates)
        self.seen = seen
        for row in rows:
            self._count(row)

    @classmethod
    def load(
        cls,
        connection: Connection,
        policy: Policy,
        actions: Collection[Action],
        *,
        heads: Heads | None = None,
    ) -> Spending:
        """Return what the policy's windows around the days of these actions hold.

        Windows of mandates count over their whole life. A policy without limits over days asks
        nothing of the commits. `heads` are those that the connection sees, if they are known.
        """
        from ..books.memory import memory_of
        from ..books.writer import read_heads
        from .mandates import standing, used
        from .payees import seen_by

        heads = heads or read_heads(connection)
        spending = cls(mandates=standing(connection), seen=seen_by(connection, heads))
        if policy.reach and actions:
            first = moved(min(action.day for action in actions), 1 - policy.reach)
            last = moved(max(action.day for action in actions), policy.reach - 1)
            memory = memory_of(connection.engine)
            for kind, payee, day, amount in memory.stakes(connection, heads, first, last):
                spending._count(Spent(kind, payee, date.fromisoformat(day), amount))
        if spending.mandates:
            for mandate, kind, payee, day, amount in used(connection):
                row = Spent(kind, payee, date.fromisoformat(day), int(amount))
                spending._used(mandate)._count(row)
        return spending

    def add(self, action: Action, mandate: str = "") -> None:
        """Count one more action, committed in the same transaction, under a mandate or none."""
        row = Spent(action.kind, beneficiary(action), action.day, stake(action))
        self._count(row)
        if mandate:
            self._used(mandate)._count(row)

    def used(self, mandate: str) -> Spending:
        """Return what actions under one mandate put at stake."""
        return self._uses.get(mandate) or Spending()

    def spent_under(self, mandate: str) -> int:
        """Return what all actions under one mandate put at stake together, minor units."""
        return self.used(mandate).total(None, None, date.min, date.max)

    def total(
        self, kind: str | Collection[str] | None, payee: str | None, first: date, last: date
    ) -> int:
        """Return the stakes of a kind (some kinds, or None for all) from `first` to `last`.

        With a payee only those that went to it or to a name that looks like it. Minor units.
        """
        days = range(first.toordinal(), last.toordinal() + 1)
        return sum(
            amount
            for sums in self._chosen(kind, payee)
            for at, amount in sums.items()
            if at in days
        )

    def fullest(
        self, kind: str | Collection[str] | None, payee: str | None, day: date, days: int
    ) -> Fullest:
        """Return, of all windows of `days` days that contain `day`, the one that holds most.

        Held against a limit, no choice of days, earlier or later than others, gets round it.
        """
        at = day.toordinal()
        if days == 1:
            held = sum(chosen.get(at, 0) for chosen in self._chosen(kind, payee))
            return Fullest(day, day, held)
        earliest = max(at - days + 1, date.min.toordinal())
        latest = min(at + days - 1, date.max.toordinal())
        sums: dict[int, int] = defaultdict(int)
        for chosen in self._chosen(kind, payee):
            for when, amount in chosen.items():
                if earliest <= when <= latest:
                    sums[when] += amount
        # A window that begins on a day without a stake holds no less when it begins on the next
        # one with a stake, or at last on `day` itself.
        starts = sorted({earliest, *(when for when in sums if when <= at), at})
        stakes = sorted(sums.items())
        best, most, held, first, end = earliest, -1, 0, 0, 0
        for start in starts:
            while end < len(stakes) and stakes[end][0] < start + days:
                held += stakes[end][1]
                end += 1
            while first < end and stakes[first][0] < start:
                held -= stakes[first][1]
                first += 1
            if held > most:
                best, most = start, held
        last = min(best + days - 1, date.max.toordinal())
        return Fullest(date.fromordinal(best), date.fromordinal(last), most)

    def _used(self, mandate: str) -> Spending:
        return self._uses.setdefault(mandate, Spending())

    def _count(self, row: Spent) -> None:
        at = row.day.toordinal()
        self._by_kind[row.kind][at] += row.amount
        self._by_payee[skeleton(row.payee)][row.kind][at] += row.amount

    def _chosen(self, kind: str | Collection[str] | None, payee: str | None) -> Iterable[_Days]:
        table: dict[str, _Days] | None = self._by_kind
        if payee is not None:
            table = self._by_payee.get(skeleton(payee))
        if table is None:
            return ()
        if kind is None:
            return table.values()
        kinds = (kind,) if isinstance(kind, str) else kind
        return [table[name] for name in kinds if name in table]


_Days = defaultdict[int, int]
"""Stakes by the ordinal of their day."""

_Sums = defaultdict[str, _Days]
_SumsOfPayees = defaultdict[str, _Sums]


def _zeros() -> _Days:
    return defaultdict(int)


def _sums() -> _Sums:
    return defaultdict(_zeros)


def moved(day: date, days: int) -> date:
    """Return the day so many days later (or earlier), at most the last one there is."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
