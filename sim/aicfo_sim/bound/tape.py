"""What a policy's levers (prices, advertising, stores, stock) did, written down to be played again.

The bound leaves these choices to the compared policy, and what they do depends on its cash too: it
advertises as far as money goes. So its own run is recorded, and the baseline plays the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..effects.room import Room
from ..fen import Ints
from ..ledger import CASH, FIXTURES, STOCK, SUPPLIERS

if TYPE_CHECKING:
    from ..draws.block import Block
    from ..state import State


@dataclass(frozen=True, slots=True)
class Played:
    """What one day's levers did: changes of accounts and of parties' money by place, fen, and what
    they took off rows of Dues."""

    places: Ints
    accounts: Ints
    money: Ints
    covered: tuple[tuple[int, int], ...]


class Taped(Room):
    """The same room, each day of which is written down."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.firms, self.covered = room.firms, room.covered
        self.tape = dict[int, Played]()
        self._assets: Ints | None = None

    def copy(self) -> Taped:
        """Return a room that moves on its own, with the tape up to now."""
        twin = Taped(super().copy())
        twin.tape = dict(self.tape)
        twin._assets = None if self._assets is None else self._assets.copy()
        return twin

    def day(self, block: Block, state: State, t: int) -> None:
        """Move through a day as a plain room does, and write down what changed.

        What was bought at the close of the day before, goods and fittings, is written down here.
        """
        ledger = state.ledger
        places = np.array(sorted(self.firms), dtype=np.int64)
        accounts, money = ledger.balances.copy(), ledger.money.copy()
        if self._assets is not None:
            bought = accounts[[STOCK, FIXTURES]] - self._assets
            accounts[[STOCK, FIXTURES]] -= bought
            accounts[CASH] += bought.sum(axis=0)
            money[SUPPLIERS] -= bought.sum(axis=0)
        before = dict(self.covered)
        super().day(block, state, t)
        self._assets = ledger.balances[[STOCK, FIXTURES]].copy()
        fresh = {row: now - before.get(row, 0) for row, now in self.covered.items()}
        self.tape[t] = Played(
            places=places,
            accounts=(ledger.balances - accounts)[:, places],
            money=(ledger.money - money)[:, places],
            covered=tuple((row, more) for row, more in fresh.items() if more),
        )


class Player(Room):
    """A room that does what is on a tape and nothing else."""

    def __init__(self, tape: dict[int, Played]) -> None:
        super().__init__()
        self._tape = tape

    def day(self, block: Block, state: State, t: int) -> None:
        """Post what the tape holds of this day."""
        played = self._tape.get(t)
        if played is None:
            return
        state.ledger.balances[:, played.places] += played.accounts
        state.ledger.money[:, played.places] += played.money
        for row, less in played.covered:
            state.open[row] -= less


def untaped(final: State) -> Ints:
    """Return the places of merchants that moved levers of which no tape was kept."""
    firms = [] if isinstance(final.effects, Taped) else sorted(final.effects.firms)
    return np.array(firms, dtype=np.int64)
