"""How much of what a clairvoyant could have gained was gained, and what was left."""

from __future__ import annotations

import math

import numpy as np

from ...bound import NONE, Captured, captured, either
from ..labels import between, kinds_name, policy_name, written
from ..measures import MONEY, SHARE
from ..page import Chart, Panel, Table, Words
from ..rows import Found, Kind
from ..svg import Interval, forest

_ALSO = {"tenders": "captured.how_tenders", "closing": "captured.how_closing"}
"""What is said of a group that the bound was asked to cover beside the usual ones."""


def panel(found: Found, say: Words) -> Panel:
    """Return the panel; a sentence where no bound was asked for."""
    title = say("captured.title")
    if not found.has("bound") or "owner" not in found.policies:
        return Panel("captured", title, say("captured.absent"), ())
    shares = [
        (kind, name, share)
        for kind in found.kinds
        for name in found.policies
        if name not in ("owner", "nothing")
        and (share := reached(kind, name, int(found.about["seed"]))) is not None
    ]
    if not shares:
        return Panel("captured", title, say("captured.nothing"), ())
    charts = list[Chart]()
    for kind in found.kinds:
        mine = [(name, share) for of, name, share in shares if of is kind]
        if mine:
            charts.append(_chart(kind, mine, say))
    whole = next(
        (s for kind, name, s in shares if kind.name == "all" and name == found.subject), None
    )
    also = [say(_ALSO[group]) for group in found.about.get("bound_also", ())]
    answer = say("captured.none_of", policy=policy_name(found.subject, say))
    if whole is not None:
        answer = say(
            "captured.answer",
            policy=policy_name(found.subject, say),
            share=written(whole.share, SHARE),
            interval=between(whole.low, whole.high, SHARE, say),
            regret=written(whole.regret, SHARE),
        )
    return Panel(
        key="captured",
        title=title,
        answer=answer,
        blocks=(*charts, _table(shares, say)),
        how=(say("captured.how"), say("captured.how_groups"), *also),
    )


def reached(kind: Kind, policy: str, seed: int) -> Captured | None:
    """Return what a policy captured over firms with a bound; None where nothing was possible."""
    ours, owner = kind.values[policy], kind.values["owner"]
    rows = np.flatnonzero(ours["bound"] != NONE)
    wealth = (ours["wealth"][rows], owner["wealth"][rows])
    found = captured(*wealth, either(ours["bound"][rows], owner["bound"][rows]), seed=seed)
    return found if math.isfinite(found.share) else None


def _chart(kind: Kind, shares: list[tuple[str, Captured]], say: Words) -> Chart:
    title = say("captured.chart", kinds=kinds_name(kind.name, say))
    intervals = [
        Interval(
            policy_name(name, say),
            100 * share.share,
            100 * share.low,
            100 * share.high,
            "c1" if name.startswith("cfo") else "c0",
        )
        for name, share in shares
    ]
    return Chart(forest(intervals, title=title, unit=_percent), title)


def _percent(value: float) -> str:
    return written(value / 100, SHARE)


def _table(shares: list[tuple[Kind, str, Captured]], say: Words) -> Table:
    names = ("kind", "policy", "gained", "possible", "share", "interval", "regret")
    return Table(
        head=tuple(say(f"captured.t_{name}") for name in names),
        rows=tuple(
            (
                f"{kinds_name(kind.name, say)} ({share.merchants:,})",
                policy_name(name, say),
                written(share.share * share.room, MONEY, signed=True),
                written(share.room, MONEY),
                written(share.share, SHARE),
                between(share.low, share.high, SHARE, say),
                written(share.regret, SHARE),
            )
            for kind, name, share in shares
        ),
        numbers=frozenset(range(2, 7)),
        tight=frozenset({0, 1}),
        caption=say("captured.table"),
    )
