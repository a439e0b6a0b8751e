"""Forged dates."""

from __future__ import annotations

from datetime import date

from .books_of import DAY, Scene, months_on
from .kinds import Forgery


def tenor(scene: Scene) -> str:
    """Longer than six months, often by one day, often at the end of a month."""
    rng, issued = scene.rng, scene.bill.issued
    if rng.random() < 0.3:
        end = date(scene.today.year - (scene.today.month < 9), 8, 31)
        issued = end if end.year > 2022 else issued
    matures = months_on(issued, 6) + DAY * rng.choice([1, 1, 2, 5, 31, 92, 185])
    scene.when(issued, matures)
    return f"{issued} to {matures}"


def backwards(scene: Scene) -> str:
    issued = scene.bill.issued
    scene.change(matures=issued - DAY * scene.rng.choice([0, 1, 30, 365]))
    return f"issued {issued}, matures {scene.bill.matures}"


def _registered(scene: Scene, day: str) -> str:
    old = scene.bill.number
    scene.change(number=old[:13] + day + old[21:])
    return f"registered {day}, issued {scene.bill.issued}"


def registered_later(scene: Scene) -> str:
    return _registered(scene, f"{scene.bill.issued + DAY * scene.rng.randint(1, 60):%Y%m%d}")


def registered_earlier(scene: Scene) -> str:
    return _registered(scene, f"{scene.bill.issued - DAY * scene.rng.randint(1, 400):%Y%m%d}")


def no_such_day(scene: Scene) -> str:
    year = scene.bill.issued.year
    rng = scene.rng
    day = rng.choice(["0230", "1301", "0431", "0015", "1100", "0931", "1232", "9999"])
    return _registered(scene, f"{year}{day}")


def issued_later(scene: Scene) -> str:
    """Issued after the day on which it is offered."""
    issued = scene.today + DAY * scene.rng.randint(1, 40)
    number = scene.bill.number
    scene.change(
        issued=issued,
        matures=months_on(issued, 3),
        number=f"{number[:13]}{issued:%Y%m%d}{number[21:]}",
        endorsements=(),
        payee=scene.merchant,
    )
    return f"issued {issued}, offered {scene.today}"


DATES = {
    "date_tenor": Forgery(tenor, {"tenor": "refuse"}),
    "date_backwards": Forgery(backwards, {"tenor": "refuse"}),
    "date_registered_later": Forgery(registered_later, {"number_date": "refuse"}),
    # Issuing days after registering is unusual, and forbidden nowhere.
    "date_registered_earlier": Forgery(registered_earlier, {"number_date": "warning"}),
    "date_no_such_day": Forgery(no_such_day, {"number_date": "refuse"}),
    "date_issued_later": Forgery(issued_later, {"tenor": "refuse", "number_date": "refuse"}),
}
