"""Random portfolios for the plan's tests and measurements."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from aicfo_bill.outlook import OWED, Debt, Holding, Line, Option, Outlook, Pledge
from aicfo_bill.quote import Offer

KINDS = ("bank", "trade", "supply_chain")
RATES = {"bank": (8_000, 15_000), "trade": (25_000, 60_000), "supply_chain": (20_000, 40_000)}


def random_outlook(
    seed: int,
    *,
    bills: int = 50,
    debts: int = 60,
    days: int = 182,
    whole: float = 0.2,
    fee: int = 0,
    minimum: int = 100_000,
    every: int = 7,
) -> Outlook:
    """A portfolio whose cash, if nothing is done, falls from comfortable to far short.

    `whole` is the share of bills that cannot be split; suppliers take some kinds or none; bills
    may be discounted today and `every` so many days.
    """
    rng = random.Random(seed)
    holdings: list[Holding] = []
    for index in range(bills):
        odd = rng.random() < 0.5
        face = rng.randint(1_000_000, 200_000_000) if odd else rng.randint(1, 50) * 10_000_000
        holdings.append(
            Holding(
                f"B{index:03d}",
                rng.choice(KINDS),
                face,
                rng.randint(2, days + 3),
                rng.random() >= whole,
            )
        )
    owed = [
        Debt(
            f"I{index:03d}",
            f"S{index % 15}",
            rng.randint(500_000, 80_000_000),
            rng.randint(0, days - 1),
            frozenset(kind for kind in KINDS if rng.random() < 0.4),
        )
        for index in range(debts)
    ]
    face = sum(holding.face for holding in holdings)
    cash, path = 0, list[int]()
    for day in range(1, days + 1):
        cash += sum(holding.face for holding in holdings if holding.payday == day)
        cash -= sum(debt.amount for debt in owed if max(debt.due, 1) == day)
        cash += rng.randint(-(face // 400), face // 500)
        path.append(cash)
    shift = -min(path) - int(face * rng.uniform(-0.05, 0.35))
    path = [level + shift for level in path]
    options: list[Option] = []
    for index, holding in enumerate(holdings):
        rate = rng.randint(*RATES[holding.kind])
        least = min(minimum, holding.face) if holding.splittable else holding.face
        options += [
            Option(
                f"discount:{holding.id}:{day:05d}",
                "discount",
                index,
                day,
                least,
                holding.face,
                offer=Offer("X", rate, fee),
                days=holding.payday - day,
            )
            for day in (0, *range(every, days, every))
            if day < holding.payday
        ]
        for place, debt in enumerate(owed):
            upper = min(holding.face, debt.amount)
            lower = min(least, upper) if holding.splittable else least
            if holding.kind in debt.takes and debt.due < holding.payday and lower <= upper:
                id = f"endorse:{holding.id}:{debt.id}"
                options.append(Option(id, "endorse", index, debt.due, lower, upper, debt=place))
    lines = [Line("L1", rng.randint(1, face // 20), 45_000, 365, 0, days)]
    return Outlook(
        path, face // 50, holdings, owed, options, lines[: rng.randint(0, 1)], yield_ppm=500
    )


def uncertain(outlook: Outlook, seed: int) -> Outlook:
    """Return the same outlook with a bad, a middle and a good case of its cash."""
    rng = random.Random(seed)
    spread, level = outlook.face // 60, 0
    drift = list[int]()
    for _ in outlook.path:
        level += rng.randint(0, spread)
        drift.append(level)
    cases = [
        (weight, [cash + side * step for cash, step in zip(outlook.path, drift, strict=True)])
        for weight, side in ((300_000, -1), (400_000, 0), (300_000, 1))
    ]
    return replace(outlook, cases=cases)


def pledged(outlook: Outlook, seed: int, *, fee: int = 0) -> Outlook:
    """Return the same outlook with a lender who takes each bill in pledge whenever it may be sold.

    Cheaper than a discount of some bills, dearer than of others, and for a part of the face.
    """
    rng = random.Random(seed)
    options = list[Option]()
    for option in outlook.options:
        options.append(option)
        if option.move == "discount":
            terms = Pledge(
                "L1", rng.choice((700_000, 900_000)), rng.randint(5_000, 60_000), 365, fee
            )
            id = option.id.replace("discount", "pledge")
            options.append(replace(option, id=id, move="pledge", offer=None, pledge=terms))
    return replace(outlook, options=options)


def with_terms(outlook: Outlook, seed: int, *, share: float = 1 / 3) -> Outlook:
    """Return the same outlook with a discount for paying early on a share of its debts.

    One tier or two (as 2/10,1/20,n/30): from 0.2 to 3 % off, from 5 to 50 days before the due day.
    """
    rng = random.Random(seed)
    holdings, options = list(outlook.holdings), list(outlook.options)
    for place, debt in enumerate(outlook.debts):
        if rng.random() >= share:
            continue
        ppm, ahead = rng.choice((2_000, 5_000, 10_000, 20_000, 30_000)), rng.randint(5, 50)
        tiers = {max(debt.due - ahead, 0): ppm}
        if rng.random() < 0.4:
            tiers.setdefault(max(debt.due - ahead // 2, 0), ppm // 2)
        bill = len(holdings)
        holdings.append(Holding(f"{OWED}:{debt.id}", OWED, debt.amount, debt.due, False))
        options += [
            Option(
                f"pay_early:{debt.id}:{day:05d}",
                "pay_early",
                bill,
                day,
                debt.amount,
                debt.amount,
                debt=place,
                off=round(debt.amount * part / 1_000_000),
            )
            for day, part in tiers.items()
        ]
    return replace(outlook, holdings=holdings, options=options)


@pytest.fixture
def make_outlook() -> Callable[..., Outlook]:
    return random_outlook
