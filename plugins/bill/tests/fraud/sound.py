"""Sound bills, most of which look forged: what a checker must let pass."""

from __future__ import annotations

from datetime import date, timedelta

from aicfo_sdk.model import UntrustedText

from .books_of import DAY, Scene, months_on
from .kinds import Sound
from .words import (
    AFFILIATES,
    BIG_BANKS,
    CITIES,
    CITY_BANKS,
    FINANCE,
    FORMS,
    LOOKS,
    MARKS,
    NEAR_BANKS,
    NEAR_CITIES,
    NUMBERED,
    RENAMED_BANKS,
    RURAL_BANKS,
    SOUNDS,
    TRADES,
    UNSEEN,
    branch,
)


def plain(scene: Scene) -> str:
    return "nothing"


def branches(scene: Scene) -> str:
    rng, bank = scene.rng, scene.rng.choice([*BIG_BANKS, *CITY_BANKS])
    for index in range(3):
        name = branch(rng, bank)
        number = f"5{scene.bill.number[1:21]}{90_000_000 + index}{index}"
        scene.hold(number=number, kind="bank", acceptor=UntrustedText(name), acceptor_uscc="")
    scene.make_bank(branch(rng, bank))
    return f"several branches of {bank}"


def near_bank(scene: Scene) -> str:
    """A smaller bank whose name is near a large one's."""
    name = scene.rng.choice([*NEAR_BANKS, *RURAL_BANKS])
    scene.make_bank(branch(scene.rng, name))
    return name


def finance(scene: Scene) -> str:
    scene.make_bank(scene.rng.choice(FINANCE))
    return "a finance company"


def renamed(scene: Scene) -> str:
    """A firm whose former name the books know under the same code; it may be in the chain."""
    rng = scene.rng
    city, mark = rng.choice(CITIES), rng.choice(MARKS)
    old, new = rng.choice(
        [
            (f"{city}{mark}化工有限公司", f"{city}{mark}新材料有限公司"),
            (f"{city}{mark}机械有限公司", f"{city}{mark}机械股份有限公司"),
            (f"{city}市{mark}贸易有限公司", f"{city}{mark}供应链管理有限公司"),
            (f"{city}{mark}电子有限公司", f"{mark}科技集团股份有限公司"),
            (f"{city}第二纺织厂", f"{city}{mark}纺织有限公司"),
        ]
    )
    code = scene.code(new)
    scene.know(old, code)
    scene.know(new, code)
    if rng.random() < 0.6:
        scene.make_trade(new)
        scene.accept_by(rng.choice([old, new]), rng.choice([code, ""]))
        return f"{old}, now {new}, accepts"
    scene.carry([scene.known[1], old, scene.known[0], scene.merchant])
    links = list(scene.bill.endorsements)
    links[1] = links[1].model_copy(update={"endorser": UntrustedText(new)})
    scene.change(endorsements=tuple(links))
    return f"received as {old}, endorsed as {new}"


def renamed_bank(scene: Scene) -> str:
    old, new = scene.rng.choice(RENAMED_BANKS)
    code = scene.code(new)
    for name in (old, new):
        scene.know(f"{name}股份有限公司", code)
    name = f"{scene.rng.choice([old, new])}股份有限公司"
    scene.make_bank(name)
    scene.accept_by(name, scene.rng.choice([code, ""]))
    return f"{old}, now {new}"


def affiliate(scene: Scene) -> str:
    one, other = scene.rng.choice(AFFILIATES)
    if scene.rng.random() < 0.5:
        one, other = other, one
    scene.know(one)
    if scene.rng.random() < 0.6:
        scene.know(other)
    scene.make_trade(other)
    return f"{other} beside {one}"


def numbered(scene: Scene) -> str:
    """Companies of one group that differ in a number; the books know both."""
    one, other = scene.rng.choice(NUMBERED)
    scene.know(one)
    scene.know(other)
    scene.make_trade(other)
    return f"{other} beside {one}"


def near_city(scene: Scene) -> str:
    """Two firms of cities that look alike: both known, or alike in nothing but the city."""
    rng = scene.rng
    here, there = rng.choice(NEAR_CITIES)
    mark, trade = rng.choice(MARKS), rng.choice(TRADES)
    one = f"{here}{mark}{trade}有限公司"
    scene.know(one)
    if rng.random() < 0.5:
        other = f"{there}{mark}{trade}有限公司"
        scene.know(other)
    else:
        mark = rng.choice([m for m in MARKS if not set(m) & set(mark)])
        other = f"{there}{mark}{rng.choice(TRADES)}有限公司"
    scene.make_trade(other)
    return f"{other} beside {one}"


def neighbour(scene: Scene) -> str:
    """Another firm of the same city and trade, with a name of its own; the books have not met it.

    Half of them share one character of the name; what differs neither looks nor sounds alike.
    """
    rng = scene.rng
    city, mark, trade, form = (rng.choice(some) for some in (CITIES, MARKS, TRADES, FORMS))
    scene.know(f"{city}{mark}{trade}{form}")
    one_shared = rng.random() < 0.5
    others = [
        m
        for m in MARKS
        if m != mark
        and sum(a == b for a, b in zip(m, mark, strict=True)) == one_shared
        and not any(b in LOOKS.get(a, "") + SOUNDS.get(a, "") for a, b in zip(m, mark, strict=True))
    ]
    other = rng.choice(others or [m for m in MARKS if not set(m) & set(mark)])
    scene.make_trade(f"{city}{other}{trade}{form}")
    return f"{other} beside {mark} in {city}, both {trade}"


def loop(scene: Scene) -> str:
    """回头背书: ABA or ABCA, with others before and after."""
    rng, us = scene.rng, scene.merchant
    between = rng.sample(scene.known[1:6], rng.randint(1, 3))
    if rng.random() < 0.6:
        scene.carry([us, *between, us])
        giver = scene.id_of(between[-1])
        scene.invoices = []
        scene.bill_for([scene.bill.face], giver)
        scene.change(received_from=rng.choice([giver, ""]))
    else:
        scene.carry([scene.known[0], *between, scene.known[0], us])
    return f"back after {len(between)} hands"


def touching(scene: Scene) -> str:
    bill, rng = scene.bill, scene.rng
    start = bill.range_start if bill.range_start > 1 else rng.randint(2, 10**6)
    end = start + bill.face - 1
    scene.change(range_start=start, range_end=end)
    size = rng.randint(1, start - 1)
    pieces = [(end + 1, end + rng.randint(1, 10**6)), (start - size, start - 1)]
    for low, high in rng.sample(pieces, rng.randint(1, 2)):
        scene.hold(range_start=low, range_end=high, face=high - low + 1)
    if rng.random() < 0.4:  # the same units, passed on before they came back
        scene.hold(held="endorsed")
    return "the units beside it are on hand"


def six_months(scene: Scene) -> str:
    """Exactly six months, often from a day that the sixth month does not have."""
    rng = scene.rng
    ends = [(8, 31), (8, 30), (8, 29), (3, 31), (5, 31), (10, 31), (12, 31)]
    days = [date(year, *end) for year in range(2023, 2027) for end in ends]
    days = [day for day in days if day <= scene.today < months_on(day, 6)]
    issued = rng.choice(days) if days and rng.random() < 0.7 else scene.bill.issued
    scene.when(issued, months_on(issued, 6))
    return f"{issued} to {scene.bill.matures}"


def old_system(scene: Scene) -> str:
    """A bill of the old system: no sub-range; a year's tenor if issued before 2023."""
    rng = scene.rng
    bank = scene.bill.kind == "bank"
    scene.change(range_start=0, range_end=0, kind="bank" if bank else "trade")
    if rng.random() < 0.5:
        issued = date(2022, 6, 1) + DAY * rng.randrange(200)
        scene.today = issued + DAY * rng.randint(190, 300)
        scene.invoices = [
            one.model_copy(update={"updated": issued, "issued": issued}) for one in scene.invoices
        ]
        scene.others, scene.overdue = [], []
        scene.change(received=None)
        scene.when(issued, months_on(issued, 12))
    scene.change(number=("1" if bank else "2") + scene.bill.number[1:])
    return f"{scene.bill.issued} to {scene.bill.matures}"


def supply_chain(scene: Scene) -> str:
    if scene.rng.random() < 0.5:
        scene.make_bank(branch(scene.rng, scene.rng.choice(BIG_BANKS)))
        kind, digit = "supply_chain_bank", "8"
    else:
        scene.make_trade(scene.known[7])
        kind, digit = "supply_chain_trade", "7"
    scene.change(kind=kind, number=digit + scene.bill.number[1:])
    return kind


def same_day(scene: Scene) -> str:
    """Issued, endorsed and received today."""
    today = scene.today
    scene.change(received=today)
    scene.when(today, months_on(today, scene.rng.randint(1, 6)))
    return "all on one day"


def left_list(scene: Scene) -> str:
    name = _listed_name(scene)
    days = [timedelta(days=back) for back in (300, scene.rng.choice([200, 1, 0]))]
    over = scene.rng.choice([None, scene.today - DAY])
    scene.overdue += [
        scene.listing(name, published=scene.today - days[0]),
        scene.listing(name, published=scene.today - days[1], listed=False, barred_until=over),
    ]
    return f"{name} left the list {days[1].days} days ago"


def listed_later(scene: Scene) -> str:
    name = _listed_name(scene)
    day = scene.today + DAY * scene.rng.choice([1, 1, 30])
    scene.overdue.append(scene.listing(name, published=day))
    return f"{name} will be listed on {day}"


def near_listed(scene: Scene) -> str:
    """The books know the acceptor; a firm with a near name is listed."""
    name = _listed_name(scene)
    scene.overdue.append(scene.listing(name.replace("有限公司", "集团有限公司")))
    return f"a firm named like {name} is listed"


def _listed_name(scene: Scene) -> str:
    name = (
        scene.rng.choice(CITIES) + scene.rng.choice(MARKS) + scene.rng.choice(TRADES) + "有限公司"
    )
    scene.know(name)
    scene.make_trade(name)
    return name


def invoices(scene: Scene) -> str:
    """Several invoices, each smaller than the bill, that together reach it."""
    face, rng = scene.bill.face, scene.rng
    giver = scene.invoices[0].counterparty
    scene.invoices = []
    cuts = sorted(rng.randint(1, face) for _ in range(rng.randint(1, 4)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, face], strict=True)]
    parts = [part for part in parts if part] or [face]
    parts[-1] += rng.choice([0, rng.randint(0, face)])
    scene.bill_for(parts, giver)
    return f"{len(parts)} invoices"


def small_invoice(scene: Scene) -> str:
    """The bill is larger than its invoice: change was given, or a paper is missing."""
    giver = scene.invoices[0].counterparty
    scene.invoices = []
    scene.bill_for([max(scene.bill.face * scene.rng.randint(1, 9) // 10, 1)], giver)
    return "an invoice smaller than the bill"


def contract(scene: Scene) -> str:
    scene.invoices = []
    scene.change(invoices=(f"Contract:K{scene.rng.randrange(1000)}",))
    return "a contract stands behind it"


def marked_earlier(scene: Scene) -> str:
    """An earlier endorser wrote 不得转让: it answers to its own endorsee alone."""
    holders = [*scene.rng.sample(scene.known[1:6], 2), scene.known[0], scene.merchant]
    scene.carry(holders)
    links = list(scene.bill.endorsements)
    links[0] = links[0].model_copy(update={"transferable": False})
    scene.change(endorsements=tuple(links))
    return f"{holders[0]} wrote 不得转让"


def marked_payee(scene: Scene) -> str:
    """The drawer wrote 不得转让, and the merchant is the payee."""
    scene.change(
        transferable=False,
        circulation="not_transferable",
        payee=UntrustedText(scene.merchant),
        endorsements=(),
        received_from="",
    )
    scene.invoices = []
    scene.bill_for([scene.bill.face], scene.id_of(scene.known[6]))
    return "the merchant is the payee of a bill marked 不得转让"


def written_otherwise(scene: Scene) -> str:
    """Names with other brackets, spaces and unseen characters, which reading takes away."""
    rng = scene.rng

    def noisy(name: str) -> UntrustedText:
        place = rng.randrange(1, len(name))
        noise = rng.choice([" ", "\u3000", *UNSEEN])
        return UntrustedText(name[:place] + noise + name[place:])

    scene.change(
        acceptor=noisy(scene.bill.acceptor),
        endorsements=tuple(
            one.model_copy(
                update={"endorser": noisy(one.endorser), "endorsee": noisy(one.endorsee)}
            )
            for one in scene.bill.endorsements
        ),
    )
    return "spaces and unseen characters in names"


SOUND = {
    "plain": Sound(plain),
    "branches": Sound(branches),
    "near_bank": Sound(near_bank),
    "finance": Sound(finance),
    "renamed": Sound(renamed),
    "renamed_bank": Sound(renamed_bank),
    "affiliate": Sound(affiliate),
    "numbered": Sound(numbered),
    "near_city": Sound(near_city),
    "neighbour": Sound(neighbour),
    "loop": Sound(loop),
    "touching": Sound(touching),
    "six_months": Sound(six_months),
    "old_system": Sound(old_system),
    "supply_chain": Sound(supply_chain),
    "same_day": Sound(same_day),
    "left_list": Sound(left_list),
    "listed_later": Sound(listed_later),
    "near_listed": Sound(near_listed),
    "invoices": Sound(invoices),
    "small_invoice": Sound(small_invoice, frozenset({"trade_background"})),
    "contract": Sound(contract),
    "marked_earlier": Sound(marked_earlier),
    "marked_payee": Sound(marked_payee),
    "written_otherwise": Sound(written_otherwise),
}
