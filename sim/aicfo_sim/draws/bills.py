"""Bills that customers pay with: new-generation packages of 0.01-yuan units, by named acceptors.

A customer has a house acceptor that most of its bills are of, so that a firm with few customers
has few acceptors behind its bills. A bill comes as a whole, or as a sub-range of a package that
others hold the rest of; a listed acceptor may accept no more, so its customers pay in money.
"""

from __future__ import annotations

import numpy as np

from .. import tables
from ..dates import PAD
from ..fen import Flags, Floats, Ints
from ..market import BANK_CLASSES
from ..tables import NEVER, Bills, Receipts, columns
from .acceptors import Acceptors, acceptors
from .common import Who
from .group import Group
from .invoices import Issued

LEAST = 1_000_000
"""Bills of below ten thousand yuan are not worth drawing, fen."""

_ROOM = 10**9
"""Units that may come before a sub-range in its package: ten million yuan."""


def paid_by_bill(
    group: Group, issued: Issued, receipts: Receipts, red: Flags
) -> tuple[Receipts, Bills]:
    """Return the receipts, some of them now paid by bill, and those bills.

    The first rows of `receipts` are those of `issued`; `red` ones are paid in money. Of bills
    that would be on hand on day 0, half were passed on before and are gone; rows that are over
    by then are left out.
    """
    figures, many, days = group.figures, issued.owner.size, group.dates.days
    there = acceptors(group.market, group.seed, group.replication, group.dates)

    def draw(name: str) -> Floats:
        return issued.draw(group, f"bill/{name}")

    paid, amount = receipts.paid[:many], receipts.amount[:many]
    accepted, code, drawn = _drawn(group, there, issued, paid)
    use = draw("use") < group.uniform("by_bill")[issued.owner]
    use &= (amount >= LEAST) & (paid < NEVER) & ~red[:many]
    use &= ~there.is_refused(np.clip(drawn, -PAD, days), accepted)
    low, high = figures.numbers("bill_days")
    matures = drawn + np.floor(low + draw("days") * (high - low + 1)).astype(np.int64)
    gone = use & (paid < 0) & ((matures < 0) | (draw("gone") < 0.5))
    rows = np.flatnonzero(use & ~gone & (paid < days))
    whole = draw("whole")[rows] < figures.number("bill_whole")
    part = draw("package")[rows]
    start = np.where(part < 0.5, 1, 1 + np.floor((part - 0.5) * 2 * _ROOM)).astype(np.int64)
    chain = draw("chain")[rows] < figures.number("bill_supply_chain")
    trade = code[rows] >= BANK_CLASSES
    usual = np.array(figures.numbers("bill_default"))[code[rows]]
    bad = there.in_trouble(matures[rows], accepted[rows])
    fails = draw("fails")[rows] < np.where(bad, group.market.number("trouble_default"), usual)
    bills = columns(
        Bills,
        owner=issued.owner[rows],
        received=paid[rows],
        drawn=drawn[rows],
        matures=matures[rows],
        face=amount[rows],
        code=code[rows],
        acceptor=accepted[rows],
        kind=trade + 2 * chain,
        start=np.where(whole, 0, start),
        whole=whole,
        hops=_hops(group, issued)[rows],
        fails=fails,
        party=issued.party[rows],
        cond=receipts.cond[rows],
        recourse=-1,
    )
    receipts.bill[rows] = np.arange(rows.size)
    kept = np.flatnonzero(receipts.paid >= 0)
    return tables.take(receipts, kept), bills


def _drawn(group: Group, there: Acceptors, issued: Issued, paid: Ints) -> tuple[Ints, Ints, Ints]:
    """Return who would accept a bill for each invoice, of which class, and on which day."""
    figures = group.figures
    mix: Floats = np.cumsum(np.array(figures.numbers("bill_classes")))
    number = int(figures.number("customers"))

    def chosen(kind: Floats, one: Floats) -> Ints:
        return there.pick(
            np.minimum(np.searchsorted(mix, kind * float(mix[-1])), mix.size - 1), one
        )

    house = chosen(
        group.grid("house_class", 0, number).reshape(-1), group.grid("house", 0, number).reshape(-1)
    ).reshape(number, group.size)
    other = chosen(issued.draw(group, "bill/class"), issued.draw(group, "bill/acceptor"))
    own = issued.draw(group, "bill/house") < figures.number("bill_house")
    accepted = np.where(own, house[issued.party, issued.owner], other)
    # The customer's own bills are fresh; those it was paid with itself are weeks old.
    age = issued.draw(group, "bill/age")
    fresh = _hops(group, issued) == 0
    old = np.where(fresh, np.floor(age * 4), 10 + np.floor(age * 50)).astype(np.int64)
    return accepted, there.code[accepted], paid - old


def _hops(group: Group, issued: Issued) -> Ints:
    """Return how often a bill was endorsed on its way: three in five come from who drew them."""
    draw = issued.draw(group, "bill/hops")
    return (draw >= 0.6).astype(np.int64) + (draw >= 0.85)


def takes_bills(who: Who) -> list[tuple[str, ...]]:
    """Return for each supplier the kinds of bills it takes, from the merchant's own stream."""
    kinds = ((), ("bank",), ("bank", "trade"), ("bank", "trade", "supply_chain"))
    edges = np.cumsum(who.figures.numbers("supplier_bills"))
    draws = who.stream("supplier_bills").random(int(who.figures.number("suppliers")))
    places = np.minimum(np.searchsorted(edges, draws), len(kinds) - 1)
    return [kinds[place] for place in places.tolist()]
