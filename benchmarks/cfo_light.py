"""The CFO with the light forecast beside the full one: wealth, and CPU time, on the same draws.

`AICFO_CFO_MERCHANTS` firms of the default mix (default 200), `AICFO_CFO_DAYS` days (default 60),
`AICFO_CFO_SEED` (default 1).
"""

from __future__ import annotations

import numpy as np
from aicfo_sim.policies import Owner, policy

from .cfo import live_on, load_libraries, opened, wanted

_TURN = 20
"""Firms that live at once: asking together is quick, and memory stays small."""


def measure() -> dict[str, str]:
    """Return gains over the owner, their paired difference with its error, and speeds."""
    merchants, days, seed = wanted(MERCHANTS=200, DAYS=60, SEED=1)
    load_libraries()
    names = ("cfo", "cfo-light")
    gains: list[np.ndarray] = []
    spent = np.zeros(2)
    for first in range(0, merchants, _TURN):
        count = min(_TURN, merchants - first)
        block, opening = opened("", count, days=days, seed=seed, first=first)
        owner = live_on(block, opening, Owner())
        arms = [live_on(block, opening, policy(name)) for name in names]
        spent += [arm.seconds for arm in arms]
        gains.append(np.stack([arm.wealth - owner.wealth for arm in arms]))
    full, light = np.concatenate(gains, axis=1) / 100
    less = full - light
    error = less.std(ddof=1) / less.size**0.5
    return {
        "merchants": f"{less.size:10,d}",
        "cfo: gain a merchant": f"{full.mean():10,.0f} yuan",
        "cfo-light: gain a merchant": f"{light.mean():10,.0f} yuan",
        "cfo less cfo-light": f"{less.mean():10,.0f} yuan, standard error {error:,.0f}",
        "merchants with the very same outcome": f"{(less == 0).mean():10.1%}",
        "cfo": f"{merchants * days / spent[0]:10,.0f} md/s",
        "cfo-light": f"{merchants * days / spent[1]:10,.0f} md/s",
    }
