"""From the stored states of a record to the one that shows on a day.

Most records show their latest state. Those whose known day is the first day they were seen
(Account, Counterparty, Store) accumulate: each paper adds what it knows, and none erases it.
So do the notices of one tender: each is stored as it says, and what shows is all of them put
together, whatever order they came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..model.base import Record
from ..model.merchant import Account, Counterparty, Store
from ..model.tender import NoticeKind, Tender
from ..model.text import UntrustedText

_R = TypeVar("_R", bound=Record)

ACCUMULATING: tuple[type[Record], ...] = (Account, Counterparty, Store)


_NOTICES: tuple[NoticeKind, ...] = (
    "document",
    "invitation",
    "correction",
    "termination",
    "award",
    "contract",
    "",
)
"""Notices of one day in the order in which a later one adds to an earlier."""

_LONGEST_TEXT = 100_000


def shown(states: Sequence[_R]) -> _R:
    """Return what the states of one record, in order of known day and row, show together."""
    if isinstance(states[0], ACCUMULATING):
        return accumulated(states)
    if len(states) > 1 and isinstance(states[-1], Tender) and states[-1].notice:
        notices = [state for state in states if isinstance(state, Tender) and state.notice]
        return put_together(notices)  # pyright: ignore[reportReturnType]
    return states[-1]


def put_together(notices: Sequence[Tender]) -> Tender:
    """Return the tender that its notices show together: what a later one says counts.

    A notice that leaves a field open leaves it as it was. Flags and texts add up; the title is
    that of the first notice, the first day the earliest.
    """
    ordered = sorted(notices, key=lambda one: (one.updated, _NOTICES.index(one.notice)))
    first = ordered[0]
    texts = dict.fromkeys(one.description for one in ordered if one.description)
    changes = {
        name: value
        for one in ordered[1:]
        for name, field in Tender.model_fields.items()
        if name not in ("id", "title", "published", "description", "status", "notice", "flags")
        and (value := getattr(one, name)) != field.get_default()
    }
    changes["published"] = min(one.published for one in ordered)
    changes["description"] = UntrustedText("\n\n".join(texts)[:_LONGEST_TEXT])
    changes["flags"] = tuple(dict.fromkeys(flag for one in ordered for flag in one.flags))
    last = ordered[-1]
    changes["notice"] = last.notice
    changes["updated"] = last.updated
    changes["status"] = _status(ordered)
    return first.model_copy(update=changes)


def _status(ordered: Sequence[Tender]) -> str:
    """The stage that the notices reached; a document or correction does not open it again."""
    reached = [one for one in ordered if one.notice in ("termination", "award", "contract")]
    if reached:
        return reached[-1].status
    opening = [one for one in ordered if one.notice != "document"] or list(ordered)
    last = opening[-1]
    due = next((one.deadline for one in reversed(ordered) if one.deadline), None)
    if last.status == "planning" or due is None:
        return last.status
    return "closed" if due < last.updated else "open"


def accumulated(states: Sequence[_R]) -> _R:
    """Return the first state with every field that a later one knows something about."""
    first = states[0]
    kept = ("id", type(first).KNOWN)
    changes = {
        name: value
        for state in states[1:]
        for name, field in type(first).model_fields.items()
        if name not in kept and (value := getattr(state, name)) != field.get_default()
    }
    return first.model_copy(update=changes) if changes else first
