"""Broken title: endorsement chains, bills marked 不得转让, no trade behind the bill."""

from __future__ import annotations

from aicfo_sdk.model import Counterparty, Endorsement, Invoice, UntrustedText

from .books_of import DAY, Scene
from .kinds import Forgery
from .words import LOOKS, SOUNDS, firm


def _long(scene: Scene, least: int = 3) -> list[Endorsement]:
    """Give the bill a chain of at least so many links; return them."""
    holders = [*scene.rng.sample(scene.known[1:6], least - 1), scene.known[0], scene.merchant]
    scene.carry(holders)
    return list(scene.bill.endorsements)


def _stranger(scene: Scene) -> str:
    while (name := firm(scene.rng)) in (scene.merchant, *scene.known):
        pass
    return name


def gap(scene: Scene) -> str:
    links = _long(scene)
    if scene.rng.random() < 0.5:
        lost = links.pop(scene.rng.randrange(1, len(links) - 1))
        scene.change(endorsements=tuple(links))
        return f"the link {lost.endorser} → {lost.endorsee} is gone"
    place = scene.rng.randrange(1, len(links))
    links[place] = links[place].model_copy(update={"endorser": UntrustedText(_stranger(scene))})
    scene.change(endorsements=tuple(links))
    return f"a stranger endorses in place {place + 1}"


def first(scene: Scene) -> str:
    links = _long(scene)
    scene.change(payee=UntrustedText(_stranger(scene)))
    return f"the payee is not {links[0].endorser}"


def alike(scene: Scene) -> str:
    """The next endorser's name differs from the last endorsee's in one character."""
    links = _long(scene)
    place = scene.rng.randrange(1, len(links))
    name = str(links[place].endorser)
    chances = [
        (index, other)
        for index, char in enumerate(name[:-4])
        for other in LOOKS.get(char, "") + SOUNDS.get(char, "")
    ]
    index, other = scene.rng.choice(chances) if chances else (1, "堃")
    new = name[:index] + other + name[index + 1 :]
    links[place] = links[place].model_copy(update={"endorser": UntrustedText(new)})
    scene.change(endorsements=tuple(links))
    return f"{name} endorses as {new}"


def days(scene: Scene) -> str:
    links = _long(scene)
    place = scene.rng.randrange(1, len(links))
    day = links[place - 1].day - DAY * scene.rng.randint(1, 20)
    links[place] = links[place].model_copy(update={"day": day})
    scene.change(endorsements=tuple(links))
    return f"link {place + 1} is dated before link {place}"


def before_issue(scene: Scene) -> str:
    links = _long(scene, 2)
    day = scene.bill.issued - DAY * scene.rng.randint(1, 30)
    links[0] = links[0].model_copy(update={"day": day})
    scene.change(endorsements=tuple(links))
    return f"endorsed {day}, issued {scene.bill.issued}"


def not_yet(scene: Scene) -> str:
    links = _long(scene, 2)
    day = scene.today + DAY * scene.rng.randint(1, 30)
    links[-1] = links[-1].model_copy(update={"day": day})
    scene.change(endorsements=tuple(links))
    return f"endorsed {day}, which is to come"


def holder(scene: Scene) -> str:
    links = _long(scene, 2)
    name = _stranger(scene)
    links[-1] = links[-1].model_copy(update={"endorsee": UntrustedText(name)})
    scene.change(endorsements=tuple(links))
    return f"the last endorsee is {name}, not the merchant"


def marked(scene: Scene) -> str:
    _long(scene, 2)
    scene.change(transferable=False)
    return "the drawer wrote 不得转让, and it was endorsed"


def _alter(scene: Scene, **changes: object) -> None:
    scene.invoices = [one.model_copy(update=changes) for one in scene.invoices]


def nothing(scene: Scene) -> str:
    scene.change(invoices=())
    return "nothing stands behind it"


def unknown(scene: Scene) -> str:
    scene.change(invoices=(f"Invoice:X{scene.rng.randrange(1000)}",))
    return "an invoice that the books do not have"


def void(scene: Scene) -> str:
    status = scene.rng.choice(["void", "red"])
    sign = -1 if status == "red" else 1
    old = scene.invoices[0]
    _alter(scene, status=status, net=sign * old.net, tax=sign * old.tax, total=sign * old.total)
    return f"its invoice is {status}"


def reversed_later(scene: Scene) -> str:
    old = scene.invoices[0]
    red = Invoice(
        id="R1",
        updated=scene.today,
        number=f"{scene.rng.randrange(10**20):020d}",
        direction="sales",
        counterparty=old.counterparty,
        issued=scene.today,
        net=-old.net,
        tax=-old.tax,
        total=-old.total,
        status="red",
        reverses=old.number,
    )
    scene.invoices.append(red)
    return "a red invoice reverses its invoice"


def other_party(scene: Scene) -> str:
    """The invoice went to somebody who is nowhere on the bill."""
    name = _stranger(scene)
    stranger: Counterparty = scene.know(name)
    _alter(scene, counterparty=stranger.id)
    return f"its invoice went to {name}, who is not on the bill"


def bought(scene: Scene) -> str:
    _alter(scene, direction="purchase")
    return "its invoice is one that the merchant has to pay"


TITLE = {
    "chain_gap": Forgery(gap, {"chain": "refuse"}),
    "chain_first": Forgery(first, {"chain": "refuse"}),
    "chain_alike": Forgery(alike, {"chain": "refuse"}),
    "chain_days": Forgery(days, {"chain": "refuse"}),
    "chain_before_issue": Forgery(before_issue, {"chain": "refuse"}),
    "chain_not_yet": Forgery(not_yet, {"chain": "refuse"}),
    # The merchant may be about to sign for it under a name that its books write otherwise.
    "chain_holder": Forgery(holder, {"chain": "warning"}),
    "transfer_marked": Forgery(marked, {"transferable": "refuse"}),
    # The books may lack a paper that exists: the law asks for the trade, not for this record.
    "trade_nothing": Forgery(nothing, {"trade_background": "warning"}),
    "trade_unknown": Forgery(unknown, {"trade_background": "warning"}),
    "trade_void": Forgery(void, {"trade_background": "warning"}),
    "trade_reversed": Forgery(reversed_later, {"trade_background": "warning"}),
    "trade_other_party": Forgery(other_party, {"trade_background": "warning"}),
    "trade_bought": Forgery(bought, {"trade_background": "warning"}),
}
