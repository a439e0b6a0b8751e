"""What the approval desk should answer, worked out with dictionaries, lists and brute force.

It shares no code with `aicfo_sdk.safety`: limits are summed day by day over every window, cash is
the list of all moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

OPENING = 9_000
"""Cash at first, minor units: little, so that it runs out."""

Verdict = tuple[Literal["denied", "asks", "free"], int]
"""What the policy says, and how many people it asks for."""


@dataclass
class Limits:
    """One policy, as the model reads it; `None` is no limit."""

    kinds: tuple[str, ...] = ("pay", "transfer")
    most: int | None = None
    per_day: int | None = None
    window: tuple[int, int] | None = None  # days, amount, of a kind
    payee_window: tuple[int, int] | None = None
    total: tuple[int, int] | None = None  # of all kinds together
    asks_above: int = 0
    second_above: int | None = None
    split_days: int = 1
    approval_days: int = 30

    def values(self) -> dict[str, Any]:
        """Return the policy file that says the same."""
        rule: dict[str, Any] = {"approval_above": self.asks_above, "split_days": self.split_days}
        if self.most is not None:
            rule["max_amount"] = self.most
        if self.per_day is not None:
            rule["per_day"] = self.per_day
        if self.second_above is not None:
            rule["second_person_above"] = self.second_above
        windows: list[dict[str, Any]] = []
        for per, window in (("kind", self.window), ("payee", self.payee_window)):
            if window is not None:
                windows.append({"days": window[0], "amount": window[1], "per": per})
        rule["windows"] = windows
        totals = [{"days": self.total[0], "amount": self.total[1]}] if self.total else []
        return {
            "rules": dict.fromkeys(self.kinds, rule),
            "windows": totals,
            "approval_days": self.approval_days,
        }


@dataclass
class Asked:
    """A proposal as it should stand."""

    id: str
    kind: str
    payee: str
    day: date
    amount: int
    paper: str  # the invoice that it settles
    maker: str
    valid_until: date | None
    status: str = "new"
    approved: dict[str, date] = field(default_factory=dict[str, date])  # by whom, until when


@dataclass
class Done:
    """A commit or hold as it should stand."""

    key: str
    asked: Asked
    state: Literal["posted", "pending", "voided"]
    stake: int
    call: tuple[Any, ...]
    answer: Any = None
    until: date | None = None
    posted_on: date | None = None
    end_call: tuple[Any, ...] = ()
    end_answer: Any = None
    mandate: str = ""


@dataclass
class Mandate:
    """A standing permission as it should stand."""

    id: str
    payee: str
    most: int
    total: int
    last: date
    by: set[str]
    revoked: bool = False


class Model:
    """The desk, the ledger and the policy."""

    def __init__(self, day: date, limits: Limits) -> None:
        self.first = self.today = day
        self.limits = limits
        self.asked: dict[str, Asked] = {}
        self.done: dict[str, Done] = {}
        self.mandates: dict[str, Mandate] = {}
        self.moves: list[tuple[date, int]] = [(day, OPENING)]

    # ---- the policy -------------------------------------------------------------------------

    def verdict(self, one: Asked) -> tuple[Verdict, str]:
        """Return what the policy says of a proposal now, and under which mandate."""
        limits = self.limits
        if one.kind not in limits.kinds:
            return ("denied", 0), ""
        if one.valid_until is not None and self.today > one.valid_until:
            return ("denied", 0), ""
        if one.amount > self.room(one.kind, one.payee, one.day):
            return ("denied", 0), ""
        beside = self.fullest(limits.split_days, one.day, one.kind, one.payee or None)
        if not limits.asks_above and limits.second_above is None:
            beside = 0
        counted = one.amount + beside
        people = 2 if limits.second_above is not None and counted > limits.second_above else 0
        mandate = ""
        if limits.asks_above == 0 or counted > limits.asks_above:
            mandate = next((m.id for m in self.mandates.values() if self.covers(m, one)), "")
            if not mandate:
                people = max(people, 1)
        return (("asks", people), "") if people else (("free", 0), mandate)

    def room(self, kind: str, payee: str, day: date) -> int:
        """Return the most that the limits leave for one action."""
        limits = self.limits
        left = [10**9 if limits.most is None else limits.most]
        for window, of_kind, of_payee in (
            ((1, limits.per_day) if limits.per_day is not None else None, kind, None),
            (limits.window, kind, None),
            (limits.payee_window if payee else None, kind, payee),
            (limits.total, None, None),
        ):
            if window is not None:
                days, most = window
                left.append(most - self.fullest(days, day, of_kind, of_payee))
        return min(left)

    def fullest(self, days: int, day: date, kind: str | None, payee: str | None) -> int:
        """Return the most that stands in any window of so many days that contains the day."""
        step = timedelta(days=1)
        return max(
            sum(
                one.stake
                for one in self.done.values()
                if one.state != "voided"
                and first <= one.asked.day < first + step * days
                and (kind is None or one.asked.kind == kind)
                and (payee is None or one.asked.payee == payee)
            )
            for first in (day - step * back for back in range(days))
        )

    def covers(self, mandate: Mandate, one: Asked) -> bool:
        """Return whether a mandate stands for a person."""
        second = self.limits.second_above
        needed = 2 if second is not None and mandate.total > second else 1
        used = sum(
            done.stake
            for done in self.done.values()
            if done.mandate == mandate.id and done.state != "voided"
        )
        return (
            not mandate.revoked
            and one.kind == "pay"
            and one.payee == mandate.payee
            and self.first <= min(one.day, self.today)
            and max(one.day, self.today) <= mandate.last
            and len(mandate.by) >= needed
            and one.amount <= mandate.most
            and used + one.amount <= mandate.total
        )

    # ---- the desk ---------------------------------------------------------------------------

    def propose(self, one: Asked) -> Asked:
        """A proposal enters, or is looked at again."""
        known = self.asked.get(one.id)
        if known is not None and known.status != "denied":
            return known
        now = known or one
        (said, _), _ = self.verdict(now)
        now.status = {"denied": "denied", "asks": "proposed", "free": "approved"}[said]
        now.approved.clear()
        self.asked[now.id] = now
        return now

    def approve(self, one: Asked, by: str) -> str:
        """Return the error that approving leads to, or "" ."""
        if one.status in ("pending", "committed", "voided"):
            return ""
        if one.status == "rejected":
            return "PolicyDenied"
        (said, needed), _ = self.verdict(one)
        if said == "denied":
            one.status = "denied"
            one.approved.clear()
            return "PolicyDenied"
        if needed > 1 and by == one.maker:
            return "ApprovalRequired"
        given = self.people(one, needed)
        enough = len(given | {by}) >= needed
        if by in given and not enough:
            return "ApprovalRequired"
        if by in given and one.status == "approved":
            return ""
        until = self.today + timedelta(days=self.limits.approval_days)
        if one.valid_until is not None:
            until = min(until, one.valid_until)
        one.approved[by] = until
        one.status = "approved" if enough else "proposed"
        return ""

    def reject(self, one: Asked) -> str:
        """Return the error that rejecting leads to, or ""."""
        if one.status in ("pending", "committed", "voided"):
            return "InputError"
        one.status = "rejected"
        one.approved.clear()
        return ""

    def people(self, one: Asked, needed: int) -> set[str]:
        """Return whose approvals count today."""
        return {
            by
            for by, until in one.approved.items()
            if self.today <= until and not (needed > 1 and by == one.maker)
        }

    # ---- the money --------------------------------------------------------------------------

    def expire(self) -> None:
        """Holds past their last day give back what they reserved."""
        for one in self.done.values():
            if one.state == "pending" and one.until is not None and one.until < self.today:
                self.end(one, "voided", 0)

    def carry_out(self, one: Asked, key: str, call: tuple[Any, ...], until: date | None) -> Any:
        """Return the error of a commit or hold, its first answer, or a new `Done`."""
        self.expire()
        used = self.done.get(key)
        if used is not None:
            same = used.asked.id == one.id and used.call == call
            return used if same else "IdempotencyConflict"
        if any(done.asked.id == one.id for done in self.done.values()):
            return "IdempotencyConflict"
        if until is not None and until < max(one.day, self.today):
            return "InputError"
        if one.status == "rejected":
            return "PolicyDenied"
        (said, needed), mandate = self.verdict(one)
        if said == "denied":
            one.status = "denied"
            one.approved.clear()
            return "PolicyDenied"
        if len(self.people(one, needed)) < needed:
            return "ApprovalRequired"
        reserved = {d.asked.paper for d in self.done.values() if d.state == "pending"}
        if one.paper and one.paper in reserved:
            one.status = "failed"
            return "LedgerError"
        if one.amount > self.free(one.day):
            one.status = "failed"
            return "InsufficientFunds"
        state: Literal["posted", "pending"] = "posted" if until is None else "pending"
        done = Done(key, one, state, one.amount, call, until=until, mandate=mandate)
        if until is None:
            done.posted_on = one.day
            self.moves.append((one.day, -one.amount))
        one.status = "committed" if until is None else "pending"
        self.done[key] = done
        return done

    def end(self, one: Done, state: Literal["posted", "voided"], stake: int) -> None:
        """A hold ends."""
        one.state, one.stake = state, stake
        one.asked.status = "committed" if state == "posted" else "voided"
        if state == "posted":
            one.posted_on = max(one.asked.day, self.today)
            self.moves.append((one.posted_on, -stake))

    def free(self, day: date) -> int:
        """Return the lowest free cash of a day and every later one."""
        pending = [(d.asked.day, -d.stake) for d in self.done.values() if d.state == "pending"]
        moves = [*self.moves, *pending]
        days = {day, *(when for when, _ in moves if when > day)}
        return min(sum(amount for when, amount in moves if when <= at) for at in days)

    def cash(self) -> int:
        """Return all that was posted, whatever its day."""
        return sum(amount for _, amount in self.moves)
