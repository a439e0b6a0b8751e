"""How much of what a clairvoyant could have gained was gained, and what was left."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...fen import Floats
from ...rng import MARKET, stream
from ...statistics import CONFIDENCE, RESAMPLES
from ..labels import between, kinds_name, policy_name, written
from ..measures import MONEY, SHARE
from ..page import Chart, Panel, Table, Words
from ..rows import Found, Kind
from ..svg import Interval, forest


@dataclass(frozen=True, slots=True)
class Share:
    """What was gained of what could have been, over `firms` firms, with a bootstrap interval."""

    share: float
    low: float
    high: float
    gained: float
    possible: float
    firms: int


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
        and (share := captured(kind, name, "owner", int(found.about["seed"]))) is not None
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
    answer = say("captured.none_of", policy=policy_name(found.subject, say))
    if whole is not None:
        answer = say(
            "captured.answer",
            policy=policy_name(found.subject, say),
            share=written(whole.share, SHARE),
            interval=between(whole.low, whole.high, SHARE, say),
            regret=written(1 - whole.share, SHARE),
        )
    return Panel(
        key="captured",
        title=title,
        answer=answer,
        blocks=(*charts, _table(shares, say)),
        how=(say("captured.how"), say("captured.how_groups")),
    )


def captured(kind: Kind, policy: str, base: str, seed: int) -> Share | None:
    """Return (policy − base) / (bound − base) over sums of firms; None where nothing was possible.

    The interval is a percentile bootstrap over firms, from a stream of its own.
    """
    ours = kind.values[policy]
    if "bound" not in ours:
        return None
    rows = np.flatnonzero(ours["bound"] >= 0)
    start = kind.values[base]["wealth"][rows]
    gained: Floats = (ours["wealth"][rows] - start).astype(np.float64)
    possible: Floats = (ours["bound"][rows] - start).astype(np.float64)
    if not rows.size or possible.sum() <= 0:
        return None
    source = stream(seed, 0, MARKET, "captured")
    some = max(1, 1_000_000 // rows.size)
    ratios = list[Floats]()
    for done in range(0, RESAMPLES, some):
        picks = source.integers(rows.size, size=(min(some, RESAMPLES - done), rows.size))
        below = possible[picks].sum(axis=1)
        ratios.append(gained[picks].sum(axis=1)[below > 0] / below[below > 0])
    tail = (1 - CONFIDENCE) / 2
    low, high = -math.inf, math.inf
    if rows.size > 1:
        low, high = np.quantile(np.concatenate(ratios), [tail, 1 - tail]).tolist()
    return Share(
        share=float(gained.sum() / possible.sum()),
        low=low,
        high=high,
        gained=float(gained.mean()),
        possible=float(possible.mean()),
        firms=rows.size,
    )


def _chart(kind: Kind, shares: list[tuple[str, Share]], say: Words) -> Chart:
    title = say("captured.chart", kinds=kinds_name(kind.name, say))
    intervals = [
        Interval(
            policy_name(name, say),
            100 * share.share,
            100 * (share.low if math.isfinite(share.low) else share.share),
            100 * (share.high if math.isfinite(share.high) else share.share),
            "c1" if name.startswith("cfo") else "c0",
        )
        for name, share in shares
    ]
    return Chart(forest(intervals, title=title, unit=_percent), title)


def _percent(value: float) -> str:
    return written(value / 100, SHARE)


def _table(shares: list[tuple[Kind, str, Share]], say: Words) -> Table:
    names = ("kind", "policy", "gained", "possible", "share", "interval", "regret")
    return Table(
        head=tuple(say(f"captured.t_{name}") for name in names),
        rows=tuple(
            (
                f"{kinds_name(kind.name, say)} ({share.firms:,})",
                policy_name(name, say),
                written(share.gained, MONEY, signed=True),
                written(share.possible, MONEY),
                written(share.share, SHARE),
                between(share.low, share.high, SHARE, say),
                written(1 - share.share, SHARE),
            )
            for kind, name, share in shares
        ),
        numbers=frozenset(range(2, 7)),
        tight=frozenset({0, 1}),
        caption=say("captured.table"),
    )
