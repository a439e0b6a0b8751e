"""What previews, commits and holds answer: the shapes, which are stored with the commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field

from ..actions import Posting
from ..model.base import Frozen
from .policy import Decision


class Leg(Frozen):
    """One posting."""

    account: str = Field(description="Ledger account.")
    amount: int = Field(description="Minor units; positive is debit.")


def legs_of(legs: Iterable[Posting]) -> tuple[Leg, ...]:
    """Return postings as answers show them."""
    return tuple(Leg(account=leg.account, amount=leg.amount) for leg in legs)


class CashDay(Frozen):
    """Free cash at the end of one day: all own accounts, less what pending actions will take."""

    day: date = Field(description="The day.")
    before: int = Field(description="Without the action, minor units.")
    after: int = Field(description="With it, minor units.")


class Preview(Frozen):
    """What a commit would do now."""

    proposal: str = Field(description="Id of the proposal.")
    decision: Decision = Field(description="What the policy says of it.")
    day: date = Field(description="Day it is posted.")
    postings: tuple[Leg, ...] = Field(description="The entry; the legs sum to 0.")
    records: tuple[str, ...] = Field(description="Records that get a new state, Type:id.")
    cash_before: int = Field(description="All own accounts at the end of the day without it.")
    cash_after: int = Field(description="The same with it, minor units.")
    path: tuple[CashDay, ...] = Field(
        default=(), description="The day and every later one on which the books know of a move."
    )
    lowest_before: int = Field(default=0, description="Lowest free cash of the path without it.")
    lowest_after: int = Field(default=0, description="Lowest free cash of the path with it.")


class Committed(Frozen):
    """What a commit did. The same key always gives this first answer again."""

    proposal: str = Field(description="Id of the proposal.")
    key: str = Field(description="Idempotency key.")
    entry: int = Field(description="Number of the ledger entry.")
    audit: int = Field(description="Number of the audit row.")
    day: date = Field(description="Day it is posted.")
    postings: tuple[Leg, ...] = Field(description="The entry; the legs sum to 0.")
    records: tuple[str, ...] = Field(description="Records that got a new state, Type:id.")
    cash_before: int = Field(description="All own accounts at the end of the day without it.")
    cash_after: int = Field(description="The same with it, minor units.")


class Linked(Frozen):
    """What a group of linked actions did, all of them; the same key gives it again."""

    key: str = Field(description="Idempotency key of the group.")
    commits: tuple[Committed, ...] = Field(description="One per action, in order.")


class Held(Frozen):
    """What a hold reserved. The same key always gives this first answer again."""

    proposal: str = Field(description="Id of the proposal.")
    key: str = Field(description="Idempotency key; settle or void names it.")
    entry: int = Field(description="Number of the pending ledger entry.")
    audit: int = Field(description="Number of the audit row.")
    day: date = Field(description="Day from which on the money is reserved.")
    until: date = Field(description="Last day to settle it; after it, it counts as voided.")
    postings: tuple[Leg, ...] = Field(description="What settling it would post.")
    reserves: tuple[str, ...] = Field(description="Records nothing else may change meanwhile.")
    free_before: int = Field(description="Free own cash at the end of the day without it.")
    free_after: int = Field(description="The same with it, minor units.")


class Voided(Frozen):
    """How a hold ended without a posting. The same call gives it again."""

    proposal: str = Field(description="Id of the proposal.")
    key: str = Field(description="Key of the hold.")
    entry: int = Field(description="Number of the entry that takes the pending one back.")
    audit: int = Field(description="Number of the audit row.")
    day: date = Field(description="Day from which on the money is free again.")
    cause: Literal["asked", "expired"] = Field(description="Why it ended.")
