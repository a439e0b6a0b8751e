"""What asking the CFO on events keeps of the gain of asking it daily: contractors, manufacturers.

`AICFO_CFO_MERCHANTS` firms of each of the two kinds (default 50), `AICFO_CFO_DAYS` days (default
45), `AICFO_CFO_SEED` (default 1). On the same draws; gains are over the owner and sums of
merchants, the interval is a bootstrap over merchants.
"""

from __future__ import annotations

import numpy as np
from aicfo_sim.policies import Owner
from aicfo_sim.policies.cfo import Cfo, installed

from .cfo import YEAR, live_on, opened, wanted

_TURN = 10
"""Firms that live at once: asking together is quick, and memory stays small."""


def measure() -> dict[str, str]:
    """Return gains, their share and its 95 % interval, and how often each asked."""
    merchants, days, seed = wanted(MERCHANTS=50, DAYS=45, SEED=1)
    gains: list[np.ndarray] = []
    asked = np.zeros(2)
    figures = dict[str, str]()
    for kind in ("contractor", "manufacturer"):
        mine: list[np.ndarray] = []
        for first in range(0, merchants, _TURN):
            count = min(_TURN, merchants - first)
            block, opening = opened(kind, count, days=days, seed=seed, first=first)
            owner = live_on(block, opening, Owner())
            arms = [live_on(block, opening, Cfo(installed(), every=every)) for every in (None, 1)]
            asked += [arm.asked for arm in arms]
            mine.append(np.stack([arm.wealth - owner.wealth for arm in arms]))
        gains.append(np.concatenate(mine, axis=1))
        figures[f"{kind}: kept of the daily gain"] = _share(gains[-1])
    both = np.concatenate(gains, axis=1)
    lived = both.shape[1] * days
    return figures | {
        "both: kept of the daily gain": _share(both),
        "both: gain a merchant, events": f"{both[0].mean() / 100:10,.0f} yuan",
        "both: gain a merchant, daily": f"{both[1].mean() / 100:10,.0f} yuan",
        "both: plans a merchant-year, events": f"{asked[0] * YEAR / lived:10,.1f}",
        "both: plans a merchant-year, daily": f"{asked[1] * YEAR / lived:10,.1f}",
        "merchants": f"{both.shape[1]:10,d}",
    }


def _share(gains: np.ndarray) -> str:
    events, daily = gains
    if daily.sum() <= 0:
        return "  no gain to share"
    again = np.random.default_rng(1).integers(0, daily.size, (2_000, daily.size))
    mine, most = events[again].sum(1), daily[again].sum(1)
    share = f"{events.sum() / daily.sum():10.1%}"
    if np.quantile(most, 0.025) <= 0:
        # One firm's gain outweighs the others': a share of draws near nothing says nothing.
        return f"{share} (daily gain itself {daily.mean() / 100:,.0f} yuan, not clear of zero)"
    low, high = np.quantile(mine / most, (0.025, 0.975))
    return f"{share} ({low:.1%} to {high:.1%})"
