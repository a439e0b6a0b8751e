"""A shadow of the books on which a run's proposals are tried one after the other.

So no yuan, no unit of a bill and no credit line is promised twice within a run: what no longer
fits is dropped with its reason. The rules are those of a commit (`books.effects`); nothing is
stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, cast

from ..books.effects import Effects, effects
from ..books.port import Books
from ..errors import AicfoError, InsufficientFunds, LedgerError
from ..model.action import SubmitBid
from ..model.base import Record
from ..model.proposal import Proposal
from ..money import grouped
from .run import Dropped

R = TypeVar("R", bound=Record)

_CASH = "assets:cash:"


def fit(
    proposals: list[Proposal], books: Books
) -> tuple[tuple[Proposal, ...], tuple[Dropped, ...]]:
    """Return the proposals that fit beside each other in this order, and the dropped ones."""
    shadow = Shadow(books)
    kept: list[Proposal] = []
    dropped: list[Dropped] = []
    for proposal in proposals:
        try:
            shadow.apply(proposal)
        except AicfoError as error:
            dropped.append(Dropped(proposal, str(error)))
        else:
            kept.append(proposal)
    return tuple(kept), tuple(dropped)


class Shadow(Books):
    """Books as they would be after the proposals applied so far."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._states: dict[type[Record], dict[str, Record]] = {}
        self._merged: dict[type[Record], dict[str, Record]] = {}
        self._cash: dict[str, int] = {}
        self._bids: set[str] = set()

    @property
    def as_of(self) -> date:
        return self._books.as_of

    @property
    def currency(self) -> str:
        return self._books.currency

    @property
    def key(self) -> str:
        return f"shadow of {self._books.key}"

    def records(self, kind: type[R]) -> Mapping[str, R]:
        states = self._states.get(kind)
        if not states:
            return self._books.records(kind)
        if kind not in self._merged:
            both: dict[str, Any] = {**self._books.records(kind), **states}
            self._merged[kind] = dict(sorted(both.items()))
        return cast("Mapping[str, R]", self._merged[kind])

    def balance(self, account: str | None = None) -> int:
        moved = sum(self._cash.values()) if account is None else self._cash.get(account, 0)
        return self._books.balance(account) + moved

    def apply(self, proposal: Proposal) -> None:
        """Apply a proposal, or raise why it does not fit and change nothing.

        Raises: what `effects` raises; InsufficientFunds when an account holds too little.
        """
        action = proposal.action
        found = effects(action, self, ref=proposal.id)
        if isinstance(action, SubmitBid) and action.tender in self._bids:
            raise LedgerError("a bid for this tender is proposed already", value=action.tender)
        moves = self._affordable(found)
        for account, amount in moves.items():
            self._cash[account] = self._cash.get(account, 0) + amount
        for record in found.records:
            self._states.setdefault(type(record), {})[record.id] = record
            self._merged.pop(type(record), None)
        if isinstance(action, SubmitBid):
            self._bids.add(action.tender)

    def _affordable(self, found: Effects) -> dict[str, int]:
        moves: dict[str, int] = {}
        for leg in found.postings:
            if leg.account.startswith(_CASH):
                account = leg.account.removeprefix(_CASH)
                moves[account] = moves.get(account, 0) + leg.amount
        for account, amount in moves.items():
            free = self.balance(account)
            if amount < 0 and free + amount < 0:
                raise InsufficientFunds(
                    "the account does not hold this much",
                    value=grouped(-amount),
                    where=account,
                    mend=f"{grouped(max(free, 0))} is free beside the other proposals",
                )
        return moves
