"""What policies change: cash, bills on hand, loans, what is still owed. Copied once per policy."""

from __future__ import annotations

import numpy as np

from aicfo_sdk.errors import Unbalanced

from .draws.block import Block
from .effects.room import Room
from .fen import Flags, Ints, per_merchant
from .journal import Journal
from .ledger import (
    BILLS,
    COSTS,
    EQUITY,
    LOANS,
    PAYABLES,
    RECEIVABLES,
    TRANSIT,
    Ledger,
)
from .tables import ALWAYS
from .wealth_room import Redemptions

BANK_LINE, QUICK_LINE = 0, 1
LINES = ("LINE-BANK", "LINE-QUICK")


class Loans:
    """Drawings, oldest first; rows are only added, in buffers that grow by doubling."""

    NAMES = ("owner", "line", "drawn", "due", "principal", "rate", "open", "touched", "since")

    owner: Ints
    line: Ints
    drawn: Ints
    due: Ints
    principal: Ints
    rate: Ints
    open: Ints
    """Principal still owed: `pay` alone changes it."""
    touched: Ints
    """Day of the row's last change."""
    since: Ints
    """Day from which interest on the open part is still to be paid."""

    def __init__(self) -> None:
        self._buffers = {name: np.zeros(64, dtype=np.int64) for name in self.NAMES}
        self._unpaid: Ints = np.zeros(0, dtype=np.int64)
        self._show(0)

    @classmethod
    def none(cls) -> Loans:
        """Return a table without rows."""
        return cls()

    def copy(self) -> Loans:
        """Return a table with the same rows that changes on its own."""
        twin = Loans()
        twin._buffers = {name: column.copy() for name, column in self._buffers.items()}
        twin._unpaid = self._unpaid
        twin._show(self.owner.size)
        return twin

    def unpaid(self) -> Ints:
        """Return the rows of which something is still owed, oldest first."""
        return self._unpaid

    def add(self, **columns: Ints) -> None:
        """Append rows, each of an amount above 0."""
        rows = self.owner.size
        size = rows + columns["owner"].size
        for name in self.NAMES:
            buffer = self._buffers[name]
            if size > buffer.size:
                buffer = np.concatenate([buffer, np.zeros(size, dtype=np.int64)])
                self._buffers[name] = buffer
            buffer[rows:size] = columns[name]
        self._unpaid = np.concatenate([self._unpaid, np.arange(rows, size)])
        self._show(size)

    def pay(self, rows: Ints, amount: Ints, t: int) -> None:
        """Take what was repaid on day `t` off what is owed."""
        self.open[rows] -= amount
        self.touched[rows] = t
        self._unpaid = self._unpaid[self.open[self._unpaid] > 0]

    def _show(self, size: int) -> None:
        for name in self.NAMES:
            setattr(self, name, self._buffers[name][:size])


class State:
    """All that a policy can have changed in a block by the end of a day."""

    def __init__(self, block: Block, *, journal: bool = False) -> None:
        """Open the books of day 0 in steady state: what earlier days left is owed, held, open.

        `journal` keeps every event, for books.
        """
        size = block.size
        self.journal = Journal(size) if journal else None
        dues, receipts, bills = block.dues, block.receipts, block.bills
        self.ledger = Ledger(block.traits.opening)
        self.alive: Flags = np.ones(size, dtype=np.bool_)
        self.all_alive = True
        """Whether `alive` is all true: most blocks' days, and then rows need not be asked."""
        self.closed: Ints = np.full(size, -1, dtype=np.int64)
        self.open: Ints = dues.amount.copy()
        """What is still to be paid of each row of Dues."""
        self.overdue: Ints = np.zeros(0, dtype=np.int64)
        """Rows of Dues that were due before today and are still open, in order of payment."""
        self.left: Ints = np.zeros(bills.face.size, dtype=np.int64)
        """What is still held of each bill, fen."""
        self.moved: Ints = np.zeros(bills.face.size, dtype=np.int64)
        """What of each bill was endorsed or discounted."""
        self.touched: Ints = np.zeros(bills.face.size, dtype=np.int64)
        """Day of each bill's last move."""
        self.won: Flags = np.zeros(block.tenders.owner.size, dtype=np.bool_)
        self.bid: Flags = np.zeros(block.tenders.owner.size, dtype=np.bool_)
        self.bid_price: Ints = np.zeros(block.tenders.owner.size, dtype=np.int64)
        self.winner: Ints = np.full(block.tenders.owner.size, -1, dtype=np.int64)
        """Who won each tender: 0 = the merchant, a rival's place from 1, −1 = nobody (yet)."""
        self.billed: Ints = receipts.amount.copy()
        """Amount of each row of Receipts; those of a contract follow the price that won it."""
        self.effects = Room()
        """What decisions have changed of demand, stores and goods."""
        self.loans = Loans.none()
        self.used: Ints = np.zeros((2, size), dtype=np.int64)
        """Principal outstanding on each line."""
        self.wealth = Redemptions.none(size)
        """Redemptions of the wealth product on their way."""
        self.fund_rest: Ints = np.zeros(size, dtype=np.int64)
        self.deposit_rest: Ints = np.zeros(size, dtype=np.int64)
        self.late_rest: Ints = np.zeros(size, dtype=np.int64)
        zeros = np.zeros(size, dtype=np.int64)
        self.wage_late_days, self.supplier_late_days = zeros.copy(), zeros.copy()
        self.actions, self.refused, self.asked = zeros.copy(), zeros.copy(), zeros.copy()
        """Actions carried out, proposals refused, questions put to a CFO, by merchant."""
        self._open_ledger(block, receipts.cond == ALWAYS, bills.received < 0)

    def _open_ledger(self, block: Block, plain: Flags, held: Flags) -> None:
        dues, receipts, bills, size = block.dues, block.receipts, block.bills, block.size
        entry = self.ledger.entry
        rows = np.flatnonzero(plain & (receipts.issued < 0) & (receipts.paid >= 0))
        owed = per_merchant(receipts.owner[rows], receipts.amount[rows], size)
        entry(None, (RECEIVABLES, owed), (EQUITY, -owed))
        rows = np.flatnonzero(held)
        self.left[rows] = bills.face[rows]
        face = per_merchant(bills.owner[rows], bills.face[rows], size)
        entry(None, (BILLS, face), (EQUITY, -face))
        entry(None, (TRANSIT, block.transit), (EQUITY, -block.transit))
        rows = np.flatnonzero((dues.cond == ALWAYS) & (dues.known < 0))
        owes = per_merchant(dues.owner[rows], dues.amount[rows], size)
        entry(None, (COSTS, owes), (PAYABLES, -owes))

    def copy(self) -> State:
        """Return a state that moves on its own."""
        twin = State.__new__(State)
        for name, value in vars(self).items():
            setattr(twin, name, value.copy() if hasattr(value, "copy") else value)
        return twin

    def check(self, block: Block) -> None:
        """Check what must hold at the end of any day, whatever was decided.

        Accounts and the money of all parties sum to 0; of each bill no more than its face is held
        or passed on, and what is held is what the account of bills holds; drawings that are open
        are what the loan account and the lines say; nothing was paid more than it was owed; firms
        that have closed are known to have.

        Raises: Unbalanced.
        """
        self.ledger.check()
        bills, loans, size = block.bills, self.loans, block.size
        wrong = (self.left < 0) | (self.moved < 0) | (self.left + self.moved > bills.face)
        if wrong.any():
            raise Unbalanced("a bill's face was not conserved", value=bills.code[wrong].tolist())
        held = per_merchant(bills.owner, self.left, size)
        if not np.array_equal(held, self.ledger.balances[BILLS]):
            raise Unbalanced("bills on hand are not those of their account", value=held.tolist())
        owed = np.zeros_like(self.used)
        np.add.at(owed, (loans.line, loans.owner), loans.open)
        if not np.array_equal(owed, self.used):
            raise Unbalanced("open drawings are not those of their lines", value=owed.tolist())
        if not np.array_equal(-owed.sum(axis=0), self.ledger.balances[LOANS]):
            raise Unbalanced("open drawings are not those of their account", value=owed.tolist())
        if self.all_alive != bool(self.alive.all()):
            raise Unbalanced("a firm is counted open that has closed", value=self.alive.tolist())
        if (self.open < 0).any() or (loans.open < 0).any():
            raise Unbalanced("more was paid than was owed", value=int(self.open.min(initial=0)))

    def active(self, cond: Ints) -> Flags:
        """Return which rows happen: those without a tender and those whose tender was won."""
        if not self.won.size:
            return np.ones(cond.size, dtype=np.bool_)
        return (cond < 0) | self.won[np.maximum(cond, 0)]
