"""The bound of every merchant of a block: surviving by the program, closing by a plain sum."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from aicfo_sdk.errors import InputError

from ..draws.block import Block
from ..fen import Ints
from ..outcome import wealth
from ..state import State
from .baseline import baseline
from .closing import closing, may_close
from .contracts import contracts
from .dual import dual_bound
from .periods import Periods, periods
from .plain import plain_bound
from .program import Situation, program
from .situations import Situations
from .tape import untaped

GROUPS = ("bills", "cash", "lines")
"""Actions that the bound is always free to choose: bills, money fund and wealth product, credit
lines, and when to pay. They serve the same payments, so they are covered together."""

MORE = ("tenders", "closing")
"""What it may choose besides: for which tenders to bid and at which price, and the day on which a
firm closes. Prices, advertising, stores and goods stay as the compared policy chose."""

NONE = -1
"""Stands where no bound is known: levers were moved of which no `Taped` room kept a tape."""

SLACK = 10
"""Fen added for fractions that the run began with, besides one for each rounding (`_roundings`)."""


def bound(
    block: Block,
    opening: State,
    final: State,
    first: int,
    last: int,
    groups: Collection[str] = GROUPS,
) -> Ints:
    """Return an upper bound on each merchant's wealth at the start of day `last`, fen.

    `opening` is the state at the start of day `first`, `final` that of the compared policy at the
    end. No policy that chooses as it did what `groups` leaves out can be worth more; the engine
    rounds interest to the fen, so the bound grants it a fen wherever it did. A firm that was closed
    from the start has what it has. `groups` are `GROUPS` and any of `MORE`. Without "tenders" the
    compared policy's bids are made again; without "closing" a firm may close on the day on which
    the compared policy's did and on no other.
    Raises: InputError.
    """
    known = {*GROUPS, *MORE}
    if not set(GROUPS) <= set(groups) <= known:
        raise InputError(
            "unknown groups of actions for a bound",
            value=", ".join(groups),
            mend=f"{', '.join(GROUPS)}, and if wanted {', '.join(MORE)}",
        )
    free_bids = "tenders" in groups
    base = baseline(block, opening, final, first, last, bids=not free_bids)
    span = periods(block.world, first, last)
    offered = contracts(block, opening, first, last) if free_bids else []
    situations = Situations(block, opening, base, span, offered)
    closed = closing(block, opening, base, offered)
    may = may_close(block, opening, base, offered)
    out = wealth(block, final, last)
    unknown = untaped(final)
    slack = SLACK + _roundings(block, opening, final, last - first)
    for place in np.setdiff1d(np.flatnonzero(opening.alive), unknown).tolist():
        gain = situations.fixed(place) + _most(span, situations.of(place))
        alive = int(base.wealth[place]) + math.ceil(gain)
        if "closing" in groups:
            worth = closed[may[:, place], place]
            alive = max(alive, int(worth.max(initial=alive)))
        elif not final.alive[place]:
            alive = max(alive, int(closed[final.closed[place] - first, place]))
        out[place] = alive + int(slack[place])
    # A fen more is a bound as well, and no sign of none.
    out[out == NONE] += 1
    out[unknown] = NONE
    return out


def _roundings(block: Block, opening: State, final: State, days: int) -> Ints:
    """Return how often interest was rounded to the fen, at most, by merchant: once per action, and
    where the bank collects drawings twice for each and once a day for what is paid in part."""
    drawings = np.bincount(final.loans.owner, minlength=block.size)
    return np.maximum(final.actions - opening.actions, 0) + 2 * drawings + days * (drawings > 0)


def _most(span: Periods, situation: Situation) -> float:
    """Return the most that money can bring above the baseline, fen."""
    made = program(span, situation)
    easy = plain_bound(span, situation, made)
    return dual_bound(made.linear) if easy is None else easy
