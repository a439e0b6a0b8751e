"""What a tool suggests be done: an action with its reason and evidence."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from .action import Action
from .base import EvidenceIds, Frozen, digest


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
