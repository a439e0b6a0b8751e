"""One synthetic merchant's books, for trying a plugin by hand, in a notebook, in a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from aicfo_sdk import Books, InputError, NotFound
from aicfo_sdk.model import (
    RECORDS,
    Bill,
    CreditLine,
    Merchant,
    Milestone,
    Record,
    Tender,
    UntrustedText,
    record_type,
)

from .books import MerchantBooks
from .draws import draw_block, world
from .engine import Run
from .engine import run as live
from .papers import Papers
from .policies import Owner
from .scenario import drawn, load
from .state import State

TENDER = "T-2031"
"""The tender that every contractor's sandbox holds open."""

_DAYS = 365
_TRIES = 200
_BILLS = 3
"""Bills that a firm paid in bills has on hand at least."""


def sandbox(archetype: str, *, seed: int = 7, day: date | None = None) -> Books:
    """Return the books of a synthetic merchant after a warm-up under its owner.

    `archetype`: shop, ecommerce or contractor; `day`: up to a year after the default, which is
    the last day of the default scenario's warm-up. Equal arguments give equal books. A contractor
    holds bills, owes suppliers, has free credit lines and could bid for tender T-2031, which
    needs more money than it has; a manufacturer holds bills. Raises: NotFound, InputError.
    """
    if archetype not in drawn():
        raise NotFound("no such archetype", value=archetype, mend=", ".join(drawn()))
    if not 0 <= seed < 2**63:
        raise InputError("seed out of bounds", value=seed, mend="0 to 2**63 - 1")
    start = load("default").start
    when = day or start - timedelta(days=1)
    first = start - timedelta(days=load("default").warmup_days - 200)
    last = start + timedelta(days=_DAYS - 1)
    if not first <= when <= last:
        raise InputError("no books on this day", value=when.isoformat(), mend=f"{first} to {last}")
    return _books(archetype, seed, when)


def merchant_records(archetype: str, seed: int = 7, *, day: date | None = None) -> list[Record]:
    """Return all records of `sandbox(archetype, seed=seed, day=day)`, by type and id."""
    books = sandbox(archetype, seed=seed, day=day)
    return [record for name in RECORDS for record in books.all(record_type(name))]


@lru_cache(maxsize=8)
def _books(archetype: str, seed: int, when: date) -> MerchantBooks:
    for books in _candidates(archetype, seed, when):
        if archetype == "contractor":
            if _has_room(books):
                return _with_tender(books)
        elif archetype != "manufacturer" or len(_sources(books)[0]) >= _BILLS:
            return books
    raise NotFound("no merchant of this seed fits", value=seed, mend="try another seed or day")


def _candidates(archetype: str, seed: int, when: date) -> Iterator[MerchantBooks]:
    """Yield the merchants of a world of one archetype that are still open, one after the other."""
    where = world(replace(load("default"), mix={archetype: 1}), days=_DAYS, seed=seed)
    t = where.dates.number(when)
    for merchant in range(_TRIES):
        block = draw_block(where, [where.who(merchant)], detail=True)
        state = State(block, journal=True)
        live(Run(block, state, Owner()), 0, t + 1)
        if state.alive[0]:
            yield Papers(block, state, 0).books(t)


def _has_room(books: Books) -> bool:
    """Whether a contractor could still borrow, and its bills are worth half as much or more."""
    held, free = _sources(books)
    return len(held) >= _BILLS and 0 < free <= 2 * sum(bill.face for bill in held)


def _sources(books: Books) -> tuple[list[Bill], int]:
    """Return bills on hand, and what all lines could still give."""
    held = [bill for bill in books.all(Bill) if bill.held == "held"]
    return held, sum(line.limit - line.used for line in books.all(CreditLine))


def _with_tender(books: MerchantBooks) -> MerchantBooks:
    """Add the tender: fundable with bills and lines, not with cash alone."""
    today = books.as_of
    bills, free = _sources(books)
    # Work of 86 % of the price, half of which is paid a month after half-time: in a bad case, late
    # and dear, nearly all of the price is laid out. Cash alone does not reach that far.
    wanted = books.balance() + (sum(bill.face for bill in bills) + free) * 3 // 8
    price = wanted * 6 // 5 // 1_000_000 * 1_000_000 + 1_000_000
    starts = today + timedelta(days=24)
    tender = Tender(
        id=TENDER,
        updated=today - timedelta(days=10),
        title=UntrustedText("第二中学教学楼机电安装及水电改造工程"),
        description=UntrustedText("教学楼机电安装、水电改造、装饰装修，工期120天"),
        buyer=UntrustedText("第二中学"),
        status="open",
        published=today - timedelta(days=10),
        deadline=today + timedelta(days=10),
        value=price,
        category="works",
        regions=tuple(firm.region for firm in books.all(Merchant)),
        procedure="公开招标",
        regime="tendering",
        sme_suitable=True,
        starts=starts,
        ends=starts + timedelta(days=120),
        bond=price // 50,
        performance_bond_ppm=50_000,
        retention_ppm=30_000,
        retention_days=365,
        payments=(
            Milestone(share_ppm=500_000, after_days=90),
            Milestone(share_ppm=470_000, after_days=150),
        ),
        cost_share_ppm=860_000,
        required=("建筑工程施工总承包三级",),
    )
    return books.with_record(tender)
