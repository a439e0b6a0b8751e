"""A merchant's journal as sentences: by month, what befell both twins and what each decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .. import journal as log
from ..draws.block import Block
from ..journal import Event
from ..tables import DUE_KINDS
from .figures import whole
from .labels import CURRENCY, listed
from .page import Words
from .relive import Life, Twins

BOTH = ""
"""Voice of what was the same under all policies."""

_FEW = 4
"""So many days of a month are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that happened on day `t`: what kind of thing, how much, at what price, fen."""

    t: int
    what: str
    amount: int
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Chapter:
    """A month: what each voice has to tell, and cash with the money fund at its end, fen."""

    month: date
    told: dict[str, str]
    cash: dict[str, int]


def chapters(twins: Twins, say: Words) -> list[Chapter]:
    """Return the months of the run in order; payments made in time are not told."""
    dates, total = twins.block.world.dates, twins.block.world.total
    voices = items(twins)
    last = {dates.at(t).replace(day=1): t for t in range(twins.first, total)}
    out = list[Chapter]()
    for month, end in last.items():
        told = dict[str, str]()
        for voice, found in voices.items():
            mine = [item for item in found if dates.at(item.t).replace(day=1) == month]
            if mine:
                told[voice] = _sentence(mine, twins, say)
        cash = {life.policy: int(life.cash[end - twins.first]) for life in twins.lives}
        out.append(Chapter(month, told, cash))
    return out


def items(twins: Twins) -> dict[str, list[Item]]:
    """Return by voice what is worth telling, in order; `BOTH` is what all twins have alike."""
    counts = [Counter(_of(twins, life)) for life in twins.lives]
    shared = counts[0]
    for other in counts[1:]:
        shared = shared & other
    out = {BOTH: sorted(shared.elements(), key=_order)}
    for life, count in zip(twins.lives, counts, strict=True):
        out[life.policy] = sorted((count - shared).elements(), key=_order)
    return out


def _order(item: Item) -> tuple[int, str, int]:
    return item.t, item.what, item.amount


def _of(twins: Twins, life: Life) -> list[Item]:
    block, state = twins.block, life.state
    found = [_item(block, life, event) for event in life.events]
    tenders = block.tenders
    won = [
        Item(int(tenders.award[row]), "won", int(state.bid_price[row]))
        for row in range(tenders.owner.size)
        if state.won[row] and twins.first <= tenders.award[row] < block.world.total
    ]
    closed = int(state.closed[0])
    ended = [] if closed < 0 else [Item(closed, "closed", 0)]
    return [*filter(None, found), *won, *ended]


def _item(block: Block, life: Life, event: Event) -> Item | None:
    t, kind, row, amount, extra = event
    match kind:
        case log.RECEIPT:
            by_bill, bond = extra, block.receipts.bond[row]
            return None if by_bill or bond else Item(t, "paid_in", amount)
        case log.BILL_IN:
            return Item(t, "bill_in", amount)
        case log.BILL_SOLD:
            return Item(t, "sold", amount, extra)
        case log.BILL_ENDORSED:
            return Item(t, "endorsed", amount)
        case log.BILL_END:
            if block.bills.fails[row]:
                return Item(t, "bill_failed", int(block.bills.face[row]))
            return Item(t, "bill_paid", amount) if amount else None
        case log.DUE_PAID:
            wait = t - int(block.dues.due[row])
            if wait <= 0:
                return None
            known = DUE_KINDS[int(block.dues.kind[row])]
            late = {"payroll": "late_wages", "tax": "late_tax", "supplier": "late_supplier"}
            return Item(t, late.get(known, "late_other"), -amount, wait)
        case log.DRAWN:
            line = int(life.state.loans.line[row])
            return Item(t, "drew_quick" if line else "drew_bank", amount, extra)
        case log.REPAID:
            return Item(t, "repaid", amount, extra)
        case log.BOND_OUT:
            return Item(t, "bid", -amount)
        case log.FUND_MOVE:
            return Item(t, "invested" if amount < 0 else "redeemed", abs(amount))
        case log.STOCK_BOUGHT:
            return Item(t, "stocked", -amount)
        case log.ADVERTISING:
            return Item(t, "advertised", -amount)
        case log.FITOUT:
            return Item(t, "fitted", -amount)
        case _:
            return None


def _sentence(found: Sequence[Item], twins: Twins, say: Words) -> str:
    """Return the things of one month by kind, in the order in which each kind began."""
    kinds: dict[str, list[Item]] = {}
    for item in found:
        kinds.setdefault(item.what, []).append(item)
    text = say("words.stop").join(_told(what, of, twins, say) for what, of in kinds.items())
    return say("words.sentence", text=text[:1].upper() + text[1:])


def _told(what: str, of: Sequence[Item], twins: Twins, say: Words) -> str:
    cost = sum(item.cost for item in of)
    text = say(
        f"did.{what}",
        amount=whole(sum(item.amount for item in of), CURRENCY),
        cost=whole(cost, CURRENCY),
        wait=max(item.cost for item in of),
    )
    days = sorted({twins.block.world.dates.at(item.t).day for item in of})
    if len(days) > _FEW:
        return text + say("words.times", times=len(of))
    named = listed([say("words.day", day=day) for day in days], say)
    return text + say("words.days", days=named)
