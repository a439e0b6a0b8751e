"""Tenders that could have been won: what each contract brings and takes, at the best price.

Used where the bound is free to bid (group "tenders"). Every rival's price is known to it, so a
tender costs no more than its bond and is won, if it can be won at all, at the highest price that
wins. Milestones are those of that price, the performance bond that of the least: any bid lies
between the two and brings no more money on any day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..dates import PAD
from ..draws.block import Block
from ..fen import Ints
from ..state import State
from ..tables import BOND, NEVER, SUPPLIER
from ..tender_market import BOND_BACK, contract_bond, highest_winning, lowest_bid
from .baseline import CLASS

_YUAN = 100


@dataclass(frozen=True, slots=True)
class Contract:
    """One tender that can be won. Days count from the first of the run, amounts are fen."""

    row: int
    owner: int
    margin: int
    """What the judge counts for it: its price less its costs, to the end of the work."""
    bid: int
    """Last day on which it can be bid for."""
    bond: int
    days: Ints
    """Days on which it pays (a bill that pays it counts as money); the bid bond comes back too."""
    money: Ints
    due: Ints
    """Days on which its costs fall due; `classes` and `costs` of each."""
    classes: Ints
    costs: Ints
    known: Ints
    """Days on which its costs come to be known, `charged` then; a sale is `earned` when issued."""
    charged: Ints
    issued: Ints
    earned: Ints
    invoices: Ints
    """Rows of Dues of its suppliers."""


def contracts(block: Block, opening: State, first: int, last: int) -> list[Contract]:
    """Return the contracts of days `first` … `last` − 1 that are not bid for at the start."""
    tenders, working = block.tenders, block.world.dates.working
    best = highest_winning(tenders, np.arange(tenders.owner.size))
    open_to = (best > 0) & ~opening.bid & (tenders.award < last) & (tenders.deadline >= first)
    open_to &= opening.alive[tenders.owner]
    out = list[Contract]()
    for row in np.flatnonzero(open_to).tolist():
        day = int(tenders.deadline[row])
        while not working[day + PAD]:
            day -= 1
        if day >= max(first, int(tenders.published[row])):
            # Bids are in fen, the search for the best is in yuan.
            most = min(int(best[row]) + _YUAN - 1, int(tenders.estimate[row]))
            out.append(_contract(block, row, most, day, first, last))
    return out


def _contract(block: Block, row: int, price: int, bid: int, first: int, last: int) -> Contract:
    tenders, receipts, dues = block.tenders, block.receipts, block.dues
    least = contract_bond(tenders, row, lowest_bid(block, row))
    mine = block.contract_receipts.rows(row)
    parts = mine[receipts.bond[mine] == 0]
    money = np.where(receipts.bond[mine] != 0, least, 0)
    # A milestone rounds to the fen: one more each covers any way of rounding.
    estimate = int(tenders.estimate[row])
    shares = np.array([-(-n * price // estimate) + 1 for n in receipts.amount[parts].tolist()])
    money[receipts.bond[mine] == 0] = shares
    costs = block.contract_dues.rows(row)
    bonds = dues.kind[costs] == BOND
    amount = np.where(bonds, least, dues.amount[costs])
    lost = (receipts.paid[parts] == NEVER) & (receipts.issued[parts] < last)
    margin = int(shares[~lost].sum()) - int(amount[~bonds].sum())
    comes = np.append(receipts.paid[mine], tenders.award[row] + BOND_BACK)
    given = np.append(money, tenders.bond[row])
    within = (comes >= first) & (comes < last)
    falls = (dues.due[costs] >= first) & (dues.due[costs] < last)
    told = ~bonds & (dues.known[costs] < last)
    billed = receipts.issued[parts] < last
    return Contract(
        row=row,
        owner=int(tenders.owner[row]),
        margin=margin,
        bid=bid - first,
        bond=int(tenders.bond[row]),
        days=comes[within] - first,
        money=given[within],
        due=dues.due[costs][falls] - first,
        classes=CLASS[dues.kind[costs][falls]],
        costs=amount[falls],
        known=np.maximum(dues.known[costs][told] - first, 0),
        charged=amount[told],
        issued=np.maximum(receipts.issued[parts][billed] - first, 0),
        earned=shares[billed],
        invoices=costs[dues.kind[costs] == SUPPLIER],
    )
