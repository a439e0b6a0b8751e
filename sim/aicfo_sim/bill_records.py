"""A bill of the simulated world as the record that an export of the bill system gives."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aicfo_sdk.model import Bill, Endorsement, OverdueAcceptor, Record, UntrustedText

from .dates import PAD
from .draws.acceptors import BARRED
from .draws.block import Block, World
from .identity import Firm, acceptor_firms, bill_number
from .market import BANK_CLASSES, CLASSES
from .tables import BILL_DIGITS, BILL_KINDS

if TYPE_CHECKING:
    from numpy.random import Generator


def firms(world: World) -> tuple[Firm, ...]:
    """Return the names of a world's acceptors, by their numbers."""
    codes = tuple(world.acceptors.code.tolist())
    return acceptor_firms(world.seed, world.replication, codes)


def list_records(world: World, t: int) -> dict[str, Record]:
    """Return what the overdue lists published by day `t` say of each acceptor ever named, by id."""
    return dict(_list_records(world, int(world.acceptors.edition[t + PAD])))


@lru_cache(maxsize=64)
def _list_records(world: World, edition: int) -> tuple[tuple[str, Record], ...]:
    market, dates, known = world.acceptors, world.dates, firms(world)
    so_far = slice(0, edition + 1)
    out = list[tuple[str, Record]]()
    for number in np.flatnonzero(market.listed[so_far].any(axis=0)).tolist():
        listed, found = (
            market.listed[so_far, number],
            np.flatnonzero(market.persistent[so_far, number]),
        )
        # The state is as old as the last list that told something new.
        turned = np.flatnonzero(np.diff(listed, prepend=False))
        news = int(max(turned[-1], found[-1] if found.size else 0))
        until = None
        if found.size:
            day = dates.at(int(market.published[found[-1]]))
            until = day.replace(year=day.year + BARRED // 12) - timedelta(days=1)
        paper = f"A{number + 1:04d}"
        record = OverdueAcceptor(
            id=paper,
            published=dates.at(int(market.published[news])),
            name=UntrustedText(known[number].name),
            uscc=known[number].uscc,
            listed=bool(listed[-1]),
            barred_until=until,
        )
        out.append((paper, record))
    return tuple(out)


def bill_record(
    block: Block,
    row: int,
    day: date,
    source: Generator,
    *,
    id: str,
    own: Firm,
    customer: Firm,
    party: str,
    invoices: tuple[str, ...],
) -> Bill:
    """Return the bill in `row` as received on `day` from a customer, the counterparty `party`.

    `source` gives its number, and who had it before the customer.
    """
    bills, dates, known = block.bills, block.world.dates, firms(block.world)
    face, start, kind = (int(column[row]) for column in (bills.face, bills.start, bills.kind))
    drawn, matures = (dates.at(int(column[row])) for column in (bills.drawn, bills.matures))
    number = bill_number(source, BILL_DIGITS[kind], drawn)
    drawer, payee, chain = customer, own, list[Endorsement]()
    hops = int(bills.hops[row])
    if hops:
        # Traders of the bill market stand for firms that nobody else here deals with.
        traders = [firm for firm, code in zip(known, _codes(block), strict=True) if _trades(code)]
        drawer, between = (traders[int(n)] for n in source.integers(len(traders), size=2))
        payee = between if hops > 1 and between != drawer else customer
        if payee is not customer:
            half = drawn + timedelta(days=(day - drawn).days // 2)
            chain.append(_endorsement(half, payee, customer))
        chain.append(_endorsement(day, customer, own))
    acceptor = known[int(bills.acceptor[row])]
    name: Any = BILL_KINDS[kind]
    return Bill(
        id=id,
        updated=day,
        number=number,
        kind=name,
        range_start=start,
        range_end=start + face - 1 if start else 0,
        face=face,
        issued=drawn,
        matures=matures,
        drawer=UntrustedText(drawer.name),
        acceptor=UntrustedText(acceptor.name),
        acceptor_class=CLASSES[int(bills.code[row])],
        acceptor_uscc=acceptor.uscc,
        payee=UntrustedText(payee.name),
        endorsements=tuple(chain),
        received=day,
        received_from=party,
        invoices=invoices,
    )


def parted(bill: Bill, amount: int, move: Any, day: date, id: str) -> tuple[Bill, Bill | None]:
    """Return a bill after `amount` of it moved, and the part that moved as a bill of its own.

    The moved part takes the first units of the range; None when the whole bill moved.
    """
    if amount == bill.face:
        return bill.model_copy(update={"updated": day, "held": move}), None
    last = bill.range_start + amount - 1
    rest = {"updated": day, "face": bill.face - amount, "range_start": last + 1}
    gone = {"updated": day, "face": amount, "range_end": last, "held": move, "id": id}
    return bill.model_copy(update=rest), bill.model_copy(update=gone)


def _endorsement(day: date, endorser: Firm, endorsee: Firm) -> Endorsement:
    return Endorsement(
        day=day, endorser=UntrustedText(endorser.name), endorsee=UntrustedText(endorsee.name)
    )


def _codes(block: Block) -> list[int]:
    return block.world.acceptors.code.tolist()


def _trades(code: int) -> bool:
    return code >= BANK_CLASSES
