"""What shocks do to a group's draws: orders, purchases, prices, and when money comes in.

Takings meet a drop of demand where they are drawn (`demand.sold`); here is what follows on
invoices and money, one rule for all archetypes.
"""

from __future__ import annotations

import numpy as np

from aicfo_sdk.money import PPM

from ..dates import TAIL
from ..fen import Flags, Ints, share
from ..scenario import ARCHETYPES, calibration
from ..shocks import DEMAND, LATE, PLATFORM, PRICE
from ..tables import ALWAYS, NEVER, SUPPLIER
from .group import Group, GroupDrawn

PLANNED = ("ecommerce", "contractor", "manufacturer", "farmer")
"""Archetypes whose purchases are drawn from plans; those of others follow what they sold."""

PLATFORMS = ("ecommerce",)
"""Archetypes whose takings platforms settle."""


def shocked(drawn: GroupDrawn, group: Group) -> GroupDrawn:
    """Return the draws under the world's shocks: the same object when there are none."""
    if not group.shocks.any:
        return drawn
    _orders(drawn, group)
    _purchases(drawn, group)
    _late(drawn, group)
    if ARCHETYPES[group.archetype] not in PLATFORMS:
        return drawn
    return _held_back(drawn, group)


def _orders(drawn: GroupDrawn, group: Group) -> None:
    """Shrink invoices, and the bills that pay them, by the demand lost on their day.

    A red invoice shrinks as the one that it takes back. Tenders are public: they stay.
    """
    receipts, bills = drawn.receipts, drawn.bills
    rows = np.flatnonzero((receipts.cond == ALWAYS) & (receipts.bond == 0))
    owner, day = receipts.owner[rows], receipts.issued[rows].copy()
    paired = np.flatnonzero(receipts.pair[rows] >= 0)
    _, key = np.unique(
        np.stack([owner[paired], receipts.pair[rows][paired]]), axis=1, return_inverse=True
    )
    first = np.full(paired.size, NEVER, dtype=np.int64)
    np.minimum.at(first, key.reshape(-1), day[paired])
    day[paired] = first[key.reshape(-1)]
    receipts.amount[rows] = share(receipts.amount[rows], PPM - _at(group, DEMAND, owner, day))
    by_bill = rows[receipts.bill[rows] >= 0]
    bills.face[receipts.bill[by_bill]] = receipts.amount[by_bill]


def _purchases(drawn: GroupDrawn, group: Group) -> None:
    """Make supplies dearer, and order less some days after demand fell."""
    dues = drawn.dues
    rows = np.flatnonzero((dues.kind == SUPPLIER) & (dues.cond == ALWAYS))
    owner, day = dues.owner[rows], dues.known[rows]
    amount = share(dues.amount[rows], PPM + _at(group, PRICE, owner, day))
    if ARCHETYPES[group.archetype] in PLANNED:
        seen = day - int(calibration("sectors").number("adapt_days"))
        amount = share(amount, PPM - _at(group, DEMAND, owner, seen))
    dues.amount[rows] = amount


def _late(drawn: GroupDrawn, group: Group) -> None:
    """Let customers pay in money later by as many days as the wave on that day says."""
    receipts, days = drawn.receipts, group.dates.days
    rows = np.flatnonzero((receipts.bill < 0) & (receipts.paid >= 0) & (receipts.paid < days))
    wait = _at(group, LATE, receipts.owner[rows], receipts.paid[rows])
    late = np.minimum(receipts.paid[rows] + wait, days + TAIL - 100)
    receipts.paid[rows] = np.where(wait > 0, group.dates.roll(late), receipts.paid[rows])


def _held_back(drawn: GroupDrawn, group: Group) -> GroupDrawn:
    """Let settlements of a day arrive later by as many days as platforms hold them back."""
    days = np.arange(group.dates.days)
    wait = group.shocks.of(PLATFORM, group.archetype, group.merchants, days)
    if not wait.any():
        return drawn
    for place, taken in enumerate(drawn.takings):
        for column in (taken.settled, taken.fee):
            column[:] = _moved(column.T, wait[:, place : place + 1]).T
    return drawn._replace(settled=_moved(drawn.settled, wait), fee=_moved(drawn.fee, wait))


def _moved(flow: Ints, wait: Ints) -> Ints:
    """Return days × columns of a flow, each entry `wait` days later; what leaves the run is gone
    from it, as what is still to be settled on its last day."""
    days, size = flow.shape
    target: Ints = np.broadcast_to(np.arange(days, dtype=np.int64)[:, None] + wait, flow.shape)
    place: Ints = np.broadcast_to(np.arange(size, dtype=np.int64), flow.shape)
    stays: Flags = target < days
    out = np.zeros_like(flow)
    np.add.at(out, (target[stays], place[stays]), flow[stays])
    return out


def _at(group: Group, kind: int, owner: Ints, day: Ints) -> Ints:
    return group.shocks.at(kind, group.archetype, group.merchants[owner], day)
