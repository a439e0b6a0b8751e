"""From the stored states of a record to the one that shows on a day.

Most records show their latest state. Those whose known day is the first day they were seen
(Account, Counterparty, Store) accumulate: each paper adds what it knows, and none erases it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..model.base import Record
from ..model.merchant import Account, Counterparty, Store

_R = TypeVar("_R", bound=Record)

ACCUMULATING: tuple[type[Record], ...] = (Account, Counterparty, Store)


def shown(states: Sequence[_R]) -> _R:
    """Return what the states of one record, in order of known day and row, show together."""
    if isinstance(states[0], ACCUMULATING):
        return accumulated(states)
    return states[-1]


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
