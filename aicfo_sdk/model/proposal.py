"""What a tool suggests be done: an action with its reason and evidence."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from pydantic import Field

from .action import Action
from .base import EvidenceIds, Fact, Frozen, digest


class Proposal(Frozen):
    """An action that a tool proposes; nothing happens until policy and a person let it."""

    action: Action = Field(description="The instruction.")
    reason: str = Field(description="Why, in one or two sentences a shop owner follows.")
    evidence: EvidenceIds = Field(default=(), description="Ids of the records it rests on.")
    valid_until: date | None = Field(default=None, description="Last day it makes sense, if any.")
    tainted: bool = Field(
        default=False,
        description="Payee or amount derives from what strangers wrote: a person must decide. A "
        "tool may say so; the desk finds it out from the books and never takes it back.",
    )
    taint: tuple[str, ...] = Field(
        default=(), description="What the desk found that the books do not vouch for."
    )

    @property
    def id(self) -> str:
        """Short digest of the action: the same action has the same id in every run."""
        return "P" + digest(self.action)[:12]


def proposals_in(value: Any) -> list[Proposal]:
    """Return every proposal inside a result, in the order they stand, each once."""
    found: dict[str, Proposal] = {}
    _collect(value, found)
    return list(found.values())


def _collect(value: Any, found: dict[str, Proposal]) -> None:
    if isinstance(value, Proposal):
        found.setdefault(value.id, value)
    elif isinstance(value, list | tuple):
        for item in cast("list[Any]", value):
            _collect(item, found)
    elif isinstance(value, Fact):
        for name in type(value).model_fields:
            _collect(getattr(value, name), found)
