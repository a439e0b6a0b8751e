"""What a state keeps of the wealth product: redemptions on their way, fractions of a fen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .fen import Flags, Ints, per_merchant


@dataclass(frozen=True, slots=True)
class Redemptions:
    """Redemptions asked for and not paid yet; `rest` is yield below a fen by merchant.

    Frozen: a change makes a new one, so states may share it.
    """

    due: Ints
    owner: Ints
    amount: Ints
    rest: Ints

    @classmethod
    def none(cls, size: int) -> Redemptions:
        """Return those of `size` merchants of whom none has asked."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, np.zeros(size, dtype=np.int64))

    def waiting(self, size: int) -> Ints:
        """Return what each merchant has asked for and not got, fen."""
        return per_merchant(self.owner, self.amount, size)

    def with_rows(self, due: int, owner: Ints, amount: Ints) -> Redemptions:
        """Return these and more, that all arrive on one day."""
        return replace(
            self,
            due=np.append(self.due, np.full(owner.size, due, dtype=np.int64)),
            owner=np.append(self.owner, owner),
            amount=np.append(self.amount, amount),
        )

    def without(self, gone: Flags) -> Redemptions:
        """Return those that are not gone."""
        keep = ~gone
        return replace(self, due=self.due[keep], owner=self.owner[keep], amount=self.amount[keep])

    def with_rest(self, rest: Ints) -> Redemptions:
        """Return these with other fractions of a fen."""
        return replace(self, rest=rest)
