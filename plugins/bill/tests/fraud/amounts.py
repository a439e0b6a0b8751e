"""Forged amounts, numbers and kinds, and one package sold twice."""

from __future__ import annotations

from aicfo_sdk.model import UntrustedText

from .books_of import Scene
from .kinds import Forgery
from .words import BIG_BANKS, CITY_BANKS, branch

BILLION = 10**11


def _splittable(scene: Scene) -> tuple[int, int]:
    """Make the bill one that can be split; return its first and last unit."""
    start = scene.bill.range_start or scene.rng.randint(1, 10**6)
    scene.change(range_start=start, range_end=start + scene.bill.face - 1)
    return start, start + scene.bill.face - 1


def face(scene: Scene) -> str:
    _splittable(scene)
    old, rng = scene.bill.face, scene.rng
    digits = list(str(old))
    place = rng.randrange(len(digits))
    digits[place] = rng.choice([d for d in "123456789" if d != digits[place]])
    new = rng.choice([old * 10, old * 100, old + 1, old - 1, old + 10**6, int("".join(digits))])
    scene.change(face=new)
    return f"face {old} → {new}, units as before"


def units(scene: Scene) -> str:
    start, end = _splittable(scene)
    rng = scene.rng
    changed = rng.choice(
        [(start, end + rng.randint(1, 10**6)), (start + 1, end), (end, start), (0, end), (start, 0)]
    )
    if changed == (start, end):
        changed = (start, end + 1)
    if changed == (end, start):  # a bill of one unit reads the same upside down
        changed = (start, end + 1) if start == end else changed
    scene.change(range_start=changed[0], range_end=changed[1])
    return f"units {start}-{end} → {changed[0]}-{changed[1]}"


def old_with_units(scene: Scene) -> str:
    _splittable(scene)
    digit = "1" if scene.bill.kind == "bank" else "2"
    if scene.bill.kind.startswith("supply"):
        scene.change(kind="trade")
    scene.change(number=digit + scene.bill.number[1:])
    return "a number of the old system with a sub-range"


def package(scene: Scene) -> str:
    rng = scene.rng
    if rng.random() < 0.5:
        amount = BILLION + rng.choice([1, 100, rng.randint(1, BILLION)])
        scene.change(face=amount, range_start=1, range_end=amount)
    else:
        start = BILLION - scene.bill.face + 1 + rng.randint(1, scene.bill.face)
        scene.change(range_start=start, range_end=start + scene.bill.face - 1)
    return "units beyond ¥1bn"


def overlap(scene: Scene) -> str:
    start, end = _splittable(scene)
    rng = scene.rng
    low = rng.choice([start, rng.randint(start, end), max(start - rng.randint(0, 9999), 1)])
    high = rng.choice([low, end, rng.randint(low, max(low, end)), end + rng.randint(0, 9999)])
    high = max(low, high, start)
    scene.hold(
        range_start=low,
        range_end=high,
        face=high - low + 1,
        held=rng.choice(["held", "held", "pledged"]),
    )
    return f"units {low}-{high} of the package are on hand already"


def twin(scene: Scene) -> str:
    scene.change(range_start=0, range_end=0)
    scene.hold()
    return "the same bill, not splittable, is on hand already"


def number_shape(scene: Scene) -> str:
    number, rng = scene.bill.number, scene.rng
    place = rng.randrange(1, 30)
    new = rng.choice(
        [
            number[:place] + number[place + 1 :],
            number[:place] + rng.choice("0123456789") + number[place:],
            number[:place] + rng.choice("OIlBSZ-") + number[place + 1 :],
            rng.choice("0349") + number[1:],
            "".join(chr(ord(digit) + 0xFEE0) for digit in number),
        ]
    )
    scene.change(number=new)
    return f"number {number} → {new}"


def kind(scene: Scene) -> str:
    first = scene.bill.number[0]
    new = scene.rng.choice([digit for digit in "5678" if digit != first])
    scene.change(number=new + scene.bill.number[1:])
    return f"first digit {first} → {new}, kind as before"


def firm_as_bank(scene: Scene) -> str:
    scene.make_bank(scene.known[7])
    return "a bank bill that a trading firm accepts"


def bank_as_firm(scene: Scene) -> str:
    bank = scene.rng.choice([*BIG_BANKS, *CITY_BANKS])
    scene.make_trade(branch(scene.rng, bank))
    scene.change(acceptor=UntrustedText(f"{bank}股份有限公司"))
    return "a trade bill that a bank accepts"


AMOUNTS = {
    "amount_face": Forgery(face, {"sub_range": "refuse"}),
    "amount_units": Forgery(units, {"sub_range": "refuse"}),
    "amount_old_system": Forgery(old_with_units, {"sub_range": "refuse"}),
    "amount_package": Forgery(package, {"package_limit": "refuse"}),
    "overlap_units": Forgery(overlap, {"overlap": "refuse"}),
    "overlap_twin": Forgery(twin, {"overlap": "refuse"}),
    "number_shape": Forgery(number_shape, {"number_format": "refuse"}),
    "number_kind": Forgery(kind, {"number_kind": "refuse"}),
    "kind_firm_as_bank": Forgery(firm_as_bank, {"acceptor_kind": "refuse"}),
    # No rule says how the papers of such a bill look; it is a doubt.
    "kind_bank_as_firm": Forgery(
        bank_as_firm, {"acceptor_kind": "warning", "number_kind": "warning"}
    ),
}
