"""Mandates: what a person allows once, so that no person is asked again within it.

An intent mandate says which kinds of action, to whom, how much for each and in all, for what and
until when. It stands for the one person whom a rule asks; it never widens what the policy denies,
nor stands where text of strangers, a new payee or a second person ask for eyes. What is used of
it is counted from the commits, under the write lock: parts and races count like the whole.

The same terms granted by a second person are countersigned, which a mandate needs whose total is
above `second_person_above`. A revocation is for good: the terms must change to be granted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from ..books.port import Books
from ..errors import InputError, NotFound, PolicyDenied
from ..model.action import Action
from ..model.base import Frozen, Id, canonical, digest
from ..model.text import clean
from ..money import FenPositive
from .checks import held, purposes_of
from .policy import ActionKind, Policy, Purpose, Total
from .stakes import beneficiary, stake
from .strict import read_strictly

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from ..books.store import StoredBooks
    from ..books.writer import Writer
    from .spending import Spending

_TO_SOMEONE: frozenset[ActionKind] = frozenset(
    ("pay", "endorse_bill", "discount_bill", "issue_guarantee", "buy_stock")
)


class Mandate(Frozen):
    """The terms of a standing permission. Amounts in minor units."""

    kinds: Annotated[tuple[ActionKind, ...], Field(min_length=1)] = Field(
        description="Kinds of action that it allows."
    )
    payees: tuple[Id, ...] = Field(
        default=(), description="Who may receive; needed for kinds that pay or bind to someone."
    )
    max_amount: FenPositive = Field(description="Most that one action may put at stake.")
    total: FenPositive = Field(description="Most that all its actions may put at stake, ever.")
    windows: tuple[Total, ...] = Field(
        default=(), description="Most that its actions may put at stake within so many days."
    )
    purposes: tuple[Purpose, ...] | None = Field(
        default=None, description="Only what settles such records; none = whatever it is for."
    )
    valid_from: date = Field(description="First day on which an action may lie.")
    valid_until: date = Field(description="Last day on which an action may lie.")
    note: str = Field(default="", max_length=500, description="What it is for, in words.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")
        if self.max_amount > self.total:
            raise ValueError("max_amount is more than total")
        if not self.payees and not _TO_SOMEONE.isdisjoint(self.kinds):
            raise ValueError("payees must be named for kinds that pay or bind to someone")
        return self

    @property
    def id(self) -> str:
        """Short digest of the terms: the same terms are the same mandate."""
        return "M" + digest(self)[:16]


@dataclass(frozen=True, slots=True)
class Granted:
    """A mandate as it stands in the books: who granted it, who revoked it."""

    id: str
    terms: Mandate
    granted_by: tuple[str, ...]
    granted: date
    revoked_by: str = ""

    def people_needed(self, policy: Policy) -> int:
        """Return how many people must grant it: two when its total is above what one may allow."""
        limits = (
            policy.rules[kind].second_person_above
            for kind in self.terms.kinds
            if kind in policy.rules
        )
        return 2 if any(above is not None and self.terms.total > above for above in limits) else 1

    def failing(self, action: Action, books: Books, policy: Policy, spending: Spending) -> str:
        """Return why the mandate does not cover an action now, "" when it does."""
        terms, amount = self.terms, stake(action)
        payee = beneficiary(action)
        used = spending.used(self.id)
        if self.revoked_by:
            return f"revoked by {self.revoked_by}"
        if action.kind not in terms.kinds:
            return f"does not allow {action.kind}"
        if payee and payee not in terms.payees:
            return f"does not name {payee}"
        if not terms.valid_from <= min(action.day, books.as_of):
            return f"holds from {terms.valid_from.isoformat()} on"
        if max(action.day, books.as_of) > terms.valid_until:
            return f"held until {terms.valid_until.isoformat()}"
        if len(self.granted_by) < self.people_needed(policy):
            return "its total is above what one person may allow: a second must grant it too"
        if amount > terms.max_amount:
            return f"allows at most {terms.max_amount} at once"
        spent = spending.spent_under(self.id)
        if spent + amount > terms.total:
            return f"has {max(terms.total - spent, 0)} of {terms.total} left"
        if terms.purposes is not None and not purposes_of(action, books) <= set(terms.purposes):
            return f"is only for {', '.join(terms.purposes) or 'nothing'}"
        for number, window in enumerate(terms.windows):
            if window.kinds is not None and action.kind not in window.kinds:
                continue
            whose = payee if window.per == "payee" else None
            name = f"windows[{number}]"
            check = held(
                name, action, window.amount, window.days, used, kinds=window.kinds, payee=whose
            )
            if check.result == "stopped":
                return check.why
        return ""


def grant(books: StoredBooks, terms: Mandate, *, by: str) -> Granted:
    """Grant a mandate as the person `by`, and return it as it stands.

    The same terms granted again by the same person change nothing, by another are countersigned.
    Raises: PolicyDenied when it was revoked; InputError when nobody is named.
    """
    from .approvals import person

    name = person(by)
    with books.transaction() as writer:
        old = _find(writer.connection, terms.id)
        if old is not None and old.revoked_by:
            raise PolicyDenied(
                f"this mandate was revoked by {old.revoked_by}",
                value=terms.id,
                mend="grant one with other terms, such as other days or another note",
            )
        if old is not None and name in old.granted_by:
            return old
        _write(writer, terms, "granted", name)
        writer.flush()
        found = _find(writer.connection, terms.id)
        assert found is not None  # the row was just written
        return found


def revoke(books: StoredBooks, mandate: str, *, by: str) -> Granted:
    """Revoke a mandate for good, as the person `by`, and return it as it stands.

    Raises: NotFound; InputError when nobody is named.
    """
    from .approvals import person

    name = person(by)
    with books.transaction() as writer:
        old = _find(writer.connection, mandate)
        if old is None:
            known = ", ".join(item.id for item in mandates(writer.connection)[:3])
            mend = f"there are {known}" if known else "no mandate was granted"
            raise NotFound("no such mandate", value=mandate, where="these books", mend=mend)
        if old.revoked_by:
            return old
        _write(writer, old.terms, "revoked", name)
        writer.flush()
        found = _find(writer.connection, mandate)
        assert found is not None  # it was there before
        return found


def mandates(connection: Connection) -> tuple[Granted, ...]:
    """Return every mandate that was ever granted, in that order."""
    rows = connection.execute(_all()).all()
    return tuple(_granted(tuple(row) for row in rows))


def used(connection: Connection) -> Sequence[Any]:
    """Return (mandate, kind, payee, day, minor units) of what actions under mandates staked."""
    return connection.execute(_used()).all()


def standing(connection: Connection) -> tuple[Granted, ...]:
    """Return the mandates that were not revoked."""
    return tuple(item for item in mandates(connection) if not item.revoked_by)


def use_row(commit_key: str, mandate: str, source: int) -> dict[str, Any]:
    """Return the row that counts a commit against the mandate that allowed it."""
    return {"commit_key": commit_key, "mandate": mandate, "source": source}


def mandate_from(values: dict[str, Any], *, where: str = "mandate") -> Mandate:
    """Return the terms of a table. Raises: InputError naming the key and its value."""
    return read_strictly(Mandate, values, what="the mandate", where=where)


def _granted(rows: Iterable[tuple[str, str, str, str, str]]) -> Iterable[Granted]:
    events: dict[str, list[tuple[str, str, str, str]]] = {}
    for mandate, event, by, day, terms in rows:
        events.setdefault(mandate, []).append((event, by, day, terms))
    for mandate, happened in events.items():
        people = [by for event, by, _, _ in happened if event == "granted"]
        gone = [by for event, by, _, _ in happened if event == "revoked"]
        _, _, day, terms = happened[0]
        yield Granted(
            mandate,
            Mandate.model_validate_json(terms),
            tuple(people),
            date.fromisoformat(day),
            gone[0] if gone else "",
        )


@cache
def _all() -> Select[Any, Any, Any, Any, Any]:
    from sqlalchemy import select

    from ..books.schema import MANDATES as M

    return select(M.c.mandate, M.c.event, M.c.by, M.c.day, M.c.terms).order_by(M.c.source)


@cache
def _used() -> Select[Any, Any, Any, Any, Any]:
    from sqlalchemy import select

    from ..books.memory import AT_STAKE
    from ..books.schema import COMMITS, MANDATE_USES, OUTCOMES

    columns = (MANDATE_USES.c.mandate, COMMITS.c.kind, COMMITS.c.payee, COMMITS.c.day)
    return (
        select(*columns, AT_STAKE)
        .outerjoin(OUTCOMES, OUTCOMES.c.commit_key == COMMITS.c.key)
        .join(MANDATE_USES, MANDATE_USES.c.commit_key == COMMITS.c.key)
        .group_by(*columns)
    )


def _find(connection: Connection, mandate: str) -> Granted | None:
    return next((item for item in mandates(connection) if item.id == mandate), None)


def _write(writer: Writer, terms: Mandate, event: str, by: str) -> None:
    from ..books.schema import MANDATES
    from ..books.store import last_imported

    if terms.note != clean(terms.note):
        raise InputError("the note has characters that cannot be seen", value=terms.note)
    day = last_imported(writer.connection) or terms.valid_from
    row: dict[str, Any] = {
        "source": writer.source,
        "mandate": terms.id,
        "event": event,
        "by": by,
        "day": day.isoformat(),
        "terms": canonical(terms),
    }
    writer.add(MANDATES, **row)
    writer.audit(day, event, terms.id, {"mandate": row})
