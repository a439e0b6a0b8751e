"""What happens to merchants whatever they decide: columns drawn once, replayed by each policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from .fen import Ints

NEVER = 1_000_000
"""Day number of what does not happen: the payment of a bad debt."""

WAGE, TAX, SOCIAL, RENT, SERVICE, BOND, SUPPLIER = range(7)
"""Kinds of payments in the order in which they are made when cash is short."""

DUE_KINDS = ("payroll", "tax", "social", "rent", "other", "bond", "supplier")

ALWAYS = -1
"""`cond` of a row that happens anyway; else the tender that must have been won."""


@dataclass(slots=True)
class Dues:
    """Payments owed. `party` numbers the supplier; day numbers may lie before day 0."""

    owner: Ints
    known: Ints
    due: Ints
    kind: Ints
    amount: Ints
    party: Ints
    cond: Ints
    bill: Ints
    """Row of the bill whose recourse this is, else −1: its amount is known only at maturity."""


@dataclass(slots=True)
class Receipts:
    """What customers and buyers owe and when they really pay (`NEVER` for a bad debt).

    `bond` rows give back a performance bond. `bill` is the row of the bill that pays, or −1.
    `pair` numbers, within a merchant, an invoice and the red one that takes part of it back (its
    amount is negative, it is set off when the first is paid); −1 for all others.
    A row of a tender (`cond`) has its amount at the estimate; `state.billed` has what is owed.
    """

    owner: Ints
    issued: Ints
    due: Ints
    paid: Ints
    amount: Ints
    party: Ints
    cond: Ints
    bond: Ints
    bill: Ints
    pair: Ints


BILL_KINDS = ("bank", "trade", "supply_chain_bank", "supply_chain_trade")
"""Kinds of bills as records name them."""

BILL_DIGITS = "5687"
"""First digit of the number of each kind."""


@dataclass(slots=True)
class Bills:
    """Bills that customers hand over; `recourse` is the row in Dues should the acceptor default."""

    owner: Ints
    received: Ints
    drawn: Ints
    matures: Ints
    face: Ints
    code: Ints
    """Class of the acceptor: a place in `market.CLASSES`."""
    acceptor: Ints
    """Who accepted it: a number of the replication's bill market (`draws.acceptors`)."""
    kind: Ints
    """A place in BILL_KINDS."""
    start: Ints
    """First 0.01-yuan unit of the package that is held; 0 for a bill that cannot be split."""
    whole: Ints
    """1 when the bill cannot be split."""
    hops: Ints
    """Endorsements behind it, the one to the merchant included."""
    fails: Ints
    party: Ints
    cond: Ints
    recourse: Ints


RIVALS = 8
"""Columns for the other bidders of a tender; an empty place has the price 0."""

GOODS, SERVICES, WORKS = range(3)
"""Category of a tender, as notices name them."""

SCORING, LOWEST = range(2)
"""Method of evaluation: 综合评分法 (score of price and offer) or 最低评标价法 (lowest price)."""


@dataclass(slots=True)
class Tenders:
    """Notices that reach the merchant, and who else bids: all there is before anyone bids.

    `estimate` is the published budget, above which a bid is void; `cost_ppm` is the firm's own
    guess of its cost, as a share of it. Receipts and Dues whose `cond` is a row of this table
    hold the contract at the estimate; won at another price, milestones scale with the price and
    costs do not. Quality (技术分 and 商务分 together) is in thousandths of points.
    """

    owner: Ints
    published: Ints
    deadline: Ints
    award: Ints
    starts: Ints
    ends: Ints
    estimate: Ints
    cost_ppm: Ints
    bond: Ints
    performance_ppm: Ints
    prepay_ppm: Ints
    progress_ppm: Ints
    retention_ppm: Ints
    retention_days: Ints
    category: Ints
    region: Ints
    """Steps from the firm's own region in the list of regions; 0 = its own."""
    fits: Ints
    """1 when the firm holds the licence that the notice asks for; else its bid would be void."""
    method: Ints
    weight_ppm: Ints
    """Weight of the price in a score of 100 points."""
    preference_ppm: Ints
    """Deduction on the bids of small firms, for evaluation only."""
    quality: Ints
    rival_price: Ints
    """Tenders × RIVALS: bids of the others, fen; 0 = nobody."""
    rival_quality: Ints
    rival_small: Ints


WIDE = ("rival_price", "rival_quality", "rival_small")
"""Columns of Tenders that have one entry per rival."""


@dataclass(slots=True)
class Takings:
    """Daily takings, arrays of channels × days × merchants; all in fen.

    `gross` and `refunds` fall on their day; what a day sold is settled `lag` days later as
    `settled` money less `fee`. `transit` is what was sold but not settled at the start of day 0.
    """

    gross: Ints
    refunds: Ints
    orders: Ints
    settled: Ints
    fee: Ints
    transit: Ints
    lag: Ints


@dataclass(slots=True)
class Traits:
    """One value per merchant: what the bank and the rules need to know of it."""

    merchant: Ints
    archetype: Ints
    opening: Ints
    turnover: Ints
    """Expected sales of a month, fen: what taxes and lenders go by."""
    payroll: Ints
    bank_limit: Ints
    bank_rate: Ints
    quick_limit: Ints
    quick_rate: Ints
    counter: Ints


T = TypeVar("T")


def columns(table: type[T], /, **values: Any) -> T:
    """Return a table of one merchant; scalars are repeated to the length of the columns."""
    given = {name: np.asarray(value) for name, value in values.items()}
    sizes = {column.shape[0] for column in given.values() if column.ndim}
    size = 0 if 0 in sizes else max(sizes, default=1)
    out = {name: np.empty((size, *column.shape[1:]), np.int64) for name, column in given.items()}
    for name, column in given.items():
        np.copyto(out[name], column, casting="unsafe")
    return table(**out)


def none(table: type[T]) -> T:
    """Return a table without rows."""
    names = [item.name for item in fields(table)]  # pyright: ignore[reportArgumentType]
    return table(
        **{name: np.zeros((0, RIVALS) if name in WIDE else 0, dtype=np.int64) for name in names}
    )


def stack(parts: Sequence[T]) -> T:
    """Return the rows of several tables of one type, one after the other; of a single table with
    rows, itself."""
    kind = type(parts[0])
    names = [item.name for item in fields(kind)]  # pyright: ignore[reportArgumentType]
    filled = [part for part in parts if getattr(part, names[0]).size]
    if len(filled) < 2:
        return (filled or parts)[0]
    return kind(**{name: np.concatenate([getattr(p, name) for p in filled]) for name in names})


def take(table: T, rows: Any) -> T:
    """Return the chosen rows of a table, in the order given."""
    names = [item.name for item in fields(type(table))]  # pyright: ignore[reportArgumentType]
    chosen = np.flatnonzero(rows) if getattr(rows, "dtype", None) == np.bool_ else rows
    return type(table)(**{name: getattr(table, name)[chosen] for name in names})


def ordered(table: T, order: Ints) -> T:
    """Return all rows of a table in another order."""
    names = [item.name for item in fields(type(table))]  # pyright: ignore[reportArgumentType]
    # A permutation is never out of bounds; "clip" is the mode that does not look first.
    return type(table)(
        **{name: np.take(getattr(table, name), order, axis=0, mode="clip") for name in names}
    )
