"""The books as one transaction sees and changes them: states, balances by day, stakes, holds.

An action is checked against all that was applied before it, so a group of actions is judged one
after the other as if each had been committed alone; what is read is read once for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection

from ..actions import Posting
from ..books.chain import Heads
from ..books.effects import Effects, effects
from ..books.flags import (
    CASH,
    PENDING,
    flag_of,
    is_below,
    overstepped,
    pending_legs,
    reversed_legs,
)
from ..books.memory import OpenHold, Sums, memory_of
from ..books.overlay import Overlay
from ..books.paths import Path
from ..books.store import StoredBooks, last_imported
from ..errors import LedgerError, Unbalanced
from ..model.action import Action
from ..model.base import Record
from ..model.invoice import Settlement
from ..model.proposal import Proposal
from ..money import checked
from .approvals import judge
from .policy import Decision, Policy
from .spending import Spending

_CREDITS, _DEBITS = f"{PENDING}:credits:", f"{PENDING}:debits:"


class Worksheet:
    """Everything that checking and applying actions needs, as of the heads it begins with."""

    def __init__(
        self,
        connection: Connection,
        books: StoredBooks,
        heads: Heads,
        *,
        policy: Policy,
        actions: Collection[Action] = (),
        today: date | None = None,
    ) -> None:
        """Read what `actions` may need; `today` is the books' last day unless it is given."""
        self._connection, self._books, self._heads = connection, books, heads
        self._memory = memory_of(connection.engine)
        self._policy = policy
        self._spending = Spending.load(connection, policy, actions, heads=heads)
        self._flags = self._memory.flags(connection, heads)
        self.holds = self._memory.holds(connection, heads)
        self._reserved = {
            ref: hold.key
            for hold in self.holds.values()
            for ref in hold.reserves.split("\n")
            if ref
        }
        # Everything known, whatever its day: what is promised for tomorrow is not there today.
        self._future = Overlay(books.snapshot_at(heads, date.max))
        self._shown: dict[date, Overlay] = {}
        self._sums: dict[str, Sums] = {}
        self._moved: Sums = {}
        self._paths: dict[tuple[str, str], Path] = {}
        self._fed: dict[str, list[Path]] = {}
        self._cash: tuple[Path, Path] | None = None
        self._last = last_imported(connection, heads)
        self.today = today or self._last

    def day_of(self, action: Action) -> date:
        """Return the books' last day, or the action's where nothing was imported."""
        return self._last or action.day

    def judge(self, proposal: Proposal) -> Decision:
        """Return what the policy says, with all that was applied so far."""
        day = self.day_of(proposal.action)
        shown = self._shown.get(day)
        if shown is None:
            shown = self._shown[day] = Overlay(self._books.snapshot_at(self._heads, day))
        return judge(
            self._connection,
            self._books,
            proposal,
            self._policy,
            spending=self._spending,
            shown=shown,
            heads=self._heads,
        )

    def check(self, action: Action, *, ref: str, hold: OpenHold | None = None) -> Effects:
        """Return the effects of an action that the books, as they will ever be, can bear.

        `ref` names it, `hold` is the pending one that it settles.
        Raises: LedgerError, InsufficientFunds, NotFound, AmountError.
        """
        found = effects(action, self._future, ref=ref)
        for name in touched(found):
            holder = self._reserved.get(name)
            if holder is not None and (hold is None or holder != hold.key):
                raise LedgerError(
                    "reserved by a pending action",
                    value=name,
                    where=f"the hold with key {holder}",
                    mend="settle or void that one first",
                )
        self.check_money(found.postings, action.day)
        return found

    def check_money(self, legs: Iterable[Posting], day: date) -> None:
        """Raise InsufficientFunds when an account would do what its flag forbids, ever."""
        iso, legs = day.isoformat(), tuple(legs)
        if left := sum(leg.amount for leg in legs):
            raise Unbalanced("postings do not sum to zero", value=left, where=iso)
        for account, amount in legs:
            checked(amount, where=account)
            flag = flag_of(account, self._flags)
            if flag is None:
                continue
            grows_wrong = (
                amount < 0 if flag.rule == "credits_must_not_exceed_debits" else amount > 0
            )
            if not grows_wrong:
                continue
            path = self._path(account, flag.account, flag.rule)
            free = flag.allowance + (path.lowest(iso) if amount < 0 else -path.highest(iso))
            if abs(amount) > free:
                raise overstepped(flag, account, amount, free, iso)

    def apply(self, action: Action, found: Effects, mandate: str) -> None:
        """Take an action as posted, under a mandate or none ("")."""
        for record in found.records:
            self._add(record)
        self.move(found.postings, action.day)
        self._spending.add(action, mandate)

    def apply_hold(self, action: Action, found: Effects, hold: OpenHold, mandate: str) -> None:
        """Take an action as pending, under a mandate or none ("")."""
        self.move(pending_legs(found.postings), action.day)
        self._spending.add(action, mandate)
        self.holds[hold.key] = hold
        self._reserved.update({ref: hold.key for ref in hold.reserves.split("\n") if ref})

    def expired(self) -> tuple[OpenHold, ...]:
        """Return the pending actions whose last day is over."""
        today = self.today.isoformat() if self.today else ""
        return tuple(hold for hold in self.holds.values() if hold.until < today)

    def release(self, hold: OpenHold, legs: Iterable[Posting]) -> None:
        """Take a pending action back; `legs` are those of its entry."""
        self.move(reversed_legs(legs), date.fromisoformat(hold.day))
        self.holds.pop(hold.key, None)
        for ref in [ref for ref, key in self._reserved.items() if key == hold.key]:
            del self._reserved[ref]

    def settle(self, action: Action, found: Effects) -> None:
        """Take what a released hold posts in the end; its stake was counted when it was held."""
        for record in found.records:
            self._add(record)
        self.move(found.postings, action.day)

    def move(self, legs: Iterable[Posting], day: date) -> None:
        """Add legs to the balances."""
        iso = day.isoformat()
        for account, amount in legs:
            days = self._moved.setdefault(account, {})
            days[iso] = days.get(iso, 0) + amount
            for path in self._fed.get(account, ()):
                path.add(iso, amount)
            if self._cash is not None:
                posted, free = self._cash
                if is_below(account, CASH):
                    posted.add(iso, amount)
                    free.add(iso, amount)
                elif is_below(account, _CREDITS + CASH):
                    free.add(iso, amount)

    def cash(self) -> tuple[Path, Path]:
        """Return all own cash by day: as posted, and less what pending actions will take."""
        if self._cash is None:
            sums = self._read(CASH)
            posted = [days for account, days in sums.items() if is_below(account, CASH)]
            taken = [days for account, days in sums.items() if is_below(account, _CREDITS + CASH)]
            moved = [days for account, days in self._moved.items() if is_below(account, CASH)]
            held = [d for account, d in self._moved.items() if is_below(account, _CREDITS + CASH)]
            self._cash = Path(*posted, *moved), Path(*posted, *moved, *taken, *held)
        return self._cash

    def _path(self, account: str, top: str, rule: str) -> Path:
        found = self._paths.get((account, rule))
        if found is None:
            sums = self._read(top)
            side = _CREDITS if rule.startswith("credits") else _DEBITS
            names = (account, side + account)
            known = [sums.get(name, {}) for name in names]
            moved = [self._moved.get(name, {}) for name in names]
            found = self._paths[account, rule] = Path(*known, *moved)
            for name in names:
                self._fed.setdefault(name, []).append(found)
        return found

    def _read(self, top: str) -> Sums:
        found = self._sums.get(top)
        if found is None:
            found = self._sums[top] = self._memory.sums(self._connection, self._heads, top)
        return found

    def _add(self, record: Record) -> None:
        self._future.add(record)
        for shown in self._shown.values():
            shown.add(record)


def touched(found: Effects) -> tuple[str, ...]:
    """Return the records that an action changes or uses up, each Type:id."""
    refs = (
        f"Invoice:{record.invoice}" if isinstance(record, Settlement) else record.ref
        for record in found.records
    )
    return tuple(dict.fromkeys(refs))
