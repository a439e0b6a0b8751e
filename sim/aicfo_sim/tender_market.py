"""The tender market: bids go in at a price, and the published rule of evaluation awards.

Whom a firm bids against, how good their offers are and what they ask is drawn beforehand
(`tables.Tenders`); what a policy decides is whether to bid and at which price. Of two bids that
differ in nothing else the lower one never does worse: its own score does not fall and, as the
base price falls with it, no rival's rises (`tests/test_tender_market.py`).

Sources: 《政府采购货物和服务招标投标管理办法》(财政部令第87号) art. 53-57: base price = the lowest
qualified bid, price score = base / bid × weight × 100, equal scores go to the lower price; price
deduction for small firms: 财库〔2020〕46号. The contract is made at the bid as it was offered.
"""

from __future__ import annotations

import numpy as np

from aicfo_sdk.money import PPM, round_div

from . import fen
from . import journal as log
from .draws.block import Block
from .fen import Ints, per_merchant
from .ledger import CASH, CUSTOMERS, DEPOSITS
from .scenario import ARCHETYPES
from .state import State
from .tables import BOND, SCORING, Tenders

BOND_BACK = 5
"""Days after the award by which bid bonds are given back."""

FEWEST = 3
"""Fewer bids than this void a tender (废标)."""

FLOOR_PPM = 450_000
"""A bid below this share of the estimate is refused as abnormally low (财办库〔2024〕265号)."""

OURS, NOBODY = 0, -1
"""Who won: the merchant, no one (the tender failed or is open), else the rival's place from 1."""

_LEAST = np.int64(-(2**62))

_NO_BID = np.int64(2**44)
"""Stands for the bid of nobody where the lowest is sought, fen."""


def submit(block: Block, state: State, t: int, row: int, price: int) -> str:
    """Bid `price` fen for the tender in `row`, or return why not and change nothing.

    The bond leaves the account now and comes back after the award.
    """
    tenders = block.tenders
    owner, bond = int(tenders.owner[row]), int(tenders.bond[row])
    if not tenders.published[row] <= t <= tenders.deadline[row]:
        return "the tender is not open"
    if state.bid[row]:
        return "a bid is in already"
    if not tenders.fits[row]:
        return "the firm lacks the licence that the notice asks for"
    if price > tenders.estimate[row]:
        return f"a bid above the estimate of {tenders.estimate[row]} fen is void"
    if price < lowest_bid(block, row):
        return "a bid so far below the estimate is refused as abnormally low"
    if not state.alive[owner] or state.ledger.cash[owner] < bond:
        return "not enough cash for the bond"
    state.bid[row] = True
    state.bid_price[row] = price
    state.ledger.at(owner, CUSTOMERS, (CASH, -bond), (DEPOSITS, bond))
    if state.journal is not None:
        state.journal.add(t, log.BOND_OUT, *(np.array([n]) for n in (owner, row, -bond)))
    return ""


def cost_plus(block: Block, rows: Ints) -> Ints:
    """Return what an owner bids by habit: his cost estimate and a fixed markup, fen.

    Rounded up to a hundred yuan, at most the published estimate; the markup is calibrated.
    """
    tenders = block.tenders
    markup = np.zeros_like(rows)
    codes = block.traits.archetype[tenders.owner[rows]]
    for code in np.unique(codes).tolist():
        figures = block.world.figures[ARCHETYPES[code]]
        markup[codes == code] = round(figures.number("bid_markup") * PPM)
    cost = fen.share(tenders.estimate[rows], tenders.cost_ppm[rows])
    price = -(-fen.share(cost, PPM + markup) // 10_000) * 10_000
    return np.minimum(price, tenders.estimate[rows])


def lowest_bid(block: Block, row: int) -> int:
    """Return the least price at which a bid is not refused as abnormally low, fen."""
    return -(-int(block.tenders.estimate[row]) * FLOOR_PPM // PPM)


def closing(block: Block, state: State, t: int, until: int) -> Ints:
    """Return open tenders without a bid whose deadline comes on `t` or later, before `until`."""
    tenders = block.tenders
    last = (tenders.deadline >= t) & (tenders.deadline < until) & (tenders.published <= t)
    rows = np.flatnonzero(last & ~state.bid & (tenders.fits != 0))
    return rows[state.alive[tenders.owner[rows]]]


def awards(block: Block, state: State, t: int) -> None:
    """Award the tenders of day `t`, and give back bonds of those awarded five days ago."""
    tenders = block.tenders
    rows = np.flatnonzero(tenders.award == t)
    if rows.size:
        live = state.bid[rows] & state.alive[tenders.owner[rows]]
        state.winner[rows] = winners(tenders, rows, np.where(live, state.bid_price[rows], 0))
        ours = rows[state.winner[rows] == OURS]
        state.won[ours] = True
        for row in ours.tolist():
            _contract(block, state, row)
    rows = np.flatnonzero((tenders.award + BOND_BACK == t) & state.bid)
    if rows.size:
        owners, bond = tenders.owner[rows], tenders.bond[rows]
        if state.journal is not None:
            state.journal.add(t, log.BOND_BACK, owners, rows, bond)
        back = per_merchant(owners, bond, block.size)
        state.ledger.entry(CUSTOMERS, (CASH, back), (DEPOSITS, -back))


def winners(tenders: Tenders, rows: Ints, price: Ints) -> Ints:
    """Return who wins each tender if the merchant bids `price` (0: no bid): `OURS`, a rival's
    place from 1, or `NOBODY` where fewer than three bid.

    Equal scores go to the lower bid, then to the better offer, then to a rival.
    """
    bids = np.concatenate([price[:, None], tenders.rival_price[rows]], axis=1)
    there = bids > 0
    small = np.concatenate([np.ones((rows.size, 1), np.int64), tenders.rival_small[rows]], axis=1)
    quality = np.concatenate([tenders.quality[rows][:, None], tenders.rival_quality[rows]], axis=1)
    adjusted = fen.share(bids, PPM - small * tenders.preference_ppm[rows][:, None])
    score = np.where(
        (tenders.method[rows] == SCORING)[:, None],
        quality + price_scores(adjusted, there, tenders.weight_ppm[rows]),
        -adjusted,
    )
    score = np.where(there, score, _LEAST)
    last = np.zeros_like(bids)
    last[:, OURS] = 1
    order = np.lexsort((last, -quality, bids, -score), axis=-1)
    return np.where(there.sum(axis=1) >= FEWEST, order[:, 0], NOBODY)


def price_scores(adjusted: Ints, there: Ints | np.ndarray, weight_ppm: Ints) -> Ints:
    """Return the price scores of tenders × bids, thousandths of points.

    base / adjusted bid × weight × 100 points; the base is the lowest adjusted bid that is there.
    """
    base = np.where(there, adjusted, _NO_BID).min(axis=1)
    full = weight_ppm // 10
    # Half-even like every rounding here; a bid of nobody divides by 1 and counts for nothing.
    numerator = (base * full)[:, None]
    divisor = np.where(there, adjusted, 1)
    quotient, rest = np.divmod(np.where(there, numerator, 0), divisor)
    up = (2 * rest > divisor) | ((2 * rest == divisor) & (quotient % 2 != 0))
    return quotient + up


def highest_winning(tenders: Tenders, rows: Ints) -> Ints:
    """Return the highest price (whole yuan, fen) at which each tender would be won; 0: none.

    What a clairvoyant bidder would ask: winning is monotone in the price, so bisection finds it.
    Prices below the floor are not looked at.
    """
    high = tenders.estimate[rows] // 100
    low = -(-tenders.estimate[rows] * FLOOR_PPM // (PPM * 100))
    can = (winners(tenders, rows, low * 100) == OURS) & (tenders.fits[rows] != 0)
    while (low < high).any():
        middle = (low + high + 1) // 2
        wins = winners(tenders, rows, middle * 100) == OURS
        low, high = np.where(wins, middle, low), np.where(wins, high, middle - 1)
        high = np.maximum(high, low)
    return np.where(can, low * 100, 0)


def contract_bond(tenders: Tenders, row: int, price: int) -> int:
    """Return the performance bond of a contract at `price`, fen."""
    return round_div(price * int(tenders.performance_ppm[row]), PPM)


def _contract(block: Block, state: State, row: int) -> None:
    """Put the contract at the price that was bid: milestones and bond scale, costs do not."""
    receipts, dues = block.receipts, block.dues
    price, estimate = int(state.bid_price[row]), int(block.tenders.estimate[row])
    bond = contract_bond(block.tenders, row, price)
    mine = block.contract_receipts.rows(row)
    state.billed[mine[receipts.bond[mine] != 0]] = bond
    parts = mine[receipts.bond[mine] == 0]
    parts = parts[np.lexsort((parts, receipts.issued[parts]))]
    before = upto = 0
    # Rounding the running total leaves no fen over: it ends at the price.
    for part in parts.tolist():
        upto += int(receipts.amount[part])
        total = round_div(price * upto, estimate)
        state.billed[part], before = total - before, total
    mine = block.contract_dues.rows(row)
    state.open[mine[dues.kind[mine] == BOND]] = bond
