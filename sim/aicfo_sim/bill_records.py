"""A bill of the simulated world as the record that an export of the bill system gives."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from aicfo_sdk.model import Bill, Endorsement, UntrustedText

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
